/* Statistics of cases, terms and disputes (hub/statistics.h): what each table counts, from five on, and that an embargo takes it away. */
#include "test_case.h"

#include "hub/dispute.h"
#include "hub/statistics.h"

static struct statistics worked_out(void) {
	struct disclosing by = as(viewer_operator), d = as(viewer_public);
	struct statistics s;
	clock_now += SECOND;
	ok(statistics_renew(hub, &by, NULL, &test_err));
	ok(disclose_statistics(&d, &s, &test_err));
	return s;
}
static int64_t number(const struct statistics *s, const char *table, const char *row, const char *column) {
	const struct statistics_table *t = statistics_find(s, str_of(table));
	assert_non_null(t);
	for (size_t r = 0; r < t->rows_n; r++)
		for (size_t c = 0; c < t->columns_n; c++)
			if ((str_is(t->rows[r].name, row) || str_is(t->rows[r].title, row)) && str_is(t->columns[c].name, column)) return t->rows[r].values[c];
	return STATISTICS_NONE;
}
static size_t rows(const struct statistics *s, const char *table) { return statistics_find(s, str_of(table))->rows_n; }

/* A case in which a developer is asked to fix something. */
static void open_case(struct str whom) {
	a_case = arena_str(arena, create("case", "{'title': 'A case'}"));
	ok(link_to(a_case, "affects", a_system));
	ok(ask(whom, "developer"));
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
}
static void embargo(void) {
	ok(propose(coordinator, 10 * DAY));
	ok(act(maker, "embargo.accept", "{}"));
}

static void overdue_is_a_case_whose_term_is_over_without_a_fix_by_organization_from_five_on(void **state) {
	(void)state;
	struct str cases[6];
	for (int i = 0; i < 5; i++) {
		open_case(makers);
		cases[i] = a_case;
		if (i < 4) ok(ask(hosts, "developer"));
	}
	struct statistics s = worked_out();
	assert_int_equal(rows(&s, "overdue-by-organization"), 0);
	clock_now += 46 * DAY;
	s = worked_out();
	assert_int_equal(number(&s, "overdue-by-organization", "Makers", "overdue"), 5);
	assert_int_equal(rows(&s, "overdue-by-organization"), 1); /* Hosts, with four, are not even named */
	/* A fix that is ready takes the case away, and with it the name. */
	ok(act(coordinator, "fix.progress", arena_fmt(arena, "{'for': '%.*s', 'step': 'fix-ready'}", STR_ARG(makers)).p));
	s = worked_out();
	assert_int_equal(rows(&s, "overdue-by-organization"), 0);
	/* So does an embargo. */
	clock_now -= 46 * DAY;
	open_case(makers);
	cases[5] = a_case;
	clock_now += 46 * DAY;
	s = worked_out();
	assert_int_equal(number(&s, "overdue-by-organization", "Makers", "overdue"), 5);
	a_case = cases[0];
	ok(propose(coordinator, 10 * DAY));
	s = worked_out();
	assert_int_equal(rows(&s, "overdue-by-organization"), 0);
}

static void organizations_that_left_five_cases_unanswered_are_named(void **state) {
	(void)state;
	for (int i = 0; i < 7; i++) {
		open_case(makers);
		if (i < 6) ok(ask(hosts, "hosting-platform"));
		if (i < 2) ok(act(host, "fix.progress", "{'step': 'fix-ready'}"));
	}
	struct statistics s = worked_out();
	assert_int_equal(number(&s, "unanswered-by-organization", "Makers", "unanswered"), 5);
	assert_int_equal(number(&s, "unanswered-by-organization", "Makers", "asked"), 5);
	assert_int_equal(rows(&s, "unanswered-by-organization"), 1);
}

static void parties_that_were_asked_in_answered_or_did_not(void **state) {
	(void)state;
	for (int i = 0; i < 11; i++) {
		open_case(makers);
		clock_now += 3 * HOUR;
		if (i < 5) ok(act(maker, "fix.progress", "{'step': 'fix-ready'}"));
	}
	struct statistics s = worked_out();
	assert_int_equal(number(&s, "parties", "answered", "count"), 5);
	assert_int_equal(number(&s, "parties", "silent", "count"), 5);
	assert_int_equal(number(&s, "parties", "answered", "share"), 50);
	assert_int_equal(number(&s, "answer-times", "answer", "median"), 4);
	assert_int_equal(number(&s, "answer-times", "answer", "p90"), STATISTICS_NONE);
}

static void embargoes_ended_for_one_reason_or_another(void **state) {
	(void)state;
	for (int i = 0; i < 11; i++) {
		a_case = arena_str(arena, create("case", "{'title': 'A case'}"));
		ok(ask(makers, "developer"));
		embargo();
		if (i < 5) ok(act(coordinator, "embargo.end", "{'why': 'agreed', 'reason': 'all are ready'}"));
		else if (i < 9) ok(act(coordinator, "embargo.end", "{'why': 'breach', 'reason': 'it was told'}"));
		else ok(act(coordinator, "embargo.end", "{'why': 'refused', 'reason': 'of our own'}"));
	}
	struct statistics s = worked_out();
	assert_int_equal(number(&s, "embargo-ends", "agreed", "count"), 5);
	assert_int_equal(number(&s, "embargo-ends", "breach", "count"), STATISTICS_NONE);
	assert_int_equal(number(&s, "embargo-ends", "refused", "count"), STATISTICS_NONE);
	assert_int_equal(number(&s, "embargo-length", "agreed", "count"), 10);
	assert_int_equal(number(&s, "embargo-length", "agreed", "median"), 10);
}

