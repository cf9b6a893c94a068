/* Forms from kinds: a body as questions, and answers as a body. No HTTP and no database in it.
 *
 *     body ──form_questions──▶ questions ──a page──▶ answers ──form_read──▶ body
 *
 * Invariant: answers that were made from a body's questions (form_answers) and not changed give an equal body, whatever the
 * body holds: what no control can carry unchanged is kept as JSON in a hidden field, shown as it is, and may be taken out.
 *
 * Names of answers are JSON pointers into the body ("/systems/0/name"); an array's index only gives the order, gaps
 * close. Some places need more than one control, and say so before the pointer:
 *
 *     kept:/x          the value as JSON, for what is not asked now; a control of /x that is filled in wins over it
 *     order:/x         of checkboxes: the order in which they stood, as a JSON array
 *     date:/x time:/x zone:/x   parts of a moment; without zone:/x the member "time_zone" beside it is the zone
 *     key:/map/0       the name under which /map/0 stands in a map
 *     open:/x          the reader asked to change what would be kept closed
 *
 * Empty text is an absent member, and what holds only absent members is absent itself. Text that is no value of its
 * place (a number "abc") stays as it was typed in `raw`, with an error in words, and shows again. Names that begin with
 * '_' and "csrf" belong to the page and are passed over. */
#pragma once
#include "desk/forms/plan.h"

enum { FORM_ROWS_OPEN = 25, FORM_CONTROLS = 1500, FORM_NESTING = 24, FORM_ERRORS = 60, FORM_INDEX = 100000 };

struct answer {
	struct str name, value;
};

struct form_error {
	struct str where;          /* pointer; "" the whole form */
	struct str words;
};

struct filled {
	const struct plan *plan;
	struct arena *a;
	const struct json *body;   /* an object; canonical order */
	struct map raw;            /* name of an answer → its struct str *, where it is no value */
	struct map open;           /* pointers that are to be open */
	struct map blank;          /* pointers of arrays and maps that show an empty row at their end */
	struct form_error *errors;
	size_t errors_n;
	struct str acted;          /* where the action was done: the page goes there */
};

/* An empty form. */
enum err_code form_begin(const struct plan *p, struct arena *a, const struct json *body, struct filled *out, struct err *e) must_use;

/* action: "add:/systems", "remove:/systems/1", "up:/systems/1", "down:…", "open:/references/30", "drop:/x" (what is kept),
 * or anything else, which does nothing here. Errors of single answers are in out->errors; ERR_TOO_LARGE and ERR_MEMORY
 * are of the whole. */
enum err_code form_read(const struct plan *p, struct arena *a, const struct answer *answers, size_t n, struct str action,
	struct filled *out, struct err *e) must_use;

/* The pointer's last step for names with '/' and '~'. */
struct str form_escaped(struct arena *a, struct str name);

/* Fills in what the other answers decide: a choice of which the schema's conditions leave one. */
void form_settle(struct filled *f);
/* The body against the kind's schema; adds errors in words. True when nothing is wrong, with what form_read found too. */
bool form_check(struct filled *f);
void form_error(struct filled *f, struct str where, struct str words);

/* ---- questions ---- */

enum question_sort {
	ASK_TEXT, ASK_URL, ASK_EMAIL, ASK_DATE, ASK_NUMBER, ASK_ZONE, /* one line */
	ASK_LINES, ASK_MARKDOWN, ASK_LIST,    /* several lines; ASK_LIST: one item a line */
	ASK_CHOICE, ASK_SELECT, ASK_CHOICES,  /* radio, select, checkboxes */
	ASK_BOOLEAN,                          /* yes, no, not said */
	ASK_TICK,                             /* one checkbox: yes or not said */
	ASK_MOMENT,                           /* date, time, zone */
	ASK_GROUP,                            /* questions below it */
	ASK_ROWS, ASK_MAP,                    /* rows below it, each an ASK_GROUP or a single question */
	ASK_FIXED,                            /* follows from other answers: text, sent along */
	ASK_KEPT,                             /* a value that is not asked, sent along as JSON */
};

struct question_choice {
	struct str value, words, id;
	bool chosen;
};

struct question {
	enum question_sort sort;
	struct str name;           /* of the control: a pointer */
	struct str place;          /* in the body; not the name below a map, whose rows are counted */
	struct str id, help_id, error_id; /* in the page */
	struct str title, help, error;
	struct str described;      /* ids of what describes it: help, readers, error */
	struct str value;          /* of a line or lines; of ASK_KEPT and ASK_FIXED in words */
	struct str json;           /* ASK_KEPT, ASK_FIXED: as sent; ASK_CHOICES: their order, "" the usual one */
	struct str hollow;         /* a value that is there and empty, such as []: kept while nothing is filled in; "" none */
	bool as_text;              /* ASK_MOMENT: what was typed is no date or time that a picker could show */
	struct str date, time, zone, zone_name; /* ASK_MOMENT; zone_name: the name of the zone's control, "" none */
	struct str key;            /* a row of a map: its name */
	const struct question_choice *choices;
	size_t choices_n;
	struct question *items;
	size_t n;
	size_t most;               /* characters; 0: any */
	bool required;
	struct str needed;         /* "Submit": the move that needs it; "" none */
	struct str readers;        /* who reads it, where it is not public and nothing above says so; "" public */
	bool decides;              /* others are asked or not by its value */
	bool tags;                 /* ASK_LIST: commas separate too */
	struct str row;            /* ASK_ROWS, ASK_MAP: what one is called */
	bool is_row, first, last;  /* buttons to move and remove */
	bool map_row;
	bool folded, wrong;        /* wrong: an error here or below */
	bool blank;
	bool can_open;             /* ASK_KEPT: may be changed when asked for */
	bool not_asked;            /* ASK_KEPT: was asked before, and is not any more */
	bool silent;               /* ASK_KEPT: nothing is shown of it */
	struct str add;            /* ASK_ROWS, ASK_MAP: words of the button; "" no more may be added */
	size_t rare;               /* ASK_GROUP: the items from here on stand folded; 0: none */
};

struct question_section {
	struct str title, help, id;
	struct question *items;
	size_t n;
	size_t rare;               /* the items from here on stand folded; 0: none */
	bool folded, wrong;
};

struct questions {
	struct question_section *sections;
	size_t n;
	struct question *rest; /* kept, of no section */
	size_t rest_n;
	bool more;                 /* some sections wait for answers */
	const struct form_error *errors; /* `where` is the id of a control in the page, or "" */
	size_t errors_n;
	bool zones;                /* some question takes a time zone */
};

struct asking {
	unsigned roles;            /* enum role: sections for coordinators are asked of them */
	struct str state;          /* of the record: which moves are near; "" the first */
	size_t rows;               /* of a table that stand open; 0: FORM_ROWS_OPEN */
};
enum err_code form_questions(struct filled *f, const struct asking *as, struct questions *out, struct err *e) must_use;
/* What a browser would send of them, in their order. */
enum err_code form_answers(const struct questions *q, struct arena *a, struct answer **out, size_t *n, struct err *e) must_use;

/* The id of the control of a place. */
struct str form_id(struct arena *a, struct str pointer);
