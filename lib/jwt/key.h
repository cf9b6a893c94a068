/* For lib/jwt alone. */
#pragma once
#include "lib/jwt/jwt.h"

/* Whether a JWK is one that may verify this token at all: type, curve, use, key_ops, alg. Says nothing of its kid. */
bool key_fits(const struct json *jwk, enum jwt_alg alg);
/* ERR_FORBIDDEN: not its signature. ERR_INVALID: the key can't be used. */
enum err_code key_verify(const struct json *jwk, const struct jwt *t, struct arena *a, struct err *e) must_use;
