#include "test.h"

static enum err_code insert(int64_t id, const char *title) {
	struct db_query q = db_query(test_db, "INSERT INTO book (id, title) VALUES ($1, $2)");
	db_bind_int(&q, 1, id);
	db_bind_str(&q, 2, str_of(title));
	return db_run(&q, &test_err);
}

static void values_of_every_type_come_back_as_they_went_in(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "INSERT INTO book (id, title, year, weight, cover) VALUES ($1, $2, $3, $4, $5)");
	db_bind_int(&q, 1, 1);
	db_bind_str(&q, 2, S("a\0b 漢"));
	db_bind_int(&q, 3, INT64_MIN);
	db_bind_real(&q, 4, 0.1);
	db_bind_bytes(&q, 5, S("\0\xff\x80"));
	ok(db_run(&q, &test_err));
	q = db_query(test_db, "SELECT title, year, weight, cover FROM book WHERE id = $1");
	db_bind_int(&q, 1, 1);
	assert_true(db_row(&q));
	assert_true(str_eq(db_str(&q, 0), S("a\0b 漢")));
	assert_int_equal(db_int(&q, 1), INT64_MIN);
	assert_true(db_real(&q, 2) == 0.1);
	assert_true(str_eq(db_str(&q, 3), S("\0\xff\x80")));
	assert_false(db_is_null(&q, 3));
	assert_false(db_row(&q));
	ok(db_done(&q, &test_err));
}

static void empty_text_is_not_null_unless_it_is_optional(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "SELECT $1, $2, $3, $4, $5, CAST($6 AS TEXT)");
	db_bind_str(&q, 1, (struct str){NULL, 0});
	db_bind_bytes(&q, 2, (struct str){NULL, 0});
	db_bind_null(&q, 3);
	db_bind_opt(&q, 4, STR_EMPTY);
	db_bind_opt(&q, 5, S("x"));
	assert_true(db_row(&q));
	assert_false(db_is_null(&q, 0));
	assert_false(db_is_null(&q, 1));
	assert_true(db_is_null(&q, 2));
	assert_true(db_is_null(&q, 3));
	assert_str(db_str(&q, 4), "x");
	assert_true(db_is_null(&q, 5)); /* not bound */
	assert_str(db_str(&q, 5), "");
	ok(db_done(&q, &test_err));
}

static void parameters_bind_by_number_in_any_order_and_may_stand_twice(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "SELECT $3, $1, $2, $3, $11");
	db_bind_int(&q, 2, 22);
	db_bind_int(&q, 11, 1111);
	db_bind_int(&q, 3, 33);
	db_bind_int(&q, 1, 11);
	assert_true(db_row(&q));
	static const int64_t expected[] = {33, 11, 22, 33, 1111};
	for (int i = 0; i < 5; i++) assert_int_equal(db_int(&q, i), expected[i]);
	ok(db_done(&q, &test_err));
}

static void a_parameter_that_is_not_there_is_an_error(void **state) {
	(void)state;
	static const int wrong[] = {0, -1, 2, 25, 1000};
	for (size_t i = 0; i < lengthof(wrong); i++) {
		struct db_query q = db_query(test_db, "SELECT $1");
		db_bind_int(&q, wrong[i], 1);
		assert_false(db_row(&q));
		assert_int_not_equal(db_done(&q, &test_err), ERR_OK);
	}
}

static void bindings_do_not_outlive_their_query(void **state) {
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct db_query q = db_query(test_db, "SELECT $1");
		if (i == 0) db_bind_int(&q, 1, 5);
		assert_true(db_row(&q));
		assert_int_equal(db_is_null(&q, 0), i == 1);
		ok(db_done(&q, &test_err));
	}
}

static void the_first_error_is_kept_and_the_rest_does_nothing(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "SELECT title FROM nowhere WHERE x = $1");
	db_bind_int(&q, 1, 1);
	db_bind_str(&q, 2, S("x"));
	assert_false(db_row(&q));
	assert_false(db_row(&q));
	fails(db_done(&q, &test_err), ERR_INTERNAL);
	if (!strstr(test_err.detail, "no such")) fail_msg("%s", test_err.detail);
	assert_null(strstr(test_err.message, "nowhere")); /* the words for people hold no SQL */
}

static void one_statement_may_be_open_several_times(void **state) {
	(void)state;
	for (int i = 10; i < 20; i++) ok(insert(i, (char[]){(char)('a' + i), 0}));
	static const char sql[] = "SELECT id FROM book WHERE id >= 10 AND id < 20 ORDER BY id";
	struct db_query outer = db_query(test_db, sql);
	int n = 0;
	while (db_row(&outer)) {
		struct db_query inner = db_query(test_db, sql);
		int m = 0;
		while (db_row(&inner)) m++;
		ok(db_done(&inner, &test_err));
		assert_int_equal(m, 10);
		assert_int_equal(db_int(&outer, 0), 10 + n);
		n++;
	}
	ok(db_done(&outer, &test_err));
	assert_int_equal(n, 10);
}

