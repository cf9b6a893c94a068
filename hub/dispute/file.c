/* Filing: who may, about what, and who is to answer. */
#include "dispute.h"

#include "hub/account/member.h"

static const struct {
	const char *name;
	const char *title; /* printf form for what the record is called */
} questions[] = {
	{"valid", "Whether %.*s is valid"}, {"scope", "Whether %.*s is in scope"}, {"tier", "The tier of %.*s"}, {"credit", "Who is credited in %.*s"},
	{"good-faith", "Good faith in %.*s"}, {"other", "A question about %.*s"},
};

/* Says nothing of what is in the record, since whoever is asked onto a panel reads it before anything else. */
static struct str title_of(struct arena *a, struct str question, struct str record) {
	for (size_t i = 0; i < lengthof(questions); i++) {
		if (!str_is(question, questions[i].name)) continue;
		autobuf struct buf out = BUF(600);
		const char *at = strstr(questions[i].title, "%.*s");
		buf_add(&out, str_n(questions[i].title, (size_t)(at - questions[i].title)));
		buf_add(&out, str_cut_utf8(record, 200));
		buf_add(&out, str_of(at + 4));
		return arena_str(a, buf_str(&out));
	}
	return S("A question");
}

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

/* ---- who may ---- */

static bool signed_in(struct actor actor) {
	return actor.name.n && (actor.roles & (ROLE_MEMBER | ROLE_GUEST | ROLE_COORDINATOR | ROLE_ADJUDICATOR | ROLE_ADMINISTRATOR));
}

/* "": may; else why not. */
static const char *refusal(const struct stored *target, struct actor actor, unsigned roles, struct str question) {
	if (target->hub.n) return "this record is of another hub: it is disputed there";
	if (str_is(target->state, "draft")) return "a draft is not disputed: it says nothing yet";
	if (roles & (ROLE_OWNER | ROLE_PARTY)) return "";
	if (!store_is_open(target)) return "a dispute is filed by whoever owns the record or is a party to it";
	if (!signed_in(actor)) return "sign in first";
	if (question.n && !str_is(question, "valid")) return "who has no part in a record may dispute its validity, and nothing else";
	return "";
}

static enum err_code count(struct store *s, const char *sql, struct str claimant, int64_t since, int64_t *n) {
	struct db_query q = db_query_once(s->db, str_of(sql));
	db_bind_str(&q, 1, claimant);
	db_bind_int(&q, 2, since);
	*n = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, s->e);
}

static enum err_code not_too_many(struct store *s, struct str claimant) {
	int64_t open, today;
	enum err_code code = count(s,
		"SELECT count(*) FROM dispute d JOIN record r ON r.id = d.record WHERE d.claimant = $1 AND d.filed > $2 AND r.state NOT IN ('final', 'withdrawn')",
		claimant, 0, &open);
	if (!code) code = count(s, "SELECT count(*) FROM dispute WHERE claimant = $1 AND filed > $2", claimant, s->at - DAY, &today);
	if (!code && open >= DISPUTE_OPEN_MOST)
		code = err_set(s->e, ERR_CONFLICT, "you have %d open disputes: let one of them end first", DISPUTE_OPEN_MOST);
	if (!code && today >= DISPUTE_A_DAY)
		code = err_set(s->e, ERR_CONFLICT, "at most %d disputes in a day: try again tomorrow", DISPUTE_A_DAY);
	return code;
}

static enum err_code not_twice(struct store *s, const struct stored *r, const struct dispute *d) {
	struct db_query q = db_query(s->db,
		"SELECT r.public_id FROM dispute d JOIN record r ON r.id = d.record WHERE d.target = $1 AND d.claimant = $2 AND d.question = $3 AND d.record <> $4 "
		"AND r.state NOT IN ('final', 'withdrawn')");
	db_bind_int(&q, 1, d->target);
	db_bind_str(&q, 2, d->claimant);
	db_bind_str(&q, 3, d->question);
	db_bind_int(&q, 4, r->id);
	struct str other = db_row(&q) ? arena_str(s->a, db_str(&q, 0)) : STR_EMPTY;
	enum err_code code = db_done(&q, s->e);
	return code || !other.n ? code : err_set(s->e, ERR_CONFLICT, "you dispute that already: %.*s", STR_ARG(other));
}

/* ---- who answers ---- */

static bool is_of(struct store *s, struct str subject, struct str claimant) {
	return str_eq(subject, claimant) || member_role(s->db, subject, claimant) > MEMBER_NONE;
}

