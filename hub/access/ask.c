/* Asking: whether somebody may, and what a request holds. */
#include "access.h"

#include "hub/account/account.h"
#include "hub/disclose_private.h"
#include "hub/release/plan.h"
#include "hub/working_days.h"
#include "lib/digest/digest.h"

static struct str title_of(struct arena *a, const struct stored *release) {
	return arena_cat(a, S("Access to "), release->public_id);
}

static struct str terms_digest(struct arena *a, const struct json *access) {
	char hex[SHA256_HEX];
	struct str terms = json_get_str(access, S("terms"));
	struct sha256 digest = sha256(terms);
	return str_trim(terms).n ? arena_str(a, sha256_hex(&digest, hex)) : STR_EMPTY;
}

static const struct json *requester_of(struct arena *a, const struct account *who) {
	struct json_builder b = json_object_of(a);
	json_put_str(&b, S("name"), who->name.n ? who->name : who->login);
	json_put_str(&b, S("email"), who->email);
	return json_built(&b);
}

/* ---- whether ---- */

/* The widest that has been reached: 0 named, 1 gated, 2 everybody; -1 no stage. */
static int reached(const struct json *body) {
	int present = plan_stage(body, json_get_str(body, S("stage"))), widest = -1;
	for (int i = 0; i <= present; i++) {
		struct str who = json_get_str(plan_stage_at(body, i), S("who"));
		int one = str_is(who, "everybody") ? 2 : str_is(who, "gated");
		if (one > widest) widest = one;
	}
	return widest;
}

static bool runs(struct str state) {
	return str_is(state, "running") || str_is(state, "published");
}

static enum err_code asked_today(struct db *db, struct str account, moment since, int64_t *n, struct err *e) {
	struct db_query q = db_query(db, "SELECT count(*) FROM access_request WHERE account = $1 AND asked > $2");
	db_bind_str(&q, 1, account);
	db_bind_int(&q, 2, since);
	*n = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, e);
}

static const char *by_row(const struct access_row *row, moment at) {
	if (!row->record) return "";
	if (str_is(row->state, "pending")) return "you have asked already: the owners of the release have not decided yet";
	if (str_is(row->state, "rejected")) return "your request was rejected: only the owners of the release can reopen it";
	if (str_is(row->state, "revoked")) return "your access was revoked: only the owners of the release can reopen it";
	return row->until && row->until <= at ? "" : "you have access already";
}

static enum err_code why_not(struct db *db, struct arena *a, const struct stored *release, const struct json *body, struct actor actor, unsigned roles, moment at,
	const char **why, struct err *e) {
	struct access_row row;
	int64_t today = 0;
	int widest = reached(body);
	*why = "";
	if (!runs(release->state)) *why = "this release is not given out";
	else if (widest == 2 || (widest == 1 && access_mode(json_get_lit(body, "access")) == ACCESS_OPEN)) *why = "nobody needs to ask: it is open to all";
	else if (widest < 1) *why = "it is at no stage yet at which one can ask";
	else if (!str_starts(actor.name, S("U-"))) *why = "sign in to ask";
	else if (roles & ROLE_OWNER) *why = "the release is yours";
	if (**why) return ERR_OK;
	enum err_code code = access_row_of(db, a, release->id, actor.name, &row, e);
	if (!code) code = asked_today(db, actor.name, at - DAY, &today, e);
	if (code) return code;
	*why = by_row(&row, at);
	if (!**why && today >= ACCESS_A_DAY) *why = "you asked for too many releases today: try again tomorrow";
	return ERR_OK;
}

enum err_code disclose_may_ask(const struct disclosing *d, const struct disclosed *r, struct str *out, struct err *e) {
	struct stored s;
	const struct json *body;
	unsigned roles;
	const char *why = "";
	struct actor actor = {d->viewer.name, d->viewer.roles};
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, actor, &roles, e);
	if (!code) code = store_body(d->hub, d->db, d->a, &s, &body, e);
	if (!code) code = why_not(d->db, d->a, &s, body, actor, roles, now(), &why, e);
	if (!code) *out = str_of(why);
	return code;
}

/* ---- the hook ---- */

static enum err_code wrong(struct err *e, const char *where, const char *words) {
	err_set(e, ERR_INVALID, "%s", words);
	err_where(e, "%s", where);
	return ERR_INVALID;
}

static enum err_code find_release(struct store *s, const struct stored *r, struct stored *release, unsigned *roles) {
	int64_t id = 0;
	struct db_query q = db_query(s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'for'");
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) id = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	if (code) return code;
	if (!id) return wrong(s->e, "for", "say which release is asked for: a link \"for\"");
	code = store_read(s->hub, s->db, s->a, id, release, s->e);
	if (!code) code = store_roles(s->db, release, s->actor, roles, s->e);
	/* In the words for what is not there. */
	return code || (store_audiences(release, *roles) && !release->erased) ? code : store_unknown(release->uid, s->e);
}

