/* Decisions: proceed, modify, delay, cancel; going back; withdrawing. Each stands in the body, with its reasons and what it rests on. */
#include "releasing.h"

#include "hub/access/access.h"
#include "hub/account/account.h"

enum { SUBJECTS = 200 };

/* ---- writing a decision down ---- */

static const struct json *signed_list(struct releasing *y, const struct json *stage) {
	struct arena *a = y->x->s->a;
	const struct json *parts = json_get_lit(stage, "signoffs");
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(parts); i++) {
		const struct json *part = json_at(parts, i);
		const struct release_word *w = release_signed(&y->f, json_get_str(stage, S("name")), json_get_str(part, S("name")));
		if (!w) continue;
		struct json_builder one = json_object_of(a);
		json_set_str(&one, S("as"), plan_title(part));
		if (w->named) json_put_str(&one, S("name"), account_actor_name(y->x->s->db, a, w->account));
		json_add(&list, json_built(&one));
	}
	return json_built(&list);
}

static const struct json *met_list(struct arena *a, const struct release_item *items, size_t n) {
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < n; i++)
		if (items[i].met) json_add(&list, json_str(a, str_cut_utf8(arena_fmt(a, "%.*s: %.*s", STR_ARG(items[i].title), STR_ARG(items[i].evidence)), 1000)));
	return json_built(&list);
}

static struct json_builder decision_of(struct releasing *y, struct str decision, struct str stage, struct str rationale) {
	struct arena *a = y->x->s->a;
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("at"), moment_str(a, y->x->s->at));
	json_set_str(&b, S("decision"), decision);
	json_put_str(&b, S("stage"), stage);
	json_set_str(&b, S("rationale"), rationale);
	json_put_str(&b, S("advice"), str_trim(act_arg(y->x, "advice")));
	json_set_str(&b, S("artifacts"), y->f.artifacts);
	if (json_true(json_get_lit(y->x->args, "named"))) json_put_str(&b, S("by"), str_cut_utf8(account_actor_name(y->x->s->db, a, y->x->s->actor.name), 300));
	return b;
}

/* stage: the one that it is at from now on; "" as it is. */
static enum err_code write_decision(struct releasing *y, struct json_builder *decision, struct str stage, struct str move, struct str reason) {
	struct acting *x = y->x;
	struct arena *a = x->s->a;
	const struct json *old = json_get_lit(y->body, "decisions"), *one = json_built(decision);
	if (json_count(old) >= RELEASE_DECISIONS) return err_set(x->s->e, ERR_TOO_LARGE, "a release keeps at most %d decisions: go on with a new one", RELEASE_DECISIONS);
	struct json_builder list = json_array_of(a);
	for (size_t i = 0; i < json_count(old); i++) json_add(&list, json_at(old, i));
	json_add(&list, one);
	const struct json *body = json_with(a, y->body, S("decisions"), json_built(&list));
	if (stage.n) {
		body = json_with(a, body, S("stage"), json_str(a, stage));
		body = json_with(a, body, S("since"), json_str(a, moment_str(a, x->s->at)));
	}
	json_put_str(&x->detail, S("decision"), json_get_str(one, S("decision")));
	json_put_str(&x->detail, S("stage"), json_get_str(one, S("stage")));
	json_put_str(&x->detail, S("reason"), json_get_str(one, S("rationale")));
	return store_rewrite(x->s, x->r, body, move, reason);
}

/* ---- proceed ---- */

static enum err_code has_role(struct store *s, const struct stored *r, struct str subject, bool *out) {
	*out = str_eq(subject, r->created_by);
	if (*out) return ERR_OK;
	struct db_query q = db_query(s->db, "SELECT 1 FROM party WHERE record = $1 AND subject = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	*out = db_row(&q);
	return db_done(&q, s->e);
}

/* Who is named may read what they get. */
static enum err_code let_in(struct releasing *y, const struct json *stage) {
	struct acting *x = y->x;
	const struct json *list = json_get_lit(stage, "subjects");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < json_count(list) && i < SUBJECTS && !code; i++) {
		struct str subject = str_trim(json_get_str(json_at(list, i), S("subject")));
		bool in = false;
		code = store_subject(x->s, subject);
		if (code) return err_prefix(x->s->e, "the stage names %.*s", STR_ARG(str_cut_utf8(subject, 60))), code == ERR_NOT_FOUND ? ERR_INVALID : code;
		code = has_role(x->s, x->r, subject, &in);
		if (code || in) continue;
		struct json_builder b = json_object_of(x->s->a);
		bool changed;
		json_set_str(&b, S("reason"), arena_cat(x->s->a, S("the stage begins: "), plan_title(stage)));
		json_set_str(&b, S("role"), S("party"));
		json_set_str(&b, S("subject"), subject);
		code = store_invite(x->s, x->r, subject, S("party"), json_text(x->s->a, json_built(&b)), &changed);
	}
	return code;
}

