/* ONNX (onnx/onnx.proto, IR version 13): all graphs, functions and tensors are walked for data that lie in other files (docs/ExternalData.md; CVE-2022-25882, CVE-2024-27318, CVE-2025-51480)
 * and for operators that need code of their own. */
#include "formats.h"
#include "proto.h"

enum { MODEL, GRAPH, NODE, ATTRIBUTE, TENSOR, SPARSE, FUNCTION, TRAINING, ENTRY, OPSET };

static const struct proto_message message_graph, message_tensor, message_sparse;
static const struct proto_field entry_fields[] = {{1, PROTO_TELL, NULL}, {2, PROTO_TELL, NULL}};
static const struct proto_message message_entry = {ENTRY, PROTO_FIELDS(entry_fields)};
static const struct proto_field tensor_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_OPAQUE, NULL}, {5, PROTO_OPAQUE, NULL}, {6, PROTO_OPAQUE, NULL}, {7, PROTO_OPAQUE, NULL}, {8, PROTO_TELL, NULL},
	{9, PROTO_OPAQUE, NULL}, {10, PROTO_OPAQUE, NULL}, {11, PROTO_OPAQUE, NULL}, {12, PROTO_VALUE, NULL}, {13, PROTO_MESSAGE, &message_entry}, {14, PROTO_TELL, NULL}, {16, PROTO_ANY, NULL},
};
static const struct proto_message message_tensor = {TENSOR, PROTO_FIELDS(tensor_fields)};
static const struct proto_field sparse_fields[] = {{1, PROTO_MESSAGE, &message_tensor}, {2, PROTO_MESSAGE, &message_tensor}, {3, PROTO_VALUE, NULL}};
static const struct proto_message message_sparse = {SPARSE, PROTO_FIELDS(sparse_fields)};
static const struct proto_field attribute_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_OPAQUE, NULL}, {5, PROTO_MESSAGE, &message_tensor}, {6, PROTO_MESSAGE, &message_graph}, {7, PROTO_VALUE, NULL},
	{8, PROTO_VALUE, NULL}, {9, PROTO_OPAQUE, NULL}, {10, PROTO_MESSAGE, &message_tensor}, {11, PROTO_MESSAGE, &message_graph}, {13, PROTO_VALUE, NULL}, {14, PROTO_ANY, NULL}, {15, PROTO_ANY, NULL},
	{20, PROTO_VALUE, NULL}, {21, PROTO_VALUE, NULL}, {22, PROTO_MESSAGE, &message_sparse}, {23, PROTO_MESSAGE, &message_sparse},
};
static const struct proto_message message_attribute = {ATTRIBUTE, PROTO_FIELDS(attribute_fields)};
static const struct proto_field node_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_TELL, NULL}, {5, PROTO_MESSAGE, &message_attribute}, {6, PROTO_VALUE, NULL}, {7, PROTO_TELL, NULL}, {8, PROTO_VALUE, NULL},
	{9, PROTO_ANY, NULL}, {10, PROTO_ANY, NULL},
};
static const struct proto_message message_node = {NODE, PROTO_FIELDS(node_fields)};
static const struct proto_field graph_fields[] = {
	{1, PROTO_MESSAGE, &message_node}, {2, PROTO_VALUE, NULL}, {5, PROTO_MESSAGE, &message_tensor}, {10, PROTO_VALUE, NULL}, {11, PROTO_ANY, NULL}, {12, PROTO_ANY, NULL}, {13, PROTO_ANY, NULL},
	{14, PROTO_ANY, NULL}, {15, PROTO_MESSAGE, &message_sparse}, {16, PROTO_ANY, NULL},
};
static const struct proto_message message_graph = {GRAPH, PROTO_FIELDS(graph_fields)};
static const struct proto_field function_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_VALUE, NULL}, {6, PROTO_VALUE, NULL}, {7, PROTO_MESSAGE, &message_node}, {8, PROTO_VALUE, NULL}, {9, PROTO_ANY, NULL},
	{10, PROTO_TELL, NULL}, {11, PROTO_MESSAGE, &message_attribute}, {12, PROTO_ANY, NULL}, {13, PROTO_VALUE, NULL}, {14, PROTO_ANY, NULL},
};
static const struct proto_message message_function = {FUNCTION, PROTO_FIELDS(function_fields)};
static const struct proto_field training_fields[] = {{1, PROTO_MESSAGE, &message_graph}, {2, PROTO_MESSAGE, &message_graph}, {3, PROTO_ANY, NULL}, {4, PROTO_ANY, NULL}};
static const struct proto_message message_training = {TRAINING, PROTO_FIELDS(training_fields)};
static const struct proto_field opset_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}};
static const struct proto_message message_opset = {OPSET, PROTO_FIELDS(opset_fields)};
static const struct proto_field model_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_VALUE, NULL}, {6, PROTO_VALUE, NULL}, {7, PROTO_MESSAGE, &message_graph},
	{8, PROTO_MESSAGE, &message_opset}, {14, PROTO_ANY, NULL}, {20, PROTO_MESSAGE, &message_training}, {25, PROTO_MESSAGE, &message_function}, {26, PROTO_ANY, NULL},
};
static const struct proto_message message_model = {MODEL, PROTO_FIELDS(model_fields)};

struct onnx {
	struct str key, value;             /* of an entry */
	struct str location;               /* of a tensor's external data */
	struct str domain, operator_;      /* of a node */
	struct str own[32];                /* domains of the model's own functions: they need no code */
	size_t own_n;
	uint64_t from, length;             /* of the data there; UINT64_MAX: up to the end */
	bool elsewhere, located;           /* data_location is EXTERNAL */
};

