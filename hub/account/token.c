#include "token.h"

#include <sodium.h>

#include "hub/account/inside.h"
#include "lib/json/json.h"

enum { TOKENS = 500, NAME = 100, START = 8 };
#define USED_AGAIN (5 * MINUTE)
static const char prefix[] = "pldr_";

static const struct {
	enum scope scope;
	const char *name;
} scopes_by_name[] = {{SCOPE_READ, "read"}, {SCOPE_WRITE, "write"}, {SCOPE_ADMIN, "admin"}};

const char *scope_name(enum scope one) {
	for (size_t i = 0; i < lengthof(scopes_by_name); i++)
		if (scopes_by_name[i].scope == one) return scopes_by_name[i].name;
	return "";
}

unsigned scope_of(struct str name) {
	for (size_t i = 0; i < lengthof(scopes_by_name); i++)
		if (str_is(name, scopes_by_name[i].name)) return scopes_by_name[i].scope;
	return 0;
}

#define TOKEN_COLUMNS "t.id, t.name, t.start, t.scopes, t.created, t.expires, t.used"

static struct token read_token(struct db_query *q, int first, struct arena *a) {
	return (struct token){
		.id = arena_str(a, db_str(q, first)),
		.name = arena_str(a, db_str(q, first + 1)),
		.start = arena_str(a, db_str(q, first + 2)),
		.scopes = (unsigned)db_int(q, first + 3),
		.created = db_int(q, first + 4),
		.expires = db_int(q, first + 5),
		.used = db_int(q, first + 6),
	};
}

/* ---- making ---- */

struct making {
	const struct by *by;
	struct str uid;
	struct token token;
	struct sha256 digest;
	struct arena *a;
};

static const struct json *scope_list(struct arena *a, unsigned scopes) {
	struct json_builder b = json_array_of(a);
	for (size_t i = 0; i < lengthof(scopes_by_name); i++)
		if (scopes & scopes_by_name[i].scope) json_add(&b, json_str(a, str_of(scopes_by_name[i].name)));
	return json_built(&b);
}

static enum err_code insert(struct db *db, void *arg, struct err *e) {
	const struct making *c = arg;
	struct account account;
	enum err_code code = account_by_uid(db, c->uid, c->a, &account, e);
	if (!code && account.suspended) code = err_set(e, ERR_CONFLICT, "the account is suspended");
	if (code) return code;
	struct db_query q = db_query(db, "SELECT count(*) FROM token WHERE account = $1");
	db_bind_str(&q, 1, c->uid);
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	code = db_done(&q, e);
	if (!code && n >= TOKENS) code = err_set(e, ERR_CONFLICT, "there are %d tokens already; revoke some", TOKENS);
	if (code) return code;
	q = db_query(db,
		"INSERT INTO token (id, digest, account, name, start, scopes, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)");
	db_bind_str(&q, 1, c->token.id);
	db_bind_bytes(&q, 2, sha256_str(&c->digest));
	db_bind_str(&q, 3, c->uid);
	db_bind_str(&q, 4, c->token.name);
	db_bind_str(&q, 5, c->token.start);
	db_bind_int(&q, 6, c->token.scopes);
	db_bind_int(&q, 7, c->token.created);
	db_bind_int(&q, 8, c->token.expires);
	code = db_run(&q, e);
	struct json_builder b = json_object_of(c->a);
	json_set_str(&b, S("expires"), moment_str(c->a, c->token.expires));
	json_set_str(&b, S("id"), c->token.id);
	json_set_str(&b, S("name"), c->token.name);
	json_set(&b, S("scopes"), scope_list(c->a, c->token.scopes));
	return code ? code : audit_write(db, c->by, "token.create", c->uid, json_canonical(c->a, json_built(&b)), e);
}

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static bool is_line(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127) return false;
	return s.n && str_utf8(s);
}

