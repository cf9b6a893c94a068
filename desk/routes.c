#include "routes.h"

#include "desk/account/routes.h"
#include "desk/api/routes.h"
#include "desk/cases/routes.h"
#include "desk/copy/copy.h"
#include "desk/disputes/routes.h"
#include "desk/feeds/routes.h"
#include "desk/forms/routes.h"
#include "desk/harbor/routes.h"
#include "desk/affects/routes.h"
#include "desk/hubs/routes.h"
#include "desk/identify.h"
#include "desk/intake/routes.h"
#include "desk/log/routes.h"
#include "desk/registry/routes.h"
#include "desk/releases/routes.h"
#include "desk/site/site.h"
#include "desk/statistics/routes.h"
#include "desk/tables/routes.h"
#include "lib/json/json.h"

enum err_code desk_router(struct arena *a, struct desk_app *app, struct router **out, struct err *e) {
	const struct route *pages, *api;
	enum err_code code = registry_routes(a, app, &pages, e);
	if (!code) code = api_routes(a, app, &api, e);
	if (!code) code = forms_begin(a, app, e);
	if (code) return code;
	const struct route *const tables[] = {site_routes, pages, form_routes, case_routes, dispute_routes, release_routes, intake_routes, api, account_routes, harbor_routes, feeds_routes(a, app), statistics_routes, affects_routes,
		log_routes, hubs_routes, table_routes(a, app)};
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	struct router *router = NULL;
	const struct route *const *all = tables;
	if (app->copy) code = copy_routes(a, tables, lengthof(tables), &all, e);
	if (!code) code = router_new(all, lengthof(tables), &router, e);
	app->router = router;
	if (!code) code = api_describe(a, app, e);
	if (code) {
		desk_router_free(app);
		return code;
	}
	*out = router;
	return ERR_OK;
}

void desk_router_free(struct desk_app *app) {
	router_free((struct router *)(uintptr_t)app->router);
	app->router = NULL;
	api_release(app);
}

/* ---- the tables, to be read ---- */

struct flag {
	unsigned bit;
	const char *name;
};

static void flags_json(struct json_writer *w, const char *name, const struct flag *flags, unsigned set) {
	jw_name(w, str_of(name));
	jw_array(w);
	for (; flags->name; flags++)
		if (set & flags->bit) jw_str(w, str_of(flags->name));
	jw_array_end(w);
}

static void param_json(struct json_writer *w, const struct param *p) {
	static const char *const places[] = {"query", "path", "header", "form"};
	static const char *const types[] = {"string", "text", "integer", "boolean", "choice", "cursor", "date"};
	jw_object(w);
	jw_field_str(w, S("name"), str_of(p->name));
	jw_field_str(w, S("in"), str_of(places[p->in]));
	jw_field_str(w, S("type"), str_of(types[p->type]));
	jw_field_bool(w, S("required"), p->required || p->in == PARAM_PATH);
	jw_field_bool(w, S("repeat"), p->repeat);
	jw_field_int(w, S("length"), p->length ? p->length : PARAM_LENGTH);
	if (p->min || p->max) {
		jw_field_int(w, S("min"), p->min);
		jw_field_int(w, S("max"), p->max);
	}
	if (p->choices) {
		jw_name(w, S("choices"));
		jw_array(w);
		for (int i = 0; p->choices[i]; i++) jw_str(w, str_of(p->choices[i]));
		jw_array_end(w);
	}
	if (p->otherwise) jw_field_str(w, S("otherwise"), str_of(p->otherwise));
	if (p->help) jw_field_str(w, S("help"), str_of(p->help));
	jw_object_end(w);
}

static void route_json(struct json_writer *w, const struct route *r) {
	static const char *const csrf[] = {"none", "origin", "token", "api"};
	static const struct flag flags[] = {{ROUTE_CACHEABLE, "cacheable"}, {ROUTE_SAME_FOR_ALL, "same for all"},
		{ROUTE_STRICT_QUERY, "strict query"}, {ROUTE_PRIVATE, "private"}, {ROUTE_FORM, "form"}, {ROUTE_ANY_ORIGIN, "any origin"}, {ROUTE_UNTRACED, "untraced"}, {0}};
	static const struct flag gives[] = {{GIVES_HTML, "html"}, {GIVES_JSON, "json"}, {GIVES_SCHEMA, "schema"}, {GIVES_FILE, "file"},
		{GIVES_FEED, "feed"}, {GIVES_REDIRECT, "redirect"}, {GIVES_NOTHING, "nothing"}, {0}};
	jw_object(w);
	jw_field_str(w, S("method"), str_of(http_method_name(r->method)));
	jw_field_str(w, S("path"), str_of(r->path));
	if (r->name) jw_field_str(w, S("name"), str_of(r->name));
	if (r->help) jw_field_str(w, S("help"), str_of(r->help));
	jw_field_str(w, S("for"), str_of(desk_permission_words(r->permission)));
	jw_field_str(w, S("csrf"), str_of(csrf[r->csrf]));
	jw_field_int(w, S("body_max"), (int64_t)r->body_max);
	flags_json(w, "flags", flags, r->flags);
	flags_json(w, "gives", gives, r->gives);
	jw_name(w, S("params"));
	jw_array(w);
	for (const struct param *p = r->params; p && p->name; p++) param_json(w, p);
	jw_array_end(w);
	jw_object_end(w);
}

void desk_routes_json(struct json_writer *w, const struct router *router) {
	const struct route *r;
	jw_array(w);
	for (size_t i = 0; (r = router_at(router, i)); i++) route_json(w, r);
	jw_array_end(w);
}
