/* Terms: started and stopped by the door in as a record enters the states that its kind's clocks name, with the end counted by the hub's days
 * (hub/working_days.h). A tier or a policy may shorten them; a duty to an authority runs from the moment when the party became aware (Regulation (EU)
 * 2024/1689, Article 73(2) to (4): 15 days in general, 10 on a death, 2 on a widespread infringement or harm to critical infrastructure), counted as
 * Regulation (EEC, Euratom) No 1182/71 does, and is met by the first notice, which may be completed later.
 *
 * The ladder: at three quarters of a term whose duty it is is reminded; at its end it is overdue, and coordinators are told; then, after the spans that
 * [escalation] in polder.conf gives (owners, adjudicators; three and seven days), the hub's owners and its adjudicators, by mail that names the term
 * and no more. Each rung is reached once and in order, however long the server was down; the moments stand in the database, so neither a restart nor a clock that
 * is set back or forward makes one happen twice or never. */
#pragma once
#include "hub/change_store.h"

enum clock_rung { RUNG_NONE, RUNG_REMINDED, RUNG_OVERDUE, RUNG_OWNERS, RUNG_ADJUDICATORS };

/* ---- for the door in, in its transaction ---- */

/* The record came into its state. */
enum err_code clock_follow_state(struct store *s, const struct stored *r) must_use;
/* The record's body is this: duties to authorities. */
enum err_code clock_follow_body(struct store *s, const struct stored *r, struct str body) must_use;
/* Triage gave it a tier: what runs is counted anew from its beginning. */
enum err_code clock_retier(struct store *s, const struct stored *r, struct str tier) must_use;

/* ---- the runner ---- */

/* Reaches the rungs that are due, as the actor "hub". */
enum err_code clock_run(struct hub *h, struct db *db, struct err *e) must_use;
