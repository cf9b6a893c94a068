/* What gives a term its length, and who may know of it: duties to authorities, tiers, policies, and terms that desks set. */
#include "test_clock.h"

#include "hub/clock.h"

#define CASE(duties) "{'title': 'A case', 'regulatory': [" duties "]}"
#define DUTY(class, more) "{'regime': 'EU AI Act, Article 73', 'applies': 'yes', 'class': '" class "', 'aware': '2026-11-23T08:00:00Z'" more "}"
#define ELSEWHERE "{'regime': 'A law of elsewhere', 'applies': 'yes', 'class': 'other', 'aware': '2026-11-23T08:00:00Z', 'limit': 'PT72H'}"

static int64_t clocks(const char *where) {
	return sql_number(arena_fmt(arena, "SELECT count(*) FROM clock WHERE name = 'regulatory' AND %s", where).p);
}

static void a_duty_stays_the_same_wherever_it_stands_in_the_list(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str one = create("case", CASE(DUTY("general", "")));
	moment due = clock_of(one, "regulatory")->due;
	revise(one, CASE(ELSEWHERE "," DUTY("general", "")));
	assert_int_equal(clocks("state = 'running'"), 2);
	assert_int_equal(clocks("state = 'cancelled'"), 0);
	/* The hour of becoming aware is not counted. */
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-11-26T09:00:00Z"));
	revise(one, CASE(DUTY("general", "")));
	assert_int_equal(clocks("state = 'cancelled'"), 1);
	assert_int_equal(clock_of(one, "regulatory")->due, due);
	revise(one, "{'title': 'A case'}");
	assert_int_equal(clocks("state = 'running'"), 0);
	assert_null(clock_of(one, "regulatory"));
}

static void another_class_is_another_term_from_the_same_beginning(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str one = create("case", CASE(DUTY("general", "")));
	assert_str(clock_of(one, "regulatory")->basis, "law:73(2)");
	revise(one, CASE(DUTY("death", "")));
	assert_int_equal(clocks("1 = 1"), 1);
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-12-03T23:59:59Z"));
	assert_str(clock_of(one, "regulatory")->basis, "law:73(4)");
	revise(one, CASE(DUTY("widespread", "")));
	assert_str(clock_of(one, "regulatory")->basis, "law:73(3)");
	/* A day that somebody wrote holds where it is sooner, and nothing else does where no law is known. */
	revise(one, CASE(DUTY("general", ", 'due': '2026-11-30T12:00:00Z'")));
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-11-30T12:00:00Z"));
	revise(one, CASE(DUTY("general", ", 'due': '2027-11-30T12:00:00Z'")));
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-12-08T23:59:59Z"));
	revise(one, CASE(DUTY("death", ", 'limit': 'P90D'")));
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-12-03T23:59:59Z"));
	revise(one, CASE(DUTY("death", ", 'limit': 'P3D'")));
	assert_int_equal(clock_of(one, "regulatory")->due, at("2026-11-26T23:59:59Z"));
	assert_str(clock_of(one, "regulatory")->basis, "entry");
	revise(one, CASE(DUTY("other", "")));
	assert_null(clock_of(one, "regulatory"));
}

static void the_first_notice_meets_a_duty_when_it_was_given(void **state) {
	(void)state;
	clock_now = at("2027-02-01T10:00:00Z");
	/* Told afterwards: the end had passed already, and it was met in time all the same. */
	struct str one = create("case", CASE(DUTY("general", ", 'initial': '2026-12-08T23:59:59.5Z'")));
	assert_str(clock_of(one, "regulatory")->state, "met");
	revise(one, CASE(DUTY("general", ", 'initial': '2026-12-09T00:00:00Z'")));
	assert_str(clock_of(one, "regulatory")->state, "late");
	/* It was written down by mistake. */
	revise(one, CASE(DUTY("general", "")));
	assert_true(clock_of(one, "regulatory")->running && clock_of(one, "regulatory")->overdue);
	revise(one, CASE(DUTY("general", ", 'complete': '2026-12-01T10:00:00Z'")));
	assert_str(clock_of(one, "regulatory")->state, "met");
	assert_int_equal(clocks("1 = 1"), 1);
}

