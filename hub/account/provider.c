#include "provider.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

#include "hub/net.h"
#include "lib/jwt/jwt.h"

enum { SECRET_BYTES = 4096, ADDRESS = 2000 };
#define METADATA_LASTS HOUR
#define KEYS_LEAST (5 * MINUTE)
#define KEYS_MOST DAY

/* ---- what is kept ---- */

struct kept {
	char *text;
	size_t n;
	moment until; /* stopwatch() */
};
struct provider_cache {
	pthread_mutex_t lock;
	struct kept metadata, keys;
	atomic_int asking;
};

enum err_code provider_cache_new(struct provider_cache **out, struct err *e) {
	struct provider_cache *c = calloc(1, sizeof *c);
	if (!c || pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*out = c;
	return ERR_OK;
}

void provider_cache_free(struct provider_cache *c) {
	if (!c) return;
	pthread_mutex_destroy(&c->lock);
	free(c->metadata.text);
	free(c->keys.text);
	free(c);
}

/* "" when there is none, or none that still holds. */
static struct str recall(struct provider_cache *c, const struct kept *k, struct arena *a) {
	pthread_mutex_lock(&c->lock);
	struct str text = k->text && stopwatch() < k->until ? arena_str(a, str_n(k->text, k->n)) : STR_EMPTY;
	pthread_mutex_unlock(&c->lock);
	return text;
}

static void keep(struct provider_cache *c, struct kept *k, struct str text, moment lasts) {
	char *copy = malloc(text.n + 1);
	if (!copy) return;
	memcpy(copy, text.p, text.n);
	pthread_mutex_lock(&c->lock);
	free(k->text);
	*k = (struct kept){copy, text.n, stopwatch() + lasts};
	pthread_mutex_unlock(&c->lock);
}

/* ---- asking ---- */

static bool is_here(struct str issuer) {
	static const char *const hosts[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
	for (size_t i = 0; i < lengthof(hosts); i++) {
		struct str rest = str_from(issuer, strlen(hosts[i]));
		if (str_starts(issuer, str_of(hosts[i])) && (!rest.n || rest.p[0] == ':' || rest.p[0] == '/')) return true;
	}
	return false;
}

bool provider_address_fine(const struct hub *h, struct str url) {
	if (!str_starts(url, S("https://")) && !(is_here(h->oidc.issuer) && is_here(url))) return false;
	struct str rest = str_from(url, str_find(url, S("//")) + 2);
	size_t slash = str_find_char(rest, '/');
	struct str host = str_sub(rest, 0, slash);
	bool ok = url.n <= ADDRESS && host.n && str_find_char(host, '@') == STR_NONE && str_find_char(url, '#') == STR_NONE;
	for (size_t i = 0; i < url.n; i++) ok &= url.p[i] > ' ' && url.p[i] < 127 && !strchr("\"<>\\^`{|}", url.p[i]);
	return ok;
}

static enum err_code ask(struct hub *h, struct arena *a, struct net_fetch f, struct net_answer *out, struct err *e) {
	f.allow_http = is_here(h->oidc.issuer);
	if (atomic_fetch_add(&h->provider->asking, 1) >= PROVIDER_AT_ONCE) {
		atomic_fetch_sub(&h->provider->asking, 1);
		return err_set(e, ERR_BUSY, "many are signing in by %.*s; try again in a moment", STR_ARG(h->oidc.name));
	}
	struct err why = {0};
	enum err_code code = net_fetch(a, &f, out, &why);
	atomic_fetch_sub(&h->provider->asking, 1);
	if (!code || code == ERR_MEMORY) return code ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
	/* Its words are for the log: they name addresses. */
	err_set(e, ERR_BUSY, "%.*s can't be reached now; try again later, or sign in with your password", STR_ARG(h->oidc.name));
	err_detail(e, "%.*s: %s %s", STR_ARG(str_cut_utf8(f.url, 200)), why.message, why.detail);
	return ERR_BUSY;
}

static enum err_code nonsense(const struct hub *h, struct err *e, enum err_code code, const char *what) {
	err_set(e, code, "%.*s gave an answer that can't be used: %s", STR_ARG(h->oidc.name), what);
	return code;
}

static enum err_code read_object(const struct hub *h, struct arena *a, struct str text, const struct json **out, struct err *e) {
	const struct json *v;
	if (json_parse(a, text, &(struct json_limits){.bytes = 1 << 20, .depth = 16}, &v, NULL) || !json_is(v, JSON_OBJECT))
		return nonsense(h, e, ERR_INVALID, "it is no JSON object");
	*out = v;
	return ERR_OK;
}

static enum err_code get_object(struct hub *h, struct arena *a, struct str url, struct net_answer *answer, const struct json **out, struct err *e) {
	enum err_code code = ask(h, a, (struct net_fetch){.url = url}, answer, e);
	if (code) return code;
	if (answer->status != 200) {
		nonsense(h, e, answer->status >= 500 ? ERR_BUSY : ERR_INVALID, "something else was expected at one of its addresses");
		err_detail(e, "%.*s answered %d", STR_ARG(str_cut_utf8(url, 300)), answer->status);
		return e ? e->code : ERR_INVALID;
	}
	return read_object(h, a, answer->body, out, e);
}

/* ---- what it says of itself ---- */

static bool names(const struct json *list, const char *word) {
	for (size_t i = 0; i < json_count(list); i++)
		if (str_is(json_string(json_at(list, i)), word)) return true;
	return false;
}

static enum err_code read_metadata(const struct hub *h, const struct json *v, struct provider *out, struct err *e) {
	const struct json *ways = json_get_lit(v, "token_endpoint_auth_methods_supported"), *types = json_get_lit(v, "response_types_supported");
	struct provider p = {
		.authorization = json_get_str(v, S("authorization_endpoint")),
		.token = json_get_str(v, S("token_endpoint")),
		.keys = json_get_str(v, S("jwks_uri")),
		.userinfo = json_get_str(v, S("userinfo_endpoint")),
		.by_post = names(ways, "client_secret_post"),
		.by_header = !ways || names(ways, "client_secret_basic"),
		.says_issuer = json_true(json_get_lit(v, "authorization_response_iss_parameter_supported")),
	};
	/* To the letter (Discovery 1.0, section 4.3): else one provider could speak for another. */
	if (!str_eq(json_get_str(v, S("issuer")), h->oidc.issuer)) return nonsense(h, e, ERR_INVALID, "it calls itself by another name than the hub's settings do");
	if (types && !names(types, "code")) return nonsense(h, e, ERR_INVALID, "it does not know the authorization code flow");
	if (!provider_address_fine(h, p.authorization) || !provider_address_fine(h, p.token) || !provider_address_fine(h, p.keys))
		return nonsense(h, e, ERR_INVALID, "its addresses are missing, or not https");
	if (!provider_address_fine(h, p.userinfo)) p.userinfo = STR_EMPTY;
	*out = p;
	return ERR_OK;
}

enum err_code provider_discover(struct hub *h, struct arena *a, struct provider *out, struct err *e) {
	struct str text = recall(h->provider, &h->provider->metadata, a), issuer = h->oidc.issuer;
	const struct json *v;
	struct net_answer answer;
	if (text.n) {
		enum err_code code = read_object(h, a, text, &v, e);
		return code ? code : read_metadata(h, v, out, e);
	}
	while (issuer.n && issuer.p[issuer.n - 1] == '/') issuer.n--;
	enum err_code code = get_object(h, a, arena_cat(a, issuer, S("/.well-known/openid-configuration")), &answer, &v, e);
	if (!code) code = read_metadata(h, v, out, e);
	if (!code) keep(h->provider, &h->provider->metadata, answer.body, METADATA_LASTS);
	return code;
}

/* ---- its keys ---- */

/* max-age of Cache-Control (RFC 9111 section 5.2.2.1), within bounds. */
static moment lifetime(const struct net_answer *answer) {
	for (size_t i = 0; i < answer->headers_n; i++) {
		if (!str_is(answer->headers[i].name, "cache-control")) continue;
		struct str rest = answer->headers[i].value, part;
		int64_t seconds;
		while (str_split(&rest, ',', &part)) {
			part = str_trim(part);
			if (!str_eq_ascii_case(str_sub(part, 0, 8), S("max-age=")) || !str_int(str_from(part, 8), &seconds)) continue;
			if (seconds < KEYS_LEAST / SECOND) return KEYS_LEAST;
			return seconds > KEYS_MOST / SECOND ? KEYS_MOST : seconds * SECOND;
		}
	}
	return HOUR;
}

static enum err_code fetch_keys(struct hub *h, const struct provider *p, struct arena *a, const struct json **out, struct err *e) {
	struct net_answer answer;
	enum err_code code = get_object(h, a, p->keys, &answer, out, e);
	if (!code) keep(h->provider, &h->provider->keys, answer.body, lifetime(&answer));
	return code;
}

/* Kept keys first; where the one that is meant is not among them, the provider may have a new one since: asked once more. */
static enum err_code verify(struct hub *h, const struct provider *p, const struct jwt *t, struct arena *a, struct err *e) {
	struct str text = recall(h->provider, &h->provider->keys, a);
	const struct json *keys;
	enum err_code code = ERR_NOT_FOUND;
	if (text.n) {
		code = read_object(h, a, text, &keys, e);
		if (!code) code = jwt_verify(t, keys, a, e);
	}
	if (code != ERR_NOT_FOUND) return code;
	code = fetch_keys(h, p, a, &keys, e);
	return code ? code : jwt_verify(t, keys, a, e);
}

/* ---- the code for a token ---- */

static bool is_plain(unsigned char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct buf *out, struct str value) {
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (is_plain(c)) buf_add_char(out, (char)c);
		else buf_fmt(out, "%%%02X", c);
	}
}

void provider_add_field(struct buf *out, const char *name, struct str value) {
	buf_fmt(out, "%s=", name);
	add_encoded(out, value);
}

static enum err_code read_secret(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	*out = STR_EMPTY;
	if (!h->oidc.client_secret_file.n) return ERR_OK;
	struct err why = {0};
	struct str text;
	if (file_read(a, arena_cstr(a, h->oidc.client_secret_file), SECRET_BYTES, &text, &why) || !str_utf8(text) || !str_trim(text).n) {
		err_set(e, ERR_INTERNAL, "the hub can't read its secret for %.*s; its administrator must mend that", STR_ARG(h->oidc.name));
		err_detail(e, "%s", why.message);
		return ERR_INTERNAL;
	}
	*out = str_trim(text);
	return ERR_OK;
}

/* RFC 6749 section 2.3.1: both parts encoded as in a form, then base64. */
static struct str basic(struct arena *a, struct str id, struct str secret) {
	autobuf struct buf pair = BUF(64 << 10);
	add_encoded(&pair, id);
	buf_add_char(&pair, ':');
	add_encoded(&pair, secret);
	if (pair.failed) return STR_EMPTY;
	struct str joined = buf_str(&pair);
	size_t room = sodium_base64_ENCODED_LEN(joined.n, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(a, room);
	if (!text) return STR_EMPTY;
	sodium_bin2base64(text, room, (const unsigned char *)joined.p, joined.n, sodium_base64_VARIANT_ORIGINAL);
	return arena_cat(a, S("Basic "), str_of(text));
}

/* By header, unless the provider takes it only in the body; or takes both, and something would be encoded in the header: many forget to decode it. */
static bool goes_by_post(const struct hub *h, const struct provider *p, struct str secret) {
	bool plain = true;
	for (size_t i = 0; i < secret.n; i++) plain &= is_plain((unsigned char)secret.p[i]);
	for (size_t i = 0; i < h->oidc.client_id.n; i++) plain &= is_plain((unsigned char)h->oidc.client_id.p[i]);
	return secret.n && p->by_post && (!p->by_header || !plain);
}

static enum err_code exchange(struct hub *h, const struct provider *p, const struct provider_question *q, struct arena *a, const struct json **out,
	struct err *e) {
	struct str secret;
	enum err_code code = read_secret(h, a, &secret, e);
	if (code) return code;
	bool by_post = goes_by_post(h, p, secret);
	autobuf struct buf form = BUF(64 << 10);
	provider_add_field(&form, "grant_type", S("authorization_code"));
	provider_add_field(&form, "&code", q->code);
	provider_add_field(&form, "&redirect_uri", q->redirect_uri);
	provider_add_field(&form, "&code_verifier", q->verifier);
	if (!secret.n || by_post) provider_add_field(&form, "&client_id", h->oidc.client_id);
	if (by_post) provider_add_field(&form, "&client_secret", secret);
	struct net_header headers[3] = {{S("Content-Type"), S("application/x-www-form-urlencoded")}, {S("Accept"), S("application/json")}};
	size_t n = 2;
	if (secret.n && !by_post) headers[n++] = (struct net_header){S("Authorization"), basic(a, h->oidc.client_id, secret)};
	struct net_answer answer;
	code = ask(h, a, (struct net_fetch){.url = p->token, .method = S("POST"), .headers = headers, .headers_n = n, .body = buf_str(&form)}, &answer, e);
	if (code) return code;
	if (answer.status == 200) return read_object(h, a, answer.body, out, e);
	const struct json *v = NULL;
	if (answer.status >= 500) code = nonsense(h, e, ERR_BUSY, "it has trouble of its own");
	else code = err_set(e, ERR_FORBIDDEN, "%.*s did not confirm the sign-in; begin again", STR_ARG(h->oidc.name));
	(void)!json_parse(a, answer.body, &(struct json_limits){.bytes = 1 << 16, .depth = 8}, &v, NULL);
	err_detail(e, "the token endpoint answered %d %.*s", answer.status, STR_ARG(str_cut_utf8(json_get_str(v, S("error")), 100)));
	return code;
}

static enum err_code distrusted(const struct hub *h, enum err_code code, struct err *e) {
	if (code == ERR_BUSY || code == ERR_MEMORY || !e) return code;
	struct err why = *e;
	err_set(e, ERR_FORBIDDEN, "the answer of %.*s can't be trusted: %s", STR_ARG(h->oidc.name), why.message);
	err_detail(e, "%s %s", why.where, why.detail);
	return ERR_FORBIDDEN;
}

/* What the token leaves out, from the userinfo endpoint (Core 1.0, section 5.3): only where it speaks of the same person. Trouble there is no reason to
 * send somebody away. */
static const struct json *fill_up(struct hub *h, const struct provider *p, struct str access, struct arena *a, const struct json *claims) {
	static const char *const wanted[] = {"email", "email_verified", "name", "preferred_username"};
	if (json_get_lit(claims, "email") || !p->userinfo.n || !access.n || access.n > 16000) return claims;
	struct net_header headers[] = {{S("Authorization"), arena_cat(a, S("Bearer "), access)}, {S("Accept"), S("application/json")}};
	struct net_answer answer;
	const struct json *v;
	if (ask(h, a, (struct net_fetch){.url = p->userinfo, .headers = headers, .headers_n = lengthof(headers)}, &answer, NULL)) return claims;
	if (answer.status != 200 || read_object(h, a, answer.body, &v, NULL)) return claims;
	if (!str_eq(json_get_str(v, S("sub")), json_get_str(claims, S("sub")))) return claims;
	for (size_t i = 0; i < lengthof(wanted); i++) {
		const struct json *one = json_get(v, str_of(wanted[i]));
		if (one && !json_get(claims, str_of(wanted[i]))) claims = json_with(a, claims, str_of(wanted[i]), one);
	}
	return claims;
}

enum err_code provider_claims(struct hub *h, const struct provider *p, const struct provider_question *q, struct arena *a, const struct json **out,
	struct err *e) {
	const struct json *answer = NULL;
	struct jwt t;
	struct err why = {0};
	struct id_token_wanted wanted = {h->oidc.issuer, h->oidc.client_id, q->nonce, now()};
	enum err_code code = exchange(h, p, q, a, &answer, e);
	if (code) return code;
	code = jwt_parse(a, json_get_str(answer, S("id_token")), &t, &why);
	if (!code) code = verify(h, p, &t, a, &why);
	if (!code) code = id_token_check(t.claims, &wanted, &why);
	if (code) {
		if (e) *e = why;
		return distrusted(h, code, e);
	}
	*out = fill_up(h, p, json_get_str(answer, S("access_token")), a, t.claims);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
