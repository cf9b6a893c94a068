/* Safetensors, by the rules of the format's own library (huggingface/safetensors, safetensors/src/tensor.rs) in two tiers: what that library
 * refuses is INVALID; what it takes although the format's text (README, "Format") forbids it, or other readers take differently, is for REVIEW. */
#include "formats.h"
#include "jtext.h"

#define HEADER_MOST ((uint64_t)100000000)
enum { DIMENSIONS = 64 };

struct tensor {
	uint64_t from, to, at; /* at: where its description stands */
	struct str name;
};

struct tensors {
	struct scan *s;
	struct jtext j;
	struct tensor *items;
	size_t n, room;
	bool bad;
};

static const struct {
	const char *name;
	unsigned bits;
} types[] = {
	{"BOOL", 8}, {"F4", 4}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8}, {"I8", 8}, {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
	{"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16}, {"I32", 32}, {"U32", 32}, {"F32", 32}, {"C64", 64}, {"F64", 64}, {"I64", 64}, {"U64", 64},
};

bool is_safetensors(struct str head, uint64_t size) {
	if (head.n < 9) return false;
	uint64_t n = le64((const uint8_t *)head.p);
	if (n < 2 || n > (uint64_t)1 << 48) return false;
	/* A length that can't be is told only where what follows is beyond doubt; the parser says what is wrong. */
	if (n > HEADER_MOST || (size != UINT64_MAX && n > size - 8)) return head.p[8] == '{' && head.n > 9 && (head.p[9] == '"' || head.p[9] == '}' || head.p[9] == ' ');
	struct str text = str_trim(str_sub(head, 8, 64));
	return text.n && text.p[0] == '{' && (text.n < 2 || text.p[1] == '"' || text.p[1] == '}' || (unsigned char)text.p[1] <= ' ');
}

static bool invalid(struct tensors *t, const char *what) {
	if (!t->bad) found(t->s, RULE_SAFETENSORS_INVALID, 8 + t->j.from, "%s", what);
	t->bad = true;
	return false;
}

static void strict(struct tensors *t, const char *what) {
	found(t->s, RULE_SAFETENSORS_STRICT, 8 + t->j.from, "%s", what);
}

static bool malformed(struct tensors *t) {
	return invalid(t, t->j.error ? t->j.error : "a value of another type than it should be");
}

/* ---- one tensor ---- */

struct description {
	unsigned seen; /* 1 dtype, 2 shape, 4 data_offsets */
	unsigned bits;
	uint64_t shape[DIMENSIONS], offsets[2];
	size_t dimensions;
};

static bool read_type(struct tensors *t, struct description *d, enum jtoken token) {
	struct str name = jtext_string(&t->j, t->s->scratch);
	if (token == J_OBJECT) {
		/* {"F32": null}: a variant as serde writes one with a value */
		if (jtext_next(&t->j) != J_NAME) return malformed(t);
		name = jtext_string(&t->j, t->s->scratch);
		if (jtext_next(&t->j) != J_NULL || jtext_next(&t->j) != J_OBJECT_END) return malformed(t);
		strict(t, "a type is written as an object");
	} else if (token != J_STRING) {
		return malformed(t);
	}
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_is(name, types[i].name)) d->bits = types[i].bits;
	return d->bits || invalid(t, "a type that safetensors doesn't have");
}

static bool read_counts(struct tensors *t, enum jtoken token, uint64_t *to, size_t most, size_t *n) {
	if (token != J_ARRAY) return malformed(t);
	for (*n = 0; (token = jtext_next(&t->j)) == J_NUMBER; ++*n) {
		if (*n == most) return invalid(t, most == 2 ? "data_offsets has more than two numbers" : "a shape of too many dimensions");
		if (!jtext_count(&t->j, &to[*n])) return invalid(t, "a number that isn't a count");
	}
	return token == J_ARRAY_END || malformed(t);
}

static bool read_offsets(struct tensors *t, struct description *d, enum jtoken token) {
	size_t n = 0;
	if (!read_counts(t, token, d->offsets, 2, &n)) return false;
	return n == 2 || invalid(t, "data_offsets has fewer than two numbers");
}

