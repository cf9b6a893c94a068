/* Asking for access, deciding about it, and who has it until when. */
#include "test_release.h"

#include "../ledger/test_ledger.h"
#include "hub/access/access.h"
#include "hub/account/notice.h"
#include "hub/erase.h"

#define FIELDS "'fields': [{'name': 'purpose', 'label': 'What for?', 'type': 'text', 'required': true}, {'name': 'agree', 'label': 'I agree', 'type': 'checkbox', " \
	"'required': true}, {'name': 'day', 'label': 'From when?', 'type': 'date_picker'}, {'name': 'land', 'label': 'Where?', 'type': 'country'}, " \
	"{'name': 'sector', 'label': 'Sector', 'type': 'select', 'options': ['academia', 'industry']}]"
#define ANSWERS "{'purpose': 'the-answer-of-one', 'agree': true, 'day': '2026-01-02', 'land': 'NL', 'sector': 'academia'}"

static struct str a_request;

static void open_gate(const char *access) {
	make_release("[{'name': 'internal', 'who': 'named'}, {'name': 'gated', 'who': 'gated'}, {'name': 'all', 'who': 'everybody'}]", access);
	ok(move_release(maker, "publish"));
	ok(proceed(maker));
	ok(proceed(maker));
}
static enum err_code ask(struct account by, const char *answers) {
	struct access_asking q = {a_release, answers ? json(answers) : NULL, true};
	enum err_code code = access_ask(hub, db, acting_as(by), &q, &result, &test_err);
	if (!code) a_request = arena_str(arena, str_of(result.uid));
	return code;
}
static struct access_held held(struct viewer by) {
	struct disclosing d = as(by);
	struct disclosed r;
	struct access_held h;
	ok(disclose_record(&d, a_release, &r, &test_err));
	ok(disclose_access(&d, &r, STR_EMPTY, &h, &test_err));
	return h;
}
static enum err_code decide(struct account by, const char *what, const char *reason) {
	return act_on(a_request, by, what, arena_fmt(arena, *reason ? "{'reason': '%s'}" : "{}", reason).p);
}
static size_t queue(struct account by, const char *state, struct access_line **lines) {
	struct disclosing d = as(viewing(by));
	struct disclosed r;
	size_t n = 0;
	int64_t next;
	ok(disclose_record(&d, a_release, &r, &test_err));
	ok(disclose_access_queue(&d, &r, &(struct access_request){.state = str_of(state)}, lines, &n, &next, &test_err));
	return n;
}
static size_t notices(struct account who) {
	struct disclosing d = as(viewing(who));
	struct notice *list;
	size_t n;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 200, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	return n;
}

/* ---- forms ---- */

static void answers_are_checked_by_the_fields(void **state) {
	(void)state;
	const struct json *access = json("{" FIELDS "}"), *out;
	static const struct {
		const char *given, *where;
	} wrong[] = {
		{"{}", "/answers/purpose"}, {"{'purpose': '  ', 'agree': true}", "/answers/purpose"}, {"{'purpose': 'x'}", "/answers/agree"},
		{"{'purpose': 'x', 'agree': false}", "/answers/agree"}, {"{'purpose': 'x', 'agree': 'perhaps'}", "/answers/agree"}, {"{'purpose': 7, 'agree': true}", "/answers/purpose"},
		{"{'purpose': 'x', 'agree': true, 'day': '2026-02-30'}", "/answers/day"}, {"{'purpose': 'x', 'agree': true, 'land': 'ZZ'}", "/answers/land"},
		{"{'purpose': 'x', 'agree': true, 'land': 'nl'}", "/answers/land"}, {"{'purpose': 'x', 'agree': true, 'sector': 'other'}", "/answers/sector"},
		{"{'purpose': 'x', 'agree': true, 'more': 'x'}", "/answers/more"}, {"{'purpose': ['x'], 'agree': true}", "/answers/purpose"},
		{"{'purpose': 'a\\u0000b', 'agree': true}", "/answers/purpose"},
	};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		fails(access_answers(arena, access, json(wrong[i].given), &out, &test_err), ERR_INVALID);
		assert_string_equal(test_err.where, wrong[i].where);
	}
	ok(access_answers(arena, access, json(ANSWERS), &out, &test_err));
	assert_int_equal(json_count(out), 5);
	ok(access_answers(arena, access, json("{'purpose': ' x ', 'agree': 'yes', 'day': null}"), &out, &test_err));
	assert_str(json_text(arena, access_given(arena, out)), "{\"purpose\":\"x\",\"agree\":\"yes\"}");
	autobuf struct buf long_text = BUF(ACCESS_TEXT + 100);
	buf_fmt(&long_text, "{\"agree\": true, \"purpose\": \"%0*d\"}", ACCESS_TEXT + 1, 1);
	const struct json *too_long;
	ok(json_parse(arena, buf_str(&long_text), NULL, &too_long, &test_err));
	fails(access_answers(arena, access, too_long, &out, &test_err), ERR_INVALID);
}

