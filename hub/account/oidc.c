#include "oidc.h"

#include <sodium.h>

#include "hub/account/identity.h"
#include "hub/account/inside.h"
#include "hub/account/limits.h"
#include "hub/account/provider.h"
#include "hub/seal.h"
#include "lib/json/json.h"
#include "lib/jwt/jwt.h"

enum { COOKIE = 4000, LOGINS = 50, LOGIN_BASE = 40 };

/* ---- settings ---- */

bool oidc_configured(const struct hub *h) {
	return h->oidc.issuer.n > 0;
}

bool oidc_create_of(struct str name, enum oidc_create *out) {
	static const char *const names[] = {"never", "invited", "any"};
	for (int i = 0; i < (int)lengthof(names); i++)
		if (str_is(name, names[i])) {
			*out = (enum oidc_create)i;
			return true;
		}
	return false;
}

static bool has_scope(struct str scopes, const char *word) {
	struct str part;
	while (str_split(&scopes, ' ', &part))
		if (str_is(part, word)) return true;
	return false;
}

enum err_code oidc_check_settings(struct hub *h, struct err *e) {
	struct hub_oidc *o = &h->oidc;
	if (!o->issuer.n) return ERR_OK;
	if (!o->name.n) o->name = S("OpenID");
	if (!o->scopes.n) o->scopes = S("openid profile email");
	if (!provider_address_fine(h, o->issuer) || str_find_char(o->issuer, '?') != STR_NONE)
		return err_set(e, ERR_INVALID, "[oidc] issuer is an address with https (http only on this machine), without ? and #");
	if (!o->client_id.n) return err_set(e, ERR_INVALID, "[oidc] client_id must say what the provider calls this hub");
	if (!has_scope(o->scopes, "openid")) return err_set(e, ERR_INVALID, "[oidc] scopes must hold openid");
	if (!h->base_url.n) return err_set(e, ERR_INVALID, "[oidc] wants [hub] url, to which the provider sends people back");
	return ERR_OK;
}

/* ---- beginning ---- */

static struct str challenge_of(struct arena *a, struct str verifier) {
	struct sha256 digest = sha256(verifier);
	return base64url_encode(a, sha256_str(&digest));
}

static struct str redirect_uri(const struct hub *h, struct arena *a) {
	return arena_cat(a, h->base_url, S(OIDC_CALLBACK));
}

/* What the browser keeps: sealed, so that it can neither read nor change it. */
struct pending {
	char state[SECRET_TEXT], nonce[SECRET_TEXT], verifier[SECRET_TEXT];
	struct oidc_start start;
	struct str issuer;
	moment until;
};

static enum err_code pack(const struct hub *h, const struct pending *p, struct arena *a, struct str *out, struct err *e) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("for"), S("sign-in by a provider"));
	json_set_str(&b, S("issuer"), p->issuer);
	json_set_int(&b, S("until"), p->until);
	json_set_str(&b, S("state"), str_of(p->state));
	json_set_str(&b, S("nonce"), str_of(p->nonce));
	json_set_str(&b, S("verifier"), str_of(p->verifier));
	json_set_int(&b, S("purpose"), p->start.purpose);
	json_set(&b, S("next"), json_str_checked(a, p->start.next));
	json_put_str(&b, S("account"), p->start.account);
	json_put_str(&b, S("invitation"), p->start.invitation);
	struct str sealed, plain = json_text(a, json_built(&b));
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = seal(h, plain, a, &sealed, e);
	if (!code) *out = base64url_encode(a, sealed);
	return code;
}

static enum err_code over(struct err *e) {
	return err_set(e, ERR_CONFLICT, "this sign-in is over, was used already, or was begun in another browser; begin again");
}

static bool take_secret(const struct json *v, struct str name, char out[SECRET_TEXT]) {
	struct str s = json_get_str(v, name);
	if (s.n != SECRET_TEXT - 1) return false;
	memcpy(out, s.p, s.n);
	out[s.n] = 0;
	return true;
}

