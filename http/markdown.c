#include "markdown.h"

#include <md4c.h>

struct rendering {
	struct html *out;
	int shift, depth;
	short open[MARKDOWN_NEST]; /* what was entered and not left: blocks by their type, spans behind them */
	uint64_t links; /* one bit an open link, the innermost lowest: whether it has an <a> */
	size_t addresses; /* bytes of links' addresses and titles so far, for which a few letters may stand */
	bool refused; /* too deep, too long, or not nested */
};

enum { ADDRESSES = 4 << 20, SCANNING = 8 << 20 };

#define put(r, literal) html_literal((r)->out, literal)

/* ---- attributes: text with entities in it ---- */

static void add_code_point(struct buf *out, uint32_t c) {
	if (!c || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = 0xfffd;
	char text[4];
	size_t n = 0;
	if (c < 0x80) {
		text[n++] = (char)c;
	} else if (c < 0x800) {
		text[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		text[n++] = (char)(0xe0 | c >> 12);
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		text[n++] = (char)(0xf0 | c >> 18);
		text[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80) text[n++] = (char)(0x80 | (c & 0x3f));
	buf_add(out, str_n(text, n));
}

/* "&#38;", "&#x26;" and the five of XML become characters. Other names stay as they were written, '&' and all: in a URL
 * that hides no scheme. */
static void add_entity(struct buf *out, struct str s) {
	static const struct {
		const char *name, *text;
	} names[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
	for (size_t i = 0; i < lengthof(names); i++) {
		if (str_is(s, names[i].name)) {
			buf_add(out, str_of(names[i].text));
			return;
		}
	}
	if (s.n < 4 || s.p[1] != '#' || s.n > 12) {
		buf_add(out, s);
		return;
	}
	bool hexadecimal = s.p[2] == 'x' || s.p[2] == 'X';
	uint32_t c = 0;
	for (size_t i = hexadecimal ? 3 : 2; i + 1 < s.n && c < 0x200000; i++) {
		char ch = s.p[i];
		uint32_t digit = ch <= '9' ? (uint32_t)(ch - '0') : (uint32_t)((ch | 0x20) - 'a' + 10);
		c = c * (hexadecimal ? 16 : 10) + digit;
	}
	add_code_point(out, c);
}

/* False when it is too long to be a sensible attribute. */
static bool read_attribute(const MD_ATTRIBUTE *a, struct buf *out) {
	for (size_t i = 0; a->text && a->size && a->substr_offsets[i] < a->size; i++) {
		struct str part = str_n(a->text + a->substr_offsets[i], a->substr_offsets[i + 1] - a->substr_offsets[i]);
		if (a->substr_types[i] == MD_TEXT_ENTITY) add_entity(out, part);
		else if (a->substr_types[i] == MD_TEXT_NULLCHAR) add_code_point(out, 0);
		else buf_add(out, part);
	}
	return !out->failed;
}

/* ---- links ---- */

static void open_link(struct rendering *r, const MD_ATTRIBUTE *address, const MD_ATTRIBUTE *title) {
	autobuf struct buf url = BUF(4096), tip = BUF(1024);
	bool fine = read_attribute(address, &url) && html_url_allowed(buf_str(&url));
	r->addresses += address->size + title->size;
	if (r->addresses > ADDRESSES) r->refused = true;
	bool nested = r->links != 0; /* <a> does not nest */
	r->links = r->links << 1 | (fine && !nested);
	if (!fine || nested) return;
	put(r, "<a href=\"");
	html_url(r->out, buf_str(&url));
	if (html_url_outside(buf_str(&url))) put(r, "\" rel=\"nofollow noopener");
	if (read_attribute(title, &tip) && tip.n) {
		put(r, "\" title=\"");
		html_attr(r->out, buf_str(&tip));
	}
	put(r, "\">");
}

static void close_link(struct rendering *r) {
	if (r->links & 1) put(r, "</a>");
	r->links >>= 1;
}

/* ---- blocks ---- */

static void open_code(struct rendering *r, const MD_BLOCK_CODE_DETAIL *d) {
	autobuf struct buf lang = BUF(32);
	bool fine = read_attribute(&d->lang, &lang) && lang.n;
	for (size_t i = 0; i < lang.n; i++) {
		char ch = lang.p[i];
		fine = fine && ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9')
			|| ch == '+' || ch == '-' || ch == '_');
	}
	put(r, "<pre><code");
	if (fine) {
		put(r, " class=\"language-");
		html_attr(r->out, buf_str(&lang));
		put(r, "\"");
	}
	put(r, ">");
}

static int heading_level(const struct rendering *r, const MD_BLOCK_H_DETAIL *d) {
	int level = (int)d->level + r->shift;
	return level < 1 ? 1 : level > 6 ? 6 : level;
}

static void cell(struct rendering *r, const MD_BLOCK_TD_DETAIL *d, bool head) {
	if (head) put(r, "<th");
	else put(r, "<td");
	if (d->align == MD_ALIGN_CENTER) put(r, " class=\"align-center\"");
	if (d->align == MD_ALIGN_RIGHT) put(r, " class=\"align-right\"");
	put(r, ">");
}

static void open_block(struct rendering *r, MD_BLOCKTYPE type, void *detail) {
	switch (type) {
	case MD_BLOCK_DOC: break;
	case MD_BLOCK_QUOTE: put(r, "<blockquote>\n"); break;
	case MD_BLOCK_UL: put(r, "<ul>\n"); break;
	case MD_BLOCK_OL: {
		unsigned start = ((MD_BLOCK_OL_DETAIL *)detail)->start;
		put(r, "<ol");
		if (start != 1) {
			put(r, " start=\"");
			html_attr(r->out, start);
			put(r, "\"");
		}
		put(r, ">\n");
		break;
	}
	case MD_BLOCK_LI: put(r, "<li>"); break;
	case MD_BLOCK_HR: put(r, "<hr>\n"); break;
	case MD_BLOCK_H:
		put(r, "<h");
		html_text(r->out, heading_level(r, detail));
		put(r, ">");
		break;
	case MD_BLOCK_CODE: open_code(r, detail); break;
	case MD_BLOCK_HTML: break;
	case MD_BLOCK_P: put(r, "<p>"); break;
	case MD_BLOCK_TABLE: put(r, "<table>\n"); break;
	case MD_BLOCK_THEAD: put(r, "<thead>\n"); break;
	case MD_BLOCK_TBODY: put(r, "<tbody>\n"); break;
	case MD_BLOCK_TR: put(r, "<tr>"); break;
	case MD_BLOCK_TH: cell(r, detail, true); break;
	case MD_BLOCK_TD: cell(r, detail, false); break;
	}
}

static void close_block(struct rendering *r, MD_BLOCKTYPE type, void *detail) {
	switch (type) {
	case MD_BLOCK_DOC:
	case MD_BLOCK_HTML:
	case MD_BLOCK_HR: break;
	case MD_BLOCK_QUOTE: put(r, "</blockquote>\n"); break;
	case MD_BLOCK_UL: put(r, "</ul>\n"); break;
	case MD_BLOCK_OL: put(r, "</ol>\n"); break;
	case MD_BLOCK_LI: put(r, "</li>\n"); break;
	case MD_BLOCK_H:
		put(r, "</h");
		html_text(r->out, heading_level(r, detail));
		put(r, ">\n");
		break;
	case MD_BLOCK_CODE: put(r, "</code></pre>\n"); break;
	case MD_BLOCK_P: put(r, "</p>\n"); break;
	case MD_BLOCK_TABLE: put(r, "</table>\n"); break;
	case MD_BLOCK_THEAD: put(r, "</thead>\n"); break;
	case MD_BLOCK_TBODY: put(r, "</tbody>\n"); break;
	case MD_BLOCK_TR: put(r, "</tr>\n"); break;
	case MD_BLOCK_TH: put(r, "</th>"); break;
	case MD_BLOCK_TD: put(r, "</td>"); break;
	}
}

/* ---- md4c's callbacks ---- */

/* Ends the parsing. Positive values, which its header allows as well, md4c forgets in some places and goes on. */
static int stop_when(bool over) {
	return over ? -1 : 0;
}

enum { SPANS = 100 }; /* added to a span's type */

static int enter(struct rendering *r, int what) {
	if (r->depth == MARKDOWN_NEST) r->refused = true;
	else r->open[r->depth++] = (short)what;
	return stop_when(r->refused || html_failed(r->out));
}

/* md4c leaves spans that it did not enter where a bare link overlaps an emphasis. */
static bool leaves(struct rendering *r, int what) {
	if (r->depth && r->open[r->depth - 1] == what) r->depth--;
	else r->refused = true;
	return !r->refused;
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *context) {
	struct rendering *r = context;
	if (enter(r, (int)type)) return -1;
	open_block(r, type, detail);
	return stop_when(html_failed(r->out));
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *context) {
	struct rendering *r = context;
	if (!leaves(r, (int)type)) return -1;
	close_block(r, type, detail);
	return stop_when(html_failed(r->out));
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *context) {
	struct rendering *r = context;
	if (enter(r, SPANS + (int)type)) return -1;
	switch (type) {
	case MD_SPAN_EM: put(r, "<em>"); break;
	case MD_SPAN_STRONG: put(r, "<strong>"); break;
	case MD_SPAN_CODE: put(r, "<code>"); break;
	case MD_SPAN_DEL: put(r, "<del>"); break;
	case MD_SPAN_A: {
		MD_SPAN_A_DETAIL *d = detail;
		open_link(r, &d->href, &d->title);
		break;
	}
	case MD_SPAN_IMG: {
		MD_SPAN_IMG_DETAIL *d = detail;
		open_link(r, &d->src, &d->title);
		break;
	}
	case MD_SPAN_LATEXMATH:
	case MD_SPAN_LATEXMATH_DISPLAY:
	case MD_SPAN_WIKILINK:
	case MD_SPAN_U: break;
	}
	return stop_when(r->refused || html_failed(r->out));
}

static int on_leave_span(MD_SPANTYPE type, void *detail, void *context) {
	struct rendering *r = context;
	(void)detail;
	if (!leaves(r, SPANS + (int)type)) return -1;
	switch (type) {
	case MD_SPAN_EM: put(r, "</em>"); break;
	case MD_SPAN_STRONG: put(r, "</strong>"); break;
	case MD_SPAN_CODE: put(r, "</code>"); break;
	case MD_SPAN_DEL: put(r, "</del>"); break;
	case MD_SPAN_A:
	case MD_SPAN_IMG: close_link(r); break;
	case MD_SPAN_LATEXMATH:
	case MD_SPAN_LATEXMATH_DISPLAY:
	case MD_SPAN_WIKILINK:
	case MD_SPAN_U: break;
	}
	return stop_when(html_failed(r->out));
}

/* Text as people of other systems write it holds a few tags that Markdown has no signs for. Raised and lowered text reads
 * as well without them, a break is a break; any other tag shows as it stands. */
static void put_text(struct rendering *r, struct str s) {
	static const char *const tags[] = {"<sup>", "</sup>", "<sub>", "</sub>", "<br>", "<br/>", "<br />"};
	size_t done = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '<') continue;
		for (size_t j = 0; j < lengthof(tags); j++) {
			if (!str_starts(str_from(s, i), str_of(tags[j]))) continue;
			html_text(r->out, str_sub(s, done, i - done));
			if (tags[j][1] == 'b') put(r, "<br>\n");
			done = i + strlen(tags[j]);
			i = done - 1;
			break;
		}
	}
	html_text(r->out, str_from(s, done));
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *context) {
	struct rendering *r = context;
	struct str s = str_n(text, n);
	switch (type) {
	case MD_TEXT_NULLCHAR: put(r, "\xef\xbf\xbd"); break;
	case MD_TEXT_BR: put(r, "<br>\n"); break;
	case MD_TEXT_SOFTBR: put(r, "\n"); break;
	case MD_TEXT_ENTITY: html_raw_(r->out, s.p, s.n); break; /* a well-formed reference is a character, never markup */
	case MD_TEXT_NORMAL: put_text(r, s); break;
	case MD_TEXT_CODE:
	case MD_TEXT_HTML:
	case MD_TEXT_LATEXMATH: html_text(r->out, s); break;
	}
	return stop_when(html_failed(r->out));
}

/* ---- the whole ---- */

/* md4c looks for the end of each bare link as far as the next blank. Where there are many in one long word that takes
 * quadratic time, and they are no links that anybody meant. */
static bool bare_links_cost_little(struct str text) {
	size_t cost = 0, marks = 0, length = 0;
	for (size_t i = 0; i <= text.n; i++) {
		char ch = i < text.n ? text.p[i] : ' ';
		if (ch == ' ' || ch == '\n' || ch == '\t') {
			cost += marks * length;
			marks = length = 0;
		} else {
			length++;
			marks += ch == ':' || ch == '@' || ch == '.';
		}
		if (cost > SCANNING) return false;
	}
	return true;
}

/* Length of a quote's or list item's marker at the start of s, 0 when there is none. */
static size_t marker(struct str s) {
	size_t n = 0;
	if (!s.n) return 0;
	if (s.p[0] == '>') return 1;
	if (s.p[0] == '-' || s.p[0] == '+' || s.p[0] == '*') {
		n = 1;
	} else {
		while (n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9') n++;
		if (!n || n == s.n || !(s.p[n] == '.' || s.p[n] == ')')) return 0;
		n++;
	}
	return n == s.n || s.p[n] == ' ' || s.p[n] == '\t' || s.p[n] == '\n' ? n : 0;
}

/* md4c compares every line with all that an earlier line opened: a line that opens thousands of lists makes all later
 * ones slow, before the first callback could count them. */
static bool lines_open_few(struct str text) {
	struct str line;
	while (text.p && str_split(&text, '\n', &line)) {
		size_t n, opened = 0;
		do {
			while (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) line = str_from(line, 1);
			n = marker(line);
			line = str_from(line, n);
			if (n && ++opened > MARKDOWN_NEST) return false;
		} while (n);
	}
	return true;
}

static bool render(struct html *out, struct str text, int shift, unsigned flags) {
	MD_PARSER parser = {
		.flags = flags | MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
		.enter_block = on_enter_block, .leave_block = on_leave_block, .enter_span = on_enter_span,
		.leave_span = on_leave_span, .text = on_text,
	};
	/* A line end behind the last line: md4c looks behind the end of a text that has none. */
	enum { PADDING = 8 };
	autofree char *copy = calloc(1, text.n + PADDING);
	if (!copy) return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\n';
	struct rendering r = {.out = out, .shift = shift};
	return !md_parse(copy, (MD_SIZE)text.n + 1, &parser, &r) && !r.refused && !html_failed(out);
}

static bool plain(struct html *out, struct str text) {
	html_literal(out, "<pre>");
	html_text(out, text);
	html_literal(out, "</pre>\n");
	return !html_failed(out);
}

enum err_code markdown_add(struct html *out, struct str text, const struct markdown_options *options, struct err *e) {
	if (!str_utf8(text)) return err_set(e, ERR_INVALID, "the text is not UTF-8");
	if (text.n > 16 * MARKDOWN_BYTES) return err_set(e, ERR_TOO_LARGE, "the text is too long");
	size_t max = options && options->max ? options->max : text.n * 8 + (64 << 10);
	autohtml struct html made = HTML(max);
	int shift = options ? options->heading_shift : 0;
	bool sensible = text.n <= MARKDOWN_BYTES && lines_open_few(text);
	bool done = sensible && bare_links_cost_little(text) && render(&made, text, shift, MD_FLAG_PERMISSIVEAUTOLINKS);
	if (!done && sensible) {
		html_free(&made);
		done = render(&made, text, shift, 0);
	}
	if (!done) {
		html_free(&made);
		if (!plain(&made, text)) return err_set(e, ERR_TOO_LARGE, "the text is too long to show");
	}
	if (out->b.failed || made.b.n > out->b.max - out->b.n) {
		return err_set(e, ERR_TOO_LARGE, "the text is too long to show");
	}
	buf_add(&out->b, html_str(&made));
	return html_failed(out) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

struct safe_html markdown(struct arena *a, struct str text, int heading_shift) {
	struct html out = HTML(32 * MARKDOWN_BYTES);
	struct safe_html safe = html_safe_literal("<p>(This text can't be shown.)</p>\n");
	if (!markdown_add(&out, text, &(struct markdown_options){.heading_shift = heading_shift}, NULL)) {
		safe = html_safe_copy(&out, a);
	}
	html_free(&out);
	return safe;
}
