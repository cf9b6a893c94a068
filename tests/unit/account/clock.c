/* Terms: how they begin, end, are shortened, and what happens when nobody keeps them. */
#include "test_case.h"

#include "hub/account/notice.h"
#include "hub/clocks.h"
#include "hub/working_days.h"

static struct str new_report(void) {
	struct change c = {.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .body = json(
		"{'title': 'It leaks', 'description': 'Much', 'systems': [{'name': 'Model'}], 'severity': 'low', 'disclosure': {'intent': 'no'}, 'confirmed': true,"
		" 'classification': {'real_world_harm': false, 'malicious_actor': false, 'csam': false}, 'statistics': {'claim': 'often'}}")};
	ok(apply(c));
	struct str uid = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = acting_as(finder), .record = uid, .move = S("submit")}));
	return uid;
}
static const struct disclosed_clock *clock_of(struct str uid, const char *name) {
	struct disclosing d = as(viewing(coordinator));
	struct disclosed r = shown_to(d.viewer, uid);
	struct disclosed_clock *list;
	size_t n;
	ok(disclose_clocks(&d, &r, &list, &n, &test_err));
	for (size_t i = 0; i < n; i++)
		if (str_is(list[i].name, name)) return &list[i];
	return NULL;
}
static moment at(const char *text) {
	moment t = 0;
	assert_true(moment_parse(str_of(text), &t));
	return t;
}
static size_t told(struct account a, struct str uid, const char *act) {
	struct disclosing d = as(viewing(a));
	struct notice *list;
	size_t n, found = 0;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 200, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	for (size_t i = 0; i < n; i++) found += str_eq(list[i].record.uid, uid) && list[i].event.act && str_is(list[i].event.act->name, act);
	return found;
}
static void decide_tier(struct str uid, const char *tier) {
	ok(apply((struct change){.op = CHANGE_ACT, .record = uid, .act = S("triage.decide"), .args = json(tier)}));
}

static void a_term_of_business_days_ends_with_the_last_of_them(void **state) {
	(void)state;
	clock_now = at("2026-12-23T15:00:00Z"); /* a Wednesday */
	ok(holiday_add(hub, S("2026-12-25"), S("Christmas"), &test_err));
	struct str uid = new_report();
	const struct disclosed_clock *c = clock_of(uid, "acknowledge");
	assert_non_null(c);
	assert_true(c->running && !c->overdue);
	/* Thursday, Monday, Tuesday */
	assert_int_equal(c->due, at("2026-12-29T23:59:59Z"));
	fails(holiday_add(hub, S("2026-02-30"), S(""), &test_err), ERR_INVALID);
	fails(holiday_remove(hub, S("2026-02-03"), &test_err), ERR_NOT_FOUND);
}

static void it_stops_when_the_record_moves_on_and_tells_whether_in_time(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str one = new_report(), two = new_report();
	ok(move(one, "acknowledge", ""));
	assert_str(clock_of(one, "acknowledge")->state, "met");
	assert_true(clock_of(one, "decide")->running);
	clock_now += 10 * DAY;
	ok(move(two, "acknowledge", ""));
	assert_str(clock_of(two, "acknowledge")->state, "late");
}

static void each_rung_is_reached_once_and_in_order_however_late(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, uid, "clock.remind"), 0);
	clock_now = at("2026-11-26T12:00:00Z");
	ok(clock_run(hub, db, &test_err));
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, uid, "clock.remind"), 1);
	/* The clock is set back: nothing happens again. */
	clock_now = at("2026-11-25T12:00:00Z");
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, uid, "clock.remind"), 1);
	/* The server was down for two weeks. */
	clock_now = at("2026-12-10T12:00:00Z");
	ok(clock_run(hub, db, &test_err));
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	assert_int_equal(told(coordinator, uid, "clock.escalate"), 2);
	assert_int_equal(clock_of(uid, "acknowledge")->rung, RUNG_ADJUDICATORS);
	assert_true(clock_of(uid, "acknowledge")->overdue);
	/* What is met is over. */
	ok(move(uid, "acknowledge", ""));
	assert_int_equal(sql_number("SELECT count(*) FROM clock WHERE name = 'acknowledge' AND (next > 0 OR state <> 'late')"), 0);
}

