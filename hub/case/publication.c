#include "publication.h"

#include "case.h"

enum { DUE = 200, NAMED = 500, RUN_CAP = 64 << 20 };

static const struct actor by_hub = {S_INIT("hub"), ROLE_COORDINATOR};

/* ---- keeping the plan at hand ---- */

static enum err_code read_plan(struct store *s, int64_t record, struct str *mode, moment *at, int64_t *lead, bool *found) {
	struct db_query q = db_query(s->db, "SELECT mode, moment, lead FROM publication WHERE record = $1");
	db_bind_int(&q, 1, record);
	*found = db_row(&q);
	*mode = *found ? arena_str(s->a, db_str(&q, 0)) : STR_EMPTY;
	*at = *found ? db_int(&q, 1) : 0;
	*lead = *found ? db_int(&q, 2) : 0;
	return db_done(&q, s->e);
}

static enum err_code write_plan(struct store *s, int64_t record, struct str mode, moment at, int64_t lead, bool pending) {
	struct db_query q = db_query(s->db,
		"INSERT INTO publication (record, mode, moment, lead, announced, pending, tried, tried_at, told) VALUES ($1, $2, $3, $5, 0, $4, 0, 0, '') "
		"ON CONFLICT (record) DO UPDATE SET mode = excluded.mode, moment = excluded.moment, lead = excluded.lead, pending = excluded.pending, tried = 0, "
		"tried_at = 0, told = ''");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, mode);
	db_bind_int(&q, 3, at);
	db_bind_int(&q, 4, pending);
	db_bind_int(&q, 5, lead);
	return db_run(&q, s->e);
}

static enum err_code write_lead(struct store *s, int64_t record, int64_t lead) {
	struct db_query q = db_query(s->db, "UPDATE publication SET lead = $2 WHERE record = $1");
	db_bind_int(&q, 1, record);
	db_bind_int(&q, 2, lead);
	return db_run(&q, s->e);
}

enum err_code publication_follow(struct store *s, const struct stored *r, struct str body) {
	const struct json *v, *plan;
	struct str mode;
	moment at = 0, was_at;
	int64_t lead, was_lead;
	bool found;
	if (!str_is(r->kind->name, "case")) return ERR_OK;
	enum err_code code = json_parse(s->a, body, NULL, &v, s->e);
	if (!code) code = read_plan(s, r->id, &mode, &was_at, &was_lead, &found);
	if (code) return code;
	plan = json_get_lit(v, "publication");
	struct str fresh = json_get_str(plan, S("mode"));
	if (str_is(fresh, "at-moment") && !moment_parse(json_get_str(plan, S("moment")), &at)) fresh = S("manual");
	lead = json_integer(json_get_lit(plan, "notify_days"), 0);
	/* How long before it is told does not set off anew what was done. */
	if (found && str_eq(fresh, mode) && at == was_at) return lead == was_lead ? ERR_OK : write_lead(s, r->id, lead);
	if (!found && !fresh.n) return ERR_OK;
	return write_plan(s, r->id, fresh, at, lead, str_is(fresh, "at-moment") || str_is(fresh, "at-embargo-end"));
}

enum err_code publication_wake(struct store *s, int64_t record) {
	struct str mode;
	moment at;
	int64_t lead;
	bool found;
	enum err_code code = read_plan(s, record, &mode, &at, &lead, &found);
	/* A planned moment stays the moment. */
	if (code || str_is(mode, "at-moment")) return code;
	return write_plan(s, record, mode, 0, lead, true);
}

/* ---- what the hub notes ---- */

static enum err_code note_try(struct acting *x, bool pending, struct str told) {
	struct db_query q = db_query(x->s->db, "UPDATE publication SET pending = $2, tried = $3, tried_at = $4, told = $5 WHERE record = $1");
	db_bind_int(&q, 1, x->r->id);
	db_bind_int(&q, 2, pending);
	db_bind_int(&q, 3, json_integer(json_get_lit(x->args, "tried"), 0));
	db_bind_int(&q, 4, x->s->at);
	db_bind_str(&q, 5, told);
	return db_run(&q, x->s->e);
}

