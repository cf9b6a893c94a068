/* Rows of releases: plan, words, gates. */
#include "release.h"

enum err_code release_row_read(struct db *db, struct arena *a, int64_t record, struct release_row *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT plan, artifacts, revision, planned_by, hold, hold_plan, hold_until FROM release WHERE record = $1");
	db_bind_int(&q, 1, record);
	bool found = db_row(&q);
	struct release_row r = {0};
	if (found)
		r = (struct release_row){.plan = arena_str(a, db_str(&q, 0)), .artifacts = arena_str(a, db_str(&q, 1)), .revision = db_int(&q, 2),
			.planner = arena_str(a, db_str(&q, 3)), .hold = arena_str(a, db_str(&q, 4)), .hold_plan = arena_str(a, db_str(&q, 5)), .hold_until = db_int(&q, 6)};
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "this is no release");
	if (!code) *out = r;
	return code;
}

enum err_code release_hold(struct store *s, int64_t record, const char *hold, struct str plan, moment until) {
	struct db_query q = db_query(s->db, "UPDATE release SET hold = $2, hold_plan = $3, hold_until = $4 WHERE record = $1");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, str_of(hold));
	db_bind_str(&q, 3, plan);
	db_bind_int(&q, 4, until);
	return db_run(&q, s->e);
}

/* ---- words ---- */

enum err_code release_words(struct db *db, struct arena *a, int64_t record, struct release_word **out, size_t *n, struct err *e) {
	struct release_word *items = arena_array(a, RELEASE_WORDS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(db,
		"SELECT id, stage, name, account, named, plan, artifacts, revision, at, event, over, answer FROM release_word WHERE record = $1 ORDER BY id LIMIT 1000");
	db_bind_int(&q, 1, record);
	while (*n < RELEASE_WORDS && db_row(&q))
		items[(*n)++] = (struct release_word){.id = db_int(&q, 0), .stage = arena_str(a, db_str(&q, 1)), .name = arena_str(a, db_str(&q, 2)),
			.account = arena_str(a, db_str(&q, 3)), .named = db_int(&q, 4) != 0, .plan = arena_str(a, db_str(&q, 5)), .artifacts = arena_str(a, db_str(&q, 6)),
			.revision = db_int(&q, 7), .at = db_int(&q, 8), .event = db_int(&q, 9), .over = db_int(&q, 10), .answer = db_int(&q, 11)};
	*out = items;
	return db_done(&q, e);
}

static enum err_code room(struct store *s, struct str count_sql, int64_t record, int64_t most) {
	struct db_query q = db_query_once(s->db, count_sql);
	db_bind_int(&q, 1, record);
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, s->e);
	return code || n < most ? code : err_set(s->e, ERR_TOO_LARGE, "a release keeps at most %lld of these", (long long)most);
}

enum err_code release_word_add(struct store *s, int64_t record, const struct release_word *w) {
	enum err_code code = room(s, S("SELECT count(*) FROM release_word WHERE record = $1"), record, RELEASE_WORDS);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO release_word (record, stage, name, account, named, plan, artifacts, revision, at, event, over, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
		"$9, $10, 0, 0)");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, w->stage);
	db_bind_str(&q, 3, w->name);
	db_bind_str(&q, 4, w->account);
	db_bind_int(&q, 5, w->named);
	db_bind_str(&q, 6, w->plan);
	db_bind_str(&q, 7, w->artifacts);
	db_bind_int(&q, 8, w->revision);
	db_bind_int(&q, 9, s->at);
	db_bind_int(&q, 10, w->event);
	return db_run(&q, s->e);
}

enum err_code release_word_over(struct store *s, int64_t id, int64_t answer) {
	struct db_query q = db_query(s->db, "UPDATE release_word SET over = $2, answer = $3 WHERE id = $1 AND over = 0");
	db_bind_int(&q, 1, id);
	db_bind_int(&q, 2, s->at);
	db_bind_int(&q, 3, answer);
	return db_run(&q, s->e);
}

