#include "arena.h"

#include <stdarg.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
	struct block *next;
	size_t size, used; /* of data */
	_Alignas(ALIGN) unsigned char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *blocks; /* the one being filled comes first */
	struct cleanup *cleanups;
	size_t cap, held; /* bytes of all blocks' data */
	size_t used;
	bool failed;
};

struct arena *arena_new(size_t cap) {
	struct arena *a = calloc(1, sizeof *a);
	if (a) a->cap = cap;
	return a;
}

static void run_cleanups(struct arena *a) {
	for (struct cleanup *c = a->cleanups; c; c = c->next) c->fn(c->p);
	a->cleanups = NULL;
}

static void free_blocks(struct block *b) {
	while (b) {
		struct block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_free(struct arena *a) {
	if (!a) return;
	run_cleanups(a);
	free_blocks(a->blocks);
	free(a);
}

void arena_clear(struct arena *a) {
	run_cleanups(a);
	if (a->blocks) {
		free_blocks(a->blocks->next);
		a->blocks->next = NULL;
		a->blocks->used = 0;
		a->held = a->blocks->size;
	}
	a->used = 0;
	a->failed = false;
}

static struct block *add_block(struct arena *a, size_t need) {
	size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
	if (size > LARGEST_BLOCK) size = LARGEST_BLOCK;
	if (size > a->cap - a->held) size = a->cap - a->held;
	if (size < need) size = need;
	if (a->held > a->cap || size > a->cap - a->held) return NULL;
	struct block *b = malloc(sizeof *b + size);
	if (!b) return NULL;
	*b = (struct block){.size = size};
	a->held += size;
	/* A block for one large object goes behind the one being filled, which still has room. */
	if (a->blocks && need > LARGEST_BLOCK / 4 && a->blocks->size - a->blocks->used > ALIGN) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = a->blocks;
		a->blocks = b;
	}
	return b;
}

void *arena_raw(struct arena *a, size_t n) {
	if (a->failed) return NULL;
	if (n > SIZE_MAX / 2) goto failed; /* so that no sum below overflows */
	n = n ? (n + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
	struct block *b = a->blocks;
	if (!b || b->size - b->used < n) b = add_block(a, n);
	if (!b) goto failed;
	void *p = b->data + b->used;
	b->used += n;
	a->used += n;
	return p;
failed:
	a->failed = true;
	return NULL;
}

void *arena_alloc(struct arena *a, size_t n) {
	void *p = arena_raw(a, n);
	return p ? memset(p, 0, n) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size) {
	size_t n;
	if (__builtin_mul_overflow(count, size, &n)) {
		a->failed = true;
		return NULL;
	}
	return arena_alloc(a, n);
}

bool arena_failed(const struct arena *a) {
	return a->failed;
}

void arena_fail(struct arena *a) {
	a->failed = true;
}

size_t arena_used(const struct arena *a) {
	return a->used;
}

bool arena_defer(struct arena *a, void (*fn)(void *), void *p) {
	struct cleanup *c = arena_alloc(a, sizeof *c);
	if (!c) return false;
	*c = (struct cleanup){a->cleanups, fn, p};
	a->cleanups = c;
	return true;
}

struct str arena_str(struct arena *a, struct str s) {
	return arena_cat(a, s, STR_EMPTY);
}

struct str arena_cat(struct arena *a, struct str x, struct str y) {
	char *p = x.n <= SIZE_MAX / 4 && y.n <= SIZE_MAX / 4 ? arena_raw(a, x.n + y.n + 1) : NULL;
	if (!p) {
		a->failed = true;
		return STR_EMPTY;
	}
	if (x.n) memcpy(p, x.p, x.n);
	if (y.n) memcpy(p + x.n, y.p, y.n);
	p[x.n + y.n] = 0;
	return str_n(p, x.n + y.n);
}

struct str arena_fmt(struct arena *a, const char *fmt, ...) {
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	char small[256];
	int n = vsnprintf(small, sizeof small, fmt, args);
	va_end(args);
	struct str out = STR_EMPTY;
	if (n >= 0 && (size_t)n < sizeof small) {
		out = arena_str(a, str_n(small, (size_t)n));
	} else {
		char *p = n >= 0 ? arena_raw(a, (size_t)n + 1) : NULL;
		if (p) {
			vsnprintf(p, (size_t)n + 1, fmt, again);
			out = str_n(p, (size_t)n);
		} else {
			a->failed = true;
		}
	}
	va_end(again);
	return out;
}

const char *arena_cstr(struct arena *a, struct str s) {
	return arena_str(a, s).p;
}
