#include "index.h"

#include <math.h>

static const struct json *keep(struct arena *a, struct json v) {
	struct json *p = arena_new_of(a, struct json);
	if (p) *p = v;
	return p;
}

const struct json *json_null(struct arena *a) {
	return keep(a, (struct json){.type = JSON_NULL});
}

const struct json *json_bool(struct arena *a, bool v) {
	return keep(a, (struct json){.type = JSON_BOOL, .boolean = v});
}

const struct json *json_int(struct arena *a, int64_t v) {
	return keep(a, (struct json){.type = JSON_INT, .integer = v});
}

const struct json *json_real(struct arena *a, double v) {
	if (isfinite(v)) return keep(a, (struct json){.type = JSON_REAL, .real = v});
	arena_fail(a);
	return NULL;
}

const struct json *json_str(struct arena *a, struct str v) {
	return keep(a, (struct json){.type = JSON_STRING, .string = v});
}

const struct json *json_str_checked(struct arena *a, struct str v) {
	if (str_utf8(v)) return json_str(a, v);
	arena_fail(a);
	return NULL;
}

/* ---- builders ---- */

struct json_builder json_array_of(struct arena *a) {
	return (struct json_builder){.a = a, .type = JSON_ARRAY};
}

struct json_builder json_object_of(struct arena *a) {
	return (struct json_builder){.a = a, .type = JSON_OBJECT};
}

enum { ROOM_FIRST = 8, ROOM_MOST = 1 << 30 };

/* One more slot, or NULL and a failed arena. The index of an object under construction stands behind all its room and
 * has slots for that. */
static void *one_more(struct json_builder *b, enum json_type type) {
	if (b->type != type || b->n >= ROOM_MOST) {
		arena_fail(b->a);
		return NULL;
	}
	size_t size = type == JSON_ARRAY ? sizeof(struct json) : sizeof(struct json_member);
	if (b->n < b->room) return (char *)b->slots + size * b->n++;
	size_t room = b->room ? (size_t)b->room * 2 : ROOM_FIRST;
	void *slots = type == JSON_ARRAY ? arena_array(b->a, room, size) : (void *)index_room(b->a, room);
	if (!slots) return NULL;
	if (b->n) memcpy(slots, b->slots, size * b->n);
	b->slots = slots;
	b->room = (uint32_t)room;
	return (char *)slots + size * b->n++;
}

void json_add(struct json_builder *b, const struct json *v) {
	if (!v) arena_fail(b->a);
	struct json *slot = v ? one_more(b, JSON_ARRAY) : NULL;
	if (slot) *slot = *v;
}

static size_t growing_find(const struct json_builder *b, struct str name, uint32_t **slot) {
	const struct json_member *members = b->slots;
	size_t slots = index_slots(b->room);
	*slot = NULL;
	if (!slots) {
		for (size_t i = 0; i < b->n; i++)
			if (str_eq(members[i].name, name)) return i;
		return STR_NONE;
	}
	uint32_t *index = (uint32_t *)((struct json_member *)b->slots + b->room);
	size_t at = map_hash(name) & (slots - 1);
	for (; index[at]; at = (at + 1) & (slots - 1))
		if (str_eq(members[index[at] - 1].name, name)) return index[at] - 1;
	*slot = &index[at];
	return STR_NONE;
}

static void index_again(struct json_builder *b) {
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t *slot;
		growing_find(b, ((struct json_member *)b->slots)[i].name, &slot);
		if (slot) *slot = i + 1;
	}
}

static void set(struct json_builder *b, struct str name, struct json v) {
	if (b->type != JSON_OBJECT) {
		arena_fail(b->a);
		return;
	}
	if (arena_failed(b->a)) return;
	uint32_t *slot;
	size_t at = growing_find(b, name, &slot);
	if (at != STR_NONE) {
		((struct json_member *)b->slots)[at].value = v;
		return;
	}
	bool grows = b->n == b->room;
	struct json_member *m = one_more(b, JSON_OBJECT);
	if (!m) return;
	*m = (struct json_member){name, v};
	if (grows)
		index_again(b);
	else if (slot)
		*slot = b->n;
}

void json_set(struct json_builder *b, struct str name, const struct json *v) {
	if (v)
		set(b, name, *v);
	else
		arena_fail(b->a);
}

void json_set_str(struct json_builder *b, struct str name, struct str v) {
	set(b, name, (struct json){.type = JSON_STRING, .string = v});
}

void json_set_int(struct json_builder *b, struct str name, int64_t v) {
	set(b, name, (struct json){.type = JSON_INT, .integer = v});
}

void json_set_bool(struct json_builder *b, struct str name, bool v) {
	set(b, name, (struct json){.type = JSON_BOOL, .boolean = v});
}

void json_put_str(struct json_builder *b, struct str name, struct str v) {
	if (v.n) json_set_str(b, name, v);
}

void json_put(struct json_builder *b, struct str name, const struct json *v) {
	if (!v || ((v->type == JSON_ARRAY || v->type == JSON_OBJECT) && v->n == 0)) return;
	set(b, name, *v);
}

const struct json *json_built(struct json_builder *b) {
	struct json v = {.type = b->type, .n = b->n};
	if (b->type == JSON_ARRAY)
		v.items = b->slots;
	else if (b->type == JSON_OBJECT)
		v.members = b->slots;
	else
		arena_fail(b->a);
	if (arena_failed(b->a)) return NULL;
	/* The index moves up to the last member: there is room, the slots of n members being fewer than those of `room`. */
	if (b->type == JSON_OBJECT && b->n != b->room) index_fill(b->slots, b->n);
	*b = (struct json_builder){.a = b->a, .type = JSON_NULL};
	return keep(b->a, v);
}

