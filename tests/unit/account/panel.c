/* Panels: who sits, who reads what when, how they vote, what comes of it; and the procedure of GRT2. */
#include "test_dispute.h"

static void to_the_panel(const char *procedure) {
	ok(file_as(finder, a_report, "valid", procedure));
	ok(act(coordinator, "dispute.decide", "{'outcome': 'reject', 'reasons': 'we think not'}"));
	ok(act(finder, "dispute.escalate", "{'reason': 'they are wrong'}"));
}

/* ---- seats ---- */

static void seats_are_for_adjudicators_and_given_by_owners_of_the_hub(void **state) {
	(void)state;
	fails(seat_set(hub, db, coordinator.uid, false, seated[0].uid, S("academia"), 0, &test_err), ERR_FORBIDDEN);
	fails(seat_set(hub, db, S("operator"), true, maker.uid, S("academia"), 0, &test_err), ERR_INVALID);
	assert_has(test_err.message, "role adjudicator");
	fails(seat_set(hub, db, S("operator"), true, seated[0].uid, S("astrology"), 0, &test_err), ERR_INVALID);
	fails(seat_set(hub, db, S("operator"), true, seated[0].uid, S("academia"), clock_now - 1, &test_err), ERR_INVALID);
	ok(seat_take(hub, db, S("operator"), true, seated[0].uid, &test_err));
	fails(seat_take(hub, db, S("operator"), true, seated[0].uid, &test_err), ERR_NOT_FOUND);
}

static void a_panel_is_drawn_by_sector_and_passes_over_who_has_a_part(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_INVITE, .record = a_report, .subject = makers, .role = S("party")}));
	/* All but six work for a party, or are one. */
	for (int i = 6; i < SEATED - 1; i++) ok(member_set(hub, db, &by_operator, makers, seated[i].uid, MEMBER_GUEST, &test_err));
	ok(apply((struct change){.op = CHANGE_INVITE, .record = a_report, .subject = seated[SEATED - 1].uid, .role = S("party")}));
	to_the_panel("");
	struct account in[30];
	size_t n = members("asked", in);
	assert_int_equal(n, 5);
	struct dispute_view v = view(coordinator);
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;
		for (size_t j = 0; j < n; j++) same += str_eq(v.members[i].sector, v.members[j].sector);
		assert_true(same <= 2);
		bool one_of_six = false;
		for (int j = 0; j < 6; j++) one_of_six |= str_eq(in[i].uid, seated[j].uid);
		assert_true(one_of_six);
	}
	assert_false(v.panel_waits);
}

static void who_is_asked_reads_nothing_before_they_have_declared(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30];
	size_t n = members("asked", in);
	struct disclosed r = shown_to(viewing(in[0]), a_dispute);
	assert_true(str_find(r.body_text, S("statement\"")) == STR_NONE && str_find(r.body_text, S("the-statement")) == STR_NONE);
	assert_false(is_shown(viewing(in[0]), a_report));
	struct dispute_view v = view(in[0]);
	assert_true(v.asked && v.members_n == 0 && v.statement.n == 0);
	assert_str(v.claimant, "Who made the record");
	assert_str(v.respondent, "The hub");
	fails(vote(in[0], "uphold"), ERR_FORBIDDEN);
	ok(act(in[0], "seat.declare", "{'conflict': false}"));
	assert_str(view(in[0]).statement, "the-statement");
	assert_str(json_get_str(shown_to(viewing(in[0]), a_report).body, S("proof_of_concept")), "the-proof");
	/* They read it, and do nothing in the parties' name. */
	fails(apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(in[0]), .record = a_report, .body = json("{'title': 'Mine'}")}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_COMMENT, .actor = acting_as(in[0]), .record = a_report, .reason = S("hm")}), ERR_FORBIDDEN);
	assert_false(is_shown(viewing(in[n - 1]), a_report));
}

