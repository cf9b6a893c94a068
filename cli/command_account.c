/* admin create-user, users, edit-user, set-password, set-role, invite, token, audit: accounts, as the operator */
#include "command.h"
#include "hub/account/audit.h"
#include "hub/account/member.h"
#include "hub/account/session.h"
#include "hub/account/token.h"
#include "password.h"

enum { JSON_OUT = 16 << 20, PAGE = 500 };

/* ---- what they share ---- */

/* Accounts are the operator's to change, not another role's by --as. */
static enum err_code only_operator(const struct cli *c, struct err *e) {
	if (str_eq(c->viewer.name, viewer_operator.name)) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "accounts are administered as the operator; leave --as out");
}

static enum err_code role_of_option(const struct cli *c, const char *text, enum member_role otherwise, enum member_role *out, struct err *e) {
	(void)c;
	*out = text ? member_role_of(str_of(text)) : otherwise;
	if (*out || (text && strcmp(text, "none") == 0)) return ERR_OK;
	return err_set(e, ERR_USAGE, "there is no role \"%s\"; there are owner, coordinator, adjudicator, member, guest", text ? text : "");
}

/* The uid of the organization that --organization names; HUB without it. */
static enum err_code organization_of(struct cli *c, struct str *out, struct err *e) {
	const char *name = cli_option(c, "organization");
	*out = HUB;
	if (!name) return ERR_OK;
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	enum err_code code = disclose_record(&d, str_of(name), &r, e);
	if (!code && !str_is(r.line.kind->name, "organization"))
		code = err_set(e, ERR_INVALID, "%s is no organization but of the kind %.*s", name, STR_ARG(r.line.kind->name));
	if (!code) *out = r.line.uid;
	return code;
}

static enum err_code account_of(struct cli *c, struct account *out, struct err *e) {
	enum err_code code = only_operator(c, e);
	if (!code) code = account_find(c->db, str_of(c->arguments[0]), c->a, out, e);
	if (code == ERR_NOT_FOUND)
		err_set(e, code, "there is no account \"%.*s\"; `polder admin users` lists them", STR_ARG(str_cut_utf8(str_of(c->arguments[0]), 100)));
	return code;
}

static struct str role_words_of(const struct account *a) {
	for (int r = MEMBER_OWNER; r > MEMBER_NONE; r--)
		if (a->hub_roles & 1u << r) return str_of(member_role_name((enum member_role)r));
	return STR_EMPTY;
}

static void write_moment(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, name, moment_text(t, text));
}

static void write_account(struct cli *c, struct json_writer *w, const struct account *a) {
	struct membership *memberships;
	size_t n = 0;
	jw_object(w);
	jw_field_str(w, S("id"), a->uid);
	jw_field_str(w, S("login"), a->login);
	jw_field_str(w, S("name"), a->name);
	jw_field_str(w, S("email"), a->email);
	jw_field_str(w, S("role"), role_words_of(a));
	jw_name(w, S("organizations"));
	jw_array(w);
	if (!member_of(c->db, a->uid, c->a, &memberships, &n, NULL))
		for (size_t i = 0; i < n; i++) {
			if (!memberships[i].organization.n) continue;
			jw_object(w);
			jw_field_str(w, S("id"), memberships[i].organization);
			jw_field_str(w, S("name"), memberships[i].organization_name);
			jw_field_str(w, S("role"), str_of(member_role_name(memberships[i].role)));
			jw_object_end(w);
		}
	jw_array_end(w);
	jw_field_bool(w, S("suspended"), a->suspended);
	jw_field_bool(w, S("password"), a->has_password);
	jw_field_bool(w, S("second_factor"), a->has_totp);
	write_moment(w, S("created"), a->created);
	write_moment(w, S("seen"), a->seen);
	jw_object_end(w);
}

