/* Files that a record takes or refuses. Where a kind says that a body takes no file (sexual material of minors), none may come, and none may stay from
 * before: the rows go with the change that says so, the bytes as soon as it is durable, and earlier revisions no longer say what this one may not. */
#include "change_store.h"

#include <unistd.h>

#include "hub/attachment.h"
#include "hub/writer.h"
#include "lib/schema/schema.h"

bool store_refuses(const struct kind *k, const struct json *body, struct arena *a) {
	return k->refuse_files && schema_valid(k->refuse_files, body, a, NULL);
}

enum err_code store_refusal(const struct kind *k, struct err *e) {
	return err_set(e, ERR_FORBIDDEN, "%.*s", STR_ARG(k->refuse_files_reason.n ? k->refuse_files_reason : S("this record takes no files")));
}

/* Between its preparation and now the record may have come to refuse files, and bytes that lay there already may have been taken away with others'. */
enum err_code store_may_attach(struct store *s, const struct stored *r, struct str sha256) {
	const struct json *body;
	if (r->kind->refuse_files) {
		enum err_code code = store_body(s->hub, s->db, s->a, r, &body, s->e);
		if (code) return code;
		if (store_refuses(r->kind, body, s->a)) return store_refusal(r->kind, s->e);
	}
	if (file_exists(attachment_path(s->a, s->hub->dir, sha256))) return ERR_OK;
	return err_set(s->e, ERR_CONFLICT, "the file was taken away at the same moment; send it again");
}

/* What earlier revisions said may be what this one may not. */
static enum err_code repeat_newest(struct store *s, const struct stored *r) {
	struct stored_text text;
	enum err_code code = store_text(s->hub, s->db, s->a, r, &text, s->e);
	for (int64_t number = 1; number < r->revision && !code; number++) {
		struct str body, none;
		code = store_close(s, r, "body", number, text.body, &body);
		if (!code) code = store_close(s, r, "seed", number, STR_EMPTY, &none);
		if (code) break;
		struct db_query q = db_query(s->db, "UPDATE revision SET body = $3, key_id = $4, salt_seed = $5 WHERE record = $1 AND number = $2");
		db_bind_int(&q, 1, r->id);
		db_bind_int(&q, 2, number);
		db_bind_bytes(&q, 3, body);
		db_bind_opt(&q, 4, r->key_id);
		db_bind_bytes(&q, 5, none); /* what it committed to can't be tried any more */
		code = db_run(&q, s->e);
	}
	return code;
}

enum err_code store_erase_files(struct store *s, const struct stored *r, struct str *erased, size_t room, size_t *n) {
	struct db_query q = db_query(s->db, "SELECT DISTINCT sha256 FROM attachment WHERE record = $1 ORDER BY sha256 LIMIT 1000");
	db_bind_int(&q, 1, r->id);
	*n = 0;
	while (*n < room && db_row(&q)) erased[(*n)++] = arena_str(s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	if (code) return code;
	q = db_query(s->db, "DELETE FROM attachment WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	code = db_run(&q, s->e);
	if (code) return code;
	return repeat_newest(s, r);
}

struct unlinking {
	const struct hub *hub;
	const struct str *erased;
	size_t n;
};

/* In the writer, so that no file with the same bytes is attached meanwhile. */
static enum err_code unlink_unused(struct db *db, void *arg, struct err *e) {
	const struct unlinking *u = arg;
	autoarena struct arena *a = arena_new(1 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < u->n; i++) {
		struct db_query q = db_query(db, "SELECT 1 FROM attachment WHERE sha256 = $1 LIMIT 1");
		db_bind_str(&q, 1, u->erased[i]);
		bool used = db_row(&q);
		enum err_code code = db_done(&q, e);
		if (code) return code;
		if (!used) unlink(attachment_path(a, u->hub->dir, u->erased[i]));
	}
	return ERR_OK;
}

enum err_code store_unlink_files(struct hub *h, const struct str *erased, size_t n, struct err *e) {
	struct unlinking u = {h, erased, n};
	return n ? writer_run(h->writer, unlink_unused, &u, e) : ERR_OK;
}
