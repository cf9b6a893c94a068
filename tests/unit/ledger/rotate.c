/* The log's key is changed for another: who signs when, wherever it is killed, and what holds of what was signed before. */
#include "test_ledger.h"

#include <pthread.h>
#include <unistd.h>

#include "hub/key_file.h"
#include "hub/ledger/receipt.h"

static const char *key_file(void) { return file_join(arena, folder, "log.key"); }
static const char *old_file(void) { return file_join(arena, folder, "log.key.old"); }

static struct tlog_key *keys(size_t n) {
	struct tlog_key *list;
	size_t found;
	ok(ledger_keys(db, arena, &list, &found, &test_err));
	assert_int_equal(found, n);
	return list;
}
static bool signed_by(const struct tlog_checkpoint *c, const struct tlog_key *k) {
	enum err_code code = tlog_note_verify(&c->note, k, NULL, &test_err);
	assert_true(code == ERR_OK || code == ERR_NOT_FOUND);
	return !code;
}
static size_t findings(void) {
	struct ledger_report r;
	ok(ledger_verify(hub, db, arena, NULL, 0, &r, &test_err));
	return r.n;
}
static struct str bytes_of(const char *path) {
	struct str s;
	ok(file_read(arena, path, 4096, &s, &test_err));
	return s;
}
static void begin(void) {
	create_public("note", "{'title':'One'}");
	keep_log();
}

static void both_sign_for_the_overlap_and_then_the_new_one_alone(void **state) {
	(void)state;
	struct ledger_key_status s;
	struct tlog_checkpoint seen[4];
	begin();
	seen[0] = checkpoint();
	ok(ledger_rotate(hub, db, &test_err));
	struct tlog_key *list = keys(2);
	seen[1] = checkpoint();
	assert_true(signed_by(&seen[0], &list[1]) && !signed_by(&seen[0], &list[0]));
	assert_true(signed_by(&seen[1], &list[1]) && signed_by(&seen[1], &list[0]));
	assert_int_equal(sql_number(arena_fmt(arena, "SELECT type FROM entry WHERE leaf = %llu", (unsigned long long)seen[0].head.size).p), ENTRY_KEY);
	const struct json *said;
	ok(json_parse(arena, sql_text("SELECT statement FROM entry WHERE type = 9 ORDER BY id DESC LIMIT 1"), NULL, &said, &test_err));
	assert_true(str_eq(json_get_str(said, S("replaces")), tlog_key_text(arena, &list[1])));
	ok(ledger_key_status(hub, db, arena, &s, &test_err));
	assert_true(str_eq(s.key, tlog_key_text(arena, &list[0])) && str_eq(s.before, tlog_key_text(arena, &list[1])));
	assert_int_equal(s.until, clock_now + LEDGER_OVERLAP);
	clock_now += LEDGER_OVERLAP - 1;
	keep_log();
	seen[2] = checkpoint();
	assert_true(signed_by(&seen[2], &list[1]) && signed_by(&seen[2], &list[0]));
	assert_true(file_exists(old_file()));
	clock_now += 1;
	end_epoch();
	seen[3] = checkpoint();
	assert_true(!signed_by(&seen[3], &list[1]) && signed_by(&seen[3], &list[0]));
	assert_false(file_exists(old_file()));
	ok(ledger_key_status(hub, db, arena, &s, &test_err));
	assert_int_equal(s.before.n, 0);
	ok(check_checkpoints(seen, 4));
	assert_int_equal(findings(), 0);
}

static void the_next_change_waits_for_the_end_of_the_last(void **state) {
	(void)state;
	begin();
	ok(ledger_rotate(hub, db, &test_err));
	struct str now_signs = bytes_of(key_file()), before = bytes_of(old_file());
	fails(ledger_rotate(hub, db, &test_err), ERR_CONFLICT);
	assert_has(test_err.message, "signs until");
	assert_true(str_eq(bytes_of(key_file()), now_signs) && str_eq(bytes_of(old_file()), before));
	clock_now += LEDGER_OVERLAP;
	ok(ledger_rotate(hub, db, &test_err));
	struct tlog_key *list = keys(3);
	struct tlog_checkpoint c = checkpoint();
	assert_true(signed_by(&c, &list[0]) && signed_by(&c, &list[1]) && !signed_by(&c, &list[2]));
	assert_true(str_eq(bytes_of(old_file()), now_signs));
}

