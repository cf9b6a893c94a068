#include "scan.h"

void json_place(struct str text, size_t at, struct err *e) {
	size_t line = 1, start = 0;
	if (at > text.n) at = text.n;
	for (const char *nl; (nl = memchr(text.p + start, '\n', at - start)); line++) start = (size_t)(nl - text.p) + 1;
	err_where(e, "line %zu, column %zu", line, str_characters(str_sub(text, start, at - start)) + 1);
}

static enum err_code refuse(struct str text, size_t at, enum err_code code, struct err *e, const char *words) {
	err_set(e, code, "%s", words);
	json_place(text, at, e);
	return code;
}

/* Classes of bytes that the scan stops at. */
enum { OTHER, QUOTE, OPEN, CLOSE, DIGIT };
static const unsigned char class_of[256] = {
	['"'] = QUOTE, ['['] = OPEN, ['{'] = OPEN, [']'] = CLOSE, ['}'] = CLOSE,
	['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT,
	['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT,
};

/* Behind the quote that ends the string whose first byte is at i. */
static size_t string_end(struct str text, size_t i) {
	for (;;) {
		const char *quote = memchr(text.p + i, '"', text.n - i);
		if (!quote) return text.n;
		size_t end = (size_t)(quote - text.p), back = end;
		while (back > i && text.p[back - 1] == '\\') back--;
		if ((end - back) % 2 == 0) return end + 1;
		i = end + 1;
	}
}

static size_t digits_end(struct str text, size_t i) {
	while (i < text.n && class_of[(unsigned char)text.p[i]] == DIGIT) i++;
	return i;
}

/* True when the digits [from, to) are neither fraction nor exponent nor followed by one. */
static bool whole_number(struct str text, size_t from, size_t to) {
	if (to < text.n && memchr(".eE", text.p[to], 3)) return false;
	if (from && (text.p[from - 1] == '-' || text.p[from - 1] == '+')) from--;
	return !from || !memchr(".eE+", text.p[from - 1], 4);
}

/* True when [from, to) is an integer beyond 64 bits, written as the writer writes the double nearest to it. */
static bool is_text_of_real(struct str text, size_t from, size_t to) {
	if (from && text.p[from - 1] == '-') from--;
	char copy[JSON_REAL_TEXT], again[JSON_REAL_TEXT];
	struct str s = str_sub(text, from, to - from);
	int64_t fits;
	if (s.n >= sizeof copy || str_int(s, &fits)) return false;
	memcpy(copy, s.p, s.n);
	copy[s.n] = 0;
	return str_eq(json_real_text(strtod(copy, NULL), again), s);
}

struct real_at {
	struct real_at *next;
	size_t end;
};

/* Puts ".0" behind the marked numbers. The marks come last one first. */
static enum err_code mark_reals(struct arena *a, struct str *text, struct real_at *marks, struct err *e) {
	size_t n = 0;
	for (struct real_at *m = marks; m; m = m->next) n++;
	size_t to = text->n + 2 * n, from = text->n;
	char *p = n < text->n ? arena_alloc(a, to + 1) : NULL;
	if (!p) return err_set(e, ERR_MEMORY, "not enough memory to read this JSON text");
	size_t whole = to;
	for (struct real_at *m = marks; m; m = m->next) {
		size_t part = from - m->end;
		memcpy(p + to - part, text->p + m->end, part);
		memcpy(p + to - part - 2, ".0", 2);
		to -= part + 2;
		from = m->end;
	}
	memcpy(p, text->p, from);
	*text = str_n(p, whole);
	return ERR_OK;
}

enum err_code json_scan(struct arena *a, struct str *whole, int limit, size_t *strings, struct err *e) {
	struct str text = *whole;
	const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
	if (nul) return refuse(text, (size_t)(nul - text.p), ERR_INVALID, e, "a NUL byte stands in the JSON text");
	if (str_starts(text, S("\xEF\xBB\xBF")))
		return refuse(
			text, 0, ERR_INVALID, e, "the JSON text begins with a byte order mark; save it as UTF-8 without one");
	int depth = 0;
	size_t bytes = 0, i = 0;
	struct real_at *marks = NULL;
	while (i < text.n) {
		size_t at = i++;
		switch (class_of[(unsigned char)text.p[at]]) {
		case QUOTE:
			i = string_end(text, i);
			bytes += i - at;
			break;
		case OPEN:
			if (++depth <= limit) break;
			err_set(e, ERR_TOO_LARGE, "the JSON text is nested over %d deep", limit);
			json_place(text, at, e);
			return ERR_TOO_LARGE;
		case CLOSE: depth--; break;
		case DIGIT:
			i = digits_end(text, i);
			if (i - at < 19) break;
			if (!whole_number(text, at, i) || !is_text_of_real(text, at, i)) break;
			struct real_at *m = arena_new_of(a, struct real_at);
			if (!m) return err_set(e, ERR_MEMORY, "not enough memory to read this JSON text");
			*m = (struct real_at){marks, i};
			marks = m;
			break;
		default: break;
		}
	}
	*strings = bytes;
	return marks ? mark_reals(a, whole, marks, e) : ERR_OK;
}
