/* When a stage of a release may begin, what is signed of what, and what follows from going back. */
#include "test_release.h"

#include "../ledger/test_ledger.h"
#include "hub/account/notice.h"

/* ---- the rules alone ---- */

static void the_table_of_what_may_be_done_in_which_state(void **state) {
	(void)state;
	static const char *const states[] = {"draft", "running", "published", "dropped", "cancelled", "withdrawn"};
	/* For each act and state: at no stage, at the first, in the middle, at the last of three. y may be. */
	static const struct {
		enum release_act act;
		const char *may[6];
	} want[] = {
		{RELEASE_SIGN, {"....", "yyyy", "yyyy", "....", "....", "...."}}, {RELEASE_OBJECT, {"....", "yyyy", "yyyy", "....", "....", "...."}},
		{RELEASE_ANSWER, {"....", "yyyy", "yyyy", "....", "....", "...."}}, {RELEASE_RELENT, {"....", "yyyy", "yyyy", "....", "....", "...."}},
		{RELEASE_GATE, {"yyyy", "yyyy", "yyyy", "....", "....", "...."}}, {RELEASE_PROCEED, {"....", "yyy.", "yyy.", "....", "....", "...."}},
		{RELEASE_MODIFY, {"....", "yyy.", "yyy.", "....", "....", "...."}}, {RELEASE_DELAY, {"....", "yyy.", "yyy.", "....", "....", "...."}},
		{RELEASE_CANCEL, {"....", "yyyy", "yyyy", "....", "....", "...."}}, {RELEASE_ROLL_BACK, {"....", "..yy", "..yy", "....", "....", "...."}},
		{RELEASE_WITHDRAW, {"....", ".yyy", ".yyy", "....", "....", "...."}},
	};
	assert_int_equal(lengthof(want), RELEASE_ACTS);
	for (size_t i = 0; i < lengthof(want); i++)
		for (size_t s = 0; s < lengthof(states); s++)
			for (int at = 0; at < 4; at++) {
				struct release_standing z = {str_of(states[s]), at - 1, 3};
				bool may = !release_refusal(want[i].act, &z);
				if (may != (want[i].may[s][at] == 'y')) fail_msg("%s in %s at %d: %d", release_act_name(want[i].act), states[s], at - 1, may);
			}
	struct release_standing none = {S("running"), -1, 0};
	assert_string_equal(release_refusal(RELEASE_PROCEED, &none), "the plan has no stages");
}

static void margins_are_taken_as_decimals(void **state) {
	(void)state;
	static const struct {
		const char *risk;
		bool managed;
	} cases[] = {
		{"{'threshold': 0.3, 'margin': 0.1, 'residual': 0.2}", true}, {"{'threshold': 0.3, 'margin': 0.1, 'residual': 0.20001}", false},
		{"{'threshold': 5, 'residual': 5}", true}, {"{'threshold': 5, 'margin': 1, 'residual': 5}", false}, {"{'threshold': 5, 'margin': 0}", false},
		{"{'threshold': -1, 'margin': 1, 'residual': -2}", true}, {"{'threshold': 1e15, 'margin': 1, 'residual': 1e15}", false},
		{"{'threshold': 0.0000000000000001, 'residual': 0}", true},
	};
	for (size_t i = 0; i < lengthof(cases); i++) assert_int_equal(plan_risk_managed(json(cases[i].risk)), cases[i].managed);
}

