/* Nothing confidential is in a mail or in a call of a webhook: a word of its own in every text that anybody can write about a case, a report and a record, then
 * everything that can happen to them, and no mail and no call that comes of it holds one of those words, or anybody's name. */
#include "test_case.h"

#include "hub/account/notice_mail.h"
#include "hub/dispute.h"
#include "hub/mail.h"
#include "hub/seal.h"
#include "hub/webhook.h"

#define WORD "zqsecret"

static int start(void **state) {
	if (start_case(state)) return -1;
	hub->mail.server = S("smtp://127.0.0.1:1");
	hub->mail.from = S("hub@example.org");
	hub->base_url = S("https://hub.example");
	return 0;
}

static void everything_at_once(struct account a) {
	struct notice_settings s;
	struct by by = as_person(a);
	struct str id;
	char secret[WEBHOOK_SECRET];
	ok(notice_settings_read(db, a.uid, &s, &test_err));
	for (int i = 0; i < NOTICE_SORTS; i++) s.mail[i] = NOTICE_MAIL_NOW;
	ok(notice_settings_write(hub, a.uid, &s, &test_err));
	ok(webhook_create(hub, db, &by, &(struct webhook_new){.owner = a.uid, .url = S("https://example.org/")}, arena, &id, secret, &test_err));
}

static void told(struct str text, const char *where) {
	static const char *const names[] = {"Name of", "Makers", "Hosts", "Model"};
	if (str_find(text, S(WORD)) != STR_NONE) fail_msg("%s: %.*s", where, STR_ARG(text));
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_find(text, str_of(names[i])) != STR_NONE) fail_msg("%s names somebody: %.*s", where, STR_ARG(text));
}

/* All that went out so far; how many there were of each. */
static void look(int64_t *mails, int64_t *calls) {
	ok(notice_mail_due(hub, db, NULL, &test_err));
	ok(webhook_tell(hub, db, NULL, &test_err));
	*mails = *calls = 0;
	struct db_query q = db_query(db, "SELECT message FROM mail");
	for (; db_row(&q); ++*mails) {
		struct str plain;
		ok(unseal(hub, arena_str(arena, db_str(&q, 0)), arena, &plain, &test_err));
		told(plain, "a mail");
	}
	ok(db_done(&q, &test_err));
	q = db_query(db, "SELECT payload, type FROM delivery");
	for (; db_row(&q); ++*calls) told(arena_str(arena, db_str(&q, 0)), "a call");
	ok(db_done(&q, &test_err));
}

static void say(struct account by, struct str record, unsigned audiences) {
	ok(apply((struct change){.op = CHANGE_COMMENT, .actor = acting_as(by), .record = record, .reason = S(WORD " said"), .audiences = audiences}));
}

