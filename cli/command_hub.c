/* init, serve, backup, restore, admin */
#include "command.h"
#include "desk/identify.h"
#include "desk/routes.h"
#include "desk/serve.h"
#include "hub/change.h"
#include "hub/follow/view.h"
#include "hub/maintain.h"

static enum err_code run_init(struct cli *c, struct err *e) {
	const char *name = cli_option(c, "name"), *prefix = cli_option(c, "prefix");
	struct hub_settings s = {.name = str_of(name ? name : "Polder"), .prefix = str_of(prefix ? prefix : "POL")};
	enum err_code code = hub_init(c->arguments[0], &s, e);
	if (code) return code;
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("hub"), str_of(c->arguments[0]));
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("There is a new hub in %s.\nNext: polder import polder starter/ --hub %s\n      polder serve --hub %s\n", c->arguments[0],
		c->arguments[0], c->arguments[0]);
	return ERR_OK;
}

static const struct option init_options[] = {
	{"name", "NAME", "what the hub is called (Polder)", false},
	{"prefix", "LETTERS", "what the numbers that it gives begin with (POL)", false},
};
const struct command command_init = {
	.name = "init", .arguments = "DIR", .summary = "make a new, empty hub in a folder",
	.example = "polder init myhub --name \"Example hub\" --prefix EXA", .options = init_options, .options_n = lengthof(init_options),
	.least = 1, .most = 1, .run = run_init,
};

static enum err_code run_serve(struct cli *c, struct err *e) {
	int64_t workers;
	enum err_code code = cli_number(c, "workers", 1, 256, 0, &workers, e);
	if (code) return code;
	const char *listen = cli_option(c, "listen");
	const char *mirror = cli_option(c, "mirror");
	if (mirror) code = view_open(mirror, &c->hub, e);
	if (code) return code;
	struct serve_options o = {
		.mirror = mirror,
		.listen = listen ? listen : "127.0.0.1:8420",
		.workers = (unsigned)workers,
		.access_log = cli_switch(c, "log"),
		.trusted_proxy = cli_option(c, "trusted-proxy"),
		.https = cli_switch(c, "https") || str_starts(c->hub->base_url, S("https://")),
	};
	return desk_serve(c->hub, &o, e);
}

static const struct option serve_options[] = {
	{"listen", "ADDR:PORT", "where to listen (127.0.0.1:8420); port 0 takes a free one", false},
	{"workers", "N", "requests that are worked on at once (as many as processors, at least 4)", false},
	{"log", NULL, "a line for each request on standard error", false},
	{"mirror", "DIR", "show what `polder mirror` made in this folder, to be read and searched, instead of a hub", false},
	{"trusted-proxy", "ADDR", "numeric address of a proxy whose X-Forwarded-For is believed", false},
	{"https", NULL, "visitors come by https, through a proxy in front (also when the hub's url says so): cookies are Secure", false},
};
const struct command command_serve = {
	.name = "serve", .arguments = "", .summary = "serve the hub's pages and API over HTTP",
	.text = "Runs until it is stopped (SIGINT or SIGTERM), then answers what is under way. A reverse proxy in front speaks TLS (--trusted-proxy, --https).",
	.example = "polder serve --hub myhub --listen 127.0.0.1:8420\npolder serve --mirror hub-mirror --listen 127.0.0.1:8421", .options = serve_options, .options_n = lengthof(serve_options),
	.most = 0, .needs_hub = true, .otherwise = "mirror", .run = run_serve,
};

static enum err_code copied(const struct cli *c, const char *to, struct err *e) {
	if (c->json) {
		autobuf struct buf b = BUF(1 << 16);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_str(&w, S("written"), str_of(to));
		jw_object_end(&w);
		return out_json(&b, e);
	}
	out_fmt("Written: %s\n", to);
	return ERR_OK;
}

