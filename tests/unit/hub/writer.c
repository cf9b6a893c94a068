/* The one writer of a process: many threads, few commits, no change lost, no failure shared but that of the disk. Run it under the thread
 * sanitizer too. */
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

static char database[100];
static struct writer *writer;
static struct db *reader;

static int start(void **state) {
	char name[] = "/tmp/polder-writer-XXXXXX";
	if (start_arena(state) || !mkdtemp(name)) return -1;
	snprintf(folder, sizeof folder, "%s", name);
	snprintf(database, sizeof database, "%s/x.db", folder);
	struct db *created;
	ok(db_open(&created, database, DB_CREATE, &test_err));
	ok(db_exec(created, "CREATE TABLE t (thread INTEGER, n INTEGER, b BLOB)", &test_err));
	db_close(created);
	ok(writer_new(&writer, database, &test_err));
	ok(db_open(&reader, database, DB_READ, &test_err));
	return 0;
}
static int end(void **state) {
	char command[100];
	writer_free(writer);
	db_close(reader);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command) == 0 ? end_arena(state) : -1;
}
static int64_t count_rows(void) {
	struct db_query q = db_query(reader, "SELECT count(*) FROM t");
	int64_t n = db_row(&q) ? db_int(&q, 0) : -1;
	ok(db_done(&q, &test_err));
	return n;
}

struct work {
	int thread, n;
	int64_t bytes;
	enum err_code fail;
	atomic_int calls;
};

static enum err_code insert(struct db *d, void *arg, struct err *e) {
	struct work *w = arg;
	atomic_fetch_add(&w->calls, 1);
	struct db_query q = db_query(d, "INSERT INTO t (thread, n, b) VALUES ($1, $2, zeroblob($3))");
	db_bind_int(&q, 1, w->thread);
	db_bind_int(&q, 2, w->n);
	db_bind_int(&q, 3, w->bytes);
	enum err_code code = db_run(&q, e);
	return code ? code : w->fail ? err_set(e, w->fail, "as was wished") : ERR_OK;
}

enum { THREADS = 8, EACH = 100 };

static void *insert_many(void *arg) {
	int thread = *(int *)arg;
	for (int i = 0; i < EACH; i++) {
		struct work w = {.thread = thread, .n = i};
		struct err e = {.code = ERR_OK};
		if (writer_run(writer, insert, &w, &e)) return arg;
		if (atomic_load(&w.calls) != 1) return arg;
	}
	return NULL;
}

static void what_was_acknowledged_is_there_whoever_wrote_it(void **state) {
	(void)state;
	pthread_t threads[THREADS];
	int ids[THREADS];
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, insert_many, &ids[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(count_rows(), THREADS * EACH);
	/* each thread's in the order in which it wrote them */
	struct db_query q = db_query(reader, "SELECT count(*) FROM t a JOIN t b ON b.rowid > a.rowid AND b.thread = a.thread AND b.n < a.n");
	assert_true(db_row(&q));
	assert_int_equal(db_int(&q, 0), 0);
	ok(db_done(&q, &test_err));
}

static void an_error_takes_back_the_transaction_and_the_next_works(void **state) {
	(void)state;
	struct work bad = {.fail = ERR_CONFLICT}, good = {.n = 1};
	fails(writer_run(writer, insert, &bad, &test_err), ERR_CONFLICT);
	assert_string_equal(test_err.message, "as was wished");
	assert_int_equal(count_rows(), 0);
	ok(writer_run(writer, insert, &good, &test_err));
	assert_int_equal(count_rows(), 1);
	fails(writer_run(writer, insert, &bad, NULL), ERR_CONFLICT);
}

static void *insert_or_fail(void *arg) {
	int thread = *(int *)arg, told = 0;
	for (int i = 0; i < EACH; i++) {
		struct work w = {.thread = thread, .n = i, .fail = i % 7 == 3 ? ERR_INVALID : ERR_OK};
		struct err e = {.code = ERR_OK};
		enum err_code code = writer_run(writer, insert, &w, &e);
		if (code && e.code != code) return arg;
		if (w.fail && !code) return arg; /* its own failure must reach it */
		told += !code;
	}
	*(int *)arg = told;
	return NULL;
}

static void under_failures_what_was_acknowledged_is_there_and_nothing_else(void **state) {
	(void)state;
	pthread_t threads[THREADS];
	int ids[THREADS], told = 0;
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, insert_or_fail, &ids[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
		told += ids[i];
	}
	assert_int_equal(count_rows(), told);
}

static void a_full_disk_is_told_and_passes(void **state) {
	(void)state;
	struct work small = {.n = 1}, large = {.bytes = 5000000};
	struct rlimit before, limit;
	ok(writer_run(writer, insert, &small, &test_err));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){500000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	enum err_code code = writer_run(writer, insert, &large, &test_err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(code, ERR_STORAGE);
	ok(writer_run(writer, insert, &small, &test_err));
	assert_int_equal(count_rows(), 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_acknowledged_is_there_whoever_wrote_it, start, end),
		cmocka_unit_test_setup_teardown(an_error_takes_back_the_transaction_and_the_next_works, start, end),
		cmocka_unit_test_setup_teardown(under_failures_what_was_acknowledged_is_there_and_nothing_else, start, end),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told_and_passes, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