static void nothing_that_is_confidential_leaves_by_mail_or_call(void **state) {
	(void)state;
	const struct account all[] = {coordinator, maker, host, finder};
	for (size_t i = 0; i < lengthof(all); i++) everything_at_once(all[i]);
	struct by owner = as_person(host);
	struct str id;
	char secret[WEBHOOK_SECRET];
	ok(webhook_create(hub, db, &owner, &(struct webhook_new){.owner = hosts, .url = S("https://example.org/")}, arena, &id, secret, &test_err));
	ok(webhook_create(hub, db, &by_operator, &(struct webhook_new){.url = S("https://example.org/")}, arena, &id, secret, &test_err));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json("{'title': '" WORD " case', 'summary': '" WORD "', 'analysis': '" WORD "'}"), .reason = S(WORD " note")}));
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_report, .actor = acting_as(finder), .body = json("{'title': '" WORD " report', 'proof_of_concept': '" WORD "'}")}));
	ok(ask(makers, "developer"));
	ok(ask(hosts, "hosting-platform"));
	ok(ask(finder.uid, "reporter"));
	say(coordinator, a_case, PARTIES);
	say(maker, a_case, PARTIES);
	say(finder, a_report, PARTIES | OWNER);
	say(coordinator, a_report, OWNER);
	ok(apply((struct change){.op = CHANGE_ATTACH, .actor = acting_as(coordinator), .record = a_case, .file_name = S(WORD ".txt"), .media_type = S("text/plain"),
		.bytes = S(WORD), .audiences = PARTIES}));
	struct str until = moment_in(30 * DAY);
	ok(act(coordinator, "embargo.propose", arena_fmt(arena, "{'until': '%.*s', 'time_zone': 'UTC', 'reason': '" WORD "', 'terms': '" WORD "'}", STR_ARG(until)).p));
	ok(act(maker, "embargo.accept", "{}"));
	ok(act(coordinator, "embargo.accept", "{}"));
	ok(act(coordinator, "task.add", arena_fmt(arena, "{'text': '" WORD "', 'subject': '%.*s'}", STR_ARG(makers)).p));
	ok(act(maker, "fact.report", "{'fact': 'exploit-public', 'evidence': 'https://example.org/" WORD "'}"));
	ok(act(maker, "status.set", arena_fmt(arena, "{'system': '%.*s', 'status': 'not-affected', 'justification': '" WORD "'}", STR_ARG(a_system)).p));
	ok(act(maker, "statement.set", "{'text': '" WORD "'}"));
	ok(move(a_case, "triage", WORD " moved"));
	struct str lesson = create("lesson", "{'title': '" WORD " lesson', 'lesson': '" WORD "'}");
	ok(link_to(lesson, "learned-from", a_case));
	ok(link_to(a_case, "handles", create("report", "{'title': '" WORD " other'}")));
	ok(apply((struct change){.op = CHANGE_INVITE, .record = lesson, .subject = maker.uid, .role = S("party"), .reason = S(WORD)}));
	ok(apply((struct change){.op = CHANGE_DISMISS, .record = lesson, .subject = maker.uid, .reason = S(WORD)}));
	ok(act(coordinator, "embargo.end", "{'why': 'agreed', 'reason': '" WORD "'}"));
	int64_t mails, calls;
	look(&mails, &calls);
	assert_true(mails >= 8 && calls >= 20);
	/* Every sort of event was among them. */
	static const char *const types[] = {"record.revised", "record.moved", "record.commented", "record.attached", "act.participant.ask", "act.embargo.propose",
		"act.embargo.accept", "act.embargo.end", "act.task.add", "act.fact.report", "act.status.set", "act.statement.set"};
	for (size_t i = 0; i < lengthof(types); i++) {
		struct db_query q = db_query(db, "SELECT count(*) FROM delivery WHERE type = $1");
		db_bind_str(&q, 1, str_of(types[i]));
		int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
		ok(db_done(&q, &test_err));
		if (!n) fail_msg("nobody was told of %s", types[i]);
	}
	/* The public was told of nothing. */
	assert_int_equal(sql_number("SELECT count(*) FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE w.owner = ''"), 0);
}

/* An event as a change leaves it, and a notice of it: whatever else an act needs, what it says of itself is no more than this. */
struct happening {
	struct str record, detail, to;
};
static enum err_code write_happening(struct db *w, void *arg, struct err *e) {
	const struct happening *c = arg;
	struct db_query q = db_query(w,
		"INSERT INTO event (record, type, actor, at, revision, state, detail) SELECT id, 'act', 'hub', $2, revision, state, $3 FROM record WHERE uid = $1");
	db_bind_str(&q, 1, c->record);
	db_bind_int(&q, 2, now());
	db_bind_bytes(&q, 3, c->detail);
	enum err_code code = db_run(&q, e);
	if (code) return code;
	q = db_query(w, "INSERT INTO notice (account, sort, record, event, what, at, read, mail) SELECT $1, 'cases', record, seq, '', at, 0, 'now' FROM event ORDER BY seq DESC LIMIT 1");
	db_bind_str(&q, 1, c->to);
	return db_run(&q, e);
}