/* The account as it stands now: in words, or whole in JSON; more: a further member and its value. */
static enum err_code show_account(struct cli *c, struct str uid, const char *words, const char *more, struct str value, struct err *e) {
	struct account a;
	enum err_code code = account_find(c->db, uid, c->a, &a, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_name(&w, S("account"));
		write_account(c, &w, &a);
		if (more) jw_field_str(&w, str_of(more), value);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("%s: %.*s (%.*s), %.*s\n", words, STR_ARG(a.login), STR_ARG(a.uid), STR_ARG(a.email));
	return ERR_OK;
}

/* Where a code leads; the code alone where the hub does not know its own address. */
static struct str address_of(const struct cli *c, const char *path, const char *code) {
	return arena_fmt(c->a, "%.*s%s%s", STR_ARG(c->hub->base_url), path, code);
}

static void tell_code(const struct cli *c, const char *what, struct str address) {
	out_fmt("%s, once, within two weeks:\n\n    %.*s\n\n", what, STR_ARG(address));
	if (!c->hub->base_url.n) out_fmt("That is a path of this hub's address; set `url` in polder.conf to have the whole.\n");
}

/* ---- create-user ---- */

static enum err_code run_create_user(struct cli *c, struct err *e) {
	const char *email = cli_option(c, "email"), *name = cli_option(c, "name");
	bool invite = cli_switch(c, "invite");
	struct account_new n = {.login = str_of(c->arguments[0]), .email = str_of(email ? email : ""), .name = str_of(name ? name : "")};
	struct str organization;
	enum member_role role;
	enum err_code code = only_operator(c, e);
	if (!code && !email) code = err_set(e, ERR_USAGE, "--email is missing");
	if (!code) code = role_of_option(c, cli_option(c, "role"), MEMBER_MEMBER, &role, e);
	if (!code) code = organization_of(c, &organization, e);
	if (!code && organization.n && role == MEMBER_ADJUDICATOR) code = err_set(e, ERR_USAGE, "adjudicators are the hub's, not an organization's");
	if (!code && !invite) code = password_from_user(c, &n.password, e);
	if (code) return code;
	/* Who comes for an organization is a guest of the hub. */
	n.role = organization.n ? MEMBER_GUEST : role;
	struct account made;
	char secret[CODE_TEXT] = "";
	code = account_create(c->hub, &by_operator, &n, c->a, &made, e);
	if (!code && organization.n) code = member_set(c->hub, c->db, &by_operator, organization, made.uid, role, e);
	if (!code && invite) code = reset_create(c->hub, &by_operator, made.uid, secret, e);
	if (!code) code = show_account(c, made.uid, "There is a new account", invite ? "address" : NULL, address_of(c, RESET_PATH, secret), e);
	if (!code && invite && !c->json) tell_code(c, "Its password is set at this address", address_of(c, RESET_PATH, secret));
	return code;
}
static const struct option create_user_options[] = {
	{"email", "ADDRESS", "the e-mail address", false},
	{"name", "NAME", "as shown to others", false},
	{"role", "ROLE", "owner, coordinator, adjudicator, member or guest (member)", false},
	{"organization", "ID", "the role is in this organization, and guest on the hub", false},
	{"password-file", "FILE", "the password is the first line of this file", false},
	{"invite", NULL, "no password: print an address at which it is set", false},
};
const struct command command_admin_create_user = {
	.name = "admin create-user", .arguments = "LOGIN", .summary = "make an account",
	.text = "The password is asked for on a terminal, and read from standard input where there is none. Owners of the hub administer accounts and "
			"settings, coordinators run cases and publish, adjudicators rule on disputes, members contribute records, guests read and comment on what is "
			"shared with them.",
	.example = "polder admin create-user bea --email bea@example.org --name \"Bea Vermeer\" --role coordinator --invite --hub myhub",
	.options = create_user_options, .options_n = lengthof(create_user_options), .least = 1, .most = 1, .needs_hub = true,
	.run = run_create_user,
};

/* ---- users ---- */

static void print_account(const struct cli *c, const struct account *a) {
	char seen[MOMENT_TEXT];
	struct str when = a->seen ? str_sub(moment_text(a->seen, seen), 0, 10) : S("never");
	out_styled(c, BOLD, arena_fmt(c->a, "%-20.*s", STR_ARG(a->login)));
	out_fmt("  %-11.*s  %-12.*s  %-10.*s  %.*s%s%s\n", STR_ARG(a->uid), STR_ARG(role_words_of(a)), STR_ARG(when), STR_ARG(a->email),
		a->suspended ? "  suspended" : "", a->has_totp ? "  second factor" : "");
}

static enum err_code run_users(struct cli *c, struct err *e) {
	autobuf struct buf b = BUF((size_t)JSON_OUT * 8);
	struct json_writer w = json_writer_pretty(&b);
	struct str after = STR_EMPTY;
	size_t n = PAGE, all = 0;
	enum err_code code = only_operator(c, e);
	jw_object(&w);
	jw_name(&w, S("accounts"));
	jw_array(&w);
	while (!code && n == PAGE) {
		struct account *list;
		code = account_list(c->db, after, PAGE, c->a, &list, &n, e);
		for (size_t i = 0; !code && i < n; i++) {
			if (c->json) write_account(c, &w, &list[i]);
			else print_account(c, &list[i]);
		}
		if (!code && n) after = list[n - 1].login;
		all += code ? 0 : n;
	}
	jw_array_end(&w);
	jw_object_end(&w);
	if (!code && c->json) return out_json(&b, e);
	if (!code && !all) out_fmt("There are no accounts; make one with `polder admin create-user`.\n");
	return code;
}
const struct command command_admin_users = {
	.name = "admin users", .arguments = "", .summary = "list the accounts", .example = "polder admin users --hub myhub", .most = 0,
	.needs_hub = true, .run = run_users,
};

/* ---- edit-user ---- */

static enum err_code run_edit_user(struct cli *c, struct err *e) {
	const char *name = cli_option(c, "name"), *email = cli_option(c, "email");
	bool suspend = cli_switch(c, "suspend"), restore = cli_switch(c, "restore"), reset = cli_switch(c, "reset-totp");
	struct str new_name = str_of(name ? name : ""), new_email = str_of(email ? email : "");
	struct account_edit what = {.name = name ? &new_name : NULL, .email = email ? &new_email : NULL,
		.suspended = suspend || restore ? &suspend : NULL};
	struct account a;
	enum err_code code = account_of(c, &a, e);
	if (!code && suspend && restore) code = err_set(e, ERR_USAGE, "--suspend and --restore mean the opposite");
	if (!code && !name && !email && !suspend && !restore && !reset)
		code = err_set(e, ERR_USAGE, "say what to change: --name, --email, --suspend, --restore or --reset-totp");
	if (!code && (name || email || suspend || restore)) code = account_edit(c->hub, &by_operator, a.uid, &what, e);
	if (!code && reset) code = totp_remove(c->hub, &by_operator, a.uid, e);
	return code ? code : show_account(c, a.uid, "Changed", NULL, STR_EMPTY, e);
}
static const struct option edit_user_options[] = {
	{"name", "NAME", "as shown to others", false},
	{"email", "ADDRESS", "the e-mail address", false},
	{"suspend", NULL, "ends all sessions and tokens; the account can't sign in any more", false},
	{"restore", NULL, "takes a suspension back", false},
	{"reset-totp", NULL, "takes the second factor away, for who lost the telephone and the recovery codes", false},
};
const struct command command_admin_edit_user = {
	.name = "admin edit-user", .arguments = "LOGIN", .summary = "change, suspend or restore an account",
	.text = "LOGIN may also be an e-mail address or a uid. An account is never deleted, since its uid stands in records: suspend it.",
	.example = "polder admin edit-user bea --name \"Bea de Wit\" --hub myhub", .options = edit_user_options,
	.options_n = lengthof(edit_user_options), .least = 1, .most = 1, .needs_hub = true, .run = run_edit_user,
};

/* ---- set-password ---- */

static enum err_code run_set_password(struct cli *c, struct err *e) {
	struct account a;
	struct str password;
	char secret[CODE_TEXT] = "";
	bool invite = cli_switch(c, "invite");
	enum err_code code = account_of(c, &a, e);
	if (!code && invite) code = reset_create(c->hub, &by_operator, a.uid, secret, e);
	if (!code && !invite) code = password_from_user(c, &password, e);
	if (!code && !invite) code = account_set_password(c->hub, &by_operator, a.uid, password, STR_EMPTY, e);
	if (code) return code;
	struct str address = address_of(c, RESET_PATH, secret);
	if (invite && !c->json) {
		tell_code(c, "The password is set at this address", address);
		return ERR_OK;
	}
	return show_account(c, a.uid, "The password was set", invite ? "address" : NULL, address, e);
}
static const struct option set_password_options[] = {
	{"password-file", "FILE", "the password is the first line of this file", false},
	{"invite", NULL, "print an address at which it is set, instead of setting it", false},
};
const struct command command_admin_set_password = {
	.name = "admin set-password", .arguments = "LOGIN", .summary = "set an account's password",
	.text = "The password is asked for on a terminal, and read from standard input where there is none. All sessions of the account end.",
	.example = "polder admin set-password bea --invite --hub myhub", .options = set_password_options,
	.options_n = lengthof(set_password_options), .least = 1, .most = 1, .needs_hub = true, .run = run_set_password,
};

/* ---- set-role ---- */

static enum err_code run_set_role(struct cli *c, struct err *e) {
	struct account a;
	struct str organization;
	enum member_role role;
	enum err_code code = account_of(c, &a, e);
	if (!code) code = role_of_option(c, c->arguments[1], MEMBER_NONE, &role, e);
	if (!code) code = organization_of(c, &organization, e);
	if (!code) code = member_set(c->hub, c->db, &by_operator, organization, a.uid, role, e);
	return code ? code : show_account(c, a.uid, role ? "The role was given" : "The role was taken away", NULL, STR_EMPTY, e);
}
static const struct option organization_options[] = {
	{"organization", "ID", "the role is in this organization instead of on the hub", false},
};
const struct command command_admin_set_role = {
	.name = "admin set-role", .arguments = "LOGIN ROLE", .summary = "give an account a role on the hub or in an organization",
	.text = "ROLE is owner, coordinator, adjudicator, member or guest; none takes it away. Everybody has one role on the hub and one in each organization. The "
			"hub keeps an owner.",
	.example = "polder admin set-role bea owner --hub myhub", .options = organization_options, .options_n = lengthof(organization_options),
	.least = 2, .most = 2, .needs_hub = true, .run = run_set_role,
};

/* ---- invite ---- */

static enum err_code run_invite(struct cli *c, struct err *e) {
	struct str organization;
	enum member_role role;
	char secret[CODE_TEXT] = "";
	enum err_code code = only_operator(c, e);
	if (!code) code = role_of_option(c, cli_option(c, "role"), MEMBER_MEMBER, &role, e);
	if (!code) code = organization_of(c, &organization, e);
	if (!code) code = invitation_create(c->hub, c->db, &by_operator, str_of(c->arguments[0]), organization, role, c->a, secret, e);
	if (code) return code;
	struct str address = address_of(c, INVITATION_PATH, secret);
	if (!c->json) {
		tell_code(c, "To be accepted at this address", address);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 16);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("email"), str_of(c->arguments[0]));
	jw_field_str(&w, S("role"), str_of(member_role_name(role)));
	jw_field_str(&w, S("organization"), organization);
	jw_field_str(&w, S("code"), str_of(secret));
	jw_field_str(&w, S("address"), address);
	jw_object_end(&w);
	return out_json(&b, e);
}
static const struct option invite_options[] = {
	{"role", "ROLE", "owner, coordinator, adjudicator, member or guest (member)", false},
	{"organization", "ID", "to this organization instead of the hub", false},
};
const struct command command_admin_invite = {
	.name = "admin invite", .arguments = "EMAIL", .summary = "invite somebody to the hub or to an organization",
	.text = "Prints the address to hand on. A hub that sends mail (in polder.conf) and knows its own address writes to them too.",
	.example = "polder admin invite jan@example.org --role member --hub myhub", .options = invite_options,
	.options_n = lengthof(invite_options), .least = 1, .most = 1, .needs_hub = true, .run = run_invite,
};

