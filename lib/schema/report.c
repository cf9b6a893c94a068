/* What is wrong, in plain words. */
#include "run.h"

#include <stdarg.h>

enum { MESSAGE_MOST = 2000, FOUND_MOST = 80, LISTED_MOST = 12 };

static void add_pointer(struct buf *out, const struct place *at) {
	if (!at) return;
	add_pointer(out, at->up);
	buf_add_char(out, '/');
	if (!at->name.p) buf_add_int(out, (int64_t)at->item);
	for (size_t i = 0; at->name.p && i < at->name.n; i++) {
		if (at->name.p[i] == '~')
			buf_add(out, S("~0"));
		else if (at->name.p[i] == '/')
			buf_add(out, S("~1"));
		else
			buf_add_char(out, at->name.p[i]);
	}
}

static struct str pointer_of(struct arena *a, const struct place *at) {
	autobuf struct buf out = BUF(1 << 20);
	add_pointer(&out, at);
	if (out.failed) arena_fail(a);
	return out.failed ? STR_EMPTY : arena_str(a, buf_str(&out));
}

static struct schema_error *one_more(struct run *r) {
	struct schema_errors *errors = r->errors;
	if (!errors->items) errors->items = arena_array(r->a, SCHEMA_ERRORS, sizeof *errors->items);
	if (!errors->items) return NULL;
	if (errors->n == SCHEMA_ERRORS) {
		errors->more = true;
		return NULL;
	}
	return &errors->items[errors->n];
}

static void add(
	struct run *r, const struct node *s, const char *keyword, const struct place *at, const struct buf *message) {
	struct schema_error *error = one_more(r);
	if (!error) return;
	*error = (struct schema_error){
		.instance = pointer_of(r->a, at),
		.schema = keyword ? arena_fmt(r->a, "%.*s/%s", STR_ARG(s->place), keyword) : arena_str(r->a, s->place),
		.keyword = str_of(keyword ? keyword : "false"),
		.message = arena_str(r->a, str_cut_utf8(buf_str(message), MESSAGE_MOST)),
	};
	if (!arena_failed(r->a)) r->errors->n++;
}

#define FORMATTED(buffer, fmt) \
	do { \
		char words[MESSAGE_MOST]; \
		va_list args; \
		va_start(args, fmt); \
		vsnprintf(words, sizeof words, fmt, args); \
		va_end(args); \
		buf_add(buffer, str_cut_utf8(str_of(words), MESSAGE_MOST - 4)); \
	} while (0)

void report(struct run *r, const struct node *s, const char *keyword, const struct place *at, const char *fmt, ...) {
	autobuf struct buf message = BUF(2 * MESSAGE_MOST);
	FORMATTED(&message, fmt);
	add(r, s, keyword, at, &message);
}

void report_all(struct run *r, const struct schema_errors *errors) {
	for (size_t i = 0; i < errors->n; i++) {
		struct schema_error *error = one_more(r);
		if (!error) return;
		*error = errors->items[i];
		r->errors->n++;
	}
	r->errors->more |= errors->more;
}

/* ---- words for values ---- */

static void add_value(struct buf *out, const struct json *v) {
	if (v->type == JSON_ARRAY) {
		buf_fmt(out, v->n == 1 ? "an array of %u item" : "an array of %u items", v->n);
	} else if (v->type == JSON_OBJECT) {
		buf_add(out, S("an object"));
	} else if (v->type == JSON_STRING && v->string.n > FOUND_MOST) {
		struct json_writer w = json_writer(out);
		jw_str(&w, str_cut_utf8(v->string, FOUND_MOST));
		out->n--; /* the closing quote */
		buf_add(out, S("…\""));
	} else {
		struct json_writer w = json_writer(out);
		jw_value(&w, v);
	}
}

static void add_types(struct buf *out, uint8_t types) {
	static const struct {
		uint8_t bits;
		const char *words;
	} names[] = {
		{TYPE_STRING, "a string"}, {TYPE_INTEGER | TYPE_FRACTION, "a number"}, {TYPE_INTEGER, "an integer"},
		{TYPE_BOOL, "true or false"}, {TYPE_ARRAY, "an array"}, {TYPE_OBJECT, "an object"}, {TYPE_NULL, "null"},
	};
	const char *words[lengthof(names)];
	size_t n = 0;
	for (size_t i = 0; i < lengthof(names); i++) {
		if ((types & names[i].bits) != names[i].bits) continue;
		types &= (uint8_t)~names[i].bits;
		words[n++] = names[i].words;
	}
	for (size_t i = 0; i < n; i++) {
		if (i) buf_add(out, i + 1 == n ? S(" or ") : S(", "));
		buf_add(out, str_of(words[i]));
	}
}