/* The one organization with a role on a record to which the claimant does not belong; "" none, or more than one where there may be one only. */
static enum err_code one_organization(struct store *s, int64_t record, const char *role, struct str claimant, struct str *out, size_t *n) {
	struct db_query q = db_query(s->db, "SELECT subject FROM party WHERE record = $1 AND role = $2 ORDER BY at, subject");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, str_of(role));
	*n = 0;
	while (db_row(&q)) {
		struct str subject = db_str(&q, 0);
		if (str_starts(subject, S("U-")) || str_starts(subject, S("A-")) || is_of(s, subject, claimant)) continue;
		if ((*n)++ == 0) *out = arena_str(s->a, subject);
	}
	return db_done(&q, s->e);
}

static enum err_code named(struct store *s, const struct stored *r, struct str *out) {
	struct db_query q = db_query(s->db, "SELECT t.uid FROM link l JOIN record t ON t.id = l.target WHERE l.source = $1 AND l.rel = 'against'");
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) *out = arena_str(s->a, db_str(&q, 0));
	return db_done(&q, s->e);
}

static enum err_code has_part(struct store *s, int64_t record, struct str subject, bool *out) {
	struct db_query q = db_query(s->db, "SELECT 1 FROM party WHERE record = $1 AND subject = $2");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, subject);
	*out = db_row(&q);
	return db_done(&q, s->e);
}

/* Good faith is a matter between two: the finder, and the party that they found something at. */
static enum err_code whose_faith(struct store *s, const struct stored *r, const struct stored *target, struct dispute *d) {
	struct str against = STR_EMPTY;
	size_t n;
	bool part = false;
	enum err_code code = named(s, r, &against);
	if (code) return code;
	if (against.n) {
		code = has_part(s, target->id, against, &part);
		if (!code && !part) return wrong(s->e, "against", "that organization is no party of the record");
		d->respondent = against;
		return code;
	}
	if (!str_eq(target->created_by, r->created_by)) {
		bool person = str_starts(target->created_by, S("U-")) || str_starts(target->created_by, S("A-"));
		d->respondent = person ? target->created_by : STR_EMPTY;
		return ERR_OK;
	}
	code = one_organization(s, target->id, "party", d->claimant, &against, &n);
	if (!code && n != 1) return wrong(s->e, "against", n ? "say which party it is about" : "there is no party that it could be about");
	d->respondent = against;
	return code;
}

static enum err_code who_answers(struct store *s, const struct stored *r, const struct stored *target, struct dispute *d) {
	size_t n;
	if (str_is(d->question, "good-faith")) return whose_faith(s, r, target, d);
	if (!str_is(target->kind->name, "advisory") && !str_is(target->kind->name, "policy")) return ERR_OK;
	return one_organization(s, target->id, "owner", d->claimant, &d->respondent, &n);
}

/* ---- the hook ---- */

enum err_code dispute_filed(struct store *s, struct stored *r, const struct change *c) {
	struct stored target;
	const struct json *body;
	unsigned roles;
	if (!str_is(r->kind->name, "dispute")) return ERR_OK;
	if (c->origin || c->state.n || c->imported) return ERR_OK; /* a record of one that was elsewhere: it has no ladder here */
	struct dispute d = {.level = S("owner"), .since = s->at, .filed = s->at, .due = business_days_after(s, s->at, ACKNOWLEDGE_DAYS),
		.claimant = c->organization.n ? c->organization : s->actor.name};
	struct str name = STR_EMPTY;
	for (size_t i = 0; i < c->links_n; i++)
		if (str_eq(c->links[i].rel, r->kind->follows)) name = c->links[i].target;
	if (!name.n) return wrong(s->e, "disputes", "say which record it is about: a link \"disputes\"");
	enum err_code code = store_followed(s->db, r, &d.target, s->e);
	if (!code && !d.target) code = store_unknown(name, s->e);
	if (!code) code = store_read(s->hub, s->db, s->a, d.target, &target, s->e);
	if (!code) code = store_roles(s->db, &target, s->actor, &roles, s->e);
	if (!code && !store_audiences(&target, roles)) code = store_unknown(name, s->e);
	if (!code) code = store_body(s->hub, s->db, s->a, r, &body, s->e);
	if (code) return code;
	d.question = json_get_str(body, S("question"));
	const char *why = refusal(&target, s->actor, roles, d.question);
	if (*why) return err_set(s->e, ERR_FORBIDDEN, "%s", why);
	if (!str_eq(json_get_str(body, S("title")), title_of(s->a, d.question, target.public_id)))
		return wrong(s->e, "/title", "its title is given by the hub: file a dispute at the record");
	if (json_count(json_get_lit(body, "rulings")) || json_get_lit(body, "answer"))
		return wrong(s->e, "/rulings", "what the other side says, and rulings, come later");
	if (!(roles & (ROLE_OWNER | ROLE_PARTY))) code = not_too_many(s, d.claimant);
	if (!code) code = not_twice(s, r, &d);
	if (!code) code = who_answers(s, r, &target, &d);
	if (!code && !d.respondent.n && s->actor.roles & ROLE_COORDINATOR && !c->organization.n)
		code = err_set(s->e, ERR_FORBIDDEN, "the hub's coordinators answer for this record: they change it, and do not dispute it");
	if (!code) code = dispute_write(s, r->id, &d);
	if (code) return code;
	struct json_builder b = json_object_of(s->a);
	json_set_str(&b, S("act"), S("dispute.opened"));
	json_set_int(&b, S("audiences"), PARTIES | OWNER | COORDINATORS | PUBLIC);
	code = store_event(s, r, "act", json_text(s->a, json_built(&b)), NULL, NULL);
	/* No party judges another's good faith. */
	if (!code && str_is(d.question, "good-faith")) code = dispute_up(s, r, &d, S("a question of good faith goes to the panel"));
	return code;
}

