/* What the tests of db/ share: a database in a temporary folder. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"
#include "db/migrate.h"

#define assert_str(s, expected) \
	do { \
		struct str got_ = (s); \
		const char *expected_ = (expected); \
		if (!str_is(got_, expected_)) fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got_), expected_); \
	} while (0)

static char test_folder[] = "/tmp/polder-db-XXXXXX";
static char test_path[64];
static struct db *test_db;
static struct err test_err;

static inline void ok_(enum err_code code, const char *file, int line) {
	if (!code) return;
	print_error("error %s: %s (%s)\n", err_name(code), test_err.message, test_err.detail);
	_fail(file, line);
}
/* The call must succeed; its words must go to &test_err. */
#define ok(call) ok_((call), __FILE__, __LINE__)
#define fails(call, expected) assert_int_equal((call), (expected))

static inline int64_t number(struct db *db, const char *sql) {
	struct db_query q = db_query_once(db, str_of(sql));
	int64_t value = db_row(&q) ? db_int(&q, 0) : -1;
	ok(db_done(&q, &test_err));
	return value;
}

static inline int open_database(void **state) {
	(void)state;
	if (!mkdtemp(test_folder)) return -1;
	snprintf(test_path, sizeof test_path, "%s/test.db", test_folder);
	if (db_open(&test_db, test_path, DB_CREATE, &test_err)) return -1;
	return db_exec(test_db, "CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT UNIQUE, year INTEGER, weight REAL, cover BLOB);"
		"CREATE TABLE page (book INTEGER NOT NULL REFERENCES book (id), n INTEGER NOT NULL)", &test_err);
}

static inline int remove_database(void **state) {
	(void)state;
	char command[100];
	db_close(test_db);
	snprintf(command, sizeof command, "rm -rf %s", test_folder);
	return system(command) == 0 ? 0 : -1;
}
