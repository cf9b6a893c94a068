/* What is decided about a request. */
#include "access.h"

#include "hub/release/plan.h"
#include "hub/writer.h"

enum { DUE = 100, RUN_CAP = 16 << 20, ROUNDS = 50 };

/* ---- the machine ---- */

static const struct access_step steps[] = {
	{"access.accept", "accept", ACCESS_BY_OWNER, {"pending"}},
	{"access.reject", "reject", ACCESS_BY_OWNER, {"pending"}},
	{"access.revoke", "revoke", ACCESS_BY_OWNER, {"accepted"}},
	{"access.reopen", "reopen", ACCESS_BY_OWNER, {"rejected", "revoked"}},
	{"access.retract", "retract", ACCESS_BY_HOLDER, {"pending", "accepted"}},
	{"access.expire", "expire", ACCESS_BY_HUB, {"accepted"}},
};

const struct access_step *access_step(struct str act) {
	for (size_t i = 0; i < lengthof(steps); i++)
		if (str_is(act, steps[i].act)) return &steps[i];
	return NULL;
}

const char *access_refusal(const struct access_step *step, struct str state, enum access_by by) {
	if (by != step->by) return step->by == ACCESS_BY_HOLDER ? "only whoever asked can take it back" : step->by == ACCESS_BY_HUB ? "only the hub does this" :
		"this is for the owners of the release";
	for (size_t i = 0; i < lengthof(step->from) && step->from[i]; i++)
		if (str_is(state, step->from[i])) return NULL;
	if (str_is(state, "pending")) return "it is not decided yet";
	if (str_is(state, "accepted")) return "it is accepted already";
	if (str_is(state, "rejected")) return "it is rejected";
	if (str_is(state, "revoked")) return "access was revoked";
	return "it is over: whoever asked may ask again";
}

/* ---- the acts ---- */

struct deciding {
	struct acting *x;
	struct access_row row;
	struct stored release;
	const struct access_step *step;
};

static enum err_code begin(struct acting *x, struct deciding *out) {
	struct deciding d = {.x = x, .step = access_step(x->act->name)};
	enum err_code code = access_row_read(x->s->db, x->s->a, x->r->id, &d.row, x->s->e);
	if (!code) code = store_read(x->s->hub, x->s->db, x->s->a, d.row.release, &d.release, x->s->e);
	if (code) return code;
	struct str actor = x->s->actor.name;
	enum access_by by = str_is(actor, "hub") ? ACCESS_BY_HUB : str_eq(actor, d.row.account) ? ACCESS_BY_HOLDER : ACCESS_BY_OWNER;
	const char *why = access_refusal(d.step, x->r->state, by);
	if (why) return err_set(x->s->e, by == d.step->by ? ERR_CONFLICT : ERR_FORBIDDEN, "%s", why);
	*out = d;
	return ERR_OK;
}

static enum err_code go(struct deciding *d, moment until) {
	struct acting *x = d->x;
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	if (until) json_set_str(&x->detail, S("until"), moment_str(x->s->a, until));
	enum err_code code = store_rewrite(x->s, x->r, NULL, str_of(d->step->move), STR_EMPTY);
	return code ? code : access_row_state(x->s, x->r->id, x->r->state, until, x->event);
}

static enum err_code accept(struct acting *x) {
	struct deciding d;
	moment until = act_moment(x, "until");
	enum err_code code = begin(x, &d);
	if (!code && until && until <= x->s->at) {
		err_set(x->s->e, ERR_INVALID, "access ends at a moment that is still to come");
		err_where(x->s->e, "until");
		return ERR_INVALID;
	}
	if (!code && !until) code = access_default_end(x->s, &d.release, &until);
	return code ? code : go(&d, until);
}

static enum err_code other(struct acting *x) {
	struct deciding d;
	bool needs = str_is(x->act->name, "access.reject") || str_is(x->act->name, "access.revoke");
	if (needs && !str_trim(act_arg(x, "reason")).n) {
		err_set(x->s->e, ERR_INVALID, "say why");
		err_where(x->s->e, "reason");
		return ERR_INVALID;
	}
	enum err_code code = begin(x, &d);
	return code ? code : go(&d, 0);
}

static enum err_code expire(struct acting *x) {
	struct deciding d;
	enum err_code code = begin(x, &d);
	if (!code && (!d.row.until || d.row.until > x->s->at)) code = err_set(x->s->e, ERR_CONFLICT, "access has not ended yet");
	return code ? code : go(&d, 0);
}

/* The last decision about the release, as its holders may read it. */
static enum err_code tell(struct acting *x) {
	struct access_row row;
	struct stored release;
	const struct json *body;
	enum err_code code = access_row_read(x->s->db, x->s->a, x->r->id, &row, x->s->e);
	if (!code) code = access_row_told(x->s, x->r->id);
	if (!code && (!row.tell || !str_is(row.state, "accepted"))) {
		x->changed = false;
		return ERR_OK;
	}
	if (!code) code = store_read(x->s->hub, x->s->db, x->s->a, row.release, &release, x->s->e);
	if (!code && release.erased) {
		x->changed = false;
		return ERR_OK;
	}
	if (!code) code = store_body(x->s->hub, x->s->db, x->s->a, &release, &body, x->s->e);
	if (code) return code;
	const struct json *all = json_get_lit(body, "decisions"), *last = json_count(all) ? json_at(all, json_count(all) - 1) : NULL;
	struct str advice = json_get_str(last, S("advice")), reason = json_get_str(last, S("rationale"));
	json_put_str(&x->detail, S("decision"), json_get_str(last, S("decision")));
	json_put_str(&x->detail, S("stage"), plan_title(plan_stage_at(body, plan_stage(body, json_get_str(last, S("stage"))))));
	json_put_str(&x->detail, S("advice"), advice);
	json_put_str(&x->detail, S("reason"), advice.n ? arena_fmt(x->s->a, "%.*s What to do: %.*s", STR_ARG(reason), STR_ARG(advice)) : reason);
	return ERR_OK;
}

