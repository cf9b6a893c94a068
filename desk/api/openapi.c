/* The API as an OpenAPI 3.1 document, from the very tables that the router is made of. */
#include "routes.h"

#include "api.h"

#include "desk/identify.h"

enum { DOCUMENT = 16 << 20 };

/* ---- schemas of kinds ---- */

static struct str component(struct arena *a, struct str name) {
	return arena_cat(a, S("#/components/schemas/"), name);
}

/* Where a reference leads within one document. */
static struct str reference(struct arena *a, const struct kind *k, struct str ref) {
	const struct str common = S("urn:polder:common#/$defs/");
	if (str_starts(ref, common)) return component(a, arena_cat(a, S("common."), str_from(ref, common.n)));
	struct str own = k ? k->name : STR_EMPTY;
	if (str_starts(ref, S("#/$defs/")) && !k) return component(a, arena_cat(a, S("common."), str_from(ref, 8)));
	return str_starts(ref, S("#")) ? component(a, arena_cat(a, own, str_from(ref, 1))) : ref;
}

static bool is_any(struct str s, const char *const *names) {
	for (size_t i = 0; names[i]; i++)
		if (str_is(s, names[i])) return true;
	return false;
}

/* named: the members are names of properties or definitions, not keywords. */
static const struct json *rewritten(struct arena *a, const struct kind *k, const struct json *v, bool named, int depth) {
	static const char *const maps[] = {"properties", "patternProperties", "$defs", "dependentSchemas", NULL};
	static const char *const data[] = {"const", "enum", "default", "examples", "required", NULL};
	static const char *const dropped[] = {"$id", "$schema", NULL};
	if (depth == 0) return v;
	if (json_is(v, JSON_ARRAY)) {
		struct json_builder b = json_array_of(a);
		for (size_t i = 0; i < json_count(v); i++) json_add(&b, rewritten(a, k, json_at(v, i), false, depth - 1));
		return json_built(&b);
	}
	if (!json_is(v, JSON_OBJECT)) return v;
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(v); i++) {
		const struct json_member *m = json_member_at(v, i);
		if (named) {
			json_set(&b, m->name, rewritten(a, k, &m->value, false, depth - 1));
		} else if (is_any(m->name, data)) {
			json_set(&b, m->name, &m->value);
		} else if (str_is(m->name, "$ref")) {
			json_set_str(&b, m->name, reference(a, k, json_string(&m->value)));
		} else if (str_is(m->name, "record-kind")) { /* a keyword of our own: here they begin with x- */
			json_set(&b, S("x-record-kind"), &m->value);
		} else if (!is_any(m->name, dropped)) {
			json_set(&b, m->name, rewritten(a, k, &m->value, is_any(m->name, maps), depth - 1));
		}
	}
	return json_built(&b);
}

static const struct json *any_kind(struct arena *a, const struct kinds *kinds, const char *words) {
	struct json_builder list = json_array_of(a), any = json_object_of(a);
	for (size_t i = 0; i < kinds->n; i++) {
		struct json_builder ref = json_object_of(a);
		json_set_str(&ref, S("$ref"), component(a, kinds->items[i].name));
		json_add(&list, json_built(&ref));
	}
	json_set_str(&any, S("description"), str_of(words));
	json_set(&any, S("anyOf"), json_built(&list));
	return json_built(&any);
}

static const struct json *all_schemas(struct arena *a, const struct hub *h, const struct json *fixed) {
	struct json_builder b = json_object_of(a);
	const struct json *defs = json_get_lit(h->kinds->common, "$defs");
	for (size_t i = 0; i < json_count(fixed); i++) {
		const struct json_member *m = json_member_at(fixed, i);
		const struct json *v = &m->value;
		if (str_is(m->name, "NewRecord"))
			v = json_with_pointer(a, v, S("/properties/body"), any_kind(a, h->kinds, "By the schema of its kind."));
		if (str_is(m->name, "Body")) v = any_kind(a, h->kinds, "The new body, by the schema of the record's kind.");
		json_set(&b, m->name, v);
	}
	for (size_t i = 0; i < h->kinds->n; i++)
		json_set(&b, h->kinds->items[i].name, rewritten(a, &h->kinds->items[i], h->kinds->items[i].schema_document, false, JSON_NEST));
	for (size_t i = 0; i < json_count(defs); i++) {
		const struct json_member *m = json_member_at(defs, i);
		json_set(&b, arena_cat(a, S("common."), m->name), rewritten(a, NULL, &m->value, false, JSON_NEST));
	}
	return json_built(&b);
}

