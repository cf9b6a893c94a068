#include "notice.h"

#include "hub/account/inside.h"

/* ---- writing ---- */

static enum err_code insert(struct db *db, struct str uid, enum notice_sort sort, int64_t record, int64_t event, struct str what, moment at,
	struct err *e) {
	enum notice_mail way;
	enum err_code code = notice_setting_read(db, uid, sort, &way, e);
	if (code) return code;
	struct db_query q = db_query(db,
		"INSERT INTO notice (account, sort, record, event, what, at, read, mail) VALUES ($1, $2, $3, $4, $5, $6, 0, $7) "
		"ON CONFLICT (account, event) DO NOTHING");
	db_bind_str(&q, 1, uid);
	db_bind_str(&q, 2, notice_sort_name(sort));
	if (record) db_bind_int(&q, 3, record);
	else db_bind_null(&q, 3);
	if (event) db_bind_int(&q, 4, event);
	else db_bind_null(&q, 4);
	db_bind_str(&q, 5, what);
	db_bind_int(&q, 6, at);
	db_bind_str(&q, 7, way == NOTICE_MAIL_OFF ? STR_EMPTY : notice_mail_name(way));
	return db_run(&q, e);
}

enum err_code notice_write(struct db *db, struct str uid, enum notice_sort sort, int64_t record, int64_t event, moment at, struct err *e) {
	return insert(db, uid, sort, record, event, STR_EMPTY, at, e);
}

enum err_code notice_write_account(struct db *db, struct str uid, struct str what, struct err *e) {
	return insert(db, uid, NOTICE_SECURITY, 0, 0, what, now(), e);
}

struct str notice_account_words(struct str what) {
	static const struct {
		const char *what;
		struct str words;
	} all[] = {
		{"account.password", S_INIT("Your password was changed")},
		{"account.edit", S_INIT("The address or the login name of your account was changed")},
		{"totp.set", S_INIT("Two-step sign-in was switched on")},
		{"totp.remove", S_INIT("Two-step sign-in was switched off")},
		{"session.recovery", S_INIT("Somebody signed in with one of your recovery codes")},
		{"token.create", S_INIT("A token of the API was made for your account")},
		{"identity.link", S_INIT("Your account was linked with one at another provider")},
		{"identity.unlink", S_INIT("A link of your account with another provider was taken away")},
		{"webhook.off", S_INIT("A webhook was switched off, since its address did not answer as it should")},
	};
	for (size_t i = 0; i < lengthof(all); i++)
		if (str_is(what, all[i].what)) return all[i].words;
	return STR_EMPTY;
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
	moment at;
	enum notice_sort sort;
	struct str what;
};

static enum err_code read_rows(const struct disclosing *d, const struct notice_request *r, size_t limit, struct row *rows, size_t *n,
	struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT id, event, read, at, sort, what FROM notice WHERE account = $1 AND read IN (0, $4) AND id < $2 AND ($5 = '' OR sort = $5) "
		"ORDER BY id DESC LIMIT $3");
	db_bind_str(&q, 1, d->viewer.name);
	db_bind_int(&q, 2, r->before > 0 ? r->before : INT64_MAX);
	db_bind_int(&q, 3, (int64_t)limit);
	db_bind_int(&q, 4, r->unread ? 0 : 1);
	db_bind_str(&q, 5, notice_sort_name(r->sort));
	*n = 0;
	while (*n < limit && db_row(&q))
		rows[(*n)++] = (struct row){db_int(&q, 0), db_int(&q, 1), db_int(&q, 2) != 0, db_int(&q, 3), notice_sort_named(db_str(&q, 4)),
			arena_str(d->a, db_str(&q, 5))};
	return db_done(&q, e);
}

enum err_code notice_list(const struct disclosing *d, const struct notice_request *r, struct notice **out, size_t *n, int64_t *next,
	struct err *e) {
	struct row rows[NOTICE_PAGE];
	size_t rows_n = 0, used = 0, limit = r->limit > NOTICE_PAGE ? NOTICE_PAGE : r->limit;
	struct notice *items = arena_array(d->a, limit + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = d->viewer.name.n ? read_rows(d, r, limit, rows, &rows_n, e) : ERR_OK;
	for (size_t i = 0; i < rows_n && !code; i++) {
		struct notice *v = &items[used];
		*v = (struct notice){.id = rows[i].id, .read = rows[i].read, .at = rows[i].at, .sort = rows[i].sort, .what = rows[i].what};
		if (!v->what.n) code = disclose_event(d, rows[i].event, &v->event, &v->record, e);
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
	int64_t id, record;
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
	struct marking c = {.uid = uid, .id = id};
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
	struct marking c = {.uid = uid, .id = up_to};
	return account_write(h, mark_all, &c, e);
}

static enum err_code mark_record(struct db *db, void *arg, struct err *e) {
	const struct marking *c = arg;
	struct db_query q = db_query(db, "UPDATE notice SET read = 1 WHERE account = $1 AND coalesce(record, 0) = $2 AND read = 0 AND id <= $3");
	db_bind_str(&q, 1, c->uid);
	db_bind_int(&q, 2, c->record);
	db_bind_int(&q, 3, c->id);
	return db_run(&q, e);
}

enum err_code notice_mark_record_read(struct hub *h, struct str uid, int64_t record, int64_t up_to, struct err *e) {
	struct marking c = {.uid = uid, .id = up_to, .record = record};
	return account_write(h, mark_record, &c, e);
}

enum err_code notice_mark_account_read(struct hub *h, struct str uid, int64_t up_to, struct err *e) {
	return notice_mark_record_read(h, uid, 0, up_to, e);
}
