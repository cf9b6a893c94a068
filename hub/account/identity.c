#include "identity.h"

#include "hub/account/inside.h"
#include "lib/json/json.h"

struct linking {
	const struct hub *hub;
	const struct by *by;
	struct str uid, issuer, subject;
};

static enum err_code allowed(const struct by *by, struct str uid, struct err *e) {
	if (by->administrator || (by->actor.n && str_eq(by->actor, uid))) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "only its owner and administrators say who else may vouch for an account");
}

static bool is_line(struct str s, size_t most) {
	bool ok = s.n >= 1 && s.n <= most && str_utf8(s);
	for (size_t i = 0; i < s.n; i++) ok &= (unsigned char)s.p[i] > 32 && s.p[i] != 127;
	return ok;
}

enum err_code identity_find(struct db *db, struct str issuer, struct str subject, struct arena *a, struct account *out, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT " ACCOUNT_COLUMNS " FROM identity i JOIN account a ON a.uid = i.account WHERE i.issuer = $1 AND i.subject = $2");
	db_bind_str(&q, 1, issuer);
	db_bind_str(&q, 2, subject);
	bool found = db_row(&q);
	struct account r = {0};
	if (found) r = account_read(&q, 0, a);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "no account here is linked to that identity");
	if (!code) *out = r;
	return code;
}

static struct str detail_of(struct arena *a, const struct linking *c) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("issuer"), c->issuer);
	json_set_str(&b, S("subject"), c->subject);
	return json_canonical(a, json_built(&b));
}

enum err_code identity_put(struct db *db, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const struct linking c = {NULL, by, uid, issuer, subject};
	struct account has;
	if (!is_line(issuer, IDENTITY_ISSUER) || !is_line(subject, IDENTITY_SUBJECT)) return err_set(e, ERR_INVALID, "that is no issuer and subject");
	enum err_code code = identity_find(db, issuer, subject, a, &has, e);
	if (!code && str_eq(has.uid, uid)) return ERR_OK;
	if (!code) return err_set(e, ERR_EXISTS, "another account is linked to that identity");
	struct identity *list;
	size_t n = 0;
	if (code == ERR_NOT_FOUND) code = account_by_uid(db, uid, a, &has, e);
	if (!code) code = identity_list(db, uid, a, &list, &n, e);
	if (!code && n >= IDENTITIES) code = err_set(e, ERR_CONFLICT, "the account is linked to %d identities already", IDENTITIES);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO identity (issuer, subject, account, created) VALUES ($1, $2, $3, $4)");
	db_bind_str(&q, 1, issuer);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, uid);
	db_bind_int(&q, 4, now());
	code = db_run(&q, e);
	return code ? code : audit_write(db, by, "identity.link", uid, detail_of(a, &c), e);
}

static enum err_code link_one(struct db *db, void *arg, struct err *e) {
	const struct linking *c = arg;
	return identity_put(db, c->by, c->uid, c->issuer, c->subject, e);
}

enum err_code identity_link(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) {
	enum err_code code = allowed(by, uid, e);
	struct linking c = {h, by, uid, issuer, subject};
	return code ? code : account_write(h, link_one, &c, e);
}

/* An identity of a provider that is not in use lets nobody in, so it is none of the ways that count. */
static enum err_code keep_a_way_in(struct db *db, const struct linking *c, struct arena *a, struct err *e) {
	struct account account;
	enum err_code code = account_by_uid(db, c->uid, a, &account, e);
	if (code || account.has_password || !str_eq(c->issuer, c->hub->oidc.issuer)) return code;
	struct db_query q = db_query(db, "SELECT count(*) FROM identity WHERE account = $1 AND issuer = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->issuer);
	int64_t left = db_row(&q) ? db_int(&q, 0) : 0;
	code = db_done(&q, e);
	if (!code && left == 0) code = err_set(e, ERR_CONFLICT, "nothing would be left to sign in with; set a password first");
	return code;
}

static enum err_code unlink_one(struct db *db, void *arg, struct err *e) {
	const struct linking *c = arg;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "DELETE FROM identity WHERE issuer = $1 AND subject = $2 AND account = $3");
	db_bind_str(&q, 1, c->issuer);
	db_bind_str(&q, 2, c->subject);
	db_bind_str(&q, 3, c->uid);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = err_set(e, ERR_NOT_FOUND, "the account is not linked to that identity");
	if (!code) code = keep_a_way_in(db, c, a, e);
	return code ? code : audit_write(db, c->by, "identity.unlink", c->uid, detail_of(a, c), e);
}

enum err_code identity_unlink(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) {
	enum err_code code = allowed(by, uid, e);
	struct linking c = {h, by, uid, issuer, subject};
	return code ? code : account_write(h, unlink_one, &c, e);
}

enum err_code identity_list(struct db *db, struct str uid, struct arena *a, struct identity **out, size_t *n, struct err *e) {
	struct identity *items = arena_array(a, IDENTITIES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT issuer, subject, created FROM identity WHERE account = $1 ORDER BY issuer, subject LIMIT 50");
	db_bind_str(&q, 1, uid);
	size_t used = 0;
	while (used < IDENTITIES && db_row(&q))
		items[used++] = (struct identity){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), db_int(&q, 2)};
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}
