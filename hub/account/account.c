#include "hub/account/inside.h"

#include <sodium.h>

#include "hub/identifier.h"
#include "hub/mail.h"
#include "hub/writer.h"
#include "lib/json/json.h"

const struct by by_operator = {S_INIT("operator"), S_INIT(""), true};

/* ---- names of roles ---- */

static const char *const role_names[MEMBER_ROLES] = {"", "guest", "member", "adjudicator", "coordinator", "owner"};

const char *member_role_name(enum member_role r) {
	return (unsigned)r < MEMBER_ROLES ? role_names[r] : "";
}

enum member_role member_role_of(struct str name) {
	for (int r = MEMBER_GUEST; r < MEMBER_ROLES; r++)
		if (str_is(name, role_names[r])) return (enum member_role)r;
	return MEMBER_NONE;
}

struct viewer account_viewer(const struct account *a) {
	static const unsigned roles[MEMBER_ROLES] = {
		[MEMBER_NONE] = 0,
		[MEMBER_GUEST] = ROLE_GUEST,
		[MEMBER_MEMBER] = ROLE_MEMBER,
		[MEMBER_ADJUDICATOR] = ROLE_MEMBER | ROLE_ADJUDICATOR,
		[MEMBER_COORDINATOR] = ROLE_MEMBER | ROLE_COORDINATOR,
		[MEMBER_OWNER] = ROLE_MEMBER | ROLE_ADMINISTRATOR,
	};
	unsigned all = ROLE_ANYONE;
	for (int r = MEMBER_GUEST; r < MEMBER_ROLES; r++)
		if (a->hub_roles & 1u << r) all |= roles[r];
	return (struct viewer){a->uid, all};
}

/* ---- secrets and identifiers ---- */

static void random_text(char *out, size_t room, size_t bytes) {
	unsigned char random[32];
	random_bytes(random, bytes);
	sodium_bin2base64(out, room, random, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof random);
}

void secret_make(char out[SECRET_TEXT]) {
	random_text(out, SECRET_TEXT, 32);
}

void id_make(char out[ID_TEXT]) {
	random_text(out, ID_TEXT, 12);
}

/* ---- writing ---- */

enum err_code account_write(struct hub *h, enum err_code (*fn)(struct db *db, void *arg, struct err *e), void *arg, struct err *e) {
	return writer_change(h->writer, fn, arg, e);
}

/* ---- reading ---- */

enum err_code account_no_such(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "there is no such account");
}

struct account account_read(struct db_query *q, int first, struct arena *a) {
	enum member_role role = member_role_of(db_str(q, first + 10));
	return (struct account){
		.uid = arena_str(a, db_str(q, first)),
		.login = arena_str(a, db_str(q, first + 1)),
		.name = arena_str(a, db_str(q, first + 2)),
		.email = arena_str(a, db_str(q, first + 3)),
		.time_zone = arena_str(a, db_str(q, first + 4)),
		.suspended = db_int(q, first + 5) != 0,
		.has_password = db_int(q, first + 6) != 0,
		.has_totp = db_int(q, first + 7) != 0,
		.created = db_int(q, first + 8),
		.seen = db_int(q, first + 9),
		.hub_roles = role ? 1u << role : 0,
	};
}

