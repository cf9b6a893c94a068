#include "pages.h"

#include "account.t.h"
#include "desk/site/words.h"
#include "hub/account/oidc.h"

struct str provider_name(const struct request *rq) {
	const struct hub *h = desk_hub(rq);
	return oidc_configured(h) ? h->oidc.name : STR_EMPTY;
}

/* ---- the cookie of a sign-in under way ---- */

static const char *cookie_name(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->https ? "__Host-polder-provider" : "polder-provider";
}

/* Lax: the browser comes back by a link of another site. */
static void set_cookie(struct request *rq, struct response *rs, struct str text, moment lasts) {
	bool https = ((const struct desk_app *)rq->app)->https;
	response_header(rs, "Set-Cookie", arena_fmt(rq->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", cookie_name(rq), STR_ARG(text),
		(long long)(lasts / SECOND), https ? "; Secure" : ""));
}

/* Kept by nobody: what stands in it, and the cookie that comes with it, are one visitor's. */
static enum err_code end_page(struct request *rq, struct response *rs) {
	enum err_code code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	return code;
}

/* ---- what went wrong ---- */

/* Details are for the administrator. They hold what the provider said, so they are made one line. */
static void tell_log(const struct err *e) {
	char line[sizeof e->detail];
	size_t n = 0;
	for (const char *c = e->detail; *c; c++) line[n++] = (unsigned char)*c < 32 || *c == 127 ? ' ' : *c;
	line[n] = 0;
	if (n) fprintf(stderr, "polder: sign-in by a provider: %s: %s\n", e->message, line);
}

static enum err_code failed(struct request *rq, struct response *rs, bool account, enum err_code code, struct err *e) {
	if (code == ERR_MEMORY || code == ERR_STORAGE || code == ERR_INTERNAL || code == ERR_CORRUPT) return code;
	struct provider_failed page = {
		.name = provider_name(rq),
		.wrong = sentence_words(rq->arena, str_of(e->message)),
		.back = account ? S("/account#linked") : S("/sign-in"),
		.back_words = account ? S("Back to your account") : S("Back to signing in"),
	};
	tell_log(e);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Not signed in"), .here = SITE_ACCOUNT});
	provider_failed_body(out, &page);
	rs->status = err_http_status(code);
	return end_page(rq, rs);
}

/* ---- going there ---- */

/* A page that goes on by itself, and no redirect: browsers hold each redirect after a form to the page's form-action (Chromium does), and where a provider sends
 * people on to can't be known. So form-action stays 'self' everywhere. */
static enum err_code go(struct request *rq, struct response *rs, struct oidc_start *start, struct err *e) {
	struct provider_page page = {.name = provider_name(rq)};
	struct str cookie;
	start->address = request_remote(rq);
	enum err_code code = oidc_begin(desk_hub(rq), start, rq->arena, &page.address, &cookie, e);
	if (code) return code;
	set_cookie(rq, rs, cookie, OIDC_LASTS);
	response_header(rs, "Refresh", arena_cat(rq->arena, S("0;url="), page.address));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Sign in"), .here = SITE_ACCOUNT});
	provider_body(out, &page);
	return end_page(rq, rs);
}

enum err_code do_provider(struct request *rq, struct response *rs, struct err *e) {
	struct oidc_start start = {.purpose = OIDC_SIGN_IN, .next = safe_next(request_str(rq, "next"))};
	enum err_code code = go(rq, rs, &start, e);
	return code ? failed(rq, rs, false, code, e) : ERR_OK;
}

enum err_code do_join(struct request *rq, struct response *rs, struct err *e) {
	struct invitation known;
	struct oidc_start start = {.purpose = OIDC_JOIN, .next = S("/account"), .invitation = request_str(rq, "code")};
	enum err_code code = invitation_find(rq->worker, start.invitation, rq->arena, &known, e);
	if (code) return code;
	code = go(rq, rs, &start, e);
	return code ? failed(rq, rs, false, code, e) : ERR_OK;
}

enum err_code do_link(struct request *rq, struct response *rs, struct err *e) {
	struct oidc_start start = {.purpose = OIDC_LINK, .next = S("/account?done=linked#linked"), .account = desk_user(rq)->account.uid};
	enum err_code code = account_prove(rq, e);
	if (!code) code = go(rq, rs, &start, e);
	return code ? account_refused(rq, rs, "linked", code, e) : ERR_OK;
}

/* ---- coming back ---- */

enum err_code show_callback(struct request *rq, struct response *rs, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	struct oidc_result result = {.purpose = OIDC_SIGN_IN, .next = S("/")};
	struct oidc_answer answer = {
		.cookie = request_cookie(rq, cookie_name(rq)),
		.state = request_str(rq, "state"),
		.code = request_str(rq, "code"),
		.error = request_str(rq, "error"),
		.issuer = request_str(rq, "iss"),
		.account = u && !u->pending ? u->account.uid : STR_EMPTY,
		.address = request_remote(rq),
	};
	char token[SESSION_TOKEN];
	struct session s;
	enum err_code code = oidc_finish(desk_hub(rq), rq->worker, &answer, rq->arena, &result, e);
	bool links = result.purpose == OIDC_LINK;
	/* A cookie that another window's sign-in still needs stays. */
	if (code != ERR_CONFLICT && answer.cookie.n) set_cookie(rq, rs, STR_EMPTY, 0);
	if (!code && !links)
		code = session_begin_for(desk_hub(rq), rq->worker, result.uid, S("oidc"), answer.address, agent_name(rq->arena, request_header(rq, "user-agent")), rq->arena,
			token, &s, e);
	if (code) return failed(rq, rs, links, code, e);
	if (links) response_redirect(rs, 303, result.next);
	else sign_in_go_on(rq, rs, arena_str(rq->arena, str_of(token)), s.pending, result.next);
	return ERR_OK;
}
