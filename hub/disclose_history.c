/* The timeline of a record as one viewer may know it: each event whose effect shows in what that viewer sees. */
#include "disclose.h"

#include "hub/disclose_private.h"

enum { EVENTS = 500 };

struct walk {
	const struct disclosing *d;
	const struct disclosed *r;
	const struct stored *stored;
	const struct visibility *visibility;
	struct disclosed_event *items;
	size_t n;
	int64_t revision;           /* as the viewer counts */
	const struct json *last;    /* the projection shown last */
	int64_t last_stored;        /* revision that it comes from */
	bool visible;               /* the record was visible to the viewer after the last event */
	const struct kind_state *state;
	struct err *e;
};

static enum err_code body_at(struct walk *w, int64_t number, const struct json **out) {
	struct stored s = {.id = w->r->line.record, .revision = number, .uid = w->r->line.uid};
	const struct json *body;
	enum err_code code = store_body(w->d->hub, w->d->db, w->d->a, &s, &body, w->e);
	if (!code) *out = visibility_project(w->d->a, w->visibility, body, w->r->audiences);
	return code;
}

static struct disclosed_event *add(struct walk *w, struct str type, moment at, struct str actor) {
	if (w->n == EVENTS) {
		memmove(w->items, w->items + 1, (EVENTS - 1) * sizeof *w->items);
		w->n--;
	}
	struct disclosed_event *v = &w->items[w->n++];
	bool told = w->r->audiences & (COORDINATORS | OWNER);
	*v = (struct disclosed_event){.at = at, .type = type, .revision = w->revision, .state = w->state,
		.actor = told ? arena_str(w->d->a, actor) : STR_EMPTY};
	v->actor_name = event_actor_name(w->d, w->r->line.kind, w->r->line.record, w->r->audiences, v->actor);
	return v;
}

static enum err_code link_event(struct walk *w, struct db_query *q, const struct json *detail, struct str type) {
	int64_t id;
	struct glimpse other;
	struct str rel = json_get_str(detail, S("rel"));
	const struct kind_link *l = kind_link(w->r->line.kind, rel);
	if (!w->visible || !l || !(l->audiences & w->r->audiences)) return ERR_OK;
	enum err_code code = disclose_resolve(w->d, json_get_str(detail, S("target")), &id, NULL);
	if (!code) code = disclose_glimpse(w->d, id, &other, NULL);
	if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) return ERR_OK;
	if (code) return err_set(w->e, code, "the history could not be read");
	struct disclosed_event *v = add(w, type, db_int(q, 2), db_str(q, 1));
	v->rel = rel;
	v->other = other;
	return ERR_OK;
}

/* Body or state changed: shows when the viewer's picture did. */
static enum err_code body_event(struct walk *w, struct db_query *q, const struct json *detail) {
	bool was = w->visible;
	const struct kind_state *before = w->state;
	w->state = kind_state(w->r->line.kind, db_str(q, 4));
	w->visible = event_knows_closed(w->r->audiences) || event_was_open(w->state, db_int(q, 2), w->r->published);
	if (!w->visible) {
		if (was) {
			w->state = NULL;
			add(w, S("withheld"), db_int(q, 2), db_str(q, 1));
		}
		return ERR_OK;
	}
	const struct json *now_shown = w->last;
	int64_t number = db_int(q, 3);
	enum err_code code = number == w->last_stored ? ERR_OK : body_at(w, number, &now_shown);
	if (code) return code;
	w->last_stored = number;
	bool changed = !w->last || !json_equal(w->last, now_shown);
	const struct json *diff = w->last && changed ? json_diff(w->d->a, w->last, now_shown) : NULL;
	w->last = now_shown;
	if (changed) w->revision++;
	struct str type = db_str(q, 0);
	if (!was) {
		add(w, !event_knows_closed(w->r->audiences) ? S("published") : S("created"), db_int(q, 2), db_str(q, 1))->diff = diff;
	} else if (before != w->state || str_is(type, "move")) {
		struct disclosed_event *v = add(w, S("moved"), db_int(q, 2), db_str(q, 1));
		v->diff = diff;
		v->move = json_get_str(detail, S("move"));
		v->reason = json_get_str(detail, S("reason"));
	} else if (str_is(type, "erase-field") && (changed || event_strikes(w->visibility, detail, w->r->audiences))) {
		struct disclosed_event *v = add(w, S("revised"), db_int(q, 2), db_str(q, 1));
		v->reason = event_struck_words(w->d->a, w->visibility, detail, w->r->audiences);
	} else if (changed || event_amends(w->r->line.kind, detail)) {
		struct disclosed_event *v = add(w, S("revised"), db_int(q, 2), db_str(q, 1));
		v->diff = diff;
		v->reason = json_get_str(detail, S("note"));
	}
	return ERR_OK;
}

