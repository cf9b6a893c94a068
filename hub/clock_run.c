/* What happens when terms end: acts of the hub itself, and what a coordinator may put off. */
#include "clock_rows.h"

#include "hub/act_private.h"
#include "hub/writer.h"

enum { DUE = 100, RUN_CAP = 16 << 20 };

/* ---- what the acts share ---- */

static enum err_code read_named(struct acting *x, struct clock_row *out) {
	return clock_read(x->s, x->r->id, json_integer(json_get_lit(x->args, "clock"), 0), out);
}

/* Whose duty it is, among those who may know of it; coordinators see all that happens. */
static unsigned duty_of(const struct kind *kind, const struct clock_row *c) {
	static const struct {
		unsigned role, audience;
	} by_role[] = {{ROLE_OWNER, OWNER}, {ROLE_PARTY, PARTIES}, {ROLE_PANEL, PANEL}, {ROLE_ADJUDICATOR, PANEL}};
	const struct kind_clock *k = kind_clock_named(kind, c->name);
	unsigned duty = COORDINATORS, who = k ? role_of(k->who) : 0;
	for (size_t i = 0; i < lengthof(by_role); i++)
		if (who & by_role[i].role) duty |= by_role[i].audience;
	/* The owner of a case gives notice, or sees to it. */
	if (str_is(c->name, DUTY_TO_AUTHORITY)) duty |= c->audiences & OWNER;
	return duty;
}

static void tell(struct acting *x, const struct clock_row *c) {
	const struct kind_clock *k = kind_clock_named(x->r->kind, c->name);
	struct str title = k ? k->title : str_is(c->name, DUTY_TO_AUTHORITY) ? S("Notice to an authority") : c->title;
	json_set_str(&x->detail, S("clock"), c->name);
	json_put_str(&x->detail, S("reason"), title);
	json_set_str(&x->detail, S("due"), moment_str(x->s->a, c->due));
	x->audiences = duty_of(x->r->kind, c);
	if (!c->subject.n) return;
	struct json_builder to = json_array_of(x->s->a);
	json_add(&to, json_str_checked(x->s->a, c->subject));
	json_set(&x->detail, S("to"), json_built(&to));
	json_set_str(&x->detail, S("subject"), c->subject);
	x->audiences = COORDINATORS;
}

static enum err_code reach(struct acting *x, const struct clock_row *c, enum clock_rung rung) {
	x->changed = true;
	tell(x, c);
	return clock_reach(x->s, c, rung);
}

/* ---- the acts ---- */

/* Somebody else was quicker, or the clock says another time than a moment ago. */
static enum err_code not_now(struct acting *x) {
	x->changed = false;
	return ERR_OK;
}

static enum err_code remind(struct acting *x) {
	struct clock_row c;
	enum err_code code = read_named(x, &c);
	if (code) return code;
	return c.rung < RUNG_REMINDED && !clock_over(c.due, x->s->at) ? reach(x, &c, RUNG_REMINDED) : not_now(x);
}

static enum err_code overdue(struct acting *x) {
	struct clock_row c;
	enum err_code code = read_named(x, &c);
	if (code) return code;
	return c.rung < RUNG_OVERDUE && clock_over(c.due, x->s->at) ? reach(x, &c, RUNG_OVERDUE) : not_now(x);
}

static enum err_code escalate(struct acting *x) {
	struct clock_row c;
	enum err_code code = read_named(x, &c);
	if (code) return code;
	moment next = clock_next(&x->s->hub->escalation, c.rung, c.started, c.due);
	if (c.rung < RUNG_OVERDUE || !next) return not_now(x);
	if (next > x->s->at) {
		/* The spans of polder.conf were made longer: it waits for the new moment, and is not looked at before others until then. */
		x->changed = false;
		return clock_reach(x->s, &c, c.rung);
	}
	bool owners = c.rung == RUNG_OVERDUE;
	code = reach(x, &c, owners ? RUNG_OWNERS : RUNG_ADJUDICATORS);
	x->audiences = COORDINATORS;
	json_set_str(&x->detail, S("told"), owners ? S("owner") : S("adjudicator")); /* change_notice.c, disclose_event.c */
	return code;
}

