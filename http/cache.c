#include "cache.h"

#include "base/map.h"

struct entry {
	struct entry *next;          /* of the same slot */
	struct entry *newer, *older; /* the order of use */
	uint64_t hash;
	int64_t sequence;
	void *value;
	size_t cost;
	size_t key_n;
	char key[];
};

struct cache {
	size_t max;
	void (*release)(void *);
	struct entry **slots;
	size_t size; /* a power of two */
	struct entry *newest, *oldest;
	/* Written by one thread, read by any. */
	_Atomic uint64_t hits, misses, stale, evicted, refused;
	_Atomic size_t bytes, entries;
};

enum { FIRST_SIZE = 256, LARGEST_SHARE = 8 };

struct cache *cache_new(size_t max_bytes, void (*release)(void *value)) {
	struct cache *c = calloc(1, sizeof *c);
	if (!c) return NULL;
	c->slots = calloc(FIRST_SIZE, sizeof(struct entry *));
	if (!c->slots) {
		free(c);
		return NULL;
	}
	c->size = FIRST_SIZE;
	c->max = max_bytes;
	c->release = release;
	return c;
}

static struct entry **place(const struct cache *c, uint64_t hash, struct str key) {
	struct entry **at = &c->slots[hash & (c->size - 1)];
	while (*at && !((*at)->hash == hash && str_eq(str_n((*at)->key, (*at)->key_n), key))) at = &(*at)->next;
	return at;
}

static void unlink_use(struct cache *c, struct entry *e) {
	if (e->newer) e->newer->older = e->older;
	else c->newest = e->older;
	if (e->older) e->older->newer = e->newer;
	else c->oldest = e->newer;
	e->newer = e->older = NULL;
}

static void link_newest(struct cache *c, struct entry *e) {
	e->newer = NULL;
	e->older = c->newest;
	if (c->newest) c->newest->newer = e;
	else c->oldest = e;
	c->newest = e;
}

static size_t weight(const struct entry *e) {
	return sizeof *e + e->key_n + e->cost;
}

static void drop(struct cache *c, struct entry **at) {
	struct entry *e = *at;
	*at = e->next;
	unlink_use(c, e);
	c->bytes -= weight(e);
	c->entries--;
	c->release(e->value);
	free(e);
}

static void drop_entry(struct cache *c, struct entry *e) {
	drop(c, place(c, e->hash, str_n(e->key, e->key_n)));
}

void cache_clear(struct cache *c) {
	while (c->oldest) drop_entry(c, c->oldest);
}

void cache_free(struct cache *c) {
	if (!c) return;
	cache_clear(c);
	free(c->slots);
	free(c);
}

void *cache_get(struct cache *c, struct str key, int64_t sequence) {
	struct entry **at = place(c, map_hash(key), key), *e = *at;
	if (e && e->sequence != CACHE_FOREVER && e->sequence != sequence) {
		drop(c, at);
		c->stale++;
		e = NULL;
	}
	if (!e) {
		c->misses++;
		return NULL;
	}
	c->hits++;
	if (c->newest != e) {
		unlink_use(c, e);
		link_newest(c, e);
	}
	return e->value;
}

/* More slots when there are as many entries; without memory for them it goes on with longer chains. */
static void grow(struct cache *c) {
	struct entry **slots = calloc(c->size * 2, sizeof(struct entry *));
	if (!slots) return;
	for (size_t i = 0; i < c->size; i++) {
		for (struct entry *e = c->slots[i], *next; e; e = next) {
			next = e->next;
			struct entry **to = &slots[e->hash & (c->size * 2 - 1)];
			e->next = *to;
			*to = e;
		}
	}
	free(c->slots);
	c->slots = slots;
	c->size *= 2;
}

bool cache_put(struct cache *c, struct str key, int64_t sequence, void *value, size_t cost) {
	uint64_t hash = map_hash(key);
	struct entry **old = place(c, hash, key);
	if (*old) drop(c, old);
	size_t most = c->max / LARGEST_SHARE, fixed = sizeof(struct entry) + key.n;
	struct entry *e = key.n <= most && cost <= most && fixed + cost <= most ? malloc(fixed) : NULL;
	if (!e) {
		c->refused++;
		c->release(value);
		return false;
	}
	*e = (struct entry){.hash = hash, .sequence = sequence, .value = value, .cost = cost, .key_n = key.n};
	memcpy(e->key, key.p, key.n);
	while (c->oldest && c->bytes + weight(e) > c->max) {
		drop_entry(c, c->oldest);
		c->evicted++;
	}
	if (c->entries >= c->size) grow(c);
	struct entry **slot = &c->slots[hash & (c->size - 1)];
	e->next = *slot;
	*slot = e;
	link_newest(c, e);
	c->bytes += weight(e);
	c->entries++;
	return true;
}

void cache_get_stats(const struct cache *c, struct cache_stats *out) {
	*out = (struct cache_stats){.hits = c->hits, .misses = c->misses, .stale = c->stale, .evicted = c->evicted,
		.refused = c->refused, .bytes = c->bytes, .entries = c->entries};
}
