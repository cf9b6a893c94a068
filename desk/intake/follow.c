/* A report as its finder sees it. */
#include "pages.h"

#include "desk/cases/pages.h"
#include "desk/harbor/pages.h"
#include "desk/identify.h"
#include "desk/log/pages.h"
#include "desk/site/words.h"
#include "follow.t.h"
#include "hub/disclose_similar.h"
#include "hub/message.h"
#include "hub/room.h"
#include "intake.t.h"

enum { MESSAGES = 200, CASES = 5 };

static enum err_code put_enter(struct request *rq, struct response *rs, struct str typed, struct str trouble, int status) {
	struct intake_enter page = {typed, trouble};
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(intake_words.receipt), .here = SITE_REPORT});
	intake_enter_body(out, &page);
	enum err_code code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	rs->status = status;
	return code;
}

static void go_on(struct response *rs, const struct receipt *r) {
	response_redirect(rs, 303, r->record.n ? S("/receipt/report") : S("/report/new?how=anonymous"));
}

enum err_code show_receipt(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	enum err_code code = finder_find(rq, rs, &f, e);
	if (code) return code;
	if (!f) return put_enter(rq, rs, STR_EMPTY, STR_EMPTY, 200);
	go_on(rs, &f->receipt);
	return ERR_OK;
}

/* A code that was typed. *done: it was none, and the answer says so already. */
static enum err_code read_typed(struct request *rq, struct response *rs, struct receipt_code *typed, struct receipt *r, bool *done, struct err *e) {
	struct str text = request_str(rq, "code"), address = request_remote(rq);
	enum err_code code = receipt_try(desk_hub(rq), address, e);
	if (!code) code = receipt_parse(text, typed, e);
	if (!code) code = receipt_find(desk_hub(rq), rq->worker, typed, rq->arena, r, e);
	*done = code == ERR_INVALID || code == ERR_NOT_FOUND || code == ERR_BUSY;
	if (*done) return put_enter(rq, rs, text, sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message))), err_http_status(code));
	if (!code) receipt_forgive(desk_hub(rq), address);
	return code;
}

enum err_code take_receipt(struct request *rq, struct response *rs, struct err *e) {
	struct receipt_code typed;
	struct receipt r;
	bool done;
	enum err_code code = read_typed(rq, rs, &typed, &r, &done, e);
	if (!code && !done) code = finder_begin(rq, rs, &typed, e);
	if (code || done) return code;
	go_on(rs, &r);
	return ERR_OK;
}

/* ---- the receipt's file ---- */

static enum err_code send_file(struct request *rq, struct response *rs, const struct receipt *found, struct err *e) {
	struct disclosing d = {desk_hub(rq), rq->worker, receipt_viewer(found), rq->arena};
	struct disclosed r;
	if (!found->record.n) return err_set(e, ERR_NOT_FOUND, "%s", intake_words.not_sent);
	enum err_code code = disclose_record(&d, found->record, &r, e);
	return code ? code : send_receipt(rs, &d, &r, 0, e);
}

enum err_code show_finder_receipt(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	enum err_code code = finder_find(rq, rs, &f, e);
	if (code) return code;
	if (f) return send_file(rq, rs, &f->receipt, e);
	response_redirect(rs, 303, S("/receipt"));
	return ERR_OK;
}

/* On the page that tells the code: no browser need hold it for that. */
enum err_code take_finder_receipt(struct request *rq, struct response *rs, struct err *e) {
	struct receipt_code typed;
	struct receipt r;
	bool done;
	enum err_code code = read_typed(rq, rs, &typed, &r, &done, e);
	return code || done ? code : send_file(rq, rs, &r, e);
}

/* Whatever stands behind /receipt/ and is no page: a code most likely, which must not stand in an address. */
enum err_code lost_receipt(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	response_redirect(rs, 303, S("/receipt"));
	return ERR_OK;
}

/* ---- the page ---- */

