#include "routes.h"

#include "api.h"

#include "base/embed.h"
#include "desk/api/fields.h"
#include "desk/registry/pages.h"
#include "desk/registry/routes.h"
#include "hub/attachment.h"
#include "lib/schema/schema.h"

extern const struct embedded_file api_files[];
extern const size_t api_files_n;

enum { ID = 300, RECORD_BYTES = 2 << 20, SMALL_BYTES = 64 << 10, BULK_BYTES = 8 << 20, NOTE = 2000 };
#define OPEN     (ROUTE_CACHEABLE | ROUTE_ANY_ORIGIN)
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid, identifier at the source or alias"}
#define KIND     {"kind", PARAM_PATH, .help = "its name"}
#define IF_MATCH {"if-match", PARAM_HEADER, .length = 1000, .help = "the version to start from: the ETag or etag of an earlier answer"}
#define ONCE     {"idempotency-key", PARAM_HEADER, .length = 255, .help = "a name for this request, under which it is done once"}
#define NOTE_PARAM {"note", .length = NOTE, .help = "why, for the history"}
#define ONE_LEAF "/api/v1/records/CUE-0001"

static const struct route table[] = {
	{"/api", api_docs, ROUTE_PUBLIC, .name = "api-page", .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE,
		.help = "What the API has, with examples."},
	{"/api/v1", api_index, ROUTE_PUBLIC, .name = "api", .gives = GIVES_JSON, .flags = OPEN,
		.help = "The addresses of the API.", .more = OPERATION(.gives = "Hub")},
	{"/api/v1/openapi.json", api_openapi, ROUTE_PUBLIC, .name = "openapi", .gives = GIVES_JSON, .flags = OPEN,
		.help = "This API as an OpenAPI 3.1 document."},
	{"/api/v1/health", api_health, ROUTE_PUBLIC, .name = "health", .gives = GIVES_JSON, .flags = ROUTE_ANY_ORIGIN,
		.help = "Whether the hub answers.", .more = OPERATION(.gives = "Health")},
	{"/api/v1/me", api_me, MAY_SIGNED_IN, .name = "me", .gives = GIVES_JSON, .help = "Whose token this is, and what it may do.",
		.more = OPERATION(.gives = "Me")},
	{"/api/v1/me/notices", api_notices, MAY_SIGNED_IN, .name = "my-notices", .gives = GIVES_JSON, .help = "How your notices are mailed.",
		.more = OPERATION(.gives = "NoticeSettings")},
	{"/api/v1/me/notices", api_notices_set, MAY_SIGNED_IN, HTTP_PUT, CSRF_API, .name = "my-notices-set", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Says how your notices are mailed.",
		.more = OPERATION(.takes = "NewNoticeSettings", .gives = "NoticeSettings", .text = "What is not named stays as it is.",
			.body = "{\"mail\":{\"messages\":\"now\",\"records\":\"weekly\"},\"hour\":9}")},

	/* ---- kinds ---- */
	{"/api/v1/kinds", api_kinds, ROUTE_PUBLIC, .name = "api-kinds", .gives = GIVES_JSON, .flags = OPEN,
		.help = "All kinds.", .more = OPERATION(.gives = "Kinds")},
	{"/api/v1/kinds/{kind}", api_kind, ROUTE_PUBLIC, .name = "api-kind", .gives = GIVES_JSON, .flags = OPEN,
		.help = "One kind.", .params = PARAMS(KIND), .more = OPERATION(.gives = "Kind", .example = "/api/v1/kinds/use")},
	{"/api/v1/kinds/{kind}/schema", api_schema, ROUTE_PUBLIC, .name = "api-schema", .gives = GIVES_SCHEMA,
		.flags = OPEN, .help = "JSON Schema of a kind's body.", .params = PARAMS(KIND),
		.more = OPERATION(.gives = "Schema", .example = "/api/v1/kinds/use/schema")},
	{"/api/v1/schemas/common", api_common, ROUTE_PUBLIC, .name = "api-common", .gives = GIVES_SCHEMA, .flags = OPEN,
		.help = "The definitions that kinds share (urn:polder:common).", .more = OPERATION(.gives = "Schema")},

	/* ---- reading ---- */
	{"/api/v1/records", api_records, ROUTE_PUBLIC, .name = "api-records", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Records, newest first.", .params =
			PARAMS({"kind", .help = "a kind's name"}, {"cursor", .type = PARAM_CURSOR, .help = "from the page before"},
				{"limit", .type = PARAM_INT, .min = 1, .max = 200, .otherwise = "50", .help = "records a page"}, FIELDS_PARAM),
		.more = OPERATION(.facets = true, .gives = "Records", .example = "/api/v1/records?kind=incident&limit=5&fields=id,title,body.date",
			.text = "The next page is a Link header and the member next. Fields that a line does not have (body, links, files …) may be chosen too.")},
	{"/api/v1/records/{id...}", api_record, ROUTE_PUBLIC, .name = "api-record", .gives = GIVES_JSON, .flags = OPEN,
		.help = "One record with links and files.", .params = PARAMS(ID_PARAM, FIELDS_PARAM),
		.more = OPERATION(.gives = "Record", .example = ONE_LEAF "?fields=title,body.summary")},
	{"/api/v1/records/{id}/history", api_history, ROUTE_PUBLIC, .name = "api-history", .gives = GIVES_JSON,
		.flags = OPEN, .help = "What changed in a record, oldest first.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "History", .example = ONE_LEAF "/history")},
	{"/api/v1/records/{id}/moves", api_moves, ROUTE_PUBLIC, .name = "api-moves", .gives = GIVES_JSON, .flags = OPEN,
		.help = "The moves that you may make now, and what each requires.", .params = PARAMS(ID_PARAM),
		.more = OPERATION(.gives = "Moves", .example = ONE_LEAF "/moves")},
	{"/api/v1/records/{id}/files/{sha256}", show_record_file, ROUTE_PUBLIC, .name = "api-file", .gives = GIVES_FILE,
		.flags = ROUTE_ANY_ORIGIN, .help = "A file that belongs to a record.",
		.params = PARAMS(ID_PARAM, {"sha256", PARAM_PATH, .length = 64, .help = "in hexadecimal"}),
		.more = OPERATION(.example = ONE_LEAF "/files/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")},
	{"/api/v1/search", api_search, ROUTE_PUBLIC, .name = "api-search", .gives = GIVES_JSON, .flags = OPEN,
		.help = "Ranked hits with snippets and facets.", .params =
			PARAMS({"q", .required = true, .length = SEARCH_QUERY, .help = "words, \"phrases\", begin*, -without"},
				{"kind", .help = "a kind's name"},
				{"page", .type = PARAM_INT, .min = 1, .max = 600, .otherwise = "1", .help = "of hits"},
				{"limit", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "20", .help = "hits a page"}, FIELDS_PARAM),
		.more = OPERATION(.facets = true, .gives = "Hits", .example = "/api/v1/search?q=deepfake&limit=5")},
	{"/api/v1/facets", api_facets, ROUTE_PUBLIC, .name = "api-facets", .gives = GIVES_JSON, .flags = OPEN,
		.help = "What a kind's records can be narrowed by; without a kind, how many of each there are.",
		.params = PARAMS({"kind", .help = "a kind's name"}), .more = OPERATION(.gives = "Facets", .example = "/api/v1/facets?kind=incident")},

	/* ---- writing ---- */
	{"/api/v1/records", api_create, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "create", .gives = GIVES_JSON, .body_max = RECORD_BYTES,
		.help = "Makes a record, in the first state of its kind.", .params = PARAMS(ONCE),
		.more = OPERATION(.takes = "NewRecord", .gives = "Written", .status = 201,
			.body = "{\"kind\":\"lesson\",\"body\":{\"title\":\"Test the filters too\",\"lesson\":\"A filter is a part of the system.\"}}")},
	{"/api/v1/records/{id...}", api_revise, MAY_SIGNED_IN, HTTP_PUT, CSRF_API, .name = "revise", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Gives a record a new body.", .params = PARAMS(ID_PARAM, IF_MATCH, NOTE_PARAM),
		.more = OPERATION(.takes = "Body", .gives = "Written", .conditional = true, .conflicts = true,
			.text = "What you may not see of the body stays as it is.", .example = ONE_LEAF,
			.body = "{\"title\":\"Test the filters too\",\"lesson\":\"Filters are a part of the system.\"}")},
	{"/api/v1/records/{id...}", api_patch, MAY_SIGNED_IN, HTTP_PATCH, CSRF_API, .name = "patch", .gives = GIVES_JSON,
		.body_max = RECORD_BYTES, .help = "Changes some members of a record's body.", .params = PARAMS(ID_PARAM, IF_MATCH, NOTE_PARAM),
		.more = OPERATION(.takes = "BodyPatch", .media_type = "application/merge-patch+json", .gives = "Written", .conditional = true,
			.conflicts = true, .text = "A JSON Merge Patch (RFC 7396) of the body as you see it: null takes a member away.",
			.example = ONE_LEAF "?note=reviewed", .body = "{\"tags\":[\"reviewed\"]}")},
	{"/api/v1/records/{id}/moves", api_move, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "move", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Takes a record from one state to another.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewMove", .gives = "Written", .conflicts = true, .example = ONE_LEAF "/moves",
			.body = "{\"move\":\"deprecate\",\"reason\":\"merged into another entry\"}")},
	{"/api/v1/records/{id}/links", api_link, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "link", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Links a record to another.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewLink", .gives = "Written", .status = 201, .or_200 = true, .conflicts = true,
			.text = "200 where the link is there already.",
			.example = ONE_LEAF "/links", .body = "{\"rel\":\"related-to\",\"target\":\"CUE-0002\"}")},
	{"/api/v1/records/{id}/links", api_unlink, MAY_SIGNED_IN, HTTP_DELETE, CSRF_API, .name = "unlink", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Takes a link away.", .params = PARAMS(ID_PARAM, IF_MATCH),
		.more = OPERATION(.takes = "NewLink", .gives = "Written", .conflicts = true, .example = ONE_LEAF "/links",
			.body = "{\"rel\":\"related-to\",\"target\":\"CUE-0002\"}")},
	{"/api/v1/records/{id}/comments", api_comment, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "comment", .gives = GIVES_JSON,
		.body_max = SMALL_BYTES, .help = "Adds a line to a record's history.", .params = PARAMS(ID_PARAM, IF_MATCH, ONCE),
		.more = OPERATION(.takes = "NewComment", .gives = "Written", .status = 201, .example = ONE_LEAF "/comments",
			.body = "{\"text\":\"Discussed at the yearly review.\",\"audiences\":[\"public\"]}")},
	{"/api/v1/records/{id}/files", api_attach, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "attach", .gives = GIVES_JSON,
		.flags = ROUTE_FORM, .body_max = ATTACHMENT_BYTES, .help = "Puts a file with a record.",
		.params = PARAMS(ID_PARAM, {"name", .length = 200, .help = "of a file that is sent as it is"},
			{"audiences", .length = 200, .help = "who may read it, with commas; coordinators without this"}, ONCE),
		.more = OPERATION(.takes = "NewFile", .media_type = "multipart/form-data", .gives = "Written", .status = 201, .or_200 = true,
			.text = "As a form with one file, or the file itself with its Content-Type and ?name=. 200 where it is there already.",
			.example = ONE_LEAF "/files?name=notes.txt", .body = "some notes")},
	{"/api/v1/bulk", api_bulk, MAY_SIGNED_IN, HTTP_POST, CSRF_API, .name = "bulk", .gives = GIVES_JSON, .body_max = BULK_BYTES,
		.help = "Up to 1,000 changes, each answered for itself.", .params = PARAMS(ONCE),
		.more = OPERATION(.takes = "Operations", .gives = "Outcomes",
			.text = "A JSON array, or a line of JSON for each (application/x-ndjson). All that are accepted are written at once; each counts alone, "
					"so some may be refused. One request, whatever it holds, for the limits.",
			.body = "[{\"op\":\"comment\",\"id\":\"CUE-0001\",\"text\":\"Seen.\"},{\"op\":\"link\",\"id\":\"CUE-0001\",\"rel\":\"related-to\","
					"\"target\":\"CUE-0003\"}]")},
	ROUTE_END
};

