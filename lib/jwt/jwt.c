#include "key.h"

static const char *const alg_names[JWT_ALGS] = {"RS256", "PS256", "ES256", "EdDSA"};

const char *jwt_alg_name(enum jwt_alg alg) {
	return (unsigned)alg < JWT_ALGS ? alg_names[alg] : "";
}

/* ---- base64url ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(char c) {
	if (c >= 'A' && c <= 'Z') return c - 'A';
	if (c >= 'a' && c <= 'z') return c - 'a' + 26;
	if (c >= '0' && c <= '9') return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool base64url_decode(struct arena *a, struct str text, struct str *out) {
	size_t n = 0;
	uint32_t held = 0;
	int bits = 0;
	unsigned char *bytes = text.n % 4 == 1 ? NULL : arena_alloc(a, text.n / 4 * 3 + 3);
	if (!bytes) return false;
	for (size_t i = 0; i < text.n; i++) {
		int value = value_of(text.p[i]);
		if (value < 0) return false;
		held = (held << 6 | (uint32_t)value) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (unsigned char)(held >> bits);
		}
	}
	if (held & ((1u << bits) - 1)) return false;
	*out = str_n(bytes, n);
	return true;
}

struct str base64url_encode(struct arena *a, struct str bytes) {
	size_t n = (bytes.n * 4 + 2) / 3, at = 0;
	char *out = arena_alloc(a, n + 1);
	if (!out) return STR_EMPTY;
	uint32_t held = 0;
	int bits = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		held = (held << 8 | (unsigned char)bytes.p[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6) out[at++] = letters[held >> (bits - 6) & 63];
	}
	if (bits) out[at++] = letters[held << (6 - bits) & 63];
	return str_n(out, at);
}

/* ---- taking apart ---- */

static enum err_code no_token(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "not a token: %s", why);
}

static enum err_code read_object(struct arena *a, struct str part, const char *what, const struct json **out, struct err *e) {
	struct str text;
	struct err why = {0};
	if (!base64url_decode(a, part, &text)) return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : no_token(e, "its base64url is not canonical");
	enum err_code code = json_parse(a, text, &(struct json_limits){.bytes = JWT_BYTES, .depth = 16}, out, &why);
	if (code == ERR_MEMORY) return err_set(e, ERR_MEMORY, "out of memory");
	if (code || !json_is(*out, JSON_OBJECT)) return err_set(e, ERR_INVALID, "not a token: its %s is no JSON object", what);
	return ERR_OK;
}

static enum err_code read_header(struct jwt *t, struct err *e) {
	struct str alg = json_get_str(t->header, S("alg"));
	const struct json *typ = json_get_lit(t->header, "typ"), *kid = json_get_lit(t->header, "kid");
	int found = -1;
	for (int i = 0; i < JWT_ALGS; i++)
		if (str_is(alg, alg_names[i])) found = i;
	/* Extensions that must be understood (RFC 7515 section 4.1.11): there are none that we do. */
	if (json_get_lit(t->header, "crit")) return no_token(e, "it wants something that is not understood here (crit)");
	/* Another sort of token that the same keys signed must not pass for an ID token (RFC 8725 section 3.11). */
	if (typ && !str_eq_ascii_case(json_string(typ), S("JWT"))) return no_token(e, "it is of another type");
	if (kid && (!json_is(kid, JSON_STRING) || !json_string(kid).n)) return no_token(e, "its key's name is none");
	if (found < 0) {
		err_set(e, ERR_UNSUPPORTED, "the token is signed in a way that is not taken here; RS256, PS256, ES256 and EdDSA are");
		err_detail(e, "alg %.*s", STR_ARG(str_cut_utf8(alg, 40)));
		return ERR_UNSUPPORTED;
	}
	t->alg = (enum jwt_alg)found;
	t->kid = json_string(kid);
	return ERR_OK;
}

enum err_code jwt_parse(struct arena *a, struct str text, struct jwt *out, struct err *e) {
	if (text.n > JWT_BYTES) return err_set(e, ERR_TOO_LARGE, "the token is larger than %d bytes", JWT_BYTES);
	struct str rest = text, header, claims, signature;
	if (!str_split(&rest, '.', &header) || !str_split(&rest, '.', &claims) || !str_split(&rest, '.', &signature) || rest.p)
		return no_token(e, "it has not three parts");
	struct jwt t = {.input = str_sub(text, 0, header.n + 1 + claims.n)};
	enum err_code code = read_object(a, header, "header", &t.header, e);
	if (!code) code = read_header(&t, e);
	if (!code) code = read_object(a, claims, "content", &t.claims, e);
	if (!code && !base64url_decode(a, signature, &t.signature))
		code = arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : no_token(e, "its base64url is not canonical");
	if (!code && !t.signature.n) code = no_token(e, "it is not signed");
	if (!code) *out = t;
	return code;
}

/* ---- the signature ---- */

static bool is_named(const struct json *jwk, const struct jwt *t) {
	return !t->kid.n || str_eq(json_get_str(jwk, S("kid")), t->kid);
}

enum err_code jwt_verify(const struct jwt *t, const struct json *jwks, struct arena *a, struct err *e) {
	const struct json *keys = json_get_lit(jwks, "keys");
	if (!json_is(keys, JSON_ARRAY) || json_count(keys) > JWT_KEYS) return err_set(e, ERR_INVALID, "the keys are no set of at most %d", JWT_KEYS);
	size_t fitting = 0;
	for (size_t i = 0; i < json_count(keys); i++) fitting += is_named(json_at(keys, i), t) && key_fits(json_at(keys, i), t->alg);
	if (!fitting) return err_set(e, ERR_NOT_FOUND, "no key is known that could have signed the token");
	/* Where there are several, the token must say which (OpenID Connect Core 1.0, section 10.1). */
	if (fitting > 1 && !t->kid.n) return err_set(e, ERR_FORBIDDEN, "the token does not say which of several keys signed it");
	enum err_code code = ERR_FORBIDDEN;
	for (size_t i = 0; i < json_count(keys) && code == ERR_FORBIDDEN; i++)
		if (is_named(json_at(keys, i), t) && key_fits(json_at(keys, i), t->alg)) code = key_verify(json_at(keys, i), t, a, e);
	return code;
}
