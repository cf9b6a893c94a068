#include "clock.h"

#include "hub/working_days.h"

enum { RUNNING = 100, REMIND_PARTS = 4 };

struct term {
	struct str span;
	const char *days;
};

static bool end_of(const struct calendar *c, moment start, struct term t, moment *out) {
	struct duration d;
	enum term_days how = strcmp(t.days, "business") == 0 ? TERM_BUSINESS : strcmp(t.days, "legal") == 0 ? TERM_LEGAL : TERM_CALENDAR;
	return duration_parse(t.span, &d) && term_end(c, start, &d, how, out);
}

static moment remind_at(moment start, moment due) {
	return due - (due - start) / REMIND_PARTS;
}

/* ---- what shortens a term ---- */

static enum err_code tier_of(struct store *s, int64_t record, struct str *out) {
	struct db_query q = db_query(s->db,
		"SELECT t.tier FROM record_tier t WHERE t.record = $1 OR t.record IN (SELECT target FROM link WHERE source = $1 AND rel = 'handles') "
		"ORDER BY CASE WHEN t.record = $1 THEN 0 ELSE 1 END, t.record LIMIT 1");
	db_bind_int(&q, 1, record);
	*out = db_row(&q) ? arena_str(s->a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, s->e);
}

/* The policy that a case stands under, by what its issuer promises. */
static enum err_code policy_term(struct store *s, const struct stored *r, struct str name, struct term *out, bool *found) {
	static const struct {
		const char *clock, *what;
	} meant[] = {{"acknowledge", "acknowledge"}, {"decide", "decide"}, {"triage", "decide"}, {"disclosure", "disclose"}, {"fix", "fix"}};
	int64_t policy = 0;
	const char *what = NULL;
	*found = false;
	for (size_t i = 0; i < lengthof(meant); i++)
		if (str_is(name, meant[i].clock)) what = meant[i].what;
	struct db_query q = db_query(s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'under-policy' ORDER BY id LIMIT 1");
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) policy = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	if (code || !policy || !what) return code;
	struct stored p;
	const struct json *body;
	code = store_read(s->hub, s->db, s->a, policy, &p, s->e);
	if (!code) code = store_body(s->hub, s->db, s->a, &p, &body, s->e);
	const struct json *list = code ? NULL : json_get_lit(body, "commitments");
	for (size_t i = 0; i < json_count(list) && !*found; i++) {
		const struct json *one = json_at(list, i);
		if (!str_is(json_get_str(one, S("what")), what) || !json_get_str(one, S("within")).n) continue;
		*out = (struct term){json_get_str(one, S("within")), str_is(json_get_str(one, S("days")), "business") ? "business" : "calendar"};
		*found = true;
	}
	return code;
}

/* By tier where the kind says so, else the kind's own; the policy's where it ends sooner. */
static enum err_code count(struct store *s, const struct stored *r, const struct kind_clock *k, moment start, struct term *term, moment *due) {
	struct calendar c;
	struct str tier;
	struct term promised;
	bool found;
	moment sooner;
	enum err_code code = working_days(s->hub, s->db, s->a, &c, s->e);
	if (!code) code = tier_of(s, r->id, &tier);
	if (!code) code = policy_term(s, r, k->name, &promised, &found);
	if (code) return code;
	struct str by_tier = json_get_str(k->by_tier, tier);
	*term = (struct term){by_tier.n ? by_tier : k->limit, k->business ? "business" : "calendar"};
	/* Hours are hours on every day. */
	if (str_find_char(term->span, 'T') != STR_NONE) term->days = "calendar";
	if (!end_of(&c, start, *term, due)) return err_set(s->e, ERR_INVALID, "the clock %.*s of the kind %.*s has no end that can be counted", STR_ARG(k->name), STR_ARG(r->kind->name));
	if (found && end_of(&c, start, promised, &sooner) && sooner < *due) {
		*due = sooner;
		*term = promised;
	}
	return ERR_OK;
}

/* ---- rows ---- */

static enum err_code insert(struct store *s, const struct stored *r, struct str name, struct str subject, moment start, struct term term, moment due) {
	struct db_query q = db_query(s->db,
		"INSERT INTO clock (record, name, subject, started, due, span, days, state, stopped, rung, next) VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', 0, 0, $8)");
	moment remind = remind_at(start, due);
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, name);
	db_bind_str(&q, 3, subject);
	db_bind_int(&q, 4, start);
	db_bind_int(&q, 5, due);
	db_bind_str(&q, 6, term.span);
	db_bind_str(&q, 7, str_of(term.days));
	db_bind_int(&q, 8, remind > start ? remind : due);
	return db_run(&q, s->e);
}

static enum err_code stop(struct store *s, int64_t record, struct str name, moment at, bool cancelled) {
	struct db_query q = db_query(s->db,
		"UPDATE clock SET state = CASE WHEN $4 = 1 THEN 'cancelled' WHEN $3 <= due THEN 'met' ELSE 'late' END, stopped = $3, next = 0 "
		"WHERE record = $1 AND name = $2 AND state = 'running'");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, name);
	db_bind_int(&q, 3, at);
	db_bind_int(&q, 4, cancelled);
	return db_run(&q, s->e);
}

