/* Who reads which field of a record, over the API. */
#include "api.h"

#include "hub/redaction.h"

enum err_code api_visibility(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct disclosed_visibility v;
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code) code = disclose_visibility(&d, &r, &v, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field(&w, S("rules"), v.rules);
	jw_name(&w, S("level"));
	if (v.level.n) jw_str(&w, v.level);
	else jw_null(&w);
	jw_name(&w, S("levels"));
	jw_array(&w);
	for (size_t i = 0; i < r.line.kind->redactions_n && !code; i++) {
		const struct kind_redaction *l = &r.line.kind->redactions[i];
		const struct json *rules;
		code = redaction_level(d.a, r.line.kind, l->name, &rules, e);
		if (code) break;
		jw_object(&w);
		jw_field_str(&w, S("name"), l->name);
		jw_field_str(&w, S("title"), l->title);
		jw_field_str(&w, S("description"), l->description);
		jw_field(&w, S("rules"), rules);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_field_bool(&w, S("may_change"), v.may_change);
	jw_object_end(&w);
	rs->etag = r.etag;
	desk_public(rq, rs);
	return code;
}

enum err_code api_preview(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	const struct json *rules = NULL, *body;
	struct str as = request_str(rq, "as"), level = request_str(rq, "level");
	enum err_code code = api_find(rq, &d, &r, e);
	if (!code && level.n) code = redaction_level(d.a, r.line.kind, level, &rules, e);
	if (!code) code = disclose_as(&d, &r, rules, audience_of(as), &body, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("as"), as);
	jw_field(&w, S("body"), body);
	jw_object_end(&w);
	desk_public(rq, rs);
	return ERR_OK;
}

enum err_code api_set_visibility(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	const struct json *asked, *rules;
	struct arena *memory;
	struct outcome o;
	if (!api_body(rq, rs, &asked, &memory, e)) return ERR_OK;
	enum err_code code = api_find(rq, &d, &r, e);
	rules = json_get_lit(asked, "rules");
	if (!code && !rules) code = redaction_level(d.a, r.line.kind, json_get_str(asked, S("level")), &rules, e);
	if (code) return code;
	struct asked q = {.change = {.op = CHANGE_REVISE, .actor = desk_actor(rq), .record = r.line.uid, .body = r.body, .expected = r.revision,
		.visibility = rules, .reason = request_str(rq, "note")}, .has_version = request_has(rq, "if-match"), .version = request_str(rq, "if-match"),
		.place = STR_EMPTY};
	code = api_change(rq, &q, &o, e);
	if (code) return code;
	if (o.refusal.status) return api_refuse(rs, &o.refusal);
	struct json_writer w = json_writer(response_json(rs));
	rs->etag = written_json(&w, rq, &o, NULL);
	return ERR_OK;
}