enum err_code release_stage_void(struct store *s, int64_t record, struct str stage) {
	struct db_query q = db_query(s->db, "UPDATE release_word SET over = $3 WHERE record = $1 AND stage = $2 AND name <> '' AND over = 0");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, stage);
	db_bind_int(&q, 3, s->at);
	return db_run(&q, s->e);
}

/* ---- gates ---- */

enum err_code release_gates(struct db *db, struct arena *a, int64_t record, struct release_gate **out, size_t *n, struct err *e) {
	struct release_gate *items = arena_array(a, RELEASE_GATES, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(db,
		"SELECT id, name, verdict, files, artifacts, sha256, account, at, event FROM release_gate WHERE record = $1 ORDER BY id LIMIT 500");
	db_bind_int(&q, 1, record);
	while (*n < RELEASE_GATES && db_row(&q))
		items[(*n)++] = (struct release_gate){.id = db_int(&q, 0), .name = arena_str(a, db_str(&q, 1)), .verdict = report_verdict_of(db_str(&q, 2)),
			.files = db_int(&q, 3), .artifacts = arena_str(a, db_str(&q, 4)), .sha256 = arena_str(a, db_str(&q, 5)), .account = arena_str(a, db_str(&q, 6)),
			.at = db_int(&q, 7), .event = db_int(&q, 8)};
	*out = items;
	return db_done(&q, e);
}

enum err_code release_gate_add(struct store *s, int64_t record, const struct release_gate *g) {
	enum err_code code = room(s, S("SELECT count(*) FROM release_gate WHERE record = $1"), record, RELEASE_GATES);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO release_gate (record, name, verdict, files, artifacts, sha256, account, at, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, g->name);
	db_bind_str(&q, 3, str_of(report_verdict_name(g->verdict)));
	db_bind_int(&q, 4, g->files);
	db_bind_str(&q, 5, g->artifacts);
	db_bind_str(&q, 6, g->sha256);
	db_bind_str(&q, 7, s->actor.name);
	db_bind_int(&q, 8, s->at);
	db_bind_int(&q, 9, g->event);
	return db_run(&q, s->e);
}

/* ---- following the body ---- */

static enum err_code put_plan(struct store *s, const struct stored *r, struct str plan, struct str artifacts) {
	struct db_query q = db_query(s->db,
		"INSERT INTO release (record, plan, artifacts, revision, planned_by, hold, hold_plan, hold_until) VALUES ($1, $2, $3, $4, $5, '', '', 0) "
		"ON CONFLICT (record) DO UPDATE SET plan = excluded.plan, artifacts = excluded.artifacts, revision = excluded.revision, planned_by = excluded.planned_by");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, plan);
	db_bind_str(&q, 3, artifacts);
	db_bind_int(&q, 4, r->revision);
	db_bind_str(&q, 5, s->actor.name);
	enum err_code code = db_run(&q, s->e);
	if (code) return code;
	struct db_query void_ = db_query(s->db, "UPDATE release_word SET over = $2 WHERE record = $1 AND name <> '' AND over = 0");
	db_bind_int(&void_, 1, r->id);
	db_bind_int(&void_, 2, s->at);
	return db_run(&void_, s->e);
}

enum err_code release_follow(struct store *s, const struct stored *r, struct str text) {
	struct release_row row;
	const struct json *body;
	if (!str_is(r->kind->name, "release")) return ERR_OK;
	enum err_code code = json_parse(s->a, text, NULL, &body, s->e);
	if (code) return code;
	struct str plan = plan_digest(s->a, body), artifacts = plan_artifacts(s->a, body);
	code = release_row_read(s->db, s->a, r->id, &row, s->e);
	if (code && code != ERR_NOT_FOUND) return code;
	return !code && str_eq(row.plan, plan) ? ERR_OK : put_plan(s, r, plan, artifacts);
}
