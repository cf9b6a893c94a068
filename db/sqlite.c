/* The SQLite engine of db.h. WAL: readers never wait for the writer; synchronous=FULL: what db_commit acknowledged
 * survives a power cut. */
#include "db.h"
#include "rank.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>

enum { PARAMETERS = 24, CACHE = 256, BUSY_MS = 10000 };

struct db_statement {
	sqlite3_stmt *stmt;
	const char *sql;
	struct db_statement *next;
	int place[PARAMETERS + 1]; /* of $n among SQLite's own numbers; 0: not there */
	bool busy, kept;
};

struct db {
	sqlite3 *handle;
	struct db_statement *cache[CACHE];
	int savepoints;
	enum db_mode mode;
};

static enum err_code code_of(int rc) {
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return ERR_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN: return ERR_STORAGE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_CORRUPT;
	case SQLITE_NOMEM: return ERR_MEMORY;
	case SQLITE_TOOBIG: return ERR_TOO_LARGE;
	case SQLITE_PERM:
	case SQLITE_AUTH: return ERR_FORBIDDEN;
	case SQLITE_INTERRUPT: return ERR_CANCELLED;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ? ERR_EXISTS : ERR_INTERNAL;
	default: return ERR_INTERNAL;
	}
}

static const char *words_of(enum err_code code) {
	switch ((int)code) {
	case ERR_BUSY: return "the database is busy with another process; try again";
	case ERR_STORAGE: return "the database could not be read or written (disk full, read-only or failing)";
	case ERR_CORRUPT: return "the database file is damaged or is not a database";
	case ERR_MEMORY: return "out of memory";
	case ERR_EXISTS: return "that name is taken";
	case ERR_TOO_LARGE: return "too large for the database";
	case ERR_CANCELLED: return "stopped";
	default: return "the database refused the request";
	}
}

static enum err_code fail(struct db *db, int rc, struct err *e) {
	enum err_code code = code_of(rc);
	err_set(e, code, "%s", words_of(code));
	err_detail(e, "SQLite %d: %s", rc, db && db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
	return code;
}

/* SQLite's own bookkeeping of memory takes a lock at every allocation. */
static void configure(void) {
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum err_code setting(struct db *db, const char *sql, struct err *e) {
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : fail(db, rc, e);
}

/* WAL wants to write beside the file even to read. Where that is not allowed and no log stands beside it, as in a backup on a medium that
 * can't be written, the file alone is the whole and is read as it is. */
static enum err_code open_as_it_is(struct db *db, const char *where, struct err *e) {
	autobuf struct buf uri = BUF(1 << 16);
	struct str path = str_of(where);
	buf_add(&uri, S("file:"));
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '%' || path.p[i] == '?' || path.p[i] == '#')
			buf_fmt(&uri, "%%%02X", (unsigned char)path.p[i]);
		else
			buf_add_char(&uri, path.p[i]);
	}
	buf_add(&uri, S("?immutable=1"));
	if (uri.failed) return err_set(e, ERR_MEMORY, "out of memory");
	sqlite3_close(db->handle);
	db->handle = NULL;
	int rc = sqlite3_open_v2(uri.p, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	return rc == SQLITE_OK ? ERR_OK : fail(db, rc, e);
}

static bool log_beside(const char *where) {
	autobuf struct buf log = BUF(1 << 16);
	buf_fmt(&log, "%s-wal", where);
	return log.failed || file_exists(log.p);
}

/* Nobody else on the machine reads a hub's database: SQLite gives its log and index the rights of the file. */
static void make_private(const char *where) {
	int fd = open(where, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) close(fd);
}

enum err_code db_open(struct db **out, const char *where, enum db_mode mode, struct err *e) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, configure);
	struct db *db = calloc(1, sizeof *db);
	if (!db) return err_set(e, ERR_MEMORY, "out of memory");
	db->mode = mode;
	/* A reader also opens for writing, since WAL needs its index file; query_only keeps it from writing rows. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (mode == DB_CREATE) {
		flags |= SQLITE_OPEN_CREATE;
		make_private(where);
	}
	int rc = sqlite3_open_v2(where, &db->handle, flags, NULL);
	enum err_code code = rc == SQLITE_OK ? ERR_OK : fail(db, rc, e);
	if (!code && mode == DB_READ && setting(db, "SELECT count(*) FROM sqlite_schema", NULL) == ERR_STORAGE && !log_beside(where))
		code = open_as_it_is(db, where, e);
	if (code == ERR_STORAGE && !file_exists(where)) code = err_set(e, ERR_NOT_FOUND, "%s: there is no database", where);
	if (!code) {
		sqlite3_busy_timeout(db->handle, BUSY_MS);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, 256, 400);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	}
	if (!code && mode == DB_CREATE) code = setting(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL", e);
	/* The whole file is mapped, as far as SQLite can (2 GB): a page that is read is then not copied out of the kernel first. */
	if (!code)
		code = setting(db,
			"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
			"PRAGMA cache_size=-8000; PRAGMA mmap_size=2147418112; PRAGMA wal_autocheckpoint=4000;"
			"PRAGMA journal_size_limit=67108864",
			e);
	if (!code) code = setting(db, mode == DB_READ ? "PRAGMA query_only=ON" : "PRAGMA cache_size=-32000", e);
	if (!code) code = rank_register(db->handle, e);
	if (code) {
		db_close(db);
		return code;
	}
	*out = db;
	return ERR_OK;
}

