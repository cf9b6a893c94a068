/* The form, what is shown of it before sending, and sending. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/identify.h"
#include "forms.t.h"
#include "http/form.h"
#include "hub/account/draft.h"
#include "hub/attachment.h"
#include "hub/disclose_similar.h"
#include "intake.t.h"

enum { SYSTEMS = INTAKE_SYSTEMS, MATCHES = 40, ONCE = 24, LINKS = 200 };

struct reporting {
	struct request *rq;
	struct response *rs;
	struct err *e;
	const struct kind *kind;
	const struct plan *plan;
	const struct sent *sent;            /* NULL: nothing was posted */
	const struct finder *finder;        /* holds the receipt of a draft; NULL nobody */
	struct intake_form page;
	struct str once;
	struct str links[LINKS], same[LINKS];
	size_t links_n, same_n;
};

static const struct json *sorted(struct arena *a, const struct json *body) {
	const struct json *out;
	return json_parse(a, json_canonical(a, body), NULL, &out, NULL) ? body : out;
}

static bool is_csam(const struct json *body) {
	return json_true(json_pointer(body, S("/classification/csam")));
}

static bool named(const struct reporting *x) {
	return x->page.how == INTAKE_NAMED;
}

static struct str random_name(struct arena *a) {
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[ONCE];
	char out[ONCE];
	random_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < ONCE; i++) out[i] = letters[bytes[i] & 31];
	return arena_str(a, str_n(out, ONCE));
}

/* ---- showing ---- */

static bool is_withheld(enum intake_how how, struct str name) {
	for (const struct str *p = intake_withheld(how); p->n; p++)
		if (str_eq(*p, name)) return true;
	return false;
}

/* What this way of reporting does not hold is not asked either. */
static void take_questions_out(enum intake_how how, struct question *items, size_t *n) {
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++) {
		if (is_withheld(how, items[i].name)) continue;
		take_questions_out(how, items[i].items, &items[i].n);
		if (items[i].rare > items[i].n) items[i].rare = 0;
		items[kept++] = items[i];
	}
	*n = kept;
}

static bool has_answer(const struct question *q) {
	bool answer = q->wrong || q->error.n || q->sort == ASK_KEPT || q->sort == ASK_FIXED || q->date.n || q->time.n;
	if (q->sort != ASK_ZONE) answer |= q->value.n > 0;
	for (size_t i = 0; i < q->choices_n; i++) answer |= q->choices[i].chosen && q->choices[i].value.n;
	for (size_t i = 0; i < q->n && !answer; i++) answer |= has_answer(&q->items[i]);
	return answer;
}

static bool is_needed(const struct question *q) {
	bool needed = q->required || q->needed.n || q->decides;
	for (size_t i = 0; i < q->n && !needed; i++) needed |= !q->items[i].is_row && is_needed(&q->items[i]);
	return needed;
}

/* Asked of everybody, though a report may do without. */
static bool is_common(struct str name) {
	static const char *const common[] = {"/summary", "/steps_to_reproduce", "/proof_of_concept", "/reporter", "/reporter/credit", "/reporter/name", "/reporter/email",
		"/systems/0/version"};
	for (size_t i = 0; i < lengthof(common); i++)
		if (str_is(name, common[i])) return true;
	return false;
}

/* What must be answered, most people can or somebody did answer stands open, in its order; the rest behind it. Gives how many are open. */
static size_t put_open_first(struct arena *a, struct question *items, size_t n) {
	struct question *all = arena_array(a, n + 1, sizeof *all);
	size_t open = 0, at = 0;
	if (!all) return n;
	for (int rest = 0; rest < 2; rest++) {
		for (size_t i = 0; i < n; i++)
			if ((is_needed(&items[i]) || is_common(items[i].name) || has_answer(&items[i])) == !rest) all[at++] = items[i];
		if (!rest) open = at;
	}
	if (n) memcpy(items, all, n * sizeof *items);
	return open;
}

