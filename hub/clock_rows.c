#include "clock_rows.h"

moment clock_next(const struct hub_escalation *ladder, enum clock_rung reached, moment started, moment due) {
	switch (reached) {
	case RUNG_NONE: return due > started ? started + (due - started) / 100 * ladder->remind : due + SECOND;
	case RUNG_REMINDED: return due + SECOND;
	case RUNG_OVERDUE: return due + SECOND + ladder->owners;
	case RUNG_OWNERS: return due + SECOND + ladder->adjudicators;
	case RUNG_ADJUDICATORS: break;
	}
	return 0;
}

bool term_due(const struct calendar *c, moment start, const struct term *t, moment *out) {
	struct duration d;
	enum term_days how = strcmp(t->days, "business") == 0 ? TERM_BUSINESS : strcmp(t->days, "legal") == 0 ? TERM_LEGAL : TERM_CALENDAR;
	return duration_parse(t->span, &d) && term_end(c, start, &d, how, out);
}

const struct kind_clock *kind_clock_named(const struct kind *k, struct str name) {
	for (size_t i = 0; i < k->clocks_n; i++)
		if (str_eq(k->clocks[i].name, name)) return &k->clocks[i];
	return NULL;
}

/* ---- reading ---- */

#define COLUMNS "id, record, name, place, title, subject, audiences, started, due, span, basis, state, rung, put_off"

static struct clock_row of_row(struct arena *a, struct db_query *q) {
	struct clock_row c = {.id = db_int(q, 0), .record = db_int(q, 1), .name = arena_str(a, db_str(q, 2)), .place = arena_str(a, db_str(q, 3)),
		.title = arena_str(a, db_str(q, 4)), .subject = arena_str(a, db_str(q, 5)), .audiences = (unsigned)db_int(q, 6), .started = db_int(q, 7),
		.due = db_int(q, 8), .span = arena_str(a, db_str(q, 9)), .basis = arena_str(a, db_str(q, 10)), .state = arena_str(a, db_str(q, 11)),
		.rung = (enum clock_rung)db_int(q, 12), .put_off = db_int(q, 13) != 0};
	c.running = str_is(c.state, "running");
	return c;
}

enum err_code clock_find(struct store *s, int64_t record, struct str name, struct str place, struct clock_row *out, bool *found) {
	struct db_query q = db_query(s->db, "SELECT " COLUMNS " FROM clock WHERE record = $1 AND name = $2 AND place = $3 ORDER BY id DESC LIMIT 1");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, name);
	db_bind_str(&q, 3, place);
	*found = db_row(&q);
	if (*found) *out = of_row(s->a, &q);
	return db_done(&q, s->e);
}

enum err_code clock_read(struct store *s, int64_t record, int64_t id, struct clock_row *out) {
	struct db_query q = db_query(s->db, "SELECT " COLUMNS " FROM clock WHERE id = $1 AND record = $2 AND state = 'running'");
	db_bind_int(&q, 1, id);
	db_bind_int(&q, 2, record);
	bool found = db_row(&q);
	if (found) *out = of_row(s->a, &q);
	enum err_code code = db_done(&q, s->e);
	return code || found ? code : err_set(s->e, ERR_CONFLICT, "no such term runs any more");
}

/* ---- writing ---- */

enum err_code clock_insert(struct store *s, const struct clock_row *c, const struct term *t) {
	struct db_query q = db_query(s->db,
		"INSERT INTO clock (record, name, place, title, subject, audiences, started, due, span, days, basis, put_off, state, stopped, rung, next) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 'running', 0, 0, $12)");
	db_bind_int(&q, 1, c->record);
	db_bind_str(&q, 2, c->name);
	db_bind_str(&q, 3, c->place);
	db_bind_str(&q, 4, c->title);
	db_bind_str(&q, 5, c->subject);
	db_bind_int(&q, 6, c->audiences);
	db_bind_int(&q, 7, c->started);
	db_bind_int(&q, 8, c->due);
	db_bind_str(&q, 9, t->span);
	db_bind_str(&q, 10, str_of(t->days));
	db_bind_str(&q, 11, t->basis);
	db_bind_int(&q, 12, clock_next(&s->hub->escalation, RUNG_NONE, c->started, c->due));
	return db_run(&q, s->e);
}

enum err_code clock_reset(struct store *s, const struct clock_row *c, moment started, moment due, const struct term *t, bool put_off) {
	/* Overdue by the old end and not by the new: nothing was reached yet. */
	enum clock_rung rung = c->rung >= RUNG_OVERDUE && !clock_over(due, s->at) ? RUNG_NONE : c->rung;
	if (put_off) rung = RUNG_NONE;
	struct db_query q = db_query(s->db,
		"UPDATE clock SET state = 'running', stopped = 0, started = $2, due = $3, span = $4, days = $5, basis = $6, put_off = $7, rung = $8, next = $9 WHERE id = $1");
	db_bind_int(&q, 1, c->id);
	db_bind_int(&q, 2, started);
	db_bind_int(&q, 3, due);
	db_bind_str(&q, 4, t->span);
	db_bind_str(&q, 5, str_of(t->days));
	db_bind_str(&q, 6, t->basis);
	db_bind_int(&q, 7, put_off);
	db_bind_int(&q, 8, rung);
	/* What was put off reminds at three quarters of what is left. */
	db_bind_int(&q, 9, clock_next(&s->hub->escalation, rung, put_off ? s->at : started, due));
	return db_run(&q, s->e);
}

enum err_code clock_end(struct store *s, const struct clock_row *c, moment at, bool fell_away) {
	struct db_query q = db_query(s->db, "UPDATE clock SET state = $2, stopped = $3, next = 0 WHERE id = $1");
	db_bind_int(&q, 1, c->id);
	db_bind_str(&q, 2, fell_away ? S("cancelled") : clock_over(c->due, at) ? S("late") : S("met"));
	db_bind_int(&q, 3, at);
	return db_run(&q, s->e);
}

enum err_code clock_reach(struct store *s, const struct clock_row *c, enum clock_rung rung) {
	struct db_query q = db_query(s->db, "UPDATE clock SET rung = $2, next = $3 WHERE id = $1");
	db_bind_int(&q, 1, c->id);
	db_bind_int(&q, 2, rung);
	db_bind_int(&q, 3, clock_next(&s->hub->escalation, rung, c->started, c->due));
	return db_run(&q, s->e);
}