static enum err_code done(struct acting *x) {
	const struct json *published = json_get_lit(x->args, "published");
	json_put(&x->detail, S("published"), published);
	x->changed = json_count(published) > 0;
	/* Where something is in the way, that is told next, and the plan stays due. */
	return json_true(json_get_lit(x->args, "more")) ? ERR_OK : note_try(x, false, STR_EMPTY);
}

static struct str in_words(struct acting *x, const struct json *problems) {
	autobuf struct buf text = BUF(4000);
	for (size_t i = 0; i < json_count(problems) && text.n < 2000; i++) {
		struct str record = json_get_str(json_at(problems, i), S("record")), problem = json_get_str(json_at(problems, i), S("problem"));
		buf_fmt(&text, "%s%.*s%s%.*s", i ? "; " : "", STR_ARG(record), record.n ? ": " : "", STR_ARG(str_cut_utf8(problem, 500)));
	}
	return arena_str(x->s->a, buf_str(&text));
}

static enum err_code stuck(struct acting *x) {
	const struct json *problems = json_get_lit(x->args, "problems");
	struct str text = json_canonical(x->s->a, problems), told = STR_EMPTY;
	struct db_query q = db_query(x->s->db, "SELECT told FROM publication WHERE record = $1");
	db_bind_int(&q, 1, x->r->id);
	if (db_row(&q)) told = arena_str(x->s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, x->s->e);
	/* Who was told so needs not be told again. */
	x->changed = !str_eq(text, told);
	json_set(&x->detail, S("problems"), problems);
	json_put_str(&x->detail, S("reason"), in_words(x, problems));
	return code ? code : note_try(x, true, text);
}

static enum err_code none(struct acting *x) {
	struct str mode;
	moment at;
	int64_t lead;
	bool found;
	enum err_code code = read_plan(x->s, x->r->id, &mode, &at, &lead, &found);
	if (!mode.n) mode = S("manual");
	json_set_str(&x->detail, S("mode"), mode);
	json_set_str(&x->detail, S("reason"), arena_fmt(x->s->a, "The embargo has ended, and the publication plan says \"%.*s\".", STR_ARG(mode)));
	return code ? code : note_try(x, false, STR_EMPTY);
}

static enum err_code announced(struct acting *x) {
	struct str at = act_arg(x, "at");
	json_set_str(&x->detail, S("at"), at);
	json_set_str(&x->detail, S("reason"), arena_fmt(x->s->a, "What the plan names is published on %.*s, unless the plan changes.", STR_ARG(at)));
	struct db_query q = db_query(x->s->db, "UPDATE publication SET announced = $2 WHERE record = $1 AND announced <> $2");
	db_bind_int(&q, 1, x->r->id);
	db_bind_int(&q, 2, act_moment(x, "at"));
	enum err_code code = db_run(&q, x->s->e);
	x->changed = !code && db_changes(x->s->db) > 0;
	return code;
}

const struct act_function publication_functions[] = {
	{"publication.announced", announced}, {"publication.done", done}, {"publication.stuck", stuck}, {"publication.none", none},
};
const size_t publication_functions_n = lengthof(publication_functions);

/* ---- running ---- */

struct running {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	struct err *e;
};

/* What is refused is of this record; what is broken is of the whole. */
static bool broken(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_MEMORY;
}

static enum err_code act(struct running *x, struct str record, const char *name, const struct json *args) {
	struct change c = {.op = CHANGE_ACT, .actor = by_hub, .record = record, .act = str_of(name), .args = args};
	struct change_result result;
	return change_apply(x->hub, x->db, &c, &result, x->e);
}

static enum err_code end_embargoes(struct running *x) {
	struct str due[DUE];
	size_t n = 0;
	struct db_query q = db_query(x->db,
		"SELECT r.uid FROM case_state c JOIN record r ON r.id = c.record WHERE c.embargo IN ('A', 'R') AND c.until <= $1 ORDER BY c.until LIMIT 200");
	db_bind_int(&q, 1, now());
	while (n < DUE && db_row(&q)) due[n++] = arena_str(x->a, db_str(&q, 0));
	enum err_code code = db_done(&q, x->e), last = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		/* One that can't be ended must not keep the others. */
		enum err_code one = act(x, due[i], "embargo.reached", NULL);
		if (broken(one)) code = one;
		else if (one) last = one;
	}
	return code ? code : last;
}