/* What was done with it, without the messages. */
static enum err_code read_events(const struct disclosing *d, const struct disclosed *r, const struct finder *f, struct intake_follow *p, struct err *e) {
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_history(d, r, &events, &n, e);
	if (code) return code;
	struct intake_event *out = arena_array(d->a, n + 1, sizeof *out);
	if (!out) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct disclosed_event *v = &events[i];
		bool moved = str_is(v->type, "moved"), file = str_is(v->type, "attached");
		if (!moved && !file) continue;
		struct intake_event *one = &out[p->events_n++];
		*one = (struct intake_event){.when = moment_words(d->a, v->at), .datetime = moment_str(d->a, v->at)};
		one->mine = str_eq(v->actor, str_of(f->receipt.subject));
		if (file) one->text = words_with(d->a, intake_words.file_event, v->reason);
		else if (str_is(v->move, "submit")) one->text = str_of(intake_words.sent_event);
		else if (one->mine && str_is(v->move, "withdraw")) one->text = str_of(intake_words.withdrawn_event);
		else one->text = str_of(intake_step_of(v->state)->title);
		if (moved && v->reason.n) one->text = arena_fmt(d->a, "%.*s: %.*s", STR_ARG(one->text), STR_ARG(v->reason));
	}
	p->events = out;
	return ERR_OK;
}

static enum err_code read_thread(struct request *rq, const struct disclosing *d, const struct disclosed *r, struct intake_thread *t, size_t *fresh,
	struct err *e) {
	struct message *messages;
	bool more;
	enum err_code code = disclose_messages(d, r, &(struct message_request){.limit = MESSAGES}, &messages, &t->n, &more, e);
	if (code) return code;
	struct intake_event *out = arena_array(d->a, t->n + 1, sizeof *out);
	if (!out) return err_set(e, ERR_MEMORY, "out of memory");
	size_t before = *fresh;
	for (size_t i = 0; i < t->n; i++) {
		const struct message *m = &messages[i];
		out[i] = (struct intake_event){.when = moment_words(d->a, m->at), .datetime = moment_str(d->a, m->at), .text = m->text, .mine = m->own,
			.who = m->own ? str_of(intake_words.you) : m->author_name, .fresh = m->unread};
		*fresh += m->unread;
		t->last = m->id;
	}
	t->messages = out;
	t->fresh = *fresh - before;
	return *fresh > before ? message_mark_read(desk_hub(rq), d, r, t->last, e) : ERR_OK;
}

/* The case's embargo, which the finder is asked to consent to as every other party is. */
static enum err_code read_embargo(const struct disclosing *d, const struct disclosed *c, struct intake_thread *t, struct err *e) {
	struct room room;
	enum err_code code = disclose_room(d, c, &room, e);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (code) return code;
	bool holds = room.embargo == 'A' || room.embargo == 'R', open = room.proposals_n && str_is(room.proposals[0].outcome, "open"), part = false;
	for (size_t i = 0; i < room.participants_n; i++) {
		if (!room.participants[i].mine) continue;
		part = true;
		t->bound = str_is(room.participants[i].consent, "signatory");
	}
	t->embargo = room_embargo_words(room.embargo);
	if (holds) t->until = moment_in_zone(d->a, room.until, room.zone);
	if (open) {
		t->proposed = moment_in_zone(d->a, room.proposals[0].until, room.proposals[0].zone);
		t->proposed_by = room.proposals[0].by;
		t->proposed_why = room.proposals[0].reason;
	}
	t->may_answer = part && ((open && room.embargo == 'R') || ((open || holds) && !t->bound));
	return ERR_OK;
}

