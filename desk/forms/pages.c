/* A new record, and a record anew. */
#include "pages.h"

#include "desk/forms/ask.h"
#include "desk/forms/words.h"
#include "desk/identify.h"
#include "forms.t.h"
#include "hub/account/draft.h"
#include "hub/account/member.h"
#include "merge.t.h"

static const struct plan *plan_for(struct request *rq, const struct kind *kind) {
	return plan_of(((const struct desk_app *)rq->app)->plans, kind);
}

/* One form in the making. */
struct writing {
	struct request *rq;
	struct response *rs;
	struct err *e;
	const struct kind *kind;
	struct disclosed record;       /* what is changed; kind NULL in its line: a new one */
	struct disclosed about;        /* a new one is about it; kind NULL in its line: nothing */
	struct str path;               /* of the page */
	struct str draft;              /* its name */
	unsigned roles;
	struct form_page page;
};

/* ---- showing ---- */

static enum err_code put_page(struct writing *w, int status) {
	struct form_page *p = &w->page;
	struct asking as = {.roles = w->roles, .state = w->record.line.kind ? w->record.line.state->name : STR_EMPTY};
	enum err_code code = form_questions(&p->f, &as, &p->q, w->e);
	if (code) return code;
	p->a = w->rq->arena;
	p->csrf = desk_csrf(w->rq);
	p->action = w->path;
	p->fresh = arena_cat(p->a, w->path, str_find_char(w->path, '?') == STR_NONE ? S("?fresh=true") : S("&fresh=true"));
	struct html *out = site_begin(w->rq, w->rs, &(struct site_page){.title = p->title, .here = SITE_NOWHERE, .forms = true});
	form_body(out, p);
	code = site_end(w->rq, w->rs);
	w->rs->status = status;
	return code;
}

/* A new record may be about another: it gets the link "about", and a member that holds a body of that kind begins as the other stands. */
static bool takes_about(const struct writing *w) {
	const struct kind_link *l = kind_link(w->kind, S("about"));
	/* One that says something of another names it in its body. */
	if (w->kind->says.by.n) return w->about.is_public && !w->about.line.kind->says.by.n;
	for (size_t i = 0; l && i < l->to.n; i++)
		if (str_eq(l->to.items[i], w->about.line.kind->name)) return true;
	return false;
}

static enum err_code find_about(struct writing *w) {
	struct disclosing d = desk_disclosing(w->rq);
	struct str name = request_str(w->rq, "about");
	if (!name.n) return ERR_OK;
	enum err_code code = disclose_record(&d, name, &w->about, w->e);
	if (!code && !takes_about(w)) code = err_set(w->e, ERR_NOT_FOUND, "%s", words.no_such_page);
	return code;
}

static const struct json *body_about(const struct writing *w) {
	struct arena *a = w->rq->arena;
	const struct plan *p = plan_for(w->rq, w->kind);
	struct place root = place_root(p, a, NULL, false);
	struct json_builder out = json_object_of(a);
	size_t n;
	if (!w->about.line.kind) return NULL;
	if (w->kind->says.by.n) {
		struct json_builder other = json_object_of(a);
		json_set_str(&other, S("record"), w->about.line.id);
		json_set(&out, str_from(w->kind->says.about, 1), json_built(&other));
		return json_built(&out);
	}
	struct str *names = place_members(&root, a, &n);
	for (size_t i = 0; names && i < n; i++) {
		struct place at = place_member(p, a, &root, names[i], NULL, false);
		const struct json *choices = place_choices(&at);
		if (place_kind(p, &at) == w->about.line.kind) json_set(&out, names[i], json_with(a, w->about.body, S("source"), NULL));
		/* "change" is what one most often wants of something that is there. */
		for (size_t j = 0; j < json_count(choices) && str_is(names[i], "what"); j++)
			if (str_is(json_string(json_at(choices, j)), "change")) json_set(&out, names[i], json_at(choices, j));
	}
	return json_built(&out);
}

/* In whose name it may be said. */
static enum err_code read_organizations(struct writing *w) {
	struct form_page *p = &w->page;
	struct membership *list = NULL;
	size_t n = 0;
	p->for_organization = w->kind->says.by.n > 0;
	if (!p->for_organization || !desk_user(w->rq)) return ERR_OK;
	enum err_code code = member_of(w->rq->worker, desk_user(w->rq)->account.uid, w->rq->arena, &list, &n, w->e);
	struct form_extra *items = code ? NULL : arena_array(w->rq->arena, n + 1, sizeof *items);
	if (!code && !items) code = err_set(w->e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n && !code; i++)
		if (list[i].organization.n && list[i].role >= MEMBER_MEMBER) items[p->organizations_n++] = (struct form_extra){list[i].organization, list[i].organization_name};
	p->organizations = items;
	return code;
}