/* What the request says must be what the form made of what was answered. */
static enum err_code check_words(struct store *s, const struct stored *r, const struct stored *release, const struct json *access) {
	const struct json *body, *answers, *said;
	struct account who;
	enum err_code code = store_body(s->hub, s->db, s->a, r, &body, s->e);
	if (!code) code = account_find(s->db, s->actor.name, s->a, &who, s->e);
	if (code) return code;
	if (!str_eq(json_get_str(body, S("title")), title_of(s->a, release))) return wrong(s->e, "/title", "its title is given by the hub: ask at the release");
	if (!json_equal(json_get_lit(body, "requester"), requester_of(s->a, &who))) return wrong(s->e, "/requester", "who asks is said by the hub");
	struct str terms = terms_digest(s->a, access);
	if (!str_eq(terms, json_string(json_pointer(body, S("/terms/sha256"))))) return wrong(s->e, "/terms", "agree to the terms as they stand");
	said = json_get_lit(body, "answers");
	code = access_answers(s->a, access, access_given(s->a, said), &answers, s->e);
	if (code) return code;
	return (!json_count(said) && !json_count(answers)) || json_equal(said, answers) ? ERR_OK : wrong(s->e, "/answers", "the questions are others by now: ask anew");
}

static enum err_code end_of(struct store *s, const struct json *access, moment *until) {
	struct calendar c;
	struct duration d;
	*until = 0;
	if (!duration_parse(json_get_str(access, S("expires_after")), &d)) return ERR_OK;
	enum err_code code = working_days(s->hub, s->db, s->a, &c, s->e);
	if (!code && !term_end(&c, s->at, &d, TERM_CALENDAR, until)) *until = 0;
	return code;
}

enum err_code access_default_end(struct store *s, const struct stored *release, moment *until) {
	const struct json *body;
	enum err_code code = store_body(s->hub, s->db, s->a, release, &body, s->e);
	return code ? code : end_of(s, json_get_lit(body, "access"), until);
}

enum err_code access_asked(struct store *s, struct stored *r, const struct change *c) {
	struct stored release;
	const struct json *body;
	unsigned roles;
	const char *why;
	moment until;
	if (!str_is(r->kind->name, "access-request")) return ERR_OK;
	if (c->origin || c->state.n || c->imported) return ERR_OK; /* one that was asked elsewhere: it gives nothing here */
	enum err_code code = find_release(s, r, &release, &roles);
	if (!code) code = store_body(s->hub, s->db, s->a, &release, &body, s->e);
	if (!code) code = why_not(s->db, s->a, &release, body, s->actor, roles, s->at, &why, s->e);
	if (code) return code;
	if (*why) return err_set(s->e, str_starts(s->actor.name, S("U-")) ? ERR_CONFLICT : ERR_FORBIDDEN, "%s", why);
	const struct json *access = json_get_lit(body, "access");
	code = check_words(s, r, &release, access);
	if (!code) code = access_row_add(s, &(struct access_row){.record = r->id, .release = release.id, .account = s->actor.name, .state = r->state});
	if (code) return code;
	bool at_once = access_mode(access) == ACCESS_AUTOMATIC;
	struct json_builder b = json_object_of(s->a);
	json_set_str(&b, S("act"), S("access.asked"));
	json_set_int(&b, S("audiences"), OWNER);
	if (at_once) json_set_bool(&b, S("automatic"), true);
	code = store_event(s, r, "act", json_text(s->a, json_built(&b)), NULL, NULL);
	if (code || !at_once) return code;
	code = end_of(s, access, &until);
	if (!code) code = store_rewrite(s, r, NULL, S("accept"), STR_EMPTY);
	return code ? code : access_row_state(s, r->id, S("accepted"), until, 0);
}

/* ---- for faces ---- */

enum err_code access_ask(struct hub *h, struct db *db, struct actor actor, const struct access_asking *q, struct change_result *out, struct err *e) {
	autoarena struct arena *a = arena_new(8 << 20);
	struct stored release;
	struct account who;
	const struct json *body, *answers;
	unsigned roles;
	int64_t id;
	const char *why;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = store_resolve(db, a, q->release, &id, e);
	if (!code) code = store_read(h, db, a, id, &release, e);
	if (!code) code = store_roles(db, &release, actor, &roles, e);
	if (!code && (!store_audiences(&release, roles) || !str_is(release.kind->name, "release"))) code = store_unknown(q->release, e);
	if (!code && release.erased) code = store_gone(&release, e);
	if (!code) code = store_body(h, db, a, &release, &body, e);
	/* Before what was answered is looked at: what is not asked for needs no answers. */
	if (!code) code = why_not(db, a, &release, body, actor, roles, now(), &why, e);
	if (!code && *why) code = err_set(e, str_starts(actor.name, S("U-")) ? ERR_CONFLICT : ERR_FORBIDDEN, "%s", why);
	if (!code) code = account_find(db, actor.name, a, &who, e);
	const struct json *access = code ? NULL : json_get_lit(body, "access");
	if (!code) code = access_answers(a, access, q->answers, &answers, e);
	if (code) return code;
	struct str terms = terms_digest(a, access);
	if (terms.n && !q->terms) return wrong(e, "/terms", "this is given to those who agree to its terms");
	struct json_builder b = json_object_of(a), t = json_object_of(a);
	json_set_str(&b, S("title"), title_of(a, &release));
	json_put(&b, S("requester"), requester_of(a, &who));
	json_put(&b, S("answers"), answers);
	if (terms.n) {
		json_set_str(&t, S("sha256"), terms);
		json_set(&b, S("terms"), json_built(&t));
	}
	struct change_link for_ = {S("for"), release.uid};
	struct change c = {.op = CHANGE_CREATE, .actor = actor, .kind = S("access-request"), .body = json_built(&b), .links = &for_, .links_n = 1};
	return change_apply(h, db, &c, out, e);
}
