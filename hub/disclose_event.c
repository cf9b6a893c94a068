/* Single events and parties of a record, as one viewer may know them. */
#include "disclose.h"

#include "hub/account/account.h"
#include "hub/act.h"
#include "hub/disclose_private.h"

enum { SHOWN_PARTIES = 500 };

/* ---- events ---- */

enum err_code event_read(const struct disclosing *d, int64_t seq, struct event_row *out, struct err *e) {
	struct db_query q = db_query(d->db, 
		"SELECT v.record, v.revision, v.at, v.type, v.actor, v.state, v.detail, r.uid, r.key_id FROM event v JOIN record r ON r.id = v.record WHERE v.seq = $1");
	db_bind_int(&q, 1, seq);
	struct event_row v = {.seq = seq};
	struct str detail = STR_EMPTY;
	struct stored of = {0};
	bool found = db_row(&q);
	if (found) {
		v.record = db_int(&q, 0);
		v.revision = db_int(&q, 1);
		v.at = db_int(&q, 2);
		v.type = arena_str(d->a, db_str(&q, 3));
		v.actor = arena_str(d->a, db_str(&q, 4));
		v.state = arena_str(d->a, db_str(&q, 5));
		detail = arena_str(d->a, db_str(&q, 6));
		of.uid = arena_str(d->a, db_str(&q, 7));
		of.key_id = arena_str(d->a, db_str(&q, 8));
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "there is no such event");
	if (!code) code = store_detail(d->hub, d->a, &of, seq, detail, &v.detail, e);
	if (!code) *out = v;
	return code;
}

static enum err_code shown_at(const struct disclosing *d, const struct stored *r, const struct visibility *rules, unsigned audiences,
	int64_t revision, const struct json **out, struct err *e) {
	struct stored then = {.id = r->id, .uid = r->uid, .revision = revision};
	const struct json *body;
	enum err_code code = store_body(d->hub, d->db, d->a, &then, &body, e);
	if (!code) *out = visibility_project(d->a, rules, body, audiences);
	return code;
}

/* A revision shows where what the viewer is shown became something else. */
static enum err_code revision_shows(const struct disclosing *d, const struct stored *r, unsigned audiences, int64_t revision, bool *out,
	struct err *e) {
	const struct json *own = NULL, *before = NULL, *after = NULL;
	const struct visibility *rules;
	enum err_code code = r->visibility.n ? json_parse(d->a, r->visibility, NULL, &own, e) : ERR_OK;
	if (!code) code = visibility_override(d->a, r->kind->visibility, own, &rules, e);
	if (!code && revision > 1) code = shown_at(d, r, rules, audiences, revision - 1, &before, e);
	if (!code) code = shown_at(d, r, rules, audiences, revision, &after, e);
	if (code) return code;
	*out = before && after ? !json_equal(before, after) : before != after;
	return ERR_OK;
}

bool event_strikes(const struct visibility *v, const struct json *detail, unsigned audiences) {
	const struct json *fields = json_get_lit(detail, "fields");
	bool shows = false;
	for (size_t i = 0; i < json_count(fields); i++) {
		char pointer[300];
		snprintf(pointer, sizeof pointer, "/%.*s", STR_ARG(str_cut_utf8(json_string(json_at(fields, i)), 290)));
		shows |= (visibility_of(v, str_of(pointer)) & audiences) != 0;
	}
	return shows;
}

struct str event_struck_words(struct arena *a, const struct visibility *v, const struct json *detail, unsigned audiences) {
	const struct json *fields = json_get_lit(detail, "fields");
	struct str names = STR_EMPTY, basis = json_get_str(detail, S("basis"));
	for (size_t i = 0; i < json_count(fields); i++) {
		struct str name = json_string(json_at(fields, i));
		if (!(visibility_of(v, arena_cat(a, S("/"), name)) & audiences)) continue;
		names = arena_fmt(a, "%.*s%s%.*s", STR_ARG(names), names.n ? ", " : "", STR_ARG(name));
	}
	struct str words = arena_fmt(a, "Erased from all versions: %.*s", STR_ARG(names));
	if (basis.n) words = arena_fmt(a, "%.*s (%.*s)", STR_ARG(words), STR_ARG(basis));
	/* Why is told to those who read the record before it was public, as with a record that was erased whole. */
	return event_knows_closed(audiences) ? arena_fmt(a, "%.*s. %.*s", STR_ARG(words), STR_ARG(json_get_str(detail, S("reason")))) : words;
}

