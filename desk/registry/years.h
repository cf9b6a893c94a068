/* Records by year: as a chart on pages, as CSV and JSON at /charts/by-year.csv and .json. What is counted is narrowed as lists are. */
#pragma once
#include "desk/registry/chart.h"
#include "desk/registry/filters.h"

struct years_request {
	const char *id;                    /* of the chart */
	struct str title;                  /* "" it is made from what is counted */
	const struct kind *kind;           /* NULL: all, stacked */
	const struct list_filter *filters; /* a year among them is marked, not narrowed by */
	size_t filters_n;
};
/* chart.n is 0 where there are fewer than two years to compare. */
enum err_code years_chart(const struct disclosing *d, const struct years_request *r, struct chart *out, struct err *e) must_use;

route_fn show_years_csv, show_years_json;