/* ---- token ---- */

static enum err_code scopes_of(const struct cli *c, unsigned *out, struct err *e) {
	const char *given = cli_option(c, "scope");
	struct str rest = str_of(given ? given : "read"), name;
	*out = 0;
	while (str_split(&rest, ',', &name)) {
		unsigned one = scope_of(str_trim(name));
		if (!one) return err_set(e, ERR_USAGE, "--scope: there is no scope \"%.*s\"; there are read, write, admin", STR_ARG(name));
		*out |= one;
	}
	return ERR_OK;
}

static enum err_code run_token(struct cli *c, struct err *e) {
	const char *name = cli_option(c, "name");
	int64_t days;
	unsigned scopes;
	struct account a;
	struct token t;
	char text[TOKEN_TEXT];
	enum err_code code = account_of(c, &a, e);
	if (!code && !name) code = err_set(e, ERR_USAGE, "--name is missing: what the token is for");
	if (!code) code = cli_number(c, "days", 1, 366, 90, &days, e);
	if (!code) code = scopes_of(c, &scopes, e);
	if (!code) code = token_create(c->hub, &by_operator, a.uid, str_of(name), scopes, now() + days * DAY - SECOND, c->a, text, &t, e);
	if (code) return code;
	if (!c->json) {
		out_fmt("This is the token; it is not shown again:\n\n    %s\n\n", text);
		return ERR_OK;
	}
	autobuf struct buf b = BUF(1 << 16);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_field_str(&w, S("id"), t.id);
	jw_field_str(&w, S("name"), t.name);
	jw_field_str(&w, S("token"), str_of(text));
	jw_name(&w, S("scopes"));
	jw_array(&w);
	for (unsigned one = SCOPE_READ; one <= SCOPE_ADMIN; one <<= 1)
		if (t.scopes & one) jw_str(&w, str_of(scope_name((enum scope)one)));
	jw_array_end(&w);
	write_moment(&w, S("expires"), t.expires);
	jw_object_end(&w);
	return out_json(&b, e);
}
static const struct option token_options[] = {
	{"name", "NAME", "what the token is for", false},
	{"scope", "SCOPES", "read, write, admin, with commas between (read)", false},
	{"days", "N", "how long it lasts, at most 366 (90)", false},
};
const struct command command_admin_token = {
	.name = "admin token", .arguments = "LOGIN", .summary = "make a token with which a program uses the API in a person's name",
	.text = "A token can do what its account can, and no more than its scopes. It is shown once; the hub keeps only its digest.",
	.example = "polder admin token bea --name \"nightly build\" --scope read,write --days 90 --hub myhub", .options = token_options,
	.options_n = lengthof(token_options), .least = 1, .most = 1, .needs_hub = true, .run = run_token,
};