static enum err_code announce(struct running *x) {
	struct str uids[DUE];
	moment at[DUE];
	size_t n = 0;
	struct db_query q = db_query(x->db,
		"SELECT r.uid, CASE WHEN p.mode = 'at-moment' THEN p.moment ELSE c.until END AS at FROM publication p JOIN record r ON r.id = p.record "
		"LEFT JOIN case_state c ON c.record = p.record WHERE p.pending = 1 AND p.lead > 0 AND r.state NOT IN ('declined', 'closed', 'merged') "
		"AND CASE WHEN p.mode = 'at-moment' THEN p.moment WHEN c.embargo IN ('A', 'R') THEN c.until ELSE 0 END > $1 "
		"AND CASE WHEN p.mode = 'at-moment' THEN p.moment ELSE c.until END <= $1 + p.lead * 86400000000 "
		"AND CASE WHEN p.mode = 'at-moment' THEN p.moment ELSE c.until END <> p.announced ORDER BY p.record LIMIT 200");
	db_bind_int(&q, 1, now());
	for (; n < DUE && db_row(&q); n++) {
		uids[n] = arena_str(x->a, db_str(&q, 0));
		at[n] = db_int(&q, 1);
	}
	enum err_code code = db_done(&q, x->e), last = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		struct json_builder args = json_object_of(x->a);
		json_set_str(&args, S("at"), moment_str(x->a, at[i]));
		enum err_code one = act(x, uids[i], "publication.announced", json_built(&args));
		if (broken(one)) code = one;
		else if (one) last = one;
	}
	return code ? code : last;
}

struct due {
	int64_t record;
	struct str uid, kind, state, mode;
};

static enum err_code read_due(struct running *x, struct due *due, size_t *n) {
	struct db_query q = db_query(x->db,
		"SELECT r.id, r.uid, r.kind, r.state, p.mode FROM publication p JOIN record r ON r.id = p.record LEFT JOIN case_state c ON c.record = p.record "
		"WHERE p.pending = 1 AND r.state NOT IN ('declined', 'closed', 'merged') AND CASE WHEN p.mode = 'at-moment' THEN p.moment <= $1 ELSE c.embargo = 'X' END "
		"AND (p.tried_at = 0 OR p.tried_at <= $2 OR EXISTS (SELECT 1 FROM event v WHERE v.seq > p.tried AND "
		"(v.record = p.record OR v.record IN (SELECT l.target FROM link l WHERE l.source = p.record AND l.rel = 'publishes')))) "
		"ORDER BY p.record LIMIT 200");
	db_bind_int(&q, 1, now());
	db_bind_int(&q, 2, now() - HOUR);
	*n = 0;
	while (*n < DUE && db_row(&q))
		due[(*n)++] = (struct due){.record = db_int(&q, 0), .uid = arena_str(x->a, db_str(&q, 1)), .kind = arena_str(x->a, db_str(&q, 2)),
			.state = arena_str(x->a, db_str(&q, 3)), .mode = arena_str(x->a, db_str(&q, 4))};
	return db_done(&q, x->e);
}

static enum err_code read_named(struct running *x, const struct due *d, struct due *named, size_t *n) {
	struct db_query q = db_query(x->db,
		"SELECT r.id, r.uid, r.kind, r.state FROM link l JOIN record r ON r.id = l.target WHERE l.source = $1 AND l.rel = 'publishes' "
		"ORDER BY l.at, l.target LIMIT 500");
	db_bind_int(&q, 1, d->record);
	*n = 0;
	while (*n < NAMED && db_row(&q))
		named[(*n)++] = (struct due){.record = db_int(&q, 0), .uid = arena_str(x->a, db_str(&q, 1)), .kind = arena_str(x->a, db_str(&q, 2)),
			.state = arena_str(x->a, db_str(&q, 3))};
	return db_done(&q, x->e);
}

