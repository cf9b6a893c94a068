/* A case among its parties: who is told what, the embargo, and what each says. */
#include "test_case.h"

static void without_an_embargo_who_is_asked_in_reads_case_and_report(void **state) {
	(void)state;
	assert_false(sees(maker));
	ok(ask(makers, "developer"));
	assert_str(json_get_str(shown_to(viewing(maker), a_case).body, S("analysis")), "the-analysis");
	assert_str(json_get_str(shown_to(viewing(maker), a_report).body, S("proof_of_concept")), "the-proof");
	struct room room = room_of(maker);
	const struct room_participant *p = participant(&room, "Makers");
	assert_non_null(p);
	assert_int_equal(p->report_state, 'R');
	assert_true(p->aware > 0 && p->answered == 0 && p->mine);
	assert_str(p->duty, "responsible");
	assert_false(sees(stranger));
}

static void under_an_embargo_who_is_asked_in_reads_the_title_and_its_terms_alone(void **state) {
	(void)state;
	ok(ask(finder.uid, "reporter"));
	ok(propose(finder, 30 * DAY));
	ok(ask(makers, "developer"));
	struct disclosed r = shown_to(viewing(maker), a_case);
	assert_str(r.body_text, "{\"title\":\"A case\"}");
	assert_false(is_shown(viewing(maker), a_report));
	struct room room = room_of(maker);
	assert_true(room.asked_in);
	assert_int_equal(room.embargo, 'P');
	assert_str(room.terms, "TLP:AMBER");
	assert_int_equal(room.participants_n, 1);
	assert_str(room.participants[0].name, "Makers");
	assert_int_equal(room.statuses_n + room.tasks_n, 0);
	ok(act(maker, "embargo.accept", "{}"));
	assert_str(json_get_str(shown_to(viewing(maker), a_report).body, S("proof_of_concept")), "the-proof");
	room = room_of(maker);
	/* All have accepted: it is agreed. */
	assert_int_equal(room.embargo, 'A');
	assert_int_equal(room.until, clock_now + 30 * DAY);
	assert_str(room.zone, "Europe/Amsterdam");
	assert_str(participant(&room, "Makers")->consent, "signatory");
}

static void who_declines_reads_no_more_than_before(void **state) {
	(void)state;
	ok(propose(coordinator, 30 * DAY));
	ok(ask(makers, "developer"));
	ok(act(maker, "embargo.reject", "{'reason': 'too long'}"));
	assert_str(shown_to(viewing(maker), a_case).body_text, "{\"title\":\"A case\"}");
	assert_str(room_of(coordinator).participants[0].consent, "declined");
	/* and may still change their mind */
	ok(propose(coordinator, 10 * DAY));
	ok(act(maker, "embargo.accept", "{}"));
	assert_int_equal(room_of(maker).embargo, 'A');
}

static void a_counter_proposal_stands_alone_and_consent_lapses_when_terms_change(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	ok(propose(maker, 90 * DAY));
	ok(propose(host, 20 * DAY));
	struct room room = room_of(coordinator);
	assert_int_equal(room.proposals_n, 2);
	assert_str(room.proposals[0].by, "Hosts");
	assert_str(room.proposals[1].outcome, "countered");
	assert_str(participant(&room, "Makers")->consent, "invited");
	ok(act(coordinator, "embargo.accept", "{}"));
	room = room_of(coordinator);
	assert_int_equal(room.embargo, 'A');
	assert_int_equal(room.until, clock_now + 20 * DAY);
	ok(act(maker, "embargo.accept", "{}"));
	/* A later end: until it is agreed the present one holds. */
	ok(propose(maker, 40 * DAY));
	room = room_of(coordinator);
	assert_int_equal(room.embargo, 'R');
	assert_int_equal(room.until, clock_now + 20 * DAY);
	ok(act(coordinator, "embargo.accept", "{}"));
	room = room_of(coordinator);
	assert_int_equal(room.until, clock_now + 40 * DAY);
	assert_str(participant(&room, "Hosts")->consent, "lapsed");
	assert_str(participant(&room, "Makers")->consent, "signatory");
	fails(act(stranger, "embargo.accept", "{}"), ERR_NOT_FOUND);
}