static void parties_are_told_neither_of_a_duty_nor_of_its_end(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	ok(ask(makers, "developer"));
	assert_true(shown_to(viewing(maker), a_case).audiences & PARTIES);
	revise(a_case, CASE(DUTY("general", "")));
	assert_non_null(clock_of(a_case, "regulatory"));
	assert_null(clock_for(maker, a_case, "regulatory"));
	clock_now = at("2026-12-20T10:00:00Z");
	ok(clock_run(hub, db, &test_err));
	assert_true(told(coordinator, a_case, "clock.overdue") > 0);
	struct disclosing d = as(viewing(maker));
	struct notice *list;
	size_t n;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 200, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	for (size_t i = 0; i < n; i++)
		assert_true(!list[i].event.act || !str_starts(list[i].event.act->name, S("clock.")) || !str_is(list[i].event.reason, "Notice to an authority"));
}

static void tier(struct str uid, bool worst) {
	ok(apply((struct change){.op = CHANGE_ACT, .record = uid, .act = S("triage.decide"), .args = json(worst ?
		"{'table': 'harm-tier', 'values': {'people': 'masses', 'severity': 'extreme', 'reversibility': 'lasting', 'uplift': 'decisive', 'spread': 'self-spreading'}}" :
		"{'table': 'harm-tier', 'values': {'people': 'few', 'severity': 'slight', 'reversibility': 'restorable', 'uplift': 'marginal', 'spread': 'isolated'}}")}));
}
static void coordinate(void) {
	ok(ask(makers, "developer"));
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
}

static void the_tier_of_a_report_counts_for_the_case_that_handles_it(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	coordinate();
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2027-02-21T23:59:59Z"));
	clock_now += 5 * DAY;
	tier(a_report, true);
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2026-11-30T23:59:59Z"));
	assert_str(clock_of(a_case, "disclosure")->basis, "tier:critical");
	/* Why is for coordinators; how long is for all. */
	assert_int_equal(clock_for(maker, a_case, "disclosure")->due, at("2026-11-30T23:59:59Z"));
	assert_str(clock_for(maker, a_case, "disclosure")->basis, "");
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = a_case, .rel = S("handles"), .target = a_report}));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2027-02-21T23:59:59Z"));
	ok(link_to(a_case, "handles", a_report));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2026-11-30T23:59:59Z"));
}

static void what_was_put_off_no_tier_takes_back(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	coordinate();
	ok(apply((struct change){.op = CHANGE_ACT, .actor = acting_as(coordinator), .record = a_case, .act = S("clock.extend"),
		.args = json(arena_fmt(arena, "{'clock': %lld, 'until': '2027-06-01T10:00:00Z', 'reason': 'A chip must be changed'}",
			(long long)clock_of(a_case, "disclosure")->id).p)}));
	tier(a_case, true);
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2027-06-01T10:00:00Z"));
	assert_true(clock_of(a_case, "disclosure")->put_off);
	assert_int_equal(clock_of(a_case, "fix")->due, at("2026-11-30T23:59:59Z"));
}

static void a_milder_tier_takes_back_what_was_overdue(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	coordinate();
	tier(a_case, true);
	clock_now = at("2026-12-01T10:00:00Z");
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(clock_of(a_case, "disclosure")->rung, RUNG_OVERDUE);
	tier(a_case, false);
	assert_false(clock_of(a_case, "disclosure")->overdue);
	assert_int_equal(clock_of(a_case, "disclosure")->rung, RUNG_NONE);
	int64_t events = sql_number("SELECT count(*) FROM event");
	clock_now += 8 * DAY;
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM event"), events);
}

static void a_policy_promises_once_it_is_in_force_in_its_own_words(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str draft = create("policy", "{'title': 'A draft', 'commitments': [{'what': 'publish', 'within': 'P1D'}]}");
	struct str policy = create_public("policy", "{'title': 'A policy', 'commitments': [{'what': 'Publish', 'within': 'P20D', 'days': 'business'},"
		" {'what': 'fix or mitigate', 'within': 'P2W', 'days': 'business'}, {'what': 'decide', 'within': 'Psoon'}]}");
	coordinate();
	ok(link_to(a_case, "under-policy", draft));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2027-02-21T23:59:59Z"));
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = a_case, .rel = S("under-policy"), .target = draft}));
	ok(link_to(a_case, "under-policy", policy));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2026-12-21T23:59:59Z"));
	assert_str(clock_of(a_case, "disclosure")->policy, "A policy");
	assert_int_equal(clock_of(a_case, "fix")->due, at("2026-12-07T23:59:59Z"));
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = a_case, .rel = S("under-policy"), .target = policy}));
	assert_int_equal(clock_of(a_case, "disclosure")->due, at("2027-02-21T23:59:59Z"));
}

