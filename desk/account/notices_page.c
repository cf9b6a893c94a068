/* What is mailed to one, and the page that ends mails without signing in. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "hub/account/notice_mail.h"
#include "hub/mail.h"
#include "notices.t.h"

static const struct {
	const char *title, *help;
} sort_words[NOTICE_SORTS + 1] = {
	[NOTICE_INVITATIONS] = {"Invitations", "You, or an organization of yours, are asked to take part."},
	[NOTICE_TERMS] = {"Terms", "Embargoes, publication, deadlines and tasks."},
	[NOTICE_MESSAGES] = {"Messages", "Somebody wrote something where you take part."},
	[NOTICE_REPORTS] = {"Reports", "Your reports, and those that you handle."},
	[NOTICE_CASES] = {"Cases", "Cases that you take part in."},
	[NOTICE_DISPUTES] = {"Disputes", "Disputes and panels that you take part in."},
	[NOTICE_RECORDS] = {"Other records", "Yours, and those that you or an organization of yours are a party to."},
	[NOTICE_SECURITY] = {"Your account", "Its password, second step, tokens and webhooks."},
	[NOTICE_SORTS] = {"Digests", ""},
};
const char *notice_sort_title(enum notice_sort s) { return sort_words[s].title; }

/* ---- settings ---- */

static enum err_code put_page(struct request *rq, struct response *rs, struct notices_page *page) {
	struct notice_line lines[NOTICE_SORTS];
	for (int s = 0; s < NOTICE_SORTS; s++)
		lines[s] = (struct notice_line){notice_sort_name((enum notice_sort)s), str_of(sort_words[s].title), str_of(sort_words[s].help), page->settings.mail[s]};
	page->lines = lines;
	page->csrf = desk_csrf(rq);
	page->mails = mail_configured(desk_hub(rq));
	page->email = desk_user(rq)->account.email;
	page->zone = desk_user(rq)->account.time_zone;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("What is mailed to you"), .here = SITE_ACCOUNT});
	notices_body(out, page);
	if (page->outcome.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_notices(struct request *rq, struct response *rs, struct err *e) {
	struct notices_page page = {0};
	enum err_code code = notice_settings_read(rq->worker, desk_user(rq)->account.uid, &page.settings, e);
	if (!code && str_is(request_str(rq, "done"), "saved")) page.outcome.done = S("Saved.");
	return code ? code : put_page(rq, rs, &page);
}

enum err_code do_notices(struct request *rq, struct response *rs, struct err *e) {
	struct notices_page page = {0};
	struct str uid = desk_user(rq)->account.uid;
	enum err_code code = notice_settings_read(rq->worker, uid, &page.settings, e);
	if (code) return code;
	for (int s = 0; s < NOTICE_SORTS; s++) {
		const char *name = notice_sort_name((enum notice_sort)s).p;
		if (request_has(rq, name)) page.settings.mail[s] = notice_mail_named(request_str(rq, name));
	}
	page.settings.hour = (int)request_int(rq, "hour");
	page.settings.weekday = (int)request_int(rq, "weekday");
	code = notice_settings_write(desk_hub(rq), uid, &page.settings, e);
	if (code && code != ERR_INVALID) return code;
	if (!code) {
		response_redirect(rs, 303, S("/account/notices?done=saved"));
		return ERR_OK;
	}
	page.outcome.wrong = sentence_words(rq->arena, str_of(e->message));
	return put_page(rq, rs, &page);
}

/* ---- without signing in ---- */

static enum err_code put_unsubscribe(struct request *rq, struct response *rs, enum notice_sort sort, bool done) {
	struct unsubscribe_page page = {.action = arena_cat(rq->arena, S(UNSUBSCRIBE_PATH), request_str(rq, "token")), .hub = desk_hub(rq)->name,
		.sort = str_of(sort_words[sort].title), .digests = sort == NOTICE_SORTS, .done = done};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("No more mails")});
	unsubscribe_body(out, &page);
	enum err_code code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	return code;
}

/* Asks first, since programs that look mails over follow links. */
enum err_code show_unsubscribe(struct request *rq, struct response *rs, struct err *e) {
	struct str uid;
	enum notice_sort sort;
	enum err_code code = unsubscribe_read(desk_hub(rq), request_str(rq, "token"), rq->arena, &uid, &sort, e);
	return code ? code : put_unsubscribe(rq, rs, sort, false);
}

enum err_code do_unsubscribe(struct request *rq, struct response *rs, struct err *e) {
	enum notice_sort sort;
	enum err_code code = unsubscribe_use(desk_hub(rq), request_str(rq, "token"), &sort, e);
	return code ? code : put_unsubscribe(rq, rs, sort, true);
}
