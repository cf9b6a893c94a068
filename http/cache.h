/* Answers that are the same for everybody, kept until the hub changes.
 *
 * Invariants: bytes held (keys, values as they say they cost, bookkeeping) never pass the maximum; what is used least
 * recently goes first; an entry is given out only under the change sequence it was put in with (or when it was put in
 * for ever); a value is released exactly once.
 *
 * One thread uses it, the polling thread; only cache_stats may be called from others. */
#pragma once
#include "base/base.h"

struct cache;

enum { CACHE_FOREVER = -1 }; /* as a sequence: not touched by changes */

struct cache_stats {
	uint64_t hits, misses, stale, evicted, refused; /* refused: larger than an eighth of the maximum */
	size_t bytes, entries;
};

struct cache *cache_new(size_t max_bytes, void (*release)(void *value)) must_use; /* NULL: out of memory */
void cache_free(struct cache *c);
/* The value, which stays the cache's, or NULL. */
void *cache_get(struct cache *c, struct str key, int64_t sequence);
/* Takes the value over whether or not it is kept; replaces one of the same key. True when kept. */
bool cache_put(struct cache *c, struct str key, int64_t sequence, void *value, size_t cost);
void cache_clear(struct cache *c);
void cache_get_stats(const struct cache *c, struct cache_stats *out);
