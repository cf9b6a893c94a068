/* Records that are as public as another one: a dispute and what it is about. */
#include "change_store.h"

#include "hub/case/case.h"

enum { FOLLOWERS = 500 };

static enum err_code leads_to(struct db *db, const struct stored *r, struct str rel, int64_t *target, struct err *e) {
	*target = 0;
	if (!rel.n) return ERR_OK;
	struct db_query q = db_query(db, "SELECT target FROM link WHERE source = $1 AND rel = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, rel);
	if (db_row(&q)) *target = db_int(&q, 0);
	return db_done(&q, e);
}

enum err_code store_followed(struct db *db, const struct stored *r, int64_t *target, struct err *e) {
	return leads_to(db, r, r->kind->follows, target, e);
}

enum err_code store_answers_to(struct db *db, const struct stored *r, int64_t *target, struct err *e) {
	return leads_to(db, r, r->kind->answers_to, target, e);
}

/* What is public may still be handled in a case under embargo, which a word said here could give away. */
enum err_code store_followed_open(struct db *db, const struct stored *r, bool *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT l.target FROM link l JOIN public p ON p.record = l.target WHERE l.source = $1 AND l.rel = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, r->kind->follows);
	int64_t target = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	moment until = 0;
	if (!code && target) code = embargo_holds(db, target, &until, e);
	if (!code) *out = target && !until;
	return code;
}

enum err_code store_follow_again(struct store *s, int64_t id) {
	struct stored r;
	const struct json *body, *overrides = NULL;
	const struct visibility *v;
	struct projection p;
	enum err_code code = store_read(s->hub, s->db, s->a, id, &r, s->e);
	if (code == ERR_UNSUPPORTED) return ERR_OK;
	if (!code && !r.kind->follows.n) return ERR_OK;
	if (!code) code = store_body(s->hub, s->db, s->a, &r, &body, s->e);
	if (!code && r.visibility.n) code = json_parse(s->a, r.visibility, NULL, &overrides, s->e);
	if (!code) code = visibility_override(s->a, r.kind->visibility, overrides, &v, s->e);
	if (!code) code = project(s->a, r.kind, v, r.state, body, r.is_public ? r.published : s->at, &p, s->e);
	return code ? code : store_public(s, &r, &p);
}

static enum err_code each(struct store *s, struct db_query *q) {
	int64_t ids[FOLLOWERS];
	size_t n = 0;
	while (n < FOLLOWERS && db_row(q)) ids[n++] = db_int(q, 0);
	enum err_code code = db_done(q, s->e);
	for (size_t i = 0; i < n && !code; i++) code = store_follow_again(s, ids[i]);
	return code;
}

enum err_code store_follow(struct store *s, int64_t target) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < s->hub->kinds->followed.n && !code; i++) {
		struct db_query q = db_query(s->db, "SELECT source FROM link WHERE target = $1 AND rel = $2 ORDER BY source LIMIT 500");
		db_bind_int(&q, 1, target);
		db_bind_str(&q, 2, s->hub->kinds->followed.items[i]);
		code = each(s, &q);
	}
	return code;
}

enum err_code store_follow_case(struct store *s, int64_t record) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < s->hub->kinds->followed.n && !code; i++) {
		struct db_query q = db_query(s->db,
			"SELECT source FROM link WHERE rel = $2 AND (target = $1 OR target IN (SELECT target FROM link WHERE source = $1 AND rel IN ('handles', "
			"'publishes')) OR target IN (SELECT source FROM link WHERE target = $1)) ORDER BY source LIMIT 500");
		db_bind_int(&q, 1, record);
		db_bind_str(&q, 2, s->hub->kinds->followed.items[i]);
		code = each(s, &q);
	}
	return code;
}
