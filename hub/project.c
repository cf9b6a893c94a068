#include "project.h"

#include "hub/fold.h"
#include "hub/identifier.h"

enum { HEADLINE = 300, SUMMARY = 500, FACET_VALUE = 120, FACET_VALUES = 64 };

/* One line: white space of any kind becomes one space, cut with an ellipsis. */
static struct str one_line(struct arena *a, struct str text, size_t max) {
	text = str_trim(text);
	bool cut = text.n > max;
	text = str_cut_utf8(text, max);
	char *p = arena_alloc(a, text.n + 4);
	if (!p) return STR_EMPTY;
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool white = text.p[i] == ' ' || (text.p[i] >= '\t' && text.p[i] <= '\r');
		if (!white)
			p[n++] = text.p[i];
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	}
	if (cut) {
		memcpy(p + n, "…", 3);
		n += 3;
	}
	return str_n(p, n);
}

struct str project_headline(struct arena *a, const struct kind *kind, const struct json *body) {
	struct str text = one_line(a, json_string(json_pointer(body, kind->headline)), HEADLINE);
	return text.n ? text : S("(untitled)");
}

struct str project_summary(struct arena *a, const struct kind *kind, const struct json *body) {
	return kind->summary.n ? one_line(a, json_string(json_pointer(body, kind->summary)), SUMMARY) : STR_EMPTY;
}

struct str project_etag(struct arena *a, struct str state, struct str shown) {
	struct str parts[] = {state, S("\n"), shown};
	struct sha256 digest = sha256_parts(parts, lengthof(parts));
	char hex[SHA256_HEX];
	return arena_str(a, str_sub(sha256_hex(&digest, hex), 0, 32));
}

/* ---- names ---- */

struct names {
	struct arena *a;
	struct projected_name *items;
	size_t n, room;
};

static void add_name(struct names *list, struct str role, struct str name, bool shown) {
	name = str_trim(name);
	if (!name.n || name.n > 500 || list->n == list->room) return;
	list->items[list->n++] = (struct projected_name){role, name, shown};
}

static void find_names(struct arena *a, const struct visibility *v, const struct json *body, struct projection *out) {
	const struct json *aliases = json_get_lit(body, "aliases"), *crosswalks = json_get_lit(body, "crosswalks");
	struct names list = {.a = a, .room = json_count(aliases) + json_count(crosswalks)};
	list.items = arena_array(a, list.room + 1, sizeof *list.items);
	if (!list.items) return;
	for (size_t i = 0; i < json_count(aliases); i++) {
		char pointer[40];
		snprintf(pointer, sizeof pointer, "/aliases/%zu", i);
		add_name(&list, S("alias"), json_string(json_at(aliases, i)), visibility_of(v, str_of(pointer)) & PUBLIC);
	}
	for (size_t i = 0; i < json_count(crosswalks); i++) {
		/* Only a term that means the same, or nearly, may stand for the record; a broader one would draw in everything. */
		const struct json *c = json_at(crosswalks, i);
		struct str relation = json_get_str(c, S("relation"));
		if (relation.n && !str_is(relation, "exact") && !str_is(relation, "close")) continue;
		struct str scheme = name_key(a, json_get_str(c, S("scheme"))), id = name_key(a, json_get_str(c, S("id")));
		if (scheme.n && id.n)
			add_name(&list, S("crosswalk"), arena_fmt(a, "crosswalk:%.*s/%.*s", STR_ARG(scheme), STR_ARG(id)), false);
	}
	out->names = list.items;
	out->names_n = list.n;
}

/* ---- facets ---- */

struct facets {
	struct arena *a;
	struct projection *out;
	struct str name;
};

static void add_facet(struct facets *f, struct str value) {
	value = one_line(f->a, value, FACET_VALUE);
	if (!value.n || f->out->facets_n == FACET_VALUES) return;
	for (size_t i = 0; i < f->out->facets_n; i++)
		if (str_eq(f->out->facets[i].name, f->name) && str_eq(f->out->facets[i].value, value)) return;
	f->out->facets[f->out->facets_n++] = (struct projected_facet){f->name, value};
}

static void facet_value(const struct json *v, void *arg) {
	struct facets *f = arg;
	if (v->type == JSON_STRING)
		add_facet(f, v->string);
	else if (v->type == JSON_BOOL)
		add_facet(f, v->boolean ? S("yes") : S("no"));
	else if (v->type == JSON_INT)
		add_facet(f, arena_fmt(f->a, "%lld", (long long)v->integer));
	else if (v->type == JSON_ARRAY)
		for (size_t i = 0; i < v->n; i++) facet_value(&v->items[i], arg);
}

static void find_facets(struct arena *a, const struct kind *kind, struct str state, const struct json *shown, struct projection *out) {
	out->facets = arena_array(a, FACET_VALUES, sizeof *out->facets);
	if (!out->facets) return;
	struct facets f = {a, out, S("state")};
	add_facet(&f, state);
	f.name = S("year");
	if (out->dated) add_facet(&f, str_sub(out->sort, 0, 4));
	for (size_t i = 0; i < kind->facets_n; i++) {
		f.name = kind->facets[i].name;
		kind_each(shown, kind->facets[i].pointer, facet_value, &f);
	}
}

/* ---- search ---- */