static void a_conflict_recuses_and_the_next_is_asked(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30], then[30];
	assert_int_equal(members("asked", in), 5);
	fails(act(in[0], "seat.declare", "{'conflict': true}"), ERR_INVALID);
	ok(act(in[0], "seat.declare", "{'conflict': true, 'what': 'my-brother'}"));
	assert_false(is_shown(viewing(in[0]), a_dispute) || is_shown(viewing(in[0]), a_report));
	fails(act(in[0], "seat.declare", "{'conflict': false}"), ERR_NOT_FOUND);
	assert_int_equal(members("asked", then), 5);
	assert_int_equal(members("recused", then), 1);
	struct dispute_view v = view(coordinator);
	struct str sector = STR_EMPTY, next = STR_EMPTY;
	for (size_t i = 0; i < v.members_n; i++) {
		if (str_is(v.members[i].state, "recused")) {
			sector = v.members[i].sector;
			assert_str(v.members[i].conflict, "my-brother");
		}
		bool before = false;
		for (int j = 0; j < 5; j++) before |= str_eq(v.members[i].account, in[j].uid);
		if (!before) next = v.members[i].sector;
	}
	assert_true(str_eq(sector, next)); /* there were more of each sector */
	/* What the conflict is, coordinators alone read. */
	v = view(finder);
	for (size_t i = 0; i < v.members_n; i++) assert_int_equal(v.members[i].conflict.n, 0);
	/* Also somebody who finds out later. */
	ok(act(in[1], "seat.declare", "{'conflict': false}"));
	assert_true(is_shown(viewing(in[1]), a_report));
	ok(act(in[1], "seat.declare", "{'conflict': true, 'what': 'I know them after all'}"));
	assert_false(is_shown(viewing(in[1]), a_report));
}

static void a_side_challenges_one_member_and_the_rest_decide(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30], then[30];
	assert_int_equal(all_declare(in), 5);
	const char *who = arena_fmt(arena, "{'member': '%.*s', 'reason': 'wrote against us'}", STR_ARG(in[0].uid)).p;
	const char *go = arena_fmt(arena, "{'member': '%.*s', 'uphold': true}", STR_ARG(in[0].uid)).p;
	fails(act(in[1], "seat.judge", go), ERR_CONFLICT);
	fails(act(stranger, "seat.challenge", who), ERR_NOT_FOUND);
	ok(act(finder, "seat.challenge", who));
	fails(act(finder, "seat.challenge", who), ERR_CONFLICT);
	assert_has(test_err.message, "each side");
	fails(act(in[0], "seat.judge", go), ERR_FORBIDDEN);
	ok(act(in[1], "seat.judge", go));
	ok(act(in[2], "seat.judge", go));
	assert_int_equal(members("removed", then), 0); /* two of four are not more than half */
	ok(act(in[3], "seat.judge", go));
	assert_int_equal(members("removed", then), 1);
	assert_int_equal(members("asked", then), 1);
	assert_false(is_shown(viewing(in[0]), a_report));
	fails(vote(in[0], "reject"), ERR_NOT_FOUND);
}

/* ---- votes ---- */

static void votes_are_secret_until_ones_own_and_the_majority_rules_with_dissent(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30];
	assert_int_equal(all_declare(in), 5);
	fails(act(in[0], "panel.vote", "{'choice': 'uphold'}"), ERR_INVALID); /* reasons */
	fails(vote(in[0], "perhaps"), ERR_INVALID);
	ok(vote(in[0], "uphold"));
	fails(vote(in[0], "reject"), ERR_CONFLICT);
	assert_int_equal(view(in[1]).votes_shown, 0);
	assert_int_equal(view(in[1]).votes_n, 1);
	assert_int_equal(view(coordinator).votes_shown + view(finder).votes_shown, 0);
	ok(vote(in[1], "reject"));
	assert_int_equal(view(in[1]).votes_shown, 2);
	assert_str(view(in[1]).votes[0].reasons, "since uphold");
	/* Nor by the timeline. */
	struct disclosing d = as(viewing(in[2]));
	struct disclosed r = shown_to(d.viewer, a_dispute);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) assert_true(str_find(json_text(arena, events[i].detail), S("since")) == STR_NONE);
	ok(vote(in[2], "uphold"));
	ok(vote(in[3], "uphold"));
	fails(act(in[0], "panel.rule", "{'reasons': 'early'}"), ERR_CONFLICT);
	ok(vote(in[4], "reject"));
	assert_str(view(in[0]).outcome, "uphold");
	fails(act(finder, "panel.rule", "{'reasons': 'mine'}"), ERR_FORBIDDEN);
	fails(act(in[0], "panel.rule", "{}"), ERR_INVALID);
	ok(act(in[0], "panel.rule", "{'reasons': 'the-reasons'}"));
	assert_str(state_of(), "ruled");
	assert_str(last("outcome"), "uphold");
	assert_str(last("reasons"), "the-reasons");
	const struct json *rulings = json_get_lit(shown_to(viewing(finder), a_dispute).body, "rulings");
	const struct json *dissents = json_get_lit(json_at(rulings, 1), "dissents");
	assert_int_equal(json_count(dissents), 2);
	assert_str(json_get_str(json_at(dissents, 0), S("text")), "since reject");
	assert_in(json_get_str(json_at(dissents, 0), S("name")), "Name of seat");
	/* Done: they read no more. */
	assert_false(is_shown(viewing(in[0]), a_report) || is_shown(viewing(in[0]), a_dispute));
	check_whole();
}

