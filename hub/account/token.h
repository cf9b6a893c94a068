/* Tokens for programs that use the API in a person's name.
 *
 * Invariants: a token is "pldr_" and 32 random bytes in base64url, shown once; the hub keeps its SHA-256 and its first eight letters. It
 * can do what its account can, no more than its scopes, and no longer than until it expires (at most TOKEN_MOST ahead). */
#pragma once
#include "hub/account/account.h"

#define TOKEN_MOST (366 * DAY)
enum { TOKEN_TEXT = 49 };

enum scope { SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_ADMIN = 4 }; /* write holds read */
const char *scope_name(enum scope one);
unsigned scope_of(struct str name);

struct token {
	struct str id, name, start; /* start: what it begins with, to tell it from others */
	unsigned scopes;
	moment created, expires, used;
};
/* ERR_INVALID: no name, no scope, expires not ahead or too far ahead. */
enum err_code token_create(struct hub *h, const struct by *by, struct str uid, struct str name, unsigned scopes, moment expires,
	struct arena *a, char text[TOKEN_TEXT], struct token *out, struct err *e) must_use;
enum err_code token_list(struct db *db, struct str uid, struct arena *a, struct token **out, size_t *n, struct err *e) must_use;
enum err_code token_revoke(struct hub *h, const struct by *by, struct str uid, struct str id, struct err *e) must_use;
/* ERR_NOT_FOUND for one that is unknown, revoked, expired or of a suspended account. */
enum err_code token_find(struct hub *h, struct db *db, struct str text, struct arena *a, struct account *account, unsigned *scopes,
	struct err *e) must_use;
