/* Migrations, copies, checks. */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

static const struct migration one[] = {{1, "first", "CREATE TABLE a (id {id}, n {int} NOT NULL, t {text}, b {bytes});", NULL}};
static const struct migration two[] = {
	{1, "first", "CREATE TABLE a (id {id}, n {int} NOT NULL, t {text}, b {bytes});", NULL},
	{2, "second", "CREATE TABLE k (t {text} PRIMARY KEY) {clustered};", "INSERT INTO a (n) VALUES (7);"},
};
static const struct migration broken[] = {
	{1, "first", "CREATE TABLE a (id {id}, n {int} NOT NULL, t {text}, b {bytes});", NULL},
	{2, "second", "CREATE TABLE k (t {text} PRIMARY KEY) {clustered};", "INSERT INTO a (n) VALUES (7);"},
	{3, "third", "CREATE TABLE l (n {int}); CREATE TABLE l (n {int});", NULL},
};
static const struct migration unknown[] = {
	{1, "first", "", NULL}, {2, "second", "", NULL}, {3, "third", "CREATE TABLE l (n {integer});", NULL},
};

static void migrations_run_once_and_go_on_where_they_were(void **state) {
	(void)state;
	int applied = -1;
	ok(db_migrate(test_db, one, 1, &applied, &test_err));
	assert_int_equal(applied, 1);
	ok(db_migrate(test_db, one, 1, &applied, &test_err));
	assert_int_equal(applied, 0);
	ok(db_migrate(test_db, two, 2, &applied, &test_err));
	assert_int_equal(applied, 1);
	assert_int_equal(number(test_db, "SELECT n FROM a"), 7);
	ok(db_migrate(test_db, two, 2, &applied, &test_err));
	assert_int_equal(applied, 0);
	assert_int_equal(number(test_db, "SELECT count(*) FROM migration"), 2);
}

static void a_migration_that_fails_leaves_nothing(void **state) {
	(void)state;
	int applied;
	assert_int_not_equal(db_migrate(test_db, broken, 3, &applied, &test_err), ERR_OK);
	assert_non_null(strstr(test_err.message, "third"));
	assert_int_equal(number(test_db, "SELECT count(*) FROM sqlite_schema WHERE name = 'l'"), 0);
	assert_int_equal(number(test_db, "SELECT max(number) FROM migration"), 2);
	fails(db_migrate(test_db, unknown, 3, &applied, &test_err), ERR_INTERNAL);
	assert_non_null(strstr(test_err.message, "braces"));
	ok(db_migrate(test_db, two, 2, &applied, &test_err));
}

static void a_newer_database_is_refused_and_left_alone(void **state) {
	(void)state;
	int applied;
	fails(db_migrate(test_db, one, 1, &applied, &test_err), ERR_UNSUPPORTED);
	assert_non_null(strstr(test_err.message, "newer"));
	fails(db_migrate(test_db, NULL, 0, &applied, &test_err), ERR_UNSUPPORTED);
	assert_int_equal(number(test_db, "SELECT max(number) FROM migration"), 2);
}

static void a_database_that_is_up_to_date_is_opened_beside_a_writer(void **state) {
	(void)state;
	struct db *other;
	int applied;
	ok(db_open(&other, test_path, DB_WRITE, &test_err));
	ok(db_begin(other, &test_err));
	moment began = stopwatch();
	ok(db_migrate(test_db, two, 2, &applied, &test_err));
	assert_true(stopwatch() - began < 3 * SECOND);
	db_rollback(other);
	db_close(other);
}

static atomic_bool stop;
static void *write_pairs(void *arg) {
	(void)arg;
	struct db *db;
	struct err e;
	assert_int_equal(db_open(&db, test_path, DB_WRITE, &e), ERR_OK);
	for (int i = 0; !atomic_load(&stop) && i < 100000; i++) {
		if (db_begin(db, &e) || db_exec(db, "INSERT INTO book (year) VALUES (1)", &e) || db_exec(db, "INSERT INTO book (year) VALUES (-1)", &e) ||
			db_commit(db, &e))
			break;
	}
	db_close(db);
	return NULL;
}

static void a_copy_made_while_others_write_is_one_state(void **state) {
	(void)state;
	pthread_t thread;
	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, write_pairs, NULL), 0);
	for (int i = 0; i < 10; i++) {
		char path[100];
		struct db *copy;
		snprintf(path, sizeof path, "%s/copy-%d.db", test_folder, i);
		usleep(20000);
		ok(db_copy(test_db, path, &test_err));
		ok(db_open(&copy, path, DB_WRITE, &test_err));
		ok(db_check(copy, &test_err));
		assert_int_equal(number(copy, "SELECT coalesce(sum(year), 0) FROM book"), 0);
		db_close(copy);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	assert_true(number(test_db, "SELECT count(*) FROM book") > 0);
}

