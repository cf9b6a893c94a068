/* Accounts: persons who can sign in, and what they may do on the hub.
 *
 * Invariants: a person is called by their uid ("U-7KQ2-M9XD") wherever something must last (created_by, actor of an event, party,
 * audit), since names and addresses change; login and e-mail address are each one account's alone, compared in small letters; a password
 * is kept only as an Argon2id hash (RFC 9106, libsodium's INTERACTIVE limits), a TOTP secret only sealed with the hub's key; every change here writes
 * its line of the audit log (audit.h) in the same transaction. An account is never deleted, only suspended: its uid stands in records.
 *
 * The hub itself is an organization like others, under the name "" (HUB): its owners are the administrators. Roles, most first:
 *
 *     owner         of the hub: administers accounts and settings, and reads no confidential record by that alone;
 *                   of an organization: its page, its members
 *     coordinator   of the hub: runs cases, publishes; of an organization: answers reports for it
 *     adjudicator   rules on disputes
 *     member        contributes records
 *     guest         may sign in, read what was shared with them and comment there
 */
#pragma once
#include "hub/disclose.h"

#define HUB S("")

enum { ACCOUNT_LOGIN = 64, ACCOUNT_NAME = 200, ACCOUNT_EMAIL = 254, PASSWORD_LEAST = 10, PASSWORD_MOST = 500 };

enum member_role { MEMBER_NONE, MEMBER_GUEST, MEMBER_MEMBER, MEMBER_ADJUDICATOR, MEMBER_COORDINATOR, MEMBER_OWNER, MEMBER_ROLES };
const char *member_role_name(enum member_role r); /* "guest" … */
enum member_role member_role_of(struct str name); /* MEMBER_NONE when there is none */

struct account {
	struct str uid, login, name, email;
	struct str time_zone;      /* IANA name; "UTC" where none was chosen */
	unsigned hub_roles;        /* bits 1 << enum member_role, of the hub itself */
	bool suspended;
	bool has_password, has_totp;
	moment created, seen;      /* seen: last sign-in or use of a token, to five minutes; 0 never */
};

/* Who does it, for the audit log and for rights. The command line acts as the operator, who may do all. */
struct by {
	struct str actor;          /* uid, "operator", "" for somebody not signed in */
	struct str address;        /* numeric, "" from the command line */
	bool administrator;        /* operator or owner of the hub */
};
extern const struct by by_operator;

struct account_new {
	struct str login, name, email;
	struct str password;       /* "" none yet: only an invitation's or reset's code lets one be set */
	enum member_role role;     /* of the hub; MEMBER_NONE: none */
};
/* ERR_INVALID (e->where names the member: "login", "email", "password", …), ERR_EXISTS (login or e-mail address), ERR_FORBIDDEN. */
enum err_code account_create(struct hub *h, const struct by *by, const struct account_new *n, struct arena *a, struct account *out,
	struct err *e) must_use;

/* By uid, login or e-mail address. ERR_NOT_FOUND. */
enum err_code account_find(struct db *db, struct str name, struct arena *a, struct account *out, struct err *e) must_use;
/* All, by login; from the one behind `after` on. */
enum err_code account_list(struct db *db, struct str after, size_t limit, struct arena *a, struct account **out, size_t *n, struct err *e)
	must_use;

/* What a person may set of themselves; an administrator of anybody. NULL members stay. */
struct account_edit {
	const struct str *name, *email, *login, *time_zone;
	const bool *suspended;     /* administrators only; ends all sessions and tokens. The last administrator can't be. */
};
enum err_code account_edit(struct hub *h, const struct by *by, struct str uid, const struct account_edit *what, struct err *e) must_use;

/* Sets it whoever asks had the right to (own and just proven, a reset's code, an administrator), ends all other sessions.
 * ERR_INVALID with e->where "password" when it is too short, too long, the login itself, or one of the commonest. */
enum err_code account_set_password(struct hub *h, const struct by *by, struct str uid, struct str password, struct str keep_session,
	struct err *e) must_use;
/* ERR_FORBIDDEN when it is not the password; takes the same time when there is no such account or no password. */
enum err_code account_check_password(struct db *db, struct str uid, struct str password, struct err *e) must_use;

/* For hub/keys.c, in a transaction of the writer: what was sealed with an older key of the hub is sealed with the one in force; *n counts them. a is cleared. */
enum err_code account_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) must_use;

/* ---- what a viewer may do ---- */

/* The viewer of an account: its uid, and its roles on the hub as enum role bits (owner of the hub: ROLE_ADMINISTRATOR). Roles that come from
 * organizations are found record by record behind the doors. */
struct viewer account_viewer(const struct account *a);
/* The name to show for an actor of an event: the person's name, the login where there is none, the actor itself ("operator"). */
struct str account_actor_name(struct db *db, struct arena *a, struct str actor);
