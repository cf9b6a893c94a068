#include "filters.h"

#include "desk/registry/describe.h"
#include "desk/site/words.h"
#include "http/html.h"

static const char *const common_names[] = {"state", "year", "use", "system", "organization"};

/* ---- reading ---- */

static bool is_common(struct str name) {
	for (size_t i = 0; i < lengthof(common_names); i++)
		if (str_is(name, common_names[i])) return true;
	return false;
}

static bool has_facet(const struct kind *kind, struct str name) {
	for (size_t i = 0; i < kind->facets_n; i++)
		if (str_eq(kind->facets[i].name, name)) return true;
	return false;
}

static enum err_code add(struct filters *f, struct str name, struct str value, struct err *e) {
	if (!value.n || filters_find(f, name, value) != STR_NONE) return ERR_OK;
	if (f->kind && !is_common(name) && !has_facet(f->kind, name)) {
		err_set(e, ERR_INVALID, "%.*s", STR_ARG(words_with(f->rq->arena, words.no_such_facet, f->kind->plural)));
		err_where(e, "%.*s", STR_ARG(name));
		return ERR_INVALID;
	}
	if (f->n == FILTERS) {
		struct str most = arena_fmt(f->rq->arena, "%d", FILTERS);
		return err_set(e, ERR_INVALID, "%.*s", STR_ARG(words_with(f->rq->arena, words.too_many_filters, most)));
	}
	f->items[f->n++] = (struct list_filter){name, value};
	return ERR_OK;
}

static enum err_code read_kind(struct filters *f, struct err *e) {
	struct str name = request_str(f->rq, "kind");
	if (!name.n) return ERR_OK;
	f->kind = kind_find(desk_hub(f->rq)->kinds, name);
	if (f->kind) return ERR_OK;
	err_set(e, ERR_INVALID, "%.*s", STR_ARG(words_with(f->rq->arena, words.no_such_kind, str_cut_utf8(name, 80))));
	err_where(e, "kind");
	return ERR_INVALID;
}

/* Parameters of the route that are facets: those behind the ones that the table declares. */
enum err_code filters_read(
	struct request *rq, const struct kind *kind, bool takes_query, struct filters *out, struct err *e) {
	struct filters f = {.rq = rq, .kind = kind, .kind_in_path = kind != NULL, .path = rq->path, .query = STR_EMPTY};
	enum err_code code = kind ? ERR_OK : read_kind(&f, e);
	if (takes_query) f.query = str_trim(request_str(rq, "q"));
	const struct desk_app *app = rq->app;
	for (size_t i = 0; i < app->facets_n && !code; i++) {
		size_t n;
		const struct str *values = request_strs(rq, app->facets[i], &n);
		for (size_t j = 0; j < n && !code; j++) code = add(&f, str_of(app->facets[i]), str_trim(values[j]), e);
	}
	if (!code) *out = f;
	return code;
}

enum err_code filters_refuse(struct response *rs, const struct err *e) {
	response_invalid(rs, 400, &(struct problem_item){str_of(e->where), str_of(e->message)}, 1);
	return ERR_OK;
}

size_t filters_find(const struct filters *f, struct str name, struct str value) {
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->items[i].name, name) && str_eq(f->items[i].value, value)) return i;
	return STR_NONE;
}

/* ---- addresses ---- */

struct address {
	struct buf b;
	bool any;
};

static void pair(struct address *x, struct str name, struct str value) {
	buf_add_char(&x->b, x->any ? '&' : '?');
	x->any = true;
	url_encode(&x->b, name);
	buf_add_char(&x->b, '=');
	url_encode(&x->b, value);
}

static void head(struct address *x, const struct filters *f, bool with_path, const struct kind *kind) {
	x->b = BUF(32 << 10);
	if (with_path) buf_add(&x->b, f->path);
	if (f->query.n) pair(x, S("q"), f->query);
	if (kind && !f->kind_in_path) pair(x, S("kind"), kind->name);
}

