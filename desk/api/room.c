/* A case's room over the API: acts, messages, and how things stand. */
#include "desk/api/room_json.h"

#include "api.h"
#include "hub/case_open.h"
#include "hub/clocks.h"

static enum err_code answered(struct request *rq, struct response *rs, struct err *e) {
	desk_public(rq, rs);
	return rs->body.b.failed ? err_set(e, ERR_TOO_LARGE, "the answer is too large") : ERR_OK;
}

enum err_code api_acts(struct request *rq, struct response *rs, struct err *e) {
	const struct acts *acts = desk_hub(rq)->acts;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < acts->n; i++) act_json(&w, rq->arena, &acts->items[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}

enum err_code api_record_acts(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	const struct act **acts;
	size_t n;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_acts(&d, &r, &acts, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	api_items(&w, &r);
	for (size_t i = 0; i < n; i++) act_json(&w, d.a, acts[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}

enum err_code api_room(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct room room;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_room(&d, &r, &room, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	room_json(&w, &room);
	return answered(rq, rs, e);
}

enum err_code api_messages(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct message *list;
	size_t n;
	bool more;
	struct message_request ask = {.thread = request_int(rq, "thread"), .before = request_int(rq, "before"), .limit = (size_t)request_int(rq, "limit")};
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_messages(&d, &r, &ask, &list, &n, &more, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	api_items(&w, &r);
	for (size_t i = 0; i < n; i++) message_json(&w, &list[i]);
	jw_array_end(&w);
	if (more) jw_field_int(&w, S("before"), list[0].id);
	jw_object_end(&w);
	if (more) response_link(rs, "next", request_url_with(rq, "before", arena_fmt(d.a, "%lld", (long long)list[0].id)));
	return answered(rq, rs, e);
}

enum err_code api_mark_read(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	const struct json *body;
	struct arena *memory;
	int64_t unread;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = message_mark_read(desk_hub(rq), &d, &r, json_integer(json_get_lit(body, "up_to"), 0), e);
	if (!code) code = disclose_unread(&d, &r, &unread, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_int(&w, S("unread"), unread);
	jw_object_end(&w);
	return ERR_OK;
}

static enum err_code open_case(struct request *rq, struct response *rs, struct err *e) {
	struct outcome o = {0};
	struct actor actor = desk_actor(rq);
	const struct json *body;
	struct arena *memory;
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	struct str joined = json_get_str(body, S("case"));
	struct hub *h = desk_hub(rq);
	enum err_code code = joined.n ? case_join(h, rq->worker, &actor, request_str(rq, "id"), joined, &o.result, &o.result.err) :
		case_open(h, rq->worker, &actor, request_str(rq, "id"), json_get_str(body, S("title")), &o.result, &o.result.err);
	if (code) {
		refusal_from(&o.refusal, rq->arena, &o.result.err, NULL, STR_EMPTY);
		return api_refuse(rs, &o.refusal);
	}
	struct json_writer w = json_writer(response_json(rs));
	rs->etag = written_json(&w, rq, &o, NULL);
	rs->status = o.result.changed && !joined.n ? 201 : 200;
	return ERR_OK;
}
enum err_code api_open_case(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, open_case, e);
}

/* ---- terms ---- */

static void clock_json(struct json_writer *w, const struct hub *h, const struct disclosed_clock *c) {
	char text[MOMENT_TEXT];
	jw_object(w);
	jw_field_int(w, S("id"), c->id);
	jw_field_str(w, S("name"), c->name);
	jw_field_str(w, S("title"), c->title);
	jw_field_str(w, S("state"), c->state);
	jw_field_bool(w, S("overdue"), c->overdue);
	jw_field_str(w, S("started"), moment_text(c->started, text));
	jw_field_str(w, S("due"), moment_text(c->due, text));
	if (c->stopped) jw_field_str(w, S("stopped"), moment_text(c->stopped, text));
	jw_field_str(w, S("span"), c->span);
	jw_field_str(w, S("days"), c->days);
	jw_field_str(w, S("basis"), c->basis);
	jw_field_str(w, S("who"), c->who);
	if (c->whose.n) jw_field_str(w, S("whose"), c->whose);
	jw_field_bool(w, S("put_off"), c->put_off);
	jw_field_int(w, S("rung"), c->rung);
	if (c->record.kind) {
		jw_name(w, S("record"));
		glimpse_json(w, h, &c->record);
	}
	jw_object_end(w);
}

static enum err_code clocks_answer(struct request *rq, struct response *rs, const struct disclosed_clock *clocks, size_t n, struct err *e) {
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) clock_json(&w, desk_hub(rq), &clocks[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}

enum err_code api_record_clocks(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct disclosed_clock *clocks;
	size_t n;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_clocks(&d, &r, &clocks, &n, e);
	return code ? code : clocks_answer(rq, rs, clocks, n, e);
}

enum err_code api_clocks(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_clock *clocks;
	size_t n;
	int64_t days = request_int(rq, "days");
	struct running_request asked = {request_bool(rq, "overdue"), days ? now() + days * DAY : 0, request_bool(rq, "mine")};
	enum err_code code = disclose_running(&d, &asked, &clocks, &n, e);
	return code ? code : clocks_answer(rq, rs, clocks, n, e);
}