static bool read_field(struct tensors *t, struct description *d) {
	struct str name = jtext_string(&t->j, t->s->scratch);
	unsigned field = str_is(name, "dtype") ? 1 : str_is(name, "shape") ? 2 : str_is(name, "data_offsets") ? 4 : 0;
	if (field & d->seen) return invalid(t, "a field stands twice in a tensor");
	if (!field) strict(t, "a tensor has a field that the format doesn't have");
	d->seen |= field;
	enum jtoken token = jtext_next(&t->j);
	if (field == 1) return read_type(t, d, token);
	if (field == 2) return read_counts(t, token, d->shape, DIMENSIONS, &d->dimensions);
	if (field == 4) return read_offsets(t, d, token);
	return jtext_skip(&t->j, token) || malformed(t);
}

/* [type, shape, offsets], which serde takes for a struct. */
static bool read_sequence(struct tensors *t, struct description *d) {
	strict(t, "a tensor is written as an array");
	if (!read_type(t, d, jtext_next(&t->j)) || !read_counts(t, jtext_next(&t->j), d->shape, DIMENSIONS, &d->dimensions) || !read_offsets(t, d, jtext_next(&t->j))) return false;
	d->seen = 7;
	return jtext_next(&t->j) == J_ARRAY_END || malformed(t);
}

static bool check_size(struct tensors *t, const struct description *d) {
	uint64_t n = 1;
	for (size_t i = 0; i < d->dimensions; i++)
		if (__builtin_mul_overflow(n, d->shape[i], &n)) return invalid(t, "the product of a shape overflows");
	if (__builtin_mul_overflow(n, (uint64_t)d->bits, &n)) return invalid(t, "the product of a shape overflows");
	if (n % 8) return invalid(t, "a tensor ends inside a byte");
	if (d->offsets[1] < d->offsets[0] || d->offsets[1] - d->offsets[0] != n / 8) return invalid(t, "data_offsets don't fit type and shape");
	return true;
}

static bool add(struct tensors *t, struct str name, const struct description *d, uint64_t at) {
	if (t->n == t->room) {
		size_t room = t->room ? t->room * 2 : 256;
		struct tensor *bigger = arena_array(t->s->scratch, room, sizeof *bigger);
		if (!bigger) return invalid(t, "too many tensors");
		if (t->n) memcpy(bigger, t->items, t->n * sizeof *bigger);
		t->items = bigger;
		t->room = room;
	}
	t->items[t->n++] = (struct tensor){d->offsets[0], d->offsets[1], at, name};
	return true;
}

static bool read_tensor(struct tensors *t, struct str name) {
	struct description d = {0};
	uint64_t at = 8 + t->j.from;
	enum jtoken token = jtext_next(&t->j);
	if (token == J_ARRAY) {
		if (!read_sequence(t, &d)) return false;
	} else if (token == J_OBJECT) {
		while ((token = jtext_next(&t->j)) == J_NAME)
			if (!read_field(t, &d)) return false;
		if (token != J_OBJECT_END) return malformed(t);
	} else {
		return malformed(t);
	}
	if (d.seen != 7) return invalid(t, "a tensor lacks type, shape or data_offsets");
	if (!name.n) strict(t, "a tensor has no name");
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 32 || name.p[i] == 127) strict(t, "a tensor's name has control characters");
	if (str_find(name, S("..")) != STR_NONE && str_find_char(name, '/') != STR_NONE) strict(t, "a tensor is named like a path");
	return check_size(t, &d) && add(t, name, &d, at);
}

