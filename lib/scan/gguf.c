/* GGUF (ggml, docs/gguf.md, versions 2 and 3; sizes of types from ggml.c). INVALID is what its reader refuses; STRICT what it lets pass though other readers need not. */
#include "formats.h"
#include "template.h"

enum {
	KEY_MOST = 65535, NAME_MOST = 63, DIMENSIONS = 4, ALIGNMENT = 32,
	T_U8 = 0, T_I8, T_U16, T_I16, T_U32, T_I32, T_F32, T_BOOL, T_STRING, T_ARRAY, T_U64, T_I64, T_F64,
};
#define LENGTH_MOST ((uint64_t)1 << 30)

struct gguf {
	struct scan *s;
	struct reader *r;
	uint64_t began, alignment, data; /* data: bytes that the tensors take so far */
	struct map keys, names;
	uint64_t *starts;      /* of the tensors, in the data */
	size_t n, room;
	bool bad, odd;
};

static const struct {
	uint8_t type;
	uint16_t block, bytes;
} tensor_types[] = {
	{0, 1, 4}, {1, 1, 2}, {2, 32, 18}, {3, 32, 20}, {6, 32, 22}, {7, 32, 24}, {8, 32, 34}, {9, 32, 36}, {10, 256, 84}, {11, 256, 110}, {12, 256, 144},
	{13, 256, 176}, {14, 256, 210}, {15, 256, 292}, {16, 256, 66}, {17, 256, 74}, {18, 256, 98}, {19, 256, 50}, {20, 32, 18}, {21, 256, 110}, {22, 256, 82},
	{23, 256, 136}, {24, 1, 1}, {25, 1, 2}, {26, 1, 4}, {27, 1, 8}, {28, 1, 8}, {29, 256, 56}, {30, 1, 2}, {34, 256, 54}, {35, 256, 66}, {39, 32, 17},
};

static bool invalid(struct gguf *g, const char *what) {
	if (!g->bad && !g->r->fault) found(g->s, RULE_GGUF_INVALID, reader_offset(g->r), "%s", what);
	g->bad = true;
	return false;
}

static void strict(struct gguf *g, const char *what) {
	found(g->s, RULE_GGUF_STRICT, reader_offset(g->r), "%s", what);
}

static bool cut(struct gguf *g) {
	if (!g->bad && !g->r->fault) found(g->s, RULE_TRUNCATED, reader_offset(g->r), "the file ends inside its header");
	g->bad = true;
	return false;
}

static bool u32(struct gguf *g, uint32_t *out) {
	const uint8_t *p = reader_take(g->r, 4);
	if (!p) return cut(g);
	*out = le32(p);
	return true;
}
static bool u64(struct gguf *g, uint64_t *out) {
	const uint8_t *p = reader_take(g->r, 8);
	if (!p) return cut(g);
	*out = le64(p);
	return true;
}

/* The text lies in the window until something is read on; of one that is longer than a window only its length is looked at. */
static bool string(struct gguf *g, uint64_t most, struct str *out) {
	uint64_t n;
	if (!u64(g, &n)) return false;
	if (n > most) return invalid(g, "a text that is too long");
	if (n <= reader_have(g->r) || (n <= READER_PEEK && reader_fill(g->r, n))) {
		*out = str_n(reader_take(g->r, n), n);
		if (!g->odd && !str_utf8(*out)) {
			strict(g, "a text that isn't UTF-8");
			g->odd = true;
		}
		return true;
	}
	*out = STR_EMPTY;
	return reader_skip(g->r, n) == n || cut(g);
}

static unsigned width_of(uint32_t type) {
	static const uint8_t widths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
	return type < lengthof(widths) ? widths[type] : 0;
}

static bool scalar(struct gguf *g, struct str key, uint32_t type) {
	const uint8_t *p = reader_take(g->r, width_of(type));
	if (!p) return cut(g);
	if (type == T_BOOL && *p > 1) strict(g, "a boolean that is neither 0 nor 1");
	if (!str_is(key, "general.alignment")) return true;
	if (type != T_U32) return invalid(g, "general.alignment is no number of 32 bits");
	g->alignment = le32(p);
	return (g->alignment && !(g->alignment & (g->alignment - 1)) && g->alignment <= 1 << 20) || invalid(g, "general.alignment is no power of two");
}

static bool text(struct gguf *g, struct str key) {
	struct str v;
	uint64_t at = reader_offset(g->r) + 8;
	if (!string(g, LENGTH_MOST, &v)) return false;
	bool named = str_find(key, S("template")) != STR_NONE;
	if (named || has_template(v)) check_template(g->s, v, at, arena_fmt(g->s->scratch, "the template %.*s", SHOWN(g->s, key)).p, named);
	return true;
}

static bool array(struct gguf *g, struct str key) {
	uint32_t type;
	uint64_t n;
	struct str v;
	if (!u32(g, &type) || !u64(g, &n)) return false;
	if (type == T_ARRAY) return invalid(g, "an array inside an array");
	if (n > LENGTH_MOST) return invalid(g, "an array that is too long");
	if (type == T_STRING) {
		bool named = str_find(key, S("template")) != STR_NONE;
		for (uint64_t i = 0; i < n; i++)
			if (time_is_up(g->s) || !(named ? text(g, key) : string(g, LENGTH_MOST, &v))) return false;
		return true;
	}
	if (!width_of(type)) return invalid(g, "a value of a type that GGUF doesn't have");
	uint64_t bytes = n * width_of(type);
	return reader_skip(g->r, bytes) == bytes || cut(g);
}

