#include "registry.h"

static enum err_code no_memory(struct err *e) {
	return err_set(e, ERR_MEMORY, "not enough memory to compile the schema");
}

/* Writes "/token", escaped as in RFC 6901, if out is there; gives its length. */
static size_t write_token(char *out, struct str s) {
	size_t n = 0;
	if (out) out[n] = '/';
	n++;
	for (size_t i = 0; i < s.n; i++) {
		bool escaped = s.p[i] == '~' || s.p[i] == '/';
		if (out && escaped) out[n] = '~';
		n += escaped;
		if (out) out[n] = (char)(s.p[i] == '~' ? '0' : s.p[i] == '/' ? '1' : s.p[i]);
		n++;
	}
	return n;
}

struct str place_below(struct arena *a, struct str place, struct str keyword, struct str name) {
	size_t n = place.n + write_token(NULL, keyword) + (name.p ? write_token(NULL, name) : 0);
	char *p = arena_alloc(a, n + 1);
	if (!p) return STR_EMPTY;
	memcpy(p, place.p, place.n);
	size_t at = place.n + write_token(p + place.n, keyword);
	if (name.p) write_token(p + at, name);
	return str_n(p, n);
}

/* ---- spots ---- */

static struct str address_key(struct spot *s) {
	return str_n(&s->schema, sizeof s->schema);
}

static struct spot *find_spot(const struct registry *r, const struct json *schema) {
	return map_get(&r->spots, str_n(&schema, sizeof schema));
}

static struct spot *add_spot(
	struct registry *r, const struct json *schema, struct resource *resource, struct str place) {
	struct spot *s = arena_new_of(r->temporary, struct spot);
	if (!s) return NULL;
	*s = (struct spot){schema, resource, place, NULL, NULL};
	void **at = map_at(&r->spots, address_key(s));
	if (!at) return NULL;
	*at = s;
	if (r->last)
		r->last->next = s;
	else
		r->first = s;
	r->last = s;
	return s;
}

struct spot *registry_child(
	struct registry *r, const struct spot *parent, const struct json *schema, struct str keyword, struct str name) {
	struct spot *s = find_spot(r, schema);
	return s ? s : add_spot(r, schema, parent->resource, place_below(r->a, parent->place, keyword, name));
}

/* ---- resources ---- */

static struct resource *add_resource(struct registry *r, struct str uri, struct str metaschema) {
	if (r->n == r->room) {
		uint32_t room = r->room ? r->room * 2 : 8;
		struct resource **all = arena_array(r->temporary, room, sizeof(struct resource *));
		if (!all) return NULL;
		if (r->n) memcpy(all, r->all, r->n * sizeof(struct resource *));
		r->all = all;
		r->room = room;
	}
	struct resource *resource = arena_new_of(r->temporary, struct resource);
	if (!resource) return NULL;
	bool old = str_find(metaschema, S("json-schema.org/draft-07/")) != STR_NONE ||
		str_find(metaschema, S("json-schema.org/draft-06/")) != STR_NONE;
	*resource = (struct resource){
		.uri = uri, .number = r->n, .dialect = old ? DIALECT_7 : DIALECT_2020_12, .metaschema = metaschema};
	resource->dynamic.arena = r->temporary;
	r->all[r->n++] = resource;
	return resource;
}

/* False when the name is taken. */
static bool put(struct map *m, struct str key, void *value) {
	void **at = map_at(m, key);
	if (!at || *at) return !at;
	*at = value;
	return true;
}

struct walk {
	struct registry *r;
	bool strict; /* a name that is taken is an error; in sources the first one counts */
	enum err_code code;
	struct err *e;
};

static void problem(struct walk *w, struct str place, const char *words, struct str name) {
	if (w->code || !w->strict) return;
	w->code = err_set(w->e, ERR_INVALID, "%s: %.*s", words, STR_ARG(name));
	err_where(w->e, "%.*s", STR_ARG(place));
}