static void hostile_fields_are_refused(void **state) {
	(void)state;
	static const struct {
		const char *access, *where;
	} cases[] = {
		{"{'fields': [{'name': '<script>', 'label': 'x', 'type': 'text'}]}", "/access/fields/0/name"},
		{"{'fields': [{'name': '__proto__', 'label': 'x', 'type': 'text'}]}", "/access/fields/0/name"},
		{"{'fields': [{'name': 'a', 'label': 'x', 'type': 'text'}, {'name': 'a', 'label': 'y', 'type': 'text'}]}", "/access/fields/1/name"},
		{"{'fields': [{'name': 'a', 'label': 'x\\ny', 'type': 'text'}]}", "/access/fields/0/label"},
		{"{'fields': [{'name': 'a', 'label': 'x\\u202ey', 'type': 'text'}]}", "/access/fields/0/label"},
		{"{'fields': [{'name': 'a', 'label': ' ', 'type': 'text'}]}", "/access/fields/0/label"},
		{"{'fields': [{'name': 'a', 'label': 'x', 'type': 'select'}]}", "/access/fields/0/options"},
		{"{'fields': [{'name': 'a', 'label': 'x', 'type': 'select', 'options': ['b', 'b']}]}", "/access/fields/0/options"},
		{"{'fields': [{'name': 'a', 'label': 'x', 'type': 'select', 'options': [' b']}]}", "/access/fields/0/options"},
		{"{'expires_after': 'P0D'}", "/access/expires_after"}, {"{'expires_after': 'Paris'}", "/access/expires_after"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		fails(access_check(json(cases[i].access), &test_err), ERR_INVALID);
		assert_string_equal(test_err.where, cases[i].where);
	}
	ok(access_check(json("{" FIELDS ", 'expires_after': 'P90D'}"), &test_err));
	assert_str(access_country_name(S("NL")), "Netherlands");
	assert_int_equal(access_countries_n, 249);
	for (size_t i = 1; i < access_countries_n; i++) assert_true(str_cmp(access_countries[i - 1].code, access_countries[i].code) < 0);
}

static void ten_thousand_choices_are_refused_by_the_schema(void **state) {
	(void)state;
	autobuf struct buf b = BUF(1 << 20);
	buf_add(&b, S("{\"title\": \"x\", \"access\": {\"fields\": [{\"name\": \"a\", \"label\": \"x\", \"type\": \"select\", \"options\": ["));
	for (int i = 0; i < 10000; i++) buf_fmt(&b, "%s\"o%d\"", i ? ", " : "", i);
	buf_add(&b, S("]}]}}"));
	const struct json *body;
	ok(json_parse(arena, buf_str(&b), NULL, &body, &test_err));
	fails(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(maker), .kind = S("release"), .body = body}), ERR_INVALID);
	assert_string_equal(test_err.where, "/access/fields/0/options");
}

/* ---- the machine ---- */

static void each_step_from_each_state_by_each(void **state) {
	(void)state;
	static const char *const states[] = {"pending", "accepted", "rejected", "revoked", "expired", "retracted"};
	static const struct {
		const char *act;
		enum access_by by;
		const char *from;
	} want[] = {{"access.accept", ACCESS_BY_OWNER, "y....."}, {"access.reject", ACCESS_BY_OWNER, "y....."}, {"access.revoke", ACCESS_BY_OWNER, ".y...."},
		{"access.reopen", ACCESS_BY_OWNER, "..yy.."}, {"access.retract", ACCESS_BY_HOLDER, "yy...."}, {"access.expire", ACCESS_BY_HUB, ".y...."}};
	for (size_t i = 0; i < lengthof(want); i++)
		for (size_t s = 0; s < lengthof(states); s++)
			for (int by = ACCESS_BY_OWNER; by <= ACCESS_BY_HUB; by++) {
				const struct access_step *step = access_step(str_of(want[i].act));
				bool may = !access_refusal(step, str_of(states[s]), (enum access_by)by);
				assert_int_equal(may, by == (int)want[i].by && want[i].from[s] == 'y');
				/* The kind's file says the same. */
				const struct kind_move *m = kind_move(kind_find(hub->kinds, S("access-request")), str_of(step->move));
				assert_int_equal(kind_move_from(m, str_of(states[s])), want[i].from[s] == 'y');
			}
	assert_null(access_step(S("access.tell")));
}

