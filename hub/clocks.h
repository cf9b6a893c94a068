/* Terms as a viewer may know them (hub/clock.h): of one record, or all that run.
 *
 * A record's terms are for its coordinators, its owner and its parties; a duty to an authority is for whoever may read that part of the body; one that is
 * somebody's alone is for them, the owner and coordinators. Why a term is shorter by triage, and how far it went up the ladder, is for coordinators. */
#pragma once
#include "hub/clock.h"
#include "hub/disclose.h"

struct disclosed_clock {
	int64_t id;
	struct glimpse record;     /* in lists */
	struct str name, title, description; /* title: what must be done */
	struct str whose;          /* name of who alone has the duty; "" all who have this role: */
	struct str who;            /* coordinator, owner, party, panel … */
	moment started, due, stopped;
	struct str span, days, state;
	struct str basis;          /* what gives the span: "" the kind's file; tier:high, policy:UID, law:73(2) (of Regulation (EU) 2024/1689), entry, hand */
	struct str policy;         /* what that policy is called; "" */
	enum clock_rung rung;
	bool running, overdue;     /* overdue: its end has passed while it runs */
	bool put_off;
};
/* Those of a record, running ones first, the earliest end first. */
enum err_code disclose_clocks(const struct disclosing *d, const struct disclosed *r, struct disclosed_clock **out, size_t *n, struct err *e) must_use;

enum { CLOCKS_MOST = 500 };
struct running_request {
	bool overdue;              /* those alone whose end has passed */
	moment until;              /* those that end until then; 0 all */
	bool mine;                 /* those that are the coordinators' to keep, or the viewer's own or their organization's */
};
/* What runs on all records, the most urgent first, at most CLOCKS_MOST; for coordinators. ERR_FORBIDDEN. */
enum err_code disclose_running(const struct disclosing *d, const struct running_request *q, struct disclosed_clock **out, size_t *n, struct err *e) must_use;
