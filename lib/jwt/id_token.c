#include "jwt.h"

#include <openssl/crypto.h>

static enum err_code refuse(struct err *e, const char *claim, const char *why) {
	err_set(e, ERR_FORBIDDEN, "%s", why);
	err_where(e, "%s", claim);
	return ERR_FORBIDDEN;
}

/* Seconds since 1970 as a number (NumericDate, RFC 7519 section 2); false for what is none, or beyond all reason. */
static bool moment_of(const struct json *v, moment *out) {
	if (!json_is(v, JSON_INT) && !json_is(v, JSON_REAL)) return false;
	double seconds = json_number(v, -1);
	if (!(seconds >= 0 && seconds < 1e11)) return false;
	*out = (moment)(seconds * (double)SECOND);
	return true;
}

static bool same(struct str a, struct str b) {
	return a.n == b.n && a.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

/* `aud` is a string or an array of them (RFC 7519 section 4.1.3). *several: it names others too. */
static bool is_for(const struct json *aud, struct str client, bool *several) {
	bool found = false;
	*several = json_is(aud, JSON_ARRAY) && json_count(aud) > 1;
	if (json_is(aud, JSON_STRING)) return same(json_string(aud), client);
	for (size_t i = 0; json_is(aud, JSON_ARRAY) && i < json_count(aud); i++) {
		if (!json_is(json_at(aud, i), JSON_STRING)) return false;
		found |= same(json_string(json_at(aud, i)), client);
	}
	return found;
}

static enum err_code check_times(const struct json *claims, moment at, struct err *e) {
	const struct json *nbf = json_get_lit(claims, "nbf");
	moment expires, issued, before;
	if (!moment_of(json_get_lit(claims, "exp"), &expires)) return refuse(e, "exp", "the token does not say until when it holds");
	if (at >= expires + JWT_LEEWAY) return refuse(e, "exp", "the token is over; the clocks of provider and hub may differ");
	if (!moment_of(json_get_lit(claims, "iat"), &issued)) return refuse(e, "iat", "the token does not say when it was issued");
	if (issued > at + JWT_LEEWAY) return refuse(e, "iat", "the token comes from the future; the clocks of provider and hub may differ");
	if (nbf && !moment_of(nbf, &before)) return refuse(e, "nbf", "the token does not say from when on it holds");
	if (nbf && before > at + JWT_LEEWAY) return refuse(e, "nbf", "the token does not hold yet; the clocks of provider and hub may differ");
	return ERR_OK;
}

enum err_code id_token_check(const struct json *claims, const struct id_token_wanted *w, struct err *e) {
	const struct json *azp = json_get_lit(claims, "azp");
	struct str subject = json_get_str(claims, S("sub"));
	bool several;
	if (!same(json_get_str(claims, S("iss")), w->issuer)) return refuse(e, "iss", "the token is another issuer's");
	if (!subject.n || subject.n > JWT_SUBJECT) return refuse(e, "sub", "the token does not say whom it is about");
	if (!is_for(json_get_lit(claims, "aud"), w->client_id, &several)) return refuse(e, "aud", "the token is meant for somebody else");
	if (several && !azp) return refuse(e, "azp", "the token is meant for others too and does not say who asked for it");
	if (azp && !same(json_string(azp), w->client_id)) return refuse(e, "azp", "somebody else asked for the token");
	enum err_code code = check_times(claims, w->at, e);
	if (!code && !same(json_get_str(claims, S("nonce")), w->nonce)) code = refuse(e, "nonce", "the token answers another sign-in");
	return code;
}
