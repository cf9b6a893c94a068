/* Decisions by tables: who may make them, who is told what, and what else they leave behind. */
#include "test_account.h"

#include "hub/decision.h"

static struct account coordinator, maker, finder, stranger;
static struct str makers, a_case, a_report;

static struct viewer viewing(struct account a) {
	a = again(a.uid);
	return account_viewer(&a);
}
static struct actor acting_as(struct account a) {
	struct viewer v = viewing(a);
	return (struct actor){v.name, v.roles};
}
static enum err_code act(struct account by, struct str record, const char *name, const char *args) {
	return apply((struct change){.op = CHANGE_ACT, .actor = acting_as(by), .record = record, .act = str_of(name), .args = json(args)});
}
static enum err_code decide(struct account by, struct str record, const char *answers) {
	return act(by, record, "triage.decide", arena_fmt(arena, "{'table': 'harm-tier', 'note': 'the-note', %s}", answers).p);
}
static size_t decisions_of(struct viewer v, struct str record, struct decision **out) {
	size_t n = 0;
	struct disclosing d = as(v);
	struct disclosed r = shown_to(v, record);
	ok(disclose_decisions(&d, &r, out, &n, &test_err));
	return n;
}

static int start(void **state) {
	if (start_accounts(state)) return -1;
	coordinator = person("coordinator", MEMBER_COORDINATOR);
	maker = person("maker", MEMBER_MEMBER);
	finder = person("finder", MEMBER_MEMBER);
	stranger = person("stranger", MEMBER_MEMBER);
	makers = create_public("organization", "{'name': 'Makers', 'type': 'company'}");
	ok(member_set(hub, db, &by_operator, makers, maker.uid, MEMBER_MEMBER, &test_err));
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .body = json("{'title': 'It leaks'}")}));
	a_report = arena_str(arena, str_of(result.uid));
	a_case = create("case", "{'title': 'A case'}");
	ok(link_to(a_case, "handles", a_report));
	return 0;
}
#define decision_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

#define HIGH "'vector': 'harm-tier/1.0.0/S:3/P:1/R:2/X:3/U:3'"

static void only_coordinators_decide(void **state) {
	(void)state;
	fails(decide(finder, a_report, HIGH), ERR_FORBIDDEN);
	fails(decide(stranger, a_report, HIGH), ERR_NOT_FOUND);
	ok(decide(coordinator, a_report, HIGH));
	assert_true(result.changed);
}

static void who_is_only_asked_in_is_told_of_no_decision(void **state) {
	(void)state;
	struct decision *all;
	ok(decide(coordinator, a_case, HIGH));
	struct str until = moment_str(arena, clock_now + 30 * DAY);
	ok(act(coordinator, a_case, "embargo.propose",
		arena_fmt(arena, "{'until': '%.*s', 'time_zone': 'Europe/Amsterdam'}", STR_ARG(until)).p));
	ok(act(coordinator, a_case, "participant.ask", arena_fmt(arena, "{'subject': '%.*s', 'part': 'developer'}", STR_ARG(makers)).p));
	assert_int_equal(decisions_of(viewing(maker), a_case, &all), 0);
	ok(act(maker, a_case, "embargo.accept", "{}"));
	assert_int_equal(decisions_of(viewing(maker), a_case, &all), 1);
	assert_str(all[0].outcome, "high");
	assert_str(all[0].note, "");
	assert_int_equal(decisions_of(viewing(coordinator), a_case, &all), 1);
	assert_str(all[0].note, "the-note");
}

static void the_note_is_in_nothing_that_others_read(void **state) {
	(void)state;
	ok(decide(coordinator, a_report, HIGH));
	struct disclosing d = as(viewing(finder));
	struct disclosed r = shown_to(d.viewer, a_report);
	struct disclosed_event *events;
	size_t n, seen = 0;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) {
		if (!events[i].act) continue;
		assert_str(events[i].reason, "Harm tier: High");
		assert_int_equal(str_find(json_text(arena, events[i].detail), S("the-note")), STR_NONE);
		seen++;
	}
	assert_int_equal(seen, 1);
}

static void the_newest_tier_counts_and_the_same_again_is_no_change(void **state) {
	(void)state;
	struct decision *all;
	ok(decide(coordinator, a_report, HIGH));
	ok(act(coordinator, a_report, "triage.decide", "{'table': 'harm-tier', " HIGH "}"));
	assert_false(result.changed);
	ok(decide(coordinator, a_report, "'values': {'severity': 'slight', 'people': 'few', 'spread': 'isolated'}"));
	size_t n = decisions_of(viewing(coordinator), a_report, &all);
	assert_int_equal(n, 2);
	assert_str(decision_of_tier(all, n)->tier, "low");
	assert_true(all[0].current && !all[1].current);
	assert_int_equal(all[0].answers_n, 3);
	assert_str(all[0].answers[0].point, "Severity");
}

static void what_does_not_follow_yet_is_refused_and_names_what_to_say(void **state) {
	(void)state;
	struct decision *all;
	fails(decide(coordinator, a_report, "'values': {'severity': 'extreme'}"), ERR_INVALID);
	assert_has(test_err.message, "outcomes are still possible: say ");
	fails(decide(coordinator, a_report, "'version': '0.9.0', " HIGH), ERR_CONFLICT);
	fails(decide(coordinator, a_report, "'vector': 'harm-tier/0.9.0/S:1'"), ERR_CONFLICT);
	fails(act(coordinator, a_report, "triage.decide", "{'table': 'utility', 'values': {'automatable': 'no', 'value-density': 'diffuse'}}"), ERR_INVALID);
	assert_int_equal(decisions_of(viewing(coordinator), a_report, &all), 0);
}

static void a_report_suggests_only_what_it_says(void **state) {
	(void)state;
	const struct decide_table *t = table_find(hub->tables, S("harm-tier"));
	assert_null(decision_suggestions(arena, t, json("{'title': 'T', 'severity': 'not-sure'}")));
	assert_str(json_text(arena, decision_suggestions(arena, t, json("{'severity': 'medium', 'prevalence': 'isolated'}"))),
		"{\"severity\":\"considerable\",\"people\":\"few\",\"spread\":\"isolated\"}");
	t = table_find(hub->tables, S("coordinator-triage"));
	assert_str(json_text(arena, decision_suggestions(arena, t, json("{'harm_types': ['physical'], 'systems': [{'developer': 'A'}, {'developer': 'B'}]}"))),
		"{\"supplier-cardinality\":\"multiple\",\"public-safety-impact\":\"significant\"}");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		decision_test(only_coordinators_decide),
		decision_test(who_is_only_asked_in_is_told_of_no_decision),
		decision_test(the_note_is_in_nothing_that_others_read),
		decision_test(the_newest_tier_counts_and_the_same_again_is_no_change),
		decision_test(what_does_not_follow_yet_is_refused_and_names_what_to_say),
		decision_test(a_report_suggests_only_what_it_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
