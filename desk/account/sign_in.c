#include "pages.h"

#include "account.t.h"
#include "desk/site/words.h"
#include "hub/mail.h"

/* Where a form is shown again, its fields were wrong: 422 says so to programs too. */
static enum err_code again(struct request *rq, struct response *rs) {
	rs->status = 422;
	return site_end(rq, rs);
}

static bool is_refusal(enum err_code code) {
	return code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_BUSY || code == ERR_EXISTS || code == ERR_NOT_FOUND || code == ERR_CONFLICT;
}

static struct str browser_of(struct request *rq) {
	return agent_name(rq->arena, request_header(rq, "user-agent"));
}

void sign_in_go_on(struct request *rq, struct response *rs, struct str token, bool pending, struct str next) {
	autobuf struct buf to = BUF(16 << 10);
	desk_set_session(rq, rs, token);
	if (pending) {
		buf_add(&to, S("/sign-in/code?next="));
		url_encode(&to, next);
	} else {
		buf_add(&to, next);
	}
	response_redirect(rs, 303, arena_str(rq->arena, buf_str(&to)));
}

/* ---- name and password ---- */

static struct sign_in_page sign_in_page(struct request *rq) {
	return (struct sign_in_page){
		.next = safe_next(request_str(rq, "next")),
		.provider = provider_name(rq),
		.open = desk_hub(rq)->oidc.create == OIDC_CREATE_ANY,
		.login = {"login", "Login name or e-mail address", "text", .autocomplete = "username", .required = true, .focus = true,
			.most = ACCOUNT_EMAIL},
		.password = {"password", "Password", "password", .autocomplete = "current-password", .required = true, .most = PASSWORD_MOST},
	};
}

static void put_sign_in(struct request *rq, struct response *rs, const struct sign_in_page *page) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Sign in"), .here = SITE_ACCOUNT});
	sign_in_body(out, page);
}

enum err_code show_sign_in(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct sign_in_page page = sign_in_page(rq);
	if (desk_user(rq) && !desk_user(rq)->pending) {
		response_redirect(rs, 303, page.next);
		return ERR_OK;
	}
	put_sign_in(rq, rs, &page);
	return site_end(rq, rs);
}

enum err_code do_sign_in(struct request *rq, struct response *rs, struct err *e) {
	struct sign_in_page page = sign_in_page(rq);
	char token[SESSION_TOKEN];
	struct session s;
	struct sign_in asked = {str_trim(request_str(rq, "login")), request_str(rq, "password"), request_remote(rq), browser_of(rq)};
	enum err_code code = session_begin(desk_hub(rq), rq->worker, &asked, rq->arena, token, &s, e);
	if (!code) {
		sign_in_go_on(rq, rs, arena_str(rq->arena, str_of(token)), s.pending, page.next);
		return ERR_OK;
	}
	if (!is_refusal(code)) return code;
	page.login.value = asked.login;
	page.login.focus = false;
	page.password.focus = true;
	place_error(rq->arena, e, &page.outcome, (struct form_line *const[]){&page.login, &page.password}, 2);
	put_sign_in(rq, rs, &page);
	return again(rq, rs);
}

/* ---- the second factor ---- */

static struct code_page code_page(struct request *rq) {
	return (struct code_page){
		.next = safe_next(request_str(rq, "next")),
		.csrf = desk_csrf(rq),
		.code = {"code", "Code", "text", .help = "The six digits that your authenticator shows now, or one of your recovery codes.",
			.autocomplete = "one-time-code", .required = true, .focus = true, .most = 40},
	};
}

static void put_code(struct request *rq, struct response *rs, const struct code_page *page) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Second step"), .here = SITE_ACCOUNT});
	code_body(out, page);
}

enum err_code show_code(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct code_page page = code_page(rq);
	if (!desk_user(rq)->pending) {
		response_redirect(rs, 303, page.next);
		return ERR_OK;
	}
	put_code(rq, rs, &page);
	return site_end(rq, rs);
}

enum err_code do_code(struct request *rq, struct response *rs, struct err *e) {
	struct code_page page = code_page(rq);
	struct session s;
	enum err_code code = session_second_factor(desk_hub(rq), rq->worker, desk_user(rq)->session, request_str(rq, "code"),
		request_remote(rq), rq->arena, &s, e);
	if (!code) {
		response_redirect(rs, 303, page.next);
		return ERR_OK;
	}
	if (!is_refusal(code)) return code;
	page.code.wrong = sentence_words(rq->arena, str_of(e->message));
	put_code(rq, rs, &page);
	return again(rq, rs);
}

enum err_code do_sign_out(struct request *rq, struct response *rs, struct err *e) {
	enum err_code code = session_end(desk_hub(rq), desk_user(rq)->session, request_remote(rq), e);
	if (code && code != ERR_NOT_FOUND) return code;
	desk_forget_session(rq, rs);
	response_redirect(rs, 303, S("/"));
	return ERR_OK;
}

/* ---- a forgotten password ---- */

static void put_reset(struct request *rq, struct response *rs, struct reset_page *page, struct str typed) {
	page->without_mail = !mail_configured(desk_hub(rq));
	page->email = (struct form_line){"email", "E-mail address", "email", .value = typed, .autocomplete = "email",
		.required = true, .focus = true, .most = ACCOUNT_EMAIL};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Forgotten password"), .here = SITE_ACCOUNT});
	reset_body(out, page);
}

enum err_code show_reset(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct reset_page page = {0};
	put_reset(rq, rs, &page, STR_EMPTY);
	return site_end(rq, rs);
}

