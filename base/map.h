/* A hash map from strings to pointers, in an arena: keys are not copied, nothing is removed.
 *
 * The hash is seeded per process (SipHash is not needed: keys that outsiders choose are bounded by the input's
 * limits, and the seed keeps them from choosing collisions). */
#pragma once
#include "arena.h"

struct map_slot {
	struct str key;
	void *value;
};
struct map {
	struct arena *arena;
	struct map_slot *slots;
	size_t count, size; /* size is 0 or a power of two */
};

/* `struct map m = {.arena = a};` is an empty map. */
void *map_get(const struct map *m, struct str key); /* NULL when absent */
/* The place of the key's value, put in as NULL if it was absent; NULL when memory is out. The place is valid until
 * the next map_at. */
void **map_at(struct map *m, struct str key) must_use;
/* Goes over all entries: `for (size_t i = 0; (s = map_next(&m, &i));)`, in no order that means anything. */
struct map_slot *map_next(const struct map *m, size_t *i);
uint64_t map_hash(struct str key);
