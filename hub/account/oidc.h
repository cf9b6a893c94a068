/* Signing in by another authority: OpenID Connect Core 1.0, authorization code flow with PKCE S256 (RFC 7636), as RFC 9700 advises. Settings in polder.conf:
 *
 *     [oidc]
 *     issuer = https://id.example.org        as in the provider's tokens, to the letter; http only where it is on this machine
 *     client_id = polder
 *     client_secret_file = /path             none: a public client, whom PKCE alone protects
 *     name = Example                         of the provider, on the button ("OpenID" where none is given)
 *     scopes = openid profile email
 *     create = never                         who gets an account at the first sign-in: see below
 *     trust_second_factor = no               yes: who comes from there gives no second step here
 *
 * The provider sends browsers back to URL/sign-in/callback, URL being the hub's own [hub] url, which must be set.
 *
 * Invariants:
 *   - Who it is, is told by issuer and subject alone (identity.h). That an e-mail address is an account's links nothing, verified or not: whoever gets hold of
 *     an address at the provider would get hold of the account.
 *   - An account is linked by its owner, signed in, from /account. Beyond that `never` makes nobody; `invited` lets who opens an invitation join with the
 *     provider instead of a password, since the invitation's code is what lets them in; `any` also makes a guest of the hub out of whoever signs in with an
 *     address that the provider has verified and that no account has.
 *   - A sign-in that was begun holds ten minutes, in one browser, once. What belongs to it (state, nonce, verifier, purpose) is kept by that browser in a cookie that
 *     the hub's key seals (seal.h): beginning one writes nothing, and it survives a restart. The state that came back is written down, so a second use finds
 *     it there. A browser has one sign-in under way: a second one takes its place.
 *   - What the provider says is trusted after provider.h has checked it and not before. */
#pragma once
#include "hub/account/account.h"

#define OIDC_LASTS (10 * MINUTE)
#define OIDC_CALLBACK "/sign-in/callback"
enum { OIDC_NEXT = 1000 };

bool oidc_configured(const struct hub *h);
bool oidc_create_of(struct str name, enum oidc_create *out);
/* Fills in what was left out. ERR_INVALID with the setting that is wrong. */
enum err_code oidc_check_settings(struct hub *h, struct err *e) must_use;

enum oidc_purpose { OIDC_SIGN_IN, OIDC_LINK, OIDC_JOIN };
struct oidc_start {
	enum oidc_purpose purpose;
	struct str next;       /* where to go afterwards: a path; one that is too long is "/" */
	struct str account;    /* OIDC_LINK: uid of who is signed in */
	struct str invitation; /* OIDC_JOIN: its code */
	struct str address;    /* from where: beginnings are counted */
};
/* The address at the provider to send the browser to, and the text that its cookie is to hold. ERR_NOT_FOUND: there is no provider; ERR_BUSY: it can't be
 * reached, or too many attempts; ERR_INVALID: it says what can't be. */
enum err_code oidc_begin(struct hub *h, const struct oidc_start *s, struct arena *a, struct str *address, struct str *cookie, struct err *e) must_use;

struct oidc_answer {
	struct str cookie;              /* what oidc_begin gave */
	struct str state, code, error, issuer; /* as the provider sent the browser back with; "" for what is missing */
	struct str account;             /* uid of who is signed in now, "" nobody */
	struct str address;
};
struct oidc_result {
	enum oidc_purpose purpose;
	struct str next;
	struct str uid;                 /* whom the session is for; of OIDC_LINK: who was linked */
};
/* ERR_CONFLICT: over, used, or of another browser; ERR_FORBIDDEN: refused by the provider, not trusted, or linked with no account; ERR_EXISTS: linked with
 * another, or the address is another's; ERR_BUSY; ERR_INVALID; ERR_NOT_FOUND: the invitation is over. *out->purpose and next are set as soon as they are known,
 * also on an error. */
enum err_code oidc_finish(struct hub *h, struct db *db, const struct oidc_answer *answer, struct arena *a, struct oidc_result *out, struct err *e) must_use;
