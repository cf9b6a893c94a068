/* The webhooks that somebody manages: theirs, those of organizations that they own, the hub's. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "webhooks.t.h"

enum { SHOWN = 50, OWNERS = 60 };

/* ---- the list, and a new one ---- */

static enum err_code find_owners(struct request *rq, struct webhooks_page *page, struct err *e) {
	struct membership *memberships;
	size_t n;
	const struct desk_user *u = desk_user(rq);
	struct webhook_owner *owners = arena_array(rq->arena, OWNERS, sizeof *owners);
	if (!owners) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = member_of(rq->worker, u->account.uid, rq->arena, &memberships, &n, e);
	if (code) return code;
	owners[page->owners_n++] = (struct webhook_owner){u->account.uid, S("you: what stands in your inbox")};
	for (size_t i = 0; i < n && page->owners_n < OWNERS - 1; i++)
		if (memberships[i].organization.n && memberships[i].role == MEMBER_OWNER)
			owners[page->owners_n++] = (struct webhook_owner){memberships[i].organization, arena_fmt(rq->arena, "%.*s: what it may know as a party",
				STR_ARG(memberships[i].organization_name))};
	if (desk_by(rq).administrator)
		owners[page->owners_n++] = (struct webhook_owner){S("hub"), arena_fmt(rq->arena, "%.*s: what is public", STR_ARG(desk_hub(rq)->name))};
	page->owners = owners;
	return ERR_OK;
}

