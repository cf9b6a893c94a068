/* Rows of requests for access. */
#include "access.h"

#define COLUMNS "SELECT record, release, account, state, asked, decided, until, event, tell FROM access_request "

static enum err_code read_row(struct db_query *q, struct arena *a, struct access_row *out, struct err *e) {
	struct access_row r = {0};
	if (db_row(q))
		r = (struct access_row){.record = db_int(q, 0), .release = db_int(q, 1), .account = arena_str(a, db_str(q, 2)), .state = arena_str(a, db_str(q, 3)),
			.asked = db_int(q, 4), .decided = db_int(q, 5), .until = db_int(q, 6), .event = db_int(q, 7), .tell = db_int(q, 8) != 0};
	enum err_code code = db_done(q, e);
	if (!code) *out = r;
	return code;
}

enum err_code access_row_read(struct db *db, struct arena *a, int64_t record, struct access_row *out, struct err *e) {
	struct db_query q = db_query(db, COLUMNS "WHERE record = $1");
	db_bind_int(&q, 1, record);
	enum err_code code = read_row(&q, a, out, e);
	return code || out->record ? code : err_set(e, ERR_NOT_FOUND, "there is no such request");
}

enum err_code access_row_of(struct db *db, struct arena *a, int64_t release, struct str account, struct access_row *out, struct err *e) {
	struct db_query q = db_query(db,
		COLUMNS "WHERE release = $1 AND account = $2 AND state IN ('pending', 'accepted', 'rejected', 'revoked') ORDER BY record DESC LIMIT 1");
	db_bind_int(&q, 1, release);
	db_bind_str(&q, 2, account);
	return read_row(&q, a, out, e);
}

enum err_code access_row_newest(struct db *db, struct arena *a, int64_t release, struct str account, struct access_row *out, struct err *e) {
	struct db_query q = db_query(db, COLUMNS "WHERE release = $1 AND account = $2 AND state <> 'erased' ORDER BY record DESC LIMIT 1");
	db_bind_int(&q, 1, release);
	db_bind_str(&q, 2, account);
	return read_row(&q, a, out, e);
}

enum err_code access_row_add(struct store *s, const struct access_row *row) {
	struct db_query q = db_query(s->db,
		"INSERT INTO access_request (record, release, account, state, asked, decided, until, event, tell) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0)");
	db_bind_int(&q, 1, row->record);
	db_bind_int(&q, 2, row->release);
	db_bind_str(&q, 3, row->account);
	db_bind_str(&q, 4, row->state);
	db_bind_int(&q, 5, s->at);
	return db_run(&q, s->e);
}

enum err_code access_row_state(struct store *s, int64_t record, struct str state, moment until, int64_t event) {
	struct db_query q = db_query(s->db, "UPDATE access_request SET state = $2, decided = $3, until = $4, event = $5, tell = 0 WHERE record = $1");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, state);
	db_bind_int(&q, 3, s->at);
	db_bind_int(&q, 4, until);
	db_bind_int(&q, 5, event);
	return db_run(&q, s->e);
}

enum err_code access_row_told(struct store *s, int64_t record) {
	struct db_query q = db_query(s->db, "UPDATE access_request SET tell = 0 WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, s->e);
}

enum err_code access_tell_all(struct store *s, int64_t release) {
	struct db_query q = db_query(s->db, "UPDATE access_request SET tell = 1 WHERE release = $1 AND state = 'accepted'");
	db_bind_int(&q, 1, release);
	return db_run(&q, s->e);
}

enum err_code access_erased(struct store *s, int64_t record) {
	struct db_query q = db_query(s->db,
		"UPDATE access_request SET state = CASE WHEN state IN ('rejected', 'revoked') THEN state ELSE 'erased' END, until = 0, event = 0, tell = 0 WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, s->e);
}
