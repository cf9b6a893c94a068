/* Statistics that anyone may see, over all reports, cases and disputes of the hub, the confidential ones too: so only aggregates leave.
 *
 * Invariants: every count is in fives (hub/fives.h); a percentile needs values enough (five for the median, ten for the 90th, which of fewer would be the slowest one's own) and is
 * rounded up to one of few steps; what says of itself that it is a share is worked out from published counts alone. Case, party, term and dispute count only where no
 * embargo is open, proposed or to be revised on the case, or on a case that theirs is linked with: of such a case nothing counts but that reports were received. An organization is named only
 * where its record is public and at least five cases are counted against it; rows of names stand in the order of the names, not of their numbers.
 *
 * Several tables count the same things, so whoever adds up one learns something of the others' sums: if every type had 4 reports and one state all 20, the numbers of the
 * states would give away those of the types. So in each table one sort of thing is never told (reports without a type, severity or tier, those that were taken back, cases that
 * were merged, embargoes that ended otherwise): how many there are nobody knows, and no table says of how many things it is. A lower bound is all that one table gives another,
 * and a lower bound can be met by what is not told.
 *
 * All of it is worked out once a day, as things stood at STATISTICS_HOUR (UTC), and kept in the table `statistic`: two looks at it within a day show the same,
 * whatever happened between them. Only the newest is kept. */
#pragma once
#include <stdatomic.h>

#include "hub/disclose.h"

enum { STATISTICS_HOUR = 3 };

enum statistics_unit { STATISTICS_COUNT, STATISTICS_HOURS, STATISTICS_DAYS, STATISTICS_PERCENT };
enum { STATISTICS_NONE = -1 }; /* a value that is not told: a count of fewer than five, or a percentile of too few */

struct statistics_column {
	struct str name, title;
	enum statistics_unit unit; /* hours and days: at most so many */
};
struct statistics_row {
	struct str name, title;    /* 2026-Q3, a state's name, an organization's uid */
	int64_t *values;           /* one a column */
};
struct statistics_table {
	struct str name, title, text;
	struct str label;          /* head of the first column */
	bool quarters;             /* its rows are quarters, the oldest first, without those before the first that tells something; of counts a last one, "all", is the sum */
	struct statistics_column *columns;
	size_t columns_n;
	struct statistics_row *rows;
	size_t rows_n;
};
struct statistics {
	moment as_of;              /* 0: not worked out yet */
	struct statistics_table *tables;
	size_t n;
};

/* As it was last worked out: the same for every viewer. */
enum err_code disclose_statistics(const struct disclosing *d, struct statistics *out, struct err *e) must_use;
/* The table of that name alone (ERR_NOT_FOUND); all for "". */
enum err_code disclose_statistics_table(const struct disclosing *d, struct str table, struct statistics *out, struct err *e) must_use;
const struct statistics_table *statistics_find(const struct statistics *s, struct str table);
const char *statistics_unit_name(enum statistics_unit unit);
/* "15", "3 days", "40 %", "–" */
struct str statistics_words(struct arena *a, enum statistics_unit unit, int64_t value);

/* The one form as data, of API and command line; and as CSV (RFC 4180), where what is not told is empty: one table, or all of them in one, a row a value. */
void statistics_json(struct json_writer *w, const struct statistics *s);
void statistics_csv(struct buf *out, const struct statistics_table *t);
void statistics_csv_all(struct buf *out, const struct statistics *s);

/* For chores: works them out when the hour has come. ERR_CANCELLED when *stop turns true meanwhile. */
enum err_code statistics_run(struct hub *h, struct db *db, const atomic_bool *stop, struct err *e) must_use;
/* As things stand now, for the operator and coordinators (ERR_FORBIDDEN); stop as above, or NULL. Whoever compares them with those of the hour before learns what happened in between, in fives. */
enum err_code statistics_renew(struct hub *h, const struct disclosing *d, const atomic_bool *stop, struct err *e) must_use;

/* disclose_statistics.c, for statistics.c. */
enum err_code disclose_aggregates(struct hub *h, struct db *db, struct arena *a, moment as_of, const atomic_bool *stop, struct statistics *out,
	struct err *e) must_use;
