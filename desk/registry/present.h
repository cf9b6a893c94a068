/* A body as a person reads it: sections from the kind's layout, values in the form that suits them.
 *
 * The form comes from schema, layout and value alone, so a kind that is added at run time reads as well as a built-in
 * one. The common definitions that stand for something special (references, events of a timeline, classifications …)
 * have forms of their own. Bounded: at most PRESENT_ITEMS of an array are shown, PRESENT_DEPTH levels of nesting, and of a whole body
 * PRESENT_BYTES of text: a page fits 60 kB on the way even where a text does not shrink. */
#pragma once
#include "desk/registry/describe.h"
#include "http/html.h"

enum {
	PRESENT_ITEMS = 100,
	PRESENT_DEPTH = 6,
	PRESENT_BYTES = 72 << 10,
	SHOWN_OPEN = 10, /* cards that stand open, the rest is folded away */
};

enum shown_as {
	SHOWN_TEXT,       /* a word or a line */
	SHOWN_LONG,       /* text of more than a line: text, line ends kept */
	SHOWN_MARKUP,     /* html */
	SHOWN_LINK,       /* text, url */
	SHOWN_DATE,       /* text, datetime in `url` */
	SHOWN_CHIPS,      /* items: texts */
	SHOWN_LIST,       /* items */
	SHOWN_TABLE,      /* columns; items are cells, row by row */
	SHOWN_GROUP,      /* items with labels */
	SHOWN_CARDS,      /* items, each a group */
	SHOWN_FOLDED,     /* items with labels, each folded away */
	SHOWN_REFERENCES, /* items: text, url, note; items[0] is an archived copy */
	SHOWN_TIMELINE,   /* items: label (date), datetime in `note`, text, items[0] a link */
	SHOWN_CLASSES,    /* items: label (scheme), items: text, code in `label`, url, note */
};

struct shown {
	enum shown_as as;
	struct str label, help;
	struct str text, url, note;
	struct safe_html html;
	const struct shown *items;
	size_t n;
	const struct str *columns;
	size_t columns_n;
	size_t more;      /* items that were left out */
	bool cut;         /* the text goes on */
	bool wordy;       /* a table of sentences, which a narrow screen shows row by row */
	bool nothing;     /* an empty cell */
	bool in_line;     /* short enough for a list of facts */
	bool unlabelled;  /* the heading above says it already */
};

struct shown_section {
	struct str title, anchor;
	const struct shown *fields;
	size_t n;
};

struct reading; /* the layouts of all kinds, made once */

/* ERR_INVALID for a `when` in a layout that is no schema. Lives in the arena and as long as the hub. */
enum err_code reading_new(struct arena *a, const struct hub *h, struct reading **out, struct err *e) must_use;

/* The sections of a body that have something to show. What stands in the head of the page (headline, summary, other
 * names) is left out. */
void present_body(const struct reading *r, const struct kind *kind, const struct json *body, struct arena *a,
	struct shown_section **out, size_t *n);
/* The sentence for the head of the page; "" when the sections say the same. */
struct str present_summary(const struct reading *r, const struct kind *kind, const struct json *body);
/* One value, by what its schema says; label is the title. */
struct shown present_value(
	const struct describing *d, struct arena *a, const struct described *of, const struct json *v);
/* fit.c. Cuts what is to be shown to what is left of the page, and takes that away. */
void present_fit(struct shown *s, size_t *left);
struct str present_cut(struct str text, size_t *left, bool *cut);
/* A value in one line, for differences and titles; at most `most` bytes. */
struct str present_line(struct arena *a, const struct described *of, const struct json *v, size_t most);
