/* The ladder of a dispute: who may file one, who decides, until when, and who may know of it. */
#include "test_dispute.h"

#include "../ledger/test_ledger.h"
#include "hub/account/notice.h"

/* ---- filing ---- */

static void who_owns_a_record_or_is_a_party_disputes_it_and_others_what_is_public(void **state) {
	(void)state;
	ok(file_as(finder, a_report, "scope", ""));
	assert_str(shown_to(viewing(finder), a_dispute).line.headline, arena_fmt(arena, "Whether %.*s is in scope", STR_ARG(a_report)).p);
	fails(file_as(stranger, a_report, "valid", ""), ERR_NOT_FOUND);
	assert_has(test_err.message, "there is no record called");
	fails(file_as(stranger, an_advisory, "tier", ""), ERR_FORBIDDEN);
	assert_has(test_err.message, "its validity, and nothing else");
	ok(file_as(stranger, an_advisory, "valid", ""));
	fails(file_as(stranger, an_advisory, "valid", ""), ERR_CONFLICT);
	assert_has(test_err.message, "you dispute that already");
	fails(file_as(coordinator, a_report, "valid", ""), ERR_FORBIDDEN);
	fails(dispute_file(hub, db, (struct actor){S(""), ROLE_ANYONE}, &(struct dispute_filing){.target = an_advisory, .question = S("valid"), .statement = S("x")},
		&result, &test_err), ERR_FORBIDDEN);
	assert_has(test_err.message, "sign in");
	check_whole();
}

static void strangers_file_so_many_and_no_more(void **state) {
	(void)state;
	for (int i = 0; i < DISPUTE_OPEN_MOST; i++)
		ok(file_as(stranger, create_public("incident", arena_fmt(arena, "{'title': 'Incident %d', 'date': '2024'}", i).p), "valid", ""));
	fails(file_as(stranger, an_advisory, "valid", ""), ERR_CONFLICT);
	assert_has(test_err.message, "5 open disputes");
	ok(act(stranger, "dispute.withdraw", "{'reason': 'a slip'}"));
	fails(file_as(stranger, an_advisory, "valid", ""), ERR_CONFLICT);
	assert_has(test_err.message, "in a day");
	clock_now += 2 * DAY;
	ok(file_as(stranger, an_advisory, "valid", ""));
}

static void one_that_is_made_past_the_desk_is_held_to_the_same(void **state) {
	(void)state;
	struct change c = {.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("dispute"),
		.body = json("{'title': 'The proof is abc', 'question': 'valid', 'statement': 'x'}")};
	fails(apply(c), ERR_INVALID);
	c.links = &(struct change_link){S("disputes"), a_report};
	c.links_n = 1;
	fails(apply(c), ERR_INVALID);
	assert_has(test_err.message, "its title is given by the hub");
	c.actor = acting_as(stranger);
	fails(apply(c), ERR_NOT_FOUND);
	struct str hidden = str_of(test_err.message);
	hidden = arena_str(arena, hidden);
	c.links = &(struct change_link){S("disputes"), S("R-0000-0000")};
	fails(apply(c), ERR_NOT_FOUND);
	/* In the same words as for what does not exist. */
	assert_int_equal(str_find(hidden, S("there is no record called")), str_find(str_of(test_err.message), S("there is no record called")));
	assert_int_equal(sql_number("SELECT count(*) FROM dispute"), 0);
}

/* ---- the ladder ---- */

