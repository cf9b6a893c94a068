/* What the pages of one's account show, as their templates want it, and the handlers: one file of C and one template a
 * group of pages. A page that follows a form shows it again with what was typed and what is wrong. */
#pragma once
#include "desk/identify.h"
#include "desk/site/site.h"
#include "hub/account/audit.h"
#include "hub/account/identity.h"
#include "hub/account/member.h"
#include "hub/account/notice.h"
#include "hub/account/saved_search.h"
#include "hub/account/session.h"
#include "hub/account/token.h"
#include "hub/webhook.h"

/* One line of a form, for account.html's `line`. */
struct form_line {
	const char *name, *label, *type;     /* type of the input: text, password, email … */
	struct str value;
	const char *help;                    /* NULL none */
	const char *autocomplete;            /* as HTML's tokens; NULL: off */
	struct str wrong;                    /* what is wrong with it; "" nothing */
	bool required, focus;
	int64_t most;                        /* characters; 0: no limit said */
};

/* What stands above a form after it was sent. */
struct outcome {
	struct str done;   /* "Your password was changed." */
	struct str wrong;  /* what is wrong with the whole */
};

/* ---- sign_in.c ---- */
struct sign_in_page {
	struct str next;   /* where to go afterwards */
	struct form_line login, password;
	struct outcome outcome;
	struct str provider; /* the name of one to sign in with; "" none */
	bool open;           /* who comes from there for the first time gets an account */
};
struct code_page {
	struct str next, csrf;
	struct form_line code;
	struct outcome outcome;
};
struct reset_page {
	struct form_line email;
	struct outcome outcome;
	bool sent, without_mail;
};
struct new_password_page {
	struct str action, login;
	struct form_line password;
	struct outcome outcome;
};
struct invitation_page {
	const struct invitation *invitation;
	const struct desk_user *user;     /* NULL: a new account is made */
	struct str hub, action, csrf, role;
	struct str provider;              /* the name of one to join with; "" none */
	struct form_line login, name, password;
	struct outcome outcome;
};
route_fn show_sign_in, do_sign_in, show_code, do_code, do_sign_out, show_reset, do_reset, show_new_password, do_new_password,
	show_invitation, do_invitation;

/* With a session that was just begun: sets its cookie, then the second step or where one wanted to go. */
void sign_in_go_on(struct request *rq, struct response *rs, struct str token, bool pending, struct str next);

/* ---- provider.c: signing in, joining and linking by OpenID Connect ---- */
struct provider_page {
	struct str name, address;         /* of the provider; where to go there */
};
struct provider_failed {
	struct str name, wrong;
	struct str back, back_words;      /* where to begin again */
};
/* Its name, "" where the hub has none. */
struct str provider_name(const struct request *rq);
route_fn do_provider, do_join, do_link, show_callback;

/* ---- account_page.c ---- */
struct account_page {
	struct arena *a;
	struct str hub;                   /* its name */
	const struct desk_user *user;
	struct str csrf;
	struct form_line name, email, time_zone;
	struct form_line old_password, new_password;
	const struct membership *memberships;
	size_t memberships_n;
	const struct session *sessions;
	size_t sessions_n;
	struct str session_here;          /* id of this one */
	int64_t recovery_left;
	const struct identity *identities;
	size_t identities_n;
	struct str issuer, provider;      /* of the provider in use, and its name; "" none */
	bool old_asked;                   /* what matters wants the password once more */
	struct outcome outcome;
	const char *part;                 /* id of the section that the outcome belongs to */
};
struct totp_page {
	struct arena *a;
	struct str csrf, secret, uri, qr; /* qr: the path of the picture, in modules; "" none */
	int qr_size;
	struct form_line code;
	const struct str *codes;          /* recovery codes, shown once; NULL before */
	size_t codes_n;
	struct outcome outcome;
};
struct tokens_page {
	struct arena *a;
	const struct desk_user *user;
	struct str csrf;
	const struct token *tokens;
	size_t n;
	struct str fresh;                 /* the token just made, shown once */
	struct form_line name, days;
	unsigned scopes;                  /* as chosen */
	struct outcome outcome;
};
route_fn show_account, do_profile, do_password, do_end_session, show_totp, do_totp, do_totp_remove, do_unlink, show_tokens,
	do_token, do_token_revoke;

