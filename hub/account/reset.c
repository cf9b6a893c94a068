/* New passwords for who forgot theirs: a code by mail that does it, once, within the hour. */
#include "hub/account/inside.h"
#include "hub/account/limits.h"
#include "hub/account/member.h"
#include "hub/mail.h"
#include "hub/seal.h"

#include <sodium.h>

struct asking {
	struct hub *hub;
	struct str email;
	struct by by;
	const char *secret;
};

static enum err_code write_code(struct db *db, const char *secret, const struct account *account, struct str inviter, moment lasts,
	struct err *e) {
	char id[ID_TEXT];
	struct sha256 digest = secret_digest(str_of(secret));
	moment at = now();
	id_make(id);
	struct db_query q = db_query(db,
		"INSERT INTO code (id, digest, purpose, account, email, organization, role, inviter, created, expires, used) "
		"VALUES ($1, $2, 'reset', $3, $4, '', '', $7, $5, $6, 0)");
	db_bind_str(&q, 1, str_of(id));
	db_bind_bytes(&q, 2, sha256_str(&digest));
	db_bind_str(&q, 3, account->uid);
	db_bind_str(&q, 4, account->email);
	db_bind_int(&q, 5, at);
	db_bind_int(&q, 6, at + lasts);
	db_bind_str(&q, 7, inviter);
	return db_run(&q, e);
}

static struct mail words_of_reset(struct arena *a, const struct asking *c, const struct account *account) {
	return (struct mail){
		.to = account->email,
		.subject = arena_fmt(a, "New password for %.*s", STR_ARG(c->hub->name)),
		.text = arena_fmt(a,
			"Somebody, probably you, asked for a new password for the account \"%.*s\" on %.*s.\n\n"
			"To choose one, open this address within the hour:\n\n    %.*s" RESET_PATH "%s\n\n"
			"If it was not you, do nothing: your password stays as it is.\n",
			STR_ARG(account->login), STR_ARG(c->hub->name), STR_ARG(c->hub->base_url), c->secret),
	};
}

/* The same line of the audit log and one durable commit whether there is such an account or not. */
static enum err_code ask(struct db *db, void *arg, struct err *e) {
	const struct asking *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct account_secrets found;
	enum err_code code = account_find_secrets(db, c->email, a, &found, e);
	bool known = !code && !found.account.suspended && str_find_char(c->email, '@') != STR_NONE;
	if (code && code != ERR_NOT_FOUND) return code;
	bool mails = mail_configured(c->hub) && c->hub->base_url.n;
	code = ERR_OK;
	if (known && mails) {
		struct mail m = words_of_reset(a, c, &found.account);
		code = write_code(db, c->secret, &found.account, STR_EMPTY, RESET_LASTS, e);
		if (!code) code = mail_queue(c->hub, db, &m, e);
	} else if (mails) {
		struct account nobody = {.login = c->email, .email = c->email};
		struct str sealed;
		code = seal(c->hub, words_of_reset(a, c, &nobody).text, a, &sealed, e); /* the costly part of writing to somebody */
	}
	return code ? code : audit_write(db, &c->by, "reset.request", known ? found.account.uid : STR_EMPTY, STR_EMPTY, e);
}

enum err_code reset_request(struct hub *h, struct str email, struct str address, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	email = str_trim(str_sub(email, 0, 2 * ACCOUNT_EMAIL));
	enum err_code code = limit_take(h, &limit_reset_address, address, e);
	if (!code) code = limit_take(h, &limit_reset_email, name_folded(a, email), e);
	if (code) return code;
	char secret[SECRET_TEXT];
	secret_make(secret);
	struct asking c = {h, email, {.actor = STR_EMPTY, .address = address}, secret};
	code = account_write(h, ask, &c, e);
	sodium_memzero(secret, sizeof secret);
	return code;
}

/* ---- by an administrator ---- */

struct handing {
	const struct by *by;
	struct str uid;
	const char *secret;
};

static enum err_code hand_out(struct db *db, void *arg, struct err *e) {
	const struct handing *c = arg;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct account account;
	enum err_code code = account_by_uid(db, c->uid, a, &account, e);
	if (!code && account.suspended) code = err_set(e, ERR_CONFLICT, "the account is suspended");
	if (!code) code = write_code(db, c->secret, &account, c->by->actor, INVITATION_LASTS, e);
	return code ? code : audit_write(db, c->by, "reset.create", c->uid, STR_EMPTY, e);
}

enum err_code reset_create(struct hub *h, const struct by *by, struct str uid, char code_text[CODE_TEXT], struct err *e) {
	if (!by->administrator) return err_set(e, ERR_FORBIDDEN, "only administrators hand out codes for a new password");
	char secret[SECRET_TEXT];
	secret_make(secret);
	struct handing c = {by, uid, secret};
	enum err_code code = account_write(h, hand_out, &c, e);
	if (!code) memcpy(code_text, secret, sizeof secret);
	sodium_memzero(secret, sizeof secret);
	return code;
}

/* ---- using it ---- */

static enum err_code unknown_code(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "that address was used already, or is over; ask for another");
}

enum err_code reset_find(struct db *db, struct str code_text, struct arena *a, struct account *out, struct err *e) {
	struct sha256 digest = secret_digest(code_text);
	struct db_query q = db_query(db,
		"SELECT " ACCOUNT_COLUMNS " FROM code c JOIN account a ON a.uid = c.account "
		"WHERE c.digest = $1 AND c.purpose = 'reset' AND c.used = 0 AND c.expires > $2 AND a.suspended = 0");
	db_bind_bytes(&q, 1, sha256_str(&digest));
	db_bind_int(&q, 2, now());
	bool found = db_row(&q);
	struct account r = {0};
	if (found) r = account_read(&q, 0, a);
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = unknown_code(e);
	if (!code) *out = r;
	return code;
}

struct using {
	struct str code, hash;
	struct by by;
};

static enum err_code use(struct db *db, void *arg, struct err *e) {
	const struct using *c = arg;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct account account;
	struct sha256 digest = secret_digest(c->code);
	enum err_code code = reset_find(db, c->code, a, &account, e); /* of two at once, the second finds nothing */
	if (code) return code;
	struct db_query q = db_query(db, "UPDATE code SET used = $2 WHERE digest = $1 AND used = 0");
	db_bind_bytes(&q, 1, sha256_str(&digest));
	db_bind_int(&q, 2, now());
	code = db_run(&q, e);
	struct by self = {.actor = account.uid, .address = c->by.address};
	if (!code) code = audit_write(db, &self, "reset.use", account.uid, STR_EMPTY, e);
	return code ? code : account_put_password(db, &self, account.uid, c->hash, STR_EMPTY, e);
}

enum err_code reset_use(struct hub *h, struct str code_text, struct str password, struct str address, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db *db = NULL;
	struct account account;
	char hash[PASSWORD_HASH] = "";
	enum err_code code = hub_reader(h, &db, e);
	if (!code) code = reset_find(db, code_text, a, &account, e);
	db_close(db);
	if (!code) code = password_check(password, account.login, account.email, account.name, e);
	if (!code) code = password_hash(password, hash, e);
	struct using c = {code_text, str_of(hash), {.actor = STR_EMPTY, .address = address}};
	if (!code) code = account_write(h, use, &c, e);
	sodium_memzero(hash, sizeof hash);
	return code;
}
