/* Reporting a flaw, and following it with a receipt instead of an account. */
#include "api.h"

#include "desk/api/receipt_json.h"
#include "desk/intake/pages.h"
#include "desk/log/pages.h"
#include "desk/site/words.h"
#include "hub/disclose_similar.h"
#include "hub/intake.h"
#include "hub/message.h"

enum { MESSAGES = 200 };

/* ---- sending ---- */

static size_t names_of(struct arena *a, const struct json *list, struct str **out) {
	*out = arena_array(a, json_count(list) + 1, sizeof **out);
	for (size_t i = 0; *out && i < json_count(list); i++) (*out)[i] = json_string(json_at(list, i));
	return *out ? json_count(list) : 0;
}

/* "" where it can't be given now: the receipt has it. */
static struct str promise_of(struct request *rq, const struct intake *in, const struct intake_sent *s) {
	struct disclosing d = {desk_hub(rq), rq->worker, {in->how == INTAKE_NAMED ? in->actor.name : str_of(s->subject), 0}, rq->arena};
	struct change_sealed sealed = s->sealed;
	struct disclosed r;
	if (s->again && (disclose_record(&d, str_of(s->uid), &r, NULL) || disclose_sealed(&d, &r, &sealed, NULL))) return STR_EMPTY;
	return api_promise(rq, &sealed);
}

static enum err_code answer_sent(struct request *rq, struct response *rs, const struct intake *in, const struct intake_sent *s) {
	struct json_writer w = json_writer(response_json(rs));
	bool receipt = in->how != INTAKE_NAMED;
	struct str promise = promise_of(rq, in, s);
	jw_object(&w);
	jw_field_str(&w, S("id"), str_of(s->uid));
	jw_field_str(&w, S("how"), str_of(intake_how_name(in->how)));
	if (receipt) {
		jw_field_str(&w, S("receipt"), str_of(s->receipt));
		jw_field_str(&w, S("note"), S("The receipt is given once and is the only way back: keep it."));
	}
	if (promise.n) jw_field_str(&w, S("promise"), promise);
	jw_field_bool(&w, S("again"), s->again);
	jw_field_str(&w, S("url"), arena_fmt(rq->arena, "%.*s%s%s", STR_ARG(desk_hub(rq)->base_url), receipt ? "/receipt" : "/r/", receipt ? "" : s->uid));
	jw_object_end(&w);
	rs->status = s->again ? 200 : 201;
	rs->cache = CACHE_NO_STORE;
	if (s->again) response_header(rs, "Idempotency-Replayed", S("true"));
	response_header(rs, "Location", receipt ? S("/api/v1/receipt") : arena_fmt(rq->arena, "/api/v1/records/%s", s->uid));
	return ERR_OK;
}

static enum err_code refuse_with(struct request *rq, struct response *rs, const struct err *e, const struct schema_errors *told) {
	struct refusal r;
	refusal_from(&r, rq->arena, e, told, S("/body"));
	return api_refuse(rs, &r);
}

static enum err_code send(struct request *rq, struct response *rs, struct err *e) {
	const struct json *v;
	struct arena *a;
	struct schema_errors told = {0};
	struct intake_sent sent;
	struct str *systems, *same;
	if (!api_body(rq, rs, &v, &a, e)) return ERR_OK;
	struct intake in = {.how = desk_user(rq) ? INTAKE_NAMED : INTAKE_ANONYMOUS, .actor = desk_actor(rq), .body = json_get_lit(v, "body"), .told = &told};
	if (json_get_lit(v, "how")) in.how = intake_how_of(json_get_str(v, S("how")));
	in.systems_n = names_of(a, json_get_lit(v, "systems"), &systems);
	in.same_n = names_of(a, json_get_lit(v, "same"), &same);
	in.systems = systems;
	in.same = same;
	/* By name the account's answers are kept (once.c); a receipt is kept nowhere and found again by the key. */
	if (in.how != INTAKE_NAMED) in.once = request_str(rq, "idempotency-key");
	enum err_code code = intake_send(desk_hub(rq), rq->worker, &in, a, &sent, e);
	if (code == ERR_STORAGE || code == ERR_CORRUPT || code == ERR_INTERNAL) return code;
	if (code) return refuse_with(rq, rs, e, &told);
	if (!sent.differs) return answer_sent(rq, rs, &in, &sent);
	struct problem_item item = {S("Idempotency-Key"), S("this Idempotency-Key was used for another report; each wants its own")};
	response_problem(rs, &(struct problem){.status = 422, .type = S("invalid"), .detail = item.message, .errors = &item, .n = 1});
	return ERR_OK;
}

