#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "hub/account/account.h"
#include "hub/mail.h"
#include "hub/root.h"
#include "hub/seal.h"
#include "hub/webhook.h"
#include "hub/writer.h"
#include "lib/digest/digest.h"

enum { KEPT = 2, RESEAL_CAP = 512 << 20 };

void (*keys_step)(int step);

static void step(int n) {
	if (keys_step) keys_step(n);
}

/* One at a time in all processes: of two that write secret.key at once, one key would be lost. */
static enum err_code lock(const struct hub *h, int *fd, struct err *e) {
	int dir = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) return err_errno(e, errno, "%s", h->dir);
	if (flock(dir, LOCK_EX | LOCK_NB) != 0) {
		close(dir);
		return err_set(e, ERR_BUSY, "another process is changing the hub's keys; try again when it is done");
	}
	*fd = dir;
	return ERR_OK;
}

/* ---- rotating ---- */

struct resealing {
	struct hub *hub;
	int64_t n;
};

static enum err_code reseal(struct db *db, void *arg, struct err *e) {
	struct resealing *r = arg;
	r->n = 0;
	autoarena struct arena *a = arena_new(RESEAL_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = account_seal_again(r->hub, db, a, &r->n, e);
	if (!code) code = root_seal_again(r->hub, db, a, &r->n, e);
	if (!code) code = webhook_seal_again(r->hub, db, a, &r->n, e);
	return code ? code : mail_seal_again(r->hub, db, a, &r->n, e);
}

/* More than are kept: a rotation was stopped before its end, and goes on with the key that it made. */
static enum err_code put_new_first(const struct hub *h, struct err *e) {
	struct masters m;
	enum err_code code = masters_read(h->dir, &m, e);
	if (code || m.n > KEPT) return code;
	memmove(m.key[1], m.key[0], m.n * sizeof m.key[0]);
	random_bytes(m.key[0], sizeof m.key[0]);
	m.n++;
	code = masters_write(h->dir, &m, e);
	sodium_memzero(&m, sizeof m);
	return code;
}

static enum err_code drop_old(const struct hub *h, struct err *e) {
	struct masters m;
	enum err_code code = masters_read(h->dir, &m, e);
	if (!code && m.n > KEPT) {
		m.n = KEPT;
		code = masters_write(h->dir, &m, e);
	}
	sodium_memzero(&m, sizeof m);
	return code;
}

enum err_code keys_rotate(struct hub *h, struct keys_rotated *out, struct err *e) {
	autofd int fd = -1;
	struct keys_rotated done = {0};
	struct resealing r = {.hub = h};
	enum err_code code = lock(h, &fd, e);
	if (!code) code = put_new_first(h, e);
	if (code) return code;
	step(1);
	code = keystore_wrap_again(h->keys, &done.keys, e);
	if (code) return code;
	step(2);
	code = writer_run(h->writer, reseal, &r, e);
	if (code) return code;
	step(3);
	code = drop_old(h, e);
	if (code) return code;
	step(4);
	done.sealed = r.n;
	*out = done;
	return ERR_OK;
}

/* ---- copies ---- */

enum err_code keys_backup(struct hub *h, const char *to, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct masters m;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	if (file_exists(to)) return err_set(e, ERR_EXISTS, "%s: exists; a copy is written to a new folder", to);
	const char *partial = arena_fmt(a, "%s.partial-%d", to, (int)getpid()).p;
	if (mkdir(partial, 0700) != 0) return err_errno(e, errno, "%s", partial);
	/* The keys first: what they are wrapped with stays in secret.key beyond a rotation that comes in between. */
	enum err_code code = keystore_copy(h->keys, file_join(a, partial, "keys.db"), e);
	if (code == ERR_NOT_FOUND) code = ERR_OK;
	if (!code) code = masters_read(h->dir, &m, e);
	if (!code) code = masters_write(partial, &m, e);
	sodium_memzero(&m, sizeof m);
	if (!code && rename(partial, to) != 0) code = err_errno(e, errno, "%s", to);
	return code;
}

static enum err_code add_masters(const struct hub *h, const char *from, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct masters mine, theirs = {.n = 0};
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	if (!file_exists(file_join(a, from, "secret.key"))) return err_set(e, ERR_NOT_FOUND, "%s: there is no copy of keys here (secret.key)", from);
	enum err_code code = masters_read(from, &theirs, e);
	if (code) return code;
	if (!file_exists(file_join(a, h->dir, "secret.key"))) {
		code = masters_write(h->dir, &theirs, e);
		sodium_memzero(&theirs, sizeof theirs);
		return code;
	}
	code = masters_read(h->dir, &mine, e);
	size_t before = mine.n;
	for (size_t i = 0; i < theirs.n && !code; i++) {
		bool has = false;
		for (size_t j = 0; j < mine.n; j++) has |= sodium_memcmp(mine.key[j], theirs.key[i], sizeof mine.key[j]) == 0;
		if (!has && mine.n == MASTERS)
			code = err_set(e, ERR_CONFLICT, "secret.key holds %d keys already: rotate the keys first, then bring these back", MASTERS);
		else if (!has)
			memcpy(mine.key[mine.n++], theirs.key[i], sizeof mine.key[0]);
	}
	if (!code && mine.n > before) code = masters_write(h->dir, &mine, e);
	sodium_memzero(&mine, sizeof mine);
	sodium_memzero(&theirs, sizeof theirs);
	return code;
}

enum err_code keys_restore(struct hub *h, const char *from, int64_t *added, struct err *e) {
	autofd int fd = -1;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *keys = file_join(a, from, "keys.db");
	enum err_code code = lock(h, &fd, e);
	if (!code) code = add_masters(h, from, e);
	*added = 0;
	return code || !file_exists(keys) ? code : keystore_merge(h->keys, keys, added, e);
}

/* ---- what there is ---- */

enum err_code keys_status(struct hub *h, struct db *db, struct keys_status *out, struct err *e) {
	struct keys_status s = {0};
	enum err_code code = keystore_status(h->keys, &s.store, e);
	if (code) return code;
	struct db_query q = db_query(db, "SELECT key_id FROM record WHERE key_id IS NOT NULL AND erased IS NULL");
	while (db_row(&q)) {
		struct record_key k;
		s.records++;
		s.missing += keystore_find(h->keys, db_str(&q, 0), &k, NULL) != ERR_OK;
		record_key_wipe(&k);
	}
	code = db_done(&q, e);
	if (!code) *out = s;
	return code;
}

static int is_used(struct str id, void *arg) {
	struct db_query q = db_query(arg, "SELECT 1 FROM record WHERE key_id = $1");
	db_bind_str(&q, 1, id);
	int found = db_row(&q);
	return db_done(&q, NULL) ? -1 : found;
}

enum err_code keys_sweep(struct hub *h, struct db *db, struct err *e) {
	return keystore_sweep(h->keys, is_used, db, e);
}
