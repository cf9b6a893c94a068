/* What a viewer may do with a record: asked of the doors, laid out for its page. */
#include "pages.h"

#include "desk/forms/words.h"
#include "desk/identify.h"

enum { LINKED = 60, EACH = 30 };

static struct str missing_title(const struct plan *p, struct arena *a, struct str pointer) {
	struct describing d = {p->kinds, p->kind};
	return describe_path(&d, a, pointer);
}

static enum err_code read_moves(const struct disclosing *d, const struct plan *p, const struct disclosed *r, struct record_tools *t, struct err *e) {
	struct disclosed_move *moves;
	size_t n;
	enum err_code code = disclose_moves(d, r, &moves, &n, e);
	if (code) return code;
	struct tool_move *list = arena_array(d->a, n + 1, sizeof *list);
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		/* What is decided by an act of its own is not moved by hand. */
		if (moves[i].move->carried_out && !str_is(r->line.kind->name, "proposal")) continue;
		struct tool_missing *missing = arena_array(d->a, moves[i].missing_n + 1, sizeof *missing);
		for (size_t j = 0; missing && j < moves[i].missing_n; j++)
			missing[j] = (struct tool_missing){missing_title(p, d->a, moves[i].missing[j]),
				arena_fmt(d->a, "%.*s#%.*s", STR_ARG(t->edit), STR_ARG(form_id(d->a, moves[i].missing[j])))};
		list[t->moves_n++] = (struct tool_move){.name = moves[i].move->name, .title = moves[i].move->title, .description = moves[i].move->description,
			.to = moves[i].to->title, .reason = moves[i].move->reason,
			.publishes = r->line.kind->confidential && !r->is_public && moves[i].to->is_public, .missing = missing, .missing_n = missing ? moves[i].missing_n : 0};
	}
	t->moves = list;
	return ERR_OK;
}

static void read_link_kinds(const struct disclosing *d, const struct kind *kind, struct record_tools *t) {
	struct tool_link *list = arena_array(d->a, kind->links_n + 1, sizeof *list);
	if (!list) return;
	for (size_t i = 0; i < kind->links_n; i++) {
		const struct kind_link *l = &kind->links[i];
		autobuf struct buf names = BUF(2000), titles = BUF(2000);
		for (size_t j = 0; j < l->to.n; j++) {
			const struct kind *to = kind_find(d->hub->kinds, l->to.items[j]);
			if (!to) continue;
			if (names.n) buf_add_char(&names, ',');
			buf_add(&names, to->name);
			if (titles.n) buf_add(&titles, S(", "));
			buf_add(&titles, name_words(d->a, to->title));
		}
		list[i] = (struct tool_link){l->rel, l->title, arena_str(d->a, buf_str(&names)), titles.n ? arena_str(d->a, buf_str(&titles)) : str_of(form_words.any_kind)};
	}
	t->links = list;
	t->links_n = kind->links_n;
}

static enum err_code read_linked(const struct disclosing *d, const struct disclosed *r, struct record_tools *t, struct err *e) {
	struct disclosed_links *groups;
	size_t n;
	enum err_code code = disclose_links(d, r, EACH, &groups, &n, e);
	if (code) return code;
	struct tool_linked *list = arena_array(d->a, LINKED, sizeof *list);
	for (size_t i = 0; list && i < n; i++)
		for (size_t j = 0; !groups[i].inverse && j < groups[i].n && t->linked_n < LINKED; j++)
			list[t->linked_n++] = (struct tool_linked){groups[i].rel, groups[i].title, groups[i].items[j].uid, groups[i].items[j].headline};
	t->linked = list;
	return ERR_OK;
}

