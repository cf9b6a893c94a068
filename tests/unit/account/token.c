/* Tokens of the API; and what a person keeps: drafts, saved searches, answers that may be asked for again. */
#include "test_account.h"

static struct account bee, wasp;

static int start(void **state) {
	if (start_accounts(state)) return -1;
	struct account_new n = {.login = S("bee"), .email = S("bee@example.org"), .role = MEMBER_MEMBER};
	ok(account_create(hub, &by_operator, &n, arena, &bee, &test_err));
	n = (struct account_new){.login = S("wasp"), .email = S("wasp@example.org")};
	ok(account_create(hub, &by_operator, &n, arena, &wasp, &test_err));
	return 0;
}
#define keep_test(fn) cmocka_unit_test_setup_teardown(fn, start, end_accounts)

/* ---- tokens ---- */

static char text[TOKEN_TEXT];
static struct token t;

static enum err_code make(struct account by, struct account of, const char *name, unsigned scopes, moment lasts) {
	struct by who = as_person(by);
	return token_create(hub, &who, of.uid, str_of(name), scopes, now() + lasts, arena, text, &t, &test_err);
}
static bool found(struct str token, unsigned *scopes) {
	struct account a;
	enum err_code code = token_find(hub, db, token, arena, &a, scopes, &test_err);
	if (code != ERR_NOT_FOUND) ok(code);
	if (!code) assert_true(str_eq(a.uid, bee.uid));
	return !code;
}

static void a_token_finds_its_account_with_its_scopes_until_it_expires(void **state) {
	(void)state;
	unsigned scopes;
	ok(make(bee, bee, " nightly build ", SCOPE_WRITE, 10 * DAY));
	assert_int_equal(strlen(text), 48);
	assert_true(str_starts(str_of(text), S("pldr_")));
	assert_str(t.name, "nightly build");
	assert_true(str_eq(t.start, str_sub(str_of(text), 0, 8)));
	assert_true(found(str_of(text), &scopes));
	assert_int_equal(scopes, SCOPE_READ | SCOPE_WRITE); /* write holds read */
	clock_now += 10 * DAY;
	assert_false(found(str_of(text), &scopes));
}

static void what_can_be_no_token_is_refused(void **state) {
	(void)state;
	const struct {
		const char *name;
		unsigned scopes;
		moment lasts;
		const char *where;
	} wrong[] = {{"", SCOPE_READ, DAY, "name"}, {"a\nb", SCOPE_READ, DAY, "name"}, {"a", 0, DAY, "scope"}, {"a", 8, DAY, "scope"},
		{"a", SCOPE_READ, 0, "expires"}, {"a", SCOPE_READ, -DAY, "expires"}, {"a", SCOPE_READ, 367 * DAY, "expires"}};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		fails(make(bee, bee, wrong[i].name, wrong[i].scopes, wrong[i].lasts), ERR_INVALID);
		assert_string_equal(test_err.where, wrong[i].where);
	}
	fails(make(wasp, bee, "a", SCOPE_READ, DAY), ERR_NOT_FOUND);
	assert_int_equal(sql_number("SELECT count(*) FROM token"), 0);
}

static void almost_a_token_is_none(void **state) {
	(void)state;
	unsigned scopes;
	ok(make(bee, bee, "a", SCOPE_READ, DAY));
	struct str almost = arena_str(arena, str_of(text));
	((char *)(uintptr_t)almost.p)[20] ^= 1;
	const struct str wrong[] = {S(""), S("pldr_"), almost, str_sub(str_of(text), 0, 47), str_from(str_of(text), 5), name_folded(arena, str_of(text))};
	for (size_t i = 0; i < lengthof(wrong); i++) assert_false(found(wrong[i], &scopes));
}

static void tokens_are_listed_and_revoked_by_their_owner(void **state) {
	(void)state;
	struct token *list;
	size_t n;
	unsigned scopes;
	struct by bees = as_person(bee), wasps = as_person(wasp);
	ok(make(bee, bee, "one", SCOPE_READ, DAY));
	clock_now += SECOND;
	ok(make(bee, bee, "two", SCOPE_READ, DAY));
	ok(token_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].name, "two");
	assert_int_equal(list[0].used, 0);
	clock_now += MINUTE;
	assert_true(found(str_of(text), &scopes));
	ok(token_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(list[0].used, clock_now);
	assert_int_equal(again(bee.uid).seen, clock_now);
	fails(token_revoke(hub, &wasps, bee.uid, list[0].id, &test_err), ERR_NOT_FOUND);
	ok(token_revoke(hub, &bees, bee.uid, list[0].id, &test_err));
	fails(token_revoke(hub, &bees, bee.uid, list[0].id, &test_err), ERR_NOT_FOUND);
	assert_false(found(str_of(text), &scopes));
	assert_int_equal(audited(bee.uid, "token.revoke"), 1);
}