static void a_report_is_evidence_for_the_digests_that_it_names(void **state) {
	(void)state;
	const struct json *body = json("{'artifacts': [{'name': 'model', 'sha256': '" DIGEST_A "'}, {'name': 'card', 'sha256': '" DIGEST_B "'}]}");
	struct release_report r;
	ok(release_report_read(arena, json("{'files': [{'verdict': 'Pass', 'sha256': '" DIGEST_A "'}, {'verdict': 'REVIEW', 'digest': 'sha256:" DIGEST_B "'}]}"), body, &r, &test_err));
	assert_int_equal(r.verdict, REPORT_REVIEW);
	assert_true(!report_lets_through(STR_EMPTY, r.verdict) && report_lets_through(S("review"), r.verdict));
	fails(release_report_read(arena, json("{'files': [{'verdict': 'pass', 'sha256': '" DIGEST_A "'}]}"), body, &r, &test_err), ERR_INVALID);
	assert_has(test_err.message, "names no file with the digest of card");
	fails(release_report_read(arena, json("{'files': [{'verdict': 'pass', 'path': 'model'}]}"), body, &r, &test_err), ERR_INVALID);
	fails(release_report_read(arena, json("{'files': 7}"), body, &r, &test_err), ERR_INVALID);
	fails(release_report_read(arena, json("[]"), body, &r, &test_err), ERR_INVALID);
	fails(release_report_read(arena, json("{'files': []}"), json("{}"), &r, &test_err), ERR_INVALID);
	/* What it says of anything in its folder counts, and a word that nobody knows is no pass. */
	ok(release_report_read(arena, json("{'artifacts': [{'verdict': 'pass', 'sha256': '" DIGEST_A "'}, {'verdict': 'pass', 'sha256': '" DIGEST_B "'}, {'verdict': 'fine'}]}"), body,
		&r, &test_err));
	assert_int_equal(r.verdict, REPORT_BLOCK);
	ok(release_report_read(arena, json("{'verdict': 'inconclusive', 'files': [{'verdict': 'pass', 'sha256': '" DIGEST_A "'}, {'verdict': 'pass', 'sha256': '" DIGEST_B "'}]}"), body,
		&r, &test_err));
	assert_int_equal(r.verdict, REPORT_INCONCLUSIVE);
}

/* ---- the way of a release ---- */

static const char *two_stages(void) {
	return arena_fmt(arena,
		"[{'name': 'internal', 'title': 'Internal', 'who': 'named', 'subjects': [{'subject': '%.*s'}], 'observe': 'P2D'},"
		" {'name': 'public', 'title': 'Public', 'who': 'everybody', 'safeguards': [{'record': '%.*s'}, {'record': '%.*s'}], 'gates': [{'name': 'scan'}],"
		"  'signoffs': [{'name': 'safety', 'title': 'Head of safety', 'subject': '%.*s'}, {'name': 'lead', 'title': 'Lead', 'role': 'owner'}],"
		"  'risks': [{'name': 'Fraud', 'threshold': 3, 'margin': 1, 'residual': 2, 'statement': 'Red team of May.'}]}]",
		STR_ARG(tester.uid), STR_ARG(a_safeguard), STR_ARG(weak_safeguard), STR_ARG(signer.uid)).p;
}

static void start(void) {
	make_release(two_stages(), NULL);
	ok(apply((struct change){.op = CHANGE_INVITE, .actor = acting_as(maker), .record = a_release, .subject = signer.uid, .role = S("party")}));
	ok(move_release(maker, "start"));
}

static void a_stage_begins_when_all_is_met_and_says_what_is_missing(void **state) {
	(void)state;
	make_release(two_stages(), NULL);
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "still a draft");
	start();
	fails(act(stranger, "release.decide", "{'decision': 'proceed', 'rationale': 'x'}"), ERR_NOT_FOUND);
	fails(act(signer, "release.decide", "{'decision': 'proceed', 'rationale': 'x'}"), ERR_FORBIDDEN);
	fails(act(coordinator, "release.decide", "{'decision': 'proceed', 'rationale': 'x'}"), ERR_FORBIDDEN);
	fails(act(maker, "release.decide", "{'decision': 'proceed', 'rationale': 'x', 'stage': 'public'}"), ERR_INVALID);
	assert_has(test_err.message, "in their order");
	ok(proceed(maker));
	assert_str(stage_now(), "internal");
	fails(proceed(maker), ERR_CONFLICT);
	for (size_t i = 0; i < 7; i++)
		assert_has(test_err.message, ((const char *const[]){"publish the record", "no dated evidence", "no report about these", "Head of safety (nobody has signed)",
			"can't sign alone", "observed until", "Lead"})[i]);
	assert_null(strstr(test_err.message, "A filter")); /* that one is met */
	assert_null(strstr(test_err.message, "Fraud"));
	assert_int_equal(open_checks(), 7);
	check_whole();
}

