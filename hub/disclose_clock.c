#include "hub/clocks.h"
#include "hub/disclose_private.h"

enum { OF_RECORD = 200, RUNNING = 500, TALLIES = 200 };
#define COLUMNS "c.id, c.name, c.subject, c.started, c.due, c.stopped, c.span, c.days, c.state, c.rung"

static struct disclosed_clock of_row(const struct disclosing *d, struct db_query *q) {
	struct disclosed_clock c = {.id = db_int(q, 0), .name = arena_str(d->a, db_str(q, 1)), .whose = arena_str(d->a, db_str(q, 2)), .started = db_int(q, 3),
		.due = db_int(q, 4), .stopped = db_int(q, 5), .span = arena_str(d->a, db_str(q, 6)), .days = arena_str(d->a, db_str(q, 7)),
		.state = arena_str(d->a, db_str(q, 8)), .rung = (enum clock_rung)db_int(q, 9)};
	c.running = str_is(c.state, "running");
	c.overdue = c.running && c.due < now();
	return c;
}

/* Words come from the kind's file; whose it is, as this viewer is told. */
static void in_words(const struct disclosing *d, const struct kind *kind, int64_t record, unsigned audiences, struct disclosed_clock *c) {
	c->title = str_starts(c->name, S("regulatory/")) ? S("Give notice to the authority") : c->name;
	for (size_t i = 0; i < kind->clocks_n; i++) {
		if (!str_eq(kind->clocks[i].name, c->name)) continue;
		c->title = kind->clocks[i].title;
		c->description = kind->clocks[i].description;
	}
	if (c->whose.n) c->whose = disclose_name_on(d, kind, record, audiences, c->whose);
}

enum err_code disclose_clocks(const struct disclosing *d, const struct disclosed *r, struct disclosed_clock **out, size_t *n, struct err *e) {
	*n = 0;
	*out = NULL;
	if (!(r->audiences & (PARTIES | OWNER | COORDINATORS))) return ERR_OK;
	struct disclosed_clock *items = arena_array(d->a, OF_RECORD, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0;
	struct db_query q = db_query(d->db, "SELECT " COLUMNS " FROM clock c WHERE c.record = $1 AND c.state <> 'cancelled' "
		"ORDER BY CASE WHEN c.state = 'running' THEN 0 ELSE 1 END, c.due, c.id LIMIT 200");
	db_bind_int(&q, 1, r->line.record);
	while (used < OF_RECORD && db_row(&q)) items[used++] = of_row(d, &q);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) in_words(d, r->line.kind, r->line.record, r->audiences, &items[i]);
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code disclose_running(const struct disclosing *d, moment before, struct disclosed_clock **out, size_t *n, struct err *e) {
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return err_set(e, ERR_FORBIDDEN, "terms of all records are shown to coordinators");
	struct disclosed_clock *items = arena_array(d->a, RUNNING, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	int64_t records[RUNNING];
	size_t used = 0, shown = 0;
	struct db_query q = db_query(d->db, "SELECT " COLUMNS ", c.record FROM clock c WHERE c.state = 'running' AND ($1 = 0 OR c.due < $1) ORDER BY c.due, c.id LIMIT 500");
	db_bind_int(&q, 1, before);
	while (used < RUNNING && db_row(&q)) {
		records[used] = db_int(&q, 10);
		items[used++] = of_row(d, &q);
	}
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) {
		code = disclose_glimpse(d, records[i], &items[i].record, e);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		if (code) break;
		in_words(d, items[i].record.kind, records[i], COORDINATORS, &items[i]);
		items[shown++] = items[i];
	}
	if (code) return code;
	*out = items;
	*n = shown;
	return ERR_OK;
}

enum err_code clock_tallies(struct db *db, struct arena *a, struct clock_tally **out, size_t *n, struct err *e) {
	struct clock_tally *items = arena_array(a, TALLIES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db,
		"SELECT r.kind, c.name, sum(CASE WHEN c.state = 'met' THEN 1 ELSE 0 END), sum(CASE WHEN c.state = 'late' THEN 1 ELSE 0 END), "
		"sum(CASE WHEN c.state = 'running' THEN 1 ELSE 0 END), sum(CASE WHEN c.state = 'running' AND c.due < $1 THEN 1 ELSE 0 END) "
		"FROM clock c JOIN record r ON r.id = c.record GROUP BY r.kind, c.name ORDER BY r.kind, c.name LIMIT 200");
	db_bind_int(&q, 1, now());
	*n = 0;
	while (*n < TALLIES && db_row(&q))
		items[(*n)++] = (struct clock_tally){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), db_int(&q, 2), db_int(&q, 3), db_int(&q, 4), db_int(&q, 5)};
	*out = items;
	return db_done(&q, e);
}