/* ---- parameters ---- */

static void string_schema(struct json_writer *w, const struct param *p, const char *pattern) {
	jw_field_str(w, S("type"), S("string"));
	jw_field_int(w, S("maxLength"), p->length ? p->length : PARAM_LENGTH);
	if (pattern) jw_field_str(w, S("pattern"), str_of(pattern));
}

static void value_schema(struct json_writer *w, const struct param *p) {
	jw_object(w);
	switch (p->type) {
	case PARAM_STRING:
	case PARAM_TEXT: string_schema(w, p, NULL); break;
	case PARAM_CURSOR: string_schema(w, p, "^[A-Za-z0-9_-]+$"); break;
	case PARAM_DATE: string_schema(w, p, "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"); break;
	case PARAM_BOOL: jw_field_str(w, S("type"), S("boolean")); break;
	case PARAM_INT:
		jw_field_str(w, S("type"), S("integer"));
		if (p->min || p->max) {
			jw_field_int(w, S("minimum"), p->min);
			jw_field_int(w, S("maximum"), p->max);
		}
		break;
	case PARAM_ENUM:
		jw_field_str(w, S("type"), S("string"));
		jw_name(w, S("enum"));
		jw_array(w);
		for (int i = 0; p->choices[i]; i++) jw_str(w, str_of(p->choices[i]));
		jw_array_end(w);
		break;
	}
	int64_t number;
	if (p->otherwise && p->type == PARAM_INT && str_int(str_of(p->otherwise), &number)) jw_field_int(w, S("default"), number);
	else if (p->otherwise && p->type == PARAM_BOOL) jw_field_bool(w, S("default"), p->otherwise[0] == 't' || p->otherwise[0] == '1');
	else if (p->otherwise) jw_field_str(w, S("default"), str_of(p->otherwise));
	jw_object_end(w);
}

/* Names of headers in their usual letters: "if-match" → "If-Match". */
static struct str parameter_name(struct arena *a, const struct param *p) {
	struct str name = arena_str(a, str_of(p->name));
	char *text = (char *)(uintptr_t)name.p;
	for (size_t i = 0; p->in == PARAM_HEADER && i < name.n; i++)
		if ((i == 0 || text[i - 1] == '-') && text[i] >= 'a' && text[i] <= 'z') text[i] = (char)(text[i] - 'a' + 'A');
	return name;
}

static void parameter(struct json_writer *w, struct arena *a, const struct route *r, const struct param *p) {
	static const char *const places[] = {"query", "path", "header", "form"};
	const struct operation *o = operation_of(r);
	bool version = o && o->conditional && !strcmp(p->name, "if-match");
	jw_object(w);
	jw_field_str(w, S("name"), parameter_name(a, p));
	jw_field_str(w, S("in"), str_of(places[p->in]));
	if (p->help) jw_field_str(w, S("description"), str_of(p->help));
	if (p->required || p->in == PARAM_PATH || version) jw_field_bool(w, S("required"), true);
	jw_name(w, S("schema"));
	if (p->repeat) {
		jw_object(w);
		jw_field_str(w, S("type"), S("array"));
		jw_field_int(w, S("maxItems"), PARAM_REPEAT);
		jw_name(w, S("items"));
		value_schema(w, p);
		jw_object_end(w);
	} else {
		value_schema(w, p);
	}
	jw_object_end(w);
}

static void parameters(struct json_writer *w, struct arena *a, const struct route *r) {
	jw_name(w, S("parameters"));
	jw_array(w);
	for (const struct param *p = r->params; p && p->name; p++)
		if (p->in != PARAM_FORM) parameter(w, a, r, p);
	jw_array_end(w);
}

/* ---- bodies ---- */

static void ref_field(struct json_writer *w, struct arena *a, const char *name) {
	jw_object(w);
	jw_field_str(w, S("$ref"), component(a, str_of(name)));
	jw_object_end(w);
}

static void content(struct json_writer *w, struct arena *a, const char *type, const char *schema, const struct json *example) {
	jw_name(w, str_of(type));
	jw_object(w);
	jw_name(w, S("schema"));
	ref_field(w, a, schema);
	if (example) jw_field(w, S("example"), example);
	jw_object_end(w);
}

