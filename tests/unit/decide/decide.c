#include "test_decide.h"

/* Two questions, four combinations; the parts that a test replaces are arguments. */
static struct str table_with(const char *points, const char *outcome, const char *rules, const char *more) {
	return quoted(arena_fmt(arena,
		"{'table': 'tea', 'version': '1.0.0', 'title': 'Tea', 'description': 'Which.', 'points': [%s], 'outcome': %s, 'rules': [%s]%s}", points, outcome,
		rules, more).p);
}

#define POINT(key, name) \
	"{'key': '" key "', 'name': '" name "', 'version': '1.0.0', 'title': 'T', 'description': 'D.', 'values': [" \
	"{'key': 'N', 'name': 'no', 'title': 'No', 'description': 'D.'}, {'key': 'Y', 'name': 'yes', 'title': 'Yes', 'description': 'D.'}]}"
#define POINTS POINT("H", "hot") ", " POINT("M", "milk")
#define OUTCOME \
	"{'key': 'O', 'name': 'drink', 'version': '1.0.0', 'title': 'T', 'description': 'D.', 'values': [" \
	"{'key': 'W', 'name': 'water', 'title': 'Water', 'description': 'D.'}, {'key': 'T', 'name': 'tea', 'title': 'Tea', 'description': 'D.'}]}"
#define RULES "['N', '*', 'W'], ['Y', 'N', 'W'], ['Y', 'Y', 'T']"

static void refused(struct str text, const char *message, const char *where) {
	const struct decide_table *t = NULL;
	struct err e = {0};
	assert_int_equal(decide_load(arena, text, &t, &e), ERR_INVALID);
	assert_null(t);
	assert_string_equal(e.message, message);
	assert_string_equal(e.where, where);
}

static void a_table_gives_each_combination_its_outcome(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	assert_int_equal(t->combinations, 4);
	const uint8_t expected[] = {0, 0, 0, 1};
	assert_memory_equal(t->map, expected, 4);
	for (size_t c = 0; c < 4; c++) {
		struct decide_given g = decide_combination(t, c);
		assert_int_equal(decide_number(t, &g), c);
		assert_int_equal(answer(t, &g).outcome, expected[c]);
	}
}

static void what_a_combination_lacks_or_has_twice_is_named(void **state) {
	(void)state;
	refused(table_with(POINTS, OUTCOME, "['N', '*', 'W'], ['Y', 'Y', 'T']", ""), "no rule has this combination: hot yes, milk no", "/rules");
	refused(table_with(POINTS, OUTCOME, RULES ", ['Y', 'Y', 'W']", ""), "an earlier rule has this combination already: hot yes, milk yes",
		"/rules/3");
	refused(table_with(POINTS, OUTCOME, RULES ", ['*', '*', 'W']", ""), "an earlier rule has this combination already: hot no, milk no",
		"/rules/3");
}

static void a_rule_says_known_values_and_a_known_outcome(void **state) {
	(void)state;
	refused(table_with(POINTS, OUTCOME, "['N', 'W']", ""), "expected 3 texts: the values of each point, then the outcome", "/rules/0");
	refused(table_with(POINTS, OUTCOME, "['N', 'X', 'W']", ""), "\"X\" is no value of milk", "/rules/0/1");
	refused(table_with(POINTS, OUTCOME, "['N|N', '*', 'W']", ""), "\"N\" stands twice", "/rules/0/0");
	refused(table_with(POINTS, OUTCOME, "['', '*', 'W']", ""), "\"\" is no value of hot", "/rules/0/0");
	refused(table_with(POINTS, OUTCOME, "['N|', '*', 'W']", ""), "\"\" is no value of hot", "/rules/0/0");
	refused(table_with(POINTS, OUTCOME, "[1, '*', 'W']", ""), "\"\" is no value of hot", "/rules/0/0");
	refused(table_with(POINTS, OUTCOME, "['N', '*', 'wine']", ""), "\"wine\" is no outcome", "/rules/0/2");
	refused(table_with(POINTS, OUTCOME, "", ""), "expected a list of rules", "/rules");
}

