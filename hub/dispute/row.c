/* Rows of disputes and panels. */
#include "dispute.h"

#include "hub/working_days.h"

enum err_code dispute_read(struct db *db, struct arena *a, int64_t record, struct dispute *out, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT target, claimant, respondent, level, since, due, extended, accepted, challenged, panel, filed, question FROM dispute WHERE record = $1");
	db_bind_int(&q, 1, record);
	struct dispute d = {0};
	bool found = db_row(&q);
	if (found)
		d = (struct dispute){.target = db_int(&q, 0), .claimant = arena_str(a, db_str(&q, 1)), .respondent = arena_str(a, db_str(&q, 2)),
			.level = arena_str(a, db_str(&q, 3)), .since = db_int(&q, 4), .due = db_int(&q, 5), .extended = db_int(&q, 6) != 0,
			.accepted = (unsigned)db_int(&q, 7), .challenged = (unsigned)db_int(&q, 8), .panel = db_int(&q, 9), .filed = db_int(&q, 10),
			.question = arena_str(a, db_str(&q, 11))};
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "there is no such dispute");
	if (!code) *out = d;
	return code;
}

enum err_code dispute_write(struct store *s, int64_t record, const struct dispute *d) {
	struct db_query q = db_query(s->db,
		"INSERT INTO dispute (record, target, claimant, respondent, level, since, due, extended, accepted, challenged, panel, filed, question) VALUES ($1, $2, $3, "
		"$4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (record) DO UPDATE SET level = excluded.level, since = excluded.since, due = excluded.due, "
		"extended = excluded.extended, accepted = excluded.accepted, challenged = excluded.challenged, panel = excluded.panel");
	db_bind_int(&q, 1, record);
	db_bind_int(&q, 2, d->target);
	db_bind_str(&q, 3, d->claimant);
	db_bind_str(&q, 4, d->respondent);
	db_bind_str(&q, 5, d->level);
	db_bind_int(&q, 6, d->since);
	db_bind_int(&q, 7, d->due);
	db_bind_int(&q, 8, d->extended);
	db_bind_int(&q, 9, d->accepted);
	db_bind_int(&q, 10, d->challenged);
	db_bind_int(&q, 11, d->panel);
	db_bind_int(&q, 12, d->filed);
	db_bind_str(&q, 13, d->question);
	return db_run(&q, s->e);
}

enum err_code panel_read(struct db *db, struct arena *a, int64_t id, struct panel *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT id, seats, quorum, appeal, drawn, closed, outcome, vector FROM panel WHERE id = $1");
	db_bind_int(&q, 1, id);
	bool found = db_row(&q);
	if (found)
		*out = (struct panel){.id = db_int(&q, 0), .seats = db_int(&q, 1), .quorum = db_int(&q, 2), .appeal = db_int(&q, 3) != 0, .drawn = db_int(&q, 4),
			.closed = db_int(&q, 5), .outcome = arena_str(a, db_str(&q, 6)), .vector = arena_str(a, db_str(&q, 7))};
	enum err_code code = db_done(&q, e);
	return code || found ? code : err_set(e, ERR_NOT_FOUND, "there is no such panel");
}

enum err_code panel_members(struct db *db, struct arena *a, int64_t id, struct panel_member **out, size_t *n, struct err *e) {
	struct panel_member *items = arena_array(a, MEMBERS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(db,
		"SELECT m.account, m.sector, m.state, m.at, m.event, v.account IS NOT NULL FROM panel_member m LEFT JOIN panel_vote v ON v.panel = m.panel AND "
		"v.account = m.account WHERE m.panel = $1 ORDER BY m.at, m.account LIMIT 60");
	db_bind_int(&q, 1, id);
	while (*n < MEMBERS && db_row(&q))
		items[(*n)++] = (struct panel_member){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2)), db_int(&q, 3),
			db_int(&q, 4), db_int(&q, 5) != 0};
	*out = items;
	return db_done(&q, e);
}

enum err_code panel_votes(struct db *db, struct arena *a, int64_t id, struct panel_vote **out, size_t *n, struct err *e) {
	struct panel_vote *items = arena_array(a, MEMBERS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(db, "SELECT account, choice, vector, dissent, event FROM panel_vote WHERE panel = $1 ORDER BY at, account LIMIT 60");
	db_bind_int(&q, 1, id);
	while (*n < MEMBERS && db_row(&q))
		items[(*n)++] = (struct panel_vote){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2)),
			arena_str(a, db_str(&q, 3)), db_int(&q, 4)};
	*out = items;
	return db_done(&q, e);
}

moment business_days_after(struct store *s, moment from, int64_t days) {
	struct calendar c;
	moment end;
	struct duration d = {.days = days};
	if (working_days(s->hub, s->db, s->a, &c, s->e)) return from + days * DAY; /* the database fails: so will the write of what this is for */
	return term_end(&c, from, &d, TERM_BUSINESS, &end) ? end : from + days * DAY;
}
