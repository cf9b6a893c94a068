#include "residue.h"

#define ABSENT S("absent")

/* The number and the length in "2 of 5". */
static bool item_name(struct str name, int64_t *i, int64_t *n) {
	size_t of = str_find(name, S(" of "));
	return of != STR_NONE && str_int(str_sub(name, 0, of), i) && str_int(str_from(name, of + 4), n);
}

static bool reserved(struct str name) {
	int64_t i, n;
	return str_eq(name, ABSENT) || item_name(name, &i, &n);
}

static struct str without_underscores(struct str name) {
	while (name.n && name.p[name.n - 1] == '_') name.n--;
	return name;
}

static struct str encoded(struct arena *a, struct str name) {
	return reserved(without_underscores(name)) ? arena_cat(a, name, S("_")) : name;
}

static struct str decoded(struct str name) {
	struct str bare = without_underscores(name);
	return bare.n < name.n && reserved(bare) ? str_sub(name, 0, name.n - 1) : name;
}

/* ---- making ---- */

static bool has_reserved(const struct json *v) {
	bool found = false;
	for (size_t i = 0; v->type == JSON_ARRAY && i < v->n && !found; i++) found = has_reserved(&v->items[i]);
	for (size_t i = 0; v->type == JSON_OBJECT && i < v->n && !found; i++)
		found = reserved(without_underscores(v->members[i].name)) || has_reserved(&v->members[i].value);
	return found;
}

/* v as it stands in a residue. */
static const struct json *whole(struct arena *a, const struct json *v) {
	if (!has_reserved(v)) return v;
	if (v->type == JSON_ARRAY) {
		struct json_builder list = json_array_of(a);
		for (size_t i = 0; i < v->n; i++) json_add(&list, whole(a, &v->items[i]));
		return json_built(&list);
	}
	struct json_builder object = json_object_of(a);
	for (size_t i = 0; i < v->n; i++) json_set(&object, encoded(a, v->members[i].name), whole(a, &v->members[i].value));
	return json_built(&object);
}

/* *clash: the original is an object and an array is told, so that the residue would be taken for one of the array's
 * items. */
static const struct json *difference(struct arena *a, const struct json *original, const struct json *told,
	bool *clash);

static const struct json *object_difference(struct arena *a, const struct json *original, const struct json *told) {
	struct json_builder out = json_object_of(a), absent = json_array_of(a);
	for (size_t i = 0; i < original->n; i++) {
		const struct json_member *m = &original->members[i];
		const struct json *there = json_get(told, m->name);
		bool clash = false;
		const struct json *d = there ? difference(a, &m->value, there, &clash) : whole(a, &m->value);
		if (clash) json_add(&absent, json_str(a, m->name));
		if (d) json_set(&out, encoded(a, m->name), d);
	}
	for (size_t i = 0; i < told->n; i++)
		if (!json_get(original, told->members[i].name)) json_add(&absent, json_str(a, told->members[i].name));
	json_put(&out, ABSENT, json_built(&absent));
	return out.n ? json_built(&out) : NULL;
}

static const struct json *array_difference(struct arena *a, const struct json *original, const struct json *told) {
	struct json_builder out = json_object_of(a);
	for (size_t i = 0; i < original->n; i++) {
		bool clash = false;
		const struct json *d = difference(a, &original->items[i], &told->items[i], &clash);
		if (clash) return whole(a, original);
		if (d) json_set(&out, arena_fmt(a, "%zu of %zu", i, (size_t)original->n), d);
	}
	return out.n ? json_built(&out) : NULL;
}

static const struct json *difference(struct arena *a, const struct json *original, const struct json *told,
	bool *clash) {
	if (original->type == JSON_OBJECT && told->type == JSON_OBJECT) return object_difference(a, original, told);
	if (original->type == JSON_ARRAY && told->type == JSON_ARRAY && original->n == told->n)
		return array_difference(a, original, told);
	if (json_equal(original, told)) return NULL;
	*clash = original->type == JSON_OBJECT && told->type == JSON_ARRAY;
	return whole(a, original);
}

const struct json *residue_of(struct arena *a, const struct json *original, const struct json *told) {
	if (json_is(original, JSON_OBJECT) && json_is(told, JSON_OBJECT)) return object_difference(a, original, told);
	arena_fail(a);
	return NULL;
}

/* ---- laying over ---- */

/* The residue where nothing is told: what it holds whole, and nothing of what it says about parts. NULL when that is
 * all. */
static const struct json *alone(struct arena *a, const struct json *residue) {
	if (!has_reserved(residue)) return residue;
	if (residue->type == JSON_ARRAY) {
		struct json_builder list = json_array_of(a);
		for (size_t i = 0; i < residue->n; i++) {
			const struct json *item = alone(a, &residue->items[i]);
			json_add(&list, item ? item : json_null(a));
		}
		return json_built(&list);
	}
	struct json_builder object = json_object_of(a);
	for (size_t i = 0; i < residue->n; i++) {
		const struct json_member *m = &residue->members[i];
		const struct json *v = reserved(m->name) ? NULL : alone(a, &m->value);
		if (v) json_set(&object, decoded(m->name), v);
	}
	return object.n ? json_built(&object) : NULL;
}

static bool is_absent(const struct json *residue, struct str name) {
	const struct json *absent = json_get(residue, ABSENT);
	for (size_t i = 0; i < json_count(absent); i++)
		if (str_eq(json_string(json_at(absent, i)), name)) return true;
	return false;
}

static const struct json *over(struct arena *a, const struct json *told, const struct json *residue);

static const struct json *object_over(struct arena *a, const struct json *told, const struct json *residue) {
	struct json_builder out = json_object_of(a);
	for (size_t i = 0; i < told->n; i++) {
		const struct json_member *m = &told->members[i];
		if (is_absent(residue, m->name)) continue;
		const struct json *r = json_get(residue, encoded(a, m->name));
		json_set(&out, m->name, r ? over(a, &m->value, r) : &m->value);
	}
	for (size_t i = 0; i < residue->n; i++) {
		const struct json_member *m = &residue->members[i];
		struct str name = decoded(m->name);
		if (reserved(m->name) || (json_get(told, name) && !is_absent(residue, name))) continue;
		const struct json *v = alone(a, &m->value);
		if (v) json_set(&out, name, v);
	}
	return json_built(&out);
}

static const struct json *array_over(struct arena *a, const struct json *told, const struct json *residue) {
	struct json_builder out = json_array_of(a);
	for (size_t i = 0; i < told->n; i++) {
		const struct json *r = json_get(residue, arena_fmt(a, "%zu of %zu", i, (size_t)told->n));
		json_add(&out, r ? over(a, &told->items[i], r) : &told->items[i]);
	}
	return json_built(&out);
}

static const struct json *over(struct arena *a, const struct json *told, const struct json *residue) {
	if (residue->type == JSON_OBJECT && told->type == JSON_OBJECT) return object_over(a, told, residue);
	if (residue->type == JSON_OBJECT && told->type == JSON_ARRAY) return array_over(a, told, residue);
	const struct json *v = alone(a, residue);
	return v ? v : told;
}

const struct json *residue_over(struct arena *a, const struct json *told, const struct json *residue) {
	return json_is(residue, JSON_OBJECT) ? object_over(a, told, residue) : told;
}
