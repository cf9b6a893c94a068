/* Who is told when a term runs out, of what, and how often. */
#include "test_clock.h"

#include "hub/clock.h"
#include "hub/webhook.h"

static struct account owner, judge;
static int start(void **state) {
	if (start_case(state)) return -1;
	owner = person("owner", MEMBER_OWNER);
	judge = person("judge", MEMBER_ADJUDICATOR);
	return 0;
}
#define ladder_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

static void run_at(const char *when) {
	clock_now = at(when);
	ok(clock_run(hub, db, &test_err));
	ok(clock_run(hub, db, &test_err));
}
static size_t notices(struct account a, struct notice **list) {
	struct disclosing d = as(viewing(a));
	size_t n;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 200, .sort = NOTICE_SORTS}, list, &n, &next, &test_err));
	return n;
}

static void the_last_second_of_a_term_is_in_time(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	run_at("2026-11-26T23:59:59.999999Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 0);
	assert_false(clock_of(uid, "acknowledge")->overdue);
	run_at("2026-11-27T00:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	assert_true(clock_of(uid, "acknowledge")->overdue);
}

static void a_report_that_arrives_is_told_to_coordinators(void **state) {
	(void)state;
	struct notice *list;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	size_t n = notices(coordinator, &list), found = 0;
	for (size_t i = 0; i < n; i++) found += str_eq(list[i].record.uid, uid) && str_is(list[i].event.type, "moved");
	assert_int_equal(found, 1);
	assert_int_equal(notices(stranger, &list), 0);
}

static void owners_and_adjudicators_learn_that_a_term_is_over_and_not_of_which_record(void **state) {
	(void)state;
	struct notice *list;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	run_at("2026-11-29T23:59:59Z");
	assert_int_equal(notices(owner, &list), 0);
	run_at("2026-11-30T00:00:00Z"); /* three days after its end */
	assert_int_equal(notices(owner, &list), 1);
	assert_int_equal(notices(judge, &list), 0);
	run_at("2026-12-04T00:00:00Z"); /* seven */
	assert_int_equal(notices(owner, &list), 1);
	assert_true(list[0].event.untold);
	assert_str(list[0].event.act->name, "clock.escalate");
	assert_str(list[0].record.uid, "");
	assert_str(list[0].record.id, "");
	assert_has(list[0].event.reason.p, "Coordinators were told");
	assert_null(list[0].event.detail);
	assert_str(list[0].record.kind->name, "record");
	assert_int_equal(notices(judge, &list), 1);
	assert_true(list[0].event.untold);
	assert_false(is_shown(viewing(owner), uid));
	/* Who is no owner any more is told nothing of it. */
	ok(member_set(hub, db, &by_operator, HUB, judge.uid, MEMBER_OWNER, &test_err));
	ok(member_set(hub, db, &by_operator, HUB, owner.uid, MEMBER_MEMBER, &test_err));
	assert_int_equal(notices(owner, &list), 0);
}

static void a_call_of_an_escalation_says_that_a_term_is_over_and_nothing_of_a_record(void **state) {
	(void)state;
	struct by by = as_person(owner);
	struct str id;
	char secret[WEBHOOK_SECRET];
	struct delivery *calls;
	size_t n;
	hub->base_url = S("https://hub.example");
	clock_now = at("2026-11-23T10:00:00Z");
	ok(webhook_create(hub, db, &by, &(struct webhook_new){.owner = owner.uid, .url = S("https://example.org/")}, arena, &id, secret, &test_err));
	(void)new_report();
	run_at("2026-12-05T00:00:00Z");
	ok(webhook_tell(hub, db, NULL, &test_err));
	ok(webhook_deliveries(hub, db, &by, id, STR_EMPTY, 0, 10, arena, &calls, &n, &test_err));
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		const struct json *payload;
		assert_str(calls[i].type, "act.clock.escalate");
		assert_str(calls[i].record, "");
		ok(json_parse(arena, calls[i].payload, NULL, &payload, &test_err));
		assert_int_equal(json_count(json_get_lit(payload, "data")), 0);
	}
}

static void mail_of_an_escalation_names_no_record(void **state) {
	(void)state;
	hub->mail.server = S("smtp://127.0.0.1:1");
	hub->mail.from = S("hub@example.org");
	hub->base_url = S("https://hub.example");
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	struct disclosed_event event;
	struct glimpse line;
	run_at("2026-12-05T00:00:00Z");
	int64_t seq = sql_number("SELECT min(event) FROM notice n JOIN account a ON a.uid = n.account WHERE a.login = 'owner'");
	struct disclosing d = as(viewing(owner));
	ok(disclose_event(&d, seq, &event, &line, &test_err));
	assert_false(str_eq(line.uid, uid));
	/* Nobody else may ask for it. */
	d = as(viewing(stranger));
	fails(disclose_event(&d, seq, &event, &line, &test_err), ERR_NOT_FOUND);
	d = as(viewer_public);
	fails(disclose_event(&d, seq, &event, &line, &test_err), ERR_NOT_FOUND);
}

static void whoever_only_waits_is_not_reminded_of_what_coordinators_must_do(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	run_at("2026-12-20T00:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	assert_int_equal(told(coordinator, uid, "clock.escalate"), 2);
	assert_int_equal(told(finder, uid, "clock.overdue"), 0);
	/* A reminder that comes too late is none. */
	assert_int_equal(told(coordinator, uid, "clock.remind"), 0);
	/* The finder sees how it stands, and no more than that. */
	assert_true(clock_for(finder, uid, "acknowledge")->overdue);
	assert_int_equal(clock_for(finder, uid, "acknowledge")->rung, RUNG_OVERDUE);
	assert_int_equal(clock_of(uid, "acknowledge")->rung, RUNG_ADJUDICATORS);
}

static void a_clock_that_jumps_repeats_nothing_and_loses_nothing(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	/* A day forward and back again. */
	run_at("2026-11-26T10:00:00Z");
	run_at("2026-11-24T10:00:00Z");
	run_at("2026-11-26T10:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.remind"), 1);
	run_at("2036-01-01T00:00:00Z");
	run_at("2026-11-26T10:00:00Z");
	run_at("2026-11-27T10:00:00Z");
	run_at("2036-01-01T00:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	assert_int_equal(told(coordinator, uid, "clock.escalate"), 2);
}

static void a_term_that_was_put_off_reminds_again(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	run_at("2026-11-28T10:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	ok(apply((struct change){.op = CHANGE_ACT, .actor = acting_as(coordinator), .record = uid, .act = S("clock.extend"),
		.args = json(arena_fmt(arena, "{'clock': %lld, 'until': '2026-12-08T10:00:00Z', 'reason': 'The finder is away'}", (long long)clock_of(uid, "acknowledge")->id).p)}));
	run_at("2026-12-05T21:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.remind"), 0);
	run_at("2026-12-05T23:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.remind"), 1);
	run_at("2026-12-08T11:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 2);
}