static void who_is_asked_in_may_propose_another_end_and_comes_in_when_it_is_agreed(void **state) {
	(void)state;
	ok(propose(coordinator, 90 * DAY));
	ok(ask(makers, "developer"));
	ok(propose(maker, 30 * DAY));
	assert_true(room_of(maker).asked_in);
	ok(act(coordinator, "embargo.accept", "{}"));
	struct room room = room_of(maker);
	assert_false(room.asked_in);
	assert_int_equal(room.until, clock_now + 30 * DAY);
	assert_true(is_shown(viewing(maker), a_report));
}

static void what_is_confirmed_outside_ends_the_embargo_at_once_and_publishes_nothing(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(propose(coordinator, 30 * DAY));
	ok(act(coordinator, "embargo.accept", "{}"));
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json("{'title': 'A case', 'summary': 'In short', 'analysis': 'the-analysis'}")}));
	fails(move(a_case, "publish", ""), ERR_CONFLICT);
	assert_has(test_err.message, "an embargo holds until");
	ok(act(maker, "fact.report", "{'fact': 'exploit-public', 'evidence': 'https://example.org/'}"));
	assert_int_equal(room_of(maker).embargo, 'A');
	assert_false(room_of(maker).facts[1].confirmed);
	fails(act(maker, "fact.confirm", "{'fact': 'exploit-public'}"), ERR_FORBIDDEN);
	ok(act(coordinator, "fact.confirm", "{'fact': 'exploit-public'}"));
	struct room room = room_of(maker);
	assert_int_equal(room.embargo, 'X');
	assert_str(room.exit_reason, "exploit-public");
	/* An exploit that is public makes the flaw public. */
	assert_true(room.facts[0].confirmed && room.facts[1].confirmed && !room.facts[2].confirmed);
	assert_str(participant(&room, "Makers")->consent, "no-embargo");
	assert_false(is_shown(viewer_public, a_case) || is_shown(viewer_public, a_report));
	fails(propose(coordinator, DAY), ERR_CONFLICT);
	ok(move(a_case, "publish", ""));
	assert_true(is_shown(viewer_public, a_case));
	assert_false(is_shown(viewer_public, a_report));
}

static void a_report_in_a_case_under_embargo_is_not_published_alone(void **state) {
	(void)state;
	ok(propose(coordinator, 30 * DAY));
	ok(act(coordinator, "embargo.accept", "{}"));
	struct str lesson = create("lesson", "{'title': 'A lesson', 'lesson': 'Learn'}");
	ok(link_to(lesson, "learned-from", a_case));
	fails(move(lesson, "publish", ""), ERR_CONFLICT);
	ok(act(coordinator, "embargo.end", "{'why': 'agreed', 'reason': 'all agreed'}"));
	ok(move(lesson, "publish", ""));
}

static void it_ends_at_its_hour_and_not_before(void **state) {
	(void)state;
	ok(propose(coordinator, 30 * DAY));
	ok(act(coordinator, "embargo.accept", "{}"));
	fails(act(coordinator, "embargo.reached", "{}"), ERR_FORBIDDEN);
	struct change c = {.op = CHANGE_ACT, .actor = {S("hub"), ROLE_COORDINATOR}, .record = a_case, .act = S("embargo.reached")};
	ok(apply(c));
	assert_false(result.changed);
	assert_int_equal(room_of(coordinator).embargo, 'A');
	clock_now += 30 * DAY;
	ok(apply(c));
	assert_true(result.changed);
	assert_int_equal(room_of(coordinator).embargo, 'X');
	assert_str(room_of(coordinator).exit_reason, "reached");
}

static void silence_is_not_unaffected(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	struct room room = room_of(coordinator);
	assert_int_equal(room.statuses_n, 2);
	assert_int_equal(room.unanswered, 2);
	ok(act(maker, "status.set",
		arena_fmt(arena, "{'system': '%.*s', 'status': 'not-affected', 'justification': 'no such layer'}", STR_ARG(a_system)).p));
	room = room_of(host);
	assert_int_equal(room.unanswered, 1);
	for (size_t i = 0; i < room.statuses_n; i++)
		assert_str(room.statuses[i].status, str_is(room.statuses[i].party, "Makers") ? "not-affected" : "");
	assert_true(participant(&room, "Hosts")->answered == 0 && participant(&room, "Makers")->answered > 0);
	fails(act(maker, "status.set", arena_fmt(arena, "{'system': '%.*s', 'status': 'fixed'}", STR_ARG(makers)).p), ERR_INVALID);
	/* What a coordinator notes for a party is no answer of theirs. */
	ok(act(coordinator, "fix.progress", arena_fmt(arena, "{'for': '%.*s', 'step': 'fix-ready'}", STR_ARG(hosts)).p));
	room = room_of(coordinator);
	assert_true(participant(&room, "Hosts")->answered == 0 && participant(&room, "Hosts")->fix_ready > 0);
}

