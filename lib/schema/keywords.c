#include "keywords.h"
#include "node.h"

#define ROW(id, text, vocabularies, the_shape) \
	[K_##id] = {{text, sizeof text - 1}, VOCABULARY_##vocabularies, SHAPE_##the_shape},
static const struct keyword_row rows[] = {KEYWORDS(ROW)};

const struct keyword_row *keyword_row(enum keyword k) {
	return &rows[k];
}

enum keyword keyword_of(struct str name) {
	size_t low = 0, high = K_COUNT;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int c = str_cmp(name, rows[middle].name);
		if (c == 0) return (enum keyword)middle;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return K_COUNT;
}

uint8_t type_named(struct str name) {
	static const struct {
		const char *name;
		uint8_t types;
	} types[] = {
		{"null", TYPE_NULL},
		{"boolean", TYPE_BOOL},
		{"integer", TYPE_INTEGER},
		{"number", TYPE_INTEGER | TYPE_FRACTION},
		{"string", TYPE_STRING},
		{"array", TYPE_ARRAY},
		{"object", TYPE_OBJECT},
	};
	for (size_t i = 0; i < lengthof(types); i++)
		if (str_is(name, types[i].name)) return types[i].types;
	return 0;
}

static bool is_schema(const struct json *v) {
	return json_is(v, JSON_OBJECT) || json_is(v, JSON_BOOL);
}

static bool all(const struct json *array, bool (*fn)(const struct json *)) {
	for (size_t i = 0; i < json_count(array); i++)
		if (!fn(array->type == JSON_ARRAY ? &array->items[i] : &array->members[i].value)) return false;
	return true;
}

static bool is_string(const struct json *v) {
	return json_is(v, JSON_STRING);
}

static bool is_type(const struct json *v) {
	return type_named(json_string(v)) != 0;
}

static bool is_unique(const struct json *v) {
	size_t first, second;
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	return find_equal_items(v, a, &first, &second) == UNIQUE;
}

static bool is_strings(const struct json *v) {
	return json_is(v, JSON_ARRAY) && all(v, is_string) && is_unique(v);
}

static bool is_dependency(const struct json *v) {
	return is_schema(v) || is_strings(v);
}

static bool is_anchor(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '-' && c != '.'))) return false;
	}
	return s.n;
}

static bool is_number(const struct json *v) {
	return json_is(v, JSON_INT) || json_is(v, JSON_REAL);
}

const char *keyword_problem(enum keyword k, const struct json *v) {
	switch (rows[k].shape) {
	case SHAPE_ANY: return NULL;
	case SHAPE_STRING: return is_string(v) ? NULL : "must be a string";
	case SHAPE_BOOL: return json_is(v, JSON_BOOL) ? NULL : "must be true or false";
	case SHAPE_NUMBER: return is_number(v) ? NULL : "must be a number";
	case SHAPE_STEP: return is_number(v) && json_number(v, 0) > 0 ? NULL : "must be a number over 0";
	case SHAPE_COUNT:
		return json_is_integer(v) && json_number(v, -1) >= 0 ? NULL : "must be an integer that is not negative";
	case SHAPE_ARRAY: return json_is(v, JSON_ARRAY) ? NULL : "must be an array";
	case SHAPE_STRINGS: return is_strings(v) ? NULL : "must be an array of different strings";
	case SHAPE_TYPES:
		if (is_type(v) || (json_is(v, JSON_ARRAY) && v->n && all(v, is_type) && is_unique(v))) return NULL;
		return "must be the name of a type, or an array of different ones";
	case SHAPE_ANCHOR: return is_anchor(json_string(v)) ? NULL : "must be a name of letters, digits, '_', '-' and '.'";
	case SHAPE_SCHEMA: return is_schema(v) ? NULL : "must be a schema: an object, true or false";
	case SHAPE_SCHEMAS:
		return json_is(v, JSON_ARRAY) && v->n && all(v, is_schema) ? NULL : "must be an array of one or more schemas";
	case SHAPE_SCHEMA_MAP: return json_is(v, JSON_OBJECT) && all(v, is_schema) ? NULL : "must be an object of schemas";
	case SHAPE_ITEMS: /* an array of them in draft-07 */
		return is_schema(v) || (json_is(v, JSON_ARRAY) && all(v, is_schema)) ? NULL : "must be a schema";
	case SHAPE_DEPENDENCIES:
		if (json_is(v, JSON_OBJECT) && all(v, is_dependency)) return NULL;
		return "must be an object of schemas or arrays of names";
	case SHAPE_STRINGS_MAP:
		if (json_is(v, JSON_OBJECT) && all(v, is_strings)) return NULL;
		return "must be an object of arrays of different strings";
	case SHAPE_OBJECT: return json_is(v, JSON_OBJECT) ? NULL : "must be an object";
	}
	return NULL;
}
