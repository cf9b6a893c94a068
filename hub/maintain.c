#include "maintain.h"

#include <stdarg.h>

#include "hub/attachment.h"
#include "hub/change_store.h"
#include "hub/writer.h"

enum { FINDINGS = 1000, RECORD_CAP = 256 << 20 };

struct checking {
	struct hub *hub;
	struct db *db;
	struct arena *kept;
	struct hub_findings *f;
};

static void found(struct checking *c, const char *fmt, ...) printf_like(2, 3);
static void found(struct checking *c, const char *fmt, ...) {
	char words[600];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	if (c->f->n < FINDINGS) c->f->items[c->f->n++] = arena_str(c->kept, str_of(words));
}

/* What is stored for the public must be what the body gives. */
static enum err_code check_public(struct checking *c, struct arena *a, const struct stored *r, const struct projection *p, struct err *e) {
	struct db_query q = db_query(c->db, "SELECT etag, body, state FROM public WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	bool there = db_row(&q), open = p->is_public;
	if (open && p->follows && store_followed_open(c->db, r, &open, e)) return db_cancel(&q), ERR_STORAGE;
	if (there != open)
		found(c, "%.*s: %s", STR_ARG(r->uid), there ? "is shown to the public and should not be" : "should be public and is not shown");
	else if (there && (!str_eq(db_str(&q, 0), p->etag) || !str_eq(db_str(&q, 1), p->shown)))
		found(c, "%.*s: what the public is shown is not what its body gives (`polder admin rebuild` mends it)", STR_ARG(r->uid));
	(void)a;
	return db_done(&q, e);
}

static enum err_code check_commitment(struct checking *c, struct arena *a, const struct stored *r, const struct json *body, struct err *e) {
	struct sha256 root;
	struct stored_text text;
	enum err_code code = store_text(c->hub, c->db, a, r, &text, e);
	const struct json *salts;
	if (!code && text.salts.n) code = json_parse(a, text.salts, NULL, &salts, e);
	if (!code) code = text.salts.n ? commitment_root_salted(a, body, salts, &root, e) : commitment_root(a, body, text.seed, &root, e);
	if (code) return code;
	if (!str_eq(text.root, sha256_str(&root))) found(c, "%.*s: its body is not what was committed to", STR_ARG(r->uid));
	if (!str_eq(text.body, json_canonical(a, body))) found(c, "%.*s: its body is not in canonical form", STR_ARG(r->uid));
	return ERR_OK;
}

static enum err_code check_record(struct checking *c, struct arena *a, int64_t id, struct err *e) {
	struct stored r;
	const struct json *body, *overrides = NULL;
	const struct visibility *v;
	struct projection p;
	struct err why = {0};
	enum err_code code = store_read(c->hub, c->db, a, id, &r, &why);
	if (!code && r.erased) {
		if (r.is_public) found(c, "%.*s: was erased, and is shown to the public", STR_ARG(r.uid));
		return ERR_OK;
	}
	if (!code) code = store_body(c->hub, c->db, a, &r, &body, &why);
	if (code == ERR_UNSUPPORTED || code == ERR_INVALID || code == ERR_CORRUPT || code == ERR_GONE) {
		found(c, "record %lld: %s", (long long)id, why.message);
		return ERR_OK;
	}
	if (code) return err_set(e, code, "%s", why.message);
	code = schema_check(r.kind->schema, body, a, &why);
	if (code) found(c, "%.*s: %s: %s", STR_ARG(r.uid), why.where, why.message);
	if (r.visibility.n && json_parse(a, r.visibility, NULL, &overrides, &why)) found(c, "%.*s: %s", STR_ARG(r.uid), why.message);
	code = visibility_override(a, r.kind->visibility, overrides, &v, e);
	if (!code) code = project(a, r.kind, v, r.state, body, r.is_public ? r.published : r.updated, &p, e);
	if (!code) code = check_commitment(c, a, &r, body, e);
	return code ? code : check_public(c, a, &r, &p, e);
}

static enum err_code check_records(struct checking *c, struct err *e) {
	autoarena struct arena *a = arena_new(RECORD_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(c->db, "SELECT id FROM record ORDER BY id");
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		code = check_record(c, a, db_int(&q, 0), e);
		c->f->records++;
		arena_clear(a);
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	return code ? code : ended;
}

static enum err_code check_files(struct checking *c, struct err *e) {
	autoarena struct arena *a = arena_new(2 * (size_t)ATTACHMENT_BYTES);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(c->db, "SELECT DISTINCT sha256 FROM attachment ORDER BY sha256");
	while (db_row(&q)) {
		struct str name = arena_str(a, db_str(&q, 0)), bytes;
		struct err why = {0};
		if (file_read(a, attachment_path(a, c->hub->dir, name), ATTACHMENT_BYTES, &bytes, &why)) {
			found(c, "file %.*s: %s", STR_ARG(name), why.message);
		} else {
			struct sha256 digest = sha256(bytes);
			char hex[SHA256_HEX];
			if (!str_eq(sha256_hex(&digest, hex), name)) found(c, "file %.*s: holds other bytes than its name says", STR_ARG(name));
		}
		arena_clear(a);
	}
	return db_done(&q, e);
}

/* Whoever holds a receipt owns its report, and nobody else does by it. */
static enum err_code check_receipts(struct checking *c, struct err *e) {
	struct db_query q = db_query(c->db, "SELECT o.uid FROM receipt r JOIN record o ON o.id = r.record WHERE o.created_by <> r.subject ORDER BY o.id");
	while (db_row(&q)) found(c, "%.*s: its receipt is not that of whoever made it", STR_ARG(db_str(&q, 0)));
	return db_done(&q, e);
}

/* Every count that lists show, against the rows that they count. */
static enum err_code check_counts(struct checking *c, struct err *e) {
	struct db_query q = db_query(c->db,
		"SELECT f.kind, f.name, f.value, f.n, (SELECT count(*) FROM facet x WHERE x.name = f.name AND x.value = f.value AND x.kind = f.kind) AS "
		"rows FROM facet_count f WHERE f.name <> '' AND f.n <> rows");
	while (db_row(&q))
		found(c, "%.*s: %lld records are counted for %.*s \"%.*s\", there are %lld", STR_ARG(db_str(&q, 0)), (long long)db_int(&q, 3),
			STR_ARG(db_str(&q, 1)), STR_ARG(db_str(&q, 2)), (long long)db_int(&q, 4));
	enum err_code code = db_done(&q, e);
	if (code) return code;
	q = db_query(c->db,
		"SELECT f.kind, f.n, (SELECT count(*) FROM public p WHERE p.kind = f.kind) AS rows FROM facet_count f WHERE f.name = '' AND f.n <> rows");
	while (db_row(&q))
		found(c, "%.*s: %lld public records are counted, there are %lld", STR_ARG(db_str(&q, 0)), (long long)db_int(&q, 1),
			(long long)db_int(&q, 2));
	return db_done(&q, e);
}

static enum err_code check_database(struct checking *c, struct err *e) {
	struct err why = {0};
	enum err_code code = db_check(c->db, &why);
	if (code == ERR_CORRUPT) {
		found(c, "%s", why.message);
		return ERR_OK;
	}
	if (code && e) *e = why;
	return code;
}

/* The index against the text that it was made from. FTS5 asks for this as if it were a change. */
static enum err_code search_fits(struct db *db, void *arg, struct err *e) {
	(void)arg;
	enum err_code code = db_exec(db, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", e);
	return code ? code : db_exec(db, "INSERT INTO search_title (search_title, rank) VALUES ('integrity-check', 1)", e);
}

static enum err_code check_search(struct checking *c, struct err *e) {
	struct err why = {0};
	enum err_code code = writer_run(c->hub->writer, search_fits, NULL, &why);
	if (code == ERR_CORRUPT) {
		found(c, "the search index is not what the public text gives");
		return ERR_OK;
	}
	if (code && e) *e = why;
	return code;
}

enum err_code maintain_check(struct hub *h, struct db *db, struct arena *a, struct hub_findings *out, struct err *e) {
	*out = (struct hub_findings){.items = arena_array(a, FINDINGS, sizeof *out->items)};
	if (!out->items) return err_set(e, ERR_MEMORY, "out of memory");
	struct checking c = {h, db, a, out};
	enum err_code code = db_read_begin(db, e); /* one state for all of it */
	if (code) return code;
	code = check_database(&c, e);
	if (!code) code = check_records(&c, e);
	if (!code) code = check_counts(&c, e);
	if (!code) code = check_files(&c, e);
if (!code) code = check_receipts(&c, e);
	db_read_end(db);
	return code ? code : check_search(&c, e);
}
