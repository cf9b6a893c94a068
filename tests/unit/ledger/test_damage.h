/* What the tests share that change a database behind the hub's back: verifying must find it. */
#pragma once
#include "test_ledger.h"

#include "hub/ledger/verify.h"

static inline size_t findings(void) {
	struct ledger_report r;
	ok(ledger_verify(hub, db, arena, NULL, 0, &r, &test_err));
	return r.n;
}

/* Outside every transaction, as who has the file does it. */
static inline void change_rows(const char *dir, const char *statements) {
	struct db *own;
	ok(db_open(&own, file_join(arena, dir, "hub.db"), DB_WRITE, &test_err));
	ok(db_exec(own, "PRAGMA foreign_keys = OFF", &test_err));
	ok(db_exec(own, statements, &test_err));
	db_close(own);
}

/* In a copy of the hub, which is whole before. n: another for each. */
static inline void damaged(size_t n, const char *damage) {
	const char *dir = arena_fmt(arena, "%s-damaged-%zu", folder, n).p;
	struct hub *whole = hub;
	struct db *whole_db = db;
	ok(hub_backup(folder, dir, &test_err));
	ok(hub_open(&hub, dir, &test_err));
	ok(hub_reader(hub, &db, &test_err));
	assert_int_equal(findings(), 0);
	change_rows(dir, damage);
	if (findings() == 0) fail_msg("not found: %s", damage);
	db_close(db);
	hub_close(hub);
	hub = whole;
	db = whole_db;
}