static void scopes_have_names(void **state) {
	(void)state;
	assert_int_equal(scope_of(S("read")), SCOPE_READ);
	assert_int_equal(scope_of(S("write")), SCOPE_WRITE);
	assert_int_equal(scope_of(S("admin")), SCOPE_ADMIN);
	assert_int_equal(scope_of(S("everything")), 0);
	assert_string_equal(scope_name(SCOPE_WRITE), "write");
}

/* ---- drafts ---- */

static void a_draft_is_kept_for_its_writer_alone(void **state) {
	(void)state;
	struct draft d, *list;
	size_t n;
	ok(draft_save(hub, bee.uid, S("new/report"), S("typed so far"), &test_err));
	clock_now += SECOND;
	ok(draft_save(hub, bee.uid, S("edit/R-7KQ2-M9XD"), (struct str){"a\0b", 3}, &test_err));
	ok(draft_load(hub, db, bee.uid, S("new/report"), arena, &d, &test_err));
	assert_str(d.body, "typed so far");
	fails(draft_load(hub, db, wasp.uid, S("new/report"), arena, &d, &test_err), ERR_NOT_FOUND);
	ok(draft_load(hub, db, bee.uid, S("edit/R-7KQ2-M9XD"), arena, &d, &test_err));
	assert_int_equal(d.body.n, 3);
	ok(draft_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 2);
	assert_str(list[0].name, "edit/R-7KQ2-M9XD");
	assert_int_equal(list[1].bytes, 12);
	ok(draft_save(hub, bee.uid, S("new/report"), S("more"), &test_err));
	ok(draft_load(hub, db, bee.uid, S("new/report"), arena, &d, &test_err));
	assert_str(d.body, "more");
	ok(draft_delete(hub, wasp.uid, S("new/report"), &test_err));
	ok(draft_load(hub, db, bee.uid, S("new/report"), arena, &d, &test_err));
	ok(draft_delete(hub, bee.uid, S("new/report"), &test_err));
	fails(draft_load(hub, db, bee.uid, S("new/report"), arena, &d, &test_err), ERR_NOT_FOUND);
}

