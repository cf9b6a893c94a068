#include "reader.h"

#include "unpack_inside.h"

struct reader reader_memory(struct str bytes) {
	const uint8_t *p = (const uint8_t *)bytes.p;
	return (struct reader){.at = p, .end = p + bytes.n, .filled = p + bytes.n, .end_offset = bytes.n, .limit = UINT64_MAX};
}

/* Puts end where the limit has it, or at the end of what is filled. */
static void clip(struct reader *r) {
	uint64_t filled = r->end_offset + (uint64_t)(r->filled - r->end);
	r->end = r->filled;
	r->end_offset = filled;
	if (filled > r->limit) {
		r->end -= filled - r->limit;
		r->end_offset = r->limit;
	}
}

bool reader_fill(struct reader *r, size_t n) {
	while (reader_have(r) < n) {
		if (!r->unpack || n > READER_PEEK || r->end_offset >= r->limit || !unpack_more(r)) return false;
		clip(r);
	}
	return true;
}

uint64_t reader_skip(struct reader *r, uint64_t n) {
	uint64_t done = 0;
	while (done < n) {
		uint64_t have = reader_have(r), part = n - done < have ? n - done : have;
		r->at += part;
		done += part;
		if (done < n && !reader_fill(r, 1)) break;
	}
	return done;
}

bool reader_at_end(struct reader *r) {
	return r->at == r->end && !reader_fill(r, 1);
}

uint64_t reader_limit(struct reader *r, uint64_t n) {
	uint64_t before = r->limit, at = reader_offset(r);
	if (n < before - at) r->limit = at + n;
	clip(r);
	return before;
}

void reader_unlimit(struct reader *r, uint64_t before) {
	reader_drain(r);
	r->limit = before;
	clip(r);
}
