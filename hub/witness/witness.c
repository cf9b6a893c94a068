/* A witness in its folder, and how it answers. */
#include "witness.h"

#include <sodium.h>

#include "db/migrate.h"
#include "hub/key_file.h"
#include "hub/writer.h"

enum { WITNESS_CAP = 1 << 20, TRIES = 100, KEYS_MOST = 1000 };

struct witness {
	struct arena *arena;
	const char *database;
	struct tlog_signer signer;
	struct writer *writer;
};

static const char migration_first[] =
	/* hub/witness/witness.c */
	"CREATE TABLE witness ("
	"  name {text} NOT NULL,"
	"  key {text} NOT NULL"              /* its verifier key, which witness.key must be of */
	");"
	/* One row for each log that was ever on the list; it stays, so that what was cosigned is never forgotten. */
	"CREATE TABLE log ("
	"  origin {text} PRIMARY KEY,"
	"  size {int} NOT NULL,"             /* of the newest checkpoint that was cosigned; 0: none */
	"  root {bytes} NOT NULL,"
	"  checkpoint {text} NOT NULL,"      /* that checkpoint and its cosignature */
	"  at {int} NOT NULL"                /* when it was cosigned; 0 */
	") {clustered};"
	"CREATE TABLE log_key ("
	"  origin {text} NOT NULL REFERENCES log (origin),"
	"  key {text} NOT NULL,"             /* verifier key */
	"  added {int} NOT NULL,"
	"  PRIMARY KEY (origin, key)"
	") {clustered};";
static const struct migration migrations[] = {{1, "witness", migration_first, NULL}};

static const char *database_of(struct arena *a, const char *dir) {
	return file_join(a, dir, "witness.db");
}
static const char *key_of(struct arena *a, const char *dir) {
	return file_join(a, dir, "witness.key");
}

static enum err_code read_name(struct db *db, struct arena *a, struct str *name, struct str *key, struct err *e) {
	struct db_query q = db_query(db, "SELECT name, key FROM witness");
	*name = *key = STR_EMPTY;
	if (db_row(&q)) {
		*name = arena_str(a, db_str(&q, 0));
		*key = arena_str(a, db_str(&q, 1));
	}
	return db_done(&q, e);
}

/* ---- making one ---- */

static enum err_code read_signer(struct arena *a, const char *dir, struct str name, struct tlog_signer *out, struct err *e) {
	struct str seed = STR_EMPTY;
	enum err_code code = key_file_read(a, key_of(a, dir), TLOG_KEY_BYTES, &seed, e);
	if (!code) code = tlog_signer_make(name, TLOG_COSIGNATURE, (const unsigned char *)seed.p, out, e);
	if (seed.n) key_file_forget(seed);
	return code;
}

static enum err_code write_name(struct db *db, struct str name, struct str key, struct err *e) {
	struct db_query q = db_query(db, "INSERT INTO witness (name, key) VALUES ($1, $2)");
	db_bind_str(&q, 1, name);
	db_bind_str(&q, 2, key);
	return db_run(&q, e);
}

