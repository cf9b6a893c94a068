/* How what belongs to one record is encrypted with its key (hub/keystore.h): XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, libsodium's
 * crypto_aead_xchacha20poly1305_ietf), a fresh nonce each.
 *
 *     blob = 01 ‖ nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes)
 *
 * Associated data: purpose, the record's uid and a number, so that no blob is taken for another's. The first byte tells a blob from what is clear, which is
 * canonical JSON and begins with { or another character above 20. Subkeys for encrypting and for digests come from the record's key by crypto_kdf. */
#pragma once
#include "hub/keystore.h"
#include "lib/digest/digest.h"

enum { CIPHER_OVERHEAD = 1 + 24 + 16 };

struct cipher_place {
	const char *purpose; /* "body", "seed", "salts": number is that of the revision; "event": of the event; "file", "attachment": 0, and "origin" */
	struct str uid;      /* of the record */
	int64_t number;
};

/* In the arena. ERR_MEMORY. */
enum err_code cipher_close(const struct record_key *k, const struct cipher_place *at, struct str plain, struct arena *a, struct str *out, struct err *e)
	must_use;
/* ERR_CORRUPT where it is damaged, or belongs to another place or key. */
enum err_code cipher_open(const struct record_key *k, const struct cipher_place *at, struct str blob, struct arena *a, struct str *out, struct err *e)
	must_use;
static inline bool cipher_is_blob(struct str s) { return s.n >= CIPHER_OVERHEAD && s.p[0] == 1; }

/* A digest that nobody can compare with a guess who has not the key: HMAC-SHA-256 over purpose and parts. */
struct sha256 cipher_digest(const struct record_key *k, const char *purpose, struct str bytes);