static void names_are_unique_and_nothing_unknown_is_passed_over(void **state) {
	(void)state;
	refused(table_with(POINT("H", "hot") ", " POINT("H", "milk"), OUTCOME, RULES, ""), "\"hot\" and \"milk\" share a name or key", "/points/1");
	refused(table_with(POINT("H", "hot") ", " POINT("hot", "milk"), OUTCOME, RULES, ""), "\"hot\" and \"milk\" share a name or key", "/points/1");
	refused(table_with(POINTS, OUTCOME, RULES, ", 'ruels': []"), "\"ruels\" means nothing here", "");
	refused(table_with(POINT("H!", "hot"), OUTCOME, RULES, ""), "expected 1 to 12 letters and digits", "/points/0/key");
	refused(table_with(POINT("H", "Hot"), OUTCOME, RULES, ""), "expected small letters, digits and hyphens", "/points/0/name");
	refused(table_with("", OUTCOME, RULES, ""), "expected at least one decision point", "/points");
	refused(table_with(POINTS, "7", RULES, ""), "expected an object", "/outcome");
	refused(table_with(POINTS, OUTCOME, RULES, ", 'exceptions': [{'point': 'sugar', 'reason': 'R.'}]"), "there is no point \"sugar\"",
		"/exceptions/0/point");
	refused(table_with(POINTS, OUTCOME, RULES, ", 'source': {'title': 'S', 'address': 'javascript:x'}"),
		"expected an address that begins with https://", "/source/address");
	refused(S("[]"), "expected an object", "");
	refused(S("{\"table\": \"x\", \"version\": \"01.0.0\"}"), "expected a version such as 1.0.0", "/version");
}

static void a_table_that_is_too_large_is_refused(void **state) {
	(void)state;
	struct buf points = BUF(1 << 16);
	for (int i = 0; i < 8; i++) {
		buf_fmt(&points, "%s{'key': 'K%d', 'name': 'p%d', 'version': '1.0.0', 'title': 'T', 'description': 'D.', 'values': [", i ? ", " : "", i, i);
		for (int v = 0; v < 4; v++) buf_fmt(&points, "%s{'key': 'V%d', 'name': 'v%d', 'title': 'T', 'description': 'D.'}", v ? ", " : "", v, v);
		buf_add(&points, S("]}"));
	}
	refused(table_with(points.p, OUTCOME, RULES, ""), "with this point there are more than 16384 combinations", "/points/7");
	buf_free(&points);
}

static void all_outcomes_give_a_tier_or_none(void **state) {
	(void)state;
	const char *half = "{'key': 'O', 'name': 'drink', 'version': '1.0.0', 'title': 'T', 'description': 'D.', 'values': ["
		"{'key': 'W', 'name': 'water', 'title': 'Water', 'description': 'D.', 'tier': 'low'}, {'key': 'T', 'name': 'tea', 'title': 'Tea', 'description': 'D.'}]}";
	refused(table_with(POINTS, half, RULES, ""), "all outcomes give a tier, or none does", "/outcome/values/1");
}

static void only_what_still_makes_a_difference_is_asked(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	struct decide_given g = decide_nothing();
	struct decide_answer a = answer(t, &g);
	assert_int_equal(a.possible, 3);
	assert_int_equal(a.relevant, 3);
	assert_int_equal(a.counts[0], 3);
	assert_int_equal(a.outcome, DECIDE_NONE);
	assert_int_equal(decide_set(t, &g, S("hot"), S("no"), &err), ERR_OK);
	a = answer(t, &g);
	assert_int_equal(a.outcome, 0);
	assert_int_equal(a.relevant, 0);
	assert_int_equal(a.next, DECIDE_NONE);
	g = decide_nothing();
	assert_int_equal(decide_set(t, &g, S("M"), S("Y"), &err), ERR_OK);
	a = answer(t, &g);
	assert_int_equal(a.possible_n, 2);
	assert_int_equal(a.relevant, 1);
	assert_int_equal(a.next, 0);
}

static void an_unknown_answer_says_which_there_are(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	struct decide_given g = decide_nothing();
	assert_int_equal(decide_set(t, &g, S("sugar"), S("no"), &err), ERR_INVALID);
	assert_string_equal(err.message, "tea asks nothing called \"sugar\"; it asks: hot, milk");
	assert_int_equal(decide_set(t, &g, S("hot"), S("very"), &err), ERR_INVALID);
	assert_string_equal(err.message, "\"very\" is no answer to hot; it is one of: no, yes");
	assert_string_equal(err.where, "hot");
	assert_int_equal(decide_set(t, &g, S("hot"), S("Y"), &err), ERR_OK);
	assert_int_equal(decide_set(t, &g, S("hot"), S("yes"), &err), ERR_OK);
	assert_int_equal(decide_set(t, &g, S("hot"), S("no"), &err), ERR_INVALID);
	assert_string_equal(err.message, "hot is answered twice");
}