static void fold_rare(struct arena *a, struct question *q) {
	for (size_t i = 0; i < q->n; i++) fold_rare(a, &q->items[i]);
	if (q->sort != ASK_GROUP || q->n < 4) return;
	size_t open = put_open_first(a, q->items, q->n);
	q->rare = open && open + 1 < q->n ? open : 0;
}

static void fold_section(struct arena *a, struct question_section *s) {
	for (size_t i = 0; i < s->n; i++) fold_rare(a, &s->items[i]);
	size_t open = put_open_first(a, s->items, s->n);
	s->rare = open && open + 1 < s->n ? open : 0;
}

/* Here nothing is saved before it is sent: what sending needs is needed. */
static void say_required(struct question *items, size_t n) {
	for (size_t i = 0; i < n; i++) {
		if (items[i].needed.n) items[i].required = true;
		items[i].needed = STR_EMPTY;
		say_required(items[i].items, items[i].n);
	}
}

void intake_fit(struct arena *a, enum intake_how how, struct questions *q) {
	for (size_t i = 0; i < q->n; i++) {
		struct question_section *s = &q->sections[i];
		take_questions_out(how, s->items, &s->n);
		fold_section(a, s);
		say_required(s->items, s->n);
		for (size_t j = 0; j < s->n; j++) {
			struct question *one = &s->items[j];
			if (!str_is(one->name, "/reporter")) continue;
			one->help = one->readers = STR_EMPTY;
			one->title = str_of(intake_words.about[how]);
			for (size_t k = 0; k < one->n; k++) one->items[k].required |= how == INTAKE_PSEUDONYM && str_is(one->items[k].name, "/reporter/name");
			if (how == INTAKE_ANONYMOUS) s->help = str_of(intake_words.anonymous_help);
			if (how == INTAKE_PSEUDONYM) s->help = str_of(intake_words.pseudonym_help);
		}
	}
}

static struct form_extra *extras_of(struct reporting *x, size_t *n) {
	struct form_extra *out = arena_array(x->rq->arena, 4 + x->links_n + x->same_n, sizeof *out);
	*n = 0;
	if (!out) return NULL;
	out[(*n)++] = (struct form_extra){S("_how"), str_of(intake_how_name(x->page.how))};
	out[(*n)++] = (struct form_extra){S("_once"), x->once};
	for (size_t i = 0; i < x->links_n; i++) out[(*n)++] = (struct form_extra){S("_link"), x->links[i]};
	for (size_t i = 0; i < x->same_n; i++) out[(*n)++] = (struct form_extra){S("_same"), x->same[i]};
	return out;
}

static enum err_code put(struct reporting *x, int status) {
	struct form_page *p = &x->page.form;
	struct asking as = {.roles = ROLE_OWNER};
	enum err_code code = form_questions(&p->f, &as, &p->q, x->e);
	if (code) return code;
	intake_fit(x->rq->arena, x->page.how, &p->q);
	p->a = x->rq->arena;
	p->plan = x->plan;
	p->csrf = named(x) ? desk_csrf(x->rq) : x->finder ? x->finder->csrf : STR_EMPTY;
	p->action = S("/report/new");
	p->fresh = arena_fmt(x->rq->arena, "/report/new?how=%s&fresh=true", intake_how_name(x->page.how));
	p->extras = extras_of(x, &p->extras_n);
	x->page.help = intake_help_of(x->rq);
	x->page.csam = is_csam(p->f.body);
	x->page.ready = !p->q.more;
	struct site_page page = {.title = str_of(x->page.review ? intake_words.review : intake_words.form[x->page.how]), .here = SITE_REPORT, .forms = !x->page.review};
	struct html *out = site_begin(x->rq, x->rs, &page);
	if (x->page.review) intake_review_body(out, &x->page);
	else intake_form_body(out, &x->page);
	code = site_end(x->rq, x->rs);
	x->rs->cache = CACHE_NO_STORE;
	x->rs->status = status;
	return code;
}

/* ---- beginning ---- */

