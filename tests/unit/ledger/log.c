/* How entries come into the log, tiles onto the disk, and heads to be signed. */
#include "test_ledger.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t leaf_of_last(void) {
	return sql_number("SELECT coalesce(leaf, -1) FROM entry ORDER BY id DESC LIMIT 1");
}

/* ---- order ---- */

static void the_log_begins_with_its_key(void **state) {
	(void)state;
	create_public("note", "{'title':'One'}");
	keep_log();
	assert_int_equal(sql_number("SELECT type FROM entry WHERE leaf = 0"), ENTRY_KEY);
	struct tlog_key *keys;
	size_t n;
	ok(ledger_keys(db, arena, &keys, &n, &test_err));
	assert_int_equal(n, 1);
	struct tlog_checkpoint c = checkpoint();
	ok(tlog_note_verify(&c.note, &keys[0], NULL, &test_err));
	assert_true(str_eq(c.origin, arena_cat(arena, S("polder/"), hub->uid)));
	ok(check_checkpoints(&c, 1));
}

static void what_is_public_comes_at_once_and_what_is_not_at_the_end_of_an_epoch(void **state) {
	(void)state;
	keep_log();
	create("note", "{'title':'Hidden'}");
	keep_log();
	assert_int_equal(leaf_of_last(), -1);
	create_public("note", "{'title':'Open'}");
	keep_log();
	assert_int_equal(leaf_of_last(), checkpoint().head.size - 1);
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 1);
	clock_now += hub->log.epoch;
	keep_log();
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 0);
}

static void an_epoch_is_an_entry_with_its_time_and_as_many_as_fill_up(void **state) {
	(void)state;
	keep_log();
	for (int made = 0; made < 10; made++) {
		for (int i = 0; i < made; i++) create("note", "{'title':'Hidden'}");
		int64_t from = (int64_t)checkpoint().head.size, n;
		end_epoch();
		n = (int64_t)checkpoint().head.size - from;
		assert_int_equal((n - 1) % LEDGER_FILL, 0);
		assert_int_equal(n - 1, made ? (made + LEDGER_FILL - 1) / LEDGER_FILL * LEDGER_FILL : LEDGER_FILL);
		const char *first = arena_fmt(arena, "SELECT statement FROM entry WHERE leaf = %lld AND type = 11", (long long)from).p;
		const struct json *said;
		moment at;
		ok(json_parse(arena, sql_text(first), NULL, &said, &test_err));
		assert_true(moment_parse(json_get_str(said, S("at")), &at));
		assert_int_equal(at, clock_now / hub->log.epoch * hub->log.epoch);
		assert_int_equal(sql_number(arena_fmt(arena, "SELECT count(*) FROM entry WHERE leaf > %lld AND type <> 1", (long long)from).p), 0);
	}
	/* Nobody can tell what fills up from what is kept back, but by the rows. */
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE type = 1 AND length(commitment) <> 32"), 0);
}

static void within_an_epoch_there_is_no_order(void **state) {
	(void)state;
	keep_log();
	for (int i = 0; i < 40; i++) create("note", "{'title':'Hidden'}");
	end_epoch();
	int64_t inversions = sql_number("SELECT count(*) FROM entry a JOIN entry b ON a.id < b.id AND a.leaf > b.leaf WHERE a.type = 1 AND b.type = 1 AND "
		"a.record IS NOT NULL AND b.record IS NOT NULL");
	/* Of 780 pairs about half stand the other way round. */
	assert_in_range(inversions, 200, 580);
}

static void epochs_that_were_missed_are_one(void **state) {
	(void)state;
	keep_log();
	create("note", "{'title':'Hidden'}");
	clock_now += 10 * hub->log.epoch;
	uint64_t from = checkpoint().head.size;
	keep_log();
	assert_int_equal(checkpoint().head.size - from, 1 + LEDGER_FILL);
	keep_log();
	assert_int_equal(checkpoint().head.size - from, 1 + LEDGER_FILL);
}

