/* For clock*.c alone: the rows of the table clock. */
#pragma once
#include "hub/clock.h"
#include "lib/calendar/calendar.h"

#define DUTY_TO_AUTHORITY "regulatory"

/* How long a term is, and why. */
struct term {
	struct str span;       /* ISO 8601; "" its end was given */
	const char *days;      /* calendar, business, legal, "" */
	struct str basis;      /* as in the table */
};
struct clock_row {
	int64_t id, record;
	struct str name, place, title, subject, span, basis, state;
	unsigned audiences;
	moment started, due;
	enum clock_rung rung;
	bool put_off, running;
};

/* False where the span or its end is none. */
bool term_due(const struct calendar *c, moment start, const struct term *t, moment *out);

/* The newest of that name and place, running or not; *found. */
enum err_code clock_find(struct store *s, int64_t record, struct str name, struct str place, struct clock_row *out, bool *found) must_use;
/* One that runs, by its number. ERR_CONFLICT. */
enum err_code clock_read(struct store *s, int64_t record, int64_t id, struct clock_row *out) must_use;
enum err_code clock_insert(struct store *s, const struct clock_row *c, const struct term *t) must_use;
/* Another beginning, end and reason for one that runs or ran: it runs. Rungs that no longer hold are reached again. */
enum err_code clock_reset(struct store *s, const struct clock_row *c, moment started, moment due, const struct term *t, bool put_off) must_use;
enum err_code clock_end(struct store *s, const struct clock_row *c, moment at, bool fell_away) must_use;
enum err_code clock_reach(struct store *s, const struct clock_row *c, enum clock_rung rung) must_use;

/* The kind's clock of that name; NULL. */
const struct kind_clock *kind_clock_named(const struct kind *k, struct str name);
/* Who may know of a term of the kind's own. */
enum { CLOCK_AUDIENCES = PARTIES | OWNER | COORDINATORS };
