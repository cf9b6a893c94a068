/* The keys of records, and what is encrypted with them. */
#include "test.h"

#include <pthread.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hub/cipher.h"
#include "hub/keystore.h"
#include "hub/seal.h"

static char *path(const char *name) {
	return (char *)(uintptr_t)arena_fmt(arena, "%s/%s", folder, name).p;
}
static struct record_key taken(void) {
	struct record_key k;
	ok(keystore_take(hub->keys, &k, &test_err));
	return k;
}
static void must_find(struct keystore *ks, const struct record_key *k) {
	struct record_key found;
	ok(keystore_find(ks, str_of(k->id), &found, &test_err));
	assert_string_equal(found.id, k->id);
	assert_memory_equal(found.bytes, k->bytes, RECORD_KEY);
}
static bool file_holds(const char *name, const void *what, size_t n) {
	struct str bytes;
	if (!file_exists(path(name))) return false;
	ok(file_read(arena, path(name), 64 << 20, &bytes, &test_err));
	return memmem(bytes.p, bytes.n, what, n) != NULL;
}

static void a_key_comes_back_by_its_id_in_another_process_too(void **state) {
	(void)state;
	assert_false(file_exists(path("keys.db"))); /* nothing is made before it is needed */
	struct record_key a = taken(), b = taken(), c = taken();
	assert_string_not_equal(a.id, b.id);
	assert_memory_not_equal(a.bytes, b.bytes, RECORD_KEY);
	must_find(hub->keys, &a);
	must_find(hub->keys, &b);
	struct keystore *other;
	ok(keystore_new(&other, folder, &test_err));
	must_find(other, &c);
	keystore_free(other);
	reopen();
	must_find(hub->keys, &a);
	struct stat st;
	assert_int_equal(stat(path("keys.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(file_holds("keys.db", a.bytes, RECORD_KEY));
	assert_false(file_holds("keys.db-wal", a.bytes, RECORD_KEY));
}

static void what_was_made_and_not_taken_goes_when_the_hub_is_closed(void **state) {
	(void)state;
	struct keystore_status s;
	for (int i = 0; i < 5; i++) (void)taken(); /* batches of 1, 2 and 4 */
	ok(keystore_status(hub->keys, &s, &test_err));
	assert_int_equal(s.keys, 7);
	reopen();
	ok(keystore_status(hub->keys, &s, &test_err));
	assert_int_equal(s.keys, 5);
	assert_int_equal(s.unreadable, 0);
	assert_int_equal(s.masters, 1);
}

static void a_key_that_is_not_there_is_told_from_one_that_was_destroyed(void **state) {
	(void)state;
	struct record_key k = taken(), found;
	fails(keystore_find(hub->keys, S("K-000000000000000000000000"), &found, &test_err), ERR_UNSUPPORTED);
	assert_has(test_err.message, "keys.db");
	char wrapped[2 * 72 + 1] = "";
	struct db *keys;
	ok(db_open(&keys, path("keys.db"), DB_READ, &test_err));
	struct db_query q = db_query(keys, "SELECT wrapped FROM record_key WHERE id = $1");
	db_bind_str(&q, 1, str_of(k.id));
	assert_true(db_row(&q));
	size_t n = db_str(&q, 0).n;
	assert_true(n < sizeof wrapped);
	memcpy(wrapped, db_str(&q, 0).p, n);
	ok(db_done(&q, &test_err));
	db_close(keys);
	assert_true(file_holds("keys.db", wrapped, n) || file_holds("keys.db-wal", wrapped, n));
	ok(keystore_destroy(hub->keys, str_of(k.id), &test_err));
	fails(keystore_find(hub->keys, str_of(k.id), &found, &test_err), ERR_GONE);
	assert_false(file_holds("keys.db", wrapped, n));
	assert_false(file_holds("keys.db-wal", wrapped, n));
	ok(keystore_destroy(hub->keys, str_of(k.id), &test_err)); /* again does no harm */
	reopen();
	fails(keystore_find(hub->keys, str_of(k.id), &found, &test_err), ERR_GONE);
}

static void without_the_hubs_own_key_none_can_be_read_and_new_ones_can_be_made(void **state) {
	(void)state;
	struct record_key k = taken(), found;
	assert_int_equal(rename(path("secret.key"), path("aside.key")), 0);
	reopen();
	fails(keystore_find(hub->keys, str_of(k.id), &found, &test_err), ERR_UNSUPPORTED);
	assert_has(test_err.message, "secret.key");
	struct record_key fresh = taken();
	must_find(hub->keys, &fresh);
	struct keystore_status s;
	ok(keystore_status(hub->keys, &s, &test_err));
	assert_int_equal(s.unreadable, 1);
	assert_int_equal(rename(path("aside.key"), path("secret.key")), 0);
	must_find(hub->keys, &k);
	fails(keystore_find(hub->keys, str_of(fresh.id), &found, &test_err), ERR_UNSUPPORTED);
}

static void a_wrapped_key_is_not_taken_for_anothers(void **state) {
	(void)state;
	struct record_key a = taken(), b = taken(), found;
	struct db *keys;
	ok(db_open(&keys, path("keys.db"), DB_WRITE, &test_err));
	struct db_query q = db_query(keys, "UPDATE record_key SET wrapped = (SELECT wrapped FROM record_key WHERE id = $2) WHERE id = $1");
	db_bind_str(&q, 1, str_of(a.id));
	db_bind_str(&q, 2, str_of(b.id));
	ok(db_run(&q, &test_err));
	db_close(keys);
	fails(keystore_find(hub->keys, str_of(a.id), &found, &test_err), ERR_UNSUPPORTED);
	must_find(hub->keys, &b);
}

/* ---- sweeping ---- */

static moment pretended;
static moment pretend(void) {
	return pretended;
}
static int says(struct str id, void *arg) {
	return arg && str_eq(id, str_of(arg));
}

static void a_key_that_was_never_used_is_swept_after_a_week_and_a_used_one_never(void **state) {
	(void)state;
	struct record_key used = taken(), unused = taken(), found;
	pretended = now();
	now_replace(pretend);
	ok(keystore_sweep(hub->keys, says, used.id, &test_err));
	pretended += 6 * DAY;
	ok(keystore_sweep(hub->keys, says, used.id, &test_err));
	must_find(hub->keys, &unused);
	pretended += 2 * DAY;
	ok(keystore_sweep(hub->keys, says, NULL, &test_err)); /* as if the database were older than the key's use */
	must_find(hub->keys, &used);
	fails(keystore_find(hub->keys, str_of(unused.id), &found, &test_err), ERR_UNSUPPORTED);
	struct record_key late = taken(); /* not from a batch that may have been swept */
	must_find(hub->keys, &late);
	now_replace(NULL);
}

/* ---- many at once ---- */

enum { THREADS = 8, EACH = 150 };

static void *take_many(void *arg) {
	struct record_key *list = arg;
	for (int i = 0; i < EACH; i++)
		if (keystore_take(hub->keys, &list[i], NULL)) list[i].id[0] = 0;
	return NULL;
}

static int by_id(const void *x, const void *y) {
	return strcmp(((const struct record_key *)x)->id, ((const struct record_key *)y)->id);
}

static void threads_and_processes_each_get_keys_of_their_own(void **state) {
	(void)state;
	struct record_key *all = arena_array(arena, THREADS * EACH, sizeof *all), mine[20];
	pthread_t threads[THREADS];
	int status;
	pid_t child = fork();
	if (child == 0) {
		struct keystore *ks;
		enum err_code code = keystore_new(&ks, folder, NULL);
		for (int i = 0; i < 100 && !code; i++) code = keystore_take(ks, &mine[i % 20], NULL);
		_exit(code ? 1 : 0);
	}
	for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, take_many, all + i * EACH), 0);
	for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	qsort(all, THREADS * EACH, sizeof *all, by_id);
	for (int i = 0; i < THREADS * EACH; i++) {
		assert_true(all[i].id[0]);
		if (i) assert_string_not_equal(all[i].id, all[i - 1].id);
		must_find(hub->keys, &all[i]);
	}
}

/* ---- blobs ---- */

static void a_blob_opens_only_in_its_own_place_and_whole(void **state) {
	(void)state;
	struct record_key k = taken(), other = taken();
	struct cipher_place at = {"body", S("R-7KQ2-M9XD"), 3};
	struct str blob, again, plain;
	ok(cipher_close(&k, &at, S("{\"title\":\"secret\"}"), arena, &blob, &test_err));
	ok(cipher_close(&k, &at, S("{\"title\":\"secret\"}"), arena, &again, &test_err));
	assert_false(str_eq(blob, again));
	assert_true(cipher_is_blob(blob));
	assert_false(cipher_is_blob(S("{\"title\":\"as it is without a key, long enough\"}")));
	assert_int_equal(blob.p[0], 1);
	assert_true(str_find(blob, S("secret")) == STR_NONE);
	ok(cipher_open(&k, &at, blob, arena, &plain, &test_err));
	assert_str(plain, "{\"title\":\"secret\"}");
	const struct cipher_place wrong[] = {{"event", at.uid, 3}, {"body", S("R-7KQ2-M9XE"), 3}, {"body", at.uid, 4}, {"bod", S("y"), 3}};
	for (size_t i = 0; i < lengthof(wrong); i++) fails(cipher_open(&k, &wrong[i], blob, arena, &plain, &test_err), ERR_CORRUPT);
	fails(cipher_open(&other, &at, blob, arena, &plain, &test_err), ERR_CORRUPT);
	for (size_t i = 0; i < blob.n; i++) {
		struct str damaged = arena_str(arena, blob);
		((char *)(uintptr_t)damaged.p)[i] ^= 4;
		fails(cipher_open(&k, &at, damaged, arena, &plain, &test_err), ERR_CORRUPT);
		fails(cipher_open(&k, &at, str_sub(blob, 0, i), arena, &plain, &test_err), ERR_CORRUPT);
	}
	ok(cipher_close(&k, &at, STR_EMPTY, arena, &blob, &test_err));
	ok(cipher_open(&k, &at, blob, arena, &plain, &test_err));
	assert_int_equal(plain.n, 0);
}

static void a_keyed_digest_tells_nothing_without_the_key(void **state) {
	(void)state;
	struct record_key k = taken(), other = taken();
	struct sha256 a = cipher_digest(&k, "digest", S("x")), b = cipher_digest(&k, "digest", S("x")), c = cipher_digest(&other, "digest", S("x")),
		d = cipher_digest(&k, "attachment", S("x")), plain = sha256(S("x"));
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&a, &c, sizeof a);
	assert_memory_not_equal(&a, &d, sizeof a);
	assert_memory_not_equal(&a, &plain, sizeof a);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		hub_test(a_key_comes_back_by_its_id_in_another_process_too),
		hub_test(what_was_made_and_not_taken_goes_when_the_hub_is_closed),
		hub_test(a_key_that_is_not_there_is_told_from_one_that_was_destroyed),
		hub_test(without_the_hubs_own_key_none_can_be_read_and_new_ones_can_be_made),
		hub_test(a_wrapped_key_is_not_taken_for_anothers),
		hub_test(a_key_that_was_never_used_is_swept_after_a_week_and_a_used_one_never),
		hub_test(threads_and_processes_each_get_keys_of_their_own),
		hub_test(a_blob_opens_only_in_its_own_place_and_whole),
		hub_test(a_keyed_digest_tells_nothing_without_the_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
