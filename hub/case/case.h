/* What moves in a case beside its body, as the door in works on it. Faces read it through hub/room.h.
 *
 * Who is asked in while an embargo is proposed or holds reads the case's title and the embargo's terms and nothing else (audience `invited`) until they
 * consent; then, or where there is no embargo, they become a party of the case and of the reports that it handles (reports of other finders too, but a
 * finder becomes party of no report but their own). */
#pragma once
#include "hub/act_private.h"
#include "hub/case/machine.h"

struct participant {
	struct str subject, part, duty, alias, access, reason;
	bool supplies;
	char report_state, consent;
	moment report_since, consent_since;
	moment aware, fix_ready, fix_deployed;
	moment asked, notified, answered;
	int64_t statement;
};
/* ERR_NOT_FOUND. */
enum err_code participant_read(struct store *s, int64_t record, struct str subject, struct participant *out) must_use;
enum err_code participant_write(struct store *s, int64_t record, const struct participant *p) must_use;
enum err_code participant_list(struct store *s, int64_t record, struct participant **out, size_t *n) must_use;
enum { PARTICIPANTS = 1000 };

/* For whom the actor does it: the participant named in the argument "for", which must be the actor, an organization of theirs, or anybody where the
 * actor is a coordinator; without it the one that the actor stands for. Notes in the detail whom it was done for, and that they answered unless a
 * coordinator did it for them. ERR_FORBIDDEN, ERR_INVALID with e->where "for". */
enum err_code acting_participant(struct acting *x, struct participant *out) must_use;
/* Likewise, or the coordinators as such (out->subject ""). */
enum err_code acting_participant_or_hub(struct acting *x, struct participant *out) must_use;
/* Lets a participant read the case and its reports: party rows, notified, received, aware. */
enum err_code participant_let_in(struct acting *x, struct participant *p) must_use;
/* Moves of the machines, with since. */
enum err_code participant_consent(struct acting *x, struct participant *p, const char *by) must_use;
enum err_code participant_report(struct acting *x, struct participant *p, const char *by) must_use;

struct case_state {
	char embargo;              /* EM */
	moment until, since, exited;
	struct str zone, exit_reason;
	int64_t proposal;
	moment public_aware, exploit_public, attacks_observed;
	unsigned confirmed;        /* set of enum case_fact */
};
/* N and nothing where there is no row. */
enum err_code case_state_read(struct db *db, struct arena *a, int64_t record, struct case_state *out, struct err *e) must_use;
enum err_code case_state_write(struct store *s, int64_t record, const struct case_state *c) must_use;

/* A task whose text stands in an event; subject "": the coordinators'. due 0: none. */
enum err_code task_put(struct store *s, int64_t record, int64_t event, struct str subject, moment due) must_use;
/* Ends an embargo that is active or under revision, withdraws one that is proposed; consents are reset. */
enum err_code embargo_end(struct acting *x, struct case_state *c, struct str reason) must_use;
/* Until when an embargo keeps a record from being public: its own, or that of a case that handles, publishes or is named by it. 0: none. */
enum err_code embargo_holds(struct db *db, int64_t record, moment *until, struct err *e) must_use;

/* ---- check.c: what kinds can't say ---- */

/* What a case or something of a case must fulfil before a move. For all records; public_then: the state that follows is public. */
enum err_code case_check_move(struct store *s, const struct stored *r, struct str move, bool public_then) must_use;
/* The hub publishes by a case's plan what the plan names: so only coordinators, who may publish themselves, write the plan ("/publication", links
 * "publishes"). old is NULL at a creation. ERR_FORBIDDEN. */
enum err_code case_check_body(const struct kind *kind, unsigned roles, const struct json *old, const struct json *fresh, struct err *e) must_use;
enum err_code case_check_link(const struct kind *kind, unsigned roles, struct str rel, struct err *e) must_use;

/* ---- publication.c: what the end of an embargo publishes ---- */

/* Keeps the plan of a case at hand for publication_run, whenever its body was written. Nothing for other kinds. */
enum err_code publication_follow(struct store *s, const struct stored *r, struct str body) must_use;
/* An embargo has ended: there is something to do, or to say that nothing is done. */
enum err_code publication_wake(struct store *s, int64_t record) must_use;