static void anchor(struct walk *w, struct spot *s, struct str name, bool dynamic) {
	struct str key = arena_fmt(w->r->temporary, "%.*s#%.*s", STR_ARG(s->resource->uri), STR_ARG(name));
	if (!put(&w->r->anchors, key, s)) problem(w, s->place, "an anchor of this name stands in the schema twice", name);
	if (dynamic) put(&s->resource->dynamic, name, s);
}

static struct str without_fragment(struct str uri) {
	size_t hash = str_find_char(uri, '#');
	return hash == STR_NONE ? uri : str_sub(uri, 0, hash);
}

/* What a schema says of its own identity. Gives the resource that it stands in. */
static struct resource *identify(struct walk *w, const struct json *schema, struct resource *in, struct str place) {
	const struct json *id = json_get_lit(schema, "$id");
	bool old = in->dialect == DIALECT_7;
	if (!json_is(id, JSON_STRING) || str_starts(id->string, S("#")) || (old && json_get_lit(schema, "$ref"))) return in;
	struct str uri = uri_resolve(w->r->temporary, in->uri, id->string);
	struct str fragment = str_from(uri, without_fragment(uri).n);
	if (fragment.n > 1 && !old) problem(w, place, "$id has a fragment", id->string);
	uri = without_fragment(uri);
	struct str metaschema = json_get_str(schema, S("$schema"));
	struct resource *own = add_resource(w->r, uri, metaschema.n ? metaschema : in->metaschema);
	if (!own) return in;
	if (!put(&w->r->resources, uri, own)) problem(w, place, "two schemas have the same $id", uri);
	return own;
}

static void walk(struct walk *w, const struct json *schema, struct resource *in, struct str place, bool is_root);

static void walk_below(struct walk *w, struct spot *s, enum keyword k, const struct json *v) {
	struct str name = keyword_row(k)->name;
	struct arena *a = w->r->a;
	char number[24];
	enum shape shape = keyword_row(k)->shape;
	bool one = shape == SHAPE_SCHEMA || (shape == SHAPE_ITEMS && v->type != JSON_ARRAY);
	bool many =
		shape == SHAPE_SCHEMAS || shape == SHAPE_ITEMS || shape == SHAPE_SCHEMA_MAP || shape == SHAPE_DEPENDENCIES;
	if (one) walk(w, v, s->resource, place_below(a, s->place, name, (struct str){NULL, 0}), false);
	if (one || !many) return;
	for (size_t i = 0; i < json_count(v); i++) {
		bool map = v->type == JSON_OBJECT;
		int digits = snprintf(number, sizeof number, "%zu", i);
		struct str step = map ? v->members[i].name : str_n(number, (size_t)digits);
		const struct json *below = map ? &v->members[i].value : &v->items[i];
		if (below->type == JSON_OBJECT) walk(w, below, s->resource, place_below(a, s->place, name, step), false);
	}
}

/* As deep as json_copy allows. */
static void walk(struct walk *w, const struct json *schema, struct resource *in, struct str place, bool is_root) {
	if (!is_root && schema->type != JSON_OBJECT) return;
	struct resource *own = is_root ? in : identify(w, schema, in, place);
	struct spot *s = add_spot(w->r, schema, own, place);
	if (!s) return;
	if (is_root || own != in) own->root = s;
	if (schema->type != JSON_OBJECT) return;
	if (own->dialect == DIALECT_7) {
		struct str id = json_get_str(schema, S("$id"));
		if (str_starts(id, S("#")) && id.n > 1 && !json_get_lit(schema, "$ref")) anchor(w, s, str_from(id, 1), false);
	} else {
		struct str name = json_get_str(schema, S("$anchor"));
		if (name.n) anchor(w, s, name, false);
		name = json_get_str(schema, S("$dynamicAnchor"));
		if (name.n) anchor(w, s, name, true);
	}
	for (size_t i = 0; i < json_count(schema) && !w->code; i++) {
		enum keyword k = keyword_of(schema->members[i].name);
		if (k != K_COUNT) walk_below(w, s, k, &schema->members[i].value);
	}
}

