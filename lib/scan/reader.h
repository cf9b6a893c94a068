/* Reading forward, from memory or from what a decompressor gives, within a window.
 *
 * Invariants: the bytes at `at` up to `end` may be looked at; for memory that is everything that is left, for a decompressed stream it is
 * what its buffer holds, of which reader_peek gets more. Offsets count the bytes of the (decompressed) stream. Nothing is given beyond a
 * limit. When a stream ends before it should, `fault` says why; the parser only sees the end. */
#pragma once
#include "base/base.h"

enum reader_fault { READER_FINE, READER_TRUNCATED, READER_CORRUPT, READER_RATIO, READER_BYTES, READER_MEMORY, READER_UNSUPPORTED };

struct unpack;
struct reader {
	const uint8_t *at, *end;
	const uint8_t *filled;   /* end of what the buffer holds; end is at most there */
	uint64_t end_offset;     /* of end in the stream */
	uint64_t limit;          /* offset beyond which nothing is given; UINT64_MAX: none */
	struct unpack *unpack;   /* NULL: memory */
	enum reader_fault fault;
};

/* The most that reader_peek can be asked for of a stream. */
enum { READER_PEEK = 64 << 10 };

struct reader reader_memory(struct str bytes);
static inline uint64_t reader_offset(const struct reader *r) { return r->end_offset - (uint64_t)(r->end - r->at); }
static inline size_t reader_have(const struct reader *r) { return (size_t)(r->end - r->at); }
/* True when all that is left stands in the window. */
static inline bool reader_in_memory(const struct reader *r) { return !r->unpack; }
static inline struct str reader_window(const struct reader *r) { return str_n(r->at, reader_have(r)); }

/* Tries to have n bytes in the window (n <= READER_PEEK); false when the stream ends before. */
bool reader_fill(struct reader *r, size_t n);
/* n bytes at the place, or NULL. */
static inline const uint8_t *reader_peek(struct reader *r, size_t n) {
	return reader_have(r) >= n || reader_fill(r, n) ? r->at : NULL;
}
static inline const uint8_t *reader_take(struct reader *r, size_t n) {
	const uint8_t *p = reader_peek(r, n);
	if (p) r->at += n;
	return p;
}
/* Passes over n bytes; how many there were. */
uint64_t reader_skip(struct reader *r, uint64_t n);
/* To the end; how many there were. */
static inline uint64_t reader_drain(struct reader *r) { return reader_skip(r, UINT64_MAX); }
bool reader_at_end(struct reader *r);

/* Nothing behind the next n bytes is given until reader_unlimit, which goes to where they end. Nests. */
uint64_t reader_limit(struct reader *r, uint64_t n) must_use; /* for reader_unlimit */
void reader_unlimit(struct reader *r, uint64_t before);

static inline uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t le32(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }
static inline uint64_t le64(const uint8_t *p) { return le32(p) | (uint64_t)le32(p + 4) << 32; }
static inline uint32_t be32(const uint8_t *p) { return __builtin_bswap32(le32(p)); }
