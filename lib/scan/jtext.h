/* JSON read token by token (RFC 8259), for texts whose very shape is judged: duplicate names, places, the spelling of numbers.
 *
 * Invariants: nothing is allocated; at most JTEXT_DEPTH arrays and objects inside each other; after an error every call gives J_ERROR. The
 * grammar is RFC 8259's and no more: no comments, no trailing commas, no raw control characters, no lone surrogates, UTF-8 alone. */
#pragma once
#include "base/base.h"

enum jtoken { J_END, J_OBJECT, J_OBJECT_END, J_ARRAY, J_ARRAY_END, J_NAME, J_STRING, J_NUMBER, J_TRUE, J_FALSE, J_NULL, J_ERROR };
enum { JTEXT_DEPTH = 128 };

struct jtext {
	struct str text;
	size_t at;
	int depth;
	uint64_t objects[JTEXT_DEPTH / 64];
	bool first, named, done;
	bool lenient;        /* set by the caller: what Python's json takes besides (NaN, Infinity, lone surrogates) is no error */
	bool more;           /* the error is that another value follows the first, at `at` */
	const char *error;   /* what is wrong at `at`, or NULL */
	/* of the last token */
	struct str raw;      /* a string between its quotes, a number's text */
	size_t from;         /* where the token begins */
	bool escaped;        /* the string has escapes */
};

struct jtext jtext(struct str text);
enum jtoken jtext_next(struct jtext *j);
/* Passes over the rest of the value that `token` begins; false at an error. */
bool jtext_skip(struct jtext *j, enum jtoken token);
/* The string or name as characters: raw itself, or resolved into the arena. */
struct str jtext_string(const struct jtext *j, struct arena *a);
/* A whole number without sign, fraction and exponent, as the text has it: false for anything else, also -0 and 1.0. */
bool jtext_count(const struct jtext *j, uint64_t *out);