static struct str done_words(struct request *rq) {
	static const struct {
		const char *name;
		size_t words;
	} all[] = {{"saved", offsetof(struct form_words, done_saved)}, {"moved", offsetof(struct form_words, done_moved)},
		{"acted", offsetof(struct form_words, done_acted)}, {"linked", offsetof(struct form_words, done_linked)}, {"unlinked", offsetof(struct form_words, done_unlinked)},
		{"commented", offsetof(struct form_words, done_commented)}, {"attached", offsetof(struct form_words, done_attached)},
		{"drafted", offsetof(struct form_words, done_drafted)}, {"invited", offsetof(struct form_words, done_invited)}, {"dismissed", offsetof(struct form_words, done_dismissed)},
		{"accepted", offsetof(struct form_words, done_accepted)}, {"told", offsetof(struct form_words, done_told)},
		{"struck", offsetof(struct form_words, done_struck)},
		{"settled", offsetof(struct form_words, done_settled)}};
	struct str done = request_str(rq, "done");
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(done, all[i].name)) return str_of(*(const char *const *)((const char *)&form_words + all[i].words));
	return STR_EMPTY;
}

/* Fields of the record that the viewer reads and that say something still. */
static void read_fields(const struct disclosing *d, const struct disclosed *r, struct record_tools *t) {
	struct str *names = arena_array(d->a, json_count(r->body) + 1, sizeof *names);
	for (size_t i = 0; names && i < json_count(r->body); i++) {
		const struct json_member *m = json_member_at(r->body, i);
		if (!str_is(json_string(&m->value), "[erased]")) names[t->fields_n++] = m->name;
	}
	t->fields = names;
}

enum err_code record_tools(struct request *rq, const struct disclosed *r, const struct record_tools **out, struct err *e) {
	const struct desk_user *u = desk_user(rq);
	*out = NULL;
	if (!u || u->pending || !u->session.n) return ERR_OK;
	struct disclosing d = desk_disclosing(rq);
	struct disclosed_rights rights;
	struct record_tools *t = arena_new_of(d.a, struct record_tools);
	enum err_code code = disclose_rights(&d, r, &rights, e);
	if (!code && !t) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	const struct plan *p = plan_of(((const struct desk_app *)rq->app)->plans, r->line.kind);
	*t = (struct record_tools){
		.csrf = desk_csrf(rq),
		.path = record_path(d.a, &r->line),
		.revise = rights.revise,
		.comment = rights.comment,
		.erase = rights.erase,
		.attach = rights.revise && !rights.no_files.n,
		.no_files = rights.no_files,
		.done = done_words(rq),
	};
	if (t->erase) read_fields(&d, r, t);
	bool is_case = str_is(r->line.kind->name, "case");
	/* What another hub's record is, and who has a part in it, is for that hub. */
	bool ours = !r->line.hub.n;
	t->redact = ours && (rights.roles & (ROLE_OWNER | ROLE_COORDINATOR)) != 0;
	t->drafts = is_case && rights.roles & (ROLE_PARTY | ROLE_COORDINATOR);
	t->drafts_lesson = is_case && rights.roles & ROLE_COORDINATOR;
	t->in_public = r->is_public && (r->line.kind->comment & ROLE_MEMBER);
	const struct kind *proposal = kind_find(d.hub->kinds, S("proposal"));
	if (proposal && str_is(r->line.kind->name, "use") && r->is_public && ours && (proposal->create & d.viewer.roles))
		t->propose = arena_cat(d.a, S("/new/proposal?about="), r->line.uid);
	t->edit = arena_cat(d.a, t->path, S("/edit"));
	/* A case has a room of its own for messages and parties. */
	if (is_case) t->room = act_return(d.a, &r->line);
	t->comment &= !is_case;
	code = read_moves(&d, p, r, t, e);
	if (!code && rights.link) {
		read_link_kinds(&d, r->line.kind, t);
		code = read_linked(&d, r, t, e);
	}
	struct disclosed_party *parties;
	t->invite = ours && !is_case && (rights.roles & (ROLE_OWNER | ROLE_COORDINATOR)) != 0;
	if (!code) code = disclose_parties(&d, r, &parties, &t->parties_n, e);
	if (code) return code;
	t->parties = parties;
	if (t->revise || t->links_n || t->comment || t->erase || t->moves_n || t->propose.n || t->room.n) *out = t;
	return ERR_OK;
}
