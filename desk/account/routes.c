#include "routes.h"

#include "desk/account/pages.h"

enum { NEXT = 2000, CODE = 100, ID = 300 };

/* A page, and what its form sends. PRIVATE keeps codes and what people do with their accounts out of the log. */
#define PAGE(path_, handler, who, name_, help_, ...) \
	{path_, handler, who, .name = name_, .gives = GIVES_HTML, .flags = ROUTE_PRIVATE, .help = help_, .params = PARAMS(__VA_ARGS__)}
#define FORM(path_, handler, who, rule, name_, help_, ...) \
	{path_, handler, who, .method = HTTP_POST, .csrf = rule, .name = name_, .gives = GIVES_HTML | GIVES_REDIRECT, .flags = ROUTE_PRIVATE, \
		.help = help_, .body_max = 64 << 10, .params = PARAMS(__VA_ARGS__)}
#define CSRF         {"csrf", PARAM_FORM, .length = 100, .help = "the session's form token"}
#define FIELD(name_, n)    {name_, PARAM_FORM, .length = n, .help = "as typed"}
#define NEXT_QUERY   {"next", .length = NEXT, .help = "path to go to afterwards"}
#define NEXT_FORM    {"next", PARAM_FORM, .length = NEXT, .help = "path to go to afterwards"}
#define DONE         {"done", .length = 20, .help = "what was just done"}
#define CODE_PATH    {"code", PARAM_PATH, .length = CODE, .help = "from the message"}
#define ID_PATH      {"id", PARAM_PATH, .length = ID, .help = "uid"}
#define ROLE         {"role", PARAM_FORM, .required = true, .length = 20, .help = "owner, coordinator, adjudicator, member, guest or none"}

#define TOKEN_PATH   {"token", PARAM_PATH, .length = 400, .help = "from the mail"}
#define WAY(name_)   {name_, PARAM_FORM, PARAM_ENUM, .choices = CHOICES("off", "now", "daily", "weekly"), .help = "how it is mailed"}

