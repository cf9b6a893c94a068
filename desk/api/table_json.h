/* Decision tables and decisions as JSON: one form for the API and for the command line's --json. */
#pragma once
#include "hub/decision.h"

/* {table, version, title, description, kinds, tiers, builtin, points, outcomes, combinations}; the whole: also source, what points and outcomes say,
 * rules, exceptions, monotony. */
void table_json(struct json_writer *w, const struct hub *h, const struct decide_table *t, bool whole);
/* {table, version, vector, values, outcome, tier, possible, open, next} */
void answer_json(struct json_writer *w, struct arena *a, const struct decide_table *t, const struct decide_given *g);
/* {id, table, title, version, at, by, vector, values, outcome, tier, note, current, outdated} */
void decision_json(struct json_writer *w, const struct decision *d);