static void whoever_issued_it_answers_then_the_hub_then_a_panel(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	assert_true(may(maker, DISPUTE_ACKNOWLEDGE) && !may(stranger, DISPUTE_DECIDE) && !may(coordinator, DISPUTE_DECIDE));
	fails(act(coordinator, "dispute.decide", "{'outcome': 'reject', 'reasons': 'no'}"), ERR_FORBIDDEN);
	fails(act(stranger, "dispute.escalate", "{'reason': 'slow'}"), ERR_CONFLICT);
	assert_has(test_err.message, "still has time");
	ok(act(maker, "dispute.acknowledge", "{}"));
	ok(act(maker, "dispute.state", "{'text': 'the-answer'}"));
	struct dispute_view v = view(stranger);
	assert_str(v.statement, "the-statement");
	assert_str(v.answer, "the-answer");
	fails(act(maker, "dispute.decide", "{'outcome': 'perhaps', 'reasons': 'no'}"), ERR_INVALID);
	fails(act(maker, "dispute.decide", "{'outcome': 'reject'}"), ERR_INVALID);
	ok(act(maker, "dispute.decide", "{'outcome': 'reject', 'reasons': 'it holds'}"));
	assert_str(state_of(), "ruled");
	assert_str(last("level"), "owner");
	ok(act(stranger, "dispute.escalate", "{'reason': 'they judge themselves'}"));
	assert_str(state_of(), "with-hub");
	assert_false(may(maker, DISPUTE_DECIDE));
	ok(act(coordinator, "dispute.decide", "{'outcome': 'reject', 'reasons': 'it holds, says the hub'}"));
	ok(act(stranger, "dispute.escalate", "{'reason': 'still wrong'}"));
	assert_str(state_of(), "with-panel");
	assert_int_equal(view(coordinator).members_n, 5);
	check_whole();
}

static void what_is_not_decided_in_time_goes_up_by_itself(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	chores_run();
	assert_str(state_of(), "filed");
	clock_now += 6 * DAY; /* the end of the third business day, whatever day this is */
	chores_run();
	assert_str(state_of(), "with-hub");
	clock_now += 8 * DAY;
	chores_run();
	assert_str(state_of(), "with-panel");
	chores_run();
	assert_int_equal(view(coordinator).members_n, 5);
}

static void a_term_is_extended_once_to_fifteen_business_days(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	ok(act(maker, "dispute.acknowledge", "{}"));
	struct str far = moment_str(arena, clock_now + 40 * DAY), near = moment_str(arena, clock_now + 19 * DAY);
	fails(act(maker, "dispute.extend", arena_fmt(arena, "{'until': '%.*s', 'reason': 'holidays'}", STR_ARG(far)).p), ERR_INVALID);
	assert_has(test_err.message, "it can be extended to");
	ok(act(maker, "dispute.extend", arena_fmt(arena, "{'until': '%.*s', 'reason': 'holidays'}", STR_ARG(near)).p));
	fails(act(maker, "dispute.extend", arena_fmt(arena, "{'until': '%.*s', 'reason': 'more'}", STR_ARG(near)).p), ERR_CONFLICT);
	clock_now += 18 * DAY;
	chores_run();
	assert_str(state_of(), "acknowledged");
	clock_now += 2 * DAY;
	chores_run();
	assert_str(state_of(), "with-hub");
}

static void a_ruling_nobody_takes_further_is_final_and_carried_out(void **state) {
	(void)state;
	struct dispute_filing f = {.target = a_report, .question = S("valid"), .statement = S("it does hold"), .remedy = S("validate")};
	ok(dispute_file(hub, db, acting_as(finder), &f, &result, &test_err));
	a_dispute = arena_str(arena, str_of(result.uid));
	ok(act(coordinator, "dispute.decide", "{'outcome': 'uphold', 'reasons': 'it does'}"));
	assert_str(shown_to(viewer_operator, a_report).line.state->name, "received");
	ok(act(finder, "dispute.accept", "{}"));
	assert_str(state_of(), "ruled");
	clock_now += 15 * DAY;
	chores_run();
	assert_str(state_of(), "final");
	assert_str(last("carried_out"), "moved");
	assert_str(shown_to(viewer_operator, a_report).line.state->name, "valid");
	fails(act(finder, "dispute.escalate", "{'reason': 'once more'}"), ERR_CONFLICT);
	check_whole();
}

