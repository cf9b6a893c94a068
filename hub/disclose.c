#include "disclose.h"

#include <zstd.h>

#include "hub/copied.h"
#include "hub/disclose_private.h"

const struct viewer viewer_public = {S_INIT(""), 0};
const struct viewer viewer_operator = {S_INIT("operator"), ROLE_ANYONE | ROLE_MEMBER | ROLE_OWNER | ROLE_COORDINATOR};

enum { FETCHED = 128 << 20, GLIMPSE_CAP = 64 << 20 };

static enum err_code nothing(struct str name, struct err *e) {
	return store_unknown(name, e);
}

enum err_code disclose_audiences(const struct disclosing *d, const struct stored *r, unsigned *out, struct err *e) {
	unsigned roles;
	enum err_code code = store_roles(d->db, r, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (!code) *out = store_audiences(r, roles);
	return code;
}

/* ---- one record ---- */

/* What the public could read and was erased is known by its uid and number still. */
static enum err_code erased_public(const struct disclosing *d, struct str name, int64_t *id, struct err *e) {
	char uid[UID_SIZE];
	bool found = false;
	struct db_query q = db_query(d->db,
		"SELECT id FROM record WHERE erased IS NOT NULL AND was_public = 1 AND (uid = $1 OR id IN (SELECT record FROM name WHERE name = $2 AND role = 'number'))");
	db_bind_str(&q, 1, uid_parse(name, uid) ? str_of(uid) : STR_EMPTY);
	db_bind_str(&q, 2, name_folded(d->a, name));
	if ((found = db_row(&q))) *id = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	return code ? code : found ? ERR_OK : nothing(name, e);
}

enum err_code disclose_resolve(const struct disclosing *d, struct str name, int64_t *id, struct err *e) {
	name = str_trim(name);
	if (!name.n || name.n > 500) return nothing(name, e);
	if (!viewer_is_public(d)) {
		enum err_code code = store_resolve(d->db, d->a, name, id, e);
		return code == ERR_NOT_FOUND ? nothing(name, e) : code;
	}
	char uid[UID_SIZE];
	bool found = false;
	enum err_code code = ERR_OK;
	if (uid_parse(name, uid)) {
		struct db_query q = db_query(d->db, "SELECT r.id FROM record r JOIN public p ON p.record = r.id WHERE r.uid = $1");
		db_bind_str(&q, 1, str_of(uid));
		if ((found = db_row(&q))) *id = db_int(&q, 0);
		code = db_done(&q, e);
	}
	if (!code && !found) {
		struct str folded = name_folded(d->a, name);
		struct db_query q = db_query(d->db,
			"SELECT n.record FROM name n JOIN public p ON p.record = n.record WHERE n.name = $1 AND n.shown = 1 AND n.role <> 'crosswalk' "
			"ORDER BY CASE n.role WHEN 'number' THEN 0 WHEN 'source' THEN 1 WHEN 'key' THEN 2 ELSE 3 END, n.record LIMIT 1");
		db_bind_str(&q, 1, folded);
		if ((found = db_row(&q))) *id = db_int(&q, 0);
		code = db_done(&q, e);
	}
	return code ? code : found ? ERR_OK : erased_public(d, name, id, e);
}

/* project.c sorts a record without a date by the day of its publication, or behind all others. */
static bool is_dated(const struct kind *kind, struct str sort, moment published) {
	char day[MOMENT_TEXT];
	return kind->date.n && sort.n && !str_is(sort, SORT_UNKNOWN) && !str_eq(sort, str_sub(moment_text(published, day), 0, 10));
}

bool glimpse_read(const struct disclosing *d, struct db_query *q, int first, struct glimpse *out) {
	const struct kind *kind = kind_find(d->hub->kinds, db_str(q, first + 2));
	const struct kind_state *state = kind ? kind_state(kind, db_str(q, first + 3)) : NULL;
	if (!state) return false; /* its kind's file is gone: nobody says any more what may be shown */
	*out = (struct glimpse){
		.record = db_int(q, first),
		.uid = arena_str(d->a, db_str(q, first + 1)),
		.kind = kind,
		.state = state,
		.id = arena_str(d->a, db_str(q, first + 4)),
		.headline = arena_str(d->a, db_str(q, first + 5)),
		.summary = arena_str(d->a, db_str(q, first + 6)),
		.sort = arena_str(d->a, db_str(q, first + 7)),
		.updated = db_int(q, first + 8),
		.published = db_int(q, first + 9),
		.disputed = db_int(q, first + 10) != 0,
		.hub = arena_str(d->a, copied_hub(db_str(q, first + 11))),
	};
	out->dated = is_dated(kind, out->sort, db_int(q, first + 9));
	return true;
}

static enum err_code gone_or_nothing(const struct disclosing *d, int64_t id, struct str name, struct err *e) {
	struct stored s;
	enum err_code code = store_read(d->hub, d->db, d->a, id, &s, e);
	if (!code && s.erased && s.was_public) return store_gone(&s, e);
	return code && code != ERR_NOT_FOUND && code != ERR_UNSUPPORTED ? code : nothing(name, e);
}

/* Those who could see it are told why, too. */
static enum err_code gone(const struct disclosing *d, const struct stored *s, struct err *e) {
	struct str reason = STR_EMPTY;
	struct db_query q = db_query(d->db, "SELECT detail FROM event WHERE record = $1 AND type = 'erase' ORDER BY seq DESC LIMIT 1");
	db_bind_int(&q, 1, s->id);
	if (db_row(&q)) {
		const struct json *detail;
		if (!json_parse(d->a, db_str(&q, 0), NULL, &detail, NULL))
			reason = arena_fmt(d->a, "%.*s%s%.*s", STR_ARG(json_get_str(detail, S("reason"))), json_get(detail, S("basis")) ? "; " : "",
				STR_ARG(json_get_str(detail, S("basis"))));
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	code = store_gone(s, e);
	if (e && reason.n) {
		char words[sizeof e->message];
		memcpy(words, e->message, sizeof words);
		err_set(e, code, "%s: %.*s", words, STR_ARG(str_cut_utf8(reason, 300)));
	}
	return code;
}

static enum err_code public_record(const struct disclosing *d, int64_t id, struct str name, struct disclosed *out, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT " GLIMPSE_COLUMNS ", p.body, p.etag FROM record r JOIN public p ON p.record = r.id WHERE r.id = $1");
	db_bind_int(&q, 1, id);
	struct disclosed r = {.is_public = true, .audiences = PUBLIC};
	bool found = db_row(&q) && glimpse_read(d, &q, 0, &r.line);
	if (found) {
		r.body_text = arena_str(d->a, db_str(&q, GLIMPSE_WIDTH));
		r.etag = arena_str(d->a, db_str(&q, GLIMPSE_WIDTH + 1));
		r.published = r.line.published;
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = gone_or_nothing(d, id, name, e);
	if (!code) code = json_parse(d->a, r.body_text, NULL, &r.body, e);
	if (!code) *out = r;
	return code;
}

static enum err_code project_for(const struct disclosing *d, const struct stored *s, const struct json *body, unsigned audiences,
	const struct json **out, struct err *e) {
	const struct json *overrides = NULL;
	const struct visibility *v;
	enum err_code code = s->visibility.n ? json_parse(d->a, s->visibility, NULL, &overrides, e) : ERR_OK;
	if (!code) code = visibility_override(d->a, s->kind->visibility, overrides, &v, e);
	if (code) return code;
	*out = visibility_project(d->a, v, body, audiences);
	return ERR_OK;
}

/* Who has a part in a record has one in its disputes; others know of those that are public. */
static enum err_code is_disputed(const struct disclosing *d, int64_t id, unsigned audiences, bool *out, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT 1 FROM link l JOIN record r ON r.id = l.source LEFT JOIN public p ON p.record = l.source WHERE l.target = $1 AND l.rel = 'disputes' "
		"AND r.state NOT IN ('final', 'withdrawn') AND ($2 = 1 OR p.record IS NOT NULL OR r.created_by = $3)");
	db_bind_int(&q, 1, id);
	db_bind_int(&q, 2, (audiences & (PARTIES | OWNER | COORDINATORS)) != 0);
	db_bind_str(&q, 3, d->viewer.name);
	*out = db_row(&q);
	return db_done(&q, e);
}

static enum err_code other_record(const struct disclosing *d, int64_t id, struct str name, struct disclosed *out, struct err *e) {
	struct stored s;
	unsigned audiences = 0;
	enum err_code code = store_read(d->hub, d->db, d->a, id, &s, e);
	if (!code) code = disclose_audiences(d, &s, &audiences, e);
	if (code) return code;
	if (!audiences) return nothing(name, e);
	if (audiences == PUBLIC) return public_record(d, id, name, out, e);
	if (s.erased) return gone(d, &s, e);
	const struct json *body, *shown;
	code = store_body(d->hub, d->db, d->a, &s, &body, e);
	if (!code) code = project_for(d, &s, body, audiences, &shown, e);
	if (code) return code;
	struct disclosed r = {.audiences = audiences, .body = shown, .body_text = shown ? json_canonical(d->a, shown) : S("{}")};
	r.is_public = store_is_open(&s);
	r.overridden = s.visibility.n > 0;
	r.revision = s.revision;
	r.etag = project_etag(d->a, s.state, r.body_text);
	r.line = (struct glimpse){
		.record = id,
		.kind = s.kind,
		.state = kind_state(s.kind, s.state),
		.id = s.public_id,
		.uid = s.uid,
		.headline = project_headline(d->a, s.kind, shown),
		.summary = project_summary(d->a, s.kind, shown),
		.hub = copied_hub(s.hub),
		.updated = s.updated,
	};
	struct db_query q = db_query(d->db, "SELECT sort, published FROM public WHERE record = $1");
	db_bind_int(&q, 1, id);
	if (db_row(&q)) {
		r.line.sort = arena_str(d->a, db_str(&q, 0));
		r.published = r.line.published = db_int(&q, 1);
		r.line.dated = is_dated(s.kind, r.line.sort, r.published);
	}
	code = db_done(&q, e);
	if (!code) code = is_disputed(d, id, audiences, &r.line.disputed, e);
	if (!code && !r.line.state) code = err_set(e, ERR_UNSUPPORTED, "the record is in a state that its kind no longer has");
	if (!code) *out = r;
	return code;
}

static enum err_code by_id(const struct disclosing *d, int64_t id, struct str name, struct disclosed *out, struct err *e) {
	enum err_code code = viewer_is_public(d) ? public_record(d, id, name, out, e) : other_record(d, id, name, out, e);
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "the record is too large to show");
	return code;
}

enum err_code disclose_record(const struct disclosing *d, struct str name, struct disclosed *out, struct err *e) {
	int64_t id;
	enum err_code code = disclose_resolve(d, name, &id, e);
	if (!code) code = by_id(d, id, name, out, e);
	if (code != ERR_NOT_FOUND || viewer_is_public(d)) return code;
	/* The name may stand for several records, of which the first is hidden from this viewer. */
	struct disclosing as_public = *d;
	as_public.viewer = viewer_public;
	code = disclose_resolve(&as_public, name, &id, e);
	return code ? code : by_id(d, id, name, out, e);
}

enum err_code disclose_glimpse(const struct disclosing *d, int64_t record, struct glimpse *out, struct err *e) {
	struct db_query q =
		db_query(d->db, "SELECT " GLIMPSE_COLUMNS " FROM record r JOIN public p ON p.record = r.id WHERE r.id = $1");
	db_bind_int(&q, 1, record);
	bool found = db_row(&q) && glimpse_read(d, &q, 0, out);
	enum err_code code = db_done(&q, e);
	if (code || found) return code;
	if (viewer_is_public(d)) return nothing(STR_EMPTY, e);
	/* Of the whole body only these lines stay: hundreds of them may be wanted for a page. */
	autoarena struct arena *own = arena_new(GLIMPSE_CAP);
	struct disclosing apart = *d;
	struct disclosed r;
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	apart.a = own;
	code = other_record(&apart, record, STR_EMPTY, &r, e);
	if (code == ERR_GONE) code = nothing(STR_EMPTY, e); /* a line about it would say nothing */
	if (code) return code;
	struct str *const strings[] = {&r.line.id, &r.line.uid, &r.line.headline, &r.line.summary, &r.line.sort, &r.line.hub};
	for (size_t i = 0; i < lengthof(strings); i++) *strings[i] = arena_str(d->a, *strings[i]);
	*out = r.line;
	return ERR_OK;
}

struct str disclose_public_name(struct db *db, struct arena *a, struct str uid) {
	struct str name = uid;
	struct db_query q = db_query(db, "SELECT p.headline FROM record r JOIN public p ON p.record = r.id WHERE r.uid = $1");
	db_bind_str(&q, 1, uid);
	if (db_row(&q)) name = arena_str(a, db_str(&q, 0));
	return db_done(&q, NULL) ? uid : name;
}

/* ---- links ---- */

struct rel_count {
	struct str rel;
	int64_t n;
	bool inverse;
};

/* How many links of each relation; over all links, of which this viewer may see fewer. */
static enum err_code count_links(const struct disclosing *d, int64_t record, struct rel_count **out, size_t *n, struct err *e) {
	static const char *const statements[] = {
		"SELECT rel, count(*) FROM link WHERE source = $1 GROUP BY rel ORDER BY rel",
		"SELECT rel, count(*) FROM link WHERE target = $1 GROUP BY rel ORDER BY rel",
	};
	enum { RELATIONS = 64 };
	struct rel_count *items = arena_array(d->a, RELATIONS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	for (int inverse = 0; inverse < 2; inverse++) {
		struct db_query q = db_query(d->db, statements[inverse]);
		db_bind_int(&q, 1, record);
		while (db_row(&q) && *n < RELATIONS)
			items[(*n)++] = (struct rel_count){arena_str(d->a, db_str(&q, 0)), db_int(&q, 1), inverse};
		enum err_code code = db_done(&q, e);
		if (code) return code;
	}
	*out = items;
	return ERR_OK;
}

/* The other ends of one relation that may be seen. The kind of the end that has the link says who may see the relation. */
static enum err_code link_group(const struct disclosing *d, const struct disclosed *r, const struct rel_count *c, size_t each,
	struct disclosed_links *out, struct err *e) {
	static const char *const statements[] = {
		"SELECT target FROM link WHERE source = $1 AND rel = $2 ORDER BY target DESC",
		"SELECT source FROM link WHERE target = $1 AND rel = $2 ORDER BY source DESC",
	};
	struct disclosed_links g = {.rel = c->rel, .inverse = c->inverse};
	g.items = arena_array(d->a, each < (size_t)c->n ? each : (size_t)c->n, sizeof *g.items);
	if (!g.items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(d->db, statements[c->inverse]);
	db_bind_int(&q, 1, r->line.record);
	db_bind_str(&q, 2, c->rel);
	enum err_code code = ERR_OK;
	while (!code && g.n < each && db_row(&q)) {
		struct glimpse other;
		code = disclose_glimpse(d, db_int(&q, 0), &other, e);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		if (code) break;
		const struct kind_link *l = kind_link(c->inverse ? other.kind : r->line.kind, c->rel);
		if (!l || !(l->audiences & r->audiences)) continue;
		/* Kinds may call the other end of one relation differently: "Incidents, Reports". */
		struct str title = c->inverse ? l->inverse : l->title;
		if (!g.title.n) g.title = title;
		else if (str_find(g.title, title) == STR_NONE) g.title = arena_fmt(d->a, "%.*s, %.*s", STR_ARG(g.title), STR_ARG(title));
		g.items[g.n++] = other;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code || ended) return code ? code : ended;
	/* Where the list was cut, the rest is counted among what is public: exact for the public, a lower bound for others. */
	g.total = (int64_t)g.n;
	if (g.n == each) {
		struct db_query all = db_query(d->db, c->inverse ?
			"SELECT count(*), p.kind FROM link l JOIN public p ON p.record = l.source WHERE l.target = $1 AND l.rel = $2 GROUP BY p.kind" :
			"SELECT count(*), p.kind FROM link l JOIN public p ON p.record = l.target WHERE l.source = $1 AND l.rel = $2 GROUP BY p.kind");
		db_bind_int(&all, 1, r->line.record);
		db_bind_str(&all, 2, c->rel);
		int64_t counted = 0;
		while (db_row(&all)) {
			const struct kind *k = kind_find(d->hub->kinds, db_str(&all, 1));
			const struct kind_link *l = k ? kind_link(c->inverse ? k : r->line.kind, c->rel) : NULL;
			if (l && (l->audiences & r->audiences)) counted += db_int(&all, 0);
		}
		code = db_done(&all, e);
		if (counted > g.total) g.total = counted;
	}
	*out = g;
	return code;
}

enum err_code disclose_links(const struct disclosing *d, const struct disclosed *r, size_t each, struct disclosed_links **out, size_t *n,
	struct err *e) {
	struct rel_count *counts = NULL;
	size_t counts_n = 0;
	enum err_code code = count_links(d, r->line.record, &counts, &counts_n, e);
	if (code) return code;
	struct disclosed_links *groups = arena_array(d->a, counts_n + 1, sizeof *groups);
	if (!groups) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0;
	for (size_t i = 0; i < counts_n && !code; i++) {
		code = link_group(d, r, &counts[i], each, &groups[used], e);
		if (!code && groups[used].n) used++;
	}
	if (code) return code;
	*out = groups;
	*n = used;
	return ERR_OK;
}

/* ---- where it came from ---- */

enum err_code disclose_origin(const struct disclosing *d, struct str system, struct str source_id, bool with_fetched,
	struct disclosed_origin *out, struct err *e) {
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return nothing(source_id, e);
	struct db_query q = db_query(d->db,
		"SELECT o.record, o.mapping, r.uid, o.digest, CASE WHEN $3 = 1 OR r.key_id IS NOT NULL THEN o.fetched END, r.key_id FROM origin o JOIN record r ON r.id = o.record "
		"WHERE o.system = $1 AND o.source_id = $2");
	db_bind_str(&q, 1, system);
	db_bind_str(&q, 2, source_id);
	db_bind_int(&q, 3, with_fetched);
	struct disclosed_origin o = {.system = system, .source_id = source_id};
	bool found = db_row(&q), whole = true;
	struct str packed = STR_EMPTY;
	enum err_code code = ERR_OK;
	if (found) {
		code = store_open(d->hub, d->a, db_str(&q, 5), &(struct cipher_place){"origin", db_str(&q, 2), 0}, db_str(&q, 4), &packed, e);
		o.record = db_int(&q, 0);
		o.mapping = db_int(&q, 1);
		o.uid = arena_str(d->a, db_str(&q, 2));
		whole = db_str(&q, 3).n == sizeof o.digest;
		if (whole) memcpy(o.digest, db_str(&q, 3).p, sizeof o.digest);
		unsigned long long size = packed.n ? ZSTD_getFrameContentSize(packed.p, packed.n) : 0;
		if (packed.n && size <= FETCHED) {
			char *to = arena_alloc(d->a, (size_t)size + 1);
			size_t got = to ? ZSTD_decompress(to, (size_t)size, packed.p, packed.n) : 0;
			whole = whole && to && !ZSTD_isError(got) && got == size;
			o.fetched = str_n(to, whole ? got : 0);
		} else {
			whole = whole && !packed.n;
		}
		/* Of a record with a key the stored one is keyed: what is told is that of the form itself. */
		if (whole && db_str(&q, 5).n && !code) {
			struct sha256 digest = sha256(o.fetched);
			memcpy(o.digest, digest.byte, sizeof o.digest);
		}
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code || ended) return code ? code : ended;
	if (!found) return nothing(source_id, e);
	if (!whole) return err_set(e, ERR_CORRUPT, "the fetched form of %.*s is damaged", STR_ARG(source_id));
	*out = o;
	return ERR_OK;
}

/* Members in which a revision differs from the one before it, laid over what was told so far. */
static const struct json *told(struct arena *a, const struct json *so_far, const struct json *before, const struct json *after) {
	for (size_t i = 0; i < json_count(after); i++) {
		const struct json_member *m = json_member_at(after, i);
		const struct json *was = json_get(before, m->name);
		if (!was || !json_equal(was, &m->value)) so_far = json_with(a, so_far, m->name, &m->value);
	}
	for (size_t i = 0; i < json_count(before); i++) {
		const struct json_member *m = json_member_at(before, i);
		if (!json_get(after, m->name)) so_far = json_with(a, so_far, m->name, NULL);
	}
	return so_far;
}

enum err_code disclose_imported(const struct disclosing *d, int64_t record, const struct json **imported, const struct json **whole,
	struct err *e) {
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return nothing(STR_EMPTY, e);
	struct db_query q = db_query(d->db,
		"SELECT v.body, v.actor, v.key_id, v.number, r.uid FROM revision v JOIN record r ON r.id = v.record WHERE v.record = $1 ORDER BY v.number");
	db_bind_int(&q, 1, record);
	const struct json *base = NULL, *before = NULL;
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		const struct json *body;
		struct str text;
		code = store_open(d->hub, d->a, db_str(&q, 2), &(struct cipher_place){"body", db_str(&q, 4), db_int(&q, 3)}, db_str(&q, 0), &text, e);
		if (!code) code = json_parse(d->a, text, NULL, &body, e);
		if (code) break;
		/* An importer's revision also holds what was changed here: only what it changed itself comes from the source. */
		if (str_starts(db_str(&q, 1), S("import:"))) base = base ? told(d->a, base, before, body) : body;
		before = body;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (!code) code = ended;
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "the record has too long a history");
	if (code) return code;
	*imported = base;
	*whole = before;
	return ERR_OK;
}