static void all_of_it_met(void **state) {
	(void)state;
	start();
	ok(proceed(maker));
	ok(move_release(maker, "publish"));
	ok(rewrite(maker, body_with("/stages/1/safeguards", arena_fmt(arena, "[{'record': '%.*s'}]", STR_ARG(a_safeguard)).p)));
	ok(gate(maker, PASSES));
	ok(act(signer, "release.sign-off", "{'name': 'safety', 'named': true, 'note': 'the-note'}"));
	fails(act(signer, "release.sign-off", "{'name': 'lead'}"), ERR_FORBIDDEN);
	fails(act(stranger, "release.sign-off", "{'name': 'safety'}"), ERR_FORBIDDEN);
	fails(act(maker, "release.sign-off", "{'name': 'nobody'}"), ERR_INVALID);
	ok(act(maker, "release.sign-off", "{'name': 'lead'}"));
	ok(act(maker, "release.sign-off", "{'name': 'lead'}"));
	assert_false(result.changed);
	fails(act(colleague, "release.sign-off", "{'name': 'lead'}"), ERR_CONFLICT);
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "observed until");
	assert_int_equal(open_checks(), 1);
	clock_now += 4 * DAY;
	ok(proceed(maker));
	assert_str(stage_now(), "public");
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "last stage");
	/* The public reads who signed as what, and the name of who wished it; what was noted is for those who take part. */
	struct release_view v = view(viewer_public);
	struct str text = json_text(arena, v.decisions);
	assert_has(text.p, "Head of safety");
	assert_has(text.p, "Name of signer");
	assert_null(strstr(text.p, "Name of maker"));
	assert_int_equal(v.objections_n, 0);
	for (size_t i = 0; i < v.signs_n; i++) assert_int_equal(v.signs[i].note.n, 0);
	assert_str(view(viewing(signer)).signs[1].note, "the-note");
	assert_null(json_pointer(v.r.body, S("/stages/0/subjects")));
	assert_null(json_pointer(v.r.body, S("/stages/1/risks/0/residual")));
	check_whole();
}

static void who_is_named_is_let_in_when_their_stage_begins(void **state) {
	(void)state;
	start();
	struct disclosing d = as(viewing(tester));
	struct disclosed r;
	fails(disclose_record(&d, a_release, &r, &test_err), ERR_NOT_FOUND);
	ok(proceed(maker));
	ok(disclose_record(&d, a_release, &r, &test_err));
	struct access_held h;
	ok(disclose_access(&d, &r, STR_EMPTY, &h, &test_err));
	assert_int_equal(h.by, ACCESS_NAMED);
	ok(disclose_access(&d, &r, S(DIGEST_A), &h, &test_err));
	assert_int_equal(h.by, ACCESS_NAMED);
	ok(disclose_access(&d, &r, S(DIGEST_B), &h, &test_err));
	assert_int_equal(h.by, ACCESS_NONE);
	check_whole();
}

static void another_plan_makes_what_was_signed_void_and_going_back_to_the_old_one_does_not_mend_it(void **state) {
	(void)state;
	start();
	const struct json *before = view(viewer_operator).r.body;
	ok(act(signer, "release.sign-off", "{'name': 'safety', 'stage': 'public'}"));
	assert_true(view(viewing(signer)).signs[0].holds);
	ok(rewrite(maker, body_with("/artifacts/0/sha256", "'" DIGEST_B "'")));
	assert_false(view(viewing(signer)).signs[0].holds);
	ok(rewrite(maker, before));
	assert_false(view(viewing(signer)).signs[0].holds);
	ok(act(signer, "release.sign-off", "{'name': 'safety', 'stage': 'public'}"));
	assert_true(view(viewing(signer)).signs[0].holds);
	/* A decision is no change of the plan. */
	ok(proceed(maker));
	assert_true(view(viewing(signer)).signs[0].holds);
	fails(act(signer, "release.sign-off", "{'name': 'safety', 'stage': 'internal'}"), ERR_INVALID);
	check_whole();
}