static void who_asks_waits_for_the_owners_and_is_told(void **state) {
	(void)state;
	open_gate("{'mode': 'manual', " FIELDS ", 'terms': 'the-terms'}");
	struct access_asking no_terms = {a_release, json(ANSWERS), false};
	fails(access_ask(hub, db, acting_as(stranger), &no_terms, &result, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "/terms");
	fails(ask(maker, ANSWERS), ERR_CONFLICT);
	fails(access_ask(hub, db, (struct actor){S(""), ROLE_ANYONE}, &no_terms, &result, &test_err), ERR_FORBIDDEN);
	size_t owners_before = notices(colleague), mine_before = notices(stranger), others = notices(coordinator);
	ok(ask(stranger, ANSWERS));
	assert_int_equal(notices(colleague), owners_before + 1);
	assert_int_equal(notices(coordinator), others);
	assert_str(held(viewing(stranger)).state, "pending");
	assert_int_equal(held(viewing(stranger)).by, ACCESS_NONE);
	fails(ask(stranger, ANSWERS), ERR_CONFLICT);
	assert_has(test_err.message, "asked already");
	fails(decide(stranger, "access.accept", ""), ERR_FORBIDDEN);
	fails(decide(coordinator, "access.accept", ""), ERR_FORBIDDEN);
	fails(decide(tester, "access.accept", ""), ERR_NOT_FOUND);
	ok(decide(colleague, "access.accept", "welcome"));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_ACCEPTED);
	assert_int_equal(held(viewing(stranger)).until, 0);
	assert_int_equal(held(viewing(tester)).by, ACCESS_NONE);
	assert_int_equal(held(viewer_public).by, ACCESS_NONE);
	assert_int_equal(notices(stranger), mine_before + 1);
	struct access_line *lines;
	assert_int_equal(queue(maker, "", &lines), 1);
	assert_str(lines[0].name, "Name of stranger");
	assert_str(lines[0].email, "stranger@example.org");
	assert_str(lines[0].reason, "welcome");
	check_whole();
}

static void what_was_answered_is_read_by_who_asked_and_the_owners_alone(void **state) {
	(void)state;
	open_gate("{'mode': 'manual', " FIELDS "}");
	ok(ask(stranger, ANSWERS));
	const struct viewer others[] = {viewer_public, viewing(coordinator), viewing(signer), viewing(tester)};
	for (size_t i = 0; i < lengthof(others); i++) {
		struct disclosing d = as(others[i]);
		struct disclosed r, request;
		struct access_line *lines;
		struct buf out = BUF(1 << 20);
		size_t n;
		int64_t next;
		ok(disclose_record(&d, a_release, &r, &test_err));
		fails(disclose_access_queue(&d, &r, &(struct access_request){0}, &lines, &n, &next, &test_err), ERR_FORBIDDEN);
		fails(disclose_access_export(&d, &r, true, STR_EMPTY, &out, &test_err), ERR_FORBIDDEN);
		enum err_code code = disclose_record(&d, a_request, &request, &test_err);
		/* A coordinator knows that there is one, and nothing of what it says. */
		assert_int_equal(code, i == 1 ? ERR_OK : ERR_NOT_FOUND);
		if (!code) assert_str(request.body_text, arena_fmt(arena, "{\"title\":\"Access to %.*s\"}", STR_ARG(a_release)).p);
		buf_free(&out);
	}
	/* Nor can a coordinator make themselves one of them. */
	fails(apply((struct change){.op = CHANGE_INVITE, .actor = acting_as(coordinator), .record = a_request, .subject = coordinator.uid, .role = S("owner")}), ERR_CONFLICT);
	fails(apply((struct change){.op = CHANGE_LINK, .actor = acting_as(coordinator), .record = a_request, .rel = S("for"), .target = a_release}), ERR_FORBIDDEN);
	fails(apply((struct change){.op = CHANGE_REVISE, .actor = acting_as(maker), .record = a_request, .body = json("{'title': 'x'}")}), ERR_FORBIDDEN);
	assert_false(stored_anywhere(S("the-answer-of-one")));
	ok(disclose_record(&(struct disclosing){hub, db, viewing(maker), arena}, a_request, &(struct disclosed){0}, &test_err));
	check_whole();
}

