/* What was decided about a record by decision tables (hub/table.h), as one viewer may know it; made by the act "triage.decide" (hub/triage.c).
 *
 * Who sees what: coordinators all; the owner and parties what was decided, by which answers and when, but not the note; who is only asked in and the
 * public: nothing, there being an advisory for them. */
#pragma once
#include "hub/disclose.h"
#include "hub/table.h"

struct decision_answer {
	struct str point, value;            /* as words: today's titles where they are known, else the names */
};
struct decision {
	int64_t id;                         /* event */
	struct str table, title, version;
	struct str vector;
	const struct json *values;          /* names */
	const struct decision_answer *answers;
	size_t answers_n;
	struct str outcome, outcome_title, tier;
	struct str note;                    /* coordinators; "" none */
	struct str by;                      /* name, as the viewer may know it */
	moment at;
	bool current;                       /* the newest by its table */
	const struct decide_table *now;     /* the hub's table of that name; NULL where there is none any more */
	bool outdated;                      /* that has another version, or is gone */
};
/* Newest first, at most 200. Nothing for who may not know. */
enum err_code disclose_decisions(const struct disclosing *d, const struct disclosed *r, struct decision **out, size_t *n, struct err *e) must_use;
/* The tier that the newest decision gave that gives one; NULL none among them. */
const struct decision *decision_of_tier(const struct decision *all, size_t n);

/* What a record's own words suggest as answers to a table's questions, for whoever reads that body: {point: value}, names. Only hints: severity, prevalence,
 * kinds of harm and exploitation as a report or case names them. NULL none. */
const struct json *decision_suggestions(struct arena *a, const struct decide_table *t, const struct json *body);
