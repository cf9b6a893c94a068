/* The owners' queue of requests, and reports of gates. */
#include "pages.h"

#include "desk/identify.h"
#include "desk/registry/pages.h"
#include "desk/site/words.h"
#include "http/form.h"
#include "release.t.h"

enum { EXPORT = 64 << 20 };

static enum err_code find(struct request *rq, struct disclosing *d, struct disclosed *r, struct err *e) {
	*d = desk_disclosing(rq);
	enum err_code code = disclose_record(d, request_str(rq, "id"), r, e);
	if (!code && !str_is(r->line.kind->name, "release")) code = err_set(e, ERR_NOT_FOUND, "that is no release: nobody can ask for it");
	return code;
}

static void read_tabs(struct queue_page *p, const struct access_counts *c) {
	const struct {
		const char *state;
		struct str title;
		int64_t n;
	} tabs[] = {{"", S("All"), c->pending + c->accepted + c->rejected + c->revoked + c->expired + c->retracted}, {"pending", S("Pending"), c->pending},
		{"accepted", S("Accepted"), c->accepted}, {"rejected", S("Rejected"), c->rejected}, {"revoked", S("Revoked"), c->revoked}, {"expired", S("Expired"), c->expired},
		{"retracted", S("Taken back"), c->retracted}};
	for (size_t i = 0; i < lengthof(tabs); i++)
		p->tabs[i] = (struct queue_tab){.href = *tabs[i].state ? arena_fmt(p->a, "%.*s?state=%s", STR_ARG(p->action), tabs[i].state) : p->action, .title = tabs[i].title,
			.n = tabs[i].n, .here = str_is(p->state, tabs[i].state)};
}

static enum err_code read_queue(const struct disclosing *d, const struct disclosed *r, int64_t before, struct queue_page *p, struct err *e) {
	struct access_line *lines;
	struct access_counts counts;
	int64_t next;
	enum err_code code = disclose_access_queue(d, r, &(struct access_request){.state = p->state, .before = before, .limit = 50}, &lines, &p->n, &next, e);
	if (!code) code = disclose_access_counts(d, r, &counts, e);
	struct queue_line *items = code ? NULL : arena_array(d->a, p->n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	p->a = d->a;
	p->path = record_path(d->a, &r->line);
	p->action = arena_cat(d->a, p->path, S("/requests"));
	p->headline = r->line.headline;
	for (size_t i = 0; i < p->n; i++) {
		const struct access_line *l = &lines[i];
		items[i] = (struct queue_line){.l = l, .href = record_path(d->a, &l->r.line), .asked = day_words(d->a, l->asked),
			.decided = l->decided ? day_words(d->a, l->decided) : STR_EMPTY, .until = l->until ? day_words(d->a, l->until) : STR_EMPTY,
			.like_href = l->like.n ? arena_cat(d->a, S("/r/"), l->like) : STR_EMPTY};
		p->may |= l->may;
	}
	p->items = items;
	read_tabs(p, &counts);
	if (next) p->next = arena_fmt(d->a, "%.*s?%s%.*s%sbefore=%lld", STR_ARG(p->action), p->state.n ? "state=" : "", STR_ARG(p->state), p->state.n ? "&" : "", (long long)next);
	return ERR_OK;
}

static enum err_code put(struct request *rq, struct response *rs, struct queue_page *p, int status) {
	p->csrf = desk_csrf(rq);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = S("Requests for access"), .here = SITE_NOWHERE});
	queue_body(out, p);
	enum err_code code = site_end(rq, rs);
	rs->status = status;
	return code;
}

enum err_code show_queue(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	struct queue_page page = {.state = request_str(rq, "state")};
	int64_t done;
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = read_queue(&d, &r, request_int(rq, "before"), &page, e);
	if (code) return code;
	if (str_int(request_str(rq, "done"), &done))
		page.done = arena_fmt(d.a, "%lld %s decided; those who asked are told.", (long long)done, done == 1 ? "request was" : "requests were");
	return put(rq, rs, &page, 200);
}

