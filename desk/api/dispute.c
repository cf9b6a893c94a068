/* Disputes over the API: lists, how one stands, filing. What is done to one is an act. */
#include "api.h"

#include "desk/api/json.h"

static void moment_field(struct json_writer *w, struct str name, moment t) {
	char text[MOMENT_TEXT];
	if (t) jw_field_str(w, name, moment_text(t, text));
}

enum err_code api_disputes(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct dispute_row *rows;
	size_t n;
	enum err_code code = disclose_dispute_list(&d, d.viewer.name.n ? DISPUTES_ALL : DISPUTES_PUBLIC, &rows, &n, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) dispute_line_json(&w, d.hub, &rows[i].d);
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

static void panel_json(struct json_writer *w, const struct dispute_view *v) {
	jw_name(w, S("panel"));
	jw_object(w);
	jw_field_int(w, S("seats"), v->seats);
	jw_field_int(w, S("quorum"), v->quorum);
	jw_field_int(w, S("sitting"), v->sitting);
	jw_field_int(w, S("votes"), v->votes_n);
	jw_field_bool(w, S("waits"), v->panel_waits);
	jw_name(w, S("members"));
	jw_array(w);
	for (size_t i = 0; i < v->members_n; i++) {
		const struct dispute_member *m = &v->members[i];
		jw_object(w);
		if (m->account.n) jw_field_str(w, S("account"), m->account);
		if (m->name.n) jw_field_str(w, S("name"), m->name);
		jw_field_str(w, S("sector"), m->sector);
		jw_field_str(w, S("state"), m->state);
		jw_field_bool(w, S("voted"), m->voted);
		if (m->challenged) jw_field_bool(w, S("challenged"), true);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

enum err_code api_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct dispute_view v;
	enum err_code code = disclose_dispute(&d, request_str(rq, "id"), &v, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), v.r.line.id);
	jw_field_str(&w, S("state"), v.r.line.state->name);
	if (v.target.uid.n) {
		jw_name(&w, S("about"));
		glimpse_json(&w, d.hub, &v.target);
	}
	jw_field_str(&w, S("question"), v.question);
	if (v.claimant.n) jw_field_str(&w, S("claimant"), v.claimant);
	if (v.respondent.n) jw_field_str(&w, S("respondent"), v.respondent);
	if (v.statement.n) jw_field_str(&w, S("statement"), v.statement);
	if (v.answer.n) jw_field_str(&w, S("answer"), v.answer);
	if (v.wants.n) jw_field_str(&w, S("wants"), v.wants);
	if (v.level.n) jw_field_str(&w, S("level"), v.level);
	if (v.next.n) jw_field_str(&w, S("next"), v.next);
	moment_field(&w, S("since"), v.since);
	moment_field(&w, S("due"), v.due);
	if (v.rulings) {
		jw_name(&w, S("rulings"));
		jw_raw(&w, json_text(d.a, v.rulings));
	}
	if (v.panel) panel_json(&w, &v);
	jw_name(&w, S("may"));
	jw_array(&w);
	for (int i = 0; i < DISPUTE_ACTS; i++)
		if (v.may & 1u << i) jw_str(&w, str_of(dispute_act_name((enum dispute_act)i)));
	jw_array_end(&w);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

static enum err_code file(struct request *rq, struct response *rs, struct err *e) {
	const struct json *body;
	struct arena *memory;
	struct outcome o = {0};
	if (!api_body(rq, rs, &body, &memory, e)) return ERR_OK;
	const struct json *choices = json_get_lit(body, "choices");
	struct str *list = arena_array(rq->arena, json_count(choices) + 1, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(choices); i++) list[i] = json_string(json_at(choices, i));
	struct dispute_filing f = {.target = request_str(rq, "id"), .question = json_get_str(body, S("question")), .statement = json_get_str(body, S("statement")),
		.wants = json_get_str(body, S("wants")), .remedy = json_get_str(body, S("remedy")), .procedure = json_get_str(body, S("procedure")),
		.organization = json_get_str(body, S("organization")), .against = json_get_str(body, S("against")), .choices = list, .choices_n = json_count(choices)};
	enum err_code code = dispute_file(desk_hub(rq), rq->worker, desk_actor(rq), &f, &o.result, e);
	return api_made(rq, rs, code, &o, e);
}
enum err_code api_file_dispute(struct request *rq, struct response *rs, struct err *e) {
	return api_once(rq, rs, file, e);
}
