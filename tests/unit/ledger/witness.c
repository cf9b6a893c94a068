/* A witness in its folder: what it cosigns, what it never forgets, and many who ask at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "hub/key_file.h"
#include "hub/witness/witness.h"
#include "lib/tlog/builder.h"
#include "lib/tlog/folder.h"

enum { SIZES = 60 };

static struct arena *arena;
static struct err test_err;
static char dir[64];
static struct witness *witness;
static struct db *db;

static void ok_(enum err_code code, int line) {
	if (!code) return;
	print_error("%s: %s %s (%s)\n", err_name(code), test_err.where, test_err.message, test_err.detail);
	_fail(__FILE__, line);
}
#define ok(call)          ok_((call), __LINE__)
#define fails(call, code) assert_int_equal((call), (code))

/* ---- logs ---- */

/* Two histories of a log that are the same up to `fork`. */
struct log {
	struct tlog_signer signer;
	struct tlog_folder folder;
	struct tlog_head heads[SIZES + 1];
};

static struct tlog_signer signer_of(const char *name, int seed) {
	unsigned char bytes[TLOG_KEY_BYTES];
	struct tlog_signer s;
	memset(bytes, seed, sizeof bytes);
	ok(tlog_signer_make(str_of(name), TLOG_ED25519, bytes, &s, &test_err));
	return s;
}

static struct log *new_log(const char *name, int seed, int fork, char history) {
	struct log *l = arena_new_of(arena, struct log);
	struct tlog_builder *b = arena_new_of(arena, struct tlog_builder);
	assert_non_null(l);
	assert_non_null(b);
	l->signer = signer_of(name, seed);
	l->folder = (struct tlog_folder){.path = arena_fmt(arena, "%s/log-%s-%c", dir, name, history).p};
	struct tlog_writer to = tlog_folder_writer(&l->folder);
	tlog_builder_init(b, false);
	for (int i = 0; i <= SIZES; i++) {
		l->heads[i] = tlog_frontier_head(&b->frontier);
		if (i == SIZES) break;
		struct sha256 leaf = tlog_leaf_hash(arena_fmt(arena, "%c %d", i < fork ? '=' : history, i));
		ok(tlog_builder_add_hash(b, &leaf, &to, &test_err));
		ok(tlog_builder_flush(b, &to, &test_err));
	}
	tlog_builder_free(b);
	return l;
}

static struct str key_of(const struct log *l) {
	return tlog_key_text(arena, &l->signer.key);
}

static struct str request_in(struct arena *a, const struct log *l, uint64_t old, uint64_t size) {
	struct tlog_reader reader = tlog_folder_reader(&l->folder);
	struct tlog_add_checkpoint r = {.old = old};
	struct str bytes, body;
	struct err e;
	assert_int_equal(tlog_checkpoint_sign(a, l->signer.key.name, &l->heads[size], &l->signer, 1, 0, &bytes, &e), ERR_OK);
	assert_int_equal(tlog_checkpoint_parse(a, bytes, &r.checkpoint, &e), ERR_OK);
	assert_int_equal(tlog_prove_consistency(&reader, &l->heads[size], old, &r.proof, NULL, &e), ERR_OK);
	assert_int_equal(tlog_add_checkpoint_write(a, &r, &body, &e), ERR_OK);
	return body;
}

