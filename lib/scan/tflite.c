/* TFLite (tensorflow/lite/schema/schema.fbs) in FlatBuffers (google/flatbuffers, docs/source/Internals.md): the operators that a model uses, and where its buffers lie. */
#include "formats.h"

enum {
	MODEL_CODES = 1, MODEL_SUBGRAPHS = 2, MODEL_DESCRIPTION = 3, MODEL_BUFFERS = 4, MODEL_METADATA_OLD = 5, MODEL_METADATA = 6, MODEL_SIGNATURES = 7, CODE_OLD = 0, CODE_CUSTOM = 1, CODE_NEW = 3,
	BUFFER_DATA = 0, BUFFER_OFFSET = 1, BUFFER_SIZE = 2, TENSOR_SPARSITY = 6, OPERATOR_LARGE_OPTIONS = 9, OPERATOR_LARGE_SIZE = 10, CUSTOM = 32, MOST = 1 << 20,
	GAP_MOST = 4096, /* between two parts: options of an operator that aren't walked, names of axes, alignment */
	TAIL_MOST = 64,
};

struct tflite {
	struct scan *s;
	struct str b;
	struct ranges ranges;
	bool bad, sparse;
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

/* A table and its list of fields are known to be there. */
static void table_is(struct tflite *f, uint64_t table) {
	const uint8_t *p = at(f, table, 4), *v;
	if (!p) return;
	int64_t place = (int64_t)table - (int32_t)le32(p);
	if (place < 0 || !(v = at(f, (uint64_t)place, 4)) || !at(f, (uint64_t)place, le16(v)) || !at(f, table, le16(v + 2))) return;
	range_add(&f->ranges, (uint64_t)place, le16(v), RANGE_PARSED);
	range_add(&f->ranges, table, le16(v + 2), RANGE_PARSED);
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
	if (!p || !at(f, v + 4, *n * width)) return 0;
	range_add(&f->ranges, v, 4, RANGE_PARSED);
	return v + 4;
}

static void skip_vector(struct tflite *f, uint64_t table, unsigned number, uint64_t width) {
	uint32_t n;
	uint64_t v = vector(f, field(f, table, number), width, &n);
	if (v) range_add(&f->ranges, v, n * width, width > 1 ? RANGE_PARSED : RANGE_OPAQUE);
}

static void read_code(struct tflite *f, uint64_t table) {
	table_is(f, table);
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

static uint64_t number64(struct tflite *f, uint64_t table, unsigned number) {
	uint64_t place = field(f, table, number);
	const uint8_t *p = place ? at(f, place, 8) : NULL;
	return p ? le64(p) : 0;
}

/* Data of the model, which a large one has behind all tables, at an offset of the file. */
static void data_is(struct tflite *f, uint64_t from, uint64_t n, const char *what) {
	const uint8_t *p = n ? at(f, from, n) : NULL;
	if (!p) return;
	range_add(&f->ranges, from, n, RANGE_OPAQUE);
	opaque_data(f->s, str_n(p, n), from, what);
}

static void read_buffer(struct tflite *f, uint64_t table) {
	uint32_t n;
	table_is(f, table);
	uint64_t data = vector(f, field(f, table, BUFFER_DATA), 1, &n), far = number64(f, table, BUFFER_OFFSET);
	if (data) data_is(f, data, n, "a buffer");
	if (far > 1) data_is(f, far, number64(f, table, BUFFER_SIZE), "a buffer");
}

static void each(struct tflite *f, uint64_t model, unsigned number, void (*fn)(struct tflite *, uint64_t)) {
	uint32_t n;
	uint64_t v = vector(f, field(f, model, number), 4, &n);
	if (v) range_add(&f->ranges, v, 4 * (uint64_t)n, RANGE_PARSED);
	for (uint32_t i = 0; v && i < n && i < MOST && !f->bad && !time_is_up(f->s); i++) fn(f, follow(f, v + 4 * (uint64_t)i));
}

/* Tables whose fields are vectors of numbers or texts: which, and how wide an item is. */
static void read_tensor(struct tflite *f, uint64_t table) {
	static const uint8_t quantization[] = {4, 4, 4, 8};
	table_is(f, table);
	skip_vector(f, table, 0, 4);
	skip_vector(f, table, 3, 1);
	skip_vector(f, table, 7, 4);
	f->sparse |= field(f, table, TENSOR_SPARSITY) != 0;
	uint64_t q = follow(f, field(f, table, 4));
	if (!q) return;
	table_is(f, q);
	for (unsigned i = 0; i < lengthof(quantization); i++) skip_vector(f, q, i, quantization[i]);
}

static void read_operator(struct tflite *f, uint64_t table) {
	static const uint8_t vectors[] = {1, 2, 7, 8};
	table_is(f, table);
	for (unsigned i = 0; i < lengthof(vectors); i++) skip_vector(f, table, vectors[i], vectors[i] == 7 ? 1 : 4);
	skip_vector(f, table, 5, 1);
	uint64_t options = follow(f, field(f, table, 4)), newer = follow(f, field(f, table, 12)), far = number64(f, table, OPERATOR_LARGE_OPTIONS);
	if (options) table_is(f, options);
	if (newer) table_is(f, newer);
	if (far > 1) data_is(f, far, number64(f, table, OPERATOR_LARGE_SIZE), "options of an operator");
}

static void read_graph(struct tflite *f, uint64_t table) {
	table_is(f, table);
	each(f, table, 0, read_tensor);
	skip_vector(f, table, 1, 4);
	skip_vector(f, table, 2, 4);
	each(f, table, 3, read_operator);
	skip_vector(f, table, 4, 1);
}

static void read_named(struct tflite *f, uint64_t table) {
	table_is(f, table);
	skip_vector(f, table, 0, 1);
}

static void read_signature(struct tflite *f, uint64_t table) {
	table_is(f, table);
	each(f, table, 0, read_named);
	each(f, table, 1, read_named);
	skip_vector(f, table, 2, 1);
}

/* Small gaps are parts that aren't walked; what is large, or stands behind everything, belongs to nothing. */
static void close_gaps(struct tflite *f, struct tally *t) {
	uint64_t overlap, gap;
	struct tally known = {0};
	ranges_close(&f->ranges, f->b.n, &known, &overlap, &gap); /* sorts */
	uint64_t done = 0, n = f->ranges.n;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t from = f->ranges.items[i].from, to = f->ranges.items[i].to;
		if (from > done && (from - done <= GAP_MOST || f->sparse)) known.parsed += from - done;
		if (to > done) done = to;
	}
	if (done < f->b.n && f->b.n - done <= TAIL_MOST) {
		bool zeros = true;
		for (uint64_t i = done; i < f->b.n; i++) zeros &= !f->b.p[i];
		if (zeros) known.parsed += f->b.n - done;
	}
	t->parsed += known.parsed;
	t->opaque += known.opaque;
}

bool is_tflite(struct str b) {
	return b.n >= 16 && memcmp(b.p + 4, "TFL3", 4) == 0 && le32((const uint8_t *)b.p) < b.n;
}

void parse_tflite(struct scan *s, struct reader *r, struct tally *t) {
	struct tflite f = {.s = s, .b = reader_window(r), .ranges = {.a = s->scratch}};
	s->file->format = "tflite";
	if (!is_tflite(f.b)) return;
	uint64_t model = le32((const uint8_t *)f.b.p);
	range_add(&f.ranges, 0, 8, RANGE_PARSED);
	table_is(&f, model);
	each(&f, model, MODEL_CODES, read_code);
	each(&f, model, MODEL_BUFFERS, read_buffer);
	each(&f, model, MODEL_SUBGRAPHS, read_graph);
	each(&f, model, MODEL_METADATA, read_named);
	each(&f, model, MODEL_SIGNATURES, read_signature);
	skip_vector(&f, model, MODEL_DESCRIPTION, 1);
	skip_vector(&f, model, MODEL_METADATA_OLD, 4);
	if (f.bad || s->over) return;
	if (!field(&f, model, MODEL_SUBGRAPHS)) {
		found(s, RULE_TFLITE_INVALID, model, "a model without a graph");
		return;
	}
	close_gaps(&f, t);
}
