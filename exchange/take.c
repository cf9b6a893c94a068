#include "take.h"

static size_t place_of(const struct take *t, const struct json *v) {
	size_t i = (size_t)(((uint64_t)(uintptr_t)v >> 3) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
	for (;; i++) {
		const struct json *there = t->seen[i & (t->size - 1)];
		if (!there || there == v) return i & (t->size - 1);
	}
}

static bool grow(struct take *t) {
	struct take bigger = {t->a, NULL, t->n, t->size ? t->size * 2 : 256};
	bigger.seen = arena_array(t->a, bigger.size, sizeof *bigger.seen);
	if (!bigger.seen) return false;
	for (size_t i = 0; i < t->size; i++)
		if (t->seen[i]) bigger.seen[place_of(&bigger, t->seen[i])] = t->seen[i];
	*t = bigger;
	return true;
}

void take_note(struct take *t, const struct json *v) {
	if (!t || !v || (t->n * 2 >= t->size && !grow(t))) return;
	const struct json **slot = &t->seen[place_of(t, v)];
	t->n += !*slot;
	*slot = v;
}

bool take_noted(const struct take *t, const struct json *v) {
	return t && v && t->size && t->seen[place_of(t, v)] == v;
}

struct str take_str_if(struct take *t, const struct json *object, struct str name, bool (*fits)(struct str)) {
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_STRING) || !v->string.n || (fits && !fits(v->string))) return STR_EMPTY;
	take_note(t, v);
	return v->string;
}

struct str take_str(struct take *t, const struct json *object, struct str name) {
	return take_str_if(t, object, name, NULL);
}

bool take_is(struct take *t, const struct json *object, struct str name, struct str expected) {
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_STRING) || !str_eq(v->string, expected)) return false;
	take_note(t, v);
	return true;
}

const struct json *take_number(struct take *t, const struct json *object, struct str name) {
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_INT) && !json_is(v, JSON_REAL)) return NULL;
	take_note(t, v);
	return v;
}

const struct json *take_bool(struct take *t, const struct json *object, struct str name) {
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_BOOL)) return NULL;
	take_note(t, v);
	return v;
}

const struct json *take_strings(struct take *t, const struct json *object, struct str name) {
	const struct json *v = json_get(object, name);
	if (!json_is(v, JSON_ARRAY) || !v->n) return NULL;
	struct json_builder list = json_array_of(t->a);
	for (size_t i = 0; i < v->n; i++) {
		if (v->items[i].type != JSON_STRING || !v->items[i].string.n) continue;
		take_note(t, &v->items[i]);
		json_add(&list, &v->items[i]);
	}
	return list.n ? json_built(&list) : NULL;
}

static const struct json *rest_of_object(struct take *t, const struct json *v);
static const struct json *rest_of_array(struct take *t, const struct json *v);

const struct json *take_rest(struct take *t, const struct json *v) {
	if (!v || take_noted(t, v)) return NULL;
	if (v->type == JSON_OBJECT && v->n) return rest_of_object(t, v);
	if (v->type == JSON_ARRAY && v->n) return rest_of_array(t, v);
	return v;
}

/* Both begin to build only at the first item of which something was noted: most objects are read whole or not at
 * all. */
static const struct json *rest_of_object(struct take *t, const struct json *v) {
	struct json_builder left = json_object_of(t->a);
	bool whole = true;
	for (size_t i = 0; i < v->n; i++) {
		const struct json_member *m = &v->members[i];
		const struct json *rest = take_rest(t, &m->value);
		if (whole && rest != &m->value) {
			whole = false;
			for (size_t k = 0; k < i; k++) json_set(&left, v->members[k].name, &v->members[k].value);
		}
		if (!whole && rest) json_set(&left, m->name, rest);
	}
	return whole ? v : left.n ? json_built(&left) : NULL;
}

static void set_item(struct json_builder *left, size_t i, const struct json *v) {
	json_set(left, arena_fmt(left->a, "%zu", i), v);
}

static const struct json *rest_of_array(struct take *t, const struct json *v) {
	struct json_builder left = json_object_of(t->a);
	bool whole = true;
	for (size_t i = 0; i < v->n; i++) {
		const struct json *rest = take_rest(t, &v->items[i]);
		if (whole && rest != &v->items[i]) {
			whole = false;
			for (size_t k = 0; k < i; k++) set_item(&left, k, &v->items[k]);
		}
		if (!whole && rest) set_item(&left, i, rest);
	}
	return whole ? v : left.n ? json_built(&left) : NULL;
}
