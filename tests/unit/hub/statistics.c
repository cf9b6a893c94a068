/* Statistics: that nothing small follows from what is published, and that what is published is right. */
#include "test.h"

#include "hub/erasures.h"
#include "hub/fives.h"
#include "hub/statistics.h"
#include "lib/json/json.h"

/* ---- fives ---- */

enum { MOST = 14, LENGTH = 3, ALL = (MOST + 1) * (MOST + 1) * (MOST + 1) };

static void spread(int code, int64_t out[LENGTH]) {
	for (int i = 0; i < LENGTH; i++, code /= MOST + 1) out[i] = code % (MOST + 1);
}

/* All columns of three quarters with up to 14 each: whatever is published, each quarter may have counted at least five numbers that follow each other. Nothing but the published column is known, so this holds for every way to combine its numbers. */
static void no_count_follows_from_what_is_published(void **state) {
	(void)state;
	static int64_t published[ALL][LENGTH];
	int64_t counts[LENGTH];
	size_t looked = 0;
	for (int i = 0; i < ALL; i++) {
		spread(i, counts);
		fives_carry(counts, LENGTH, published[i]);
	}
	for (int i = 0; i < ALL; i++) {
		if (published[i][0] > 5 || published[i][1] > 5 || published[i][2] > 5) continue; /* of larger ones not all possibilities were tried */
		unsigned possible[LENGTH] = {0};
		for (int j = 0; j < ALL; j++) {
			if (memcmp(published[i], published[j], sizeof published[i]) != 0) continue;
			spread(j, counts);
			for (int c = 0; c < LENGTH; c++) possible[c] |= 1u << counts[c];
		}
		for (int c = 0; c < LENGTH; c++) {
			int64_t least = published[i][c] && c ? published[i][c] - 4 : published[i][c], most = published[i][c] + 4;
			for (int64_t v = least; v <= most; v++) assert_true(possible[c] & 1u << v);
			assert_int_equal(__builtin_popcount(possible[c]), most - least + 1);
			assert_true(most - least + 1 >= 5);
			looked++;
		}
		if (i > 400) i += 6;
	}
	assert_true(looked > 500);
}

/* Long columns of large numbers: the two columns that the header's reasoning names are there, for each quarter. */
static void of_long_columns_each_quarter_may_have_been_five_numbers(void **state) {
	(void)state;
	uint64_t seed = 20261125;
	for (int round = 0; round < 300; round++) {
		int64_t counts[40], out[40], sums[40], other[40], again[40], sum = 0, shown = 0;
		for (int i = 0; i < 40; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			counts[i] = (int64_t)(seed >> 60) * (round % 3 ? 1 : (int64_t)(seed >> 40 & 63)) / 3;
			sum += counts[i];
		}
		assert_int_equal(fives_carry(counts, 40, out), fives(sum));
		for (int i = 0; i < 40; i++) sums[i] = shown += out[i];
		for (int at = 0; at < 40; at++) {
			int64_t low = out[at] ? out[at] - 4 : 0;
			for (int64_t want = low; want <= out[at] + 4; want++) {
				/* Sums before `at` stand at their lowest, or as high as it takes; those from there on likewise. */
				int64_t up = want >= out[at] ? want - out[at] : 0, down = want < out[at] ? out[at] - want : 0;
				for (int i = 0; i < 40; i++) {
					int64_t s = sums[i] + (i >= at ? up : sums[i] == (at ? sums[at - 1] : 0) ? down : 0);
					int64_t before = i ? sums[i - 1] + (i - 1 >= at ? up : sums[i - 1] == (at ? sums[at - 1] : 0) ? down : 0) : 0;
					other[i] = s - before;
				}
				if (at == 0 && down) continue; /* nothing comes before the first: its sum is at least what is shown */
				for (int i = 0; i < 40; i++) assert_true(other[i] >= 0);
				fives_carry(other, 40, again);
				assert_memory_equal(again, out, sizeof out);
				assert_int_equal(other[at], want);
			}
		}
	}
}

