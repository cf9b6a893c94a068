/* CoreML (apple/coremltools, mlmodel/format/Model.proto and NeuralNetwork.proto): custom models and layers need code of the application; weights of an ML program lie in a file beside. */
#include "formats.h"
#include "proto.h"

enum { MODEL, PIPELINE, PIPELINE_KIND, NETWORK, LAYER, PROGRAM, FUNCTION_ENTRY, FUNCTION, BLOCK_ENTRY, BLOCK, OPERATION, VALUE_ENTRY, VALUE, FILE_VALUE, ARGUMENT_ENTRY, ARGUMENT, BINDING };
enum { LAYER_CUSTOM = 500, MODEL_PROGRAM = 502, MODEL_CUSTOM = 555, MODEL_LINKED = 556, MODEL_SERIALIZED = 3000 };

static const struct proto_message message_model, message_block;
/* An ML program (mlmodel/format/MIL.proto): functions of blocks of operations; a value may lie in a file beside. */
static const struct proto_field file_fields[] = {{1, PROTO_TELL, NULL}, {2, PROTO_VALUE, NULL}};
static const struct proto_message message_file = {FILE_VALUE, PROTO_FIELDS(file_fields)};
static const struct proto_field value_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_ANY, NULL}, {3, PROTO_OPAQUE, NULL}, {5, PROTO_MESSAGE, &message_file}};
static const struct proto_message message_value = {VALUE, PROTO_FIELDS(value_fields)};
static const struct proto_field value_entry_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_value}};
static const struct proto_message message_value_entry = {VALUE_ENTRY, PROTO_FIELDS(value_entry_fields)};
static const struct proto_field binding_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_value}};
static const struct proto_message message_binding = {BINDING, PROTO_FIELDS(binding_fields)};
static const struct proto_field argument_fields[] = {{1, PROTO_MESSAGE, &message_binding}};
static const struct proto_message message_argument = {ARGUMENT, PROTO_FIELDS(argument_fields)};
static const struct proto_field argument_entry_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_argument}};
static const struct proto_message message_argument_entry = {ARGUMENT_ENTRY, PROTO_FIELDS(argument_entry_fields)};
static const struct proto_field operation_fields[] = {{1, PROTO_TELL, NULL}, {2, PROTO_MESSAGE, &message_argument_entry}, {3, PROTO_ANY, NULL}, {4, PROTO_MESSAGE, &message_block}, {5, PROTO_MESSAGE, &message_value_entry}};
static const struct proto_message message_operation = {OPERATION, PROTO_FIELDS(operation_fields)};
static const struct proto_field block_fields[] = {{1, PROTO_ANY, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_MESSAGE, &message_operation}, {4, PROTO_MESSAGE, &message_value_entry}};
static const struct proto_message message_block = {BLOCK, PROTO_FIELDS(block_fields)};
static const struct proto_field block_entry_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_block}};
static const struct proto_message message_block_entry = {BLOCK_ENTRY, PROTO_FIELDS(block_entry_fields)};
static const struct proto_field function_fields[] = {{1, PROTO_ANY, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_MESSAGE, &message_block_entry}, {4, PROTO_MESSAGE, &message_value_entry}};
static const struct proto_message message_function = {FUNCTION, PROTO_FIELDS(function_fields)};
static const struct proto_field function_entry_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_function}};
static const struct proto_message message_function_entry = {FUNCTION_ENTRY, PROTO_FIELDS(function_entry_fields)};
static const struct proto_field program_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_function_entry}, {3, PROTO_VALUE, NULL}, {4, PROTO_MESSAGE, &message_value_entry}};
static const struct proto_message message_program = {PROGRAM, PROTO_FIELDS(program_fields)};
static const struct proto_field layer_fields[] = {{LAYER_CUSTOM, PROTO_TELL, NULL}};
static const struct proto_message message_layer = {LAYER, PROTO_FIELDS(layer_fields)};
static const struct proto_field network_fields[] = {{1, PROTO_MESSAGE, &message_layer}};
static const struct proto_message message_network = {NETWORK, PROTO_FIELDS(network_fields)};
static const struct proto_field pipeline_fields[] = {{1, PROTO_MESSAGE, &message_model}};
static const struct proto_message message_pipeline = {PIPELINE, PROTO_FIELDS(pipeline_fields)};
static const struct proto_field kind_fields[] = {{1, PROTO_MESSAGE, &message_pipeline}};
static const struct proto_message message_kind = {PIPELINE_KIND, PROTO_FIELDS(kind_fields)};
static const struct proto_field model_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_ANY, NULL}, {10, PROTO_VALUE, NULL}, {200, PROTO_MESSAGE, &message_kind}, {201, PROTO_MESSAGE, &message_kind}, {202, PROTO_MESSAGE, &message_pipeline},
	{303, PROTO_MESSAGE, &message_network}, {403, PROTO_MESSAGE, &message_network}, {500, PROTO_MESSAGE, &message_network}, {MODEL_PROGRAM, PROTO_MESSAGE, &message_program}, {MODEL_CUSTOM, PROTO_TELL, NULL},
	{MODEL_LINKED, PROTO_TELL, NULL}, {MODEL_SERIALIZED, PROTO_TELL, NULL},
};
static const struct proto_message message_model = {MODEL, PROTO_FIELDS(model_fields)};