/* A whole document under the URI that it came from. */
static enum err_code read_document(struct registry *r, const struct json *document, struct str uri, bool is_root,
	struct spot **out, struct err *e) {
	const struct json *copy = json_copy(r->temporary, document);
	if (!copy) return no_memory(e);
	struct str id = json_get_str(copy, S("$id"));
	if (str_starts(id, S("#"))) id = STR_EMPTY;
	struct str base = id.n ? without_fragment(uri_resolve(r->temporary, uri, id)) : uri;
	struct resource *root = add_resource(r, base, json_get_str(copy, S("$schema")));
	if (!root) return no_memory(e);
	put(&r->resources, base, root);
	put(&r->resources, uri, root);
	struct walk w = {.r = r, .strict = is_root, .e = e};
	struct str place = is_root ? S("#") : arena_cat(r->a, base, S("#"));
	walk(&w, copy, root, place, true);
	if (w.code) return w.code;
	if (arena_failed(r->temporary) || arena_failed(r->a) || !root->root) return no_memory(e);
	if (out) *out = root->root;
	return ERR_OK;
}

enum err_code registry_root(struct registry *r, const struct json *document, struct spot **out, struct err *e) {
	return read_document(r, document, STR_EMPTY, true, out, e);
}

/* ---- following references ---- */

static enum err_code read_source(struct registry *r, struct source *s, struct err *e) {
	if (s->read) return ERR_OK;
	s->read = true;
	return read_document(r, s->document, s->uri, false, NULL, e);
}

/* *out is NULL when there is no such resource. */
static enum err_code find_resource(struct registry *r, struct str uri, struct resource **out, struct err *e) {
	enum err_code code = ERR_OK;
	*out = map_get(&r->resources, uri);
	/* The source of that name; then the others, as one of them may have it inside. */
	for (int others = 0; others < 2 && !*out; others++) {
		for (size_t i = 0; i < r->n_sources && !*out && !code; i++) {
			if (!others && !str_eq(r->sources[i].uri, uri)) continue;
			code = read_source(r, &r->sources[i], e);
			*out = map_get(&r->resources, uri);
		}
		if (code) return code;
	}
	struct str text = *out ? STR_EMPTY : metaschema_text(uri);
	if (!text.n) return ERR_OK;
	const struct json *document;
	code = json_parse(r->temporary, text, NULL, &document, e);
	if (!code) code = read_document(r, document, uri, false, NULL, e);
	*out = map_get(&r->resources, uri);
	return code;
}

static int hex(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str percent_decoded(struct arena *a, struct str s) {
	if (str_find_char(s, '%') == STR_NONE) return s;
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = high >= 0 ? hex(s.p[i + 2]) : -1;
		if (low >= 0) i += 2;
		p[n++] = (char)(low >= 0 ? high << 4 | low : s.p[i]);
	}
	return str_n(p, n);
}

/* Follows a JSON pointer from a spot and knows the resource of each step on the way. */
static struct spot *follow_pointer(struct registry *r, struct spot *from, struct str pointer) {
	struct str rest = str_from(pointer, 1), token;
	struct spot *last = from;
	const struct json *v = from->schema;
	while (v && str_split(&rest, '/', &token)) {
		v = json_pointer(v, str_n(token.p - 1, token.n + 1));
		struct spot *met = v ? find_spot(r, v) : NULL;
		if (met) last = met;
	}
	if (!v || (v->type != JSON_OBJECT && v->type != JSON_BOOL)) return NULL;
	if (v == last->schema) return last;
	return add_spot(r, v, last->resource, arena_cat(r->a, from->place, pointer));
}