/* ---- a hub with a moved clock ---- */

static moment at;
static moment moved(void) { return at; }
static moment date(int64_t year, int month, int day, int hour) { return days_from_date(year, month, day) * DAY + hour * HOUR; }

static int start_moved(void **state) {
	at = date(2026, 1, 10, 12);
	now_replace(moved);
	return start_hub(state);
}
static int end_moved(void **state) {
	now_replace(NULL);
	return end_hub(state);
}
#define moved_test(fn) cmocka_unit_test_setup_teardown(fn, start_moved, end_moved)

static struct str receive(const char *body) {
	ok(apply((struct change){.op = CHANGE_CREATE, .kind = S("report"), .body = json(body), .state = S("received")}));
	return arena_str(arena, str_of(result.uid));
}
static struct statistics look(void) {
	struct disclosing d = as(viewer_public);
	struct statistics s;
	ok(disclose_statistics(&d, &s, &test_err));
	return s;
}
static struct statistics renewed(void) {
	struct disclosing d = as(viewer_operator);
	at += SECOND;
	ok(statistics_renew(hub, &d, NULL, &test_err));
	return look();
}
static int64_t cell(const struct statistics *s, const char *table, const char *row, const char *column) {
	const struct statistics_table *t = statistics_find(s, str_of(table));
	assert_non_null(t);
	for (size_t r = 0; r < t->rows_n; r++)
		for (size_t c = 0; c < t->columns_n; c++)
			if (str_is(t->rows[r].name, row) && str_is(t->columns[c].name, column)) return t->rows[r].values[c];
	return STATISTICS_NONE; /* the row is left out */
}
static struct str as_text(const struct statistics *s) {
	autobuf struct buf b = BUF(4 << 20);
	struct json_writer w = json_writer(&b);
	statistics_json(&w, s);
	assert_false(b.failed);
	return arena_str(arena, buf_str(&b));
}

static const char hazard[] = "{'title': 'Secret marker', 'severity': 'high', 'classification': {'type': 'hazard'}}";
static const char flaw[] = "{'title': 'Secret marker', 'severity': 'low', 'classification': {'type': 'vulnerability'}}";

static void reports_are_counted_in_fives_by_quarter(void **state) {
	(void)state;
	for (int i = 0; i < 4; i++) receive(hazard);
	for (int i = 0; i < 7; i++) receive(flaw);
	create("report", hazard); /* a draft */
	create_public("report", hazard);
	struct statistics s = renewed();
	assert_int_equal(s.as_of, at);
	assert_int_equal(cell(&s, "reports-by-type", "2026-Q1", "hazard"), STATISTICS_NONE);
	assert_int_equal(cell(&s, "reports-by-type", "2026-Q1", "vulnerability"), 5);
	assert_int_equal(cell(&s, "reports-by-severity", "all", "low"), 5);
	assert_int_equal(cell(&s, "reports-by-state", "received", "count"), 10);
	at = date(2026, 5, 1, 0);
	receive(hazard);
	for (int i = 0; i < 3; i++) receive(flaw);
	s = renewed();
	assert_int_equal(cell(&s, "reports-by-type", "2026-Q1", "hazard"), STATISTICS_NONE);
	assert_int_equal(cell(&s, "reports-by-type", "2026-Q2", "hazard"), 5); /* carried over */
	assert_int_equal(cell(&s, "reports-by-type", "all", "hazard"), 5);
	assert_int_equal(cell(&s, "reports-by-type", "all", "vulnerability"), 10);
	assert_true(str_find(as_text(&s), S("marker")) == STR_NONE);
	check_whole();
}

static void a_report_that_names_no_type_counts_by_its_answers(void **state) {
	(void)state;
	for (int i = 0; i < 5; i++) receive("{'title': 'One', 'classification': {'real_world_harm': true, 'malicious_actor': false}}");
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "reports-by-type", "all", "real-world-incident"), 5);
}

