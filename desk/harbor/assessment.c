/* How far a policy protects, as JSON. */
#include "pages.h"

#include "desk/api/json.h"

struct assessment_next assessment_next(struct arena *a, const struct policy_assessment *as) {
	struct assessment_next next = {.level = as->level + 1};
	const struct policy_point **missing = arena_array(a, POLICY_POINTS, sizeof *missing);
	if (as->level >= POLICY_LEVELS - 1 || !missing) return (struct assessment_next){.level = 0};
	next.title = policy_level_title(next.level);
	for (size_t i = 0; i < POLICY_POINTS; i++)
		if (as->points[i].level == next.level && !as->points[i].met) missing[next.n++] = &as->points[i];
	next.missing = missing;
	return next;
}

static void point_json(struct json_writer *w, const struct policy_point *p) {
	jw_object(w);
	jw_field_str(w, S("name"), str_of(p->name));
	jw_field_str(w, S("title"), str_of(p->title));
	if (p->level) jw_field_int(w, S("level"), p->level);
	jw_field_bool(w, S("met"), p->met);
	jw_field_str(w, S("field"), str_of(p->field));
	jw_field_str(w, S("why"), str_of(p->why));
	if (p->text.n) jw_field_str(w, S("text"), p->text);
	jw_object_end(w);
}

static void issuers_json(struct json_writer *w, const struct policy_record *p) {
	jw_name(w, S("issuers"));
	jw_array(w);
	for (size_t i = 0; i < p->issuers_n; i++) {
		const struct policy_issuer *one = &p->issuers[i];
		jw_object(w);
		jw_field_str(w, S("uid"), one->uid);
		jw_field_str(w, S("id"), one->id);
		jw_field_str(w, S("name"), one->name);
		jw_field_str(w, S("basis"), one->basis == POLICY_KEPT ? S("kept") : S("recorded"));
		jw_field_bool(w, S("hub"), one->hub);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void assessment_json(struct json_writer *w, struct arena *a, const struct hub *h, const struct policy_record *policy, const struct policy_assessment *as,
	bool full) {
	struct assessment_next next = assessment_next(a, as);
	jw_object(w);
	if (policy) {
		jw_name(w, S("policy"));
		glimpse_json(w, h, &policy->r.line);
		jw_field_bool(w, S("in_force"), policy->in_force);
		issuers_json(w, policy);
	}
	jw_field_int(w, S("level"), as->level);
	jw_field_str(w, S("title"), str_of(policy_level_title(as->level)));
	jw_field_str(w, S("words"), str_of(policy_level_words(as->level)));
	if (as->stated >= 0) jw_field_int(w, S("stated"), as->stated);
	jw_name(w, S("tests"));
	jw_array(w);
	for (size_t i = 0; i < POLICY_TESTS; i++) point_json(w, as->tests[i]);
	jw_array_end(w);
	jw_name(w, S("technical"));
	jw_array(w);
	for (size_t i = 0; i < POLICY_TECHNICAL; i++) point_json(w, &as->technical[i]);
	jw_array_end(w);
	jw_name(w, S("independent"));
	point_json(w, &as->independent);
	if (as->judge.n) jw_field_str(w, S("judge"), as->judge);
	if (full) {
		jw_name(w, S("points"));
		jw_array(w);
		for (size_t i = 0; i < POLICY_POINTS; i++) point_json(w, &as->points[i]);
		jw_array_end(w);
	}
	if (next.level) {
		jw_name(w, S("next"));
		jw_object(w);
		jw_field_int(w, S("level"), next.level);
		jw_field_str(w, S("title"), str_of(next.title));
		jw_name(w, S("missing"));
		jw_array(w);
		for (size_t i = 0; i < next.n; i++) jw_str(w, str_of(next.missing[i]->name));
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
}

enum err_code api_assessment(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct policy_record *p = arena_new_of(d.a, struct policy_record);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = policy_record(&d, request_str(rq, "id"), p, e);
	if (code) return code;
	struct json_writer w = json_writer(response_json(rs));
	assessment_json(&w, d.a, d.hub, p, &p->assessment, true);
	response_public(rs, 0);
	return ERR_OK;
}