static void add_found_type(struct buf *out, uint8_t wanted, const struct json *v) {
	buf_add(out, S(", found "));
	if (wanted & TYPE_INTEGER && v->type == JSON_REAL)
		add_value(out, v);
	else
		add_types(out, v->type == JSON_REAL ? TYPE_INTEGER | TYPE_FRACTION : type_bit(v));
}

void report_types(struct run *r, const struct node *s, const char *keyword, const struct place *at, uint8_t types,
	const struct json *v) {
	if (!types) {
		report(r, s, NULL, at, "nothing is allowed here");
		return;
	}
	autobuf struct buf message = BUF(2 * MESSAGE_MOST);
	buf_add(&message, S("expected "));
	add_types(&message, types);
	add_found_type(&message, types, v);
	add(r, s, keyword, at, &message);
}

void report_type(struct run *r, const struct node *s, const struct place *at, const struct json *v) {
	report_types(r, s, "type", at, s->types, v);
}

void report_found(struct run *r, const struct node *s, const char *keyword, const struct place *at,
	const struct json *v, const char *fmt, ...) {
	autobuf struct buf message = BUF(4 * MESSAGE_MOST);
	buf_add(&message, S("expected "));
	FORMATTED(&message, fmt);
	buf_add(&message, S(", found "));
	add_value(&message, v);
	add(r, s, keyword, at, &message);
}

void report_values(struct run *r, const struct node *s, const struct place *at, const struct json *v) {
	const struct value_rules *values = s->values;
	autobuf struct buf message = BUF(64 * MESSAGE_MOST);
	buf_add(&message, S("expected "));
	if (values->is_const) {
		add_value(&message, values->source);
	} else {
		size_t n = values->source->n;
		if (n > LISTED_MOST)
			buf_fmt(&message, "one of %zu values", n);
		else if (n > 1)
			buf_add(&message, S("one of: "));
		for (size_t i = 0; i < n && n <= LISTED_MOST; i++) {
			const struct json *item = &values->source->items[i];
			if (i) buf_add(&message, S(", "));
			/* Words stand without quotes, as a person would list them. */
			if (item->type == JSON_STRING && item->string.n && item->string.n <= FOUND_MOST)
				buf_add(&message, item->string);
			else
				add_value(&message, item);
		}
		if (!n) buf_add(&message, S("nothing"));
	}
	buf_add(&message, values->is_const || values->source->n > LISTED_MOST ? S(", found ") : S("; found "));
	add_value(&message, v);
	add(r, s, values->is_const ? "const" : "enum", at, &message);
}

void report_missing(struct run *r, const struct node *s, const char *keyword, const struct place *at,
	const struct json *object, const struct property *properties, size_t n) {
	autobuf struct buf message = BUF(64 * MESSAGE_MOST);
	buf_add(&message, S("is missing: "));
	bool first = true;
	for (size_t i = 0; i < n && message.n < MESSAGE_MOST; i++) {
		if (!properties[i].required || json_get(object, properties[i].name)) continue;
		if (!first) buf_add(&message, S(", "));
		first = false;
		buf_add(&message, str_cut_utf8(properties[i].name, FOUND_MOST));
	}
	add(r, s, keyword, at, &message);
}

/* ---- which branch was meant ---- */

static size_t depth_of(struct str pointer) {
	size_t depth = 0;
	for (size_t i = 0; i < pointer.n; i++) depth += pointer.p[i] == '/';
	return depth;
}

/* A fixed value right at the choice or one step below it is what tells the branches apart, mostly: one that differs
 * there was not meant. What goes wrong deeper down speaks for the branch. */
unsigned errors_distance(const struct schema_errors *errors, size_t depth) {
	unsigned distance = errors->more ? 10000 : 0;
	for (size_t i = 0; i < errors->n; i++) {
		const struct schema_error *e = &errors->items[i];
		size_t below = depth_of(e->instance) - depth;
		bool fixed = str_is(e->keyword, "const") || str_is(e->keyword, "enum");
		if (below == 0 && (fixed || str_is(e->keyword, "type")))
			distance += 1000;
		else if (below <= 1 && fixed)
			distance += 200;
		else if (below == 0 && str_is(e->keyword, "required"))
			distance += 20;
		else
			distance += 1;
	}
	return distance;
}