/* Written where somebody asks (ask.c); here so that every act that is declared has a function. */
static enum err_code asked(struct acting *x) {
	return err_set(x->s->e, ERR_CONFLICT, "this is noted when somebody asks");
}

const struct act_function access_functions[] = {
	{"access.asked", asked}, {"access.accept", accept}, {"access.reject", other}, {"access.revoke", other}, {"access.reopen", other}, {"access.retract", other},
	{"access.expire", expire}, {"access.tell", tell},
};
const size_t access_functions_n = lengthof(access_functions);

/* ---- many at once ---- */

static bool is_for(struct db *db, struct str uid, int64_t release) {
	struct db_query q = db_query(db, "SELECT 1 FROM access_request a JOIN record r ON r.id = a.record WHERE r.uid = $1 AND a.release = $2");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, release);
	bool found = db_row(&q);
	return !db_done(&q, NULL) && found;
}

enum err_code access_decide(struct hub *h, struct db *db, struct actor actor, const struct disclosed *release, struct str act, struct str reason,
	struct access_decided *list, size_t n, struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	if (n > ACCESS_BULK) return err_set(e, ERR_TOO_LARGE, "at most %d requests at once", ACCESS_BULK);
	struct prepared **prepared = arena_array(a, n + 1, sizeof *prepared);
	struct change *changes = arena_array(a, n + 1, sizeof *changes);
	struct change_result *results = arena_array(a, n + 1, sizeof *results);
	size_t *of = arena_array(a, n + 1, sizeof *of), ready = 0;
	struct json_builder args = json_object_of(a);
	json_put_str(&args, S("reason"), str_trim(reason));
	bool silent = !str_trim(reason).n && (str_is(act, "access.reject") || str_is(act, "access.revoke"));
	const struct json *given = json_built(&args);
	if (!prepared || !changes || !results || !of || !given) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct change_result *r = &list[i].result;
		*r = (struct change_result){0};
		changes[ready] = (struct change){.op = CHANGE_ACT, .actor = actor, .record = list[i].uid, .act = act, .args = given};
		if (silent) {
			r->code = err_set(&r->err, ERR_INVALID, "say why: whoever asked reads it");
			continue;
		}
		r->code = is_for(db, list[i].uid, release->line.record) ? change_prepare(h, db, &changes[ready], a, &prepared[ready], &r->err) :
			store_unknown(list[i].uid, &r->err);
		if (!r->code) of[ready++] = i;
	}
	enum err_code code = change_commit(h, prepared, ready, results, e);
	for (size_t i = 0; i < ready && !code; i++) list[of[i]].result = results[i];
	return code;
}

/* ---- the runner ---- */

static enum err_code give_up(struct db *db, void *arg, struct err *e) {
	struct db_query q = db_query(db, "UPDATE access_request SET state = 'erased', until = 0, tell = 0 WHERE record = $1");
	db_bind_int(&q, 1, *(const int64_t *)arg);
	return db_run(&q, e);
}

static enum err_code fire(struct hub *h, struct db *db, int64_t record, struct str uid, const char *act, struct err *e) {
	struct change_result result;
	struct change c = {.op = CHANGE_ACT, .actor = {S("hub"), ROLE_COORDINATOR}, .record = uid, .act = str_of(act)};
	enum err_code code = change_apply(h, db, &c, &result, e);
	/* One whose record can't be acted on any more keeps the others from nothing, and gives no access. */
	if (code == ERR_GONE || code == ERR_UNSUPPORTED || code == ERR_NOT_FOUND || code == ERR_INVALID) return writer_run(h->writer, give_up, &record, e);
	return code == ERR_CONFLICT ? ERR_OK : code;
}

static enum err_code run_due(struct hub *h, struct db *db, struct str sql, const char *act, size_t *n, struct err *e) {
	int64_t records[DUE];
	struct str uids[DUE];
	autoarena struct arena *a = arena_new(RUN_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query_once(db, sql);
	db_bind_int(&q, 1, now());
	*n = 0;
	while (*n < DUE && db_row(&q)) {
		records[*n] = db_int(&q, 0);
		uids[(*n)++] = arena_str(a, db_str(&q, 1));
	}
	enum err_code code = db_done(&q, e), trouble = ERR_OK;
	for (size_t i = 0; i < *n && !code; i++) {
		struct err one = {0};
		enum err_code c = fire(h, db, records[i], uids[i], act, &one);
		if (c && !trouble) trouble = c, *e = one;
	}
	return code ? code : trouble;
}

enum err_code access_run(struct hub *h, struct db *db, struct err *e) {
	static const struct {
		struct str sql;
		const char *act;
	} runs[] = {
		{S_INIT("SELECT a.record, r.uid FROM access_request a JOIN record r ON r.id = a.record WHERE a.tell > 0 AND $1 = $1 ORDER BY a.record LIMIT 100"), "access.tell"},
		{S_INIT("SELECT a.record, r.uid FROM access_request a JOIN record r ON r.id = a.record WHERE a.state = 'accepted' AND a.until > 0 AND a.until <= $1 "
			"ORDER BY a.until LIMIT 100"), "access.expire"},
	};
	enum err_code trouble = ERR_OK;
	for (size_t i = 0; i < lengthof(runs) && !trouble; i++) {
		size_t n = DUE;
		for (int round = 0; n == DUE && round < ROUNDS && !trouble; round++) trouble = run_due(h, db, runs[i].sql, runs[i].act, &n, e);
	}
	return trouble;
}
