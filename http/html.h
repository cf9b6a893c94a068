/* HTML under construction, and the only ways to put text into it.
 *
 * Invariant: what a struct html holds is well-formed as far as its literals are, and holds nothing of a variable that
 * was not escaped for the place where it stands. There is a function a context; templates (tools/README.md) choose it
 * by looking at the literal text around the expression. Raw text comes only from literals and from struct safe_html,
 * which nothing but this header's functions can make in good faith.
 *
 * A struct html is a buf with its maximum: adders add freely, the end asks html_failed once. Bytes that are not UTF-8
 * and control characters that HTML forbids are written as U+FFFD.
 *
 * html_text, html_attr, html_url and html_query take as second argument a struct str, char *, const char * or any
 * integer or double (_Generic; NULL is ""); html_text also a struct safe_html. Everything else is a compile error. */
#pragma once
#include "base/base.h"

struct html {
	struct buf b;
};
#define HTML(maximum) ((struct html){BUF(maximum)})

void html_free(struct html *h);
static inline bool html_failed(const struct html *h) { return h->b.failed; }
static inline struct str html_str(const struct html *h) { return buf_str(&h->b); }
/* `autohtml struct html h = HTML(1 << 20);` */
#define autohtml scoped(html_free)

/* HTML that is escaped already. Only text context takes it. */
struct safe_html {
	struct str bytes;
};
/* What h holds; lives as long as h is not changed. html_safe_copy: in the arena. */
struct safe_html html_safe(const struct html *h);
struct safe_html html_safe_copy(const struct html *h, struct arena *a);
#define html_safe_literal(literal) ((struct safe_html){S(literal)})

/* A literal of our own source, raw. */
#define html_literal(h, literal) html_raw_((h), "" literal, sizeof(literal) - 1)

/* Text between tags: & < > escaped. */
#define html_text(h, x) html_pick_(html_text, x, struct safe_html: html_text_safe_,)((h), (x))
/* Inside a quoted attribute value, and inside <title> and <textarea>: & < > " ' escaped. */
#define html_attr(h, x) html_pick_(html_attr, x,)((h), (x))
/* A whole URL in an attribute: only relative ones and the schemes http, https and mailto (html_url_allowed), "#"
 * instead of any other. What can't stand in a URL (space, quotes, controls, non-ASCII …) is percent-encoded; a '%' of
 * the value stays. */
#define html_url(h, x)  html_pick_(html_url, x,)((h), (x))
/* A part of a URL, between delimiters that stand in the literal: everything but RFC 3986's unreserved characters is
 * percent-encoded (space is %20). Safe in text as well. */
#define html_query(h, x) html_pick_(html_query, x,)((h), (x))

/* True for a relative reference and for the schemes above, in any case; leading or embedded blanks and controls, which
 * browsers drop, don't hide a scheme. */
bool html_url_allowed(struct str url);
/* True when the URL has a scheme or names a host ("//host"): it may lead away from this site. */
bool html_url_outside(struct str url);

/* Adds the percent-encoded form to any buf; for building URLs in C. */
void url_encode(struct buf *out, struct str s);

/* ---- behind the macros ---- */
#define html_pick_(prefix, x, ...) _Generic((x), __VA_ARGS__ \
	struct str: prefix##_str_, char *: prefix##_cstr_, const char *: prefix##_cstr_, \
	short: prefix##_int_, int: prefix##_int_, long: prefix##_int_, long long: prefix##_int_, \
	unsigned short: prefix##_uint_, unsigned: prefix##_uint_, unsigned long: prefix##_uint_, \
	unsigned long long: prefix##_uint_, double: prefix##_real_)
#define html_declare_(prefix) \
	void prefix##_str_(struct html *h, struct str s); \
	void prefix##_cstr_(struct html *h, const char *s); \
	void prefix##_int_(struct html *h, int64_t v); \
	void prefix##_uint_(struct html *h, uint64_t v); \
	void prefix##_real_(struct html *h, double v)
html_declare_(html_text);
html_declare_(html_attr);
html_declare_(html_url);
html_declare_(html_query);
void html_text_safe_(struct html *h, struct safe_html s);
void html_raw_(struct html *h, const char *p, size_t n);
