#include "hub/clocks.h"

#include "hub/clock_rows.h"
#include "hub/disclose_private.h"
#include "hub/visibility.h"

enum { OF_RECORD = 200 };
#define COLUMNS "c.id, c.name, c.title, c.subject, c.audiences, c.started, c.due, c.stopped, c.span, c.days, c.state, c.basis, c.rung, c.put_off"

struct row {
	struct disclosed_clock c;
	struct str subject;
	unsigned audiences;
	int64_t record;
};

static struct row of_row(const struct disclosing *d, struct db_query *q) {
	struct row r = {.c = {.id = db_int(q, 0), .name = arena_str(d->a, db_str(q, 1)), .title = arena_str(d->a, db_str(q, 2)), .started = db_int(q, 5),
		.due = db_int(q, 6), .stopped = db_int(q, 7), .span = arena_str(d->a, db_str(q, 8)), .days = arena_str(d->a, db_str(q, 9)),
		.state = arena_str(d->a, db_str(q, 10)), .basis = arena_str(d->a, db_str(q, 11)), .rung = (enum clock_rung)db_int(q, 12),
		.put_off = db_int(q, 13) != 0},
		.subject = arena_str(d->a, db_str(q, 3)), .audiences = (unsigned)db_int(q, 4)};
	r.c.running = str_is(r.c.state, "running");
	r.c.overdue = r.c.running && clock_over(r.c.due, now());
	return r;
}

static enum err_code is_mine(const struct disclosing *d, struct str subject, bool *out, struct err *e) {
	*out = d->viewer.name.n && str_eq(subject, d->viewer.name);
	if (*out || !d->viewer.name.n) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT 1 FROM membership WHERE account = $1 AND organization = $2");
	db_bind_str(&q, 1, d->viewer.name);
	db_bind_str(&q, 2, subject);
	*out = db_row(&q);
	return db_done(&q, e);
}

static enum err_code may_know(const struct disclosing *d, const struct kind *kind, unsigned audiences, const struct row *r, bool *out, struct err *e) {
	/* By today's rules of the kind; never by what the public may see. */
	unsigned told = str_is(r->c.name, DUTY_TO_AUTHORITY) ? visibility_of(kind->visibility, S("/regulatory")) & ~(unsigned)PUBLIC : r->audiences;
	*out = (told & audiences) != 0;
	if (!r->subject.n || audiences & (COORDINATORS | OWNER)) return ERR_OK;
	return is_mine(d, r->subject, out, e);
}

/* Words come from the kind's file; whose it is, as this viewer is told. */
static void in_words(const struct disclosing *d, const struct kind *kind, unsigned audiences, struct row *r) {
	const struct kind_clock *k = kind_clock_named(kind, r->c.name);
	struct disclosed_clock *c = &r->c;
	if (str_is(c->name, DUTY_TO_AUTHORITY)) c->title = S("Give notice to the authority");
	if (k) c->title = k->title, c->description = k->description;
	if (!c->title.n) c->title = c->name; /* of a file that was changed */
	c->who = k && k->who.n ? k->who : str_is(c->name, DUTY_TO_AUTHORITY) ? S("owner") : S("coordinator");
	if (r->subject.n) c->whose = disclose_name_on(d, kind, r->record, audiences, r->subject);
	if (str_starts(c->basis, S("policy:"))) c->policy = disclose_public_name(d->db, d->a, str_from(c->basis, 7));
	if (audiences & COORDINATORS) return;
	if (str_starts(c->basis, S("tier:"))) c->basis = STR_EMPTY;
	if (c->rung > RUNG_OVERDUE) c->rung = RUNG_OVERDUE;
}

