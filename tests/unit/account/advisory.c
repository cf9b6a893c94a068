/* From a case to what the public reads: drafts, levels of redaction, and what the end of an embargo publishes. */
#include "test_case.h"

#include "../ledger/test_ledger.h"
#include "hub/case/publication.h"
#include "hub/redaction.h"

static struct str drafted;

static void run(void) { ok(publication_run(hub, db, &test_err)); }

static struct str of_detail(struct account a, const char *act_name, const char *member) {
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, a_case);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = n; i > 0; i--)
		if (events[i - 1].act && str_is(events[i - 1].act->name, act_name)) {
			const struct json *v = json_get(events[i - 1].detail, str_of(member));
			return v ? json_is(v, JSON_STRING) ? v->string : json_text(arena, v) : STR_EMPTY;
		}
	return STR_EMPTY;
}
static size_t told(struct account a, const char *act_name) {
	struct disclosing d = as(viewing(a));
	struct disclosed r = shown_to(d.viewer, a_case);
	struct disclosed_event *events;
	size_t n, found = 0;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) found += events[i].act && str_is(events[i].act->name, act_name);
	return found;
}

static void draft(struct account by, const char *args) {
	ok(act(by, "advisory.draft", args));
	drafted = arena_str(arena, of_detail(by, "advisory.draft", "record"));
	assert_true(drafted.n > 0);
}
static const struct json *body_of(struct str record) { return shown_to(viewer_operator, record).body; }
static enum err_code revise_case(const char *body) {
	return apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json(body)});
}
static void hold(moment how_long) {
	ok(propose(coordinator, how_long));
	ok(act(coordinator, "embargo.accept", "{}"));
}
static void make_ready(void) {
	ok(move(a_case, "triage", ""));
	ok(ask(makers, "developer"));
	ok(move(a_case, "coordinate", ""));
	ok(move(a_case, "ready", ""));
}
#define PLAN(mode) "{'title': 'A case', 'summary': 'In short', 'description': 'What is known', 'analysis': 'the-analysis', 'publication': {" mode "}}"

/* ---- drafts ---- */

static void a_draft_takes_what_may_be_told_and_nothing_else(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(finder), .record = a_report, .body = json(
		"{'title': 'It leaks', 'description': 'secret-description', 'proof_of_concept': 'secret-proof', 'steps_to_reproduce': 'secret-steps', "
		"'actual_behaviour': 'secret-behaviour', 'systems': [{'name': 'Model', 'sessions': ['secret-session']}], "
		"'reporter': {'name': 'Secret Name', 'email': 'secret@example.org', 'credit': 'by-handle', 'credit_name': 'tulip'}}")}));
	ok(revise_case("{'title': 'A case', 'summary': 'In short', 'description': 'What is known', 'severity': 'high', 'analysis': 'secret-analysis', "
		"'private_notes': 'secret-notes', 'mitigation_plan': 'secret-plan', 'timeline': [{'text': 'secret-entry'}], "
		"'regulatory': [{'regime': 'EU AI Act, Article 73', 'initial': '2026-01-02T00:00:00Z', 'reference': 'N-1', 'note': 'secret-note'}]}"));
	ok(ask(finder.uid, "reporter"));
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	ok(act(maker, "status.set", arena_fmt(arena, "{'system': '%.*s', 'status': 'affected', 'versions': 'before 2', 'fix': 'Use 2', "
		"'mitigation': 'Turn it off'}", STR_ARG(a_system)).p));
	ok(act(maker, "statement.set", "{'text': 'We are sorry'}"));
	ok(act(maker, "fix.progress", "{'step': 'fix-ready'}"));
	ok(act(coordinator, "fact.confirm", "{'fact': 'attacks'}"));
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = acting_as(maker), .record = a_case, .reason = S("secret-message"), .audiences = PARTIES | COORDINATORS}));
	draft(coordinator, "{}");
	struct str text = json_text(arena, body_of(drafted));
	assert_true(str_find(text, S("secret")) == STR_NONE && str_find(text, S("Secret")) == STR_NONE);
	assert_true(str_find(text, finder.uid) == STR_NONE && str_find(text, S("Name of finder")) == STR_NONE);
	const struct json *b = body_of(drafted);
	assert_str(json_get_str(b, S("summary")), "In short");
	assert_str(json_get_str(b, S("severity")), "high");
	assert_str(json_get_str(b, S("exploitation")), "active");
	assert_str(json_string(json_pointer(b, S("/credits/0/name"))), "tulip");
	assert_str(json_string(json_pointer(b, S("/regulatory_notices/0/regime"))), "EU AI Act, Article 73");
	/* Silence is unknown, and said so. */
	assert_int_equal(json_count(json_get_lit(b, "affected")), 2);
	bool unknown = false, affected = false;
	for (size_t i = 0; i < 2; i++) {
		const struct json *one = json_at(json_get_lit(b, "affected"), i);
		struct str status = json_string(json_pointer(one, S("/statuses/0")));
		if (str_is(json_get_str(one, S("vendor")), "Hosts")) unknown = str_is(status, "unknown") && str_is(json_get_str(one, S("statement")), "Has not answered.");
		else affected = str_is(status, "affected") && str_is(json_string(json_pointer(one, S("/versions/0"))), "before 2");
	}
	assert_true(unknown && affected);
	assert_has(json_text(arena, json_get_lit(b, "remediations")).p, "Use 2");
	assert_has(json_text(arena, json_get_lit(b, "statements")).p, "We are sorry");
	assert_has(json_text(arena, json_get_lit(b, "statements")).p, "no-answer");
	const struct json *timeline = json_get_lit(b, "timeline");
	assert_true(json_count(timeline) >= 4);
	for (size_t i = 0; i < json_count(timeline); i++) assert_int_equal(json_get_str(json_at(timeline, i), S("date")).n, 10);
	/* Where it came from is told beside it, to its maker and coordinators. */
	assert_has(of_detail(coordinator, "advisory.draft", "review").p, "written for the parties");
	assert_false(is_shown(viewing(maker), drafted) || is_shown(viewer_public, drafted));
	assert_int_equal(told(maker, "advisory.draft"), 0);
}

