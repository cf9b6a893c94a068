#include "cvss.h"

#include <math.h>

struct choice {
	const char *value;
	double weight;
};
struct metric {
	const char *name;
	struct choice choices[7]; /* ended by a NULL */
};

#define IMPACT_2 {{"N", 0}, {"P", 0.275}, {"C", 0.660}}
#define NEED_2   {{"L", 0.5}, {"M", 1}, {"H", 1.51}, {"ND", 1}}
static const struct metric metrics_2[] = {
	{"AV", {{"L", 0.395}, {"A", 0.646}, {"N", 1}}}, {"AC", {{"H", 0.35}, {"M", 0.61}, {"L", 0.71}}},
	{"Au", {{"M", 0.45}, {"S", 0.56}, {"N", 0.704}}}, {"C", IMPACT_2}, {"I", IMPACT_2}, {"A", IMPACT_2},
	{"E", {{"U", 0.85}, {"POC", 0.9}, {"F", 0.95}, {"H", 1}, {"ND", 1}}},
	{"RL", {{"OF", 0.87}, {"TF", 0.9}, {"W", 0.95}, {"U", 1}, {"ND", 1}}},
	{"RC", {{"UC", 0.9}, {"UR", 0.95}, {"C", 1}, {"ND", 1}}},
	{"CDP", {{"N", 0}, {"L", 0.1}, {"LM", 0.3}, {"MH", 0.4}, {"H", 0.5}, {"ND", 0}}},
	{"TD", {{"N", 0}, {"L", 0.25}, {"M", 0.75}, {"H", 1}, {"ND", 1}}}, {"CR", NEED_2}, {"IR", NEED_2}, {"AR", NEED_2},
};

/* PR: the weights where the scope is unchanged. The modified metrics are weighed as those that they modify. */
#define IMPACT_3 {{"N", 0}, {"L", 0.22}, {"H", 0.56}}
#define NEED_3   {{"X", 1}, {"L", 0.5}, {"M", 1}, {"H", 1.5}}
#define CHANGED_IMPACT_3 {{"X", 0}, {"N", 0}, {"L", 0}, {"H", 0}}
static const struct metric metrics_3[] = {
	{"AV", {{"N", 0.85}, {"A", 0.62}, {"L", 0.55}, {"P", 0.2}}}, {"AC", {{"L", 0.77}, {"H", 0.44}}},
	{"PR", {{"N", 0.85}, {"L", 0.62}, {"H", 0.27}}}, {"UI", {{"N", 0.85}, {"R", 0.62}}}, {"S", {{"U", 0}, {"C", 0}}},
	{"C", IMPACT_3}, {"I", IMPACT_3}, {"A", IMPACT_3},
	{"E", {{"X", 1}, {"U", 0.91}, {"P", 0.94}, {"F", 0.97}, {"H", 1}}},
	{"RL", {{"X", 1}, {"O", 0.95}, {"T", 0.96}, {"W", 0.97}, {"U", 1}}},
	{"RC", {{"X", 1}, {"U", 0.92}, {"R", 0.96}, {"C", 1}}}, {"CR", NEED_3}, {"IR", NEED_3}, {"AR", NEED_3},
	{"MAV", {{"X", 0}, {"N", 0}, {"A", 0}, {"L", 0}, {"P", 0}}}, {"MAC", {{"X", 0}, {"L", 0}, {"H", 0}}},
	{"MPR", {{"X", 0}, {"N", 0}, {"L", 0}, {"H", 0}}}, {"MUI", {{"X", 0}, {"N", 0}, {"R", 0}}},
	{"MS", {{"X", 0}, {"U", 0}, {"C", 0}}}, {"MC", CHANGED_IMPACT_3}, {"MI", CHANGED_IMPACT_3}, {"MA", CHANGED_IMPACT_3},
};

