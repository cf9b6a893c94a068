/* Deciding about a report or case by a table. */
#include "answers.h"
#include "desk/identify.h"
#include "desk/site/words.h"
#include "hub/room.h"
#include "pages.h"
#include "triage.t.h"

struct deciding {
	struct request *rq;
	struct response *rs;
	struct disclosing d;
	struct disclosed record;
	struct triage_page page;
	struct decision *all;
	size_t n;
	struct err *e;
};

/* ---- what was decided ---- */

static struct str answers_words(struct arena *a, const struct decision *d) {
	autobuf struct buf out = BUF(8000);
	for (size_t i = 0; i < d->answers_n; i++)
		buf_fmt(&out, "%s%.*s: %.*s", i ? "; " : "", STR_ARG(d->answers[i].point), STR_ARG(d->answers[i].value));
	return arena_str(a, buf_str(&out));
}

static struct decision_line line_of_decision(struct arena *a, const struct decision *d) {
	static const char *const tiers[] = {"low", "medium", "high", "critical"};
	struct decision_line line = {.d = d, .at = day_words(a, d->at), .answers = answers_words(a, d), .level = S("0")};
	for (size_t i = 0; i < lengthof(tiers); i++)
		if (str_is(d->tier, tiers[i])) line.level = arena_fmt(a, "%zu", i + 1);
	return line;
}

/* Those that count now, or those that did before. */
static const struct decision_line *lines_of_decisions(struct arena *a, const struct decision *all, size_t n, bool current, size_t *out) {
	struct decision_line *lines = arena_array(a, n + 1, sizeof *lines);
	*out = 0;
	for (size_t i = 0; lines && i < n; i++)
		if (all[i].current == current) lines[(*out)++] = line_of_decision(a, &all[i]);
	return lines;
}

static enum err_code may_decide(const struct disclosing *d, const struct disclosed *r, bool *out, struct err *e) {
	const struct act **acts;
	size_t n;
	*out = false;
	enum err_code code = disclose_acts(d, r, &acts, &n, e);
	for (size_t i = 0; i < n && !code; i++) *out |= str_is(acts[i]->name, "triage.decide");
	return code;
}

enum err_code decisions_part(struct request *rq, const struct disclosed *r, const struct decisions_part **out, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct decision *all;
	size_t n;
	struct decisions_part *part = arena_new_of(d.a, struct decisions_part);
	*out = NULL;
	if (!part) return err_set(e, ERR_MEMORY, "out of memory");
	if (!rq->user) return ERR_OK;
	enum err_code code = disclose_decisions(&d, r, &all, &n, e);
	if (!code) code = may_decide(&d, r, &part->decides, e);
	if (code || (!n && !part->decides)) return code;
	part->lines = lines_of_decisions(d.a, all, n, true, &part->n);
	part->href = arena_cat(d.a, record_path(d.a, &r->line), S("/triage"));
	*out = part;
	return ERR_OK;
}

/* ---- the page ---- */

static enum err_code begin(struct deciding *x) {
	struct triage_page *p = &x->page;
	x->d = desk_disclosing(x->rq);
	enum err_code code = disclose_record(&x->d, request_str(x->rq, "id"), &x->record, x->e);
	if (!code) code = disclose_decisions(&x->d, &x->record, &x->all, &x->n, x->e);
	if (!code) code = may_decide(&x->d, &x->record, &p->decides, x->e);
	if (code) return code;
	if (!p->decides && !x->n) return err_set(x->e, ERR_NOT_FOUND, "%s", words.no_such_page);
	p->r = &x->record;
	p->line = line_of(x->d.a, &x->record.line);
	p->path = arena_cat(x->d.a, p->line.href, S("/triage"));
	p->csrf = desk_csrf(x->rq);
	p->decisions = lines_of_decisions(x->d.a, x->all, x->n, true, &p->decisions_n);
	p->earlier = lines_of_decisions(x->d.a, x->all, x->n, false, &p->earlier_n);
	struct tables *all = x->d.hub->tables;
	size_t n = tables_n(all);
	p->tables = arena_array(x->d.a, n + 1, sizeof(struct decide_table *));
	if (!p->tables) return err_set(x->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; p->decides && i < n; i++)
		if (table_is_for(tables_at(all, i), x->record.line.kind->name)) p->tables[p->tables_n++] = tables_at(all, i);
	return ERR_OK;
}