static void who_does_not_wish_to_be_named_is_not(void **state) {
	(void)state;
	static const char *const wishes[] = {"'credit': 'no', ", "", "'credit': 'anonymous', ", "'credit': 'by-handle', "};
	for (size_t i = 0; i < lengthof(wishes); i++) {
		ok(apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(finder), .record = a_report,
			.body = json(arena_fmt(arena, "{'title': 'It leaks', 'reporter': {%s'name': 'Secret Name'}}", wishes[i]).p)}));
		draft(coordinator, "{}");
		const struct json *credits = json_get_lit(body_of(drafted), "credits");
		assert_true(str_find(json_text(arena, body_of(drafted)), S("Secret")) == STR_NONE);
		assert_int_equal(json_count(credits), i == 2);
	}
}

static void a_supplier_drafts_its_own_and_others_do_not(void **state) {
	(void)state;
	ok(ask(makers, "developer"));
	ok(ask(finder.uid, "reporter"));
	fails(act(finder, "advisory.draft", "{}"), ERR_FORBIDDEN);
	fails(act(stranger, "advisory.draft", "{}"), ERR_NOT_FOUND);
	draft(maker, "{'title': 'Ours'}");
	assert_str(json_get_str(shown_to(viewing(maker), drafted).body, S("title")), "Ours");
	assert_false(is_shown(viewing(host), drafted) || is_shown(viewing(finder), drafted));
	/* It is no part of the plan until a coordinator says so. */
	struct disclosing d = as(viewing(coordinator));
	struct disclosed r = shown_to(d.viewer, a_case);
	struct disclosed_links *links;
	size_t n;
	ok(disclose_links(&d, &r, 10, &links, &n, &test_err));
	for (size_t i = 0; i < n; i++) assert_false(str_is(links[i].rel, "publishes"));
	fails(apply((struct change){.op = CHANGE_LINK, .actor = acting_as(maker), .record = a_case, .rel = S("publishes"), .target = drafted}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(maker), .record = a_case, .body = json(PLAN("'mode': 'at-embargo-end'"))}),
		ERR_FORBIDDEN);
	assert_str(str_of(test_err.where), "/publication");
}

