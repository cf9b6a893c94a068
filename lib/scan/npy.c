/* NumPy's NPY (numpy/lib/format.py, format versions 1.0 to 3.0): a header that is a Python dictionary literal, then the numbers; for arrays of objects a pickle. */
#include "formats.h"
#include "pickle.h"

enum { HEADER_MOST = 1 << 20, DIMENSIONS = 64 };

struct header {
	struct str text;
	size_t at;
	bool objects, sized;  /* sized: `width` is known */
	uint64_t width, count;
	unsigned seen;        /* 1 descr, 2 fortran_order, 4 shape */
};

static void space(struct header *h) {
	while (h->at < h->text.n && strchr(" \t\n", h->text.p[h->at]) && h->text.p[h->at]) h->at++;
}
static bool take(struct header *h, char c) {
	space(h);
	if (h->at >= h->text.n || h->text.p[h->at] != c) return false;
	h->at++;
	return true;
}
static bool looks_at(struct header *h, char c) {
	space(h);
	return h->at < h->text.n && h->text.p[h->at] == c;
}

/* A literal in quotes, without escapes. */
static bool text(struct header *h, struct str *out) {
	char quote = looks_at(h, '\'') ? '\'' : '"';
	if (!take(h, quote)) return false;
	size_t from = h->at;
	while (h->at < h->text.n && h->text.p[h->at] != quote && h->text.p[h->at] != '\\') h->at++;
	*out = str_sub(h->text, from, h->at - from);
	return take(h, quote);
}

static bool count(struct header *h, uint64_t *out) {
	space(h);
	*out = 0;
	size_t from = h->at;
	for (; h->at < h->text.n && h->text.p[h->at] >= '0' && h->text.p[h->at] <= '9'; h->at++)
		if (__builtin_mul_overflow(*out, (uint64_t)10, out) || __builtin_add_overflow(*out, (uint64_t)(h->text.p[h->at] - '0'), out)) return false;
	if (h->at == from) return false;
	if (h->at < h->text.n && h->text.p[h->at] == 'L') h->at++; /* Python 2 */
	return true;
}

static bool tuple_of_counts(struct header *h, uint64_t *product, bool *overflows) {
	uint64_t n;
	if (!take(h, '(')) return false;
	*product = 1;
	for (int i = 0; !looks_at(h, ')'); i++) {
		if (i == DIMENSIONS || !count(h, &n)) return false;
		if (__builtin_mul_overflow(*product, n, product)) *overflows = true;
		if (!take(h, ',') && !looks_at(h, ')')) return false;
	}
	return take(h, ')');
}

/* "<f4", "|O", "|V8", "<M8[ns]": the letter says what it holds, digits how many. */
static bool simple_type(struct str s, uint64_t *width, bool *objects) {
	if (s.n && strchr("<>|=", s.p[0])) s = str_from(s, 1);
	if (!s.n || !strchr("?bhilqBHILQefdgFDGcSaUVOmMiu", s.p[0])) return false;
	char letter = s.p[0];
	uint64_t n = 0;
	size_t i = 1;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		if (n > 1u << 30) return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (i < s.n && !((letter == 'M' || letter == 'm') && s.p[i] == '[')) return false;
	if (letter == 'O') *objects = true;
	if (letter == 'U') n *= 4;
	if (letter == '?' && !n) n = 1;
	if (letter == 'O' && !n) n = 8;
	*width += n;
	return n > 0 || letter == 'S' || letter == 'U' || letter == 'V' || letter == 'a';
}

static bool type(struct header *h, uint64_t *width, int depth);

/* [('name', type), ('name', type, (shape)), …] */
static bool fields(struct header *h, uint64_t *width, int depth) {
	struct str name;
	if (!take(h, '[') || depth > 8) return false;
	while (!looks_at(h, ']')) {
		uint64_t one = 0, times = 1;
		bool overflows = false;
		if (!take(h, '(')) return false;
		if (looks_at(h, '(') ? !(take(h, '(') && text(h, &name) && take(h, ',') && text(h, &name) && take(h, ')')) : !text(h, &name)) return false;
		if (!take(h, ',') || !type(h, &one, depth + 1)) return false;
		if (take(h, ',') && !looks_at(h, ')')) {
			if (!tuple_of_counts(h, &times, &overflows)) return false;
			take(h, ',');
		}
		if (!take(h, ')') || overflows || __builtin_mul_overflow(one, times, &one) || __builtin_add_overflow(*width, one, width)) return false;
		if (!take(h, ',') && !looks_at(h, ']')) return false;
	}
	return take(h, ']');
}

