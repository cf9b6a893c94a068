#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void add(int64_t year) {
	struct db_query q = db_query(test_db, "INSERT INTO book (year) VALUES ($1)");
	db_bind_int(&q, 1, year);
	ok(db_run(&q, &test_err));
}
static int64_t books(struct db *db) {
	return number(db, "SELECT count(*) FROM book");
}
static int start_empty(void **state) {
	(void)state;
	return db_exec(test_db, "DELETE FROM page; DELETE FROM book", &test_err);
}

static void what_is_rolled_back_was_never_there(void **state) {
	(void)state;
	ok(db_begin(test_db, &test_err));
	add(1);
	db_rollback(test_db);
	assert_int_equal(books(test_db), 0);
	db_rollback(test_db); /* with none begun: nothing happens */
	ok(db_begin(test_db, &test_err));
	add(2);
	ok(db_commit(test_db, &test_err));
	assert_int_equal(books(test_db), 1);
}

static void savepoints_nest_and_go_back_alone(void **state) {
	(void)state;
	ok(db_begin(test_db, &test_err));
	add(1);
	ok(db_savepoint(test_db, &test_err));
	add(2);
	ok(db_savepoint(test_db, &test_err));
	add(3);
	db_rollback_to(test_db); /* 3 is gone */
	assert_int_equal(books(test_db), 2);
	ok(db_savepoint(test_db, &test_err));
	add(4);
	ok(db_release(test_db, &test_err));
	assert_int_equal(books(test_db), 3);
	db_rollback_to(test_db); /* 2 and 4 are gone */
	assert_int_equal(books(test_db), 1);
	ok(db_savepoint(test_db, &test_err));
	add(5);
	ok(db_release(test_db, &test_err));
	ok(db_commit(test_db, &test_err));
	assert_int_equal(number(test_db, "SELECT sum(year) FROM book"), 6);
}

static void a_reader_sees_one_state_until_it_ends(void **state) {
	(void)state;
	struct db *reader;
	ok(db_open(&reader, test_path, DB_READ, &test_err));
	add(1);
	ok(db_read_begin(reader, &test_err));
	assert_int_equal(books(reader), 1);
	add(2);
	assert_int_equal(books(reader), 1);
	db_read_end(reader);
	assert_int_equal(books(reader), 2);
	db_close(reader);
}

static void a_reader_does_not_wait_for_a_writer(void **state) {
	(void)state;
	struct db *reader;
	ok(db_open(&reader, test_path, DB_READ, &test_err));
	ok(db_begin(test_db, &test_err));
	add(1);
	moment began = stopwatch();
	assert_int_equal(books(reader), 0);
	assert_true(stopwatch() - began < 2 * SECOND);
	ok(db_commit(test_db, &test_err));
	assert_int_equal(books(reader), 1);
	db_close(reader);
}

static void a_second_writer_waits_and_is_then_told_that_it_is_busy(void **state) {
	(void)state;
	struct db *other;
	ok(db_open(&other, test_path, DB_WRITE, &test_err));
	ok(db_begin(test_db, &test_err));
	moment began = stopwatch();
	fails(db_begin(other, &test_err), ERR_BUSY);
	moment waited = stopwatch() - began;
	assert_true(waited > 8 * SECOND && waited < 20 * SECOND);
	assert_non_null(strstr(test_err.message, "busy"));
	add(1);
	ok(db_commit(test_db, &test_err));
	ok(db_begin(other, &test_err)); /* and all is well afterwards */
	ok(db_commit(other, &test_err));
	db_close(other);
}

static void *commit_soon(void *arg) {
	(void)arg;
	usleep(300000);
	ok(db_commit(test_db, &test_err));
	return NULL;
}

static void a_second_writer_gets_its_turn(void **state) {
	(void)state;
	struct db *other;
	struct err e;
	pthread_t thread;
	ok(db_open(&other, test_path, DB_WRITE, &test_err));
	ok(db_begin(test_db, &test_err));
	add(1);
	assert_int_equal(pthread_create(&thread, NULL, commit_soon, NULL), 0);
	assert_int_equal(db_begin(other, &e), ERR_OK);
	pthread_join(thread, NULL);
	assert_int_equal(books(other), 1);
	assert_int_equal(db_commit(other, &e), ERR_OK);
	db_close(other);
}

static void what_was_committed_survives_a_killed_process(void **state) {
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		struct db *db;
		struct err e;
		if (db_open(&db, test_path, DB_WRITE, &e) || db_exec(db, "INSERT INTO book (year) VALUES (1)", &e)) _exit(1);
		if (db_begin(db, &e) || db_exec(db, "INSERT INTO book (year) VALUES (2)", &e)) _exit(1);
		raise(SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(number(test_db, "SELECT sum(year) FROM book"), 1);
	ok(db_check(test_db, &test_err));
}

/* A limit on file sizes stands for a full disk: it needs no right to mount anything. */
static void a_full_disk_takes_back_the_transaction_and_leaves_the_rest_whole(void **state) {
	(void)state;
	add(1);
	db_checkpoint(test_db);
	struct rlimit before, small;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){200000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum err_code code = db_begin(test_db, &test_err);
	for (int i = 0; i < 400 && !code; i++) code = db_exec(test_db, "INSERT INTO book (cover) VALUES (randomblob(50000))", &test_err);
	if (!code)
		code = db_commit(test_db, &test_err);
	else
		db_rollback(test_db);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(code, ERR_STORAGE);
	assert_int_equal(books(test_db), 1);
	ok(db_check(test_db, &test_err));
	ok(db_begin(test_db, &test_err));
	add(2);
	ok(db_commit(test_db, &test_err));
	assert_int_equal(books(test_db), 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_rolled_back_was_never_there, start_empty),
		cmocka_unit_test_setup(savepoints_nest_and_go_back_alone, start_empty),
		cmocka_unit_test_setup(a_reader_sees_one_state_until_it_ends, start_empty),
		cmocka_unit_test_setup(a_reader_does_not_wait_for_a_writer, start_empty),
		cmocka_unit_test_setup(a_second_writer_waits_and_is_then_told_that_it_is_busy, start_empty),
		cmocka_unit_test_setup(a_second_writer_gets_its_turn, start_empty),
		cmocka_unit_test_setup(what_was_committed_survives_a_killed_process, start_empty),
		cmocka_unit_test_setup(a_full_disk_takes_back_the_transaction_and_leaves_the_rest_whole, start_empty),
	};
	return cmocka_run_group_tests(tests, open_database, remove_database);
}
