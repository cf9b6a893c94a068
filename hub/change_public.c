/* What the public sees of a record, and what lists and searches are made of: brought up to date with every change, in the same
 * transaction. Nothing here comes from a field that isn't public. */
#include "change_store.h"
#include "hub/copied.h"

/* ---- counts ---- */

struct count_change {
	struct str kind, name, value;
	int64_t by;
	size_t order;
};

struct counts {
	struct arena *a;
	struct count_change *items;
	size_t n, room;
};

struct counts *counts_new(struct arena *a) {
	struct counts *c = arena_new_of(a, struct counts);
	if (c) c->a = a;
	return c;
}

size_t counts_mark(const struct counts *c) {
	return c->n;
}

void counts_back_to(struct counts *c, size_t mark) {
	c->n = mark;
}

static enum err_code count(struct store *s, struct str kind, struct str name, struct str value, int by) {
	struct counts *c = s->counts;
	if (c->n == c->room) {
		size_t room = c->room ? c->room * 2 : 256;
		struct count_change *items = arena_array(c->a, room, sizeof *items);
		if (!items) return err_set(s->e, ERR_MEMORY, "out of memory");
		if (c->n) memcpy(items, c->items, c->n * sizeof *items);
		c->items = items;
		c->room = room;
	}
	c->items[c->n] = (struct count_change){arena_str(c->a, kind), arena_str(c->a, name), arena_str(c->a, value), by, c->n};
	c->n++;
	return ERR_OK;
}

static int by_key(const void *x, const void *y) {
	const struct count_change *a = x, *b = y;
	int difference = str_cmp(a->kind, b->kind);
	if (!difference) difference = str_cmp(a->name, b->name);
	return difference ? difference : str_cmp(a->value, b->value);
}

enum err_code counts_write(struct store *s) {
	struct counts *c = s->counts;
	if (c->n) qsort(c->items, c->n, sizeof *c->items, by_key);
	enum err_code code = ERR_OK;
	for (size_t i = 0, j; i < c->n && !code; i = j) {
		int64_t by = 0;
		for (j = i; j < c->n && by_key(&c->items[i], &c->items[j]) == 0; j++) by += c->items[j].by;
		if (by == 0) continue;
		struct db_query q = db_query(s->db,
			"INSERT INTO facet_count (kind, name, value, n) VALUES ($1, $2, $3, $4) "
			"ON CONFLICT (kind, name, value) DO UPDATE SET n = facet_count.n + excluded.n");
		db_bind_str(&q, 1, c->items[i].kind);
		db_bind_str(&q, 2, c->items[i].name);
		db_bind_str(&q, 3, c->items[i].value);
		db_bind_int(&q, 4, by);
		code = db_run(&q, s->e);
		if (code || by > 0) continue;
		/* A value that nothing public has any more may have been taken away since it should not be read. */
		q = db_query(s->db, "DELETE FROM facet_count WHERE kind = $1 AND name = $2 AND value = $3 AND n = 0");
		db_bind_str(&q, 1, c->items[i].kind);
		db_bind_str(&q, 2, c->items[i].name);
		db_bind_str(&q, 3, c->items[i].value);
		code = db_run(&q, s->e);
	}
	c->n = 0;
	return code;
}

/* ---- facets ---- */

static enum err_code add_facet(struct store *s, int64_t record, struct str kind, struct str sort, struct str name, struct str value) {
	struct db_query q = db_query(s->db,
		"INSERT INTO facet (record, name, value, kind, sort) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (record, name, value) DO NOTHING");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, name);
	db_bind_str(&q, 3, value);
	db_bind_str(&q, 4, kind);
	db_bind_str(&q, 5, sort);
	enum err_code code = db_run(&q, s->e);
	return code || db_changes(s->db) == 0 ? code : count(s, kind, name, value, 1);
}

static enum err_code drop_facets(struct store *s, const struct stored *r) {
	struct db_query q = db_query(s->db, "DELETE FROM facet WHERE record = $1 RETURNING name, value");
	db_bind_int(&q, 1, r->id);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) code = count(s, r->kind->name, db_str(&q, 0), db_str(&q, 1), -1);
	enum err_code ended = db_done(&q, code ? NULL : s->e);
	return code ? code : ended;
}

static bool facet_kind(struct str kind) {
	return str_is(kind, "use") || str_is(kind, "system") || str_is(kind, "organization");
}

static bool link_is_public(const struct hub *h, struct str kind, struct str rel) {
	const struct kind *k = kind_find(h->kinds, kind);
	const struct kind_link *l = k ? kind_link(k, rel) : NULL;
	return l && (l->audiences & PUBLIC);
}

