#include "pages.h"

#include "account.t.h"
#include "desk/site/words.h"

#define RECENT (15 * MINUTE) /* for what matters, the password must have been given since then */

static enum err_code read_account(struct request *rq, struct account_page *page, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	struct membership *memberships;
	struct session *sessions;
	struct identity *identities;
	page->a = rq->arena;
	page->hub = desk_hub(rq)->name;
	page->user = u;
	page->csrf = desk_csrf(rq);
	page->issuer = desk_hub(rq)->oidc.issuer;
	page->provider = provider_name(rq);
	page->old_asked = u->account.has_password && now() - u->proven >= RECENT - MINUTE; /* time to read the page */
	page->name = (struct form_line){"name", "Name", "text", u->account.name, "As others see it.", "name", .required = true, .most = ACCOUNT_NAME};
	page->email = (struct form_line){"email", "E-mail address", "email", u->account.email, "Only administrators see it.", "email", .required = true,
		.most = ACCOUNT_EMAIL};
	page->time_zone = (struct form_line){"time_zone", "Time zone", "text", u->account.time_zone, "As in Europe/Amsterdam.", NULL, .most = 64};
	page->old_password = (struct form_line){"old", "Present password", "password", .autocomplete = "current-password", .required = true,
		.most = PASSWORD_MOST};
	page->new_password = (struct form_line){"password", "New password", "password", .help = "At least ten characters.",
		.autocomplete = "new-password", .required = true, .most = PASSWORD_MOST};
	enum err_code code = member_of(rq->worker, u->account.uid, rq->arena, &memberships, &page->memberships_n, e);
	if (!code) code = session_list(rq->worker, u->account.uid, rq->arena, &sessions, &page->sessions_n, e);
	if (!code && u->account.has_totp) code = totp_recovery_left(rq->worker, u->account.uid, &page->recovery_left, e);
	if (!code) code = identity_list(rq->worker, u->account.uid, rq->arena, &identities, &page->identities_n, e);
	struct session here;
	if (!code) code = session_find(desk_hub(rq), rq->worker, u->session, rq->arena, &here, e);
	if (code) return code;
	page->memberships = memberships;
	page->sessions = sessions;
	page->identities = identities;
	page->session_here = here.id;
	return ERR_OK;
}