static void when_both_accept_it_is_final_at_once_and_what_no_move_does_is_a_task(void **state) {
	(void)state;
	ok(file_as(finder, a_report, "credit", ""));
	ok(act(coordinator, "dispute.decide", "{'outcome': 'uphold', 'reasons': 'it does'}"));
	ok(act(finder, "dispute.accept", "{}"));
	fails(act(finder, "dispute.accept", "{}"), ERR_CONFLICT);
	ok(act(coordinator, "dispute.accept", "{}"));
	assert_str(state_of(), "final");
	assert_str(last("carried_out"), "task");
	assert_int_equal(sql_number("SELECT count(*) FROM task WHERE done = 0"), 1);
	ok(act(coordinator, "task.done", arena_fmt(arena, "{'task': %lld}", (long long)sql_number("SELECT event FROM task")).p));
}

static void the_hub_is_no_second_instance_of_itself(void **state) {
	(void)state;
	ok(file_as(finder, a_report, "tier", ""));
	ok(act(coordinator, "dispute.decide", "{'outcome': 'reject', 'reasons': 'it is right'}"));
	ok(act(finder, "dispute.escalate", "{'reason': 'no'}"));
	assert_str(state_of(), "with-panel");
}

static void good_faith_is_the_panels_alone(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_INVITE, .record = a_report, .subject = makers, .role = S("party")}));
	ok(file_as(maker, a_report, "good-faith", ""));
	assert_str(state_of(), "with-panel");
	assert_true(view(finder).is_respondent);
	assert_false(may(coordinator, DISPUTE_DECIDE) || may(maker, DISPUTE_DECIDE) || may(finder, DISPUTE_DECIDE));
	ok(act(finder, "dispute.state", "{'text': 'I told them at once'}"));
	/* And the other way round: that a provider broke its safe harbor. */
	ok(file_as(finder, a_report, "good-faith", ""));
	assert_str(state_of(), "with-panel");
	assert_true(view(maker).is_respondent);
	assert_str(view(finder).respondent, "Makers");
	assert_str(view(maker).claimant, "Who made the record");
}

/* ---- who may know ---- */

static bool disputed_to(struct viewer v, struct str record) {
	struct disclosing d = as(v);
	struct disclosed r;
	bool out = false;
	if (disclose_record(&d, record, &r, &test_err)) return false;
	ok(disclose_disputed(&d, &r.line, 1, &out, &test_err));
	return out;
}

static void it_is_as_public_as_what_it_is_about(void **state) {
	(void)state;
	ok(file_as(finder, a_report, "valid", ""));
	assert_false(is_shown(viewer_public, a_dispute) || is_shown(viewing(stranger), a_dispute) || is_shown(viewing(seated[0]), a_dispute));
	assert_true(is_shown(viewing(finder), a_dispute) && is_shown(viewing(coordinator), a_dispute));
	ok(apply((struct change){.op = CHANGE_INVITE, .record = a_report, .subject = makers, .role = S("party")}));
	assert_true(is_shown(viewing(maker), a_dispute)); /* who comes into the record comes into its disputes */
	assert_true(disputed_to(viewing(maker), a_report));
	fails(apply((struct change){.op = CHANGE_INVITE, .actor = acting_as(finder), .record = a_dispute, .subject = stranger.uid, .role = S("party")}), ERR_CONFLICT);
	ok(move(a_report, "validate", ""));
	ok(move(a_report, "accept", ""));
	assert_int_equal(search("the-statement").n, 0);
	ok(move(a_report, "publish", ""));
	assert_true(is_shown(viewer_public, a_dispute) && disputed_to(viewer_public, a_report));
	assert_int_equal(search("statement").n, 1);
	assert_int_equal(linked(viewer_public, a_report, "disputes", true), 1);
	ok(act(coordinator, "dispute.decide", "{'outcome': 'reject', 'reasons': 'the-reasons'}"));
	assert_in(shown_to(viewer_public, a_dispute).body_text, "the-reasons");
	ok(act(finder, "dispute.accept", "{}"));
	ok(act(coordinator, "dispute.accept", "{}"));
	assert_false(disputed_to(viewer_public, a_report));
	assert_int_equal(linked(viewer_public, a_report, "disputes", true), 1); /* its outcome stays linked */
	check_whole();
}