#define LEVEL_4    {{"H", 0}, {"L", 0}, {"N", 0}}
#define NEED_4     {{"X", 0}, {"H", 0}, {"M", 0}, {"L", 0}}
#define MODIFIED_4 {{"X", 0}, {"N", 0}, {"L", 0}, {"H", 0}}
#define SAFETY_4   {{"X", 0}, {"N", 0}, {"L", 0}, {"H", 0}, {"S", 0}}
static const struct metric metrics_4[] = {
	{"AV", {{"N", 0}, {"A", 0}, {"L", 0}, {"P", 0}}}, {"AC", {{"L", 0}, {"H", 0}}}, {"AT", {{"N", 0}, {"P", 0}}},
	{"PR", {{"N", 0}, {"L", 0}, {"H", 0}}}, {"UI", {{"N", 0}, {"P", 0}, {"A", 0}}}, {"VC", LEVEL_4}, {"VI", LEVEL_4},
	{"VA", LEVEL_4}, {"SC", LEVEL_4}, {"SI", LEVEL_4}, {"SA", LEVEL_4}, {"E", {{"X", 0}, {"A", 0}, {"P", 0}, {"U", 0}}},
	{"CR", NEED_4}, {"IR", NEED_4}, {"AR", NEED_4}, {"MAV", {{"X", 0}, {"N", 0}, {"A", 0}, {"L", 0}, {"P", 0}}},
	{"MAC", {{"X", 0}, {"L", 0}, {"H", 0}}}, {"MAT", {{"X", 0}, {"N", 0}, {"P", 0}}}, {"MPR", MODIFIED_4},
	{"MUI", {{"X", 0}, {"N", 0}, {"P", 0}, {"A", 0}}}, {"MVC", MODIFIED_4}, {"MVI", MODIFIED_4}, {"MVA", MODIFIED_4},
	{"MSC", MODIFIED_4}, {"MSI", SAFETY_4}, {"MSA", SAFETY_4}, {"S", {{"X", 0}, {"N", 0}, {"P", 0}}},
	{"AU", {{"X", 0}, {"N", 0}, {"Y", 0}}}, {"R", {{"X", 0}, {"A", 0}, {"U", 0}, {"I", 0}}},
	{"V", {{"X", 0}, {"D", 0}, {"C", 0}}}, {"RE", {{"X", 0}, {"L", 0}, {"M", 0}, {"H", 0}}},
	{"U", {{"X", 0}, {"Clear", 0}, {"Green", 0}, {"Amber", 0}, {"Red", 0}}},
};

static const struct version {
	int version;
	const char *prefix;
	const struct metric *metrics;
	size_t n, base; /* the first `base` must be there */
} versions[] = {
	{30, "CVSS:3.0/", metrics_3, lengthof(metrics_3), 8},
	{31, "CVSS:3.1/", metrics_3, lengthof(metrics_3), 8},
	{40, "CVSS:4.0/", metrics_4, lengthof(metrics_4), 11},
	{20, "", metrics_2, lengthof(metrics_2), 6},
};

static const struct choice *choice_of(const struct metric *m, struct str value) {
	for (const struct choice *c = m->choices; c->value; c++)
		if (str_is(value, c->value)) return c;
	return NULL;
}

static const struct metric *metric_of(const struct version *v, struct str name) {
	for (size_t i = 0; i < v->n; i++)
		if (str_is(name, v->metrics[i].name)) return &v->metrics[i];
	return NULL;
}

static const struct version *version_of(int version) {
	for (size_t i = 0; i < lengthof(versions); i++)
		if (versions[i].version == version) return &versions[i];
	return NULL;
}

bool cvss_read(struct str vector, struct cvss *out) {
	const struct version *v = versions;
	while (!str_starts(vector, str_of(v->prefix))) v++;
	struct cvss c = {.version = v->version};
	struct str rest = str_from(vector, strlen(v->prefix)), part;
	while (str_split(&rest, '/', &part)) {
		size_t colon = str_find_char(part, ':');
		if (colon == STR_NONE || c.n == CVSS_METRICS) return false;
		struct str name = str_sub(part, 0, colon), value = str_from(part, colon + 1);
		const struct metric *m = metric_of(v, name);
		if (!m || !choice_of(m, value) || cvss_value(&c, m->name).n) return false;
		c.metric[c.n] = name;
		c.value[c.n++] = value;
	}
	for (size_t i = 0; i < v->base; i++)
		if (!cvss_value(&c, v->metrics[i].name).n) return false;
	*out = c;
	return true;
}

struct str cvss_value(const struct cvss *c, const char *metric) {
	for (size_t i = 0; i < c->n; i++)
		if (str_is(c->metric[i], metric)) return c->value[i];
	return STR_EMPTY;
}

/* ---- scores ---- */

static bool is(const struct cvss *c, const char *metric, const char *value) {
	return str_is(cvss_value(c, metric), value);
}

/* otherwise: the weight of "not defined". */
static double weight(const struct cvss *c, const char *metric, double otherwise) {
	const struct metric *m = metric_of(version_of(c->version), str_of(metric));
	const struct choice *chosen = m ? choice_of(m, cvss_value(c, metric)) : NULL;
	return chosen ? chosen->weight : otherwise;
}

/* The weight of a modified metric, or of the one it modifies where it is not set. */
static double modified(const struct cvss *c, const char *metric) {
	struct str value = cvss_value(c, metric);
	const struct metric *m = metric_of(version_of(c->version), str_of(metric + 1));
	const struct choice *chosen = m && value.n && !str_is(value, "X") ? choice_of(m, value) : NULL;
	return chosen ? chosen->weight : weight(c, metric + 1, 0);
}