struct str event_revealed_words(struct arena *a, const struct json *detail) {
	const struct json *fields = json_get_lit(detail, "fields");
	struct str names = STR_EMPTY;
	for (size_t i = 0; i < json_count(fields); i++) names = arena_fmt(a, "%.*s%s%.*s", STR_ARG(names), names.n ? ", " : "", STR_ARG(json_string(json_at(fields, i))));
	return names;
}

/* That fields were erased is told to those who could read one of them. */
static enum err_code field_shows(const struct disclosing *d, const struct stored *r, unsigned audiences, const struct event_row *v, bool *out, struct err *e) {
	const struct json *own = NULL;
	const struct visibility *rules;
	enum err_code code = r->visibility.n ? json_parse(d->a, r->visibility, NULL, &own, e) : ERR_OK;
	if (!code) code = visibility_override(d->a, r->kind->visibility, own, &rules, e);
	if (!code) *out = event_strikes(rules, v->detail, audiences);
	return code;
}

static enum err_code tell_struck(const struct disclosing *d, const struct stored *r, unsigned audiences, const struct json *detail, struct str *out, struct err *e) {
	const struct json *own = NULL;
	const struct visibility *rules;
	enum err_code code = r->visibility.n ? json_parse(d->a, r->visibility, NULL, &own, e) : ERR_OK;
	if (!code) code = visibility_override(d->a, r->kind->visibility, own, &rules, e);
	if (!code) *out = event_struck_words(d->a, rules, detail, audiences);
	return code;
}

static enum err_code link_shows(const struct disclosing *d, const struct stored *r, unsigned audiences, const struct json *detail,
	struct glimpse *other, bool *out, struct err *e) {
	const struct kind_link *l = kind_link(r->kind, json_get_str(detail, S("rel")));
	int64_t id;
	*out = false;
	if (!l || !(l->audiences & audiences)) return ERR_OK;
	enum err_code code = disclose_resolve(d, json_get_str(detail, S("target")), &id, e);
	if (!code) code = disclose_glimpse(d, id, other, e);
	*out = !code;
	return code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED ? ERR_OK : code;
}

enum err_code event_addressed(const struct disclosing *d, const struct event_row *v, bool *out, struct err *e) {
	const struct json *to = json_get_lit(v->detail, "to");
	enum err_code code = ERR_OK;
	*out = json_count(to) && d->viewer.name.n && str_eq(v->actor, d->viewer.name);
	for (size_t i = 0; i < json_count(to) && d->viewer.name.n && !*out && !code; i++) {
		struct str subject = json_string(json_at(to, i));
		*out = str_eq(subject, d->viewer.name);
		if (*out || str_starts(subject, S("U-")) || str_starts(subject, S("A-"))) continue;
		struct db_query q = db_query(d->db, "SELECT 1 FROM membership WHERE account = $1 AND organization = $2");
		db_bind_str(&q, 1, d->viewer.name);
		db_bind_str(&q, 2, subject);
		*out = db_row(&q);
		code = db_done(&q, e);
	}
	return code;
}