/* ---- audit ---- */

static void write_line(struct cli *c, struct json_writer *w, const struct audit_line *l) {
	const struct json *detail = NULL;
	jw_object(w);
	jw_field_int(w, S("seq"), l->seq);
	write_moment(w, S("at"), l->at);
	jw_field_str(w, S("actor"), l->actor);
	jw_field_str(w, S("address"), l->address);
	jw_field_str(w, S("action"), l->action);
	jw_field_str(w, S("subject"), l->subject);
	if (l->detail.n && !json_parse(c->a, l->detail, NULL, &detail, NULL)) jw_field(w, S("detail"), detail);
	jw_object_end(w);
}

static void print_line(const struct cli *c, const struct audit_line *l) {
	char at[MOMENT_TEXT];
	out_fmt("%.*s  ", STR_ARG(str_sub(moment_text(l->at, at), 0, 19)));
	out_styled(c, BOLD, arena_fmt(c->a, "%-18.*s", STR_ARG(l->action)));
	out_fmt("  %.*s", STR_ARG(l->actor.n ? account_actor_name(c->db, c->a, l->actor) : S("somebody")));
	if (l->subject.n && !str_eq(l->subject, l->actor)) out_fmt(" → %.*s", STR_ARG(account_actor_name(c->db, c->a, l->subject)));
	if (l->address.n) out_fmt("  %.*s", STR_ARG(l->address));
	if (l->detail.n) out_fmt("  %.*s", STR_ARG(l->detail));
	out_fmt("\n");
}

static enum err_code run_audit(struct cli *c, struct err *e) {
	struct account a = {.uid = STR_EMPTY};
	struct audit_line *lines;
	size_t n;
	int64_t limit;
	enum err_code code = c->arguments_n ? account_of(c, &a, e) : only_operator(c, e);
	if (!code) code = cli_number(c, "limit", 1, 1000, 100, &limit, e);
	if (!code) code = audit_list(c->db, a.uid, 0, (size_t)limit, c->a, &lines, &n, e);
	if (code) return code;
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_object(&w);
	jw_name(&w, S("lines"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		if (c->json) write_line(c, &w, &lines[i]);
		else print_line(c, &lines[i]);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return c->json ? out_json(&b, e) : ERR_OK;
}
static const struct option audit_options[] = {
	{"limit", "N", "at most that many lines, the newest (100)", false},
};
const struct command command_admin_audit = {
	.name = "admin audit", .arguments = "[LOGIN]", .summary = "show what was done with accounts, by whom and from where",
	.example = "polder admin audit bea --hub myhub", .options = audit_options, .options_n = lengthof(audit_options), .most = 1,
	.needs_hub = true, .run = run_audit,
};
