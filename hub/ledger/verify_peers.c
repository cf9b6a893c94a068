/* The directory of hubs against what the log says of each (hub/peer/peer.h). */
#include "hub/ledger/verify.h"

enum { PEERS_CAP = 64 << 20 };

/* As the statements leave it. */
struct told {
	struct str origin, key, name, url, prefix, state;
	moment since;
	bool seen; /* there is a row */
};
struct peers {
	struct verifying *v;
	struct arena *a;
	struct map by_origin;
	struct told **list;
	size_t n, room;
};

static struct told *add(struct peers *p, struct str origin) {
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 64;
		struct told **list = arena_array(p->a, room, sizeof *list);
		if (!list) return NULL;
		if (p->n) memcpy(list, p->list, p->n * sizeof *list);
		p->list = list;
		p->room = room;
	}
	struct told *one = arena_new_of(p->a, struct told);
	void **slot = one ? map_at(&p->by_origin, origin) : NULL;
	if (!slot) return NULL;
	one->origin = origin;
	return *slot = p->list[p->n++] = one;
}

static enum err_code take(struct peers *p, int64_t entry, const struct json *said) {
	struct str origin = json_get_str(said, S("origin")), key = json_get_str(said, S("key")), state = json_get_str(said, S("state"));
	struct told *one = map_get(&p->by_origin, origin);
	moment at = 0;
	bool new = !one;
	if (new) one = add(p, origin);
	if (!one) return err_set(p->v->e, ERR_MEMORY, "out of memory");
	struct str before = new || str_eq(one->key, key) ? STR_EMPTY : one->key;
	if (!str_eq(json_get_str(said, S("replaces")), before))
		ledger_found(p->v, "entry %lld: the key of %.*s became another, and the log does not say which it replaces", (long long)entry, STR_ARG(origin));
	if (str_is(state, "listed") && moment_parse(json_get_str(said, S("at")), &at)) one->since = at;
	one->key = key;
	one->name = json_get_str(said, S("name"));
	one->url = json_get_str(said, S("url"));
	one->prefix = json_get_str(said, S("prefix"));
	one->state = str_is(state, "removed") ? S("removed") : S("listed");
	return ERR_OK;
}

static enum err_code read_statements(struct peers *p) {
	struct db_query q = db_query(p->v->db, "SELECT id, statement FROM entry WHERE type = 10 AND statement IS NOT NULL ORDER BY id");
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		const struct json *said;
		/* One that is no JSON was named with the entries. */
		if (json_parse(p->a, arena_str(p->a, db_str(&q, 1)), NULL, &said, NULL)) continue;
		code = take(p, db_int(&q, 0), said);
	}
	enum err_code ended = db_done(&q, code ? NULL : p->v->e);
	return code ? code : ended;
}

static void compare(struct peers *p, struct db_query *q) {
	struct str origin = db_str(q, 0);
	struct told *t = map_get(&p->by_origin, origin);
	p->v->r->peers++;
	if (!t) {
		ledger_found(p->v, "the hub %.*s: is in the directory, and the log says nothing of it", STR_ARG(origin));
		return;
	}
	const struct {
		const char *name;
		struct str log, row;
	} fields[] = {{"key", t->key, db_str(q, 1)}, {"name", t->name, db_str(q, 2)}, {"address", t->url, db_str(q, 3)}, {"prefix", t->prefix, db_str(q, 4)},
		{"state", t->state, db_str(q, 5)}};
	t->seen = true;
	for (size_t i = 0; i < lengthof(fields); i++) {
		if (str_eq(fields[i].log, fields[i].row)) continue;
		ledger_found(p->v, "the hub %.*s: its %s is \"%.*s\" in the directory, and \"%.*s\" by the log", STR_ARG(origin), fields[i].name,
			STR_ARG(str_cut_utf8(fields[i].row, 150)), STR_ARG(str_cut_utf8(fields[i].log, 150)));
		return;
	}
	if (db_int(q, 6) != t->since) ledger_found(p->v, "the hub %.*s: is listed since another time than the log says", STR_ARG(origin));
}

enum err_code verify_peers(struct verifying *v) {
	autoarena struct arena *a = arena_new(PEERS_CAP);
	if (!a) return err_set(v->e, ERR_MEMORY, "out of memory");
	struct peers p = {.v = v, .a = a, .by_origin = {.arena = a}};
	enum err_code code = read_statements(&p);
	if (code) return code;
	struct db_query q = db_query(v->db, "SELECT origin, key, name, url, prefix, state, since FROM peer ORDER BY id");
	while (db_row(&q)) compare(&p, &q);
	code = db_done(&q, v->e);
	for (size_t i = 0; i < p.n && !code; i++)
		if (!p.list[i]->seen) ledger_found(v, "the hub %.*s: the log says it is %.*s, and the directory does not have it", STR_ARG(p.list[i]->origin), STR_ARG(p.list[i]->state));
	return code;
}
