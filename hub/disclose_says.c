/* What others say of a record. */
#include "hub/says.h"

#include <stdlib.h>

#include "hub/disclose_private.h"
#include "hub/ledger/ledger.h"
#include "hub/peer/peer.h"

enum { NAMES = 40, SYSTEMS_BYTES = 1000 };

struct finding {
	const struct disclosing *d;
	struct str own;           /* this hub's log */
	struct str hub;           /* of the record; "" this one */
	struct str names[NAMES];
	size_t names_n;
	struct said *items;
	size_t n, room;
	struct err *e;
};

/* ---- the record and its names ---- */

/* The hub that a record here was copied from; "" it is this hub's own, or from no hub. */
static enum err_code copied_from(const struct disclosing *d, int64_t record, struct str *hub, struct str *name, struct str *source, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT h.origin, h.name, o.source_id FROM origin o JOIN peer h ON h.origin = o.system WHERE o.record = $1");
	db_bind_int(&q, 1, record);
	bool found = db_row(&q);
	*hub = found ? arena_str(d->a, db_str(&q, 0)) : STR_EMPTY;
	if (name) *name = found ? arena_str(d->a, db_str(&q, 1)) : STR_EMPTY;
	if (source) *source = found ? arena_str(d->a, db_str(&q, 2)) : STR_EMPTY;
	return db_done(&q, e);
}

static void add_name(struct finding *f, struct str name) {
	for (size_t i = 0; i < f->names_n; i++)
		if (str_eq(f->names[i], name)) return;
	if (name.n && f->names_n < NAMES) f->names[f->names_n++] = name;
}

/* A copy's names have the hub before them here; there they have not. */
static enum err_code find_names(struct finding *f, const struct disclosed *r) {
	struct str source;
	enum err_code code = copied_from(f->d, r->line.record, &f->hub, NULL, &source, f->e);
	if (code) return code;
	add_name(f, f->hub.n ? source : r->line.uid);
	size_t slash = str_rfind_char(r->line.id, '/');
	add_name(f, f->hub.n && slash != STR_NONE ? str_from(r->line.id, slash + 1) : r->line.id);
	return ledger_origin(f->d->hub, f->d->db, f->d->a, &f->own, f->e);
}

/* ---- one that says something ---- */

static struct str systems_words(struct arena *a, const struct json *systems) {
	autobuf struct buf out = BUF(SYSTEMS_BYTES);
	for (size_t i = 0; i < json_count(systems); i++) {
		const struct json *one = json_at(systems, i);
		struct str versions = json_get_str(one, S("versions"));
		if (i) buf_add(&out, S(", "));
		buf_add(&out, json_get_str(one, S("name")));
		if (!versions.n) continue;
		buf_add(&out, S(" ("));
		buf_add(&out, versions);
		buf_add_char(&out, ')');
	}
	return arena_str(a, buf_str(&out));
}

/* By the hub that it means: where none is named, the one that it was said in. */
static struct str meant(const struct finding *f, struct str named, struct str said_in) {
	struct str hub = named.n ? named : said_in;
	return str_eq(hub, f->own) ? STR_EMPTY : hub;
}

static bool is_of(const struct finding *f, const struct json *other, struct str said_in) {
	if (!str_eq(meant(f, json_get_str(other, S("hub")), said_in), f->hub)) return false;
	for (size_t i = 0; i < f->names_n; i++)
		if (str_eq(json_get_str(other, S("record")), f->names[i])) return true;
	return false;
}

static const struct json *at(const struct json *body, struct str pointer) {
	return pointer.n ? json_get(body, str_from(pointer, 1)) : NULL;
}

static void take(struct finding *f, struct db_query *q) {
	struct glimpse line;
	const struct json *body;
	struct arena *a = f->d->a;
	if (f->n == f->room || !glimpse_read(f->d, q, 0, &line) || !line.kind->says.by.n) return;
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].line.record == line.record) return;
	if (json_parse(a, arena_str(a, db_str(q, GLIMPSE_WIDTH)), NULL, &body, NULL)) return;
	const struct kind_says *s = &line.kind->says;
	struct str said_in = arena_str(a, db_str(q, GLIMPSE_WIDTH + 1));
	const struct json *about = at(body, s->about), *same = at(body, s->duplicate);
	bool direct = is_of(f, about, said_in), inverse = !direct && is_of(f, same, said_in);
	if (!direct && !inverse) return;
	const struct json *other = inverse ? about : same, *by = at(body, s->by);
	struct said *one = &f->items[f->n++];
	*one = (struct said){.line = line, .says = json_get_str(body, S("says")), .by = json_get_str(by, S("name")),
		.organization = said_in.n ? STR_EMPTY : json_get_str(by, S("organization")), .justification = json_get_str(body, S("justification")),
		.action = json_get_str(body, S("action")), .statement = json_get_str(body, S("statement")), .systems = systems_words(a, json_get_lit(body, "systems")),
		.hub = said_in, .hub_name = arena_str(a, db_str(q, GLIMPSE_WIDTH + 2)), .inverse = inverse, .withdrawn = line.state->withdrawn, .at = line.published};
	if (other) {
		one->other = json_get_str(other, S("record"));
		one->other_hub = meant(f, json_get_str(other, S("hub")), said_in);
	}
}