static void a_clock_that_ran_ahead_and_was_set_back_holds_nothing_up(void **state) {
	(void)state;
	keep_log();
	clock_now += 1000 * hub->log.epoch;
	keep_log();
	clock_now -= 999 * hub->log.epoch;
	create("note", "{'title':'Hidden'}");
	keep_log();
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 0);
	/* By less than an epoch: a clock that is corrected a little ends none twice. */
	create("note", "{'title':'Hidden'}");
	clock_now -= hub->log.epoch / 2;
	keep_log();
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 1);
	end_epoch();
	end_epoch();
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 0);
}

static void a_key_that_was_lost_is_replaced_and_the_log_says_so_first(void **state) {
	(void)state;
	struct tlog_checkpoint seen[2];
	create_public("note", "{'title':'One'}");
	keep_log();
	seen[0] = checkpoint();
	assert_int_equal(unlink(arena_fmt(arena, "%s/log.key", folder).p), 0);
	create_public("note", "{'title':'Two'}");
	keep_log();
	seen[1] = checkpoint();
	struct tlog_key *keys;
	size_t n;
	ok(ledger_keys(db, arena, &keys, &n, &test_err));
	assert_int_equal(n, 2);
	ok(tlog_note_verify(&seen[1].note, &keys[0], NULL, &test_err));
	ok(tlog_note_verify(&seen[0].note, &keys[1], NULL, &test_err));
	assert_int_equal(sql_number(arena_fmt(arena, "SELECT type FROM entry WHERE leaf = %llu", (unsigned long long)seen[0].head.size).p), ENTRY_KEY);
	const struct json *said;
	ok(json_parse(arena, sql_text("SELECT statement FROM entry WHERE type = 9 ORDER BY id DESC LIMIT 1"), NULL, &said, &test_err));
	assert_true(str_eq(json_get_str(said, S("replaces")), tlog_key_text(arena, &keys[1])));
	ok(check_checkpoints(seen, 2));
}

static void a_new_key_signs_nothing_before_the_log_says_it(void **state) {
	(void)state;
	bool did;
	create_public("note", "{'title':'One'}");
	keep_log();
	struct tlog_checkpoint before = checkpoint();
	create_public("note", "{'title':'Two'}");
	ok(ledger_sequence(hub, &did, &test_err)); /* and then the process ended, and the key was lost */
	assert_int_equal(unlink(arena_fmt(arena, "%s/log.key", folder).p), 0);
	keep_log();
	struct tlog_checkpoint after = checkpoint();
	struct tlog_key *keys;
	size_t n;
	ok(ledger_keys(db, arena, &keys, &n, &test_err));
	assert_true(after.head.size > before.head.size);
	assert_int_equal(n, 2);
	ok(tlog_note_verify(&after.note, &keys[0], NULL, &test_err));
}

/* ---- tiles ---- */

static void every_checkpoint_is_of_one_log(void **state) {
	(void)state;
	enum { MOST = 120 };
	struct tlog_checkpoint *seen = arena_array(arena, MOST, sizeof *seen);
	size_t n = 0;
	while (n < MOST) {
		for (size_t i = 0; i < n % 7; i++) create_public("note", "{'title':'Open'}");
		for (size_t i = 0; i < n % 5; i++) create("note", "{'title':'Hidden'}");
		end_epoch();
		seen[n++] = checkpoint();
	}
	assert_true(seen[n - 1].head.size > 2 * TLOG_TILE_WIDTH);
	ok(check_checkpoints(seen, n));
	for (int64_t leaf = 0; leaf < (int64_t)seen[n - 1].head.size; leaf += 37) {
		struct tlog_proof_file f;
		struct str proof;
		ok(ledger_proof(hub, arena, leaf, NULL, &proof, &test_err));
		ok(tlog_proof_parse(arena, proof, &f, &test_err));
		struct str commitment = sql_text(arena_fmt(arena, "SELECT commitment FROM entry WHERE leaf = %lld", (long long)leaf).p);
		struct sha256 c;
		unsigned char bytes[ENTRY_LEAF];
		memcpy(c.byte, commitment.p, sizeof c.byte);
		int64_t type = sql_number(arena_fmt(arena, "SELECT type FROM entry WHERE leaf = %lld", (long long)leaf).p);
		struct sha256 hash = tlog_leaf_hash(entry_leaf((enum entry_type)type, &c, bytes));
		struct tlog_key *keys;
		size_t keys_n;
		ok(ledger_keys(db, arena, &keys, &keys_n, &test_err));
		struct tlog_policy policy = {.origin = f.checkpoint.origin, .log_keys = keys, .log_keys_n = keys_n};
		ok(tlog_proof_verify(&f, &hash, &policy, NULL, &test_err));
	}
	struct str none_yet;
	fails(ledger_proof(hub, arena, (int64_t)seen[n - 1].head.size, NULL, &none_yet, &test_err), ERR_NOT_FOUND);
}

