/* The directory of other hubs: who may be in it and by which key, what the log says of it, and the file that it signs. */
#include "test_ledger.h"

#include "hub/account/audit.h"
#include "hub/peer/file.h"

/* Another hub's log, whose key is made of one byte. */
static struct tlog_signer signer(const char *origin, char byte) {
	struct tlog_signer s;
	unsigned char seed[TLOG_KEY_BYTES];
	memset(seed, byte, sizeof seed);
	ok(tlog_signer_make(str_of(origin), TLOG_ED25519, seed, &s, &test_err));
	return s;
}
static struct str key(const char *origin, char byte) {
	struct tlog_signer s = signer(origin, byte);
	return tlog_key_text(arena, &s.key);
}
static struct peer_entry entry(const char *origin, const char *prefix) {
	return (struct peer_entry){.key = key(origin, 1), .url = arena_fmt(arena, "https://%s/", origin), .prefix = str_of(prefix)};
}
static enum err_code add(struct peer_entry one) {
	struct peer_done done;
	return peer_add(hub, &by_operator, &one, STR_EMPTY, &done, &test_err);
}
static struct peer found(const char *name) {
	struct peer p;
	ok(peer_find(db, arena, str_of(name), &p, &test_err));
	return p;
}
/* The statement that the log was told last of other hubs. */
static const struct json *said(void) {
	const struct json *v;
	ok(json_parse(arena, sql_text("SELECT statement FROM entry WHERE type = 10 ORDER BY id DESC LIMIT 1"), NULL, &v, &test_err));
	return v;
}
static int64_t statements(void) {
	return sql_number("SELECT count(*) FROM entry WHERE type = 10");
}

static void a_hub_is_listed_and_the_log_says_so(void **state) {
	(void)state;
	struct peer_entry one = entry("one.example.org/log", "ONE");
	one.name = S("  Hub One ");
	ok(add(one));
	struct peer p = found("one.example.org/log");
	assert_str(p.name, "Hub One");
	assert_str(p.url, "https://one.example.org/log");
	assert_true(str_eq(p.key, one.key) && p.listed && !p.follows);
	assert_int_equal(p.id, found("ONE").id);
	assert_int_equal(p.id, found("https://one.example.org/log/").id);
	assert_str(json_get_str(said(), S("type")), "delegation");
	assert_str(json_get_str(said(), S("state")), "listed");
	assert_str(json_get_str(said(), S("origin")), "one.example.org/log");
	assert_true(str_eq(json_get_str(said(), S("key")), one.key));
	assert_null(json_get_lit(said(), "replaces"));
	assert_str(json_get_str(said(), S("prefix")), "ONE");
	/* Once more is nothing; under another address is a change. */
	ok(add(one));
	assert_int_equal(statements(), 1);
	one.url = S("https://elsewhere.example.org");
	ok(add(one));
	assert_int_equal(statements(), 2);
	assert_str(json_get_str(said(), S("state")), "changed");
	assert_int_equal(found("ONE").since, p.since);
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE action LIKE 'peer.%'"), 2);
	ok(peer_of_number(db, arena, S("ONE-2026-0001"), &p, &test_err));
	fails(peer_of_number(db, arena, S("TWO-2026-0001"), &p, &test_err), ERR_NOT_FOUND);
	fails(peer_of_number(db, arena, S("ONE"), &p, &test_err), ERR_NOT_FOUND);
}

