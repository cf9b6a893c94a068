/* Lists, facets and trees. For the public they are made of public projections alone; other viewers' lists are drawn record by record. */
#include "disclose.h"

#include "hub/disclose_private.h"

enum { FACET_VALUES = 12, TREE = 20000 };

/* ---- cursors: "SORT_UID" of the last record, written so that they stand in a URL; by the uid, since the row's number would tell how many
 * records there are that nobody may see ---- */

static enum err_code cursor_read(struct db *db, struct str cursor, struct str *sort, int64_t *record, struct err *e) {
	size_t at = str_rfind_char(cursor, '_');
	char uid[UID_SIZE];
	bool fits = at != STR_NONE && at <= 10 && uid_parse(str_from(cursor, at + 1), uid), found = false;
	*sort = str_sub(cursor, 0, at);
	for (size_t i = 0; fits && i < at; i++) fits = (sort->p[i] >= '0' && sort->p[i] <= '9') || sort->p[i] == '-';
	if (fits) {
		struct db_query q = db_query(db, "SELECT id FROM record WHERE uid = $1");
		db_bind_str(&q, 1, str_of(uid));
		if ((found = db_row(&q))) *record = db_int(&q, 0);
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	return found ? ERR_OK : err_set(e, ERR_INVALID, "cursor: not one that this hub gave");
}

static struct str cursor_write(struct arena *a, struct str sort, const struct glimpse *last) {
	return arena_fmt(a, "%.*s_%.*s", STR_ARG(sort), STR_ARG(last->uid));
}

enum err_code disclose_filter_value(const struct disclosing *d, const struct list_filter *f, struct str *out, struct err *e) {
	*out = f->value;
	if (!str_is(f->name, "use") && !str_is(f->name, "system") && !str_is(f->name, "organization")) return ERR_OK;
	struct disclosing as_public = *d;
	as_public.viewer = viewer_public;
	int64_t id;
	struct glimpse g;
	enum err_code code = disclose_resolve(&as_public, f->value, &id, e);
	if (!code) code = disclose_glimpse(&as_public, id, &g, e);
	if (!code) *out = g.uid;
	return code == ERR_NOT_FOUND ? ERR_OK : code; /* narrows to nothing */
}

static enum err_code public_list(const struct disclosing *d, const struct list_request *r, struct str sort, int64_t before,
	struct listed *out, struct err *e) {
	enum { FILTERS = 8 };
	if (r->filters_n > FILTERS) return err_set(e, ERR_INVALID, "at most %d filters at once", FILTERS);
	autobuf struct buf sql = BUF(4096);
	bool by_facet = r->filters_n > 0;
	/* The first filter's index gives the rows in order; others are looked up for each. */
	if (by_facet)
		buf_add(&sql, S("SELECT " GLIMPSE_COLUMNS " FROM facet f JOIN public p ON p.record = f.record JOIN record r ON r.id = f.record "
						"WHERE f.name = $4 AND f.value = $5 AND (f.sort, f.record) < ($1, $2)"));
	else
		buf_add(&sql, S("SELECT " GLIMPSE_COLUMNS " FROM public p JOIN record r ON r.id = p.record WHERE (p.sort, p.record) < ($1, $2)"));
	if (r->kind) buf_add(&sql, by_facet ? S(" AND f.kind = $3") : S(" AND p.kind = $3"));
	for (size_t i = 1; i < r->filters_n; i++)
		buf_fmt(&sql, " AND EXISTS (SELECT 1 FROM facet x WHERE x.record = f.record AND x.name = $%zu AND x.value = $%zu)", 4 + 2 * i,
			5 + 2 * i);
	buf_add(&sql, by_facet ? S(" ORDER BY f.sort DESC, f.record DESC LIMIT ") : S(" ORDER BY p.sort DESC, p.record DESC LIMIT "));
	buf_add_int(&sql, (int64_t)r->limit + 1);
	struct db_query q = db_query_once(d->db, buf_str(&sql));
	db_bind_str(&q, 1, sort);
	db_bind_int(&q, 2, before);
	if (r->kind) db_bind_str(&q, 3, r->kind->name);
	for (size_t i = 0; i < r->filters_n; i++) {
		struct str value;
		enum err_code code = disclose_filter_value(d, &r->filters[i], &value, e);
		if (code) {
			db_cancel(&q);
			return code;
		}
		db_bind_str(&q, 4 + 2 * (int)i, r->filters[i].name);
		db_bind_str(&q, 5 + 2 * (int)i, value);
	}
	/* A row whose kind's file is gone is passed over, and still counts as a row: the next page begins behind it. */
	struct glimpse last = {0};
	for (size_t rows = 0; db_row(&q); rows++) {
		if (rows == r->limit) {
			out->next = cursor_write(d->a, last.sort, &last);
			break;
		}
		last = (struct glimpse){.uid = arena_str(d->a, db_str(&q, 1)), .sort = arena_str(d->a, db_str(&q, 7))};
		out->n += glimpse_read(d, &q, 0, &out->items[out->n]);
	}
	return db_done(&q, e);
}

static enum err_code public_total(const struct disclosing *d, const struct list_request *r, struct listed *out, struct err *e) {
	out->total = -1;
	if (r->filters_n > 1) return ERR_OK;
	struct str name = STR_EMPTY, value = STR_EMPTY;
	if (r->filters_n) {
		name = r->filters[0].name;
		enum err_code code = disclose_filter_value(d, &r->filters[0], &value, e);
		if (code) return code;
	}
	struct db_query q = r->kind ?
		db_query(d->db, "SELECT coalesce(sum(n), 0) FROM facet_count WHERE kind = $3 AND name = $1 AND value = $2") :
		db_query(d->db, "SELECT coalesce(sum(n), 0) FROM facet_count WHERE name = $1 AND value = $2");
	db_bind_str(&q, 1, name);
	db_bind_str(&q, 2, value);
	if (r->kind) db_bind_str(&q, 3, r->kind->name);
	if (db_row(&q)) out->total = db_int(&q, 0);
	return db_done(&q, e);
}

/* Newest records first, whatever their state, as far as the viewer may know of them. */
static enum err_code other_list(const struct disclosing *d, const struct list_request *r, int64_t before, struct listed *out,
	struct err *e) {
	struct db_query q = r->kind ? db_query(d->db, "SELECT id FROM record WHERE kind = $2 AND id < $1 ORDER BY id DESC") :
		db_query(d->db, "SELECT id FROM record WHERE id < $1 ORDER BY id DESC");
	db_bind_int(&q, 1, before);
	if (r->kind) db_bind_str(&q, 2, r->kind->name);
	enum err_code code = ERR_OK;
	out->total = -1;
	while (!code && out->n <= r->limit && db_row(&q)) {
		struct glimpse g;
		code = disclose_glimpse(d, db_int(&q, 0), &g, e);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		bool fits = !code;
		for (size_t i = 0; fits && i < r->filters_n; i++)
			fits = str_is(r->filters[i].name, "state") && str_eq(r->filters[i].value, g.state->name);
		if (fits) out->items[out->n++] = g;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	return code ? code : ended;
}

enum err_code disclose_list(const struct disclosing *d, const struct list_request *r, struct listed *out, struct err *e) {
	struct str sort = S("~");
	int64_t before = INT64_MAX;
	if (r->limit < 1 || r->limit > 200) return err_set(e, ERR_INVALID, "limit: expected 1 to 200");
	if (r->order == LIST_BY_CHANGE) return disclose_by_change(d, r, out, e);
	if (r->cursor.n) {
		enum err_code code = cursor_read(d->db, r->cursor, &sort, &before, e);
		if (code) return code;
	}
	struct listed list = {.items = arena_array(d->a, r->limit + 1, sizeof *list.items)};
	if (!list.items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = viewer_is_public(d) ? public_list(d, r, sort, before, &list, e) : other_list(d, r, before, &list, e);
	if (!code && viewer_is_public(d)) code = public_total(d, r, &list, e);
	if (code) return code;
	if (list.n > r->limit) {
		list.n = r->limit;
		list.next = cursor_write(d->a, STR_EMPTY, &list.items[list.n - 1]);
	}
	*out = list;
	return ERR_OK;
}

/* ---- facets ---- */

struct str facet_title(const struct hub *h, const struct kind *kind, struct str name) {
	static const struct {
		struct str name, title;
	} common[] = {
		{S_INIT("kind"), S_INIT("Kind")}, {S_INIT("state"), S_INIT("State")}, {S_INIT("year"), S_INIT("Year")},
		{S_INIT("hub"), S_INIT("Hub")}, {S_INIT("use"), S_INIT("Use")}, {S_INIT("system"), S_INIT("System")}, {S_INIT("organization"), S_INIT("Organization")},
	};
	for (size_t i = 0; i < lengthof(common); i++)
		if (str_eq(common[i].name, name)) return common[i].title;
	for (size_t i = 0; kind && i < kind->facets_n; i++)
		if (str_eq(kind->facets[i].name, name)) return kind->facets[i].title;
	for (size_t k = 0; k < h->kinds->n; k++)
		for (size_t i = 0; i < h->kinds->items[k].facets_n; i++)
			if (str_eq(h->kinds->items[k].facets[i].name, name)) return h->kinds->items[k].facets[i].title;
	return name;
}

/* What a value is called: the headline of a record, the title of a kind or state, else the value. */
static struct str value_label(const struct disclosing *d, const struct kind *kind, struct str name, struct str value) {
	if (str_is(name, "kind")) {
		const struct kind *k = kind_find(d->hub->kinds, value);
		return k ? k->plural : value;
	}
	if (str_is(name, "state")) {
		const struct kind_state *s = kind ? kind_state(kind, value) : NULL;
		for (size_t i = 0; !s && i < d->hub->kinds->n; i++) s = kind_state(&d->hub->kinds->items[i], value);
		return s ? s->title : value;
	}
	if (str_is(name, "hub") && str_is(value, "here")) return S("This hub");
	if (!str_is(name, "use") && !str_is(name, "system") && !str_is(name, "organization")) return value;
	struct db_query q = db_query(d->db, "SELECT p.headline FROM record r JOIN public p ON p.record = r.id WHERE r.uid = $1");
	db_bind_str(&q, 1, value);
	struct str label = db_row(&q) ? arena_str(d->a, db_str(&q, 0)) : value;
	db_cancel(&q);
	return label;
}

/* The order in which groups stand: what people narrow by most comes first, a kind's own in its file's order. */
static int group_rank(const struct kind *kind, struct str name) {
	static const char *const order[] = {"kind", "hub", "use", "system", "organization", "year"};
	for (int i = 0; i < (int)lengthof(order); i++)
		if (str_is(name, order[i])) return i;
	if (str_is(name, "state")) return 1000;
	for (size_t i = 0; kind && i < kind->facets_n; i++)
		if (str_eq(kind->facets[i].name, name)) return 10 + (int)i;
	return 500;
}

struct ranked {
	struct facet_group group;
	int rank;
};

static int by_rank(const void *x, const void *y) {
	const struct ranked *a = x, *b = y;
	return a->rank != b->rank ? a->rank - b->rank : str_cmp(a->group.name, b->group.name);
}

void disclose_order_facets(const struct disclosing *d, const struct kind *kind, struct facet_group *groups, size_t n) {
	struct ranked *ranked = arena_array(d->a, n + 1, sizeof *ranked);
	if (!ranked) return;
	for (size_t i = 0; i < n; i++) ranked[i] = (struct ranked){groups[i], group_rank(kind, groups[i].name)};
	qsort(ranked, n, sizeof *ranked, by_rank);
	for (size_t i = 0; i < n; i++) {
		groups[i] = ranked[i].group;
		groups[i].title = facet_title(d->hub, kind, groups[i].name);
		for (size_t j = 0; j < groups[i].n; j++)
			groups[i].values[j].label = value_label(d, kind, groups[i].name, groups[i].values[j].value);
	}
}

static enum err_code kind_counts(const struct disclosing *d, struct facet_group **out, size_t *n, struct err *e) {
	struct facet_group *g = arena_new_of(d->a, struct facet_group);
	if (g) g->values = arena_array(d->a, d->hub->kinds->n + 1, sizeof *g->values);
	if (!g || !g->values) return err_set(e, ERR_MEMORY, "out of memory");
	g->name = S("kind");
	for (size_t i = 0; i < d->hub->kinds->n; i++) {
		const struct kind *k = &d->hub->kinds->items[i];
		struct db_query q = db_query(d->db, "SELECT n FROM facet_count WHERE kind = $1 AND name = '' AND value = ''");
		db_bind_str(&q, 1, k->name);
		int64_t count = db_row(&q) ? db_int(&q, 0) : 0;
		enum err_code code = db_done(&q, e);
		if (code) return code;
		g->values[g->n++] = (struct facet_value){k->name, k->plural, count};
	}
	g->distinct = g->n;
	g->title = S("Kind");
	*out = g;
	*n = 1;
	return ERR_OK;
}

enum err_code disclose_facets(const struct disclosing *d, const struct kind *kind, struct facet_group **out, size_t *n, struct err *e) {
	if (!kind) return kind_counts(d, out, n, e);
	enum { GROUPS = 64 };
	struct facet_group *groups = arena_array(d->a, GROUPS, sizeof *groups);
	if (!groups) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0;
	struct db_query q =
		db_query(d->db, "SELECT name, value, n FROM facet_count WHERE kind = $1 AND name <> '' AND n > 0 "
		"ORDER BY name, CASE WHEN name = 'year' THEN value ELSE '' END DESC, n DESC, value");
	db_bind_str(&q, 1, kind->name);
	while (db_row(&q)) {
		struct facet_group *g = used ? &groups[used - 1] : NULL;
		if (!g || !str_eq(g->name, db_str(&q, 0))) {
			if (used == GROUPS) break;
			g = &groups[used++];
			g->name = arena_str(d->a, db_str(&q, 0));
			g->values = arena_array(d->a, FACET_VALUES, sizeof *g->values);
			if (!g->values) break;
		}
		g->distinct++;
		if (g->n < FACET_VALUES) g->values[g->n++] = (struct facet_value){arena_str(d->a, db_str(&q, 1)), STR_EMPTY, db_int(&q, 2)};
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	disclose_order_facets(d, kind, groups, used);
	*out = groups;
	*n = used;
	return ERR_OK;
}

/* ---- trees ---- */

enum err_code disclose_tree(const struct disclosing *d, const struct kind *kind, struct str rel, struct disclosed_tree *out,
	struct err *e) {
	const struct kind_link *l = kind_link(kind, rel);
	if (!l || !(l->audiences & PUBLIC)) return err_set(e, ERR_NOT_FOUND, "there is no such tree");
	size_t room = 256;
	struct disclosed_tree t = {.items = arena_array(d->a, room, sizeof *t.items), .parents = arena_array(d->a, room, sizeof *t.parents)};
	struct db_query q = db_query(d->db,
		"SELECT " GLIMPSE_COLUMNS ", coalesce((SELECT l.target FROM link l JOIN public t ON t.record = l.target WHERE l.source = r.id AND "
		"l.rel = $2 ORDER BY l.target LIMIT 1), 0) FROM public p JOIN record r ON r.id = p.record WHERE p.kind = $1 ORDER BY r.public_id");
	db_bind_str(&q, 1, kind->name);
	db_bind_str(&q, 2, rel);
	while (t.items && t.parents && t.n < TREE && db_row(&q)) {
		if (t.n == room) {
			struct disclosed_tree bigger = {.items = arena_array(d->a, room * 2, sizeof *t.items),
				.parents = arena_array(d->a, room * 2, sizeof *t.parents), .n = t.n};
			if (!bigger.items || !bigger.parents) break;
			memcpy(bigger.items, t.items, t.n * sizeof *t.items);
			memcpy(bigger.parents, t.parents, t.n * sizeof *t.parents);
			t = bigger;
			room *= 2;
		}
		if (glimpse_read(d, &q, 0, &t.items[t.n])) t.parents[t.n++] = db_int(&q, GLIMPSE_WIDTH);
	}
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = t;
	return code;
}
