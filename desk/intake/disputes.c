/* Disputes for a finder who has no account: filing one about the report, and taking part in one, with the receipt alone. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/site/words.h"
#include "follow.t.h"

static bool is_refusal(enum err_code code) {
	return code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT;
}

/* ---- filing ---- */

static enum err_code begin_form(struct request *rq, const struct finder *f, struct dispute_file_page *p, struct disclosed *r, struct err *e) {
	struct disclosing d = finder_disclosing(rq, f);
	enum err_code code = disclose_record(&d, f->receipt.record, r, e);
	if (!code) code = dispute_form_begin(&d, r, p, e);
	p->path = S("/receipt/report");
	p->action = S("/receipt/dispute");
	p->csrf = f->csrf;
	return code;
}

static enum err_code put_form(struct request *rq, struct response *rs, const struct dispute_file_page *p, const struct disclosed *r, int status) {
	enum err_code code = dispute_form_put(rq, rs, p, r, SITE_REPORT, status);
	rs->cache = CACHE_NO_STORE;
	return code;
}

/* *out NULL: the answer is written already, since nobody holds a receipt here. */
static enum err_code find(struct request *rq, struct response *rs, const struct finder **out, struct err *e) {
	enum err_code code = finder_find(rq, rs, out, e);
	if (code) return code;
	if (!*out || !(*out)->receipt.record.n) {
		*out = NULL;
		response_redirect(rs, 303, S("/receipt"));
	}
	return ERR_OK;
}

enum err_code show_finder_dispute_form(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	struct dispute_file_page page = {.question = S("valid")};
	struct disclosed r;
	enum err_code code = find(rq, rs, &f, e);
	if (code || !f) return code;
	code = begin_form(rq, f, &page, &r, e);
	return code ? code : put_form(rq, rs, &page, &r, 200);
}

enum err_code take_finder_dispute_form(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	struct dispute_file_page page = {0};
	struct disclosed r;
	struct change_result result;
	bool done;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	dispute_form_read(rq, &page);
	page.behalf = STR_EMPTY;
	code = begin_form(rq, f, &page, &r, e);
	if (!code) code = dispute_form_send(rq, &page, &r, receipt_actor(&f->receipt), &result, e);
	if (is_refusal(code)) {
		page.wrong = sentence_words(rq->arena, str_of(e->message));
		return put_form(rq, rs, &page, &r, err_http_status(code));
	}
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/receipt/disputes/%s", result.uid));
	return code;
}

/* ---- taking part ---- */

static enum err_code put_dispute(struct request *rq, struct response *rs, const struct finder *f, struct str trouble, int status, struct err *e) {
	struct disclosing d = finder_disclosing(rq, f);
	struct dispute_view v;
	struct intake_dispute page = {.csrf = f->csrf, .trouble = trouble, .done = str_is(request_str(rq, "done"), "acted")};
	enum err_code code = disclose_dispute(&d, request_str(rq, "id"), &v, e);
	/* The receipt is for one report: what else may be read is read where all read it. */
	if (!code && !str_eq(v.target.uid, f->receipt.record)) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	if (!code) code = dispute_page_read(&d, &v, arena_cat(d.a, S("/receipt/disputes/"), v.r.line.uid), false, &page.page, e);
	if (code) return code;
	page.page.target_href = S("/receipt/report");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(intake_words.dispute), .here = SITE_REPORT});
	follow_dispute_body(out, &page, d.a);
	code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	rs->status = status;
	return code;
}

enum err_code show_finder_dispute(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	enum err_code code = find(rq, rs, &f, e);
	return code || !f ? code : put_dispute(rq, rs, f, STR_EMPTY, 200, e);
}

/* Which argument of which act a text is; whatever else there is a finder does not send from here. */
static const struct {
	enum dispute_act act;
	const char *argument;
} texts[] = {{DISPUTE_STATE, "text"}, {DISPUTE_ESCALATE, "reason"}, {DISPUTE_APPEAL, "reason"}, {DISPUTE_WITHDRAW, "reason"}, {SEAT_CHALLENGE, "reason"},
	{DISPUTE_ACCEPT, NULL}};

enum err_code take_finder_dispute(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	bool done;
	size_t i = 0;
	enum err_code code = reply_begin(rq, rs, request_str(rq, "csrf"), &f, &done, e);
	if (code || done) return code;
	while (i < lengthof(texts) && !str_is(request_str(rq, "act"), dispute_act_name(texts[i].act))) i++;
	if (i == lengthof(texts)) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct json_builder args = json_object_of(rq->arena);
	if (texts[i].argument) json_set_str(&args, str_of(texts[i].argument), str_trim(request_str(rq, "text")));
	if (texts[i].act == SEAT_CHALLENGE) json_set_str(&args, S("member"), request_str(rq, "member"));
	struct change_result result;
	struct change c = {.op = CHANGE_ACT, .actor = receipt_actor(&f->receipt), .record = request_str(rq, "id"), .act = request_str(rq, "act"),
		.args = json_built(&args)};
	code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (is_refusal(code)) return put_dispute(rq, rs, f, sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message))), err_http_status(code), e);
	if (!code) response_redirect(rs, 303, arena_fmt(rq->arena, "/receipt/disputes/%s?done=acted", result.uid));
	return code;
}