static enum err_code unpack(const struct hub *h, struct str cookie, struct arena *a, struct pending *out, struct err *e) {
	struct str sealed, plain;
	const struct json *v;
	struct pending p;
	if (!cookie.n || cookie.n > COOKIE || !base64url_decode(a, cookie, &sealed)) return over(e);
	if (unseal(h, sealed, a, &plain, NULL) || json_parse(a, plain, &(struct json_limits){.depth = 4}, &v, NULL)) return over(e);
	if (!str_is(json_get_str(v, S("for")), "sign-in by a provider")) return over(e);
	bool whole = take_secret(v, S("state"), p.state) && take_secret(v, S("nonce"), p.nonce) && take_secret(v, S("verifier"), p.verifier);
	p.start = (struct oidc_start){
		.purpose = (enum oidc_purpose)json_integer(json_get_lit(v, "purpose"), OIDC_SIGN_IN),
		.next = json_get_str(v, S("next")),
		.account = json_get_str(v, S("account")),
		.invitation = json_get_str(v, S("invitation")),
	};
	p.issuer = json_get_str(v, S("issuer"));
	p.until = json_integer(json_get_lit(v, "until"), 0);
	if (!whole || now() >= p.until || !str_eq(p.issuer, h->oidc.issuer)) return over(e);
	*out = p;
	return ERR_OK;
}

static enum err_code no_provider(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "this hub has no provider to sign in with");
}

enum err_code oidc_begin(struct hub *h, const struct oidc_start *s, struct arena *a, struct str *address, struct str *cookie, struct err *e) {
	if (!oidc_configured(h)) return no_provider(e);
	struct provider provider;
	struct pending p = {.start = *s, .issuer = h->oidc.issuer, .until = now() + OIDC_LASTS};
	enum err_code code = limit_take(h, &limit_provider, s->address, e);
	if (!code) code = provider_discover(h, a, &provider, e);
	if (code) return code;
	if (!s->next.n || s->next.n > OIDC_NEXT) p.start.next = S("/");
	account_crypto();
	secret_make(p.state);
	secret_make(p.nonce);
	secret_make(p.verifier); /* 43 letters of base64url are a verifier: RFC 7636 section 4.1 */
	autobuf struct buf url = BUF(8000);
	buf_add(&url, provider.authorization);
	buf_add_char(&url, str_find_char(provider.authorization, '?') == STR_NONE ? '?' : '&');
	provider_add_field(&url, "response_type", S("code"));
	provider_add_field(&url, "&client_id", h->oidc.client_id);
	provider_add_field(&url, "&redirect_uri", redirect_uri(h, a));
	provider_add_field(&url, "&scope", h->oidc.scopes);
	provider_add_field(&url, "&state", str_of(p.state));
	provider_add_field(&url, "&nonce", str_of(p.nonce));
	provider_add_field(&url, "&code_challenge", challenge_of(a, str_of(p.verifier)));
	provider_add_field(&url, "&code_challenge_method", S("S256"));
	struct str kept;
	code = pack(h, &p, a, &kept, e);
	if (!code && (url.failed || arena_failed(a))) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*address = arena_str(a, buf_str(&url));
	*cookie = kept;
	return ERR_OK;
}

/* ---- using it up ---- */

static enum err_code write_used(struct db *db, void *arg, struct err *e) {
	const struct pending *p = arg;
	char id[ID_TEXT];
	struct sha256 digest = secret_digest(str_of(p->state));
	moment at = now();
	id_make(id);
	struct db_query q = db_query(db,
		"INSERT INTO code (id, digest, purpose, account, email, organization, role, inviter, created, expires, used) "
		"VALUES ($1, $2, 'sign-in', NULL, '', '', '', '', $3, $4, $3)");
	db_bind_str(&q, 1, str_of(id));
	db_bind_bytes(&q, 2, sha256_str(&digest));
	db_bind_int(&q, 3, at);
	db_bind_int(&q, 4, p->until);
	return db_run(&q, e);
}

/* Of two at once, one finds the other's row. */
static enum err_code use_up(struct hub *h, struct pending *p, struct err *e) {
	enum err_code code = account_write(h, write_used, p, e);
	return code == ERR_EXISTS || code == ERR_CONFLICT ? over(e) : code;
}

static enum err_code declined(const struct hub *h, struct str error, struct err *e) {
	if (str_is(error, "access_denied"))
		err_set(e, ERR_FORBIDDEN, "you did not let %.*s tell this hub who you are", STR_ARG(h->oidc.name));
	else if (str_is(error, "temporarily_unavailable") || str_is(error, "server_error"))
		err_set(e, ERR_BUSY, "%.*s has trouble of its own; try again later", STR_ARG(h->oidc.name));
	else
		err_set(e, ERR_FORBIDDEN, "%.*s did not sign you in", STR_ARG(h->oidc.name));
	err_detail(e, "%.*s", STR_ARG(str_cut_utf8(error, 100)));
	return e ? e->code : ERR_FORBIDDEN;
}

/* ---- whom it is ---- */

struct finishing {
	struct hub *hub;
	const struct pending *pending;
	const struct json *claims;
	struct by by;
	struct str subject;
	struct arena *a;
	struct str uid;   /* of the account that has the identity, "" none; in the end the result */
	bool suspended;
};