static void drop(struct db_statement *s) {
	sqlite3_finalize(s->stmt);
	free(s);
}

void db_close(struct db *db) {
	if (!db) return;
	for (size_t i = 0; i < CACHE; i++) {
		while (db->cache[i]) {
			struct db_statement *s = db->cache[i];
			db->cache[i] = s->next;
			drop(s);
		}
	}
	sqlite3_close(db->handle);
	free(db);
}

static struct db_statement *prepare(struct db *db, struct str sql, bool keep, int *rc) {
	struct db_statement *s = calloc(1, sizeof *s);
	if (!s) {
		*rc = SQLITE_NOMEM;
		return NULL;
	}
	*rc = sqlite3_prepare_v3(db->handle, sql.p, (int)sql.n, keep ? SQLITE_PREPARE_PERSISTENT : 0, &s->stmt, NULL);
	if (*rc != SQLITE_OK || !s->stmt) {
		if (*rc == SQLITE_OK) *rc = SQLITE_MISUSE;
		drop(s);
		return NULL;
	}
	for (int n = 1; n <= PARAMETERS; n++) {
		char name[8];
		snprintf(name, sizeof name, "$%d", n);
		s->place[n] = sqlite3_bind_parameter_index(s->stmt, name);
	}
	s->sql = sql.p;
	s->kept = keep;
	return s;
}

static struct db_query query(struct db *db, struct str sql, bool keep) {
	struct db_query q = {.db = db};
	struct db_statement **head = &db->cache[((uintptr_t)sql.p >> 3) % CACHE];
	if (keep)
		for (struct db_statement *s = *head; s; s = s->next) {
			if (s->sql != sql.p || s->busy) continue;
			s->busy = true;
			q.statement = s;
			return q;
		}
	int rc;
	q.statement = prepare(db, sql, keep, &rc);
	if (!q.statement) {
		q.code = code_of(rc) ? code_of(rc) : ERR_INTERNAL;
		snprintf(q.detail, sizeof q.detail, "SQLite %d: %s in %.*s", rc, sqlite3_errmsg(db->handle),
			sql.n > 60 ? 60 : (int)sql.n, sql.p);
		return q;
	}
	q.statement->busy = true;
	if (keep) {
		q.statement->next = *head;
		*head = q.statement;
	}
	return q;
}

struct db_query db_query(struct db *db, const char *sql) {
	return query(db, str_of(sql), true);
}

struct db_query db_query_once(struct db *db, struct str sql) {
	return query(db, sql, false);
}

static void failed(struct db_query *q, int rc) {
	if (q->code) return;
	q->code = code_of(rc) ? code_of(rc) : ERR_INTERNAL;
	snprintf(q->detail, sizeof q->detail, "SQLite %d: %s in %.60s", rc, sqlite3_errmsg(q->db->handle),
		q->statement ? q->statement->sql : "");
}

static int place(struct db_query *q, int n) {
	if (q->code) return 0;
	int at = n >= 1 && n <= PARAMETERS ? q->statement->place[n] : 0;
	if (!at) failed(q, SQLITE_RANGE);
	return at;
}

#define BIND(call) \
	do { \
		int at = place(q, n); \
		if (!at) return; \
		int rc = call; \
		if (rc != SQLITE_OK) failed(q, rc); \
	} while (0)

void db_bind_int(struct db_query *q, int n, int64_t value) {
	BIND(sqlite3_bind_int64(q->statement->stmt, at, value));
}
void db_bind_real(struct db_query *q, int n, double value) {
	BIND(sqlite3_bind_double(q->statement->stmt, at, value));
}
void db_bind_str(struct db_query *q, int n, struct str text) {
	BIND(sqlite3_bind_text64(q->statement->stmt, at, text.p ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8));
}
void db_bind_bytes(struct db_query *q, int n, struct str bytes) {
	BIND(sqlite3_bind_blob64(q->statement->stmt, at, bytes.p ? bytes.p : "", bytes.n, SQLITE_STATIC));
}
void db_bind_null(struct db_query *q, int n) {
	BIND(sqlite3_bind_null(q->statement->stmt, at));
}
void db_bind_opt(struct db_query *q, int n, struct str text) {
	if (text.n)
		db_bind_str(q, n, text);
	else
		db_bind_null(q, n);
}

