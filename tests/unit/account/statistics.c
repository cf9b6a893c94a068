/* Numbers for everybody: none of them, nor what can be computed from them, is between one and four. */
#include "test_case.h"

#include "hub/statistics.h"

enum { CELLS = 12, TABLES = 200000 };

static bool told_apart(const int64_t *counts, size_t n, const bool *hidden) {
	int64_t sum = 0;
	size_t cells = 0;
	for (size_t i = 0; i < n; i++) {
		cells += hidden[i];
		sum += hidden[i] ? counts[i] : 0;
		if (!hidden[i] && counts[i] > 0 && counts[i] < STATISTIC_LEAST) return true;
	}
	/* Either nothing is withheld, or what is can't be had from the sum of all, or all of it is. */
	return cells && cells < n && (cells < 2 || sum < STATISTIC_LEAST);
}

static void nothing_small_is_shown_or_follows_from_a_sum(void **state) {
	(void)state;
	uint32_t seed = 7;
	size_t withheld = 0, whole = 0;
	for (size_t t = 0; t < TABLES; t++) {
		int64_t counts[CELLS];
		bool hidden[CELLS];
		size_t n = 1 + t % CELLS, cells = 0;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			counts[i] = (seed >> 24) % ((seed >> 16 & 3) ? 9 : 200);
		}
		statistics_withhold(counts, n, hidden);
		if (told_apart(counts, n, hidden)) fail_msg("table %zu tells a small number", t);
		for (size_t i = 0; i < n; i++) cells += hidden[i];
		withheld += cells > 0;
		whole += cells == n;
	}
	assert_true(withheld > TABLES / 4 && whole > 0 && whole < withheld);
}

static void large_numbers_are_shown_as_they_are(void **state) {
	(void)state;
	const int64_t counts[] = {5, 0, 1000, 7};
	bool hidden[4];
	statistics_withhold(counts, 4, hidden);
	for (size_t i = 0; i < 4; i++) assert_false(hidden[i]);
}

static void the_smallest_of_the_others_goes_with_a_single_small_one(void **state) {
	(void)state;
	const int64_t counts[] = {90, 2, 6, 0};
	bool hidden[4];
	statistics_withhold(counts, 4, hidden);
	assert_true(hidden[1] && hidden[2]);
	assert_false(hidden[0] || hidden[3]);
}

static void report(const char *type) {
	bool harm = !strcmp(type, "real-world-incident");
	struct change c = {.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .move = S("submit"), .body = json(arena_fmt(arena,
		"{'title': 'It leaks', 'description': 'Much', 'systems': [{'name': 'Model'}], 'severity': 'low', 'disclosure': {'intent': 'no'}, 'confirmed': true,"
		" 'classification': {'type': '%s', 'real_world_harm': %s, 'malicious_actor': false, 'csam': false}, %s 'statistics': {'claim': 'often'}}", type, harm ? "true" : "false",
		harm ? "'incident': {'date': '2026-01-01', 'harms': ['economic'], 'narrative': 'Money was lost'}," : "").p)};
	ok(apply(c));
}
static const struct statistic *shown(const char *name) {
	struct disclosing d = as(viewer_public);
	struct statistic *list;
	size_t n;
	moment at;
	ok(disclose_statistics(&d, &list, &n, &at, &test_err));
	for (size_t i = 0; i < n; i++)
		if (str_is(list[i].name, name)) return &list[i];
	return NULL;
}
static int64_t number(const char *table, const char *label) {
	const struct statistic *s = shown(table);
	assert_non_null(s);
	for (size_t i = 0; i < s->n; i++)
		if (str_is(s->cells[i].label, label)) return s->cells[i].n;
	return -2;
}

static void what_nobody_may_read_is_counted_once_a_day(void **state) {
	(void)state;
	for (int i = 0; i < 5; i++) report("hazard");
	ok(statistics_run(hub, db, false, &test_err));
	assert_int_equal(number("reports-by-type", "hazard"), 5);
	for (int i = 0; i < 3; i++) report("hazard");
	clock_now += 23 * HOUR;
	ok(statistics_run(hub, db, false, &test_err));
	assert_int_equal(number("reports-by-type", "hazard"), 5);
	clock_now += HOUR;
	ok(statistics_run(hub, db, false, &test_err));
	assert_int_equal(number("reports-by-type", "hazard"), 8);
}

static void times_stand_where_there_are_five(void **state) {
	(void)state;
	struct str uids[5];
	for (int i = 0; i < 5; i++) {
		report("hazard");
		uids[i] = arena_str(arena, str_of(result.uid));
	}
	clock_now += 2 * DAY;
	for (int i = 0; i < 4; i++) ok(move(uids[i], "acknowledge", ""));
	ok(statistics_run(hub, db, true, &test_err));
	assert_int_equal(shown("time-to-acknowledge")->n, 0);
	clock_now += 2 * DAY;
	ok(move(uids[4], "acknowledge", ""));
	ok(statistics_run(hub, db, true, &test_err));
	assert_int_equal(number("time-to-acknowledge", "half of them within"), 2);
	assert_int_equal(number("time-to-acknowledge", "nine of ten within"), 4);
}

static void organizations_are_named_from_five_overdue_cases_on(void **state) {
	(void)state;
	for (int i = 0; i < 5; i++) {
		a_case = arena_str(arena, create("case", "{'title': 'A case'}"));
		ok(link_to(a_case, "affects", a_system));
		ok(ask(makers, "developer"));
		if (i == 0) ok(ask(hosts, "developer"));
		ok(move(a_case, "triage", ""));
		ok(move(a_case, "coordinate", ""));
	}
	clock_now += 46 * DAY;
	ok(statistics_run(hub, db, true, &test_err));
	assert_int_equal(number("overdue-by-organization", "Makers"), 5);
	assert_int_equal(shown("overdue-by-organization")->n, 1);
	assert_int_equal(number("unanswered-by-organization", "Makers"), 5);
	ok(act(coordinator, "fix.progress", arena_fmt(arena, "{'for': '%.*s', 'step': 'fix-ready'}", STR_ARG(makers)).p));
	ok(statistics_run(hub, db, true, &test_err));
	assert_int_equal(shown("overdue-by-organization")->n, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_small_is_shown_or_follows_from_a_sum),
		cmocka_unit_test(large_numbers_are_shown_as_they_are),
		cmocka_unit_test(the_smallest_of_the_others_goes_with_a_single_small_one),
		case_test(what_nobody_may_read_is_counted_once_a_day),
		case_test(organizations_are_named_from_five_overdue_cases_on),
		case_test(times_stand_where_there_are_five),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
