/* What the disclosure desk does, in numbers that anyone may see: aggregates over all records, confidential ones included, of which nothing leaves but these.
 *
 * Invariant: no number between 1 and 4 is published, nor can one be computed from what is. Such a cell is withheld, and with it others of its table, the smallest
 * first, until those withheld are at least two and make up at least five together: whoever knows the sum of the whole table from elsewhere learns of the
 * withheld cells only that sum. Where that can't be reached the table is withheld whole. Medians need five values. What a source database told is not counted: it was
 * not received here.
 *
 * They are worked out once a day and kept, so that two looks a minute apart tell nothing of a report that came in between. */
#pragma once
#include "hub/disclose.h"

enum { STATISTIC_LEAST = 5 };

struct statistic_cell {
	struct str label;
	int64_t n;                 /* -1: withheld */
};
struct statistic {
	struct str name, title, unit; /* unit: "" a count; "days" */
	struct statistic_cell *cells;
	size_t n;
	bool withheld;             /* some are */
};
/* In order of the page; *at: when they were worked out, 0 not yet. */
enum err_code disclose_statistics(const struct disclosing *d, struct statistic **out, size_t *n, moment *at, struct err *e) must_use;

/* Works them out where that was last done a day ago or longer, or `anyway`. By the hub itself, or whoever may read its folder. */
enum err_code statistics_run(struct hub *h, struct db *db, bool anyway, struct err *e) must_use;

/* The rule above, on counts: hidden[i] says which are withheld. For tests too. */
void statistics_withhold(const int64_t *counts, size_t n, bool *hidden);