static enum err_code begin(struct reporting *x, struct request *rq, struct response *rs, struct err *e) {
	*x = (struct reporting){.rq = rq, .rs = rs, .e = e, .once = STR_EMPTY};
	x->kind = kind_find(desk_hub(rq)->kinds, S("report"));
	if (!x->kind) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	x->plan = plan_of(((const struct desk_app *)rq->app)->plans, x->kind);
	enum err_code code = finder_find(rq, rs, &x->finder, e);
	if (!code && x->finder && x->finder->receipt.record.n) x->finder = NULL; /* follows another report in this browser */
	return code;
}

static void settle_way(struct reporting *x, struct str how) {
	x->page.how = intake_how_of(how);
	if (named(x)) x->finder = NULL;
	x->page.form.title = str_of(intake_words.form[x->page.how]);
	x->page.form.lede = str_of(intake_words.lede[x->page.how]);
}

/* What the page that one comes from is about. */
static const struct json *prefilled(struct reporting *x) {
	struct arena *a = x->rq->arena;
	struct disclosing d = desk_disclosing(x->rq);
	struct json_builder body = json_object_of(a), systems = json_array_of(a), system = json_object_of(a);
	struct disclosed r;
	if (request_has(x->rq, "system") && !disclose_record(&d, request_str(x->rq, "system"), &r, NULL) && str_is(r.line.kind->name, "system")) {
		json_set_str(&system, S("name"), r.line.headline);
		x->links[x->links_n++] = r.line.uid;
	}
	if (request_has(x->rq, "organization") && !disclose_record(&d, request_str(x->rq, "organization"), &r, NULL) &&
		str_is(r.line.kind->name, "organization"))
		json_set_str(&system, S("developer"), r.line.headline);
	const struct json *one = json_built(&system);
	if (json_count(one)) {
		json_add(&systems, one);
		json_set(&body, S("systems"), json_built(&systems));
	}
	return sorted(a, json_built(&body));
}

/* ---- drafts ---- */

static struct str one_of(const struct answer *answers, size_t n, const char *name) {
	for (size_t i = 0; i < n; i++)
		if (str_is(answers[i].name, name)) return answers[i].value;
	return STR_EMPTY;
}

static void take_links(struct reporting *x, const struct answer *answers, size_t n) {
	x->links_n = x->same_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (str_is(answers[i].name, "_link") && x->links_n < LINKS) x->links[x->links_n++] = answers[i].value;
		if (str_is(answers[i].name, "_same") && x->same_n < LINKS) x->same[x->same_n++] = answers[i].value;
	}
}

static bool load_draft(struct reporting *x) {
	struct arena *a = x->rq->arena;
	struct draft draft = {.body = STR_EMPTY};
	struct answer *answers;
	size_t n;
	int64_t revision;
	if (named(x) ? draft_load(desk_hub(x->rq), x->rq->worker, desk_user(x->rq)->account.uid, S("new/report"), a, &draft, NULL) :
			!x->finder || receipt_draft_load(desk_hub(x->rq), x->rq->worker, &x->finder->code, a, &draft.body, NULL))
		return false;
	if (!answers_of_text(a, draft.body, &answers, &n, &revision)) return false;
	if (form_read(x->plan, a, answers, n, STR_EMPTY, &x->page.form.f, NULL)) return false;
	if (!named(x)) settle_way(x, one_of(answers, n, "_how"));
	if (x->page.how == INTAKE_NONE) settle_way(x, S("anonymous"));
	take_links(x, answers, n);
	if (one_of(answers, n, "_once").n) x->once = one_of(answers, n, "_once");
	if (named(x)) x->page.form.draft_since = moment_words(a, draft.updated);
	x->page.form.f.errors_n = 0;
	return true;
}