/* Letters for a login, from what the provider calls them: the part before @, small, without what no login may hold. */
static struct str login_base(struct arena *a, struct str from) {
	char text[LOGIN_BASE + 1];
	size_t n = 0, at = str_find_char(from, '@');
	from = str_sub(from, 0, at);
	for (size_t i = 0; i < from.n && n < LOGIN_BASE; i++) {
		char c = from.p[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (word || (n && (c == '.' || c == '-' || c == '_'))) text[n++] = c;
	}
	return arena_str(a, str_n(text, n));
}

static struct account_new new_of(const struct finishing *c) {
	struct str name = json_get_str(c->claims, S("name")), user = json_get_str(c->claims, S("preferred_username"));
	struct str email = json_get_str(c->claims, S("email"));
	struct account_new n = {.login = login_base(c->a, user), .name = str_trim(name), .email = email};
	struct account_new probe = {.login = S("somebody"), .email = S("somebody@example.org"), .name = n.name};
	if (account_check_new(&probe, NULL)) n.name = STR_EMPTY;
	probe.name = STR_EMPTY;
	probe.login = n.login;
	if (account_check_new(&probe, NULL)) n.login = login_base(c->a, email);
	probe.login = n.login;
	if (account_check_new(&probe, NULL)) n.login = S("guest");
	return n;
}

/* A login that is taken gets a number. */
static struct str numbered(struct arena *a, struct str login, int attempt) {
	return attempt == 1 ? login : arena_fmt(a, "%.*s-%d", STR_ARG(login), attempt);
}

static bool login_taken(enum err_code code, const struct err *e) {
	return code == ERR_EXISTS && strcmp(e->where, "login") == 0;
}

static enum err_code link_fresh(struct db *db, struct finishing *c, const char *uid, struct err *e) {
	c->uid = arena_str(c->a, str_of(uid));
	struct by self = {.actor = c->uid, .address = c->by.address};
	return identity_put(db, &self, c->uid, c->hub->oidc.issuer, c->subject, e);
}

static enum err_code make_guest(struct db *db, struct finishing *c, struct err *e) {
	struct account_new n = new_of(c);
	struct str login = n.login;
	char uid[UID_SIZE];
	struct err why = {0};
	if (!n.email.n || !json_true(json_get_lit(c->claims, "email_verified")))
		return err_set(e, ERR_FORBIDDEN, "%.*s names no e-mail address that it has verified, and an account here needs one; ask for an invitation",
			STR_ARG(c->hub->oidc.name));
	n.role = MEMBER_GUEST;
	enum err_code code = account_check_new(&n, &why);
	for (int attempt = 1; !code; attempt++) {
		n.login = numbered(c->a, login, attempt);
		code = account_insert(db, &c->by, &n, STR_EMPTY, uid, &why);
		if (!login_taken(code, &why) || attempt == LOGINS) break;
		code = ERR_OK;
	}
	if (!code) return link_fresh(db, c, uid, e);
	if (code == ERR_EXISTS)
		return err_set(e, ERR_EXISTS, "there is an account with your e-mail address here; sign in to it and link it with %.*s under \"Your account\"",
			STR_ARG(c->hub->oidc.name));
	if (e) *e = why;
	return code;
}

/* An identity that has an account joins with that; else a new one is made. The savepoint of the whole takes back a login that was taken. */
static enum err_code join(struct db *db, struct finishing *c, struct err *e) {
	struct by self = {.actor = c->uid, .address = c->by.address};
	char uid[UID_SIZE];
	if (c->uid.n) {
		if (c->suspended) return err_set(e, ERR_FORBIDDEN, "this account can't sign in; ask the hub's administrators");
		return invitation_join(db, c->pending->start.invitation, &self, NULL, STR_EMPTY, uid, e);
	}
	if (c->hub->oidc.create == OIDC_CREATE_NEVER) return err_set(e, ERR_FORBIDDEN, "accounts are not made by %.*s here", STR_ARG(c->hub->oidc.name));
	struct account_new n = new_of(c);
	struct str login = n.login;
	enum err_code code = ERR_OK;
	for (int attempt = 1;; attempt++) {
		n.login = numbered(c->a, login, attempt);
		code = db_savepoint(db, e);
		if (code) return code;
		struct err why = {0};
		code = invitation_join(db, c->pending->start.invitation, &c->by, &n, STR_EMPTY, uid, &why);
		if (!code) {
			code = db_release(db, e);
			break;
		}
		db_rollback_to(db);
		if (e) *e = why;
		if (!login_taken(code, &why) || attempt == LOGINS) break;
	}
	return code ? code : link_fresh(db, c, uid, e);
}

static enum err_code settle(struct db *db, void *arg, struct err *e) {
	struct finishing *c = arg;
	struct str issuer = c->hub->oidc.issuer, name = c->hub->oidc.name;
	struct account known;
	enum err_code code = identity_find(db, issuer, c->subject, c->a, &known, e);
	if (code && code != ERR_NOT_FOUND) return code;
	c->uid = code ? STR_EMPTY : known.uid;
	c->suspended = !code && known.suspended;
	switch (c->pending->start.purpose) {
	case OIDC_LINK: {
		struct str owner = c->pending->start.account;
		struct by self = {.actor = owner, .address = c->by.address};
		c->uid = owner;
		return identity_put(db, &self, owner, issuer, c->subject, e);
	}
	case OIDC_JOIN: return join(db, c, e);
	case OIDC_SIGN_IN: break;
	}
	if (c->uid.n) return ERR_OK;
	if (c->hub->oidc.create == OIDC_CREATE_ANY) return make_guest(db, c, e);
	return err_set(e, ERR_FORBIDDEN,
		"no account here is linked with yours at %.*s; sign in with your password and link it under \"Your account\", or ask for an invitation", STR_ARG(name));
}

static enum err_code write_refusal(struct db *db, void *arg, struct err *e) {
	const struct finishing *c = arg;
	struct json_builder b = json_object_of(c->a);
	json_set_str(&b, S("how"), S("oidc"));
	json_set(&b, S("issuer"), json_str_checked(c->a, c->hub->oidc.issuer));
	json_put_str(&b, S("subject"), c->subject);
	struct str detail = json_canonical(c->a, json_built(&b));
	return audit_write(db, &c->by, "session.fail", c->pending->start.account, arena_failed(c->a) ? STR_EMPTY : detail, e);
}

/* ---- the whole ---- */

static enum err_code check_answer(const struct hub *h, const struct provider *p, const struct oidc_answer *answer, struct err *e) {
	/* Whose answer it is, so that another provider's is not taken to this one (RFC 9207). */
	if ((answer->issuer.n || p->says_issuer) && !str_eq(answer->issuer, h->oidc.issuer))
		return err_set(e, ERR_FORBIDDEN, "the answer is not one of %.*s", STR_ARG(h->oidc.name));
	if (answer->error.n) return declined(h, answer->error, e);
	return answer->code.n ? ERR_OK : err_set(e, ERR_FORBIDDEN, "the answer of %.*s holds nothing", STR_ARG(h->oidc.name));
}

enum err_code oidc_finish(struct hub *h, struct db *db, const struct oidc_answer *answer, struct arena *a, struct oidc_result *out, struct err *e) {
	(void)db;
	if (!oidc_configured(h)) return no_provider(e);
	struct pending p;
	struct provider provider;
	struct finishing c = {.hub = h, .pending = &p, .by = {.actor = answer->account, .address = answer->address}, .a = a, .subject = STR_EMPTY, .uid = STR_EMPTY};
	enum err_code code = unpack(h, answer->cookie, a, &p, e);
	if (code) return code;
	out->purpose = p.start.purpose;
	out->next = p.start.next;
	if (answer->state.n != SECRET_TEXT - 1 || sodium_memcmp(answer->state.p, p.state, SECRET_TEXT - 1) != 0) return over(e);
	code = use_up(h, &p, e);
	/* Who signed out or in as somebody else meanwhile links nothing. */
	if (!code && p.start.purpose == OIDC_LINK && !str_eq(answer->account, p.start.account)) code = over(e);
	if (!code) code = provider_discover(h, a, &provider, e);
	if (!code) code = check_answer(h, &provider, answer, e);
	struct provider_question q = {answer->code, str_of(p.verifier), redirect_uri(h, a), str_of(p.nonce)};
	if (!code) code = provider_claims(h, &provider, &q, a, &c.claims, e);
	if (code == ERR_BUSY || code == ERR_CONFLICT) return code;
	if (!code) {
		c.subject = json_get_str(c.claims, S("sub"));
		if (p.start.purpose != OIDC_LINK) c.by.actor = STR_EMPTY;
		code = account_write(h, settle, &c, e);
	}
	if (code == ERR_FORBIDDEN || code == ERR_EXISTS) {
		enum err_code written = account_write(h, write_refusal, &c, NULL);
		if (written) return err_set(e, written, "it could not be written down");
	}
	if (!code) {
		limit_forgive(h, &limit_provider, answer->address);
		out->uid = c.uid;
	}
	return code;
}
