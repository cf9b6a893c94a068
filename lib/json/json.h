/* JSON values: immutable, owned by an arena, in the order in which they were read or built.
 *
 * Invariants: every string is well-formed UTF-8 (it may hold U+0000); an object has no two members of one name; a real
 * is finite. A value that was handed out never changes, so it may be shared between threads and between values.
 *
 * Absence is a NULL pointer: json_get of something that is not there gives NULL, and every function here takes NULL
 * and answers as for "no such thing"; so a path is walked without checks between the steps.
 *
 * Numbers: an integer that fits 64 bits signed is JSON_INT, else JSON_REAL (IEEE 754 double). Integers beyond 64 bits
 * are refused when read, except the very text that the writer gives for a double (100000000000000000000 for 1e20), so
 * that what was written can be read. 1.0 is a JSON_REAL that json_is_integer() accepts (JSON Schema 2020-12,
 * section 6.1.1).
 *
 * Nesting: what is read is at most 64 deep unless the limits say otherwise; nothing here goes deeper than JSON_NEST
 * into a value: writing, copying or comparing a deeper one fails (buf failed, arena failed, not equal).
 *
 * An object of more than JSON_INDEXED members carries a hash index behind its members, so objects come from json_parse
 * and the builders and from nowhere else. */
#pragma once
#include "base/base.h"

/* jansson, which the reader stands on, exports functions of these names. Ours are called something else at link time,
 * else its calls to itself would end up here. A file that includes <jansson.h> can't include this header too (except
 * through jansson_names.h). */
#pragma redefine_extname json_copy polder_json_copy
#pragma redefine_extname json_equal polder_json_equal
#pragma redefine_extname json_integer polder_json_integer
#pragma redefine_extname json_null polder_json_null
#pragma redefine_extname json_real polder_json_real
#pragma redefine_extname json_string polder_json_string
#pragma redefine_extname json_true polder_json_true

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_member;
struct json {
	enum json_type type;
	uint32_t n; /* items of an array, members of an object */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct str string;
		const struct json *items;           /* n values */
		const struct json_member *members;  /* n members */
	};
};
struct json_member {
	struct str name;
	struct json value;
};

/* ---- reading ---- */

enum { JSON_NEST = 256, JSON_INDEXED = 16 };

struct json_limits {
	size_t bytes; /* of the text; 0: JSON_BYTES */
	int depth;    /* nesting of arrays and objects; 0: JSON_DEPTH; at most JSON_NEST */
};
enum { JSON_DEPTH = 64, JSON_BYTES = 64 << 20 };

/* One JSON text (RFC 8259), nothing behind it but white space. ERR_INVALID with line and column in e->where for
 * anything malformed, duplicate names, bad UTF-8, raw NUL, a byte order mark, numbers out of range; ERR_TOO_LARGE over
 * the limits; ERR_MEMORY. limits may be NULL. *out points into the arena; text need not outlive the call. */
enum err_code json_parse(struct arena *a, struct str text, const struct json_limits *limits, const struct json **out,
	struct err *e) must_use;

/* ---- looking ---- */

static inline enum json_type json_type(const struct json *v) { return v ? v->type : JSON_NULL; }
static inline bool json_is(const struct json *v, enum json_type t) { return v && v->type == t; }
bool json_is_integer(const struct json *v); /* JSON_INT, or a JSON_REAL without a fraction */
static inline size_t json_count(const struct json *v) {
	return v && (v->type == JSON_ARRAY || v->type == JSON_OBJECT) ? v->n : 0;
}
/* Member of an object, item of an array. */
const struct json *json_get(const struct json *object, struct str name);
#define json_get_lit(object, literal) json_get((object), S(literal))
static inline const struct json *json_at(const struct json *array, size_t i) {
	return json_is(array, JSON_ARRAY) && i < array->n ? &array->items[i] : NULL;
}
static inline const struct json_member *json_member_at(const struct json *object, size_t i) {
	return json_is(object, JSON_OBJECT) && i < object->n ? &object->members[i] : NULL;
}
/* The string, or "" for anything else; likewise the integer or `otherwise`. */
struct str json_string(const struct json *v);
int64_t json_integer(const struct json *v, int64_t otherwise);
double json_number(const struct json *v, double otherwise);
bool json_true(const struct json *v); /* JSON true, and nothing else */
static inline struct str json_get_str(const struct json *object, struct str name) {
	return json_string(json_get(object, name));
}

/* RFC 6901 pointer ("" is the whole, "/a/0/b~1c"); NULL where it leads nowhere. */
const struct json *json_pointer(const struct json *v, struct str pointer);

/* Equal as JSON: object members in any order; an integer equals a real when the real is the double nearest to it (1 and
 * 1.0). */
bool json_equal(const struct json *a, const struct json *b);

/* ---- building ----
 * All take an arena and give NULL when it has failed; a NULL value given to an adder makes the arena failed. Check
 * once, at the end, with arena_failed(). Values are copied shallowly: 24 bytes a value, strings and children shared.
 * Strings are NOT copied: they must live in the same arena or longer (arena_str copies). Text that comes from outside
 * must have been checked (str_utf8); json_str_checked does that and makes the arena failed on bad UTF-8. */
