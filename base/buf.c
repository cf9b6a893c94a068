#include "buf.h"

#include <stdarg.h>

void buf_free(struct buf *b) {
	free(b->p);
	*b = BUF(b->max);
}

void buf_clear(struct buf *b) {
	b->n = 0;
	b->failed = false;
	if (b->p) b->p[0] = 0;
}

bool buf_room(struct buf *b, size_t n) {
	if (b->failed || n > b->max - b->n || n >= SIZE_MAX - b->n) {
		b->failed = true;
		return false;
	}
	size_t need = b->n + n + 1;
	if (need <= b->cap) return true;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	char *p = realloc(b->p, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, struct str s) {
	if (!buf_room(b, s.n)) return;
	if (s.n) memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = 0;
}

void buf_add_char(struct buf *b, char c) {
	if (!buf_room(b, 1)) return;
	b->p[b->n++] = c;
	b->p[b->n] = 0;
}

void buf_add_int(struct buf *b, int64_t value) {
	char digits[24], *p = digits + sizeof digits;
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do *--p = (char)('0' + v % 10);
	while (v /= 10);
	if (value < 0) *--p = '-';
	buf_add(b, str_n(p, (size_t)(digits + sizeof digits - p)));
}

void buf_fmt(struct buf *b, const char *fmt, ...) {
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	char small[256];
	int n = vsnprintf(small, sizeof small, fmt, args);
	va_end(args);
	if (n < 0) {
		b->failed = true;
	} else if ((size_t)n < sizeof small) {
		buf_add(b, str_n(small, (size_t)n));
	} else if (buf_room(b, (size_t)n)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}