static enum err_code all_met(struct releasing *y, const struct json *stage, const struct release_item *items, size_t n) {
	struct arena *a = y->x->s->a;
	struct str open = STR_EMPTY;
	for (size_t i = 0; i < n; i++)
		if (!items[i].met) open = arena_fmt(a, "%.*s%s%.*s (%.*s)", STR_ARG(open), open.n ? "; " : "", STR_ARG(items[i].title), STR_ARG(items[i].missing));
	return !open.n ? ERR_OK : err_set(y->x->s->e, ERR_CONFLICT, "the stage \"%.*s\" can't begin yet: %.*s", STR_ARG(plan_title(stage)), STR_ARG(str_cut_utf8(open, 1500)));
}

static enum err_code proceed(struct releasing *y, const struct json *stage, struct str rationale) {
	struct acting *x = y->x;
	struct release_item *items;
	size_t n;
	enum err_code code = release_checklist(x->s->a, &y->f, y->z.stage + 1, &items, &n, x->s->e);
	if (!code) code = all_met(y, stage, items, n);
	if (!code) code = let_in(y, stage);
	if (code) return code;
	struct str name = json_get_str(stage, S("name"));
	struct json_builder b = decision_of(y, S("proceed"), name, rationale);
	json_put(&b, S("signed"), signed_list(y, stage));
	json_put(&b, S("met"), met_list(x->s->a, items, n));
	code = write_decision(y, &b, name, STR_EMPTY, STR_EMPTY);
	return code ? code : release_hold(x->s, x->r->id, "", STR_EMPTY, 0);
}

/* ---- the acts ---- */

static struct str ended(const struct acting *x, const char *when_public) {
	return str_is(x->r->state, "published") ? str_of(when_public) : S("drop");
}

static enum err_code decide(struct acting *x) {
	struct releasing y;
	struct str rationale = str_trim(act_arg(x, "rationale")), decision = act_arg(x, "decision"), meant = act_arg(x, "stage");
	enum release_act act = release_decision_of(decision);
	moment until = act_moment(x, "until");
	if (!rationale.n) return release_wrong(x, "rationale", S("say why"));
	enum err_code code = release_begin(x, act, &y);
	if (code) return code;
	const struct json *stage = plan_stage_at(y.body, y.z.stage + 1);
	struct str name = json_get_str(stage, S("name"));
	if (meant.n && !str_eq(meant, name))
		return release_wrong(x, "stage", name.n ? arena_fmt(x->s->a, "stages begin in their order: the next one is \"%.*s\"", STR_ARG(name)) : S("there is no next stage"));
	if (act == RELEASE_PROCEED) return proceed(&y, stage, rationale);
	if (act == RELEASE_DELAY && until <= x->s->at) return release_wrong(x, "until", S("say until when: a moment that is still to come"));
	struct json_builder b = decision_of(&y, decision, name, rationale);
	if (act == RELEASE_DELAY) json_set_str(&b, S("until"), moment_str(x->s->a, until));
	code = write_decision(&y, &b, STR_EMPTY, act == RELEASE_CANCEL ? ended(x, "cancel") : STR_EMPTY, act == RELEASE_CANCEL ? rationale : STR_EMPTY);
	if (code) return code;
	if (act == RELEASE_CANCEL) return access_tell_all(x->s, x->r->id);
	return release_hold(x->s, x->r->id, act == RELEASE_MODIFY ? "modify" : "delay", act == RELEASE_MODIFY ? y.f.plan : STR_EMPTY, act == RELEASE_DELAY ? until : 0);
}

static enum err_code roll_back(struct acting *x) {
	struct releasing y;
	struct str reason = str_trim(act_arg(x, "reason")), to = act_arg(x, "to");
	if (!reason.n) return release_wrong(x, "reason", S("say why"));
	enum err_code code = release_begin(x, RELEASE_ROLL_BACK, &y);
	if (code) return code;
	int i = plan_stage(y.body, to);
	if (i < 0 || i >= y.z.stage) return release_wrong(x, "to", S("expected the name of a stage before the present one"));
	struct json_builder b = decision_of(&y, S("roll-back"), to, reason);
	code = write_decision(&y, &b, to, STR_EMPTY, STR_EMPTY);
	for (int j = i + 1; j < y.z.stages && !code; j++) code = release_stage_void(x->s, x->r->id, json_get_str(plan_stage_at(y.body, j), S("name")));
	if (!code) code = release_hold(x->s, x->r->id, "", STR_EMPTY, 0);
	return code ? code : access_tell_all(x->s, x->r->id);
}

static enum err_code withdraw(struct acting *x) {
	struct releasing y;
	struct str reason = str_trim(act_arg(x, "reason"));
	if (!reason.n) return release_wrong(x, "reason", S("say why"));
	if (!str_trim(act_arg(x, "advice")).n) return release_wrong(x, "advice", S("say what those who have it should do"));
	enum err_code code = release_begin(x, RELEASE_WITHDRAW, &y);
	if (code) return code;
	struct json_builder b = decision_of(&y, S("withdraw"), json_get_str(y.body, S("stage")), reason);
	code = write_decision(&y, &b, STR_EMPTY, ended(x, "withdraw"), reason);
	return code ? code : access_tell_all(x->s, x->r->id);
}

const struct act_function decision_functions[] = {{"release.decide", decide}, {"release.roll-back", roll_back}, {"release.withdraw", withdraw}};
const size_t decision_functions_n = lengthof(decision_functions);