static double round_1(double x) {
	return round(x * 10) / 10;
}

/* The least number with one decimal that is not below x; 3.1 works on integers so that machines agree. */
static double round_up(int version, double x) {
	if (version == 30) return ceil(round(x * 1e10) / 1e9) / 10;
	int64_t i = (int64_t)round(x * 100000);
	return i % 10000 == 0 ? (double)i / 100000 : ((double)(i / 10000) + 1) / 10;
}

static double base_2(const struct cvss *c, bool environment) {
	double impact = 10.41 * (1 -
		(1 - weight(c, "C", 0) * (environment ? weight(c, "CR", 1) : 1)) *
		(1 - weight(c, "I", 0) * (environment ? weight(c, "IR", 1) : 1)) *
		(1 - weight(c, "A", 0) * (environment ? weight(c, "AR", 1) : 1)));
	if (environment && impact > 10) impact = 10;
	double exploitability = 20 * weight(c, "AV", 0) * weight(c, "AC", 0) * weight(c, "Au", 0);
	return round_1((0.6 * impact + 0.4 * exploitability - 1.5) * (impact > 0 ? 1.176 : 0));
}

static double temporal_2(const struct cvss *c, double base) {
	return round_1(base * weight(c, "E", 1) * weight(c, "RL", 1) * weight(c, "RC", 1));
}

static double privileges(double weight_unchanged, bool changed) {
	if (!changed) return weight_unchanged;
	return weight_unchanged < 0.3 ? 0.5 : weight_unchanged < 0.7 ? 0.68 : weight_unchanged;
}

/* iss: 1 minus the product of what remains; exploitability: of the four metrics. */
static double combined_3(int version, double iss, double exploitability, bool changed, bool environment) {
	double impact = 6.42 * iss;
	if (changed && environment && version == 31)
		impact = 7.52 * (iss - 0.029) - 3.25 * pow(iss * 0.9731 - 0.02, 13);
	else if (changed)
		impact = 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15);
	if (impact <= 0) return 0;
	double sum = (impact + exploitability) * (changed ? 1.08 : 1);
	return round_up(version, sum < 10 ? sum : 10);
}

double cvss_base(const struct cvss *c) {
	if (c->version == 40) return -1;
	if (c->version == 20) return base_2(c, false);
	bool changed = is(c, "S", "C");
	double iss = 1 - (1 - weight(c, "C", 0)) * (1 - weight(c, "I", 0)) * (1 - weight(c, "A", 0));
	double exploitability = 8.22 * weight(c, "AV", 0) * weight(c, "AC", 0) * privileges(weight(c, "PR", 0), changed) *
		weight(c, "UI", 0);
	return combined_3(c->version, iss, exploitability, changed, false);
}

double cvss_temporal(const struct cvss *c) {
	if (c->version == 40) return -1;
	if (c->version == 20) return temporal_2(c, cvss_base(c));
	return round_up(c->version, cvss_base(c) * weight(c, "E", 1) * weight(c, "RL", 1) * weight(c, "RC", 1));
}

double cvss_environmental(const struct cvss *c) {
	if (c->version == 40) return -1;
	if (c->version == 20) {
		double adjusted = temporal_2(c, base_2(c, true));
		return round_1((adjusted + (10 - adjusted) * weight(c, "CDP", 0)) * weight(c, "TD", 1));
	}
	struct str scope = cvss_value(c, "MS");
	bool changed = scope.n && !str_is(scope, "X") ? str_is(scope, "C") : is(c, "S", "C");
	double iss = 1 - (1 - weight(c, "CR", 1) * modified(c, "MC")) * (1 - weight(c, "IR", 1) * modified(c, "MI")) *
		(1 - weight(c, "AR", 1) * modified(c, "MA"));
	double exploitability = 8.22 * modified(c, "MAV") * modified(c, "MAC") * privileges(modified(c, "MPR"), changed) *
		modified(c, "MUI");
	double score = combined_3(c->version, iss < 0.915 ? iss : 0.915, exploitability, changed, true);
	return round_up(c->version, score * weight(c, "E", 1) * weight(c, "RL", 1) * weight(c, "RC", 1));
}

struct str cvss_severity(int version, double score) {
	if (version == 20) return score < 4 ? S("LOW") : score < 7 ? S("MEDIUM") : S("HIGH");
	return score < 0.1 ? S("NONE") : score < 4 ? S("LOW") : score < 7 ? S("MEDIUM") : score < 9 ? S("HIGH") :
		S("CRITICAL");
}