bool db_row(struct db_query *q) {
	if (q->code) return false;
	int rc = sqlite3_step(q->statement->stmt);
	if (rc == SQLITE_ROW) return true;
	if (rc != SQLITE_DONE) failed(q, rc);
	return false;
}

int64_t db_int(struct db_query *q, int column) {
	return sqlite3_column_int64(q->statement->stmt, column);
}
double db_real(struct db_query *q, int column) {
	return sqlite3_column_double(q->statement->stmt, column);
}
struct str db_str(struct db_query *q, int column) {
	const void *p = sqlite3_column_blob(q->statement->stmt, column);
	int n = sqlite3_column_bytes(q->statement->stmt, column);
	return p ? str_n(p, (size_t)n) : STR_EMPTY;
}
bool db_is_null(struct db_query *q, int column) {
	return sqlite3_column_type(q->statement->stmt, column) == SQLITE_NULL;
}

void db_cancel(struct db_query *q) {
	struct db_statement *s = q->statement;
	if (!s) return;
	q->statement = NULL;
	if (s->kept) {
		sqlite3_reset(s->stmt);
		sqlite3_clear_bindings(s->stmt);
		s->busy = false;
	} else {
		drop(s);
	}
}

enum err_code db_done(struct db_query *q, struct err *e) {
	db_cancel(q);
	if (!q->code) return ERR_OK;
	err_set(e, q->code, "%s", words_of(q->code));
	err_detail(e, "%s", q->detail);
	return q->code;
}

enum err_code db_run(struct db_query *q, struct err *e) {
	db_row(q);
	return db_done(q, e);
}

int64_t db_changes(struct db *db) {
	return sqlite3_changes64(db->handle);
}
int64_t db_last_id(struct db *db) {
	return sqlite3_last_insert_rowid(db->handle);
}

enum err_code db_exec(struct db *db, const char *sql, struct err *e) {
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : fail(db, rc, e);
}

static enum err_code run_kept(struct db *db, const char *sql, struct err *e) {
	struct db_query q = db_query(db, sql);
	return db_run(&q, e);
}

enum err_code db_begin(struct db *db, struct err *e) {
	return run_kept(db, "BEGIN IMMEDIATE", e);
}

enum err_code db_commit(struct db *db, struct err *e) {
	enum err_code code = run_kept(db, "COMMIT", e);
	if (code) db_rollback(db);
	db->savepoints = 0;
	return code;
}

void db_rollback(struct db *db) {
	db->savepoints = 0;
	if (sqlite3_get_autocommit(db->handle)) return; /* SQLite rolled back by itself, as on a full disk */
	if (run_kept(db, "ROLLBACK", NULL)) sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum err_code db_read_begin(struct db *db, struct err *e) {
	return run_kept(db, "BEGIN", e);
}

void db_read_end(struct db *db) {
	db_rollback(db);
}

enum err_code db_savepoint(struct db *db, struct err *e) {
	enum err_code code = run_kept(db, "SAVEPOINT part", e);
	if (!code) db->savepoints++;
	return code;
}

enum err_code db_release(struct db *db, struct err *e) {
	db->savepoints--;
	return run_kept(db, "RELEASE part", e);
}

void db_rollback_to(struct db *db) {
	if (sqlite3_get_autocommit(db->handle)) return;
	if (!run_kept(db, "ROLLBACK TO part", NULL)) (void)!run_kept(db, "RELEASE part", NULL);
	db->savepoints--;
}

enum err_code db_copy(struct db *db, const char *to, struct err *e) {
	struct db copy = {0};
	if (file_exists(to)) return err_set(e, ERR_EXISTS, "%s: exists; a copy is written to a new file", to);
	make_private(to);
	int rc = sqlite3_open_v2(to, &copy.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL);
	enum err_code code = rc == SQLITE_OK ? ERR_OK : fail(&copy, rc, e);
	/* One step copies all pages of one snapshot: writers go on in the WAL meanwhile. */
	if (!code) {
		sqlite3_backup *backup = sqlite3_backup_init(copy.handle, "main", db->handle, "main");
		rc = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(copy.handle);
		sqlite3_backup_finish(backup);
		if (rc != SQLITE_DONE) code = fail(&copy, rc, e);
	}
	sqlite3_close(copy.handle);
	return code;
}

enum err_code db_check(struct db *db, struct err *e) {
	struct db_query q = db_query(db, "PRAGMA integrity_check(1)");
	if (db_row(&q) && !str_is(db_str(&q, 0), "ok")) {
		err_set(e, ERR_CORRUPT, "the database contradicts itself: %.*s", STR_ARG(db_str(&q, 0)));
		db_cancel(&q);
		return ERR_CORRUPT;
	}
	return db_done(&q, e);
}

void db_optimize(struct db *db) {
	sqlite3_exec(db->handle, "PRAGMA optimize", NULL, NULL, NULL);
}

bool db_checkpoint(struct db *db) {
	return sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK;
}
