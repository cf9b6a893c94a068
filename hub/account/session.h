/* Signing in, and staying signed in.
 *
 * Invariants: a session's token is 32 random bytes (base64url, 43 letters) that only the browser keeps; the hub keeps its SHA-256. It ends
 * after SESSION_IDLE without use, after SESSION_MOST whatever happens, at sign-out, when the password changes and when the account is suspended. A
 * session whose account has TOTP is of no use (`pending`) until a code was given. Failures are counted by account and by address
 * (throttle.h) before any hash is computed. */
#pragma once
#include "hub/account/account.h"

#define SESSION_IDLE (14 * DAY)
#define SESSION_MOST (60 * DAY)
#define SESSION_PENDING (10 * MINUTE)
enum { SESSION_TOKEN = 44 };

struct session {
	struct str id;             /* public: for the list of one's sessions, not a secret */
	struct account account;
	bool pending;              /* the second factor is still to be given */
	moment created, seen, proven; /* proven: when password or second factor were last given */
	struct str address, agent; /* where it was begun; agent: a browser's short name */
	struct str second_factor;  /* "", "totp", "recovery", "oidc" */
};

struct sign_in {
	struct str login;          /* or e-mail address */
	struct str password;
	struct str address, agent;
};
/* ERR_FORBIDDEN in the same words for a wrong name, a wrong password and a suspended account; ERR_BUSY when throttled, with when to try
 * again in the message. */
enum err_code session_begin(struct hub *h, struct db *db, const struct sign_in *s, struct arena *a, char token[SESSION_TOKEN],
	struct session *out, struct err *e) must_use;
/* For an account that another authority vouched for (how "oidc": oidc.h), or that just set its first password by a code. A second step follows where the
 * account has one, unless [oidc] trust_second_factor says that the authority saw to it. */
enum err_code session_begin_for(struct hub *h, struct db *db, struct str uid, struct str how, struct str address, struct str agent,
	struct arena *a, char token[SESSION_TOKEN], struct session *out, struct err *e) must_use;
/* The second step: six digits, or a recovery code, which is used up. ERR_FORBIDDEN, ERR_BUSY. */
enum err_code session_second_factor(struct hub *h, struct db *db, struct str token, struct str code, struct str address, struct arena *a,
	struct session *out, struct err *e) must_use;
/* The password once more, before something that matters: `proven` becomes now. */
enum err_code session_prove(struct hub *h, struct db *db, struct str token, struct str password, struct str address, struct err *e)
	must_use;

/* Who has this token; notes its use now and then. ERR_NOT_FOUND for one that is unknown, over or of a suspended account. */
enum err_code session_find(struct hub *h, struct db *db, struct str token, struct arena *a, struct session *out, struct err *e) must_use;
enum err_code session_end(struct hub *h, struct str token, struct str address, struct err *e) must_use;
/* One's own sessions, the newest first; ending one by id, or all but one. */
enum err_code session_list(struct db *db, struct str uid, struct arena *a, struct session **out, size_t *n, struct err *e) must_use;
enum err_code session_end_by_id(struct hub *h, const struct by *by, struct str uid, struct str id, struct err *e) must_use;
/* Rows of what is over; called by the server once an hour. */
enum err_code session_sweep(struct hub *h, struct err *e) must_use;

/* What a form must carry: bound to the session's token, and not the token itself (HMAC-SHA256, base64url). */
struct str session_csrf(struct arena *a, struct str token);
bool session_csrf_valid(struct str token, struct str given); /* in constant time */

/* ---- TOTP (RFC 6238: SHA-1, 30 s, 6 digits, one step either way, a step never used twice) ---- */
/* A fresh secret that is not in force yet: base32 for typing, and an otpauth:// address for a QR code. Replaces one that was never confirmed. */
enum err_code totp_begin(struct hub *h, const struct by *by, struct str uid, struct arena *a, struct str *secret, struct str *uri,
	struct err *e) must_use;
/* Puts it in force when the code is right; gives ten recovery codes, shown this once. ERR_INVALID with e->where "code". */
enum err_code totp_confirm(struct hub *h, const struct by *by, struct str uid, struct str code, struct arena *a, struct str codes[10],
	struct err *e) must_use;
enum err_code totp_remove(struct hub *h, const struct by *by, struct str uid, struct err *e) must_use;
enum err_code totp_recovery_left(struct db *db, struct str uid, int64_t *out, struct err *e) must_use;