static enum err_code put_list(struct request *rq, struct response *rs, struct webhooks_page *page, struct err *e) {
	struct webhook *list;
	struct str *types;
	size_t types_n;
	struct by by = desk_by(rq);
	enum err_code code = find_owners(rq, page, e);
	if (!code) code = webhook_list(desk_hub(rq), rq->worker, &by, rq->arena, &list, &page->n, e);
	if (!code) code = webhook_types(desk_hub(rq), rq->arena, &types, &types_n, e);
	if (code) return code;
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	page->webhooks = list;
	page->types = types;
	page->types_n = types_n;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Webhooks"), .here = SITE_ACCOUNT});
	webhooks_body(out, page);
	if (page->outcome.wrong.n || page->url.wrong.n || page->note.wrong.n || page->of_types.wrong.n || page->of_kinds.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

static struct webhooks_page list_page(struct str owner) {
	return (struct webhooks_page){
		.url = {"url", "Address", "url", .help = "Begins with https://. It must be on the public Internet.", .required = true, .most = WEBHOOK_URL},
		.note = {"note", "Note", "text", .help = "What it is for.", .most = WEBHOOK_NOTE},
		.of_types = {"types", "Types of events", "text", .help = "With commas, as in record.published, act.embargo.*. Left empty: all.", .most = 2000},
		.of_kinds = {"kinds", "Kinds of records", "text", .help = "With commas, as in advisory, case. Left empty: all.", .most = 1000},
		.owner = owner,
	};
}

enum err_code show_webhooks(struct request *rq, struct response *rs, struct err *e) {
	struct webhooks_page page = list_page(request_str(rq, "owner"));
	if (str_is(request_str(rq, "done"), "removed")) page.outcome.done = S("The webhook was taken away.");
	return put_list(rq, rs, &page, e);
}

static enum err_code put_one(struct request *rq, struct response *rs, struct webhook_page *page, struct str id, struct err *e);

enum err_code do_webhook_new(struct request *rq, struct response *rs, struct err *e) {
	struct webhooks_page page = list_page(request_str(rq, "owner"));
	struct str id;
	char secret[WEBHOOK_SECRET];
	struct by by = desk_by(rq);
	page.url.value = str_trim(request_str(rq, "url"));
	page.note.value = str_trim(request_str(rq, "note"));
	page.of_types.value = request_str(rq, "types");
	page.of_kinds.value = request_str(rq, "kinds");
	struct str owner = str_is(page.owner, "hub") ? STR_EMPTY : page.owner.n ? page.owner : by.actor;
	struct webhook_new n = {owner, page.url.value, page.note.value, page.of_types.value, page.of_kinds.value};
	enum err_code code = webhook_create(desk_hub(rq), rq->worker, &by, &n, rq->arena, &id, secret, e);
	if (!code) {
		struct webhook_page made = {.fresh = arena_str(rq->arena, str_of(secret))};
		return put_one(rq, rs, &made, id, e);
	}
	if (code != ERR_INVALID && code != ERR_CONFLICT) return code;
	place_error(rq->arena, e, &page.outcome, (struct form_line *const[]){&page.url, &page.note, &page.of_types, &page.of_kinds}, 4);
	return put_list(rq, rs, &page, e);
}

/* ---- one ---- */

static enum err_code put_one(struct request *rq, struct response *rs, struct webhook_page *page, struct str id, struct err *e) {
	struct by by = desk_by(rq);
	struct delivery *list;
	moment before = 0;
	struct str asked = page->listed ? request_str(rq, "before") : STR_EMPTY;
	if (asked.n && !moment_parse(asked, &before)) before = 0;
	page->state = page->listed && request_has(rq, "state") ? request_str(rq, "state") : STR_EMPTY;
	enum err_code code = webhook_find(desk_hub(rq), rq->worker, &by, id, rq->arena, &page->webhook, e);
	if (!code) code = webhook_deliveries(desk_hub(rq), rq->worker, &by, id, page->state, before, SHOWN, rq->arena, &list, &page->n, e);
	if (code) return code;
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	page->deliveries = list;
	page->action = arena_fmt(rq->arena, "/account/webhooks/%.*s", STR_ARG(id));
	if (page->n == SHOWN && page->listed) page->next = request_url_with(rq, "before", moment_str(rq->arena, list[SHOWN - 1].created));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Webhook"), .here = SITE_ACCOUNT, .next = page->next});
	webhook_body(out, page);
	if (page->outcome.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_webhook(struct request *rq, struct response *rs, struct err *e) {
	static const char *const done[][2] = {{"saved", "Saved."}, {"test", "It is being called. Look at this page again in a few seconds."},
		{"resend", "The call is being made once more."}};
	struct webhook_page page = {.listed = true};
	for (size_t i = 0; i < lengthof(done); i++)
		if (str_is(request_str(rq, "done"), done[i][0])) page.outcome.done = str_of(done[i][1]);
	return put_one(rq, rs, &page, request_str(rq, "id"), e);
}

static enum err_code refused(struct request *rq, struct response *rs, enum err_code code, struct err *e) {
	if (code != ERR_INVALID && code != ERR_CONFLICT) return code;
	struct webhook_page page = {.outcome = {.wrong = sentence_words(rq->arena, str_of(e->message))}};
	return put_one(rq, rs, &page, request_str(rq, "id"), e);
}

enum err_code do_webhook(struct request *rq, struct response *rs, struct err *e) {
	struct by by = desk_by(rq);
	struct str id = request_str(rq, "id"), url = request_str(rq, "url"), note = request_str(rq, "note"), types = request_str(rq, "types"),
		kinds = request_str(rq, "kinds"), delivery;
	struct str what = request_str(rq, "what");
	char secret[WEBHOOK_SECRET];
	bool on = str_is(what, "on");
	enum err_code code;
	const char *done = "saved";
	if (str_is(what, "edit")) {
		code = webhook_edit(desk_hub(rq), rq->worker, &by, id, &(struct webhook_edit){.url = &url, .note = &note, .types = &types, .kinds = &kinds}, e);
	} else if (on || str_is(what, "off")) {
		code = webhook_edit(desk_hub(rq), rq->worker, &by, id, &(struct webhook_edit){.enabled = &on}, e);
	} else if (str_is(what, "secret")) {
		code = webhook_rotate(desk_hub(rq), rq->worker, &by, id, secret, e);
		struct webhook_page page = {.fresh = code ? STR_EMPTY : arena_str(rq->arena, str_of(secret)), .rotated = true};
		return code ? code : put_one(rq, rs, &page, id, e);
	} else if (str_is(what, "test")) {
		code = webhook_test(desk_hub(rq), rq->worker, &by, id, rq->arena, &delivery, e);
		done = "test";
	} else if (str_is(what, "resend")) {
		code = webhook_resend(desk_hub(rq), rq->worker, &by, id, request_str(rq, "delivery"), e);
		done = "resend";
	} else {
		code = webhook_remove(desk_hub(rq), rq->worker, &by, id, e);
		if (!code) response_redirect(rs, 303, S("/account/webhooks?done=removed"));
		return code;
	}
	if (code) return refused(rq, rs, code, e);
	response_redirect(rs, 303, arena_fmt(rq->arena, "/account/webhooks/%.*s?done=%s", STR_ARG(id), done));
	return ERR_OK;
}