static void a_report_that_is_taken_back_has_no_term(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	struct str uid = new_report();
	ok(apply((struct change){.op = CHANGE_MOVE, .actor = acting_as(finder), .record = uid, .move = S("withdraw"), .reason = S("a mistake")}));
	assert_null(clock_of(uid, "acknowledge"));
}

/* ---- terms that desks set ---- */

struct setting {
	struct clock_given given;
	const char *how;
	moment until;
};
static enum err_code in_store(struct db *writer, void *arg, struct err *e) {
	const struct setting *x = arg;
	autoarena struct arena *a = arena_new(1 << 20);
	struct store s = {.hub = hub, .db = writer, .a = a, .actor = actor_operator, .at = now(), .e = e};
	struct stored r;
	int64_t id;
	enum err_code code = store_resolve(writer, a, a_case, &id, e);
	if (!code) code = store_read(hub, writer, a, id, &r, e);
	if (code) return code;
	if (strcmp(x->how, "start") == 0) return clock_start(&s, &r, &x->given);
	if (strcmp(x->how, "stop") == 0) return clock_stop(&s, &r, x->given.name, x->given.place, false);
	return clock_put_off(&s, &r, x->given.name, x->given.place, x->until);
}
static enum err_code desk(struct setting x) { return writer_run(hub->writer, in_store, &x, &test_err); }

static void a_desk_sets_terms_of_its_own_for_somebody_alone(void **state) {
	(void)state;
	clock_now = at("2026-11-23T10:00:00Z");
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	struct setting x = {.given = {.name = S("reply"), .place = makers, .title = S("Say whether you are affected"), .subject = makers, .due = clock_now + 8 * DAY}, .how = "start"};
	ok(desk(x));
	fails(desk(x), ERR_EXISTS);
	const struct disclosed_clock *c = clock_of(a_case, "reply");
	assert_str(c->whose, "Makers");
	assert_str(c->title, "Say whether you are affected");
	assert_int_equal(c->due, clock_now + 8 * DAY);
	assert_non_null(clock_for(maker, a_case, "reply"));
	assert_true(shown_to(viewing(host), a_case).audiences & PARTIES);
	assert_null(clock_for(host, a_case, "reply"));
	clock_now += 7 * DAY;
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, a_case, "clock.remind"), 1);
	assert_int_equal(told(maker, a_case, "clock.remind"), 1);
	assert_int_equal(told(host, a_case, "clock.remind"), 0);
	x.how = "later";
	x.until = clock_now + 8 * DAY;
	ok(desk(x));
	assert_int_equal(clock_of(a_case, "reply")->rung, RUNG_NONE);
	clock_now += 7 * DAY;
	ok(clock_run(hub, db, &test_err));
	assert_int_equal(told(coordinator, a_case, "clock.remind"), 2);
	x.how = "stop";
	ok(desk(x));
	ok(desk(x));
	assert_str(clock_of(a_case, "reply")->state, "met");
	/* Names of the kind's own are not a desk's. */
	fails(desk((struct setting){.given = {.name = S("disclosure"), .title = S("x"), .due = clock_now + DAY}, .how = "start"}), ERR_INTERNAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(a_duty_stays_the_same_wherever_it_stands_in_the_list), case_test(another_class_is_another_term_from_the_same_beginning),
		case_test(the_first_notice_meets_a_duty_when_it_was_given), case_test(parties_are_told_neither_of_a_duty_nor_of_its_end),
		case_test(the_tier_of_a_report_counts_for_the_case_that_handles_it), case_test(what_was_put_off_no_tier_takes_back),
		case_test(a_milder_tier_takes_back_what_was_overdue), case_test(a_policy_promises_once_it_is_in_force_in_its_own_words),
		case_test(a_report_that_is_taken_back_has_no_term), case_test(a_desk_sets_terms_of_its_own_for_somebody_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
