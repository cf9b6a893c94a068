/* A string is a view: pointer and length, not owned, not NUL-terminated, any bytes.
 * Text is UTF-8 unless a function says otherwise. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "attr.h"

struct arena;

struct str {
	const char *p;
	size_t n;
};

#define S(literal)   ((struct str){"" literal, sizeof(literal) - 1})
/* The same where C wants a constant: in the initializer of a static object. */
#define S_INIT(literal) {"" literal, sizeof(literal) - 1}
#define STR_EMPTY    ((struct str){"", 0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s)   (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), (s).p

static inline struct str str_of(const char *c) {
	return c ? (struct str){c, strlen(c)} : STR_EMPTY;
}
static inline struct str str_n(const void *p, size_t n) {
	return (struct str){p ? (const char *)p : "", n};
}
static inline bool str_eq(struct str a, struct str b) {
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str a, const char *b) {
	return str_eq(a, str_of(b));
}
static inline bool str_starts(struct str s, struct str prefix) {
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}
static inline bool str_ends(struct str s, struct str suffix) {
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}
/* The part from `from` (kept inside s) of at most n bytes. */
static inline struct str str_sub(struct str s, size_t from, size_t n) {
	if (from > s.n) from = s.n;
	if (n > s.n - from) n = s.n - from;
	return (struct str){s.p + from, n};
}
static inline struct str str_from(struct str s, size_t from) {
	return str_sub(s, from, SIZE_MAX);
}

#define STR_NONE SIZE_MAX
/* Byte order, a shorter string before a longer one that it begins. */
int str_cmp(struct str a, struct str b);
bool str_eq_ascii_case(struct str a, struct str b);
/* Offset of the first occurrence, or STR_NONE. */
size_t str_find(struct str s, struct str what);
size_t str_find_char(struct str s, char c);
size_t str_rfind_char(struct str s, char c);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Takes the part of *rest before `separator` and moves *rest behind it; false when *rest is used up
 * (rest->p == NULL). An empty string gives one empty part. */
bool str_split(struct str *rest, char separator, struct str *part);
/* Decimal, no sign but '-', nothing before or behind; false where it is not one or does not fit. */
bool str_int(struct str s, int64_t *out);
/* True when s is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool str_utf8(struct str s);
/* At most n bytes of s, cut before a character that would not fit. */
struct str str_cut_utf8(struct str s, size_t n);
/* Number of code points in well-formed UTF-8. */
size_t str_characters(struct str s);
