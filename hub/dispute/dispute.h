/* Disputes as the door in works on them. Faces read them through hub/dispute.h. */
#pragma once
#include "hub/act_private.h"
#include "hub/clock.h"
#include "hub/dispute.h"

struct dispute {
	int64_t target;
	struct str claimant, respondent;   /* respondent "": the hub's coordinators */
	struct str question, level;
	moment since, due, filed;
	bool extended;
	unsigned accepted, challenged;     /* set of enum side */
	int64_t panel;
};
enum side { SIDE_NONE = 0, SIDE_CLAIMANT = 1, SIDE_RESPONDENT = 2 };

/* ERR_NOT_FOUND. */
enum err_code dispute_read(struct db *db, struct arena *a, int64_t record, struct dispute *out, struct err *e) must_use;
enum err_code dispute_write(struct store *s, int64_t record, const struct dispute *d) must_use;

struct panel {
	int64_t id, seats, quorum;
	bool appeal;
	moment drawn, closed;
	struct str outcome, vector;
};
struct panel_member {
	struct str account, sector, state;
	moment at;
	int64_t event;
	bool voted;
};
struct panel_vote {
	struct str account, choice, vector, dissent;
	int64_t event;
};
enum { MEMBERS = 60 };
enum err_code panel_read(struct db *db, struct arena *a, int64_t id, struct panel *out, struct err *e) must_use;
enum err_code panel_members(struct db *db, struct arena *a, int64_t id, struct panel_member **out, size_t *n, struct err *e) must_use;
enum err_code panel_votes(struct db *db, struct arena *a, int64_t id, struct panel_vote **out, size_t *n, struct err *e) must_use;

/* The end of so many business days of the hub, as for terms (hub/clock.h): those of a dispute's states end with its own. */
moment business_days_after(struct store *s, moment from, int64_t days);
enum { ACKNOWLEDGE_DAYS = 3, DECIDE_DAYS = 5, EXTEND_DAYS = 15, CONTEST_DAYS = 10, REASONS_DAYS = 5 };

/* ---- standing.c: what somebody may do now. One table for the acts and for pages. ---- */
struct standing {
	struct str state;                  /* of the record */
	const struct dispute *d;
	const struct panel *p;             /* NULL none */
	unsigned sides;                    /* of whoever asks: set of enum side */
	bool coordinator;
	const struct panel_member *member; /* whoever asks, on the present panel; NULL: not on it */
	bool grt2;
	struct str outcome;                /* of the last ruling; "" none */
	moment at;
};
/* NULL: they may. Else why not; *forbidden: it is not theirs to do at all. */
const char *dispute_refusal(enum dispute_act act, const struct standing *z, bool *forbidden);
enum err_code dispute_sides(struct db *db, const struct dispute *d, struct str created_by, struct actor actor, unsigned roles, unsigned *out,
	struct err *e) must_use;
/* Who decides now: SIDE_RESPONDENT's at owner level, coordinators at the hub's. */
struct str last_outcome(const struct json *body);

/* What acts of a dispute begin with: reads all, refuses what may not be. */
struct disputing {
	struct acting *x;
	struct dispute d;
	struct panel p;
	struct panel_member member;
	const struct json *body;
	struct standing z;
};
enum err_code dispute_begin(struct acting *x, enum dispute_act act, struct disputing *out) must_use;

/* ---- file.c: after a record was created; nothing for other kinds. Refuses what may not be filed. ---- */
enum err_code dispute_filed(struct store *s, struct stored *r, const struct change *c) must_use;

/* ---- draw.c ---- */
/* Draws a panel for the level, and asks its members; as many as there are where they are too few. */
enum err_code panel_draw(struct store *s, const struct stored *r, struct dispute *d, bool appeal) must_use;
/* Fills free seats: by somebody of the same sector, else of any. sector "": any. */
enum err_code panel_fill(struct store *s, const struct stored *r, const struct dispute *d, struct str sector) must_use;
enum err_code panel_member_state(struct store *s, int64_t panel, struct str account, const char *state, int64_t event) must_use;
/* Lets a member read, or no more. */
enum err_code panel_let_in(struct store *s, const struct stored *r, const struct dispute *d, struct str account) must_use;
enum err_code panel_let_out(struct store *s, const struct stored *r, const struct dispute *d, struct str account) must_use;
enum err_code panel_let_out_all(struct store *s, const struct stored *r, const struct dispute *d) must_use;

/* ---- outcome.c ---- */
struct ruling {
	struct str level, outcome, reasons, vector;
	const struct json *votes, *dissents; /* NULL none */
};
/* Puts a ruling into the body and moves on: ruled, or final after an appeal. */
enum err_code dispute_rule(struct store *s, struct stored *r, struct dispute *d, const struct ruling *what) must_use;
/* Makes the last ruling final and carries it out. */
enum err_code dispute_close(struct store *s, struct stored *r, struct dispute *d) must_use;
/* One level up: to the hub, or to a panel. reason for the timeline. */
enum err_code dispute_up(struct store *s, struct stored *r, struct dispute *d, struct str reason) must_use;

/* Reasons of a vote, from its event: disclose_dispute.c. */
enum err_code vote_reasons(const struct disclosing *d, int64_t event, struct str *out, struct err *e) must_use;
/* ---- vote.c ---- */
/* Closes the vote when all who sit have voted, or it must. */
enum err_code panel_count(struct store *s, const struct stored *r, const struct dispute *d, bool must) must_use;
/* The ruling of a vote that is closed, with these reasons; "" those of the members who prevailed. */
enum err_code panel_rule(struct store *s, struct stored *r, struct dispute *d, struct str reasons) must_use;