static void bases_are_known_by_their_words(void **state) {
	(void)state;
	static const struct {
		const char *words;
		enum erasure_basis is;
	} all[] = {{"GDPR Art. 17", BASIS_PRIVACY}, {"Article 17(1)(a)", BASIS_PRIVACY}, {"AVG", BASIS_PRIVACY}, {"on average", BASIS_OTHER}, {"Regulation (EU) 2016/679", BASIS_PRIVACY},
		{"order of the District Court", BASIS_COURT}, {"Copyright Act, s. 17", BASIS_RIGHTS}, {"Directive 2011/93/EU", BASIS_MINORS}, {"house rules", BASIS_OTHER},
		{"  ", BASIS_NONE}, {"", BASIS_NONE}, {"discourtesy", BASIS_OTHER}};
	for (size_t i = 0; i < lengthof(all); i++) assert_int_equal(erasure_basis_of(str_of(all[i].words)), all[i].is);
}

static void erasures_are_counted_in_fives_by_law(void **state) {
	(void)state;
	struct str fields[] = {S("description")};
	for (int i = 0; i < 7; i++) {
		struct str gone = receive(hazard), struck = receive("{'title':'One','description':'words'}");
		ok(apply((struct change){.op = CHANGE_ERASE, .record = gone, .reason = S("asked for"), .basis = i < 6 ? S("GDPR Art. 17") : STR_EMPTY}));
		ok(apply((struct change){.op = CHANGE_ERASE, .record = struck, .fields = fields, .fields_n = 1, .reason = S("asked for"), .basis = S("by order of a court")}));
	}
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "erasures", "2026-Q1", "privacy"), 5);
	assert_int_equal(cell(&s, "erasures", "all", "court"), STATISTICS_NONE);
	assert_int_equal(cell(&s, "field-erasures", "2026-Q1", "court"), 5);
	assert_int_equal(cell(&s, "field-erasures", "all", "privacy"), STATISTICS_NONE);
	/* Those of which no law was named are never told. */
	const struct statistics_table *t = statistics_find(&s, S("erasures"));
	for (size_t c = 0; c < t->columns_n; c++) assert_false(str_is(t->columns[c].name, "none"));
	check_whole();
}

static void a_hub_with_few_reports_tells_nothing(void **state) {
	(void)state;
	struct str before, after;
	struct statistics s = renewed();
	s.as_of = 0;
	before = as_text(&s);
	for (int i = 0; i < 4; i++) {
		struct str id = receive(i % 2 ? hazard : flaw);
		ok(move(id, "acknowledge", ""));
	}
	s = renewed();
	s.as_of = 0;
	after = as_text(&s);
	assert_str(after, arena_cstr(arena, before));
}

/* Twenty reports, four of each type and four of none, all in one state: a sum of all types would be twenty, and each type thereby known. */
static void no_table_says_of_how_many_things_it_is(void **state) {
	(void)state;
	static const char *const all[] = {"security-incident", "real-world-incident", "vulnerability", "hazard"};
	for (int i = 0; i < 16; i++) receive(arena_fmt(arena, "{'title': 'One', 'classification': {'type': '%s'}}", all[i / 4]).p);
	for (int i = 0; i < 4; i++) receive("{'title': 'One'}");
	struct statistics s = renewed();
	const struct statistics_table *types = statistics_find(&s, S("reports-by-type"));
	assert_int_equal(types->columns_n, lengthof(all));
	for (size_t i = 0; i < types->columns_n; i++) assert_str(types->columns[i].name, all[i]);
	assert_int_equal(types->rows_n, 0);
	assert_int_equal(cell(&s, "reports-by-state", "received", "count"), 20);
	/* What a table may leave untold is left untold in each that counts the same. */
	static const struct {
		const char *table, *residual;
	} left_out[] = {{"reports-by-type", "other"}, {"reports-by-severity", "not-sure"}, {"reports-by-tier", "none"}, {"reports-by-state", "withdrawn"}, {"cases-by-state", "merged"},
		{"embargo-ends", "other"}};
	for (size_t i = 0; i < lengthof(left_out); i++) {
		const struct statistics_table *t = statistics_find(&s, str_of(left_out[i].table));
		for (size_t c = 0; c < t->columns_n; c++) assert_false(str_is(t->columns[c].name, left_out[i].residual));
		for (size_t r = 0; r < t->rows_n; r++) assert_false(str_is(t->rows[r].name, left_out[i].residual));
	}
}

