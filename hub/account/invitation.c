/* Invitations: codes that let somebody join the hub or an organization, once. */
#include "hub/account/inside.h"
#include "hub/account/member.h"
#include "hub/mail.h"
#include "lib/json/json.h"

#include <sodium.h>

enum { INVITATIONS = 1000 };

/* ---- looking ---- */

#define INVITATION_COLUMNS "c.id, c.email, c.organization, c.inviter, c.role, c.created, c.expires"

static struct invitation read_invitation(struct db_query *q, struct arena *a) {
	return (struct invitation){
		.id = arena_str(a, db_str(q, 0)),
		.email = arena_str(a, db_str(q, 1)),
		.organization = arena_str(a, db_str(q, 2)),
		.inviter = arena_str(a, db_str(q, 3)),
		.role = member_role_of(db_str(q, 4)),
		.created = db_int(q, 5),
		.expires = db_int(q, 6),
	};
}

static void name_names(struct db *db, struct arena *a, struct invitation *v) {
	v->organization_name = v->organization.n ? disclose_public_name(db, a, v->organization) : STR_EMPTY;
	v->inviter = account_actor_name(db, a, v->inviter);
}

static enum err_code unknown_code(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "that invitation does not exist, was used, or is over; ask for another");
}

enum err_code invitation_find(struct db *db, struct str code_text, struct arena *a, struct invitation *out, struct err *e) {
	struct sha256 digest = secret_digest(code_text);
	struct db_query q = db_query(db,
		"SELECT " INVITATION_COLUMNS " FROM code c WHERE c.digest = $1 AND c.purpose = 'invitation' AND c.used = 0 AND c.expires > $2");
	db_bind_bytes(&q, 1, sha256_str(&digest));
	db_bind_int(&q, 2, now());
	bool found = db_row(&q);
	struct invitation v = {0};
	if (found) v = read_invitation(&q, a);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = unknown_code(e);
	if (code) return code;
	name_names(db, a, &v);
	*out = v;
	return ERR_OK;
}

enum err_code invitation_list(struct db *db, struct str organization, struct arena *a, struct invitation **out, size_t *n, struct err *e) {
	struct invitation *items = arena_array(a, INVITATIONS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db,
		"SELECT " INVITATION_COLUMNS " FROM code c WHERE c.organization = $1 AND c.purpose = 'invitation' AND c.used = 0 AND c.expires > $2 "
		"ORDER BY c.created DESC, c.id LIMIT 1000");
	db_bind_str(&q, 1, organization);
	db_bind_int(&q, 2, now());
	size_t used = 0;
	while (used < INVITATIONS && db_row(&q)) items[used++] = read_invitation(&q, a);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used; i++) name_names(db, a, &items[i]);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* ---- inviting ---- */

struct inviting {
	struct hub *hub;
	const struct by *by;
	struct str email, organization;
	enum member_role role;
	const char *secret;
};

