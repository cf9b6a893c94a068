/* An advisory and a lesson, drafted from a case by those who work on it. */
#include "draft.h"

#include "hub/redaction.h"

void draft_note(struct drafting *x, const char *field, const char *from) {
	struct json_builder one = json_object_of(x->d->a);
	json_set_str(&one, S("field"), str_of(field));
	json_set_str(&one, S("from"), str_of(from));
	json_add(&x->review, json_built(&one));
}

void draft_take(struct drafting *x, const char *member, const char *from) {
	const struct json *v = json_get(x->r->body, str_of(member));
	if (!v || (v->type != JSON_STRING && !json_count(v)) || (v->type == JSON_STRING && !v->string.n)) return;
	json_set(&x->body, str_of(member), v);
	draft_note(x, member, from);
}

static enum err_code begin(struct acting *x, struct disclosing *d, struct disclosed *r, struct room *room, struct drafting *out) {
	enum { LINKS_EACH = 200 };
	struct disclosed_links *links;
	*d = (struct disclosing){x->s->hub, x->s->db, {x->s->actor.name, x->s->actor.roles}, x->s->a};
	*out = (struct drafting){.d = d, .r = r, .room = room, .body = json_object_of(d->a), .review = json_array_of(d->a), .e = x->s->e};
	enum err_code code = disclose_record(d, x->r->uid, r, x->s->e);
	if (!code) code = disclose_room(d, r, room, x->s->e);
	if (!code && room->asked_in) code = err_set(x->s->e, ERR_FORBIDDEN, "who is only asked in drafts nothing from the case");
	if (!code) code = disclose_links(d, r, LINKS_EACH, &links, &out->links_n, x->s->e);
	if (!code) out->links = links;
	return code;
}

/* The draft says nothing of where it came from: only its maker and coordinators are told, in a message beside it. */
static enum err_code tell_review(struct acting *x, struct drafting *w, struct str draft) {
	autobuf struct buf text = BUF(16000);
	buf_add(&text, S("Drafted from a case. Look at each of these before it becomes public:\n"));
	const struct json *review = json_built(&w->review);
	for (size_t i = 0; i < json_count(review); i++)
		buf_fmt(&text, "- %.*s: %.*s\n", STR_ARG(json_get_str(json_at(review, i), S("field"))), STR_ARG(json_get_str(json_at(review, i), S("from"))));
	json_put(&x->detail, S("review"), review);
	struct change c = {.op = CHANGE_COMMENT, .actor = x->s->actor, .record = draft, .reason = arena_str(x->s->a, buf_str(&text)),
		.audiences = OWNER | COORDINATORS};
	struct change_result result;
	return store_apply(x->s, &c, &result);
}

static enum err_code add_link(struct acting *x, struct str record, const char *rel, struct str target) {
	int64_t id;
	struct stored from;
	enum err_code code = store_resolve(x->s->db, x->s->a, record, &id, x->s->e);
	if (!code) code = store_read(x->s->hub, x->s->db, x->s->a, id, &from, x->s->e);
	return code ? code : store_link(x->s, &from, str_of(rel), target, NULL);
}

/* ---- the advisory ---- */

static void add_words(struct acting *x, struct drafting *w) {
	const struct json *plan = json_get_lit(w->r->body, "publication");
	struct str title = str_trim(act_arg(x, "title"));
	if (!title.n) title = json_get_str(plan, S("advisory_title"));
	if (title.n) {
		json_set_str(&w->body, S("title"), title);
		draft_note(w, "title", "as it was asked for");
	} else {
		draft_take(w, "title", "the case's own, which gives nothing away: say what and which system");
	}
	draft_take(w, "summary", "the case's public summary");
	draft_take(w, "description", "the case's, written for the parties: leave out what is not for everyone");
	draft_take(w, "type", "the case");
	draft_take(w, "severity", "the case");
	draft_take(w, "harm_types", "the case");
	draft_take(w, "scores", "the case's ratings, seen by the parties so far");
	draft_take(w, "references", "the case");
	draft_take(w, "language", "the case");
	const struct room_fact *facts = w->room->facts;
	if (!facts[1].confirmed && !facts[2].confirmed) return;
	json_set_str(&w->body, S("exploitation"), facts[2].confirmed ? S("active") : S("proof-of-concept"));
	draft_note(w, "exploitation", "what was confirmed in the case");
}

static enum err_code build_advisory(struct acting *x, struct drafting *w) {
	add_words(x, w);
	draft_affected(w);
	draft_statements(w);
	draft_notices(w);
	enum err_code code = draft_timeline(w);
	return code ? code : draft_credits(w);
}

/* What the case is linked to that an advisory may be linked to as well. */
static size_t copy_links(const struct drafting *w, struct change_link *out, size_t room) {
	static const char *const rels[] = {"affects", "concerns", "about"};
	size_t n = 0;
	for (size_t i = 0; i < w->links_n; i++)
		for (size_t j = 0; j < lengthof(rels); j++)
			for (size_t k = 0; !w->links[i].inverse && str_is(w->links[i].rel, rels[j]) && k < w->links[i].n && n < room; k++)
				out[n++] = (struct change_link){w->links[i].rel, w->links[i].items[k].uid};
	return n;
}

