#include "api.h"

#include "lib/schema/schema.h"

enum { BODY_CAP = 160 << 20 };

static void release(void *arena) {
	arena_free(arena);
}

struct arena *api_memory(struct request *rq, size_t cap) {
	struct arena *a = arena_new(cap);
	if (a && arena_defer(rq->arena, release, a)) return a;
	arena_free(a);
	return NULL;
}

/* ---- refusals ---- */

static void add_item(struct refusal *r, struct str where, struct str message) {
	if (r->n < API_ERRORS) r->errors[r->n++] = (struct problem_item){where, message};
}

void refusal_from(struct refusal *r, struct arena *a, const struct err *e, const struct schema_errors *told, struct str place) {
	*r = (struct refusal){.status = err_http_status(e->code), .type = str_of(err_name(e->code))};
	/* What one request asked for was too much; the hub itself has memory. */
	if (e->code == ERR_MEMORY) {
		r->status = 413;
		r->type = str_of(err_name(ERR_TOO_LARGE));
	}
	r->detail = arena_str(a, str_of(e->message));
	for (size_t i = 0; told && i < told->n; i++)
		add_item(r, arena_cat(a, place, told->items[i].instance), arena_str(a, told->items[i].message));
	struct str where = str_of(e->where);
	if (!r->n && where.n) add_item(r, where.p[0] == '/' ? arena_cat(a, place, where) : arena_str(a, where), r->detail);
}

struct problem refusal_problem(const struct refusal *r) {
	return (struct problem){.status = r->status, .type = r->type, .title = STR_EMPTY, .detail = r->detail, .errors = r->errors, .n = r->n};
}

enum err_code api_refuse(struct response *rs, const struct refusal *r) {
	struct problem p = refusal_problem(r);
	response_problem(rs, &p);
	return ERR_OK;
}

/* ---- reading ---- */

const struct schema *api_schema_of(const struct request *rq, const char *name) {
	const struct api *api = ((const struct desk_app *)rq->app)->api;
	for (size_t i = 0; i < api->bodies_n; i++)
		if (!strcmp(api->bodies[i].name, name)) return api->bodies[i].schema;
	return NULL;
}

static bool refuse(struct response *rs, int status, const char *type, const char *detail) {
	response_problem(rs, &(struct problem){.status = status, .type = str_of(type), .detail = str_of(detail)});
	return false;
}

static bool parse(struct request *rq, struct response *rs, struct str text, const struct json **out, struct arena **memory, struct err *e) {
	struct arena *a = api_memory(rq, BODY_CAP);
	struct refusal r;
	if (!a) {
		err_set(e, ERR_MEMORY, "out of memory");
		response_error(rs, e);
		return false;
	}
	if (json_parse(a, text, NULL, out, e)) {
		refusal_from(&r, rq->arena, e, NULL, STR_EMPTY);
		if (e->code == ERR_INVALID) r.status = 400; /* it is no JSON at all */
		api_refuse(rs, &r);
		return false;
	}
	const struct schema *schema = api_schema_of(rq, operation_of(rq->route)->takes);
	struct schema_errors errors = {0};
	if (schema && !schema_valid(schema, *out, a, &errors)) {
		err_set(e, ERR_INVALID, "the body is not as this address takes it");
		refusal_from(&r, rq->arena, e, &errors, STR_EMPTY);
		api_refuse(rs, &r);
		return false;
	}
	*memory = a;
	return true;
}

struct str api_media_type(struct request *rq) {
	struct str type = request_header(rq, "content-type");
	size_t semicolon = str_find_char(type, ';');
	return str_trim(semicolon == STR_NONE ? type : str_sub(type, 0, semicolon));
}

static bool type_fits(struct request *rq, const char *wanted) {
	struct str type = api_media_type(rq);
	return str_eq_ascii_case(type, str_of(wanted)) || str_eq_ascii_case(type, S("application/json"));
}

bool api_body(struct request *rq, struct response *rs, const struct json **out, struct arena **memory, struct err *e) {
	const char *type = operation_of(rq->route)->media_type;
	struct str text;
	if (!type) type = "application/json";
	if (!type_fits(rq, type)) return refuse(rs, 415, "unsupported", arena_fmt(rq->arena, "The body must be %s.", type).p);
	if (request_body_map(rq, &text, e)) {
		response_error(rs, e);
		return false;
	}
	return parse(rq, rs, text, out, memory, e);
}
