/* A small bar chart as SVG, drawn by the server: no style attributes, since the content policy forbids them. The
 * numbers stand beside it in a table. */
#pragma once
#include "http/html.h"

struct chart_bar {
	struct str label, url;
	int64_t n;
};
struct chart {
	const char *title;      /* what a bar counts: "Incidents by year" */
	const char *label_head, *n_head; /* heads of the table */
	const struct chart_bar *bars;
	size_t n;
};

enum { CHART_WIDTH = 1000, CHART_HEIGHT = 220 };

/* Where a bar stands, in the units of the picture. */
struct chart_place {
	int x, y, width, height, middle;
};
struct chart_place chart_place(const struct chart *c, size_t i);
/* Round number at or above the largest: the top of the picture. */
int64_t chart_top(const struct chart *c);
