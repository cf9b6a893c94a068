#include "api.h"

#include "hub/account/idempotency.h"

/* What makes two requests the same: all that the handler can see. */
static enum err_code digest_of(struct request *rq, struct sha256 *out, struct err *e) {
	struct str body;
	enum err_code code = request_body_map(rq, &body, e);
	if (code) return code;
	const struct str parts[] = {str_of(http_method_name(rq->method)), S(" "), request_url(rq), S("\n"), api_media_type(rq), S("\n"), body};
	*out = sha256_parts(parts, lengthof(parts));
	return ERR_OK;
}

/* Status, then the Location (may be empty), a line end and the body: as it is kept. */
static struct str kept_form(struct request *rq, struct str location, struct str body) {
	return arena_fmt(rq->arena, "%.*s\n%.*s", STR_ARG(location), STR_ARG(body));
}

static enum err_code answer_again(struct response *rs, const struct stored_answer *s) {
	size_t end = str_find_char(s->answer, '\n');
	if (end == STR_NONE) end = 0;
	response_bytes(rs, S("application/json"), str_from(s->answer, end + 1));
	rs->status = s->status;
	if (end) response_header(rs, "Location", str_sub(s->answer, 0, end));
	response_header(rs, "Idempotency-Replayed", S("true"));
	return ERR_OK;
}

static enum err_code refuse(struct response *rs, int status, const char *type, const struct err *e) {
	struct problem_item item = {S("Idempotency-Key"), str_of(e->message)};
	response_problem(rs, &(struct problem){.status = status, .type = str_of(type), .detail = str_of(e->message), .errors = &item, .n = 1});
	return ERR_OK;
}

/* The answer is kept when the change was made. One that was refused may be sent again, put right, under the same key. */
enum err_code api_once(struct request *rq, struct response *rs, route_fn *work, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	if (!u || !request_has(rq, "idempotency-key")) return work(rq, rs, e);
	struct str key = request_str(rq, "idempotency-key"), uid = u->account.uid;
	struct sha256 digest;
	struct stored_answer stored;
	enum err_code code = digest_of(rq, &digest, e);
	if (!code) code = idempotency_begin(desk_hub(rq), uid, key, &digest, rq->arena, &stored, e);
	if (code == ERR_INVALID) return refuse(rs, 400, "usage", e);
	if (code == ERR_CONFLICT) return refuse(rs, 422, "invalid", e);
	if (code == ERR_BUSY) return refuse(rs, 409, "conflict", e);
	if (code) return code;
	if (stored.there) return answer_again(rs, &stored);
	code = work(rq, rs, e);
	struct err other = {0};
	if (code || rs->status >= 300) {
		if (idempotency_drop(desk_hub(rq), uid, key, &digest, &other)) return code; /* it is given up by itself after a while */
		return code;
	}
	struct str answer = kept_form(rq, response_header_value(rs, "Location"), buf_str(&rs->body.b));
	if (idempotency_finish(desk_hub(rq), uid, key, &digest, rs->status, answer, &other)) return code; /* the change was made, and that is said */
	return code;
}