static struct str done(struct address *x, const struct filters *f) {
	struct str out = arena_str(f->rq->arena, buf_str(&x->b));
	if (x->b.failed) arena_fail(f->rq->arena);
	buf_free(&x->b);
	return out;
}

struct str filters_url_with(const struct filters *f, struct str name, struct str value) {
	struct address x = {0};
	const struct kind *kind = str_is(name, "kind") ? kind_find(desk_hub(f->rq)->kinds, value) : f->kind;
	head(&x, f, true, kind);
	for (size_t i = 0; i < f->n; i++) {
		bool fits = !kind || is_common(f->items[i].name) || has_facet(kind, f->items[i].name);
		if (fits) pair(&x, f->items[i].name, f->items[i].value);
	}
	if (!str_is(name, "kind")) pair(&x, name, value);
	return done(&x, f);
}

struct str filters_url_without(const struct filters *f, size_t without) {
	struct address x = {0};
	head(&x, f, true, f->kind);
	for (size_t i = 0; i < f->n; i++)
		if (i != without) pair(&x, f->items[i].name, f->items[i].value);
	return done(&x, f);
}

struct str filters_url_without_kind(const struct filters *f) {
	struct address x = {0};
	head(&x, f, true, NULL);
	for (size_t i = 0; i < f->n; i++)
		if (is_common(f->items[i].name)) pair(&x, f->items[i].name, f->items[i].value);
	return done(&x, f);
}

struct str filters_url_bare(const struct filters *f) {
	struct address x = {0};
	head(&x, f, true, NULL);
	return done(&x, f);
}

struct str filters_url_at(const struct filters *f, const char *name, struct str value) {
	struct address x = {0};
	head(&x, f, true, f->kind);
	for (size_t i = 0; i < f->n; i++) pair(&x, f->items[i].name, f->items[i].value);
	if (name) pair(&x, str_of(name), value);
	return done(&x, f);
}

struct str filters_query(const struct filters *f, bool with_kind) {
	struct address x = {0};
	head(&x, f, false, NULL);
	if (with_kind && f->kind) pair(&x, S("kind"), f->kind->name);
	for (size_t i = 0; i < f->n; i++) pair(&x, f->items[i].name, f->items[i].value);
	return done(&x, f);
}

/* ---- words ---- */

static const struct kind *kind_with_facet(const struct hub *h, struct str name, struct str *pointer) {
	for (size_t i = 0; i < h->kinds->n; i++) {
		const struct kind *k = &h->kinds->items[i];
		for (size_t j = 0; j < k->facets_n; j++) {
			if (!str_eq(k->facets[j].name, name)) continue;
			*pointer = k->facets[j].pointer;
			return k;
		}
	}
	return NULL;
}

struct str filter_value_words(const struct hub *h, struct arena *a, const struct kind *kind, struct str name,
	struct str value, struct str label) {
	if (label.n && !str_eq(label, value)) return label;
	if (str_is(name, "kind")) {
		const struct kind *k = kind_find(h->kinds, value);
		return k ? k->plural : value;
	}
	if (is_common(name) && !str_is(name, "state")) return value;
	struct str pointer = STR_EMPTY;
	if (!kind || !has_facet(kind, name)) kind = kind_with_facet(h, name, &pointer);
	for (size_t i = 0; kind && i < kind->facets_n; i++)
		if (str_eq(kind->facets[i].name, name)) pointer = kind->facets[i].pointer;
	if (str_is(name, "state") || !kind || !pointer.n) return value_words(a, value);
	struct describing d = {h->kinds, kind};
	struct described of = describe_pointer(&d, pointer);
	if (described_is(&of, "boolean")) return str_of(str_is(value, "true") ? words.yes : words.no);
	return of.choices ? choice_words(a, json_get_lit(of.schema, "x-choices"), value) : value;
}

/* ---- the side of a page ---- */

