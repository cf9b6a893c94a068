/* The hash index behind the members of a large object: a power of two of uint32_t, each a member's number plus one, or
 * 0; at least half are 0. */
#pragma once
#include "json.h"

static inline size_t index_slots(size_t n) {
	if (n <= JSON_INDEXED) return 0;
	return (size_t)1 << (64 - __builtin_clzll(n * 2 - 1));
}

/* Room for n members and the index behind them; NULL when the arena is out. */
struct json_member *index_room(struct arena *a, size_t n) must_use;
/* Fills the index behind n members. */
void index_fill(struct json_member *members, size_t n);
/* The number of the member, or STR_NONE. */
size_t index_find(const struct json_member *members, size_t n, struct str name);
