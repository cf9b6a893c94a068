/* One interface to the database, whatever the engine: SQLite now; PostgreSQL is to come behind the same calls.
 *
 * SQL is written once, for both engines: parameters `$1`, `$2` …, ON CONFLICT, RETURNING, CAST(… AS …), explicit NULLS, no
 * JSON operators. Only DDL differs, and there only the words in braces that db/migrate.h lists.
 *
 * A connection belongs to one thread at a time. Statements are prepared once a connection and kept.
 *
 *     struct db_query q = db_query(db, "SELECT id, title FROM book WHERE year = $1");
 *     db_bind_int(&q, 1, 1953);
 *     while (db_row(&q)) use(db_int(&q, 0), db_str(&q, 1));
 *     return db_done(&q, e);
 *
 * The first thing that goes wrong is kept in the query; the calls after it do nothing, and db_done reports it. Every query
 * must come to its db_done (db_cancel on the way out by another error). */
#pragma once
#include "base/base.h"

struct db;

enum db_mode {
	DB_READ,   /* refuses to write; sees one consistent state for each query or read transaction */
	DB_WRITE,
	DB_CREATE, /* DB_WRITE, and makes the database when it is not there */
};

/* where: the path of an SQLite file. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_STORAGE, ERR_CORRUPT (not a database). */
enum err_code db_open(struct db **out, const char *where, enum db_mode mode, struct err *e) must_use;
void db_close(struct db *db);

/* ---- queries ---- */

struct db_query {
	struct db *db;
	struct db_statement *statement; /* NULL after an error */
	enum err_code code;
	char detail[200];
};

/* sql must live as long as the connection (a literal). One statement. */
struct db_query db_query(struct db *db, const char *sql);
/* For SQL that is put together at run time, from parts that are literals: prepared for this once. */
struct db_query db_query_once(struct db *db, struct str sql);

/* Parameters are numbered from 1. Text and bytes must stay until db_done. */
void db_bind_int(struct db_query *q, int n, int64_t value);
void db_bind_real(struct db_query *q, int n, double value);
void db_bind_str(struct db_query *q, int n, struct str text);
void db_bind_bytes(struct db_query *q, int n, struct str bytes);
void db_bind_null(struct db_query *q, int n);
/* NULL when the text is empty. */
void db_bind_opt(struct db_query *q, int n, struct str text);

bool db_row(struct db_query *q);
/* Columns are numbered from 0. Text and bytes live until the next db_row or db_done. */
int64_t db_int(struct db_query *q, int column);
double db_real(struct db_query *q, int column);
struct str db_str(struct db_query *q, int column); /* "" for NULL */
bool db_is_null(struct db_query *q, int column);

/* Ends the query. ERR_OK also when rows were left unread. */
enum err_code db_done(struct db_query *q, struct err *e) must_use;
void db_cancel(struct db_query *q);

/* For statements without rows: steps once and ends. */
enum err_code db_run(struct db_query *q, struct err *e) must_use;
/* For a query of one row at most: true and the row stays open for reading until db_done, false when there is none. */
#define db_first db_row

/* Rows that the last INSERT, UPDATE or DELETE changed; the key that the last INSERT made. */
int64_t db_changes(struct db *db);
int64_t db_last_id(struct db *db);

/* One or more statements without parameters and rows. */
enum err_code db_exec(struct db *db, const char *sql, struct err *e) must_use;

/* ---- transactions ---- */

/* Takes the writer's place at once (BEGIN IMMEDIATE); waits up to 10 s for another process, then ERR_BUSY. */
enum err_code db_begin(struct db *db, struct err *e) must_use;
/* Durable when it returns ERR_OK; rolled back on an error. */
enum err_code db_commit(struct db *db, struct err *e) must_use;
void db_rollback(struct db *db);
/* One consistent state over several queries; end with db_read_end. */
enum err_code db_read_begin(struct db *db, struct err *e) must_use;
void db_read_end(struct db *db);
/* A part of a transaction that can be taken back alone. They nest. */
enum err_code db_savepoint(struct db *db, struct err *e) must_use;
enum err_code db_release(struct db *db, struct err *e) must_use;
void db_rollback_to(struct db *db);

/* ---- the whole ---- */

/* A consistent copy of a database that may be in use, written to a new file. */
enum err_code db_copy(struct db *db, const char *to, struct err *e) must_use;
/* ERR_CORRUPT with the first finding when the file contradicts itself. */
enum err_code db_check(struct db *db, struct err *e) must_use;
/* Lets the planner know the sizes of tables; cheap when nothing changed much. */
void db_optimize(struct db *db);
/* Writes the log back into the file and empties it, so that a copy of the file alone is whole. False when another's reading kept it from being emptied. */
bool db_checkpoint(struct db *db);