enum err_code token_create(struct hub *h, const struct by *by, struct str uid, struct str name, unsigned scopes, moment expires,
	struct arena *a, char text[TOKEN_TEXT], struct token *out, struct err *e) {
	_Static_assert((size_t)TOKEN_TEXT == sizeof prefix - 1 + SECRET_TEXT, "a token is the prefix and a secret");
	moment at = now();
	name = str_trim(name);
	if (!by->administrator && !(by->actor.n && str_eq(by->actor, uid))) return account_no_such(e);
	if (!is_line(name) || name.n > NAME) return wrong(e, "name", "say in a few words what the token is for, to tell it from others");
	if (!scopes || (scopes & ~(unsigned)(SCOPE_READ | SCOPE_WRITE | SCOPE_ADMIN)))
		return wrong(e, "scope", "a token is for reading, writing or administering: read, write, admin");
	if (scopes & SCOPE_WRITE) scopes |= SCOPE_READ;
	if (expires <= at) return wrong(e, "expires", "a token must last until some time ahead");
	if (expires > at + TOKEN_MOST) return wrong(e, "expires", "a token lasts a year at most");
	char secret[SECRET_TEXT], id[ID_TEXT], whole[TOKEN_TEXT];
	secret_make(secret);
	id_make(id);
	snprintf(whole, sizeof whole, "%s%s", prefix, secret);
	struct making c = {by, uid, {arena_str(a, str_of(id)), arena_str(a, name), arena_str(a, str_n(whole, START)), scopes, at, expires, 0},
		secret_digest(str_of(whole)), a};
	enum err_code code = account_write(h, insert, &c, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) {
		memcpy(text, whole, sizeof whole);
		*out = c.token;
	}
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(whole, sizeof whole);
	return code;
}

/* ---- looking, revoking ---- */

enum err_code token_list(struct db *db, struct str uid, struct arena *a, struct token **out, size_t *n, struct err *e) {
	struct token *items = arena_array(a, TOKENS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT " TOKEN_COLUMNS " FROM token t WHERE t.account = $1 ORDER BY t.created DESC, t.id");
	db_bind_str(&q, 1, uid);
	size_t used = 0;
	while (used < TOKENS && db_row(&q)) items[used++] = read_token(&q, 0, a);
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

struct revoking {
	const struct by *by;
	struct str uid, id;
};

static enum err_code take_back(struct db *db, void *arg, struct err *e) {
	const struct revoking *c = arg;
	autoarena struct arena *a = arena_new(1 << 14);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "DELETE FROM token WHERE account = $1 AND id = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->id);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = err_set(e, ERR_NOT_FOUND, "there is no such token");
	return code ? code : audit_write(db, c->by, "token.revoke", c->uid, audit_detail(a, "id", c->id), e);
}

enum err_code token_revoke(struct hub *h, const struct by *by, struct str uid, struct str id, struct err *e) {
	if (!by->administrator && !(by->actor.n && str_eq(by->actor, uid))) return err_set(e, ERR_NOT_FOUND, "there is no such token");
	struct revoking c = {by, uid, id};
	return account_write(h, take_back, &c, e);
}

/* ---- using ---- */

struct noting {
	struct str id, uid;
};

static enum err_code note_use(struct db *db, void *arg, struct err *e) {
	const struct noting *c = arg;
	moment at = now();
	struct db_query q = db_query(db, "UPDATE token SET used = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_int(&q, 2, at);
	enum err_code code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "UPDATE account SET seen = $2 WHERE uid = $1");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, at);
	return db_run(&q, e);
}

enum err_code token_find(struct hub *h, struct db *db, struct str text, struct arena *a, struct account *account, unsigned *scopes,
	struct err *e) {
	bool form = text.n == TOKEN_TEXT - 1 && str_starts(text, str_of(prefix)), found = false;
	struct sha256 digest = secret_digest(text);
	struct token t = {0};
	struct account owner = {0};
	moment at = now();
	enum err_code code = ERR_OK;
	if (form) {
		struct db_query q = db_query(db,
			"SELECT " TOKEN_COLUMNS ", " ACCOUNT_COLUMNS " FROM token t JOIN account a ON a.uid = t.account "
			"WHERE t.digest = $1 AND t.expires > $2 AND a.suspended = 0");
		db_bind_bytes(&q, 1, sha256_str(&digest));
		db_bind_int(&q, 2, at);
		if ((found = db_row(&q))) {
			t = read_token(&q, 0, a);
			owner = account_read(&q, 7, a);
		}
		code = db_done(&q, e);
	}
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "that token is not one of this hub, was revoked, or is over");
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	struct noting c = {t.id, owner.uid};
	/* That it could not be noted is no reason to send somebody away. */
	if (at - t.used > USED_AGAIN) (void)!account_write(h, note_use, &c, NULL);
	*account = owner;
	*scopes = t.scopes;
	return ERR_OK;
}
