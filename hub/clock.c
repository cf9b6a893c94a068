#include "clock_rows.h"

#include "hub/working_days.h"

enum { HANDLING = 64 };

/* ---- how long ---- */

static enum err_code tier_of(struct store *s, int64_t record, struct str *out) {
	struct db_query q = db_query(s->db,
		"SELECT t.tier FROM record_tier t WHERE t.record = $1 OR t.record IN (SELECT target FROM link WHERE source = $1 AND rel = 'handles') "
		"ORDER BY CASE WHEN t.record = $1 THEN 0 ELSE 1 END, t.record LIMIT 1");
	db_bind_int(&q, 1, record);
	*out = db_row(&q) ? arena_str(s->a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, s->e);
}

/* A commitment is about a clock whose kind names a word that it begins with: "fix or mitigate", "Publish". */
static bool promises(const struct kind_clock *k, struct str what) {
	for (size_t i = 0; i < k->promise.n; i++) {
		struct str word = k->promise.items[i];
		if (what.n >= word.n && str_eq_ascii_case(str_sub(what, 0, word.n), word)) return true;
	}
	return false;
}

/* The policy that the record, or a case that handles it, stands under: what its issuer promises. One that is still a draft promises nothing. */
static enum err_code policy_term(struct store *s, const struct stored *r, const struct kind_clock *k, struct term *out, bool *found) {
	int64_t policy = 0;
	*found = false;
	if (!k->promise.n) return ERR_OK;
	struct db_query q = db_query(s->db,
		"SELECT target FROM link WHERE rel = 'under-policy' AND (source = $1 OR source IN (SELECT source FROM link WHERE target = $1 AND rel = 'handles')) "
		"ORDER BY CASE WHEN source = $1 THEN 0 ELSE 1 END, id LIMIT 1");
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) policy = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	if (code || !policy) return code;
	struct stored p;
	const struct json *body;
	code = store_read(s->hub, s->db, s->a, policy, &p, s->e);
	if (code || !p.is_public) return code;
	code = store_body(s->hub, s->db, s->a, &p, &body, s->e);
	const struct json *list = code ? NULL : json_get_lit(body, "commitments");
	for (size_t i = 0; i < json_count(list) && !*found; i++) {
		const struct json *one = json_at(list, i);
		if (!promises(k, str_trim(json_get_str(one, S("what"))))) continue;
		*out = (struct term){json_get_str(one, S("within")), str_is(json_get_str(one, S("days")), "business") ? "business" : "calendar",
			arena_cat(s->a, S("policy:"), p.uid)};
		struct duration d;
		*found = duration_parse(out->span, &d);
		if (*found && !duration_of_days(&d)) out->days = "calendar"; /* hours and weeks are those of every day */
	}
	return code;
}

static enum err_code count(struct store *s, const struct stored *r, const struct kind_clock *k, moment start, struct term *term, moment *due) {
	struct calendar c;
	struct str tier;
	struct term promised;
	bool found;
	moment sooner;
	enum err_code code = working_days(s->hub, s->db, s->a, &c, s->e);
	if (!code) code = tier_of(s, r->id, &tier);
	if (!code) code = policy_term(s, r, k, &promised, &found);
	if (code) return code;
	struct str by_tier = json_get_str(k->by_tier, tier);
	struct duration d;
	*term = by_tier.n ? (struct term){by_tier, k->business ? "business" : "calendar", arena_cat(s->a, S("tier:"), tier)} :
		(struct term){k->limit, k->business ? "business" : "calendar", STR_EMPTY};
	if (duration_parse(term->span, &d) && !duration_of_days(&d)) term->days = "calendar";
	if (!term_due(&c, start, term, due))
		return err_set(s->e, ERR_INVALID, "the clock %.*s of the kind %.*s has no end that can be counted", STR_ARG(k->name), STR_ARG(r->kind->name));
	if (found && term_due(&c, start, &promised, &sooner) && sooner < *due) {
		*due = sooner;
		*term = promised;
	}
	return ERR_OK;
}

/* ---- states ---- */

static bool names_state(struct kind_pointers states, struct str state) {
	for (size_t i = 0; i < states.n; i++)
		if (str_eq(states.items[i], state)) return true;
	return false;
}

