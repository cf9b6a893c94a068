/* Charts over years or quarters, as SVG that the server draws: no style attributes, since the content policy forbids them. Columns, one for each year;
 * several series are stacked, or stand side by side where their sum means nothing. The same numbers stand beside it in a table, and can be fetched.
 *
 * Each chart is drawn twice, for wide and for narrow windows, and the style sheet shows one: letters keep a readable size in both, and since
 * both say their proportions nothing moves while a page loads. Generic: what is counted is the caller's (years.h). */
#pragma once
#include "http/html.h"

enum { CHART_SERIES = 5 };

struct chart_column {
	struct str label, url;           /* url: the records behind all of it; "" none */
	int64_t n[CHART_SERIES], total;  /* total: the height of the column */
	struct str urls[CHART_SERIES];   /* the records behind each part; "" none */
	struct str said[CHART_SERIES];   /* n in words, for the table and the pointer; "" the number */
	bool here;                       /* the page shows just these */
};
struct chart {
	const char *id;                  /* unique on the page */
	struct str title, description;   /* "Incidents by year"; a sentence with what can be seen */
	struct str label_head;           /* head of the table's first column: "Year" */
	struct str series[CHART_SERIES]; /* what is counted */
	size_t series_n;
	bool beside;                     /* not stacked */
	const struct chart_column *columns; /* that are drawn, without gaps */
	size_t n;
	const struct chart_column *rows;    /* of the table: those that are not empty, the last first */
	size_t rows_n;
	struct str note;                 /* what is not drawn; "" nothing */
	struct str csv, json;            /* where the numbers can be fetched */
};

/* One of the two drawings. */
struct chart_shape {
	const char *class;
	int width, height, right, foot, head;
};
extern const struct chart_shape chart_wide, chart_narrow;

struct chart_place {
	int x, y, width, height, middle;
};
/* The part of a column, and the whole height above a column's label, for the pointer. */
struct chart_place chart_part(const struct chart *c, const struct chart_shape *s, size_t column, size_t series);
struct chart_place chart_slot(const struct chart *c, const struct chart_shape *s, size_t column);
/* Whether a column's label has room; the last always has one. */
bool chart_labelled(const struct chart *c, const struct chart_shape *s, size_t column);

/* Where the columns begin: right of the numbers of the lines. */
int chart_left(const struct chart *c);
/* Lines across, from 0 to a round number at or above the largest. */
enum { CHART_LINES = 5 };
struct chart_line {
	int64_t n;
	int y;
};
size_t chart_lines(const struct chart *c, const struct chart_shape *s, struct chart_line out[CHART_LINES]);
