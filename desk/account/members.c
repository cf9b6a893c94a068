#include "pages.h"

#include "account.t.h"
#include "desk/site/words.h"
#include "hub/mail.h"
#include "people.t.h"

enum { USERS = 200, LINES = 100 };

/* ---- the people of the hub or of an organization ---- */

static enum err_code read_members(struct request *rq, struct members_page *page, struct err *e) {
	struct membership *members;
	struct invitation *invitations = NULL;
	struct by by = desk_by(rq);
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	page->of_hub = !page->organization.n;
	page->may_change = member_may_set(rq->worker, &by, page->organization);
	if (webhook_may(rq->worker, &by, page->organization))
		page->webhooks = arena_cat(rq->arena, S("/account/webhooks?owner="), page->of_hub ? S("hub") : page->organization);
	page->mails = mail_configured(desk_hub(rq));
	page->email = (struct form_line){"email", "E-mail address", "email", .value = page->email.value, .wrong = page->email.wrong, .required = true,
		.most = ACCOUNT_EMAIL};
	enum err_code code = member_list(rq->worker, page->organization, rq->arena, &members, &page->n, e);
	if (!code && page->may_change)
		code = invitation_list(rq->worker, page->organization, rq->arena, &invitations, &page->invitations_n, e);
	if (code) return code;
	page->members = members;
	page->invitations = invitations;
	return ERR_OK;
}

/* The organization that the path names. */
static enum err_code organization_page(struct request *rq, struct members_page *page, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (code) return code;
	bool is_organization = str_is(r.line.kind->name, "organization");
	struct by by = desk_by(rq);
	if (!is_organization || !member_may_see(rq->worker, &by, r.line.uid)) return err_set(e, ERR_NOT_FOUND, "there is no such organization, or you are not one of its members");
	page->organization = r.line.uid;
	page->title = arena_fmt(rq->arena, "Members of %.*s", STR_ARG(r.line.headline));
	page->back = arena_fmt(rq->arena, "/r/%.*s", STR_ARG(r.line.id));
	page->action = arena_fmt(rq->arena, "/members/%.*s", STR_ARG(r.line.uid));
	return ERR_OK;
}

static enum err_code hub_page(struct request *rq, struct members_page *page, struct err *e) {
	(void)rq;
	(void)e;
	page->organization = HUB;
	page->title = S("Roles on this hub");
	page->back = S("/admin");
	page->action = S("/admin/roles");
	return ERR_OK;
}