static void what_was_put_in_order_before_the_process_ended_is_published_by_the_next(void **state) {
	(void)state;
	bool did;
	create_public("note", "{'title':'One'}");
	keep_log();
	struct tlog_checkpoint seen[2] = {checkpoint()};
	create_public("note", "{'title':'Two'}");
	ok(ledger_sequence(hub, &did, &test_err));
	assert_true(did);
	assert_int_equal(checkpoint().head.size, seen[0].head.size);
	reopen();
	keep_log();
	seen[1] = checkpoint();
	assert_int_equal(seen[1].head.size, seen[0].head.size + 1);
	ok(check_checkpoints(seen, 2));
}

/* Of the log's right edge; a tile of every level, and the bundle. */
static const char *edge(const char *of) {
	uint64_t size = checkpoint().head.size;
	return in_log(arena_fmt(arena, "tile/%s/%03llu.p/%llu", of, (unsigned long long)(size / 256), (unsigned long long)(size % 256)).p);
}

static void tiles_that_are_missing_or_damaged_are_written_anew(void **state) {
	(void)state;
	static const char *const of[] = {"0", "entries"};
	for (int i = 0; i < 270; i++) create_public("note", "{'title':'Open'}");
	keep_log();
	for (size_t i = 0; i < 6; i++) {
		const char *path = edge(of[i / 3]);
		assert_true(file_exists(path));
		if (i % 3 == 0) assert_int_equal(unlink(path), 0);
		if (i % 3 == 1) ok(file_put(path, STR_EMPTY, 0644, &test_err));
		if (i % 3 == 2) {
			struct str bytes;
			ok(file_read(arena, path, 1 << 20, &bytes, &test_err));
			((char *)(uintptr_t)bytes.p)[bytes.n / 2] ^= 1;
			ok(file_put(path, bytes, 0644, &test_err));
		}
		create_public("note", "{'title':'Next'}");
		keep_log();
		struct tlog_checkpoint c = checkpoint();
		ok(check_checkpoints(&c, 1));
	}
	/* All of them. */
	assert_int_equal(system(arena_fmt(arena, "rm -rf %s", in_log("tile")).p), 0);
	create_public("note", "{'title':'Next'}");
	keep_log();
	struct tlog_checkpoint c = checkpoint();
	ok(check_checkpoints(&c, 1));
}

static void without_its_tiles_a_log_that_does_not_grow_is_written_anew(void **state) {
	(void)state;
	create_public("note", "{'title':'Open'}");
	keep_log();
	assert_int_equal(system(arena_fmt(arena, "rm -rf %s", in_log("")).p), 0);
	keep_log();
	struct tlog_checkpoint c = checkpoint();
	ok(check_checkpoints(&c, 1));
}

/* ---- what is not signed ---- */

static struct str signed_now(void) {
	struct str bytes;
	ok(ledger_checkpoint(hub, arena, &bytes, &test_err));
	return bytes;
}

/* As on a disk without room: writes beyond so many bytes of a file fail. */
static enum err_code publish_with_files_of(rlim_t bytes) {
	struct rlimit had;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &had), 0);
	struct rlimit small = {bytes, had.rlim_max};
	sighandler_t before = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum err_code code = ledger_publish(hub, db, &test_err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &had), 0);
	signal(SIGXFSZ, before);
	return code;
}

