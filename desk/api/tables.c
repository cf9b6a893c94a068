/* Decision tables over the API: what they ask, what follows from answers, and what was decided about a record. */
#include "desk/api/table_json.h"
#include "desk/tables/answers.h"

#include "api.h"

static enum err_code answered(struct request *rq, struct response *rs, struct err *e) {
	desk_public(rq, rs);
	return rs->body.b.failed ? err_set(e, ERR_TOO_LARGE, "the answer is too large") : ERR_OK;
}

static enum err_code find(struct request *rq, const struct decide_table **out, struct err *e) {
	*out = table_find(desk_hub(rq)->tables, request_str(rq, "table"));
	return *out ? ERR_OK : err_set(e, ERR_NOT_FOUND, "there is no such table; /api/v1/tables lists them");
}

enum err_code api_tables(struct request *rq, struct response *rs, struct err *e) {
	struct tables *tables = desk_hub(rq)->tables;
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < tables_n(tables); i++) table_json(&w, desk_hub(rq), tables_at(tables, i), false);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}

enum err_code api_table(struct request *rq, struct response *rs, struct err *e) {
	const struct decide_table *t;
	enum err_code code = find(rq, &t, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	table_json(&w, desk_hub(rq), t, true);
	return answered(rq, rs, e);
}

enum err_code api_table_decide(struct request *rq, struct response *rs, struct err *e) {
	const struct decide_table *t;
	struct decide_given given;
	bool any;
	enum err_code code = find(rq, &t, e);
	if (!code) code = answers_read(rq, t, &given, &any, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	answer_json(&w, rq->arena, t, &given);
	return answered(rq, rs, e);
}

enum err_code api_decisions(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	struct decision *all;
	size_t n;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (!code) code = disclose_decisions(&d, &r, &all, &n, e);
	if (code) return code;
	const struct decision *tier = decision_of_tier(all, n);
	struct json_writer w = json_writer(response_json(rs));
	jw_object(&w);
	jw_field_str(&w, S("id"), r.line.id);
	if (tier) jw_field_str(&w, S("tier"), tier->tier);
	jw_name(&w, S("items"));
	jw_array(&w);
	for (size_t i = 0; i < n; i++) decision_json(&w, &all[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	return answered(rq, rs, e);
}
