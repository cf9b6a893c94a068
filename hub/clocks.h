/* Terms as a viewer may know them (hub/clock.h): of one record, or all that run. */
#pragma once
#include "hub/clock.h"
#include "hub/disclose.h"

struct disclosed_clock {
	int64_t id;
	struct glimpse record;     /* in lists */
	struct str name, title, description; /* title: what must be done */
	struct str whose;          /* name; "" the coordinators' */
	moment started, due, stopped;
	struct str span, days, state;
	enum clock_rung rung;
	bool running, overdue;     /* overdue: its end has passed while it runs */
};
/* Those of a record, running ones first, the earliest end first. For coordinators, owners and parties; nothing for others. */
enum err_code disclose_clocks(const struct disclosing *d, const struct disclosed *r, struct disclosed_clock **out, size_t *n, struct err *e) must_use;
/* All that run and end before a moment (0: all), the most urgent first, at most 500; for coordinators. ERR_FORBIDDEN. */
enum err_code disclose_running(const struct disclosing *d, moment before, struct disclosed_clock **out, size_t *n, struct err *e) must_use;

/* For statistics, inside the hub: raw. Closed terms of one name. */
struct clock_tally {
	struct str kind, name;
	int64_t met, late, running, overdue;
};
enum err_code clock_tallies(struct db *db, struct arena *a, struct clock_tally **out, size_t *n, struct err *e) must_use;
