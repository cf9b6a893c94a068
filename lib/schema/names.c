#include "names.h"

enum { SMALL = 64, TRIES = 24 };

static uint64_t key_of(const struct names *t, struct str s) {
	return t->large || !s.n ? map_hash(s) : name_key(s);
}

/* How many steps away from where they are looked for first the names stand, all together. Names go on behind the last
 * slot rather than to the first one, so there is room for that. */
static size_t fill(struct names *t, const struct str *p, size_t slots) {
	size_t steps = 0;
	memset(t->slots, 0, slots * sizeof *t->slots);
	for (uint32_t i = 0; i < t->n; i++) {
		uint64_t key = key_of(t, p[i]);
		struct name_entry *e = &t->slots[(key * t->factor) >> t->shift];
		bool twice = false;
		for (; e->name.p && !(twice = str_eq(e->name, p[i])); e++) steps++;
		if (!twice) *e = (struct name_entry){.key = key, .name = str_n(p[i].p, p[i].n), .number = i};
	}
	return steps;
}

bool names_make(struct arena *a, const struct str *p, size_t n, struct names *out) {
	if (n > UINT32_MAX / 4) return false;
	*out = (struct names){.n = (uint32_t)n, .large = n > SMALL};
	unsigned bits = n > 1 ? 64 - (unsigned)__builtin_clzll(n - 1) + 1 : 1;
	size_t slots = ((size_t)1 << bits) + n + 1;
	out->shift = (uint8_t)(64 - bits);
	out->slots = arena_array(a, slots, sizeof *out->slots);
	if (!out->slots) return false;
	for (size_t i = 0; i < n; i++)
		if (p[i].n) out->filter |= (uint64_t)1 << name_bit(p[i]);
	/* Small tables are cheap to fill: take the factor that puts most names where they are looked for first. */
	uint64_t factor = UINT64_C(0xD6E8FEB86659FD93), best = factor;
	size_t least = SIZE_MAX;
	for (int tries = 0; tries < (n <= SMALL ? TRIES : 1); tries++, factor = factor * UINT64_C(6364136223846793005) | 1) {
		out->factor = factor;
		size_t steps = fill(out, p, slots);
		if (steps >= least) continue;
		least = steps;
		best = factor;
		if (!steps) return true;
	}
	out->factor = best;
	fill(out, p, slots);
	return true;
}

struct name_entry *names_find_slowly(const struct names *t, struct str s) {
	uint64_t key = key_of(t, s);
	for (struct name_entry *e = &t->slots[(key * t->factor) >> t->shift]; e->name.p; e++)
		if (e->key == key && str_eq(e->name, s)) return e;
	return NULL;
}
