/* Who belongs to which organization, and invitations to it. `organization` is the uid of a record of the kind organization, or HUB.
 *
 * Rights: the hub's memberships are given by its owners; an organization's by its owners, by coordinators of the hub and by owners of the hub. The hub
 * keeps at least one owner. A membership of an organization makes its person a party to the records that the organization is a party to, and owner of
 * those that it owns (hub/change_store.c, store_roles). */
#pragma once
#include "hub/account/account.h"

struct membership {
	struct str organization, organization_name; /* both "" for the hub, whose name stands in struct hub */
	struct str uid, login, name;                /* of the person */
	enum member_role role;
	moment since;
};
enum err_code member_set(struct hub *h, struct db *db, const struct by *by, struct str organization, struct str uid, enum member_role role,
	struct err *e) must_use; /* MEMBER_NONE takes it away; ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_CONFLICT (the last owner) */
/* of an organization; of a person */
enum err_code member_list(struct db *db, struct str organization, struct arena *a, struct membership **out, size_t *n, struct err *e) must_use;
enum err_code member_of(struct db *db, struct str uid, struct arena *a, struct membership **out, size_t *n, struct err *e) must_use;
/* Whether somebody may give and take memberships, and invite; whether they may see who belongs to it: its members, and who runs the hub. */
bool member_may_set(struct db *db, const struct by *by, struct str organization);
bool member_may_see(struct db *db, const struct by *by, struct str organization);
enum member_role member_role(struct db *db, struct str organization, struct str uid);

/* Where a code leads: what a mail holds is the hub's address, this and the code. */
#define INVITATION_PATH "/invitation/"
#define RESET_PATH "/reset/"

/* ---- codes that do one thing once: invitations and password resets ---- */

#define INVITATION_LASTS (14 * DAY)
#define RESET_LASTS (1 * HOUR)
enum { CODE_TEXT = 44 }; /* 32 random bytes in base64url; the hub keeps the SHA-256 */

struct invitation {
	struct str id, email, organization, organization_name, inviter;
	enum member_role role;
	moment created, expires;
};
/* Mails the address (hub/mail.h) and gives the code too, for a hub without mail. */
enum err_code invitation_create(struct hub *h, struct db *db, const struct by *by, struct str email, struct str organization,
	enum member_role role, struct arena *a, char code[CODE_TEXT], struct err *e) must_use;
enum err_code invitation_find(struct db *db, struct str code, struct arena *a, struct invitation *out, struct err *e) must_use; /* ERR_NOT_FOUND */
enum err_code invitation_list(struct db *db, struct str organization, struct arena *a, struct invitation **out, size_t *n, struct err *e)
	must_use;
enum err_code invitation_revoke(struct hub *h, struct db *db, const struct by *by, struct str id, struct err *e) must_use;
/* Uses it up: by a new account (n->email and n->role are the invitation's), or by one that is signed in (uid). */
enum err_code invitation_accept_new(struct hub *h, struct str code, const struct account_new *n, struct str address, struct arena *a,
	struct account *out, struct err *e) must_use;
enum err_code invitation_accept(struct hub *h, struct str code, const struct by *by, struct err *e) must_use;

/* Mails a code when the address is one of an active account, and says ERR_OK in any case, in the same time. ERR_BUSY when throttled. */
enum err_code reset_request(struct hub *h, struct str email, struct str address, struct err *e) must_use;
/* ERR_NOT_FOUND for a code that is unknown, used or over; ERR_INVALID as account_set_password. */
enum err_code reset_find(struct db *db, struct str code, struct arena *a, struct account *out, struct err *e) must_use;
enum err_code reset_use(struct hub *h, struct str code, struct str password, struct str address, struct err *e) must_use;
/* The same kind of code made by an administrator, who hands it on: for a new account, or on a hub without mail. Lasts INVITATION_LASTS. */
enum err_code reset_create(struct hub *h, const struct by *by, struct str uid, char code[CODE_TEXT], struct err *e) must_use;