static void who_is_only_asked_in_drafts_nothing(void **state) {
	(void)state;
	hold(30 * DAY);
	ok(ask(makers, "developer"));
	fails(act(maker, "advisory.draft", "{}"), ERR_FORBIDDEN);
}

/* ---- ending ---- */

static void a_case_needs_a_party_to_be_coordinated_and_a_lesson_to_end(void **state) {
	(void)state;
	ok(move(a_case, "triage", ""));
	ok(ask(finder.uid, "reporter"));
	fails(move(a_case, "coordinate", ""), ERR_CONFLICT);
	assert_has(test_err.message, "nobody but finders");
	ok(ask(makers, "developer"));
	ok(move(a_case, "coordinate", ""));
	fails(move(a_case, "close", "over"), ERR_INVALID);
	assert_str(str_of(test_err.where), "/outcome");
	ok(revise_case("{'title': 'A case', 'summary': 'In short', 'outcome': {'result': 'fixed', 'text': 'Test filters too'}}"));
	fails(move(a_case, "close", "over"), ERR_CONFLICT);
	assert_has(test_err.message, "at least one lesson");
	ok(act(coordinator, "lesson.draft", "{}"));
	struct str lesson = arena_str(arena, of_detail(coordinator, "lesson.draft", "record"));
	assert_str(json_get_str(body_of(lesson), S("lesson")), "Test filters too");
	ok(move(a_case, "close", "over"));
}

/* ---- what the end of an embargo publishes ---- */

static void at_its_hour_the_plan_publishes_what_it_names_and_nothing_else(void **state) {
	(void)state;
	ok(revise_case(PLAN("'mode': 'at-embargo-end'")));
	draft(coordinator, "{}");
	struct str named = drafted;
	draft(coordinator, "{}");
	ok(apply((struct change){.op = CHANGE_UNLINK, .record = a_case, .rel = S("publishes"), .target = drafted}));
	hold(30 * DAY);
	make_ready();
	run();
	clock_now += 30 * DAY - SECOND;
	run();
	assert_false(is_shown(viewer_public, named) || is_shown(viewer_public, a_case));
	/* Until then the log says nothing of any of it. */
	struct str all[] = {named, drafted, a_case, a_report};
	for (size_t i = 0; i < lengthof(all); i++) assert_int_equal(said_of(all[i]).n, 0);
	clock_now += SECOND;
	run();
	assert_str(said_of(named), "publish");
	assert_str(said_of(a_case), "publish");
	assert_int_equal(said_of(drafted).n + said_of(a_report).n, 0);
	assert_str(room_of(coordinator).exit_reason, "reached");
	assert_true(is_shown(viewer_public, named) && is_shown(viewer_public, a_case));
	assert_false(is_shown(viewer_public, drafted) || is_shown(viewer_public, a_report));
	assert_str(shown_to(viewer_public, a_case).line.state->name, "published");
	assert_int_equal(told(coordinator, "publication.done"), 1);
	/* Again, and nothing happens. */
	run();
	assert_int_equal(told(coordinator, "publication.done"), 1);
	/* What is named only afterwards waits for a coordinator. */
	ok(link_to(a_case, "publishes", drafted));
	clock_now += 2 * HOUR;
	run();
	assert_false(is_shown(viewer_public, drafted));
}

static void a_manual_plan_publishes_nothing_and_says_so_once(void **state) {
	(void)state;
	static const char *const plans[] = {PLAN("'mode': 'manual'"), PLAN("'mode': 'never'"), "{'title': 'A case', 'summary': 'In short'}"};
	for (size_t i = 0; i < lengthof(plans); i++) {
		a_case = create("case", "{'title': 'A case'}");
		ok(revise_case(plans[i]));
		draft(coordinator, "{}");
		hold(30 * DAY);
		clock_now += 31 * DAY;
		run();
		run();
		assert_int_equal(told(coordinator, "publication.none"), 1);
		assert_str(of_detail(coordinator, "publication.none", "mode"), i == 1 ? "never" : "manual");
		assert_false(is_shown(viewer_public, drafted) || is_shown(viewer_public, a_case));
	}
}