/* The report's own messages, and those of each case that the finder takes part in with it. */
static enum err_code read_threads(struct request *rq, const struct disclosing *d, const struct disclosed *r, struct intake_follow *p, struct err *e) {
	struct disclosed_links *groups;
	size_t n = 0;
	struct intake_thread *out = arena_array(d->a, CASES + 1, sizeof *out);
	if (!out) return err_set(e, ERR_MEMORY, "out of memory");
	out[0] = (struct intake_thread){.record = r->line.uid, .title = STR_EMPTY};
	enum err_code code = read_thread(rq, d, r, &out[0], &p->fresh, e);
	p->threads_n = 1;
	if (!code) code = disclose_links(d, r, CASES, &groups, &n, e);
	for (size_t i = 0; i < n && !code; i++) {
		if (!groups[i].inverse || !str_is(groups[i].rel, "handles")) continue;
		for (size_t j = 0; j < groups[i].n && p->threads_n <= CASES && !code; j++) {
			struct disclosed c;
			if (disclose_record(d, groups[i].items[j].uid, &c, NULL)) continue;
			struct intake_thread *t = &out[p->threads_n++];
			*t = (struct intake_thread){.record = c.line.uid, .title = c.line.headline, .state = c.line.state->title};
			code = read_thread(rq, d, &c, t, &p->fresh, e);
			if (!code) code = read_embargo(d, &c, t, e);
		}
	}
	p->threads = out;
	return code;
}

static enum err_code read_files(const struct disclosing *d, const struct disclosed *r, struct intake_follow *p, struct err *e) {
	struct disclosed_file *files;
	enum err_code code = disclose_files(d, r, &files, &p->files_n, e);
	if (code) return code;
	struct record_file *out = arena_array(d->a, p->files_n + 1, sizeof *out);
	if (!out) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < p->files_n; i++)
		out[i] = (struct record_file){.href = arena_fmt(d->a, "/receipt/files/%.*s", STR_ARG(files[i].sha256)), .name = files[i].name,
			.size = size_words(d->a, files[i].size)};
	p->files = out;
	return ERR_OK;
}

/* Their pages are those of the receipt. */
static enum err_code read_disputes(const struct disclosing *d, const struct disclosed *r, struct intake_follow *p, struct err *e) {
	enum err_code code = disputed_read(d, r, &p->disputes, e);
	struct disputed_one *items = code ? NULL : arena_array(d->a, p->disputes.n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < p->disputes.n; i++) {
		items[i] = p->disputes.items[i];
		items[i].href = arena_cat(d->a, S("/receipt/disputes/"), items[i].d->line.uid);
	}
	p->disputes.items = items;
	if (p->disputes.file.n) p->disputes.file = S("/receipt/dispute");
	return code;
}

/* "within 3 business days", from the kind's clock that runs in this state. */
static struct str due_words(struct arena *a, const struct disclosed *r) {
	const struct kind *k = r->line.kind;
	for (size_t i = 0; i < k->clocks_n; i++) {
		const struct kind_clock *c = &k->clocks[i];
		int64_t days;
		if (!str_eq(c->start, r->line.state->name) || c->limit.n < 3) continue;
		if (!str_int(str_sub(c->limit, 1, c->limit.n - 2), &days)) continue;
		return words_with(a, c->business ? intake_words.business_days : intake_words.days, number_words(a, days));
	}
	return STR_EMPTY;
}

static struct str embargo_words(struct arena *a, const struct json *body) {
	const struct json *d = json_get_lit(body, "disclosure");
	if (!json_true(json_get_lit(d, "embargo_wanted"))) return S("None wished for");
	struct str zone = json_get_str(d, S("time_zone"));
	moment until;
	if (!moment_parse(json_get_str(d, S("embargo_until")), &until)) return S("Wished for");
	return arena_fmt(a, "Until %.*s%s%.*s%s", STR_ARG(moment_words(a, until)), zone.n ? " (" : "", STR_ARG(zone), zone.n ? ")" : "");
}

static struct str credit_words(struct arena *a, const struct json *body) {
	struct str credit = json_string(json_pointer(body, S("/reporter/credit")));
	return credit.n ? value_words(a, credit) : S("Not said");
}

