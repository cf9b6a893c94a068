/* What acts in a case tell whom: history, parties and room as each sees them. */
#include "test_case.h"

static struct account adjudicator;

/* All that a history says to somebody of a record, as one text. */
static struct str history_of(struct account a, struct str record) {
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, record);
	struct disclosed_event *events;
	size_t n;
	struct str out = STR_EMPTY;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) {
		const struct disclosed_event *v = &events[i];
		struct str detail = v->detail ? json_canonical(arena, v->detail) : STR_EMPTY, diff = v->diff ? json_canonical(arena, v->diff) : STR_EMPTY;
		out = arena_fmt(arena, "%.*s\n%.*s %.*s %.*s %.*s %.*s %.*s", STR_ARG(out), STR_ARG(v->type), STR_ARG(v->reason), STR_ARG(v->subject), STR_ARG(v->subject_name),
			STR_ARG(detail), STR_ARG(diff));
	}
	return out;
}
static bool told_of(struct account a, struct str record, const char *what) { return str_find(history_of(a, record), str_of(what)) != STR_NONE; }
static bool told(struct account a, const char *what) { return told_of(a, a_case, what); }

static void why_somebody_takes_part_is_told_to_coordinators_alone(void **state) {
	(void)state;
	ok(act(coordinator, "participant.ask", arena_fmt(arena, "{'subject': '%.*s', 'part': 'developer', 'reason': 'the-reason'}", STR_ARG(makers)).p));
	ok(act(coordinator, "participant.propose", arena_fmt(arena, "{'subject': '%.*s', 'part': 'deployer'}", STR_ARG(hosts)).p));
	ok(act(coordinator, "participant.dismiss", arena_fmt(arena, "{'subject': '%.*s', 'reason': 'the-second'}", STR_ARG(hosts)).p));
	assert_true(told(coordinator, "the-reason") && told(coordinator, "the-second"));
	assert_true(told(maker, "participant.ask"));
	assert_false(told(maker, "the-reason") || told(maker, "the-second"));
	/* Who was only proposed never was there. */
	assert_false(told(maker, "participant.dismiss") || told(maker, "Hosts"));
}

static void who_is_asked_in_is_told_of_nobody_else_who_is(void **state) {
	(void)state;
	ok(propose(coordinator, 30 * DAY));
	ok(ask(makers, "developer"));
	ok(ask(hosts, "deployer"));
	assert_true(told(maker, "participant.ask") && told(maker, "TLP:AMBER") && told(maker, "a fix takes time"));
	assert_false(told(maker, "Hosts") || told(maker, hosts.p) || told(maker, makers.p));
	ok(propose(host, 20 * DAY));
	assert_true(told(maker, "a fix takes time"));
	assert_false(told(maker, "Hosts"));
	assert_str(room_of(maker).proposals[0].by, "");
	assert_str(room_of(coordinator).proposals[0].by, "Hosts");
}

static void who_is_asked_in_is_told_that_an_embargo_ended_and_not_what_is_known(void **state) {
	(void)state;
	ok(propose(coordinator, 30 * DAY));
	ok(ask(makers, "developer"));
	ok(ask(hosts, "deployer"));
	ok(act(maker, "embargo.accept", "{}"));
	ok(act(coordinator, "embargo.accept", "{}"));
	ok(act(coordinator, "fact.confirm", "{'fact': 'exploit-public', 'evidence': 'https://example.org/the-evidence', 'reason': 'the-reason'}"));
	assert_true(told(maker, "the-evidence") && told(maker, "the-reason"));
	assert_true(told(host, "\"ended\""));
	assert_false(told(host, "the-evidence") || told(host, "the-reason"));
	assert_str(room_of(host).exit_reason, "");
	/* Nor once the case is public. */
	ok(move(a_case, "triage", ""));
	ok(move(a_case, "coordinate", ""));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json("{'title': 'A case', 'summary': 'In short'}")}));
	ok(move(a_case, "publish", ""));
	assert_true(is_shown(viewer_public, a_case) && told(host, "\"ended\""));
	assert_false(told(host, "the-evidence") || told(host, "the-reason"));
	assert_str(room_of(maker).exit_reason, "exploit-public");
}

static void what_coordinators_have_to_do_is_told_to_coordinators_alone(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(act(coordinator, "task.add", "{'text': 'the-own-task'}"));
	ok(act(coordinator, "task.add", arena_fmt(arena, "{'text': 'the-other-task', 'subject': '%.*s'}", STR_ARG(makers)).p));
	assert_true(told(coordinator, "the-own-task") && told(maker, "the-other-task"));
	assert_false(told(maker, "the-own-task"));
	int64_t own = 0;
	struct room room = room_of(coordinator);
	for (size_t i = 0; i < room.tasks_n; i++)
		if (!room.tasks[i].subject.n) own = room.tasks[i].id;
	ok(act(coordinator, "task.done", arena_fmt(arena, "{'task': %lld, 'note': 'the-note'}", (long long)own).p));
	assert_true(told(coordinator, "the-note"));
	assert_false(told(maker, "the-note"));
}

static void parties_know_persons_by_what_they_are_called_in_the_case(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(finder.uid, "reporter"));
	struct disclosed_party *parties;
	size_t n;
	struct disclosing d = as(viewing(maker));
	struct disclosed r = shown_to(d.viewer, a_case);
	ok(disclose_parties(&d, &r, &parties, &n, &test_err));
	bool met = false;
	for (size_t i = 0; i < n; i++) {
		assert_false(str_eq(parties[i].subject, finder.uid));
		met |= str_is(parties[i].name, "Finder");
	}
	assert_true(met);
	/* They themselves are. */
	d = as(viewing(finder));
	r = shown_to(d.viewer, a_case);
	ok(disclose_parties(&d, &r, &parties, &n, &test_err));
	met = false;
	for (size_t i = 0; i < n; i++) met |= str_eq(parties[i].subject, finder.uid);
	assert_true(met);
}

static void an_adjudicator_reads_no_draft_of_what_is_public_now(void **state) {
	(void)state;
	adjudicator = person("adjudicator", MEMBER_ADJUDICATOR);
	struct str lesson = create("lesson", "{'title': 'A lesson', 'lesson': 'the-draft'}");
	ok(apply((struct change){.op = CHANGE_REVISE, .record = lesson, .body = json("{'title': 'A lesson', 'lesson': 'the-text'}")}));
	ok(move(lesson, "publish", ""));
	assert_true(told_of(coordinator, lesson, "the-draft"));
	assert_false(told_of(adjudicator, lesson, "the-draft"));
	assert_true(told_of(adjudicator, lesson, "published"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(why_somebody_takes_part_is_told_to_coordinators_alone),
		case_test(who_is_asked_in_is_told_of_nobody_else_who_is),
		case_test(who_is_asked_in_is_told_that_an_embargo_ended_and_not_what_is_known),
		case_test(what_coordinators_have_to_do_is_told_to_coordinators_alone),
		case_test(parties_know_persons_by_what_they_are_called_in_the_case),
		case_test(an_adjudicator_reads_no_draft_of_what_is_public_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