/* What is kept is what would be sent: nothing that may not be taken in stands in a draft either. */
static enum err_code clean_answers(struct reporting *x, struct str *out) {
	struct arena *a = x->rq->arena;
	struct questions q;
	struct answer *answers, *all;
	size_t n;
	struct asking as = {.roles = ROLE_OWNER};
	enum err_code code = form_questions(&x->page.form.f, &as, &q, x->e);
	if (!code) code = form_answers(&q, a, &answers, &n, x->e);
	if (code) return code;
	size_t extras_n;
	const struct form_extra *extras = extras_of(x, &extras_n);
	all = arena_array(a, n + extras_n + 1, sizeof *all);
	if (!all || !extras) return err_set(x->e, ERR_MEMORY, "out of memory");
	memcpy(all, answers, n * sizeof *all);
	for (size_t i = 0; i < extras_n; i++) all[n + i] = (struct answer){extras[i].name, extras[i].value};
	*out = answers_text(a, all, n + extras_n, 0);
	return ERR_OK;
}

static enum err_code keep_draft(struct reporting *x) {
	struct hub *h = desk_hub(x->rq);
	struct str text;
	enum err_code code = clean_answers(x, &text);
	if (code) return code;
	if (named(x)) return draft_save(h, desk_user(x->rq)->account.uid, S("new/report"), text, x->e);
	struct receipt_code fresh = x->finder ? x->finder->code : receipt_make();
	code = receipt_draft_save(h, &fresh, text, x->e);
	if (code || x->finder) return code;
	char letters[RECEIPT_TEXT];
	x->page.code = arena_str(x->rq->arena, receipt_text(&fresh, letters));
	code = finder_begin(x->rq, x->rs, &fresh, x->e);
	if (code) return code;
	struct finder *f = arena_new_of(x->rq->arena, struct finder);
	if (!f) return err_set(x->e, ERR_MEMORY, "out of memory");
	f->code = fresh;
	f->csrf = receipt_csrf(h, &fresh, x->rq->arena);
	x->finder = f;
	return ERR_OK;
}

static enum err_code discard(struct reporting *x) {
	enum err_code code = ERR_OK;
	if (named(x)) code = draft_delete(desk_hub(x->rq), desk_user(x->rq)->account.uid, S("new/report"), x->e);
	else if (x->finder) code = receipt_draft_drop(desk_hub(x->rq), &x->finder->code, x->e);
	if (code) return code;
	if (!named(x)) finder_end(x->rq, x->rs);
	response_redirect(x->rs, 303, S("/report"));
	return ERR_OK;
}

/* ---- many systems at once ---- */

/* One a line; what stands behind a tab, semicolon or the first comma is version, then developer. */
static const struct json *system_of_line(struct arena *a, struct str line) {
	static const char *const members[] = {"name", "version", "developer"};
	char between = str_find_char(line, '\t') != STR_NONE ? '\t' : str_find_char(line, ';') != STR_NONE ? ';' : ',';
	struct json_builder out = json_object_of(a);
	for (size_t i = 0; i < lengthof(members) && line.p; i++) {
		struct str part;
		if (!str_split(&line, between, &part)) break;
		json_put_str(&out, str_of(members[i]), str_cut_utf8(str_trim(part), 500));
	}
	return json_built(&out);
}

static bool take_pasted(struct reporting *x, struct str pasted) {
	struct arena *a = x->rq->arena;
	struct filled *f = &x->page.form.f;
	const struct json *there = json_get_lit(f->body, "systems");
	struct json_builder all = json_array_of(a);
	struct str rest = pasted, line;
	size_t n = 0;
	for (size_t i = 0; i < json_count(there); i++)
		if (json_count(json_at(there, i))) json_add(&all, json_at(there, i)), n++;
	while (pasted.n && str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!line.n) continue;
		const struct json *one = system_of_line(a, line);
		bool known = !json_get_str(one, S("name")).n;
		for (size_t i = 0; i < json_count(there) && !known; i++) known = json_equal(json_at(there, i), one);
		if (known) continue;
		if (++n > SYSTEMS) {
			x->page.pasted = pasted;
			form_error(f, S("/systems"), str_of(intake_words.too_many_systems));
			return false;
		}
		json_add(&all, one);
	}
	f->body = sorted(a, json_with(a, f->body, S("systems"), json_built(&all)));
	return true;
}

