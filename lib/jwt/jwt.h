/* JSON Web Tokens in compact form (RFC 7515 section 3.1, RFC 7519), as ID tokens of OpenID Connect are.
 *
 * Invariants: what a token says of itself chooses among four ways to verify a signature and among the keys that the caller gives, and nothing more (RFC 8725):
 * `none` and everything with a shared secret (HS256 …) are no algorithms here, a key serves only algorithms of its own type, and keys or addresses of keys
 * that stand in the token are not looked at. A claim is worth nothing before jwt_verify said ERR_OK.
 *
 * Base64url is taken in its one canonical form only: no padding, no blanks, no bits left over (RFC 4648 section 3.5). */
#pragma once
#include "lib/json/json.h"

enum { JWT_BYTES = 64 << 10, JWT_KEYS = 100, JWT_SUBJECT = 255 };
#define JWT_LEEWAY MINUTE /* by which clocks may differ */

enum jwt_alg { JWT_RS256, JWT_PS256, JWT_ES256, JWT_EDDSA, JWT_ALGS };
const char *jwt_alg_name(enum jwt_alg alg);

struct jwt {
	enum jwt_alg alg;
	struct str kid;                    /* "" none */
	const struct json *header, *claims; /* objects */
	struct str input, signature;       /* what was signed, and the signature's bytes */
};
/* Takes it apart. ERR_INVALID: not a token, or one with what nobody here understands (crit, another typ); ERR_TOO_LARGE; ERR_UNSUPPORTED: another algorithm. */
enum err_code jwt_parse(struct arena *a, struct str text, struct jwt *out, struct err *e) must_use;

/* By a JWK set (RFC 7517 section 5). ERR_NOT_FOUND: none of its keys is the one meant, so a newer set may have it; ERR_FORBIDDEN: the signature is wrong;
 * ERR_INVALID: no JWK set, or the key is unusable (RSA below 2048 bits, a point that is not on the curve …). */
enum err_code jwt_verify(const struct jwt *t, const struct json *jwks, struct arena *a, struct err *e) must_use;

/* Of a token that was verified: OpenID Connect Core 1.0, section 3.1.3.7. */
struct id_token_wanted {
	struct str issuer, client_id, nonce;
	moment at;                         /* now */
};
/* ERR_FORBIDDEN with which claim in e->where: "iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce". */
enum err_code id_token_check(const struct json *claims, const struct id_token_wanted *w, struct err *e) must_use;

/* False for what is not canonical base64url. */
bool base64url_decode(struct arena *a, struct str text, struct str *out) must_use;
struct str base64url_encode(struct arena *a, struct str bytes);
