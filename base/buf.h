/* A growing byte buffer with a mandatory maximum.
 *
 * Invariant: n <= max. When an addition would pass the maximum or memory is out, nothing of it is added, `failed` is
 * set and stays, and later additions do nothing: so a writer adds freely and checks once. The bytes in p are followed
 * by a NUL that is not counted (p is NULL while nothing was added; buf_str gives "" then). */
#pragma once
#include "attr.h"
#include "str.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};

#define BUF(maximum) ((struct buf){.max = (maximum)})

void buf_free(struct buf *b); /* may be used again with the same maximum */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t value);
void buf_fmt(struct buf *b, const char *fmt, ...) printf_like(2, 3);
/* Room for n more bytes at b->p + b->n, to be filled by the caller who then adds to b->n. False when refused. */
bool buf_room(struct buf *b, size_t n) must_use;
static inline struct str buf_str(const struct buf *b) {
	return b->p ? (struct str){b->p, b->n} : STR_EMPTY;
}

/* `autobuf struct buf b = BUF(1 << 20);` */
#define autobuf scoped(buf_free)
