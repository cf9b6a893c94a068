/* RFC 8785, JSON Canonicalization Scheme. */
#include "write.h"

/* UTF-16 puts U+10000 and above (surrogates, D800 to DFFF) before U+E000 to U+FFFF; UTF-8 has them the other way round.
 * They differ in their first byte: EE and EF against F0 to F4. */
static int utf16_rank(unsigned char c) {
	return c < 0xEE ? c : c < 0xF0 ? c + 0x10 : c - 2;
}

static int by_utf16(struct str a, struct str b) {
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	while (i < n && a.p[i] == b.p[i]) i++;
	if (i < n) return utf16_rank((unsigned char)a.p[i]) - utf16_rank((unsigned char)b.p[i]);
	return (a.n > b.n) - (a.n < b.n);
}

static int compare(const void *a, const void *b) {
	return by_utf16((*(const struct json_member *const *)a)->name, (*(const struct json_member *const *)b)->name);
}

static void write_value(struct buf *out, const struct json *v, int depth);

static void write_member(struct buf *out, const struct json_member *m, bool first, int depth) {
	if (!first) buf_add_char(out, ',');
	json_quote(out, m->name);
	buf_add_char(out, ':');
	write_value(out, &m->value, depth);
}

static bool sorted(const struct json *v) {
	for (size_t i = 1; i < v->n; i++)
		if (by_utf16(v->members[i - 1].name, v->members[i].name) > 0) return false;
	return true;
}

static void insertion_sort(const struct json_member **order, size_t n) {
	for (size_t i = 1; i < n; i++) {
		const struct json_member *m = order[i];
		size_t at = i;
		for (; at && by_utf16(order[at - 1]->name, m->name) > 0; at--) order[at] = order[at - 1];
		order[at] = m;
	}
}

/* Apart from write_value(), so that the recursion over arrays does not carry the table. */
static void write_unsorted(struct buf *out, const struct json *v, int depth) {
	const struct json_member *few[32], **order = few;
	autofree void *many = NULL;
	if (v->n > lengthof(few)) {
		order = many = malloc(v->n * sizeof *order);
		if (!order) {
			out->failed = true;
			return;
		}
	}
	for (size_t i = 0; i < v->n; i++) order[i] = &v->members[i];
	if (v->n > lengthof(few))
		qsort(order, v->n, sizeof *order, compare);
	else
		insertion_sort(order, v->n);
	for (size_t i = 0; i < v->n && !out->failed; i++) write_member(out, order[i], i == 0, depth);
}

static void write_value(struct buf *out, const struct json *v, int depth) {
	char text[JSON_REAL_TEXT];
	switch (v->type) {
	case JSON_NULL: buf_add(out, S("null")); return;
	case JSON_BOOL: buf_add(out, v->boolean ? S("true") : S("false")); return;
	case JSON_INT: buf_add_int(out, v->integer); return;
	case JSON_REAL: buf_add(out, json_real_text(v->real, text)); return;
	case JSON_STRING: json_quote(out, v->string); return;
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	if (depth == 0) {
		out->failed = true;
		return;
	}
	if (v->type == JSON_ARRAY) {
		buf_add_char(out, '[');
		for (size_t i = 0; i < v->n && !out->failed; i++) {
			if (i) buf_add_char(out, ',');
			write_value(out, &v->items[i], depth - 1);
		}
		buf_add_char(out, ']');
		return;
	}
	buf_add_char(out, '{');
	if (!sorted(v))
		write_unsorted(out, v, depth - 1);
	else
		for (size_t i = 0; i < v->n && !out->failed; i++) write_member(out, &v->members[i], i == 0, depth - 1);
	buf_add_char(out, '}');
}

void json_canonical_to(struct buf *out, const struct json *v) {
	if (v)
		write_value(out, v, JSON_NEST);
	else
		buf_add(out, S("null"));
}