/* True when some link between the two that the public may see leads from source to target. */
static enum err_code linked(struct store *s, int64_t source, int64_t target, struct str kind, bool *out) {
	struct db_query q = db_query(s->db, "SELECT rel FROM link WHERE source = $1 AND target = $2");
	db_bind_int(&q, 1, source);
	db_bind_int(&q, 2, target);
	bool found = false;
	while (db_row(&q)) found |= link_is_public(s->hub, kind, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	if (!code) *out = found;
	return code;
}

enum err_code store_link_facet(struct store *s, const struct stored *source, const struct stored *target, struct str rel) {
	if (!facet_kind(target->kind->name) || !source->is_public || !target->is_public || !link_is_public(s->hub, source->kind->name, rel))
		return ERR_OK;
	return add_facet(s, source->id, source->kind->name, source->sort, target->kind->name, target->uid);
}

static enum err_code drop_facet(struct store *s, int64_t source, struct str name, struct str value) {
	struct db_query q = db_query(s->db, "DELETE FROM facet WHERE record = $1 AND name = $2 AND value = $3 RETURNING kind");
	db_bind_int(&q, 1, source);
	db_bind_str(&q, 2, name);
	db_bind_str(&q, 3, value);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) code = count(s, db_str(&q, 0), name, value, -1);
	enum err_code ended = db_done(&q, code ? NULL : s->e);
	return code ? code : ended;
}

enum err_code store_unlink_facet(struct store *s, const struct stored *source, const struct stored *target) {
	if (!facet_kind(target->kind->name) || !source->is_public) return ERR_OK;
	bool still = false; /* another relation may lead there too */
	enum err_code code = linked(s, source->id, target->id, source->kind->name, &still);
	return code || still ? code : drop_facet(s, source->id, target->kind->name, target->uid);
}

/* Facets from the record's own links. */
static enum err_code own_link_facets(struct store *s, const struct stored *r, struct str sort) {
	struct db_query q = db_query(s->db,
		"SELECT l.rel, t.kind, t.uid FROM link l JOIN record t ON t.id = l.target JOIN public p ON p.record = l.target "
		"WHERE l.source = $1 AND t.kind IN ('use', 'system', 'organization')");
	db_bind_int(&q, 1, r->id);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q))
		if (link_is_public(s->hub, r->kind->name, db_str(&q, 0)))
			code = add_facet(s, r->id, r->kind->name, sort, db_str(&q, 1), db_str(&q, 2));
	enum err_code ended = db_done(&q, code ? NULL : s->e);
	return code ? code : ended;
}

/* A use, system or organization came into view or left it: those that link to it are narrowed by it, or no more. */
static enum err_code others_link_facets(struct store *s, const struct stored *r) {
	if (!facet_kind(r->kind->name)) return ERR_OK;
	struct db_query q = db_query(s->db,
		"SELECT l.source, l.rel, p.kind, p.sort FROM link l JOIN public p ON p.record = l.source WHERE l.target = $1 ORDER BY l.source");
	db_bind_int(&q, 1, r->id);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		if (!r->is_public)
			code = drop_facet(s, db_int(&q, 0), r->kind->name, r->uid);
		else if (link_is_public(s->hub, db_str(&q, 2), db_str(&q, 1)))
			code = add_facet(s, db_int(&q, 0), db_str(&q, 2), db_str(&q, 3), r->kind->name, r->uid);
	}
	enum err_code ended = db_done(&q, code ? NULL : s->e);
	return code ? code : ended;
}

/* Whose it is, where there is more than this hub's own. */
static enum err_code hub_facet(struct store *s, const struct stored *r, struct str sort) {
	bool follows = r->hub.n > 0;
	if (!follows) {
		struct db_query q = db_query(s->db, "SELECT 1 FROM follow WHERE folder <> '..' LIMIT 1");
		follows = db_row(&q);
		enum err_code code = db_done(&q, s->e);
		if (code) return code;
	}
	return follows ? add_facet(s, r->id, r->kind->name, sort, S("hub"), r->hub.n ? copied_hub(r->hub) : S("here")) : ERR_OK;
}

enum err_code store_own_hub_facets(struct store *s) {
	struct db_query q = db_query(s->db, "SELECT p.record, p.kind, p.sort FROM public p JOIN record r ON r.id = p.record WHERE r.hub IS NULL ORDER BY p.record");
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) code = add_facet(s, db_int(&q, 0), db_str(&q, 1), db_str(&q, 2), S("hub"), S("here"));
	enum err_code ended = db_done(&q, code ? NULL : s->e);
	return code ? code : ended;
}

/* ---- search ---- */

/* FTS5 with content elsewhere wants to be told the old words before they go. */
static enum err_code forget_words(struct store *s, int64_t id) {
	static const char *const statements[] = {
		("INSERT INTO search (search, rowid, title, high, body, marks) "
		 "SELECT 'delete', id, title, high, body, marks FROM search_text WHERE id = $1"),
		"INSERT INTO search_title (search_title, rowid, title, marks) SELECT 'delete', id, title, marks FROM search_text WHERE id = $1",
		"DELETE FROM search_text WHERE id = $1",
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(statements) && !code; i++) {
		struct db_query q = db_query(s->db, statements[i]);
		db_bind_int(&q, 1, id);
		code = db_run(&q, s->e);
	}
	return code;
}