static struct tlog_witness_answer answer_to(struct str body) {
	struct tlog_witness_answer answer = {.status = 0};
	ok(witness_answer(witness, db, arena, body, &answer, &test_err));
	return answer;
}
static int ask(const struct log *l, uint64_t old, uint64_t size) {
	struct tlog_witness_answer answer = answer_to(request_in(arena, l, old, size));
	if (answer.status == 200) {
		/* It is of this very head, by the witness's key. */
		struct tlog_checkpoint c;
		struct str bytes, joined;
		ok(tlog_checkpoint_sign(arena, l->signer.key.name, &l->heads[size], &l->signer, 1, 0, &bytes, &test_err));
		ok(tlog_checkpoint_parse(arena, bytes, &c, &test_err));
		ok(tlog_checkpoint_join(arena, &c, answer.body, witness_key(witness), 1, &joined, &test_err));
	}
	return answer.status;
}
static void add(struct str key) {
	bool fresh;
	ok(witness_add(witness, key, STR_EMPTY, &fresh, &test_err));
	assert_true(fresh);
}
static struct witness_log known(const struct log *l) {
	struct witness_log log;
	ok(witness_log(db, arena, l->signer.key.name, &log, &test_err));
	return log;
}

/* ---- a witness ---- */

static const char *in_dir(const char *name) { return arena_fmt(arena, "%s/w/%s", dir, name).p; }
static void open_witness(void) {
	ok(witness_open(&witness, file_join(arena, dir, "w"), &test_err));
	ok(witness_reader(witness, &db, &test_err));
}
static void close_witness(void) {
	db_close(db);
	witness_close(witness);
	db = NULL;
	witness = NULL;
}
static int start(void **state) {
	(void)state;
	struct str key;
	snprintf(dir, sizeof dir, "/tmp/polder-witness-XXXXXX");
	arena = arena_new((size_t)256 << 20);
	if (!arena || !mkdtemp(dir)) return -1;
	ok(witness_init(arena, file_join(arena, dir, "w"), S("witness.example.org"), &key, &test_err));
	open_witness();
	return 0;
}
static int end(void **state) {
	(void)state;
	close_witness();
	const char *remove = arena_fmt(arena, "rm -rf '%s'", dir).p;
	int status = system(remove);
	arena_free(arena);
	return status;
}

static void it_cosigns_what_goes_on_and_nothing_else(void **state) {
	(void)state;
	struct log *one = new_log("example.org/log", 1, SIZES, 'a'), *other = new_log("example.org/log", 1, 10, 'b'), *stranger = new_log("stranger.example/log", 2, SIZES, 'a'),
			   *liar = new_log("example.org/log", 3, SIZES, 'c');
	add(key_of(one));
	assert_int_equal(ask(stranger, 0, 5), 404);
	assert_int_equal(ask(liar, 0, 5), 403);
	assert_int_equal(ask(one, 0, 5), 200);
	assert_int_equal(ask(one, 0, 5), 409);
	assert_int_equal(ask(one, 5, 5), 200);
	assert_int_equal(ask(one, 5, 20), 200);
	assert_int_equal(ask(one, 5, 30), 409);
	assert_int_equal(ask(one, 20, 19 + 1), 200);
	assert_int_equal(ask(other, 20, 20), 409);
	assert_int_equal(ask(other, 20, 30), 422);
	assert_int_equal(ask(other, 10, 30), 409);
	assert_int_equal(answer_to(S("old 5\n")).status, 400);
	assert_int_equal(answer_to(STR_EMPTY).status, 400);
	struct tlog_witness_answer conflict = answer_to(request_in(arena, one, 5, 30));
	assert_string_equal(conflict.content_type, TLOG_SIZE_TYPE);
	assert_true(str_is(conflict.body, "20\n"));
	assert_int_equal(known(one).head.size, 20);
	assert_int_equal(ask(one, 20, 60), 200);
	struct str smaller = request_in(arena, one, 40, 40);
	assert_int_equal(answer_to(arena_cat(arena, S("old 60"), str_from(smaller, 6))).status, 400);
	assert_int_equal(ask(one, 40, 40), 409);
}