static void a_new_database_and_a_copy_are_for_their_owner_alone(void **state) {
	(void)state;
	static const char *const names[] = {"made.db", "copied.db"};
	char path[100];
	struct db *made;
	snprintf(path, sizeof path, "%s/%s", test_folder, names[0]);
	ok(db_open(&made, path, DB_CREATE, &test_err));
	db_close(made);
	snprintf(path, sizeof path, "%s/%s", test_folder, names[1]);
	ok(db_copy(test_db, path, &test_err));
	for (size_t i = 0; i < lengthof(names); i++) {
		struct stat s;
		snprintf(path, sizeof path, "%s/%s", test_folder, names[i]);
		assert_int_equal(stat(path, &s), 0);
		assert_int_equal(s.st_mode & 0777, 0600);
	}
}

static void a_copy_never_replaces_a_file(void **state) {
	(void)state;
	char path[100];
	snprintf(path, sizeof path, "%s/there", test_folder);
	ok(file_put(path, S("precious"), 0600, &test_err));
	fails(db_copy(test_db, path, &test_err), ERR_EXISTS);
	autoarena struct arena *a = arena_new(1 << 16);
	struct str text;
	ok(file_read(a, path, 100, &text, &test_err));
	assert_str(text, "precious");
	snprintf(path, sizeof path, "%s/no/folder", test_folder);
	assert_int_not_equal(db_copy(test_db, path, &test_err), ERR_OK);
}

static void a_closed_database_can_be_read_where_nobody_may_write(void **state) {
	(void)state;
	char dir[64], path[100], command[200];
	struct db *db;
	snprintf(dir, sizeof dir, "%s/fixed %% ? #", test_folder);
	ok(file_make_dir(dir, &test_err));
	snprintf(path, sizeof path, "%s/x.db", dir);
	ok(db_copy(test_db, path, &test_err));
	ok(db_open(&db, path, DB_WRITE, &test_err));
	db_checkpoint(db);
	int64_t books = number(db, "SELECT count(*) FROM book");
	db_close(db);
	snprintf(command, sizeof command, "chmod 0755 %s && chmod -R a-w,a+rX '%s'", test_folder, dir);
	assert_int_equal(system(command), 0);
	uid_t me = geteuid();
	if (me == 0) assert_int_equal(seteuid(65534), 0); /* root may write everywhere */
	enum err_code code = db_open(&db, path, DB_READ, &test_err);
	if (!code) assert_int_equal(number(db, "SELECT count(*) FROM book"), books);
	if (!code) db_close(db);
	if (me == 0) assert_int_equal(seteuid(0), 0);
	snprintf(command, sizeof command, "chmod -R u+w '%s'", dir);
	assert_int_equal(system(command), 0);
	ok(code);
}

static void damage_is_found(void **state) {
	(void)state;
	char path[100];
	struct db *db;
	snprintf(path, sizeof path, "%s/damaged.db", test_folder);
	ok(db_copy(test_db, path, &test_err));
	ok(db_open(&db, path, DB_WRITE, &test_err));
	ok(db_exec(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO book (title) SELECT 'book ' || i FROM n",
		&test_err));
	db_checkpoint(db);
	db_close(db);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	static char zeros[20000];
	assert_int_equal(pwrite(fd, zeros, sizeof zeros, st.st_size / 2), sizeof zeros);
	close(fd);
	enum err_code code = db_open(&db, path, DB_READ, &test_err);
	if (!code) {
		code = db_check(db, &test_err);
		db_close(db);
	}
	assert_int_equal(code, ERR_CORRUPT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(migrations_run_once_and_go_on_where_they_were),
		cmocka_unit_test(a_migration_that_fails_leaves_nothing),
		cmocka_unit_test(a_newer_database_is_refused_and_left_alone),
		cmocka_unit_test(a_database_that_is_up_to_date_is_opened_beside_a_writer),
		cmocka_unit_test(a_copy_made_while_others_write_is_one_state),
		cmocka_unit_test(a_new_database_and_a_copy_are_for_their_owner_alone),
		cmocka_unit_test(a_copy_never_replaces_a_file),
		cmocka_unit_test(a_closed_database_can_be_read_where_nobody_may_write),
		cmocka_unit_test(damage_is_found),
	};
	return cmocka_run_group_tests(tests, open_database, remove_database);
}
