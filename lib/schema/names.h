/* A fixed table of strings: which of them is this one?
 *
 * A string is looked for by its key, which is its length and four of its bytes: the table is arranged so that a key
 * leads to its name at once, mostly, and that other strings are known as such without looking at the rest of them. In a
 * large table, where too many names might share a key, it is a hash of the whole. */
#pragma once
#include "base/base.h"

struct name_entry {
	uint64_t key;
	struct str name;   /* p NULL: the slot is empty */
	const void *value; /* what the owner of the table keeps with the name */
	uint32_t number;   /* of the name, in the order given */
	uint8_t note[4];   /* likewise */
};

struct names {
	struct name_entry *slots;
	uint64_t factor;
	uint64_t filter; /* a bit for each length and first byte, folded to 64 */
	uint8_t shift;   /* 64 - log2 of the number of slots */
	bool large;
	uint32_t n;
};

/* Keeps p's strings (not copied). A string that stands there twice keeps its first number. False when memory is out. */
bool names_make(struct arena *a, const struct str *p, size_t n, struct names *out) must_use;

/* Not of the empty string. */
static inline uint64_t name_key(struct str s) {
	const unsigned char *p = (const unsigned char *)s.p;
	return (uint64_t)s.n << 32 | (uint64_t)p[0] << 24 | (uint64_t)p[s.n / 2] << 16 | (uint64_t)p[s.n - 1] << 8 |
		p[s.n - 1 - s.n / 4];
}

/* Equal, the lengths being the same. Short strings without a call. */
static inline bool name_same(const char *a, const char *b, size_t n) {
	uint64_t x, y, u, v;
	if (n > 16) return memcmp(a, b, n) == 0;
	if (n >= 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(&u, a + n - 8, 8);
		memcpy(&v, b + n - 8, 8);
		return ((x ^ y) | (u ^ v)) == 0;
	}
	if (n < 4) return true; /* the key had them all */
	uint32_t i, j, k, l;
	memcpy(&i, a, 4);
	memcpy(&j, b, 4);
	memcpy(&k, a + n - 4, 4);
	memcpy(&l, b + n - 4, 4);
	return ((i ^ j) | (k ^ l)) == 0;
}

static inline unsigned name_bit(struct str s) {
	return ((unsigned)(unsigned char)s.p[0] ^ (unsigned)s.n) & 63;
}

/* In a large table, and the empty name. */
struct name_entry *names_find_slowly(const struct names *t, struct str s);

/* NULL when it is none of them. */
static inline struct name_entry *names_find(const struct names *t, struct str s) {
	if (t->large || !s.n) return names_find_slowly(t, s);
	if (!(t->filter >> name_bit(s) & 1)) return NULL;
	uint64_t key = name_key(s);
	struct name_entry *e = &t->slots[(key * t->factor) >> t->shift];
	while (e->key != key || !name_same(e->name.p, s.p, s.n)) {
		if (!e->name.p) return NULL;
		e++;
	}
	return e;
}
