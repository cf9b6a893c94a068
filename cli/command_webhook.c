/* admin webhooks: those of the hub, and everybody's, as the operator */
#include "command.h"
#include "hub/webhook.h"

enum { JSON_OUT = 16 << 20, LOGGED = 50 };

static void write_moment(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, name, moment_text(t, text));
}

static void write_webhook(struct json_writer *w, const struct webhook *v, struct str secret) {
	jw_object(w);
	jw_field_str(w, S("id"), v->id);
	jw_field_str(w, S("owner"), v->owner.n ? v->owner : S("hub"));
	jw_field_str(w, S("url"), v->url);
	jw_field_str(w, S("note"), v->note);
	jw_field_str(w, S("types"), v->types);
	jw_field_str(w, S("kinds"), v->kinds);
	jw_field_bool(w, S("enabled"), v->enabled);
	if (v->problem.n) jw_field_str(w, S("problem"), v->problem);
	write_moment(w, S("failing_since"), v->failing);
	jw_field_int(w, S("waiting"), v->waiting);
	jw_field_int(w, S("missed"), v->missed);
	if (secret.n) jw_field_str(w, S("secret"), secret);
	jw_object_end(w);
}

static const char *state_of(const struct webhook *v) {
	return !v->enabled ? v->problem.n ? "off by the hub" : "off" : v->failing ? "failing" : "on";
}

static enum err_code list(struct cli *c, struct err *e) {
	struct webhook *items;
	size_t n;
	enum err_code code = webhook_list(c->hub, c->db, &by_operator, c->a, &items, &n, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		jw_array(&w);
		for (size_t i = 0; i < n; i++) write_webhook(&w, &items[i], STR_EMPTY);
		jw_array_end(&w);
		return out_json(&b, e);
	}
	if (!n) out_fmt("There is no webhook.\n");
	for (size_t i = 0; i < n; i++) {
		out_styled(c, BOLD, items[i].id);
		out_fmt("  %-14s %.*s  of ", state_of(&items[i]), STR_ARG(items[i].url));
		out(items[i].owner_name);
		out_fmt("\n");
	}
	return ERR_OK;
}

static enum err_code tell(struct cli *c, struct str id, struct str secret, struct err *e) {
	struct webhook v;
	enum err_code code = webhook_find(c->hub, c->db, &by_operator, id, c->a, &v, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(JSON_OUT);
		struct json_writer w = json_writer_pretty(&b);
		write_webhook(&w, &v, secret);
		return out_json(&b, e);
	}
	out_fmt("%.*s is %s: %.*s\n", STR_ARG(v.id), state_of(&v), STR_ARG(v.url));
	if (secret.n) out_fmt("This is its secret; it is not shown again:\n\n    %.*s\n\n", STR_ARG(secret));
	return ERR_OK;
}

static enum err_code add(struct cli *c, const char *url, struct err *e) {
	const char *types = cli_option(c, "types"), *kinds = cli_option(c, "kinds"), *note = cli_option(c, "note"), *organization = cli_option(c, "organization");
	struct webhook_new n = {.url = str_of(url), .note = str_of(note), .types = str_of(types), .kinds = str_of(kinds)};
	struct disclosing d = cli_disclosing(c);
	struct disclosed r;
	struct str id;
	char secret[WEBHOOK_SECRET];
	enum err_code code = organization ? disclose_record(&d, str_of(organization), &r, e) : ERR_OK;
	if (code) return code;
	if (organization) n.owner = r.line.uid;
	code = webhook_create(c->hub, c->db, &by_operator, &n, c->a, &id, secret, e);
	return code ? code : tell(c, id, arena_str(c->a, str_of(secret)), e);
}

