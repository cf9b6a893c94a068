/* One validation at work. */
#pragma once
#include "node.h"

enum { RUN_DEPTH = 1024, RUN_STEPS = 50000000 };

struct run {
	struct arena *a;
	struct schema_errors *errors; /* NULL: nobody wants to know */
	const char *broken;           /* why no answer can be had: the value counts as invalid */
	size_t steps, depth;          /* left to take; none once broken */
};

/* The schema resources that were entered, the last one first. */
struct scope {
	const struct scope *up;
	uint32_t resource;
};

/* The way from the root of the value; NULL at the root. */
struct place {
	const struct place *up;
	struct str name; /* p NULL: item */
	size_t item;
};

/* Members or items that some rule has looked at, for unevaluatedProperties and unevaluatedItems. */
struct seen {
	uint64_t *bits;
	size_t words;
	uint64_t few[4];
};

static const uint8_t run_type_bits[] = {
	[JSON_NULL] = TYPE_NULL, [JSON_BOOL] = TYPE_BOOL, [JSON_INT] = TYPE_INTEGER, [JSON_REAL] = TYPE_FRACTION,
	[JSON_STRING] = TYPE_STRING, [JSON_ARRAY] = TYPE_ARRAY, [JSON_OBJECT] = TYPE_OBJECT,
};

static inline uint8_t type_bit(const struct json *v) {
	return v->type == JSON_REAL && json_is_integer(v) ? TYPE_INTEGER : run_type_bits[v->type];
}

/* Whoever allows fractions allows integers too, so only a real that must be an integer has to be looked at. */
static inline bool type_allowed(const struct node *s, const struct json *v) {
	return s->types & run_type_bits[v->type] || (v->type == JSON_REAL && s->types & TYPE_INTEGER && json_is_integer(v));
}

/* ---- telling what is wrong (report.c) ---- */

/* keyword may be NULL: the schema false. */
void report(struct run *r, const struct node *s, const char *keyword, const struct place *at, const char *fmt, ...)
	printf_like(5, 6);
void report_type(struct run *r, const struct node *s, const struct place *at, const struct json *v);
/* All branches of anyOf or oneOf want other types. */
void report_types(struct run *r, const struct node *s, const char *keyword, const struct place *at, uint8_t types,
	const struct json *v);
void report_values(struct run *r, const struct node *s, const struct place *at, const struct json *v);
/* "expected …, found (the value)" */
void report_found(struct run *r, const struct node *s, const char *keyword, const struct place *at,
	const struct json *v, const char *fmt, ...) printf_like(6, 7);
void report_missing(struct run *r, const struct node *s, const char *keyword, const struct place *at,
	const struct json *object, const struct property *properties, size_t n);
/* The errors that were collected apart are told as r's. */
void report_all(struct run *r, const struct schema_errors *errors);
/* The less, the nearer was the value to what the branch wants. `depth` is that of the place of the choice. */
unsigned errors_distance(const struct schema_errors *errors, size_t depth);