static enum err_code extend(struct acting *x) {
	struct clock_row c;
	moment until = act_moment(x, "until");
	enum err_code code = read_named(x, &c);
	if (code) return code;
	if (until <= x->s->at || until <= c.due) {
		err_set(x->s->e, ERR_INVALID, "a term is put off to a later moment that is still to come");
		err_where(x->s->e, "until");
		return ERR_INVALID;
	}
	tell(x, &c);
	x->audiences = c.subject.n ? (unsigned)COORDINATORS : c.audiences;
	json_set_str(&x->detail, S("until"), act_arg(x, "until"));
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	return clock_reset(x->s, &c, c.started, until, &(struct term){STR_EMPTY, "", c.basis}, true);
}

const struct act_function clock_functions[] = {
	{"clock.remind", remind}, {"clock.overdue", overdue}, {"clock.escalate", escalate}, {"clock.extend", extend},
};
const size_t clock_functions_n = lengthof(clock_functions);

/* ---- the runner ---- */

static const char *act_for(int64_t rung, moment due, moment at) {
	if (rung < RUNG_OVERDUE) return clock_over(due, at) ? "clock.overdue" : "clock.remind";
	return "clock.escalate";
}

/* A record that can't be acted on any more keeps the others from nothing. */
static enum err_code give_up(struct hub *h, int64_t clock, struct err *e);

static enum err_code fire(struct hub *h, struct db *db, struct arena *a, int64_t clock, struct str uid, const char *act, struct err *e) {
	struct json_builder args = json_object_of(a);
	struct change_result result;
	json_set_int(&args, S("clock"), clock);
	struct change c = {.op = CHANGE_ACT, .actor = {S("hub"), ROLE_COORDINATOR}, .record = uid, .act = str_of(act), .args = json_built(&args)};
	enum err_code code = change_apply(h, db, &c, &result, e);
	if (code == ERR_INVALID || code == ERR_GONE || code == ERR_UNSUPPORTED || code == ERR_NOT_FOUND) return give_up(h, clock, e);
	return code == ERR_CONFLICT ? ERR_OK : code;
}

enum err_code clock_run(struct hub *h, struct db *db, struct err *e) {
	struct due {
		int64_t id, rung;
		moment due;
		struct str uid;
	} due[DUE];
	enum err_code trouble = ERR_OK;
	/* One rung at a time: what was missed while the server was down comes in order. */
	for (int round = 0; round < RUNG_ADJUDICATORS; round++) {
		size_t n = 0;
		moment at = now();
		autoarena struct arena *a = arena_new(RUN_CAP);
		if (!a) return err_set(e, ERR_MEMORY, "out of memory");
		struct db_query q = db_query(db,
			"SELECT c.id, c.rung, c.due, r.uid FROM clock c JOIN record r ON r.id = c.record WHERE c.state = 'running' AND c.next > 0 AND c.next <= $1 "
			"ORDER BY c.next LIMIT 100");
		db_bind_int(&q, 1, at);
		while (n < DUE && db_row(&q)) {
			due[n++] = (struct due){db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), arena_str(a, db_str(&q, 3))};
		}
		enum err_code code = db_done(&q, e);
		if (code) return code;
		if (!n) break;
		/* One that fails keeps the others from nothing; the first failure is told when all had their turn. */
		for (size_t i = 0; i < n; i++) {
			struct err one = {0};
			code = fire(h, db, a, due[i].id, due[i].uid, act_for(due[i].rung, due[i].due, at), &one);
			if (code && !trouble) trouble = code, *e = one;
		}
		if (trouble) break;
	}
	return trouble;
}

static enum err_code silence(struct db *db, void *arg, struct err *e) {
	struct db_query q = db_query(db, "UPDATE clock SET next = 0 WHERE id = $1");
	db_bind_int(&q, 1, *(const int64_t *)arg);
	return db_run(&q, e);
}

static enum err_code give_up(struct hub *h, int64_t clock, struct err *e) {
	return writer_run(h->writer, silence, &clock, e);
}
