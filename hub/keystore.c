#include "keystore.h"

#include <pthread.h>
#include <sodium.h>

#include "db/migrate.h"
#include "hub/seal.h"
#include "lib/digest/digest.h"

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES, WRAPPED = NONCE + RECORD_KEY + TAG };
enum { BATCH = 256, PAGE = 500, SWEPT = 5000 };

/* Sweeping waits so much longer than a key waits to be handed out that no process can hold one that is swept. */
#define POOL_LASTS (12 * HOUR)
#define UNUSED_LASTS (7 * DAY)

static const char tables[] =
	"CREATE TABLE record_key ("
	"  id {text} PRIMARY KEY,"
	"  wrapped {bytes} NOT NULL,"         /* nonce and the key, encrypted */
	"  created {int} NOT NULL,"
	"  used {int} NOT NULL"               /* 1: a record was seen to have it; never swept */
	") {clustered};"
	"CREATE TABLE destroyed_key ("
	"  id {text} PRIMARY KEY,"
	"  at {int} NOT NULL"
	") {clustered};";
static const struct migration migrations[] = {{1, "keys", tables, NULL}};

/* Keys for wrapping, derived from those in secret.key. */
struct wraps {
	unsigned char key[MASTERS][32];
	size_t n;
};

struct keystore {
	const char *dir;
	char *path;
	/* Looking. Apart from making, so that nobody who reads waits for the disk. */
	pthread_mutex_t looking;
	struct db *reader;   /* NULL: not opened yet */
	struct wraps wraps;  /* as of the last look into secret.key */
	/* Making and taking away. */
	pthread_mutex_t making;
	struct db *writer;
	struct record_key pool[BATCH];
	size_t pool_n, batch;
	moment made;         /* the pool */
};

void record_key_wipe(struct record_key *k) {
	sodium_memzero(k, sizeof *k);
}