enum err_code event_shows(const struct disclosing *d, const struct stored *r, unsigned audiences, const struct event_row *v, bool *out,
	struct err *e) {
	const struct kind_state *then = kind_state(r->kind, v->state);
	*out = false;
	/* Who sees the record only since it is public was told nothing of what happened before, but what they were asked. */
	if (!event_knows_closed(audiences) && !event_was_open(then, v->at, r->is_public ? r->published : 0)) audiences &= INVITED;
	bool asked_in = !(audiences & ~(unsigned)INVITED); /* and nothing else: told of what is said to those alone */
	if (!audiences) return ERR_OK;
	if (str_is(v->type, "comment") || str_is(v->type, "attach") || str_is(v->type, "act")) {
		*out = ((unsigned)json_integer(json_get_lit(v->detail, "audiences"), 0) & audiences) != 0;
		return *out ? ERR_OK : event_addressed(d, v, out, e);
	}
	if (asked_in) return ERR_OK;
	if (str_is(v->type, "revise") && event_amends(r->kind, v->detail)) return *out = true, ERR_OK;
	if (str_is(v->type, "revise")) return revision_shows(d, r, audiences, v->revision, out, e);
	if (str_is(v->type, "erase-field")) return field_shows(d, r, audiences, v, out, e);
	if (str_is(v->type, "link") || str_is(v->type, "unlink")) {
		struct glimpse other;
		return link_shows(d, r, audiences, v->detail, &other, out, e);
	}
	if (str_is(v->type, "invite") || str_is(v->type, "dismiss"))
		*out = event_tells_parties(audiences);
	else
		*out = str_is(v->type, "create") || str_is(v->type, "move") || str_is(v->type, "reveal");
	return ERR_OK;
}

/* Of an act's detail, what somebody may know who is only asked in. */
static const struct json *asked_in_detail(const struct disclosing *d, const struct json *detail) {
	static const char *const told[] = {"act", "embargo", "until", "time_zone", "terms", "ended", "agreed", "refused"};
	struct json_builder b = json_object_of(d->a);
	for (size_t i = 0; i < lengthof(told); i++) json_put(&b, str_of(told[i]), json_get(detail, str_of(told[i])));
	/* Why there is to be an embargo is part of what they are asked. */
	if (str_is(json_get_str(detail, S("act")), "embargo.propose")) json_put_str(&b, S("reason"), json_get_str(detail, S("reason")));
	return json_built(&b);
}

void event_tell_act(const struct disclosing *d, const struct stored *r, unsigned audiences, struct str type, const struct json *detail,
	struct disclosed_event *out) {
	if (!str_is(type, "act")) return;
	out->act = act_find(d->hub->acts, r->kind, json_get_str(detail, S("act")));
	out->detail = detail;
	out->subject = json_get_str(detail, S("subject"));
	if (out->subject.n) out->subject_name = disclose_name_on(d, r->kind, r->id, audiences, out->subject);
	out->reason = json_get_str(detail, S("reason"));
	if (audiences & COORDINATORS) {
		if (!out->reason.n) out->reason = json_get_str(json_get_lit(detail, "private"), S("reason"));
		return;
	}
	bool to_all = ((unsigned)json_integer(json_get_lit(detail, "audiences"), 0) & PUBLIC) != 0;
	if (audiences & INVITED && !event_knows_closed(audiences) && !to_all && r->kind->confidential) {
		detail = asked_in_detail(d, detail);
		out->reason = json_get_str(detail, S("reason"));
		out->subject = out->subject_name = STR_EMPTY;
	}
	out->detail = json_with(d->a, json_with(d->a, detail, S("private"), NULL), S("to"), NULL);
	/* Others know persons who take part by what they are called in the case. */
	bool person = str_starts(out->subject, S("U-")) || str_starts(out->subject, S("A-"));
	if (person && !str_eq(out->subject, d->viewer.name)) {
		out->subject = STR_EMPTY;
		out->detail = json_with(d->a, out->detail, S("subject"), NULL);
	}
}

static struct str words_of(struct str type) {
	static const struct {
		const char *stored;
		struct str shown;
	} words[] = {
		{"create", S_INIT("created")}, {"revise", S_INIT("revised")}, {"move", S_INIT("moved")}, {"link", S_INIT("linked")},
		{"unlink", S_INIT("unlinked")}, {"comment", S_INIT("commented")}, {"attach", S_INIT("attached")}, {"invite", S_INIT("invited")},
		{"dismiss", S_INIT("dismissed")}, {"erase-field", S_INIT("revised")}, {"reveal", S_INIT("revealed")}, {"act", S_INIT("acted")},
	};
	for (size_t i = 0; i < lengthof(words); i++)
		if (str_is(type, words[i].stored)) return words[i].shown;
	return type;
}

