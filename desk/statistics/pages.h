/* Statistics as their template wants them, and the handlers. */
#pragma once
#include "desk/registry/pages.h"
#include "hub/statistics.h"

struct statistic_row {
	struct str label, number;
	int width;                 /* of the bar, 0 … 300 */
	bool withheld;
};
struct statistic_shown {
	const struct statistic *s;
	const struct statistic_row *rows;
};
struct statistics_page {
	struct str at;
	const struct statistic_shown *items;
	size_t n;
	bool desk;                 /* the viewer is a coordinator */
};
route_fn show_statistics, show_statistics_csv, api_statistics;
