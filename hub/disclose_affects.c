#include "hub/affects.h"

#include "hub/disclose_private.h"
#include "hub/identifier.h"
#include "hub/ledger/entry.h"

enum { NAME = 500, FOUND = 100, KEYS = 8 };

struct affecting {
	const struct disclosing *d;
	const struct affects_request *r;
	struct affects *out;
	struct str *versions; /* of each name */
	struct map systems, items; /* uid → its place and 1 */
	struct err *e;
};

/* ---- names ---- */

/* "pkg:huggingface/owner/model@1.0?x=y#z" (purl-spec) taken apart; a name of another form stays whole. */
struct wanted {
	struct str name, version;
	struct str type; /* of a package URL; "" none */
};

static struct str percent_decoded(struct arena *a, struct str s) {
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	if (!to) return STR_EMPTY;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte;
		bool coded = s.p[i] == '%' && i + 2 < s.n && !entry_unhex(arena_fmt(a, "%c%c", s.p[i + 1] | 32, s.p[i + 2] | 32), &byte, 1, NULL) && byte;
		to[n++] = coded ? (char)byte : s.p[i];
		i += coded ? 2 : 0;
	}
	return str_n(to, n);
}

static struct wanted take_apart(struct arena *a, struct str name) {
	struct wanted w = {.name = str_trim(name)};
	if (!str_starts(w.name, S("pkg:"))) return w;
	struct str rest = str_from(w.name, 4), part;
	size_t end = str_find_char(rest, '#');
	rest = str_sub(rest, 0, end);
	rest = str_sub(rest, 0, str_find_char(rest, '?'));
	size_t at = str_rfind_char(rest, '@'), slash = str_find_char(rest, '/');
	if (slash == STR_NONE) return w;
	if (at != STR_NONE && at > slash + 1) {
		w.version = percent_decoded(a, str_from(rest, at + 1));
		rest = str_sub(rest, 0, at);
	}
	(void)str_split(&rest, '/', &part);
	w.type = part;
	w.name = percent_decoded(a, rest);
	return str_utf8(w.name) && str_utf8(w.version) ? w : (struct wanted){.name = str_trim(name)};
}

/* Package collections as OSV calls them, from which importers make keys, where package URLs have another word. */
static struct str collection_of(struct arena *a, struct str type) {
	static const char *const words[][2] = {{"golang", "go"}, {"cargo", "crates-io"}, {"gem", "rubygems"}, {"composer", "packagist"}};
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_eq_ascii_case(type, str_of(words[i][0]))) return str_of(words[i][1]);
	return name_key(a, type);
}

/* Names by which the hub may know what somebody calls so, the surest first: as it is; the natural keys of systems, which importers make of maker and product
 * ("system:openai/gpt-4"), of package collection and package, or of the name alone. */
static size_t names_of(struct arena *a, const struct wanted *w, struct str names[KEYS]) {
	size_t n = 0, slash = str_rfind_char(w->name, '/');
	struct str last = slash == STR_NONE ? w->name : str_from(w->name, slash + 1), key = name_key(a, last), before = slash == STR_NONE ? STR_EMPTY : str_sub(w->name, 0, slash);
	names[n++] = w->name;
	if (w->type.n && !str_is(w->type, "huggingface"))
		names[n++] = arena_fmt(a, "system:%.*s/%.*s", STR_ARG(collection_of(a, w->type)), STR_ARG(name_key(a, w->name)));
	if (before.n && key.n) names[n++] = arena_fmt(a, "system:%.*s/%.*s", STR_ARG(name_key(a, before)), STR_ARG(key));
	if (key.n) names[n++] = arena_fmt(a, "system:%.*s", STR_ARG(key));
	if (key.n) names[n++] = arena_fmt(a, "sys:%.*s", STR_ARG(key));
	return n;
}

/* ---- systems ---- */

