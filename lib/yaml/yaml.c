#include "lib/yaml/yaml.h"

#include <math.h>
#include <yaml.h>

/* What an anchor stands for. */
struct anchored {
	const struct json *v; /* NULL until it is complete */
	size_t nodes;
	int depth;
};

struct reader {
	yaml_parser_t parser;
	struct arena *a;
	struct yaml_limits limits;
	size_t nodes;
	struct map anchors;
	struct err *e;
};

/* Number of values in a node, itself included, and of arrays and objects one in the other. */
struct extent {
	size_t nodes;
	int depth;
};

static enum err_code wrong(struct reader *r, enum err_code code, yaml_mark_t at, const char *what) {
	err_set(r->e, code, "%s", what);
	err_where(r->e, "line %zu, column %zu", at.line + 1, at.column + 1);
	return code;
}

/* The parser's own refusal. */
static enum err_code refused(struct reader *r) {
	const yaml_parser_t *p = &r->parser;
	if (p->error == YAML_MEMORY_ERROR) return err_set(r->e, ERR_MEMORY, "out of memory");
	err_set(r->e, ERR_INVALID, "no YAML: %s%s%s", p->problem ? p->problem : "it can't be read", p->context ? ", " : "",
		p->context ? p->context : "");
	if (p->error != YAML_READER_ERROR) err_where(r->e, "line %zu, column %zu", p->problem_mark.line + 1, p->problem_mark.column + 1);
	else err_where(r->e, "byte %zu", p->problem_offset);
	return ERR_INVALID;
}

static enum err_code next(struct reader *r, yaml_event_t *event) {
	return yaml_parser_parse(&r->parser, event) ? ERR_OK : refused(r);
}

/* ---- scalars: YAML 1.2.2, section 10.3.2 ---- */

static bool one_of(struct str s, const char *const *words) {
	for (; *words; words++)
		if (str_is(s, *words)) return true;
	return false;
}
static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};

static size_t digits(struct str s, size_t from) {
	size_t n = 0;
	while (from + n < s.n && s.p[from + n] >= '0' && s.p[from + n] <= '9') n++;
	return n;
}

/* 0o17 and 0xFF; false where it is none or does not fit. */
static bool octal_or_hex(struct str s, int64_t *out) {
	if (s.n < 3 || s.p[0] != '0' || (s.p[1] != 'o' && s.p[1] != 'x')) return false;
	int bits = s.p[1] == 'o' ? 3 : 4;
	uint64_t v = 0;
	for (size_t i = 2; i < s.n; i++) {
		char c = s.p[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
		if (digit >= 1 << bits || v >> (63 - bits)) return false;
		v = v << bits | (uint64_t)digit;
	}
	*out = (int64_t)v;
	return true;
}

static bool whole(struct str s, int64_t *out) {
	if (octal_or_hex(s, out)) return true;
	size_t sign = s.n && (s.p[0] == '-' || s.p[0] == '+');
	if (s.n == sign || digits(s, sign) != s.n - sign) return false;
	return str_int(s.p[0] == '+' ? str_from(s, 1) : s, out);
}

enum { NUMBER = 64 };

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, with a point or an exponent: integers that don't fit stay text. */
static bool fraction(struct str s, double *out) {
	size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+'), before = digits(s, at), after = 0;
	bool point = false, exponent = false;
	at += before;
	if (at < s.n && s.p[at] == '.') {
		point = true;
		after = digits(s, ++at);
		at += after;
	}
	if (!before && !after) return false;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		exponent = true;
		at++;
		if (at < s.n && (s.p[at] == '-' || s.p[at] == '+')) at++;
		size_t n = digits(s, at);
		if (!n) return false;
		at += n;
	}
	if (at != s.n || s.n >= NUMBER || (!point && !exponent)) return false;
	char text[NUMBER];
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	*out = strtod(text, NULL);
	return isfinite(*out);
}

static const struct json *plain(struct arena *a, struct str s) {
	int64_t integer;
	double real;
	if (one_of(s, nulls)) return json_null(a);
	if (one_of(s, trues)) return json_bool(a, true);
	if (one_of(s, falses)) return json_bool(a, false);
	if (whole(s, &integer)) return json_int(a, integer);
	if (fraction(s, &real)) return json_real(a, real);
	return json_str(a, arena_str(a, s));
}

/* The last word of a core tag ("int"), "" without a tag or for "!", NULL for any other. */
static const char *core_tag(const yaml_char_t *tag) {
	const char *t = (const char *)tag;
	if (!t || !strcmp(t, "!")) return "";
	struct str prefix = S("tag:yaml.org,2002:");
	return str_starts(str_of(t), prefix) ? t + prefix.n : NULL;
}