static enum err_code choose(struct deciding *x) {
	struct str name = request_str(x->rq, "table");
	for (size_t i = 0; i < x->page.tables_n; i++)
		if (str_eq(x->page.tables[i]->name, name)) x->page.t = x->page.tables[i];
	return x->page.t || !name.n ? ERR_OK : err_set(x->e, ERR_NOT_FOUND, "%s", words.no_such_page);
}

static enum err_code put_page(struct deciding *x, int status) {
	struct html *out = site_begin(x->rq, x->rs, &(struct site_page){.title = words_with(x->d.a, "Triage: {1}", x->record.line.headline),
		.here = SITE_NOWHERE, .api = arena_fmt(x->d.a, "/api/v1/records/%.*s/decisions", STR_ARG(x->record.line.uid))});
	triage_body(out, &x->page);
	enum err_code code = site_end(x->rq, x->rs);
	x->rs->status = status;
	return code;
}

/* From the decision that counts now; where there is none, what the record's own words suggest. */
static enum err_code prefill(struct deciding *x) {
	struct triage_page *p = &x->page;
	struct decide_given given = decide_nothing();
	for (size_t i = 0; i < x->n && !p->before; i++)
		if (str_eq(x->all[i].table, p->t->name)) p->before = &x->all[i];
	if (p->before) {
		p->left_out = decide_given_fitting(p->t, p->before->values, &given);
		p->outdated = p->before->outdated;
	}
	const struct json *suggestions = p->before ? NULL : decision_suggestions(x->d.a, p->t, x->record.body);
	return asked_of(x->d.a, x->d.hub, p->t, &given, suggestions, &p->q, x->e);
}

enum err_code show_triage(struct request *rq, struct response *rs, struct err *e) {
	struct deciding x = {.rq = rq, .rs = rs, .e = e};
	enum err_code code = begin(&x);
	if (!code) code = choose(&x);
	if (!code && x.page.t) code = prefill(&x);
	if (code) return code;
	if (request_bool(rq, "done")) x.page.done = S("The decision is recorded.");
	return put_page(&x, 200);
}

/* What can't be done is said above the answers as they were given. */
static enum err_code say(struct deciding *x, enum err_code code, const struct decide_given *given) {
	x->page.wrong = sentence_words(x->d.a, arena_str(x->d.a, str_of(x->e->message)));
	enum err_code shown = asked_of(x->d.a, x->d.hub, x->page.t, given, NULL, &x->page.q, x->e);
	return shown ? shown : put_page(x, err_http_status(code));
}

static enum err_code record(struct deciding *x, const struct decide_given *given) {
	struct json_builder args = json_object_of(x->d.a);
	struct change_result result;
	json_set_str(&args, S("table"), x->page.t->name);
	json_put_str(&args, S("version"), request_str(x->rq, "version"));
	json_set(&args, S("values"), decide_given_json(x->d.a, x->page.t, given));
	json_put_str(&args, S("note"), x->page.note);
	struct change c = {.op = CHANGE_ACT, .actor = desk_actor(x->rq), .record = x->record.line.uid, .act = S("triage.decide"), .args = json_built(&args)};
	enum err_code code = change_apply(desk_hub(x->rq), x->rq->worker, &c, &result, x->e);
	if (code == ERR_INVALID || code == ERR_CONFLICT) return say(x, code, given);
	if (!code) response_redirect(x->rs, 303, arena_cat(x->d.a, x->page.path, S("?done=1")));
	return code;
}

enum err_code take_triage(struct request *rq, struct response *rs, struct err *e) {
	struct deciding x = {.rq = rq, .rs = rs, .e = e};
	struct decide_given given = decide_nothing();
	bool any;
	enum err_code code = begin(&x);
	if (!code) code = choose(&x);
	if (code) return code;
	if (!x.page.t) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	x.page.note = request_str(rq, "note");
	x.page.worked = true;
	code = answers_read(rq, x.page.t, &given, &any, e);
	if (code == ERR_INVALID) return say(&x, code, &given);
	if (code) return code;
	if (request_choice(rq, "do") == 1) return record(&x, &given);
	code = asked_of(x.d.a, x.d.hub, x.page.t, &given, NULL, &x.page.q, e);
	return code ? code : put_page(&x, 200);
}