static enum err_code refused(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static struct mail words_of_invitation(struct arena *a, const struct inviting *c, struct str name, struct str inviter) {
	bool of_hub = !c->organization.n;
	return (struct mail){
		.to = c->email,
		.subject = arena_fmt(a, "Invitation to %.*s", STR_ARG(name)),
		.text = arena_fmt(a,
			"%.*s invites you to %.*s%s%.*s, as %s.\n\n"
			"To join, open this address within two weeks:\n\n    %.*s" INVITATION_PATH "%s\n\n"
			"Who opens it first joins, so pass it on to nobody. If you don't know what this is about, do nothing.\n",
			STR_ARG(inviter), STR_ARG(name), of_hub ? "" : " on ", STR_ARG(of_hub ? STR_EMPTY : c->hub->name), member_role_name(c->role),
			STR_ARG(c->hub->base_url), c->secret),
	};
}

static enum err_code write_code(struct db *db, const struct inviting *c, char id[ID_TEXT], struct err *e) {
	struct sha256 digest = secret_digest(str_of(c->secret));
	moment at = now();
	id_make(id);
	struct db_query q = db_query(db,
		"INSERT INTO code (id, digest, purpose, account, email, organization, role, inviter, created, expires, used) "
		"VALUES ($1, $2, 'invitation', NULL, $3, $4, $5, $6, $7, $8, 0)");
	db_bind_str(&q, 1, str_of(id));
	db_bind_bytes(&q, 2, sha256_str(&digest));
	db_bind_str(&q, 3, c->email);
	db_bind_str(&q, 4, c->organization);
	db_bind_str(&q, 5, str_of(member_role_name(c->role)));
	db_bind_str(&q, 6, c->by->actor);
	db_bind_int(&q, 7, at);
	db_bind_int(&q, 8, at + INVITATION_LASTS);
	return db_run(&q, e);
}

static enum err_code invite(struct db *db, void *arg, struct err *e) {
	const struct inviting *c = arg;
	char id[ID_TEXT];
	struct str name;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = member_organization(c->hub, db, c->organization, a, &name, e);
	if (!code && !member_may_set(db, c->by, c->organization))
		code = err_set(e, ERR_FORBIDDEN, c->organization.n ? "the organization's owners and coordinators invite to it" :
			"the hub's owners invite to it");
	if (!code) code = write_code(db, c, id, e);
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("email"), c->email);
	json_set_str(&b, S("id"), str_of(id));
	json_set_str(&b, S("role"), str_of(member_role_name(c->role)));
	if (!code) code = audit_write(db, c->by, "invitation.create", c->organization, json_canonical(a, json_built(&b)), e);
	if (code || !mail_configured(c->hub) || !c->hub->base_url.n) return code;
	struct mail m = words_of_invitation(a, c, name, account_actor_name(db, a, c->by->actor));
	return mail_queue(c->hub, db, &m, e);
}

enum err_code invitation_create(struct hub *h, struct db *db, const struct by *by, struct str email, struct str organization,
	enum member_role role, struct arena *a, char code_text[CODE_TEXT], struct err *e) {
	_Static_assert((int)CODE_TEXT == (int)SECRET_TEXT, "a code is a secret");
	(void)db;
	(void)a;
	email = str_trim(email);
	/* The rules for an account's address hold; the login is one that is always fine. */
	struct account_new probe = {.login = S("somebody"), .email = email};
	enum err_code code = account_check_new(&probe, e);
	if (!code && (role <= MEMBER_NONE || role >= MEMBER_ROLES)) code = refused(e, "role", "an invitation gives a role");
	if (!code && organization.n && role == MEMBER_ADJUDICATOR) code = refused(e, "role", "adjudicators are the hub's, not an organization's");
	char secret[SECRET_TEXT];
	secret_make(secret);
	struct inviting c = {h, by, email, organization, role, secret};
	if (!code) code = account_write(h, invite, &c, e);
	if (!code) memcpy(code_text, secret, sizeof secret);
	sodium_memzero(secret, sizeof secret);
	return code;
}

struct revoking {
	const struct by *by;
	struct str id;
};