static void answers_to_another_version_are_kept_where_they_fit(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	const struct json *values = NULL;
	assert_int_equal(json_parse(arena, quoted("{'hot': 'yes', 'milk': 'oat', 'sugar': 'no', 'N': 3}"), NULL, &values, &err), ERR_OK);
	struct decide_given g;
	assert_int_equal(decide_given_fitting(t, values, &g), 3);
	assert_string_equal(json_text(arena, decide_given_json(arena, t, &g)).p, "{\"hot\":\"yes\"}");
	assert_int_equal(decide_given_of(t, values, &g, &err), ERR_INVALID);
}

static void a_vector_reads_back_as_it_was_written(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	for (uint8_t hot = 0; hot < 3; hot++) {
		for (uint8_t milk = 0; milk < 3; milk++) {
			struct decide_given g = decide_nothing(), again;
			g.values[0] = hot == 2 ? DECIDE_OPEN : hot;
			g.values[1] = milk == 2 ? DECIDE_OPEN : milk;
			struct str v = decide_vector(arena, t, &g);
			if (decide_vector_read(t, v, &again, &err)) fail_msg("%s: %s", v.p, err.message);
			assert_memory_equal(&g, &again, sizeof g);
		}
	}
	struct decide_given g = decide_nothing();
	g.values[1] = 1;
	assert_string_equal(decide_vector(arena, t, &g).p, "tea/1.0.0/M:Y");
}

static void a_vector_that_is_none_is_refused(void **state) {
	(void)state;
	const struct decide_table *t = load(table_with(POINTS, OUTCOME, RULES, ""));
	const struct {
		const char *vector, *message;
		enum err_code code;
	} cases[] = {
		{"", "a vector looks like tea/1.0.0/H:N", ERR_INVALID},
		{"tea", "a vector looks like tea/1.0.0/H:N", ERR_INVALID},
		{"tea/one/H:N", "a vector looks like tea/1.0.0/H:N", ERR_INVALID},
		{"coffee/1.0.0/H:N", "the vector is of the table \"coffee\", not of tea", ERR_INVALID},
		{"tea/2.0.0/H:N", "the vector is of version 2.0.0; this is version 1.0.0 of tea", ERR_UNSUPPORTED},
		{"tea/1.0.0/H", "\"H\" is no answer; one looks like H:N", ERR_INVALID},
		{"tea/1.0.0/", "\"\" is no answer; one looks like H:N", ERR_INVALID},
		{"tea/1.0.0/H:N/H:N", "H stands twice in the vector", ERR_INVALID},
		{"tea/1.0.0/H:N/hot:Y", "H stands twice in the vector", ERR_INVALID},
		{"tea/1.0.0/S:1", "tea asks nothing called \"S\"; it asks: hot, milk", ERR_INVALID},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct decide_given g;
		assert_int_equal(decide_vector_read(t, str_of(cases[i].vector), &g, &err), cases[i].code);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void where_more_leads_to_less_is_told(void **state) {
	(void)state;
	const char *falling = "['N', '*', 'T'], ['Y', 'N', 'W'], ['Y', 'Y', 'T']";
	struct decide_monotony m;
	decide_monotone(load(table_with(POINTS, OUTCOME, RULES, "")), &m);
	assert_int_equal(m.pairs, 4);
	assert_int_equal(m.falls, 0);
	decide_monotone(load(table_with(POINTS, OUTCOME, falling, "")), &m);
	assert_int_equal(m.falls, 1);
	assert_int_equal(m.undeclared, 1);
	assert_int_equal(m.first[0].point, 0);
	assert_int_equal(m.first[0].from.values[1], 0);
	decide_monotone(load(table_with(POINTS, OUTCOME, falling, ", 'exceptions': [{'point': 'hot', 'reason': 'It is summer.'}]")), &m);
	assert_int_equal(m.falls, 1);
	assert_int_equal(m.undeclared, 0);
	assert_true(m.first[0].declared);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_gives_each_combination_its_outcome),
		cmocka_unit_test(what_a_combination_lacks_or_has_twice_is_named),
		cmocka_unit_test(a_rule_says_known_values_and_a_known_outcome),
		cmocka_unit_test(names_are_unique_and_nothing_unknown_is_passed_over),
		cmocka_unit_test(a_table_that_is_too_large_is_refused),
		cmocka_unit_test(all_outcomes_give_a_tier_or_none),
		cmocka_unit_test(only_what_still_makes_a_difference_is_asked),
		cmocka_unit_test(an_unknown_answer_says_which_there_are),
		cmocka_unit_test(answers_to_another_version_are_kept_where_they_fit),
		cmocka_unit_test(a_vector_reads_back_as_it_was_written),
		cmocka_unit_test(a_vector_that_is_none_is_refused),
		cmocka_unit_test(where_more_leads_to_less_is_told),
	};
	return cmocka_run_group_tests(tests, start, end);
}
