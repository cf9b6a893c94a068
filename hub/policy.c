#include "policy.h"

/* ---- looking at the body ---- */

static bool has(const struct json *body, const char *pointer) {
	const struct json *v = json_pointer(body, str_of(pointer));
	switch (json_type(v)) {
	case JSON_NULL: return false;
	case JSON_STRING: return str_trim(v->string).n > 0;
	case JSON_ARRAY:
	case JSON_OBJECT: return json_count(v) > 0;
	case JSON_BOOL:
	case JSON_INT:
	case JSON_REAL: return true;
	}
	return false;
}

static struct str text_at(const struct json *body, const char *pointer) {
	return str_trim(json_string(json_pointer(body, str_of(pointer))));
}

static bool true_at(const struct json *body, const char *pointer) {
	return json_true(json_pointer(body, str_of(pointer)));
}

/* A channel that somebody can use: with an address, or one that this hub is itself. */
static bool channel(const struct json *body) {
	const struct json *channels = json_get_lit(body, "channels");
	for (size_t i = 0; i < json_count(channels); i++) {
		const struct json *one = json_at(channels, i);
		struct str type = json_get_str(one, S("type"));
		if (str_is(type, "hub") || str_is(type, "coordinator") || str_trim(json_get_str(one, S("address"))).n) return true;
	}
	return false;
}

/* What is covered, said in some form; a list of what is not says nothing of what is. */
static bool scope(const struct json *body) {
	return has(body, "/scope/systems") || has(body, "/scope/topics") || has(body, "/scope/activities") || has(body, "/scope/text");
}

static bool expectations(const struct json *body) {
	const struct json *list = json_get_lit(body, "commitments");
	for (size_t i = 0; i < json_count(list); i++)
		if (json_get_str(json_at(list, i), S("within")).n || str_trim(json_get_str(json_at(list, i), S("text"))).n) return true;
	return false;
}

static bool process(const struct json *body) {
	static const char *const fields[] = {"/disclosure/default", "/disclosure/coordinated", "/disclosure/embargo", "/disclosure/text",
		"/disclosure/finder_may_publish"};
	for (size_t i = 0; i < lengthof(fields); i++)
		if (has(body, fields[i])) return true;
	return false;
}

/* ---- the points ---- */

static struct policy_point point(int level, const char *name, const char *title, const char *field, bool met, const char *yes, const char *no) {
	return (struct policy_point){.level = level, .name = name, .title = title, .met = met, .field = field, .why = met ? yes : no, .text = STR_EMPTY};
}

static const char denied[] = "The policy says of its safe harbor that it is none.";

static struct policy_point test(const struct json *body, bool none, const char *name, const char *title, const char *field, const char *granted,
	const char *text, const char *yes, const char *no) {
	struct policy_point p = point(4, name, title, field, !none && true_at(body, granted), yes, none ? denied : no);
	if (p.met) p.text = text_at(body, text);
	return p;
}

static void read_tests(const struct json *body, bool none, struct policy_point *out) {
	out[0] = test(body, none, "anti-hacking", "Access is authorised", "/safe_harbor/anti_hacking/granted", "/safe_harbor/anti_hacking/granted",
		"/safe_harbor/anti_hacking/text", "Research under the policy counts as authorised under laws against computer intrusion.",
		"It does not say that research counts as authorised under laws against computer intrusion.");
	out[1] = test(body, none, "anti-circumvention", "No claim for circumvention", "/safe_harbor/anti_circumvention/granted",
		"/safe_harbor/anti_circumvention/granted", "/safe_harbor/anti_circumvention/text",
		"No claim is made for getting round technical protection, such as safety filters.",
		"It does not waive claims for getting round technical protection, such as safety filters.");
	out[2] = test(body, none, "terms-exempted", "Terms of service give way", "/safe_harbor/terms_exempted/granted",
		"/safe_harbor/terms_exempted/granted", "/safe_harbor/terms_exempted/text", "Terms that would forbid the research do not apply to it.",
		"It does not say that terms of service give way to research under it.");
	out[3] = test(body, none, "good-faith", "Lawful and in good faith", "/safe_harbor/good_faith/granted", "/safe_harbor/good_faith/granted",
		"/safe_harbor/good_faith/text", "Research under the policy is held to be lawful and done in good faith.",
		"It does not say that research under it is held to be lawful and done in good faith.");
}

