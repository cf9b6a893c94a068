/* Where a record is disputed. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "dispute.t.h"

static const struct str moves[] = {S_INIT("validate"), S_INIT("invalidate"), S_INIT("accept"), S_INIT("retract"), S_INIT("restore"), S_INIT("withdraw")};

/* Whoever may dispute nothing there is told so as if there were no such page. */
static enum err_code begin(struct request *rq, struct dispute_file_page *p, struct disclosed *r, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	enum err_code code = disclose_record(&d, request_str(rq, "id"), r, e);
	if (!code) code = disclose_may_dispute(&d, r, &p->questions, &p->questions_n, e);
	if (!code && !p->questions_n) code = err_set(e, ERR_NOT_FOUND, "there is nothing here that you could dispute");
	if (code) return code;
	struct disclosed_party *parties = NULL;
	struct str *remedies = arena_array(d.a, lengthof(moves), sizeof *remedies);
	if (!remedies) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < lengthof(moves); i++)
		if (kind_move(r->line.kind, moves[i])) remedies[p->remedies_n++] = moves[i];
	code = disclose_parties(&d, r, &parties, &p->parties_n, e);
	p->parties = parties;
	p->remedies = remedies;
	p->path = record_path(d.a, &r->line);
	p->action = arena_cat(d.a, p->path, S("/dispute"));
	p->headline = r->line.headline;
	p->csrf = desk_csrf(rq);
	p->report = str_is(r->line.kind->name, "report");
	p->is_public = r->is_public;
	return code;
}

static enum err_code put(struct request *rq, struct response *rs, const struct dispute_file_page *p, const struct disclosed *r, int status) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Dispute this record"), .here = SITE_NOWHERE});
	dispute_file_body(out, p, r->line.kind);
	enum err_code code = site_end(rq, rs);
	rs->status = status;
	return code;
}

enum err_code show_file_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct dispute_file_page page = {.question = S("valid")};
	struct disclosed r;
	enum err_code code = begin(rq, &page, &r, e);
	return code ? code : put(rq, rs, &page, &r, 200);
}

enum err_code take_file_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct dispute_file_page page = {.question = request_str(rq, "question"), .statement = request_str(rq, "statement"), .wants = request_str(rq, "wants"),
		.remedy = request_str(rq, "remedy"), .procedure = request_str(rq, "procedure"), .against = request_str(rq, "against")};
	struct disclosed r;
	struct change_result result;
	enum err_code code = begin(rq, &page, &r, e);
	if (code) return code;
	bool faith = str_is(page.question, "good-faith"), valid = str_is(page.question, "valid");
	struct dispute_filing f = {.target = r.line.uid, .question = page.question, .statement = page.statement, .wants = page.wants,
		.remedy = valid ? page.remedy : STR_EMPTY, .procedure = valid ? page.procedure : STR_EMPTY, .against = faith ? page.against : STR_EMPTY};
	code = dispute_file(desk_hub(rq), rq->worker, desk_actor(rq), &f, &result, e);
	if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT) {
		page.wrong = sentence_words(rq->arena, str_of(e->message));
		return put(rq, rs, &page, &r, err_http_status(code));
	}
	if (code) return code;
	response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%s", result.uid));
	return ERR_OK;
}
