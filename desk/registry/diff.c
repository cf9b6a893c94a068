/* Differences as a person reads them. */
#include "pages.h"

#include "desk/site/words.h"

enum { WORDS = 500, VALUE = 600, FIELDS = 60, ITEMS = 40, SHORT = 60 };

/* ---- two texts, word by word ---- */

/* A word and the white space behind it; at most WORDS of them, else STR_NONE. */
static size_t split_words(struct str s, struct str out[WORDS]) {
	size_t n = 0, at = 0;
	while (at < s.n) {
		if (n == WORDS) return STR_NONE;
		size_t from = at;
		while (at < s.n && (unsigned char)s.p[at] > ' ') at++;
		while (at < s.n && (unsigned char)s.p[at] <= ' ') at++;
		out[n++] = str_sub(s, from, at - from);
	}
	return n;
}

static void put(struct word_part *parts, size_t *n, struct str text, int change) {
	if (!text.n) return;
	struct word_part *last = *n ? &parts[*n - 1] : NULL;
	if (last && last->change == change && last->text.p + last->text.n == text.p) last->text.n += text.n;
	else parts[(*n)++] = (struct word_part){text, change};
}

static void whole(struct arena *a, struct str from, struct str to, struct word_part **out, size_t *n) {
	struct word_part *parts = arena_array(a, 2, sizeof *parts);
	*n = 0;
	*out = parts;
	if (!parts) return;
	put(parts, n, from.n > VALUE ? arena_cat(a, str_cut_utf8(from, VALUE), S(" …")) : from, -1);
	put(parts, n, to.n > VALUE ? arena_cat(a, str_cut_utf8(to, VALUE), S(" …")) : to, 1);
}

/* What the comparison needs for a while; a page has many, so none of it stays in the arena. */
struct table {
	struct str x[WORDS], y[WORDS];
	struct word_part parts[2 * WORDS];
	uint16_t length[(WORDS + 1) * (WORDS + 1)]; /* of the longest common subsequence behind (i, j), row by row */
};

static void fill_table(struct table *t, size_t n, size_t m) {
	for (size_t i = n; i-- > 0;)
		for (size_t j = m; j-- > 0;) {
			const uint16_t *below = &t->length[(i + 1) * (m + 1) + j], *here = &t->length[i * (m + 1) + j];
			uint16_t both = (uint16_t)(below[1] + 1);
			t->length[i * (m + 1) + j] = str_eq(t->x[i], t->y[j]) ? both : below[0] > here[1] ? below[0] : here[1];
		}
}

static size_t read_table(struct table *t, size_t n, size_t m) {
	size_t i = 0, j = 0, out = 0;
	while (i < n || j < m) {
		bool same = i < n && j < m && str_eq(t->x[i], t->y[j]);
		bool take_out =
			!same && i < n && (j == m || t->length[(i + 1) * (m + 1) + j] >= t->length[i * (m + 1) + j + 1]);
		if (same) {
			put(t->parts, &out, t->x[i++], 0);
			j++;
		} else if (take_out) {
			put(t->parts, &out, t->x[i++], -1);
		} else {
			put(t->parts, &out, t->y[j++], 1);
		}
	}
	return out;
}

void diff_words(struct arena *a, struct str from, struct str to, struct word_part **out, size_t *out_n) {
	autofree struct table *t = calloc(1, sizeof *t);
	size_t n = t ? split_words(from, t->x) : STR_NONE, m = t ? split_words(to, t->y) : STR_NONE;
	if (n == STR_NONE || m == STR_NONE) {
		whole(a, from, to, out, out_n);
		return;
	}
	fill_table(t, n, m);
	size_t used = read_table(t, n, m);
	*out = arena_array(a, used + 1, sizeof **out);
	*out_n = *out ? used : 0;
	if (*out && used) memcpy(*out, t->parts, used * sizeof **out);
}

/* ---- fields ---- */

static bool holds(const struct json *array, const struct json *v) {
	for (size_t i = 0; i < json_count(array); i++)
		if (json_equal(json_at(array, i), v)) return true;
	return false;
}

/* Of two arrays only what one has and the other has not. */
static void diff_items(struct arena *a, const struct described *item, const struct json *from, const struct json *to,
	struct field_change *out) {
	struct word_part *parts = arena_array(a, ITEMS, sizeof *parts);
	out->list = true;
	out->parts = parts;
	for (int side = 0; side < 2; side++) {
		const struct json *here = side ? to : from, *there = side ? from : to;
		for (size_t i = 0; parts && i < json_count(here) && out->n < ITEMS; i++) {
			if (holds(there, json_at(here, i))) continue;
			parts[out->n++] = (struct word_part){present_line(a, item, json_at(here, i), VALUE), side ? 1 : -1};
		}
	}
}

static struct field_change change_of(const struct describing *d, struct arena *a, const struct json *op) {
	struct str name = json_get_str(op, S("op")), pointer = json_get_str(op, S("path"));
	const struct json *from = json_get_lit(op, "from"), *to = json_get_lit(op, "to");
	struct described of = describe_pointer(d, pointer);
	struct field_change out = {.path = describe_path(d, a, pointer),
		.op = str_is(name, "add") ? words.added : str_is(name, "remove") ? words.removed : words.changed};
	struct word_part *parts = NULL;
	if (json_type(from ? from : to) == JSON_ARRAY && json_type(to ? to : from) == JSON_ARRAY) {
		struct described item = describe_item(d, &of);
		diff_items(a, &item, from, to, &out);
		return out;
	}
	struct str x = json_string(from), y = json_string(to);
	bool texts = json_is(from, JSON_STRING) && json_is(to, JSON_STRING) && (x.n > SHORT || y.n > SHORT);
	if (texts) diff_words(a, x, y, &parts, &out.n);
	else whole(a, present_line(a, &of, from, VALUE), present_line(a, &of, to, VALUE), &parts, &out.n);
	out.parts = parts;
	return out;
}

void diff_fields(
	const struct describing *d, struct arena *a, const struct json *diff, struct field_change **out, size_t *n) {
	size_t count = json_count(diff) < FIELDS ? json_count(diff) : FIELDS;
	struct field_change *changes = arena_array(a, count + 1, sizeof *changes);
	*out = changes;
	*n = 0;
	for (size_t i = 0; changes && i < count; i++) changes[(*n)++] = change_of(d, a, json_at(diff, i));
}
