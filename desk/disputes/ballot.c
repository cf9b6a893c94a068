/* Votes of a panel, and what whoever answers for a record or the hub decide: choices with their meaning, and reasons. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "dispute.t.h"

static enum err_code begin(struct request *rq, struct ballot_page *p, bool vote, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	enum err_code code = disclose_dispute(&d, request_str(rq, "id"), &p->v, e);
	if (!code && !(p->v.may & 1u << (vote ? PANEL_VOTE : DISPUTE_DECIDE)))
		code = err_set(e, ERR_NOT_FOUND, "there is nothing here that you could decide now");
	if (code) return code;
	p->vote = vote;
	p->grt2 = vote && str_is(p->v.procedure, "grt2");
	p->path = record_path(d.a, &p->v.r.line);
	p->action = arena_cat(d.a, p->path, vote ? S("/vote") : S("/decide"));
	p->csrf = desk_csrf(rq);
	return ERR_OK;
}

static enum err_code put(struct request *rq, struct response *rs, const struct ballot_page *p, int status) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = p->vote ? S("Vote") : S("Decide"), .here = SITE_NOWHERE});
	ballot_body(out, p);
	enum err_code code = site_end(rq, rs);
	rs->status = status;
	return code;
}

static enum err_code show(struct request *rq, struct response *rs, bool vote, struct err *e) {
	struct ballot_page page = {.dissent = S("unnamed")};
	enum err_code code = begin(rq, &page, vote, e);
	return code ? code : put(rq, rs, &page, 200);
}

static const struct json *args_of(struct arena *a, const struct ballot_page *p) {
	struct json_builder b = json_object_of(a);
	json_put_str(&b, p->vote ? S("choice") : S("outcome"), p->choice);
	if (p->grt2 && p->parts[0].n && p->parts[1].n && p->parts[2].n)
		json_set_str(&b, S("vector"), arena_fmt(a, "C:%.*s/S:%.*s/E:%.*s", STR_ARG(p->parts[1]), STR_ARG(p->parts[0]), STR_ARG(p->parts[2])));
	json_put_str(&b, S("reasons"), str_trim(p->reasons));
	if (p->vote) json_put_str(&b, S("dissent"), p->dissent);
	return json_built(&b);
}

static enum err_code take(struct request *rq, struct response *rs, bool vote, struct err *e) {
	struct ballot_page page = {.choice = request_str(rq, "choice"), .reasons = request_str(rq, "reasons"), .dissent = request_str(rq, "dissent"),
		.parts = {request_str(rq, "S"), request_str(rq, "C"), request_str(rq, "E")}};
	struct change_result result;
	enum err_code code = begin(rq, &page, vote, e);
	if (code) return code;
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(rq), .record = page.v.r.line.uid, .act = vote ? S("panel.vote") : S("dispute.decide"),
		.args = args_of(rq->arena, &page)};
	code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_FORBIDDEN) {
		bool unsaid = code == ERR_INVALID && !str_trim(page.reasons).n;
		page.wrong = unsaid ? S("Give your reasons.") : sentence_words(rq->arena, str_of(e->message));
		return put(rq, rs, &page, err_http_status(code));
	}
	if (!code) response_redirect(rs, 303, page.path);
	return code;
}

enum err_code show_vote(struct request *rq, struct response *rs, struct err *e) { return show(rq, rs, true, e); }
enum err_code take_vote(struct request *rq, struct response *rs, struct err *e) { return take(rq, rs, true, e); }
enum err_code show_decide(struct request *rq, struct response *rs, struct err *e) { return show(rq, rs, false, e); }
enum err_code take_decide(struct request *rq, struct response *rs, struct err *e) { return take(rq, rs, false, e); }
