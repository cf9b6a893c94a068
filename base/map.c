#include "map.h"

#include <pthread.h>
#include <sys/random.h>

static uint64_t seed;

static void make_seed(void) {
	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) seed = (uint64_t)(uintptr_t)&seed;
	seed |= 1;
}

/* Multiply and fold, eight bytes at a time: the construction of wyhash, without its tables. */
uint64_t map_hash(struct str key) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_seed);
	uint64_t h = seed ^ key.n, word;
	size_t i = 0;
	for (; i + 8 <= key.n; i += 8) {
		memcpy(&word, key.p + i, 8);
		__uint128_t m = (__uint128_t)(h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		h = (uint64_t)m ^ (uint64_t)(m >> 64);
	}
	word = 0;
	if (key.n > i) memcpy(&word, key.p + i, key.n - i);
	__uint128_t m = (__uint128_t)(h ^ word ^ seed) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static struct map_slot *slot_of(const struct map *m, struct str key) {
	for (size_t i = map_hash(key);; i++) {
		struct map_slot *s = &m->slots[i & (m->size - 1)];
		if (!s->key.p || str_eq(s->key, key)) return s;
	}
}

void *map_get(const struct map *m, struct str key) {
	return m->size ? slot_of(m, key)->value : NULL;
}

static bool grow(struct map *m) {
	struct map bigger = {m->arena, NULL, m->count, m->size ? m->size * 2 : 16};
	bigger.slots = arena_array(m->arena, bigger.size, sizeof *bigger.slots);
	if (!bigger.slots) return false;
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].key.p) *slot_of(&bigger, m->slots[i].key) = m->slots[i];
	*m = bigger;
	return true;
}

void **map_at(struct map *m, struct str key) {
	if (m->count * 4 >= m->size * 3 && !grow(m)) return NULL;
	struct map_slot *s = slot_of(m, key);
	if (!s->key.p) {
		s->key = str_n(key.p, key.n);
		m->count++;
	}
	return &s->value;
}

struct map_slot *map_next(const struct map *m, size_t *i) {
	while (*i < m->size) {
		struct map_slot *s = &m->slots[(*i)++];
		if (s->key.p) return s;
	}
	return NULL;
}
