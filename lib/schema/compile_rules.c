/* The groups of rules for values of one type. */
#include "compile.h"

#include <math.h>

static size_t count(const struct json *v, size_t otherwise) {
	double d = json_number(v, 0);
	if (!v) return otherwise;
	return json_is(v, JSON_INT) ? (size_t)v->integer : d < 0x1p62 ? (size_t)d : SIZE_MAX;
}

/* Strings that outlive the document. */
static struct str kept(struct compiler *c, struct str s) {
	return arena_str(c->a, s);
}

static void *keep(struct compiler *c, const void *p, size_t n) {
	void *copy = arena_alloc(c->a, n);
	if (copy) memcpy(copy, p, n);
	return copy;
}

static const struct pattern *compile_pattern(
	struct compiler *c, const struct spot *s, struct str keyword, struct str source) {
	const struct pattern *p = NULL;
	struct err e = {.code = ERR_OK};
	enum err_code code = pattern_compile(c->a, source, &p, &e);
	if (code)
		compile_fails(c, code, place_below(c->temporary, s->place, keyword, (struct str){NULL, 0}), "%s", e.message);
	return p;
}

const struct text_rules *compile_text(struct compiler *c, const struct spot *s, const struct keyword_values *k) {
	const struct json *pattern = k->v[K_PATTERN], *format = k->v[K_FORMAT];
	struct text_rules r = {.min = count(k->v[K_MIN_LENGTH], 0), .max = count(k->v[K_MAX_LENGTH], SIZE_MAX)};
	if (format && (c->assert_format || s->resource->vocabularies & VOCABULARY_ASSERT))
		r.format = format_of(format->string);
	if (pattern) r.pattern = compile_pattern(c, s, S("pattern"), pattern->string);
	if (!r.min && r.max == SIZE_MAX && !r.pattern && !r.format) return NULL;
	return keep(c, &r, sizeof r);
}

const struct number_rules *compile_number(struct compiler *c, const struct keyword_values *k) {
	const struct json *min = k->v[K_MINIMUM], *max = k->v[K_MAXIMUM], *step = k->v[K_MULTIPLE_OF];
	const struct json *over = k->v[K_EXCLUSIVE_MINIMUM], *under = k->v[K_EXCLUSIVE_MAXIMUM];
	struct number_rules r = {.has_step = step};
	if (over && (!min || number_cmp(over, min) >= 0)) {
		min = over;
		r.min_excluded = true;
	}
	if (under && (!max || number_cmp(under, max) <= 0)) {
		max = under;
		r.max_excluded = true;
	}
	if (min) r.min = *min;
	if (max) r.max = *max;
	r.has_min = min;
	r.has_max = max;
	if (step) {
		r.step_value = *step;
		r.plain_step = step->type == JSON_INT;
		decimal_of(step, &r.step);
	}
	return min || max || step ? keep(c, &r, sizeof r) : NULL;
}

static struct str no_name(void) {
	return (struct str){NULL, 0};
}

static const struct node *single(
	struct compiler *c, const struct spot *s, const struct keyword_values *k, enum keyword which) {
	return k->v[which] ? node_below(c, s, which, no_name(), k->v[which]) : NULL;
}

const struct array_rules *compile_array(struct compiler *c, const struct spot *s, const struct keyword_values *k) {
	const struct json *items = k->v[K_ITEMS], *contains = k->v[K_CONTAINS];
	struct array_rules r = {.min = count(k->v[K_MIN_ITEMS], 0), .max = count(k->v[K_MAX_ITEMS], SIZE_MAX),
		.unique = json_true(k->v[K_UNIQUE_ITEMS])};
	if (k->v[K_PREFIX_ITEMS]) r.prefix = nodes_below(c, s, K_PREFIX_ITEMS, k->v[K_PREFIX_ITEMS]);
	if (items && items->type == JSON_ARRAY) {
		r.prefix = nodes_below(c, s, K_ITEMS, items);
		r.items = single(c, s, k, K_ADDITIONAL_ITEMS);
	} else if (items) {
		r.items = single(c, s, k, K_ITEMS);
	}
	if (contains) {
		r.contains = single(c, s, k, K_CONTAINS);
		r.min_contains = count(k->v[K_MIN_CONTAINS], 1);
		r.max_contains = count(k->v[K_MAX_CONTAINS], SIZE_MAX);
	}
	if (!r.min && r.max == SIZE_MAX && !r.unique && !r.prefix.n && !r.items && !r.contains) return NULL;
	return keep(c, &r, sizeof r);
}

static const struct str *names_kept(struct compiler *c, const struct json *array, size_t *n) {
	struct str *p = array->n ? arena_array(c->a, array->n, sizeof *p) : NULL;
	*n = p ? array->n : 0;
	for (size_t i = 0; i < *n; i++) p[i] = kept(c, array->items[i].string);
	return p;
}