static void what_it_keeps_is_the_checkpoint_with_its_own_signature_and_the_logs(void **state) {
	(void)state;
	struct log *one = new_log("example.org/log", 1, SIZES, 'a');
	struct tlog_signer friend = signer_of("friend.example", 9);
	struct tlog_add_checkpoint r;
	struct str line, body;
	struct tlog_checkpoint c;
	add(key_of(one));
	ok(tlog_add_checkpoint_parse(arena, request_in(arena, one, 0, 7), &r, &test_err));
	ok(tlog_note_sign(arena, r.checkpoint.note.text, &friend, 0, &line, &test_err));
	r.checkpoint.bytes = arena_cat(arena, r.checkpoint.bytes, line);
	ok(tlog_add_checkpoint_write(arena, &r, &body, &test_err));
	assert_int_equal(answer_to(body).status, 200);
	ok(tlog_checkpoint_parse(arena, known(one).checkpoint, &c, &test_err));
	assert_int_equal(c.note.n, 2);
	ok(tlog_note_verify(&c.note, &one->signer.key, NULL, &test_err));
	ok(tlog_note_verify(&c.note, witness_key(witness), NULL, &test_err));
}

static void it_knows_after_it_was_opened_again_and_put_on_the_list_again(void **state) {
	(void)state;
	struct log *one = new_log("example.org/log", 1, SIZES, 'a'), *other = new_log("example.org/log", 1, 0, 'b');
	add(key_of(one));
	assert_int_equal(ask(one, 0, 9), 200);
	close_witness();
	open_witness();
	assert_int_equal(ask(other, 0, 9), 409);
	ok(witness_remove(witness, one->signer.key.name, &test_err));
	assert_int_equal(ask(one, 9, 12), 404);
	fails(witness_remove(witness, one->signer.key.name, &test_err), ERR_NOT_FOUND);
	add(key_of(one));
	assert_int_equal(ask(other, 0, 12), 409);
	assert_int_equal(ask(other, 9, 12), 422);
	assert_int_equal(ask(one, 9, 12), 200);
}

static void a_log_that_changes_its_key_has_two(void **state) {
	(void)state;
	struct log *before = new_log("example.org/log", 1, SIZES, 'a'), *after = new_log("example.org/log", 5, SIZES, 'a');
	bool fresh;
	add(key_of(before));
	assert_int_equal(ask(before, 0, 9), 200);
	assert_int_equal(ask(after, 9, 12), 403);
	add(key_of(after));
	ok(witness_add(witness, key_of(after), STR_EMPTY, &fresh, &test_err));
	assert_false(fresh);
	assert_int_equal(known(before).keys_n, 2);
	assert_int_equal(ask(after, 9, 12), 200);
	ok(witness_remove(witness, key_of(before), &test_err));
	assert_int_equal(ask(before, 12, 13), 403);
	assert_int_equal(ask(after, 12, 13), 200);
	fails(witness_add(witness, S("no key"), STR_EMPTY, &fresh, &test_err), ERR_INVALID);
	fails(witness_add(witness, tlog_key_text(arena, witness_key(witness)), STR_EMPTY, &fresh, &test_err), ERR_INVALID);
	fails(witness_add(witness, key_of(after), S("two\nlines"), &fresh, &test_err), ERR_INVALID);
}

static void a_folder_that_lost_its_database_signs_nothing_any_more(void **state) {
	(void)state;
	struct str key;
	const char *path = file_join(arena, dir, "w");
	fails(witness_init(arena, path, S("again"), &key, &test_err), ERR_EXISTS);
	close_witness();
	assert_int_equal(unlink(in_dir("witness.db")), 0);
	struct witness *none = NULL;
	fails(witness_open(&none, path, &test_err), ERR_NOT_FOUND);
	fails(witness_init(arena, path, S("witness.example.org"), &key, &test_err), ERR_EXISTS);
	assert_false(file_exists(in_dir("witness.db")));
	assert_null(none);
	const char *fresh = file_join(arena, dir, "fresh");
	fails(witness_init(arena, fresh, S("two words"), &key, &test_err), ERR_INVALID);
	fails(witness_init(arena, fresh, STR_EMPTY, &key, &test_err), ERR_INVALID);
	ok(witness_init(arena, fresh, S("fresh"), &key, &test_err));
	ok(key_file_replace(file_join(arena, fresh, "witness.key"), TLOG_KEY_BYTES, &test_err));
	fails(witness_open(&none, fresh, &test_err), ERR_CORRUPT);
	assert_int_equal(unlink(file_join(arena, fresh, "witness.key")), 0);
	fails(witness_open(&none, fresh, &test_err), ERR_CORRUPT);
	assert_null(none);
}

