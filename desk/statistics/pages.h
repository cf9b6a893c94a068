/* Statistics as their template wants them, and the handlers. */
#pragma once
#include "desk/registry/chart.h"
#include "desk/registry/pages.h"
#include "hub/statistics.h"

enum { STATISTICS_SEGMENTS = 4 };

/* A row of a table that is not over quarters, with a bar above its numbers. */
struct statistic_row {
	struct str title;
	const struct str *words;   /* one a column */
	const bool *told;          /* the same: whether words says something */
	bool drawn;                /* there is a bar */
	int width[STATISTICS_SEGMENTS]; /* of the parts of the bar, together 0 … 300 */
};
struct statistic_shown {
	const struct statistics_table *t;
	struct str group;          /* a heading before it; "" none */
	struct chart chart;        /* over quarters; n 0: it has rows */
	const struct statistic_row *rows; /* those that tell something */
	size_t rows_n;
	struct str untold;         /* titles of the others */
	size_t segments;           /* of each bar; 0 there is none */
};
struct statistics_page {
	struct str at;             /* "" not worked out yet */
	const struct statistic_shown *items;
	size_t n;
	struct str untold;         /* titles of tables that tell nothing yet */
	struct str csrf;           /* "": the viewer may not work them out anew */
	bool renewed;
};
route_fn show_statistics, show_statistics_csv, renew_statistics;