static void compile_dependencies(struct compiler *c, const struct spot *s, const struct keyword_values *k,
	struct object_rules *r) {
	static const enum keyword keywords[] = {K_DEPENDENCIES, K_DEPENDENT_REQUIRED, K_DEPENDENT_SCHEMAS};
	size_t n = 0;
	for (size_t i = 0; i < lengthof(keywords); i++) n += json_count(k->v[keywords[i]]);
	r->dependencies = n ? arena_array(c->a, n, sizeof *r->dependencies) : NULL;
	if (!r->dependencies) return;
	for (size_t i = 0; i < lengthof(keywords); i++) {
		const struct json *map = k->v[keywords[i]];
		for (size_t m = 0; m < json_count(map); m++) {
			struct dependency *d = &r->dependencies[r->n_dependencies++];
			const struct json *v = &map->members[m].value;
			d->name = kept(c, map->members[m].name);
			d->keyword = keyword_row(keywords[i])->name.p;
			if (v->type == JSON_ARRAY)
				d->required = names_kept(c, v, &d->n_required);
			else
				d->schema = node_below(c, s, keywords[i], map->members[m].name, v);
		}
	}
}

/* One table of all names that `properties` and `required` speak of. */
static void compile_properties(
	struct compiler *c, const struct spot *s, const struct keyword_values *k, struct object_rules *r) {
	const struct json *properties = k->v[K_PROPERTIES], *required = k->v[K_REQUIRED];
	size_t room = json_count(properties) + json_count(required);
	if (!room) return;
	r->properties = arena_array(c->a, room, sizeof *r->properties);
	struct str *names = arena_array(c->temporary, room, sizeof *names);
	struct map seen = {.arena = c->temporary};
	if (!r->properties || !names) return;
	for (size_t i = 0; i < json_count(properties); i++) {
		const struct json_member *m = &properties->members[i];
		struct property *p = &r->properties[r->n_properties];
		*p = (struct property){kept(c, m->name), node_below(c, s, K_PROPERTIES, m->name, &m->value), false};
		void **at = map_at(&seen, p->name);
		if (!at) return;
		*at = p;
		names[r->n_properties++] = p->name;
	}
	for (size_t i = 0; i < json_count(required); i++) {
		struct str name = required->items[i].string;
		struct property *p = map_get(&seen, name);
		if (!p) {
			p = &r->properties[r->n_properties];
			*p = (struct property){kept(c, name), NULL, true};
			names[r->n_properties++] = p->name;
		}
		p->required = true;
		if (!r->n_required++) r->some_required = p->name;
	}
	if (!names_make(c->a, names, r->n_properties, &r->names)) compile_no_memory(c);
}

void annotate_names(const struct object_rules *r) {
	for (size_t i = 0; i < r->n_properties; i++) {
		const struct property *p = &r->properties[i];
		struct name_entry *e = names_find(&r->names, p->name);
		if (!e) continue;
		e->value = p->schema;
		e->note[NOTE_REQUIRED] = p->required;
		e->note[NOTE_PLAIN] = !p->schema ? TYPE_ANY : p->schema->plain ? p->schema->types : 0;
	}
}

const struct object_rules *compile_object(struct compiler *c, const struct spot *s, const struct keyword_values *k) {
	struct object_rules r = {.min = count(k->v[K_MIN_PROPERTIES], 0), .max = count(k->v[K_MAX_PROPERTIES], SIZE_MAX)};
	compile_properties(c, s, k, &r);
	const struct json *patterns = k->v[K_PATTERN_PROPERTIES];
	r.patterns = json_count(patterns) ? arena_array(c->a, patterns->n, sizeof *r.patterns) : NULL;
	for (size_t i = 0; r.patterns && i < patterns->n; i++) {
		const struct json_member *m = &patterns->members[i];
		r.patterns[r.n_patterns++] = (struct pattern_property){compile_pattern(c, s, S("patternProperties"), m->name),
			node_below(c, s, K_PATTERN_PROPERTIES, m->name, &m->value)};
	}
	compile_dependencies(c, s, k, &r);
	r.additional = single(c, s, k, K_ADDITIONAL_PROPERTIES);
	r.property_names = single(c, s, k, K_PROPERTY_NAMES);
	bool others = r.n_patterns || r.additional || r.property_names;
	r.members = r.n_properties || others;
	r.single = r.n_properties == 1 && !others;
	if (!r.members && !r.min && r.max == SIZE_MAX && !r.n_dependencies) return NULL;
	return keep(c, &r, sizeof r);
}

const struct value_rules *compile_values(struct compiler *c, const struct keyword_values *k) {
	const struct json *values = k->v[K_ENUM], *constant = k->v[K_CONST];
	if (!values && !constant) return NULL;
	struct value_rules r = {.is_const = constant, .source = json_copy(c->a, constant ? constant : values)};
	if (!r.source) return NULL;
	const struct json *all = constant ? r.source : r.source->items;
	size_t n = constant ? 1 : r.source->n, n_strings = 0;
	struct json *others = arena_array(c->a, n + 1, sizeof *others);
	struct str *strings = arena_array(c->temporary, n + 1, sizeof *strings);
	if (!others || !strings) return NULL;
	for (size_t i = 0; i < n; i++) {
		/* Beside const an enum only narrows: a const that the enum does not hold allows nothing. */
		if (constant && values) {
			bool listed = false;
			for (size_t v = 0; v < values->n && !listed; v++) listed = json_equal(&values->items[v], constant);
			if (!listed) continue;
		}
		if (all[i].type == JSON_STRING)
			strings[n_strings++] = all[i].string;
		else
			others[r.n_others++] = all[i];
	}
	r.others = others;
	r.only = strings[0];
	if (!names_make(c->a, strings, n_strings, &r.strings)) compile_no_memory(c);
	return keep(c, &r, sizeof r);
}