/* Whose answer holds no receipt has it kept as that of any other change. */
static bool is_by_name(struct request *rq) {
	const struct json *v;
	struct str body;
	if (!desk_user(rq) || request_body_map(rq, &body, NULL) || json_parse(rq->arena, body, NULL, &v, NULL)) return false;
	return !json_get_lit(v, "how") || str_is(json_get_str(v, S("how")), "name");
}

enum err_code api_report(struct request *rq, struct response *rs, struct err *e) {
	return is_by_name(rq) ? api_once(rq, rs, send, e) : send(rq, rs, e);
}

/* ---- following ---- */

struct following {
	struct receipt receipt;
	struct disclosing d;
	struct disclosed r;
};

static struct str code_of(struct request *rq) {
	struct str header = request_header(rq, "authorization");
	if (header.n > 8 && str_eq_ascii_case(str_sub(header, 0, 8), S("receipt "))) return str_from(header, 8);
	return request_str(rq, "receipt");
}

/* False: refused. */
static bool begin(struct request *rq, struct response *rs, struct following *f, struct err *e) {
	struct receipt_code code;
	struct str typed = code_of(rq), address = request_remote(rq);
	rs->cache = CACHE_NO_STORE;
	if (!typed.n) {
		response_problem(rs, &(struct problem){.status = 401, .type = S("unauthenticated"), .detail = S("Give the receipt code: Authorization: Receipt CODE.")});
		response_header(rs, "WWW-Authenticate", S("Receipt"));
		return false;
	}
	enum err_code failed = receipt_try(desk_hub(rq), address, e);
	if (!failed) failed = receipt_parse(typed, &code, e);
	if (!failed) failed = receipt_find(desk_hub(rq), rq->worker, &code, rq->arena, &f->receipt, e);
	if (!failed && !f->receipt.record.n) failed = err_set(e, ERR_NOT_FOUND, "there is no report with this receipt code");
	if (!failed) {
		receipt_forgive(desk_hub(rq), address);
		f->d = (struct disclosing){desk_hub(rq), rq->worker, receipt_viewer(&f->receipt), rq->arena};
		failed = disclose_record(&f->d, f->receipt.record, &f->r, e);
	}
	if (failed) response_error(rs, e);
	return !failed;
}