static void who_made_the_plan_does_not_sign_alone(void **state) {
	(void)state;
	make_release("[{'name': 'one', 'who': 'named', 'signoffs': [{'name': 'lead', 'role': 'owner'}]}]", NULL);
	ok(move_release(maker, "start"));
	ok(act(maker, "release.sign-off", "{'name': 'lead'}"));
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "can't sign alone");
	/* Nor does who rewrote it. */
	ok(rewrite(colleague, body_with("/version", "'2.1'")));
	ok(act(colleague, "release.sign-off", "{'name': 'lead'}"));
	fails(proceed(maker), ERR_CONFLICT);
	ok(rewrite(maker, body_with("/version", "'2.2'")));
	ok(act(colleague, "release.sign-off", "{'name': 'lead'}"));
	ok(proceed(maker));
}

static void one_person_gives_one_sign_off_for_a_stage(void **state) {
	(void)state;
	make_release("[{'name': 'one', 'who': 'named', 'signoffs': [{'name': 'a', 'role': 'owner'}, {'name': 'b', 'role': 'owner'}]}]", NULL);
	ok(move_release(maker, "start"));
	ok(act(colleague, "release.sign-off", "{'name': 'a'}"));
	fails(act(colleague, "release.sign-off", "{'name': 'b'}"), ERR_CONFLICT);
	assert_has(test_err.message, "another person's");
	assert_int_equal(view(viewing(colleague)).may_sign_n, 0);
	assert_int_equal(view(viewing(maker)).may_sign_n, 1);
	ok(act(maker, "release.sign-off", "{'name': 'b'}"));
	ok(proceed(maker));
}

static void an_objection_holds_it_up_until_somebody_else_answers(void **state) {
	(void)state;
	start();
	fails(act(signer, "release.object", "{'reason': ' '}"), ERR_INVALID);
	ok(act(signer, "release.object", "{'reason': 'the-objection'}"));
	int64_t id = view(viewing(signer)).objections[0].id;
	struct release_view hidden = view(viewer_operator);
	assert_int_equal(hidden.objections_n, 1);
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "an objection is not answered");
	const char *answer = arena_fmt(arena, "{'objection': %lld, 'text': 'the-answer'}", (long long)id).p;
	fails(act(signer, "release.answer", answer), ERR_FORBIDDEN);
	fails(act(maker, "release.relent", arena_fmt(arena, "{'objection': %lld}", (long long)id).p), ERR_FORBIDDEN);
	fails(act(maker, "release.answer", "{'objection': 999, 'text': 'x'}"), ERR_INVALID);
	ok(act(maker, "release.answer", answer));
	fails(act(maker, "release.answer", answer), ERR_CONFLICT);
	assert_str(view(viewing(signer)).objections[0].answer, "the-answer");
	assert_str(view(viewing(signer)).objections[0].answered_by, "Name of maker");
	ok(proceed(maker));
	ok(act(maker, "release.object", "{'reason': 'my own'}"));
	id = view(viewing(maker)).objections[0].id;
	fails(act(maker, "release.answer", arena_fmt(arena, "{'objection': %lld, 'text': 'x'}", (long long)id).p), ERR_FORBIDDEN);
	ok(act(maker, "release.relent", arena_fmt(arena, "{'objection': %lld}", (long long)id).p));
	check_whole();
}

static void modify_waits_for_another_plan_and_delay_for_its_day(void **state) {
	(void)state;
	start();
	fails(act(maker, "release.decide", "{'decision': 'modify', 'rationale': ''}"), ERR_INVALID);
	ok(act(maker, "release.decide", "{'decision': 'modify', 'rationale': 'too wide'}"));
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "it is the same plan");
	ok(rewrite(maker, body_with("/summary", "'Narrower'")));
	fails(act(maker, "release.decide", "{'decision': 'delay', 'rationale': 'holidays'}"), ERR_INVALID);
	struct str until = moment_str(arena, clock_now + 3 * DAY);
	ok(act(maker, "release.decide", arena_fmt(arena, "{'decision': 'delay', 'rationale': 'holidays', 'until': '%.*s'}", STR_ARG(until)).p));
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "delayed until");
	clock_now += 3 * DAY + SECOND;
	ok(proceed(maker));
	assert_int_equal(json_count(view(viewer_operator).decisions), 3);
	check_whole();
}

