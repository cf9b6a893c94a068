/* The one writer of a process: work that changes the database queues here and is grouped into durable commits.
 *
 * Whoever finds nobody at work does the work of all who wait, then wakes them; so under load one fsync serves many. Other processes on
 * the same hub are kept out by the database's own lock. */
#pragma once
#include "db/db.h"

struct writer;

enum err_code writer_new(struct writer **out, const char *database, struct err *e) must_use;
void writer_free(struct writer *w);

/* Runs fn in a transaction (not the first in it, perhaps) and returns when that is durable. fn keeps its own failures to itself with
 * savepoints and returns ERR_OK; an error from it, or from the commit, takes back the whole transaction, and all who were in it get that
 * error. fn may be called on another thread. */
enum err_code writer_run(struct writer *w, enum err_code (*fn)(struct db *db, void *arg, struct err *e), void *arg, struct err *e)
	must_use;
/* The same with fn in a savepoint of its own: what it refuses is taken back alone and its error comes to the caller, while trouble with the database itself
 * (ERR_STORAGE, ERR_BUSY, ERR_CORRUPT, ERR_MEMORY) takes back the whole. */
enum err_code writer_change(struct writer *w, enum err_code (*fn)(struct db *db, void *arg, struct err *e), void *arg, struct err *e)
	must_use;