static void times_are_told_from_enough_values_and_in_steps(void **state) {
	(void)state;
	struct str ids[10];
	for (int i = 0; i < 10; i++) ids[i] = receive(flaw);
	moment received = at;
	for (int i = 0; i < 4; i++) {
		at = received + (i + 1) * 5 * HOUR;
		ok(move(ids[i], "acknowledge", ""));
	}
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "report-times", "acknowledged", "count"), STATISTICS_NONE);
	assert_int_equal(cell(&s, "report-times", "acknowledged", "median"), STATISTICS_NONE);
	at = received + 25 * HOUR;
	ok(move(ids[4], "validate", "")); /* says that it has arrived, too */
	s = renewed();
	assert_int_equal(cell(&s, "report-times", "acknowledged", "count"), 5);
	assert_int_equal(cell(&s, "report-times", "acknowledged", "median"), 24); /* 15 hours */
	assert_int_equal(cell(&s, "report-times", "acknowledged", "p90"), STATISTICS_NONE); /* would be the slowest one's */
	assert_int_equal(cell(&s, "report-times", "decided", "median"), STATISTICS_NONE);
	at = received + 100 * HOUR;
	for (int i = 5; i < 10; i++) ok(move(ids[i], "validate", ""));
	s = renewed();
	assert_int_equal(cell(&s, "report-times", "acknowledged", "median"), 48); /* the fifth of ten: 25 hours */
	assert_int_equal(cell(&s, "report-times", "acknowledged", "p90"), 120);
	assert_int_equal(cell(&s, "report-times", "decided", "median"), 120);
	assert_int_equal(cell(&s, "report-times-by-quarter", "2026-Q1", "decided"), 120);
	assert_int_equal(cell(&s, "report-times", "published", "median"), STATISTICS_NONE);
}

static void tiers_count_by_the_newest_decision(void **state) {
	(void)state;
	static const char most[] = "{'table': 'harm-tier', 'values': {'severity': 'grave', 'people': 'few', 'reversibility': 'laborious', 'spread': 'systemic', 'uplift': 'decisive'}}";
	for (int i = 0; i < 6; i++) {
		struct str id = receive(flaw);
		ok(apply((struct change){.op = CHANGE_ACT, .record = id, .act = S("triage.decide"), .args = json(most)}));
	}
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "reports-by-tier", "all", "high"), 5);
}

static void cases_under_an_embargo_do_not_count(void **state) {
	(void)state;
	struct str ids[11];
	for (int i = 0; i < 11; i++) ids[i] = create("case", "{'title': 'A case'}");
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "cases-by-state", "open", "count"), 10);
	for (int i = 0; i < 2; i++)
		ok(apply((struct change){.op = CHANGE_ACT, .record = ids[i], .act = S("embargo.propose"),
			.args = json("{'until': '2026-03-01T12:00:00Z', 'time_zone': 'UTC'}")}));
	s = renewed();
	assert_int_equal(cell(&s, "cases-by-state", "open", "count"), 5);
}

