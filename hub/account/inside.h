/* For hub/account alone: what its files share. */
#pragma once
#include "hub/account/account.h"
#include "hub/account/audit.h"
#include "hub/identifier.h"
#include "lib/digest/digest.h"

/* libsodium chose its implementations; call before the first use of it. */
void account_crypto(void);

/* ---- writing ---- */

/* fn in the writer, in a savepoint of its own: what it refuses is taken back alone and its error comes to the caller, while trouble with
 * the database itself takes back the whole transaction as writer_run says. */
enum err_code account_write(struct hub *h, enum err_code (*fn)(struct db *db, void *arg, struct err *e), void *arg, struct err *e) must_use;

/* ---- reading ---- */

#define ACCOUNT_COLUMNS \
	"a.uid, a.login, a.name, a.email, a.time_zone, a.suspended, CASE WHEN a.password IS NULL THEN 0 ELSE 1 END, " \
	"CASE WHEN a.totp IS NULL THEN 0 ELSE 1 END, a.created, a.seen, " \
	"(SELECT m.role FROM membership m WHERE m.account = a.uid AND m.organization = '')"
enum { ACCOUNT_COLUMNS_N = 11 };
struct account account_read(struct db_query *q, int first, struct arena *a);
enum err_code account_by_uid(struct db *db, struct str uid, struct arena *a, struct account *out, struct err *e) must_use;
/* With what only signing in needs. ERR_NOT_FOUND. */
struct account_secrets {
	struct account account;
	struct str password; /* PHC string; "" none */
};
enum err_code account_find_secrets(struct db *db, struct str login, struct arena *a, struct account_secrets *out, struct err *e) must_use;
enum err_code account_no_such(struct err *e);

/* ---- parts of other changes, in a transaction of the writer ---- */

/* What account_create checks before anything is computed, and the row itself; hash "" for no password. */
enum err_code account_check_new(const struct account_new *n, struct err *e) must_use;
enum err_code account_insert(struct db *db, const struct by *by, const struct account_new *n, struct str hash, char uid[UID_SIZE],
	struct err *e) must_use;
enum err_code account_put_password(struct db *db, const struct by *by, struct str uid, struct str hash, struct str keep_session,
	struct err *e) must_use;
/* The membership's row, whoever asked; MEMBER_NONE takes it away. ERR_CONFLICT for the hub's last owner. */
enum err_code member_put(struct db *db, const struct by *by, struct str organization, struct str uid, enum member_role role, struct err *e)
	must_use;
/* ERR_NOT_FOUND where there is no such organization. */
enum err_code member_organization(const struct hub *h, struct db *db, struct str organization, struct arena *a, struct str *name,
	struct err *e) must_use;
/* ERR_CONFLICT when nobody is left who could administer the hub. */
enum err_code member_keep_owner(struct db *db, struct err *e) must_use;

/* Uses an invitation up: by a new account, whose address and role are the invitation's (uid receives its name; hash "" for no password), or, n NULL, by the one
 * that by->actor names. */
enum err_code invitation_join(struct db *db, struct str code, const struct by *by, const struct account_new *n, struct str hash, char uid[UID_SIZE],
	struct err *e) must_use;

/* ---- secrets that are shown once ---- */

enum { SECRET_TEXT = 44, ID_TEXT = 17 };
/* 32 random bytes in base64url without padding (RFC 4648 section 5). */
void secret_make(char out[SECRET_TEXT]);
/* 12 random bytes in base64url: names a row and is no secret. */
void id_make(char out[ID_TEXT]);
static inline struct sha256 secret_digest(struct str secret) {
	return sha256(secret);
}

/* ---- passwords: password.c ---- */

enum { PASSWORD_HASH = 128 }; /* crypto_pwhash_STRBYTES */
/* ERR_INVALID at "password". The account gives what must not be the password. */
enum err_code password_check(struct str password, struct str login, struct str email, struct str name, struct err *e) must_use;
/* One of those that everybody tries first, or made like them. */
bool password_is_common(struct str password);
enum err_code password_hash(struct str password, char out[PASSWORD_HASH], struct err *e) must_use;
/* hash "" is compared with one that nobody's password has: so the answer takes as long. */
bool password_matches(struct str password, struct str hash);
/* Made with other limits than are in force now. */
bool password_is_dated(struct str hash);

/* ---- the second factor: totp.c ---- */

/* Six digits of the step in force or one either way, never used before; or a recovery code, which is used up. In a transaction of the writer.
 * *how: "totp" or "recovery". ERR_FORBIDDEN; ERR_UNSUPPORTED when the secret can't be read, since the hub's key is gone. */
enum err_code totp_take(struct hub *h, struct db *db, struct str uid, struct str code, struct str *how, struct err *e) must_use;

/* ---- details for the audit log ---- */

struct str audit_detail(struct arena *a, const char *name, struct str value);