/* ---- before sending ---- */

static bool holds(const struct str *list, size_t n, struct str uid) {
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], uid)) return true;
	return false;
}

static enum err_code match_systems(struct reporting *x, const struct disclosing *d, struct intake_review *r) {
	const struct json *systems = json_get_lit(x->page.form.f.body, "systems");
	struct intake_match *out = arena_array(d->a, MATCHES + INTAKE_HITS, sizeof *out);
	if (!out) return err_set(x->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(systems) && r->matches_n < MATCHES; i++) {
		struct glimpse hits[INTAKE_HITS];
		size_t n;
		struct str name = json_get_str(json_at(systems, i), S("name"));
		enum err_code code = intake_systems(d, name, hits, &n, x->e);
		if (code) return code;
		for (size_t j = 0; j < n; j++) {
			bool known = false;
			for (size_t k = 0; k < r->matches_n; k++) known |= str_eq(out[k].uid, hits[j].uid);
			if (known) continue;
			out[r->matches_n++] = (struct intake_match){name, line_of(d->a, &hits[j]), hits[j].uid, holds(x->links, x->links_n, hits[j].uid)};
		}
	}
	r->matches = out;
	return ERR_OK;
}

static enum err_code put_review(struct reporting *x) {
	struct disclosing d = {desk_hub(x->rq), x->rq->worker, viewer_public, x->rq->arena};
	struct intake_review *r = arena_new_of(d.a, struct intake_review);
	struct glimpse alike[ALIKE];
	if (!r) return err_set(x->e, ERR_MEMORY, "out of memory");
	struct shown_section *sections;
	const struct json *body = x->page.form.f.body;
	present_body(((const struct desk_app *)x->rq->app)->reading, x->kind, body, d.a, &sections, &r->n);
	r->sections = sections;
	r->title = json_get_str(body, S("title"));
	r->summary = json_get_str(body, S("summary"));
	enum err_code code = disclose_alike(&d, body, alike, &r->alike_n, x->e);
	if (!code) code = match_systems(x, &d, r);
	if (code) return code;
	struct str *uids = arena_array(d.a, r->alike_n + 1, sizeof *uids);
	if (!uids) return err_set(x->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < r->alike_n; i++) uids[i] = alike[i].uid;
	r->alike = lines_of(d.a, alike, r->alike_n);
	r->alike_uids = uids;
	r->no_files = STR_EMPTY;
	intake_refuses_files(d.hub, d.a, body, &r->no_files);
	x->page.review = r;
	/* What is ticked anew here was sent along until now; what the page does not show goes on being sent along. */
	size_t kept = 0;
	for (size_t i = 0; i < x->links_n; i++) {
		bool shown = false;
		for (size_t j = 0; j < r->matches_n; j++) shown |= str_eq(r->matches[j].uid, x->links[i]);
		if (!shown) x->links[kept++] = x->links[i];
	}
	x->links_n = kept;
	x->same_n = 0;
	return put(x, 200);
}

/* All that is missing is said at once: as if it were confirmed already. */
static bool check(struct reporting *x) {
	struct arena *a = x->rq->arena;
	struct filled *f = &x->page.form.f;
	bool confirmed = json_true(json_get_lit(f->body, "confirmed"));
	if (x->page.how == INTAKE_PSEUDONYM && !json_string(json_pointer(f->body, S("/reporter/name"))).n)
		form_error(f, S("/reporter/name"), str_of(intake_words.pseudonym_missing));
	const struct json *before = f->body;
	f->body = sorted(a, json_with(a, f->body, S("confirmed"), json_bool(a, true)));
	bool good = form_check(f) && !f->errors_n;
	f->body = before;
	if (!confirmed) form_error(f, S("/confirmed"), str_of(intake_words.confirm));
	return good && confirmed;
}

/* ---- sending ---- */