static void a_ladder_that_is_made_longer_is_in_nobody_s_way(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	run_at("2026-11-27T00:00:00Z");
	hub->escalation.owners = 60 * DAY;
	hub->escalation.adjudicators = 90 * DAY;
	run_at("2026-12-01T00:00:00Z"); /* the moment that the row still names has passed */
	assert_int_equal(told(coordinator, uid, "clock.escalate"), 0);
	assert_int_equal(sql_number(arena_fmt(arena, "SELECT count(*) FROM clock WHERE next > 0 AND next <= %lld", (long long)clock_now).p), 0);
	run_at("2027-01-26T00:00:00Z");
	assert_int_equal(told(coordinator, uid, "clock.escalate"), 1);
}

static void kinds_of_the_hub_s_own_have_terms_too(void **state) {
	(void)state;
	struct str text = str_of(note_kind);
	const char *moves = " 'moves': {";
	size_t where = str_find(text, str_of(moves));
	assert_true(where != STR_NONE);
	write_kind(folder, "note", arena_fmt(arena, "%.*s 'clocks': [{'name': 'look', 'title': 'Look at it', 'start': 'review', 'stop': ['published'], 'limit': 'P2D',"
		" 'who': 'coordinator'}],%.*s", STR_ARG(str_sub(text, 0, where)), STR_ARG(str_from(text, where))).p);
	reopen();
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = create("note", "{'title': 'A note'}");
	ok(move(uid, "submit", ""));
	run_at("2026-11-26T10:00:00Z");
	assert_true(clock_of(uid, "look")->overdue);
	assert_int_equal(told(coordinator, uid, "clock.overdue"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM clock WHERE name = 'look' AND rung = 2 AND next > 0"), 1);
}

static void the_queue_is_narrowed(void **state) {
	(void)state;
	struct disclosed_clock *list;
	size_t n;
	clock_now = at("2026-11-23T10:00:00Z");
	ok(ask(makers, "developer"));
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
	struct str uid = new_report();
	struct disclosing d = as(viewing(coordinator));
	ok(disclose_running(&d, &(struct running_request){0}, &list, &n, &test_err));
	assert_int_equal(n, 3);
	assert_str(list[0].record.uid, arena_cstr(arena, uid));
	ok(disclose_running(&d, &(struct running_request){.mine = true}, &list, &n, &test_err));
	assert_int_equal(n, 2); /* the fix is the parties' */
	ok(disclose_running(&d, &(struct running_request){.until = clock_now + 7 * DAY}, &list, &n, &test_err));
	assert_int_equal(n, 1);
	ok(disclose_running(&d, &(struct running_request){.overdue = true}, &list, &n, &test_err));
	assert_int_equal(n, 0);
	clock_now += 5 * DAY;
	ok(disclose_running(&d, &(struct running_request){.overdue = true}, &list, &n, &test_err));
	assert_int_equal(n, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		ladder_test(the_last_second_of_a_term_is_in_time), ladder_test(a_report_that_arrives_is_told_to_coordinators),
		ladder_test(owners_and_adjudicators_learn_that_a_term_is_over_and_not_of_which_record), ladder_test(a_call_of_an_escalation_says_that_a_term_is_over_and_nothing_of_a_record),
		ladder_test(mail_of_an_escalation_names_no_record),
		ladder_test(whoever_only_waits_is_not_reminded_of_what_coordinators_must_do), ladder_test(a_clock_that_jumps_repeats_nothing_and_loses_nothing),
		ladder_test(a_term_that_was_put_off_reminds_again), ladder_test(a_ladder_that_is_made_longer_is_in_nobody_s_way),
		ladder_test(kinds_of_the_hub_s_own_have_terms_too), ladder_test(the_queue_is_narrowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