static void words_of(const struct json *v, void *arg) {
	struct buf *out = arg;
	if (v->type == JSON_STRING)
		fold_words(out, v->string);
	else if (v->type == JSON_ARRAY)
		for (size_t i = 0; i < v->n; i++) words_of(&v->items[i], arg);
	else if (v->type == JSON_OBJECT)
		for (size_t i = 0; i < v->n; i++) words_of(&v->members[i].value, arg);
}

static struct str words(struct arena *a, const struct json *shown, struct kind_pointers pointers) {
	autobuf struct buf out = BUF(SEARCH_WORDS_BYTES);
	for (size_t i = 0; i < pointers.n && !out.failed; i++) kind_each(shown, pointers.items[i], words_of, &out);
	return arena_str(a, buf_str(&out));
}

static void excerpt_of(const struct json *v, void *arg) {
	struct buf *out = arg;
	if (v->type == JSON_STRING && v->string.n && out->n < EXCERPT_BYTES) {
		/* Where the summary is how the text begins, the text says both. */
		if (out->n && str_starts(v->string, str_sub(buf_str(out), 0, out->n - 1))) buf_clear(out);
		buf_add(out, str_cut_utf8(v->string, EXCERPT_BYTES - out->n));
		buf_add_char(out, '\n');
	} else if (v->type == JSON_ARRAY) {
		for (size_t i = 0; i < v->n; i++) excerpt_of(&v->items[i], arg);
	}
}

static struct str excerpt(struct arena *a, const struct kind *kind, const struct json *shown) {
	autobuf struct buf out = BUF(EXCERPT_BYTES + 1);
	/* Sentences, not codes and tags: a hit among those is shown with the summary. */
	if (kind->summary.n) kind_each(shown, kind->summary, excerpt_of, &out);
	for (size_t i = 0; i < kind->search_text.n; i++) kind_each(shown, kind->search_text.items[i], excerpt_of, &out);
	return arena_str(a, buf_str(&out));
}

void project_mark(struct buf *out, struct str name, struct str value) {
	buf_add(out, S("§"));
	buf_add(out, name);
	for (size_t i = 0; i < value.n; i++) {
		if ((value.p[i] >= 'a' && value.p[i] <= 'z') || (value.p[i] >= '0' && value.p[i] <= '9'))
			buf_add_char(out, value.p[i]);
		else
			buf_add(out, S("§"));
	}
	buf_add_char(out, ' ');
}

static void find_words(struct arena *a, const struct kind *kind, struct str state, const struct json *shown, struct projection *out) {
	out->title_words = words(a, shown, kind->search_title);
	out->high_words = words(a, shown, kind->search_high);
	out->text_words = words(a, shown, kind->search_text);
	autobuf struct buf marks = BUF(SEARCH_WORDS_BYTES);
	for (size_t i = 0; i < out->names_n; i++)
		if (out->names[i].shown) fold_words(&marks, out->names[i].name);
	fold_words(&marks, json_get_str(json_get_lit(shown, "source"), S("id")));
	project_mark(&marks, S("kind"), kind->name);
	project_mark(&marks, S("state"), state);
	if (out->dated) project_mark(&marks, S("year"), str_sub(out->sort, 0, 4));
	out->mark_words = arena_str(a, buf_str(&marks));
}

/* The longest prefix of a date or moment that is a date: YYYY, YYYY-MM or YYYY-MM-DD. */
static struct str date_of(struct str text) {
	static const size_t lengths[] = {10, 7, 4};
	for (size_t i = 0; i < lengthof(lengths); i++)
		if (text.n >= lengths[i] && date_valid(str_sub(text, 0, lengths[i]))) return str_sub(text, 0, lengths[i]);
	return STR_EMPTY;
}

enum err_code project(struct arena *a, const struct kind *kind, const struct visibility *visibility, struct str state,
	const struct json *body, moment published, struct projection *out, struct err *e) {
	struct projection p = {.body = json_canonical(a, body)};
	p.digest = sha256(p.body);
	enum err_code code = commitment_make_from(a, body, p.body, &p.commitment, e);
	if (code) return code;
	find_names(a, visibility, body, &p);
	const struct kind_state *s = kind_state(kind, state);
	p.follows = s && s->follows.n;
	p.is_public = s && (s->is_public || p.follows);
	if (p.is_public) {
		const struct json *shown = visibility_project(a, visibility, body, PUBLIC);
		p.shown = shown == body ? p.body : shown ? json_canonical(a, shown) : S("{}");
		p.etag = project_etag(a, state, p.shown);
		p.headline = project_headline(a, kind, shown);
		p.summary = project_summary(a, kind, shown);
		p.sort = kind->date.n ? date_of(json_string(json_pointer(shown, kind->date))) : STR_EMPTY;
		p.dated = p.sort.n > 0;
		/* What came from elsewhere without its date is not new because it came today. */
		bool foreign = kind->date.n && json_string(json_pointer(body, S("/source/system"))).n;
		if (!p.dated) p.sort = foreign ? S(SORT_UNKNOWN) : str_sub(moment_str(a, published), 0, 10);
		find_facets(a, kind, state, shown, &p);
		find_words(a, kind, state, shown, &p);
		p.excerpt = excerpt(a, kind, shown);
	}
	if (arena_failed(a)) return err_set(e, ERR_TOO_LARGE, "the record is too large");
	*out = p;
	return ERR_OK;
}
