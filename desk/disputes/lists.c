/* Lists of disputes, and seats. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "dispute.t.h"

static struct str seat_words(const struct dispute_row *row) {
	if (str_is(row->seat, "asked")) return S("Declare whether you have a conflict of interest");
	return row->voted ? S("You have voted") : S("Read and vote");
}

static enum err_code read_list(const struct disclosing *d, enum dispute_list which, struct disputes_page *p, struct err *e) {
	struct dispute_row *rows;
	enum err_code code = disclose_dispute_list(d, which, &rows, &p->n, e);
	struct disputes_line *items = code ? NULL : arena_array(d->a, p->n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < p->n; i++) {
		const struct dispute_row *row = &rows[i];
		items[i] = (struct disputes_line){.row = row, .href = record_path(d->a, &row->d.line), .question = question_words(row->d.question),
			.state = row->d.line.state->title, .outcome = row->d.outcome.n ? outcome_words(row->d.outcome) : STR_EMPTY,
			.when = row->d.due && row->d.open ? arena_cat(d->a, S("until "), day_words(d->a, row->d.due)) :
				row->d.filed ? arena_cat(d->a, S("filed "), day_words(d->a, row->d.filed)) : STR_EMPTY,
			.seat = seat_words(row)};
		if (!row->target.uid.n) continue;
		items[i].about = row->target.headline;
		items[i].about_href = record_path(d->a, &row->target);
	}
	p->items = items;
	return code;
}

enum err_code show_disputes(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disputes_page page = {.all = d.viewer.name.n > 0, .desk = (d.viewer.roles & ROLE_COORDINATOR) != 0};
	enum err_code code = read_list(&d, page.all ? DISPUTES_ALL : DISPUTES_PUBLIC, &page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Disputes"), .here = SITE_NOWHERE, .canonical = S("/disputes"),
		.description = S("What is disputed on this hub, both sides, and what was decided."), .api = S("/api/v1/disputes")});
	disputes_body(out, &page);
	return site_end(rq, rs);
}

enum err_code show_panel(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disputes_page page = {.panel = true, .done = str_is(request_str(rq, "done"), "acted")};
	enum err_code code = read_list(&d, DISPUTES_PANEL, &page, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Your panels"), .here = SITE_ACCOUNT});
	disputes_body(out, &page);
	return site_end(rq, rs);
}

/* ---- seats ---- */

static enum err_code put_seats(struct request *rq, struct response *rs, struct seats_page *page, int status, struct err *e) {
	struct seat *seats;
	enum err_code code = seat_list(rq->worker, rq->arena, &seats, &page->n, e);
	if (code) return code;
	page->seats = seats;
	page->a = rq->arena;
	page->csrf = desk_csrf(rq);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Seats on panels"), .here = SITE_ACCOUNT});
	seats_body(out, page);
	code = site_end(rq, rs);
	rs->status = status;
	return code;
}

enum err_code show_seats(struct request *rq, struct response *rs, struct err *e) {
	struct seats_page page = {.done = str_is(request_str(rq, "done"), "saved") ? S("Saved.") : STR_EMPTY};
	return put_seats(rq, rs, &page, 200, e);
}

enum err_code take_seat(struct request *rq, struct response *rs, struct err *e) {
	struct by by = desk_by(rq);
	struct seats_page page = {.person = str_trim(request_str(rq, "person")), .sector = request_str(rq, "sector"), .until = request_str(rq, "until")};
	moment until = 0;
	bool take = request_str(rq, "take").n > 0;
	/* The day that is named is the last. */
	if (page.until.n && moment_parse(arena_cat(rq->arena, page.until, S("T00:00:00Z")), &until)) until += DAY;
	bool dated = !page.until.n || until;
	enum err_code code = dated ? ERR_OK : err_set(e, ERR_INVALID, "the last day is a whole date");
	if (!code) code = take ? seat_take(desk_hub(rq), rq->worker, by.actor, by.administrator, page.person, e) :
		seat_set(desk_hub(rq), rq->worker, by.actor, by.administrator, page.person, page.sector, until, e);
	if (code == ERR_INVALID || code == ERR_NOT_FOUND) {
		page.wrong = sentence_words(rq->arena, str_of(e->message));
		return put_seats(rq, rs, &page, err_http_status(code), e);
	}
	if (!code) response_redirect(rs, 303, S("/admin/seats?done=saved"));
	return code;
}