static enum err_code found_or_not(struct db_query *q, bool found, const struct arena *a, struct err *e) {
	enum err_code code = db_done(q, e);
	if (!code && !found) code = account_no_such(e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	return code;
}

enum err_code account_by_uid(struct db *db, struct str uid, struct arena *a, struct account *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT " ACCOUNT_COLUMNS " FROM account a WHERE a.uid = $1");
	db_bind_str(&q, 1, uid);
	bool found = db_row(&q);
	struct account r = {0};
	if (found) r = account_read(&q, 0, a);
	enum err_code code = found_or_not(&q, found, a, e);
	if (!code) *out = r;
	return code;
}

enum err_code account_find_secrets(struct db *db, struct str login, struct arena *a, struct account_secrets *out, struct err *e) {
	struct str folded = name_folded(a, str_trim(str_sub(login, 0, 2 * ACCOUNT_EMAIL)));
	struct account_secrets r = {.password = STR_EMPTY};
	/* A login has no @ and an address has one, so only one of them can be meant. */
	struct db_query q = db_query(db, "SELECT " ACCOUNT_COLUMNS ", a.password FROM account a WHERE a.login = $1 OR a.email_folded = $1");
	db_bind_str(&q, 1, folded);
	bool found = db_row(&q);
	if (found) {
		r.account = account_read(&q, 0, a);
		r.password = arena_str(a, db_str(&q, ACCOUNT_COLUMNS_N));
	}
	enum err_code code = found_or_not(&q, found, a, e);
	if (!code) *out = r;
	return code;
}

/* "u-7kq2-m9xd" → "U-7KQ2-M9XD"; "" when it can't be one. */
static struct str uid_of(struct arena *a, struct str name) {
	char uid[UID_SIZE];
	if (name.n != UID_SIZE - 1 || (name.p[0] != 'U' && name.p[0] != 'u')) return STR_EMPTY;
	if (!uid_parse(arena_cat(a, S("R"), str_from(name, 1)), uid)) return STR_EMPTY;
	uid[0] = 'U';
	return arena_str(a, str_of(uid));
}

enum err_code account_find(struct db *db, struct str name, struct arena *a, struct account *out, struct err *e) {
	name = str_trim(name);
	if (!name.n || name.n > ACCOUNT_EMAIL) return account_no_such(e);
	struct str uid = uid_of(a, name);
	if (uid.n) return account_by_uid(db, uid, a, out, e);
	struct account_secrets found;
	enum err_code code = account_find_secrets(db, name, a, &found, e);
	if (!code) *out = found.account;
	return code;
}

enum err_code account_list(struct db *db, struct str after, size_t limit, struct arena *a, struct account **out, size_t *n, struct err *e) {
	if (limit > 10000) limit = 10000;
	struct account *items = arena_array(a, limit + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT " ACCOUNT_COLUMNS " FROM account a WHERE a.login > $1 ORDER BY a.login LIMIT $2");
	db_bind_str(&q, 1, name_folded(a, after));
	db_bind_int(&q, 2, (int64_t)limit);
	size_t used = 0;
	while (used < limit && db_row(&q)) items[used++] = account_read(&q, 0, a);
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

struct str account_actor_name(struct db *db, struct arena *a, struct str actor) {
	struct account found;
	if (!str_starts(actor, S("U-")) || account_by_uid(db, actor, a, &found, NULL)) return actor;
	return found.name.n ? found.name : found.login;
}

/* ---- what may stand in an account ---- */

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static enum err_code check_login(struct str login, struct err *e) {
	static const char *const reserved[] = {"operator", "public", "polder", "hub", "anonymous", "import"};
	bool ok = login.n >= 2 && login.n <= ACCOUNT_LOGIN;
	for (size_t i = 0; i < login.n; i++) {
		char c = login.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		ok &= word || (i && (c == '.' || c == '_' || c == '-'));
	}
	if (!ok) return wrong(e, "login", "a login has 2 to 64 letters a to z, digits, dots, hyphens and underscores, and begins with a letter or digit");
	bool taken = login.n == UID_SIZE - 1 && (login.p[0] == 'u' || login.p[0] == 'U') && login.p[1] == '-' && login.p[6] == '-';
	for (size_t i = 0; i < lengthof(reserved); i++) taken |= str_eq_ascii_case(login, str_of(reserved[i]));
	return taken ? wrong(e, "login", "that login means something else on this hub; choose another") : ERR_OK;
}

/* As far as one can tell without writing to it: what RFC 5321 allows without quotation marks, so what mail can be sent to. */
static enum err_code check_email(struct str email, struct err *e) {
	size_t at = str_find_char(email, '@');
	struct str local = str_sub(email, 0, at), domain = at == STR_NONE ? STR_EMPTY : str_from(email, at + 1);
	bool ok = local.n >= 1 && local.n <= 64 && domain.n >= 1 && email.n <= ACCOUNT_EMAIL;
	for (size_t i = 0; i < email.n; i++) {
		unsigned char c = (unsigned char)email.p[i];
		ok &= c > 32 && c < 127 && !(strchr("()<>[]:;@\\,\"", c) && i != at);
	}
	ok &= !str_starts(local, S(".")) && !str_ends(local, S(".")) && !str_starts(domain, S(".")) && !str_ends(domain, S(".")) &&
		!str_starts(domain, S("-")) && str_find(email, S("..")) == STR_NONE;
	return ok ? ERR_OK : wrong(e, "email", "that is no e-mail address, or not in ASCII letters");
}

static enum err_code check_name(struct str name, struct err *e) {
	bool ok = name.n <= ACCOUNT_NAME && str_utf8(name);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		ok &= c >= 32 && c != 127 && !(c == 0xC2 && i + 1 < name.n && (unsigned char)name.p[i + 1] < 0xA0);
	}
	return ok ? ERR_OK : wrong(e, "name", "a name is one line of at most 200 bytes");
}

static enum err_code check_time_zone(struct str zone, struct err *e) {
	bool ok = zone.n >= 1 && zone.n <= 64 && zone.p[0] != '/' && str_find(zone, S("..")) == STR_NONE;
	for (size_t i = 0; i < zone.n; i++) {
		char c = zone.p[i];
		ok &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_+-/", c));
	}
	/* Where the system has its zones it says which there are. */
	autobuf struct buf path = BUF(200);
	buf_fmt(&path, "/usr/share/zoneinfo/%.*s", STR_ARG(zone));
	if (ok && !str_is(zone, "UTC") && file_is_dir("/usr/share/zoneinfo")) ok = file_exists(path.p) && !file_is_dir(path.p);
	return ok ? ERR_OK : wrong(e, "time_zone", "a time zone is called as in \"Europe/Amsterdam\" or \"UTC\"");
}

enum err_code account_check_new(const struct account_new *n, struct err *e) {
	enum err_code code = check_login(str_trim(n->login), e);
	if (!code) code = check_email(str_trim(n->email), e);
	if (!code) code = check_name(str_trim(n->name), e);
	if (!code && n->password.n) code = password_check(n->password, str_trim(n->login), str_trim(n->email), str_trim(n->name), e);
	return code;
}

/* ---- changing ---- */

static enum err_code is_taken(struct db *db, const char *sql, struct str value, struct str but, bool *out, struct err *e) {
	struct db_query q = db_query(db, sql);
	db_bind_str(&q, 1, value);
	db_bind_str(&q, 2, but);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, e);
	if (!code) *out = found;
	return code;
}

/* Login and address, "" where it isn't set, against all accounts but one. */
static enum err_code check_free(struct db *db, struct str login, struct str email, struct str but, struct err *e) {
	bool taken = false;
	enum err_code code = ERR_OK;
	if (login.n) code = is_taken(db, "SELECT 1 FROM account WHERE login = $1 AND uid <> $2", login, but, &taken, e);
	if (!code && taken) {
		code = err_set(e, ERR_EXISTS, "the login \"%.*s\" is taken", STR_ARG(login));
		err_where(e, "login");
	}
	if (!code && email.n) code = is_taken(db, "SELECT 1 FROM account WHERE email_folded = $1 AND uid <> $2", email, but, &taken, e);
	if (!code && taken) {
		code = err_set(e, ERR_EXISTS, "there is an account with that e-mail address");
		err_where(e, "email");
	}
	return code;
}

enum err_code account_insert(struct db *db, const struct by *by, const struct account_new *n, struct str hash, char uid[UID_SIZE],
	struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct str login = name_folded(a, str_trim(n->login)), email = str_trim(n->email), folded = name_folded(a, email);
	enum err_code code = check_free(db, login, folded, STR_EMPTY, e);
	for (int attempt = 0; !code; attempt++) {
		uid_make(uid);
		uid[0] = 'U';
		struct db_query q = db_query(db,
			"INSERT INTO account (uid, login, name, email, email_folded, time_zone, password, totp_step, suspended, created, seen) "
			"VALUES ($1, $2, $3, $4, $5, 'UTC', $6, 0, 0, $7, 0)");
		db_bind_str(&q, 1, str_of(uid));
		db_bind_str(&q, 2, login);
		db_bind_str(&q, 3, str_trim(n->name));
		db_bind_str(&q, 4, email);
		db_bind_str(&q, 5, folded);
		db_bind_opt(&q, 6, hash);
		db_bind_int(&q, 7, now());
		code = db_run(&q, e);
		if (code != ERR_EXISTS || attempt == 8) break;
		code = ERR_OK; /* 40 random bits that were taken before */
	}
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("email"), email);
	json_set_str(&b, S("login"), login);
	json_put_str(&b, S("name"), str_trim(n->name));
	/* Whoever was invited acts for themselves. */
	struct by self = *by;
	if (!self.actor.n) self.actor = str_of(uid);
	if (!code) code = audit_write(db, &self, "account.create", str_of(uid), json_canonical(a, json_built(&b)), e);
	if (!code && n->role) code = member_put(db, &self, HUB, str_of(uid), n->role, e);
	return code;
}

