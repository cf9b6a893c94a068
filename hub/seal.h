/* What stands in the database and must not be read by whoever gets hold of a copy of it alone: sealed with the hub's key (XSalsa20-Poly1305, libsodium's
 * crypto_secretbox), a fresh nonce each.
 *
 * The key is the first 32 random bytes of DIR/secret.key, mode 0600, made with the hub or when first needed. Behind it stand those that came before, which open
 * what was sealed with them and seal nothing more: one after a rotation (hub/keys.h), more while one is under way. `polder backup` leaves it out: a backup must not
 * hold both. Whoever wants a restored hub to read what was sealed keeps a copy of it elsewhere and puts it back; without it people sign in as before, and
 * a second factor is given by recovery code or reset by an administrator. Losing it loses no record. */
#pragma once
#include "hub/hub.h"
#include "lib/digest/digest.h"

enum { SEAL_OVERHEAD = 40 }; /* bytes that what is sealed has more */

/* In the arena. ERR_STORAGE, ERR_FORBIDDEN, ERR_CORRUPT (the file is no key). */
enum err_code seal(const struct hub *h, struct str plain, struct arena *a, struct str *out, struct err *e) must_use;
/* ERR_UNSUPPORTED where another key sealed it, or it is damaged. */
enum err_code unseal(const struct hub *h, struct str sealed, struct arena *a, struct str *out, struct err *e) must_use;
/* A digest under the hub's key, which nobody can compare with a guess: under each key that the hub has, the one in force first. */
struct sealed_digests {
	struct sha256 items[4];
	size_t n;
};
enum err_code seal_digest(const struct hub *h, const struct sha256 *digest, struct sealed_digests *out, struct err *e) must_use;
/* Seals with the key in force what one before it sealed; changed says whether that was so. ERR_UNSUPPORTED as unseal. */
enum err_code seal_again(const struct hub *h, struct str sealed, struct arena *a, struct str *out, bool *changed, struct err *e) must_use;

/* ---- the keys themselves: for hub/keystore.c and hub/keys.c ---- */

enum { MASTER_BYTES = 32, MASTERS = 4 };
struct masters {
	unsigned char key[MASTERS][MASTER_BYTES]; /* the one in force first */
	size_t n;
};
/* Makes a key where there is none; wipe with sodium_memzero. ERR_STORAGE, ERR_FORBIDDEN, ERR_CORRUPT. */
enum err_code masters_read(const char *dir, struct masters *out, struct err *e) must_use;
/* Whole or not at all, whatever stops it. */
enum err_code masters_write(const char *dir, const struct masters *m, struct err *e) must_use;
/* Makes the key where there is none. */
enum err_code seal_make_key(const char *dir, struct err *e) must_use;