static void they_are_worked_out_once_a_day_as_things_stood_at_the_hour(void **state) {
	(void)state;
	atomic_bool stop = false;
	for (int i = 0; i < 5; i++) receive(flaw);
	ok(statistics_run(hub, db, &stop, &test_err));
	struct statistics s = look();
	assert_int_equal(s.as_of, date(2026, 1, 10, STATISTICS_HOUR)); /* before the reports came */
	assert_int_equal(cell(&s, "reports-by-type", "all", "vulnerability"), STATISTICS_NONE);
	struct str first = as_text(&s);
	at = date(2026, 1, 11, STATISTICS_HOUR) - SECOND;
	ok(statistics_run(hub, db, &stop, &test_err));
	s = look();
	assert_str(as_text(&s), arena_cstr(arena, first));
	at = date(2026, 1, 11, 9); /* the hub was down at the hour */
	for (int i = 0; i < 5; i++) receive(flaw);
	ok(statistics_run(hub, db, &stop, &test_err));
	s = look();
	assert_int_equal(s.as_of, date(2026, 1, 11, STATISTICS_HOUR));
	assert_int_equal(cell(&s, "reports-by-type", "all", "vulnerability"), 5);
	at = date(2026, 1, 12, 9);
	stop = true;
	fails(statistics_run(hub, db, &stop, &test_err), ERR_CANCELLED);
	at = date(2026, 1, 10, 9); /* the clock was wrong */
	stop = false;
	ok(statistics_run(hub, db, &stop, &test_err));
	assert_int_equal(look().as_of, date(2026, 1, 10, STATISTICS_HOUR));
}

static void only_coordinators_work_them_out_anew(void **state) {
	(void)state;
	struct disclosing d = as(viewer_of("U-0000-0000", ROLE_MEMBER));
	fails(statistics_renew(hub, &d, NULL, &test_err), ERR_FORBIDDEN);
	d = as(viewer_public);
	fails(statistics_renew(hub, &d, NULL, &test_err), ERR_FORBIDDEN);
	assert_int_equal(look().as_of, 0);
}

static void what_was_erased_still_counts_as_received(void **state) {
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct str id = receive(flaw);
		if (!i) ok(apply((struct change){.op = CHANGE_ERASE, .record = id, .reason = S("asked for"), .basis = S("law")}));
	}
	struct statistics s = renewed();
	assert_int_equal(cell(&s, "reports-by-type", "all", "vulnerability"), STATISTICS_NONE);
	assert_int_equal(cell(&s, "reports-by-state", "received", "count"), 5);
}

static void csv_leaves_empty_what_is_not_told_and_holds_no_formula(void **state) {
	(void)state;
	autobuf struct buf b = BUF(4000);
	struct statistics_column columns[] = {{S("terms"), S("Terms"), STATISTICS_COUNT}, {S("late"), S("Late, or \"over\""), STATISTICS_COUNT}};
	int64_t values[] = {5, STATISTICS_NONE};
	struct statistics_row row = {S("R-1"), S("=cmd()"), values};
	struct statistics_table t = {.label = S("Organization"), .columns = columns, .columns_n = 2, .rows = &row, .rows_n = 1};
	statistics_csv(&b, &t);
	assert_str(buf_str(&b), "\"Organization\",\"Terms\",\"Late, or \"\"over\"\"\"\r\n\"'=cmd()\",5,\r\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_count_follows_from_what_is_published), cmocka_unit_test(of_long_columns_each_quarter_may_have_been_five_numbers),
		cmocka_unit_test(bases_are_known_by_their_words),
		moved_test(erasures_are_counted_in_fives_by_law),
		moved_test(reports_are_counted_in_fives_by_quarter), moved_test(a_report_that_names_no_type_counts_by_its_answers), moved_test(a_hub_with_few_reports_tells_nothing),
		moved_test(no_table_says_of_how_many_things_it_is),
		moved_test(times_are_told_from_enough_values_and_in_steps), moved_test(tiers_count_by_the_newest_decision), moved_test(cases_under_an_embargo_do_not_count),
		moved_test(they_are_worked_out_once_a_day_as_things_stood_at_the_hour), moved_test(only_coordinators_work_them_out_anew),
		moved_test(what_was_erased_still_counts_as_received), arena_test(csv_leaves_empty_what_is_not_told_and_holds_no_formula),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