static void a_claim_of_exploitation_publishes_by_the_plan_and_no_proof(void **state) {
	(void)state;
	ok(revise_case(PLAN("'mode': 'at-embargo-end'")));
	draft(coordinator, "{}");
	hold(30 * DAY);
	ok(ask(makers, "developer"));
	ok(act(coordinator, "embargo.accept", arena_fmt(arena, "{'for': '%.*s'}", STR_ARG(makers)).p));
	ok(act(maker, "fact.report", "{'fact': 'attacks'}"));
	run();
	assert_false(is_shown(viewer_public, drafted));
	ok(act(coordinator, "fact.confirm", "{'fact': 'attacks'}"));
	run();
	assert_true(is_shown(viewer_public, drafted));
	/* It was not ready: so it is not published itself. */
	assert_false(is_shown(viewer_public, a_case) || is_shown(viewer_public, a_report));
	assert_true(str_find(shown_to(viewer_public, drafted).body_text, S("the-proof")) == STR_NONE);
}

static void what_is_in_the_way_is_told_once_and_tried_again_after_a_change(void **state) {
	(void)state;
	ok(revise_case("{'title': 'A case', 'publication': {'mode': 'at-embargo-end'}}"));
	draft(coordinator, "{}");
	ok(act(coordinator, "lesson.draft", "{'lesson': 'Learn'}"));
	struct str lesson = arena_str(arena, of_detail(coordinator, "lesson.draft", "record"));
	ok(link_to(a_case, "publishes", lesson));
	hold(30 * DAY);
	clock_now += 31 * DAY;
	run();
	/* The advisory lacks a summary; that keeps nothing else. */
	assert_true(is_shown(viewer_public, lesson));
	assert_false(is_shown(viewer_public, drafted));
	assert_int_equal(told(coordinator, "publication.stuck"), 1);
	assert_has(of_detail(coordinator, "publication.stuck", "problems").p, "/summary must be filled in");
	assert_has(of_detail(coordinator, "publication.stuck", "reason").p, drafted.p);
	for (int i = 0; i < 4; i++) run();
	assert_int_equal(told(coordinator, "publication.stuck"), 1);
	ok(apply((struct change){.op = CHANGE_REVISE, .record = drafted, .body = json("{'title': 'It leaks', 'summary': 'Told', 'description': 'More'}")}));
	run();
	assert_true(is_shown(viewer_public, drafted));
	assert_int_equal(told(coordinator, "publication.done"), 2);
}

static void a_planned_moment_waits_for_its_hour_and_for_the_embargo(void **state) {
	(void)state;
	ok(revise_case(arena_fmt(arena, PLAN("'mode': 'at-moment', 'moment': '%.*s'"), STR_ARG(moment_in(10 * DAY))).p));
	draft(coordinator, "{}");
	hold(20 * DAY);
	clock_now += 10 * DAY - SECOND;
	run();
	assert_int_equal(told(coordinator, "publication.stuck"), 0);
	clock_now += SECOND;
	run();
	assert_has(of_detail(coordinator, "publication.stuck", "problems").p, "an embargo holds until");
	assert_false(is_shown(viewer_public, drafted));
	clock_now += 10 * DAY;
	run();
	assert_true(is_shown(viewer_public, drafted));
}

static void the_parties_are_told_beforehand_and_again_when_the_hour_changes(void **state) {
	(void)state;
	ok(revise_case(PLAN("'mode': 'at-embargo-end', 'notify_days': 7")));
	ok(ask(makers, "developer"));
	hold(30 * DAY);
	ok(act(maker, "embargo.accept", "{}"));
	clock_now += 23 * DAY - SECOND;
	run();
	assert_int_equal(told(maker, "publication.announced"), 0);
	clock_now += SECOND;
	run();
	run();
	assert_int_equal(told(maker, "publication.announced"), 1);
	assert_has(of_detail(maker, "publication.announced", "reason").p, "unless the plan changes");
	hold(20 * DAY);
	run();
	assert_int_equal(told(maker, "publication.announced"), 1);
	clock_now += 14 * DAY;
	run();
	assert_int_equal(told(maker, "publication.announced"), 2);
	/* Of a plan that is carried out nothing is announced any more. */
	draft(coordinator, "{}");
	clock_now += 7 * DAY;
	run();
	run();
	assert_int_equal(told(maker, "publication.announced"), 2);
	assert_true(is_shown(viewer_public, drafted));
}