static enum err_code learn_words(struct store *s, int64_t id, const struct projection *p) {
	static const char *const statements[] = {
		"INSERT INTO search_text (id, title, high, body, marks) VALUES ($1, $2, $3, $4, $5)",
		"INSERT INTO search (rowid, title, high, body, marks) VALUES ($1, $2, $3, $4, $5)",
		"INSERT INTO search_title (rowid, title, marks) VALUES ($1, $2, $5)",
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(statements) && !code; i++) {
		struct db_query q = db_query(s->db, statements[i]);
		db_bind_int(&q, 1, id);
		db_bind_str(&q, 2, p->title_words);
		if (i < 2) db_bind_str(&q, 3, p->high_words);
		if (i < 2) db_bind_str(&q, 4, p->text_words);
		db_bind_str(&q, 5, p->mark_words);
		code = db_run(&q, s->e);
	}
	return code;
}

/* ---- the projection ---- */

struct before {
	bool there;
	struct str etag;
	moment published, updated;
};

static enum err_code read_before(struct store *s, const struct stored *r, struct before *out) {
	*out = (struct before){0};
	if (r->id == s->fresh) return ERR_OK; /* just made */
	struct db_query q = db_query(s->db, "SELECT etag, published, updated FROM public WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) *out = (struct before){true, arena_str(s->a, db_str(&q, 0)), db_int(&q, 1), db_int(&q, 2)};
	return db_done(&q, s->e);
}

static enum err_code take_away(struct store *s, struct stored *r) {
	r->is_public = false;
	struct db_query q = db_query(s->db, "DELETE FROM public WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	enum err_code code = db_run(&q, s->e);
	if (!code) code = drop_facets(s, r);
	if (!code) code = forget_words(s, r->id);
	if (!code) code = count(s, r->kind->name, STR_EMPTY, STR_EMPTY, -1);
	if (!code) code = others_link_facets(s, r);
	return code ? code : ledger_note_public(s, r, STR_EMPTY, true);
}

enum err_code store_public(struct store *s, struct stored *r, const struct projection *p) {
	struct before before;
	enum err_code code = read_before(s, r, &before);
	if (code) return code;
	bool open = p->is_public;
	if (open && p->follows) code = store_followed_open(s->db, r, &open, s->e);
	if (code) return code;
	if (!open) {
		if (before.there) code = take_away(s, r);
		return code || !before.there ? code : store_follow(s, r->id);
	}
	bool same = before.there && str_eq(before.etag, p->etag);
	if (same && !s->anew) return ERR_OK; /* an edit that the public can't see leaves no trace */
	struct db_query q = db_query(s->db,
		"INSERT INTO public (record, kind, state, body, etag, headline, summary, sort, published, updated, excerpt) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (record) DO UPDATE SET state = excluded.state, body = excluded.body, "
		"etag = excluded.etag, headline = excluded.headline, summary = excluded.summary, sort = excluded.sort, updated = excluded.updated, "
		"excerpt = excluded.excerpt");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, r->kind->name);
	db_bind_str(&q, 3, r->state);
	db_bind_bytes(&q, 4, p->shown);
	db_bind_str(&q, 5, p->etag);
	db_bind_str(&q, 6, p->headline);
	db_bind_str(&q, 7, p->summary);
	db_bind_str(&q, 8, p->sort);
	const struct change_copied *copied = s->copied && s->copied->updated ? s->copied : NULL; /* as it is in the hub that this is a copy of */
	db_bind_int(&q, 9, before.there ? before.published : copied ? copied->published : s->at);
	db_bind_int(&q, 10, same ? before.updated : copied ? copied->updated : s->at);
	db_bind_str(&q, 11, p->excerpt);
	code = db_run(&q, s->e);
	if (!code && !same) code = ledger_note_public(s, r, p->shown, before.there);
	r->is_public = true;
	r->sort = p->sort;
	if (!code && before.there) code = drop_facets(s, r);
	if (!code && before.there) code = forget_words(s, r->id);
	if (!code) code = learn_words(s, r->id, p);
	for (size_t i = 0; i < p->facets_n && !code; i++)
		code = add_facet(s, r->id, r->kind->name, p->sort, p->facets[i].name, p->facets[i].value);
	if (!code) code = hub_facet(s, r, p->sort);
	if (code || before.there) return code ? code : own_link_facets(s, r, p->sort);
	code = count(s, r->kind->name, STR_EMPTY, STR_EMPTY, 1);
	if (!code && r->id != s->fresh) code = own_link_facets(s, r, p->sort);
	if (!code) code = others_link_facets(s, r);
	return code || r->id == s->fresh ? code : store_follow(s, r->id);
}