enum err_code registry_follow(struct registry *r, struct resource *from, struct str reference, struct spot **out,
	bool *dynamic, struct str *name, struct err *e) {
	struct str uri = uri_resolve(r->temporary, from->uri, reference), base = without_fragment(uri);
	struct str fragment = str_from(uri, base.n < uri.n ? base.n + 1 : uri.n);
	struct resource *to;
	enum err_code code = find_resource(r, base, &to, e);
	if (code) return code;
	*dynamic = false;
	*name = fragment;
	struct spot *s = to ? to->root : NULL;
	fragment = percent_decoded(r->temporary, fragment);
	if (s && fragment.n && fragment.p[0] == '/') {
		s = follow_pointer(r, s, fragment);
	} else if (s && fragment.n) {
		struct str key = arena_fmt(r->temporary, "%.*s#%.*s", STR_ARG(to->uri), STR_ARG(fragment));
		s = map_get(&r->anchors, key);
		*dynamic = s && map_get(&to->dynamic, fragment) == s;
	}
	if (arena_failed(r->temporary) || arena_failed(r->a)) return no_memory(e);
	if (!s) return err_set(e, ERR_INVALID, "the reference leads nowhere: %.*s", STR_ARG(reference));
	*out = s;
	return ERR_OK;
}

/* ---- dialects ---- */

static enum err_code read_vocabularies(const struct json *list, unsigned *out, struct err *e) {
	static const struct {
		const char *name;
		unsigned bits;
	} known[] = {
		{"core", VOCABULARY_CORE}, {"applicator", VOCABULARY_APPLICATOR | VOCABULARY_OLD},
		{"unevaluated", VOCABULARY_UNEVALUATED}, {"validation", VOCABULARY_VALIDATION}, {"meta-data", VOCABULARY_NOTES},
		{"content", VOCABULARY_NOTES}, {"format-annotation", VOCABULARY_FORMAT},
		{"format-assertion", VOCABULARY_FORMAT | VOCABULARY_ASSERT},
	};
	*out = VOCABULARY_CORE;
	for (size_t i = 0; i < json_count(list); i++) {
		struct str uri = list->members[i].name;
		bool is_known = false;
		for (size_t k = 0; k < lengthof(known); k++) {
			if (!str_starts(uri, S(METASCHEMA_BASE "vocab/"))) break;
			if (!str_is(str_from(uri, sizeof METASCHEMA_BASE "vocab/" - 1), known[k].name)) continue;
			*out |= known[k].bits;
			is_known = true;
		}
		if (!is_known && json_true(&list->members[i].value))
			return err_set(
				e, ERR_UNSUPPORTED, "the schema needs a vocabulary that is not known here: %.*s", STR_ARG(uri));
	}
	return ERR_OK;
}

enum err_code registry_vocabularies(struct registry *r, struct resource *of, struct err *e) {
	enum {
		STANDARD = VOCABULARY_CORE | VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED | VOCABULARY_VALIDATION |
			VOCABULARY_NOTES | VOCABULARY_FORMAT,
	};
	if (of->vocabularies) return ERR_OK;
	struct str uri = without_fragment(of->metaschema);
	if (of->dialect == DIALECT_7 || !uri.n || str_is(uri, METASCHEMA_BASE "schema")) {
		of->vocabularies = STANDARD;
		return ERR_OK;
	}
	struct resource *metaschema = NULL;
	enum err_code code = find_resource(r, uri, &metaschema, e);
	if (code) return code;
	if (!metaschema || !metaschema->root)
		return err_set(e, ERR_UNSUPPORTED, "the schema is in a dialect that is not known here: %.*s", STR_ARG(uri));
	const struct json *list = json_get_lit(metaschema->root->schema, "$vocabulary");
	if (!list) {
		of->vocabularies = STANDARD;
		return ERR_OK;
	}
	return read_vocabularies(list, &of->vocabularies, e);
}
