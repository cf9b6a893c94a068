#include "hub/account/inside.h"

#include "hub/account/notice.h"
#include "lib/json/json.h"

enum { LINES = 1000 };

enum err_code audit_write(struct db *db, const struct by *by, const char *action, struct str subject, struct str detail, struct err *e) {
	struct db_query q = db_query(db, "INSERT INTO audit (at, actor, address, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)");
	db_bind_int(&q, 1, now());
	db_bind_str(&q, 2, by->actor);
	db_bind_str(&q, 3, by->address);
	db_bind_str(&q, 4, str_of(action));
	db_bind_str(&q, 5, subject);
	if (detail.n)
		db_bind_bytes(&q, 6, detail);
	else
		db_bind_null(&q, 6);
	enum err_code code = db_run(&q, e);
	/* Of what somebody edits about themselves, this is how they sign in. */
	bool edit = str_is(str_of(action), "account.edit");
	if (edit && str_find(detail, S("\"email\":")) == STR_NONE && str_find(detail, S("\"login\":")) == STR_NONE) return code;
	bool told = notice_account_words(str_of(action)).n && str_starts(subject, S("U-"));
	return code || !told ? code : notice_write_account(db, subject, str_of(action), e);
}

enum err_code audit_list(struct db *db, struct str subject, int64_t before, size_t limit, struct arena *a, struct audit_line **out,
	size_t *n, struct err *e) {
	if (limit > LINES) limit = LINES;
	struct audit_line *items = arena_array(a, limit + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	/* About somebody or done by them: each has an index, so each is asked for alone. */
	struct db_query q = subject.n ? db_query(db,
		"SELECT seq, at, actor, address, action, subject, detail FROM audit WHERE seq IN ("
		"SELECT seq FROM (SELECT seq FROM audit WHERE subject = $2 AND seq < $1 ORDER BY seq DESC LIMIT $3) x UNION "
		"SELECT seq FROM (SELECT seq FROM audit WHERE actor = $2 AND seq < $1 ORDER BY seq DESC LIMIT $3) y) ORDER BY seq DESC LIMIT $3") :
		db_query(db, "SELECT seq, at, actor, address, action, subject, detail FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $3");
	db_bind_int(&q, 1, before > 0 ? before : INT64_MAX);
	if (subject.n) db_bind_str(&q, 2, subject);
	db_bind_int(&q, 3, (int64_t)limit);
	size_t used = 0;
	while (used < limit && db_row(&q))
		items[used++] = (struct audit_line){
			.seq = db_int(&q, 0),
			.at = db_int(&q, 1),
			.actor = arena_str(a, db_str(&q, 2)),
			.address = arena_str(a, db_str(&q, 3)),
			.action = arena_str(a, db_str(&q, 4)),
			.subject = arena_str(a, db_str(&q, 5)),
			.detail = arena_str(a, db_str(&q, 6)),
		};
	enum err_code code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

struct str audit_detail(struct arena *a, const char *name, struct str value) {
	struct json_builder b = json_object_of(a);
	json_set_str(&b, str_of(name), value);
	return json_canonical(a, json_built(&b));
}