/* The rung of the ladder that an overdue term went up to (hub/clock_run.c) is the viewer's. */
static bool went_up_to(const struct disclosing *d, const struct event_row *v) {
	struct str told = json_get_str(v->detail, S("told"));
	if (!str_is(v->type, "act") || !str_is(json_get_str(v->detail, S("act")), "clock.escalate")) return false;
	return (str_is(told, "owner") && d->viewer.roles & ROLE_ADMINISTRATOR) || (str_is(told, "adjudicator") && d->viewer.roles & ROLE_ADJUDICATOR);
}

static void tell_untold(const struct disclosing *d, const struct stored *r, const struct event_row *v, struct disclosed_event *out, struct glimpse *record) {
	static const struct kind some_kind = {.name = S_INIT("record"), .title = S_INIT("Record"), .plural = S_INIT("Records"), .path = S_INIT("records")};
	static const struct kind_state some_state = {.name = S_INIT(""), .title = S_INIT("")};
	*out = (struct disclosed_event){.at = v->at, .type = S("acted"), .state = &some_state, .untold = true,
		.reason = S("Coordinators were told when it ended, and know which record it is."), .act = act_find(d->hub->acts, r->kind, S("clock.escalate"))};
	*record = (struct glimpse){.record = r->id, .kind = &some_kind, .state = &some_state, .headline = S("A record that is not shown to you")};
}

enum err_code disclose_event(const struct disclosing *d, int64_t seq, struct disclosed_event *out, struct glimpse *record, struct err *e) {
	struct event_row v;
	struct stored r;
	unsigned audiences = 0;
	bool shows = false;
	enum err_code code = event_read(d, seq, &v, e);
	if (!code) code = store_read(d->hub, d->db, d->a, v.record, &r, e);
	if (!code) code = disclose_audiences(d, &r, &audiences, e);
	if (!code) code = event_shows(d, &r, audiences, &v, &shows, e);
	if (!code && !shows && went_up_to(d, &v)) {
		if (disclose_glimpse(d, v.record, record, NULL)) return tell_untold(d, &r, &v, out, record), ERR_OK;
		shows = true;
	}
	if (!code && !shows) code = err_set(e, ERR_NOT_FOUND, "there is no such event");
	struct glimpse line;
	if (!code) code = disclose_glimpse(d, v.record, &line, e);
	if (code) return code;
	struct disclosed_event shown = {.at = v.at, .type = words_of(v.type), .state = kind_state(r.kind, v.state)};
	shown.actor = audiences & (COORDINATORS | OWNER) ? v.actor : STR_EMPTY;
	shown.actor_name = event_actor_name(d, r.kind, r.id, audiences, shown.actor);
	shown.move = json_get_str(v.detail, S("move"));
	shown.role = json_get_str(v.detail, S("role"));
	if (str_is(v.type, "comment")) shown.reason = json_get_str(v.detail, S("text"));
	else if (str_is(v.type, "attach")) shown.reason = json_get_str(v.detail, S("name"));
	else if (str_is(v.type, "revise")) shown.reason = json_get_str(v.detail, S("note"));
	else if (str_is(v.type, "reveal")) shown.reason = event_revealed_words(d->a, v.detail);
	else if (str_is(v.type, "erase-field")) code = tell_struck(d, &r, audiences, v.detail, &shown.reason, e);
	else shown.reason = json_get_str(v.detail, S("reason"));
	event_tell_act(d, &r, audiences, v.type, v.detail, &shown);
	if (str_is(v.type, "link") || str_is(v.type, "unlink")) {
		shown.rel = json_get_str(v.detail, S("rel"));
		code = link_shows(d, &r, audiences, v.detail, &shown.other, &shows, e);
	} else if (str_is(v.type, "invite") || str_is(v.type, "dismiss")) {
		shown.subject = json_get_str(v.detail, S("subject"));
		shown.subject_name = disclose_name_on(d, r.kind, r.id, audiences, shown.subject);
	}
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = shown;
	*record = line;
	return ERR_OK;
}

