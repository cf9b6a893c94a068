/* Who has a role on a record besides whoever made it: persons and organizations. */
#include "change_store.h"

#include "hub/account/account.h"
#include "hub/account/member.h"
#include "hub/account/notice.h"

enum err_code store_put_party(struct store *s, const struct stored *r, struct str subject, struct str role, bool *changed) {
	struct db_query q = db_query(s->db,
		"INSERT INTO party (record, subject, role, at) VALUES ($1, $2, $3, $4) ON CONFLICT (record, subject, role) DO NOTHING");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, role);
	db_bind_int(&q, 4, s->at);
	enum err_code code = db_run(&q, s->e);
	if (!code) *changed = db_changes(s->db) > 0;
	return code;
}

enum err_code store_person(struct store *s, struct str uid) {
	struct account account;
	enum err_code code = account_find(s->db, uid, s->a, &account, s->e);
	if (!code && (account.suspended || !str_eq(account.uid, uid))) code = err_set(s->e, ERR_NOT_FOUND, "there is no such account");
	return code;
}

enum err_code store_on_behalf(struct store *s, const struct stored *r, struct str organization) {
	bool changed, found;
	struct db_query q = db_query(s->db, "SELECT 1 FROM record WHERE uid = $1 AND kind = 'organization'");
	db_bind_str(&q, 1, organization);
	found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	if (code) return code;
	/* Whoever may read the hub's folder may act for anybody in it. */
	bool belongs = (s->actor.roles & ROLE_OWNER) || member_role(s->db, organization, s->actor.name) >= MEMBER_MEMBER;
	if (!found || !belongs)
		return err_set(s->e, ERR_FORBIDDEN, "you are no member of the organization %.*s", STR_ARG(str_cut_utf8(organization, 40)));
	return store_put_party(s, r, organization, S("owner"), &changed);
}

/* One role each: an invitation as owner makes a party one, and the other way round. */
enum err_code store_invite(struct store *s, const struct stored *r, struct str subject, struct str role, struct str detail, bool *changed) {
	bool added = false;
	enum err_code code = store_put_party(s, r, subject, role, &added);
	if (code || !added) return code;
	struct db_query q = db_query(s->db, "DELETE FROM party WHERE record = $1 AND subject = $2 AND role IN ('owner', 'party') AND role <> $3");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, role);
	code = db_run(&q, s->e);
	*changed = true;
	return code ? code : store_event(s, r, "invite", detail, NULL, NULL);
}

/* What somebody was told as a party goes with it, unless they are one by another way still. */
static enum err_code forget_notices(struct store *s, const struct stored *r, struct str subject) {
	struct str uids[NOTICES];
	size_t n = 0;
	struct db_query q = db_query(s->db,
		"SELECT DISTINCT account FROM notice WHERE record = $1 AND (account = $2 OR account IN (SELECT account FROM membership WHERE organization = $2)) "
		"LIMIT 500");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	while (n < NOTICES && db_row(&q)) uids[n++] = arena_str(s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	for (size_t i = 0; i < n && !code; i++) {
		unsigned roles = 0;
		code = store_roles(s->db, r, (struct actor){uids[i], 0}, &roles, s->e);
		if (!code && !(roles & (ROLE_OWNER | ROLE_PARTY | ROLE_SEATED))) code = notice_forget(s->db, uids[i], r->id, s->e);
	}
	return code;
}

enum err_code store_take_party(struct store *s, const struct stored *r, struct str subject, struct str role, bool *changed) {
	struct db_query q = db_query(s->db,
		"DELETE FROM party WHERE record = $1 AND subject = $2 AND (role IN ('owner', 'party') OR role = $3) AND ($3 = '' OR role = $3)");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, role);
	enum err_code code = db_run(&q, s->e);
	*changed = !code && db_changes(s->db) > 0;
	return code || !*changed ? code : forget_notices(s, r, subject);
}

enum err_code store_dismiss(struct store *s, const struct stored *r, struct str subject, struct str role, struct str detail, bool *changed) {
	enum err_code code = store_take_party(s, r, subject, role, changed);
	if (!code && !*changed)
		code = err_set(s->e, ERR_NOT_FOUND, "%.*s has no such role on this record", STR_ARG(str_cut_utf8(subject, 40)));
	return code ? code : store_event(s, r, "dismiss", detail, NULL, NULL);
}

/* One that the actor may know of. */
enum err_code store_known(struct store *s, struct str name, int64_t *id) {
	struct stored target;
	unsigned roles;
	enum err_code code = store_resolve(s->db, s->a, name, id, s->e);
	if (!code) code = store_read(s->hub, s->db, s->a, *id, &target, s->e);
	if (!code) code = store_roles(s->db, &target, s->actor, &roles, s->e);
	return code || (store_audiences(&target, roles) && !target.erased) ? code : store_unknown(name, s->e);
}

/* An anonymous finder is known by what they made. */
static enum err_code is_finder(struct store *s, struct str subject) {
	struct db_query q = db_query(s->db, "SELECT 1 FROM record WHERE created_by = $1 LIMIT 1");
	db_bind_str(&q, 1, subject);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	return code || found ? code : store_unknown(subject, s->e);
}

enum err_code store_subject(struct store *s, struct str subject) {
	if (str_starts(subject, S("U-"))) return store_person(s, subject);
	if (str_starts(subject, S("A-"))) return is_finder(s, subject);
	struct stored r;
	int64_t id;
	char uid[UID_SIZE];
	if (!uid_parse(subject, uid) || !str_is(subject, uid)) return store_unknown(subject, s->e);
	enum err_code code = store_known(s, subject, &id);
	if (!code) code = store_read(s->hub, s->db, s->a, id, &r, s->e);
	if (!code && !str_is(r.kind->name, "organization"))
		code = err_set(s->e, ERR_INVALID, "%.*s is no organization: parties are persons and organizations", STR_ARG(subject));
	return code;
}
