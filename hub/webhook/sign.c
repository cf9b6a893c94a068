/* Standard Webhooks 1.0, "Signature scheme": the symmetric one. */
#include "inside.h"

#include <sodium.h>

enum { KEY_LEAST = 24, KEY_MOST = 64, SIGNED = 1 << 20 };

enum err_code webhook_sign(struct str secret, struct str id, int64_t timestamp, struct str payload, char out[WEBHOOK_SIGNATURE], struct err *e) {
	unsigned char key[KEY_MOST], mac[crypto_auth_hmacsha256_BYTES];
	size_t n = 0;
	struct str text = str_from(secret, 6);
	bool ok = str_starts(secret, S("whsec_")) && payload.n <= SIGNED &&
		sodium_base642bin(key, sizeof key, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 && n >= KEY_LEAST;
	if (!ok) return err_set(e, ERR_INVALID, "that is no secret to sign calls with");
	char moment_words[32];
	int length = snprintf(moment_words, sizeof moment_words, ".%lld.", (long long)timestamp);
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, key, n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)id.p, id.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)moment_words, (size_t)length);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)payload.p, payload.n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(key, sizeof key);
	memcpy(out, "v1,", 3);
	sodium_bin2base64(out + 3, WEBHOOK_SIGNATURE - 3, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
	return ERR_OK;
}

void webhook_id(const char *prefix, char out[WEBHOOK_ID]) {
	unsigned char bytes[18];
	char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	random_bytes(bytes, sizeof bytes);
	sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	snprintf(out, WEBHOOK_ID, "%s%s", prefix, text);
}
