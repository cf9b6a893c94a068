/* What happened that concerns one, and the searches that one comes back to. */
#include "pages.h"

#include "desk/registry/pages.h"
#include "hub/account/notice.h"
#include "inbox.t.h"

enum { SHOWN = 50 };

static struct inbox_line line_about(const struct disclosing *d, const struct notice *n) {
	struct disclosed of = {.line = n->record};
	struct record_event v = event_words(d, &of, &n->event);
	return (struct inbox_line){
		.href = arena_fmt(d->a, "/inbox/%lld", (long long)n->id),
		.headline = n->record.headline.n ? n->record.headline : n->record.id,
		.kind = n->record.kind->title,
		.what = v.words,
		.note = v.note,
		.when = moment_words(d->a, n->event.at),
		.datetime = v.datetime,
		.read = n->read,
	};
}

enum err_code show_inbox(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct notice *notices;
	int64_t next;
	struct inbox_page page = {.csrf = desk_csrf(rq), .unread = desk_user(rq)->unread};
	enum err_code code = notice_list(&d, request_int(rq, "before"), SHOWN, &notices, &page.n, &next, e);
	if (code) return code;
	struct inbox_line *lines = arena_array(d.a, page.n + 1, sizeof *lines);
	if (!lines) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < page.n; i++) lines[i] = line_about(&d, &notices[i]);
	page.lines = lines;
	if (page.n) page.newest = notices[0].id;
	if (next) page.next = request_url_with(rq, "before", arena_fmt(d.a, "%lld", (long long)next));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Inbox"), .here = SITE_ACCOUNT, .next = page.next});
	inbox_body(out, &page);
	return site_end(rq, rs);
}

/* To the record, and the notice is read. */
enum err_code show_notice(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct notice *notices;
	size_t n;
	int64_t next, id = request_int(rq, "id");
	enum err_code code = notice_list(&d, id + 1, 1, &notices, &n, &next, e);
	if (!code && (!n || notices[0].id != id)) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	if (!code) code = notice_mark_read(desk_hub(rq), desk_user(rq)->account.uid, id, e);
	if (!code) response_redirect(rs, 303, record_path(d.a, &notices[0].record));
	return code;
}

enum err_code do_read(struct request *rq, struct response *rs, struct err *e) {
	enum err_code code = notice_mark_all_read(desk_hub(rq), desk_user(rq)->account.uid, request_int(rq, "up_to"), e);
	if (!code) response_redirect(rs, 303, S("/inbox"));
	return code;
}

/* ---- saved searches ---- */

static enum err_code put_searches(struct request *rq, struct response *rs, struct searches_page *page, struct err *e) {
	struct saved_search *searches;
	enum err_code code = saved_search_list(rq->worker, desk_user(rq)->account.uid, rq->arena, &searches, &page->n, e);
	if (code) return code;
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	page->searches = searches;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Saved searches"), .here = SITE_ACCOUNT});
	searches_body(out, page);
	if (page->outcome.wrong.n) rs->status = 422;
	return site_end(rq, rs);
}

enum err_code show_searches(struct request *rq, struct response *rs, struct err *e) {
	struct searches_page page = {0};
	return put_searches(rq, rs, &page, e);
}

enum err_code do_save_search(struct request *rq, struct response *rs, struct err *e) {
	struct searches_page page = {0};
	int64_t id;
	enum err_code code =
		saved_search_save(desk_hub(rq), desk_user(rq)->account.uid, str_trim(request_str(rq, "name")), request_str(rq, "query"), &id, e);
	if (!code) {
		response_redirect(rs, 303, S("/searches"));
		return ERR_OK;
	}
	if (code != ERR_INVALID && code != ERR_CONFLICT) return code;
	page.outcome.wrong = sentence_words(rq->arena, str_of(e->message));
	return put_searches(rq, rs, &page, e);
}

enum err_code do_forget_search(struct request *rq, struct response *rs, struct err *e) {
	enum err_code code = saved_search_delete(desk_hub(rq), desk_user(rq)->account.uid, request_int(rq, "id"), e);
	if (code && code != ERR_NOT_FOUND) return code;
	response_redirect(rs, 303, S("/searches"));
	return ERR_OK;
}
