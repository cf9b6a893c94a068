/* What a card's Markdown speaks of. md4c finds the headings and the text below them; words are counted, so that a heading with nothing under it says nothing. */
#include <md4c.h>

#include "inside.h"

enum { SAID = 3 /* words below a heading */, TEXT_MOST = 1 << 20 };

struct str card_topic_name(enum card_topic t) {
	static const char *const names[] = {"what it is meant for", "what it is not meant for", "its limits and risks", "what it was trained on", "how it was evaluated"};
	return str_of((unsigned)t < lengthof(names) ? names[t] : "");
}

/* ---- what headings and sentences speak of ---- */

enum where { TITLE, WHOLE_TITLE, SENTENCE };
static const struct {
	enum card_topic topic;
	enum where where;
	const char *words; /* lowercase */
} signs[] = {
#include "topics.inc"
};

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* At the borders of words, where the words are such as have borders. */
static bool holds(struct str text, struct str words) {
	for (size_t from = 0, at; (at = str_find(str_from(text, from), words)) != STR_NONE; from += at + 1) {
		size_t begin = from + at, end = begin + words.n;
		bool alone = (unsigned char)words.p[0] >= 0x80 || ((begin == 0 || !letter(text.p[begin - 1])) && (end == text.n || !letter(text.p[end])));
		if (alone) return true;
	}
	return false;
}

static unsigned topics_of(struct str lower, bool title) {
	unsigned said = 0;
	for (size_t i = 0; i < lengthof(signs); i++) {
		struct str words = str_of(signs[i].words);
		bool found = signs[i].where == WHOLE_TITLE ? title && str_eq(str_trim(lower), words) : (signs[i].where == TITLE) == title && holds(lower, words);
		if (found) said |= 1u << signs[i].topic;
	}
	return said;
}

/* ---- reading ---- */

struct reading {
	struct arena *a;
	struct card_section *sections;
	size_t n, room;
	struct buf title, text; /* of the section that is being read */
	int in_title, in_code;
	size_t placeholders;
	unsigned said, *topics; /* of the titles */
	bool failed, too_many;
};

static size_t words_of(struct str s) {
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		size_t from = i, foreign = 0;
		while (i < s.n && letter(s.p[i])) foreign += (unsigned char)s.p[i++] >= 0x80;
		/* Scripts without blanks between words: about two characters a word. */
		if (i > from) n += 1 + foreign / 6;
		else i++;
	}
	return n;
}

/* Takes out what a template left, and says how often. */
static size_t drop_placeholders(struct str *lower) {
	static const char *const pairs[][2] = {{"[more information needed", "]"}, {"{{", "}}"}, {"[todo", "]"}, {"[insert ", "]"}, {"[your ", "]"}, {"<todo", ">"}};
	char *to = (char *)(uintptr_t)lower->p;
	size_t found = 0, kept = 0;
	for (size_t i = 0; i < lower->n;) {
		size_t skip = 0;
		for (size_t p = 0; p < lengthof(pairs) && !skip; p++) {
			struct str rest = str_from(*lower, i);
			size_t end = str_starts(rest, str_of(pairs[p][0])) ? str_find(str_sub(rest, 0, 400), str_of(pairs[p][1])) : STR_NONE;
			if (end != STR_NONE) skip = end + strlen(pairs[p][1]);
		}
		found += skip > 0;
		if (skip) i += skip;
		else to[kept++] = lower->p[i++];
	}
	lower->n = kept;
	return found;
}

static struct str lower_of(struct arena *a, struct str s) {
	char *to = arena_alloc(a, s.n + 1);
	for (size_t i = 0; to && i < s.n; i++) to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 'a' - 'A' : s.p[i];
	return str_n(to, to ? s.n : 0);
}

/* The text that was read belongs to the section whose title came last. */
static void end_section(struct reading *r) {
	if (!r->n || r->failed) return;
	struct str text = lower_of(r->a, buf_str(&r->text));
	r->placeholders += drop_placeholders(&text);
	r->sections[r->n - 1].words = words_of(text);
	r->said |= topics_of(text, false);
	buf_clear(&r->text);
}

static void begin_section(struct reading *r, unsigned level) {
	end_section(r);
	if (r->n == CARD_SECTIONS) r->too_many = true;
	if (r->n == r->room && !r->too_many) {
		size_t room = r->room ? r->room * 2 : 32;
		struct card_section *more = arena_array(r->a, room, sizeof *more);
		r->failed |= !more;
		if (more && r->n) memcpy(more, r->sections, r->n * sizeof *more);
		if (more) r->sections = more;
		if (more) r->room = room;
	}
	if (r->failed || r->too_many) return;
	r->sections[r->n++] = (struct card_section){.title = str_trim(arena_str(r->a, buf_str(&r->title))), .level = level};
	buf_clear(&r->title);
}