static enum err_code runs(struct store *s, int64_t record, struct str name, bool *out, moment *started) {
	struct db_query q = db_query(s->db, "SELECT started FROM clock WHERE record = $1 AND name = $2 AND state = 'running' LIMIT 1");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, name);
	*out = db_row(&q);
	if (*out) *started = db_int(&q, 0);
	return db_done(&q, s->e);
}

static bool stops_in(const struct kind_clock *k, struct str state) {
	for (size_t i = 0; i < k->stop.n; i++)
		if (str_eq(k->stop.items[i], state)) return true;
	return false;
}

/* ---- what the door in tells ---- */

enum err_code clock_follow_state(struct store *s, const struct stored *r) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < r->kind->clocks_n && !code; i++) {
		const struct kind_clock *k = &r->kind->clocks[i];
		bool running = false;
		moment started, due;
		struct term term;
		if (stops_in(k, r->state)) code = stop(s, r->id, k->name, s->at, false);
		if (code || !str_eq(k->start, r->state)) continue;
		code = runs(s, r->id, k->name, &running, &started);
		if (code || running) continue;
		code = count(s, r, k, s->at, &term, &due);
		if (!code) code = insert(s, r, k->name, STR_EMPTY, s->at, term, due);
	}
	return code;
}

/* Article 73(2) to (4); what is of no class of its own has the term that stands in its entry. */
static struct str legal_span(const struct json *duty) {
	struct str class = json_get_str(duty, S("class")), own = json_get_str(duty, S("limit"));
	if (own.n) return own;
	if (str_is(class, "death")) return S("P10D");
	return str_is(class, "widespread") || str_is(class, "critical-infrastructure") ? S("P2D") : S("P15D");
}

static enum err_code follow_duty(struct store *s, const struct stored *r, const struct calendar *c, size_t i, const struct json *duty) {
	struct str name = arena_fmt(s->a, "regulatory/%zu", i);
	moment aware, initial, due, started = 0;
	bool running, applies = str_is(json_get_str(duty, S("applies")), "yes") && moment_parse(json_get_str(duty, S("aware")), &aware);
	struct term term = {legal_span(duty), "legal"};
	enum err_code code = runs(s, r->id, name, &running, &started);
	if (code) return code;
	if (running && (!applies || started != aware)) code = stop(s, r->id, name, s->at, true);
	if (code || !applies) return code;
	if (moment_parse(json_get_str(duty, S("initial")), &initial)) return running ? stop(s, r->id, name, initial, false) : ERR_OK;
	if (running && started == aware) return ERR_OK;
	return end_of(c, aware, term, &due) ? insert(s, r, name, STR_EMPTY, aware, term, due) : ERR_OK;
}

enum err_code clock_follow_body(struct store *s, const struct stored *r, struct str body) {
	const struct json *v, *duties;
	struct calendar c;
	if (!str_is(r->kind->name, "case") || str_find(body, S("\"regulatory\"")) == STR_NONE) return ERR_OK;
	enum err_code code = json_parse(s->a, body, NULL, &v, s->e);
	if (!code) code = working_days(s->hub, s->db, s->a, &c, s->e);
	duties = code ? NULL : json_get_lit(v, "regulatory");
	for (size_t i = 0; i < json_count(duties) && !code; i++) code = follow_duty(s, r, &c, i, json_at(duties, i));
	return code;
}

enum err_code clock_retier(struct store *s, const struct stored *r, struct str tier) {
	struct db_query q = db_query(s->db, "INSERT INTO record_tier (record, tier) VALUES ($1, $2) ON CONFLICT (record) DO UPDATE SET tier = excluded.tier");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, tier);
	enum err_code code = db_run(&q, s->e);
	for (size_t i = 0; i < r->kind->clocks_n && !code; i++) {
		const struct kind_clock *k = &r->kind->clocks[i];
		struct term term;
		moment started, due;
		bool running;
		code = runs(s, r->id, k->name, &running, &started);
		if (code || !running) continue;
		code = count(s, r, k, started, &term, &due);
		if (code) break;
		q = db_query(s->db,
			"UPDATE clock SET due = $3, span = $4, days = $5, next = CASE WHEN rung = 0 AND $6 > $7 THEN $6 WHEN rung <= 1 THEN $3 ELSE next END "
			"WHERE record = $1 AND name = $2 AND state = 'running' AND due <> $3");
		db_bind_int(&q, 1, r->id);
		db_bind_str(&q, 2, k->name);
		db_bind_int(&q, 3, due);
		db_bind_str(&q, 4, term.span);
		db_bind_str(&q, 5, str_of(term.days));
		db_bind_int(&q, 6, remind_at(started, due));
		db_bind_int(&q, 7, s->at);
		code = db_run(&q, s->e);
	}
	return code;
}
