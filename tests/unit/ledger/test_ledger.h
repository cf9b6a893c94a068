/* What the tests of the log share: the log of a hub whose clock is moved, and what it says of records. */
#pragma once
#include "../account/test_account.h"

#include "hub/ledger/ledger.h"
#include "lib/tlog/verify.h"

static inline struct str sql_text(const char *sql) {
	struct db_query q = db_query_once(db, str_of(sql));
	struct str out = db_row(&q) ? arena_str(arena, db_str(&q, 0)) : STR_EMPTY;
	ok(db_done(&q, &test_err));
	return out;
}
static inline enum err_code run_sql(struct db *w, void *arg, struct err *e) {
	return db_exec(w, arg, e);
}
/* As whoever damages the database would. */
static inline void sql(const char *statement) {
	ok(writer_run(hub->writer, run_sql, (void *)(uintptr_t)statement, &test_err));
}
static inline int64_t entries_of(struct str uid) {
	return sql_number(arena_fmt(arena, "SELECT count(*) FROM entry e JOIN record r ON r.id = e.record WHERE r.uid = '%.*s'", STR_ARG(uid)).p);
}
/* Types of all entries of a record in their order, with blanks between. */
static inline struct str types_of(struct str uid) {
	struct str out = STR_EMPTY;
	struct db_query q = db_query(db, "SELECT e.type FROM entry e JOIN record r ON r.id = e.record WHERE r.uid = $1 ORDER BY e.id");
	db_bind_str(&q, 1, uid);
	while (db_row(&q)) out = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "", STR_ARG(entry_type_name((enum entry_type)db_int(&q, 0))));
	ok(db_done(&q, &test_err));
	return out;
}
/* The same without those that say nothing. */
static inline struct str said_of(struct str uid) {
	struct str all = types_of(uid), one, out = STR_EMPTY;
	while (all.n && str_split(&all, ' ', &one))
		if (!str_is(one, "commit")) out = arena_fmt(arena, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "", STR_ARG(one));
	return out;
}
/* What the log said last of a record to everybody. */
static inline const struct json *said_last(struct str uid) {
	const struct json *v;
	struct str text = sql_text(arena_fmt(arena, "SELECT e.statement FROM entry e JOIN record r ON r.id = e.record WHERE r.uid = '%.*s' AND e.type <> 1 "
		"ORDER BY e.id DESC LIMIT 1", STR_ARG(uid)).p);
	ok(json_parse(arena, text, NULL, &v, &test_err));
	return v;
}

/* ---- the log ---- */

static inline const char *in_log(const char *name) {
	return arena_fmt(arena, "%s/log/%s", folder, name).p;
}
static inline void keep_log(void) {
	ok(ledger_run(hub, db, &test_err));
}
static inline void end_epoch(void) {
	clock_now += hub->log.epoch;
	keep_log();
}
static inline struct tlog_checkpoint checkpoint(void) {
	struct str bytes;
	struct tlog_checkpoint c;
	ok(ledger_checkpoint(hub, arena, &bytes, &test_err));
	ok(tlog_checkpoint_parse(arena, bytes, &c, &test_err));
	return c;
}
/* The whole log up to the last of these checkpoints, each of which it must have gone through. */
static inline enum err_code check_checkpoints(const struct tlog_checkpoint *seen, size_t n) {
	struct tlog_key *keys;
	size_t keys_n;
	ok(ledger_keys(db, arena, &keys, &keys_n, &test_err));
	struct tlog_policy policy = {.origin = seen[0].origin, .log_keys = keys, .log_keys_n = keys_n};
	struct tlog_folder at = {.path = ledger_folder(arena, hub)};
	struct tlog_log log = {.reader = tlog_folder_reader(&at), .entries = true, .policy = &policy, .checkpoints = seen, .checkpoints_n = n};
	struct tlog_verified done;
	enum err_code code = tlog_verify_log(&log, &done, &test_err);
	if (!code) assert_int_equal(done.leaves, seen[n - 1].head.size);
	return code;
}