static int stops(const struct reading *r) {
	return r->failed || r->too_many ? -1 : 0;
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *arg) {
	struct reading *r = arg;
	(void)detail;
	r->in_title += type == MD_BLOCK_H;
	r->in_code += type == MD_BLOCK_CODE;
	return stops(r);
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *arg) {
	struct reading *r = arg;
	if (type == MD_BLOCK_H) {
		r->in_title--;
		begin_section(r, ((const MD_BLOCK_H_DETAIL *)detail)->level);
	}
	r->in_code -= type == MD_BLOCK_CODE;
	buf_add_char(&r->text, ' ');
	return stops(r);
}

static int on_span(MD_SPANTYPE type, void *detail, void *arg) {
	(void)type, (void)detail;
	return stops(arg);
}

/* Of HTML the text between its tags. */
static void add_html(struct buf *to, struct str html) {
	bool tag = false;
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] == '<') tag = true;
		if (!tag) buf_add_char(to, html.p[i]);
		if (html.p[i] == '>') tag = false, buf_add_char(to, ' ');
	}
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *arg) {
	struct reading *r = arg;
	struct buf *to = r->in_title ? &r->title : &r->text;
	if (r->in_code) return 0;
	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) buf_add_char(to, ' ');
	else if (type == MD_TEXT_HTML) add_html(to, str_n(text, n));
	else if (type != MD_TEXT_NULLCHAR) buf_add(to, str_n(text, n));
	r->failed |= to->failed;
	return stops(r);
}

/* Without comments, in which templates say what is to be written where; with a line end behind the last line, which md4c looks for. */
static struct str without_comments(struct arena *a, struct str text) {
	enum { PADDING = 8 };
	char *to = arena_alloc(a, text.n + PADDING);
	size_t n = 0;
	if (!to) return STR_EMPTY;
	while (text.n) {
		size_t at = str_find(text, S("<!--")), end = at == STR_NONE ? STR_NONE : str_find(str_from(text, at), S("-->"));
		size_t keep = end == STR_NONE ? text.n : at;
		memcpy(to + n, text.p, keep);
		n += keep;
		text = end == STR_NONE ? STR_EMPTY : str_from(text, at + end + 3);
	}
	memset(to + n, 0, PADDING);
	to[n] = '\n';
	return str_n(to, n + 1);
}

/* Words of a section are also those of what stands below it. From the end: what is below was summed up already. */
static void sum_up(struct reading *r) {
	for (size_t i = r->n; i-- > 0;) {
		struct card_section *s = &r->sections[i];
		for (size_t j = i + 1; j < r->n && r->sections[j].level > s->level;) {
			s->words += r->sections[j].words;
			unsigned level = r->sections[j].level;
			for (j++; j < r->n && r->sections[j].level > level;) j++;
		}
		if (s->level && s->words >= SAID) r->said |= topics_of(lower_of(r->a, s->title), true);
	}
}

enum err_code card_read_text(struct arena *a, struct card *out, struct err *e) {
	MD_PARSER parser = {.flags = MD_FLAG_TABLES, .enter_block = on_enter_block, .leave_block = on_leave_block, .enter_span = on_span, .leave_span = on_span, .text = on_text};
	struct reading r = {.a = a, .title = BUF(TEXT_MOST), .text = BUF(2 * TEXT_MOST)};
	if (out->text.n > TEXT_MOST) return err_set(e, ERR_TOO_LARGE, "a card's text has at most %d MB", TEXT_MOST >> 20);
	struct str text = without_comments(a, out->text);
	if (!text.n) return err_set(e, ERR_MEMORY, "out of memory");
	begin_section(&r, 0);
	int failed = md_parse(text.p, (MD_SIZE)text.n, &parser, &r);
	end_section(&r);
	buf_free(&r.title);
	buf_free(&r.text);
	if (r.too_many) return err_set(e, ERR_TOO_LARGE, "a card has at most %d headings", CARD_SECTIONS);
	if (failed || r.failed || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	sum_up(&r);
	out->sections = r.sections;
	out->sections_n = r.n;
	out->placeholders = r.placeholders;
	out->said = r.said;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