static void read_first_levels(const struct json *body, bool promised, bool none, struct policy_point *out) {
	bool listed = has(body, "/security_txt/contact"), usable = channel(body);
	out[0] = point(1, "contact", "Somebody can be reached", usable || !listed ? "/channels" : "/security_txt/contact", usable || listed,
		"There is an address to which a flaw can be reported.", "There is no address to which a flaw can be reported.");
	out[1] = point(2, "scope", "What is covered", "/scope", scope(body), "It says what it covers.",
		"It does not say what it covers: systems, topics, activities, or the scope in words.");
	out[2] = point(2, "channel", "How to report", "/channels", usable, "It names a channel for reports.",
		"It names no channel that can be used: one needs an address, or is this hub.");
	out[3] = point(2, "expectations", "What comes back, and when", "/commitments", expectations(body), "It says what the organization does after a report.",
		"It does not say what the organization does after a report, and by when.");
	out[4] = point(3, "promise", "No action against good-faith research", "/safe_harbor", promised,
		"It promises to take no action against research in good faith.",
		none ? denied : "It does not promise to take no action against research in good faith.");
}

static void read_last_levels(const struct json *body, struct policy_point *out) {
	out[0] = point(4, "disclosure-process", "How findings become public", "/disclosure", process(body), "It says how findings become public.",
		"It does not say how findings become public.");
	out[1] = point(4, "compensation", "Whether money is paid", has(body, "/recognition/reward") ? "/recognition/reward" : "/recognition/text",
		has(body, "/recognition/reward") || has(body, "/recognition/text"), "It says whether a reward is paid.",
		"It does not say whether a reward is paid, or that none is.");
	out[2] = point(5, "timeline", "A day for publication", "/disclosure/default", has(body, "/disclosure/default"),
		"It says after what time findings become public.", "It does not say after what time findings become public.");
	out[3] = point(5, "extension", "How the time is extended", "/disclosure/embargo", has(body, "/disclosure/embargo"),
		"It says how that time is agreed and extended.", "It does not say how that time is agreed and extended.");
	out[4] = point(5, "may-publish", "Public in any case", "/disclosure/finder_may_publish", true_at(body, "/disclosure/finder_may_publish"),
		"After that time the finder may publish, whether or not the organization agrees.",
		"It does not say that the finder may publish after that time, whether or not the organization agrees.");
	out[5] = point(5, "coordinated", "Planned together", "/disclosure/coordinated", true_at(body, "/disclosure/coordinated"),
		"Publication is planned with the finder.", "It does not say that publication is planned with the finder.");
}

static void read_technical(const struct json *body, struct policy_assessment *out) {
	static const char reasons[] = "/technical_safe_harbor/reasons", appeal[] = "/technical_safe_harbor/appeal/available";
	struct policy_point *t = out->technical;
	t[0] = point(0, "no-suspension", "No suspension", "/technical_safe_harbor/no_suspension", true_at(body, "/technical_safe_harbor/no_suspension"),
		"No account is suspended for research under the policy.", "It does not say that accounts stay open.");
	if (t[0].met) t[0].text = text_at(body, "/technical_safe_harbor/text");
	t[1] = point(0, "reasons", "Reasons are given", reasons, true_at(body, reasons), "Each suspension comes with its reasons.",
		"It does not say that a suspension comes with reasons.");
	t[2] = point(0, "appeal", "There is an appeal", appeal, true_at(body, appeal), "A suspension can be contested.",
		"It does not say how a suspension can be contested.");
	if (t[2].met) t[2].text = text_at(body, "/technical_safe_harbor/appeal/text");
	for (size_t i = 0; i < POLICY_TECHNICAL; i++) out->technical_met += t[i].met;
}