enum err_code witness_init(struct arena *a, const char *dir, struct str name, struct str *key, struct err *e) {
	struct tlog_signer signer = {0};
	struct db *db = NULL;
	int applied;
	if (!tlog_name_valid(name) || name.n > TLOG_NAME_BYTES)
		return err_set(e, ERR_INVALID, "a witness's name is like witness.example.org/one: 1 to %d bytes, neither white space nor '+'", TLOG_NAME_BYTES);
	enum err_code code = file_make_dir(dir, e);
	if (code) return code;
	if (file_exists(database_of(a, dir))) return err_set(e, ERR_EXISTS, "%s: there is a witness already", dir);
	/* A key whose witness forgot what it cosigned must sign nothing: it could cosign another history. */
	if (file_exists(key_of(a, dir)))
		return err_set(e, ERR_EXISTS, "%s: there is the key of a witness without its database; it must not sign any more. Take another folder, which gets another key", dir);
	code = read_signer(a, dir, arena_str(a, name), &signer, e);
	if (!code) *key = tlog_key_text(a, &signer.key);
	tlog_signer_wipe(&signer);
	if (!code) code = db_open(&db, database_of(a, dir), DB_CREATE, e);
	if (!code) code = db_migrate(db, migrations, lengthof(migrations), &applied, e);
	if (!code) code = write_name(db, name, *key, e);
	db_close(db);
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- opening one ---- */

static enum err_code open_one(struct witness *w, const char *dir, struct err *e) {
	struct db *db = NULL;
	struct str name = STR_EMPTY, key = STR_EMPTY;
	int applied;
	w->database = database_of(w->arena, dir);
	if (!file_exists(w->database)) return err_set(e, ERR_NOT_FOUND, "%s: there is no witness here; make one with `polder witness init %s --name NAME`", dir, dir);
	enum err_code code = db_open(&db, w->database, DB_WRITE, e);
	if (!code) code = db_migrate(db, migrations, lengthof(migrations), &applied, e);
	if (!code) code = read_name(db, w->arena, &name, &key, e);
	db_close(db);
	if (!code && (!name.n || !file_exists(key_of(w->arena, dir))))
		code = err_set(e, ERR_CORRUPT, "%s: the witness is not whole: make another one, in another folder", dir);
	if (!code) code = read_signer(w->arena, dir, name, &w->signer, e);
	if (!code && !str_eq(tlog_key_text(w->arena, &w->signer.key), key))
		code = err_set(e, ERR_CORRUPT, "%s: witness.key is not the key that the database knows", dir);
	return code ? code : writer_new(&w->writer, w->database, e);
}

enum err_code witness_open(struct witness **out, const char *dir, struct err *e) {
	struct arena *a = arena_new(WITNESS_CAP);
	struct witness *w = a ? arena_new_of(a, struct witness) : NULL;
	if (!w) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	w->arena = a;
	enum err_code code = open_one(w, dir, e);
	if (code) witness_close(w);
	else *out = w;
	return code;
}

void witness_close(struct witness *w) {
	if (!w) return;
	writer_free(w->writer);
	tlog_signer_wipe(&w->signer);
	arena_free(w->arena);
}

enum err_code witness_reader(const struct witness *w, struct db **out, struct err *e) {
	return db_open(out, w->database, DB_READ, e);
}

const struct tlog_key *witness_key(const struct witness *w) {
	return &w->signer.key;
}

/* ---- the logs ---- */

static enum err_code read_keys(struct db *db, struct arena *a, struct witness_log *log, struct err *e) {
	struct db_query q = db_query(db, "SELECT count(*) FROM log_key WHERE origin = $1");
	db_bind_str(&q, 1, log->origin);
	size_t room = db_row(&q) ? (size_t)db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	log->keys = arena_array(a, room + 1, sizeof *log->keys);
	if (!code && !log->keys) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	q = db_query(db, "SELECT key FROM log_key WHERE origin = $1 ORDER BY added, key");
	db_bind_str(&q, 1, log->origin);
	while (log->keys_n < room && db_row(&q)) log->keys[log->keys_n++] = arena_str(a, db_str(&q, 0));
	return db_done(&q, e);
}

static struct witness_log log_from(struct db_query *q, struct arena *a) {
	struct witness_log log = {.origin = arena_str(a, db_str(q, 0)), .head = {.size = (uint64_t)db_int(q, 1), .root = tlog_empty_root()},
		.checkpoint = arena_str(a, db_str(q, 3)), .at = db_int(q, 4)};
	struct str root = db_str(q, 2);
	if (root.n == SHA256_SIZE) memcpy(log.head.root.byte, root.p, SHA256_SIZE);
	return log;
}

enum err_code witness_logs(struct db *db, struct arena *a, struct witness_log **out, size_t *n, struct err *e) {
	enum err_code code = db_read_begin(db, e);
	if (code) return code;
	struct db_query q = db_query(db, "SELECT count(*) FROM log");
	size_t room = db_row(&q) ? (size_t)db_int(&q, 0) : 0;
	code = db_done(&q, e);
	struct witness_log *logs = arena_array(a, room + 1, sizeof *logs);
	if (!code && !logs) code = err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	if (!code) {
		q = db_query(db, "SELECT origin, size, root, checkpoint, at FROM log ORDER BY origin");
		while (*n < room && db_row(&q)) logs[(*n)++] = log_from(&q, a);
		code = db_done(&q, e);
	}
	for (size_t i = 0; i < *n && !code; i++) code = read_keys(db, a, &logs[i], e);
	db_read_end(db);
	*out = logs;
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code witness_log(struct db *db, struct arena *a, struct str origin, struct witness_log *out, struct err *e) {
	enum err_code code = db_read_begin(db, e);
	if (code) return code;
	struct db_query q = db_query(db, "SELECT origin, size, root, checkpoint, at FROM log WHERE origin = $1");
	db_bind_str(&q, 1, origin);
	bool found = db_row(&q);
	if (found) *out = log_from(&q, a);
	code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "this witness does not know the log");
	if (!code) code = read_keys(db, a, out, e);
	db_read_end(db);
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct listing {
	struct str key, origin;
	bool fresh;
};

static enum err_code put_key(struct db *db, void *arg, struct err *e) {
	struct listing *l = arg;
	int64_t n = 0;
	struct db_query q = db_query(db, "SELECT count(*) FROM log_key");
	if (db_row(&q)) n = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	if (!code && n >= KEYS_MOST) code = err_set(e, ERR_TOO_LARGE, "a witness keeps at most %d keys of logs", KEYS_MOST);
	if (code) return code;
	struct sha256 none = tlog_empty_root();
	q = db_query(db, "INSERT INTO log (origin, size, root, checkpoint, at) VALUES ($1, 0, $2, '', 0) ON CONFLICT (origin) DO NOTHING");
	db_bind_str(&q, 1, l->origin);
	db_bind_bytes(&q, 2, sha256_str(&none));
	code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "INSERT INTO log_key (origin, key, added) VALUES ($1, $2, $3) ON CONFLICT (origin, key) DO NOTHING");
	db_bind_str(&q, 1, l->origin);
	db_bind_str(&q, 2, l->key);
	db_bind_int(&q, 3, now());
	code = db_run(&q, e);
	l->fresh = !code && db_changes(db) == 1;
	return code;
}

static bool is_line(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127) return false;
	return str_utf8(s);
}