static bool is_known(const struct onnx *o, struct str domain) {
	static const char *const known[] = {"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft", "com.microsoft.nchwc", "org.pytorch.aten"};
	for (size_t i = 0; i < lengthof(known); i++)
		if (str_is(domain, known[i])) return true;
	for (size_t i = 0; i < o->own_n; i++)
		if (str_eq(domain, o->own[i])) return true;
	return false;
}

static void tell(struct proto *p, const struct proto_message *m, const struct proto_value *v) {
	struct onnx *o = p->owner;
	if (m->id == ENTRY) *(v->number == 1 ? &o->key : &o->value) = v->bytes;
	if (m->id == NODE) *(v->number == 4 ? &o->operator_ : &o->domain) = v->bytes;
	if (m->id == TENSOR && v->number == 14) o->elsewhere = v->integer == 1;
}

static void begin(struct proto *p, const struct proto_message *m, uint64_t at) {
	struct onnx *o = p->owner;
	(void)at;
	if (m->id == ENTRY) o->key = o->value = STR_EMPTY;
	if (m->id == NODE) o->domain = o->operator_ = STR_EMPTY;
	if (m->id == TENSOR) {
		o->location = STR_EMPTY;
		o->from = 0;
		o->length = UINT64_MAX;
		o->elsewhere = o->located = false;
	}
}

static void read_entry(struct proto *p, struct onnx *o, uint64_t at) {
	int64_t n;
	bool offset = str_is(o->key, "offset"), length = str_is(o->key, "length");
	if (str_is(o->key, "location")) {
		if (o->located) found(p->s, RULE_ONNX_EXTERNAL, at, "a tensor has two locations");
		o->location = o->value;
		o->located = true;
	} else if (offset || length) {
		if (str_int(o->value, &n) && n >= 0) *(offset ? &o->from : &o->length) = (uint64_t)n;
		else found(p->s, RULE_ONNX_EXTERNAL, at, "a tensor has the %.*s \"%.*s\"", STR_ARG(o->key), SHOWN(p->s, o->value));
	} else if (!str_is(o->key, "checksum") && !str_is(o->key, "basepath")) {
		/* Python's reader sets whatever is named as an attribute of its own object (CVE-2025-51480's kin). */
		found(p->s, RULE_ONNX_EXTERNAL, at, "a tensor's external data have a key \"%.*s\"", SHOWN(p->s, o->key));
	}
}

static void end(struct proto *p, const struct proto_message *m, uint64_t at) {
	struct onnx *o = p->owner;
	if (m->id == ENTRY) read_entry(p, o, at);
	/* ONNX Runtime's own operator that calls a function of Python. */
	if (m->id == NODE && str_starts(o->operator_, S("PythonOp"))) found(p->s, RULE_ONNX_CUSTOM, at, "%.*s, which calls Python", SHOWN(p->s, o->operator_));
	if (m->id == NODE && !is_known(o, o->domain)) found(p->s, RULE_ONNX_CUSTOM, at, "%.*s of the domain \"%.*s\"", SHOWN(p->s, o->operator_), SHOWN(p->s, o->domain));
	if (m->id != TENSOR || (!o->elsewhere && !o->located)) return;
	bool spelled = str_find_char(o->location, '%') != STR_NONE || str_starts(o->location, S("~"));
	bool plain = o->location.n && !spelled && !path_leaves(o->location) && str_find_char(o->location, 0) == STR_NONE && str_find(o->location, S("://")) == STR_NONE;
	if (plain) note_reference(p->s, o->location, o->from, o->length);
	else found(p->s, RULE_ONNX_EXTERNAL, at, "a tensor's data lie in \"%.*s\"", SHOWN(p->s, o->location));
}

/* Domains of functions that the model brings along, before their use is judged. */
static void note_functions(struct onnx *o, struct str model) {
	struct proto_value v, f;
	while (proto_next(&model, &v)) {
		if (v.number != 25 || v.wire != 2) continue;
		struct str rest = v.bytes;
		while (proto_next(&rest, &f))
			if (f.number == 10 && f.wire == 2 && o->own_n < lengthof(o->own)) o->own[o->own_n++] = f.bytes;
	}
}

/* Fields that a model has and other messages don't have together: a graph, and an IR version or operator sets. */
bool is_onnx(struct str b) {
	unsigned seen = 0;
	struct proto_value v;
	if (b.n < 8 || (b.p[0] != 0x08 && b.p[0] != 0x12 && b.p[0] != 0x3A && b.p[0] != 0x42)) return false;
	for (int i = 0; i < 4096 && b.n; i++) {
		if (!proto_next(&b, &v)) break;
		bool wire = v.number == 1 || v.number == 5 ? v.wire == 0 : v.wire == 2;
		if (!wire || (v.number > 8 && v.number != 14 && v.number != 20 && v.number != 25 && v.number != 26)) return false;
		seen |= 1u << v.number;
	}
	return seen & 1u << 7 && seen & (1u << 1 | 1u << 8) && (seen & 1u << 8 || seen & 1u << 2);
}

void parse_onnx(struct scan *s, struct reader *r, struct tally *t) {
	struct onnx o = {.key = STR_EMPTY};
	struct proto p = {.s = s, .whole = reader_window(r), .owner = &o, .begin = begin, .tell = tell, .end = end};
	s->file->format = "onnx";
	note_functions(&o, p.whole);
	if (!proto_walk(&p, &message_model, p.whole, 0) && !s->over) found(s, RULE_ONNX_INVALID, p.malformed_at, "a field is malformed");
	t->parsed += p.t.parsed;
	t->opaque += p.t.opaque;
}