static void whichever_write_fails_nothing_is_signed_and_the_next_time_goes_on(void **state) {
	(void)state;
	struct tlog_checkpoint seen[2];
	size_t failed_at_tile = 0, failed_at_checkpoint = 0;
	keep_log();
	for (uint64_t size = checkpoint().head.size; size < TLOG_TILE_WIDTH + 1; size++) create_public("note", "{'title':'Another'}");
	keep_log();
	seen[0] = checkpoint();
	create_public("note", "{'title':'One'}");
	bool did;
	ok(ledger_sequence(hub, &did, &test_err));
	assert_true(did);
	/* A bundle and tiles of two leaves, then the checkpoint, which is longer. */
	for (rlim_t bytes = 0; publish_with_files_of(bytes); bytes += 20) {
		assert_int_equal(test_err.code, ERR_STORAGE);
		assert_true(str_eq(checkpoint().bytes, seen[0].bytes));
		ok(check_checkpoints(seen, 1));
		struct stat st;
		const char *tile = in_log(arena_fmt(arena, "tile/0/001.p/%lld", (long long)seen[0].head.size + 1 - TLOG_TILE_WIDTH).p);
		stat(tile, &st) == 0 ? failed_at_checkpoint++ : failed_at_tile++;
		assert_in_range(bytes, 0, 1000);
	}
	assert_true(failed_at_tile && failed_at_checkpoint);
	seen[1] = checkpoint();
	assert_int_equal(seen[1].head.size, seen[0].head.size + 1);
	ok(check_checkpoints(seen, 2));
}

static void copy_database(const char *from, const char *to) {
	db_close(db);
	hub_close(hub);
	ok(db_open(&db, arena_fmt(arena, "%s/%s", folder, from).p, DB_WRITE, &test_err));
	assert_true(db_checkpoint(db));
	db_close(db);
	const char *command = arena_fmt(arena, "cd %s && rm -f %s %s-wal %s-shm && cp %s %s", folder, to, to, to, from, to).p;
	assert_int_equal(system(command), 0);
	ok(hub_open(&hub, folder, &test_err));
	ok(hub_reader(hub, &db, &test_err));
}

static void a_database_that_is_older_than_the_log_signs_nothing(void **state) {
	(void)state;
	create_public("note", "{'title':'One'}");
	keep_log();
	copy_database("hub.db", "older.db");
	create_public("note", "{'title':'Two'}");
	create_public("note", "{'title':'Three'}");
	keep_log();
	struct str before = signed_now();
	copy_database("older.db", "hub.db");
	fails(ledger_run(hub, db, &test_err), ERR_CONFLICT);
	assert_has(test_err.message, "older");
	/* Nor when it has grown to another log of the same length, or a longer one. */
	for (int i = 0; i < 4; i++) {
		create_public("note", "{'title':'Another'}");
		fails(ledger_run(hub, db, &test_err), ERR_CONFLICT);
		assert_true(str_eq(signed_now(), before));
	}
	assert_has(test_err.message, "another history");
}

static void a_checkpoint_of_another_log_or_that_is_none_stops_it(void **state) {
	(void)state;
	create_public("note", "{'title':'One'}");
	keep_log();
	struct str before = signed_now();
	create_public("note", "{'title':'Two'}");
	ok(file_put(in_log("checkpoint"), STR_EMPTY, 0644, &test_err));
	assert_true(ledger_run(hub, db, &test_err) != ERR_OK);
	size_t line = str_find_char(before, '\n');
	ok(file_put(in_log("checkpoint"), arena_cat(arena, S("example.org/log"), str_from(before, line)), 0644, &test_err));
	fails(ledger_run(hub, db, &test_err), ERR_CONFLICT);
	ok(file_put(in_log("checkpoint"), before, 0644, &test_err));
	keep_log();
}

static void entries_that_do_not_make_the_head_are_not_signed(void **state) {
	(void)state;
	bool did;
	create_public("note", "{'title':'One'}");
	keep_log();
	struct str before = signed_now();
	create_public("note", "{'title':'Two'}");
	ok(ledger_sequence(hub, &did, &test_err));
	sql("UPDATE entry SET commitment = zeroblob(32) WHERE leaf = (SELECT max(leaf) FROM entry)");
	fails(ledger_publish(hub, db, &test_err), ERR_CORRUPT);
	assert_true(str_eq(signed_now(), before));
	sql("UPDATE head SET root = zeroblob(32) WHERE size = (SELECT max(size) FROM head)");
	create_public("note", "{'title':'Three'}");
	fails(ledger_sequence(hub, &did, &test_err), ERR_CORRUPT);
	fails(ledger_publish(hub, db, &test_err), ERR_CORRUPT);
	assert_true(str_eq(signed_now(), before));
	wrote_itself = true;
}