static void it_goes_back_with_a_reason_and_what_was_signed_for_later_is_void(void **state) {
	(void)state;
	make_release("[{'name': 'one', 'who': 'named'}, {'name': 'two', 'who': 'named', 'signoffs': [{'name': 'lead', 'role': 'owner'}]}]", NULL);
	ok(move_release(maker, "start"));
	fails(act(maker, "release.roll-back", "{'to': 'one', 'reason': 'x'}"), ERR_CONFLICT);
	ok(proceed(maker));
	ok(act(colleague, "release.sign-off", "{'name': 'lead'}"));
	ok(proceed(maker));
	assert_str(stage_now(), "two");
	fails(act(maker, "release.roll-back", "{'to': 'two', 'reason': 'x'}"), ERR_INVALID);
	ok(act(maker, "release.roll-back", "{'to': 'one', 'reason': 'a jailbreak', 'advice': 'stop using it'}"));
	assert_str(stage_now(), "one");
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "must be signed again");
	check_whole();
}

static void it_ends_by_cancelling_or_withdrawing(void **state) {
	(void)state;
	start();
	fails(act(maker, "release.withdraw", "{'reason': 'x', 'advice': 'y'}"), ERR_CONFLICT);
	ok(act(maker, "release.decide", "{'decision': 'cancel', 'rationale': 'too dangerous'}"));
	assert_str(state_now(), "dropped");
	assert_false(shown_to(viewer_operator, a_release).is_public);
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "has ended");
	start();
	ok(proceed(maker));
	ok(move_release(maker, "publish"));
	fails(apply((struct change){.op = CHANGE_MOVE, .actor = acting_as(maker), .record = a_release, .move = S("withdraw"), .reason = S("x")}), ERR_CONFLICT);
	fails(act(maker, "release.withdraw", "{'reason': 'it leaks'}"), ERR_INVALID);
	ok(act(maker, "release.withdraw", "{'reason': 'it leaks', 'advice': 'delete it'}"));
	assert_str(state_now(), "withdrawn");
	struct release_view v = view(viewer_public);
	assert_str(json_get_str(json_at(v.decisions, json_count(v.decisions) - 1), S("advice")), "delete it");
	assert_int_equal(v.may, 0);
	check_whole();
}

/* ---- what may be written ---- */

static void decisions_are_not_written_and_a_stage_that_has_begun_stays(void **state) {
	(void)state;
	start();
	fails(rewrite(maker, body_with("/stage", "'public'")), ERR_INVALID);
	assert_has(test_err.message, "not written but decided");
	fails(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(maker), .kind = S("release"), .body = json("{'title': 'x', 'stage': 'public'}")}), ERR_INVALID);
	ok(proceed(maker));
	fails(rewrite(maker, body_with("/stages/0/name", "'other'")), ERR_INVALID);
	assert_has(test_err.message, "has begun");
	fails(rewrite(maker, body_with("/stages", "[]")), ERR_INVALID);
	fails(rewrite(maker, body_with("/decisions", NULL)), ERR_INVALID);
	ok(rewrite(maker, body_with("/stages/1/name", "'everybody'")));
	fails(rewrite(coordinator, body_with("/summary", "'x'")), ERR_FORBIDDEN);
}

static void hostile_plans_are_refused(void **state) {
	(void)state;
	static const struct {
		const char *body, *where;
	} cases[] = {
		{"{'title': 'x', 'stages': [{'name': 'A B', 'who': 'named'}]}", "/stages/0/name"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'named'}, {'name': 'a', 'who': 'named'}]}", "/stages/1/name"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'named', 'observe': 'Punct'}]}", "/stages/0/observe"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'named', 'signoffs': [{'name': 'b'}]}]}", "/stages/0/signoffs/0/role"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'named', 'gates': [{'name': 'b'}, {'name': 'b'}]}]}", "/stages/0/gates/1/name"},
		{"{'title': 'x', 'artifacts': [{'name': 'f', 'sha256': '" DIGEST_A "'}, {'name': 'f', 'sha256': '" DIGEST_B "'}]}", "/artifacts/1/name"},
		{"{'title': 'x', 'artifacts': [{'name': 'f', 'sha256': 'abc'}]}", "/artifacts/0/sha256"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'anybody'}]}", "/stages/0/who"},
		{"{'title': 'x', 'stages': [{'name': 'a', 'who': 'named', 'risks': [{'name': 'r', 'threshold': 1, 'margin': -1}]}]}", "/stages/0/risks/0/margin"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		fails(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(maker), .kind = S("release"), .body = json(cases[i].body)}), ERR_INVALID);
		assert_string_equal(test_err.where, cases[i].where);
	}
}

