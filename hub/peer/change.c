/* The directory, changed: each time one statement of the log with the row, in one transaction. */
#include "hub/peer/inside.h"

#include "hub/account/audit.h"
#include "hub/ledger/entries.h"
#include "hub/writer.h"

enum { CHANGE_CAP = 4 << 20 };

struct changing {
	struct hub *hub;
	const struct by *by;
	struct peer_entry entry;  /* add; of key and remove the origin, and the new key */
	struct str seen, old, reason;
	struct peer_done *done;
	struct arena *a;
};

struct str peer_statement(struct arena *a, const struct peer *p, moment at, const char *state, struct str replaces, struct str reason) {
	struct entry_statement said = {.type = ENTRY_DELEGATION, .at = at, .origin = p->origin, .key = p->key, .replaces = replaces, .name = p->name, .url = p->url,
		.prefix = p->prefix, .state = str_of(state), .reason = reason};
	return entry_statement_text(a, &said);
}

static enum err_code say(struct db *db, struct changing *c, const struct peer *p, moment at, const char *state, struct str replaces, struct err *e) {
	struct sha256 commitment;
	struct str said = peer_statement(c->a, p, at, state, replaces, c->reason);
	if (arena_failed(c->a)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ledger_write_own(db, ENTRY_DELEGATION, said, &commitment, e);
	return code ? code : audit_write(db, c->by, arena_fmt(c->a, "peer.%s", state).p, p->origin, said, e);
}

static enum err_code write_row(struct db *db, const struct peer *p, struct str seen, struct err *e) {
	struct db_query q = db_query(db, "INSERT INTO peer (origin, key, name, url, prefix, state, follows, since, seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
		"ON CONFLICT (origin) DO UPDATE SET key = excluded.key, name = excluded.name, url = excluded.url, prefix = excluded.prefix, state = excluded.state, "
		"follows = excluded.follows, since = excluded.since, seen = coalesce(excluded.seen, peer.seen)");
	db_bind_str(&q, 1, p->origin);
	db_bind_str(&q, 2, p->key);
	db_bind_str(&q, 3, p->name);
	db_bind_str(&q, 4, p->url);
	db_bind_opt(&q, 5, p->prefix);
	db_bind_str(&q, 6, p->listed ? S("listed") : S("removed"));
	db_bind_int(&q, 7, p->follows);
	db_bind_int(&q, 8, p->since);
	seen.n ? db_bind_bytes(&q, 9, seen) : db_bind_null(&q, 9);
	return db_run(&q, e);
}

/* ---- rules ---- */

static enum err_code own_log(struct db *db, struct changing *c, struct str origin, struct err *e) {
	struct str own;
	enum err_code code = ledger_origin(c->hub, db, c->a, &own, e);
	if (!code && str_eq(own, origin)) code = err_set(e, ERR_INVALID, "%.*s is this hub's own log", STR_ARG(origin));
	return code;
}

static enum err_code prefix_free(struct db *db, const struct changing *c, struct err *e) {
	const struct peer_entry *n = &c->entry;
	if (!n->prefix.n) return ERR_OK;
	if (str_eq(n->prefix, c->hub->prefix)) {
		err_set(e, ERR_CONFLICT, "the prefix %.*s is this hub's own", STR_ARG(n->prefix));
		return err_where(e, "prefix"), ERR_CONFLICT;
	}
	struct db_query q = db_query(db, "SELECT origin FROM peer WHERE prefix = $1 AND origin <> $2 AND state = 'listed'");
	db_bind_str(&q, 1, n->prefix);
	db_bind_str(&q, 2, n->origin);
	bool taken = db_row(&q);
	if (taken) err_set(e, ERR_CONFLICT, "the prefix %.*s is that of %.*s", STR_ARG(n->prefix), STR_ARG(db_str(&q, 0)));
	enum err_code code = db_done(&q, taken ? NULL : e);
	return code ? code : taken ? (err_where(e, "prefix"), ERR_CONFLICT) : ERR_OK;
}

static enum err_code room_left(struct db *db, struct err *e) {
	struct db_query q = db_query(db, "SELECT count(*) FROM peer");
	bool full = db_row(&q) && db_int(&q, 0) >= PEERS_MOST;
	enum err_code code = db_done(&q, e);
	return !code && full ? err_set(e, ERR_TOO_LARGE, "the directory holds %d hubs at most", PEERS_MOST) : code;
}

/* ---- add ---- */

static bool same(const struct peer *p, const struct peer_entry *n) {
	return p->listed && str_eq(p->name, n->name) && str_eq(p->url, n->url) && str_eq(p->prefix, n->prefix);
}

static enum err_code write_add(struct db *db, void *arg, struct err *e) {
	struct changing *c = arg;
	struct peer p = {0};
	struct err why;
	const struct peer_entry *n = &c->entry;
	enum err_code code = own_log(db, c, n->origin, e);
	if (!code) code = prefix_free(db, c, e);
	if (code) return code;
	code = peer_get(db, c->a, n->origin, &p, &why);
	bool new = code == ERR_NOT_FOUND, was_listed = !new && p.listed;
	if (code && !new) return err_set(e, code, "%s", why.message);
	if (!new && !str_eq(p.key, n->key))
		return err_set(e, ERR_CONFLICT, "%.*s is known here by another key: `polder hubs key` replaces it, where its log says so", STR_ARG(n->origin));
	*c->done = (struct peer_done){.changed = !same(&p, n), .listed = !was_listed};
	if (!c->done->changed) return ERR_OK;
	code = new ? room_left(db, e) : ERR_OK;
	moment at = now();
	p = (struct peer){.origin = n->origin, .key = n->key, .name = n->name, .url = n->url, .prefix = n->prefix, .listed = true, .follows = was_listed && p.follows,
		.since = was_listed ? p.since : at};
	if (!code) code = write_row(db, &p, c->seen, e);
	return code ? code : say(db, c, &p, at, was_listed ? "changed" : "listed", STR_EMPTY, e);
}

static enum err_code run(struct changing *c, enum err_code (*fn)(struct db *db, void *arg, struct err *e), struct err *e) {
	autoarena struct arena *a = arena_new(CHANGE_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	if (!c->by->administrator) return err_set(e, ERR_FORBIDDEN, "the directory of hubs is kept by administrators");
	if (c->reason.n > PEER_REASON_BYTES || !str_utf8(c->reason)) return err_set(e, ERR_INVALID, "a reason has at most %d bytes", PEER_REASON_BYTES);
	c->a = a;
	return writer_change(c->hub->writer, fn, c, e);
}

enum err_code peer_add(struct hub *h, const struct by *by, const struct peer_entry *entry, struct str seen, struct peer_done *out, struct err *e) {
	autoarena struct arena *a = arena_new(CHANGE_CAP);
	struct changing c = {.hub = h, .by = by, .seen = seen, .done = out};
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = peer_check(a, entry, &c.entry, e);
	return code ? code : run(&c, write_add, e);
}

/* ---- remove ---- */

static enum err_code write_remove(struct db *db, void *arg, struct err *e) {
	struct changing *c = arg;
	struct peer p;
	enum err_code code = peer_find(db, c->a, c->entry.origin, &p, e);
	if (code) return code;
	p.listed = p.follows = false;
	code = write_row(db, &p, STR_EMPTY, e);
	return code ? code : say(db, c, &p, now(), "removed", STR_EMPTY, e);
}

enum err_code peer_remove(struct hub *h, const struct by *by, struct str origin, struct str reason, struct err *e) {
	struct changing c = {.hub = h, .by = by, .entry = {.origin = origin}, .reason = str_trim(reason)};
	if (!c.reason.n) return err_set(e, ERR_INVALID, "why it is removed is said to everybody: give a reason");
	return run(&c, write_remove, e);
}

/* ---- a new key ---- */

static enum err_code write_key(struct db *db, void *arg, struct err *e) {
	struct changing *c = arg;
	struct peer p;
	enum err_code code = peer_find(db, c->a, c->entry.origin, &p, e);
	if (code) return code;
	if (!str_eq(p.key, c->old)) return err_set(e, ERR_CONFLICT, "the key of %.*s was changed at the same moment", STR_ARG(p.origin));
	p.key = c->entry.key;
	/* What was seen under the old key stays to be held against the next: a forced key begins anew. */
	code = write_row(db, &p, c->seen, e);
	if (!code && !c->seen.n) {
		struct db_query q = db_query(db, "UPDATE peer SET seen = NULL WHERE id = $1");
		db_bind_int(&q, 1, p.id);
		code = db_run(&q, e);
	}
	return code ? code : say(db, c, &p, now(), "changed", c->old, e);
}

enum err_code peer_key(struct hub *h, const struct by *by, struct str origin, struct str old, struct str key, const struct peer_succession *proven, struct str reason,
	struct err *e) {
	struct changing c = {.hub = h, .by = by, .entry = {.origin = origin, .key = key}, .old = old, .reason = str_trim(reason), .seen = proven ? proven->checkpoint : STR_EMPTY};
	struct tlog_key parsed;
	enum err_code code = tlog_key_parse(key, &parsed, e);
	if (code) return err_where(e, "key"), code;
	if (!str_eq(parsed.name, origin)) return err_set(e, ERR_INVALID, "the key bears another name than the log: %.*s", STR_ARG(parsed.name));
	if (parsed.type != TLOG_ED25519) return err_set(e, ERR_INVALID, "a log signs with a key of type 1 (Ed25519), and this one is of a witness");
	if (str_eq(old, key)) return err_set(e, ERR_INVALID, "it is the key that is known already");
	if (!proven && !c.reason.n) return err_set(e, ERR_INVALID, "a key that the other's log does not name is taken with a reason alone, which is said to everybody");
	return run(&c, write_key, e);
}