static void one_that_is_made_past_the_form_is_held_to_the_same(void **state) {
	(void)state;
	open_gate("{'mode': 'manual', " FIELDS "}");
	struct change_link link = {S("for"), a_release};
	struct change c = {.op = CHANGE_CREATE, .actor = acting_as(stranger), .kind = S("access-request"), .links = &link, .links_n = 1,
		.body = json("{'title': 'Buy tulips'}")};
	fails(apply(c), ERR_INVALID);
	const char *title = arena_fmt(arena, "Access to %.*s", STR_ARG(a_release)).p;
	c.body = json(arena_fmt(arena, "{'title': '%s', 'requester': {'name': 'Somebody else', 'email': 'x@example.org'}}", title).p);
	fails(apply(c), ERR_INVALID);
	assert_string_equal(test_err.where, "/requester");
	const char *who = "'requester': {'name': 'Name of stranger', 'email': 'stranger@example.org'}";
	c.body = json(arena_fmt(arena, "{'title': '%s', %s}", title, who).p);
	fails(apply(c), ERR_INVALID);
	assert_string_equal(test_err.where, "/answers/purpose");
	c.body = json(arena_fmt(arena, "{'title': '%s', %s, 'answers': [{'name': 'purpose', 'label': 'Another question?', 'type': 'text', 'value': 'x'}, "
		"{'name': 'agree', 'label': 'I agree', 'type': 'checkbox', 'value': 'yes'}]}", title, who).p);
	fails(apply(c), ERR_INVALID);
	assert_string_equal(test_err.where, "/answers");
	c.links_n = 0;
	fails(apply(c), ERR_INVALID);
	assert_int_equal(sql_number("SELECT count(*) FROM access_request"), 0);
}

static void automatic_gives_it_at_once_and_it_ends_by_the_clock(void **state) {
	(void)state;
	open_gate("{'mode': 'automatic', 'expires_after': 'P10D'}");
	ok(ask(stranger, NULL));
	struct access_held h = held(viewing(stranger));
	assert_int_equal(h.by, ACCESS_ACCEPTED);
	assert_true(h.until > clock_now + 9 * DAY && h.until <= clock_now + 11 * DAY);
	ok(access_run(hub, db, &test_err));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_ACCEPTED);
	clock_now += 12 * DAY;
	/* Over at its moment, whether or not the clock has come by. */
	assert_int_equal(held(viewing(stranger)).by, ACCESS_NONE);
	size_t before = notices(stranger);
	ok(access_run(hub, db, &test_err));
	assert_str(held(viewing(stranger)).state, "expired");
	assert_int_equal(notices(stranger), before + 1);
	ok(access_run(hub, db, &test_err));
	assert_int_equal(notices(stranger), before + 1);
	ok(ask(stranger, NULL));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_ACCEPTED);
	struct access_line *lines;
	assert_int_equal(queue(maker, "", &lines), 2);
	assert_int_equal(lines[0].earlier, 1);
	check_whole();
}

static void who_was_rejected_asks_again_only_when_it_is_reopened(void **state) {
	(void)state;
	open_gate("{'mode': 'manual'}");
	ok(ask(stranger, NULL));
	fails(decide(maker, "access.reject", " "), ERR_INVALID);
	ok(decide(maker, "access.reject", "not enough"));
	fails(ask(stranger, NULL), ERR_CONFLICT);
	assert_has(test_err.message, "was rejected");
	fails(decide(stranger, "access.reopen", ""), ERR_FORBIDDEN);
	fails(decide(maker, "access.accept", ""), ERR_CONFLICT);
	/* Erasing what they said gives them no second try. */
	struct str rejected = a_request;
	ok(apply((struct change){.op = CHANGE_ERASE, .actor = acting_as(stranger), .record = rejected, .reason = S("mine")}));
	ok(erase_finish(hub, &test_err));
	fails(ask(stranger, NULL), ERR_CONFLICT);
	ok(ask(tester, NULL));
	ok(decide(maker, "access.reject", "not yet"));
	ok(decide(colleague, "access.reopen", "looked at again"));
	assert_str(held(viewing(tester)).state, "pending");
	ok(act_on(a_request, tester, "access.retract", "{}"));
	ok(ask(tester, NULL));
	ok(decide(maker, "access.accept", ""));
	ok(decide(maker, "access.revoke", "misused"));
	assert_int_equal(held(viewing(tester)).by, ACCESS_NONE);
	fails(ask(tester, NULL), ERR_CONFLICT);
	assert_has(test_err.message, "was revoked");
	check_whole();
}

