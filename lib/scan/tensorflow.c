/* TensorFlow's graphs (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, framework/graph.proto): SavedModel and frozen graphs. Every operator of every graph and function is named against a list; graphs
 * that lie in constants are walked as well. */
#include "formats.h"
#include "proto.h"

enum { SAVED_MODEL, META_GRAPH, GRAPH, NODE, ATTRIBUTE, VALUE, LIST, TENSOR, LIBRARY, FUNCTION, FUNC, SIGNATURE, OTHER };

static const struct proto_message message_value, message_attribute;
static const struct proto_field tensor_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_ANY, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_TELL, NULL}, {5, PROTO_OPAQUE, NULL}, {6, PROTO_OPAQUE, NULL}, {7, PROTO_OPAQUE, NULL}, {8, PROTO_TELL, NULL},
	{9, PROTO_OPAQUE, NULL}, {10, PROTO_OPAQUE, NULL}, {11, PROTO_OPAQUE, NULL}, {12, PROTO_OPAQUE, NULL}, {13, PROTO_OPAQUE, NULL}, {14, PROTO_ANY, NULL}, {15, PROTO_ANY, NULL}, {16, PROTO_OPAQUE, NULL},
	{17, PROTO_OPAQUE, NULL}, {18, PROTO_OPAQUE, NULL},
};
static const struct proto_message message_tensor = {TENSOR, PROTO_FIELDS(tensor_fields)};
static const struct proto_field func_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_attribute}};
static const struct proto_message message_func = {FUNC, PROTO_FIELDS(func_fields)};
static const struct proto_field list_fields[] = {
	{2, PROTO_TELL, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_VALUE, NULL}, {6, PROTO_VALUE, NULL}, {7, PROTO_ANY, NULL}, {8, PROTO_MESSAGE, &message_tensor}, {9, PROTO_MESSAGE, &message_func},
};
static const struct proto_message message_list = {LIST, PROTO_FIELDS(list_fields)};
static const struct proto_field value_fields[] = {
	{1, PROTO_MESSAGE, &message_list}, {2, PROTO_TELL, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_VALUE, NULL}, {6, PROTO_VALUE, NULL}, {7, PROTO_ANY, NULL},
	{8, PROTO_MESSAGE, &message_tensor}, {9, PROTO_VALUE, NULL}, {10, PROTO_MESSAGE, &message_func},
};
static const struct proto_message message_value = {VALUE, PROTO_FIELDS(value_fields)};
static const struct proto_field attribute_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_value}};
static const struct proto_message message_attribute = {ATTRIBUTE, PROTO_FIELDS(attribute_fields)};
static const struct proto_field node_fields[] = {
	{1, PROTO_VALUE, NULL}, {2, PROTO_TELL, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_MESSAGE, &message_attribute}, {6, PROTO_ANY, NULL}, {7, PROTO_ANY, NULL},
};
static const struct proto_message message_node = {NODE, PROTO_FIELDS(node_fields)};
static const struct proto_field signature_fields[] = {{1, PROTO_TELL, NULL}, {2, PROTO_ANY, NULL}, {3, PROTO_ANY, NULL}, {4, PROTO_ANY, NULL}, {5, PROTO_VALUE, NULL}, {6, PROTO_VALUE, NULL}, {8, PROTO_ANY, NULL},
	{16, PROTO_VALUE, NULL}, {17, PROTO_VALUE, NULL}, {18, PROTO_VALUE, NULL}, {19, PROTO_VALUE, NULL}, {20, PROTO_VALUE, NULL}, {21, PROTO_VALUE, NULL}};
static const struct proto_message message_signature = {SIGNATURE, PROTO_FIELDS(signature_fields)};
static const struct proto_field function_fields[] = {
	{1, PROTO_MESSAGE, &message_signature}, {3, PROTO_MESSAGE, &message_node}, {4, PROTO_ANY, NULL}, {5, PROTO_MESSAGE, &message_attribute}, {6, PROTO_ANY, NULL}, {7, PROTO_ANY, NULL}, {8, PROTO_ANY, NULL},
};
static const struct proto_message message_function = {FUNCTION, PROTO_FIELDS(function_fields)};
static const struct proto_field library_fields[] = {{1, PROTO_MESSAGE, &message_function}, {2, PROTO_ANY, NULL}, {3, PROTO_ANY, NULL}};
static const struct proto_message message_library = {LIBRARY, PROTO_FIELDS(library_fields)};
static const struct proto_field graph_fields[] = {{1, PROTO_MESSAGE, &message_node}, {2, PROTO_MESSAGE, &message_library}, {3, PROTO_VALUE, NULL}, {4, PROTO_ANY, NULL}, {5, PROTO_ANY, NULL}};
static const struct proto_message message_graph = {GRAPH, PROTO_FIELDS(graph_fields)};
static const struct proto_field meta_fields[] = {
	{1, PROTO_ANY, NULL}, {2, PROTO_MESSAGE, &message_graph}, {3, PROTO_ANY, NULL}, {4, PROTO_TELL, NULL}, {5, PROTO_ANY, NULL}, {6, PROTO_TELL, NULL}, {7, PROTO_TELL, NULL},
};
static const struct proto_message message_meta = {META_GRAPH, PROTO_FIELDS(meta_fields)};
static const struct proto_field saved_fields[] = {{1, PROTO_VALUE, NULL}, {2, PROTO_MESSAGE, &message_meta}};
static const struct proto_message message_saved = {SAVED_MODEL, PROTO_FIELDS(saved_fields)};

