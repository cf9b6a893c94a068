/* Where in HTML a template stands, character by character, and which escaping an expression needs there.
 *
 * The states are those of the HTML standard's tokenizer (section 13.2.5), less what templates have no use for; that is
 * refused with words. Invariant: after an error the context must not be used any more. */
#pragma once
#include "base/base.h"

enum html_state {
	IN_TEXT, AFTER_LESS, IN_TAG_NAME, IN_END_TAG, BETWEEN_ATTRIBUTES, IN_ATTRIBUTE_NAME, AFTER_ATTRIBUTE_NAME,
	BEFORE_VALUE, IN_DOUBLE_QUOTED, IN_SINGLE_QUOTED, IN_UNQUOTED, AFTER_QUOTED, IN_MARKUP, IN_COMMENT, IN_DECLARATION,
};

struct html_context {
	enum html_state state;
	char quiet[16];     /* of <title>, <textarea>, <script> …: the element whose end tag ends its text; "" elsewhere */
	unsigned closing;   /* characters of "</quiet" that have matched */
	char tag[16];       /* the tag being read; names that are longer are cut, none of those matter */
	char attribute[24];
	char scheme[12];    /* what a URL value begins with, as long as it may be a scheme */
	char window[4];     /* the last characters of a comment or of what may become one */
	unsigned name_n;    /* characters of the tag's, attribute's or scheme's name so far */
	bool end_tag, value_begun, past_scheme, from_expression, literal_data, refreshes, tag_has_expression;
	unsigned keep;      /* open <pre>: blanks count */
};

enum escape_kind { ESCAPE_TEXT, ESCAPE_ATTRIBUTE, ESCAPE_URL, ESCAPE_QUERY };

/* Each gives NULL, or why it is refused. */
const char *context_literal(struct html_context *c, char ch);
/* An expression {= } (whole) or {? } stands here. */
const char *context_expression(struct html_context *c, bool query, enum escape_kind *kind);
/* A line of C stands here. */
const char *context_code(struct html_context *c);
/* The template ends here. */
const char *context_end(const struct html_context *c);

/* True where blanks must be kept as they are. */
bool context_keeps_blanks(const struct html_context *c);
/* Two ways lead to one place only if they agree on this. */
bool context_same(const struct html_context *a, const struct html_context *b);
bool context_is_text(const struct html_context *c);