static void parties_judge_and_repair_in_order(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	fails(act(maker, "report.judge", "{'move': 'accept'}"), ERR_CONFLICT);
	assert_has(test_err.message, "there is: validate, invalidate");
	fails(act(maker, "report.judge", "{'move': 'invalidate'}"), ERR_INVALID);
	ok(act(maker, "report.judge", "{'move': 'validate'}"));
	ok(act(maker, "report.judge", "{'move': 'accept'}"));
	fails(act(maker, "fix.progress", "{'step': 'fix-deployed'}"), ERR_CONFLICT);
	ok(act(maker, "fix.progress", "{'step': 'fix-ready'}"));
	ok(act(maker, "fix.progress", "{'step': 'fix-deployed'}"));
	fails(act(maker, "report.judge", arena_fmt(arena, "{'for': '%.*s', 'move': 'close'}", STR_ARG(hosts)).p), ERR_NOT_FOUND);
}

static void a_finder_is_called_by_no_name(void **state) {
	(void)state;
	ok(ask(finder.uid, "reporter"));
	ok(ask(makers, "developer"));
	struct room room = room_of(maker);
	assert_non_null(participant(&room, "Finder"));
	assert_str(participant(&room, "Finder")->subject, "");
	assert_str(room_of(coordinator).participants[0].name, "Name of finder");
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = acting_as(finder), .record = a_case, .reason = S("hello"), .audiences = PARTIES | COORDINATORS}));
	struct disclosing d = as(viewing(maker));
	struct disclosed r = shown_to(d.viewer, a_case);
	struct message *list;
	struct disclosed_event *events;
	size_t n;
	bool more;
	ok(disclose_messages(&d, &r, &(struct message_request){.limit = 10}, &list, &n, &more, &test_err));
	assert_int_equal(n, 1);
	assert_str(list[0].author_name, "Finder");
	assert_str(list[0].author, "");
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) {
		assert_true(str_find(json_text(arena, events[i].detail), finder.uid) == STR_NONE);
		assert_true(str_find(events[i].subject, finder.uid) == STR_NONE && str_find(events[i].actor, finder.uid) == STR_NONE);
	}
	/* The finder reads no report but their own, nor who else found it. */
	assert_true(is_shown(viewing(finder), a_report));
}