static void tell(struct proto *p, const struct proto_message *m, const struct proto_value *v) {
	/* Weights are named by "@model_path/", which stands for the model's folder; an operation that the application brings is "custom_layer". */
	if (m->id == FILE_VALUE) {
		if (!str_starts(v->bytes, S("@model_path/")) || path_leaves(str_from(v->bytes, 12))) found(p->s, RULE_COREML_CUSTOM, v->at, "a program whose weights lie in \"%.*s\"", SHOWN(p->s, v->bytes));
	} else if (m->id == OPERATION) {
		if (str_find(v->bytes, S("custom")) != STR_NONE) found(p->s, RULE_COREML_CUSTOM, v->at, "an operation of the application's own, %.*s", SHOWN(p->s, v->bytes));
	} else if (m->id == LAYER) found(p->s, RULE_COREML_CUSTOM, v->at, "a custom layer");
	else if (v->number == MODEL_CUSTOM) found(p->s, RULE_COREML_CUSTOM, v->at, "a custom model");
	else if (v->number == MODEL_LINKED) found(p->s, RULE_COREML_CUSTOM, v->at, "a model that lies in another file");
	else if (v->number == MODEL_SERIALIZED) found(p->s, RULE_UNSUPPORTED, v->at, "a model of a form that isn't documented");
}

/* A specification version, a description, and one kind of model. */
bool is_coreml(struct str b) {
	struct proto_value v;
	unsigned seen = 0;
	if (b.n < 8 || b.p[0] != 0x08) return false;
	while (b.n) {
		if (!proto_next(&b, &v)) break;
		bool kind = v.number >= 200 && v.number <= 3000 && v.wire == 2;
		if (!kind && (v.number == 2 ? v.wire != 2 : (v.number != 1 && v.number != 10) || v.wire != 0)) return false;
		seen |= kind ? 4 : v.number == 1 ? 1 : v.number == 2 ? 2 : 0;
	}
	return seen == 7;
}

void parse_coreml(struct scan *s, struct reader *r, struct tally *t) {
	struct proto p = {.s = s, .whole = reader_window(r), .tell = tell};
	s->file->format = "coreml";
	if (!proto_walk(&p, &message_model, p.whole, 0)) {
		if (!s->over) found(s, RULE_TRUNCATED, p.malformed_at, "a field is malformed");
		return;
	}
	/* Of the many kinds of models and layers only what can name code is looked at; all of them are fields of one message, so every byte belongs to it. */
	t->parsed += p.t.parsed;
	t->opaque += p.whole.n - p.t.parsed;
}

/* ---- weights of an ML program (coremltools, mlmodel/src/MILBlob/Blob/StorageFormat.hpp): a header, then for each tensor a description and its data, aligned ---- */

enum { WEIGHT_HEADER = 64 };

static bool is_weight(const uint8_t *p) {
	return le32(p) == 0xDEADBEEF;
}

bool is_coreml_weights(struct str b) {
	const uint8_t *p = (const uint8_t *)b.p;
	if (b.n < 2 * WEIGHT_HEADER || !le32(p) || le32(p + 4) < 1 || le32(p + 4) > 2) return false;
	for (size_t i = 8; i < WEIGHT_HEADER; i++)
		if (p[i]) return false;
	return is_weight(p + WEIGHT_HEADER);
}

void parse_coreml_weights(struct scan *s, struct reader *r, struct tally *t) {
	const uint8_t *p = reader_take(r, WEIGHT_HEADER);
	uint32_t n = p ? le32(p) : 0;
	uint64_t began = p ? reader_offset(r) - WEIGHT_HEADER : 0;
	s->file->format = "coreml-weights";
	t->parsed += p ? WEIGHT_HEADER : 0;
	for (uint32_t i = 0; i < n && !time_is_up(s); i++) {
		uint64_t at = reader_offset(r) - began, fill = -at & (WEIGHT_HEADER - 1);
		t->parsed += reader_skip(r, fill);
		if (!(p = reader_take(r, WEIGHT_HEADER)) || !is_weight(p)) break;
		t->parsed += WEIGHT_HEADER;
		uint64_t size = le64(p + 8), offset = le64(p + 16), here = reader_offset(r) - began;
		if (offset < here || offset - here >= 4096) break;
		t->parsed += reader_skip(r, offset - here);
		reader_fill(r, WEIGHT_HEADER);
		opaque_data(s, str_sub(reader_window(r), 0, size), reader_offset(r), "a tensor");
		uint64_t passed = reader_skip(r, size);
		t->opaque += passed;
		if (passed < size) break;
		if (i + 1 == n) {
			/* The last may be filled up as well. */
			while ((p = reader_peek(r, 1)) && !*p && (reader_offset(r) - began) % WEIGHT_HEADER) t->parsed += reader_skip(r, 1);
			return;
		}
	}
	if (n) found(s, RULE_TRUNCATED, reader_offset(r), "the weights are damaged or cut short");
}