static enum err_code show_log(struct cli *c, struct str id, struct err *e) {
	struct delivery *items;
	size_t n;
	enum err_code code = webhook_deliveries(c->hub, c->db, &by_operator, id, STR_EMPTY, 0, LOGGED, c->a, &items, &n, e);
	if (code) return code;
	autobuf struct buf b = BUF(JSON_OUT);
	struct json_writer w = json_writer_pretty(&b);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		char at[MOMENT_TEXT];
		const struct delivery *v = &items[i];
		if (!c->json) {
			out_fmt("%.*s  %-10.*s %3d  %.*s  %.*s", STR_ARG(str_sub(moment_text(v->created, at), 0, 19)), STR_ARG(v->state), v->status, STR_ARG(v->id), STR_ARG(v->type));
			if (v->record.n) out_fmt("  %.*s", STR_ARG(v->record));
			if (v->problem.n) out_fmt("  ");
			out(v->problem);
			out_fmt("\n");
			continue;
		}
		jw_object(&w);
		jw_field_str(&w, S("id"), v->id);
		jw_field_str(&w, S("type"), v->type);
		jw_field_str(&w, S("record"), v->record);
		jw_field_str(&w, S("state"), v->state);
		write_moment(&w, S("created"), v->created);
		write_moment(&w, S("at"), v->at);
		jw_field_int(&w, S("attempts"), v->attempts);
		jw_field_int(&w, S("status"), v->status);
		jw_field_str(&w, S("problem"), v->problem);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	return c->json ? out_json(&b, e) : ERR_OK;
}

static enum err_code change(struct cli *c, const char *what, struct str id, struct err *e) {
	char secret[WEBHOOK_SECRET] = "";
	struct str delivery;
	bool on = strcmp(what, "on") == 0;
	enum err_code code = ERR_OK;
	if (on || strcmp(what, "off") == 0) code = webhook_edit(c->hub, c->db, &by_operator, id, &(struct webhook_edit){.enabled = &on}, e);
	else if (strcmp(what, "secret") == 0) code = webhook_rotate(c->hub, c->db, &by_operator, id, secret, e);
	else if (strcmp(what, "test") == 0) code = webhook_test(c->hub, c->db, &by_operator, id, c->a, &delivery, e);
	if (code || strcmp(what, "remove") != 0) return code ? code : tell(c, id, arena_str(c->a, str_of(secret)), e);
	code = webhook_remove(c->hub, c->db, &by_operator, id, e);
	if (!code && !c->json) out_fmt("%.*s was taken away.\n", STR_ARG(id));
	return code;
}

static enum err_code run_webhooks(struct cli *c, struct err *e) {
	static const char *const all[] = {"add", "log", "test", "on", "off", "secret", "remove"};
	const char *what = NULL, *value = NULL;
	if (!str_eq(c->viewer.name, viewer_operator.name))
		return err_set(e, ERR_FORBIDDEN, "webhooks are administered as the operator; leave --as out");
	for (size_t i = 0; i < lengthof(all); i++) {
		const char *given = cli_option(c, all[i]);
		if (given && what) return err_set(e, ERR_USAGE, "--%s and --%s are asked for at once", what, all[i]);
		if (given) {
			what = all[i];
			value = given;
		}
	}
	if (!what) return list(c, e);
	if (strcmp(what, "add") == 0) return add(c, value, e);
	return strcmp(what, "log") == 0 ? show_log(c, str_of(value), e) : change(c, what, str_of(value), e);
}

static const struct option webhooks_options[] = {
	{"add", "URL", "makes one, and shows its secret", false},
	{"types", "TYPES", "with --add: of events, with commas (all)", false},
	{"kinds", "KINDS", "with --add: of records, with commas (all)", false},
	{"note", "TEXT", "with --add: what it is for", false},
	{"organization", "ID", "with --add: told of what this one may know (what is public)", false},
	{"log", "ID", "its last calls", false},
	{"test", "ID", "calls it with a test, once the hub is served", false},
	{"on", "ID", "switches it on", false},
	{"off", "ID", "switches it off", false},
	{"secret", "ID", "gives it a new secret; the old one signs too for a day", false},
	{"remove", "ID", "takes it away, with its log", false},
};
const struct command command_admin_webhooks = {
	.name = "admin webhooks", .arguments = "", .summary = "addresses that are called when something happens",
	.text = "Without an option, all of them: the hub's, organizations' and people's. Calls are made by `polder serve`. docs/WEBHOOKS.md says what a receiver sees.",
	.example = "polder admin webhooks --add https://bot.example.org/hook --kinds advisory,incident --hub myhub", .options = webhooks_options,
	.options_n = lengthof(webhooks_options), .least = 0, .most = 0, .needs_hub = true, .run = run_webhooks,
};