struct str disclose_amendment(const struct disclosing *d, const struct glimpse *line) {
	struct disclosing as_public = *d;
	struct disclosed_event v;
	struct glimpse shown;
	int64_t seq = 0;
	as_public.viewer = viewer_public;
	if (!line->kind->amend_note || line->updated <= line->published) return STR_EMPTY;
	struct db_query q = db_query(d->db, "SELECT max(seq) FROM event WHERE record = $1 AND type IN ('revise', 'erase-field') AND at > $2");
	db_bind_int(&q, 1, line->record);
	db_bind_int(&q, 2, line->published);
	if (db_row(&q)) seq = db_int(&q, 0);
	if (db_done(&q, NULL) || !seq || disclose_event(&as_public, seq, &v, &shown, NULL)) return STR_EMPTY;
	return v.reason;
}

enum err_code disclose_latest(const struct disclosing *d, const struct disclosed *r, size_t limit, struct disclosed_event **out, size_t *n,
	struct err *e) {
	enum { LOOKED_AT = 200 };
	int64_t seqs[LOOKED_AT];
	size_t found = 0, used = 0;
	struct db_query q = db_query(d->db, "SELECT seq FROM event WHERE record = $1 AND type <> 'comment' ORDER BY seq DESC LIMIT 200");
	db_bind_int(&q, 1, r->line.record);
	while (found < LOOKED_AT && db_row(&q)) seqs[found++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	struct disclosed_event *items = arena_array(d->a, limit + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < found && used < limit && !code; i++) {
		struct glimpse line;
		code = disclose_event(d, seqs[i], &items[used], &line, e);
		if (!code) used++;
		if (code == ERR_NOT_FOUND) code = ERR_OK;
	}
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* ---- parties ---- */

struct str event_actor_name(const struct disclosing *d, const struct kind *kind, int64_t record, unsigned audiences, struct str actor) {
	return actor.n && (kind->confidential || audiences & COORDINATORS) ? disclose_name_on(d, kind, record, audiences, actor) : STR_EMPTY;
}

struct str disclose_subject_name(const struct disclosing *d, struct str subject) {
	struct glimpse line;
	int64_t id;
	if (str_starts(subject, S("U-"))) return account_actor_name(d->db, d->a, subject);
	if (disclose_resolve(d, subject, &id, NULL) || disclose_glimpse(d, id, &line, NULL)) return subject;
	return line.headline;
}

enum err_code disclose_parties(const struct disclosing *d, const struct disclosed *r, struct disclosed_party **out, size_t *n,
	struct err *e) {
	*n = 0;
	*out = NULL;
	if (!event_tells_parties(r->audiences)) return ERR_OK;
	struct disclosed_party *items = arena_array(d->a, SHOWN_PARTIES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0;
	struct db_query q = db_query(d->db,
		"SELECT subject, role, at FROM party WHERE record = $1 ORDER BY CASE role WHEN 'owner' THEN 0 ELSE 1 END, at, subject LIMIT 500");
	db_bind_int(&q, 1, r->line.record);
	while (used < SHOWN_PARTIES && db_row(&q)) {
		struct str subject = arena_str(d->a, db_str(&q, 0));
		items[used++] = (struct disclosed_party){.subject = subject, .role = arena_str(d->a, db_str(&q, 1)), .at = db_int(&q, 2),
			.organization = !str_starts(subject, S("U-")) && !str_starts(subject, S("A-"))};
	}
	enum err_code code = db_done(&q, e);
	bool knows = !r->line.kind->confidential || r->audiences & (COORDINATORS | OWNER);
	for (size_t i = 0; i < used && !code; i++) {
		struct disclosed_party *p = &items[i];
		bool person = str_starts(p->subject, S("U-")) || str_starts(p->subject, S("A-"));
		p->name = knows ? disclose_subject_name(d, p->subject) : disclose_name_on(d, r->line.kind, r->line.record, r->audiences, p->subject);
		if (person && !knows && !str_eq(p->subject, d->viewer.name)) p->subject = STR_EMPTY;
	}
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}