/* ---- at once ---- */

enum { ASKERS = 8, ROUNDS = 60 };
static const struct log *histories[2];
static struct sha256 cosigned[ASKERS][ROUNDS];
static uint64_t sizes[ASKERS][ROUNDS];
static size_t counts[ASKERS];

/* Each tells its own history, as fast as it can, and notes what is cosigned. */
static const char *tell_all(size_t me) {
	const struct log *l = histories[me % 2];
	struct witness *w;
	struct db *own;
	struct err e;
	uint64_t old = 0;
	char path[80];
	snprintf(path, sizeof path, "%s/w", dir);
	if (witness_open(&w, path, &e) || witness_reader(w, &own, &e)) return "open";
	for (int i = 0; i < ROUNDS && old < SIZES; i++) {
		struct arena *a = arena_new(64 << 20);
		struct tlog_witness_answer answer;
		uint64_t size = old + 1 + (uint64_t)i % 2 < SIZES ? old + 1 + (uint64_t)i % 2 : SIZES;
		if (witness_answer(w, own, a, request_in(a, l, old, size), &answer, &e)) return "answer";
		if (answer.status == 200) {
			cosigned[me][counts[me]] = l->heads[size].root;
			sizes[me][counts[me]++] = old = size;
		} else if (answer.status == 409 && !tlog_witness_size(answer.body, &old)) {
			return "size";
		}
		arena_free(a);
		if (answer.status == 422) break; /* the other history was first */
	}
	db_close(own);
	witness_close(w);
	return NULL;
}

static void *tell(void *arg) {
	return (void *)(uintptr_t)tell_all((size_t)(uintptr_t)arg);
}

static void of_two_histories_that_are_told_at_once_one_is_cosigned(void **state) {
	(void)state;
	pthread_t threads[ASKERS];
	histories[0] = new_log("example.org/log", 1, 0, 'a');
	histories[1] = new_log("example.org/log", 1, 0, 'b');
	add(key_of(histories[0]));
	memset(counts, 0, sizeof counts);
	for (size_t i = 0; i < ASKERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, tell, (void *)(uintptr_t)i), 0);
	for (size_t i = 0; i < ASKERS; i++) {
		void *wrong;
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	size_t of[2] = {0, 0};
	for (size_t i = 0; i < ASKERS; i++) {
		of[i % 2] += counts[i];
		for (size_t j = 0; j < counts[i]; j++) {
			if (j) assert_true(sizes[i][j] > sizes[i][j - 1]);
			assert_true(tlog_hash_eq(&cosigned[i][j], &histories[i % 2]->heads[sizes[i][j]].root));
		}
	}
	assert_true(of[0] + of[1] > 0);
	assert_true(of[0] == 0 || of[1] == 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_cosigns_what_goes_on_and_nothing_else, start, end),
		cmocka_unit_test_setup_teardown(what_it_keeps_is_the_checkpoint_with_its_own_signature_and_the_logs, start, end),
		cmocka_unit_test_setup_teardown(it_knows_after_it_was_opened_again_and_put_on_the_list_again, start, end),
		cmocka_unit_test_setup_teardown(a_log_that_changes_its_key_has_two, start, end),
		cmocka_unit_test_setup_teardown(a_folder_that_lost_its_database_signs_nothing_any_more, start, end),
		cmocka_unit_test_setup_teardown(of_two_histories_that_are_told_at_once_one_is_cosigned, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