/* ---- the schemas of bodies ---- */

static enum err_code read_schemas(struct arena *a, struct api *api, struct err *e) {
	const struct embedded_file *f = embedded_find(api_files, api_files_n, S("schemas.json"));
	return f ? json_parse(a, f->bytes, NULL, &api->schemas, e) : err_set(e, ERR_INTERNAL, "schemas.json is not in the program");
}

/* A document that holds them all, so that they may refer to each other as in the OpenAPI document, and is one of them. */
static const struct json *document_of(struct arena *a, const struct json *schemas, const char *name) {
	struct json_builder components = json_object_of(a), document = json_object_of(a);
	json_set(&components, S("schemas"), schemas);
	json_set_str(&document, S("$ref"), arena_fmt(a, "#/components/schemas/%s", name));
	json_set(&document, S("components"), json_built(&components));
	return json_built(&document);
}

static enum err_code add_schema(struct arena *a, struct api *api, const char *name, struct err *e) {
	for (size_t i = 0; i < api->bodies_n; i++)
		if (!strcmp(api->bodies[i].name, name)) return ERR_OK;
	if (!json_get(api->schemas, str_of(name))) return err_set(e, ERR_INTERNAL, "schemas.json has no %s", name);
	struct api_schema *s = &api->bodies[api->bodies_n];
	enum err_code code = schema_compile(&s->schema, document_of(a, api->schemas, name), NULL, e);
	if (code) return code;
	s->name = name;
	api->bodies_n++;
	return ERR_OK;
}

