/* Releases over the API: where one stands, who has access, requests for it. What is done to a release is an act. */
#include "api.h"

#include "desk/api/release_json.h"
#include "desk/releases/pages.h"

static enum err_code find(struct request *rq, struct disclosing *d, struct disclosed *r, struct err *e) {
	enum err_code code = api_find(rq, d, r, e);
	if (!code && !str_is(r->line.kind->name, "release")) code = err_set(e, ERR_NOT_FOUND, "%.*s is no release", STR_ARG(r->line.id));
	return code;
}

static enum err_code answered(struct request *rq, struct response *rs, struct err *e) {
	desk_public(rq, rs);
	return rs->body.b.failed ? err_set(e, ERR_TOO_LARGE, "the answer is too large") : ERR_OK;
}

enum err_code api_releases(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct release_line *lines;
	size_t n;
	enum err_code code = disclose_releases(&d, &lines, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) release_line_json(&w, d.hub, &lines[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}

/* Terms end by themselves: it is not kept. */
enum err_code api_one_release(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct release_view v;
	enum err_code code = disclose_release(&d, request_str(rq, "id"), &v, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	release_json(&w, d.hub, &v);
	return rs->body.b.failed ? err_set(e, ERR_TOO_LARGE, "the answer is too large") : ERR_OK;
}

/* ---- who has access ---- */

enum err_code api_release_access(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct access_held h;
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = disclose_access(&d, &r, request_str(rq, "sha256"), &h, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	access_held_json(&w, &r, &h);
	return ERR_OK;
}

static enum err_code refuse(struct request *rq, struct response *rs, struct str why) {
	bool known = desk_user(rq) != NULL;
	response_problem(rs, &(struct problem){.status = known ? 403 : 401, .type = known ? S("forbidden") : S("unauthenticated"), .detail = why});
	return ERR_OK;
}

/* For a server that gives out files and asks with the caller's own Authorization, as nginx's auth_request does: it takes 2xx for yes, 401 and 403 for no, and all else for
 * trouble. So what somebody may not know of is no, too. */
enum err_code api_release_check(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct access_held h;
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = disclose_access(&d, &r, request_str(rq, "sha256"), &h, e);
	if (code == ERR_NOT_FOUND || code == ERR_GONE) return refuse(rq, rs, S("There is no such release for you."));
	if (code) return code;
	if (h.by == ACCESS_NONE) return refuse(rq, rs, arena_cat(rq->arena, S("No access: "), h.why));
	response_header(rs, "Polder-Access", str_of(access_by_what_name(h.by)));
	if (h.stage.n) response_header(rs, "Polder-Stage", h.stage);
	if (h.until) response_header(rs, "Polder-Until", moment_str(rq->arena, h.until));
	rs->status = 204;
	return ERR_OK;
}

/* ---- requests ---- */

static void lines_json(struct json_writer *w, const struct hub *h, const struct access_line *lines, size_t n) {
	jw_object(w);
	jw_name(w, S("items"));
	jw_array(w);
	for (size_t i = 0; i < n; i++) access_line_json(w, h, &lines[i]);
	jw_array_end(w);
}

enum err_code api_access_requests(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct access_line *lines;
	size_t n;
	int64_t next;
	struct access_request ask = {.state = request_str(rq, "state"), .before = request_int(rq, "before"), .limit = (size_t)request_int(rq, "limit")};
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = disclose_access_queue(&d, &r, &ask, &lines, &n, &next, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	lines_json(&w, d.hub, lines, n);
	if (next) jw_field_int(&w, S("before"), next);
	jw_object_end(&w);
	if (next) response_link(rs, "next", request_url_with(rq, "before", arena_fmt(d.a, "%lld", (long long)next)));
	return rs->body.b.failed ? err_set(e, ERR_TOO_LARGE, "the answer is too large") : ERR_OK;
}

enum err_code api_access_mine(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct access_line *lines;
	size_t n;
	enum err_code code = disclose_access_mine(&d, &lines, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	lines_json(&w, d.hub, lines, n);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_access_export(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	enum err_code code = find(rq, &d, &r, e);
	return code ? code : access_export(rq, rs, &d, &r, e);
}

static enum err_code ask(struct request *rq, struct response *rs, struct err *e) {
	const struct json *body;
	struct arena *memory;
	struct outcome o = {0};
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	struct access_asking q = {request_str(rq, "id"), json_get_lit(body, "answers"), json_true(json_get_lit(body, "terms"))};
	enum err_code code = access_ask(desk_hub(rq), rq->worker, desk_actor(rq), &q, &o.result, e);
	return api_made(rq, rs, code, &o, e);
}
enum err_code api_access_ask(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, ask, e);
}

enum err_code api_access_decide(struct request *rq, struct response *rs, struct err *e) {
	const struct json *body;
	struct arena *memory;
	struct disclosing d;
	struct disclosed r;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	const struct json *named = json_get_lit(body, "requests");
	size_t n = json_count(named);
	struct access_decided *list = arena_array(rq->arena, n + 1, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) list[i].uid = json_string(json_at(named, i));
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = access_decide(desk_hub(rq), rq->worker, desk_actor(rq), &r, json_get_str(body, S("act")), json_get_str(body, S("reason")), list, n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_field_str(&w, S("id"), list[i].uid);
		jw_field_bool(&w, S("done"), !list[i].result.code);
		if (list[i].result.code) jw_field_str(&w, S("reason"), str_of(list[i].result.err.message));
		else jw_field_str(&w, S("state"), str_of(list[i].result.state));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}
