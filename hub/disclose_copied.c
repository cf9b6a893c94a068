/* Records that were copied from other hubs: where they come from, and what may be the same. */
#include "hub/copied.h"
#include "hub/disclose_private.h"

enum { LINKS = 2000, SAME = 20 };

enum err_code disclose_public_links(const struct disclosing *d, const struct disclosed *r, const struct json **out, struct err *e) {
	struct json_builder list = json_array_of(d->a);
	struct db_query q = db_query(d->db,
		"SELECT l.rel, t.uid FROM link l JOIN record t ON t.id = l.target JOIN public p ON p.record = l.target WHERE l.source = $1 ORDER BY l.rel, t.uid LIMIT 2000");
	db_bind_int(&q, 1, r->line.record);
	while (db_row(&q)) {
		const struct kind_link *l = kind_link(r->line.kind, db_str(&q, 0));
		struct json_builder b = json_object_of(d->a);
		if (!l || !(l->audiences & PUBLIC)) continue;
		json_set_str(&b, S("rel"), l->rel);
		json_set_str(&b, S("to"), arena_str(d->a, db_str(&q, 1)));
		json_add(&list, json_built(&b));
	}
	enum err_code code = db_done(&q, e);
	*out = json_built(&list);
	return code ? code : arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static struct str page_of(struct arena *a, struct str url, struct str uid) {
	return url.n ? arena_fmt(a, "%.*s/r/%.*s", STR_ARG(url), STR_ARG(uid)) : STR_EMPTY;
}

enum err_code disclose_copy(const struct disclosing *d, const struct disclosed *r, struct disclosed_copy *out, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT p.origin, p.key, p.url, c.id, c.leaf, c.left_out, p.follows, p.looked_at, f.forked, f.folder FROM copied c JOIN peer p ON p.id = c.peer "
		"JOIN follow f ON f.peer = p.id WHERE c.record = $1");
	db_bind_int(&q, 1, r->line.record);
	bool found = db_row(&q);
	struct disclosed_copy c = {0};
	if (found) {
		struct str url = db_str(&q, 2);
		c = (struct disclosed_copy){.origin = arena_str(d->a, db_str(&q, 0)), .key = arena_str(d->a, db_str(&q, 1)), .id = arena_str(d->a, db_str(&q, 3)),
			.leaf = db_int(&q, 4), .left_out = arena_str(d->a, db_str(&q, 5)), .follows = db_int(&q, 6) != 0, .looked_at = db_int(&q, 7), .forked = db_int(&q, 8)};
		c.hub = copied_hub(c.origin);
		/* Only what can stand in a link, whatever somebody wrote there. */
		if (str_starts(url, S("https://")) || str_starts(url, S("http://"))) c.url = page_of(d->a, url, r->line.uid);
		struct str folder = db_str(&q, 9);
		c.folder = str_eq(folder, S("..")) ? arena_fmt(d->a, "%s/..", d->hub->dir) : arena_fmt(d->a, "%s/peers/%.*s", d->hub->dir, STR_ARG(folder));
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "it is this hub's own");
	if (!code) *out = c;
	return code;
}

enum err_code disclose_known_as(const struct disclosing *d, const struct disclosed *r, struct glimpse **out, size_t *n, struct err *e) {
	struct glimpse *items = arena_array(d->a, SAME, sizeof *items);
	int64_t ids[SAME];
	size_t found = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	/* What one of them was copied with, against what the other is called: by itself or, copied too, by its own words. */
	struct db_query q = db_query(d->db,
		"SELECT o.record FROM copied_name m JOIN name o ON o.name = m.name AND o.role IN ('source', 'alias', 'number') AND o.shown = 1 WHERE m.record = $1 "
		"UNION SELECT o.record FROM copied_name m JOIN copied_name o ON o.name = m.name WHERE m.record = $1 "
		"UNION SELECT o.record FROM name m JOIN copied_name o ON o.name = m.name WHERE m.record = $1 AND m.role IN ('source', 'alias', 'number') "
		"ORDER BY 1 LIMIT 60");
	db_bind_int(&q, 1, r->line.record);
	while (found < SAME && db_row(&q))
		if (db_int(&q, 0) != r->line.record) ids[found++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	*n = 0;
	for (size_t i = 0; i < found && !code; i++) {
		code = disclose_glimpse(d, ids[i], &items[*n], e);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		*n += !code && items[*n].kind == r->line.kind;
	}
	*out = items;
	return code;
}