static void what_is_no_hub_is_refused_and_nothing_is_said(void **state) {
	(void)state;
	static const char *const urls[] = {"", "http://one.example.org", "https://", "https:///x", "https://a b", "javascript:alert(1)", "https://u@one.example.org", "https://one.example.org/?q",
		"https://one.example.org/#x", "https://one.example.org\n", "//one.example.org", "https://:80", "http://127.0.0.1.example.org"};
	struct peer_entry one = entry("one.example.org/log", "ONE");
	for (size_t i = 0; i < lengthof(urls); i++) {
		one.url = str_of(urls[i]);
		if (add(one) != ERR_INVALID) fail_msg("taken: %s", urls[i]);
	}
	one = entry("one.example.org/log", "one");
	fails(add(one), ERR_INVALID);
	assert_string_equal(test_err.where, "prefix");
	one = entry("one.example.org/log", "ONE");
	one.key = S("nonsense");
	fails(add(one), ERR_INVALID);
	one = entry("one.example.org/log", "ONE");
	one.origin = S("two.example.org/log");
	fails(add(one), ERR_INVALID);
	one = entry("one.example.org/log", "ONE");
	one.name = S("two\nlines");
	fails(add(one), ERR_INVALID);
	/* A witness signs no log; and this hub is no other. */
	struct tlog_signer witness;
	unsigned char seed[TLOG_KEY_BYTES] = {1};
	ok(tlog_signer_make(S("one.example.org/log"), TLOG_COSIGNATURE, seed, &witness, &test_err));
	one = entry("one.example.org/log", "ONE");
	one.key = tlog_key_text(arena, &witness.key);
	fails(add(one), ERR_INVALID);
	struct str own;
	ok(ledger_origin(hub, db, arena, &own, &test_err));
	one = entry(own.p, "ONE");
	one.url = S("https://one.example.org");
	fails(add(one), ERR_INVALID);
	struct peer_done done;
	one = entry("one.example.org/log", "ONE");
	fails(peer_add(hub, &(struct by){.actor = S("U-0000-0000")}, &one, STR_EMPTY, &done, &test_err), ERR_FORBIDDEN);
	assert_int_equal(statements(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM peer"), 0);
}

static void a_prefix_is_one_hubs(void **state) {
	(void)state;
	ok(add(entry("one.example.org", "ONE")));
	fails(add(entry("two.example.org", "ONE")), ERR_CONFLICT);
	assert_string_equal(test_err.where, "prefix");
	fails(add(entry("two.example.org", hub->prefix.p)), ERR_CONFLICT);
	ok(add(entry("two.example.org", "")));
	ok(peer_remove(hub, &by_operator, S("one.example.org"), S("closed"), &test_err));
	ok(add(entry("two.example.org", "ONE")));
	fails(add(entry("one.example.org", "ONE")), ERR_CONFLICT);
	assert_int_equal(statements(), 4);
}

static void a_hub_that_was_removed_comes_back_under_its_key_alone(void **state) {
	(void)state;
	struct peer p;
	struct peer_entry one = entry("one.example.org", "ONE");
	ok(add(one));
	ok(peer_follow(hub, &by_operator, S("one.example.org"), true, &test_err));
	assert_true(found("ONE").follows);
	fails(peer_remove(hub, &by_operator, S("one.example.org"), S(" "), &test_err), ERR_INVALID);
	ok(peer_remove(hub, &by_operator, S("one.example.org"), S("it told untruths"), &test_err));
	assert_str(json_get_str(said(), S("state")), "removed");
	assert_str(json_get_str(said(), S("reason")), "it told untruths");
	fails(peer_find(db, arena, S("ONE"), &p, &test_err), ERR_NOT_FOUND);
	fails(peer_remove(hub, &by_operator, S("one.example.org"), S("again"), &test_err), ERR_NOT_FOUND);
	fails(peer_follow(hub, &by_operator, S("one.example.org"), true, &test_err), ERR_NOT_FOUND);
	ok(peer_get(db, arena, S("one.example.org"), &p, &test_err));
	assert_true(!p.listed && !p.follows);
	one.key = key("one.example.org", 2);
	fails(add(one), ERR_CONFLICT);
	clock_now += HOUR;
	ok(add(entry("one.example.org", "ONE")));
	assert_int_equal(found("ONE").since, clock_now);
	assert_false(found("ONE").follows);
	struct peer_change *changes;
	size_t n;
	ok(peer_history(db, arena, S("one.example.org"), &changes, &n, &test_err));
	assert_int_equal(n, 3);
	assert_str(changes[1].reason, "it told untruths");
	assert_int_equal(changes[2].at, clock_now);
	assert_int_equal(changes[0].leaf, -1);
	keep_log();
	ok(peer_history(db, arena, S("one.example.org"), &changes, &n, &test_err));
	assert_true(changes[0].leaf > 0 && changes[2].leaf > changes[1].leaf);
}

static void a_key_is_replaced_with_a_reason_and_never_by_listing(void **state) {
	(void)state;
	struct peer_entry one = entry("one.example.org", "ONE");
	struct str old = one.key, new = key("one.example.org", 2);
	ok(add(one));
	one.key = new;
	fails(add(one), ERR_CONFLICT);
	fails(peer_key(hub, &by_operator, S("one.example.org"), old, new, NULL, S(""), &test_err), ERR_INVALID);
	fails(peer_key(hub, &by_operator, S("one.example.org"), new, key("one.example.org", 3), NULL, S("why"), &test_err), ERR_CONFLICT);
	fails(peer_key(hub, &by_operator, S("one.example.org"), old, key("two.example.org", 2), NULL, S("why"), &test_err), ERR_INVALID);
	fails(peer_key(hub, &by_operator, S("one.example.org"), old, old, NULL, S("why"), &test_err), ERR_INVALID);
	fails(peer_key(hub, &by_operator, S("two.example.org"), old, key("two.example.org", 2), NULL, S("why"), &test_err), ERR_NOT_FOUND);
	assert_int_equal(statements(), 1);
	ok(peer_key(hub, &by_operator, S("one.example.org"), old, new, NULL, S("lost, and told by telephone"), &test_err));
	assert_true(str_eq(found("ONE").key, new));
	assert_str(json_get_str(said(), S("state")), "changed");
	assert_true(str_eq(json_get_str(said(), S("replaces")), old));
	assert_str(json_get_str(said(), S("reason")), "lost, and told by telephone");
	/* What the log names itself needs no reason, and what was seen is held against the next. */
	struct peer_succession proven = {.continues = true, .checkpoint = S("seen")};
	ok(peer_key(hub, &by_operator, S("one.example.org"), new, key("one.example.org", 3), &proven, STR_EMPTY, &test_err));
	assert_str(found("ONE").seen, "seen");
	assert_null(json_get_lit(said(), "reason"));
}

static void how_following_goes_is_kept_and_not_said(void **state) {
	(void)state;
	ok(add(entry("one.example.org", "ONE")));
	ok(peer_looked(hub, S("one.example.org"), &(struct peer_looked){.at = clock_now, .size = 12, .checkpoint = S("c")}, &test_err));
	ok(peer_looked(hub, S("one.example.org"), &(struct peer_looked){.at = clock_now + 1, .failed = S("no answer")}, &test_err));
	struct peer p = found("ONE");
	assert_true(p.size == 12 && p.looked_at == clock_now);
	assert_str(p.failed, "no answer");
	assert_str(p.seen, "c");
	ok(peer_looked(hub, S("one.example.org"), &(struct peer_looked){.at = clock_now + 2, .size = 13}, &test_err));
	assert_str(found("ONE").failed, "");
	assert_str(found("ONE").seen, "c");
	fails(peer_looked(hub, S("two.example.org"), &(struct peer_looked){.at = 1}, &test_err), ERR_NOT_FOUND);
	assert_int_equal(statements(), 1);
}

/* ---- the file ---- */

static struct peer_file directory(struct str *bytes) {
	struct peer_file f;
	ok(peer_directory_signed(hub, db, arena, bytes, &test_err));
	ok(peer_file_parse(arena, *bytes, &f, &test_err));
	return f;
}

static void the_directory_says_what_the_log_says_under_its_head(void **state) {
	(void)state;
	struct str bytes;
	struct tlog_key *keys;
	size_t n;
	fails(peer_directory_signed(hub, db, arena, &bytes, &test_err), ERR_NOT_FOUND);
	ok(add(entry("two.example.org", "TWO")));
	ok(add(entry("one.example.org", "")));
	ok(add(entry("gone.example.org", "GONE")));
	ok(peer_remove(hub, &by_operator, S("gone.example.org"), S("closed"), &test_err));
	keep_log();
	ok(add(entry("waits.example.org", "WAITS")));
	struct peer_file f = directory(&bytes);
	assert_int_equal(f.n, 2);
	assert_str(f.items[0].origin, "one.example.org");
	assert_str(f.items[0].prefix, "");
	assert_str(f.items[1].prefix, "TWO");
	assert_int_equal(f.size, checkpoint().head.size);
	ok(ledger_keys(db, arena, &keys, &n, &test_err));
	ok(peer_file_verify(&f, &keys[0], &test_err));
	struct tlog_signer other = signer(arena_cstr(arena, f.origin), 9);
	fails(peer_file_verify(&f, &other.key, &test_err), ERR_FORBIDDEN);
	struct tlog_signer elsewhere = signer("one.example.org", 1);
	fails(peer_file_verify(&f, &elsewhere.key, &test_err), ERR_FORBIDDEN);
	keep_log();
	assert_int_equal(directory(&bytes).n, 3);
	/* A hub that has an address is in its own directory. */
	hub->base_url = S("https://hub.example.org");
	f = directory(&bytes);
	assert_int_equal(f.n, 4);
	bool self = false;
	for (size_t i = 0; i < f.n; i++) self |= str_eq(f.items[i].origin, f.origin) && str_is(f.items[i].url, "https://hub.example.org");
	assert_true(self);
}

static struct str signed_text(struct str text) {
	struct tlog_signer s = signer("hub.example.org", 5);
	struct str line;
	ok(tlog_note_sign(arena, text, &s, 0, &line, &test_err));
	return tlog_note_make(arena, text, line);
}

static void a_file_is_read_only_as_it_would_be_written(void **state) {
	(void)state;
	struct str a = arena_fmt(arena, "a.example.org %.*s https://a.example.org A1 Hub of A\n", STR_ARG(key("a.example.org", 1)));
	struct str b = arena_fmt(arena, "b.example.org %.*s https://b.example.org - b.example.org\n", STR_ARG(key("b.example.org", 1)));
	struct str head = S("polder/hubs/v1\nhub.example.org\n7\n2026-11-25T10:45:00Z\n");
	struct peer_file f;
	ok(peer_file_parse(arena, signed_text(head), &f, &test_err));
	assert_int_equal(f.n, 0);
	ok(peer_file_parse(arena, signed_text(arena_cat(arena, head, arena_cat(arena, a, b))), &f, &test_err));
	assert_true(f.n == 2 && f.size == 7);
	assert_str(f.items[0].name, "Hub of A");
	const char *const heads[] = {"polder/hubs/v1\nhub.example.org\n7\n", "polder/hubs/v1\nhub.example.org\n07\n2026-11-25T10:45:00Z\n", "polder/hubs/v1\nhub.example.org\n7\n2026-11-25T10:45:00.5Z\n",
		"polder/hubs/v1\nhub.example.org\n7\n2026-11-25T11:45:00+01:00\n", "polder/hubs/v1\nhub example\n7\n2026-11-25T10:45:00Z\n", "polder/hubs/v1\nhub.example.org\n-7\n2026-11-25T10:45:00Z\n",
		"polder/other/v1\nhub.example.org\n7\n2026-11-25T10:45:00Z\n", "polder/hubs/v1\nhub.example.org\n7\n2026-11-25T10:45:00Z\n\n"};
	for (size_t i = 0; i < lengthof(heads); i++)
		if (peer_file_parse(arena, signed_text(str_of(heads[i])), &f, &test_err) != ERR_INVALID) fail_msg("taken: %s", heads[i]);
	fails(peer_file_parse(arena, signed_text(S("polder/hubs/v2\nhub.example.org\n7\n2026-11-25T10:45:00Z\n")), &f, &test_err), ERR_UNSUPPORTED);
	struct str twice[] = {arena_cat(arena, b, a), arena_cat(arena, a, a), str_sub(a, 0, a.n - 1), arena_cat(arena, S(" "), a),
		arena_fmt(arena, "a.example.org %.*s https://a.example.org/ A1 Hub of A\n", STR_ARG(key("a.example.org", 1))),
		arena_fmt(arena, "a.example.org %.*s http://a.example.org A1 Hub of A\n", STR_ARG(key("a.example.org", 1))),
		arena_fmt(arena, "a.example.org %.*s https://a.example.org a1 Hub of A\n", STR_ARG(key("a.example.org", 1))),
		arena_fmt(arena, "a.example.org %.*s https://a.example.org A1 Hub of A \n", STR_ARG(key("a.example.org", 1))),
		arena_fmt(arena, "a.example.org %.*s https://a.example.org A1\n", STR_ARG(key("a.example.org", 1))),
		arena_fmt(arena, "a.example.org %.*s https://a.example.org A1 Hub of A\n", STR_ARG(key("b.example.org", 1)))};
	for (size_t i = 0; i < lengthof(twice); i++) {
		struct str text = arena_cat(arena, head, twice[i]);
		if (text.p[text.n - 1] != '\n') text = arena_cat(arena, text, S("x\n"));
		enum err_code code = peer_file_parse(arena, signed_text(text), &f, &test_err);
		if (i == 2) assert_true(!code && str_is(f.items[0].name, "Hub of Ax"));
		else if (code != ERR_INVALID) fail_msg("taken: %.*s", STR_ARG(twice[i]));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(a_hub_is_listed_and_the_log_says_so),
		account_test(what_is_no_hub_is_refused_and_nothing_is_said),
		account_test(a_prefix_is_one_hubs),
		account_test(a_hub_that_was_removed_comes_back_under_its_key_alone),
		account_test(a_key_is_replaced_with_a_reason_and_never_by_listing),
		account_test(how_following_goes_is_kept_and_not_said),
		account_test(the_directory_says_what_the_log_says_under_its_head),
		account_test(a_file_is_read_only_as_it_would_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