static bool read_metadata(struct tensors *t) {
	enum jtoken token = jtext_next(&t->j);
	struct map seen = {.arena = t->s->scratch};
	if (token == J_NULL) {
		strict(t, "__metadata__ is null");
		return true;
	}
	if (token != J_OBJECT) return malformed(t);
	while ((token = jtext_next(&t->j)) == J_NAME) {
		void **at = map_at(&seen, jtext_string(&t->j, t->s->scratch));
		if (!at) return invalid(t, "too much metadata");
		if (*at) strict(t, "a name stands twice in __metadata__");
		*at = t;
		if (jtext_next(&t->j) != J_STRING) return malformed(t);
	}
	return token == J_OBJECT_END || malformed(t);
}

static bool read_header(struct tensors *t) {
	struct map names = {.arena = t->s->scratch};
	bool metadata = false;
	enum jtoken token = jtext_next(&t->j);
	if (token != J_OBJECT) return malformed(t);
	if (t->j.from) strict(t, "white space stands before the header");
	while ((token = jtext_next(&t->j)) == J_NAME) {
		struct str name = jtext_string(&t->j, t->s->scratch);
		if (time_is_up(t->s)) return false;
		if (str_is(name, "__metadata__")) {
			if (metadata) return invalid(t, "__metadata__ stands twice");
			metadata = true;
			if (!read_metadata(t)) return false;
			continue;
		}
		void **at = map_at(&names, name);
		if (!at) return invalid(t, "too many tensors");
		if (*at) strict(t, "two tensors have one name");
		*at = t;
		if (!read_tensor(t, name)) return false;
	}
	if (token != J_OBJECT_END) return malformed(t);
	return jtext_next(&t->j) == J_END || malformed(t);
}

static int by_offsets(const void *x, const void *y) {
	const struct tensor *a = x, *b = y;
	if (a->from != b->from) return a->from < b->from ? -1 : 1;
	if (a->to != b->to) return a->to < b->to ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Where the data must end; false when tensors leave gaps or lie over each other. */
static bool check_order(struct tensors *t, uint64_t *end) {
	*end = 0;
	if (t->n) qsort(t->items, t->n, sizeof *t->items, by_offsets);
	for (size_t i = 0; i < t->n; i++) {
		if (t->items[i].from != *end) {
			found(t->s, RULE_SAFETENSORS_INVALID, t->items[i].at, "the tensor \"%.*s\" doesn't begin where the one before ends", SHOWN(t->s, t->items[i].name));
			return false;
		}
		*end = t->items[i].to;
	}
	return true;
}

/* Each tensor's first bytes, where the data are in memory. */
static void look_into_data(struct tensors *t, struct str data, uint64_t offset) {
	only_heads(data);
	for (size_t i = 0; i < t->n && !time_is_up(t->s); i++) opaque_data(t->s, str_sub(data, t->items[i].from, t->items[i].to - t->items[i].from), offset + t->items[i].from, "a tensor");
}

void parse_safetensors(struct scan *s, struct reader *r, struct tally *t) {
	const uint8_t *p = reader_take(r, 8);
	uint64_t n = p ? le64(p) : 0, end;
	struct held header;
	s->file->format = "safetensors";
	if (!p) return;
	if (n > HEADER_MOST) {
		found(s, RULE_SAFETENSORS_INVALID, 0, "a header of %llu bytes", (unsigned long long)n);
		return;
	}
	uint64_t before = reader_limit(r, n);
	bool held = all_bytes(s, r, &header);
	reader_unlimit(r, before);
	if (!held) return;
	struct tensors tensors = {.s = s, .j = jtext(header.bytes)};
	bool ok = header.bytes.n == n ? read_header(&tensors) && check_order(&tensors, &end) : invalid(&tensors, "the header is longer than the file");
	if (ok) {
		t->parsed += 8 + n;
		if (reader_in_memory(r)) look_into_data(&tensors, reader_window(r), 8 + n);
		uint64_t passed = reader_skip(r, end);
		t->opaque += passed;
		if (passed < end) found(s, RULE_SAFETENSORS_INVALID, 8 + n, "the data end %llu bytes too early", (unsigned long long)(end - passed));
		else if (!reader_at_end(r)) found(s, RULE_SAFETENSORS_INVALID, reader_offset(r), "more bytes follow than the tensors have");
	}
	drop_bytes(s, &header);
}