static enum err_code find_named(struct finding *f, struct str name, const char *facet) {
	struct db_query q = db_query(f->d->db, "SELECT " GLIMPSE_COLUMNS ", p.body, h.origin, h.name FROM facet f JOIN record r ON r.id = f.record JOIN public p ON p.record = f.record "
		"LEFT JOIN (origin o JOIN peer h ON h.origin = o.system) ON o.record = r.id WHERE f.name = $1 AND f.value = $2 ORDER BY p.published DESC, r.id DESC LIMIT 200");
	db_bind_str(&q, 1, str_of(facet));
	db_bind_str(&q, 2, name);
	while (db_row(&q)) take(f, &q);
	return db_done(&q, f->e);
}

static int standing_first(const void *x, const void *y) {
	const struct said *a = x, *b = y;
	if (a->withdrawn != b->withdrawn) return a->withdrawn ? 1 : -1;
	if (a->at != b->at) return a->at > b->at ? -1 : 1;
	return a->line.record > b->line.record ? -1 : a->line.record < b->line.record;
}

enum err_code disclose_said(const struct disclosing *d, const struct disclosed *r, struct said **out, size_t *n, struct err *e) {
	static const char *const facets[] = {"about", "duplicate"};
	struct finding f = {.d = d, .e = e};
	*n = 0;
	*out = NULL;
	/* What nobody may know of, nobody has said anything of. */
	if (!r->is_public) return ERR_OK;
	enum err_code code = find_names(&f, r);
	f.room = f.names_n * lengthof(facets) * SAID_MOST;
	f.items = arena_array(d->a, f.room + 1, sizeof *f.items);
	if (!code && !f.items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < f.names_n && !code; i++)
		for (size_t j = 0; j < lengthof(facets) && !code; j++) code = find_named(&f, f.names[i], facets[j]);
	if (code) return code;
	if (f.n) qsort(f.items, f.n, sizeof *f.items, standing_first);
	*out = f.items;
	*n = f.n;
	return ERR_OK;
}

/* ---- the way to the other ---- */

enum err_code disclose_said_of(const struct disclosing *d, const struct disclosed *from, struct str pointer, struct str *hub, struct str *name, struct err *e) {
	const struct json *other = at(from->body, pointer);
	struct str said_in, own;
	*hub = json_get_str(other, S("hub"));
	*name = json_get_str(other, S("record"));
	enum err_code code = copied_from(d, from->line.record, &said_in, NULL, NULL, e);
	if (!code) code = ledger_origin(d->hub, d->db, d->a, &own, e);
	if (!code && !hub->n) *hub = said_in;
	if (!code && str_eq(*hub, own)) *hub = STR_EMPTY;
	return code;
}

static enum err_code copy_of(const struct disclosing *d, struct str hub, struct str name, struct str *uid, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT r.uid FROM origin o JOIN record r ON r.id = o.record JOIN public p ON p.record = r.id WHERE o.system = $1 AND o.source_id = $2");
	db_bind_str(&q, 1, hub);
	db_bind_str(&q, 2, name);
	*uid = db_row(&q) ? arena_str(d->a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

enum err_code disclose_said_path(const struct disclosing *d, struct str hub, struct str name, struct str *path, struct str *headline, struct err *e) {
	struct disclosed r;
	struct peer p;
	struct err why;
	struct str here = name;
	struct disclosing everybody = *d;
	everybody.viewer = viewer_public;
	*path = STR_EMPTY;
	if (headline) *headline = STR_EMPTY;
	enum err_code code = hub.n ? copy_of(d, hub, name, &here, e) : ERR_OK;
	if (code || !name.n) return code;
	if (here.n && !disclose_record(&everybody, here, &r, &why)) {
		*path = arena_cat(d->a, S("/r/"), r.line.uid);
		if (headline) *headline = r.line.headline;
		return ERR_OK;
	}
	if (hub.n && !peer_find(d->db, d->a, hub, &p, &why)) *path = arena_fmt(d->a, "/hubs/%.*s/%.*s", STR_ARG(hub), STR_ARG(name));
	return ERR_OK;
}