/* A chip's words: what the facets call the value, or, when it is not among them, what can be said without. */
static struct str chip_words(
	const struct filters *f, const struct list_filter *item, const struct facet_group *groups, size_t n) {
	struct str label = STR_EMPTY;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(groups[i].name, item->name)) continue;
		for (size_t j = 0; j < groups[i].n; j++)
			if (str_eq(groups[i].values[j].value, item->value)) label = groups[i].values[j].label;
	}
	bool record = str_is(item->name, "use") || str_is(item->name, "system") || str_is(item->name, "organization");
	if (record && !label.n) {
		struct disclosing d = desk_disclosing(f->rq);
		struct disclosed r;
		if (!disclose_record(&d, item->value, &r, NULL)) label = r.line.headline;
	}
	return filter_value_words(desk_hub(f->rq), f->rq->arena, f->kind, item->name, item->value, label);
}

static void make_chips(const struct filters *f, const struct facet_group *groups, size_t n, struct filter_side *out) {
	struct filter_chip *chips = arena_array(f->rq->arena, f->n + 1, sizeof *chips);
	if (!chips) return;
	if (f->kind && !f->kind_in_path)
		chips[out->chips_n++] = (struct filter_chip){S("Kind"), f->kind->plural, filters_url_without_kind(f)};
	for (size_t i = 0; i < f->n; i++)
		chips[out->chips_n++] = (struct filter_chip){facet_title(desk_hub(f->rq), f->kind, f->items[i].name),
			chip_words(f, &f->items[i], groups, n), filters_url_without(f, i)};
	out->chips = chips;
}

/* The newest first. */
static int by_year(const void *x, const void *y) {
	return str_cmp(((const struct filter_value *)y)->label, ((const struct filter_value *)x)->label);
}

static void make_group(const struct filters *f, const struct facet_group *g, bool first, struct filter_group *out) {
	struct arena *a = f->rq->arena;
	struct filter_value *values = arena_array(a, g->n + 1, sizeof *values);
	*out = (struct filter_group){.title = g->title, .values = values, .open = first};
	for (size_t i = 0; values && i < g->n; i++) {
		const struct facet_value *v = &g->values[i];
		size_t at = filters_find(f, g->name, v->value);
		bool is_kind = str_is(g->name, "kind");
		bool active = is_kind ? f->kind && str_eq(f->kind->name, v->value) : at != STR_NONE;
		if (!v->n && !active) continue;
		struct str url = !active ? filters_url_with(f, g->name, v->value) :
			is_kind ? filters_url_without_kind(f) : filters_url_without(f, at);
		values[out->n++] = (struct filter_value){
			filter_value_words(desk_hub(f->rq), a, f->kind, g->name, v->value, v->label), url, v->n, active};
		out->open |= active;
	}
	if (str_is(g->name, "year") && values) qsort(values, out->n, sizeof *values, by_year);
	out->more = g->distinct > g->n ? g->distinct - g->n : 0;
}

/* A group with one value that all have narrows nothing. */
static bool of_use(const struct filters *f, const struct facet_group *g) {
	if (str_is(g->name, "kind") && f->kind_in_path) return false;
	if (str_is(g->name, "state") && g->n == 1 && filters_find(f, g->name, g->values[0].value) == STR_NONE) return false;
	return g->n > 0;
}

void filters_side(const struct filters *f, const struct facet_group *groups, size_t n, enum filter_counts counts,
	struct filter_side *out) {
	enum { OPEN = 4 };
	size_t open = 0;
	*out = (struct filter_side){.at_least = counts == COUNTS_AT_LEAST, .counted = counts != COUNTS_UNKNOWN,
		.bare = filters_url_bare(f)};
	make_chips(f, groups, n, out);
	struct filter_group *made = arena_array(f->rq->arena, n + 1, sizeof *made);
	if (!made) return;
	for (size_t i = 0; i < n; i++)
		if (of_use(f, &groups[i])) {
			/* Long tails of names stay folded. */
			bool names = str_is(groups[i].name, "system") || str_is(groups[i].name, "organization");
			make_group(f, &groups[i], !names && open < OPEN, &made[out->groups_n++]);
			open += !names;
		}
	out->groups = made;
}
