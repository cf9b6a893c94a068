/* Speaking with the provider of OpenID Connect, by polder-net; for hub/account alone.
 *
 * Invariants: what it says of itself (Discovery 1.0) is kept for an hour and its keys for as long as it says (5 minutes to a day), in memory, for all workers;
 * every address that it names is https, or http where the issuer itself is on this machine; it is never asked by more than PROVIDER_AT_ONCE workers at a time,
 * so that a slow one holds up nobody else. */
#pragma once
#include "hub/hub.h"
#include "lib/json/json.h"

enum { PROVIDER_AT_ONCE = 2 };

struct provider_cache;
enum err_code provider_cache_new(struct provider_cache **out, struct err *e) must_use;
void provider_cache_free(struct provider_cache *c);

struct provider {
	struct str authorization, token, keys, userinfo; /* addresses; userinfo "" where there is none */
	bool by_post, by_header; /* where it takes the client's secret */
	bool says_issuer;  /* its answers say whose they are (RFC 9207) */
};
/* ERR_BUSY: it can't be reached now. ERR_INVALID: it says what can't be. */
enum err_code provider_discover(struct hub *h, struct arena *a, struct provider *out, struct err *e) must_use;

struct provider_question {
	struct str code, verifier, redirect_uri, nonce;
};
/* Takes the code to the provider and gives the claims of the ID token that came for it, all checked; e-mail address and name from its userinfo where the
 * token leaves them out. ERR_FORBIDDEN: the answer can't be trusted, or the code was not taken. */
enum err_code provider_claims(struct hub *h, const struct provider *p, const struct provider_question *q, struct arena *a, const struct json **out,
	struct err *e) must_use;

/* http to this machine, or https; no user, no fragment. */
bool provider_address_fine(const struct hub *h, struct str url);
/* "key=value" behind what stands there, percent-encoded. */
void provider_add_field(struct buf *out, const char *name, struct str value);