static void a_case_that_was_closed_publishes_nothing(void **state) {
	(void)state;
	ok(revise_case(PLAN("'mode': 'at-embargo-end'")));
	draft(coordinator, "{}");
	hold(30 * DAY);
	ok(move(a_case, "decline", "not ours"));
	clock_now += 31 * DAY;
	run();
	assert_int_equal(room_of(coordinator).embargo, 'X');
	assert_false(is_shown(viewer_public, drafted));
}

/* ---- redaction ---- */

static const struct json *rules(const char *text) { return json(text); }
static struct str seen_as(struct account who, struct str record, const struct json *by, unsigned audience) {
	struct disclosing d = as(viewing(who));
	struct disclosed r = shown_to(d.viewer, record);
	const struct json *body = NULL;
	ok(disclose_as(&d, &r, by, audience, &body, &test_err));
	return json_text(arena, body);
}

static void a_level_hides_from_exactly_whom_it_says(void **state) {
	(void)state;
	const struct kind *kind = kind_find(hub->kinds, S("advisory"));
	const struct json *level;
	struct str advisory = create("advisory", "{'title': 'It leaks', 'summary': 'Told', 'description': 'the-description', 'conditions': 'the-conditions', "
		"'internal': 'the-internal', 'affected': [{'name': 'Model', 'statuses': ['affected'], 'statement': 'the-statement'}]}");
	ok(apply((struct change){.op = CHANGE_INVITE, .record = advisory, .subject = makers, .role = S("party")}));
	ok(redaction_level(arena, kind, S("no-exploit"), &level, &test_err));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = advisory, .body = body_of(advisory), .visibility = level}));
	ok(move(advisory, "publish", ""));
	struct str told_public = shown_to(viewer_public, advisory).body_text;
	assert_has(told_public.p, "the-description");
	assert_true(str_find(told_public, S("the-conditions")) == STR_NONE);
	assert_has(shown_to(viewing(maker), advisory).body_text.p, "the-conditions");
	assert_has(shown_to(viewing(coordinator), advisory).body_text.p, "the-conditions");
	/* The preview is what they get. */
	struct disclosing d = as(viewing(coordinator));
	struct disclosed r = shown_to(d.viewer, advisory);
	const struct json *preview;
	ok(disclose_as(&d, &r, NULL, PUBLIC, &preview, &test_err));
	assert_true(json_equal(preview, shown_to(viewer_public, advisory).body));
	ok(disclose_as(&d, &r, NULL, PARTIES, &preview, &test_err));
	assert_true(json_equal(preview, shown_to(viewing(maker), advisory).body));
	struct disclosed_visibility v;
	ok(disclose_visibility(&d, &r, &v, &test_err));
	assert_str(v.level, "no-exploit");
	/* Only so much of each item. */
	ok(redaction_level(arena, kind, S("summary-only"), &level, &test_err));
	struct str shorter = seen_as(coordinator, advisory, level, PUBLIC);
	assert_str(shorter, "{\"affected\":[{\"name\":\"Model\",\"statuses\":[\"affected\"]}],\"summary\":\"Told\",\"title\":\"It leaks\"}");
	assert_has(seen_as(coordinator, advisory, level, REGULATOR).p, "the-statement");
	fails(redaction_level(arena, kind, S("none"), &level, &test_err), ERR_NOT_FOUND);
}