static size_t files_of(struct reporting *x, struct intake_file out[INTAKE_FILES + 1]) {
	size_t n = 0;
	for (size_t i = 0; i < x->sent->fields_n && n <= INTAKE_FILES; i++) {
		const struct form_field *f = &x->sent->fields[i];
		if (!f->is_file || !f->file_name.n) continue;
		out[n++] = (struct intake_file){f->file_name, attachment_media_type(f->file_name), f->value};
	}
	return n;
}

static enum err_code put_sent(struct reporting *x, const struct intake_sent *s) {
	struct arena *a = x->rq->arena;
	if (named(x)) {
		if (draft_delete(desk_hub(x->rq), desk_user(x->rq)->account.uid, S("new/report"), NULL)) x->page.pasted = STR_EMPTY; /* one that stays is only offered once more */
		response_redirect(x->rs, 303, arena_fmt(a, "/report/sent?id=%s%s", s->uid, s->trouble.code ? "&files=false" : ""));
		return ERR_OK;
	}
	struct intake_receipt page = {.code = arena_str(a, str_of(s->receipt)), .uid = arena_str(a, str_of(s->uid)), .again = s->again, .differs = s->differs,
		.files = s->files, .help = intake_help_of(x->rq), .csam = is_csam(x->page.form.f.body)};
	if (s->trouble.code) page.trouble = sentence_words(a, arena_str(a, str_of(s->trouble.message)));
	if (x->finder) finder_end(x->rq, x->rs); /* the draft is no more; the code is told, and opens the report */
	struct html *out = site_begin(x->rq, x->rs, &(struct site_page){.title = str_of(intake_words.sent), .here = SITE_REPORT});
	intake_sent_body(out, &page);
	enum err_code code = site_end(x->rq, x->rs);
	x->rs->cache = CACHE_NO_STORE;
	return code;
}

static enum err_code send(struct reporting *x) {
	struct arena *a = x->rq->arena;
	struct filled *f = &x->page.form.f;
	struct intake_file files[INTAKE_FILES + 1];
	struct intake_sent sent;
	struct intake in = {.how = x->page.how, .body = f->body, .files = files, .once = x->once, .systems = x->links, .systems_n = x->links_n,
		.same = x->same, .same_n = x->same_n};
	if (named(x)) in.actor = desk_actor(x->rq);
	if (x->finder) in.code = &x->finder->code;
	in.files_n = files_of(x, files);
	if (!check(x)) return put(x, 422);
	enum err_code code = intake_send(desk_hub(x->rq), x->rq->worker, &in, a, &sent, x->e);
	if (!code) return put_sent(x, &sent);
	if (code != ERR_INVALID && code != ERR_FORBIDDEN && code != ERR_TOO_LARGE && code != ERR_BUSY) return code;
	struct str sentence = sentence_words(a, arena_str(a, str_of(x->e->message))), where = arena_str(a, str_of(x->e->where));
	int status = err_http_status(code);
	if (where.n && where.p[0] == '/') form_error(f, where, sentence);
	else x->page.form.trouble = sentence;
	return put(x, status);
}

/* ---- handlers ---- */

static bool needs_account(struct reporting *x) {
	return named(x) && (!desk_user(x->rq) || desk_user(x->rq)->pending);
}

enum err_code show_report_form(struct request *rq, struct response *rs, struct err *e) {
	struct reporting *x = arena_new_of(rq->arena, struct reporting);
	if (!x) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = begin(x, rq, rs, e);
	if (code) return code;
	settle_way(x, request_str(rq, "how"));
	if (needs_account(x)) {
		response_redirect(rs, 303, S("/sign-in?next=%2Freport%2Fnew%3Fhow%3Dname"));
		return ERR_OK;
	}
	x->once = random_name(rq->arena);
	struct answer *answers;
	size_t n;
	if (named(x) && request_has(rq, "kept") && sent_kept(rq->arena, request_str(rq, "kept"), &answers, &n) &&
		!form_read(x->plan, rq->arena, answers, n, STR_EMPTY, &x->page.form.f, NULL)) {
		x->page.form.f.errors_n = 0;
		x->page.form.done = str_of(form_words.kept_for_you);
		return put(x, 200);
	}
	if (request_bool(rq, "fresh")) x->finder = NULL;
	if (!request_bool(rq, "fresh") && load_draft(x)) return put(x, 200);
	x->finder = NULL;
	code = form_begin(x->plan, rq->arena, prefilled(x), &x->page.form.f, e);
	return code ? code : put(x, 200);
}

