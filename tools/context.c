#include "context.h"

static bool blank(char ch) {
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f';
}

static bool letter(char ch) {
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static char lower(char ch) {
	return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool one_of(const char *name, const char *const *list) {
	for (; *list; list++) {
		if (!strcmp(name, *list)) return true;
	}
	return false;
}
#define ONE_OF(name, ...) one_of((name), (const char *const[]){__VA_ARGS__, NULL})

static void add_to(char *name, size_t size, unsigned *n, char ch) {
	if (*n + 1 < size) {
		name[*n] = lower(ch);
		name[*n + 1] = 0;
	}
	++*n;
}

/* ---- what names mean ---- */

static bool raw_element(const char *tag) {
	return ONE_OF(tag, "script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext");
}

static bool quiet_element(const char *tag) {
	return raw_element(tag) || ONE_OF(tag, "title", "textarea");
}

static bool url_attribute(const char *name) {
	return ONE_OF(name, "href", "src", "action", "formaction", "cite", "data", "poster", "background", "longdesc",
		"manifest", "xlink:href", "icon", "usemap", "codebase", "archive", "classid", "profile", "lowsrc", "dynsrc");
}

static const char *refused_attribute(const char *name) {
	if (!strncmp(name, "on", 2)) {
		return "an event handler: the content policy forbids them; add a listener in a script file";
	}
	if (!strcmp(name, "style")) return "a style attribute: the content policy forbids them; use a class";
	if (!strcmp(name, "srcdoc")) return "a srcdoc attribute";
	return NULL;
}

static bool in_value(const struct html_context *c) {
	return c->state == IN_DOUBLE_QUOTED || c->state == IN_SINGLE_QUOTED || c->state == IN_UNQUOTED;
}

/* ---- a URL's beginning ---- */

static const char *url_literal(struct html_context *c, char ch) {
	if (c->past_scheme) return NULL;
	if (ch == '/' || ch == '?' || ch == '#') {
		c->past_scheme = true;
	} else if (ch == ':') {
		if (c->from_expression) return "a colon behind an expression at the start of a URL would make a scheme of it";
		c->past_scheme = true;
		c->literal_data = !strcmp(c->scheme, "data");
		if (!c->literal_data && !ONE_OF(c->scheme, "http", "https", "mailto")) return "a URL of this scheme";
	} else {
		add_to(c->scheme, sizeof c->scheme, &c->name_n, ch);
	}
	return NULL;
}

static void begin_value(struct html_context *c, enum html_state state) {
	c->state = state;
	c->value_begun = c->past_scheme = c->from_expression = c->literal_data = false;
	c->scheme[0] = 0;
	c->name_n = 0;
}

static const char *value_literal(struct html_context *c, char ch) {
	const char *why = url_attribute(c->attribute) ? url_literal(c, ch) : NULL;
	c->value_begun = true;
	return why;
}

/* ---- tags ---- */

static const char *end_of_tag(struct html_context *c) {
	c->state = IN_TEXT;
	if (!strcmp(c->tag, "pre")) {
		if (!c->end_tag) c->keep++;
		else if (c->keep) c->keep--;
	}
	if (!c->end_tag && quiet_element(c->tag)) memcpy(c->quiet, c->tag, sizeof c->quiet);
	c->closing = 0;
	return NULL;
}

static const char *end_of_attribute_name(struct html_context *c) {
	const char *why = refused_attribute(c->attribute);
	if (why) return why;
	if (!strcmp(c->tag, "meta") && !strcmp(c->attribute, "http-equiv")) {
		if (c->tag_has_expression) return "http-equiv behind an expression";
		c->refreshes = true;
	}
	return NULL;
}

static const char *begin_attribute(struct html_context *c, char ch) {
	if (ch == '"' || ch == '\'' || ch == '<' || ch == '=') return "a quote, '<' or '=' where an attribute's name is due";
	c->state = IN_ATTRIBUTE_NAME;
	c->attribute[0] = 0;
	c->name_n = 0;
	add_to(c->attribute, sizeof c->attribute, &c->name_n, ch);
	return NULL;
}

static const char *between_attributes(struct html_context *c, char ch) {
	if (blank(ch) || ch == '/') {
		c->state = BETWEEN_ATTRIBUTES;
		return NULL;
	}
	return ch == '>' ? end_of_tag(c) : begin_attribute(c, ch);
}

static const char *in_attribute_name(struct html_context *c, char ch) {
	if (ch == '"' || ch == '\'' || ch == '<') return "a quote or '<' in an attribute's name";
	if (!blank(ch) && ch != '/' && ch != '>' && ch != '=') {
		add_to(c->attribute, sizeof c->attribute, &c->name_n, ch);
		return NULL;
	}
	const char *why = end_of_attribute_name(c);
	if (why) return why;
	if (ch == '=') c->state = BEFORE_VALUE;
	else if (blank(ch)) c->state = AFTER_ATTRIBUTE_NAME;
	else return between_attributes(c, ch);
	return NULL;
}

static const char *after_attribute_name(struct html_context *c, char ch) {
	if (ch == '=') {
		c->state = BEFORE_VALUE;
		return NULL;
	}
	return blank(ch) ? NULL : between_attributes(c, ch);
}

static const char *before_value(struct html_context *c, char ch) {
	if (blank(ch)) return NULL;
	if (ch == '>') return "an attribute without its value";
	begin_value(c, ch == '"' ? IN_DOUBLE_QUOTED : ch == '\'' ? IN_SINGLE_QUOTED : IN_UNQUOTED);
	return c->state == IN_UNQUOTED ? value_literal(c, ch) : NULL;
}

static const char *in_quoted(struct html_context *c, char ch, char quote) {
	if (ch != quote) return value_literal(c, ch);
	c->state = AFTER_QUOTED;
	return NULL;
}

static const char *in_unquoted(struct html_context *c, char ch) {
	if (blank(ch)) c->state = BETWEEN_ATTRIBUTES;
	else if (ch == '>') return end_of_tag(c);
	else if (strchr("\"'<=`", ch)) return "a quote, '<' or '=' in a value without quotes";
	else return value_literal(c, ch);
	return NULL;
}

static const char *after_less(struct html_context *c, char ch) {
	if (letter(ch) || ch == '/') {
		c->end_tag = ch == '/';
		c->refreshes = c->tag_has_expression = false;
		c->tag[0] = 0;
		c->name_n = 0;
		c->state = IN_TAG_NAME;
		if (letter(ch)) add_to(c->tag, sizeof c->tag, &c->name_n, ch);
		return NULL;
	}
	if (ch == '!') {
		c->state = IN_MARKUP;
		memset(c->window, 0, sizeof c->window);
		c->name_n = 0;
		return NULL;
	}
	if (ch == '?') return "\"<?\"";
	if (ch != '<') c->state = IN_TEXT;
	return NULL;
}

static const char *in_tag_name(struct html_context *c, char ch) {
	if (c->end_tag && !c->name_n && !letter(ch)) return "\"</\" without a name";
	if (!blank(ch) && ch != '/' && ch != '>') {
		add_to(c->tag, sizeof c->tag, &c->name_n, ch);
		return NULL;
	}
	if (!c->end_tag && !strcmp(c->tag, "style")) {
		return "a <style> element: the content policy forbids them; use a style sheet";
	}
	if (c->end_tag) {
		c->state = IN_END_TAG;
		return ch == '>' ? end_of_tag(c) : NULL;
	}
	return between_attributes(c, ch);
}

/* ---- texts that only their own end tag ends ---- */

static const char *in_quiet(struct html_context *c, char ch) {
	size_t n = strlen(c->quiet);
	char want = c->closing == 0 ? '<' : c->closing == 1 ? '/' : c->closing < n + 2 ? c->quiet[c->closing - 2] : 0;
	if (c->closing == n + 2) {
		if (blank(ch) || ch == '/' || ch == '>') {
			memcpy(c->tag, c->quiet, sizeof c->tag);
			c->quiet[0] = 0;
			c->end_tag = true;
			c->state = IN_END_TAG;
			return ch == '>' ? end_of_tag(c) : NULL;
		}
	} else if (lower(ch) == want) {
		c->closing++;
		return NULL;
	}
	if (!strcmp(c->quiet, "script") && (!blank(ch) || c->closing)) {
		return "a script in the page: the content policy forbids them; use a script file";
	}
	c->closing = ch == '<';
	return NULL;
}

/* "<!": a comment or a declaration such as <!DOCTYPE html>. */
static const char *in_markup(struct html_context *c, char ch) {
	if (ch == '-') {
		c->window[2] = c->window[3];
		c->window[3] = ch; /* so that "<!-->" is one */
		if (++c->name_n == 2) c->state = IN_COMMENT;
		return NULL;
	}
	if (c->name_n) return "\"<!-\"";
	c->state = ch == '>' ? IN_TEXT : IN_DECLARATION;
	return NULL;
}

static const char *in_comment(struct html_context *c, char ch) {
	memmove(c->window, c->window + 1, 3);
	c->window[3] = ch;
	if (!memcmp(c->window + 1, "-->", 3) || !memcmp(c->window, "--!>", 4)) c->state = IN_TEXT;
	return NULL;
}

const char *context_literal(struct html_context *c, char ch) {
	switch (c->state) {
	case IN_TEXT:
		if (c->quiet[0]) return in_quiet(c, ch);
		if (ch == '<') c->state = AFTER_LESS;
		return NULL;
	case AFTER_LESS: return after_less(c, ch);
	case IN_TAG_NAME: return in_tag_name(c, ch);
	case IN_END_TAG: return ch == '>' ? end_of_tag(c) : blank(ch) ? NULL : "attributes in an end tag";
	case BETWEEN_ATTRIBUTES: return between_attributes(c, ch);
	case IN_ATTRIBUTE_NAME: return in_attribute_name(c, ch);
	case AFTER_ATTRIBUTE_NAME: return after_attribute_name(c, ch);
	case BEFORE_VALUE: return before_value(c, ch);
	case IN_DOUBLE_QUOTED: return in_quoted(c, ch, '"');
	case IN_SINGLE_QUOTED: return in_quoted(c, ch, '\'');
	case IN_UNQUOTED: return in_unquoted(c, ch);
	case AFTER_QUOTED:
		if (!blank(ch) && ch != '/' && ch != '>') return "no blank between two attributes";
		return between_attributes(c, ch);
	case IN_MARKUP: return in_markup(c, ch);
	case IN_COMMENT: return in_comment(c, ch);
	case IN_DECLARATION:
		if (ch == '>') c->state = IN_TEXT;
		return NULL;
	}
	return "a state that nobody knows";
}

/* ---- expressions ---- */

static const char *whole_url(struct html_context *c, enum escape_kind *kind) {
	if (c->value_begun) return "{= } inside a URL: only at its start; use {? } for a part, or build the URL in C";
	c->from_expression = true;
	*kind = ESCAPE_URL;
	return NULL;
}

static const char *in_attribute(struct html_context *c, bool query, enum escape_kind *kind) {
	if (ONE_OF(c->attribute, "srcset", "imagesrcset", "ping", "http-equiv")) return "an expression in this attribute";
	if (ONE_OF(c->tag, "animate", "set", "animatemotion", "animatetransform", "base", "object", "embed", "applet")) {
		return "an expression in an attribute of this element";
	}
	if (c->refreshes) return "an expression in <meta http-equiv>";
	c->tag_has_expression = true;
	const char *why = NULL;
	bool url = url_attribute(c->attribute);
	if (url && c->literal_data) return "an expression in a data: URL";
	if (query) {
		*kind = ESCAPE_QUERY;
		if (url && !c->past_scheme) {
			if (c->value_begun && !c->from_expression) return "{? } in what may become a URL's scheme; begin with a slash";
			c->from_expression = true;
		}
	} else if (url) {
		why = whole_url(c, kind);
	} else {
		*kind = ESCAPE_ATTRIBUTE;
	}
	c->value_begun = true;
	return why;
}

const char *context_expression(struct html_context *c, bool query, enum escape_kind *kind) {
	switch (c->state) {
	case IN_TEXT:
		if (c->closing) return "an expression inside what may become an end tag";
		if (raw_element(c->quiet)) return "an expression inside <script> or another element that shows no text";
		*kind = query ? ESCAPE_QUERY : c->quiet[0] ? ESCAPE_ATTRIBUTE : ESCAPE_TEXT;
		return NULL;
	case AFTER_LESS:
	case IN_TAG_NAME:
	case IN_END_TAG: return "an expression as a tag's name";
	case BETWEEN_ATTRIBUTES:
	case IN_ATTRIBUTE_NAME:
	case AFTER_ATTRIBUTE_NAME:
	case AFTER_QUOTED: return "an expression as an attribute's name; use % if for attributes that come and go";
	case BEFORE_VALUE:
	case IN_UNQUOTED: return "an expression in a value without quotes";
	case IN_DOUBLE_QUOTED:
	case IN_SINGLE_QUOTED: return in_attribute(c, query, kind);
	case IN_COMMENT: return "an expression in a comment";
	case IN_MARKUP:
	case IN_DECLARATION: return "an expression in a declaration";
	}
	return "a state that nobody knows";
}

/* ---- lines of C ---- */

const char *context_code(struct html_context *c) {
	if (c->state == AFTER_ATTRIBUTE_NAME || c->state == AFTER_QUOTED) c->state = BETWEEN_ATTRIBUTES;
	if (in_value(c) || c->state == BEFORE_VALUE) return "a line of C inside an attribute's value; use ?: in an expression";
	if (c->state == IN_TEXT && c->closing) return "a line of C inside what may become an end tag";
	if (c->state == IN_TEXT && !raw_element(c->quiet)) return NULL;
	return c->state == BETWEEN_ATTRIBUTES ? NULL : "a line of C where neither text nor an attribute can stand";
}

const char *context_end(const struct html_context *c) {
	if (c->state == IN_TEXT && !c->quiet[0]) return NULL;
	return "the template ends inside a tag, a comment or an element such as <title>";
}

bool context_keeps_blanks(const struct html_context *c) {
	return c->keep || in_value(c) || (c->state == IN_TEXT && c->quiet[0] && !ONE_OF(c->quiet, "title", "script"));
}

bool context_same(const struct html_context *a, const struct html_context *b) {
	if (a->state != b->state || strcmp(a->quiet, b->quiet) || a->keep != b->keep) return false;
	return a->state == IN_TEXT || (!strcmp(a->tag, b->tag) && a->refreshes == b->refreshes);
}

bool context_is_text(const struct html_context *c) {
	return c->state == IN_TEXT && !c->quiet[0];
}