static enum err_code take_back(struct db *db, void *arg, struct err *e) {
	const struct revoking *c = arg;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str organization = STR_EMPTY;
	struct db_query q = db_query(db, "SELECT organization FROM code WHERE id = $1 AND purpose = 'invitation' AND used = 0");
	db_bind_str(&q, 1, c->id);
	bool found = db_row(&q);
	if (found) organization = arena_str(a, db_str(&q, 0));
	enum err_code code = db_done(&q, e);
	if (!code && (!found || !member_may_set(db, c->by, organization))) code = unknown_code(e);
	if (code) return code;
	q = db_query(db, "DELETE FROM code WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	code = db_run(&q, e);
	return code ? code : audit_write(db, c->by, "invitation.revoke", organization, audit_detail(a, "id", c->id), e);
}

enum err_code invitation_revoke(struct hub *h, struct db *db, const struct by *by, struct str id, struct err *e) {
	(void)db;
	struct revoking c = {by, id};
	return account_write(h, take_back, &c, e);
}

/* ---- accepting ---- */

struct accepting {
	struct hub *hub;
	struct str code;
	struct by by;
	const struct account_new *n; /* NULL: somebody who is signed in */
	struct str hash;
	struct arena *a;
	struct account *out;
};

/* Marks it as used, and by that keeps everybody else from using it: of two at once, one finds nothing. */
static enum err_code use_up(struct db *db, struct str text, struct arena *a, struct invitation *out, struct err *e) {
	struct sha256 digest = secret_digest(text);
	struct db_query q = db_query(db,
		"UPDATE code SET used = $2 WHERE digest = $1 AND purpose = 'invitation' AND used = 0 AND expires > $2 "
		"RETURNING id, email, organization, inviter, role, created, expires");
	db_bind_bytes(&q, 1, sha256_str(&digest));
	db_bind_int(&q, 2, now());
	bool found = db_row(&q);
	struct invitation v = {0};
	if (found) v = read_invitation(&q, a);
	while (found && db_row(&q)) continue;
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = unknown_code(e);
	if (!code) *out = v;
	return code;
}

/* Who lost the right to invite since, or was suspended, no longer lets anybody in. */
static bool still_stands(struct db *db, const struct invitation *v) {
	struct by inviter = {.actor = v->inviter, .address = STR_EMPTY};
	inviter.administrator = str_is(v->inviter, "operator") || member_role(db, HUB, v->inviter) == MEMBER_OWNER;
	return member_may_set(db, &inviter, v->organization);
}

enum err_code invitation_join(struct db *db, struct str text, const struct by *by, const struct account_new *fresh, struct str hash, char uid[UID_SIZE],
	struct err *e) {
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct invitation v;
	enum err_code code = use_up(db, text, a, &v, e);
	if (!code && !still_stands(db, &v)) code = unknown_code(e);
	struct by self = *by;
	if (!code && fresh) {
		struct account_new n = *fresh;
		n.email = v.email;
		n.role = MEMBER_NONE;
		code = account_insert(db, &self, &n, hash, uid, e);
		self.actor = str_of(uid);
		/* Who is invited by an organization is a guest of the hub. */
		if (!code && v.organization.n) code = member_put(db, &self, HUB, self.actor, MEMBER_GUEST, e);
	}
	/* A role that is more is kept. */
	if (!code && member_role(db, v.organization, self.actor) < v.role) code = member_put(db, &self, v.organization, self.actor, v.role, e);
	return code ? code : audit_write(db, &self, "invitation.accept", self.actor, audit_detail(a, "id", v.id), e);
}

static enum err_code accept(struct db *db, void *arg, struct err *e) {
	struct accepting *c = arg;
	char uid[UID_SIZE];
	enum err_code code = invitation_join(db, c->code, &c->by, c->n, c->hash, uid, e);
	return code || !c->out ? code : account_by_uid(db, c->n ? str_of(uid) : c->by.actor, c->a, c->out, e);
}

enum err_code invitation_accept_new(struct hub *h, struct str code_text, const struct account_new *n, struct str address, struct arena *a,
	struct account *out, struct err *e) {
	struct db *db = NULL;
	struct invitation v;
	struct account made;
	char hash[PASSWORD_HASH] = "";
	enum err_code code = hub_reader(h, &db, e);
	if (!code) code = invitation_find(db, code_text, a, &v, e);
	db_close(db);
	if (code) return code;
	struct account_new fresh = *n;
	fresh.email = v.email;
	if (!fresh.password.n) code = refused(e, "password", "choose a password");
	if (!code) code = account_check_new(&fresh, e);
	if (!code) code = password_hash(fresh.password, hash, e);
	struct accepting c = {h, code_text, {.actor = STR_EMPTY, .address = address}, &fresh, str_of(hash), a, &made};
	if (!code) code = account_write(h, accept, &c, e);
	sodium_memzero(hash, sizeof hash);
	if (!code) *out = made;
	return code;
}

enum err_code invitation_accept(struct hub *h, struct str code_text, const struct by *by, struct err *e) {
	if (!str_starts(by->actor, S("U-"))) return err_set(e, ERR_FORBIDDEN, "sign in to accept an invitation");
	struct accepting c = {.hub = h, .code = code_text, .by = *by};
	return account_write(h, accept, &c, e);
}