static enum err_code choose_level(struct acting *x, const struct drafting *w, const struct json **rules) {
	const struct kind *kind = kind_find(x->s->hub->kinds, S("advisory"));
	struct str level = act_arg(x, "level");
	if (!level.n) level = json_get_str(json_get_lit(w->r->body, "publication"), S("level"));
	*rules = NULL;
	enum err_code code = level.n && kind ? redaction_level(x->s->a, kind, level, rules, x->s->e) : ERR_OK;
	if (!json_count(*rules)) *rules = NULL;
	return code;
}

static enum err_code draft_advisory(struct acting *x) {
	enum { LINKS = 400 };
	struct disclosing d;
	struct disclosed r;
	struct room room;
	struct drafting w;
	struct participant p;
	struct change_link *links = arena_array(x->s->a, LINKS, sizeof *links);
	struct change c = {.op = CHANGE_CREATE, .actor = x->s->actor, .kind = S("advisory"), .links = links};
	struct change_result made;
	enum err_code code = acting_participant_or_hub(x, &p);
	if (!code && p.subject.n && !(x->roles & ROLE_COORDINATOR) && (!p.supplies || !str_is(p.access, "in")))
		code = err_set(x->s->e, ERR_FORBIDDEN, "an advisory is drafted by coordinators and by who makes, hosts or deploys an affected system");
	if (!code) code = begin(x, &d, &r, &room, &w);
	if (!code && !links) code = err_set(x->s->e, ERR_MEMORY, "out of memory");
	if (!code) code = build_advisory(x, &w);
	if (!code) code = choose_level(x, &w, &c.visibility);
	if (code) return code;
	c.body = json_built(&w.body);
	c.links_n = copy_links(&w, links, LINKS - 1);
	links[c.links_n++] = (struct change_link){S("from-case"), x->r->uid};
	bool own = p.subject.n && !str_starts(p.subject, S("U-")) && !str_starts(p.subject, S("A-"));
	if (own && !(x->roles & ROLE_COORDINATOR)) c.organization = p.subject;
	code = store_apply(x->s, &c, &made);
	struct str uid = arena_str(x->s->a, str_of(made.uid));
	if (!code) code = tell_review(x, &w, uid);
	/* The hub publishes by the plan, and the plan is the coordinators'. */
	if (!code && x->roles & ROLE_COORDINATOR) code = add_link(x, x->r->uid, "publishes", uid);
	json_set_str(&x->detail, S("record"), uid);
	/* Of another party's own draft the parties are told nothing. */
	if (p.subject.n) {
		struct json_builder to = json_array_of(x->s->a);
		json_add(&to, json_str(x->s->a, p.subject));
		json_set(&x->detail, S("to"), json_built(&to));
	}
	return code;
}

/* ---- the lesson ---- */

static enum err_code draft_lesson(struct acting *x) {
	struct disclosing d;
	struct disclosed r;
	struct room room;
	struct drafting w;
	struct change_link link = {S("learned-from"), x->r->uid};
	struct change c = {.op = CHANGE_CREATE, .actor = x->s->actor, .kind = S("lesson"), .links = &link, .links_n = 1};
	struct change_result made;
	enum err_code code = begin(x, &d, &r, &room, &w);
	if (code) return code;
	struct str title = str_trim(act_arg(x, "title")), lesson = str_trim(act_arg(x, "lesson"));
	struct str outcome = json_get_str(json_get_lit(r.body, "outcome"), S("text"));
	if (!title.n) title = arena_fmt(d.a, "Lesson: %.*s", STR_ARG(str_cut_utf8(json_get_str(r.body, S("title")), 280)));
	json_set_str(&w.body, S("title"), title);
	draft_note(&w, "title", act_arg(x, "title").n ? "as it was asked for" : "the case's: put the lesson itself in a line");
	if (!lesson.n) {
		lesson = outcome.n ? str_cut_utf8(outcome, 4000) : S("(To be written: what to do, or never to do again.)");
		draft_note(&w, "lesson", outcome.n ? "the case's outcome, written for the parties: say what others should do" : "is still to be written");
	}
	json_set_str(&w.body, S("lesson"), lesson);
	json_put_str(&w.body, S("what_happened"), json_get_str(r.body, S("summary")));
	if (json_get_str(r.body, S("summary")).n) draft_note(&w, "what_happened", "the case's public summary");
	c.body = json_built(&w.body);
	code = store_apply(x->s, &c, &made);
	struct str uid = arena_str(x->s->a, str_of(made.uid));
	json_set_str(&x->detail, S("record"), uid);
	return code ? code : tell_review(x, &w, uid);
}

const struct act_function draft_functions[] = {{"advisory.draft", draft_advisory}, {"lesson.draft", draft_lesson}};
const size_t draft_functions_n = lengthof(draft_functions);
