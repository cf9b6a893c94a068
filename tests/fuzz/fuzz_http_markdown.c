/* Markdown: whatever comes in, only the renderer's own tags come out, in pairs that nest. */
#include "fuzz.h"
#include "http/markdown.h"

enum { DEEPEST = 4 * MARKDOWN_NEST };

static bool allowed_attribute(struct str tag) {
	struct str rest = tag;
	size_t space = str_find_char(rest, ' ');
	if (space == STR_NONE) return true;
	rest = str_from(rest, space + 1);
	static const char *const starts[] = {"href=\"", "class=\"language-", "class=\"align-", "start=\""};
	for (size_t i = 0; i < lengthof(starts); i++) {
		if (str_starts(rest, str_of(starts[i]))) return true;
	}
	return false;
}

/* Every '<' begins a tag of ours, and every end tag closes the one opened last. */
static void check(struct str html) {
	static const char *const names[] = {"p", "a", "em", "strong", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul",
		"ol",
		"li", "blockquote", "del", "table", "thead", "tbody", "tr", "th", "td", "br", "hr"};
	struct str open[DEEPEST];
	size_t depth = 0;
	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] != '<') continue;
		size_t end = str_find_char(str_from(html, i), '>');
		MUST(end != STR_NONE);
		struct str tag = str_sub(html, i + 1, end - 1);
		bool closes = str_starts(tag, S("/"));
		if (closes) tag = str_from(tag, 1);
		MUST(allowed_attribute(tag));
		struct str name = str_sub(tag, 0, str_find_char(tag, ' '));
		bool known = false;
		for (size_t j = 0; j < lengthof(names); j++) known |= str_is(name, names[j]);
		MUST(known);
		if (str_is(name, "br") || str_is(name, "hr")) continue;
		if (closes) {
			MUST(depth && str_eq(open[--depth], name));
		} else {
			MUST(depth < DEEPEST);
			open[depth++] = name;
		}
		i += end;
	}
	MUST(!depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
	autohtml struct html out = HTML(8 << 20);
	struct markdown_options options = {.heading_shift = n ? data[0] % 4 : 0};
	if (markdown_add(&out, str_n(data, n), &options, NULL)) MUST(!out.b.n);
	else check(html_str(&out));
	return 0;
}
