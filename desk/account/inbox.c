/* What happened that concerns one, by record, and the searches that one comes back to. */
#include "pages.h"

#include "desk/forms/pages.h"
#include "desk/registry/pages.h"
#include "hub/account/notice.h"
#include "inbox.t.h"

enum { SHOWN = 100, SHOWN_OF_ONE = 4 };

static struct inbox_line line_about(const struct disclosing *d, const struct notice *n) {
	struct inbox_line line = {
		.sort = str_of(notice_sort_title(n->sort)), .when = moment_words(d->a, n->at), .datetime = moment_str(d->a, n->at), .read = n->read};
	if (n->what.n) {
		line.what = notice_account_words(n->what);
		return line;
	}
	struct disclosed of = {.line = n->record};
	struct record_event v = event_words(d, &of, &n->event);
	line.what = v.words;
	line.note = v.note;
	return line;
}

/* Notices of one record stand together, where its newest stands. */
static struct inbox_group *group_of(struct inbox_page *page, const struct notice *n) {
	for (size_t i = 0; i < page->n; i++)
		if (page->groups[i].record == n->record.record) return &page->groups[i];
	return NULL;
}

static enum err_code add_group(const struct disclosing *d, struct inbox_page *page, const struct notice *n, struct err *e) {
	struct inbox_group *g = &page->groups[page->n++];
	bool account = n->what.n > 0;
	*g = (struct inbox_group){
		.record = n->record.record,
		.newest = n->id,
		.href = account ? S("/account") : arena_fmt(d->a, "/inbox/%lld", (long long)n->id),
		.headline = account ? S("Your account") : n->record.headline.n ? n->record.headline : n->record.id,
		.id = account ? STR_EMPTY : n->record.id,
		.kind = account || n->event.untold ? STR_EMPTY : n->record.kind->title,
		.lines = arena_array(d->a, SHOWN_OF_ONE, sizeof *g->lines),
	};
	return g->lines ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
}

static enum err_code fill(const struct disclosing *d, struct inbox_page *page, const struct notice *notices, size_t n, struct err *e) {
	page->groups = arena_array(d->a, n + 1, sizeof *page->groups);
	if (!page->groups) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct inbox_group *g = group_of(page, &notices[i]);
		enum err_code code = g ? ERR_OK : add_group(d, page, &notices[i], e);
		if (code) return code;
		if (!g) g = &page->groups[page->n - 1];
		if (g->n < SHOWN_OF_ONE) g->lines[g->n++] = line_about(d, &notices[i]);
		else g->more++;
		g->unread += !notices[i].read;
	}
	return ERR_OK;
}

enum err_code show_inbox(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct notice *notices;
	size_t n;
	int64_t next;
	struct inbox_page page = {.csrf = desk_csrf(rq), .unread = desk_user(rq)->unread, .only_unread = request_bool(rq, "unread"),
		.sort = notice_sort_named(request_str(rq, "sort")), .here = request_url(rq)};
	struct notice_request asked = {.before = request_int(rq, "before"), .limit = SHOWN, .unread = page.only_unread, .sort = page.sort};
	enum err_code code = notice_list(&d, &asked, &notices, &n, &next, e);
	if (!code) code = fill(&d, &page, notices, n, e);
	if (code) return code;
	if (n) page.newest = notices[0].id;
	if (next) page.next = request_url_with(rq, "before", arena_fmt(d.a, "%lld", (long long)next));
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Inbox"), .here = SITE_ACCOUNT, .next = page.next});
	inbox_body(out, &page);
	return site_end(rq, rs);
}

/* Where one goes on with it: a case that is worked on has a room. */
static struct str place_of(struct arena *a, const struct glimpse *record) {
	return record->state && record->state->is_public ? record_path(a, record) : act_return(a, record);
}

/* To the record, and all that was told of it so far is read. */
enum err_code show_notice(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct notice *notices;
	size_t n;
	int64_t next, id = request_int(rq, "id");
	enum err_code code = notice_list(&d, &(struct notice_request){.before = id + 1, .limit = 1, .sort = NOTICE_SORTS}, &notices, &n, &next, e);
	if (!code && (!n || notices[0].id != id || notices[0].what.n)) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	if (!code) code = notice_mark_record_read(desk_hub(rq), desk_user(rq)->account.uid, notices[0].record.record, id, e);
	if (!code) response_redirect(rs, 303, notices[0].event.untold ? S("/inbox") : place_of(d.a, &notices[0].record));
	return code;
}

static enum err_code mark_one(struct request *rq, int64_t id, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct notice *notices;
	size_t n;
	int64_t next;
	struct str uid = desk_user(rq)->account.uid;
	enum err_code code = notice_list(&d, &(struct notice_request){.before = id + 1, .limit = 1, .sort = NOTICE_SORTS}, &notices, &n, &next, e);
	if (code || !n || notices[0].id != id) return code; /* gone meanwhile */
	return notices[0].what.n ? notice_mark_account_read(desk_hub(rq), uid, id, e) :
		notice_mark_record_read(desk_hub(rq), uid, notices[0].record.record, id, e);
}

enum err_code do_read(struct request *rq, struct response *rs, struct err *e) {
	int64_t of = request_int(rq, "of");
	enum err_code code = of ? mark_one(rq, of, e) : notice_mark_all_read(desk_hub(rq), desk_user(rq)->account.uid, request_int(rq, "up_to"), e);
	struct str back = request_str(rq, "back");
	if (!code) response_redirect(rs, 303, str_starts(back, S("/inbox")) ? back : S("/inbox"));
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