enum err_code witness_add(struct witness *w, struct str key, struct str origin, bool *fresh, struct err *e) {
	struct tlog_key k;
	enum err_code code = tlog_key_parse(key, &k, e);
	if (!code && k.type != TLOG_ED25519) code = err_set(e, ERR_INVALID, "that is the key of a witness, not of a log");
	if (!code && (origin.n > TLOG_ORIGIN_BYTES || !is_line(origin))) code = err_set(e, ERR_INVALID, "a log's origin is one line of at most %d bytes", TLOG_ORIGIN_BYTES);
	struct listing l = {.key = key, .origin = origin.n || code ? origin : k.name};
	if (!code) code = writer_change(w->writer, put_key, &l, e);
	if (!code) *fresh = l.fresh;
	return code;
}

static enum err_code drop_keys(struct db *db, void *arg, struct err *e) {
	const struct str *name = arg;
	struct db_query q = db_query(db, "DELETE FROM log_key WHERE key = $1 OR origin = $1");
	db_bind_str(&q, 1, *name);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = err_set(e, ERR_NOT_FOUND, "there is no such key on the list, nor a log of that name");
	return code;
}

enum err_code witness_remove(struct witness *w, struct str key_or_origin, struct err *e) {
	return writer_change(w->writer, drop_keys, &key_or_origin, e);
}

/* ---- what a log asks ---- */

