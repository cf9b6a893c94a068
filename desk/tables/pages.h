/* Decision tables as their templates want them, and the handlers. */
#pragma once
#include "desk/registry/pages.h"
#include "hub/decision.h"

/* ---- asked.c: a table's questions with some answers ---- */
struct asked_value {
	const struct decide_value *v;
	struct str id;                 /* of the field */
	bool checked, suggested;
};
struct asked_point {
	const struct decide_point *p;
	const struct asked_value *values;
	size_t n;
	bool answered, unknown, next;  /* unknown: not even suggested; next: the one to answer next */
	bool idle;                     /* not answered, and it makes no difference any more */
	int share;                     /* of neighbouring combinations, in hundredths, that this question tells apart */
	bool by_table;                 /* the hub has the table that works it out */
};
struct asked_turn {                /* another answer that would change the outcome */
	struct str point, value, outcome;
};
struct asked {
	const struct decide_table *t;
	const struct asked_point *points;
	size_t n;
	const struct decide_value *outcome; /* NULL: still open */
	struct str level;              /* of the outcome, 1 least to 4 most: for its look */
	struct str possible;           /* outcomes, in words */
	const struct decide_point *next;
	struct str vector;
	bool any;                      /* something is answered */
	const struct asked_turn *turns;
	size_t turns_n;
	struct str wrong;              /* what is wrong with an answer; "" nothing */
	bool suggested;                /* some answers are only suggested */
};
/* suggestions: {point: value} for what is not answered; NULL none. */
enum err_code asked_of(struct arena *a, const struct hub *h, const struct decide_table *t, const struct decide_given *g, const struct json *suggestions,
	struct asked *out, struct err *e) must_use;

/* ---- table_page.c ---- */
struct table_rule {
	const struct str *cells;
	struct str outcome;
};
struct table_card {
	const struct decide_table *t;
	bool builtin;
	struct str asks;               /* titles of its questions */
};
struct tables_page {
	const struct table_card *cards;
	size_t n;
};
struct table_page {
	const struct decide_table *t;
	struct asked q;
	bool builtin;
	const struct table_rule *rules;
	size_t rules_n;
	struct decide_monotony monotony;
	struct str *falls;             /* where more leads to less, in words */
	struct str kinds;              /* plurals */
};
route_fn show_tables, show_table, send_table;

/* ---- triage.c ---- */
struct decision_line {
	const struct decision *d;
	struct str at, level, answers; /* answers: in words */
};
struct decisions_part {            /* on a record's page and in a case's room */
	const struct decision_line *lines; /* the newest by each table */
	size_t n;
	struct str href;               /* where to decide, or to read them all */
	bool decides;                  /* the viewer may */
};
struct triage_page {
	const struct disclosed *r;
	struct line line;
	struct str path, csrf, done;
	const struct decision_line *decisions, *earlier;
	size_t decisions_n, earlier_n;
	bool decides;
	const struct decide_table **tables; /* to choose from */
	size_t tables_n;
	const struct decide_table *t;  /* chosen; NULL none */
	struct asked q;
	struct str note, wrong;
	const struct decision *before; /* the one that the answers come from; NULL none */
	bool outdated, worked;         /* before was made by another version; the answers were sent */
	size_t left_out;               /* answers of it that fit no more */
};
route_fn show_triage, take_triage;
/* NULL for who is told nothing of decisions, and where there are none and none can be made. */
enum err_code decisions_part(struct request *rq, const struct disclosed *r, const struct decisions_part **out, struct err *e) must_use;