const struct json *json_null(struct arena *a);
const struct json *json_bool(struct arena *a, bool v);
const struct json *json_int(struct arena *a, int64_t v);
const struct json *json_real(struct arena *a, double v); /* NaN and infinity make the arena failed */
const struct json *json_str(struct arena *a, struct str v);
const struct json *json_str_checked(struct arena *a, struct str v);

/* An array or object under construction; finish with json_built, after which it takes no more. */
struct json_builder {
	struct arena *a;
	enum json_type type;
	uint32_t n, room;
	void *slots;
};
struct json_builder json_array_of(struct arena *a);
struct json_builder json_object_of(struct arena *a);
void json_add(struct json_builder *array, const struct json *v);
/* A name that stands there already is replaced in its place. */
void json_set(struct json_builder *object, struct str name, const struct json *v);
void json_set_str(struct json_builder *object, struct str name, struct str v);
void json_set_int(struct json_builder *object, struct str name, int64_t v);
void json_set_bool(struct json_builder *object, struct str name, bool v);
/* As json_set_str / json_set, but does nothing when the string is empty / the value is NULL or an empty array or
 * object. */
void json_put_str(struct json_builder *object, struct str name, struct str v);
void json_put(struct json_builder *object, struct str name, const struct json *v);
const struct json *json_built(struct json_builder *b);

/* A copy of object with the member set, or taken away (v NULL). Order is kept. */
const struct json *json_with(struct arena *a, const struct json *object, struct str name, const struct json *v);
/* A copy with the value at the pointer set (v NULL: taken away). Objects on the way are made, arrays are not. NULL and
 * arena failed where the pointer can't be followed. */
const struct json *json_with_pointer(
	struct arena *a, const struct json *v, struct str pointer, const struct json *value);
/* A deep copy that lives in arena a alone. */
const struct json *json_copy(struct arena *a, const struct json *v);

/* ---- writing ----
 * The streaming writer: calls in the order of the text, commas and colons are its work. It adds to a buf whose `failed`
 * says in the end whether all went in. Misuse (a value where a name is due) is a bug and sets failed. */
struct json_writer {
	struct buf *out;
	int depth;
	bool first, named;     /* what stands before the next value */
	int indent;            /* spaces a level; 0: compact */
	uint64_t objects[JSON_NEST / 64]; /* which of the open levels are objects */
};
struct json_writer json_writer(struct buf *out);
struct json_writer json_writer_pretty(struct buf *out);
void jw_object(struct json_writer *w);
void jw_object_end(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_array_end(struct json_writer *w);
void jw_name(struct json_writer *w, struct str name);
void jw_null(struct json_writer *w);
void jw_bool(struct json_writer *w, bool v);
void jw_int(struct json_writer *w, int64_t v);
void jw_real(struct json_writer *w, double v); /* shortest text that reads back the same, in ECMAScript's form */
void jw_str(struct json_writer *w, struct str v);
void jw_value(struct json_writer *w, const struct json *v); /* NULL writes null */
void jw_raw(struct json_writer *w, struct str json);        /* one JSON text that is known to be valid */
/* name and value in one call */
void jw_field_str(struct json_writer *w, struct str name, struct str v);
void jw_field_int(struct json_writer *w, struct str name, int64_t v);
void jw_field_bool(struct json_writer *w, struct str name, bool v);
void jw_field(struct json_writer *w, struct str name, const struct json *v);

/* The value as text in the arena: compact, pretty (two spaces), or canonical (RFC 8785: members sorted by UTF-16 code
 * units, ECMAScript numbers, least escapes). Canonical form of an integer beyond 2^53 is its decimal digits. */
struct str json_text(struct arena *a, const struct json *v);
struct str json_pretty(struct arena *a, const struct json *v);
struct str json_canonical(struct arena *a, const struct json *v);
void json_canonical_to(struct buf *out, const struct json *v);
/* The number's text in ECMAScript's form (RFC 8785 section 3.2.2.3); at most 32 bytes with the NUL. */
enum { JSON_REAL_TEXT = 32 };
struct str json_real_text(double v, char out[JSON_REAL_TEXT]);

/* ---- differences ---- */

/* What changed from a to b, field by field: an array of {"op": "add" | "remove" | "replace", "path", "from"?, "to"?},
 * objects compared member by member, arrays item by item when they are equally long, else as a whole. Applied in order
 * it is also a JSON Patch (RFC 6902) when `to` is read as `value`. */
const struct json *json_diff(struct arena *a, const struct json *from, const struct json *to);

/* The target (may be NULL) with a JSON Merge Patch (RFC 7396) applied: null takes a member away, objects are merged, all else replaces.
 * Members keep their order; what is untouched is shared. */
const struct json *json_merge_patch(struct arena *a, const struct json *target, const struct json *patch);