static void killed_behind_the_copy_of_the_key_nothing_has_happened(void **state) {
	(void)state;
	begin();
	ok(key_file_keep(old_file(), bytes_of(key_file()), &test_err));
	create_public("note", "{'title':'Two'}");
	keep_log();
	struct tlog_key *list = keys(1);
	struct tlog_checkpoint c = checkpoint();
	assert_int_equal(c.note.n, 1);
	assert_true(signed_by(&c, &list[0]));
	assert_false(file_exists(old_file()));
	ok(ledger_rotate(hub, db, &test_err));
	(void)keys(2);
}

static void killed_behind_the_new_key_the_old_one_signs_until_the_log_says_the_new_one(void **state) {
	(void)state;
	struct change_sealed sealed = {.at = clock_now};
	struct str note, by;
	begin();
	ok(key_file_keep(old_file(), bytes_of(key_file()), &test_err));
	ok(key_file_replace(key_file(), TLOG_KEY_BYTES, &test_err));
	struct tlog_key *list = keys(1);
	/* What is promised now is by the key that the log says; and so is what is signed. */
	ok(ledger_promise(hub, db, arena, &sealed, &note, &by, &test_err));
	assert_true(str_eq(by, tlog_key_text(arena, &list[0])));
	ok(ledger_publish(hub, db, &test_err));
	struct tlog_checkpoint c = checkpoint();
	assert_true(c.note.n == 1 && signed_by(&c, &list[0]));
	fails(ledger_publish(hub, db, &test_err), ERR_OK);
	keep_log();
	list = keys(2);
	c = checkpoint();
	assert_true(c.note.n == 2 && signed_by(&c, &list[0]) && signed_by(&c, &list[1]));
	ok(ledger_promise(hub, db, arena, &sealed, &note, &by, &test_err));
	assert_true(str_eq(by, tlog_key_text(arena, &list[0])));
	assert_int_equal(findings(), 0);
}

static void a_key_that_is_lost_meanwhile_ends_the_old_one_too(void **state) {
	(void)state;
	begin();
	ok(ledger_rotate(hub, db, &test_err));
	assert_int_equal(unlink(key_file()), 0);
	create_public("note", "{'title':'Two'}");
	keep_log();
	struct tlog_key *list = keys(3);
	struct tlog_checkpoint c = checkpoint();
	assert_true(c.note.n == 1 && signed_by(&c, &list[0]));
	keep_log();
	assert_false(file_exists(old_file()));
	assert_int_equal(findings(), 0);
}

static void what_is_no_key_is_said_and_nothing_signed(void **state) {
	(void)state;
	begin();
	ok(ledger_rotate(hub, db, &test_err));
	struct tlog_checkpoint before = checkpoint();
	ok(file_write(old_file(), S("short"), 0600, &test_err));
	create_public("note", "{'title':'Two'}");
	fails(ledger_run(hub, db, &test_err), ERR_CORRUPT);
	assert_int_equal(checkpoint().head.size, before.head.size);
	assert_int_equal(unlink(old_file()), 0);
	keep_log();
	struct tlog_checkpoint c = checkpoint();
	assert_true(c.note.n == 1 && c.head.size > before.head.size);
}

/* ---- at once ---- */

struct rotating {
	pthread_t thread;
	struct hub *hub;
	struct db *db;
	enum err_code code;
};
static void *rotate(void *arg) {
	struct rotating *r = arg;
	struct err e;
	r->code = ledger_rotate(r->hub, r->db, &e);
	return NULL;
}

static void of_several_who_change_it_at_once_one_does(void **state) {
	(void)state;
	enum { N = 6 };
	struct rotating r[N];
	size_t done = 0;
	begin();
	for (int i = 0; i < N; i++) {
		ok(hub_open(&r[i].hub, folder, &test_err)); /* as other processes */
		ok(hub_reader(r[i].hub, &r[i].db, &test_err));
	}
	for (int i = 0; i < N; i++) assert_int_equal(pthread_create(&r[i].thread, NULL, rotate, &r[i]), 0);
	for (int i = 0; i < N; i++) pthread_join(r[i].thread, NULL);
	for (int i = 0; i < N; i++) {
		assert_true(r[i].code == ERR_OK || r[i].code == ERR_CONFLICT);
		done += !r[i].code;
		db_close(r[i].db);
		hub_close(r[i].hub);
	}
	assert_int_equal(done, 1);
	keep_log();
	struct tlog_key *list = keys(2);
	struct tlog_checkpoint c = checkpoint();
	assert_true(signed_by(&c, &list[0]) && signed_by(&c, &list[1]));
	assert_int_equal(findings(), 0);
}