static enum err_code put_account(struct request *rq, struct response *rs, const struct account_page *page) {
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Your account"), .here = SITE_ACCOUNT});
	account_body(out, page);
	if (page->outcome.wrong.n || page->name.wrong.n || page->email.wrong.n || page->time_zone.wrong.n || page->old_password.wrong.n ||
		page->new_password.wrong.n)
		rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_account(struct request *rq, struct response *rs, struct err *e) {
	struct account_page page = {0};
	enum err_code code = read_account(rq, &page, e);
	if (code) return code;
	static const struct {
		const char *name, *part, *words;
	} done[] = {
		{"profile", "profile", "Saved."},
		{"password", "password", "Your password was changed. All other sessions have ended."},
		{"session", "sessions", "The session has ended."},
		{"totp", "second", "The second step is off."},
		{"linked", "linked", "Linked: you can sign in that way from now on."},
		{"unlinked", "linked", "The link was taken away. Sessions that were begun with it go on until you end them below."},
	};
	for (size_t i = 0; i < lengthof(done); i++)
		if (str_is(request_str(rq, "done"), done[i].name)) {
			page.outcome.done = str_of(done[i].words);
			page.part = done[i].part;
		}
	return put_account(rq, rs, &page);
}

/* Shows the page again with what is wrong, when it is the visitor's to mend. */
static enum err_code refused(struct request *rq, struct response *rs, struct account_page *page, enum err_code code, struct err *e) {
	bool mends = code == ERR_INVALID || code == ERR_EXISTS || code == ERR_FORBIDDEN || code == ERR_BUSY || code == ERR_CONFLICT;
	if (!mends) return code;
	place_error(rq->arena, e, &page->outcome,
		(struct form_line *const[]){&page->name, &page->email, &page->time_zone, &page->old_password, &page->new_password}, 5);
	return put_account(rq, rs, page);
}

enum err_code do_profile(struct request *rq, struct response *rs, struct err *e) {
	struct account_page page = {.part = "profile"};
	enum err_code code = read_account(rq, &page, e);
	if (code) return code;
	page.name.value = str_trim(request_str(rq, "name"));
	page.email.value = str_trim(request_str(rq, "email"));
	page.time_zone.value = str_trim(request_str(rq, "time_zone"));
	struct by by = desk_by(rq);
	struct account_edit edit = {.name = &page.name.value, .email = &page.email.value, .time_zone = &page.time_zone.value};
	code = account_edit(desk_hub(rq), &by, page.user->account.uid, &edit, e);
	if (code) return refused(rq, rs, &page, code, e);
	response_redirect(rs, 303, S("/account?done=profile#profile"));
	return ERR_OK;
}

enum err_code do_password(struct request *rq, struct response *rs, struct err *e) {
	struct account_page page = {.part = "password"};
	enum err_code code = read_account(rq, &page, e);
	if (code) return code;
	const struct desk_user *u = page.user;
	struct by by = desk_by(rq);
	if (u->account.has_password) {
		code = session_prove(desk_hub(rq), rq->worker, u->session, request_str(rq, "old"), by.address, e);
		if (code == ERR_FORBIDDEN) err_where(e, "old");
	}
	if (!code) code = account_set_password(desk_hub(rq), &by, u->account.uid, request_str(rq, "password"), u->session, e);
	if (code) return refused(rq, rs, &page, code, e);
	response_redirect(rs, 303, S("/account?done=password#password"));
	return ERR_OK;
}

enum err_code do_end_session(struct request *rq, struct response *rs, struct err *e) {
	struct by by = desk_by(rq);
	enum err_code code = session_end_by_id(desk_hub(rq), &by, desk_user(rq)->account.uid, request_str(rq, "id"), e);
	if (code && code != ERR_NOT_FOUND) return code;
	response_redirect(rs, 303, S("/account?done=session#sessions"));
	return ERR_OK;
}

/* ---- the second step ---- */

enum err_code account_prove(struct request *rq, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	if (!u->account.has_password || now() - u->proven < RECENT) return ERR_OK;
	return session_prove(desk_hub(rq), rq->worker, u->session, request_str(rq, "old"), request_remote(rq), e);
}

static enum err_code put_totp(struct request *rq, struct response *rs, struct totp_page *page) {
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	page->code = (struct form_line){"code", "Code", "text", .help = "The six digits that the authenticator shows now.",
		.autocomplete = "one-time-code", .wrong = page->code.wrong, .required = true, .focus = true, .most = 10};
	if (page->uri.n) page->qr = qr_path(rq->arena, page->uri, &page->qr_size);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Two-step sign-in"), .here = SITE_ACCOUNT});
	totp_body(out, page);
	if (page->code.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_totp(struct request *rq, struct response *rs, struct err *e) {
	struct totp_page page = {0};
	struct by by = desk_by(rq);
	if (desk_user(rq)->account.has_totp) {
		response_redirect(rs, 303, S("/account#second"));
		return ERR_OK;
	}
	enum err_code code = totp_begin(desk_hub(rq), &by, desk_user(rq)->account.uid, rq->arena, &page.secret, &page.uri, e);
	return code ? code : put_totp(rq, rs, &page);
}

enum err_code do_totp(struct request *rq, struct response *rs, struct err *e) {
	struct totp_page page = {.secret = request_str(rq, "secret"), .uri = request_str(rq, "uri")};
	struct str *codes = arena_array(rq->arena, 10, sizeof *codes);
	struct by by = desk_by(rq);
	if (!codes) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = totp_confirm(desk_hub(rq), &by, desk_user(rq)->account.uid, str_trim(request_str(rq, "code")), rq->arena, codes, e);
	if (!code) {
		page = (struct totp_page){.codes = codes, .codes_n = 10};
		return put_totp(rq, rs, &page);
	}
	if (code != ERR_INVALID) return code;
	page.code.wrong = sentence_words(rq->arena, str_of(e->message));
	return put_totp(rq, rs, &page);
}

enum err_code do_totp_remove(struct request *rq, struct response *rs, struct err *e) {
	struct account_page page = {.part = "second"};
	enum err_code code = read_account(rq, &page, e);
	if (code) return code;
	struct by by = desk_by(rq);
	code = account_prove(rq, e);
	if (!code) code = totp_remove(desk_hub(rq), &by, page.user->account.uid, e);
	if (code) {
		e->where[0] = 0;
		return refused(rq, rs, &page, code, e);
	}
	response_redirect(rs, 303, S("/account?done=totp#second"));
	return ERR_OK;
}

/* ---- linked sign-ins ---- */

enum err_code account_refused(struct request *rq, struct response *rs, const char *part, enum err_code code, struct err *e) {
	struct account_page page = {.part = part};
	struct err why = *e;
	enum err_code read = read_account(rq, &page, e);
	if (read) return read;
	*e = why;
	e->where[0] = 0;
	return refused(rq, rs, &page, code, e);
}

enum err_code do_unlink(struct request *rq, struct response *rs, struct err *e) {
	struct by by = desk_by(rq);
	enum err_code code = account_prove(rq, e);
	if (!code) code = identity_unlink(desk_hub(rq), &by, by.actor, request_str(rq, "issuer"), request_str(rq, "subject"), e);
	if (code && code != ERR_NOT_FOUND) return account_refused(rq, rs, "linked", code, e);
	response_redirect(rs, 303, S("/account?done=unlinked#linked"));
	return ERR_OK;
}

/* ---- tokens of the API ---- */

static struct tokens_page tokens_page(struct request *rq) {
	return (struct tokens_page){
		.a = rq->arena,
		.user = desk_user(rq),
		.csrf = desk_csrf(rq),
		.name = {"name", "What it is for", "text", .required = true, .most = 100},
		.days = {"days", "Days until it ends", "number", .value = S("90"), .required = true},
		.scopes = SCOPE_READ,
	};
}

static enum err_code put_tokens(struct request *rq, struct response *rs, struct tokens_page *page, struct err *e) {
	struct token *tokens;
	enum err_code code = token_list(rq->worker, desk_user(rq)->account.uid, rq->arena, &tokens, &page->n, e);
	if (code) return code;
	page->tokens = tokens;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Tokens"), .here = SITE_ACCOUNT});
	tokens_body(out, page);
	if (page->outcome.wrong.n || page->name.wrong.n || page->days.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_tokens(struct request *rq, struct response *rs, struct err *e) {
	struct tokens_page page = tokens_page(rq);
	if (str_is(request_str(rq, "done"), "revoked")) page.outcome.done = S("The token was revoked.");
	return put_tokens(rq, rs, &page, e);
}

enum err_code do_token(struct request *rq, struct response *rs, struct err *e) {
	struct tokens_page page = tokens_page(rq);
	page.name.value = str_trim(request_str(rq, "name"));
	page.days.value = request_str(rq, "days");
	page.scopes = 0;
	size_t n;
	const struct str *scopes = request_strs(rq, "scope", &n);
	for (size_t i = 0; i < n; i++) page.scopes |= scope_of(scopes[i]);
	char text[TOKEN_TEXT];
	struct token token;
	struct by by = desk_by(rq);
	moment expires = now() + request_int(rq, "days") * DAY;
	enum err_code code = token_create(desk_hub(rq), &by, desk_user(rq)->account.uid, page.name.value, page.scopes, expires, rq->arena, text, &token, e);
	if (!code) {
		struct tokens_page made = tokens_page(rq);
		made.fresh = arena_str(rq->arena, str_of(text));
		return put_tokens(rq, rs, &made, e);
	}
	if (code != ERR_INVALID) return code;
	if (strcmp(e->where, "expires") == 0) err_where(e, "days");
	place_error(rq->arena, e, &page.outcome, (struct form_line *const[]){&page.name, &page.days}, 2);
	return put_tokens(rq, rs, &page, e);
}

enum err_code do_token_revoke(struct request *rq, struct response *rs, struct err *e) {
	struct by by = desk_by(rq);
	enum err_code code = token_revoke(desk_hub(rq), &by, desk_user(rq)->account.uid, request_str(rq, "id"), e);
	if (code && code != ERR_NOT_FOUND) return code;
	response_redirect(rs, 303, S("/account/tokens?done=revoked"));
	return ERR_OK;
}
