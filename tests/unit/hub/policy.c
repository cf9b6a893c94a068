/* How far a policy protects: each level from both sides, each test, and what must not be counted. */
#include "test.h"

#include "hub/policy.h"

/* A policy of the fifth level, the smallest that there is. */
static const char full[] =
	"{'title':'P','scope':{'topics':['Security']},'channels':[{'type':'email','address':'flaws@example.org'}],"
	"'commitments':[{'what':'acknowledge','within':'P3D'}],'safe_harbor':{'level':'full','anti_hacking':{'granted':true,'text':'Allowed.'},"
	"'anti_circumvention':{'granted':true},'terms_exempted':{'granted':true},'good_faith':{'granted':true,'judged_by':'independent-panel'}},"
	"'recognition':{'reward':'none'},'disclosure':{'default':'P90D','embargo':'By consent.','finder_may_publish':true,'coordinated':true},"
	"'technical_safe_harbor':{'no_suspension':true,'reasons':true,'appeal':{'available':true}}}";

static struct policy_assessment assessed(const struct json *body) {
	struct policy_assessment *as = arena_new_of(arena, struct policy_assessment);
	policy_assess(body, as);
	return *as;
}
static int level_of(const struct json *body) {
	return assessed(body).level;
}
/* The full policy without what stands at a pointer, or with something else there. */
static const struct json *with(const char *pointer, const char *value) {
	return json_with_pointer(arena, json(full), str_of(pointer), value ? json(value) : NULL);
}

static void nothing_and_an_empty_policy_are_level_0(void **state) {
	(void)state;
	assert_int_equal(level_of(NULL), 0);
	assert_int_equal(level_of(json("{'title':'P'}")), 0);
	assert_int_equal(level_of(json("[]")), 0);
	assert_int_equal(assessed(json("{'title':'P','maturity':5}")).stated, 5);
	assert_int_equal(level_of(json("{'title':'P','maturity':5}")), 0);
	assert_int_equal(assessed(json("{'title':'P'}")).stated, -1);
}

static void the_whole_is_level_5(void **state) {
	(void)state;
	struct policy_assessment as = assessed(json(full));
	assert_int_equal(as.level, 5);
	assert_int_equal(as.tests_met, 4);
	assert_int_equal(as.technical_met, 3);
	for (size_t i = 0; i < POLICY_POINTS; i++) assert_true(as.points[i].met);
}

