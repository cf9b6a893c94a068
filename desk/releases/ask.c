/* The form by which one asks for a release, made from the fields that its owners set. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "http/form.h"
#include "hub/access/form.h"
#include "release.t.h"

static enum err_code begin(struct request *rq, struct ask_page *p, struct disclosed *r, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct str why_not;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), r, e);
	if (!code && !str_is(r->line.kind->name, "release")) code = err_set(e, ERR_NOT_FOUND, "that is no release: there is nothing to ask for");
	if (!code) code = disclose_may_ask(&d, r, &why_not, e);
	if (!code && why_not.n) code = err_set(e, ERR_CONFLICT, "%.*s", STR_ARG(why_not));
	if (code) return code;
	p->a = d.a;
	p->path = record_path(d.a, &r->line);
	p->action = arena_cat(d.a, p->path, S("/access"));
	p->headline = r->line.headline;
	p->access = json_get_lit(r->body, "access");
	p->heading = json_get_str(p->access, S("heading"));
	const struct json *fields = json_get_lit(p->access, "fields");
	p->fields = arena_array(d.a, json_count(fields) + 1, sizeof *p->fields);
	if (!p->fields) return err_set(e, ERR_MEMORY, "out of memory");
	for (; p->n < json_count(fields); p->n++) {
		const struct json *field = json_at(fields, p->n);
		struct str name = json_get_str(field, S("name"));
		p->fields[p->n] = (struct asked_field){.field = field, .name = arena_cat(d.a, S("answer-"), name), .id = arena_cat(d.a, S("a-"), name),
			.label = json_get_str(field, S("label")), .type = json_get_str(field, S("type")), .required = json_true(json_get_lit(field, "required"))};
	}
	return ERR_OK;
}

static enum err_code put(struct request *rq, struct response *rs, struct ask_page *p, int status) {
	p->csrf = desk_csrf(rq);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = p->heading.n ? p->heading : S("Ask for access"), .here = SITE_NOWHERE});
	ask_body(out, p);
	enum err_code code = site_end(rq, rs);
	rs->status = status;
	return code;
}

enum err_code show_ask(struct request *rq, struct response *rs, struct err *e) {
	struct ask_page page = {0};
	struct disclosed r;
	enum err_code code = begin(rq, &page, &r, e);
	return code ? code : put(rq, rs, &page, 200);
}

static const struct json *read_answers(struct request *rq, struct ask_page *p, const struct form_field *form, size_t n) {
	struct json_builder b = json_object_of(rq->arena);
	for (size_t i = 0; i < p->n; i++) {
		struct asked_field *f = &p->fields[i];
		f->value = form_value(form, n, arena_cat(rq->arena, f->name, STR_EMPTY).p);
		struct str name = json_get_str(f->field, S("name"));
		if (str_is(f->type, "checkbox")) json_set_bool(&b, name, f->value.n > 0);
		else if (f->value.n) json_set(&b, name, json_str_checked(rq->arena, f->value));
	}
	p->agreed = form_value(form, n, "terms").n > 0;
	return json_built(&b);
}

/* Each thing that is wrong stands at its question. */
static void mark(struct ask_page *p, const struct err *e) {
	struct str sentence = sentence_words(p->a, str_of(e->message)), where = str_of(e->where);
	if (str_is(where, "/terms")) p->wrong_terms = sentence;
	else if (!str_starts(where, S("/answers/"))) p->wrong = sentence;
	for (size_t i = 0; i < p->n; i++)
		if (str_starts(where, S("/answers/")) && str_eq(str_from(where, 9), json_get_str(p->fields[i].field, S("name")))) p->fields[i].wrong = sentence;
}

enum err_code take_ask(struct request *rq, struct response *rs, struct err *e) {
	struct ask_page page = {0};
	struct disclosed r;
	const struct form_field *form;
	size_t n;
	struct change_result result;
	enum err_code code = begin(rq, &page, &r, e);
	if (!code) code = request_form(rq, &form, &n, e);
	if (code) return code;
	struct access_asking q = {r.line.uid, read_answers(rq, &page, form, n), page.agreed};
	code = access_ask(desk_hub(rq), rq->worker, desk_actor(rq), &q, &result, e);
	if (code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_FORBIDDEN) {
		mark(&page, e);
		return put(rq, rs, &page, err_http_status(code));
	}
	if (!code) response_redirect(rs, 303, str_is(str_of(result.state), "accepted") ? S("/account/access?done=accepted") : S("/account/access?done=asked"));
	return code;
}