static void drafts_are_bounded_in_size_and_number(void **state) {
	(void)state;
	char *large = arena_alloc(arena, DRAFT_BYTES + 1);
	ok(draft_save(hub, bee.uid, S("large"), str_n(large, DRAFT_BYTES), &test_err));
	fails(draft_save(hub, bee.uid, S("larger"), str_n(large, DRAFT_BYTES + 1), &test_err), ERR_TOO_LARGE);
	fails(draft_save(hub, bee.uid, S(""), S("x"), &test_err), ERR_INVALID);
	fails(draft_save(hub, bee.uid, S("a\nb"), S("x"), &test_err), ERR_INVALID);
	for (int i = 1; i < DRAFTS; i++) ok(draft_save(hub, bee.uid, arena_fmt(arena, "d%d", i), S("x"), &test_err));
	fails(draft_save(hub, bee.uid, S("one more"), S("x"), &test_err), ERR_CONFLICT);
	ok(draft_save(hub, bee.uid, S("large"), S("again"), &test_err));
	ok(draft_save(hub, wasp.uid, S("another's"), S("x"), &test_err));
	clock_now += DRAFT_LASTS;
	ok(session_sweep(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM draft"), 0);
}

/* ---- saved searches ---- */

static void a_search_is_saved_under_a_name_of_ones_own(void **state) {
	(void)state;
	int64_t id, other;
	struct saved_search *list, one;
	size_t n;
	ok(saved_search_save(hub, bee.uid, S(" Deepfakes "), S("q=deepfake&kind=incident"), &id, &test_err));
	ok(saved_search_save(hub, bee.uid, S("Deepfakes"), S("q=deepfake"), &other, &test_err));
	assert_int_equal(other, id);
	ok(saved_search_list(db, bee.uid, arena, &list, &n, &test_err));
	assert_int_equal(n, 1);
	assert_str(list[0].query, "q=deepfake");
	clock_now += HOUR;
	ok(saved_search_looked_at(hub, bee.uid, id, &test_err));
	ok(saved_search_find(db, bee.uid, id, arena, &one, &test_err));
	assert_int_equal(one.seen, clock_now);
	fails(saved_search_find(db, wasp.uid, id, arena, &one, &test_err), ERR_NOT_FOUND);
	fails(saved_search_looked_at(hub, wasp.uid, id, &test_err), ERR_NOT_FOUND);
	fails(saved_search_delete(hub, wasp.uid, id, &test_err), ERR_NOT_FOUND);
	ok(saved_search_delete(hub, bee.uid, id, &test_err));
	fails(saved_search_delete(hub, bee.uid, id, &test_err), ERR_NOT_FOUND);
	fails(saved_search_save(hub, bee.uid, S(""), S("q=x"), &id, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "name");
	fails(saved_search_save(hub, bee.uid, S("x"), S(""), &id, &test_err), ERR_INVALID);
	assert_string_equal(test_err.where, "query");
}

/* ---- answers that may be asked for again ---- */

static enum err_code begin(struct account a, const char *key, const char *request, struct stored_answer *out) {
	struct sha256 digest = sha256(str_of(request));
	return idempotency_begin(hub, a.uid, str_of(key), &digest, arena, out, &test_err);
}
static void finish(struct account a, const char *key, const char *request, int status, const char *answer) {
	struct sha256 digest = sha256(str_of(request));
	ok(idempotency_finish(hub, a.uid, str_of(key), &digest, status, str_of(answer), &test_err));
}

static void the_same_request_has_the_same_answer_for_a_day(void **state) {
	(void)state;
	struct stored_answer v;
	ok(begin(bee, "k1", "POST a", &v));
	assert_false(v.there);
	fails(begin(bee, "k1", "POST a", &v), ERR_BUSY); /* the first is at work */
	finish(bee, "k1", "POST a", 201, "{\"id\":1}");
	ok(begin(bee, "k1", "POST a", &v));
	assert_true(v.there && v.status == 201);
	assert_str(v.answer, "{\"id\":1}");
	fails(begin(bee, "k1", "POST b", &v), ERR_CONFLICT);
	ok(begin(wasp, "k1", "POST b", &v)); /* another's key is another key */
	assert_false(v.there);
	clock_now += IDEMPOTENCY_LASTS;
	ok(begin(bee, "k1", "POST b", &v));
	assert_false(v.there);
	finish(bee, "k1", "POST b", 201, "");
	clock_now += IDEMPOTENCY_LASTS;
	ok(session_sweep(hub, &test_err));
	assert_int_equal(sql_number("SELECT count(*) FROM idempotency"), 0);
}

static void what_was_begun_and_given_up_may_be_begun_again(void **state) {
	(void)state;
	struct stored_answer v;
	struct sha256 digest = sha256(S("POST a"));
	ok(begin(bee, "k", "POST a", &v));
	clock_now += IDEMPOTENCY_ABANDONED;
	ok(begin(bee, "k", "POST a", &v));
	assert_false(v.there);
	ok(idempotency_drop(hub, bee.uid, S("k"), &digest, &test_err));
	ok(begin(bee, "k", "POST b", &v));
	assert_false(v.there);
	fails(begin(bee, "", "x", &v), ERR_INVALID);
	fails(begin(bee, "a\nb", "x", &v), ERR_INVALID);
	char *large = arena_alloc(arena, IDEMPOTENCY_ANSWER + 1);
	struct sha256 other = sha256(S("POST b"));
	fails(idempotency_finish(hub, bee.uid, S("k"), &other, 200, str_n(large, IDEMPOTENCY_ANSWER + 1), &test_err), ERR_TOO_LARGE);
	assert_int_equal(sql_number("SELECT count(*) FROM idempotency"), 0);
}

/* ---- the audit log ---- */

static void the_audit_log_is_told_in_pages_about_and_by_somebody(void **state) {
	(void)state;
	struct audit_line *lines;
	size_t n;
	struct by bees = as_person(bee);
	struct str name = S("Bea");
	ok(account_edit(hub, &bees, bee.uid, &(struct account_edit){.name = &name}, &test_err));
	ok(account_edit(hub, &by_operator, wasp.uid, &(struct account_edit){.name = &name}, &test_err));
	ok(audit_list(db, S(""), 0, 100, arena, &lines, &n, &test_err));
	assert_int_equal(n, 5);
	assert_str(lines[0].action, "account.edit");
	assert_true(str_eq(lines[0].subject, wasp.uid));
	assert_str(lines[1].address, "192.0.2.7");
	assert_str(lines[1].detail, "{\"name\":{\"from\":\"\",\"to\":\"Bea\"}}");
	ok(audit_list(db, bee.uid, 0, 100, arena, &lines, &n, &test_err));
	assert_int_equal(n, 3);
	ok(audit_list(db, S("operator"), 0, 2, arena, &lines, &n, &test_err));
	assert_int_equal(n, 2);
	int64_t before = lines[1].seq;
	ok(audit_list(db, S("operator"), before, 100, arena, &lines, &n, &test_err));
	assert_int_equal(n, 2);
	assert_true(lines[0].seq < before);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		keep_test(a_token_finds_its_account_with_its_scopes_until_it_expires),
		keep_test(what_can_be_no_token_is_refused),
		keep_test(almost_a_token_is_none),
		keep_test(tokens_are_listed_and_revoked_by_their_owner),
		keep_test(scopes_have_names),
		keep_test(a_draft_is_kept_for_its_writer_alone),
		keep_test(drafts_are_bounded_in_size_and_number),
		keep_test(a_search_is_saved_under_a_name_of_ones_own),
		keep_test(the_same_request_has_the_same_answer_for_a_day),
		keep_test(what_was_begun_and_given_up_may_be_begun_again),
		keep_test(the_audit_log_is_told_in_pages_about_and_by_somebody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
