/* Where a record is disputed. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "dispute.t.h"
#include "hub/account/member.h"

static const struct str moves[] = {S_INIT("validate"), S_INIT("invalidate"), S_INIT("accept"), S_INIT("retract"), S_INIT("restore"), S_INIT("withdraw")};

/* Whoever may dispute nothing there is told so as if there were no such page. */
enum err_code dispute_form_begin(const struct disclosing *d, const struct disclosed *r, struct dispute_file_page *p, struct err *e) {
	enum err_code code = disclose_may_dispute(d, r, &p->questions, &p->questions_n, e);
	if (!code && !p->questions_n) code = err_set(e, ERR_NOT_FOUND, "there is nothing here that you could dispute");
	if (code) return code;
	struct disclosed_party *parties = NULL;
	struct str *remedies = arena_array(d->a, lengthof(moves), sizeof *remedies);
	if (!remedies) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < lengthof(moves); i++)
		if (kind_move(r->line.kind, moves[i])) remedies[p->remedies_n++] = moves[i];
	code = disclose_parties(d, r, &parties, &p->parties_n, e);
	struct disclosed_party *mine = arena_array(d->a, p->parties_n + 1, sizeof *mine);
	if (!code && !mine) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < p->parties_n; i++)
		if (parties[i].organization && member_role(d->db, parties[i].subject, d->viewer.name) >= MEMBER_MEMBER) mine[p->mine_n++] = parties[i];
	p->mine = mine;
	p->parties = parties;
	p->remedies = remedies;
	p->headline = r->line.headline;
	p->report = str_is(r->line.kind->name, "report");
	p->is_public = r->is_public;
	return code;
}

void dispute_form_read(struct request *rq, struct dispute_file_page *p) {
	p->question = request_str(rq, "question");
	p->statement = request_str(rq, "statement");
	p->wants = request_str(rq, "wants");
	p->remedy = request_str(rq, "remedy");
	p->procedure = request_str(rq, "procedure");
	p->against = request_str(rq, "against");
	p->behalf = request_str(rq, "behalf");
}

enum err_code dispute_form_put(struct request *rq, struct response *rs, const struct dispute_file_page *p, const struct disclosed *r, enum site_place here,
	int status) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Dispute this record"), .here = here});
	dispute_file_body(out, p, r->line.kind);
	enum err_code code = site_end(rq, rs);
	rs->status = status;
	return code;
}

enum err_code dispute_form_send(struct request *rq, const struct dispute_file_page *p, const struct disclosed *r, struct actor actor,
	struct change_result *out, struct err *e) {
	/* What was asked for another question than the one that was chosen says nothing. */
	bool faith = str_is(p->question, "good-faith"), valid = str_is(p->question, "valid");
	struct dispute_filing f = {.target = r->line.uid, .question = p->question, .statement = p->statement, .wants = p->wants,
		.remedy = valid ? p->remedy : STR_EMPTY, .procedure = valid ? p->procedure : STR_EMPTY, .against = faith ? p->against : STR_EMPTY,
		.organization = p->behalf};
	return dispute_file(desk_hub(rq), rq->worker, actor, &f, out, e);
}

static enum err_code begin(struct request *rq, struct dispute_file_page *p, struct disclosed *r, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	enum err_code code = disclose_record(&d, request_str(rq, "id"), r, e);
	if (!code) code = dispute_form_begin(&d, r, p, e);
	if (code) return code;
	p->path = record_path(d.a, &r->line);
	p->action = arena_cat(d.a, p->path, S("/dispute"));
	p->csrf = desk_csrf(rq);
	return ERR_OK;
}

enum err_code show_file_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct dispute_file_page page = {.question = S("valid")};
	struct disclosed r;
	enum err_code code = begin(rq, &page, &r, e);
	/* Whoever has a part in it through an organization speaks for that, unless they say otherwise. */
	if (!code && page.mine_n) page.behalf = page.mine[0].subject;
	return code ? code : dispute_form_put(rq, rs, &page, &r, SITE_NOWHERE, 200);
}

enum err_code take_file_dispute(struct request *rq, struct response *rs, struct err *e) {
	struct dispute_file_page page = {0};
	struct disclosed r;
	struct change_result result;
	dispute_form_read(rq, &page);
	enum err_code code = begin(rq, &page, &r, e);
	if (code) return code;
	code = dispute_form_send(rq, &page, &r, desk_actor(rq), &result, e);
	if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_CONFLICT) {
		page.wrong = sentence_words(rq->arena, str_of(e->message));
		return dispute_form_put(rq, rs, &page, &r, SITE_NOWHERE, err_http_status(code));
	}
	if (code) return code;
	response_redirect(rs, 303, arena_fmt(rq->arena, "/r/%s", result.uid));
	return ERR_OK;
}