static enum err_code begin_new(struct writing *w) {
	struct arena *a = w->rq->arena;
	enum err_code code = find_about(w);
	if (!code) code = read_organizations(w);
	if (code) return code;
	w->path = arena_cat(a, S("/new/"), w->kind->name);
	w->draft = arena_cat(a, S("new/"), w->kind->name);
	if (w->about.line.kind) {
		w->path = arena_fmt(a, "%.*s?about=%.*s", STR_ARG(w->path), STR_ARG(w->about.line.uid));
		w->draft = arena_fmt(a, "%.*s/%.*s", STR_ARG(w->draft), STR_ARG(w->about.line.uid));
	}
	w->roles = desk_user(w->rq) ? desk_user(w->rq)->viewer.roles : 0;
	w->page.title = words_with(a, form_words.new_title, small_first(a, w->kind->title));
	w->page.lede = w->kind->description;
	w->page.back = S("/new");
	w->page.back_words = str_of(form_words.other_kind);
	w->page.save = str_of(form_words.save);
	if (w->about.line.kind) {
		w->page.title = words_with(a, form_words.about_title, w->kind->title, w->about.line.headline);
		w->page.back = record_path(a, &w->about.line);
		w->page.back_words = w->about.line.headline;
	}
	return ERR_OK;
}

static enum err_code begin_edit(struct writing *w, struct str name) {
	struct arena *a = w->rq->arena;
	struct disclosing d = desk_disclosing(w->rq);
	struct disclosed_rights rights;
	enum err_code code = disclose_record(&d, name, &w->record, w->e);
	if (!code) code = disclose_rights(&d, &w->record, &rights, w->e);
	if (code) return code;
	if (!rights.revise) return err_set(w->e, ERR_FORBIDDEN, "%s", form_words.may_not_edit);
	w->kind = w->record.line.kind;
	w->roles = rights.roles;
	w->page.back = record_path(a, &w->record.line);
	w->page.back_words = w->record.line.headline;
	w->path = arena_cat(a, w->page.back, S("/edit"));
	w->draft = arena_cat(a, S("edit/"), w->record.line.uid);
	w->page.title = words_with(a, form_words.edit_title, w->record.line.headline);
	w->page.save = str_of(form_words.save_changes);
	w->page.revision = w->record.revision;
	w->page.amends = w->kind->amend_note && w->record.is_public;
	return ERR_OK;
}

/* What was typed and not saved. False when there is none that can be read. */
static bool load_draft(struct writing *w) {
	struct arena *a = w->rq->arena;
	struct draft draft;
	struct answer *answers;
	size_t n;
	int64_t revision;
	if (draft_load(desk_hub(w->rq), w->rq->worker, desk_user(w->rq)->account.uid, w->draft, a, &draft, NULL)) return false;
	if (!answers_of_text(a, draft.body, &answers, &n, &revision)) return false;
	if (form_read(plan_for(w->rq, w->kind), a, answers, n, STR_EMPTY, &w->page.f, NULL)) return false;
	if (revision) w->page.revision = revision;
	w->page.draft_since = moment_words(a, draft.updated);
	w->page.f.errors_n = 0;
	return true;
}

/* What was typed while nobody was signed in any more; becomes a draft at once, since it is given once. */
static bool load_kept(struct writing *w) {
	struct arena *a = w->rq->arena;
	struct answer *answers;
	size_t n;
	int64_t revision = 0;
	if (!request_has(w->rq, "kept") || !sent_kept(a, request_str(w->rq, "kept"), &answers, &n)) return false;
	if (form_read(plan_for(w->rq, w->kind), a, answers, n, STR_EMPTY, &w->page.f, NULL)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_is(answers[i].name, "_revision")) str_int(answers[i].value, &revision);
	if (w->page.revision && revision > 0) w->page.revision = revision;
	struct str text = answers_text(a, answers, n, w->page.revision);
	if (draft_save(desk_hub(w->rq), desk_user(w->rq)->account.uid, w->draft, text, NULL)) w->page.trouble = STR_EMPTY;
	w->page.done = str_of(form_words.kept_for_you);
	w->page.f.errors_n = 0;
	return true;
}