/* The state of a log that is asked for; one without keys is not on the list. */
static enum err_code known_of(struct db *db, struct arena *a, struct str origin, struct tlog_witnessed *known, bool *found, struct err *e) {
	struct witness_log log;
	struct err why;
	enum err_code code = witness_log(db, a, origin, &log, &why);
	*found = !code && log.keys_n > 0;
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : err_set(e, code, "%s", why.message);
	struct tlog_key *keys = arena_array(a, log.keys_n + 1, sizeof *keys);
	if (!keys) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < log.keys_n && !code; i++) code = tlog_key_parse(log.keys[i], &keys[i], e);
	*known = (struct tlog_witnessed){.origin = log.origin, .keys = keys, .keys_n = log.keys_n, .head = log.head};
	return code;
}

struct swap {
	struct str origin, checkpoint;
	const struct tlog_head *from, *to;
};

/* The one place where what is known of a log changes. */
static enum err_code swap(struct db *db, void *arg, struct err *e) {
	const struct swap *s = arg;
	struct db_query q = db_query(db, "UPDATE log SET size = $4, root = $5, checkpoint = $6, at = $7 WHERE origin = $1 AND size = $2 AND root = $3 AND "
		"EXISTS (SELECT 1 FROM log_key k WHERE k.origin = log.origin)");
	db_bind_str(&q, 1, s->origin);
	db_bind_int(&q, 2, (int64_t)s->from->size);
	db_bind_bytes(&q, 3, sha256_str(&s->from->root));
	db_bind_int(&q, 4, (int64_t)s->to->size);
	db_bind_bytes(&q, 5, sha256_str(&s->to->root));
	db_bind_str(&q, 6, s->checkpoint);
	db_bind_int(&q, 7, now());
	enum err_code code = db_run(&q, e);
	return !code && db_changes(db) != 1 ? err_set(e, ERR_CONFLICT, "somebody else was faster") : code;
}

/* The checkpoint with the lines of keys that are known alone, and ours: whoever asks may have added others. */
static struct str checkpoint_of(struct arena *a, const struct tlog_add_checkpoint *r, const struct tlog_witnessed *known, struct str ours) {
	const struct tlog_note *n = &r->checkpoint.note;
	struct str lines = STR_EMPTY;
	for (size_t i = 0; i < n->n; i++)
		for (size_t j = 0; j < known->keys_n; j++)
			if (n->signatures[i].key_id == known->keys[j].id && str_eq(n->signatures[i].name, known->keys[j].name)) lines = arena_cat(a, lines, n->signatures[i].line);
	return tlog_note_make(a, n->text, arena_cat(a, lines, ours));
}

static enum err_code decide(struct witness *w, struct db *db, struct arena *a, const struct tlog_add_checkpoint *r, struct tlog_witness_answer *out, struct err *e) {
	struct tlog_witnessed known;
	bool found;
	enum err_code code = known_of(db, a, r->checkpoint.origin, &known, &found, e);
	if (!code) code = tlog_witness_decide(a, r, found ? &known : NULL, &w->signer, 1, now() / SECOND, out, e);
	if (code || out->status != 200) return code;
	struct swap s = {.origin = known.origin, .checkpoint = checkpoint_of(a, r, &known, out->body), .from = &known.head, .to = &out->head};
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : writer_change(w->writer, swap, &s, e);
}

enum err_code witness_answer(struct witness *w, struct db *db, struct arena *a, struct str body, struct tlog_witness_answer *out, struct err *e) {
	struct tlog_add_checkpoint r;
	struct tlog_witness_answer made;
	struct err why = {0};
	enum err_code code = tlog_add_checkpoint_parse(a, body, &r, &why);
	if (code == ERR_MEMORY) return err_set(e, code, "%s", why.message);
	if (code) {
		*out = tlog_witness_refuse(a, &why);
		return ERR_OK;
	}
	for (int i = 0; i < TRIES; i++) {
		code = decide(w, db, a, &r, &made, e);
		if (!code) *out = made;
		if (code != ERR_CONFLICT) return code;
	}
	return err_set(e, ERR_BUSY, "too many ask for this log at once");
}