enum err_code clock_follow_state(struct store *s, const struct stored *r) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < r->kind->clocks_n && !code; i++) {
		const struct kind_clock *k = &r->kind->clocks[i];
		struct clock_row c = {0};
		bool found, fell_away = names_state(k->cancel, r->state);
		code = clock_find(s, r->id, k->name, STR_EMPTY, &c, &found);
		if (code) break;
		if (found && c.running && (fell_away || names_state(k->stop, r->state))) {
			code = clock_end(s, &c, s->at, fell_away);
			c.running = false;
		}
		if (code || !str_eq(k->start, r->state) || c.running) continue;
		struct term term;
		c = (struct clock_row){.record = r->id, .name = k->name, .started = s->at, .audiences = CLOCK_AUDIENCES};
		code = count(s, r, k, s->at, &term, &c.due);
		if (!code) code = clock_insert(s, &c, &term);
	}
	return code;
}

/* ---- what makes them shorter or longer ---- */

static enum err_code recount_one(struct store *s, const struct stored *r) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < r->kind->clocks_n && !code; i++) {
		const struct kind_clock *k = &r->kind->clocks[i];
		struct clock_row c;
		struct term term;
		moment due;
		bool found;
		code = clock_find(s, r->id, k->name, STR_EMPTY, &c, &found);
		if (code || !found || !c.running || c.put_off) continue;
		code = count(s, r, k, c.started, &term, &due);
		if (!code && due != c.due) code = clock_reset(s, &c, c.started, due, &term, false);
	}
	return code;
}

/* The record's own, and those of what it is linked to by "handles", in that direction. */
static enum err_code recount_with(struct store *s, const struct stored *r, const char *others) {
	int64_t ids[HANDLING];
	size_t n = 0;
	enum err_code code = recount_one(s, r);
	if (code) return code;
	struct db_query q = db_query(s->db, others);
	db_bind_int(&q, 1, r->id);
	while (n < HANDLING && db_row(&q)) ids[n++] = db_int(&q, 0);
	code = db_done(&q, s->e);
	for (size_t i = 0; i < n && !code; i++) {
		struct stored other;
		code = store_read(s->hub, s->db, s->a, ids[i], &other, s->e);
		if (!code) code = recount_one(s, &other);
	}
	return code;
}

enum err_code clock_follow_link(struct store *s, const struct stored *r, struct str rel) {
	if (!r->kind->clocks_n || (!str_is(rel, "handles") && !str_is(rel, "under-policy"))) return ERR_OK;
	return recount_with(s, r, "SELECT target FROM link WHERE source = $1 AND rel = 'handles' ORDER BY id LIMIT 64");
}

enum err_code clock_retier(struct store *s, const struct stored *r, struct str tier) {
	struct db_query q = db_query(s->db, "INSERT INTO record_tier (record, tier) VALUES ($1, $2) ON CONFLICT (record) DO UPDATE SET tier = excluded.tier");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, tier);
	enum err_code code = db_run(&q, s->e);
	return code ? code : recount_with(s, r, "SELECT source FROM link WHERE target = $1 AND rel = 'handles' ORDER BY id LIMIT 64");
}

/* ---- by hand ---- */

enum err_code clock_start(struct store *s, const struct stored *r, const struct clock_given *g) {
	struct clock_row c;
	bool found;
	if (kind_clock_named(r->kind, g->name) || !g->name.n || !g->title.n)
		return err_set(s->e, ERR_INTERNAL, "a desk's term wants a title, and a name that no clock of the kind has");
	enum err_code code = clock_find(s, r->id, g->name, g->place, &c, &found);
	if (!code && found && c.running) code = err_set(s->e, ERR_EXISTS, "that term runs already");
	if (code) return code;
	c = (struct clock_row){.record = r->id, .name = g->name, .place = g->place, .title = g->title, .subject = g->subject, .started = s->at, .due = g->due,
		.audiences = (g->audiences ? g->audiences : COORDINATORS) & ~(unsigned)PUBLIC};
	return clock_insert(s, &c, &(struct term){STR_EMPTY, "", S("hand")});
}

enum err_code clock_stop(struct store *s, const struct stored *r, struct str name, struct str place, bool fell_away) {
	struct clock_row c;
	bool found;
	enum err_code code = clock_find(s, r->id, name, place, &c, &found);
	return code || !found || !c.running ? code : clock_end(s, &c, s->at, fell_away);
}

enum err_code clock_put_off(struct store *s, const struct stored *r, struct str name, struct str place, moment due) {
	struct clock_row c;
	bool found;
	enum err_code code = clock_find(s, r->id, name, place, &c, &found);
	return code || !found || !c.running ? code : clock_reset(s, &c, c.started, due, &(struct term){STR_EMPTY, "", S("hand")}, true);
}

enum err_code clock_put_off_here(struct store *s, const struct stored *r, moment due) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < r->kind->clocks_n && !code; i++)
		if (str_eq(r->kind->clocks[i].start, r->state)) code = clock_put_off(s, r, r->kind->clocks[i].name, STR_EMPTY, due);
	return code;
}