static void a_gate_counts_for_these_artifacts_alone(void **state) {
	(void)state;
	start();
	fails(act(maker, "release.gate", "{'gate': 'scan', 'file': '" DIGEST_A "'}"), ERR_INVALID);
	assert_has(test_err.message, "no file with this digest is attached");
	fails(gate(maker, "{'files': [{'path': 'model', 'verdict': 'PASS'}]}"), ERR_INVALID);
	assert_has(test_err.message, "names no file with the digest");
	struct str not_json = S("no json");
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(not_json);
	ok(apply((struct change){.op = CHANGE_ATTACH, .actor = acting_as(maker), .record = a_release, .file_name = S("r"), .media_type = S("text/plain"), .bytes = not_json}));
	fails(act(maker, "release.gate", arena_fmt(arena, "{'gate': 'scan', 'file': '%.*s'}", STR_ARG(sha256_hex(&digest, hex))).p), ERR_INVALID);
	ok(proceed(maker));
	size_t before = open_checks();
	ok(gate(maker, "{'files': [{'verdict': 'block', 'sha256': '" DIGEST_A "'}]}"));
	assert_int_equal(open_checks(), before);
	ok(gate(maker, PASSES));
	assert_int_equal(open_checks(), before - 1);
	ok(rewrite(maker, body_with("/artifacts/0/sha256", "'" DIGEST_B "'")));
	assert_int_equal(open_checks(), before);
	check_whole();
}

static void evidence_of_a_safeguard_is_dated_and_it_must_be_in_force(void **state) {
	(void)state;
	make_release(arena_fmt(arena, "[{'name': 'one', 'who': 'named', 'safeguards': [{'record': '%.*s'}]}]", STR_ARG(a_safeguard)).p, NULL);
	ok(move_release(maker, "start"));
	assert_int_equal(open_checks(), 0);
	ok(apply((struct change){.op = CHANGE_MOVE, .record = a_safeguard, .move = S("defeat"), .reason = S("got around")}));
	assert_int_equal(open_checks(), 1);
	fails(proceed(maker), ERR_CONFLICT);
	assert_has(test_err.message, "defeated");
	struct str draft = created((struct change){.actor = acting_as(signer), .kind = S("safeguard"), .body = json("{'title': 'hidden-thing', 'evidence': [{'date': '2024', 'text': 'x'}]}")});
	for (int i = 0; i < 2; i++) {
		/* One that nobody may know of is told as one that is not there. */
		struct str name = i ? S("R-0000-0000") : draft;
		ok(rewrite(maker, body_with("/stages/0/safeguards", arena_fmt(arena, "[{'record': '%.*s'}]", STR_ARG(name)).p)));
		fails(proceed(maker), ERR_CONFLICT);
		assert_has(test_err.message, "no published record of it is here");
		assert_null(strstr(test_err.message, "hidden-thing"));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(the_table_of_what_may_be_done_in_which_state),
		arena_test(margins_are_taken_as_decimals),
		arena_test(a_report_is_evidence_for_the_digests_that_it_names),
		release_test(a_stage_begins_when_all_is_met_and_says_what_is_missing),
		release_test(all_of_it_met),
		release_test(who_is_named_is_let_in_when_their_stage_begins),
		release_test(another_plan_makes_what_was_signed_void_and_going_back_to_the_old_one_does_not_mend_it),
		release_test(who_made_the_plan_does_not_sign_alone),
		release_test(one_person_gives_one_sign_off_for_a_stage),
		release_test(an_objection_holds_it_up_until_somebody_else_answers),
		release_test(modify_waits_for_another_plan_and_delay_for_its_day),
		release_test(it_goes_back_with_a_reason_and_what_was_signed_for_later_is_void),
		release_test(it_ends_by_cancelling_or_withdrawing),
		release_test(decisions_are_not_written_and_a_stage_that_has_begun_stays),
		release_test(hostile_plans_are_refused),
		release_test(a_gate_counts_for_these_artifacts_alone),
		release_test(evidence_of_a_safeguard_is_dated_and_it_must_be_in_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