#include "tensorflow.inc"

struct tensorflow {
	struct map functions; /* of the model itself */
	int depth;            /* of graphs in constants */
};

static int compare_names(const void *x, const void *y) {
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool listed(const char *const *names, size_t n, struct str name) {
	char key[64];
	const char *k = key;
	if (name.n >= sizeof key) return false;
	memcpy(key, name.p, name.n);
	key[name.n] = 0;
	return bsearch(&k, names, n, sizeof *names, compare_names) != NULL;
}

void check_tensorflow_operator(struct scan *s, struct str name, uint64_t at) {
	if (listed(denied, lengthof(denied), name)) found(s, RULE_TF_DENIED, at, "the operator %.*s", SHOWN(s, name));
	else if (!listed(usual, lengthof(usual), name)) found(s, RULE_TF_UNKNOWN, at, "the operator %.*s", SHOWN(s, name));
}

static void walk_nested(struct proto *p, struct str bytes, uint64_t at);

static void tell(struct proto *p, const struct proto_message *m, const struct proto_value *v) {
	struct tensorflow *tf = p->owner;
	if (m->id == NODE && !map_get(&tf->functions, v->bytes)) check_tensorflow_operator(p->s, v->bytes, v->at);
	if (m->id == TENSOR || m->id == VALUE || m->id == LIST) walk_nested(p, v->bytes, v->at);
	if (m->id == META_GRAPH && v->number == 6) {
		struct str rest = v->bytes;
		struct proto_value f;
		while (proto_next(&rest, &f))
			if (f.number == 2 && f.wire == 2 && path_leaves(f.bytes)) found(p->s, RULE_TF_DENIED, v->at, "an asset \"%.*s\"", SHOWN(p->s, f.bytes));
	}
}

/* Functions of the model's own library may be called like operators. */
static void note_functions(struct proto *p, struct tensorflow *tf, struct str library) {
	struct proto_value v, f, g;
	while (proto_next(&library, &v)) {
		if (v.number != 1 || v.wire != 2) continue;
		struct str function = v.bytes;
		while (proto_next(&function, &f)) {
			if (f.number != 1 || f.wire != 2) continue;
			struct str signature = f.bytes;
			if (!proto_next(&signature, &g) || g.number != 1 || g.wire != 2 || listed(denied, lengthof(denied), g.bytes)) continue;
			void **at = map_at(&tf->functions, g.bytes);
			if (at) *at = p;
		}
	}
}

static void note_graph(struct proto *p, struct tensorflow *tf, struct str graph) {
	struct proto_value v;
	while (proto_next(&graph, &v))
		if (v.number == 2 && v.wire == 2) note_functions(p, tf, v.bytes);
}

static bool is_name(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 32 || c >= 127) return false;
	}
	return s.n > 0 && s.n < 1000;
}

/* A node: a name and an operator. */
static bool is_node(struct str node) {
	struct proto_value v;
	unsigned seen = 0;
	while (node.n) {
		if (!proto_next(&node, &v) || v.number > 7 || v.wire != 2) return false;
		if (v.number <= 2 && !is_name(v.bytes)) return false;
		seen |= 1u << v.number;
	}
	return (seen & 6) == 6;
}

bool is_tensorflow_graph(struct str b) {
	struct proto_value v;
	size_t nodes = 0;
	if (b.n < 8 || (b.p[0] != 0x0A && b.p[0] != 0x12 && b.p[0] != 0x22)) return false;
	for (int i = 0; i < 64 && b.n; i++) {
		if (!proto_next(&b, &v)) break;
		if (v.number > 5 || (v.number != 3 && v.wire != 2)) return false;
		if (v.number == 1 && !is_node(v.bytes)) return false;
		nodes += v.number == 1;
	}
	return nodes > 0;
}