static struct str disputed(void) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .body = json("{'title': 'It leaks'}"), .state = S("received")}));
	struct str report = arena_str(arena, str_of(result.uid));
	struct dispute_filing f = {.target = report, .question = S("credit"), .statement = S("the-statement")};
	ok(dispute_file(hub, db, acting_as(finder), &f, &result, &test_err));
	a_case = arena_str(arena, str_of(result.uid)); /* what acts are made on */
	return report;
}

static void disputes_were_upheld_rejected_taken_back_or_are_open(void **state) {
	(void)state;
	struct str report = STR_EMPTY;
	for (int i = 0; i < 24; i++) {
		report = disputed();
		clock_now += HOUR;
		if (i < 6) ok(act(finder, "dispute.withdraw", "{'reason': 'a slip'}"));
		else if (i < 20) ok(act(coordinator, "dispute.decide", arena_fmt(arena, "{'outcome': '%s', 'reasons': 'so it is'}", i < 15 ? "reject" : "uphold").p));
		if (i >= 6 && i < 20) ok(act(finder, "dispute.accept", "{}"));
		clock_now += 2 * DAY;
	}
	clock_now += 20 * DAY;
	ok(dispute_escalate_overdue(hub, db, &test_err));
	struct statistics s = worked_out();
	assert_int_equal(number(&s, "dispute-outcomes", "reject", "count"), 5);
	assert_int_equal(number(&s, "dispute-outcomes", "uphold", "count"), 5);
	assert_int_equal(number(&s, "dispute-outcomes", "withdrawn", "count"), 5);
	assert_int_equal(number(&s, "dispute-outcomes", "open", "count"), STATISTICS_NONE);
	report = disputed();
	s = worked_out();
	assert_int_equal(number(&s, "dispute-outcomes", "open", "count"), 5);
	/* One about what a case under an embargo handles does not count. */
	struct str one = arena_str(arena, create("case", "{'title': 'A case'}"));
	ok(link_to(one, "handles", report));
	a_case = one;
	ok(propose(coordinator, 10 * DAY));
	s = worked_out();
	assert_int_equal(number(&s, "dispute-outcomes", "open", "count"), STATISTICS_NONE);
}

static struct str received(void) {
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .body = json("{'title': 'It leaks'}"), .state = S("received")}));
	return arena_str(arena, str_of(result.uid));
}

static void terms_are_met_in_time_or_late_run_or_are_overdue(void **state) {
	(void)state;
	struct str reports[20];
	struct statistics s = worked_out();
	assert_int_equal(rows(&s, "terms"), 0);
	for (int i = 0; i < 20; i++) reports[i] = received();
	s = worked_out();
	assert_int_equal(number(&s, "terms", "report/acknowledge", "running"), 20);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "met"), STATISTICS_NONE);
	clock_now += 3 * HOUR;
	for (int i = 0; i < 5; i++) ok(move(reports[i], "acknowledge", ""));
	for (int i = 15; i < 20; i++) ok(move(reports[i], "withdraw", "a slip")); /* neither met nor late */
	s = worked_out();
	assert_int_equal(number(&s, "terms", "Report: Acknowledge", "met"), 5);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "running"), 10);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "median"), 4);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "p90"), STATISTICS_NONE);
	clock_now += 8 * DAY;
	s = worked_out();
	assert_int_equal(number(&s, "terms", "report/acknowledge", "overdue"), 10);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "running"), STATISTICS_NONE);
	for (int i = 5; i < 10; i++) ok(move(reports[i], "acknowledge", ""));
	s = worked_out();
	assert_int_equal(number(&s, "terms", "report/acknowledge", "late"), 5);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "overdue"), 5);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "p90"), 240);
	/* A report that a case under an embargo handles has no terms here. */
	a_case = arena_str(arena, create("case", "{'title': 'A case'}"));
	ok(link_to(a_case, "handles", reports[0]));
	ok(ask(makers, "developer"));
	ok(propose(coordinator, 10 * DAY));
	s = worked_out();
	assert_int_equal(number(&s, "terms", "report/acknowledge", "met"), STATISTICS_NONE);
	assert_int_equal(number(&s, "terms", "report/acknowledge", "p90"), STATISTICS_NONE);
	assert_int_equal(number(&s, "reports-by-state", "acknowledged", "count"), 10); /* that it was received counts */
}

static void what_was_met_before_it_began_by_a_clock_that_went_back_took_no_time(void **state) {
	(void)state;
	struct str reports[5];
	for (int i = 0; i < 5; i++) reports[i] = received();
	clock_now -= 2 * DAY;
	for (int i = 0; i < 5; i++) ok(move(reports[i], "acknowledge", ""));
	clock_now += 3 * DAY;
	struct statistics s = worked_out();
	assert_int_equal(number(&s, "terms", "report/acknowledge", "median"), 1);
	assert_int_equal(number(&s, "report-times", "acknowledged", "median"), 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(overdue_is_a_case_whose_term_is_over_without_a_fix_by_organization_from_five_on),
		case_test(organizations_that_left_five_cases_unanswered_are_named),
		case_test(parties_that_were_asked_in_answered_or_did_not),
		case_test(embargoes_ended_for_one_reason_or_another),
		case_test(disputes_were_upheld_rejected_taken_back_or_are_open),
		case_test(terms_are_met_in_time_or_late_run_or_are_overdue),
		case_test(what_was_met_before_it_began_by_a_clock_that_went_back_took_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