static enum err_code run_backup(struct cli *c, struct err *e) {
	enum err_code code = hub_backup(c->dir, c->arguments[0], e);
	return code ? code : copied(c, c->arguments[0], e);
}
const struct command command_backup = {
	.name = "backup", .arguments = "TO", .summary = "copy a hub, also while it runs, to a new folder",
	.text = "The copy is one consistent state: database, files, kinds and settings. It is checked before it gets its name.",
	.example = "polder backup /tmp/myhub-backup --hub myhub", .least = 1, .most = 1, .run = run_backup,
};

static enum err_code run_restore(struct cli *c, struct err *e) {
	enum err_code code = hub_restore(c->arguments[0], c->arguments[1], e);
	return code ? code : copied(c, c->arguments[1], e);
}
const struct command command_restore = {
	.name = "restore", .arguments = "FROM DIR", .summary = "bring a hub back from a backup, into a new folder",
	.example = "polder restore /tmp/myhub-backup myhub-again", .least = 2, .most = 2, .run = run_restore,
};

static enum err_code run_check(struct cli *c, struct err *e) {
	struct hub_findings f;
	enum err_code code = maintain_check(c->hub, c->db, c->a, &f, e);
	if (code) return code;
	c->exit_status = f.n ? 1 : 0;
	if (c->json) {
		autobuf struct buf b = BUF(1 << 20);
		struct json_writer w = json_writer_pretty(&b);
		jw_object(&w);
		jw_field_int(&w, S("records"), f.records);
		jw_name(&w, S("findings"));
		jw_array(&w);
		for (size_t i = 0; i < f.n; i++) jw_str(&w, f.items[i]);
		jw_array_end(&w);
		jw_object_end(&w);
		return out_json(&b, e);
	}
	for (size_t i = 0; i < f.n; i++) out_fmt("%.*s\n", STR_ARG(f.items[i]));
	out_fmt("%lld records checked, %zu findings\n", (long long)f.records, f.n);
	return ERR_OK;
}
const struct command command_admin_check = {
	.name = "admin check", .arguments = "", .summary = "check that the stored data agree with each other",
	.text = "The database itself, every record's body against its kind's schema and its commitment, public projections and search against bodies, "
			"attachments against their digests.",
	.example = "polder admin check --hub myhub", .most = 0, .needs_hub = true, .run = run_check,
};

static enum err_code run_rebuild(struct cli *c, struct err *e) {
	int64_t records;
	enum err_code code = change_rebuild(c->hub, c->db, &records, e);
	if (!code) out_fmt(c->json ? "{\"records\": %lld}\n" : "%lld records projected anew\n", (long long)records);
	return code;
}
const struct command command_admin_rebuild = {
	.name = "admin rebuild", .arguments = "", .summary = "make public projections, facets and search anew from the bodies",
	.text = "After a kind's file was changed: what is public, what is searched and what narrows a search follow the new file.",
	.example = "polder admin rebuild --hub myhub", .most = 0, .needs_hub = true, .run = run_rebuild,
};

static void print_routes(const struct router *router) {
	const struct route *r;
	for (size_t i = 0; (r = router_at(router, i)); i++)
		out_fmt("%-7s %-42s %-14s %s\n", http_method_name(r->method), r->path, desk_permission_words(r->permission), r->help ? r->help : "");
}

static enum err_code run_routes(struct cli *c, struct err *e) {
	autobuf struct buf b = BUF(16 << 20);
	struct desk_app app = {.hub = c->hub};
	struct router *router;
	enum err_code code = desk_router(c->a, &app, &router, e);
	if (code) return code;
	if (c->json) {
		struct json_writer w = json_writer_pretty(&b);
		desk_routes_json(&w, router);
		code = out_json(&b, e);
	} else {
		print_routes(router);
	}
	desk_router_free(&app);
	return code;
}
const struct command command_admin_routes = {
	.name = "admin routes", .arguments = "", .summary = "list the addresses that are served, and who may use each",
	.text = "With --json, all that their tables say: method, path, permission, protection from forged requests, parameters.",
	.example = "polder admin routes --hub myhub", .most = 0, .needs_hub = true, .run = run_routes,
};