static enum err_code answer_script(struct reporting *x) {
	struct str said = str_of(intake_words.not_kept);
	/* Nothing of somebody without an account is kept before they ask for it. */
	if (named(x) || x->finder) {
		enum err_code code = keep_draft(x);
		if (code) return code;
		said = words_with(x->rq->arena, form_words.draft_saved, moment_words(x->rq->arena, now()));
	}
	response_bytes(x->rs, S("text/plain; charset=utf-8"), said);
	return ERR_OK;
}

enum err_code take_report_form(struct request *rq, struct response *rs, struct err *e) {
	struct reporting *x = arena_new_of(rq->arena, struct reporting);
	struct sent s;
	if (!x) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = begin(x, rq, rs, e);
	if (!code) code = sent_read(rq, &s, e);
	if (code) return code;
	x->sent = &s;
	settle_way(x, sent_value(&s, "_how"));
	if (x->page.how == INTAKE_NONE) return err_set(e, ERR_INVALID, "the form does not say how you report; begin at the page \"Report a flaw\"");
	if (needs_account(x)) return sent_keep(rq, rs, &s, S("/report/new?how=name"), e);
	/* A draft's receipt counts for the page that came with it; another page begins anew. */
	if (x->finder && !str_eq(x->finder->csrf, sent_value(&s, "csrf"))) x->finder = NULL;
	x->once = sent_value(&s, "_once");
	if (x->once.n < RECEIPT_NAME) x->once = random_name(rq->arena);
	take_links(x, s.answers, s.n);
	struct filled *f = &x->page.form.f;
	code = form_read(x->plan, rq->arena, s.answers, s.n, s.action, f, e);
	if (code) return code;
	form_settle(f);
	bool pasted = take_pasted(x, sent_value(&s, "_systems"));
	f->body = sorted(rq->arena, intake_clean(desk_hub(rq), rq->arena, x->page.how, f->body));
	if (named(x) && !sent_is_ours(rq, &s)) {
		x->page.form.trouble = str_of(form_words.other_session);
		return put(x, 403);
	}
	if (s.automatic) return answer_script(x);
	if (!pasted) return put(x, 422);
	if (s.refresh) return put(x, 200);
	if (str_is(s.action, "send")) return send(x);
	if (str_is(s.action, "check")) return check(x) ? put_review(x) : put(x, 422);
	if (str_is(s.action, "discard")) return discard(x);
	if (str_is(s.action, "draft")) {
		code = keep_draft(x);
		if (code && code != ERR_CONFLICT && code != ERR_TOO_LARGE && code != ERR_BUSY) return code;
		if (code) x->page.form.trouble = sentence_words(rq->arena, arena_str(rq->arena, str_of(e->message)));
		else x->page.form.done = str_of(intake_words.draft_kept);
	}
	x->page.form.preview = str_is(s.action, "preview");
	return put(x, 200);
}

/* By name: the receipt is the record's number. */
enum err_code show_report_sent(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct disclosed r;
	if (!request_has(rq, "id")) return lost_report(rq, rs, e);
	enum err_code code = disclose_record(&d, request_str(rq, "id"), &r, e);
	if (code) return code;
	struct intake_receipt page = {.code = STR_EMPTY, .uid = r.line.uid, .help = intake_help_of(rq), .csam = is_csam(r.body)};
	if (request_has(rq, "files") && !request_bool(rq, "files")) page.trouble = S("Not all of the files could be taken. Add them on the report's page.");
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(intake_words.sent), .here = SITE_REPORT});
	intake_sent_body(out, &page);
	code = site_end(rq, rs);
	rs->cache = CACHE_NO_STORE;
	return code;
}
