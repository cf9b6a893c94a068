#include "index.h"

struct json_member *index_room(struct arena *a, size_t n) {
	size_t slots = index_slots(n);
	if (n > UINT32_MAX / 2) {
		arena_fail(a);
		return NULL;
	}
	return arena_alloc(a, n * sizeof(struct json_member) + slots * sizeof(uint32_t));
}

void index_fill(struct json_member *members, size_t n) {
	size_t slots = index_slots(n);
	if (!slots) return;
	uint32_t *index = (uint32_t *)(members + n);
	memset(index, 0, slots * sizeof *index);
	for (size_t i = 0; i < n; i++) {
		size_t at = map_hash(members[i].name) & (slots - 1);
		while (index[at]) at = (at + 1) & (slots - 1);
		index[at] = (uint32_t)i + 1;
	}
}

size_t index_find(const struct json_member *members, size_t n, struct str name) {
	size_t slots = index_slots(n);
	if (!slots) {
		for (size_t i = 0; i < n; i++)
			if (members[i].name.n == name.n && memcmp(members[i].name.p, name.p, name.n) == 0) return i;
		return STR_NONE;
	}
	const uint32_t *index = (const uint32_t *)(members + n);
	for (size_t at = map_hash(name);; at++) {
		uint32_t i = index[at & (slots - 1)];
		if (!i) return STR_NONE;
		if (str_eq(members[i - 1].name, name)) return i - 1;
	}
}