static enum err_code show(struct writing *w, const struct json *body) {
	if (!load_kept(w) && !(!request_bool(w->rq, "fresh") && load_draft(w))) {
		enum err_code code = form_begin(plan_for(w->rq, w->kind), w->rq->arena, body, &w->page.f, w->e);
		if (code) return code;
	}
	return put_page(w, 200);
}

/* ---- saving ---- */

static enum err_code save_draft(struct writing *w, const struct sent *s) {
	const struct desk_user *u = desk_user(w->rq);
	struct str text = answers_text(w->rq->arena, s->answers, s->n, w->page.revision);
	return draft_save(desk_hub(w->rq), u->account.uid, w->draft, text, w->e);
}

static void forget_draft(struct writing *w) {
	/* One that stays is only offered once more. */
	if (draft_delete(desk_hub(w->rq), desk_user(w->rq)->account.uid, w->draft, NULL)) return;
}

/* What went wrong goes to its place, or above all. Everything that was typed is shown again. */
static enum err_code refused(struct writing *w) {
	struct str sentence = sentence_words(w->rq->arena, str_of(w->e->message));
	struct str where = arena_str(w->rq->arena, str_of(w->e->where));
	int status = err_http_status(w->e->code);
	if (where.n && where.p[0] == '/') form_error(&w->page.f, where, sentence);
	else w->page.trouble = sentence;
	return put_page(w, status);
}

static enum err_code put_merge(struct writing *w) {
	struct arena *a = w->rq->arena;
	struct disclosing d = desk_disclosing(w->rq);
	struct disclosed now_there;
	const struct json *before = NULL;
	enum err_code code = disclose_record(&d, w->record.line.uid, &now_there, w->e);
	if (!code && disclose_revision(&d, &now_there, w->page.revision, &before, NULL)) before = now_there.body;
	if (code) return code;
	struct merge_page page = {.title = w->record.line.headline, .action = w->path, .csrf = desk_csrf(w->rq), .back = w->page.back,
		.revision = now_there.revision};
	code = merge_fields(w->page.f.plan, a, before, now_there.body, w->page.f.body, &page, w->e);
	if (code) return code;
	struct html *out = site_begin(w->rq, w->rs, &(struct site_page){.title = str_of(form_words.merge_title), .here = SITE_NOWHERE});
	merge_body(out, &page);
	code = site_end(w->rq, w->rs);
	w->rs->status = 409;
	return code;
}

static enum err_code save(struct writing *w) {
	struct filled *f = &w->page.f;
	bool fresh = !w->record.line.kind;
	struct change c = {
		.op = fresh ? CHANGE_CREATE : CHANGE_REVISE,
		.actor = desk_actor(w->rq),
		.record = w->record.line.uid,
		.kind = w->kind->name,
		.body = f->body,
		.expected = fresh ? 0 : w->page.revision,
		.reason = w->page.note,
	};
	struct change_link about = {S("about"), w->about.line.uid};
	if (w->page.for_organization) c.organization = w->page.organization;
	if (w->about.line.kind && !w->kind->says.by.n) {
		c.links = &about;
		c.links_n = 1;
	}
	struct change_result result;
	if (!form_check(f)) return put_page(w, 422);
	enum err_code code = change_apply(desk_hub(w->rq), w->rq->worker, &c, &result, w->e);
	if (code == ERR_CONFLICT && !fresh) return put_merge(w);
	if (code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_EXISTS || code == ERR_TOO_LARGE || code == ERR_BUSY) return refused(w);
	if (code) return code;
	forget_draft(w);
	struct glimpse g = {.uid = str_of(result.uid), .id = str_of(result.public_id), .kind = w->kind};
	response_redirect(w->rs, 303, arena_cat(w->rq->arena, record_path(w->rq->arena, &g), S("?done=saved")));
	return ERR_OK;
}

/* ---- a form that was sent ---- */

static bool says(const struct sent *s, const char *action) {
	return str_is(s->action, action);
}

