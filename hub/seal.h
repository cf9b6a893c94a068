/* What stands in the database and must not be read by whoever gets hold of a copy of it alone: sealed with the hub's key (XSalsa20-Poly1305, libsodium's
 * crypto_secretbox), a fresh nonce each.
 *
 * The key is 32 random bytes in DIR/secret.key, mode 0600, made with the hub or when first needed. `polder backup` leaves it out: a backup must not
 * hold both. Whoever wants a restored hub to read what was sealed keeps a copy of it elsewhere and puts it back; without it people sign in as before, and
 * a second factor is given by recovery code or reset by an administrator. Losing it loses no record. */
#pragma once
#include "hub/hub.h"

/* In the arena. ERR_STORAGE, ERR_FORBIDDEN, ERR_CORRUPT (the file is no key). */
enum err_code seal(const struct hub *h, struct str plain, struct arena *a, struct str *out, struct err *e) must_use;
/* ERR_UNSUPPORTED where another key sealed it, or it is damaged. */
enum err_code unseal(const struct hub *h, struct str sealed, struct arena *a, struct str *out, struct err *e) must_use;
/* Makes the key where there is none. */
enum err_code seal_make_key(const char *dir, struct err *e) must_use;
/* 32 bytes that follow from the hub's key for one purpose (libsodium's crypto_kdf: BLAKE2b, its context and number): context has 8 letters. Whoever
 * has the key has them again; from one of them neither the key nor another follows. ERR_STORAGE, ERR_FORBIDDEN, ERR_CORRUPT. */
enum { SEAL_DERIVED = 32 };
enum err_code seal_derive(const struct hub *h, const char context[9], uint64_t number, unsigned char out[SEAL_DERIVED], struct err *e) must_use;
