/* Erasing: what hub/erase.h says. */
#include <errno.h>

#include "change_store.h"
#include "hub/access/access.h"
#include "hub/account/draft.h"
#include "hub/account/notice.h"
#include "hub/webhook.h"
#include "hub/attachment.h"
#include "hub/erase.h"
#include "hub/keystore.h"
#include "hub/writer.h"

enum { FILES_BYTES = 1 << 20, PENDING = 200 };

enum err_code store_gone(const struct stored *r, struct err *e) {
	char at[MOMENT_TEXT];
	return err_set(e, ERR_GONE, "this record was erased on %.*s", STR_ARG(str_sub(moment_text(r->erased, at), 0, 10)));
}

/* ---- in the transaction ---- */

/* Names of files in files/ that no other record has. */
static enum err_code own_files(struct store *s, const struct stored *r, struct str *out) {
	autobuf struct buf list = BUF(FILES_BYTES);
	struct db_query q = db_query(s->db,
		"SELECT DISTINCT sha256 FROM attachment a WHERE record = $1 AND NOT EXISTS (SELECT 1 FROM attachment o WHERE o.sha256 = a.sha256 AND o.record <> $1)");
	db_bind_int(&q, 1, r->id);
	while (db_row(&q)) {
		if (list.n) buf_add_char(&list, ',');
		buf_add(&list, db_str(&q, 0));
	}
	enum err_code code = db_done(&q, s->e);
	*out = arena_str(s->a, buf_str(&list));
	return code || !list.failed ? code : err_set(s->e, ERR_TOO_LARGE, "the record has too many files to be erased at once");
}

static enum err_code note_rest(struct store *s, const struct stored *r, bool searched) {
	struct str files;
	enum err_code code = own_files(s, r, &files);
	if (code) return code;
	struct db_query q = db_query(s->db, "INSERT INTO erasing (record, key_id, files, search) VALUES ($1, $2, $3, $4)");
	db_bind_int(&q, 1, r->id);
	db_bind_opt(&q, 2, r->key_id);
	db_bind_str(&q, 3, files);
	db_bind_int(&q, 4, searched);
	return db_run(&q, s->e);
}

/* The row of its origin stays, with nothing in it: an importer must find that it was here. */
static enum err_code empty_rows(struct store *s, const struct stored *r) {
	static const char *const statements[] = {
		"UPDATE revision SET body = x'', salt_seed = x'', salts = NULL WHERE record = $1",
		"UPDATE event SET detail = NULL, digest_before = NULL, digest_after = NULL WHERE record = $1",
		"UPDATE origin SET fetched = x'', digest = zeroblob(32) WHERE record = $1",
		"DELETE FROM attachment WHERE record = $1",
		"DELETE FROM name WHERE record = $1 AND role <> 'number'",
		"DELETE FROM awaited WHERE source = $1",
		"DELETE FROM copied_name WHERE record = $1",
		"DELETE FROM copied_link WHERE record = $1",
		"UPDATE copied SET id = '' WHERE record = $1",
		"UPDATE clock SET state = 'cancelled', next = 0 WHERE record = $1 AND state = 'running'",
	};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(statements) && !code; i++) {
		struct db_query q = db_query(s->db, statements[i]);
		db_bind_int(&q, 1, r->id);
		code = db_run(&q, s->e);
	}
	if (!code) code = notice_forget_record(s->db, r->id, s->e);
	if (!code) code = webhook_forget(s->db, r->id, s->e);
	if (!code) code = draft_forget_record(s->db, r->uid, s->e);
	if (!code) code = access_erased(s, r->id);
	return code;
}

enum err_code store_erase(struct store *s, struct stored *r, struct str basis, struct str detail) {
	bool searched = r->is_public;
	struct projection none = {.is_public = false};
	enum err_code code = note_rest(s, r, searched);
	if (!code) code = empty_rows(s, r);
	if (!code) code = store_public(s, r, &none);
	if (code) return code;
	struct db_query q = db_query(s->db, "UPDATE record SET erased = $2, was_public = $3, visibility = NULL, updated = $2 WHERE id = $1");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, s->at);
	db_bind_int(&q, 3, searched);
	code = db_run(&q, s->e);
	if (code) return code;
	/* Why it is gone is told in the clear: there is no key any more. */
	r->key_id = STR_EMPTY;
	code = store_event(s, r, "erase", detail, NULL, NULL);
	return code ? code : ledger_note_erased(s, r, searched, basis);
}

/* ---- afterwards ---- */

struct rest {
	int64_t id;
	struct str key_id, files;
	bool search;
};

static enum err_code read_rests(struct db *db, struct arena *a, struct rest *list, size_t *n, struct err *e) {
	struct db_query q = db_query(db, "SELECT id, key_id, files, search FROM erasing ORDER BY id LIMIT 200");
	for (*n = 0; *n < PENDING && db_row(&q); (*n)++)
		list[*n] = (struct rest){db_int(&q, 0), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2)), db_int(&q, 3) != 0};
	return db_done(&q, e);
}

/* FTS5 of SQLite 3.40 marks words as deleted and keeps them; put together anew, its segments hold what is there alone. */
static enum err_code write_index_anew(struct db *db, void *arg, struct err *e) {
	(void)arg;
	enum err_code code = db_exec(db, "INSERT INTO search (search) VALUES ('optimize')", e);
	return code ? code : db_exec(db, "INSERT INTO search_title (search_title) VALUES ('optimize')", e);
}

static enum err_code delete_files(const struct hub *h, struct str list, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct str one;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	while (list.n && str_split(&list, ',', &one)) {
		const char *path = attachment_path(a, h->dir, one);
		if (unlink(path) != 0 && errno != ENOENT) return err_errno(e, errno, "%s", path);
		arena_clear(a);
	}
	return ERR_OK;
}

static enum err_code forget_rest(struct db *db, void *arg, struct err *e) {
	const struct rest *r = arg;
	struct db_query q = db_query(db, "DELETE FROM erasing WHERE id = $1");
	db_bind_int(&q, 1, r->id);
	return db_run(&q, e);
}

static enum err_code finish(struct hub *h, struct db *db, struct rest *list, size_t n, struct err *e) {
	bool search = false;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		search |= list[i].search;
		code = delete_files(h, list[i].files, e);
		if (!code && list[i].key_id.n) code = keystore_destroy(h->keys, list[i].key_id, e);
	}
	if (!code && search) code = writer_run(h->writer, write_index_anew, NULL, e);
	if (!code && !db_checkpoint(db)) code = err_set(e, ERR_BUSY, "the database is being read, so what was erased still stands in its log; it goes soon");
	for (size_t i = 0; i < n && !code; i++) code = writer_run(h->writer, forget_rest, &list[i], e);
	return code;
}

enum err_code erase_finish(struct hub *h, struct err *e) {
	autoarena struct arena *a = arena_new(PENDING * (size_t)FILES_BYTES);
	struct rest list[PENDING];
	struct db *db;
	size_t n = 0;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	/* A connection of its own, outside every transaction: it empties the log. */
	enum err_code code = db_open(&db, file_join(a, h->dir, "hub.db"), DB_WRITE, e);
	if (code) return code;
	code = read_rests(db, a, list, &n, e);
	if (!code && n) code = finish(h, db, list, n, e);
	db_close(db);
	return code;
}