static void party_event(struct walk *w, struct db_query *q, const struct json *detail, struct str type) {
	struct disclosed_event *v = add(w, type, db_int(q, 2), db_str(q, 1));
	v->subject = json_get_str(detail, S("subject"));
	v->subject_name = disclose_name_on(w->d, w->r->line.kind, w->r->line.record, w->r->audiences, v->subject);
	v->role = json_get_str(detail, S("role"));
	v->reason = json_get_str(detail, S("reason"));
}

static enum err_code one_event(struct walk *w, struct db_query *q) {
	const struct json *detail = NULL;
	struct str type = db_str(q, 0);
	enum err_code code = store_detail(w->d->hub, w->d->a, w->stored, db_int(q, 6), db_str(q, 5), &detail, w->e);
	if (code) return code;
	if (str_is(type, "create") || str_is(type, "revise") || str_is(type, "move") || str_is(type, "erase-field")) return body_event(w, q, detail);
	if (str_is(type, "link")) return link_event(w, q, detail, S("linked"));
	if (str_is(type, "unlink")) return link_event(w, q, detail, S("unlinked"));
	if (str_is(type, "invite") || str_is(type, "dismiss")) {
		if (w->visible && event_tells_parties(w->r->audiences)) party_event(w, q, detail, str_is(type, "invite") ? S("invited") : S("dismissed"));
		return ERR_OK;
	}
	if (str_is(type, "reveal")) {
		if (w->visible) add(w, S("revealed"), db_int(q, 2), db_str(q, 1))->reason = event_revealed_words(w->d->a, detail);
		return ERR_OK;
	}
	bool asked_in = (w->r->audiences & INVITED) != 0;
	bool shown = (w->visible || asked_in) && ((unsigned)json_integer(json_get_lit(detail, "audiences"), 0) & w->r->audiences);
	struct event_row row = {.actor = arena_str(w->d->a, db_str(q, 1)), .detail = detail};
	if (!shown && (w->visible || asked_in)) code = event_addressed(w->d, &row, &shown, w->e);
	if (code || !shown) return code;
	if (str_is(type, "act")) {
		struct stored s = {.id = w->r->line.record, .kind = w->r->line.kind};
		struct disclosed_event *v = add(w, S("acted"), db_int(q, 2), db_str(q, 1));
		event_tell_act(w->d, &s, w->r->audiences, type, detail, v);
		return ERR_OK;
	}
	bool comment = str_is(type, "comment");
	struct disclosed_event *v = add(w, comment ? S("commented") : S("attached"), db_int(q, 2), db_str(q, 1));
	v->reason = json_get_str(detail, comment ? S("text") : S("name"));
	return ERR_OK;
}

enum err_code disclose_history(const struct disclosing *d, const struct disclosed *r, struct disclosed_event **out, size_t *n,
	struct err *e) {
	struct stored s;
	const struct json *overrides = NULL;
	struct walk w = {.d = d, .r = r, .stored = &s, .e = e, .items = arena_array(d->a, EVENTS, sizeof *w.items)};
	if (!w.items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code && s.visibility.n) code = json_parse(d->a, s.visibility, NULL, &overrides, e);
	if (!code) code = visibility_override(d->a, s.kind->visibility, overrides, &w.visibility, e);
	if (code) return code;
	struct db_query q = db_query(d->db, "SELECT type, actor, at, revision, state, detail, seq FROM event WHERE record = $1 ORDER BY seq");
	db_bind_int(&q, 1, r->line.record);
	while (!code && db_row(&q)) code = one_event(&w, &q);
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (!code) code = ended;
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "the history is too long to show at once");
	if (code) return code;
	*out = w.items;
	*n = w.n;
	return ERR_OK;
}
