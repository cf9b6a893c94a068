/* Accounts as other authorities know them (OpenID Connect): an issuer and the subject that it gives to a person for ever. Whoever verified that somebody is that
 * subject finds the account by it; a link is made by who is signed in to the account, or by an administrator, and never from an e-mail
 * address alone. */
#pragma once
#include "hub/account/account.h"

enum { IDENTITY_ISSUER = 500, IDENTITY_SUBJECT = 255, IDENTITIES = 50 };

struct identity {
	struct str issuer, subject;
	moment created;
};
/* ERR_NOT_FOUND for one that no account has. */
enum err_code identity_find(struct db *db, struct str issuer, struct str subject, struct arena *a, struct account *out, struct err *e) must_use;
/* ERR_EXISTS when another account has it; ERR_FORBIDDEN, ERR_INVALID. */
enum err_code identity_link(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) must_use;
/* ERR_NOT_FOUND; ERR_CONFLICT: without a password nothing would be left to sign in with. Ends no session. */
enum err_code identity_unlink(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e)
	must_use;
enum err_code identity_list(struct db *db, struct str uid, struct arena *a, struct identity **out, size_t *n, struct err *e) must_use;

/* In a transaction of the writer, for hub/account alone: identity_link whoever asked. */
enum err_code identity_put(struct db *db, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) must_use;
