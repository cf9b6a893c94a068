/* Gated access: who asked for a release (hub/release.h), who has access, until when.
 *
 * Somebody who is signed in asks by the form that the release's owners set (hub/access/form.h). Where the release accepts by itself they have access at once, else the
 * owners decide. A request is pending, accepted, rejected, revoked, expired or retracted; who was rejected, or whose access was revoked, can't ask again unless the owners reopen
 * it. Each step is an act (hub/acts/access.json) on a record of its own (kinds/access-request.json), which is encrypted with a key of its own, is read
 * by whoever asks and the release's owners alone, and can be erased. How many asked is told to nobody else. */
#pragma once
#include "hub/disclose.h"

enum { ACCESS_A_DAY = 20, ACCESS_PAGE = 100, ACCESS_BULK = 100, ACCESS_EXPORT = 100000 };

/* ---- asking ---- */
struct access_asking {
	struct str release;          /* any name */
	const struct json *answers;  /* name → text, or true and false; NULL none */
	bool terms;                  /* agreed to */
};
/* Whether this viewer can ask now, else why not in words; "" they can. r: a release. */
enum err_code disclose_may_ask(const struct disclosing *d, const struct disclosed *r, struct str *why_not, struct err *e) must_use;
/* ERR_INVALID with e->where "/answers/NAME" or "/terms"; ERR_CONFLICT (nothing to ask for; asked already; refused before), ERR_FORBIDDEN, ERR_NOT_FOUND. */
enum err_code access_ask(struct hub *h, struct db *db, struct actor actor, const struct access_asking *q, struct change_result *out, struct err *e) must_use;

/* ---- deciding, many at once ---- */
struct access_decided {
	struct str uid;
	struct change_result result;
};
/* act: "access.accept" … with the same reason for all; those that are refused keep the others from nothing. Requests of other releases are ERR_NOT_FOUND. */
enum err_code access_decide(struct hub *h, struct db *db, struct actor actor, const struct disclosed *release, struct str act, struct str reason,
	struct access_decided *list, size_t n, struct err *e) must_use;

/* Done by the hub itself: ends what is over, tells holders what befell a release. */
enum err_code access_run(struct hub *h, struct db *db, struct err *e) must_use;

/* ---- who has access ---- */
enum access_by_what { ACCESS_NONE, ACCESS_EVERYBODY, ACCESS_ACCEPTED, ACCESS_NAMED, ACCESS_OWNER };
struct access_held {
	enum access_by_what by;      /* ACCESS_NONE: no access */
	struct str stage, title;     /* the present one; "" none has begun */
	moment until;                /* 0: without end */
	struct str why;              /* in words, also where there is none */
	struct str state;            /* of the viewer's newest request; "" none */
	struct str request;          /* its uid */
};
const char *access_by_what_name(enum access_by_what by);
/* Of the viewer. sha256: an artifact that must be one of the release's; "" whatever it has. */
enum err_code disclose_access(const struct disclosing *d, const struct disclosed *r, struct str sha256, struct access_held *out, struct err *e) must_use;

/* ---- as they are shown ---- */
struct access_line {
	struct disclosed r;
	struct glimpse release;
	struct str state, title, name, email;    /* title: of the state */
	const struct json *answers;
	struct str terms;            /* as agreed to; "" */
	struct str reason;           /* of what was decided last; "" */
	moment asked, decided, until;
	bool mine;
	int64_t earlier;             /* requests of the same person for this release before this one */
	struct str like;             /* another one, by somebody else, with the same e-mail address or long answer; "" */
	unsigned may;                /* 1 << enum access_may */
};
enum access_may { ACCESS_MAY_ACCEPT, ACCESS_MAY_REJECT, ACCESS_MAY_REVOKE, ACCESS_MAY_REOPEN, ACCESS_MAY_RETRACT, ACCESS_MAYS };
const char *access_may_act(enum access_may m);
struct access_request {
	struct str state;            /* those alone; "" all */
	int64_t before;              /* number of a record to begin below; 0 the newest */
	size_t limit;                /* at most ACCESS_PAGE */
};
/* Of a release, newest first, for its owners. ERR_FORBIDDEN. *next: to go on with; 0 at the end. */
enum err_code disclose_access_queue(const struct disclosing *d, const struct disclosed *release, const struct access_request *q, struct access_line **out,
	size_t *n, int64_t *next, struct err *e) must_use;
/* How many are in each state, for owners. */
struct access_counts {
	int64_t pending, accepted, rejected, revoked, expired, retracted;
};
enum err_code disclose_access_counts(const struct disclosing *d, const struct disclosed *release, struct access_counts *out, struct err *e) must_use;
/* One, r as disclosed to the viewer. ERR_NOT_FOUND for one that was not made here. */
enum err_code disclose_access_line(const struct disclosing *d, const struct disclosed *r, struct access_line *out, struct err *e) must_use;
/* The viewer's own, newest first, at most ACCESS_PAGE. */
enum err_code disclose_access_mine(const struct disclosing *d, struct access_line **out, size_t *n, struct err *e) must_use;
/* All of a release, for its owners: as JSON, or as a table (RFC 4180) in which no cell begins as a formula does. ERR_FORBIDDEN. */
enum err_code disclose_access_export(const struct disclosing *d, const struct disclosed *release, bool csv, struct str state, struct buf *out, struct err *e)
	must_use;
