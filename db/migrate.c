#include "migrate.h"

static const struct {
	struct str word, sqlite;
} words[] = {
	{S_INIT("{id}"), S_INIT("INTEGER PRIMARY KEY")},
	{S_INIT("{int}"), S_INIT("INTEGER")},
	{S_INIT("{text}"), S_INIT("TEXT")},
	{S_INIT("{bytes}"), S_INIT("BLOB")},
	{S_INIT("{clustered}"), S_INIT("WITHOUT ROWID")},
};

static void translate(struct buf *out, struct str ddl) {
	while (ddl.n) {
		size_t brace = str_find_char(ddl, '{');
		buf_add(out, str_sub(ddl, 0, brace));
		ddl = str_from(ddl, brace);
		size_t i = 0;
		while (ddl.n && i < lengthof(words) && !str_starts(ddl, words[i].word)) i++;
		if (ddl.n && i == lengthof(words)) {
			out->failed = true;
			return;
		}
		if (ddl.n) {
			buf_add(out, words[i].sqlite);
			ddl = str_from(ddl, words[i].word.n);
		}
	}
}

static enum err_code apply(struct db *db, const struct migration *m, struct err *e) {
	autobuf struct buf sql = BUF(1 << 20);
	translate(&sql, str_of(m->ddl));
	if (m->sqlite) buf_add(&sql, str_of(m->sqlite));
	if (sql.failed) return err_set(e, ERR_INTERNAL, "migration %d (%s) has a word in braces that no engine knows", m->number, m->name);
	enum err_code code = db_exec(db, sql.p, e);
	if (code) return code;
	struct db_query q = db_query(db, "INSERT INTO migration (number, name, applied) VALUES ($1, $2, $3)");
	db_bind_int(&q, 1, m->number);
	db_bind_str(&q, 2, str_of(m->name));
	db_bind_int(&q, 3, now());
	return db_run(&q, e);
}

static enum err_code present(struct db *db, int64_t *number, struct err *e) {
	struct db_query q = db_query(db, "SELECT coalesce(max(number), 0) FROM migration");
	if (db_row(&q)) *number = db_int(&q, 0);
	return db_done(&q, e);
}

enum err_code db_migrate(struct db *db, const struct migration *list, size_t n, int *applied, struct err *e) {
	*applied = 0;
	int64_t number = 0;
	/* Nothing to do is the rule, and then nobody's place as writer is taken. */
	if (!present(db, &number, NULL) && n && number == list[n - 1].number) return ERR_OK;
	enum err_code code = db_begin(db, e);
	if (code) return code;
	number = 0;
	code = db_exec(db, "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL)", e);
	if (!code) code = present(db, &number, e);
	if (!code && number > (n ? list[n - 1].number : 0))
		code = err_set(e, ERR_UNSUPPORTED, "the hub was last written by a newer Polder (schema %d, this one knows %d)", (int)number,
			n ? list[n - 1].number : 0);
	for (size_t i = 0; i < n && !code; i++) {
		if (list[i].number <= number) continue;
		code = apply(db, &list[i], e);
		if (code) err_prefix(e, "migration %d (%s)", list[i].number, list[i].name);
		*applied += !code;
	}
	if (code) {
		db_rollback(db);
		return code;
	}
	return db_commit(db, e);
}