static bool unique(struct gguf *g, struct map *m, struct str s) {
	void **at = map_at(m, s);
	if (!at) return invalid(g, "too many names");
	if (*at) return false;
	*at = g;
	return true;
}

static bool read_key(struct gguf *g) {
	struct str key;
	uint32_t type;
	if (!string(g, KEY_MOST, &key)) return false;
	key = arena_str(g->s->scratch, key);
	if (!key.n) return invalid(g, "a key without a name");
	if (!unique(g, &g->keys, key)) return invalid(g, "a key stands twice");
	if (!u32(g, &type)) return false;
	if (type == T_STRING) return text(g, key);
	if (type == T_ARRAY) return array(g, key);
	return width_of(type) ? scalar(g, key, type) : invalid(g, "a value of a type that GGUF doesn't have");
}

static bool size_of(struct gguf *g, const uint64_t shape[DIMENSIONS], uint32_t type, uint64_t *bytes) {
	for (size_t i = 0; i < lengthof(tensor_types); i++) {
		if (tensor_types[i].type != type) continue;
		uint64_t n = 1;
		if (shape[0] % tensor_types[i].block) return invalid(g, "a row that is no multiple of its blocks");
		for (int d = 0; d < DIMENSIONS; d++)
			if (shape[d] > INT64_MAX || __builtin_mul_overflow(n, shape[d], &n)) return invalid(g, "the product of a shape overflows");
		return !__builtin_mul_overflow(n / tensor_types[i].block, (uint64_t)tensor_types[i].bytes, bytes) || invalid(g, "the product of a shape overflows");
	}
	return invalid(g, "a tensor of a type that isn't known");
}

static bool note_start(struct gguf *g, uint64_t start) {
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 256;
		uint64_t *bigger = arena_array(g->s->scratch, room, sizeof *bigger);
		if (!bigger) return false;
		if (g->n) memcpy(bigger, g->starts, g->n * sizeof *bigger);
		g->starts = bigger;
		g->room = room;
	}
	g->starts[g->n++] = start;
	return true;
}

static bool read_tensor(struct gguf *g) {
	struct str name;
	uint32_t dimensions, type;
	uint64_t shape[DIMENSIONS] = {1, 1, 1, 1}, offset, bytes = 0;
	if (!string(g, NAME_MOST, &name)) return false;
	if (!unique(g, &g->names, arena_str(g->s->scratch, name))) return invalid(g, "two tensors have one name");
	if (!u32(g, &dimensions)) return false;
	if (dimensions > DIMENSIONS) return invalid(g, "a tensor of more than four dimensions");
	for (uint32_t i = 0; i < dimensions; i++)
		if (!u64(g, &shape[i])) return false;
	if (!u32(g, &type) || !u64(g, &offset) || !size_of(g, shape, type, &bytes)) return false;
	if (!note_start(g, offset)) return invalid(g, "too many tensors");
	if (offset != g->data) return invalid(g, "a tensor doesn't begin where the one before ends");
	if (__builtin_add_overflow(g->data, bytes, &g->data) || g->data > UINT64_MAX - g->alignment) return invalid(g, "the tensors are too large");
	g->data += -g->data & (g->alignment - 1);
	return true;
}

static bool read_header(struct gguf *g) {
	uint32_t version;
	uint64_t tensors, keys;
	reader_skip(g->r, 4);
	if (!u32(g, &version)) return false;
	if (version < 2 || version > 3) {
		found(g->s, RULE_UNSUPPORTED, 4, "GGUF of version %u", version);
		g->bad = true;
		return false;
	}
	if (!u64(g, &tensors) || !u64(g, &keys)) return false;
	for (uint64_t i = 0; i < keys; i++)
		if (time_is_up(g->s) || !read_key(g)) return false;
	for (uint64_t i = 0; i < tensors; i++)
		if (time_is_up(g->s) || !read_tensor(g)) return false;
	return true;
}

/* Bytes that only fill up are zero. */
static void padding(struct gguf *g, uint64_t n) {
	const uint8_t *p = n <= READER_PEEK ? reader_take(g->r, n) : NULL;
	for (uint64_t i = 0; p && i < n; i++)
		if (p[i]) {
			strict(g, "bytes that should only fill up are not zero");
			return;
		}
}

void parse_gguf(struct scan *s, struct reader *r, struct tally *t) {
	struct gguf g = {.s = s, .r = r, .began = reader_offset(r), .alignment = ALIGNMENT, .keys = {.arena = s->scratch}, .names = {.arena = s->scratch}};
	s->file->format = "gguf";
	bool ok = read_header(&g);
	t->parsed += reader_offset(r) - g.began;
	if (!ok) return;
	uint64_t at = reader_offset(r) - g.began, fill = -at & (g.alignment - 1);
	if (g.data) padding(&g, fill);
	t->parsed += reader_offset(r) - g.began - at;
	reader_fill(r, READER_PEEK);
	only_heads(reader_window(r));
	for (size_t i = 0; i < g.n && g.starts[i] < reader_have(r) && !time_is_up(s); i++) opaque_data(s, str_from(reader_window(r), g.starts[i]), reader_offset(r) + g.starts[i], "a tensor");
	uint64_t passed = reader_skip(r, g.data);
	t->opaque += passed;
	/* The last tensor need not be filled up. */
	if (g.data - passed >= g.alignment || (g.data && !passed)) found(s, RULE_TRUNCATED, reader_offset(r), "the tensors end %llu bytes too early", (unsigned long long)(g.data - passed));
}
