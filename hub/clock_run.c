/* What happens when terms end: acts of the hub itself, and what a coordinator may put off. */
#include "clock.h"

#include "hub/account/account.h"
#include "hub/act_private.h"
#include "hub/mail.h"
#include "hub/writer.h"

enum { DUE = 100, RUN_CAP = 16 << 20, TOLD = 200 };

struct running {
	int64_t id, record;
	struct str name, subject;
	moment started, due;
	int64_t rung;
};

static enum err_code read_clock(struct acting *x, struct running *out) {
	int64_t id = json_integer(json_get_lit(x->args, "clock"), 0);
	struct db_query q = db_query(x->s->db, "SELECT name, subject, started, due, rung FROM clock WHERE id = $1 AND record = $2 AND state = 'running'");
	db_bind_int(&q, 1, id);
	db_bind_int(&q, 2, x->r->id);
	bool found = db_row(&q);
	if (found)
		*out = (struct running){id, x->r->id, arena_str(x->s->a, db_str(&q, 0)), arena_str(x->s->a, db_str(&q, 1)), db_int(&q, 2), db_int(&q, 3), db_int(&q, 4)};
	enum err_code code = db_done(&q, x->s->e);
	return code || found ? code : err_set(x->s->e, ERR_CONFLICT, "no such term runs any more");
}

static enum err_code reach(struct acting *x, const struct running *c, enum clock_rung rung, moment next) {
	struct db_query q = db_query(x->s->db, "UPDATE clock SET rung = $2, next = $3 WHERE id = $1");
	db_bind_int(&q, 1, c->id);
	db_bind_int(&q, 2, rung);
	db_bind_int(&q, 3, next);
	const struct kind_clock *k = NULL;
	for (size_t i = 0; i < x->r->kind->clocks_n; i++)
		if (str_eq(x->r->kind->clocks[i].name, c->name)) k = &x->r->kind->clocks[i];
	json_set_str(&x->detail, S("clock"), c->name);
	json_put_str(&x->detail, S("reason"), k ? k->title : S("Notice to an authority"));
	json_set_str(&x->detail, S("due"), moment_str(x->s->a, c->due));
	json_put_str(&x->detail, S("subject"), c->subject);
	return db_run(&q, x->s->e);
}

static enum err_code remind(struct acting *x) {
	struct running c;
	enum err_code code = read_clock(x, &c);
	if (code) return code;
	x->changed = c.rung < RUNG_REMINDED && x->s->at < c.due;
	return x->changed ? reach(x, &c, RUNG_REMINDED, c.due) : ERR_OK;
}

static enum err_code overdue(struct acting *x) {
	struct running c;
	enum err_code code = read_clock(x, &c);
	if (code) return code;
	x->changed = c.rung < RUNG_OVERDUE && x->s->at >= c.due;
	return x->changed ? reach(x, &c, RUNG_OVERDUE, c.due + x->s->hub->escalation.owners) : ERR_OK;
}

/* Who may not read the record is told that a term of the hub ran out, and which. */
static enum err_code mail_to(struct acting *x, const struct running *c, const char *role) {
	struct str addresses[TOLD];
	size_t n = 0;
	if (!mail_configured(x->s->hub)) return ERR_OK;
	struct db_query q = db_query(x->s->db,
		"SELECT a.email FROM membership m JOIN account a ON a.uid = m.account WHERE m.organization = '' AND m.role = $1 AND a.suspended = 0 LIMIT 200");
	db_bind_str(&q, 1, str_of(role));
	while (n < TOLD && db_row(&q)) addresses[n++] = arena_str(x->s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, x->s->e);
	char due[MOMENT_TEXT];
	struct str at = moment_text(c->due, due);
	for (size_t i = 0; i < n && !code; i++) {
		struct mail m = {.to = addresses[i], .subject = arena_fmt(x->s->a, "%.*s: a term is overdue", STR_ARG(x->s->hub->name)), .text =
			arena_fmt(x->s->a, "A term of %.*s on this hub ended at %.*s and was not met (%.*s). Those who work on it were told.\n\n%.*s/r/%.*s\n",
				STR_ARG(x->r->uid), STR_ARG(at), STR_ARG(c->name), STR_ARG(x->s->hub->base_url), STR_ARG(x->r->uid))};
		code = mail_queue(x->s->hub, x->s->db, &m, x->s->e);
	}
	return code;
}

static enum err_code escalate(struct acting *x) {
	struct running c;
	const struct hub_escalation *ladder = &x->s->hub->escalation;
	enum err_code code = read_clock(x, &c);
	if (code) return code;
	bool owners = c.rung == RUNG_OVERDUE && x->s->at >= c.due + ladder->owners;
	bool adjudicators = c.rung == RUNG_OWNERS && x->s->at >= c.due + ladder->adjudicators;
	x->changed = owners || adjudicators;
	if (!x->changed) return ERR_OK;
	json_set_str(&x->detail, S("to"), owners ? S("owners of the hub") : S("adjudicators"));
	code = reach(x, &c, owners ? RUNG_OWNERS : RUNG_ADJUDICATORS, owners ? c.due + ladder->adjudicators : 0);
	return code ? code : mail_to(x, &c, owners ? "owner" : "adjudicator");
}

static enum err_code extend(struct acting *x) {
	struct running c;
	moment until = act_moment(x, "until");
	enum err_code code = read_clock(x, &c);
	if (code) return code;
	if (until <= x->s->at || until <= c.due) {
		err_set(x->s->e, ERR_INVALID, "a term is put off to a later moment that is still to come");
		err_where(x->s->e, "until");
		return ERR_INVALID;
	}
	struct db_query q = db_query(x->s->db, "UPDATE clock SET due = $2, rung = 0, next = $3 WHERE id = $1");
	moment remind = until - (until - x->s->at) / 4;
	db_bind_int(&q, 1, c.id);
	db_bind_int(&q, 2, until);
	db_bind_int(&q, 3, remind);
	json_set_str(&x->detail, S("clock"), c.name);
	json_set_str(&x->detail, S("until"), act_arg(x, "until"));
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	return db_run(&q, x->s->e);
}

const struct act_function clock_functions[] = {
	{"clock.remind", remind}, {"clock.overdue", overdue}, {"clock.escalate", escalate}, {"clock.extend", extend},
};
const size_t clock_functions_n = lengthof(clock_functions);

/* ---- the runner ---- */

static const char *act_for(int64_t rung, moment due, moment at) {
	if (rung < RUNG_OVERDUE) return at >= due ? "clock.overdue" : "clock.remind";
	return "clock.escalate";
}

/* A record whose kind knows no such act, or that is gone, keeps the others from nothing. */
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
		if (code || !n) return code;
		for (size_t i = 0; i < n && !code; i++) code = fire(h, db, a, due[i].id, due[i].uid, act_for(due[i].rung, due[i].due, at), e);
		if (code) return code;
	}
	return ERR_OK;
}

static enum err_code silence(struct db *db, void *arg, struct err *e) {
	struct db_query q = db_query(db, "UPDATE clock SET next = 0 WHERE id = $1");
	db_bind_int(&q, 1, *(const int64_t *)arg);
	return db_run(&q, e);
}

static enum err_code give_up(struct hub *h, int64_t clock, struct err *e) {
	return writer_run(h->writer, silence, &clock, e);
}