bool is_saved_model(struct str b) {
	struct proto_value v, f;
	bool version = false, graph = false;
	if (b.n < 8 || (b.p[0] != 0x08 && b.p[0] != 0x12)) return false;
	while (b.n) {
		if (!proto_next(&b, &v)) break;
		if (v.number == 1 && v.wire == 0) version = true;
		else if (v.number != 2 || v.wire != 2) return false;
		struct str meta = v.bytes;
		for (; v.number == 2 && meta.n && proto_next(&meta, &f);) {
			if (f.number > 7 || f.wire != 2) return false;
			graph |= f.number == 2 || f.number == 1;
		}
	}
	return version && graph;
}

static void walk_nested(struct proto *p, struct str bytes, uint64_t at) {
	struct tensorflow *tf = p->owner;
	if (bytes.n < 8) return;
	const char *program = executable_format(bytes);
	if (program) found(p->s, RULE_EXECUTABLE, at, "a constant that is a program (%s)", program);
	if (tf->depth > 4 || !is_tensorflow_graph(bytes)) return;
	struct proto inner = {.s = p->s, .whole = p->whole, .owner = tf, .tell = tell};
	tf->depth++;
	note_graph(p, tf, bytes);
	proto_walk(&inner, &message_graph, bytes, 1);
	tf->depth--;
}

static void walk(struct scan *s, struct reader *r, struct tally *t, const struct proto_message *m) {
	struct tensorflow tf = {.functions = {.arena = s->scratch}};
	struct proto p = {.s = s, .whole = reader_window(r), .owner = &tf, .tell = tell};
	struct proto_value v, f;
	struct str rest = p.whole;
	if (m == &message_graph) note_graph(&p, &tf, rest);
	while (m == &message_saved && proto_next(&rest, &v)) {
		struct str meta = v.bytes;
		while (proto_next(&meta, &f))
			if (f.number == 2 && f.wire == 2) note_graph(&p, &tf, f.bytes);
	}
	if (!proto_walk(&p, m, p.whole, 0) && !s->over) found(s, RULE_TF_INVALID, p.malformed_at, "a field is malformed");
	t->parsed += p.t.parsed;
	t->opaque += p.t.opaque;
}

void parse_saved_model(struct scan *s, struct reader *r, struct tally *t) {
	s->file->format = "tensorflow-savedmodel";
	walk(s, r, t, &message_saved);
}

void parse_tensorflow_graph(struct scan *s, struct reader *r, struct tally *t) {
	s->file->format = "tensorflow-graph";
	walk(s, r, t, &message_graph);
}

/* ---- keras_metadata.pb beside a SavedModel (tensorflow/python/keras/protobuf/saved_metadata.proto): its objects in JSON ---- */

enum { METADATA = 100, OBJECT };
static const struct proto_field object_fields[] = {{2, PROTO_VALUE, NULL}, {3, PROTO_VALUE, NULL}, {4, PROTO_VALUE, NULL}, {5, PROTO_TELL, NULL}, {6, PROTO_ANY, NULL}};
static const struct proto_message message_object = {OBJECT, PROTO_FIELDS(object_fields)};
static const struct proto_field metadata_fields[] = {{1, PROTO_MESSAGE, &message_object}};
static const struct proto_message message_metadata = {METADATA, PROTO_FIELDS(metadata_fields)};

bool is_keras_metadata(struct str b) {
	struct proto_value v, f;
	if (b.n < 8 || b.p[0] != 0x0A || !proto_next(&b, &v)) return false;
	unsigned seen = 0;
	while (v.bytes.n) {
		if (!proto_next(&v.bytes, &f) || f.number < 2 || f.number > 6 || f.wire != (f.number == 2 ? 0 : 2)) return false;
		if (f.number == 4) seen |= str_starts(f.bytes, S("_tf_keras_"));
		if (f.number == 5) seen |= is_json(f.bytes) ? 2 : 0;
	}
	return seen == 3;
}

static void tell_metadata(struct proto *p, const struct proto_message *m, const struct proto_value *v) {
	size_t end;
	const char *error;
	(void)m;
	if (!check_json(p->s, v->bytes, v->at, &end, &error) && !p->s->over) found(p->s, RULE_JSON_INVALID, v->at + end, "%s", error);
}

void parse_keras_metadata(struct scan *s, struct reader *r, struct tally *t) {
	struct proto p = {.s = s, .whole = reader_window(r), .tell = tell_metadata};
	s->file->format = "keras-metadata";
	if (!proto_walk(&p, &message_metadata, p.whole, 0) && !s->over) found(s, RULE_TF_INVALID, p.malformed_at, "a field is malformed");
	t->parsed += p.t.parsed;
}
