/* What the two halves of the AIID reader share: aiid.c makes incidents of the tables, aiid_classes.c reads the classifications. */
#pragma once
#include "format.h"
#include "lib/csv/csv.h"

struct mapped; /* aiid_classes.c */

struct column {
	struct str name;
	const struct mapped *mapped;  /* our field that asks for it; NULL none */
	size_t snippets, discussion;  /* columns that belong to its answer; STR_NONE: none */
	bool aside;                   /* it is such a column */
};

struct table {
	struct str file;
	struct csv_row header;
	struct column *columns;
};

struct row {
	const struct table *table;
	const struct str *fields;
	size_t number;
	struct row *next;
};

struct rows {
	struct row *first, **last;
	size_t n;
};

struct incident {
	const struct row *row;
	struct str id;
	struct draft *draft;
	const struct json *body;
	struct json_builder extra;
	struct rows classes;
	struct str duplicate_of;   /* "" none */
	struct row *found_to_be;   /* rows that say that another number is this incident, a list */
};

/* One call of the reader. */
struct aiid {
	struct drafts *d;
	struct arena *a;
	struct rows incidents, classes, duplicates;
	struct map by_id;
	bool has_incidents; /* a table of them, though it may be empty */
	bool whole;         /* all tables that the database gives away */
};

/* "" where the table has no such column; else without blanks at the ends. */
struct str aiid_cell(const struct row *r, struct str column);

/* What the columns of a classification mean; NULL when memory is out. */
struct column *aiid_columns(struct arena *a, const struct csv_row *header);
/* Adds a classification's row to the body of its incident, and links. */
void aiid_classify(struct aiid *g, struct incident *in, const struct row *r);