static enum err_code scalar(struct reader *r, const yaml_event_t *event, const struct json **out) {
	struct str s = str_n(event->data.scalar.value, event->data.scalar.length);
	const yaml_char_t *tag = event->data.scalar.tag;
	const char *type = core_tag(tag);
	static const struct {
		const char *tag;
		enum json_type type;
	} typed[] = {{"null", JSON_NULL}, {"bool", JSON_BOOL}, {"int", JSON_INT}, {"float", JSON_REAL}};
	if (!type) return wrong(r, ERR_INVALID, event->start_mark, "a tag that is not of the core schema");
	if (!tag && event->data.scalar.plain_implicit) {
		*out = plain(r->a, s);
		return ERR_OK;
	}
	if (!*type || !strcmp(type, "str")) {
		*out = json_str(r->a, arena_str(r->a, s));
		return ERR_OK;
	}
	for (size_t i = 0; i < lengthof(typed); i++) {
		if (strcmp(type, typed[i].tag) != 0) continue;
		const struct json *v = plain(r->a, s);
		if (v && typed[i].type == JSON_REAL && v->type == JSON_INT) v = json_real(r->a, (double)v->integer);
		if (v && v->type != typed[i].type) return wrong(r, ERR_INVALID, event->start_mark, "a value that does not fit its tag");
		*out = v;
		return ERR_OK;
	}
	return wrong(r, ERR_INVALID, event->start_mark, "a tag that is not of the core schema for scalars");
}

/* ---- nodes ---- */

static enum err_code node(struct reader *r, yaml_event_t *event, int depth, const struct json **out, struct extent *extent);

static enum err_code count(struct reader *r, size_t n, yaml_mark_t at) {
	if (n > r->limits.nodes - r->nodes) return wrong(r, ERR_TOO_LARGE, at, "too many values, those behind aliases counted each time");
	r->nodes += n;
	return ERR_OK;
}

static void add_extent(struct extent *to, struct extent from) {
	to->nodes += from.nodes;
	if (from.depth + 1 > to->depth) to->depth = from.depth + 1;
}

static enum err_code sequence(struct reader *r, int depth, const struct json **out, struct extent *extent) {
	struct json_builder b = json_array_of(r->a);
	for (;;) {
		yaml_event_t event;
		enum err_code code = next(r, &event);
		if (code) return code;
		bool end = event.type == YAML_SEQUENCE_END_EVENT;
		const struct json *v = NULL;
		struct extent inner = {0};
		if (!end) code = node(r, &event, depth, &v, &inner);
		yaml_event_delete(&event);
		if (code) return code;
		if (end) break;
		add_extent(extent, inner);
		json_add(&b, v);
	}
	*out = json_built(&b);
	return ERR_OK;
}

static enum err_code key(struct reader *r, const yaml_event_t *event, struct str *out) {
	if (event->type != YAML_SCALAR_EVENT) return wrong(r, ERR_INVALID, event->start_mark, "a key that is no plain text");
	if (event->data.scalar.anchor) return wrong(r, ERR_INVALID, event->start_mark, "an anchor on a key");
	if (memchr(event->data.scalar.value, 0, event->data.scalar.length))
		return wrong(r, ERR_INVALID, event->start_mark, "a key that holds a NUL character");
	if (!core_tag(event->data.scalar.tag)) return wrong(r, ERR_INVALID, event->start_mark, "a tag that is not of the core schema");
	*out = arena_str(r->a, str_n(event->data.scalar.value, event->data.scalar.length));
	return ERR_OK;
}

static enum err_code mapping(struct reader *r, int depth, const struct json **out, struct extent *extent) {
	struct json_builder b = json_object_of(r->a);
	for (;;) {
		yaml_event_t event;
		enum err_code code = next(r, &event);
		if (code) return code;
		bool end = event.type == YAML_MAPPING_END_EVENT;
		yaml_mark_t at = event.start_mark;
		struct str name = STR_EMPTY;
		if (!end) code = key(r, &event, &name);
		yaml_event_delete(&event);
		if (code) return code;
		if (end) break;

		code = next(r, &event);
		if (code) return code;
		const struct json *v = NULL;
		struct extent inner = {0};
		code = node(r, &event, depth, &v, &inner);
		yaml_event_delete(&event);
		if (code) return code;
		add_extent(extent, inner);
		uint32_t before = b.n;
		json_set(&b, name, v);
		if (b.n == before && !arena_failed(r->a)) {
			char words[160];
			snprintf(words, sizeof words, "the key \"%.*s\" stands twice", STR_ARG(str_cut_utf8(name, 100)));
			return wrong(r, ERR_INVALID, at, words);
		}
	}
	*out = json_built(&b);
	return ERR_OK;
}

