/* Disputes: somebody holds that a record is wrong, and who decides.
 *
 * The ladder: whoever answers for the record (the organization that issued it; for all else the hub's coordinators) acknowledges within three business
 * days and decides within five, at most fifteen; then the hub, likewise; then an independent panel, from which there is one appeal to a panel of other
 * members. Each ruling may be taken further by either side for ten business days; then it is final and carried out. A question of good faith goes to a panel
 * at once: no party judges that of another.
 *
 * A dispute is a record of the kind `dispute`, as public as what it is about (docs/KINDS.md, "with:"); its texts stand in its body, where it stands on the
 * ladder and the panels in tables of hub/dispute/. All that is done to it is an act (hub/acts/dispute.json). */
#pragma once
#include "hub/act.h"
#include "hub/disclose.h"
#include "hub/dispute/vector.h"

enum { DISPUTE_OPEN_MOST = 5, DISPUTE_A_DAY = 5 }; /* of somebody who has no part in the records: open ones, and filed within a day */

/* ---- filing ---- */
struct dispute_filing {
	struct str target;                      /* any name of the record */
	struct str question, statement, wants, remedy, procedure;
	struct str organization;                /* on whose behalf: uid; "" oneself */
	struct str against;                     /* good-faith: uid of the party that it is about; "" whoever answers for the record, or the finder */
	const struct str *choices;
	size_t choices_n;
};
/* Who may: whoever owns the record or is a party to it; where it is public, anybody who is signed in, its validity alone, and at most so many. ERR_FORBIDDEN, ERR_CONFLICT (one is
 * open already), ERR_BUSY never; ERR_INVALID with e->where. */
enum err_code dispute_file(struct hub *h, struct db *db, struct actor actor, const struct dispute_filing *f, struct change_result *out, struct err *e) must_use;
/* Whether this viewer may file one, and about what: names of questions; none: may not. */
enum err_code disclose_may_dispute(const struct disclosing *d, const struct disclosed *r, const struct str **questions, size_t *n, struct err *e)
	must_use;

/* Done by the hub itself, when terms end: escalates what was not decided in time, closes votes, seats others, makes rulings final. */
enum err_code dispute_escalate_overdue(struct hub *h, struct db *db, struct err *e) must_use;

/* ---- seats ---- */
struct seat {
	struct str account, name, sector;
	moment since, until; /* 0: without end */
	int64_t sitting;     /* on how many panels now */
};
extern const char *const seat_sectors[]; /* NULL ends */
/* By owners of the hub. An account with the role adjudicator. ERR_FORBIDDEN, ERR_INVALID, ERR_NOT_FOUND. */
enum err_code seat_set(struct hub *h, struct db *db, struct str by, bool administrator, struct str account, struct str sector, moment until,
	struct err *e) must_use;
enum err_code seat_take(struct hub *h, struct db *db, struct str by, bool administrator, struct str account, struct err *e) must_use;
enum err_code seat_list(struct db *db, struct arena *a, struct seat **out, size_t *n, struct err *e) must_use;

/* ---- as a viewer may know it: disclose_dispute.c ---- */

/* Acts that a dispute's page offers. */
enum dispute_act {
	DISPUTE_STATE, DISPUTE_ACKNOWLEDGE, DISPUTE_DECIDE, DISPUTE_EXTEND, DISPUTE_ESCALATE, DISPUTE_APPEAL, DISPUTE_ACCEPT, DISPUTE_WITHDRAW, DISPUTE_CARD,
	SEAT_DECLARE, SEAT_CHALLENGE, SEAT_JUDGE, PANEL_VOTE, PANEL_RULE, DISPUTE_ACTS,
};
/* "dispute.state" … as acts are called. */
const char *dispute_act_name(enum dispute_act one);

struct dispute_member {
	struct str account;       /* told to the sides, the panel and coordinators */
	struct str name, sector;  /* name: "" for others */
	struct str state;         /* as in panel_member */
	struct str conflict;      /* what they declared; coordinators */
	bool voted, mine;
	bool challenged;          /* the rest of the panel is to say whether they stay */
	struct str challenge;     /* why */
};
struct dispute_vote {
	struct str name, choice, vector, reasons; /* shown to members who have voted */
};
struct dispute_view {
	struct disclosed r;
	struct glimpse target;    /* uid "" where the viewer may not know of it */
	struct str question, statement, answer, wants, procedure, remedy;
	struct str claimant, respondent;        /* names as this viewer is told */
	bool is_claimant, is_respondent, is_member; /* the viewer; member: of the present panel, with no conflict */
	bool asked;               /* must declare before they read it */
	struct str level;         /* owner, hub, panel, appeal */
	struct str next;          /* who is to act next, in words; "" nobody */
	moment since, due, filed; /* due 0: none */
	bool settled;             /* final or withdrawn */
	unsigned may;             /* set of 1 << enum dispute_act */
	const struct json *rulings, *choices;
	int64_t panel;            /* 0: none was drawn */
	int64_t seats, quorum, sitting, votes_n;
	bool panel_waits;         /* there are too few who could sit */
	struct str outcome;       /* of a vote that is closed and waits for its written reasons; told to its members */
	const struct dispute_member *members;
	size_t members_n;
	const struct dispute_vote *votes;       /* none until the viewer has voted */
	size_t votes_shown;
};
enum err_code disclose_dispute(const struct disclosing *d, struct str name, struct dispute_view *out, struct err *e) must_use;

/* Disputes of a record, newest first, as they may be told: for its page, its tag, the API and exports. */
struct dispute_line {
	struct glimpse line;
	struct str question, statement, answer, level, outcome, reasons; /* outcome: of the last ruling; "" none */
	moment filed, due;
	bool open;                /* the record is DISPUTED: not final, not withdrawn */
};
enum err_code disclose_disputes_of(const struct disclosing *d, int64_t record, struct dispute_line **out, size_t *n, struct err *e) must_use;
/* The same for many at once: true where something open may be told. */
enum err_code disclose_disputed(const struct disclosing *d, const struct glimpse *items, size_t n, bool *out, struct err *e) must_use;

/* Lists: what is public; what the viewer is a side of; what their panels have; what coordinators must decide, all. */
enum dispute_list { DISPUTES_PUBLIC, DISPUTES_PANEL, DISPUTES_ALL };
struct dispute_row {
	struct dispute_line d;
	struct glimpse target;    /* uid "" where it may not be known */
	struct str seat;          /* DISPUTES_PANEL: asked, sitting …; */
	bool voted;
};
enum { DISPUTE_ROWS = 200 };
enum err_code disclose_dispute_list(const struct disclosing *d, enum dispute_list which, struct dispute_row **out, size_t *n, struct err *e) must_use;
