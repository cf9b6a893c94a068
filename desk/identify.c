#include "identify.h"

#include "desk/site/words.h"
#include "hub/account/notice.h"
#include "hub/account/session.h"
#include "hub/account/token.h"

static const char *cookie_name(const struct request *rq) {
	return ((const struct desk_app *)rq->app)->https ? "__Host-polder" : "polder";
}

static bool in_api(const struct request *rq) {
	return str_starts(rq->path, S("/api/"));
}

/* ---- who it is ---- */

static struct desk_user *user_new(struct request *rq, const struct account *account) {
	struct desk_user *u = arena_new_of(rq->arena, struct desk_user);
	if (!u) return NULL;
	u->account = *account;
	u->viewer = account_viewer(account);
	u->scopes = SCOPE_READ | SCOPE_WRITE | SCOPE_ADMIN;
	return u;
}

static enum err_code by_cookie(struct request *rq, struct err *e) {
	struct str token = request_cookie(rq, cookie_name(rq));
	struct session s;
	if (!token.n) return ERR_OK;
	enum err_code code = session_find(desk_hub(rq), rq->worker, token, rq->arena, &s, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code; /* over: nobody in particular */
	struct desk_user *u = user_new(rq, &s.account);
	if (!u) return err_set(e, ERR_MEMORY, "out of memory");
	u->session = token;
	u->pending = s.pending;
	u->proven = s.proven;
	if (u->pending) u->viewer = viewer_public;
	rq->user = u;
	return u->pending || rq->method != HTTP_GET ? ERR_OK : notice_unread(rq->worker, u->account.uid, &u->unread, e);
}

/* *known: a token was given and holds. */
static enum err_code by_token(struct request *rq, struct str header, bool *known, struct err *e) {
	struct account account;
	unsigned scopes;
	*known = false;
	if (header.n < 8 || !str_eq_ascii_case(str_sub(header, 0, 7), S("bearer "))) return ERR_OK;
	enum err_code code = token_find(desk_hub(rq), rq->worker, str_trim(str_from(header, 7)), rq->arena, &account, &scopes, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	struct desk_user *u = user_new(rq, &account);
	if (!u) return err_set(e, ERR_MEMORY, "out of memory");
	u->scopes = scopes;
	rq->user = u;
	*known = true;
	return ERR_OK;
}

/* ---- whether that is enough ---- */

static bool reads(const struct route *route) {
	return route->method == HTTP_GET;
}

static bool has_role(const struct desk_user *u, unsigned roles) {
	return (u->account.hub_roles & roles) != 0;
}

bool desk_permits(const struct desk_user *u, const struct route *route) {
	const unsigned owner = 1u << MEMBER_OWNER, coordinator = 1u << MEMBER_COORDINATOR;
	if (u) {
		unsigned scope = route->permission == MAY_ADMINISTER ? SCOPE_ADMIN : reads(route) ? SCOPE_READ | SCOPE_WRITE : SCOPE_WRITE;
		if (!(u->scopes & scope)) return false;
	}
	if (route->permission == ROUTE_PUBLIC) return true;
	if (!u || (u->pending && route->permission != MAY_HALF_SIGNED_IN)) return false;
	switch (route->permission) {
	case MAY_HALF_SIGNED_IN:
	case MAY_SIGNED_IN: return true;
	case MAY_CONTRIBUTE: return has_role(u, owner | coordinator | 1u << MEMBER_ADJUDICATOR | 1u << MEMBER_MEMBER);
	case MAY_COORDINATE: return has_role(u, coordinator);
	case MAY_ADMINISTER: return has_role(u, owner);
	default: return false;
	}
}

const char *desk_permission_words(int permission) {
	switch (permission) {
	case ROUTE_PUBLIC: return "anyone";
	case MAY_SIGNED_IN: return "signed in";
	case MAY_CONTRIBUTE: return "member";
	case MAY_COORDINATE: return "coordinator";
	case MAY_ADMINISTER: return "administrator";
	case MAY_HALF_SIGNED_IN: return "signing in";
	default: return "nobody";
	}
}

static void refuse_unknown(struct response *rs, const char *detail, const char *challenge) {
	response_problem(rs, &(struct problem){.status = 401, .type = S("unauthenticated"), .title = str_of(words.sign_in_first),
		.detail = str_of(detail)});
	response_header(rs, "WWW-Authenticate", str_of(challenge));
}

/* To the page where one signs in, and from there back. */
static void send_to_sign_in(struct request *rq, struct response *rs) {
	autobuf struct buf to = BUF(16 << 10);
	const struct desk_user *u = desk_user(rq);
	buf_add(&to, u && u->pending ? S("/sign-in/code") : S("/sign-in"));
	if (rq->method == HTTP_GET) {
		buf_add(&to, S("?next="));
		url_encode(&to, request_url(rq));
	}
	response_redirect(rs, 303, arena_str(rq->arena, buf_str(&to)));
}

static enum err_code judge(struct request *rq, struct response *rs, bool *done, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	if (desk_permits(u, rq->route)) return ERR_OK;
	if (u && !u->pending) {
		bool scope = !u->session.n && desk_permits(&(struct desk_user){.account = u->account, .scopes = ~0u}, rq->route);
		return err_set(e, ERR_FORBIDDEN, "%s", scope ? words.wrong_scope : words.not_for_you);
	}
	*done = true;
	if (in_api(rq)) refuse_unknown(rs, words.needs_token, "Bearer");
	else if (request_wants_json(rq)) refuse_unknown(rs, words.sign_in_first, "Bearer");
	else send_to_sign_in(rq, rs);
	return ERR_OK;
}

/* A receipt is no account: the addresses that take one look for it themselves (desk/api/report.c). */
static bool is_receipt(const struct request *rq, struct str header) {
	return str_starts(rq->path, S("/api/v1/receipt")) && header.n > 8 && str_eq_ascii_case(str_sub(header, 0, 8), S("receipt "));
}

enum err_code desk_authorize(struct request *rq, struct response *rs, bool *done, struct err *e) {
	struct str header = in_api(rq) ? request_header(rq, "authorization") : STR_EMPTY;
	if (is_receipt(rq, header)) header = STR_EMPTY;
	bool known = false;
	enum err_code code = header.n ? by_token(rq, header, &known, e) : ERR_OK;
	if (code) return code;
	if (header.n && !known) {
		*done = true;
		refuse_unknown(rs, words.bad_token, "Bearer error=\"invalid_token\"");
		return ERR_OK;
	}
	bool cookie_counts = rq->route->csrf != CSRF_API && !(rq->route->flags & ROUTE_SAME_FOR_ALL);
	if (!known && cookie_counts) code = by_cookie(rq, e);
	return code ? code : judge(rq, rs, done, e);
}

/* ---- forms ---- */

struct str desk_csrf(struct request *rq) {
	const struct desk_user *u = desk_user(rq);
	return u && u->session.n ? session_csrf(rq->arena, u->session) : STR_EMPTY;
}

enum err_code desk_check_csrf(struct request *rq, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	if (!u || !u->session.n) return err_set(e, ERR_FORBIDDEN, "%s", words.sign_in_first);
	if (session_csrf_valid(u->session, request_str(rq, "csrf"))) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "%s", words.form_too_old);
}

/* ---- the cookie ---- */

static void set_cookie(struct request *rq, struct response *rs, struct str token, moment lasts) {
	bool https = ((const struct desk_app *)rq->app)->https;
	response_header(rs, "Set-Cookie", arena_fmt(rq->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", cookie_name(rq),
		STR_ARG(token), (long long)(lasts / SECOND), https ? "; Secure" : ""));
}

void desk_set_session(struct request *rq, struct response *rs, struct str token) {
	set_cookie(rq, rs, token, SESSION_MOST);
}

void desk_forget_session(struct request *rq, struct response *rs) {
	set_cookie(rq, rs, STR_EMPTY, 0);
}
