/* uniqueItems without comparing each with each. */
#include "node.h"

static uint64_t mix(uint64_t h, uint64_t v) {
	__uint128_t m = (__uint128_t)(h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Equal values have equal hashes: numbers go by their double, members in any order. map_hash is seeded, so that nobody
 * can prepare values that collide. */
static uint64_t hash_of(const struct json *v, int depth) {
	switch (v->type) {
	case JSON_NULL: return 1;
	case JSON_BOOL: return v->boolean ? 2 : 3;
	case JSON_INT:
	case JSON_REAL: {
		double d = json_number(v, 0) + 0.0; /* -0 becomes 0 */
		uint64_t bits;
		memcpy(&bits, &d, sizeof bits);
		return map_hash(str_n(&bits, sizeof bits));
	}
	case JSON_STRING: return map_hash(v->string);
	case JSON_ARRAY: {
		uint64_t h = mix(5, v->n);
		for (size_t i = 0; depth && i < v->n; i++) h = mix(h, hash_of(&v->items[i], depth - 1));
		return h;
	}
	case JSON_OBJECT: {
		uint64_t h = 0;
		for (size_t i = 0; depth && i < v->n; i++)
			h += mix(map_hash(v->members[i].name), hash_of(&v->members[i].value, depth - 1));
		return mix(h, v->n);
	}
	}
	return 0;
}

/* Without a call for the values that most arrays hold. */
static inline bool same(const struct json *a, const struct json *b) {
	if (a->type == JSON_STRING && b->type == JSON_STRING) return str_eq(a->string, b->string);
	bool numbers = (a->type == JSON_INT || a->type == JSON_REAL) && (b->type == JSON_INT || b->type == JSON_REAL);
	return (a->type == b->type || numbers) && json_equal(a, b);
}

static enum unique pairwise(const struct json *array, size_t *first, size_t *second) {
	for (size_t j = 1; j < array->n; j++)
		for (size_t i = 0; i < j; i++)
			if (same(&array->items[i], &array->items[j])) {
				*first = i;
				*second = j;
				return NOT_UNIQUE;
			}
	return UNIQUE;
}

struct slot {
	uint64_t hash;
	size_t item; /* plus one */
};

enum unique find_equal_items(const struct json *array, struct arena *a, size_t *first, size_t *second) {
	if (array->n <= 8) return pairwise(array, first, second);
	size_t size = (size_t)1 << (64 - __builtin_clzll((uint64_t)array->n * 2 - 1));
	struct slot few[64], *slots = few;
	if (size > lengthof(few))
		slots = a ? arena_array(a, size, sizeof *slots) : NULL;
	else
		memset(few, 0, sizeof few);
	if (!slots) return UNIQUE_NO_MEMORY;
	for (size_t i = 0; i < array->n; i++) {
		uint64_t hash = hash_of(&array->items[i], JSON_NEST);
		size_t at = hash & (size - 1);
		for (; slots[at].item; at = (at + 1) & (size - 1)) {
			if (slots[at].hash != hash || !same(&array->items[slots[at].item - 1], &array->items[i])) continue;
			*first = slots[at].item - 1;
			*second = i;
			return NOT_UNIQUE;
		}
		slots[at] = (struct slot){hash, i + 1};
	}
	return UNIQUE;
}