struct creating {
	const struct by *by;
	const struct account_new *n;
	struct str hash;
	char uid[UID_SIZE];
	struct arena *a;
	struct account *out;
};

static enum err_code create(struct db *db, void *arg, struct err *e) {
	struct creating *c = arg;
	enum err_code code = account_insert(db, c->by, c->n, c->hash, c->uid, e);
	return code ? code : account_by_uid(db, str_of(c->uid), c->a, c->out, e);
}

enum err_code account_create(struct hub *h, const struct by *by, const struct account_new *n, struct arena *a, struct account *out,
	struct err *e) {
	char hash[PASSWORD_HASH] = "";
	if (!by->administrator) return err_set(e, ERR_FORBIDDEN, "accounts are made by the hub's administrators");
	enum err_code code = account_check_new(n, e);
	if (!code && n->password.n) code = password_hash(n->password, hash, e);
	struct account made;
	struct creating c = {.by = by, .n = n, .hash = str_of(hash), .a = a, .out = &made};
	if (!code) code = account_write(h, create, &c, e);
	sodium_memzero(hash, sizeof hash);
	if (!code) *out = made;
	return code;
}

struct editing {
	struct hub *hub;
	const struct by *by;
	struct str uid;
	const struct account_edit *what;
};

static void note_change(struct json_builder *b, struct arena *a, const char *name, struct str from, struct str to) {
	if (str_eq(from, to)) return;
	struct json_builder change = json_object_of(a);
	json_set_str(&change, S("from"), from);
	json_set_str(&change, S("to"), to);
	json_set(b, str_of(name), json_built(&change));
}