static void nobody_opens_what_they_may_not_read(void **state) {
	(void)state;
	struct change c = {.op = CHANGE_REVISE, .actor = acting_as(finder), .record = a_report, .body = json("{'title': 'It leaks'}")};
	struct str note = create("note", "{'title': 'Note', 'secret': 'the-secret', 'panel': 'the-panel', 'people': [{'name': 'N', 'note': 'the-note'}]}");
	struct account owner = stranger;
	ok(apply((struct change){.op = CHANGE_INVITE, .record = note, .subject = owner.uid, .role = S("owner")}));
	c = (struct change){.op = CHANGE_REVISE, .actor = acting_as(owner), .record = note, .body = shown_to(viewing(owner), note).body};
	static const char *const too_much[] = {"{'/panel': ['public']}", "{'/people': ['public']}", "{'/people/*/note': ['owner']}", "{'/panel': ['public'], '/text': []}"};
	for (size_t i = 0; i < lengthof(too_much); i++) {
		c.visibility = rules(too_much[i]);
		fails(apply(c), ERR_FORBIDDEN);
	}
	static const char *const wrong[] = {"{'/people/0/name': ['public']}", "{'title': ['public']}", "{'': ['public']}", "{'/title': ['nobody']}", "{'/title': 'public'}"};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		c.visibility = rules(wrong[i]);
		fails(apply(c), ERR_INVALID);
	}
	c.visibility = rules("{'/secret': ['public'], '/text': []}");
	ok(apply(c));
	/* What a coordinator closed stays closed: by leaving the rule out as by another. */
	ok(apply((struct change){.op = CHANGE_REVISE, .record = note, .body = body_of(note), .visibility = rules("{'/color': ['coordinators']}")}));
	c.body = shown_to(viewing(owner), note).body;
	c.visibility = rules("{}");
	fails(apply(c), ERR_FORBIDDEN);
	struct disclosing d = as(viewing(maker));
	struct disclosed_visibility v;
	ok(move(note, "publish", ""));
	struct disclosed r = shown_to(d.viewer, note);
	fails(disclose_visibility(&d, &r, &v, &test_err), ERR_FORBIDDEN);
	const struct json *body;
	fails(disclose_as(&d, &r, NULL, PUBLIC, &body, &test_err), ERR_FORBIDDEN);
	d = as(viewing(owner));
	r = shown_to(d.viewer, note);
	fails(disclose_as(&d, &r, NULL, PANEL, &body, &test_err), ERR_FORBIDDEN);
	ok(disclose_as(&d, &r, NULL, PUBLIC, &body, &test_err));
}

static void hiding_a_field_opens_nothing_that_lies_in_it(void **state) {
	(void)state;
	const struct kind *kind = kind_find(hub->kinds, S("advisory"));
	struct str advisory = create("advisory", "{'title': 'It leaks', 'summary': 'Told', 'description': 'More', "
		"'regulatory_notices': [{'regime': 'the-regime', 'reference': 'the-number'}]}");
	struct json_builder narrowed = json_object_of(arena);
	redaction_narrow(arena, kind, &narrowed, S("/regulatory_notices"), PARTIES | OWNER | COORDINATORS | PANEL | DOWNSTREAM);
	const struct json *by = json_built(&narrowed);
	assert_int_equal(json_count(by), 2);
	assert_str(seen_as(coordinator, advisory, by, PANEL), "{\"description\":\"More\",\"regulatory_notices\":[{\"regime\":\"the-regime\"}],"
		"\"summary\":\"Told\",\"title\":\"It leaks\"}");
	assert_has(seen_as(coordinator, advisory, by, PARTIES).p, "the-number");
	assert_true(str_find(seen_as(coordinator, advisory, by, PUBLIC), S("the-")) == STR_NONE);
	/* As the kind has it, the public reads the law and not the number. */
	assert_has(seen_as(coordinator, advisory, NULL, PUBLIC).p, "the-regime");
	assert_true(str_find(seen_as(coordinator, advisory, NULL, PUBLIC), S("the-number")) == STR_NONE);
	assert_has(seen_as(coordinator, advisory, NULL, REGULATOR).p, "the-number");
}

static void every_level_of_every_kind_narrows_and_nothing_else(void **state) {
	(void)state;
	size_t levels = 0;
	for (size_t i = 0; i < hub->kinds->n; i++)
		for (size_t j = 0; j < hub->kinds->items[i].redactions_n; j++, levels++) {
			const struct kind *k = &hub->kinds->items[i];
			const struct json *by;
			ok(redaction_level(arena, k, k->redactions[j].name, &by, &test_err));
			ok(redaction_may(arena, k, NULL, by, 0, &test_err)); /* even who reads nothing opens nothing by it */
			assert_str(redaction_named(arena, k, by), arena_cstr(arena, k->redactions[j].name));
		}
	assert_true(levels >= 3);
}

/* ---- amending ---- */

