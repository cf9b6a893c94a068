#include "session.h"

#include <sodium.h>

#include "hub/account/draft.h"
#include "hub/account/idempotency.h"
#include "hub/account/inside.h"
#include "hub/account/limits.h"
#include "lib/json/json.h"

enum { SESSIONS = 1000 };
#define SEEN_AGAIN (5 * MINUTE)

/* ---- reading ---- */

#define SESSION_COLUMNS "s.id, s.pending, s.created, s.seen, s.proven, s.address, s.agent, s.second_factor"

static struct session read_session(struct db_query *q, int first, struct arena *a) {
	return (struct session){
		.id = arena_str(a, db_str(q, first)),
		.pending = db_int(q, first + 1) != 0,
		.created = db_int(q, first + 2),
		.seen = db_int(q, first + 3),
		.proven = db_int(q, first + 4),
		.address = arena_str(a, db_str(q, first + 5)),
		.agent = arena_str(a, db_str(q, first + 6)),
		.second_factor = arena_str(a, db_str(q, first + 7)),
	};
}

static enum err_code nobody(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "you are not signed in, or no longer");
}

/* A session that is neither over nor of a suspended account. */
static enum err_code find(struct db *db, const struct sha256 *digest, struct arena *a, struct session *out, struct err *e) {
	moment at = now();
	struct db_query q = db_query(db,
		"SELECT " SESSION_COLUMNS ", " ACCOUNT_COLUMNS " FROM session s JOIN account a ON a.uid = s.account "
		"WHERE s.digest = $1 AND a.suspended = 0 AND s.seen > $2 AND s.created > $3 AND (s.pending = 0 OR s.created > $4)");
	db_bind_bytes(&q, 1, sha256_str(digest));
	db_bind_int(&q, 2, at - SESSION_IDLE);
	db_bind_int(&q, 3, at - SESSION_MOST);
	db_bind_int(&q, 4, at - SESSION_PENDING);
	bool found = db_row(&q);
	struct session s = {0};
	if (found) {
		s = read_session(&q, 0, a);
		s.account = account_read(&q, 8, a);
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = nobody(e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = s;
	return code;
}

/* ---- beginning ---- */

struct beginning {
	struct str uid, address, agent, second_factor, rehashed;
	bool pending;
	const char *how;
	const char *token;
	struct arena *a;
	struct session *out;
};

static enum err_code note_seen(struct db *db, struct str uid, moment at, struct err *e) {
	struct db_query q = db_query(db, "UPDATE account SET seen = $2 WHERE uid = $1");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, at);
	return db_run(&q, e);
}

static enum err_code insert(struct db *db, void *arg, struct err *e) {
	const struct beginning *c = arg;
	char id[ID_TEXT];
	struct sha256 digest = secret_digest(str_of(c->token));
	moment at = now();
	id_make(id);
	struct db_query q = db_query(db,
		"INSERT INTO session (id, digest, account, pending, created, seen, proven, address, agent, second_factor) "
		"VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8)");
	db_bind_str(&q, 1, str_of(id));
	db_bind_bytes(&q, 2, sha256_str(&digest));
	db_bind_str(&q, 3, c->uid);
	db_bind_int(&q, 4, c->pending);
	db_bind_int(&q, 5, at);
	db_bind_str(&q, 6, c->address);
	db_bind_str(&q, 7, c->agent);
	db_bind_str(&q, 8, c->second_factor);
	enum err_code code = db_run(&q, e);
	if (!code) code = note_seen(db, c->uid, at, e);
	if (!code && c->rehashed.n) {
		q = db_query(db, "UPDATE account SET password = $2 WHERE uid = $1");
		db_bind_str(&q, 1, c->uid);
		db_bind_str(&q, 2, c->rehashed);
		code = db_run(&q, e);
	}
	struct json_builder b = json_object_of(c->a);
	json_put_str(&b, S("agent"), c->agent);
	json_set_str(&b, S("how"), str_of(c->how));
	json_set_str(&b, S("id"), str_of(id));
	struct by self = {.actor = c->uid, .address = c->address};
	if (!code) code = audit_write(db, &self, c->pending ? "session.half" : "session.begin", c->uid, json_canonical(c->a, json_built(&b)), e);
	/* Suspended since it was looked up: then there is nothing to find. */
	if (!code) code = find(db, &digest, c->a, c->out, e);
	return code == ERR_NOT_FOUND ? err_set(e, ERR_FORBIDDEN, "name or password are not right") : code;
}

static enum err_code begin(struct hub *h, struct beginning *c, struct str agent, char token[SESSION_TOKEN], struct session *out,
	struct err *e) {
	_Static_assert((int)SESSION_TOKEN == (int)SECRET_TEXT, "a session's token is a secret");
	char secret[SECRET_TEXT];
	struct session made;
	secret_make(secret);
	struct str trimmed = str_cut_utf8(agent, 100);
	c->agent = str_utf8(trimmed) ? trimmed : STR_EMPTY;
	c->token = secret;
	c->out = &made;
	enum err_code code = account_write(h, insert, c, e);
	if (!code) {
		memcpy(token, secret, sizeof secret);
		*out = made;
	}
	sodium_memzero(secret, sizeof secret);
	return code;
}

struct failure {
	struct str uid, address;
	const char *action;
};

static enum err_code write_failure(struct db *db, void *arg, struct err *e) {
	const struct failure *f = arg;
	struct by somebody = {.actor = STR_EMPTY, .address = f->address};
	return audit_write(db, &somebody, f->action, f->uid, STR_EMPTY, e);
}

/* What was typed is not noted where there is no such account: people type passwords into the wrong field. */
static enum err_code refuse(struct hub *h, struct str uid, struct str address, struct err *e) {
	struct failure f = {uid, address, "session.fail"};
	enum err_code code = account_write(h, write_failure, &f, e);
	return code ? code : err_set(e, ERR_FORBIDDEN, "name or password are not right");
}

enum err_code session_begin(struct hub *h, struct db *db, const struct sign_in *s, struct arena *a, char token[SESSION_TOKEN],
	struct session *out, struct err *e) {
	/* Counted by what was typed, so that the count says nothing about which names belong to one account. */
	struct str typed = name_folded(a, str_trim(str_sub(s->login, 0, 2 * ACCOUNT_EMAIL)));
	enum err_code code = limit_take(h, &limit_address, s->address, e);
	if (!code) code = limit_take(h, &limit_login, typed, e);
	if (code) return code;
	struct account_secrets found = {.password = STR_EMPTY};
	code = account_find_secrets(db, s->login, a, &found, e);
	if (code && code != ERR_NOT_FOUND) return code;
	/* Always one comparison and one durable commit, whatever is wrong. */
	bool known = !code, same = password_matches(s->password, found.password);
	if (!known || !same || found.account.suspended) return refuse(h, known ? found.account.uid : STR_EMPTY, s->address, e);
	limit_forgive(h, &limit_address, s->address);
	limit_forgive(h, &limit_login, typed);
	char hash[PASSWORD_HASH] = "";
	if (password_is_dated(found.password) && password_hash(s->password, hash, NULL)) hash[0] = 0;
	struct beginning c = {.uid = found.account.uid, .address = s->address, .second_factor = STR_EMPTY, .rehashed = str_of(hash),
		.pending = found.account.has_totp, .how = "password", .a = a};
	return begin(h, &c, s->agent, token, out, e);
}

enum err_code session_begin_for(struct hub *h, struct db *db, struct str uid, struct str how, struct str address, struct str agent,
	struct arena *a, char token[SESSION_TOKEN], struct session *out, struct err *e) {
	struct account account;
	enum err_code code = account_by_uid(db, uid, a, &account, e);
	if (code) return code;
	if (account.suspended) return err_set(e, ERR_FORBIDDEN, "this account can't sign in; ask the hub's administrators");
	/* Whether the other authority sees to a second factor of its own is for the administrator to say. */
	bool vouched = str_is(how, "oidc") && h->oidc.trust_second_factor;
	struct beginning c = {.uid = uid, .address = address, .second_factor = vouched ? S("oidc") : STR_EMPTY,
		.pending = account.has_totp && !vouched, .how = arena_cstr(a, how), .a = a};
	return begin(h, &c, agent, token, out, e);
}

/* ---- the second step, and proving oneself again ---- */

struct stepping {
	struct hub *hub;
	struct sha256 digest;
	struct str uid, code, address;
	enum err_code refused;
	struct err err;
};

/* A failure is written down too, so it is told beside the transaction's own success. */
static enum err_code second_factor(struct db *db, void *arg, struct err *e) {
	struct stepping *c = arg;
	struct str how = STR_EMPTY;
	struct by self = {.actor = c->uid, .address = c->address};
	c->refused = totp_take(c->hub, db, c->uid, c->code, &how, &c->err);
	if (c->refused == ERR_FORBIDDEN) return audit_write(db, &self, "session.fail", c->uid, S("{\"what\":\"second factor\"}"), e);
	if (c->refused) return ERR_OK;
	struct db_query q = db_query(db, "UPDATE session SET pending = 0, proven = $2, seen = $2, second_factor = $3 WHERE digest = $1");
	db_bind_bytes(&q, 1, sha256_str(&c->digest));
	db_bind_int(&q, 2, now());
	db_bind_str(&q, 3, how);
	enum err_code code = db_run(&q, e);
	bool recovery = str_is(how, "recovery");
	return code ? code : audit_write(db, &self, recovery ? "session.recovery" : "session.second", c->uid, STR_EMPTY, e);
}

enum err_code session_second_factor(struct hub *h, struct db *db, struct str token, struct str code_text, struct str address,
	struct arena *a, struct session *out, struct err *e) {
	struct stepping c = {.hub = h, .digest = secret_digest(token), .code = code_text, .address = address};
	struct session s;
	enum err_code code = find(db, &c.digest, a, &s, e);
	if (!code) code = limit_take(h, &limit_second_factor, s.account.uid, e);
	if (code) return code;
	c.uid = s.account.uid;
	code = account_write(h, second_factor, &c, e);
	if (!code && c.refused) {
		if (e) *e = c.err;
		code = c.refused;
	}
	if (code) return code;
	limit_forgive(h, &limit_second_factor, s.account.uid);
	return find(db, &c.digest, a, out, e);
}

struct proving {
	struct sha256 digest;
	struct str uid, address;
};

static enum err_code write_proof(struct db *db, void *arg, struct err *e) {
	const struct proving *c = arg;
	struct db_query q = db_query(db, "UPDATE session SET proven = $2 WHERE digest = $1");
	db_bind_bytes(&q, 1, sha256_str(&c->digest));
	db_bind_int(&q, 2, now());
	enum err_code code = db_run(&q, e);
	struct by self = {.actor = c->uid, .address = c->address};
	return code ? code : audit_write(db, &self, "session.prove", c->uid, STR_EMPTY, e);
}

enum err_code session_prove(struct hub *h, struct db *db, struct str token, struct str password, struct str address, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct proving c = {.digest = secret_digest(token), .address = address};
	struct session s;
	enum err_code code = find(db, &c.digest, a, &s, e);
	if (!code) code = limit_take(h, &limit_address, address, e);
	if (!code) code = limit_take(h, &limit_login, s.account.login, e);
	if (code) return code;
	c.uid = s.account.uid;
	code = account_check_password(db, c.uid, password, e);
	if (code == ERR_FORBIDDEN) {
		struct failure f = {c.uid, address, "session.fail"};
		enum err_code written = account_write(h, write_failure, &f, NULL);
		return written ? written : code;
	}
	if (code) return code;
	limit_forgive(h, &limit_address, address);
	limit_forgive(h, &limit_login, s.account.login);
	return account_write(h, write_proof, &c, e);
}

/* ---- staying ---- */

struct seeing {
	struct str id, uid;
};

static enum err_code write_seen(struct db *db, void *arg, struct err *e) {
	const struct seeing *c = arg;
	moment at = now();
	struct db_query q = db_query(db, "UPDATE session SET seen = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_int(&q, 2, at);
	enum err_code code = db_run(&q, e);
	return code ? code : note_seen(db, c->uid, at, e);
}

enum err_code session_find(struct hub *h, struct db *db, struct str token, struct arena *a, struct session *out, struct err *e) {
	if (token.n != SESSION_TOKEN - 1) return nobody(e);
	struct sha256 digest = secret_digest(token);
	struct session s;
	enum err_code code = find(db, &digest, a, &s, e);
	if (code) return code;
	struct seeing c = {s.id, s.account.uid};
	/* That it could not be noted is no reason to send somebody away. */
	if (!s.pending && now() - s.seen > SEEN_AGAIN) (void)!account_write(h, write_seen, &c, NULL);
	*out = s;
	return ERR_OK;
}

/* ---- ending ---- */

struct ending {
	struct by by;
	struct str uid, id;          /* of one's own by id; */
	const struct sha256 *digest; /* or by token */
};

static enum err_code end(struct db *db, void *arg, struct err *e) {
	struct ending *c = arg;
	autoarena struct arena *a = arena_new(1 << 14);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = c->digest ? db_query(db, "DELETE FROM session WHERE digest = $1 RETURNING account, id") :
		db_query(db, "DELETE FROM session WHERE account = $1 AND id = $2 RETURNING account, id");
	if (c->digest) {
		db_bind_bytes(&q, 1, sha256_str(c->digest));
	} else {
		db_bind_str(&q, 1, c->uid);
		db_bind_str(&q, 2, c->id);
	}
	struct str uid = STR_EMPTY, id = STR_EMPTY;
	bool found = false;
	while (db_row(&q)) {
		found = true;
		uid = arena_str(a, db_str(&q, 0));
		id = arena_str(a, db_str(&q, 1));
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	if (!found) return c->digest ? ERR_OK : err_set(e, ERR_NOT_FOUND, "there is no such session");
	if (c->digest) c->by.actor = uid;
	return audit_write(db, &c->by, "session.end", uid, audit_detail(a, "id", id), e);
}

enum err_code session_end(struct hub *h, struct str token, struct str address, struct err *e) {
	struct sha256 digest = secret_digest(token);
	struct ending c = {.by = {.actor = STR_EMPTY, .address = address}, .digest = &digest};
	return account_write(h, end, &c, e);
}

enum err_code session_end_by_id(struct hub *h, const struct by *by, struct str uid, struct str id, struct err *e) {
	if (!by->administrator && !(by->actor.n && str_eq(by->actor, uid))) return err_set(e, ERR_NOT_FOUND, "there is no such session");
	struct ending c = {.by = *by, .uid = uid, .id = id};
	return account_write(h, end, &c, e);
}

enum err_code session_list(struct db *db, struct str uid, struct arena *a, struct session **out, size_t *n, struct err *e) {
	struct session *items = arena_array(a, SESSIONS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct account account;
	enum err_code code = account_by_uid(db, uid, a, &account, e);
	if (code) return code;
	moment at = now();
	struct db_query q = db_query(db,
		"SELECT " SESSION_COLUMNS " FROM session s WHERE s.account = $1 AND s.seen > $2 AND s.created > $3 AND (s.pending = 0 OR s.created > $4) "
		"ORDER BY s.created DESC, s.id LIMIT 1000");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, at - SESSION_IDLE);
	db_bind_int(&q, 3, at - SESSION_MOST);
	db_bind_int(&q, 4, at - SESSION_PENDING);
	size_t used = 0;
	while (used < SESSIONS && db_row(&q)) {
		items[used] = read_session(&q, 0, a);
		items[used++].account = account;
	}
	code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* ---- sweeping ---- */

static enum err_code sweep(struct db *db, void *arg, struct err *e) {
	(void)arg;
	moment at = now();
	const struct {
		const char *sql;
		moment before;
	} statements[] = {
		{"DELETE FROM session WHERE seen <= $1", at - SESSION_IDLE},
		{"DELETE FROM session WHERE created <= $1", at - SESSION_MOST},
		{"DELETE FROM session WHERE pending = 1 AND created <= $1", at - SESSION_PENDING},
		{"DELETE FROM token WHERE expires <= $1", at - 30 * DAY}, /* a while, so that its owner sees why it stopped */
		{"DELETE FROM code WHERE expires <= $1", at - DAY},
		{"DELETE FROM idempotency WHERE at <= $1", at - IDEMPOTENCY_LASTS},
		{"DELETE FROM draft WHERE updated <= $1", at - DRAFT_LASTS},
		{"DELETE FROM notice WHERE read = 1 AND at <= $1", at - 365 * DAY},
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(statements) && !code; i++) {
		struct db_query q = db_query(db, statements[i].sql);
		db_bind_int(&q, 1, statements[i].before);
		code = db_run(&q, e);
	}
	return code;
}

enum err_code session_sweep(struct hub *h, struct err *e) {
	return account_write(h, sweep, NULL, e);
}

/* ---- forms ---- */

struct str session_csrf(struct arena *a, struct str token) {
	static const unsigned char purpose[] = "polder csrf 1";
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)token.p, token.n);
	crypto_auth_hmacsha256_update(&state, purpose, sizeof purpose);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return arena_str(a, str_of(text));
}

bool session_csrf_valid(struct str token, struct str given) {
	autoarena struct arena *a = arena_new(1 << 14);
	if (!a || !token.n) return false;
	struct str expected = session_csrf(a, token);
	return expected.n && given.n == expected.n && sodium_memcmp(expected.p, given.p, given.n) == 0;
}
