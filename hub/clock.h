/* Terms: started and stopped by the door in as a record enters the states that its kind's clocks name, with the end counted by the hub's days
 * (hub/working_days.h).
 *
 * How long: what the kind's file says for the record's tier, else for all; sooner where a policy that the record stands under promises sooner. A duty to an
 * authority runs from the moment when the party became aware (Regulation (EU) 2024/1689, Article 73(2) to (4): 15 days in general, 10 on a death, 2 on a widespread
 * infringement or harm to critical infrastructure), counted as Regulation (EEC, Euratom) No 1182/71 does, and is met by the first notice, which may be
 * completed later (paragraph 5, which sets no term for that). What shortens a term after it began shortens it from its beginning.
 *
 * The ladder: at three quarters of a term (remind, in [escalation]) whose duty it is is reminded; when it is over they and the coordinators are told; then, after the spans that
 * [escalation] in polder.conf gives, the hub's owners and its adjudicators, who learn that a term is over and nothing of the record unless they may read it.
 *
 * Each rung is reached once for each end that a term had, and in order. What was reached and when the next is due stand in the row and are written in one transaction with the event and the
 * notices, so neither a restart nor kill -9 makes a rung happen twice or never. A server that was down goes through what it missed, one rung after another; a
 * reminder that comes too late is left out. A clock that is set back makes the next rung later and repeats none; one that is set forward makes it sooner, which nobody
 * can tell from time that passed: then a coordinator puts the term off. */
#pragma once
#include "hub/change_store.h"

enum clock_rung { RUNG_NONE, RUNG_REMINDED, RUNG_OVERDUE, RUNG_OWNERS, RUNG_ADJUDICATORS };

/* A term ends with the last second of its last day: who acts in it is in time. */
static inline bool clock_over(moment due, moment at) { return at >= due + SECOND; }
/* When the rung after this one is due; 0 none is. */
moment clock_next(const struct hub_escalation *ladder, enum clock_rung reached, moment started, moment due);

/* ---- for the door in, in its transaction ---- */

/* The record came into its state. */
enum err_code clock_follow_state(struct store *s, const struct stored *r) must_use;
/* The record's body is this: duties to authorities. */
enum err_code clock_follow_body(struct store *s, const struct stored *r, struct str body) must_use;
/* It was linked: what it stands under, or what handles it, may have changed how long its terms are. */
enum err_code clock_follow_link(struct store *s, const struct stored *r, struct str rel) must_use;
/* Triage gave it a tier: what runs, on cases that handle it too, is counted anew from its beginning. */
enum err_code clock_retier(struct store *s, const struct stored *r, struct str tier) must_use;

/* ---- for desks, in the transaction of their act ---- */

struct clock_given {
	struct str name;      /* the same for all terms of this sort: statistics count by it. No name of a clock in the kind's file */
	struct str place;     /* of several of one name that run on a record at once: which; "" else */
	struct str title;     /* what must be done, for people */
	struct str subject;   /* whose duty: uid of a person or organization; "" the coordinators' */
	moment due;
	unsigned audiences;   /* 0: coordinators and who has the duty */
};
/* On a record of a kind whose lifecycle has clocks. ERR_EXISTS where one of that name and place runs. */
enum err_code clock_start(struct store *s, const struct stored *r, const struct clock_given *c) must_use;
/* It is met, or fell away. Nothing happens where none runs. */
enum err_code clock_stop(struct store *s, const struct stored *r, struct str name, struct str place, bool fell_away) must_use;
/* Gives what runs another end. */
enum err_code clock_put_off(struct store *s, const struct stored *r, struct str name, struct str place, moment due) must_use;

/* The same for the terms of the kind's own that began in the state in which the record is. */
enum err_code clock_put_off_here(struct store *s, const struct stored *r, moment due) must_use;

/* ---- the runner ---- */

/* Reaches the rungs that are due, as the actor "hub". */
enum err_code clock_run(struct hub *h, struct db *db, struct err *e) must_use;
