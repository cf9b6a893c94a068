/* What stands sealed in tables of accounts, with the key in force: after a rotation. In a transaction of the writer. */
#include "hub/account/inside.h"
#include "hub/seal.h"

enum { PAGE = 50 };

struct row {
	struct str first, second, sealed;
};

/* One column of one table, in pages by its key: `select` takes the last key as $1 and $2, `update` the key as those and the value as $3. */
static enum err_code column(struct hub *h, struct db *db, struct arena *a, const char *select, const char *update, int64_t *n, struct err *e) {
	struct row rows[PAGE], last = {STR_EMPTY, STR_EMPTY, STR_EMPTY};
	autoarena struct arena *keys = arena_new(1 << 22);
	if (!keys) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t found = PAGE; found == PAGE;) {
		struct db_query q = db_query(db, select);
		db_bind_str(&q, 1, last.first);
		db_bind_str(&q, 2, last.second);
		for (found = 0; found < PAGE && db_row(&q); found++)
			rows[found] = (struct row){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2))};
		enum err_code code = db_done(&q, e);
		for (size_t i = 0; i < found && !code; i++) {
			bool changed = false;
			struct str fresh;
			code = seal_again(h, rows[i].sealed, a, &fresh, &changed, e);
			if (code == ERR_UNSUPPORTED) code = ERR_OK; /* of a key that is lost: it was unreadable before */
			if (code || !changed) continue;
			q = db_query(db, update);
			db_bind_str(&q, 1, rows[i].first);
			db_bind_str(&q, 2, rows[i].second);
			db_bind_bytes(&q, 3, fresh);
			code = db_run(&q, e);
			(*n)++;
		}
		if (code) return code;
		if (found) last = (struct row){arena_str(keys, rows[found - 1].first), arena_str(keys, rows[found - 1].second), STR_EMPTY};
		if (arena_failed(keys) || arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
		arena_clear(a);
	}
	return ERR_OK;
}

enum err_code account_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) {
	static const struct {
		const char *select, *update;
	} columns[] = {
		{"SELECT uid, '', totp FROM account WHERE (uid, '') > ($1, $2) AND totp IS NOT NULL ORDER BY uid LIMIT 50",
			"UPDATE account SET totp = $3 WHERE uid = $1 AND $2 = ''"},
		{"SELECT uid, '', totp_pending FROM account WHERE (uid, '') > ($1, $2) AND totp_pending IS NOT NULL ORDER BY uid LIMIT 50",
			"UPDATE account SET totp_pending = $3 WHERE uid = $1 AND $2 = ''"},
		{"SELECT account, name, body FROM draft WHERE (account, name) > ($1, $2) ORDER BY account, name LIMIT 50",
			"UPDATE draft SET body = $3 WHERE account = $1 AND name = $2"},
		{"SELECT account, key, answer FROM idempotency WHERE (account, key) > ($1, $2) AND answer IS NOT NULL ORDER BY account, key LIMIT 50",
			"UPDATE idempotency SET answer = $3 WHERE account = $1 AND key = $2"},
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(columns) && !code; i++) code = column(h, db, a, columns[i].select, columns[i].update, n, e);
	return code;
}