static void read_judge(const struct json *body, struct policy_assessment *out) {
	static const char *const judges[][2] = {
		{"independent-panel", "An independent panel"}, {"coordinator", "A coordinator"}, {"court", "A court"}};
	struct str by = text_at(body, "/safe_harbor/good_faith/judged_by");
	bool technical = true_at(body, "/technical_safe_harbor/independent"), legal = false;
	for (size_t i = 0; i < lengthof(judges); i++) {
		if (!str_is(by, judges[i][0])) continue;
		legal = true;
		out->judge = str_of(judges[i][1]);
	}
	/* One that says both lets the company judge one half itself. */
	bool own = str_is(by, "organization");
	if (technical && !own) out->judge = text_at(body, "/technical_safe_harbor/judge");
	out->independent = point(0, "independent", "Good faith is judged by somebody else",
		legal || !technical ? "/safe_harbor/good_faith/judged_by" : "/technical_safe_harbor/independent", !own && (technical || legal),
		"Whether it was good faith is not for the organization alone to say.",
		own ? "The organization judges itself whether it was good faith." : "It does not say who judges whether it was good faith.");
}

void policy_assess(const struct json *body, struct policy_assessment *out) {
	*out = (struct policy_assessment){.stated = -1, .judge = STR_EMPTY};
	const struct json *stated = json_get_lit(body, "maturity");
	if (json_is_integer(stated)) out->stated = (int)json_integer(stated, -1);
	struct str level = text_at(body, "/safe_harbor/level");
	bool none = str_is(level, "none"), promised = str_is(level, "partial") || str_is(level, "full");
	read_tests(body, none, out->points + 5);
	for (size_t i = 0; i < POLICY_TESTS; i++) {
		out->tests[i] = &out->points[5 + i];
		out->tests_met += out->tests[i]->met;
	}
	read_first_levels(body, !none && (promised || out->tests_met), none, out->points);
	read_last_levels(body, out->points + 9);
	read_technical(body, out);
	read_judge(body, out);
	int lowest_missing = POLICY_LEVELS;
	for (size_t i = 0; i < POLICY_POINTS; i++)
		if (!out->points[i].met && out->points[i].level < lowest_missing) lowest_missing = out->points[i].level;
	out->level = lowest_missing - 1;
}

/* ---- words ---- */

static const char *const levels[POLICY_LEVELS][2] = {
	{"Nothing", "No address, no policy: whoever reports relies on goodwill."},
	{"Contact", "Somebody can be reached. Nothing is promised."},
	{"Disclosure policy", "It is written down what is covered, how to report and what comes back. Nobody is protected by it."},
	{"Partial safe harbor", "No action is taken against those who report in good faith. Something is still missing for full safe harbor."},
	{"Full safe harbor", "Testing is authorised, and laws and terms that could be turned against a finder are waived."},
	{"Full safe harbor with coordinated disclosure", "Testing is authorised, and findings become public after a time that is said beforehand."},
};

const char *policy_level_title(int level) {
	return levels[level < 0 ? 0 : level >= POLICY_LEVELS ? POLICY_LEVELS - 1 : level][0];
}
const char *policy_level_words(int level) {
	return levels[level < 0 ? 0 : level >= POLICY_LEVELS ? POLICY_LEVELS - 1 : level][1];
}

/* ---- organizations and days ---- */

int policy_level_of_organization(const struct json *body, int best) {
	if (best >= 1) return best;
	const struct json *contacts = json_get_lit(body, "contacts");
	for (size_t i = 0; i < json_count(contacts); i++) {
		const struct json *one = json_at(contacts, i);
		struct str type = json_get_str(one, S("type"));
		bool reached = json_get_str(one, S("email")).n || json_get_str(one, S("url")).n || json_get_str(one, S("phone")).n;
		if (reached && (str_is(type, "security") || str_is(type, "ai-flaws"))) return 1;
	}
	return has(body, "/security_txt_url") ? 1 : 0;
}

bool policy_in_force(const struct json *body, struct str day) {
	struct str from = text_at(body, "/effective"), until = text_at(body, "/expires");
	/* Of a month or year alone the whole counts, the first day as the last. */
	return str_cmp(str_sub(day, 0, from.n), from) >= 0 && (!until.n || str_cmp(str_sub(day, 0, until.n), until) <= 0);
}