static void no_act_that_there_is_says_more_than_its_name(void **state) {
	(void)state;
	wrote_itself = true;
	everything_at_once(coordinator);
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json("{'title': '" WORD " case', 'summary': '" WORD "', 'analysis': '" WORD "'}")}));
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("report"), .state = S("received"),
		.body = json("{'title': '" WORD " report', 'summary': '" WORD "', 'proof_of_concept': '" WORD "'}")}));
	a_report = arena_str(arena, str_of(result.uid));
	struct dispute_filing f = {.target = a_report, .question = S("valid"), .statement = S(WORD)};
	ok(dispute_file(hub, db, acting_as(finder), &f, &result, &test_err));
	struct str a_dispute = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("release"), .state = S("running"), .body = json("{'title': '" WORD " release', 'version': '1', "
		"'summary': '" WORD "', 'artifacts': [], 'stages': []}")}));
	struct str a_release = arena_str(arena, str_of(result.uid));
	ok(apply((struct change){.op = CHANGE_CREATE, .actor = acting_as(finder), .kind = S("access-request"), .state = S("pending"), .body = json("{'title': '" WORD " request'}")}));
	struct str a_request = arena_str(arena, str_of(result.uid));
	const struct {
		const char *kind;
		struct str record;
	} records[] = {{"case", a_case}, {"dispute", a_dispute}, {"release", a_release}, {"access-request", a_request}, {"report", a_report}};
	int64_t mails, calls, before;
	look(&before, &calls);
	before = calls;
	for (size_t i = 0; i < hub->acts->n; i++) {
		const struct act *one = &hub->acts->items[i];
		struct str record = a_report;
		for (size_t k = lengthof(records); k-- > 0;)
			if (act_fits(one, kind_find(hub->kinds, str_of(records[k].kind)))) record = records[k].record;
		struct happening c = {.record = record, .to = coordinator.uid, .detail = json_text(arena, json(arena_fmt(arena,
			"{'act': '%.*s', 'audiences': %u, 'subject': '%.*s', 'reason': '" WORD "', 'text': '" WORD "', 'role': '" WORD "', 'name': '" WORD "', "
			"'private': {'text': '" WORD "'}, 'args': {'text': '" WORD "', 'url': 'https://" WORD ".example'}}",
			STR_ARG(one->name), OWNER | PARTIES | COORDINATORS, STR_ARG(maker.uid)).p))};
		ok(writer_change(hub->writer, write_happening, &c, &test_err));
	}
	look(&mails, &calls);
	assert_int_equal(calls - before, hub->acts->n);
	assert_true(mails >= 3); /* one a record */
	for (size_t i = 0; i < hub->acts->n; i++) {
		struct str name = hub->acts->items[i].name;
		struct db_query q = db_query(db, "SELECT count(*) FROM delivery WHERE replace(type, '_', '-') = $1");
		db_bind_str(&q, 1, arena_cat(arena, S("act."), name));
		int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
		ok(db_done(&q, &test_err));
		if (!n) fail_msg("nobody was told of %.*s", STR_ARG(name));
	}
}

static void a_digest_holds_no_more_than_that(void **state) {
	(void)state;
	ok(apply((struct change){.op = CHANGE_REVISE, .record = a_case, .body = json("{'title': '" WORD " case', 'analysis': '" WORD "'}")}));
	ok(ask(makers, "developer"));
	ok(notice_mail_due(hub, db, NULL, &test_err)); /* the invitation */
	int64_t mails, calls;
	for (int i = 0; i < 3; i++) say(coordinator, a_case, PARTIES);
	clock_now += 2 * DAY;
	look(&mails, &calls);
	assert_int_equal(sql_number("SELECT count(*) FROM notice WHERE mail <> ''"), 0);
	assert_true(mails >= 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_that_is_confidential_leaves_by_mail_or_call, start, end_accounts),
		cmocka_unit_test_setup_teardown(no_act_that_there_is_says_more_than_its_name, start, end_accounts),
		cmocka_unit_test_setup_teardown(a_digest_holds_no_more_than_that, start, end_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
