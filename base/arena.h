/* An arena: memory of one request, job or command, given back all at once.
 *
 * Invariant: what arena_alloc returns lives until arena_clear or arena_free, is zeroed, and is aligned to 16 bytes.
 * An arena has a cap on the bytes it may hold. When the cap or malloc fails, arena_alloc returns NULL and the arena
 * is `failed` for good: builders that take NULL quietly can therefore be checked once, at the end, with
 * arena_failed(). Not thread-safe: one arena, one thread. */
#pragma once
#include "attr.h"
#include "str.h"

struct arena;

/* Cap in bytes. NULL when memory is out. */
struct arena *arena_new(size_t cap) must_use;
void arena_free(struct arena *a);  /* runs the clean-ups, newest first; NULL is allowed */
void arena_clear(struct arena *a); /* the same, but keeps one block and the cap; not failed any more */

void *arena_alloc(struct arena *a, size_t n) must_use;
/* As arena_alloc, but the bytes are whatever they are: for what is filled at once. */
void *arena_raw(struct arena *a, size_t n) must_use;
/* count × size, failing on overflow. */
void *arena_array(struct arena *a, size_t count, size_t size) must_use;
bool arena_failed(const struct arena *a);
/* Marks the arena as failed: for a builder that met a limit of its own. */
void arena_fail(struct arena *a);
size_t arena_used(const struct arena *a);

/* Calls fn(p) when the arena is cleared or freed. False when the note could not be kept (fn was not called). */
bool arena_defer(struct arena *a, void (*fn)(void *), void *p) must_use;

/* Copies into the arena. The copy has a NUL behind its last byte, so p may be used as a C string if the bytes hold
 * none. On failure the empty string (and arena_failed). */
struct str arena_str(struct arena *a, struct str s);
struct str arena_fmt(struct arena *a, const char *fmt, ...) printf_like(2, 3);
/* The concatenation of two strings. */
struct str arena_cat(struct arena *a, struct str x, struct str y);
/* NUL-terminated copy, for a library's edge. Never NULL: "" on failure. */
const char *arena_cstr(struct arena *a, struct str s);

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* `autoarena struct arena *a = arena_new(cap);` */
#define autoarena scoped(base_cleanup_arena_)
static inline void base_cleanup_arena_(struct arena **a) {
	arena_free(*a);
}