/* The password once more, where there is one and the last time is long ago: form field "old". ERR_FORBIDDEN, ERR_BUSY. */
enum err_code account_prove(struct request *rq, struct err *e);
/* The account's page with what went wrong in one part of it, where that is the visitor's to mend; else the error. */
enum err_code account_refused(struct request *rq, struct response *rs, const char *part, enum err_code code, struct err *e);

/* ---- members.c: the hub's and an organization's people ---- */
struct members_page {
	struct arena *a;
	struct str csrf, title, organization, back, action; /* organization: its uid, "" the hub's */
	struct str webhooks;              /* where its webhooks are; "" not theirs to manage */
	const struct membership *members;
	size_t n;
	const struct invitation *invitations;
	size_t invitations_n;
	bool may_change, of_hub, mails;
	struct form_line email;
	struct str fresh;                 /* the address of the invitation just made, to be passed on */
	struct outcome outcome;
};
struct audit_shown {
	struct str action, subject, subject_uid, detail, when, who;
};
struct audit_page {
	const struct audit_shown *lines;
	size_t n;
	struct str next, about; /* about: whom alone it is about, by name; "" everybody */
};
route_fn show_members, do_member, do_invite, do_invite_revoke, show_hub_members, do_hub_member, do_hub_invite, do_hub_invite_revoke,
	show_users, show_user, do_user, show_audit;

/* ---- inbox.c ---- */
struct inbox_line {
	struct str sort, what, note, when, datetime;
	bool read;
};
/* All that is shown of one record, or of the account. */
struct inbox_group {
	int64_t record, newest;           /* newest: number of its newest notice */
	struct str href, headline, id, kind;
	struct inbox_line *lines;
	size_t n, more;                   /* more: that are not shown */
	int64_t unread;
};
struct inbox_page {
	struct str csrf, here;            /* here: this page's own address */
	struct inbox_group *groups;
	size_t n;
	int64_t unread, newest;
	bool only_unread;
	enum notice_sort sort;            /* NOTICE_SORTS all */
	struct str next;
};
struct searches_page {
	struct arena *a;
	struct str csrf;
	const struct saved_search *searches;
	size_t n;
	struct outcome outcome;
};
route_fn show_inbox, show_notice, do_read, show_searches, do_save_search, do_forget_search;

/* ---- notices_page.c ---- */
struct notice_line {
	struct str name, title, help;
	enum notice_mail mail;
};
struct notices_page {
	struct str csrf, email, zone;
	struct notice_settings settings;
	const struct notice_line *lines;  /* NOTICE_SORTS of them */
	bool mails;                       /* the hub sends any */
	struct outcome outcome;
};
struct unsubscribe_page {
	struct str action, hub, sort;
	bool digests, done;
};
const char *notice_sort_title(enum notice_sort s);
route_fn show_notices, do_notices, show_unsubscribe, do_unsubscribe;

/* ---- webhooks_page.c ---- */
struct webhook_owner {
	struct str uid, words;            /* uid: "hub" the hub */
};
struct webhooks_page {
	struct arena *a;
	struct str csrf, owner;           /* owner: as chosen; "" none yet */
	const struct webhook *webhooks;
	size_t n;
	const struct webhook_owner *owners;
	size_t owners_n;
	const struct str *types;
	size_t types_n;
	struct form_line url, note, of_types, of_kinds;
	struct outcome outcome;
};
struct webhook_page {
	struct arena *a;
	struct str csrf, action, fresh;   /* fresh: the secret just made, shown once */
	struct webhook webhook;
	const struct delivery *deliveries;
	size_t n;
	struct str state, next;
	bool rotated;
	bool listed;                      /* the request says which part of the log */
	struct outcome outcome;
};
route_fn show_webhooks, do_webhook_new, show_webhook, do_webhook;

/* ---- helpers ---- */
/* A path of this site, as `next` may name: "/" for anything else. */
struct str safe_next(struct str next);
/* The message of an error as a sentence, and the line that it belongs to (e->where), if one is named so. */
void place_error(struct arena *a, const struct err *e, struct outcome *outcome, struct form_line *const *lines, size_t n);
/* The module path of a QR code (ISO/IEC 18004, by libqrencode) for an SVG of size × size; "" when it can't be made. */
struct str qr_path(struct arena *a, struct str text, int *size);
/* A browser's short name from its User-Agent: "Firefox on Linux". */
struct str agent_name(struct arena *a, struct str header);
