/* TFLite (tensorflow/lite/schema/schema.fbs) in FlatBuffers (google/flatbuffers, docs/source/Internals.md): the operators that a model uses, and where its buffers lie. */
#include "formats.h"

enum { MODEL_CODES = 1, MODEL_SUBGRAPHS = 2, MODEL_BUFFERS = 4, CODE_OLD = 0, CODE_CUSTOM = 1, CODE_NEW = 3, BUFFER_DATA = 0, CUSTOM = 32, MOST = 1 << 20 };

struct tflite {
	struct scan *s;
	struct str b;
	uint64_t opaque;
	bool bad;
};

static const uint8_t *at(struct tflite *f, uint64_t offset, uint64_t n) {
	if (offset <= f->b.n && n <= f->b.n - offset) return (const uint8_t *)f->b.p + offset;
	if (!f->bad) found(f->s, RULE_TFLITE_INVALID, offset, "an offset outside the file");
	f->bad = true;
	return NULL;
}

/* Where a table has the field; 0 when it is absent. */
static uint64_t field(struct tflite *f, uint64_t table, unsigned number) {
	const uint8_t *p = at(f, table, 4);
	if (!p) return 0;
	int64_t place = (int64_t)table - (int32_t)le32(p);
	const uint8_t *v = place < 0 ? at(f, UINT64_MAX, 1) : at(f, (uint64_t)place, 4);
	if (!v || le16(v) < 6u + 2 * number) return 0;
	v = at(f, (uint64_t)place + 4 + 2 * number, 2);
	return v && le16(v) ? table + le16(v) : 0;
}

/* What the offset that stands there points to; 0. */
static uint64_t follow(struct tflite *f, uint64_t place) {
	const uint8_t *p = place ? at(f, place, 4) : NULL;
	return p ? place + le32(p) : 0;
}

/* A vector: its first element and how many; elements of `width` bytes. */
static uint64_t vector(struct tflite *f, uint64_t place, uint64_t width, uint32_t *n) {
	uint64_t v = follow(f, place);
	const uint8_t *p = v ? at(f, v, 4) : NULL;
	*n = p ? le32(p) : 0;
	return p && at(f, v + 4, *n * width) ? v + 4 : 0;
}

static void read_code(struct tflite *f, uint64_t table) {
	uint64_t old = field(f, table, CODE_OLD), fresh = field(f, table, CODE_NEW);
	const uint8_t *a = old ? at(f, old, 1) : NULL, *b = fresh ? at(f, fresh, 4) : NULL;
	uint32_t n, code = a ? *a : 0, newer = b ? le32(b) : 0;
	if (newer > code) code = newer;
	uint64_t name = vector(f, field(f, table, CODE_CUSTOM), 1, &n);
	struct str custom = name ? str_n(at(f, name, n), n) : STR_EMPTY;
	if (code != CUSTOM) return;
	/* "FlexReadFile" is TensorFlow's own ReadFile. */
	if (str_starts(custom, S("Flex"))) check_tensorflow_operator(f->s, str_from(custom, 4), name);
	else if (!str_is(custom, "TFLite_Detection_PostProcess")) found(f->s, RULE_TFLITE_CUSTOM, table, "the operator \"%.*s\"", SHOWN(f->s, custom));
}

static void read_buffer(struct tflite *f, uint64_t table) {
	uint32_t n;
	uint64_t data = vector(f, field(f, table, BUFFER_DATA), 1, &n);
	if (!data) return;
	f->opaque += n;
	opaque_data(f->s, str_n(at(f, data, n), n), data, "a buffer");
}

static void each(struct tflite *f, uint64_t model, unsigned number, void (*fn)(struct tflite *, uint64_t)) {
	uint32_t n;
	uint64_t v = vector(f, field(f, model, number), 4, &n);
	for (uint32_t i = 0; v && i < n && i < MOST && !f->bad && !time_is_up(f->s); i++) fn(f, follow(f, v + 4 * (uint64_t)i));
}

bool is_tflite(struct str b) {
	return b.n >= 16 && memcmp(b.p + 4, "TFL3", 4) == 0 && le32((const uint8_t *)b.p) < b.n;
}

void parse_tflite(struct scan *s, struct reader *r, struct tally *t) {
	struct tflite f = {.s = s, .b = reader_window(r)};
	s->file->format = "tflite";
	if (!is_tflite(f.b)) return;
	uint64_t model = le32((const uint8_t *)f.b.p);
	each(&f, model, MODEL_CODES, read_code);
	each(&f, model, MODEL_BUFFERS, read_buffer);
	if (f.bad || s->over) return;
	if (!field(&f, model, MODEL_SUBGRAPHS)) {
		found(s, RULE_TFLITE_INVALID, model, "a model without a graph");
		return;
	}
	/* Two buffers may share their bytes. Tables may lie anywhere: what is no buffer is counted as part of them. */
	if (f.opaque > f.b.n) f.opaque = f.b.n;
	t->opaque += f.opaque;
	t->parsed += f.b.n - f.opaque;
}
