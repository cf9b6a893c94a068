#include "html.h"

#include <inttypes.h>

/* What a byte needs in some context. */
enum { PLAIN, ESCAPE, CONTROL, HIGH };
enum context { TEXT, ATTRIBUTE };

static int byte_class(unsigned char c, enum context where) {
	switch (c) {
	case '&': case '<': case '>': return ESCAPE;
	case '"': case '\'': return where == ATTRIBUTE ? ESCAPE : PLAIN;
	case '\t': case '\n': case '\r': case '\f': return PLAIN;
	default: return c < 0x20 || c == 0x7f ? CONTROL : c < 0x80 ? PLAIN : HIGH;
	}
}

/* Length of the well-formed UTF-8 sequence (RFC 3629, table 3-7 of the Unicode standard) at p, 0 when it is not one. */
static size_t sequence(const unsigned char *p, size_t n) {
	unsigned char low = 0x80, high = 0xbf;
	size_t length;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) length = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef) length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4) length = 4;
	else return 0;
	if (n < length) return 0;
	if (p[0] == 0xe0) low = 0xa0;
	if (p[0] == 0xed) high = 0x9f;
	if (p[0] == 0xf0) low = 0x90;
	if (p[0] == 0xf4) high = 0x8f;
	if (p[1] < low || p[1] > high) return 0;
	for (size_t i = 2; i < length; i++) {
		if (p[i] < 0x80 || p[i] > 0xbf) return 0;
	}
	return length;
}

static struct str entity(unsigned char c) {
	switch (c) {
	case '&': return S("&amp;");
	case '<': return S("&lt;");
	case '>': return S("&gt;");
	case '"': return S("&quot;");
	default: return S("&#39;");
	}
}

static void escape(struct buf *out, struct str s, enum context where) {
	const unsigned char *p = (const unsigned char *)s.p;
	size_t from = 0, i = 0;
	while (i < s.n) {
		int class = byte_class(p[i], where);
		size_t length = class == HIGH ? sequence(p + i, s.n - i) : 1;
		if (class == PLAIN || (class == HIGH && length)) {
			i += length;
			continue;
		}
		buf_add(out, str_sub(s, from, i - from));
		buf_add(out, class == ESCAPE ? entity(p[i]) : S("\xef\xbf\xbd"));
		from = ++i;
	}
	buf_add(out, str_sub(s, from, s.n - from));
}

static bool unreserved(unsigned char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static void encode_byte(struct buf *out, unsigned char c) {
	static const char digits[] = "0123456789ABCDEF";
	char text[3] = {'%', digits[c >> 4], digits[c & 15]};
	buf_add(out, str_n(text, sizeof text));
}

void url_encode(struct buf *out, struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (unreserved(c)) buf_add_char(out, (char)c);
		else encode_byte(out, c);
	}
}

/* Browsers drop blanks and controls at the start. */
static struct str without_lead(struct str url) {
	while (url.n && (unsigned char)url.p[0] <= ' ') url = str_from(url, 1);
	return url;
}

/* The part before a ':' that comes before any '/', '?' or '#'; p is NULL when there is none. */
static struct str scheme_of(struct str url) {
	for (size_t i = 0; i < url.n; i++) {
		if (url.p[i] == ':') return str_sub(url, 0, i);
		if (url.p[i] == '/' || url.p[i] == '?' || url.p[i] == '#') break;
	}
	return (struct str){0};
}

bool html_url_allowed(struct str url) {
	struct str scheme = scheme_of(without_lead(url));
	return !scheme.p || str_eq_ascii_case(scheme, S("http")) || str_eq_ascii_case(scheme, S("https"))
		|| str_eq_ascii_case(scheme, S("mailto"));
}

bool html_url_outside(struct str url) {
	url = without_lead(url);
	if (scheme_of(url).p) return true;
	return url.n >= 2 && (url.p[0] == '/' || url.p[0] == '\\') && (url.p[1] == '/' || url.p[1] == '\\');
}

static void add_url(struct buf *out, struct str url) {
	url = without_lead(url);
	if (!html_url_allowed(url)) {
		buf_add_char(out, '#');
		return;
	}
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c == '&') buf_add(out, S("&amp;"));
		else if (c == '\'') buf_add(out, S("&#39;"));
		else if (unreserved(c) || (c && strchr("!#$()*+,/:;=?@[]%", c))) buf_add_char(out, (char)c);
		else encode_byte(out, c);
	}
}

void html_text_str_(struct html *h, struct str s) { escape(&h->b, s, TEXT); }
void html_attr_str_(struct html *h, struct str s) { escape(&h->b, s, ATTRIBUTE); }
void html_url_str_(struct html *h, struct str s) { add_url(&h->b, s); }
void html_query_str_(struct html *h, struct str s) { url_encode(&h->b, s); }

static void add_uint(struct buf *out, uint64_t v) { buf_fmt(out, "%" PRIu64, v); }
static void add_real(struct buf *out, double v) {
	char text[40];
	/* The fewest digits that read back as the same number. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		double again = strtod(text, NULL);
		if (memcmp(&again, &v, sizeof v) == 0) break;
	}
	buf_add(out, str_of(text));
}

/* Numbers look the same everywhere: digits, '-', '.', 'e', '+'. The '+' of an exponent would be a space in a query. */
#define define_numbers(prefix) \
	void prefix##_cstr_(struct html *h, const char *s) { prefix##_str_(h, str_of(s)); } \
	void prefix##_int_(struct html *h, int64_t v) { buf_add_int(&h->b, v); } \
	void prefix##_uint_(struct html *h, uint64_t v) { add_uint(&h->b, v); }
define_numbers(html_text)
define_numbers(html_attr)
define_numbers(html_url)
define_numbers(html_query)

void html_text_real_(struct html *h, double v) { add_real(&h->b, v); }
void html_attr_real_(struct html *h, double v) { add_real(&h->b, v); }
void html_url_real_(struct html *h, double v) { html_query_real_(h, v); }
void html_query_real_(struct html *h, double v) {
	autobuf struct buf text = BUF(64);
	add_real(&text, v);
	url_encode(&h->b, buf_str(&text));
}

void html_text_safe_(struct html *h, struct safe_html s) { buf_add(&h->b, s.bytes); }
void html_raw_(struct html *h, const char *p, size_t n) { buf_add(&h->b, str_n(p, n)); }

void html_free(struct html *h) { buf_free(&h->b); }
struct safe_html html_safe(const struct html *h) { return (struct safe_html){html_str(h)}; }
struct safe_html html_safe_copy(const struct html *h, struct arena *a) {
	if (html_failed(h)) arena_fail(a);
	return (struct safe_html){arena_str(a, html_str(h))};
}