static enum err_code end_all(struct db *db, struct str uid, struct err *e) {
	static const char *const statements[] = {
		"DELETE FROM session WHERE account = $1",
		"DELETE FROM token WHERE account = $1",
		"DELETE FROM code WHERE account = $1",
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(statements) && !code; i++) {
		struct db_query q = db_query(db, statements[i]);
		db_bind_str(&q, 1, uid);
		code = db_run(&q, e);
	}
	return code;
}

static enum err_code write_suspended(struct db *db, const struct editing *c, const struct account *old, struct err *e) {
	if (!c->what->suspended || *c->what->suspended == old->suspended) return ERR_OK;
	bool suspended = *c->what->suspended;
	struct db_query q = db_query(db, "UPDATE account SET suspended = $2 WHERE uid = $1");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, suspended);
	enum err_code code = db_run(&q, e);
	if (!code && suspended) code = end_all(db, c->uid, e);
	if (!code && suspended && (old->hub_roles & 1u << MEMBER_OWNER)) code = member_keep_owner(db, e);
	return code ? code : audit_write(db, c->by, suspended ? "account.suspend" : "account.restore", c->uid, STR_EMPTY, e);
}

/* To the address that it had, since whoever took an account over would change that first. */
static enum err_code tell_old_address(struct db *db, const struct editing *c, struct arena *a, struct str old, struct err *e) {
	struct mail m = {
		.to = old,
		.subject = arena_fmt(a, "Your address at %.*s was changed", STR_ARG(c->hub->name)),
		.text = arena_fmt(a, "The account that had this address has another one now. If that was not you, tell the people who run the hub:\n\n    %.*s\n",
			STR_ARG(c->hub->base_url)),
	};
	return mail_queue(c->hub, db, &m, e);
}