enum err_code disclose_clocks(const struct disclosing *d, const struct disclosed *r, struct disclosed_clock **out, size_t *n, struct err *e) {
	*n = 0;
	*out = NULL;
	unsigned audiences = r->audiences & ~(unsigned)(PUBLIC | INVITED);
	if (!audiences) return ERR_OK;
	struct row *rows = arena_array(d->a, OF_RECORD, sizeof *rows);
	struct disclosed_clock *items = arena_array(d->a, OF_RECORD, sizeof *items);
	if (!rows || !items) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0, shown = 0;
	struct db_query q = db_query(d->db, "SELECT " COLUMNS " FROM clock c WHERE c.record = $1 AND c.state <> 'cancelled' "
		"ORDER BY CASE WHEN c.state = 'running' THEN 0 ELSE 1 END, c.due, c.id LIMIT 200");
	db_bind_int(&q, 1, r->line.record);
	while (used < OF_RECORD && db_row(&q)) rows[used++] = of_row(d, &q);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < used && !code; i++) {
		bool may = false;
		rows[i].record = r->line.record;
		code = may_know(d, r->line.kind, audiences, &rows[i], &may, e);
		if (code || !may) continue;
		in_words(d, r->line.kind, audiences, &rows[i]);
		items[shown++] = rows[i].c;
	}
	if (code) return code;
	*out = items;
	*n = shown;
	return ERR_OK;
}

static enum err_code keeps(const struct disclosing *d, const struct row *r, bool *out, struct err *e) {
	if (r->subject.n) return is_mine(d, r->subject, out, e);
	*out = str_is(r->c.who, "coordinator");
	return ERR_OK;
}

struct running {
	const struct disclosing *d;
	const struct running_request *asked;
	struct row *rows;          /* of one reading; CLOCKS_MOST */
	size_t rows_n;
	struct disclosed_clock *items;
	size_t n;
};

/* Rows that end until then, after one that was read before. */
static enum err_code read_running(struct running *x, moment until, moment due, int64_t after, struct err *e) {
	struct db_query q = db_query(x->d->db,
		"SELECT " COLUMNS ", c.record FROM clock c WHERE c.state = 'running' AND c.due <= $1 AND (c.due > $2 OR (c.due = $2 AND c.id > $3)) "
		"ORDER BY c.due, c.id LIMIT 500");
	db_bind_int(&q, 1, until);
	db_bind_int(&q, 2, due);
	db_bind_int(&q, 3, after);
	x->rows_n = 0;
	while (x->rows_n < CLOCKS_MOST && db_row(&q)) {
		x->rows[x->rows_n] = of_row(x->d, &q);
		x->rows[x->rows_n++].record = db_int(&q, 14);
	}
	return db_done(&q, e);
}

static enum err_code show_running(struct running *x, struct row *r, struct err *e) {
	struct glimpse line;
	bool wanted = true;
	enum err_code code = disclose_glimpse(x->d, r->record, &line, e);
	if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) return ERR_OK;
	if (code) return code;
	in_words(x->d, line.kind, COORDINATORS, r);
	if (x->asked->mine) code = keeps(x->d, r, &wanted, e);
	if (code || !wanted) return code;
	x->items[x->n] = r->c;
	x->items[x->n++].record = line;
	return ERR_OK;
}

enum err_code disclose_running(const struct disclosing *d, const struct running_request *asked, struct disclosed_clock **out, size_t *n, struct err *e) {
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return err_set(e, ERR_FORBIDDEN, "terms of all records are shown to coordinators");
	struct running x = {d, asked, arena_array(d->a, CLOCKS_MOST, sizeof *x.rows), 0, arena_array(d->a, CLOCKS_MOST, sizeof *x.items), 0};
	if (!x.rows || !x.items) return err_set(e, ERR_MEMORY, "out of memory");
	moment until = asked->overdue ? now() - SECOND : asked->until ? asked->until : INT64_MAX, due = INT64_MIN;
	int64_t after = 0;
	enum err_code code;
	do {
		code = read_running(&x, until, due, after, e);
		for (size_t i = 0; i < x.rows_n && x.n < CLOCKS_MOST && !code; i++) code = show_running(&x, &x.rows[i], e);
		if (!code && x.rows_n) due = x.rows[x.rows_n - 1].c.due, after = x.rows[x.rows_n - 1].c.id;
	} while (!code && x.rows_n == CLOCKS_MOST && x.n < CLOCKS_MOST && !arena_failed(d->a));
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = x.items;
	*n = x.n;
	return ERR_OK;
}