static enum err_code add_system(struct affecting *x, int64_t record, size_t name, int distance, struct str rel, size_t below) {
	struct affects *o = x->out;
	struct affects_system *s = &o->systems[o->systems_n];
	if (o->systems_n == AFFECTS_SYSTEMS) return o->more = true, ERR_OK;
	enum err_code code = disclose_glimpse(x->d, record, &s->line, x->e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	void **at = map_at(&x->systems, s->line.uid);
	if (!at) return err_set(x->e, ERR_MEMORY, "out of memory");
	if (*at) return ERR_OK;
	*at = s;
	s->name = name;
	s->distance = distance;
	s->rel = arena_str(x->d->a, rel);
	s->below = below;
	o->systems_n++;
	struct disclosed r;
	code = disclose_record(x->d, s->line.uid, &r, x->e);
	s->licence = code ? NULL : json_get_lit(r.body, "licence");
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* All at once, since a connection has one cursor of a statement. */
struct found {
	int64_t records[FOUND];
	struct str rels[FOUND];
	size_t n;
};
static enum err_code collect(struct affecting *x, struct db_query *q, struct found *f) {
	f->n = 0;
	while (f->n < FOUND && db_row(q)) {
		f->records[f->n] = db_int(q, 0);
		f->rels[f->n++] = arena_str(x->d->a, db_str(q, 1));
	}
	bool more = f->n == FOUND && db_row(q);
	x->out->more |= more;
	if (more) db_cancel(q);
	return more ? ERR_OK : db_done(q, x->e);
}

/* A natural key may be older than what the public is told: it counts where its last part is the name that everybody reads. */
static bool is_called(struct affecting *x, int64_t record, struct str key) {
	struct glimpse line;
	size_t begin = str_rfind_char(key, '/');
	if (begin == STR_NONE) begin = str_find_char(key, ':');
	return !disclose_glimpse(x->d, record, &line, NULL) && str_eq(name_key(x->d->a, line.headline), str_from(key, begin + 1));
}

static enum err_code find_named(struct affecting *x, size_t i) {
	struct wanted w = take_apart(x->d->a, x->r->names[i]);
	struct str names[KEYS];
	size_t n = names_of(x->d->a, &w, names), had = x->out->systems_n;
	struct found f;
	enum err_code code = ERR_OK;
	x->versions[i] = w.version.n ? w.version : i == 0 ? x->r->version : STR_EMPTY;
	/* By the surest name alone: a model called "base" is not every system of that name. */
	for (size_t k = 0; k < n && !code && x->out->systems_n == had; k++) {
		struct db_query q = k ? db_query(x->d->db, "SELECT n.record, '' FROM name n JOIN public p ON p.record = n.record WHERE n.name = $1 AND (n.shown = 1 OR n.role = 'key') AND p.kind = 'system' "
												   "ORDER BY n.record")
							  : db_query(x->d->db, "SELECT r.id, '' FROM record r JOIN public p ON p.record = r.id WHERE p.kind = 'system' AND (r.uid = $2 OR r.id IN "
												   "(SELECT record FROM name WHERE name = $1 AND shown = 1)) ORDER BY r.id");
		char uid[UID_SIZE];
		db_bind_str(&q, 1, name_folded(x->d->a, names[k]));
		if (!k) db_bind_str(&q, 2, uid_parse(names[k], uid) ? arena_str(x->d->a, str_of(uid)) : STR_EMPTY);
		code = collect(x, &q, &f);
		for (size_t j = 0; j < f.n && !code; j++)
			if (!k || is_called(x, f.records[j], names[k])) code = add_system(x, f.records[j], i, 0, STR_EMPTY, 0);
	}
	if (!code && x->out->systems_n == had) x->out->unknown[x->out->unknown_n++] = x->r->names[i];
	return code;
}

static enum err_code add_same(struct affecting *x, size_t at) {
	struct affects_system from = x->out->systems[at];
	struct found f;
	struct db_query q = db_query(x->d->db, "SELECT target, '' FROM link WHERE source = $1 AND rel = 'same-as' UNION SELECT source, '' FROM link WHERE target = $1 AND rel = 'same-as'");
	db_bind_int(&q, 1, from.line.record);
	enum err_code code = collect(x, &q, &f);
	for (size_t i = 0; i < f.n && !code; i++) code = add_system(x, f.records[i], from.name, from.distance, from.rel, from.below);
	return code;
}

static enum err_code add_bases(struct affecting *x, size_t at) {
	struct affects_system from = x->out->systems[at];
	struct found f;
	struct db_query q = db_query(x->d->db, "SELECT target, rel FROM link WHERE source = $1 AND rel IN ('built-on', 'adapted-from', 'trained-on', 'part-of') ORDER BY id");
	db_bind_int(&q, 1, from.line.record);
	enum err_code code = collect(x, &q, &f);
	for (size_t i = 0; i < f.n && !code; i++) code = add_system(x, f.records[i], from.name, from.distance + 1, f.rels[i], at);
	return code;
}

/* Step by step: first what is the same as what was found, at the same distance, then what all of these are made from. So each is found at its least distance. */
static enum err_code follow(struct affecting *x) {
	enum err_code code = ERR_OK;
	for (size_t from = 0, end; from < x->out->systems_n && !code; from = end) {
		for (size_t i = from; i < x->out->systems_n && !code; i++) code = add_same(x, i);
		end = x->out->systems_n;
		if (x->out->systems[from].distance == AFFECTS_DEPTH) break;
		for (size_t i = from; i < end && !code; i++) code = add_bases(x, i);
	}
	return code;
}

/* ---- what is about them ---- */

static size_t keys_of(struct affecting *x, size_t system, struct str keys[KEYS]) {
	struct arena *a = x->d->a;
	const struct affects_system *s = &x->out->systems[system];
	struct wanted w = take_apart(a, x->r->names[s->name]);
	size_t slash = str_rfind_char(w.name, '/'), n = 0;
	keys[n++] = name_key(a, s->line.headline);
	keys[n++] = name_key(a, w.name);
	keys[n++] = name_key(a, slash == STR_NONE ? w.name : str_from(w.name, slash + 1));
	return n;
}

static enum err_code add_item(struct affecting *x, int64_t record, size_t system) {
	struct affects *o = x->out;
	struct affects_item *item = &o->items[o->items_n];
	struct disclosed r;
	if (o->items_n == AFFECTS_ITEMS) return o->more = true, ERR_OK;
	enum err_code code = disclose_glimpse(x->d, record, &item->line, x->e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	void **at = map_at(&x->items, item->line.uid);
	if (!at) return err_set(x->e, ERR_MEMORY, "out of memory");
	if (*at) return ERR_OK;
	code = disclose_record(x->d, item->line.uid, &r, x->e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	*at = item;
	struct str keys[KEYS];
	const struct affects_system *s = &o->systems[system];
	item->severity = json_get_str(r.body, S("severity"));
	item->withdrawn = item->line.state && item->line.state->withdrawn;
	item->system = system;
	item->version = s->distance ? AFFECTS_UNSURE : affects_version_of(x->d->a, r.body, keys, keys_of(x, system, keys), x->versions[s->name]);
	o->items_n++;
	return ERR_OK;
}

static enum err_code find_items(struct affecting *x, size_t system) {
	int64_t *records = arena_array(x->d->a, AFFECTS_ITEMS + 1, sizeof *records);
	size_t n = 0;
	if (!records) return err_set(x->e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(x->d->db, "SELECT l.source FROM link l JOIN public p ON p.record = l.source WHERE l.target = $1 AND l.rel = 'affects' ORDER BY p.sort DESC, p.record DESC LIMIT 1001");
	db_bind_int(&q, 1, x->out->systems[system].line.record);
	while (n <= AFFECTS_ITEMS && db_row(&q)) records[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, x->e);
	for (size_t i = 0; i < n && !code; i++) code = add_item(x, records[i], system);
	return code;
}

static int by_nearness(const void *p, const void *q) {
	const struct affects_item *x = p, *y = q;
	if (x->withdrawn != y->withdrawn) return x->withdrawn - y->withdrawn;
	if (x->system != y->system) return x->system < y->system ? -1 : 1;
	int order = str_cmp(y->line.sort, x->line.sort);
	return order ? order : (x->line.record < y->line.record) - (x->line.record > y->line.record);
}

static enum err_code start(struct affecting *x) {
	struct arena *a = x->d->a;
	x->out->systems = arena_array(a, AFFECTS_SYSTEMS + 1, sizeof *x->out->systems);
	x->out->items = arena_array(a, AFFECTS_ITEMS + 1, sizeof *x->out->items);
	x->out->unknown = arena_array(a, x->r->names_n, sizeof *x->out->unknown);
	x->versions = arena_array(a, x->r->names_n, sizeof *x->versions);
	x->systems.arena = x->items.arena = a;
	return x->out->systems && x->out->items && x->out->unknown && x->versions ? ERR_OK : err_set(x->e, ERR_MEMORY, "out of memory");
}

enum err_code disclose_affects(const struct disclosing *d, const struct affects_request *r, struct affects *out, struct err *e) {
	struct disclosing everybody = *d;
	everybody.viewer = viewer_public;
	struct affecting x = {.d = &everybody, .r = r, .out = out, .e = e};
	*out = (struct affects){0};
	if (!r->names_n) return err_set(e, ERR_INVALID, "the name of a model, dataset or program is missing");
	if (r->names_n > AFFECTS_NAMES) return err_set(e, ERR_INVALID, "at most %d names", AFFECTS_NAMES);
	for (size_t i = 0; i < r->names_n; i++)
		if (!str_trim(r->names[i]).n || r->names[i].n > NAME) return err_set(e, ERR_INVALID, "a name has 1 to %d bytes", NAME);
	enum err_code code = start(&x);
	for (size_t i = 0; i < r->names_n && !code; i++) code = find_named(&x, i);
	if (!code) code = follow(&x);
	for (size_t i = 0; i < out->systems_n && !code; i++) code = find_items(&x, i);
	if (code) return code;
	if (out->items_n) qsort(out->items, out->items_n, sizeof *out->items, by_nearness);
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
