#include "notice.h"

#include "hub/account/inside.h"

/* ---- writing ---- */

enum err_code notice_write(struct db *db, struct str uid, int64_t record, int64_t event, moment at, struct err *e) {
	struct db_query q = db_query(db,
		"INSERT INTO notice (account, record, event, at, read) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (account, event) DO NOTHING");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, record);
	db_bind_int(&q, 3, event);
	db_bind_int(&q, 4, at);
	return db_run(&q, e);
}

enum err_code notice_forget(struct db *db, struct str uid, int64_t record, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM notice WHERE account = $1 AND record = $2");
	db_bind_str(&q, 1, uid);
	db_bind_int(&q, 2, record);
	return db_run(&q, e);
}

enum err_code notice_forget_record(struct db *db, int64_t record, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM notice WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, e);
}

/* ---- showing ---- */

struct row {
	int64_t id, event;
	bool read;
};

static enum err_code read_rows(const struct disclosing *d, int64_t before, size_t limit, struct row *rows, size_t *n, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT id, event, read FROM notice WHERE account = $1 AND read IN (0, 1) AND id < $2 ORDER BY id DESC LIMIT $3");
	db_bind_str(&q, 1, d->viewer.name);
	db_bind_int(&q, 2, before > 0 ? before : INT64_MAX);
	db_bind_int(&q, 3, (int64_t)limit);
	*n = 0;
	while (*n < limit && db_row(&q)) rows[(*n)++] = (struct row){db_int(&q, 0), db_int(&q, 1), db_int(&q, 2) != 0};
	return db_done(&q, e);
}

enum err_code notice_list(const struct disclosing *d, int64_t before, size_t limit, struct notice **out, size_t *n, int64_t *next,
	struct err *e) {
	struct row rows[NOTICE_PAGE];
	size_t rows_n = 0, used = 0;
	if (limit > NOTICE_PAGE) limit = NOTICE_PAGE;
	struct notice *items = arena_array(d->a, limit + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = d->viewer.name.n ? read_rows(d, before, limit, rows, &rows_n, e) : ERR_OK;
	for (size_t i = 0; i < rows_n && !code; i++) {
		struct notice *v = &items[used];
		*v = (struct notice){.id = rows[i].id, .read = rows[i].read};
		code = disclose_event(d, rows[i].event, &v->event, &v->record, e);
		if (!code) used++;
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) code = ERR_OK;
	}
	if (code) return code;
	*out = items;
	*n = used;
	*next = rows_n == limit && rows_n ? rows[rows_n - 1].id : 0;
	return ERR_OK;
}

enum err_code notice_unread(struct db *db, struct str uid, int64_t *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT count(*) FROM (SELECT 1 FROM notice WHERE account = $1 AND read = 0 LIMIT 100) x");
	db_bind_str(&q, 1, uid);
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	if (!code) *out = n;
	return code;
}

/* ---- reading ---- */

struct marking {
	struct str uid;
	int64_t id;
};

static enum err_code mark(struct db *db, void *arg, struct err *e) {
	const struct marking *c = arg;
	struct db_query q = db_query(db, "UPDATE notice SET read = 1 WHERE account = $1 AND id = $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->id);
	enum err_code code = db_run(&q, e);
	return code || db_changes(db) ? code : err_set(e, ERR_NOT_FOUND, "there is no such notice");
}

enum err_code notice_mark_read(struct hub *h, struct str uid, int64_t id, struct err *e) {
	struct marking c = {uid, id};
	return account_write(h, mark, &c, e);
}

static enum err_code mark_all(struct db *db, void *arg, struct err *e) {
	const struct marking *c = arg;
	struct db_query q = db_query(db, "UPDATE notice SET read = 1 WHERE account = $1 AND read = 0 AND id <= $2");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->id > 0 ? c->id : INT64_MAX);
	return db_run(&q, e);
}

enum err_code notice_mark_all_read(struct hub *h, struct str uid, int64_t up_to, struct err *e) {
	struct marking c = {uid, up_to};
	return account_write(h, mark_all, &c, e);
}
