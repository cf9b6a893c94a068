/* JSON Schema 2020-12, compiled once into a validator that many threads may use at the same time.
 *
 * References are resolved at compile time, through the schemas given to the compiler; nothing is ever fetched.
 * `pattern` is PCRE2 in UTF mode with match limits; a pattern that hits its limit is an error of the validation, not a
 * pass. `format` is an annotation unless asked for. `$dynamicRef`, `unevaluatedProperties` and `unevaluatedItems`
 * follow the standard. */
#pragma once
#include "lib/json/json.h"

struct schema;

struct schema_source {
	struct str uri;            /* absolute; "" takes the document's own $id */
	const struct json *document;
};
struct schema_options {
	const struct schema_source *sources; /* documents that references may lead to */
	size_t n;
	bool assert_format; /* false: `format` is an annotation */
};

/* The compiled schema holds copies of what it needs: document and sources may go. options may be NULL. ERR_INVALID with
 * the place in e->where when the schema is no schema, a reference leads nowhere, or a pattern does not compile;
 * ERR_UNSUPPORTED for a $vocabulary that is required and unknown. The metaschema of 2020-12 is built in. */
enum err_code schema_compile(struct schema **out, const struct json *document, const struct schema_options *options,
	struct err *e) must_use;
void schema_free(struct schema *s);

/* One thing that is wrong. */
struct schema_error {
	struct str instance; /* JSON pointer into the value */
	struct str schema;   /* where the rule stands: URI#pointer, or #pointer in the root document */
	struct str keyword;  /* "required", "maxLength" … */
	struct str message;  /* plain words: what was expected, and what was there */
};
struct schema_errors {
	struct schema_error *items; /* in the order of the document; at most SCHEMA_ERRORS */
	size_t n;
	bool more;
};
enum { SCHEMA_ERRORS = 32 };

/* True when the value is valid. errors may be NULL (then the first error ends the work); they live in the arena, as
 * does what the validation itself needs. Of the branches of anyOf / oneOf the nearest one's errors are told. */
bool schema_valid(const struct schema *s, const struct json *value, struct arena *a, struct schema_errors *errors);
/* As schema_valid, but gives ERR_INVALID with the first error's words in e and its pointer in e->where. */
enum err_code schema_check(const struct schema *s, const struct json *value, struct arena *a, struct err *e) must_use;