static void a_log_that_is_held_neither_grows_nor_is_signed(void **state) {
	(void)state;
	create_public("note", "{'title':'One'}");
	keep_log();
	struct str before = signed_now();
	sql("INSERT INTO setting (name, value) VALUES ('log.held', '2026-11-23T10:00:00Z')");
	create_public("note", "{'title':'Two'}");
	keep_log();
	assert_int_equal(leaf_of_last(), -1);
	fails(ledger_publish(hub, db, &test_err), ERR_CONFLICT);
	assert_true(str_eq(signed_now(), before));
}

/* ---- two at once ---- */

struct process {
	struct hub *hub;
	struct db *db;
	int conflicts;
	bool failed;
};

static void *write_and_keep(void *arg) {
	struct process *p = arg;
	struct err e;
	for (int i = 0; i < 20 && !p->failed; i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		const struct json *body = NULL;
		struct change_result r;
		p->failed = json_parse(a, S("{\"title\":\"One\"}"), NULL, &body, &e) != ERR_OK;
		struct change c = {.op = CHANGE_CREATE, .actor = actor_operator, .kind = S("note"), .body = body, .state = i % 2 ? S("published") : STR_EMPTY};
		p->failed |= change_apply(p->hub, p->db, &c, &r, &e) != ERR_OK;
		enum err_code code = ledger_run(p->hub, p->db, &e);
		p->conflicts += code == ERR_CONFLICT;
		p->failed |= code && code != ERR_CONFLICT;
	}
	return NULL;
}

static void two_processes_keep_one_log(void **state) {
	(void)state;
	struct process p[2] = {{.hub = hub, .db = db}};
	pthread_t threads[2];
	ok(hub_open(&p[1].hub, folder, &test_err));
	ok(hub_reader(p[1].hub, &p[1].db, &test_err));
	for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, write_and_keep, &p[i]), 0);
	for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
	db_close(p[1].db);
	hub_close(p[1].hub);
	assert_false(p[0].failed || p[1].failed);
	end_epoch();
	struct tlog_checkpoint c = checkpoint();
	ok(check_checkpoints(&c, 1));
	assert_int_equal(sql_number("SELECT count(*) FROM entry WHERE leaf IS NULL"), 0);
	assert_int_equal(c.head.size, sql_number("SELECT count(*) FROM entry"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		account_test(the_log_begins_with_its_key),
		account_test(what_is_public_comes_at_once_and_what_is_not_at_the_end_of_an_epoch),
		account_test(an_epoch_is_an_entry_with_its_time_and_as_many_as_fill_up),
		account_test(within_an_epoch_there_is_no_order),
		account_test(epochs_that_were_missed_are_one),
		account_test(a_clock_that_ran_ahead_and_was_set_back_holds_nothing_up),
		account_test(a_key_that_was_lost_is_replaced_and_the_log_says_so_first),
		account_test(a_new_key_signs_nothing_before_the_log_says_it),
		account_test(every_checkpoint_is_of_one_log),
		account_test(what_was_put_in_order_before_the_process_ended_is_published_by_the_next),
		account_test(tiles_that_are_missing_or_damaged_are_written_anew),
		account_test(without_its_tiles_a_log_that_does_not_grow_is_written_anew),
		account_test(whichever_write_fails_nothing_is_signed_and_the_next_time_goes_on),
		account_test(a_database_that_is_older_than_the_log_signs_nothing),
		account_test(a_checkpoint_of_another_log_or_that_is_none_stops_it),
		account_test(entries_that_do_not_make_the_head_are_not_signed),
		account_test(a_log_that_is_held_neither_grows_nor_is_signed),
		account_test(two_processes_keep_one_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
