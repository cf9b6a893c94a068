#include "member.h"

#include "hub/account/inside.h"
#include "lib/json/json.h"

enum { MEMBERS = 10000 };

/* ---- looking ---- */

enum member_role member_role(struct db *db, struct str organization, struct str uid) {
	struct db_query q = db_query(db,
		"SELECT m.role FROM membership m JOIN account a ON a.uid = m.account WHERE m.account = $1 AND m.organization = $2 AND a.suspended = 0");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, organization);
	enum member_role role = db_row(&q) ? member_role_of(db_str(&q, 0)) : MEMBER_NONE;
	return db_done(&q, NULL) ? MEMBER_NONE : role;
}

static enum err_code read_memberships(struct db_query *q, struct db *db, struct arena *a, struct membership **out, size_t *n,
	struct err *e) {
	struct membership *items = NULL;
	size_t used = 0, room = 0;
	while (used < MEMBERS && db_row(q)) {
		if (used == room) {
			room = room ? room * 2 : 32;
			struct membership *more = arena_array(a, room, sizeof *items);
			if (!more) break;
			if (used) memcpy(more, items, used * sizeof *items);
			items = more;
		}
		items[used++] = (struct membership){
			.organization = arena_str(a, db_str(q, 0)),
			.uid = arena_str(a, db_str(q, 1)),
			.login = arena_str(a, db_str(q, 2)),
			.name = arena_str(a, db_str(q, 3)),
			.role = member_role_of(db_str(q, 4)),
			.since = db_int(q, 5),
		};
	}
	enum err_code code = db_done(q, e);
	for (size_t i = 0; i < used; i++) {
		bool same = i && str_eq(items[i].organization, items[i - 1].organization);
		items[i].organization_name = same ? items[i - 1].organization_name :
			items[i].organization.n ? disclose_public_name(db, a, items[i].organization) : STR_EMPTY;
	}
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code member_list(struct db *db, struct str organization, struct arena *a, struct membership **out, size_t *n, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT m.organization, a.uid, a.login, a.name, m.role, m.since FROM membership m JOIN account a ON a.uid = m.account "
		"WHERE m.organization = $1 ORDER BY a.login");
	db_bind_str(&q, 1, organization);
	return read_memberships(&q, db, a, out, n, e);
}

enum err_code member_of(struct db *db, struct str uid, struct arena *a, struct membership **out, size_t *n, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT m.organization, a.uid, a.login, a.name, m.role, m.since FROM membership m JOIN account a ON a.uid = m.account "
		"WHERE m.account = $1 ORDER BY m.organization");
	db_bind_str(&q, 1, uid);
	return read_memberships(&q, db, a, out, n, e);
}

enum err_code member_organization(const struct hub *h, struct db *db, struct str organization, struct arena *a, struct str *name,
	struct err *e) {
	if (!organization.n) {
		*name = h->name;
		return ERR_OK;
	}
	struct db_query q = db_query(db, "SELECT 1 FROM record WHERE uid = $1 AND kind = 'organization'");
	db_bind_str(&q, 1, organization);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "there is no such organization");
	if (!code) *name = disclose_public_name(db, a, organization);
	return code;
}

/* ---- giving and taking ---- */

bool member_may_set(struct db *db, const struct by *by, struct str organization) {
	if (by->administrator) return true;
	if (!organization.n || !by->actor.n) return false;
	return member_role(db, organization, by->actor) == MEMBER_OWNER || member_role(db, HUB, by->actor) == MEMBER_COORDINATOR;
}

bool member_may_see(struct db *db, const struct by *by, struct str organization) {
	return member_may_set(db, by, organization) || (organization.n && by->actor.n && member_role(db, organization, by->actor) != MEMBER_NONE);
}

enum err_code member_keep_owner(struct db *db, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT count(*) FROM membership m JOIN account a ON a.uid = m.account WHERE m.organization = '' AND m.role = 'owner' AND a.suspended = 0");
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (code || n > 0) return code;
	return err_set(e, ERR_CONFLICT, "the hub would have no owner left who can sign in; make somebody else one first");
}

static enum err_code role_before(struct db *db, struct str organization, struct str uid, enum member_role *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT role FROM membership WHERE account = $1 AND organization = $2");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, organization);
	*out = db_row(&q) ? member_role_of(db_str(&q, 0)) : MEMBER_NONE;
	return db_done(&q, e);
}

static enum err_code write_row(struct db *db, struct str organization, struct str uid, enum member_role role, struct err *e) {
	struct db_query q = role ? db_query(db,
		"INSERT INTO membership (account, organization, role, since) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (account, organization) DO UPDATE SET role = excluded.role") :
		db_query(db, "DELETE FROM membership WHERE account = $1 AND organization = $2");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, organization);
	if (role) db_bind_str(&q, 3, str_of(member_role_name(role)));
	if (role) db_bind_int(&q, 4, now());
	return db_run(&q, e);
}

enum err_code member_put(struct db *db, const struct by *by, struct str organization, struct str uid, enum member_role role,
	struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum member_role before;
	struct account account;
	enum err_code code = account_by_uid(db, uid, a, &account, e);
	if (!code) code = role_before(db, organization, uid, &before, e);
	if (code || before == role) return code;
	code = write_row(db, organization, uid, role, e);
	if (!code && !organization.n && before == MEMBER_OWNER) code = member_keep_owner(db, e);
	if (code) return code;
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("from"), str_of(member_role_name(before)));
	json_set_str(&b, S("organization"), organization);
	json_set_str(&b, S("to"), str_of(member_role_name(role)));
	return audit_write(db, by, "member.set", uid, json_canonical(a, json_built(&b)), e);
}

struct setting {
	struct hub *hub;
	const struct by *by;
	struct str organization, uid;
	enum member_role role;
};

static enum err_code set(struct db *db, void *arg, struct err *e) {
	const struct setting *c = arg;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str name;
	/* Asked again where nobody can change it in between; leaving is everybody's own right. */
	bool leaves = c->role == MEMBER_NONE && c->by->actor.n && str_eq(c->by->actor, c->uid);
	enum err_code code = member_organization(c->hub, db, c->organization, a, &name, e);
	if (!code && !leaves && !member_may_set(db, c->by, c->organization))
		code = err_set(e, ERR_FORBIDDEN, c->organization.n ? "memberships are given by the organization's owners and by coordinators" :
			"roles of the hub are given by its owners");
	return code ? code : member_put(db, c->by, c->organization, c->uid, c->role, e);
}

enum err_code member_set(struct hub *h, struct db *db, const struct by *by, struct str organization, struct str uid, enum member_role role,
	struct err *e) {
	(void)db;
	if (organization.n && role == MEMBER_ADJUDICATOR) {
		err_set(e, ERR_INVALID, "an organization has owners, coordinators, members and guests; adjudicators are the hub's");
		err_where(e, "role");
		return ERR_INVALID;
	}
	struct setting c = {h, by, organization, uid, role};
	return account_write(h, set, &c, e);
}