static void a_request_that_is_erased_gives_nothing_any_more(void **state) {
	(void)state;
	open_gate("{'mode': 'automatic', " FIELDS "}");
	ok(ask(stranger, ANSWERS));
	fails(apply((struct change){.op = CHANGE_ERASE, .actor = acting_as(maker), .record = a_request, .reason = S("x")}), ERR_FORBIDDEN);
	ok(apply((struct change){.op = CHANGE_ERASE, .actor = acting_as(stranger), .record = a_request, .reason = S("mine")}));
	ok(erase_finish(hub, &test_err));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_NONE);
	struct access_line *lines;
	assert_int_equal(queue(maker, "", &lines), 0);
	ok(access_run(hub, db, &test_err));
	check_whole();
}

static void where_one_can_ask(void **state) {
	(void)state;
	make_release("[{'name': 'internal', 'who': 'named'}, {'name': 'gated', 'who': 'gated'}, {'name': 'all', 'who': 'everybody'}]", "{'mode': 'manual'}");
	fails(ask(stranger, NULL), ERR_NOT_FOUND);
	ok(move_release(maker, "publish"));
	fails(ask(stranger, NULL), ERR_CONFLICT);
	ok(proceed(maker));
	fails(ask(stranger, NULL), ERR_CONFLICT);
	assert_has(test_err.message, "no stage yet");
	ok(proceed(maker));
	ok(ask(stranger, NULL));
	ok(proceed(maker));
	fails(ask(tester, NULL), ERR_CONFLICT);
	assert_has(test_err.message, "open to all");
	assert_int_equal(held(viewer_public).by, ACCESS_EVERYBODY);
	ok(act(maker, "release.withdraw", "{'reason': 'it leaks', 'advice': 'delete it'}"));
	assert_int_equal(held(viewer_public).by, ACCESS_NONE);
	assert_int_equal(held(viewing(maker)).by, ACCESS_NONE);
	fails(ask(tester, NULL), ERR_CONFLICT);
}

static void so_many_a_day_and_no_more(void **state) {
	(void)state;
	for (int i = 0; i < ACCESS_A_DAY; i++) {
		open_gate("{'mode': 'automatic'}");
		ok(ask(stranger, NULL));
	}
	open_gate("{'mode': 'automatic'}");
	fails(ask(stranger, NULL), ERR_CONFLICT);
	assert_has(test_err.message, "too many");
	clock_now += 2 * DAY;
	ok(ask(stranger, NULL));
}

static void who_has_access_is_told_when_it_goes_back_or_ends(void **state) {
	(void)state;
	open_gate("{'mode': 'automatic'}");
	ok(ask(stranger, NULL));
	size_t before = notices(stranger);
	ok(act(maker, "release.roll-back", "{'to': 'internal', 'reason': 'a jailbreak', 'advice': 'stop using it'}"));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_NONE);
	ok(access_run(hub, db, &test_err));
	ok(access_run(hub, db, &test_err));
	assert_int_equal(notices(stranger), before + 1);
	struct disclosing d = as(viewing(stranger));
	struct notice *list;
	size_t n;
	int64_t next;
	ok(notice_list(&d, &(struct notice_request){.limit = 1, .sort = NOTICE_SORTS}, &list, &n, &next, &test_err));
	assert_str(list[0].event.reason, "a jailbreak What to do: stop using it");
	ok(proceed(maker));
	assert_int_equal(held(viewing(stranger)).by, ACCESS_ACCEPTED);
	ok(act(maker, "release.withdraw", "{'reason': 'it leaks', 'advice': 'delete it'}"));
	ok(access_run(hub, db, &test_err));
	assert_int_equal(notices(stranger), before + 2);
	check_whole();
}

