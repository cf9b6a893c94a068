/* What a finder sends who follows a report: each is one change through the door in, by the subject that stands for them. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/harbor/pages.h"
#include "desk/identify.h"
#include "follow.t.h"
#include "http/form.h"
#include "hub/attachment.h"

enum err_code reply_begin(struct request *rq, struct response *rs, struct str csrf, const struct finder **out, bool *done, struct err *e) {
	enum err_code code = finder_find(rq, rs, out, e);
	*done = false;
	if (code) return code;
	if (!*out || !(*out)->receipt.record.n) {
		response_redirect(rs, 303, S("/receipt"));
		*done = true;
		return ERR_OK;
	}
	return finder_check(*out, csrf, e);
}

static bool is_refusal(enum err_code code) {
	return code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT || code == ERR_TOO_LARGE || code == ERR_EXISTS;
}

static enum err_code apply(struct request *rq, struct response *rs, const struct finder *f, struct change *c, const char *what, struct err *e) {
	struct change_result result;
	c->actor = receipt_actor(&f->receipt);
	if (!c->record.n) c->record = f->receipt.record;
	enum err_code code = change_apply(desk_hub(rq), rq->worker, c, &result, e);
	if (is_refusal(code)) return put_follow(rq, rs, f, sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message))), err_http_status(code), e);
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/receipt/report?done=%s", what));
	return code;
}

/* To the report, or to a case that the finder takes part in with it: all who take part read that. */
enum err_code take_message(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	bool done;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	struct change c = {.op = CHANGE_COMMENT, .reason = request_str(rq, "text"), .parent = request_int(rq, "parent"),
		.record = request_has(rq, "record") ? request_str(rq, "record") : f->receipt.record};
	c.audiences = str_eq(c.record, f->receipt.record) ? OWNER | COORDINATORS : PARTIES | OWNER | COORDINATORS;
	return apply(rq, rs, f, &c, "message", e);
}

enum err_code take_withdrawal(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	bool done;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	struct change c = {.op = CHANGE_MOVE, .move = S("withdraw"), .reason = request_str(rq, "reason")};
	return code || done ? code : apply(rq, rs, f, &c, "withdrawn", e);
}

enum err_code take_files(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	const struct form_field *fields;
	size_t n, taken = 0;
	bool done;
	enum err_code code = request_form(rq, &fields, &n, e);
	if (!code) code = reply_begin(rq, rs, form_value(fields, n, "csrf"), &f, &done, e);
	if (code || done) return code;
	for (size_t i = 0; i < n; i++) {
		if (!fields[i].is_file || !fields[i].file_name.n) continue;
		struct change_result result;
		struct change c = {.op = CHANGE_ATTACH, .actor = receipt_actor(&f->receipt), .record = f->receipt.record, .file_name = fields[i].file_name,
			.media_type = attachment_media_type(fields[i].file_name), .bytes = fields[i].value, .audiences = COORDINATORS | PARTIES};
		code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
		if (is_refusal(code)) return put_follow(rq, rs, f, sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message))), err_http_status(code), e);
		if (code) return code;
		taken++;
	}
	if (!taken) return put_follow(rq, rs, f, sentence_words(rq->arena, str_of(intake_words.no_file)), 422, e);
	response_redirect(rs, 303, S("/receipt/report?done=files"));
	return ERR_OK;
}

enum err_code take_leave(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	finder_end(rq, rs);
	response_redirect(rs, 303, S("/receipt"));
	return ERR_OK;
}

/* The account that is signed in becomes an owner, too: by the finder's own wish, who shows so that both are theirs. */
enum err_code take_claim(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	const struct desk_user *u = desk_user(rq);
	bool done;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	if (!u || u->pending || !u->session.n) return err_set(e, ERR_FORBIDDEN, "%s", words.sign_in_first);
	struct change c = {.op = CHANGE_INVITE, .subject = u->account.uid, .role = S("owner")};
	return apply(rq, rs, f, &c, "claimed", e);
}

enum err_code show_finder_file(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	struct disclosed r;
	enum err_code code = finder_find(rq, rs, &f, e);
	if (!code && (!f || !f->receipt.record.n)) code = err_set(e, ERR_NOT_FOUND, "%s", words.file_not_found);
	if (code) return code;
	struct disclosing d = finder_disclosing(rq, f);
	code = disclose_record(&d, f->receipt.record, &r, e);
	if (!code) code = send_record_file(rq, rs, &d, &r, request_str(rq, "sha256"), e);
	rs->cache = CACHE_NO_STORE;
	return code;
}

/* ---- changing what was written ---- */

struct changing {
	struct request *rq;
	struct response *rs;
	const struct finder *f;
	struct disclosing d;
	struct disclosed r;
	struct intake_form page;
};

static enum err_code start(struct changing *x, struct err *e) {
	struct disclosed_rights rights;
	x->d = finder_disclosing(x->rq, x->f);
	enum err_code code = disclose_record(&x->d, x->f->receipt.record, &x->r, e);
	if (!code) code = disclose_rights(&x->d, &x->r, &rights, e);
	if (!code && !rights.revise) code = err_set(e, ERR_FORBIDDEN, "%s", form_words.may_not_edit);
	x->page.form.revision = x->r.revision;
	return code;
}

static enum err_code put_change(struct changing *x, int status, struct err *e) {
	struct form_page *p = &x->page.form;
	struct asking as = {.roles = ROLE_OWNER, .state = x->r.line.state->name};
	enum err_code code = form_questions(&p->f, &as, &p->q, e);
	if (code) return code;
	intake_fit(x->rq->arena, INTAKE_NAMED, &p->q);
	p->a = x->rq->arena;
	p->csrf = x->f->csrf;
	p->action = S("/receipt/change");
	x->page.csam = json_true(json_pointer(p->f.body, S("/classification/csam")));
	struct html *out = site_begin(x->rq, x->rs, &(struct site_page){.title = str_of(intake_words.change), .here = SITE_REPORT, .forms = true});
	follow_change_body(out, &x->page);
	code = site_end(x->rq, x->rs);
	x->rs->cache = CACHE_NO_STORE;
	x->rs->status = status;
	return code;
}

