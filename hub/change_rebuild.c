/* Everything that follows from a body and its kind, made anew: after a kind's file was changed. */
#include "change_store.h"
#include "maintain.h"
#include "writer.h"

enum { PART = 200, PART_CAP = 512 << 20 };

struct part {
	struct hub *hub;
	int64_t after;   /* records up to this one are done */
	int64_t done;
};

static enum err_code one(struct store *s, int64_t id) {
	struct stored r;
	const struct json *body, *overrides = NULL;
	const struct visibility *v;
	struct projection p;
	enum err_code code = store_read(s->hub, s->db, s->a, id, &r, s->e);
	if (code == ERR_UNSUPPORTED) return ERR_OK; /* its kind's file is gone; it comes back with the file */
	if (!code && r.erased) return ERR_OK;
	if (!code) code = store_body(s->hub, s->db, s->a, &r, &body, s->e);
	if (code == ERR_UNSUPPORTED || code == ERR_GONE) return ERR_OK; /* its key is not here: what the public is shown of it stays as it is */
	if (!code && r.visibility.n) code = json_parse(s->a, r.visibility, NULL, &overrides, s->e);
	if (!code) code = visibility_override(s->a, r.kind->visibility, overrides, &v, s->e);
	if (!code) code = project(s->a, r.kind, v, r.state, body, r.is_public ? r.published : s->at, &p, s->e);
	return code ? code : store_public(s, &r, &p);
}

static enum err_code run(struct db *db, void *arg, struct err *e) {
	struct part *part = arg;
	autoarena struct arena *a = arena_new(PART_CAP), *kept = arena_new(PART_CAP);
	if (!a || !kept) return err_set(e, ERR_MEMORY, "out of memory");
	struct store s = {.hub = part->hub, .db = db, .a = a, .counts = counts_new(kept), .at = now(), .anew = true, .e = e};
	if (!s.counts) return err_set(e, ERR_MEMORY, "out of memory");
	int64_t ids[PART];
	size_t n = 0;
	struct db_query q = db_query(db, "SELECT id FROM record WHERE id > $1 ORDER BY id LIMIT 200");
	db_bind_int(&q, 1, part->after);
	while (n < PART && db_row(&q)) ids[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < n && !code; i++) {
		code = one(&s, ids[i]);
		if (!code) code = ledger_write(&s, NULL);
		arena_clear(a);
	}
	if (!code) code = counts_write(&s);
	if (!code && n) part->after = ids[n - 1];
	part->done = (int64_t)n;
	return code;
}

static enum err_code mark_own(struct db *db, void *arg, struct err *e) {
	autoarena struct arena *a = arena_new(PART_CAP), *kept = arena_new(PART_CAP);
	if (!a || !kept) return err_set(e, ERR_MEMORY, "out of memory");
	struct store s = {.hub = arg, .db = db, .a = a, .counts = counts_new(kept), .at = now(), .e = e};
	enum err_code code = s.counts ? store_own_hub_facets(&s) : err_set(e, ERR_MEMORY, "out of memory");
	return code ? code : counts_write(&s);
}

enum err_code change_mark_own(struct hub *h, struct err *e) {
	return writer_run(h->writer, mark_own, h, e);
}

enum err_code change_rebuild(struct hub *h, struct db *db, int64_t *records, struct err *e) {
	(void)db;
	struct part part = {.hub = h};
	int64_t all = 0;
	enum err_code code;
	do {
		code = writer_run(h->writer, run, &part, e);
		all += part.done;
	} while (!code && part.done == PART);
	if (!code) *records = all;
	return code;
}