static void that_a_published_advisory_shows_less_is_told_to_everyone(void **state) {
	(void)state;
	struct str advisory = create("advisory", "{'title': 'It leaks', 'summary': 'Told', 'description': 'More', 'internal': 'i'}");
	ok(move(advisory, "publish", ""));
	struct change c = {.op = CHANGE_REVISE, .record = advisory, .body = body_of(advisory), .visibility = json("{'/description': ['parties']}")};
	fails(apply(c), ERR_INVALID);
	c.reason = S("It helped attackers");
	ok(apply(c));
	struct disclosing d = as(viewer_public);
	struct disclosed r = shown_to(viewer_public, advisory);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	assert_str(events[n - 1].reason, "It helped attackers");
	assert_true(events[n - 1].diff == NULL);
	/* What only the parties read is amended without a word to others. */
	c = (struct change){.op = CHANGE_REVISE, .record = advisory, .reason = S("a-word-to-the-parties"),
		.body = json("{'title': 'It leaks', 'summary': 'Told', 'description': 'More', 'internal': 'j'}")};
	ok(apply(c));
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	for (size_t i = 0; i < n; i++) assert_false(str_is(events[i].reason, "a-word-to-the-parties"));
	check_whole();
}

static void what_is_public_is_amended_with_a_reason_and_keeps_its_number(void **state) {
	(void)state;
	struct str advisory = create("advisory", "{'title': 'It leaks', 'summary': 'Told', 'description': 'More'}");
	struct change c = {.op = CHANGE_REVISE, .record = advisory, .body = json("{'title': 'It leaks', 'summary': 'Told', 'description': 'Still more'}")};
	ok(apply(c)); /* a draft needs none */
	ok(move(advisory, "publish", ""));
	struct str number = arena_str(arena, str_of(result.public_id));
	c.body = json("{'title': 'It leaks', 'summary': 'Told', 'description': 'Corrected'}");
	fails(apply(c), ERR_INVALID);
	assert_str(str_of(test_err.where), "note");
	c.reason = S("Version 3 is affected too");
	ok(apply(c));
	struct disclosing d = as(viewer_public);
	struct disclosed r = shown_to(viewer_public, advisory);
	struct disclosed_event *events;
	size_t n;
	ok(disclose_history(&d, &r, &events, &n, &test_err));
	assert_str(events[n - 1].type, "revised");
	assert_str(events[n - 1].reason, "Version 3 is affected too");
	ok(move(advisory, "withdraw", "It was not so"));
	assert_true(is_shown(viewer_public, advisory));
	ok(move(advisory, "reject", "Nor ever was"));
	/* The next one gets the next number, and this one keeps its own. */
	struct str next = create("advisory", "{'title': 'Another', 'summary': 'Told', 'description': 'More'}");
	ok(move(next, "publish", ""));
	assert_true(str_find(str_of(result.public_id), number) == STR_NONE);
	ok(move(advisory, "restore", "It was so after all"));
	assert_str(str_of(result.public_id), number.p);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		case_test(a_draft_takes_what_may_be_told_and_nothing_else),
		case_test(who_does_not_wish_to_be_named_is_not),
		case_test(a_supplier_drafts_its_own_and_others_do_not),
		case_test(who_is_only_asked_in_drafts_nothing),
		case_test(a_case_needs_a_party_to_be_coordinated_and_a_lesson_to_end),
		case_test(at_its_hour_the_plan_publishes_what_it_names_and_nothing_else),
		case_test(a_manual_plan_publishes_nothing_and_says_so_once),
		case_test(a_claim_of_exploitation_publishes_by_the_plan_and_no_proof),
		case_test(what_is_in_the_way_is_told_once_and_tried_again_after_a_change),
		case_test(a_planned_moment_waits_for_its_hour_and_for_the_embargo),
		case_test(the_parties_are_told_beforehand_and_again_when_the_hour_changes),
		case_test(a_case_that_was_closed_publishes_nothing),
		case_test(a_level_hides_from_exactly_whom_it_says),
		case_test(nobody_opens_what_they_may_not_read),
		case_test(hiding_a_field_opens_nothing_that_lies_in_it),
		case_test(every_level_of_every_kind_narrows_and_nothing_else),
		case_test(that_a_published_advisory_shows_less_is_told_to_everyone),
		case_test(what_is_public_is_amended_with_a_reason_and_keeps_its_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