static void a_tie_leaves_things_as_they_are(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30];
	assert_int_equal(all_declare(in), 5);
	ok(vote(in[0], "uphold"));
	ok(vote(in[1], "uphold"));
	ok(vote(in[2], "reject"));
	ok(vote(in[3], "reject"));
	clock_now += 22 * DAY;
	chores_run(); /* four of five are a quorum: the vote is closed */
	assert_str(view(in[0]).outcome, "reject");
	fails(vote(in[4], "uphold"), ERR_CONFLICT);
	/* Nobody writes the reasons: those of who prevailed stand. */
	clock_now += 8 * DAY;
	chores_run();
	assert_str(state_of(), "ruled");
	assert_str(last("outcome"), "reject");
	assert_in(last("reasons"), "since reject");
}

static void without_a_quorum_at_the_end_others_are_seated(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30], then[30];
	assert_int_equal(all_declare(in), 5);
	ok(vote(in[0], "uphold"));
	ok(vote(in[1], "uphold"));
	clock_now += 22 * DAY;
	chores_run();
	assert_str(state_of(), "with-panel");
	assert_int_equal(members("lapsed", then), 3);
	assert_int_equal(members("sitting", then), 2); /* their votes stand */
	assert_int_equal(members("asked", then), 3);
	assert_false(is_shown(viewing(in[2]), a_report));
	assert_int_equal(all_declare(then), 3);
	for (int i = 0; i < 3; i++) ok(vote(then[i], "uphold"));
	ok(act(then[0], "panel.rule", "{'reasons': 'late and clear'}"));
	assert_str(last("outcome"), "uphold");
}

static void where_too_few_can_sit_it_waits_for_seats(void **state) {
	(void)state;
	for (int i = 2; i < SEATED; i++) ok(seat_take(hub, db, S("operator"), true, seated[i].uid, &test_err));
	to_the_panel("");
	assert_true(view(coordinator).panel_waits);
	ok(seat_set(hub, db, S("operator"), true, seated[2].uid, S("government"), 0, &test_err));
	ok(act(coordinator, "panel.draw", "{}"));
	assert_false(view(coordinator).panel_waits);
	assert_int_equal(view(coordinator).members_n, 3);
}

static void one_appeal_goes_to_other_members_and_ends_it(void **state) {
	(void)state;
	to_the_panel("");
	struct account in[30], then[30];
	assert_int_equal(all_declare(in), 5);
	for (int i = 0; i < 5; i++) ok(vote(in[i], "reject"));
	ok(act(in[0], "panel.rule", "{'reasons': 'no'}"));
	fails(act(finder, "dispute.escalate", "{'reason': 'more'}"), ERR_CONFLICT);
	assert_has(test_err.message, "appealed, once");
	ok(act(finder, "dispute.appeal", "{'reason': 'they did not read it'}"));
	assert_str(state_of(), "appealed");
	assert_int_equal(all_declare(then), 5);
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++) assert_false(str_eq(in[i].uid, then[j].uid));
	for (int i = 0; i < 5; i++) ok(vote(then[i], "uphold"));
	ok(act(then[0], "panel.rule", "{'reasons': 'we did'}"));
	assert_str(state_of(), "final");
	assert_str(last("level"), "appeal");
	fails(act(finder, "dispute.appeal", "{'reason': 'again'}"), ERR_CONFLICT);
	check_whole();
}

/* ---- GRT2 ---- */