struct outcome {
	struct json_builder published, problems;
};

static void note_problem(struct running *x, struct outcome *o, struct str uid, struct str problem) {
	struct json_builder one = json_object_of(x->a);
	json_put_str(&one, S("record"), uid);
	json_set_str(&one, S("problem"), arena_str(x->a, str_cut_utf8(problem, 2000)));
	json_add(&o->problems, json_built(&one));
}

static enum err_code publish(struct running *x, const struct due *d, struct outcome *o) {
	const struct kind *kind = kind_find(x->hub->kinds, d->kind);
	const struct kind_state *state = kind ? kind_state(kind, d->state) : NULL, *to;
	const struct kind_move *m = kind ? kind_move(kind, S("publish")) : NULL;
	if (state && state->is_public) return ERR_OK;
	to = m ? kind_state(kind, m->to) : NULL;
	if (!to || !to->is_public || !kind_move_from(m, d->state)) {
		note_problem(x, o, d->uid, arena_fmt(x->a, "it can't be published from the state \"%.*s\"", STR_ARG(state ? state->title : d->state)));
		return ERR_OK;
	}
	struct change c = {.op = CHANGE_MOVE, .actor = by_hub, .record = d->uid, .move = m->name, .reason = m->reason ? S("as planned") : STR_EMPTY};
	struct change_result result;
	enum err_code code = change_apply(x->hub, x->db, &c, &result, x->e);
	if (broken(code)) return code;
	if (code) note_problem(x, o, d->uid, str_of(x->e->message));
	else json_add(&o->published, json_str(x->a, d->uid));
	return ERR_OK;
}

static enum err_code tell(struct running *x, const struct due *d, const char *name, const char *member, const struct json *list, int64_t tried,
	bool more) {
	struct json_builder args = json_object_of(x->a);
	json_set(&args, str_of(member), list);
	if (more) json_set_bool(&args, S("more"), true);
	json_set_int(&args, S("tried"), tried);
	return act(x, d->uid, name, json_built(&args));
}

static enum err_code carry_out(struct running *x, const struct due *d) {
	struct due *named = arena_array(x->a, NAMED, sizeof *named);
	struct outcome o = {json_array_of(x->a), json_array_of(x->a)};
	size_t n = 0;
	int64_t tried;
	if (!named) return err_set(x->e, ERR_MEMORY, "out of memory");
	/* Taken first: what changes from here on is a reason to try again. */
	enum err_code code = hub_sequence(x->db, &tried, x->e);
	if (!code) code = read_named(x, d, named, &n);
	for (size_t i = 0; i < n && !code; i++) code = publish(x, &named[i], &o);
	if (!code && str_is(d->state, "ready")) code = publish(x, d, &o);
	else if (!code && !n) note_problem(x, &o, STR_EMPTY, S("the plan names no record, and the case is not ready"));
	if (code) return code;
	const struct json *published = json_built(&o.published), *problems = json_built(&o.problems);
	bool stopped = json_count(problems) > 0;
	if (!stopped || json_count(published)) code = tell(x, d, "publication.done", "published", published, tried, stopped);
	return code || !stopped ? code : tell(x, d, "publication.stuck", "problems", problems, tried, false);
}

enum err_code publication_run(struct hub *h, struct db *db, struct err *e) {
	autoarena struct arena *a = arena_new(RUN_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct running x = {h, db, a, e};
	struct due *due = arena_array(a, DUE, sizeof *due);
	size_t n = 0;
	if (!due) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = end_embargoes(&x), last = code;
	if (!broken(code)) code = announce(&x);
	if (code) last = code;
	if (!broken(code)) code = read_due(&x, due, &n);
	for (size_t i = 0; i < n && !broken(code); i++) {
		bool planned = str_is(due[i].mode, "at-moment") || str_is(due[i].mode, "at-embargo-end");
		code = planned ? carry_out(&x, &due[i]) : act(&x, due[i].uid, "publication.none", NULL);
		if (code) last = code;
	}
	return broken(code) ? code : last;
}