static void rows_may_be_left_unread(void **state) {
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct db_query q = db_query(test_db, "SELECT 1 UNION ALL SELECT 2");
		assert_true(db_row(&q));
		if (i == 1)
			db_cancel(&q);
		else
			ok(db_done(&q, &test_err));
	}
	ok(db_begin(test_db, &test_err)); /* no read is left open that would keep the log from being written back */
	ok(db_commit(test_db, &test_err));
}

static void many_different_statements_are_kept_apart(void **state) {
	(void)state;
	enum { N = 1500 };
	static char sql[N][32];
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < N; i++) {
			snprintf(sql[i], sizeof sql[i], "SELECT %d + $1", i);
			struct db_query q = db_query(test_db, sql[i]);
			db_bind_int(&q, 1, round);
			assert_true(db_row(&q));
			assert_int_equal(db_int(&q, 0), i + round);
			ok(db_done(&q, &test_err));
		}
}

static void a_name_that_is_taken_is_told_apart_from_other_constraints(void **state) {
	(void)state;
	ok(insert(100, "taken"));
	fails(insert(101, "taken"), ERR_EXISTS);
	fails(insert(100, "other"), ERR_EXISTS);
	struct db_query q = db_query(test_db, "INSERT INTO page (book, n) VALUES ($1, 1)");
	db_bind_int(&q, 1, 424242);
	fails(db_run(&q, &test_err), ERR_INTERNAL); /* a reference to nothing is a bug of ours */
	q = db_query(test_db, "INSERT INTO page (book, n) VALUES (100, NULL)");
	fails(db_run(&q, &test_err), ERR_INTERNAL);
}

static void changes_and_keys_are_told(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "INSERT INTO book (title) VALUES ('with a key')");
	ok(db_run(&q, &test_err));
	int64_t id = db_last_id(test_db);
	assert_int_equal(number(test_db, "SELECT id FROM book WHERE title = 'with a key'"), id);
	q = db_query(test_db, "UPDATE book SET year = 1 WHERE id = $1");
	db_bind_int(&q, 1, id);
	ok(db_run(&q, &test_err));
	assert_int_equal(db_changes(test_db), 1);
	q = db_query(test_db, "UPDATE book SET year = 1 WHERE id = $1");
	db_bind_int(&q, 1, -5);
	ok(db_run(&q, &test_err));
	assert_int_equal(db_changes(test_db), 0);
}

static void a_reader_can_not_write(void **state) {
	(void)state;
	struct db *reader;
	ok(db_open(&reader, test_path, DB_READ, &test_err));
	struct db_query q = db_query(reader, "DELETE FROM book");
	fails(db_run(&q, &test_err), ERR_STORAGE);
	fails(db_exec(reader, "CREATE TABLE x (y)", &test_err), ERR_STORAGE);
	db_close(reader);
}

static void what_is_no_database_is_told_apart(void **state) {
	(void)state;
	struct db *db = NULL;
	char path[100];
	snprintf(path, sizeof path, "%s/missing.db", test_folder);
	fails(db_open(&db, path, DB_WRITE, &test_err), ERR_NOT_FOUND);
	fails(db_open(&db, path, DB_READ, &test_err), ERR_NOT_FOUND);
	assert_false(file_exists(path));
	snprintf(path, sizeof path, "%s/text.db", test_folder);
	static char text[9000];
	memset(text, 'x', sizeof text);
	ok(file_put(path, str_n(text, sizeof text), 0600, &test_err));
	fails(db_open(&db, path, DB_WRITE, &test_err), ERR_CORRUPT);
	fails(db_open(&db, path, DB_READ, &test_err), ERR_CORRUPT);
	assert_int_not_equal(db_open(&db, test_folder, DB_WRITE, &test_err), ERR_OK);
	snprintf(path, sizeof path, "%s/no/such/folder.db", test_folder);
	assert_int_not_equal(db_open(&db, path, DB_CREATE, &test_err), ERR_OK);
	assert_null(db);
}

static void a_text_beyond_the_databases_maximum_is_refused(void **state) {
	(void)state;
	struct db_query q = db_query(test_db, "SELECT zeroblob(2000000000)");
	assert_false(db_row(&q));
	fails(db_done(&q, &test_err), ERR_TOO_LARGE);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_type_come_back_as_they_went_in),
		cmocka_unit_test(empty_text_is_not_null_unless_it_is_optional),
		cmocka_unit_test(parameters_bind_by_number_in_any_order_and_may_stand_twice),
		cmocka_unit_test(a_parameter_that_is_not_there_is_an_error),
		cmocka_unit_test(bindings_do_not_outlive_their_query),
		cmocka_unit_test(the_first_error_is_kept_and_the_rest_does_nothing),
		cmocka_unit_test(one_statement_may_be_open_several_times),
		cmocka_unit_test(rows_may_be_left_unread),
		cmocka_unit_test(many_different_statements_are_kept_apart),
		cmocka_unit_test(a_name_that_is_taken_is_told_apart_from_other_constraints),
		cmocka_unit_test(changes_and_keys_are_told),
		cmocka_unit_test(a_reader_can_not_write),
		cmocka_unit_test(what_is_no_database_is_told_apart),
		cmocka_unit_test(a_text_beyond_the_databases_maximum_is_refused),
	};
	return cmocka_run_group_tests(tests, open_database, remove_database);
}