enum err_code take_queue(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	size_t n, failed = 0;
	const struct str *uids = request_strs(rq, "request", &n);
	struct queue_page page = {.reason = request_str(rq, "reason")};
	struct access_decided *list = arena_array(rq->arena, n + 1, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) list[i].uid = uids[i];
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = read_queue(&d, &r, 0, &page, e);
	if (code) return code;
	struct str act = request_str(rq, "act");
	if (!n || !act.n) {
		page.wrong = n ? S("Say what is to be done with them.") : S("Choose one request or more.");
		return put(rq, rs, &page, 422);
	}
	code = access_decide(desk_hub(rq), rq->worker, desk_actor(rq), &r, act, page.reason, list, n, e);
	if (code) return code;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].result.code) continue;
		if (!failed++) page.wrong = sentence_words(rq->arena, arena_str(rq->arena, str_of(list[i].result.err.message)));
	}
	if (!failed) {
		response_redirect(rs, 303, arena_fmt(rq->arena, "%.*s?done=%zu", STR_ARG(page.action), n));
		return ERR_OK;
	}
	if (failed < n) page.wrong = arena_fmt(rq->arena, "%zu of %zu were decided. Of the others: %.*s", n - failed, n, STR_ARG(page.wrong));
	struct queue_page again = {.reason = page.reason, .wrong = page.wrong};
	code = read_queue(&d, &r, 0, &again, e);
	return code ? code : put(rq, rs, &again, 422);
}

enum err_code access_export(struct request *rq, struct response *rs, const struct disclosing *d, const struct disclosed *r, struct err *e) {
	bool csv = str_is(request_str(rq, "format"), "csv");
	autobuf struct buf out = BUF(EXPORT);
	enum err_code code = disclose_access_export(d, r, csv, request_str(rq, "state"), &out, e);
	if (code) return code;
	struct str bytes = arena_str(rq->arena, buf_str(&out));
	if (!bytes.n) return err_set(e, ERR_TOO_LARGE, "the export is too large: take one state at a time");
	response_bytes(rs, csv ? S("text/csv; charset=utf-8; header=present") : S("application/json"), bytes);
	response_header(rs, "Content-Disposition", arena_fmt(rq->arena, "attachment; filename=\"requests-%.*s.%s\"", STR_ARG(r->line.uid), csv ? "csv" : "json"));
	return ERR_OK;
}

enum err_code show_queue_export(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	enum err_code code = find(rq, &d, &r, e);
	return code ? code : access_export(rq, rs, &d, &r, e);
}

/* ---- reports of gates ---- */

/* The file first: what the act names must be there. */
enum err_code take_gate(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d;
	struct disclosed r;
	const struct form_field *form, *file = NULL;
	struct change_result result;
	size_t n;
	char hex[SHA256_HEX];
	enum err_code code = find(rq, &d, &r, e);
	if (!code) code = request_form(rq, &form, &n, e);
	if (code) return code;
	for (size_t i = 0; i < n && !file; i++)
		if (form[i].is_file && str_is(form[i].name, "file") && form[i].file_name.n) file = &form[i];
	if (!file || !file->value.n) return err_set(e, ERR_INVALID, "choose the report: the JSON file that the gate wrote");
	struct sha256 digest = sha256(file->value);
	struct change c = {.op = CHANGE_ATTACH, .actor = desk_actor(rq), .record = r.line.uid, .file_name = file->file_name, .media_type = S("application/json"),
		.bytes = file->value, .audiences = PARTIES | OWNER | COORDINATORS};
	code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (code) return code;
	struct json_builder args = json_object_of(d.a);
	json_set_str(&args, S("gate"), form_value(form, n, "gate"));
	json_set_str(&args, S("file"), arena_str(d.a, sha256_hex(&digest, hex)));
	c = (struct change){.op = CHANGE_ACT, .actor = desk_actor(rq), .record = r.line.uid, .act = S("release.gate"), .args = json_built(&args)};
	code = change_apply(desk_hub(rq), rq->worker, &c, &result, e);
	if (!code) response_redirect(rs, 303, arena_cat(d.a, record_path(d.a, &r.line), S("?done=acted")));
	return code;
}