/* ---- for faces ---- */

enum err_code disclose_may_dispute(const struct disclosing *d, const struct disclosed *r, const struct str **out, size_t *n, struct err *e) {
	static const struct str all[] = {S_INIT("valid"), S_INIT("scope"), S_INIT("tier"), S_INIT("credit"), S_INIT("good-faith"), S_INIT("other")};
	const struct kind *kind = kind_find(d->hub->kinds, S("dispute"));
	const struct kind_link *l = kind ? kind_link(kind, kind->follows) : NULL;
	struct stored s;
	unsigned roles;
	bool fits = false;
	*n = 0;
	*out = all;
	for (size_t i = 0; l && i < l->to.n; i++) fits |= str_eq(l->to.items[i], r->line.kind->name);
	if (!fits || !d->viewer.name.n) return ERR_OK;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (code) return code;
	struct actor actor = {d->viewer.name, d->viewer.roles};
	for (size_t i = 0; i < lengthof(all); i++)
		if (!*refusal(&s, actor, roles, all[i])) *n = i + 1;
	if (!*refusal(&s, actor, roles, S("other"))) *n = lengthof(all);
	/* For what coordinators answer for they have no need of it. */
	if (d->viewer.roles & ROLE_COORDINATOR && !str_is(r->line.kind->name, "advisory") && !str_is(r->line.kind->name, "policy")) *n = 0;
	return ERR_OK;
}

enum err_code dispute_file(struct hub *h, struct db *db, struct actor actor, const struct dispute_filing *f, struct change_result *out, struct err *e) {
	autoarena struct arena *a = arena_new(16 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct disclosing d = {h, db, {actor.name, actor.roles}, a};
	struct disclosed target;
	enum err_code code = disclose_record(&d, f->target, &target, e);
	if (code) return code;
	struct json_builder b = json_object_of(a), choices = json_array_of(a);
	if (!str_trim(f->statement).n) return wrong(e, "statement", "say why");
	json_set_str(&b, S("title"), title_of(a, f->question, target.line.id));
	json_set_str(&b, S("question"), f->question);
	json_set_str(&b, S("statement"), str_trim(f->statement));
	json_put_str(&b, S("wants"), str_trim(f->wants));
	json_put_str(&b, S("remedy"), f->remedy);
	json_put_str(&b, S("procedure"), f->procedure.n ? f->procedure : S("free"));
	for (size_t i = 0; i < f->choices_n; i++) json_add(&choices, json_str_checked(a, str_trim(f->choices[i])));
	json_put(&b, S("choices"), json_built(&choices));
	struct change_link links[] = {{S("disputes"), target.line.uid}, {S("against"), f->against}};
	struct change c = {.op = CHANGE_CREATE, .actor = actor, .kind = S("dispute"), .body = json_built(&b), .organization = f->organization,
		.links = links, .links_n = f->against.n ? 2 : 1};
	return change_apply(h, db, &c, out, e);
}
