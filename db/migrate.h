/* Numbered migrations: each brings the schema from one number to the next, in one transaction, once.
 *
 * DDL is written once; the words in braces become the engine's own:
 *     {id}         key that the database gives      INTEGER PRIMARY KEY
 *     {int}        64-bit integer                   INTEGER
 *     {text}       text in byte order               TEXT
 *     {bytes}      any bytes                        BLOB
 *     {clustered}  rows stored in the order of the primary key, behind the closing parenthesis
 * A statement that only one engine takes stands in `sqlite` (or, when that engine comes, `postgres`). */
#pragma once
#include "db.h"

struct migration {
	int number;       /* 1, 2, 3 … without a gap */
	const char *name;
	const char *ddl;    /* for every engine */
	const char *sqlite; /* for SQLite alone, after ddl; may be NULL */
};

/* Applies what is missing. ERR_UNSUPPORTED when the database has a higher number than the last one here: it was written by
 * a newer Polder. *applied counts those that ran. */
enum err_code db_migrate(struct db *db, const struct migration *list, size_t n, int *applied, struct err *e) must_use;