static enum err_code put_members(struct request *rq, struct response *rs, struct members_page *page, struct err *e) {
	enum err_code code = read_members(rq, page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = page->title, .here = SITE_ACCOUNT});
	members_body(out, page);
	if (page->outcome.wrong.n || page->email.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

typedef enum err_code page_fn(struct request *rq, struct members_page *page, struct err *e);

static enum err_code show(struct request *rq, struct response *rs, page_fn *which, struct err *e) {
	struct members_page page = {0};
	enum err_code code = which(rq, &page, e);
	if (!code && str_is(request_str(rq, "done"), "saved")) page.outcome.done = S("Saved.");
	return code ? code : put_members(rq, rs, &page, e);
}

static enum err_code set_role(struct request *rq, struct response *rs, page_fn *which, struct err *e) {
	struct members_page page = {0};
	struct by by = desk_by(rq);
	enum err_code code = which(rq, &page, e);
	if (code) return code;
	struct str role = request_str(rq, "role");
	code = member_set(desk_hub(rq), rq->worker, &by, page.organization, request_str(rq, "person"),
		str_is(role, "none") ? MEMBER_NONE : member_role_of(role), e);
	if (!code) {
		response_redirect(rs, 303, arena_cat(rq->arena, page.action, S("?done=saved")));
		return ERR_OK;
	}
	if (code != ERR_CONFLICT && code != ERR_INVALID) return code;
	page.outcome.wrong = sentence_words(rq->arena, str_of(e->message));
	return put_members(rq, rs, &page, e);
}

static enum err_code invite(struct request *rq, struct response *rs, page_fn *which, struct err *e) {
	struct members_page page = {0};
	struct by by = desk_by(rq);
	char text[CODE_TEXT];
	enum err_code code = which(rq, &page, e);
	if (code) return code;
	page.email.value = str_trim(request_str(rq, "email"));
	code = invitation_create(desk_hub(rq), rq->worker, &by, page.email.value, page.organization, member_role_of(request_str(rq, "role")),
		rq->arena, text, e);
	if (code && code != ERR_INVALID && code != ERR_EXISTS && code != ERR_CONFLICT) return code;
	if (code) {
		page.email.wrong = sentence_words(rq->arena, str_of(e->message));
	} else {
		page.fresh = arena_fmt(rq->arena, "%.*s/invitation/%s", STR_ARG(desk_hub(rq)->base_url), text);
		page.email.value = STR_EMPTY;
	}
	return put_members(rq, rs, &page, e);
}

static enum err_code take_back(struct request *rq, struct response *rs, page_fn *which, struct err *e) {
	struct members_page page = {0};
	struct by by = desk_by(rq);
	enum err_code code = which(rq, &page, e);
	if (!code) code = invitation_revoke(desk_hub(rq), rq->worker, &by, request_str(rq, "invitation"), e);
	if (code && code != ERR_NOT_FOUND) return code;
	response_redirect(rs, 303, arena_cat(rq->arena, page.action, S("?done=saved")));
	return ERR_OK;
}

enum err_code show_members(struct request *rq, struct response *rs, struct err *e) { return show(rq, rs, organization_page, e); }
enum err_code do_member(struct request *rq, struct response *rs, struct err *e) { return set_role(rq, rs, organization_page, e); }
enum err_code do_invite(struct request *rq, struct response *rs, struct err *e) { return invite(rq, rs, organization_page, e); }
enum err_code do_invite_revoke(struct request *rq, struct response *rs, struct err *e) { return take_back(rq, rs, organization_page, e); }
enum err_code show_hub_members(struct request *rq, struct response *rs, struct err *e) { return show(rq, rs, hub_page, e); }
enum err_code do_hub_member(struct request *rq, struct response *rs, struct err *e) { return set_role(rq, rs, hub_page, e); }
enum err_code do_hub_invite(struct request *rq, struct response *rs, struct err *e) { return invite(rq, rs, hub_page, e); }
enum err_code do_hub_invite_revoke(struct request *rq, struct response *rs, struct err *e) { return take_back(rq, rs, hub_page, e); }

/* ---- accounts, for administrators ---- */

enum err_code show_users(struct request *rq, struct response *rs, struct err *e) {
	struct account *accounts;
	size_t n;
	struct str after = request_str(rq, "after");
	enum err_code code = account_list(rq->worker, after, USERS, rq->arena, &accounts, &n, e);
	if (code) return code;
	struct str next = n == USERS ? request_url_with(rq, "after", accounts[n - 1].login) : STR_EMPTY;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Accounts"), .here = SITE_ACCOUNT, .next = next});
	users_body(out, rq->arena, accounts, n, next);
	return site_end(rq, rs);
}

static enum err_code put_user(struct request *rq, struct response *rs, struct outcome outcome, struct err *e) {
	struct account account;
	struct membership *memberships;
	size_t n;
	enum err_code code = account_find(rq->worker, request_str(rq, "id"), rq->arena, &account, e);
	if (!code) code = member_of(rq->worker, account.uid, rq->arena, &memberships, &n, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = account.name, .here = SITE_ACCOUNT});
	user_body(out, rq->arena, desk_hub(rq)->name, &account, memberships, n, desk_csrf(rq), &outcome);
	if (outcome.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_user(struct request *rq, struct response *rs, struct err *e) {
	struct outcome outcome = {.done = str_is(request_str(rq, "done"), "saved") ? S("Saved.") : STR_EMPTY};
	return put_user(rq, rs, outcome, e);
}

enum err_code do_user(struct request *rq, struct response *rs, struct err *e) {
	static const bool yes = true, no = false;
	struct account account;
	struct by by = desk_by(rq);
	enum err_code code = account_find(rq->worker, request_str(rq, "id"), rq->arena, &account, e);
	if (code) return code;
	struct str what = request_str(rq, "what");
	if (str_is(what, "totp")) code = totp_remove(desk_hub(rq), &by, account.uid, e);
	else
		code = account_edit(desk_hub(rq), &by, account.uid, &(struct account_edit){.suspended = str_is(what, "suspend") ? &yes : &no}, e);
	if (!code) {
		response_redirect(rs, 303, arena_fmt(rq->arena, "/admin/accounts/%.*s?done=saved", STR_ARG(account.uid)));
		return ERR_OK;
	}
	if (code != ERR_CONFLICT && code != ERR_INVALID && code != ERR_FORBIDDEN) return code;
	return put_user(rq, rs, (struct outcome){.wrong = sentence_words(rq->arena, str_of(e->message))}, e);
}

/* ---- the audit log ---- */

static struct str name_of(struct request *rq, struct str uid) {
	return uid.n ? account_actor_name(rq->worker, rq->arena, uid) : STR_EMPTY;
}

/* "to: coordinator, from: member"; what is empty is left out. */
static struct str detail_words(struct request *rq, struct str detail) {
	const struct json *v;
	autobuf struct buf out = BUF(16 << 10);
	if (!detail.n || json_parse(rq->arena, detail, NULL, &v, NULL)) return STR_EMPTY;
	for (size_t i = 0; i < json_count(v); i++) {
		const struct json_member *m = &v->members[i];
		struct str text = json_is(&m->value, JSON_STRING) ? m->value.string : json_text(rq->arena, &m->value);
		if (!text.n || str_is(m->name, "id")) continue;
		if (out.n) buf_add(&out, S(", "));
		buf_add(&out, m->name);
		buf_add(&out, S(": "));
		buf_add(&out, str_starts(text, S("U-")) ? name_of(rq, text) : text);
	}
	return arena_str(rq->arena, buf_str(&out));
}

/* "session.begin": "Session begin" */
static struct str action_words(struct arena *a, struct str action) {
	struct str copy = arena_str(a, action);
	for (size_t i = 0; i < copy.n; i++)
		if (copy.p[i] == '.') ((char *)(uintptr_t)copy.p)[i] = '-';
	return value_words(a, copy);
}

static struct audit_shown shown_line(struct request *rq, const struct audit_line *l) {
	struct str who = l->actor.n ? name_of(rq, l->actor) : S("nobody signed in");
	return (struct audit_shown){
		.action = action_words(rq->arena, l->action),
		.subject = str_eq(l->subject, l->actor) ? STR_EMPTY : name_of(rq, l->subject),
		.subject_uid = l->subject,
		.detail = detail_words(rq, l->detail),
		.when = moment_words(rq->arena, l->at),
		.who = l->address.n ? arena_fmt(rq->arena, "%.*s, from %.*s", STR_ARG(who), STR_ARG(l->address)) : who,
	};
}

enum err_code show_audit(struct request *rq, struct response *rs, struct err *e) {
	struct audit_line *lines;
	struct audit_page page = {.about = name_of(rq, request_str(rq, "about"))};
	enum err_code code =
		audit_list(rq->worker, request_str(rq, "about"), request_int(rq, "before"), LINES, rq->arena, &lines, &page.n, e);
	if (code) return code;
	struct audit_shown *shown = arena_array(rq->arena, page.n + 1, sizeof *shown);
	if (!shown) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < page.n; i++) shown[i] = shown_line(rq, &lines[i]);
	page.lines = shown;
	if (page.n == LINES) page.next = request_url_with(rq, "before", arena_fmt(rq->arena, "%lld", (long long)lines[LINES - 1].seq));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Audit log"), .here = SITE_ACCOUNT, .next = page.next});
	audit_body(out, &page);
	return site_end(rq, rs);
}