static void messages_go_to_all_or_to_some_and_are_unread_for_each(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	struct change c = {.op = CHANGE_COMMENT, .actor = acting_as(coordinator), .record = a_case, .reason = S("to all"), .audiences = PARTIES | COORDINATORS};
	ok(apply(c));
	c.reason = S("to the makers");
	c.to = &makers;
	c.to_n = 1;
	ok(apply(c));
	struct disclosing d = as(viewing(host));
	struct disclosed r = shown_to(d.viewer, a_case);
	struct message *list;
	size_t n;
	bool more;
	int64_t unread;
	ok(disclose_messages(&d, &r, &(struct message_request){.limit = 10}, &list, &n, &more, &test_err));
	assert_int_equal(n, 1);
	d = as(viewing(maker));
	ok(disclose_messages(&d, &r, &(struct message_request){.limit = 10}, &list, &n, &more, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[1].to[0], "Makers");
	ok(disclose_unread(&d, &r, &unread, &test_err));
	assert_int_equal(unread, 2);
	ok(message_mark_read(hub, &d, &r, list[0].id, &test_err));
	ok(disclose_unread(&d, &r, &unread, &test_err));
	assert_int_equal(unread, 1);
	/* An answer stays in its thread; whoever can't read a message can't answer it. */
	c = (struct change){.op = CHANGE_COMMENT, .actor = acting_as(maker), .record = a_case, .reason = S("seen"), .audiences = PARTIES | COORDINATORS,
		.parent = list[1].id};
	ok(apply(c));
	c.actor = acting_as(host);
	fails(apply(c), ERR_NOT_FOUND);
	c.parent = 0;
	c.to = &stranger.uid;
	c.to_n = 1;
	fails(apply(c), ERR_INVALID);
	ok(disclose_messages(&d, &r, &(struct message_request){.limit = 10, .thread = list[1].id}, &list, &n, &more, &test_err));
	assert_int_equal(n, 2);
}

static void who_was_dismissed_reads_nothing_any_more(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(act(coordinator, "participant.dismiss", arena_fmt(arena, "{'subject': '%.*s', 'reason': 'not theirs'}", STR_ARG(makers)).p));
	assert_false(sees(maker) || is_shown(viewing(maker), a_report));
	fails(act(maker, "embargo.accept", "{}"), ERR_NOT_FOUND);
}

static void guests_of_a_party_read_and_do_not_speak_for_it(void **state) {
	(void)state;
	ok(member_set(hub, db, &by_operator, makers, stranger.uid, MEMBER_GUEST, &test_err));
	ok(ask(makers, "developer"));
	assert_true(sees(stranger));
	fails(act(stranger, "report.judge", "{'move': 'validate'}"), ERR_FORBIDDEN);
}

static void tasks_are_done_by_whose_they_are(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	ok(act(coordinator, "task.add", arena_fmt(arena, "{'subject': '%.*s', 'text': 'Send the log'}", STR_ARG(makers)).p));
	ok(act(coordinator, "task.add", "{'text': 'Call them'}"));
	struct room room = room_of(maker);
	assert_int_equal(room.tasks_n, 1);
	assert_str(room.tasks[0].text, "Send the log");
	const char *done = arena_fmt(arena, "{'task': %lld}", (long long)room.tasks[0].id).p;
	fails(act(host, "task.done", done), ERR_FORBIDDEN);
	ok(act(maker, "task.done", done));
	fails(act(maker, "task.done", done), ERR_CONFLICT);
	assert_int_equal(room_of(coordinator).tasks_n, 2);
}

static void what_an_act_needs_is_checked(void **state) {
	(void)state;
	fails(act(coordinator, "participant.ask", "{'part': 'developer'}"), ERR_INVALID);
	fails(act(coordinator, "participant.ask", arena_fmt(arena, "{'subject': '%.*s', 'part': 'developer', 'alias': 'Vendor A'}", STR_ARG(makers)).p), ERR_INVALID);
	assert_string_equal(test_err.where, "alias");
	fails(act(coordinator, "embargo.propose", "{'until': 'tomorrow', 'time_zone': 'UTC'}"), ERR_INVALID);
	fails(propose(coordinator, -DAY), ERR_INVALID);
	fails(act(coordinator, "no.such", "{}"), ERR_INVALID);
	fails(ask(S("U-0000-0000"), "observer"), ERR_NOT_FOUND);
	fails(ask(a_system, "observer"), ERR_INVALID);
	assert_int_equal(sql_number("SELECT count(*) FROM event WHERE type = 'act'"), 0);
	fails(apply((struct change){.op = CHANGE_INVITE, .record = a_case, .subject = makers, .role = S("party")}), ERR_CONFLICT);
	check_whole();
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(without_an_embargo_who_is_asked_in_reads_case_and_report),
		case_test(under_an_embargo_who_is_asked_in_reads_the_title_and_its_terms_alone),
		case_test(who_declines_reads_no_more_than_before),
		case_test(a_counter_proposal_stands_alone_and_consent_lapses_when_terms_change),
		case_test(who_is_asked_in_may_propose_another_end_and_comes_in_when_it_is_agreed),
		case_test(what_is_confirmed_outside_ends_the_embargo_at_once_and_publishes_nothing),
		case_test(a_report_in_a_case_under_embargo_is_not_published_alone), case_test(it_ends_at_its_hour_and_not_before),
		case_test(silence_is_not_unaffected), case_test(parties_judge_and_repair_in_order), case_test(a_finder_is_called_by_no_name),
		case_test(messages_go_to_all_or_to_some_and_are_unread_for_each), case_test(who_was_dismissed_reads_nothing_any_more),
		case_test(guests_of_a_party_read_and_do_not_speak_for_it), case_test(tasks_are_done_by_whose_they_are),
		case_test(what_an_act_needs_is_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
