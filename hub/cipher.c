#include "cipher.h"

#include <sodium.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES, PLACE = 200, VERSION = 1 };
_Static_assert(CIPHER_OVERHEAD == 1 + (int)NONCE + (int)TAG, "as the header says");
_Static_assert((int)RECORD_KEY == (int)crypto_kdf_KEYBYTES, "a record's key is a key to derive from");

enum subkey { SUBKEY_CIPHER = 1, SUBKEY_DIGEST = 2 };

static void derive(const struct record_key *k, enum subkey which, unsigned char out[32]) {
	(void)crypto_kdf_derive_from_key(out, 32, which, "polrecrd", k->bytes);
}

/* Each part ends with a zero byte, which none of them holds. */
static size_t place_bytes(const struct cipher_place *at, unsigned char out[PLACE]) {
	int n = snprintf((char *)out, PLACE, "polder/%s%c%.*s%c%lld", at->purpose, 0, STR_ARG(at->uid), 0, (long long)at->number);
	return n > 0 && n < PLACE ? (size_t)n : 0;
}

enum err_code cipher_close(const struct record_key *k, const struct cipher_place *at, struct str plain, struct arena *a, struct str *out, struct err *e) {
	unsigned char key[32], place[PLACE];
	size_t place_n = place_bytes(at, place);
	if (!place_n) return err_set(e, ERR_INTERNAL, "a name is too long to encrypt for");
	unsigned char *to = arena_raw(a, CIPHER_OVERHEAD + plain.n);
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	to[0] = VERSION;
	random_bytes(to + 1, NONCE);
	derive(k, SUBKEY_CIPHER, key);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(to + 1 + NONCE, NULL, (const unsigned char *)plain.p, plain.n, place, place_n, NULL, to + 1, key);
	sodium_memzero(key, sizeof key);
	*out = str_n(to, CIPHER_OVERHEAD + plain.n);
	return ERR_OK;
}

enum err_code cipher_open(const struct record_key *k, const struct cipher_place *at, struct str blob, struct arena *a, struct str *out, struct err *e) {
	unsigned char key[32], place[PLACE];
	size_t place_n = place_bytes(at, place);
	if (!place_n) return err_set(e, ERR_INTERNAL, "a name is too long to encrypt for");
	if (!cipher_is_blob(blob)) return err_set(e, ERR_CORRUPT, "what should be encrypted in record %.*s is not", STR_ARG(at->uid));
	size_t n = blob.n - CIPHER_OVERHEAD;
	unsigned char *to = arena_raw(a, n + 1);
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	const unsigned char *from = (const unsigned char *)blob.p;
	derive(k, SUBKEY_CIPHER, key);
	int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(to, NULL, NULL, from + 1 + NONCE, n + TAG, place, place_n, from + 1, key);
	sodium_memzero(key, sizeof key);
	if (rc != 0) return err_set(e, ERR_CORRUPT, "what record %.*s holds encrypted is damaged, or belongs elsewhere", STR_ARG(at->uid));
	to[n] = 0;
	*out = str_n(to, n);
	return ERR_OK;
}

struct sha256 cipher_digest(const struct record_key *k, const char *purpose, struct str bytes) {
	unsigned char key[32];
	struct sha256 out;
	crypto_auth_hmacsha256_state state;
	derive(k, SUBKEY_DIGEST, key);
	crypto_auth_hmacsha256_init(&state, key, sizeof key);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)bytes.p, bytes.n);
	crypto_auth_hmacsha256_final(&state, out.byte);
	sodium_memzero(key, sizeof key);
	sodium_memzero(&state, sizeof state);
	return out;
}