static void a_tier_shortens_what_runs(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	ok(move(uid, "validate", ""));
	moment before = clock_of(uid, "take-up")->due;
	decide_tier(uid, "{'table': 'harm-tier', 'values': {'people': 'masses', 'severity': 'extreme', 'reversibility': 'lasting', 'uplift': 'decisive', 'spread': 'self-spreading'}}");
	const struct disclosed_clock *c = clock_of(uid, "take-up");
	assert_true(c->due < before);
	assert_int_equal(c->due, at("2026-11-24T10:00:00Z"));
}

static void a_policy_that_promises_sooner_counts(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str policy = create_public("policy", "{'title': 'A policy', 'commitments': [{'what': 'disclose', 'within': 'P10D', 'days': 'calendar'}]}");
	ok(link_to(a_case, "under-policy", policy));
	ok(ask(makers, "developer"));
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2026-12-03T23:59:59Z"));
}

static void notice_to_an_authority_is_due_by_class(void **state) {
	(void)state;
	static const struct {
		const char *class, *due;
	} classes[] = {{"general", "2026-12-08T23:59:59Z"}, {"death", "2026-12-03T23:59:59Z"}, {"widespread", "2026-11-25T23:59:59Z"},
		{"critical-infrastructure", "2026-11-25T23:59:59Z"}};
	for (size_t i = 0; i < lengthof(classes); i++) {
		struct str one = create("case", arena_fmt(arena,
			"{'title': 'A case', 'regulatory': [{'regime': 'EU AI Act, Article 73', 'applies': 'yes', 'class': '%s', 'aware': '2026-11-23T08:00:00Z'}]}", classes[i].class).p);
		const struct disclosed_clock *c = clock_of(one, "regulatory/0");
		assert_non_null(c);
		assert_int_equal(c->due, at(classes[i].due));
		revise(one, arena_fmt(arena, "{'title': 'A case', 'regulatory': [{'regime': 'EU AI Act, Article 73', 'applies': 'yes', 'class': '%s', "
			"'aware': '2026-11-23T08:00:00Z', 'initial': '2026-11-24T08:00:00Z'}]}", classes[i].class).p);
		assert_str(clock_of(one, "regulatory/0")->state, "met");
	}
}

static void a_term_is_put_off_with_a_reason_by_coordinators_alone(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	int64_t id = clock_of(uid, "acknowledge")->id;
	struct change c = {.op = CHANGE_ACT, .actor = acting_as(finder), .record = uid, .act = S("clock.extend"),
		.args = json(arena_fmt(arena, "{'clock': %lld, 'until': '2026-12-20T00:00:00Z', 'reason': 'Holidays'}", (long long)id).p)};
	fails(apply(c), ERR_FORBIDDEN);
	c.actor = acting_as(coordinator);
	ok(apply(c));
	assert_int_equal(clock_of(uid, "acknowledge")->due, at("2026-12-20T00:00:00Z"));
	c.args = json(arena_fmt(arena, "{'clock': %lld, 'until': '2026-11-20T00:00:00Z', 'reason': 'x'}", (long long)id).p);
	fails(apply(c), ERR_INVALID);
	c.act = S("clock.overdue");
	c.args = json(arena_fmt(arena, "{'clock': %lld}", (long long)id).p);
	fails(apply(c), ERR_FORBIDDEN);
}

static void strangers_are_told_of_no_terms(void **state) {
	(void)state;
	struct str uid = new_report();
	struct disclosing d = as(viewing(finder));
	struct disclosed r = shown_to(d.viewer, uid);
	struct disclosed_clock *list;
	size_t n;
	ok(disclose_clocks(&d, &r, &list, &n, &test_err));
	assert_int_equal(n, 1);
	fails(disclose_running(&d, 0, &list, &n, &test_err), ERR_FORBIDDEN);
	d = as(viewing(coordinator));
	ok(disclose_running(&d, 0, &list, &n, &test_err));
	assert_true(n >= 1);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(a_term_of_business_days_ends_with_the_last_of_them), case_test(it_stops_when_the_record_moves_on_and_tells_whether_in_time),
		case_test(each_rung_is_reached_once_and_in_order_however_late), case_test(a_tier_shortens_what_runs),
		case_test(a_policy_that_promises_sooner_counts), case_test(notice_to_an_authority_is_due_by_class),
		case_test(a_term_is_put_off_with_a_reason_by_coordinators_alone), case_test(strangers_are_told_of_no_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
