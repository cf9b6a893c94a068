#include "index.h"

#include <math.h>

bool json_is_integer(const struct json *v) {
	return json_is(v, JSON_INT) || (json_is(v, JSON_REAL) && trunc(v->real) == v->real); /* NOLINT: exactly */
}

const struct json *json_get(const struct json *object, struct str name) {
	if (!json_is(object, JSON_OBJECT)) return NULL;
	size_t i = index_find(object->members, object->n, name);
	return i == STR_NONE ? NULL : &object->members[i].value;
}

struct str json_string(const struct json *v) {
	return json_is(v, JSON_STRING) ? v->string : STR_EMPTY;
}

int64_t json_integer(const struct json *v, int64_t otherwise) {
	if (json_is(v, JSON_INT)) return v->integer;
	if (json_is_integer(v) && v->real >= -0x1p63 && v->real < 0x1p63) return (int64_t)v->real;
	return otherwise;
}

double json_number(const struct json *v, double otherwise) {
	return json_is(v, JSON_INT) ? (double)v->integer : json_is(v, JSON_REAL) ? v->real : otherwise;
}

bool json_true(const struct json *v) {
	return json_is(v, JSON_BOOL) && v->boolean;
}

/* ---- pointers ---- */

/* Compares a name with a pointer's token, where ~1 is / and ~0 is ~. */
static bool is_token(struct str name, struct str token) {
	size_t at = 0;
	for (size_t i = 0; i < token.n; i++, at++) {
		char c = token.p[i];
		if (c == '~') c = ++i < token.n && token.p[i] == '1' ? '/' : '~';
		if (at >= name.n || name.p[at] != c) return false;
	}
	return at == name.n;
}

static bool token_valid(struct str token) {
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] == '~' && (++i >= token.n || (token.p[i] != '0' && token.p[i] != '1'))) return false;
	return true;
}

static const struct json *step(const struct json *v, struct str token) {
	if (json_is(v, JSON_ARRAY)) {
		int64_t i;
		if (token.n > 10 || !str_int(token, &i) || i < 0 || (token.n > 1 && token.p[0] == '0') || token.p[0] == '-')
			return NULL;
		return json_at(v, (size_t)i);
	}
	if (!json_is(v, JSON_OBJECT)) return NULL;
	if (str_find_char(token, '~') == STR_NONE) return json_get(v, token);
	if (!token_valid(token)) return NULL;
	for (size_t i = 0; i < v->n; i++)
		if (is_token(v->members[i].name, token)) return &v->members[i].value;
	return NULL;
}

const struct json *json_pointer(const struct json *v, struct str pointer) {
	if (pointer.n == 0) return v;
	if (pointer.p[0] != '/') return NULL;
	struct str rest = str_from(pointer, 1), token;
	while (v && str_split(&rest, '/', &token)) v = step(v, token);
	return v;
}

/* ---- equality ---- */

static bool equal(const struct json *a, const struct json *b, int depth) {
	if (a == b) return true;
	if (a->type != b->type) {
		if (a->type == JSON_INT && b->type == JSON_REAL) return (double)a->integer == b->real; /* NOLINT: exactly */
		if (a->type == JSON_REAL && b->type == JSON_INT) return a->real == (double)b->integer; /* NOLINT: exactly */
		return false;
	}
	switch (a->type) {
	case JSON_NULL: return true;
	case JSON_BOOL: return a->boolean == b->boolean;
	case JSON_INT: return a->integer == b->integer;
	case JSON_REAL: return a->real == b->real; /* NOLINT: exactly */
	case JSON_STRING: return str_eq(a->string, b->string);
	case JSON_ARRAY:
		if (a->n != b->n || depth == 0) return false;
		for (size_t i = 0; i < a->n; i++)
			if (!equal(&a->items[i], &b->items[i], depth - 1)) return false;
		return true;
	case JSON_OBJECT:
		if (a->n != b->n || depth == 0) return false;
		for (size_t i = 0; i < a->n; i++) {
			const struct json_member *m = &a->members[i];
			bool same_place = str_eq(m->name, b->members[i].name);
			const struct json *other = same_place ? &b->members[i].value : json_get(b, m->name);
			if (!other || !equal(&m->value, other, depth - 1)) return false;
		}
		return true;
	}
	return false;
}

bool json_equal(const struct json *a, const struct json *b) {
	if (!a || !b) return a == b;
	return equal(a, b, JSON_NEST);
}