static void each_point_that_is_missing_takes_it_below_its_level_and_says_so(void **state) {
	(void)state;
	static const struct {
		const char *pointer, *value;
		int level;
		const char *name;
	} cases[] = {
		{"/channels", NULL, 0, "contact"}, {"/channels", "[{'type':'email'}]", 0, "contact"}, {"/channels", "[{'type':'email','address':' '}]", 0, "contact"},
		{"/scope", NULL, 1, "scope"}, {"/scope", "{'third_parties':'x'}", 1, "scope"}, {"/scope", "{'topics':[]}", 1, "scope"},
		{"/commitments", NULL, 1, "expectations"}, {"/commitments", "[{'what':'acknowledge'}]", 1, "expectations"},
		{"/safe_harbor", NULL, 2, "promise"}, {"/safe_harbor/level", "'none'", 2, "promise"},
		{"/safe_harbor/anti_hacking", NULL, 3, "anti-hacking"}, {"/safe_harbor/anti_hacking/granted", "false", 3, "anti-hacking"},
		{"/safe_harbor/anti_circumvention", NULL, 3, "anti-circumvention"}, {"/safe_harbor/anti_circumvention/granted", "'yes'", 3, "anti-circumvention"},
		{"/safe_harbor/terms_exempted/granted", NULL, 3, "terms-exempted"}, {"/safe_harbor/good_faith/granted", "false", 3, "good-faith"},
		{"/disclosure", NULL, 3, "disclosure-process"}, {"/recognition", NULL, 3, "compensation"}, {"/recognition", "{'credit':true}", 3, "compensation"},
		{"/disclosure/default", NULL, 4, "timeline"}, {"/disclosure/embargo", NULL, 4, "extension"},
		{"/disclosure/finder_may_publish", "false", 4, "may-publish"}, {"/disclosure/coordinated", NULL, 4, "coordinated"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct policy_assessment as = assessed(with(cases[i].pointer, cases[i].value));
		if (as.level != cases[i].level) print_error("%s %s\n", cases[i].pointer, cases[i].value ? cases[i].value : "");
		assert_int_equal(as.level, cases[i].level);
		bool told = false;
		for (size_t j = 0; j < POLICY_POINTS; j++) told |= !as.points[j].met && strcmp(as.points[j].name, cases[i].name) == 0 && strlen(as.points[j].why) > 10;
		assert_true(told);
	}
}

static void a_level_is_reached_by_the_other_ways_too(void **state) {
	(void)state;
	assert_int_equal(level_of(json("{'security_txt':{'contact':['mailto:a@example.org']}}")), 1);
	assert_int_equal(level_of(json("{'channels':[{'type':'hub'}]}")), 1);
	assert_int_equal(level_of(with("/scope", "{'text':'All of it.'}")), 5);
	assert_int_equal(level_of(with("/recognition", "{'text':'None is paid.'}")), 5);
	assert_int_equal(level_of(with("/commitments", "[{'what':'update','text':'Every week.'}]")), 5);
	/* A promise without the tests is the third level; one test alone is a promise. */
	assert_int_equal(level_of(with("/safe_harbor", "{'level':'partial'}")), 3);
	assert_int_equal(level_of(with("/safe_harbor", "{'good_faith':{'granted':true}}")), 3);
	/* A contact in the file alone is no channel that the policy names. */
	const struct json *body = json_with_pointer(arena, with("/channels", NULL), S("/security_txt/contact"), json("['mailto:a@example.org']"));
	assert_int_equal(level_of(body), 1);
}

static void who_says_that_there_is_none_promises_nothing(void **state) {
	(void)state;
	struct policy_assessment as = assessed(with("/safe_harbor/level", "'none'"));
	assert_int_equal(as.tests_met, 0);
	for (size_t i = 0; i < POLICY_TESTS; i++) assert_has(as.tests[i]->why, "none");
}

static void the_technical_half_and_the_judge_are_told_apart(void **state) {
	(void)state;
	struct policy_assessment as = assessed(with("/technical_safe_harbor", NULL));
	assert_int_equal(as.level, 5);
	assert_int_equal(as.technical_met, 0);
	assert_true(as.independent.met);
	assert_str(as.judge, "An independent panel");
	assert_int_equal(assessed(with("/technical_safe_harbor/appeal/available", "false")).technical_met, 2);
	assert_false(assessed(with("/safe_harbor/good_faith/judged_by", "'organization'")).independent.met);
	assert_false(assessed(with("/safe_harbor/good_faith/judged_by", NULL)).independent.met);
	const struct json *named = json_with_pointer(arena, with("/safe_harbor/good_faith/judged_by", NULL), S("/technical_safe_harbor/independent"), json("true"));
	named = json_with_pointer(arena, named, S("/technical_safe_harbor/judge"), json("'The board'"));
	assert_true(assessed(named).independent.met);
	assert_str(assessed(named).judge, "The board");
	/* One that the company judges in half is judged by the company. */
	named = json_with_pointer(arena, named, S("/safe_harbor/good_faith/judged_by"), json("'organization'"));
	assert_false(assessed(named).independent.met);
}

static void the_promise_is_told_in_its_own_words(void **state) {
	(void)state;
	struct policy_assessment as = assessed(json(full));
	assert_str(as.tests[0]->text, "Allowed.");
	assert_str(as.tests[1]->text, "");
}

static void an_organization_without_a_policy_is_a_contact_at_most(void **state) {
	(void)state;
	assert_int_equal(policy_level_of_organization(json("{'name':'A'}"), -1), 0);
	assert_int_equal(policy_level_of_organization(json("{'contacts':[{'type':'press','email':'p@example.org'}]}"), -1), 0);
	assert_int_equal(policy_level_of_organization(json("{'contacts':[{'type':'security'}]}"), -1), 0);
	assert_int_equal(policy_level_of_organization(json("{'contacts':[{'type':'ai-flaws','url':'https://example.org'}]}"), -1), 1);
	assert_int_equal(policy_level_of_organization(json("{'security_txt_url':'https://example.org/security.txt'}"), -1), 1);
	assert_int_equal(policy_level_of_organization(json("{'name':'A'}"), 4), 4);
}

static void a_policy_is_in_force_from_its_first_day_to_its_last(void **state) {
	(void)state;
	static const struct {
		const char *body, *day;
		bool in_force;
	} cases[] = {
		{"{}", "2026-01-01", true}, {"{'effective':'2026-01-02'}", "2026-01-01", false}, {"{'effective':'2026-01-01'}", "2026-01-01", true},
		{"{'effective':'2026'}", "2026-01-01", true}, {"{'effective':'2027'}", "2026-12-31", false}, {"{'expires':'2026-03-31'}", "2026-03-31", true},
		{"{'expires':'2026-03-31'}", "2026-04-01", false}, {"{'expires':'2026-03'}", "2026-03-31", true}, {"{'expires':'2026-03'}", "2026-04-01", false},
		{"{'expires':'2026'}", "2026-12-31", true},
	};
	for (size_t i = 0; i < lengthof(cases); i++) assert_int_equal(policy_in_force(json(cases[i].body), str_of(cases[i].day)), cases[i].in_force);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(nothing_and_an_empty_policy_are_level_0), arena_test(the_whole_is_level_5),
		arena_test(each_point_that_is_missing_takes_it_below_its_level_and_says_so), arena_test(a_level_is_reached_by_the_other_ways_too),
		arena_test(who_says_that_there_is_none_promises_nothing), arena_test(the_technical_half_and_the_judge_are_told_apart),
		arena_test(the_promise_is_told_in_its_own_words), arena_test(an_organization_without_a_policy_is_a_contact_at_most),
		arena_test(a_policy_is_in_force_from_its_first_day_to_its_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