static enum err_code take(struct writing *w, const struct sent *s) {
	struct arena *a = w->rq->arena;
	struct answer *answers;
	size_t n;
	enum err_code code = merge_answers(a, s->answers, s->n, &answers, &n, w->e);
	if (!code) code = form_read(plan_for(w->rq, w->kind), a, answers, n, s->action, &w->page.f, w->e);
	if (code) return code;
	int64_t revision;
	if (w->page.revision && str_int(sent_value(s, "_revision"), &revision) && revision > 0) w->page.revision = revision;
	w->page.note = str_trim(sent_value(s, "_note"));
	w->page.organization = str_trim(sent_value(s, "_organization"));
	form_settle(&w->page.f);
	if (!sent_is_ours(w->rq, s)) {
		w->page.trouble = str_of(form_words.other_session);
		return put_page(w, 403);
	}
	if (s->automatic) {
		code = save_draft(w, s);
		if (code) return code;
		response_bytes(w->rs, S("text/plain; charset=utf-8"), words_with(a, form_words.draft_saved, moment_words(a, now())));
		return ERR_OK;
	}
	if (says(s, "save") && !s->refresh) return save(w);
	if (says(s, "discard")) {
		forget_draft(w);
		response_redirect(w->rs, 303, w->record.line.kind ? w->page.back : S("/drafts"));
		return ERR_OK;
	}
	if (says(s, "draft")) {
		code = save_draft(w, s);
		if (code && code != ERR_CONFLICT && code != ERR_TOO_LARGE) return code;
		if (code) w->page.trouble = sentence_words(a, str_of(w->e->message));
		else w->page.done = words_with(a, form_words.draft_saved, moment_words(a, now()));
	}
	w->page.preview = says(s, "preview");
	/* What is wrong shows when it is saved; a number that can't be read shows at once. */
	return put_page(w, 200);
}

/* ---- handlers ---- */

enum err_code show_new(struct request *rq, struct response *rs, struct err *e) {
	const struct kinds *kinds = desk_hub(rq)->kinds;
	const struct kind **list = arena_array(rq->arena, kinds->n + 1, sizeof *list);
	struct kinds_to_write page = {.kinds = list};
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	unsigned roles = desk_user(rq)->viewer.roles;
	/* What people come to tell stands first. */
	for (int told = 1; told >= 0; told--)
		for (size_t i = 0; i < kinds->n; i++)
			if (kinds->items[i].create & (roles | ROLE_ANYONE) && str_is(kinds->items[i].area, "disclosure") == told) list[page.n++] = &kinds->items[i];
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(form_words.new_record), .here = SITE_NOWHERE});
	form_kinds(out, &page);
	return site_end(rq, rs);
}

static enum err_code find_kind(struct request *rq, const struct kind **out, struct err *e) {
	*out = kind_find(desk_hub(rq)->kinds, request_str(rq, "kind"));
	return *out ? ERR_OK : err_set(e, ERR_NOT_FOUND, "%.*s", STR_ARG(words_with(rq->arena, words.no_such_kind, request_str(rq, "kind"))));
}

enum err_code show_new_kind(struct request *rq, struct response *rs, struct err *e) {
	struct writing w = {.rq = rq, .rs = rs, .e = e};
	enum err_code code = find_kind(rq, &w.kind, e);
	if (code) return code;
	code = begin_new(&w);
	return code ? code : show(&w, body_about(&w));
}

enum err_code take_new_kind(struct request *rq, struct response *rs, struct err *e) {
	struct writing w = {.rq = rq, .rs = rs, .e = e};
	struct sent s;
	enum err_code code = find_kind(rq, &w.kind, e);
	if (!code) code = sent_read(rq, &s, e);
	if (code) return code;
	code = begin_new(&w);
	if (code) return code;
	if (!desk_user(rq) || desk_user(rq)->pending) return sent_keep(rq, rs, &s, w.path, e);
	return take(&w, &s);
}

enum err_code show_edit(struct request *rq, struct response *rs, struct err *e) {
	struct writing w = {.rq = rq, .rs = rs, .e = e};
	enum err_code code = begin_edit(&w, request_str(rq, "id"));
	return code ? code : show(&w, w.record.body);
}

enum err_code take_edit(struct request *rq, struct response *rs, struct err *e) {
	struct writing w = {.rq = rq, .rs = rs, .e = e};
	struct sent s;
	enum err_code code = sent_read(rq, &s, e);
	if (code) return code;
	if (!desk_user(rq) || desk_user(rq)->pending) return sent_keep(rq, rs, &s, rq->path, e);
	code = begin_edit(&w, request_str(rq, "id"));
	return code ? code : take(&w, &s);
}
