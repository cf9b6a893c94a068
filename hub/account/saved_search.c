#include "saved_search.h"

#include "hub/account/inside.h"

struct saving {
	struct str uid, name, query;
	int64_t id;
};

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static bool is_line(struct str s, size_t most) {
	bool ok = s.n >= 1 && s.n <= most && str_utf8(s);
	for (size_t i = 0; i < s.n; i++) ok &= (unsigned char)s.p[i] >= 32 && s.p[i] != 127;
	return ok;
}

static enum err_code save(struct db *db, void *arg, struct err *e) {
	struct saving *c = arg;
	struct db_query q = db_query(db, "SELECT count(*) FROM saved_search WHERE account = $1 AND name <> $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->name);
	int64_t others = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (!code && others >= SAVED_SEARCHES)
		code = err_set(e, ERR_CONFLICT, "there are %d saved searches already; take away some", SAVED_SEARCHES);
	if (code) return code;
	q = db_query(db,
		"INSERT INTO saved_search (account, name, query, created, seen) VALUES ($1, $2, $3, $4, $4) "
		"ON CONFLICT (account, name) DO UPDATE SET query = excluded.query RETURNING id");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->name);
	db_bind_str(&q, 3, c->query);
	db_bind_int(&q, 4, now());
	while (db_row(&q)) c->id = db_int(&q, 0);
	return db_done(&q, e);
}

enum err_code saved_search_save(struct hub *h, struct str uid, struct str name, struct str query, int64_t *id, struct err *e) {
	name = str_trim(name);
	if (!is_line(name, SAVED_SEARCH_NAME)) return wrong(e, "name", "a saved search is called by one line of at most 100 bytes");
	if (!is_line(query, SAVED_SEARCH_QUERY)) return wrong(e, "query", "there is nothing to search for, or too much");
	struct saving c = {uid, name, query, 0};
	enum err_code code = account_write(h, save, &c, e);
	if (!code) *id = c.id;
	return code;
}

static struct saved_search read_one(struct db_query *q, struct arena *a) {
	return (struct saved_search){db_int(q, 0), arena_str(a, db_str(q, 1)), arena_str(a, db_str(q, 2)), db_int(q, 3), db_int(q, 4)};
}

enum err_code saved_search_list(struct db *db, struct str uid, struct arena *a, struct saved_search **out, size_t *n, struct err *e) {
	struct saved_search *items = arena_array(a, SAVED_SEARCHES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT id, name, query, created, seen FROM saved_search WHERE account = $1 ORDER BY name LIMIT 200");
	db_bind_str(&q, 1, uid);
	size_t used = 0;
	while (used < SAVED_SEARCHES && db_row(&q)) items[used++] = read_one(&q, a);
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

static enum err_code none(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "there is no such saved search");
}

enum err_code saved_search_find(struct db *db, struct str uid, int64_t id, struct arena *a, struct saved_search *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT id, name, query, created, seen FROM saved_search WHERE account = $1 AND id = $2");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, id);
	bool found = db_row(&q);
	struct saved_search s = {0};
	if (found) s = read_one(&q, a);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = none(e);
	if (!code) *out = s;
	return code;
}

static enum err_code note_look(struct db *db, void *arg, struct err *e) {
	const struct saving *c = arg;
	struct db_query q = db_query(db, "UPDATE saved_search SET seen = $3 WHERE account = $1 AND id = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->id);
	db_bind_int(&q, 3, now());
	enum err_code code = db_run(&q, e);
	return code || db_changes(db) ? code : none(e);
}

enum err_code saved_search_looked_at(struct hub *h, struct str uid, int64_t id, struct err *e) {
	struct saving c = {.uid = uid, .id = id};
	return account_write(h, note_look, &c, e);
}

static enum err_code forget(struct db *db, void *arg, struct err *e) {
	const struct saving *c = arg;
	struct db_query q = db_query(db, "DELETE FROM saved_search WHERE account = $1 AND id = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->id);
	enum err_code code = db_run(&q, e);
	return code || db_changes(db) ? code : none(e);
}

enum err_code saved_search_delete(struct hub *h, struct str uid, int64_t id, struct err *e) {
	struct saving c = {.uid = uid, .id = id};
	return account_write(h, forget, &c, e);
}
