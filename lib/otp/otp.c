#include "otp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

uint32_t otp_code(struct str secret, uint64_t counter, enum otp_hash hash, int digits) {
	static const uint32_t powers[] = {1000000, 10000000, 100000000, 1000000000};
	unsigned char message[8], mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	for (int i = 0; i < 8; i++) message[i] = (unsigned char)(counter >> (56 - 8 * i));
	const EVP_MD *md = hash == OTP_SHA512 ? EVP_sha512() : hash == OTP_SHA256 ? EVP_sha256() : EVP_sha1();
	if (!HMAC(md, secret.p, (int)secret.n, message, sizeof message, mac, &n)) abort(); /* a code that isn't one must never be taken */
	unsigned at = mac[n - 1] & 15;
	uint32_t value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	OPENSSL_cleanse(mac, sizeof mac);
	return value % powers[digits < 6 ? 0 : digits > 9 ? 3 : digits - 6];
}

int64_t otp_step(moment t, int period_seconds) {
	return t / SECOND / period_seconds;
}

static bool digits_of(struct str text, char out[OTP_DIGITS]) {
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ') continue;
		if (text.p[i] < '0' || text.p[i] > '9' || n == OTP_DIGITS) return false;
		out[n++] = text.p[i];
	}
	return n == OTP_DIGITS;
}

int64_t otp_find(struct str secret, struct str text, int64_t step, int around, int64_t used) {
	char given[OTP_DIGITS];
	int64_t found = -1;
	if (!digits_of(text, given)) return -1;
	for (int64_t at = step - around; at <= step + around; at++) {
		char expected[OTP_DIGITS + 1];
		snprintf(expected, sizeof expected, "%06u", otp_code(secret, (uint64_t)at, OTP_SHA1, OTP_DIGITS) % 1000000u);
		bool same = CRYPTO_memcmp(expected, given, OTP_DIGITS) == 0;
		if (same && at > used && at >= 0 && found < 0) found = at;
	}
	return found;
}

/* ---- base32 ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct str base32_encode(struct arena *a, struct str bytes) {
	size_t n = bytes.n / 5 * 8 + (bytes.n % 5 * 8 + 4) / 5, at = 0;
	char *out = arena_alloc(a, n + 1);
	if (!out) return STR_EMPTY;
	uint32_t held = 0;
	int bits = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		held = (held << 8 | (unsigned char)bytes.p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5) out[at++] = letters[held >> (bits - 5) & 31];
	}
	if (bits) out[at++] = letters[held << (5 - bits) & 31];
	return str_n(out, at);
}

static int value_of(char c) {
	if (c >= 'a' && c <= 'z') c = (char)(c - 32);
	if (c >= 'A' && c <= 'Z') return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool base32_decode(struct arena *a, struct str text, struct str *out) {
	while (text.n && (text.p[text.n - 1] == '=' || text.p[text.n - 1] == ' ')) text.n--;
	char *bytes = arena_alloc(a, text.n * 5 / 8 + 1);
	if (!bytes) return false;
	uint32_t held = 0;
	int bits = 0;
	size_t n = 0, signs = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ' || text.p[i] == '-') continue;
		int value = value_of(text.p[i]);
		if (value < 0) return false;
		signs++;
		held = (held << 5 | (uint32_t)value) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (char)(held >> bits & 0xff);
		}
	}
	/* 1, 3 or 6 signs at the end are no whole byte more than one sign less. */
	size_t rest = signs % 8;
	if (rest == 1 || rest == 3 || rest == 6 || (held & ((1u << bits) - 1))) return false;
	*out = str_n(bytes, n);
	return true;
}

/* ---- the address ---- */

static void add_escaped(struct buf *out, struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
		if (plain)
			buf_add_char(out, (char)c);
		else
			buf_fmt(out, "%%%02X", c);
	}
}

struct str otp_address(struct arena *a, struct str issuer, struct str account, struct str secret) {
	autobuf struct buf b = BUF(8192);
	buf_add(&b, S("otpauth://totp/"));
	add_escaped(&b, issuer);
	buf_add_char(&b, ':');
	add_escaped(&b, account);
	buf_add(&b, S("?secret="));
	buf_add(&b, base32_encode(a, secret));
	buf_add(&b, S("&issuer="));
	add_escaped(&b, issuer);
	buf_fmt(&b, "&algorithm=SHA1&digits=%d&period=%d", OTP_DIGITS, OTP_PERIOD);
	if (b.failed) arena_fail(a);
	return arena_str(a, buf_str(&b));
}
