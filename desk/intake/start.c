/* The first page: how one reports, what is protected and what is not. */
#include "pages.h"

#include "intake.t.h"

struct intake_help intake_help_of(struct request *rq) {
	const struct hub *h = desk_hub(rq);
	struct intake_help out = {.contact = h->contact, .policy = STR_EMPTY, .policy_title = STR_EMPTY, .https = ((const struct desk_app *)rq->app)->https};
	struct disclosing d = {h, rq->worker, viewer_public, rq->arena};
	struct disclosed r;
	if (h->policy.n && !disclose_record(&d, h->policy, &r, NULL)) {
		out.policy = record_path(rq->arena, &r.line);
		out.policy_title = r.line.headline;
	}
	return out;
}

enum err_code show_report_start(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct disclosing d = desk_disclosing(rq);
	const struct desk_user *u = desk_user(rq);
	struct intake_start page = {.help = intake_help_of(rq), .signed_in = u && !u->pending};
	static const char *const about[] = {"system", "organization"};
	autobuf struct buf query = BUF(2000);
	for (size_t i = 0; i < lengthof(about); i++) {
		struct disclosed r;
		if (!request_has(rq, about[i]) || disclose_record(&d, request_str(rq, about[i]), &r, NULL)) continue;
		if (!str_is(r.line.kind->name, about[i])) continue;
		buf_fmt(&query, "&%s=%.*s", about[i], STR_ARG(r.line.uid));
		if (!page.about_name.n) page.about_name = r.line.headline;
	}
	struct str *const hrefs[] = {&page.anonymous, &page.pseudonym, &page.by_name};
	static const enum intake_how ways[] = {INTAKE_ANONYMOUS, INTAKE_PSEUDONYM, INTAKE_NAMED};
	for (size_t i = 0; i < lengthof(ways); i++)
		*hrefs[i] = arena_fmt(rq->arena, "/report/new?how=%s%.*s", intake_how_name(ways[i]), STR_ARG(buf_str(&query)));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(intake_words.start), .here = SITE_REPORT, .canonical = S("/report"),
		.description = S("Tell of a flaw, harm or misuse of an AI system: by name, by pseudonym or anonymously, under a safe harbor.")});
	intake_start_body(out, &page);
	return site_end(rq, rs);
}

enum err_code lost_report(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	response_redirect(rs, 303, S("/report"));
	return ERR_OK;
}