static void request_body_of(struct json_writer *w, struct arena *a, const struct route *r, const struct operation *o) {
	const struct json *example = NULL;
	const char *type = o->media_type ? o->media_type : "application/json";
	bool json = strstr(type, "json") != NULL;
	if (json && o->body && json_parse(a, str_of(o->body), NULL, &example, NULL)) example = NULL;
	jw_name(w, S("requestBody"));
	jw_object(w);
	jw_field_str(w, S("description"), arena_fmt(a, "At most %zu bytes.", r->body_max));
	jw_field_bool(w, S("required"), true);
	jw_name(w, S("content"));
	jw_object(w);
	content(w, a, type, o->takes, example);
	if (json && o->media_type) content(w, a, "application/json", o->takes, example);
	if (!strcmp(o->takes, "Operations")) {
		jw_name(w, S("application/x-ndjson"));
		jw_object(w);
		jw_name(w, S("schema"));
		jw_object(w);
		jw_field_str(w, S("type"), S("string"));
		jw_field_str(w, S("description"), S("A line for each Operation."));
		jw_object_end(w);
		jw_object_end(w);
	}
	if (r->flags & ROUTE_FORM) {
		jw_name(w, S("application/octet-stream"));
		jw_object(w);
		jw_name(w, S("schema"));
		jw_object(w);
		jw_field_str(w, S("type"), S("string"));
		jw_field_str(w, S("format"), S("binary"));
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_object_end(w);
}

static bool takes_fields(const struct route *r) {
	for (const struct param *p = r->params; p && p->name; p++)
		if (!strcmp(p->name, "fields")) return true;
	return false;
}

static void answer_content(struct json_writer *w, struct arena *a, const struct route *r, const struct operation *o) {
	const char *type = r->gives & GIVES_SCHEMA ? "application/schema+json" : r->gives & GIVES_JSON ? "application/json" : "*/*";
	jw_name(w, S("content"));
	jw_object(w);
	jw_name(w, str_of(type));
	jw_object(w);
	jw_name(w, S("schema"));
	if (o && o->gives && takes_fields(r) && strcmp(o->gives, "Records") && strcmp(o->gives, "Hits")) {
		jw_object(w);
		jw_name(w, S("anyOf"));
		jw_array(w);
		ref_field(w, a, o->gives);
		ref_field(w, a, "Selection");
		jw_array_end(w);
		jw_object_end(w);
	} else if (o && o->gives) {
		ref_field(w, a, o->gives);
	} else {
		jw_object(w);
		jw_field_str(w, S("type"), r->gives & GIVES_JSON ? S("object") : S("string"));
		if (!(r->gives & GIVES_JSON)) jw_field_str(w, S("format"), S("binary"));
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_object_end(w);
}

static void answer(struct json_writer *w, struct arena *a, const struct route *r, const struct operation *o, int status, const char *words) {
	jw_name(w, arena_fmt(a, "%d", status));
	jw_object(w);
	jw_field_str(w, S("description"), str_of(words));
	jw_name(w, S("headers"));
	jw_object(w);
	static const char *const headers[] = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", NULL};
	for (int i = 0; headers[i]; i++) {
		jw_name(w, str_of(headers[i]));
		jw_object(w);
		jw_field_str(w, S("$ref"), arena_fmt(a, "#/components/headers/%s", headers[i]));
		jw_object_end(w);
	}
	jw_object_end(w);
	if (r->gives != GIVES_NOTHING) answer_content(w, a, r, o);
	jw_object_end(w);
}

static void refusal(struct json_writer *w, struct arena *a, int status) {
	jw_name(w, arena_fmt(a, "%d", status));
	jw_object(w);
	jw_field_str(w, S("$ref"), arena_fmt(a, "#/components/responses/%d", status));
	jw_object_end(w);
}

static bool in_path(const struct route *r) {
	return strchr(r->path, '{') != NULL;
}

static void responses(struct json_writer *w, struct arena *a, const struct route *r) {
	const struct operation *o = operation_of(r);
	bool json = r->body_max > 0;
	const struct {
		int status;
		bool when;
	} refusals[] = {
		{400, true}, {401, true}, {403, r->permission != ROUTE_PUBLIC || (o && o->forbids)}, {404, in_path(r) || r->permission != ROUTE_PUBLIC},
		{410, in_path(r)}, {409, o && (o->conflicts || json)}, {412, o && (o->conditional || json)}, {413, true}, {415, json}, {422, json},
		{428, o && o->conditional}, {429, true}, {501, in_path(r)}, {503, true},
	};
	jw_name(w, S("responses"));
	jw_object(w);
	if (o && o->or_200) answer(w, a, r, o, 200, "It was so already.");
	answer(w, a, r, o, o && o->status ? o->status : 200, o && o->status == 201 ? "Made." : "As asked for.");
	if (r->flags & ROUTE_CACHEABLE) {
		jw_name(w, S("304"));
		jw_object(w);
		jw_field_str(w, S("description"), S("What If-None-Match names is still so."));
		jw_object_end(w);
	}
	for (size_t i = 0; i < lengthof(refusals); i++)
		if (refusals[i].when) refusal(w, a, refusals[i].status);
	jw_object_end(w);
}

/* ---- operations ---- */

static void security(struct json_writer *w, const struct route *r) {
	jw_name(w, S("security"));
	jw_array(w);
	if (r->permission == ROUTE_PUBLIC) {
		jw_object(w);
		jw_object_end(w);
	}
	jw_object(w);
	jw_name(w, S("token"));
	jw_array(w);
	if (r->permission != ROUTE_PUBLIC) jw_str(w, r->permission == MAY_ADMINISTER ? S("admin") : r->method == HTTP_GET ? S("read") : S("write"));
	jw_array_end(w);
	jw_object_end(w);
	jw_array_end(w);
}

/* The part of the path behind /api/v1/: what the operation is about. */
static struct str tag_of(const struct route *r) {
	struct str rest = str_from(str_of(r->path), sizeof "/api/v1/" - 1);
	size_t end = str_find_char(rest, '/');
	struct str first = end == STR_NONE ? rest : str_sub(rest, 0, end);
	if (str_is(first, "records") || str_is(first, "bulk")) return S("records");
	if (str_is(first, "search") || str_is(first, "facets")) return S("search");
	if (str_is(first, "kinds") || str_is(first, "schemas")) return S("kinds");
	return S("hub");
}

static void operation(struct json_writer *w, struct arena *a, const struct route *r) {
	static const char *const methods[HTTP_METHODS] = {"get", "head", "post", "put", "patch", "delete", "options"};
	const struct operation *o = operation_of(r);
	jw_name(w, str_of(methods[r->method]));
	jw_object(w);
	if (r->name) jw_field_str(w, S("operationId"), str_of(r->name));
	if (r->help) jw_field_str(w, S("summary"), str_of(r->help));
	struct str words = str_of(desk_permission_words(r->permission));
	jw_field_str(w, S("description"), arena_fmt(a, "%s%sFor: %.*s.", o && o->text ? o->text : "", o && o->text ? " " : "", STR_ARG(words)));
	jw_name(w, S("tags"));
	jw_array(w);
	jw_str(w, tag_of(r));
	jw_array_end(w);
	security(w, r);
	parameters(w, a, r);
	if (o && o->takes) request_body_of(w, a, r, o);
	responses(w, a, r);
	jw_object_end(w);
}

/* "/records/{id...}" → "/records/{id}" */
static struct str path_of(struct arena *a, const struct route *r) {
	struct str path = str_of(r->path);
	size_t dots = str_find(path, S("..."));
	return dots == STR_NONE ? path : arena_cat(a, str_sub(path, 0, dots), str_from(path, dots + 3));
}

static bool documented(const struct route *r) {
	return str_is(str_of(r->path), "/api/v1") || str_starts(str_of(r->path), S("/api/v1/"));
}

static void paths(struct json_writer *w, struct arena *a, const struct router *router) {
	const struct route *r, *other;
	jw_name(w, S("paths"));
	jw_object(w);
	for (size_t i = 0; (r = router_at(router, i)); i++) {
		struct str path = path_of(a, r);
		bool first = documented(r);
		for (size_t j = 0; j < i && first; j++) first = !str_eq(path_of(a, router_at(router, j)), path);
		if (!first) continue;
		jw_name(w, path);
		jw_object(w);
		for (size_t j = i; (other = router_at(router, j)); j++)
			if (str_eq(path_of(a, other), path)) operation(w, a, other);
		jw_object_end(w);
	}
	jw_object_end(w);
}

/* ---- the document ---- */

static void header_component(struct json_writer *w, const char *name, const char *words) {
	jw_name(w, str_of(name));
	jw_object(w);
	jw_field_str(w, S("description"), str_of(words));
	jw_name(w, S("schema"));
	jw_object(w);
	jw_field_str(w, S("type"), S("integer"));
	jw_field_int(w, S("minimum"), 0);
	jw_object_end(w);
	jw_object_end(w);
}

static void response_components(struct json_writer *w, struct arena *a) {
	static const struct {
		int status;
		const char *words;
	} all[] = {
		{400, "The request could not be understood."}, {401, "No token, or one that does not hold."},
		{403, "Not for you."}, {404, "Nothing by that name, or nothing that you may know of."}, {410, "It was erased."},
		{409, "The record's state forbids it, or it is being changed."}, {412, "The record is not at the version that If-Match names."},
		{413, "Too large."}, {415, "A media type that is not taken."}, {422, "The input breaks a rule: errors says which, and where."},
		{428, "If-Match is missing."}, {429, "Too many requests: Retry-After says when there is room again."}, {501, "Not something that this hub does; or the record is encrypted and its key is not here."}, {503, "Busy; try again."},
	};
	jw_name(w, S("responses"));
	jw_object(w);
	for (size_t i = 0; i < lengthof(all); i++) {
		jw_name(w, arena_fmt(a, "%d", all[i].status));
		jw_object(w);
		jw_field_str(w, S("description"), str_of(all[i].words));
		jw_name(w, S("content"));
		jw_object(w);
		content(w, a, "application/problem+json", "Problem", NULL);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
}

static void components(struct json_writer *w, struct arena *a, const struct desk_app *app) {
	jw_name(w, S("components"));
	jw_object(w);
	jw_name(w, S("securitySchemes"));
	jw_object(w);
	jw_name(w, S("token"));
	jw_object(w);
	jw_field_str(w, S("type"), S("http"));
	jw_field_str(w, S("scheme"), S("bearer"));
	jw_field_str(w, S("description"), S("A token that you made on your account's page. Its scopes: read, write (which holds read), admin."));
	jw_object_end(w);
	jw_object_end(w);
	jw_name(w, S("headers"));
	jw_object(w);
	header_component(w, "RateLimit-Limit", "Requests of this sort a minute. Answers from the cache count nothing and say nothing.");
	header_component(w, "RateLimit-Remaining", "How many are left.");
	header_component(w, "RateLimit-Reset", "Seconds until all of them are there again.");
	jw_object_end(w);
	response_components(w, a);
	jw_field(w, S("schemas"), all_schemas(a, app->hub, app->api->schemas));
	jw_object_end(w);
}

static void head(struct json_writer *w, const struct hub *h) {
	static const char *const tags[][2] = {{"hub", "The hub itself"}, {"kinds", "Kinds of records and their schemas"},
		{"records", "Reading and changing records"}, {"search", "Searching"}};
	jw_field_str(w, S("openapi"), S("3.1.0"));
	jw_name(w, S("info"));
	jw_object(w);
	jw_field_str(w, S("title"), h->name);
	jw_field_str(w, S("version"), S("1"));
	jw_field_str(w, S("description"), S("An open hub for flaws, harms and misuse of AI. Everything is a record of some kind; a viewer is "
		"shown of it what they may see. Problems come as RFC 9457 says, with all that is wrong in errors."));
	jw_name(w, S("license"));
	jw_object(w);
	jw_field_str(w, S("name"), S("Apache-2.0"));
	jw_field_str(w, S("identifier"), S("Apache-2.0"));
	jw_object_end(w);
	jw_object_end(w);
	jw_name(w, S("servers"));
	jw_array(w);
	jw_object(w);
	jw_field_str(w, S("url"), h->base_url.n ? h->base_url : S("/"));
	jw_object_end(w);
	jw_array_end(w);
	jw_name(w, S("tags"));
	jw_array(w);
	for (size_t i = 0; i < lengthof(tags); i++) {
		jw_object(w);
		jw_field_str(w, S("name"), str_of(tags[i][0]));
		jw_field_str(w, S("description"), str_of(tags[i][1]));
		jw_object_end(w);
	}
	jw_array_end(w);
}

enum err_code api_describe(struct arena *a, struct desk_app *app, struct err *e) {
	autoarena struct arena *scratch = arena_new(64 << 20);
	autobuf struct buf text = BUF(DOCUMENT);
	if (!scratch) return err_set(e, ERR_MEMORY, "out of memory");
	struct json_writer w = json_writer(&text);
	jw_object(&w);
	head(&w, app->hub);
	paths(&w, scratch, app->router);
	components(&w, scratch, app);
	jw_object_end(&w);
	if (text.failed || arena_failed(scratch)) return err_set(e, ERR_TOO_LARGE, "the description of the API is too large");
	app->api->document = arena_str(a, buf_str(&text));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code api_openapi(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	response_bytes(rs, S("application/json"), ((const struct desk_app *)rq->app)->api->document);
	desk_public(rq, rs);
	return ERR_OK;
}
