/* The rows, read. */
#include "hub/peer/inside.h"

#include "hub/account/audit.h"
#include "hub/writer.h"

void peer_read(struct arena *a, struct db_query *q, struct peer *out) {
	*out = (struct peer){.id = db_int(q, 0), .origin = arena_str(a, db_str(q, 1)), .key = arena_str(a, db_str(q, 2)), .name = arena_str(a, db_str(q, 3)),
		.url = arena_str(a, db_str(q, 4)), .prefix = arena_str(a, db_str(q, 5)), .listed = str_is(db_str(q, 6), "listed"), .follows = db_int(q, 7) != 0,
		.since = db_int(q, 8), .looked_at = db_int(q, 9), .size = db_int(q, 10), .failed = arena_str(a, db_str(q, 11)), .seen = arena_str(a, db_str(q, 12))};
}

enum err_code peer_list(struct db *db, struct arena *a, bool removed, struct peer **out, size_t *n, struct err *e) {
	struct peer *items = arena_array(a, PEERS_MOST, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db,
		"SELECT id, origin, key, name, url, prefix, state, follows, since, looked_at, size, failed, NULL FROM peer WHERE state = 'listed' OR $1 = 1 ORDER BY origin");
	db_bind_int(&q, 1, removed);
	for (*n = 0; *n < PEERS_MOST && db_row(&q); (*n)++) peer_read(a, &q, &items[*n]);
	*out = items;
	enum err_code code = db_done(&q, e);
	return !code && arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : code;
}

static enum err_code one(struct db_query q, struct str name, struct arena *a, struct peer *out, struct err *e) {
	db_bind_str(&q, 1, name);
	bool found = name.n && db_row(&q);
	if (found) peer_read(a, &q, out);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "no hub by the name \"%.*s\" is in the directory", STR_ARG(str_cut_utf8(name, 100)));
	return code;
}

enum err_code peer_find(struct db *db, struct arena *a, struct str name, struct peer *out, struct err *e) {
	while (name.n && name.p[name.n - 1] == '/') name.n--;
	/* A log's name before an address before a prefix: of names that mean several hubs. */
	return one(db_query(db, "SELECT " PEER_COLUMNS " FROM peer WHERE state = 'listed' AND (origin = $1 OR url = $1 OR prefix = $1) "
		"ORDER BY CASE WHEN origin = $1 THEN 0 WHEN url = $1 THEN 1 ELSE 2 END, id LIMIT 1"), name, a, out, e);
}

enum err_code peer_get(struct db *db, struct arena *a, struct str origin, struct peer *out, struct err *e) {
	return one(db_query(db, "SELECT " PEER_COLUMNS " FROM peer WHERE origin = $1"), origin, a, out, e);
}

enum err_code peer_of_number(struct db *db, struct arena *a, struct str number, struct peer *out, struct err *e) {
	size_t hyphen = str_find_char(number, '-');
	struct str prefix = hyphen == STR_NONE ? STR_EMPTY : str_sub(number, 0, hyphen);
	return one(db_query(db, "SELECT " PEER_COLUMNS " FROM peer WHERE state = 'listed' AND prefix = $1 ORDER BY id LIMIT 1"), prefix, a, out, e);
}

/* ---- what the log says of one ---- */

static struct peer_change change_of(const struct json *said) {
	struct peer_change c = {.origin = json_get_str(said, S("origin")), .state = json_get_str(said, S("state")), .key = json_get_str(said, S("key")), .replaces = json_get_str(said, S("replaces")),
		.name = json_get_str(said, S("name")), .url = json_get_str(said, S("url")), .prefix = json_get_str(said, S("prefix")), .reason = json_get_str(said, S("reason"))};
	(void)moment_parse(json_get_str(said, S("at")), &c.at);
	return c;
}

enum err_code peer_history(struct db *db, struct arena *a, struct str origin, struct peer_change **out, size_t *n, struct err *e) {
	struct peer_change *items = NULL;
	size_t room = 0;
	struct db_query q = db_query(db, "SELECT statement, leaf FROM entry WHERE type = 10 AND statement IS NOT NULL ORDER BY id");
	enum err_code code = ERR_OK;
	*n = 0;
	while (!code && db_row(&q)) {
		const struct json *said;
		code = json_parse(a, arena_str(a, db_str(&q, 0)), NULL, &said, e);
		if (code || (origin.n && !str_eq(json_get_str(said, S("origin")), origin))) continue;
		if (*n == room) {
			struct peer_change *more = arena_array(a, room = room ? room * 2 : 8, sizeof *more);
			if (!more) code = err_set(e, ERR_MEMORY, "out of memory");
			else if (*n) memcpy(more, items, *n * sizeof *items);
			if (code) break;
			items = more;
		}
		items[*n] = change_of(said);
		items[(*n)++].leaf = db_is_null(&q, 1) ? -1 : db_int(&q, 1);
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	*out = items;
	return code ? code : ended;
}

/* ---- following ---- */

struct following {
	const struct by *by;
	struct str origin;
	bool follows;
	const struct peer_looked *looked;
};

static enum err_code changed_one(struct db *db, struct str origin, struct err *e) {
	return db_changes(db) == 1 ? ERR_OK : err_set(e, ERR_NOT_FOUND, "no hub by the name \"%.*s\" is in the directory", STR_ARG(str_cut_utf8(origin, 100)));
}

static enum err_code write_follow(struct db *db, void *arg, struct err *e) {
	const struct following *f = arg;
	struct db_query q = db_query(db, "UPDATE peer SET follows = $2 WHERE origin = $1 AND state = 'listed'");
	db_bind_str(&q, 1, f->origin);
	db_bind_int(&q, 2, f->follows);
	enum err_code code = db_run(&q, e);
	if (!code) code = changed_one(db, f->origin, e);
	return code ? code : audit_write(db, f->by, f->follows ? "peer.follow" : "peer.unfollow", f->origin, STR_EMPTY, e);
}

enum err_code peer_follow(struct hub *h, const struct by *by, struct str origin, bool follows, struct err *e) {
	struct following f = {.by = by, .origin = origin, .follows = follows};
	if (!by->administrator) return err_set(e, ERR_FORBIDDEN, "the directory of hubs is kept by administrators");
	return writer_change(h->writer, write_follow, &f, e);
}

static enum err_code write_looked(struct db *db, void *arg, struct err *e) {
	const struct following *f = arg;
	const struct peer_looked *l = f->looked;
	struct db_query q = l->failed.n
		? db_query(db, "UPDATE peer SET looked_at = $2, failed = $3 WHERE origin = $1")
		: db_query(db, "UPDATE peer SET looked_at = $2, failed = NULL, size = $3, seen = coalesce($4, seen) WHERE origin = $1");
	db_bind_str(&q, 1, f->origin);
	db_bind_int(&q, 2, l->at);
	if (l->failed.n) db_bind_str(&q, 3, str_cut_utf8(l->failed, PEER_REASON_BYTES));
	else {
		db_bind_int(&q, 3, l->size);
		l->checkpoint.n ? db_bind_bytes(&q, 4, l->checkpoint) : db_bind_null(&q, 4);
	}
	enum err_code code = db_run(&q, e);
	return code ? code : changed_one(db, f->origin, e);
}

enum err_code peer_looked(struct hub *h, struct str origin, const struct peer_looked *looked, struct err *e) {
	struct following f = {.origin = origin, .looked = looked};
	return writer_change(h->writer, write_looked, &f, e);
}
