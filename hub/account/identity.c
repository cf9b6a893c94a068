#include "identity.h"

#include "hub/account/inside.h"
#include "lib/json/json.h"

enum { LISTED = 100 };

enum err_code identity_list(struct db *db, struct str uid, struct arena *a, struct identity **out, size_t *n, struct err *e) {
	struct identity *items = arena_array(a, LISTED, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT issuer, subject, created FROM identity WHERE account = $1 ORDER BY created, issuer, subject LIMIT 100");
	db_bind_str(&q, 1, uid);
	size_t used = 0;
	while (used < LISTED && db_row(&q))
		items[used++] = (struct identity){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), db_int(&q, 2)};
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code identity_find(struct db *db, struct str issuer, struct str subject, struct arena *a, struct str *uid, struct err *e) {
	struct db_query q = db_query(db, "SELECT account FROM identity WHERE issuer = $1 AND subject = $2");
	db_bind_str(&q, 1, issuer);
	db_bind_str(&q, 2, subject);
	struct str found = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *uid = found;
	return code;
}

static struct str detail_of(struct arena *a, struct str issuer, struct str subject) {
	struct json_builder b = json_object_of(a);
	json_set(&b, S("issuer"), json_str_checked(a, issuer));
	json_set(&b, S("subject"), json_str_checked(a, subject));
	return json_canonical(a, json_built(&b));
}

enum err_code identity_link(struct db *db, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	struct str other = STR_EMPTY;
	struct identity *linked;
	size_t n = 0;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = identity_find(db, issuer, subject, a, &other, e);
	if (!code && str_eq(other, uid)) return ERR_OK;
	if (!code && other.n) code = err_set(e, ERR_EXISTS, "that account at the provider is linked with another account of this hub");
	if (!code) code = identity_list(db, uid, a, &linked, &n, e);
	if (!code && n >= IDENTITIES) code = err_set(e, ERR_CONFLICT, "an account is linked with at most %d others; unlink one first", IDENTITIES);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO identity (issuer, subject, account, created) VALUES ($1, $2, $3, $4)");
	db_bind_str(&q, 1, issuer);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, uid);
	db_bind_int(&q, 4, now());
	code = db_run(&q, e);
	return code ? code : audit_write(db, by, "identity.link", uid, detail_of(a, issuer, subject), e);
}

/* ---- taking away ---- */

struct unlinking {
	struct hub *hub;
	const struct by *by;
	struct str uid, issuer, subject;
};

static enum err_code keep_a_way_in(struct db *db, const struct unlinking *c, struct arena *a, struct err *e) {
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

static enum err_code take_away(struct db *db, void *arg, struct err *e) {
	const struct unlinking *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "DELETE FROM identity WHERE account = $1 AND issuer = $2 AND subject = $3");
	db_bind_str(&q, 1, c->uid);
	db_bind_str(&q, 2, c->issuer);
	db_bind_str(&q, 3, c->subject);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = err_set(e, ERR_NOT_FOUND, "there is no such link");
	if (!code) code = keep_a_way_in(db, c, a, e);
	return code ? code : audit_write(db, c->by, "identity.unlink", c->uid, detail_of(a, c->issuer, c->subject), e);
}

enum err_code identity_unlink(struct hub *h, const struct by *by, struct str uid, struct str issuer, struct str subject, struct err *e) {
	if (!by->administrator && !(by->actor.n && str_eq(by->actor, uid))) return err_set(e, ERR_NOT_FOUND, "there is no such link");
	struct unlinking c = {h, by, uid, issuer, subject};
	return account_write(h, take_away, &c, e);
}