static void the_vector_is_accepted_in_two_of_27_cases(void **state) {
	(void)state;
	size_t accepted = 0, n = 0;
	for (const char *c = "ICU"; *c; c++)
		for (const char *s = "LCV"; *s; s++)
			for (const char *v = "AMI"; *v; v++, n++) {
				struct vector in = {*c, *s, *v}, out;
				char text[VECTOR_TEXT];
				assert_true(vector_parse(vector_text(in, text), &out));
				assert_memory_equal(&in, &out, sizeof in);
				bool expected = *c != 'I' && *s == 'V' && *v == 'A';
				assert_true(vector_accepted(in) == expected);
				assert_string_equal(vector_falls(in), expected ? "" : *s != 'V' ? "significance" : *c == 'I' ? "consistency" : "evidence");
				accepted += expected;
			}
	assert_int_equal(n, 27);
	assert_int_equal(accepted, 2);
	static const char *const wrong[] = {"", "C:I/S:V/E", "C:X/S:V/E:A", "C:U/S:v/E:A", "S:V/C:U/E:A", "C:U/S:V/E:A ", "C:U,S:V,E:A"};
	struct vector v;
	for (size_t i = 0; i < lengthof(wrong); i++) assert_false(vector_parse(str_of(wrong[i]), &v));
	assert_false(vector_parse(str_n("C:\0/S:V/E:A", 11), &v));
}

static void together_they_answer_question_by_question(void **state) {
	(void)state;
	struct vector v = vector_together((struct vector[]){{'U', 'V', 'A'}, {'C', 'V', 'A'}, {'I', 'V', 'A'}}, 3);
	assert_true(vector_accepted(v) && v.consistency == 'C');
	v = vector_together((struct vector[]){{'U', 'V', 'A'}, {'I', 'C', 'M'}}, 2); /* a tie speaks against */
	assert_true(v.consistency == 'I' && v.significance == 'C' && v.evidence == 'M');
	v = vector_together((struct vector[]){{'U', 'L', 'A'}, {'U', 'V', 'I'}, {'U', 'C', 'M'}}, 3);
	assert_true(v.significance == 'C' && v.evidence == 'M');
}

static void grt2_decides_by_vector_and_notes_the_change_of_the_card(void **state) {
	(void)state;
	to_the_panel("grt2");
	struct account in[30];
	assert_int_equal(all_declare(in), 5);
	fails(vote(in[0], "uphold"), ERR_INVALID);
	for (int i = 0; i < 5; i++) ok(act(in[i], "panel.vote", "{'vector': 'C:U/S:V/E:A', 'reasons': 'shown'}"));
	ok(act(in[0], "panel.rule", "{'reasons': 'the card is wrong'}"));
	assert_str(last("vector"), "C:U/S:V/E:A");
	clock_now += 15 * DAY;
	chores_run();
	assert_str(state_of(), "final");
	struct disclosed r = shown_to(viewer_operator, a_report);
	assert_str(json_get_str(json_get_lit(r.body, "assessment"), S("vector")), "C:U/S:V/E:A");
	assert_str(r.line.state->name, "valid");
	assert_int_equal(sql_number("SELECT count(*) FROM task WHERE done = 0"), 1);
	const char *a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	fails(act(coordinator, "dispute.card", arena_fmt(arena, "{'url': 'https://example.org/card', 'before': '%s', 'after': '%s'}", a, a).p), ERR_INVALID);
	fails(act(finder, "dispute.card", arena_fmt(arena, "{'url': 'https://example.org/card', 'after': '%s'}", a).p), ERR_FORBIDDEN);
	ok(act(coordinator, "dispute.card", arena_fmt(arena, "{'url': 'https://example.org/card', 'commit': '6f899c6', 'after': '%s'}", a).p));
	assert_in(shown_to(viewer_operator, a_dispute).body_text, "\"commit\":\"6f899c6\"");
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		dispute_test(seats_are_for_adjudicators_and_given_by_owners_of_the_hub), dispute_test(a_panel_is_drawn_by_sector_and_passes_over_who_has_a_part),
		dispute_test(who_is_asked_reads_nothing_before_they_have_declared), dispute_test(a_conflict_recuses_and_the_next_is_asked),
		dispute_test(a_side_challenges_one_member_and_the_rest_decide),
		dispute_test(votes_are_secret_until_ones_own_and_the_majority_rules_with_dissent), dispute_test(a_tie_leaves_things_as_they_are),
		dispute_test(without_a_quorum_at_the_end_others_are_seated), dispute_test(where_too_few_can_sit_it_waits_for_seats),
		dispute_test(one_appeal_goes_to_other_members_and_ends_it), arena_test(the_vector_is_accepted_in_two_of_27_cases),
		arena_test(together_they_answer_question_by_question), dispute_test(grt2_decides_by_vector_and_notes_the_change_of_the_card),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