static void under_an_embargo_nothing_shows(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	assert_true(is_shown(viewer_public, a_dispute));
	struct str dispute = a_dispute, a_case = create("case", "{'title': 'A case'}");
	ok(link_to(a_case, "publishes", an_advisory));
	a_dispute = a_case;
	struct str until = moment_str(arena, clock_now + 30 * DAY);
	ok(act(coordinator, "embargo.propose", arena_fmt(arena, "{'until': '%.*s', 'time_zone': 'UTC', 'reason': 'a fix'}", STR_ARG(until)).p));
	ok(act(coordinator, "embargo.accept", "{}"));
	assert_false(is_shown(viewer_public, dispute));
	assert_true(is_shown(viewer_public, an_advisory));
	assert_false(disputed_to(viewer_public, an_advisory));
	assert_int_equal(search("statement").n + (size_t)counted("dispute", "question", "valid"), 0);
	assert_true(is_shown(viewing(stranger), dispute)); /* who filed it still has it */
	check_whole();
	ok(act(coordinator, "embargo.end", "{'why': 'agreed', 'reason': 'done'}"));
	assert_true(is_shown(viewer_public, dispute));
	check_whole();
}

static void what_goes_from_the_public_takes_its_disputes_with_it(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = a_dispute, .rel = S("disputes"), .target = an_advisory}));
	assert_false(is_shown(viewer_public, a_dispute));
	ok(link_to(a_dispute, "disputes", an_advisory));
	assert_true(is_shown(viewer_public, a_dispute));
	fails(link_to(a_dispute, "disputes", a_report), ERR_CONFLICT);
	assert_str(said_of(a_dispute), "dispute withdraw dispute");
	check_whole();
}

static void those_concerned_are_told_of_each_step(void **state) {
	(void)state;
	ok(file_as(stranger, an_advisory, "valid", ""));
	int64_t n;
	ok(notice_unread(db, maker.uid, &n, &test_err));
	assert_true(n > 0);
	ok(notice_unread(db, coordinator.uid, &n, &test_err));
	assert_true(n > 0);
	ok(notice_unread(db, stranger.uid, &n, &test_err));
	assert_int_equal(n, 0);
	ok(act(maker, "dispute.acknowledge", "{}"));
	ok(notice_unread(db, stranger.uid, &n, &test_err));
	assert_true(n > 0);
	ok(notice_unread(db, finder.uid, &n, &test_err));
	assert_int_equal(n, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		dispute_test(who_owns_a_record_or_is_a_party_disputes_it_and_others_what_is_public), dispute_test(strangers_file_so_many_and_no_more),
		dispute_test(one_that_is_made_past_the_desk_is_held_to_the_same), dispute_test(whoever_issued_it_answers_then_the_hub_then_a_panel),
		dispute_test(what_is_not_decided_in_time_goes_up_by_itself), dispute_test(a_term_is_extended_once_to_fifteen_business_days),
		dispute_test(a_ruling_nobody_takes_further_is_final_and_carried_out),
		dispute_test(when_both_accept_it_is_final_at_once_and_what_no_move_does_is_a_task), dispute_test(the_hub_is_no_second_instance_of_itself),
		dispute_test(good_faith_is_the_panels_alone), dispute_test(it_is_as_public_as_what_it_is_about), dispute_test(under_an_embargo_nothing_shows),
		dispute_test(what_goes_from_the_public_takes_its_disputes_with_it), dispute_test(those_concerned_are_told_of_each_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