enum err_code keystore_new(struct keystore **out, const char *dir, struct err *e) {
	if (sodium_init() < 0) return err_set(e, ERR_INTERNAL, "the library for encryption can't be used");
	struct keystore *ks = calloc(1, sizeof *ks);
	size_t n = strlen(dir) + sizeof "/keys.db";
	char *path = malloc(n);
	if (!ks || !path) {
		free(ks);
		free(path);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	snprintf(path, n, "%s/keys.db", dir);
	ks->dir = dir;
	ks->path = path;
	ks->batch = 1;
	pthread_mutex_init(&ks->looking, NULL);
	pthread_mutex_init(&ks->making, NULL);
	*out = ks;
	return ERR_OK;
}

/* ---- wrapping ---- */

static enum err_code read_wraps(const char *dir, struct wraps *out, struct err *e) {
	struct masters m;
	enum err_code code = masters_read(dir, &m, e);
	if (code) return code;
	for (size_t i = 0; i < m.n; i++) (void)crypto_kdf_derive_from_key(out->key[i], sizeof out->key[i], 1, "polwraps", m.key[i]);
	out->n = m.n;
	sodium_memzero(&m, sizeof m);
	return ERR_OK;
}

static void wrap(const struct wraps *w, const struct record_key *k, unsigned char out[WRAPPED]) {
	random_bytes(out, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, k->bytes, RECORD_KEY, (const unsigned char *)k->id, strlen(k->id), NULL, out, w->key[0]);
}

static bool unwrap(const struct wraps *w, struct str id, struct str wrapped, struct record_key *out) {
	if (wrapped.n != WRAPPED || id.n >= sizeof out->id) return false;
	const unsigned char *from = (const unsigned char *)wrapped.p;
	for (size_t i = 0; i < w->n; i++) {
		if (crypto_aead_xchacha20poly1305_ietf_decrypt(out->bytes, NULL, NULL, from + NONCE, RECORD_KEY + TAG, (const unsigned char *)id.p, id.n, from, w->key[i]))
			continue;
		memcpy(out->id, id.p, id.n);
		out->id[id.n] = 0;
		return true;
	}
	return false;
}

/* ---- the file ---- */

static enum err_code open_writer(struct keystore *ks, struct err *e) {
	if (ks->writer) return ERR_OK;
	struct db *db;
	int applied;
	enum err_code code = db_open(&db, ks->path, DB_CREATE, e);
	if (code) return code;
	code = db_migrate(db, migrations, lengthof(migrations), &applied, e);
	if (code)
		db_close(db);
	else
		ks->writer = db;
	return code;
}

/* *there is false where no key was ever made. */
static enum err_code open_reader(struct keystore *ks, bool *there, struct err *e) {
	*there = ks->reader || file_exists(ks->path);
	if (ks->reader || !*there) return ERR_OK;
	return db_open(&ks->reader, ks->path, DB_READ, e);
}

static enum err_code named(const struct keystore *ks, enum err_code code, struct err *e) {
	if (code && e) err_prefix(e, "%s", ks->path);
	return code;
}

/* ---- making ---- */

static enum err_code insert(struct db *db, const struct wraps *w, const struct record_key *k, moment at, struct err *e) {
	unsigned char wrapped[WRAPPED];
	wrap(w, k, wrapped);
	struct db_query q = db_query(db, "INSERT INTO record_key (id, wrapped, created, used) VALUES ($1, $2, $3, 0)");
	db_bind_str(&q, 1, str_of(k->id));
	db_bind_bytes(&q, 2, str_n(wrapped, sizeof wrapped));
	db_bind_int(&q, 3, at);
	return db_run(&q, e);
}

static enum err_code take_away(struct db *db, struct str id, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM record_key WHERE id = $1");
	db_bind_str(&q, 1, id);
	return db_run(&q, e);
}

static void make_key(struct record_key *k) {
	unsigned char random[12];
	random_bytes(random, sizeof random);
	memcpy(k->id, "K-", 2);
	for (size_t i = 0; i < sizeof random; i++) snprintf(k->id + 2 + 2 * i, 3, "%02x", random[i]);
	random_bytes(k->bytes, sizeof k->bytes);
}

/* secret.key is read inside the transaction: a rotation wraps every row in one of its own, so what was wrapped with the key before it came earlier, and is
 * wrapped again by it. */
static enum err_code fill_pool(struct keystore *ks, struct err *e) {
	struct wraps w;
	enum err_code code = open_writer(ks, e);
	if (!code) code = db_begin(ks->writer, e);
	if (code) return code;
	code = read_wraps(ks->dir, &w, e);
	size_t n = 0;
	moment at = now();
	for (; n < ks->batch && !code; n++) {
		make_key(&ks->pool[n]);
		code = insert(ks->writer, &w, &ks->pool[n], at, e);
	}
	sodium_memzero(&w, sizeof w);
	if (code)
		db_rollback(ks->writer);
	else
		code = db_commit(ks->writer, e);
	if (code) {
		sodium_memzero(ks->pool, sizeof ks->pool);
		return code;
	}
	ks->pool_n = n;
	ks->made = at;
	if (ks->batch < BATCH) ks->batch *= 2;
	return ERR_OK;
}

static void empty_pool(struct keystore *ks) {
	enum err_code code = ks->pool_n ? db_begin(ks->writer, NULL) : ERR_OK;
	for (size_t i = 0; i < ks->pool_n && !code; i++) code = take_away(ks->writer, str_of(ks->pool[i].id), NULL);
	if (ks->pool_n && code) db_rollback(ks->writer);
	else if (ks->pool_n) (void)!db_commit(ks->writer, NULL); /* what stays is swept */
	sodium_memzero(ks->pool, sizeof ks->pool);
	ks->pool_n = 0;
}

enum err_code keystore_take(struct keystore *ks, struct record_key *out, struct err *e) {
	pthread_mutex_lock(&ks->making);
	moment at = now();
	if (ks->pool_n && (at < ks->made || at - ks->made > POOL_LASTS)) {
		empty_pool(ks);
		ks->batch = 1;
	}
	enum err_code code = ks->pool_n ? ERR_OK : fill_pool(ks, e);
	if (!code) {
		*out = ks->pool[--ks->pool_n];
		record_key_wipe(&ks->pool[ks->pool_n]);
	}
	pthread_mutex_unlock(&ks->making);
	return named(ks, code, e);
}

void keystore_free(struct keystore *ks) {
	if (!ks) return;
	empty_pool(ks);
	db_close(ks->writer);
	db_close(ks->reader);
	pthread_mutex_destroy(&ks->looking);
	pthread_mutex_destroy(&ks->making);
	sodium_memzero(ks->wraps.key, sizeof ks->wraps.key);
	free(ks->path);
	free(ks);
}

/* ---- finding ---- */

static enum err_code was_destroyed(struct db *db, struct str id, bool *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT 1 FROM destroyed_key WHERE id = $1");
	db_bind_str(&q, 1, id);
	*out = db_row(&q);
	return db_done(&q, e);
}

static enum err_code look(struct keystore *ks, struct str id, struct record_key *out, struct err *e) {
	bool there, found = false, destroyed = false, opened = false;
	char wrapped[WRAPPED];
	enum err_code code = open_reader(ks, &there, e);
	if (code) return code;
	if (there) {
		struct db_query q = db_query(ks->reader, "SELECT wrapped FROM record_key WHERE id = $1");
		db_bind_str(&q, 1, id);
		found = db_row(&q) && db_str(&q, 0).n == sizeof wrapped;
		if (found) memcpy(wrapped, db_str(&q, 0).p, sizeof wrapped);
		code = db_done(&q, e);
		if (!code && !found) code = was_destroyed(ks->reader, id, &destroyed, e);
	}
	if (code) return code;
	if (destroyed) return err_set(e, ERR_GONE, "the record was erased: its key was destroyed");
	if (!found) return err_set(e, ERR_UNSUPPORTED, "what it holds is encrypted, and this hub does not have its key (keys.db): bring back the copy of the keys");
	/* Another process may have rotated the keys since. */
	for (int attempt = 0; attempt < 2 && !opened && !code; attempt++) {
		if (attempt || !ks->wraps.n) code = read_wraps(ks->dir, &ks->wraps, e);
		if (!code) opened = unwrap(&ks->wraps, id, str_n(wrapped, sizeof wrapped), out);
	}
	if (!code && !opened)
		code = err_set(e, ERR_UNSUPPORTED, "what it holds is encrypted, and its key is wrapped with another key than this hub has (secret.key): bring back the copy of the keys");
	return code;
}

enum err_code keystore_find(struct keystore *ks, struct str id, struct record_key *out, struct err *e) {
	pthread_mutex_lock(&ks->looking);
	enum err_code code = look(ks, id, out, e);
	pthread_mutex_unlock(&ks->looking);
	return code;
}

/* ---- taking away ---- */

/* In a transaction of the writer. */
static enum err_code destroy(struct db *db, struct str id, moment at, struct err *e) {
	enum err_code code = take_away(db, id, e);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO destroyed_key (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
	db_bind_str(&q, 1, id);
	db_bind_int(&q, 2, at);
	return db_run(&q, e);
}

static enum err_code end(struct keystore *ks, enum err_code code, struct err *e) {
	if (code)
		db_rollback(ks->writer);
	else
		code = db_commit(ks->writer, e);
	return code;
}

static enum err_code empty_log(struct keystore *ks, struct err *e) {
	return db_checkpoint(ks->writer) ? ERR_OK : err_set(e, ERR_BUSY, "another process reads the keys; try again");
}

enum err_code keystore_destroy(struct keystore *ks, struct str id, struct err *e) {
	pthread_mutex_lock(&ks->making);
	enum err_code code = open_writer(ks, e);
	if (!code && !(code = db_begin(ks->writer, e))) code = end(ks, destroy(ks->writer, id, now(), e), e);
	if (!code) code = empty_log(ks, e);
	pthread_mutex_unlock(&ks->making);
	return named(ks, code, e);
}

struct waiting {
	char id[RECORD_KEY_ID];
	moment created;
};

static enum err_code sweep(struct keystore *ks, int (*used)(struct str id, void *arg), void *arg, struct waiting *list, struct err *e) {
	size_t n = 0;
	struct db_query q = db_query(ks->writer, "SELECT id, created FROM record_key WHERE used = 0 ORDER BY created, id LIMIT 5000");
	while (n < SWEPT && db_row(&q)) {
		struct str id = db_str(&q, 0);
		if (id.n >= sizeof list[n].id) continue;
		memcpy(list[n].id, id.p, id.n);
		list[n].id[id.n] = 0;
		list[n++].created = db_int(&q, 1);
	}
	enum err_code code = db_done(&q, e);
	moment at = now();
	for (size_t i = 0; i < n && !code; i++) {
		int is = used(str_of(list[i].id), arg);
		if (is < 0) break;
		if (!is && list[i].created > at - UNUSED_LASTS) continue;
		if (!is) {
			code = take_away(ks->writer, str_of(list[i].id), e);
			continue;
		}
		q = db_query(ks->writer, "UPDATE record_key SET used = 1 WHERE id = $1");
		db_bind_str(&q, 1, str_of(list[i].id));
		code = db_run(&q, e);
	}
	return code;
}

enum err_code keystore_sweep(struct keystore *ks, int (*used)(struct str id, void *arg), void *arg, struct err *e) {
	if (!file_exists(ks->path)) return ERR_OK;
	autofree struct waiting *list = calloc(SWEPT, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	pthread_mutex_lock(&ks->making);
	enum err_code code = open_writer(ks, e);
	if (!code && !(code = db_begin(ks->writer, e))) code = end(ks, sweep(ks, used, arg, list, e), e);
	pthread_mutex_unlock(&ks->making);
	return named(ks, code, e);
}

/* ---- all of them ---- */

/* Calls fn for each key, in pages, so that fn may write the row. */
static enum err_code each(struct db *db, enum err_code (*fn)(struct db *db, struct str id, struct str wrapped, void *arg, struct err *e), void *arg, struct err *e) {
	char last[RECORD_KEY_ID] = "";
	for (size_t n = PAGE; n == PAGE;) {
		struct {
			char id[RECORD_KEY_ID], wrapped[WRAPPED];
		} rows[PAGE];
		struct db_query q = db_query(db, "SELECT id, wrapped FROM record_key WHERE id > $1 ORDER BY id LIMIT 500");
		db_bind_str(&q, 1, str_of(last));
		for (n = 0; n < PAGE && db_row(&q); n++) {
			struct str id = db_str(&q, 0), wrapped = db_str(&q, 1);
			memset(&rows[n], 0, sizeof rows[n]);
			memcpy(rows[n].id, id.p, id.n < RECORD_KEY_ID ? id.n : RECORD_KEY_ID - 1);
			if (wrapped.n == WRAPPED) memcpy(rows[n].wrapped, wrapped.p, WRAPPED);
		}
		enum err_code code = db_done(&q, e);
		for (size_t i = 0; i < n && !code; i++) code = fn(db, str_of(rows[i].id), str_n(rows[i].wrapped, WRAPPED), arg, e);
		if (code) return code;
		if (n) memcpy(last, rows[n - 1].id, sizeof last);
	}
	return ERR_OK;
}

struct wrapping {
	struct wraps wraps;
	int64_t done, unreadable;
};

static enum err_code wrap_row(struct db *db, struct str id, struct str wrapped, void *arg, struct err *e) {
	struct wrapping *w = arg;
	struct record_key k;
	unsigned char fresh[WRAPPED];
	if (!unwrap(&w->wraps, id, wrapped, &k)) {
		w->unreadable++; /* of a key that this hub never had, or lost: it stays as it is, and may come back */
		return ERR_OK;
	}
	wrap(&w->wraps, &k, fresh);
	record_key_wipe(&k);
	w->done++;
	struct db_query q = db_query(db, "UPDATE record_key SET wrapped = $2 WHERE id = $1");
	db_bind_str(&q, 1, id);
	db_bind_bytes(&q, 2, str_n(fresh, sizeof fresh));
	return db_run(&q, e);
}

enum err_code keystore_wrap_again(struct keystore *ks, int64_t *keys, struct err *e) {
	*keys = 0;
	if (!file_exists(ks->path)) return ERR_OK;
	struct wrapping w = {0};
	pthread_mutex_lock(&ks->making);
	enum err_code code = open_writer(ks, e);
	if (!code && !(code = db_begin(ks->writer, e))) {
		code = read_wraps(ks->dir, &w.wraps, e);
		if (!code) code = each(ks->writer, wrap_row, &w, e);
		code = end(ks, code, e);
	}
	if (!code) code = empty_log(ks, e);
	pthread_mutex_unlock(&ks->making);
	sodium_memzero(&w.wraps, sizeof w.wraps);
	if (!code) *keys = w.done;
	return named(ks, code, e);
}

static enum err_code try_row(struct db *db, struct str id, struct str wrapped, void *arg, struct err *e) {
	struct wrapping *w = arg;
	struct record_key k;
	(void)db;
	(void)e;
	if (unwrap(&w->wraps, id, wrapped, &k)) w->done++;
	else w->unreadable++;
	record_key_wipe(&k);
	return ERR_OK;
}

enum err_code keystore_status(struct keystore *ks, struct keystore_status *out, struct err *e) {
	struct keystore_status s = {0};
	struct wrapping w = {0};
	bool there = false;
	pthread_mutex_lock(&ks->looking);
	enum err_code code = open_reader(ks, &there, e);
	if (!code) code = read_wraps(ks->dir, &w.wraps, e);
	if (!code && there) {
		struct db_query q = db_query(ks->reader,
			"SELECT count(*), coalesce(sum(used), 0), coalesce(min(created), 0), (SELECT count(*) FROM destroyed_key) FROM record_key");
		if (db_row(&q)) s = (struct keystore_status){.keys = db_int(&q, 0), .used = db_int(&q, 1), .oldest = db_int(&q, 2), .destroyed = db_int(&q, 3)};
		code = db_done(&q, e);
		if (!code) code = each(ks->reader, try_row, &w, e);
	}
	pthread_mutex_unlock(&ks->looking);
	s.masters = (int64_t)w.wraps.n;
	s.unreadable = w.unreadable;
	sodium_memzero(&w.wraps, sizeof w.wraps);
	if (!code) *out = s;
	return named(ks, code, e);
}

/* ---- copies ---- */

enum err_code keystore_copy(struct keystore *ks, const char *to, struct err *e) {
	bool there = false;
	pthread_mutex_lock(&ks->looking);
	enum err_code code = open_reader(ks, &there, e);
	if (!code && !there) code = err_set(e, ERR_NOT_FOUND, "%s: no record needed a key yet", ks->path);
	if (!code) code = db_copy(ks->reader, to, e);
	pthread_mutex_unlock(&ks->looking);
	return code;
}

struct merging {
	struct db *to;
	struct wraps wraps;
	moment at;
	int64_t added;
};

static enum err_code merge_row(struct db *from, struct str id, struct str wrapped, void *arg, struct err *e) {
	struct merging *m = arg;
	struct record_key k;
	bool destroyed = false;
	(void)from;
	enum err_code code = was_destroyed(m->to, id, &destroyed, e);
	if (code || destroyed) return code;
	struct db_query q = db_query(m->to, "SELECT wrapped FROM record_key WHERE id = $1");
	db_bind_str(&q, 1, id);
	bool found = db_row(&q), readable = found && unwrap(&m->wraps, id, db_str(&q, 0), &k);
	code = db_done(&q, e);
	if (code || readable) return code;
	if (!unwrap(&m->wraps, id, wrapped, &k)) return ERR_OK;
	if (found) code = take_away(m->to, id, e);
	if (!code) code = insert(m->to, &m->wraps, &k, m->at, e);
	record_key_wipe(&k);
	m->added += !code;
	return code;
}

static enum err_code merge_destroyed(struct db *from, struct merging *m, struct err *e) {
	enum err_code code = ERR_OK;
	struct db_query q = db_query(from, "SELECT id, at FROM destroyed_key");
	while (!code && db_row(&q)) code = destroy(m->to, db_str(&q, 0), db_int(&q, 1), e);
	enum err_code ended = db_done(&q, code ? NULL : e);
	return code ? code : ended;
}

enum err_code keystore_merge(struct keystore *ks, const char *from, int64_t *added, struct err *e) {
	struct db *copy;
	enum err_code code = db_open(&copy, from, DB_READ, e);
	if (code) return code;
	struct merging m = {.at = now()};
	pthread_mutex_lock(&ks->making);
	code = open_writer(ks, e);
	m.to = ks->writer;
	if (!code && !(code = db_begin(ks->writer, e))) {
		code = read_wraps(ks->dir, &m.wraps, e);
		if (!code) code = merge_destroyed(copy, &m, e);
		if (!code) code = each(copy, merge_row, &m, e);
		code = end(ks, code, e);
	}
	if (!code) code = empty_log(ks, e);
	pthread_mutex_unlock(&ks->making);
	db_close(copy);
	sodium_memzero(&m.wraps, sizeof m.wraps);
	if (!code) *added = m.added;
	return named(ks, code, e);
}