enum err_code api_receipt(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	struct message *messages;
	struct disclosed_file *files;
	struct disclosed_rights rights;
	const struct kind_state *joined;
	size_t messages_n, files_n;
	bool more;
	if (!begin(rq, rs, &f, e)) return ERR_OK;
	enum err_code code = disclose_messages(&f.d, &f.r, &(struct message_request){.limit = MESSAGES}, &messages, &messages_n, &more, e);
	if (!code) code = disclose_files(&f.d, &f.r, &files, &files_n, e);
	if (!code) code = disclose_rights(&f.d, &f.r, &rights, e);
	if (!code) code = disclose_joined(&f.d, &f.r, &joined, e);
	if (code) return code;
	const struct intake_step *step = intake_step_of(f.r.line.state);
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), f.r.line.uid);
	jw_field_str(&w, S("state"), f.r.line.state->name);
	jw_field_str(&w, S("title"), str_of(step->title));
	jw_field_str(&w, S("now"), step->now[0] ? str_of(step->now) : f.r.line.state->description);
	jw_field_str(&w, S("next"), str_of(step->next));
	if (joined) jw_field_str(&w, S("joined"), str_of(intake_step_of(joined)->title));
	jw_field_str(&w, S("etag"), f.r.etag);
	jw_field_bool(&w, S("takes_files"), rights.revise && !rights.no_files.n);
	jw_field(&w, S("body"), f.r.body);
	receipt_messages_json(&w, rq->arena, messages, messages_n);
	code = receipt_more_json(&w, &f.d, &f.r, e);
	if (code) return code;
	jw_name(&w, S("files"));
	jw_array(&w);
	for (size_t i = 0; i < files_n; i++) file_json(&w, &files[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return ERR_OK;
}

enum err_code api_finder_receipt(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	return begin(rq, rs, &f, e) ? send_receipt(rs, &f.d, &f.r, 0, e) : ERR_OK;
}

static enum err_code apply(struct request *rq, struct response *rs, struct following *f, struct change *c, int status, struct err *e) {
	struct change_result result;
	c->actor = receipt_actor(&f->receipt);
	c->record = f->receipt.record;
	enum err_code code = change_apply(desk_hub(rq), rq->worker, c, &result, e);
	if (code == ERR_STORAGE || code == ERR_CORRUPT || code == ERR_INTERNAL) return code;
	if (code) {
		struct refusal r;
		refusal_from(&r, rq->arena, e, NULL, STR_EMPTY);
		return api_refuse(rs, &r);
	}
	struct json_writer w = json_writer(response_json(rs));
	struct str promise = api_promise(rq, &result.sealed);
	jw_object(&w);
	jw_field_str(&w, S("id"), str_of(result.uid));
	jw_field_str(&w, S("state"), str_of(result.state));
	jw_field_bool(&w, S("changed"), result.changed);
	if (promise.n) jw_field_str(&w, S("promise"), promise);
	jw_object_end(&w);
	rs->status = result.changed ? status : 200;
	return ERR_OK;
}

enum err_code api_receipt_patch(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	const struct json *patch;
	struct arena *a;
	if (!begin(rq, rs, &f, e) || !api_body(rq, rs, &patch, &a, e)) return ERR_OK;
	struct change c = {.op = CHANGE_REVISE, .expected = f.r.revision, .body = json_merge_patch(a, f.r.body, patch)};
	return apply(rq, rs, &f, &c, 200, e);
}

enum err_code api_receipt_message(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	const struct json *v;
	struct arena *a;
	if (!begin(rq, rs, &f, e) || !api_body(rq, rs, &v, &a, e)) return ERR_OK;
	struct change c = {.op = CHANGE_COMMENT, .reason = json_get_str(v, S("text")), .parent = json_integer(json_get_lit(v, "parent"), 0),
		.audiences = OWNER | COORDINATORS};
	return apply(rq, rs, &f, &c, 201, e);
}

enum err_code api_receipt_file(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	struct upload u;
	if (!begin(rq, rs, &f, e) || !api_upload(rq, rs, &u, e)) return ERR_OK;
	struct change c = {.op = CHANGE_ATTACH, .file_name = u.name, .media_type = u.media_type, .bytes = u.bytes, .audiences = COORDINATORS | PARTIES};
	return apply(rq, rs, &f, &c, 201, e);
}

enum err_code api_receipt_move(struct request *rq, struct response *rs, struct err *e) {
	struct following f;
	const struct json *v;
	struct arena *a;
	if (!begin(rq, rs, &f, e) || !api_body(rq, rs, &v, &a, e)) return ERR_OK;
	struct change c = {.op = CHANGE_MOVE, .move = json_get_str(v, S("move")), .reason = json_get_str(v, S("reason"))};
	return apply(rq, rs, &f, &c, 200, e);
}