static const struct plan *plan_for(const struct changing *x) {
	return plan_of(((const struct desk_app *)x->rq->app)->plans, x->r.line.kind);
}

enum err_code show_change(struct request *rq, struct response *rs, struct err *e) {
	struct changing *x = arena_new_of(rq->arena, struct changing);
	if (!x) return err_set(e, ERR_MEMORY, "out of memory");
	x->rq = rq;
	x->rs = rs;
	enum err_code code = finder_find(rq, rs, &x->f, e);
	if (code) return code;
	if (!x->f || !x->f->receipt.record.n) {
		response_redirect(rs, 303, S("/receipt"));
		return ERR_OK;
	}
	code = start(x, e);
	if (!code) code = form_begin(plan_for(x), rq->arena, x->r.body, &x->page.form.f, e);
	return code ? code : put_change(x, 200, e);
}

static enum err_code save_change(struct changing *x, int64_t revision, struct err *e) {
	struct filled *f = &x->page.form.f;
	struct change_result result;
	struct change c = {.op = CHANGE_REVISE, .actor = receipt_actor(&x->f->receipt), .record = x->f->receipt.record, .body = f->body, .expected = revision};
	if (!form_check(f)) return put_change(x, 422, e);
	enum err_code code = change_apply(desk_hub(x->rq), x->rq->worker, &c, &result, e);
	if (!code) {
		response_redirect(x->rs, 303, S("/receipt/report?done=changed"));
		return ERR_OK;
	}
	if (!is_refusal(code)) return code;
	struct str where = arena_str(x->rq->arena, str_of(e->where)), sentence = sentence_words(x->rq->arena, arena_str(x->rq->arena, str_of(e->message)));
	int status = err_http_status(code);
	if (code == ERR_CONFLICT) x->page.form.trouble = str_of(intake_words.conflict);
	else if (where.n && where.p[0] == '/') form_error(f, where, sentence);
	else x->page.form.trouble = sentence;
	return put_change(x, status, e);
}

enum err_code take_change(struct request *rq, struct response *rs, struct err *e) {
	struct changing *x = arena_new_of(rq->arena, struct changing);
	struct sent s;
	bool done;
	int64_t revision;
	if (!x) return err_set(e, ERR_MEMORY, "out of memory");
	x->rq = rq;
	x->rs = rs;
	enum err_code code = sent_read(rq, &s, e);
	if (!code) code = reply_begin(rq, rs, sent_value(&s, "csrf"), &x->f, &done, e);
	if (code || done) return code;
	code = start(x, e);
	if (!code) code = form_read(plan_for(x), rq->arena, s.answers, s.n, s.action, &x->page.form.f, e);
	if (code) return code;
	form_settle(&x->page.form.f);
	struct filled *f = &x->page.form.f;
	const struct json *clean = intake_clean(desk_hub(rq), rq->arena, INTAKE_NAMED, f->body), *body;
	if (!json_parse(rq->arena, json_canonical(rq->arena, clean), NULL, &body, NULL)) f->body = body;
	if (s.automatic) {
		response_bytes(rs, S("text/plain; charset=utf-8"), STR_EMPTY);
		return ERR_OK;
	}
	if (str_int(sent_value(&s, "_revision"), &revision) && revision > 0) {
		/* After a conflict the page shows the newest revision's number with what was typed. */
		if (str_is(s.action, "save") && !s.refresh) return save_change(x, revision, e);
	}
	x->page.form.preview = str_is(s.action, "preview");
	return put_change(x, 200, e);
}

/* ---- safe harbor ---- */

static enum err_code act(struct request *rq, struct response *rs, const char *name, const char *argument, const char *what, struct err *e) {
	const struct finder *f;
	bool done;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	struct json_builder args = json_object_of(rq->arena);
	json_set_str(&args, str_of(argument), request_str(rq, argument));
	struct change c = {.op = CHANGE_ACT, .act = str_of(name), .args = json_built(&args)};
	return apply(rq, rs, f, &c, what, e);
}

enum err_code take_finder_accept(struct request *rq, struct response *rs, struct err *e) {
	return act(rq, rs, "harbor.accept", "policy", "accepted", e);
}
/* What the finder says to the embargo of a case in which the report is worked on. */
enum err_code take_finder_embargo(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	bool done, accept = str_is(request_str(rq, "answer"), "accept");
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	struct json_builder args = json_object_of(rq->arena);
	if (!accept) json_put_str(&args, S("reason"), str_trim(request_str(rq, "reason")));
	struct change c = {.op = CHANGE_ACT, .act = accept ? S("embargo.accept") : S("embargo.reject"), .record = request_str(rq, "record"),
		.args = json_built(&args)};
	return apply(rq, rs, f, &c, "answered", e);
}
enum err_code take_finder_threatened(struct request *rq, struct response *rs, struct err *e) {
	return act(rq, rs, "harbor.threatened", "text", "told", e);
}

enum err_code show_finder_opening(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	struct disclosed r;
	enum err_code code = finder_find(rq, rs, &f, e);
	if (!code && (!f || !f->receipt.record.n)) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_grant);
	if (code) return code;
	struct disclosing d = finder_disclosing(rq, f);
	code = disclose_record(&d, f->receipt.record, &r, e);
	return code ? code : send_opening(rs, &d, &r, request_str(rq, "grant"), e);
}