static void many_are_decided_at_once_and_one_that_fails_keeps_no_other(void **state) {
	(void)state;
	open_gate("{'mode': 'manual'}");
	struct access_decided list[4] = {{.uid = S("R-0000-0000")}};
	struct account who[] = {stranger, tester, signer};
	for (int i = 0; i < 3; i++) {
		ok(ask(who[i], NULL));
		list[i + 1].uid = a_request;
	}
	ok(decide(maker, "access.accept", ""));
	struct disclosing d = as(viewing(maker));
	struct disclosed r;
	ok(disclose_record(&d, a_release, &r, &test_err));
	ok(access_decide(hub, db, acting_as(maker), &r, S("access.accept"), S("welcome"), list, 4, &test_err));
	assert_int_equal(list[0].result.code, ERR_NOT_FOUND);
	assert_int_equal(list[3].result.code, ERR_CONFLICT);
	assert_true(!list[1].result.code && !list[2].result.code);
	assert_int_equal(held(viewing(stranger)).by, ACCESS_ACCEPTED);
	struct access_counts c;
	ok(disclose_access_counts(&d, &r, &c, &test_err));
	assert_true(c.accepted == 3 && c.pending == 0);
	check_whole();
}

static void an_export_is_whole_and_holds_no_formula(void **state) {
	(void)state;
	open_gate("{'mode': 'manual', " FIELDS "}");
	ok(ask(stranger, "{'purpose': '=HYPERLINK(\\u0022http://evil.example\\u0022)', 'agree': true}"));
	ok(ask(tester, "{'purpose': 'two\\r\\nlines, and \\u0022quotes\\u0022', 'agree': true}"));
	ok(rewrite(maker, body_with("/access/fields/0/name", "'aim'")));
	struct disclosing d = as(viewing(maker));
	struct disclosed r;
	autobuf struct buf csv = BUF(1 << 20), text = BUF(1 << 20);
	ok(disclose_record(&d, a_release, &r, &test_err));
	ok(disclose_access_export(&d, &r, true, STR_EMPTY, &csv, &test_err));
	struct str s = arena_str(arena, buf_str(&csv));
	assert_has(s.p, "\"answer_aim\",\"answer_agree\"");
	assert_has(s.p, ",\"answer_purpose\"\r\n");
	assert_has(s.p, "\"'=HYPERLINK(\"\"http://evil.example\"\")\"");
	assert_has(s.p, "\"two\r\nlines, and \"\"quotes\"\"\"");
	ok(disclose_access_export(&d, &r, false, S("pending"), &text, &test_err));
	const struct json *v;
	ok(json_parse(arena, buf_str(&text), NULL, &v, &test_err));
	assert_int_equal(json_count(v), 2);
	assert_str(json_string(json_pointer(v, S("/0/answers/0/value"))), "=HYPERLINK(\"http://evil.example\")");
}

static void one_person_with_two_accounts_is_seen(void **state) {
	(void)state;
	open_gate("{'mode': 'manual', " FIELDS "}");
	ok(ask(stranger, "{'purpose': 'We study how tulips grow.', 'agree': true}"));
	struct str first = a_request;
	ok(ask(tester, "{'purpose': 'we study HOW tulips grow', 'agree': true}"));
	ok(ask(signer, "{'purpose': 'Something else altogether.', 'agree': true}"));
	struct access_line *lines;
	assert_int_equal(queue(maker, "pending", &lines), 3);
	assert_int_equal(lines[0].like.n, 0);
	assert_true(str_eq(lines[1].like, first));
	assert_true(str_eq(lines[2].like, lines[1].r.line.uid));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(answers_are_checked_by_the_fields),
		arena_test(hostile_fields_are_refused),
		release_test(ten_thousand_choices_are_refused_by_the_schema),
		release_test(each_step_from_each_state_by_each),
		release_test(who_asks_waits_for_the_owners_and_is_told),
		release_test(what_was_answered_is_read_by_who_asked_and_the_owners_alone),
		release_test(one_that_is_made_past_the_form_is_held_to_the_same),
		release_test(automatic_gives_it_at_once_and_it_ends_by_the_clock),
		release_test(who_was_rejected_asks_again_only_when_it_is_reopened),
		release_test(a_request_that_is_erased_gives_nothing_any_more),
		release_test(where_one_can_ask),
		release_test(so_many_a_day_and_no_more),
		release_test(who_has_access_is_told_when_it_goes_back_or_ends),
		release_test(many_are_decided_at_once_and_one_that_fails_keeps_no_other),
		release_test(an_export_is_whole_and_holds_no_formula),
		release_test(one_person_with_two_accounts_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
