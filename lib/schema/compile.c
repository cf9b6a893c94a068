#include "compile.h"

#include <stdarg.h>

enum { ARENA_MOST = 512 << 20, NODES_MOST = 1000000, HOPS_MOST = 64 };

static const struct node nothing_allowed = {.types = 0, .plain = true};

void compile_fails(struct compiler *c, enum err_code code, struct str place, const char *fmt, ...) {
	if (c->code) return;
	char words[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	c->code = err_set(c->e, code, "%s", words);
	if (!c->code) c->code = code;
	err_where(c->e, "%.*s", STR_ARG(place));
}

void compile_no_memory(struct compiler *c) {
	compile_fails(c, ERR_MEMORY, STR_EMPTY, "not enough memory to compile the schema");
}

/* ---- nodes ---- */

static bool more_room(struct compiler *c) {
	if (c->n < c->room) return true;
	size_t room = c->room ? c->room * 2 : 64;
	struct node **nodes = arena_array(c->temporary, room, sizeof *nodes);
	struct spot **spots = arena_array(c->temporary, room, sizeof *spots);
	if (!nodes || !spots || room > NODES_MOST) return false;
	if (c->n) {
		memcpy(nodes, c->nodes, c->n * sizeof *nodes);
		memcpy(spots, c->spots, c->n * sizeof *spots);
	}
	c->nodes = nodes;
	c->spots = spots;
	c->room = room;
	return true;
}

/* Nothing but a reference: in draft-07 whatever stands beside $ref is not looked at. */
static const struct json *lone_reference(const struct spot *s) {
	const struct json *ref = json_get_lit(s->schema, "$ref");
	if (!json_is(ref, JSON_STRING)) return NULL;
	if (s->resource->dialect == DIALECT_7) return ref;
	for (size_t i = 0; i < s->schema->n; i++) {
		enum keyword k = keyword_of(s->schema->members[i].name);
		if (k == K_COUNT || k == K_REF || k == K_COMMENT || k == K_DEFS || k == K_DEFINITIONS) continue;
		if (keyword_row(k)->vocabulary != VOCABULARY_NOTES || keyword_problem(k, &s->schema->members[i].value))
			return NULL;
	}
	return ref;
}

/* Notes an error of the registry's, if it is the first one. */
static void fails(struct compiler *c, enum err_code code, const struct err *e, struct str place) {
	if (c->code) return;
	*c->e = *e;
	err_where(c->e, "%.*s", STR_ARG(place));
	c->code = code;
}

struct spot *follow_reference(struct compiler *c, const struct spot *s, struct str reference, bool *dynamic,
	struct str *name) {
	struct spot *to;
	struct err e;
	enum err_code code = registry_follow(&c->registry, s->resource, reference, &to, dynamic, name, &e);
	if (!code) return to;
	fails(c, code, &e, s->place);
	return NULL;
}

const struct node *node_of(struct compiler *c, struct spot *s, const struct resource *from) {
	const struct json *ref;
	bool dynamic;
	struct str name;
	for (int hops = 0; !s->node && s != s->resource->root && s->resource == from && (ref = lone_reference(s)); hops++) {
		if (hops > HOPS_MOST) {
			compile_fails(c, ERR_INVALID, s->place, "the references come back to where they began");
			return &nothing_allowed;
		}
		s = follow_reference(c, s, ref->string, &dynamic, &name);
		if (!s) return &nothing_allowed;
	}
	if (s->node) return s->node;
	struct node *node = more_room(c) ? arena_new_of(c->a, struct node) : NULL;
	if (!node) {
		compile_no_memory(c);
		return &nothing_allowed;
	}
	node->place = s->place;
	node->resource = s->resource->number;
	s->node = node;
	c->nodes[c->n] = node;
	c->spots[c->n++] = s;
	return node;
}

const struct node *node_below(struct compiler *c, const struct spot *s, enum keyword k, struct str name,
	const struct json *schema) {
	struct spot *below = registry_child(&c->registry, s, schema, keyword_row(k)->name, name);
	if (below) return node_of(c, below, s->resource);
	compile_no_memory(c);
	return &nothing_allowed;
}

struct nodes nodes_below(struct compiler *c, const struct spot *s, enum keyword k, const struct json *array) {
	size_t n = json_count(array);
	const struct node **p = n ? arena_array(c->a, n, sizeof *p) : NULL;
	if (!n || !p) return (struct nodes){NULL, 0};
	for (size_t i = 0; i < n; i++) {
		char number[24];
		int digits = snprintf(number, sizeof number, "%zu", i);
		p[i] = node_below(c, s, k, str_n(number, (size_t)digits), &array->items[i]);
	}
	return (struct nodes){p, n};
}

/* ---- filling a node ---- */

static void read_keywords(struct compiler *c, const struct spot *s, struct keyword_values *k) {
	struct resource *r = s->resource;
	struct err e;
	enum err_code code = registry_vocabularies(&c->registry, r, &e);
	if (code) fails(c, code, &e, s->place);
	const struct json *ref = json_get_lit(s->schema, "$ref");
	bool only_ref = r->dialect == DIALECT_7 && json_is(ref, JSON_STRING);
	for (size_t i = 0; i < s->schema->n && !c->code; i++) {
		const struct json_member *m = &s->schema->members[i];
		enum keyword keyword = keyword_of(m->name);
		if (keyword == K_COUNT || (only_ref && keyword != K_REF && keyword != K_DEFINITIONS)) continue;
		unsigned vocabulary = keyword_row(keyword)->vocabulary;
		bool old = r->dialect == DIALECT_7;
		if ((vocabulary & VOCABULARY_NEW && old) || (vocabulary & VOCABULARY_OLD && !old)) continue;
		if (!(vocabulary & (r->vocabularies | VOCABULARY_OLD))) continue;
		const char *problem = keyword_problem(keyword, &m->value);
		if (!problem && keyword == K_ITEMS && !old && m->value.type == JSON_ARRAY) problem = "must be a schema";
		if (problem)
			compile_fails(c, ERR_INVALID, place_below(c->temporary, s->place, m->name, (struct str){NULL, 0}),
				"%.*s %s", STR_ARG(m->name), problem);
		k->v[keyword] = &m->value;
	}
}

static uint8_t types_of(const struct json *type) {
	uint8_t types = 0;
	if (!type) return TYPE_ANY;
	if (type->type == JSON_STRING) return type_named(type->string);
	for (size_t i = 0; i < json_count(type); i++) types |= type_named(type->items[i].string);
	return types;
}

static void fill(struct compiler *c, struct node *node, const struct spot *s) {
	s->resource->reached = true;
	if (s->schema->type == JSON_BOOL) {
		node->types = s->schema->boolean ? TYPE_ANY : 0;
		node->plain = true;
		return;
	}
	struct keyword_values *k = arena_new_of(c->temporary, struct keyword_values);
	if (!k) {
		compile_no_memory(c);
		return;
	}
	read_keywords(c, s, k);
	if (c->code) return;
	node->types = types_of(k->v[K_TYPE]);
	node->text = compile_text(c, s, k);
	node->number = compile_number(c, k);
	node->array = compile_array(c, s, k);
	node->object = compile_object(c, s, k);
	node->values = compile_values(c, k);
	node->logic = compile_logic(c, s, k);
	node->special = node->logic && (node->logic->unevaluated_properties || node->logic->unevaluated_items);
	const struct object_rules *o = node->object;
	node->only_member = o && !node->values && !node->logic && o->n_properties == 1 && o->n_required == 1 &&
		!o->properties[0].schema && !o->n_patterns && !o->additional && !o->property_names && !o->n_dependencies &&
		!o->min && o->max == SIZE_MAX;
	node->plain = !node->text && !node->number && !node->array && !node->object && !node->values && !node->logic;
}

/* All schemas of the root document are looked at, so that an error in one that nobody refers to is found. */
static void ask_for_all(struct compiler *c) {
	const struct spot *last = c->registry.last;
	for (struct spot *s = c->registry.first; s && !c->code; s = s->next) {
		if (!s->node) node_of(c, s, s->resource);
		if (s == last) break;
	}
}

static const struct node *compile_all(struct compiler *c, const struct json *document) {
	struct spot *root;
	c->code = registry_root(&c->registry, document, &root, c->e);
	if (c->code) return NULL;
	if (document->type != JSON_OBJECT && document->type != JSON_BOOL) {
		compile_fails(c, ERR_INVALID, S("#"), "a schema is an object, true or false");
		return NULL;
	}
	const struct node *node = node_of(c, root, NULL);
	ask_for_all(c);
	do {
		for (; c->done < c->n && !c->code; c->done++) {
			fill(c, c->nodes[c->done], c->spots[c->done]);
			if (arena_failed(c->a) || arena_failed(c->temporary)) compile_no_memory(c);
		}
	} while (!c->code && link_dynamic(c));
	if (!c->code) refuse_loops(c);
	for (size_t i = 0; i < c->n && !c->code; i++)
		if (c->nodes[i]->object) annotate_names(c->nodes[i]->object);
	return node;
}

enum err_code schema_compile(struct schema **out, const struct json *document, const struct schema_options *options,
	struct err *e) {
	struct err own;
	if (!e) e = &own;
	if (!document) return err_set(e, ERR_INVALID, "there is no schema");
	autoarena struct arena *temporary = arena_new(ARENA_MOST);
	struct arena *a = arena_new(ARENA_MOST);
	struct compiler c = {.a = a, .temporary = temporary, .e = e, .assert_format = options && options->assert_format};
	struct schema *s = NULL;
	if (!a || !temporary) goto no_memory;
	c.registry = (struct registry){.a = a, .temporary = temporary, .spots = {.arena = temporary},
		.resources = {.arena = temporary}, .anchors = {.arena = temporary}, .n_sources = options ? options->n : 0};
	c.registry.sources = arena_array(temporary, c.registry.n_sources + 1, sizeof *c.registry.sources);
	if (!c.registry.sources) goto no_memory;
	for (size_t i = 0; i < c.registry.n_sources; i++) {
		const struct schema_source *from = &options->sources[i];
		struct str uri = from->uri.n ? from->uri : json_get_str(from->document, S("$id"));
		size_t hash = str_find_char(uri, '#');
		c.registry.sources[i] = (struct source){str_sub(uri, 0, hash), from->document, from->document == NULL};
	}
	const struct node *root = compile_all(&c, document);
	if (c.code) {
		arena_free(a);
		return c.code;
	}
	s = arena_new_of(a, struct schema);
	if (!s || arena_failed(temporary)) goto no_memory;
	*s = (struct schema){.arena = a, .root = root, .root_resource = 0};
	*out = s;
	return ERR_OK;
no_memory:
	arena_free(a);
	return err_set(e, ERR_MEMORY, "not enough memory to compile the schema");
}

void schema_free(struct schema *s) {
	if (s) arena_free(s->arena);
}