/* ---- receipts ---- */

static const struct json *receipt_of(struct str id) {
	struct disclosing d = as(viewer_operator);
	struct disclosed r;
	const struct json *v = NULL;
	ok(disclose_record(&d, id, &r, &test_err));
	ok(disclose_receipt(&d, &r, 0, &v, &test_err));
	return v;
}
static enum err_code check(const struct json *v, const struct tlog_key *by, struct receipt_checked *out) {
	return receipt_check(arena, json_text(arena, v), by, by ? 1 : 0, NULL, 0, out, &test_err);
}

static void a_receipt_of_before_holds_by_the_old_key_for_ever(void **state) {
	(void)state;
	struct receipt_checked c;
	begin();
	struct str id = create("note", "{'title':'Two'}");
	const struct json *promise = receipt_of(id), *before, *during, *after;
	end_epoch();
	before = receipt_of(id);
	ok(ledger_rotate(hub, db, &test_err));
	during = receipt_of(id);
	clock_now += LEDGER_OVERLAP;
	end_epoch();
	after = receipt_of(id);
	struct tlog_key *list = keys(2);
	ok(check(promise, &list[1], &c));
	assert_true(c.trusted && c.promised && !c.logged);
	ok(check(before, &list[1], &c));
	assert_true(c.trusted && c.logged);
	fails(check(before, &list[0], &c), ERR_FORBIDDEN);
	/* Fetched while both signed, by either; after that by the new one. */
	ok(check(during, &list[0], &c));
	ok(check(during, &list[1], &c));
	assert_true(c.trusted && c.logged);
	assert_true(str_eq(c.key, tlog_key_text(arena, &list[0])));
	ok(check(after, &list[0], &c));
	fails(check(after, &list[1], &c), ERR_FORBIDDEN);
}

static void a_hub_that_was_restored_changes_no_key_until_it_goes_on(void **state) {
	(void)state;
	begin();
	const char *copy = arena_fmt(arena, "%s-copy", folder).p, *again = arena_fmt(arena, "%s-again", folder).p;
	ok(hub_backup(folder, copy, &test_err));
	ok(ledger_rotate(hub, db, &test_err));
	struct tlog_key *list = keys(2);
	ok(hub_restore(copy, again, &test_err));
	/* With the new key put back: the log as others have it is signed by it alone by then. */
	clock_now += LEDGER_OVERLAP;
	end_epoch();
	struct tlog_checkpoint seen = checkpoint();
	ok(key_file_keep(file_join(arena, again, "log.key"), bytes_of(key_file()), &test_err));
	struct hub *first = hub;
	struct db *first_db = db;
	const char *from = file_join(arena, folder, "log");
	int64_t adopted;
	ok(hub_open(&hub, again, &test_err));
	ok(hub_reader(hub, &db, &test_err));
	fails(ledger_rotate(hub, db, &test_err), ERR_CONFLICT);
	ok(ledger_resume(hub, db, from, &adopted, &test_err));
	assert_true(adopted > 0);
	keep_log();
	struct str bytes;
	struct tlog_checkpoint c;
	ok(ledger_checkpoint(hub, arena, &bytes, &test_err));
	ok(tlog_checkpoint_parse(arena, bytes, &c, &test_err));
	assert_true(c.head.size > seen.head.size && signed_by(&c, &list[0]) && !signed_by(&c, &list[1]));
	assert_int_equal(findings(), 0);
	db_close(db);
	hub_close(hub);
	hub = first;
	db = first_db;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(both_sign_for_the_overlap_and_then_the_new_one_alone),
		account_test(the_next_change_waits_for_the_end_of_the_last),
		account_test(killed_behind_the_copy_of_the_key_nothing_has_happened),
		account_test(killed_behind_the_new_key_the_old_one_signs_until_the_log_says_the_new_one),
		account_test(a_key_that_is_lost_meanwhile_ends_the_old_one_too),
		account_test(what_is_no_key_is_said_and_nothing_signed),
		account_test(of_several_who_change_it_at_once_one_does),
		account_test(a_receipt_of_before_holds_by_the_old_key_for_ever),
		account_test(a_hub_that_was_restored_changes_no_key_until_it_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