static struct str done_words(struct request *rq) {
	static const struct {
		const char *name, *const *words;
	} all[] = {{"message", &intake_words.done_message}, {"files", &intake_words.done_files}, {"withdrawn", &intake_words.done_withdrawn},
		{"changed", &intake_words.done_changed}, {"claimed", &intake_words.done_claimed},
		{"accepted", &intake_words.done_accepted}, {"told", &intake_words.done_told},
		{"answered", &intake_words.done_answered}};
	struct str done = str_is(str_of(rq->route->name), "follow") ? request_str(rq, "done") : STR_EMPTY;
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(done, all[i].name)) return str_of(*all[i].words);
	return STR_EMPTY;
}

static bool may_withdraw(const struct disclosing *d, const struct disclosed *r) {
	struct disclosed_move *moves;
	size_t n;
	if (disclose_moves(d, r, &moves, &n, NULL)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_is(moves[i].move->name, "withdraw")) return true;
	return false;
}

enum err_code put_follow(struct request *rq, struct response *rs, const struct finder *f, struct str trouble, int status, struct err *e) {
	struct disclosing d = finder_disclosing(rq, f);
	struct disclosed r;
	struct disclosed_rights rights;
	const struct desk_user *u = desk_user(rq);
	enum err_code code = disclose_record(&d, f->receipt.record, &r, e);
	if (!code) code = disclose_rights(&d, &r, &rights, e);
	if (code) return code;
	const struct intake_step *step = intake_step_of(r.line.state);
	struct intake_follow p = {.csrf = f->csrf, .uid = r.line.uid, .title = r.line.headline, .state = str_of(step->title),
		.now = step->now[0] ? str_of(step->now) : r.line.state->description, .next = str_of(step->next), .due = due_words(d.a, &r),
		.no_files = rights.no_files, .revise = rights.revise, .withdraw = may_withdraw(&d, &r), .done = done_words(rq), .trouble = trouble,
		.credit = credit_words(d.a, r.body), .embargo = embargo_words(d.a, r.body), .help = intake_help_of(rq),
		.csam = json_true(json_pointer(r.body, S("/classification/csam")))};
	if (r.is_public) p.public_path = record_path(d.a, &r.line);
	if (u && !u->pending && u->session.n) {
		struct disclosing as_user = desk_disclosing(rq);
		struct disclosed theirs;
		p.claim = disclose_record(&as_user, f->receipt.record, &theirs, NULL) || !(theirs.audiences & OWNER);
		p.claimer = u->account.login;
	}
	struct shown_section *sections;
	present_body(((const struct desk_app *)rq->app)->reading, r.line.kind, r.body, d.a, &sections, &p.sections_n);
	p.sections = sections;
	const struct kind_state *joined = NULL;
	code = read_events(&d, &r, f, &p, e);
	if (!code) code = read_threads(rq, &d, &r, &p, e);
	if (!code) code = read_files(&d, &r, &p, e);
	if (!code) code = disclose_joined(&d, &r, &joined, e);
	if (!code) code = harbor_box_of_finder(&d, &r, f->csrf, S("/receipt"), &p.harbor, e);
	if (!code) code = read_disputes(&d, &r, &p, e);
	if (code) return code;
	if (joined) p.joined = str_of(intake_step_of(joined)->title);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(intake_words.follow), .here = SITE_REPORT});
	follow_body(out, &p);
	code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	rs->status = status;
	return code;
}

enum err_code show_follow(struct request *rq, struct response *rs, struct err *e) {
	const struct finder *f;
	enum err_code code = finder_find(rq, rs, &f, e);
	if (code) return code;
	if (!f || !f->receipt.record.n) {
		response_redirect(rs, 303, S("/receipt"));
		return ERR_OK;
	}
	return put_follow(rq, rs, f, STR_EMPTY, 200, e);
}
