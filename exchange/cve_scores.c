#include "cve.h"

/* The newest version of CVSS speaks for the severity, and of the same version the first; a word alone does where there
 * is none. */
static void rate(struct cve_reading *c, int rank, struct str severity) {
	if (!severity.n || rank <= c->severity_rank) return;
	c->severity_rank = rank;
	c->severity = severity;
}

static void exploited(struct cve_reading *c, struct str value) {
	if (str_is(value, "active"))
		c->exploitation = S("active");
	else if (str_is(value, "poc") && !str_is(c->exploitation, "active"))
		c->exploitation = S("proof-of-concept");
	else if (str_is(value, "none") && !c->exploitation.n)
		c->exploitation = S("none-known");
}

/* Stakeholder-Specific Vulnerability Categorization: the options are objects of one decision point each, in letters of
 * any case. */
static struct json_builder read_ssvc(struct cve_reading *c, const struct json *content) {
	struct json_builder s = json_object_of(c->a), values = json_object_of(c->a);
	json_set_str(&s, S("system"), S("SSVC"));
	json_put_str(&s, S("version"), take_str(&c->t, content, S("version")));
	json_put_str(&s, S("role"), take_str(&c->t, content, S("role")));
	json_put_str(&s, S("date"), take_str_if(&c->t, content, S("timestamp"), when_fits));
	take_is(&c->t, content, S("id"), c->id);
	const struct json *options = json_get_lit(content, "options");
	for (size_t i = 0; i < json_count(options); i++) {
		const struct json *option = json_at(options, i);
		for (size_t k = 0; k < json_count(option); k++) {
			const struct json_member *m = json_member_at(option, k);
			if (!m || !json_string(&m->value).n) continue;
			take_note(&c->t, &m->value);
			struct str value = respelled(c->a, m->value.string, false, ' ', ' ');
			json_set_str(&values, m->name, value);
			if (str_is(m->name, "Exploitation")) exploited(c, value);
		}
	}
	put_list(&s, S("values"), &values);
	return s;
}

static struct json_builder read_kev(struct cve_reading *c, const struct json *content) {
	struct json_builder s = json_object_of(c->a);
	json_set_str(&s, S("system"), S("KEV"));
	json_put_str(&s, S("date"), take_str_if(&c->t, content, S("dateAdded"), when_fits));
	json_put_str(&s, S("url"), take_str(&c->t, content, S("reference")));
	exploited(c, S("active"));
	return s;
}

static struct json_builder read_other_rating(struct cve_reading *c, struct str type, const struct json *content) {
	struct json_builder s = json_object_of(c->a), values = json_object_of(c->a);
	json_set_str(&s, S("system"), type);
	json_put_str(&s, S("url"), take_str(&c->t, content, S("namespace")));
	struct str label = take_str(&c->t, content, S("value"));
	if (!label.n) label = take_str(&c->t, content, S("text"));
	json_put_str(&s, S("label"), label);
	rate(c, 1, severity_of_word(label));
	for (size_t i = 0; i < json_count(content) && i < 100; i++) {
		const struct json_member *m = json_member_at(content, i);
		if (!m || take_noted(&c->t, &m->value) || m->value.type == JSON_ARRAY || m->value.type == JSON_OBJECT) continue;
		take_note(&c->t, &m->value);
		json_set(&values, m->name, &m->value);
	}
	put_list(&s, S("values"), &values);
	return s;
}

static void add_score(struct cve_reading *c, struct json_builder *score, struct str scenario) {
	json_put_str(score, S("scenario"), scenario);
	json_put_str(score, S("by"), c->by);
	add_object(&c->scores, score);
}

static struct str read_scenario(struct cve_reading *c, const struct json *metric) {
	const struct json *first = json_at(json_get_lit(metric, "scenarios"), 0);
	take_is(&c->t, first, S("lang"), c->language);
	return take_str(&c->t, first, S("value"));
}

void cve_read_metrics(struct cve_reading *c, const struct json *container) {
	static const struct {
		struct str name;
		int version;
	} versions[] = {
		{S_INIT("cvssV4_0"), 40}, {S_INIT("cvssV3_1"), 31}, {S_INIT("cvssV3_0"), 30}, {S_INIT("cvssV2_0"), 20}};
	const struct json *metrics = json_get_lit(container, "metrics");
	for (size_t i = 0; i < json_count(metrics); i++) {
		const struct json *m = json_at(metrics, i), *other = json_get_lit(m, "other");
		struct str scenario = read_scenario(c, m);
		bool told = false;
		for (size_t k = 0; k < lengthof(versions); k++) {
			const struct json *cvss = json_get(m, versions[k].name);
			if (!json_is(cvss, JSON_OBJECT) || !cvss->n) continue;
			struct json_builder score = cvss_score(c->a, &c->t, cvss);
			struct str word = json_get_str(cvss, S("baseSeverity"));
			double base = json_number(json_get_lit(cvss, "baseScore"), -1);
			if (!word.n && base >= 0) word = cvss_severity(versions[k].version, base);
			rate(c, versions[k].version, severity_of_word(word));
			add_score(c, &score, scenario);
			told = true;
		}
		if (told) take_is(&c->t, m, S("format"), S("CVSS"));
		const struct json *content = json_get_lit(other, "content");
		struct str type = json_is(content, JSON_OBJECT) ? take_str(&c->t, other, S("type")) : STR_EMPTY;
		if (!type.n) continue;
		struct json_builder score = str_is(type, "ssvc") ? read_ssvc(c, content) :
			str_is(type, "kev") ? read_kev(c, content) : read_other_rating(c, type, content);
		add_score(c, &score, scenario);
	}
}