static enum err_code alias(struct reader *r, const yaml_event_t *event, int depth, const struct json **out, struct extent *extent) {
	const struct anchored *to = map_get(&r->anchors, str_of((const char *)event->data.alias.anchor));
	if (!to) return wrong(r, ERR_INVALID, event->start_mark, "an alias without an anchor");
	if (!to->v) return wrong(r, ERR_INVALID, event->start_mark, "an alias to a value that it is part of");
	if (depth + to->depth > r->limits.depth) return wrong(r, ERR_TOO_LARGE, event->start_mark, "nested too deeply");
	*out = to->v;
	*extent = (struct extent){to->nodes, to->depth};
	return count(r, to->nodes, event->start_mark);
}

/* Notes the anchor before its value is read, so that an alias within is seen to be one. */
static struct anchored *anchor(struct reader *r, const yaml_char_t *name) {
	struct anchored *made = arena_new_of(r->a, struct anchored);
	void **at = made ? map_at(&r->anchors, arena_str(r->a, str_of((const char *)name))) : NULL;
	if (at) *at = made;
	return at ? made : NULL;
}

/* The node that begins with the event; depth: of the arrays and objects around it. */
static enum err_code node(struct reader *r, yaml_event_t *event, int depth, const struct json **out, struct extent *extent) {
	if (event->type == YAML_ALIAS_EVENT) return alias(r, event, depth, out, extent);
	bool is_scalar = event->type == YAML_SCALAR_EVENT, is_sequence = event->type == YAML_SEQUENCE_START_EVENT;
	const yaml_char_t *name = is_scalar ? event->data.scalar.anchor : is_sequence ? event->data.sequence_start.anchor :
		event->data.mapping_start.anchor;
	if (arena_failed(r->a)) return err_set(r->e, ERR_MEMORY, "out of memory");
	if (!is_scalar && depth >= r->limits.depth) return wrong(r, ERR_TOO_LARGE, event->start_mark, "nested too deeply");
	if (!is_scalar) {
		const char *tag = core_tag(is_sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag);
		if (!tag || (*tag && strcmp(tag, is_sequence ? "seq" : "map") != 0))
			return wrong(r, ERR_INVALID, event->start_mark, "a tag that is not of the core schema");
	}
	enum err_code code = count(r, 1, event->start_mark);
	if (code) return code;
	struct anchored *note = name ? anchor(r, name) : NULL;
	if (name && !note) return err_set(r->e, ERR_MEMORY, "out of memory");

	*extent = (struct extent){1, !is_scalar};
	const struct json *v = NULL;
	if (is_scalar) code = scalar(r, event, &v);
	else if (is_sequence) code = sequence(r, depth + 1, &v, extent);
	else code = mapping(r, depth + 1, &v, extent);
	if (code) return code;
	if (note) *note = (struct anchored){v, extent->nodes, extent->depth};
	*out = v;
	return ERR_OK;
}

/* ---- the document ---- */

/* Goes to the next event, which must not end the text too early; *type receives what it is. */
static enum err_code skip(struct reader *r, yaml_event_type_t *type) {
	yaml_event_t event;
	enum err_code code = next(r, &event);
	if (code) return code;
	*type = event.type;
	yaml_event_delete(&event);
	return ERR_OK;
}

static enum err_code document(struct reader *r, const struct json **out) {
	yaml_event_type_t type;
	enum err_code code = skip(r, &type); /* the stream's start */
	if (!code) code = skip(r, &type);
	if (code) return code;
	if (type == YAML_STREAM_END_EVENT) {
		*out = json_null(r->a);
		return ERR_OK;
	}
	yaml_event_t event;
	code = next(r, &event);
	if (code) return code;
	struct extent extent;
	code = node(r, &event, 0, out, &extent);
	yaml_event_delete(&event);
	if (!code) code = skip(r, &type); /* the document's end */
	if (!code) code = skip(r, &type);
	if (code) return code;
	if (type != YAML_STREAM_END_EVENT) return wrong(r, ERR_INVALID, r->parser.mark, "more than one document");
	return ERR_OK;
}

enum err_code yaml_parse(struct arena *a, struct str text, const struct yaml_limits *limits, const struct json **out, struct err *e) {
	struct yaml_limits l = limits ? *limits : (struct yaml_limits){0};
	struct reader r = {.a = a, .e = e, .anchors.arena = a};
	r.limits.bytes = l.bytes ? l.bytes : YAML_BYTES;
	r.limits.nodes = l.nodes ? l.nodes : YAML_NODES;
	r.limits.depth = l.depth <= 0 ? YAML_DEPTH : l.depth > JSON_NEST ? JSON_NEST : l.depth;
	if (text.n > r.limits.bytes) return err_set(e, ERR_TOO_LARGE, "%zu bytes of YAML; at most %zu are read", text.n, r.limits.bytes);
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "not UTF-8 text");
	if (!yaml_parser_initialize(&r.parser)) return err_set(e, ERR_MEMORY, "out of memory");
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	const struct json *v = NULL;
	enum err_code code = document(&r, &v);
	yaml_parser_delete(&r.parser);
	if (code) return code;
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = v;
	return ERR_OK;
}