/* ---- copies with a change ---- */

const struct json *json_with(struct arena *a, const struct json *object, struct str name, const struct json *v) {
	if (object && object->type != JSON_OBJECT) {
		arena_fail(a);
		return NULL;
	}
	size_t n = json_count(object), at = n ? index_find(object->members, n, name) : STR_NONE;
	size_t count = n + (v && at == STR_NONE) - (!v && at != STR_NONE);
	struct json_member *members = count ? index_room(a, count) : NULL;
	if (count && !members) return NULL;
	size_t to = 0;
	for (size_t i = 0; i < n; i++)
		if (v || i != at) members[to++] = object->members[i];
	if (v) members[at == STR_NONE ? to : at] = (struct json_member){name, *v};
	index_fill(members, count);
	return keep(a, (struct json){.type = JSON_OBJECT, .n = (uint32_t)count, .members = members});
}

/* As json_with, for an array: i == n adds. */
static const struct json *with_item(struct arena *a, const struct json *array, size_t i, const struct json *v) {
	size_t count = array->n + (v && i == array->n) - (!v && i < array->n), to = 0;
	struct json *items = count ? arena_array(a, count, sizeof *items) : NULL;
	if (count && !items) return NULL;
	for (size_t k = 0; k < array->n; k++)
		if (v || k != i) items[to++] = array->items[k];
	if (v) items[i] = *v;
	return keep(a, (struct json){.type = JSON_ARRAY, .n = (uint32_t)count, .items = items});
}

/* The token's text, "~1" and "~0" undone. False when it is not well formed. */
static bool unescape(struct arena *a, struct str token, struct str *out) {
	if (str_find_char(token, '~') == STR_NONE) {
		*out = arena_str(a, token);
		return true;
	}
	char *p = arena_alloc(a, token.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < token.n; i++) {
		char c = token.p[i];
		if (c == '~') {
			if (++i >= token.n || (token.p[i] != '0' && token.p[i] != '1')) return false;
			c = token.p[i] == '1' ? '/' : '~';
		}
		p[n++] = c;
	}
	*out = str_n(p, n);
	return p;
}

static bool item_number(struct str token, size_t n, size_t *i) {
	int64_t v;
	if (str_eq(token, S("-"))) {
		*i = n;
		return true;
	}
	if (!str_int(token, &v) || v < 0 || (uint64_t)v > n || token.p[0] == '-' || (token.n > 1 && token.p[0] == '0'))
		return false;
	*i = (size_t)v;
	return true;
}

/* NULL where nothing is there and nothing is to be put there; *ok false where the pointer can't be followed. */
static const struct json *with(
	struct arena *a, const struct json *v, struct str rest, const struct json *value, int depth, bool *ok) {
	if (!rest.p) return value;
	struct str token, name;
	if (depth == 0 || !str_split(&rest, '/', &token) || !unescape(a, token, &name)) {
		*ok = false;
		return NULL;
	}
	if (json_is(v, JSON_ARRAY)) {
		size_t i;
		if (!item_number(name, v->n, &i) || (i == v->n && (!value || rest.p))) {
			*ok = false;
			return NULL;
		}
		const struct json *inner = with(a, json_at(v, i), rest, value, depth - 1, ok);
		return *ok ? with_item(a, v, i, inner) : NULL;
	}
	if (v && v->type != JSON_OBJECT) {
		*ok = false;
		return NULL;
	}
	const struct json *old = json_get(v, name);
	if (!old && !value) return v;
	const struct json *inner = with(a, old, rest, value, depth - 1, ok);
	return *ok ? json_with(a, v, name, inner) : NULL;
}

const struct json *json_with_pointer(
	struct arena *a, const struct json *v, struct str pointer, const struct json *value) {
	bool ok = pointer.n ? pointer.p[0] == '/' : value != NULL;
	const struct json *out = NULL;
	if (ok) out = with(a, v, pointer.n ? str_from(pointer, 1) : (struct str){NULL, 0}, value, JSON_NEST, &ok);
	if (ok && !arena_failed(a)) return out;
	arena_fail(a);
	return NULL;
}

static bool copy(struct arena *a, const struct json *from, struct json *to, int depth) {
	*to = *from;
	if (from->type == JSON_STRING) {
		to->string = arena_str(a, from->string);
	} else if (from->type == JSON_ARRAY) {
		struct json *items = from->n && depth ? arena_array(a, from->n, sizeof *items) : NULL;
		if (from->n && !items) return false;
		for (size_t i = 0; i < from->n; i++)
			if (!copy(a, &from->items[i], &items[i], depth - 1)) return false;
		to->items = items;
	} else if (from->type == JSON_OBJECT) {
		struct json_member *members = from->n && depth ? index_room(a, from->n) : NULL;
		if (from->n && !members) return false;
		for (size_t i = 0; i < from->n; i++) {
			members[i].name = arena_str(a, from->members[i].name);
			if (!copy(a, &from->members[i].value, &members[i].value, depth - 1)) return false;
		}
		index_fill(members, from->n);
		to->members = members;
	}
	return !arena_failed(a);
}

const struct json *json_copy(struct arena *a, const struct json *v) {
	struct json *to = v ? arena_new_of(a, struct json) : NULL;
	if (to && copy(a, v, to, JSON_NEST)) return to;
	if (v) arena_fail(a);
	return NULL;
}
