/* The keywords: name, vocabulary, what a schema must give for them. In byte order, as they are found by bisection. */
#pragma once
#include "lib/json/json.h"

enum vocabulary {
	VOCABULARY_CORE = 1,
	VOCABULARY_APPLICATOR = 2,
	VOCABULARY_UNEVALUATED = 4,
	VOCABULARY_VALIDATION = 8,
	VOCABULARY_NOTES = 16, /* meta-data and content: checked, then ignored */
	VOCABULARY_FORMAT = 32,
	VOCABULARY_OLD = 64,   /* from draft-07 */
	VOCABULARY_NEW = 128,  /* not in draft-07 */
	VOCABULARY_ASSERT = 256, /* `format` is asserted */
};

enum shape {
	SHAPE_ANY, SHAPE_STRING, SHAPE_BOOL, SHAPE_NUMBER, SHAPE_STEP, SHAPE_COUNT, SHAPE_ARRAY, SHAPE_STRINGS, SHAPE_TYPES,
	SHAPE_ANCHOR, SHAPE_SCHEMA, SHAPE_SCHEMAS, SHAPE_SCHEMA_MAP, SHAPE_ITEMS, SHAPE_DEPENDENCIES, SHAPE_STRINGS_MAP,
	SHAPE_OBJECT,
};

#define KEYWORDS(X) \
	X(ANCHOR, "$anchor", CORE | VOCABULARY_NEW, ANCHOR) \
	X(COMMENT, "$comment", CORE, STRING) \
	X(DEFS, "$defs", CORE | VOCABULARY_NEW, SCHEMA_MAP) \
	X(DYNAMIC_ANCHOR, "$dynamicAnchor", CORE | VOCABULARY_NEW, ANCHOR) \
	X(DYNAMIC_REF, "$dynamicRef", CORE | VOCABULARY_NEW, STRING) \
	X(ID, "$id", CORE, STRING) \
	X(REF, "$ref", CORE, STRING) \
	X(SCHEMA, "$schema", CORE, STRING) \
	X(VOCABULARY, "$vocabulary", CORE | VOCABULARY_NEW, OBJECT) \
	X(ADDITIONAL_ITEMS, "additionalItems", OLD, SCHEMA) \
	X(ADDITIONAL_PROPERTIES, "additionalProperties", APPLICATOR, SCHEMA) \
	X(ALL_OF, "allOf", APPLICATOR, SCHEMAS) \
	X(ANY_OF, "anyOf", APPLICATOR, SCHEMAS) \
	X(CONST, "const", VALIDATION, ANY) \
	X(CONTAINS, "contains", APPLICATOR, SCHEMA) \
	X(CONTENT_ENCODING, "contentEncoding", NOTES, STRING) \
	X(CONTENT_MEDIA_TYPE, "contentMediaType", NOTES, STRING) \
	X(CONTENT_SCHEMA, "contentSchema", NOTES, SCHEMA) \
	X(DEFAULT, "default", NOTES, ANY) \
	X(DEFINITIONS, "definitions", CORE, SCHEMA_MAP) \
	X(DEPENDENCIES, "dependencies", APPLICATOR, DEPENDENCIES) \
	X(DEPENDENT_REQUIRED, "dependentRequired", VALIDATION | VOCABULARY_NEW, STRINGS_MAP) \
	X(DEPENDENT_SCHEMAS, "dependentSchemas", APPLICATOR | VOCABULARY_NEW, SCHEMA_MAP) \
	X(DEPRECATED, "deprecated", NOTES, BOOL) \
	X(DESCRIPTION, "description", NOTES, STRING) \
	X(ELSE, "else", APPLICATOR, SCHEMA) \
	X(ENUM, "enum", VALIDATION, ARRAY) \
	X(EXAMPLES, "examples", NOTES, ARRAY) \
	X(EXCLUSIVE_MAXIMUM, "exclusiveMaximum", VALIDATION, NUMBER) \
	X(EXCLUSIVE_MINIMUM, "exclusiveMinimum", VALIDATION, NUMBER) \
	X(FORMAT, "format", FORMAT, STRING) \
	X(IF, "if", APPLICATOR, SCHEMA) \
	X(ITEMS, "items", APPLICATOR, ITEMS) \
	X(MAX_CONTAINS, "maxContains", VALIDATION | VOCABULARY_NEW, COUNT) \
	X(MAX_ITEMS, "maxItems", VALIDATION, COUNT) \
	X(MAX_LENGTH, "maxLength", VALIDATION, COUNT) \
	X(MAX_PROPERTIES, "maxProperties", VALIDATION, COUNT) \
	X(MAXIMUM, "maximum", VALIDATION, NUMBER) \
	X(MIN_CONTAINS, "minContains", VALIDATION | VOCABULARY_NEW, COUNT) \
	X(MIN_ITEMS, "minItems", VALIDATION, COUNT) \
	X(MIN_LENGTH, "minLength", VALIDATION, COUNT) \
	X(MIN_PROPERTIES, "minProperties", VALIDATION, COUNT) \
	X(MINIMUM, "minimum", VALIDATION, NUMBER) \
	X(MULTIPLE_OF, "multipleOf", VALIDATION, STEP) \
	X(NOT, "not", APPLICATOR, SCHEMA) \
	X(ONE_OF, "oneOf", APPLICATOR, SCHEMAS) \
	X(PATTERN, "pattern", VALIDATION, STRING) \
	X(PATTERN_PROPERTIES, "patternProperties", APPLICATOR, SCHEMA_MAP) \
	X(PREFIX_ITEMS, "prefixItems", APPLICATOR | VOCABULARY_NEW, SCHEMAS) \
	X(PROPERTIES, "properties", APPLICATOR, SCHEMA_MAP) \
	X(PROPERTY_NAMES, "propertyNames", APPLICATOR, SCHEMA) \
	X(READ_ONLY, "readOnly", NOTES, BOOL) \
	X(REQUIRED, "required", VALIDATION, STRINGS) \
	X(THEN, "then", APPLICATOR, SCHEMA) \
	X(TITLE, "title", NOTES, STRING) \
	X(TYPE, "type", VALIDATION, TYPES) \
	X(UNEVALUATED_ITEMS, "unevaluatedItems", UNEVALUATED | VOCABULARY_NEW, SCHEMA) \
	X(UNEVALUATED_PROPERTIES, "unevaluatedProperties", UNEVALUATED | VOCABULARY_NEW, SCHEMA) \
	X(UNIQUE_ITEMS, "uniqueItems", VALIDATION, BOOL) \
	X(WRITE_ONLY, "writeOnly", NOTES, BOOL)

#define ONE_KEYWORD(id, name, vocabulary, shape) K_##id,
enum keyword { KEYWORDS(ONE_KEYWORD) K_COUNT };
#undef ONE_KEYWORD

struct keyword_row {
	struct str name;
	unsigned vocabulary;
	enum shape shape;
};
const struct keyword_row *keyword_row(enum keyword k);
enum keyword keyword_of(struct str name); /* K_COUNT: none */

/* NULL, or what is wrong with a keyword's value; subschemas are not looked into. */
const char *keyword_problem(enum keyword k, const struct json *v);
/* TYPE_… of a name, 0 if it is none. */
uint8_t type_named(struct str name);
