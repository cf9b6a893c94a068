#include "docs.h"

#include "api.h"

#include "desk/identify.h"
#include "desk/site/site.h"
#include "desk/site/words.h"
#include "docs.t.h"

enum { OPERATIONS = 400, PARAMS_MOST = 300 };

static bool is_facet(const struct desk_app *app, const char *name) {
	for (size_t i = 0; i < app->facets_n; i++)
		if (!strcmp(app->facets[i], name)) return true;
	return false;
}

static struct str type_words(struct arena *a, const struct param *p) {
	switch (p->type) {
	case PARAM_INT:
		if (!p->min && !p->max) return S("number");
		if (p->max == INT64_MAX) return arena_fmt(a, "%lld or more%s%s", (long long)p->min, p->otherwise ? ", else " : "", p->otherwise ? p->otherwise : "");
		return arena_fmt(a, "%lld to %lld%s%s", (long long)p->min, (long long)p->max, p->otherwise ? ", else " : "", p->otherwise ? p->otherwise : "");
	case PARAM_BOOL: return S("true, false");
	case PARAM_DATE: return S("date");
	case PARAM_CURSOR: return S("cursor");
	case PARAM_ENUM: return str_of(p->choices[0]);
	case PARAM_STRING:
	case PARAM_TEXT: break;
	}
	return S("text");
}

static void read_params(struct arena *a, const struct desk_app *app, const struct route *r, struct docs_operation *out) {
	static const char *const places[] = {"query", "path", "header", "form"};
	const struct operation *o = operation_of(r);
	struct docs_param *params = arena_array(a, PARAMS_MOST, sizeof *params);
	autobuf struct buf facets = BUF(32 << 10);
	for (const struct param *p = r->params; params && p && p->name && out->params_n < PARAMS_MOST; p++) {
		if (o && o->facets && is_facet(app, p->name)) {
			if (facets.n) buf_add(&facets, S(", "));
			buf_add(&facets, str_of(p->name));
			continue;
		}
		bool needed = p->required || p->in == PARAM_PATH || (o && o->conditional && !strcmp(p->name, "if-match"));
		params[out->params_n++] = (struct docs_param){.name = str_of(p->name), .place = str_of(places[p->in]),
			.type = type_words(a, p), .help = str_of(p->help), .required = needed};
	}
	out->params = params;
	out->facets = arena_str(a, buf_str(&facets));
}

/* A line for a shell: what stands between single quotes holds none. */
static struct str curl_of(struct arena *a, struct str base, const struct route *r, const struct operation *o) {
	autobuf struct buf b = BUF(64 << 10);
	buf_add(&b, S("curl"));
	if (r->method != HTTP_GET) buf_fmt(&b, " -X %s", http_method_name(r->method));
	for (const struct param *p = r->params; p && p->name; p++)
		if (p->in == PARAM_HEADER && !strcmp(p->name, "receipt")) buf_add(&b, S(" -H \"Authorization: Receipt $RECEIPT\""));
	if (r->permission != ROUTE_PUBLIC) buf_add(&b, S(" -H \"Authorization: Bearer $TOKEN\""));
	if (o && o->conditional) buf_add(&b, S(" -H 'If-Match: \"…\"'"));
	if (o && o->takes && o->body) {
		bool raw = r->flags & ROUTE_FORM;
		buf_fmt(&b, " -H 'Content-Type: %s' %s '%s'", raw ? "text/plain" : o->media_type ? o->media_type : "application/json",
			raw ? "--data-binary" : "-d", o->body);
	}
	buf_fmt(&b, " '%.*s%s'", STR_ARG(base), o && o->example ? o->example : r->path);
	return arena_str(a, buf_str(&b));
}

static struct str schema_text(struct arena *a, const struct api *api, const char *name) {
	const struct json *v = name ? json_get(api->schemas, str_of(name)) : NULL;
	return v ? json_pretty(a, v) : STR_EMPTY;
}

/* "/records/{id...}": that it may hold slashes is no concern of a reader. */
static struct str path_words(struct arena *a, const struct route *r) {
	struct str path = str_of(r->path);
	size_t dots = str_find(path, S("..."));
	return dots == STR_NONE ? path : arena_cat(a, str_sub(path, 0, dots), str_from(path, dots + 3));
}

static struct docs_operation operation_page(struct arena *a, const struct desk_app *app, struct str base, const struct route *r) {
	const struct operation *o = operation_of(r);
	struct docs_operation out = {.id = str_of(r->name), .method = str_of(http_method_name(r->method)), .path = path_words(a, r),
		.help = str_of(r->help), .text = str_of(o ? o->text : NULL), .who = str_of(desk_permission_words(r->permission)),
		.takes = str_of(o ? o->takes : NULL), .gives = str_of(o ? o->gives : NULL), .curl = curl_of(a, base, r, o)};
	out.takes_text = schema_text(a, app->api, o ? o->takes : NULL);
	out.gives_text = schema_text(a, app->api, o ? o->gives : NULL);
	read_params(a, app, r, &out);
	return out;
}

enum err_code api_docs(struct request *rq, struct response *rs, struct err *e) {
	const struct desk_app *app = rq->app;
	struct arena *a = rq->arena;
	struct docs_operation *items = arena_array(a, OPERATIONS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	const struct hub *h = app->hub;
	struct docs_page page = {.base = h->base_url.n ? h->base_url : S("http://127.0.0.1:8420"), .items = items,
		.reads_anonymous = h->limits.reads_anonymous, .reads = h->limits.reads, .writes = h->limits.writes};
	const struct route *r;
	for (size_t i = 0; (r = router_at(app->router, i)) && page.n < OPERATIONS; i++)
		if (str_starts(str_of(r->path), S("/api/v1"))) items[page.n++] = operation_page(a, app, page.base, r);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("API"), .here = SITE_NOWHERE,
		.description = S("What the API of this hub has and takes."), .canonical = S("/api"), .api = S("/api/v1/openapi.json")});
	docs_body(out, &page);
	return site_end(rq, rs);
}