static bool type(struct header *h, uint64_t *width, int depth) {
	struct str s;
	if (looks_at(h, '[')) return fields(h, width, depth);
	if (looks_at(h, '(')) { /* (type, shape) */
		uint64_t one = 0, times = 1;
		bool overflows = false;
		if (depth > 8 || !take(h, '(') || !type(h, &one, depth + 1) || !take(h, ',') || !tuple_of_counts(h, &times, &overflows) || !take(h, ')')) return false;
		return !overflows && !__builtin_mul_overflow(one, times, &one) && !__builtin_add_overflow(*width, one, width);
	}
	return text(h, &s) && simple_type(s, width, &h->objects);
}

static bool word(struct header *h, struct str w) {
	space(h);
	if (!str_starts(str_from(h->text, h->at), w)) return false;
	h->at += w.n;
	return true;
}

static bool dictionary(struct header *h) {
	struct str key;
	bool overflows = false;
	if (!take(h, '{')) return false;
	while (!looks_at(h, '}')) {
		if (!text(h, &key) || !take(h, ':')) return false;
		unsigned field = str_is(key, "descr") ? 1 : str_is(key, "fortran_order") ? 2 : str_is(key, "shape") ? 4 : 0;
		if (!field || h->seen & field) return false;
		h->seen |= field;
		bool ok = field == 1 ? type(h, &h->width, 0) : field == 2 ? word(h, S("True")) || word(h, S("False")) : tuple_of_counts(h, &h->count, &overflows);
		if (!ok || overflows || (!take(h, ',') && !looks_at(h, '}'))) return false;
	}
	take(h, '}');
	space(h);
	return h->seen == 7 && h->at == h->text.n;
}

static bool read_head(struct scan *s, struct reader *r, struct header *h) {
	const uint8_t *p = reader_take(r, 8);
	uint64_t at = reader_offset(r);
	unsigned version = p ? p[6] : 0;
	unsigned bytes = version == 1 ? 2 : 4;
	if (!p || version < 1 || version > 3 || p[7] != 0) {
		found(s, RULE_NPY_INVALID, at, "a version that isn't known");
		return false;
	}
	p = reader_take(r, bytes);
	uint32_t n = p ? (bytes == 2 ? le16(p) : le32(p)) : 0;
	if (!p || n > HEADER_MOST) {
		found(s, p ? RULE_NPY_INVALID : RULE_TRUNCATED, at, p ? "a header of %u bytes" : "the header is cut short", n);
		return false;
	}
	/* Records of thousands of fields have a header that is longer than a window. */
	struct held held;
	uint64_t before = reader_limit(r, n);
	bool have = all_bytes(s, r, &held);
	reader_unlimit(r, before);
	if (!have) return false;
	h->text = arena_str(s->scratch, held.bytes);
	drop_bytes(s, &held);
	if (h->text.n < n) {
		found(s, RULE_TRUNCATED, at, "the header is cut short");
		return false;
	}
	if (dictionary(h)) return true;
	found(s, RULE_NPY_INVALID, at, "the header is not the dictionary that NumPy writes");
	return false;
}

void parse_npy(struct scan *s, struct reader *r, struct tally *t) {
	struct header h = {0};
	uint64_t began = reader_offset(r), bytes;
	s->file->format = "npy";
	if (!read_head(s, r, &h)) return;
	t->parsed += reader_offset(r) - began;
	if (h.objects) {
		struct pickle_run run = {.place = PICKLE_PLAIN};
		pickle_stream(s, r, &run, t);
		return;
	}
	if (__builtin_mul_overflow(h.width, h.count, &bytes)) {
		found(s, RULE_NPY_INVALID, began, "the size of the array overflows");
		return;
	}
	if (reader_fill(r, 64)) opaque_data(s, str_sub(reader_window(r), 0, bytes), reader_offset(r), "an array");
	uint64_t passed = reader_skip(r, bytes);
	t->opaque += passed;
	if (passed < bytes && !r->fault) found(s, RULE_TRUNCATED, reader_offset(r), "the array ends %llu bytes too early", (unsigned long long)(bytes - passed));
}
