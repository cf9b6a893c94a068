/* What an act needs, asked by a form that comes from its schema. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/identify.h"
#include "forms.t.h"
#include "hub/room.h"

struct acting_form {
	struct request *rq;
	struct response *rs;
	struct err *e;
	const struct act *act;
	struct disclosed record;
	struct form_page page;
};

struct str act_return(struct arena *a, const struct glimpse *record) {
	struct str path = record_path(a, record);
	return record->kind && str_is(record->kind->name, "case") ? arena_cat(a, path, S("/room")) : path;
}

static enum err_code begin(struct acting_form *f) {
	struct disclosing d = desk_disclosing(f->rq);
	const struct act **mine;
	size_t n, i = 0;
	enum err_code code = disclose_record(&d, request_str(f->rq, "id"), &f->record, f->e);
	if (!code) code = disclose_acts(&d, &f->record, &mine, &n, f->e);
	if (code) return code;
	while (i < n && !str_eq(mine[i]->name, request_str(f->rq, "act"))) i++;
	if (i == n) return err_set(f->e, ERR_NOT_FOUND, "%s", form_words.no_such_act);
	f->act = mine[i];
	f->page.a = d.a;
	f->page.plan = plan_of_act(((const struct desk_app *)f->rq->app)->plans, f->act);
	f->page.title = f->act->title;
	f->page.lede = f->act->help;
	f->page.action = arena_fmt(d.a, "%.*s/act/%.*s", STR_ARG(record_path(d.a, &f->record.line)), STR_ARG(f->act->name));
	f->page.back = act_return(d.a, &f->record.line);
	f->page.back_words = f->record.line.headline;
	f->page.save = f->act->title;
	return ERR_OK;
}

static enum err_code put_page(struct acting_form *f, int status) {
	struct asking as = {.roles = ROLE_ANYONE, .state = S("")};
	enum err_code code = form_questions(&f->page.f, &as, &f->page.q, f->e);
	if (code) return code;
	f->page.csrf = desk_csrf(f->rq);
	struct html *out = site_begin(f->rq, f->rs, &(struct site_page){.title = f->page.title, .here = SITE_NOWHERE, .forms = true});
	form_act(out, &f->page);
	code = site_end(f->rq, f->rs);
	f->rs->status = status;
	return code;
}

/* What the page that leads here says already. */
static const struct json *named(struct acting_form *f) {
	struct arena *a = f->rq->arena;
	const struct json *properties = json_get_lit(f->act->schema_document, "properties");
	struct json_builder body = json_object_of(a);
	for (const struct param *p = f->rq->route->params; p->name; p++) {
		const struct json *schema = p->in == PARAM_QUERY ? json_get(properties, str_of(p->name)) : NULL;
		struct str value = schema ? request_str(f->rq, p->name) : STR_EMPTY;
		int64_t number;
		if (!value.n) continue;
		if (!str_is(json_get_str(schema, S("type")), "integer")) json_set_str(&body, str_of(p->name), value);
		else if (str_int(value, &number)) json_set_int(&body, str_of(p->name), number);
	}
	/* One's own zone is the one that is mostly meant. */
	if (json_get_lit(properties, "time_zone")) json_set_str(&body, S("time_zone"), desk_user(f->rq)->account.time_zone);
	return json_built(&body);
}

enum err_code show_act(struct request *rq, struct response *rs, struct err *e) {
	struct acting_form f = {.rq = rq, .rs = rs, .e = e};
	enum err_code code = begin(&f);
	if (!code) code = form_begin(f.page.plan, rq->arena, named(&f), &f.page.f, e);
	return code ? code : put_page(&f, 200);
}

/* People are called by name in a form. */
static enum err_code args_of(struct acting_form *f, const struct json **out) {
	struct str subject = json_get_str(f->page.f.body, S("subject"));
	*out = f->page.f.body;
	if (!subject.n) return ERR_OK;
	enum err_code code = find_subject(f->rq, str_trim(subject), &subject, f->e);
	if (code) return err_where(f->e, "/subject"), code;
	*out = json_with(f->rq->arena, *out, S("subject"), json_str(f->rq->arena, subject));
	return ERR_OK;
}

static enum err_code refused(struct acting_form *f) {
	struct str sentence = sentence_words(f->rq->arena, str_of(f->e->message));
	struct str where = arena_str(f->rq->arena, str_of(f->e->where));
	int status = err_http_status(f->e->code);
	if (where.n && where.p[0] != '/') where = arena_cat(f->rq->arena, S("/"), where);
	if (where.n && json_get(json_get_lit(f->act->schema_document, "properties"), str_from(where, 1))) form_error(&f->page.f, where, sentence);
	else f->page.trouble = sentence;
	return put_page(f, status);
}

enum err_code take_act(struct request *rq, struct response *rs, struct err *e) {
	struct acting_form f = {.rq = rq, .rs = rs, .e = e};
	struct sent s;
	struct change_result result;
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(rq)};
	enum err_code code = sent_read(rq, &s, e);
	if (!code) code = begin(&f);
	if (!code) code = form_read(f.page.plan, rq->arena, s.answers, s.n, s.action, &f.page.f, e);
	if (code) return code;
	form_settle(&f.page.f);
	if (!sent_is_ours(rq, &s)) {
		f.page.trouble = str_of(form_words.other_session);
		return put_page(&f, 403);
	}
	if (!str_is(s.action, "save") || s.refresh) return put_page(&f, 200);
	if (!form_check(&f.page.f)) return put_page(&f, 422);
	c.record = f.record.line.uid;
	c.act = f.act->name;
	code = args_of(&f, &c.args);
	if (!code) code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT || code == ERR_NOT_FOUND || code == ERR_BUSY) return refused(&f);
	if (code) return code;
	/* What ends somebody's part in a record closes it to them. */
	struct disclosing d = desk_disclosing(rq);
	struct disclosed still;
	bool closed = disclose_record(&d, c.record, &still, NULL) == ERR_NOT_FOUND;
	bool judged = closed && str_is(f.record.line.kind->name, "dispute");
	response_redirect(rs, 303, judged ? S("/desk/panel?done=acted") : closed ? S("/inbox") : arena_cat(rq->arena, f.page.back, S("?done=acted")));
	return ERR_OK;
}