static enum err_code compile_bodies(struct arena *a, struct api *api, struct err *e) {
	enum { BODIES = 40 };
	api->bodies = arena_array(a, BODIES, sizeof *api->bodies);
	if (!api->bodies) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = add_schema(a, api, "Operation", e);
	for (const struct route *r = table; r->path && !code; r++) {
		const struct operation *o = operation_of(r);
		if (o && o->gives && !json_get(api->schemas, str_of(o->gives))) code = err_set(e, ERR_INTERNAL, "schemas.json has no %s", o->gives);
		if (!code && o && o->takes && api->bodies_n < BODIES) code = add_schema(a, api, o->takes, e);
	}
	return code;
}

void api_release(struct desk_app *app) {
	for (size_t i = 0; app->api && i < app->api->bodies_n; i++) schema_free(app->api->bodies[i].schema);
	app->api = NULL;
}

enum err_code api_routes(struct arena *a, struct desk_app *app, const struct route **out, struct err *e) {
	struct api *api = arena_new_of(a, struct api);
	if (!api) return err_set(e, ERR_MEMORY, "out of memory");
	app->api = api;
	enum err_code code = read_schemas(a, api, e);
	if (!code) code = compile_bodies(a, api, e);
	if (code) {
		api_release(app);
		return code;
	}
	*out = registry_complete(a, app, table);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
