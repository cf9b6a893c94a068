/* Accounts as another authority knows them: who is called `subject` at an `issuer` may sign in to the account that this is linked with.
 *
 * Invariants: an identity belongs to one account, an account may have several; a link is made by the account's owner while signed in, or with the account
 * itself, and never because two e-mail addresses are the same. The last way to sign in stays: without a password, the last identity of the provider in use is
 * not taken away. Links and unlinks stand in the audit log with issuer and subject. */
#pragma once
#include "hub/account/account.h"

enum { IDENTITIES = 20 };

struct identity {
	struct str issuer, subject;
	moment created;
};
/* Of an account, the oldest first. */
enum err_code identity_list(struct db *db, struct str uid, struct arena *a, struct identity **out, size_t *n, struct err *e) must_use;
/* ERR_NOT_FOUND; ERR_CONFLICT: nothing would be left to sign in with. Ends no session. */
enum err_code identity_unlink(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) must_use;

/* ---- for hub/account alone, in a transaction of the writer ---- */

/* "" when nobody has it. */
enum err_code identity_find(struct db *db, struct str issuer, struct str subject, struct arena *a, struct str *uid, struct err *e) must_use;
/* ERR_EXISTS: another account has it; ERR_CONFLICT: this one has IDENTITIES. Nothing to do where it is linked already. */
enum err_code identity_link(struct db *db, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) must_use;
