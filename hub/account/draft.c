#include "draft.h"

#include "hub/account/inside.h"
#include "hub/seal.h"

struct saving {
	struct str uid, name, body;
};

static bool name_fits(struct str name) {
	bool ok = name.n >= 1 && name.n <= DRAFT_NAME && str_utf8(name);
	for (size_t i = 0; i < name.n; i++) ok &= (unsigned char)name.p[i] >= 32 && name.p[i] != 127;
	return ok;
}

static enum err_code save(struct db *db, void *arg, struct err *e) {
	const struct saving *c = arg;
	struct db_query q = db_query(db, "SELECT count(*) FROM draft WHERE account = $1 AND name <> $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->name);
	int64_t others = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (!code && others >= DRAFTS) code = err_set(e, ERR_CONFLICT, "there are %d drafts already; finish or throw away some", DRAFTS);
	if (code) return code;
	q = db_query(db,
		"INSERT INTO draft (account, name, body, updated) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (account, name) DO UPDATE SET body = excluded.body, updated = excluded.updated");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->name);
	db_bind_bytes(&q, 3, c->body);
	db_bind_int(&q, 4, now());
	return db_run(&q, e);
}

enum err_code draft_save(struct hub *h, struct str uid, struct str name, struct str body, struct err *e) {
	if (!name_fits(name)) return err_set(e, ERR_INVALID, "a draft's name is one line of at most %d bytes", DRAFT_NAME);
	if (body.n > DRAFT_BYTES) return err_set(e, ERR_TOO_LARGE, "a draft may have at most %d MB", DRAFT_BYTES >> 20);
	autoarena struct arena *a = arena_new(2 * (size_t)DRAFT_BYTES);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct saving c = {uid, name, STR_EMPTY};
	enum err_code code = seal(h, body, a, &c.body, e);
	return code ? code : account_write(h, save, &c, e);
}

enum err_code draft_load(const struct hub *h, struct db *db, struct str uid, struct str name, struct arena *a, struct draft *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT body, updated FROM draft WHERE account = $1 AND name = $2");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, name);
	struct draft d = {.name = arena_str(a, name)};
	bool found = db_row(&q);
	if (found) {
		d.body = arena_str(a, db_str(&q, 0));
		d.updated = db_int(&q, 1);
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "there is no such draft");
	if (!code) code = unseal(h, d.body, a, &d.body, e);
	d.bytes = (int64_t)d.body.n;
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = d;
	return code;
}

static enum err_code forget(struct db *db, void *arg, struct err *e) {
	const struct saving *c = arg;
	struct db_query q = db_query(db, "DELETE FROM draft WHERE account = $1 AND name = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->name);
	return db_run(&q, e);
}

enum err_code draft_delete(struct hub *h, struct str uid, struct str name, struct err *e) {
	struct saving c = {uid, name, STR_EMPTY};
	return account_write(h, forget, &c, e);
}

enum err_code draft_list(struct db *db, struct str uid, struct arena *a, struct draft **out, size_t *n, struct err *e) {
	struct draft *items = arena_array(a, DRAFTS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT name, length(body), updated FROM draft WHERE account = $1 ORDER BY updated DESC, name LIMIT 200");
	db_bind_str(&q, 1, uid);
	size_t used = 0;
	while (used < DRAFTS && db_row(&q))
		items[used++] = (struct draft){.name = arena_str(a, db_str(&q, 0)), .bytes = db_int(&q, 1) - SEAL_OVERHEAD, .updated = db_int(&q, 2)};
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* The record's uid is the last of such a name, or a part of it between slashes. */
enum err_code draft_forget_record(struct db *db, struct str record, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM draft WHERE name LIKE '%/' || $1 OR name LIKE '%/' || $1 || '/%'");
	db_bind_str(&q, 1, record);
	return db_run(&q, e);
}