const struct route account_routes[] = {
	PAGE("/sign-in", show_sign_in, ROUTE_PUBLIC, "sign-in", "Where one signs in.", NEXT_QUERY),
	FORM("/sign-in", do_sign_in, ROUTE_PUBLIC, CSRF_ORIGIN, "sign-in-send", "Signs in with name and password.", FIELD("login", ACCOUNT_EMAIL),
		FIELD("password", PASSWORD_MOST), NEXT_FORM),
	PAGE("/sign-in/code", show_code, MAY_HALF_SIGNED_IN, "sign-in-code", "The second step of signing in.", NEXT_QUERY),
	FORM("/sign-in/code", do_code, MAY_HALF_SIGNED_IN, CSRF_TOKEN, "sign-in-code-send", "Gives the second factor.", CSRF, FIELD("code", 60), NEXT_FORM),
	FORM("/sign-in/provider", do_provider, ROUTE_PUBLIC, CSRF_ORIGIN, "sign-in-provider", "Goes on to the provider of OpenID Connect.", NEXT_FORM),
	PAGE("/sign-in/callback", show_callback, ROUTE_PUBLIC, "sign-in-callback", "Where the provider sends one back.",
		{"state", .length = 100, .help = "as it was given"}, {"code", .length = 4000, .help = "for the provider's token"},
		{"error", .length = 200, .help = "why there is none"}, {"iss", .length = 500, .help = "whose answer it is"}),
	FORM("/sign-out", do_sign_out, MAY_HALF_SIGNED_IN, CSRF_TOKEN, "sign-out", "Ends the session.", CSRF),
	PAGE("/reset", show_reset, ROUTE_PUBLIC, "reset", "For a forgotten password.", {0}),
	FORM("/reset", do_reset, ROUTE_PUBLIC, CSRF_ORIGIN, "reset-send", "Mails a code to set a new password.", FIELD("email", ACCOUNT_EMAIL)),
	PAGE("/reset/{code}", show_new_password, ROUTE_PUBLIC, "new-password", "Where a new password is set.", CODE_PATH),
	FORM("/reset/{code}", do_new_password, ROUTE_PUBLIC, CSRF_ORIGIN, "new-password-send", "Sets a new password.", CODE_PATH,
		FIELD("password", PASSWORD_MOST)),
	PAGE("/invitation/{code}", show_invitation, ROUTE_PUBLIC, "invitation", "An invitation to the hub or an organization.", CODE_PATH),
	FORM("/invitation/{code}", do_invitation, ROUTE_PUBLIC, CSRF_ORIGIN, "invitation-send", "Accepts an invitation.", CODE_PATH, CSRF,
		FIELD("login", ACCOUNT_LOGIN), FIELD("name", ACCOUNT_NAME), FIELD("password", PASSWORD_MOST)),
	FORM("/invitation/{code}/provider", do_join, ROUTE_PUBLIC, CSRF_ORIGIN, "invitation-provider", "Accepts an invitation by the provider.", CODE_PATH),

	PAGE("/account", show_account, MAY_SIGNED_IN, "account", "One's account.", DONE),
	FORM("/account", do_profile, MAY_SIGNED_IN, CSRF_TOKEN, "account-send", "Name, address, time zone.", CSRF, FIELD("name", ACCOUNT_NAME),
		FIELD("email", ACCOUNT_EMAIL), FIELD("time_zone", 64)),
	FORM("/account/password", do_password, MAY_SIGNED_IN, CSRF_TOKEN, "password-send", "Changes the password.", CSRF, FIELD("old", PASSWORD_MOST),
		FIELD("password", PASSWORD_MOST)),
	FORM("/account/linked", do_link, MAY_SIGNED_IN, CSRF_TOKEN, "account-link", "Links one's account with one at the provider.", CSRF, FIELD("old", PASSWORD_MOST)),
	FORM("/account/linked/off", do_unlink, MAY_SIGNED_IN, CSRF_TOKEN, "account-unlink", "Takes such a link away.", CSRF, FIELD("old", PASSWORD_MOST),
		FIELD("issuer", 300), FIELD("subject", 300)),
	FORM("/account/sessions", do_end_session, MAY_SIGNED_IN, CSRF_TOKEN, "session-end", "Ends one of one's sessions.", CSRF, FIELD("id", 60)),
	PAGE("/account/two-step", show_totp, MAY_SIGNED_IN, "totp", "Sets up an authenticator.", {0}),
	FORM("/account/two-step", do_totp, MAY_SIGNED_IN, CSRF_TOKEN, "totp-send", "Puts the authenticator in force.", CSRF, FIELD("code", 20),
		FIELD("secret", 100), FIELD("uri", 500)),
	FORM("/account/two-step/off", do_totp_remove, MAY_SIGNED_IN, CSRF_TOKEN, "totp-off", "Takes the authenticator away.", CSRF,
		FIELD("old", PASSWORD_MOST)),
	PAGE("/account/tokens", show_tokens, MAY_SIGNED_IN, "tokens", "One's tokens of the API.", DONE),
	FORM("/account/tokens", do_token, MAY_SIGNED_IN, CSRF_TOKEN, "token-send", "Makes a token.", CSRF, FIELD("name", 100),
		{"scope", PARAM_FORM, .repeat = true, .length = 20, .help = "read, write, admin"},
		{"days", PARAM_FORM, PARAM_INT, .min = 1, .max = 366, .otherwise = "90", .help = "until it ends"}),
	FORM("/account/tokens/revoke", do_token_revoke, MAY_SIGNED_IN, CSRF_TOKEN, "token-revoke", "Revokes a token.", CSRF, FIELD("id", 60)),

	PAGE("/account/notices", show_notices, MAY_SIGNED_IN, "notices", "What is mailed to one.", DONE),
	FORM("/account/notices", do_notices, MAY_SIGNED_IN, CSRF_TOKEN, "notices-send", "Says what is mailed to one.", CSRF, WAY("invitations"), WAY("terms"),
		WAY("messages"), WAY("reports"), WAY("cases"), WAY("disputes"), WAY("records"), WAY("security"),
		{"hour", PARAM_FORM, PARAM_INT, .min = 0, .max = 23, .otherwise = "8", .help = "of digests, in one's time zone"},
		{"weekday", PARAM_FORM, PARAM_INT, .min = 1, .max = 7, .otherwise = "1", .help = "of the weekly one; 1 Monday"}),
	PAGE("/account/webhooks", show_webhooks, MAY_SIGNED_IN, "webhooks", "The webhooks that one manages.", DONE,
		{"owner", .length = ID, .help = "uid of whom a new one is to be, or hub"}),
	FORM("/account/webhooks", do_webhook_new, MAY_SIGNED_IN, CSRF_TOKEN, "webhooks-send", "Makes a webhook.", CSRF, FIELD("url", WEBHOOK_URL),
		FIELD("owner", ID), FIELD("types", 2000), FIELD("kinds", 1000), FIELD("note", WEBHOOK_NOTE)),
	PAGE("/account/webhooks/{id}", show_webhook, MAY_SIGNED_IN, "webhook", "A webhook, and its calls.", ID_PATH, DONE,
		{"state", .length = 20, .help = "only calls in that state"}, {"before", .length = 40, .help = "moment to begin below"}),
	FORM("/account/webhooks/{id}", do_webhook, MAY_SIGNED_IN, CSRF_TOKEN, "webhook-send", "Changes, tests, calls again, takes away.", CSRF, ID_PATH,
		{"what", PARAM_FORM, PARAM_ENUM, .required = true, .choices = CHOICES("edit", "on", "off", "secret", "test", "resend", "remove"), .help = "what to do"},
		FIELD("url", WEBHOOK_URL), FIELD("types", 2000), FIELD("kinds", 1000), FIELD("note", WEBHOOK_NOTE), FIELD("delivery", 60)),
	PAGE("/unsubscribe/{token}", show_unsubscribe, ROUTE_PUBLIC, "unsubscribe", "Asks whether mails shall end.", TOKEN_PATH),
	/* A mail program sends it by itself, from nowhere in particular (RFC 8058): what it may do is in the token. */
	FORM("/unsubscribe/{token}", do_unsubscribe, ROUTE_PUBLIC, CSRF_API, "unsubscribe-send", "Ends mails without signing in.", TOKEN_PATH,
		FIELD("List-Unsubscribe", 40)),
	PAGE("/inbox", show_inbox, MAY_SIGNED_IN, "inbox", "What happened that concerns one.",
		{"before", .type = PARAM_INT, .min = 1, .max = INT64_MAX, .help = "number to begin below"},
		{"sort", .length = 20, .help = "that alone"}, {"unread", .type = PARAM_BOOL, .help = "only what was not read"}),
	FORM("/inbox", do_read, MAY_SIGNED_IN, CSRF_TOKEN, "inbox-read", "Marks notices as read.", CSRF,
		{"up_to", PARAM_FORM, PARAM_INT, .min = 0, .max = INT64_MAX, .otherwise = "0", .help = "the newest that was shown"},
		{"of", PARAM_FORM, PARAM_INT, .min = 0, .max = INT64_MAX - 1, .otherwise = "0", .help = "a notice: it and older ones of the same record"},
		{"back", PARAM_FORM, .length = NEXT, .help = "page of the inbox to go back to"}),
	PAGE("/inbox/{id}", show_notice, MAY_SIGNED_IN, "notice", "To the record of a notice.",
		{"id", PARAM_PATH, PARAM_INT, .min = 1, .max = INT64_MAX - 1, .help = "its number"}),
	PAGE("/searches", show_searches, MAY_SIGNED_IN, "searches", "Searches that one comes back to.", {0}),
	FORM("/searches", do_save_search, MAY_SIGNED_IN, CSRF_TOKEN, "search-save", "Saves a search.", CSRF, FIELD("name", 200), FIELD("query", 2000)),
	FORM("/searches/forget", do_forget_search, MAY_SIGNED_IN, CSRF_TOKEN, "search-forget", "Forgets a saved search.", CSRF,
		{"id", PARAM_FORM, PARAM_INT, .required = true, .min = 1, .max = INT64_MAX, .help = "its number"}),

	PAGE("/members/{id}", show_members, MAY_SIGNED_IN, "members", "The people of an organization.", ID_PATH, DONE),
	FORM("/members/{id}", do_member, MAY_SIGNED_IN, CSRF_TOKEN, "member-send", "Gives a member a role, or takes it.", CSRF, ID_PATH,
		FIELD("person", ID), ROLE),
	FORM("/members/{id}/invite", do_invite, MAY_SIGNED_IN, CSRF_TOKEN, "member-invite", "Invites somebody.", CSRF, ID_PATH,
		FIELD("email", ACCOUNT_EMAIL), ROLE),
	FORM("/members/{id}/revoke", do_invite_revoke, MAY_SIGNED_IN, CSRF_TOKEN, "member-invite-revoke", "Takes an invitation back.", CSRF, ID_PATH,
		FIELD("invitation", 60)),

	PAGE("/admin", show_users, MAY_ADMINISTER, "admin", "All accounts.", {"after", .length = ACCOUNT_LOGIN, .help = "login name to begin behind"}),
	PAGE("/admin/accounts/{id}", show_user, MAY_ADMINISTER, "admin-account", "An account.", ID_PATH, DONE),
	FORM("/admin/accounts/{id}", do_user, MAY_ADMINISTER, CSRF_TOKEN, "admin-account-send", "Suspends, restores, resets.", CSRF, ID_PATH,
		{"what", PARAM_FORM, PARAM_ENUM, .required = true, .choices = CHOICES("suspend", "restore", "totp"), .help = "what to do"}),
	PAGE("/admin/roles", show_hub_members, MAY_ADMINISTER, "admin-roles", "Who has which role on the hub.", DONE),
	FORM("/admin/roles", do_hub_member, MAY_ADMINISTER, CSRF_TOKEN, "admin-role-send", "Gives a role on the hub, or takes it.", CSRF,
		FIELD("person", ID), ROLE),
	FORM("/admin/roles/invite", do_hub_invite, MAY_ADMINISTER, CSRF_TOKEN, "admin-invite", "Invites somebody to the hub.", CSRF,
		FIELD("email", ACCOUNT_EMAIL), ROLE),
	FORM("/admin/roles/revoke", do_hub_invite_revoke, MAY_ADMINISTER, CSRF_TOKEN, "admin-invite-revoke", "Takes an invitation back.", CSRF,
		FIELD("invitation", 60)),
	PAGE("/admin/audit", show_audit, MAY_ADMINISTER, "audit", "What was done with accounts.",
		{"about", .length = ID, .help = "uid: only what is about it or done by it"},
		{"before", .type = PARAM_INT, .min = 1, .max = INT64_MAX, .help = "sequence number to begin below"}),
	ROUTE_END
};