static enum err_code edit(struct db *db, void *arg, struct err *e) {
	const struct editing *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct account old;
	enum err_code code = account_by_uid(db, c->uid, a, &old, e);
	if (code) return code;
	const struct account_edit *w = c->what;
	struct str login = w->login ? name_folded(a, str_trim(*w->login)) : old.login, email = w->email ? str_trim(*w->email) : old.email;
	struct str name = w->name ? str_trim(*w->name) : old.name, zone = w->time_zone ? str_trim(*w->time_zone) : old.time_zone;
	struct str folded = name_folded(a, email);
	code = check_free(db, login, folded, c->uid, e);
	if (code) return code;
	struct json_builder b = json_object_of(a);
	note_change(&b, a, "login", old.login, login);
	note_change(&b, a, "email", old.email, email);
	note_change(&b, a, "name", old.name, name);
	note_change(&b, a, "time_zone", old.time_zone, zone);
	const struct json *changes = json_built(&b);
	if (json_count(changes)) {
		struct db_query q =
			db_query(db, "UPDATE account SET login = $2, name = $3, email = $4, email_folded = $5, time_zone = $6 WHERE uid = $1");
		db_bind_str(&q, 1, c->uid);
		db_bind_str(&q, 2, login);
		db_bind_str(&q, 3, name);
		db_bind_str(&q, 4, email);
		db_bind_str(&q, 5, folded);
		db_bind_str(&q, 6, zone);
		code = db_run(&q, e);
		if (!code && !str_eq(name_folded(a, old.email), folded)) code = tell_old_address(db, c, a, old.email, e);
		if (!code) code = audit_write(db, c->by, "account.edit", c->uid, json_canonical(a, changes), e);
	}
	return code ? code : write_suspended(db, c, &old, e);
}

enum err_code account_edit(struct hub *h, const struct by *by, struct str uid, const struct account_edit *what, struct err *e) {
	if (!by->administrator && !(by->actor.n && str_eq(by->actor, uid))) return account_no_such(e);
	if (what->suspended && !by->administrator) return err_set(e, ERR_FORBIDDEN, "only administrators suspend and restore accounts");
	enum err_code code = what->login ? check_login(str_trim(*what->login), e) : ERR_OK;
	if (!code && what->email) code = check_email(str_trim(*what->email), e);
	if (!code && what->name) code = check_name(str_trim(*what->name), e);
	if (!code && what->time_zone) code = check_time_zone(str_trim(*what->time_zone), e);
	struct editing c = {h, by, uid, what};
	return code ? code : account_write(h, edit, &c, e);
}

/* ---- passwords ---- */

enum err_code account_put_password(struct db *db, const struct by *by, struct str uid, struct str hash, struct str keep_session,
	struct err *e) {
	struct db_query q = db_query(db, "UPDATE account SET password = $2 WHERE uid = $1");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, hash);
	enum err_code code = db_run(&q, e);
	if (!code && db_changes(db) == 0) code = account_no_such(e);
	if (code) return code;
	struct sha256 kept = secret_digest(keep_session);
	q = db_query(db, "DELETE FROM session WHERE account = $1 AND id <> $2 AND digest <> $3");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, keep_session);
	db_bind_bytes(&q, 3, sha256_str(&kept));
	code = db_run(&q, e);
	/* Resets that were asked for before are of no use any more. */
	if (!code) {
		q = db_query(db, "DELETE FROM code WHERE account = $1 AND used = 0");
		db_bind_str(&q, 1, uid);
		code = db_run(&q, e);
	}
	return code ? code : audit_write(db, by, "account.password", uid, STR_EMPTY, e);
}

struct setting_password {
	const struct by *by;
	struct str uid, hash, keep_session;
};

static enum err_code put_password(struct db *db, void *arg, struct err *e) {
	const struct setting_password *c = arg;
	return account_put_password(db, c->by, c->uid, c->hash, c->keep_session, e);
}

enum err_code account_set_password(struct hub *h, const struct by *by, struct str uid, struct str password, struct str keep_session,
	struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct db *db = NULL;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct account account;
	enum err_code code = hub_reader(h, &db, e);
	if (!code) code = account_by_uid(db, uid, a, &account, e);
	db_close(db);
	if (!code) code = password_check(password, account.login, account.email, account.name, e);
	char hash[PASSWORD_HASH] = "";
	if (!code) code = password_hash(password, hash, e);
	struct setting_password c = {by, uid, str_of(hash), keep_session};
	if (!code) code = account_write(h, put_password, &c, e);
	sodium_memzero(hash, sizeof hash);
	return code;
}

enum err_code account_check_password(struct db *db, struct str uid, struct str password, struct err *e) {
	char hash[PASSWORD_HASH] = "";
	struct db_query q = db_query(db, "SELECT password FROM account WHERE uid = $1 AND suspended = 0");
	db_bind_str(&q, 1, uid);
	if (db_row(&q)) snprintf(hash, sizeof hash, "%.*s", STR_ARG(db_str(&q, 0)));
	enum err_code code = db_done(&q, e);
	bool same = password_matches(password, str_of(hash));
	sodium_memzero(hash, sizeof hash);
	return code || same ? code : err_set(e, ERR_FORBIDDEN, "that is not the password");
}