enum err_code do_reset(struct request *rq, struct response *rs, struct err *e) {
	struct reset_page page = {.sent = true};
	enum err_code code = reset_request(desk_hub(rq), str_trim(request_str(rq, "email")), request_remote(rq), e);
	if (code && code != ERR_BUSY) return code;
	if (code) page = (struct reset_page){.outcome.wrong = sentence_words(rq->arena, str_of(e->message))};
	put_reset(rq, rs, &page, request_str(rq, "email"));
	return code ? again(rq, rs) : site_end(rq, rs);
}

static enum err_code new_password_page(struct request *rq, struct new_password_page *out, struct err *e) {
	struct account account;
	enum err_code code = reset_find(rq->worker, request_str(rq, "code"), rq->arena, &account, e);
	if (code) return code;
	*out = (struct new_password_page){
		.action = rq->path,
		.login = account.login,
		.password = {"password", "New password", "password", .help = "At least ten characters; a few words are easy to remember and hard to guess.",
			.autocomplete = "new-password", .required = true, .focus = true, .most = PASSWORD_MOST},
	};
	return ERR_OK;
}

static void put_new_password(struct request *rq, struct response *rs, const struct new_password_page *page) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("New password"), .here = SITE_ACCOUNT});
	new_password_body(out, page);
}

enum err_code show_new_password(struct request *rq, struct response *rs, struct err *e) {
	struct new_password_page page;
	enum err_code code = new_password_page(rq, &page, e);
	if (code) return code;
	put_new_password(rq, rs, &page);
	return site_end(rq, rs);
}

enum err_code do_new_password(struct request *rq, struct response *rs, struct err *e) {
	struct new_password_page page;
	struct account account;
	enum err_code code = new_password_page(rq, &page, e);
	if (!code) code = reset_find(rq->worker, request_str(rq, "code"), rq->arena, &account, e);
	if (code) return code;
	code = reset_use(desk_hub(rq), request_str(rq, "code"), request_str(rq, "password"), request_remote(rq), e);
	if (!code) {
		response_redirect(rs, 303, S("/sign-in"));
		return ERR_OK;
	}
	if (code != ERR_INVALID) return code;
	page.password.wrong = sentence_words(rq->arena, str_of(e->message));
	put_new_password(rq, rs, &page);
	return again(rq, rs);
}

/* ---- an invitation ---- */

static enum err_code invitation_page(struct request *rq, struct invitation_page *out, struct err *e) {
	struct invitation *i = arena_new_of(rq->arena, struct invitation);
	if (!i) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = invitation_find(rq->worker, request_str(rq, "code"), rq->arena, i, e);
	if (code) return code;
	const struct desk_user *u = desk_user(rq);
	*out = (struct invitation_page){
		.invitation = i,
		.hub = desk_hub(rq)->name,
		.user = u && !u->pending ? u : NULL,
		.action = rq->path,
		.csrf = desk_csrf(rq),
		.role = str_of(member_role_name(i->role)),
		.provider = desk_hub(rq)->oidc.create == OIDC_CREATE_NEVER ? STR_EMPTY : provider_name(rq),
		.login = {"login", "Login name", "text", .help = "Small letters, digits, dots and hyphens. It stays yours alone.",
			.autocomplete = "username", .required = true, .focus = true, .most = ACCOUNT_LOGIN},
		.name = {"name", "Your name", "text", .help = "As others are to see it.", .autocomplete = "name",
			.required = true, .most = ACCOUNT_NAME},
		.password = {"password", "Password", "password", .help = "At least ten characters; a few words are easy to remember and hard to guess.",
			.autocomplete = "new-password", .required = true, .most = PASSWORD_MOST},
	};
	return ERR_OK;
}

static void put_invitation(struct request *rq, struct response *rs, const struct invitation_page *page) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Invitation"), .here = SITE_ACCOUNT});
	invitation_body(out, page);
}

enum err_code show_invitation(struct request *rq, struct response *rs, struct err *e) {
	struct invitation_page page;
	enum err_code code = invitation_page(rq, &page, e);
	if (code) return code;
	put_invitation(rq, rs, &page);
	return site_end(rq, rs);
}

static enum err_code accept_new(struct request *rq, struct response *rs, struct invitation_page *page, struct err *e) {
	struct account account;
	char token[SESSION_TOKEN];
	struct session s;
	struct account_new n = {.login = str_trim(page->login.value), .name = str_trim(page->name.value), .password = request_str(rq, "password")};
	struct str address = request_remote(rq);
	enum err_code code = invitation_accept_new(desk_hub(rq), request_str(rq, "code"), &n, address, rq->arena, &account, e);
	if (!code) code = session_begin_for(desk_hub(rq), rq->worker, account.uid, S("invitation"), address, browser_of(rq), rq->arena, token, &s, e);
	if (!code) sign_in_go_on(rq, rs, arena_str(rq->arena, str_of(token)), s.pending, S("/account"));
	return code;
}

enum err_code do_invitation(struct request *rq, struct response *rs, struct err *e) {
	struct invitation_page page;
	enum err_code code = invitation_page(rq, &page, e);
	if (code) return code;
	page.login.value = request_str(rq, "login");
	page.name.value = request_str(rq, "name");
	if (page.user) {
		struct by by = desk_by(rq);
		if (!session_csrf_valid(page.user->session, request_str(rq, "csrf"))) return desk_check_csrf(rq, e);
		code = invitation_accept(desk_hub(rq), request_str(rq, "code"), &by, e);
		if (!code) response_redirect(rs, 303, S("/account"));
		return code;
	}
	code = accept_new(rq, rs, &page, e);
	if (code != ERR_INVALID && code != ERR_EXISTS) return code;
	place_error(rq->arena, e, &page.outcome, (struct form_line *const[]){&page.login, &page.name, &page.password}, 3);
	put_invitation(rq, rs, &page);
	return again(rq, rs);
}
