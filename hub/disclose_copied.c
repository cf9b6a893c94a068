/* Records that were copied from other hubs: where they come from, and what may be the same. */
#include "hub/copied.h"
#include "hub/disclose_private.h"
#include "hub/ledger/ledger.h"
#include "hub/ledger/receipt.h"
#include "hub/mirror/said.h"

enum { LINKS = 2000, SAME = 20 };

enum err_code disclose_public_links(const struct disclosing *d, const struct disclosed *r, const struct json **out, struct err *e) {
	struct json_builder list = json_array_of(d->a);
	struct db_query q = db_query(d->db,
		"SELECT l.rel, t.uid FROM link l JOIN record t ON t.id = l.target JOIN public p ON p.record = l.target WHERE l.source = $1 ORDER BY l.rel, t.uid LIMIT 2000");
	db_bind_int(&q, 1, r->line.record);
	while (db_row(&q)) {
		const struct kind_link *l = kind_link(r->line.kind, db_str(&q, 0));
		struct json_builder b = json_object_of(d->a);
		if (!l || !(l->audiences & PUBLIC)) continue;
		json_set_str(&b, S("rel"), l->rel);
		json_set_str(&b, S("to"), arena_str(d->a, db_str(&q, 1)));
		json_add(&list, json_built(&b));
	}
	enum err_code code = db_done(&q, e);
	*out = json_built(&list);
	return code ? code : arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static struct str page_of(struct arena *a, struct str url, struct str uid) {
	return url.n ? arena_fmt(a, "%.*s/r/%.*s", STR_ARG(url), STR_ARG(uid)) : STR_EMPTY;
}

enum err_code disclose_copy(const struct disclosing *d, const struct disclosed *r, struct disclosed_copy *out, struct err *e) {
	struct db_query q = db_query(d->db,
		"SELECT p.origin, p.key, p.url, c.id, c.leaf, c.left_out, CASE WHEN p.state = 'listed' THEN p.follows ELSE 0 END, p.looked_at, f.forked, f.folder FROM copied c JOIN peer p ON p.id = c.peer "
		"JOIN follow f ON f.peer = p.id WHERE c.record = $1");
	db_bind_int(&q, 1, r->line.record);
	bool found = db_row(&q);
	struct disclosed_copy c = {0};
	if (found) {
		struct str url = db_str(&q, 2);
		c = (struct disclosed_copy){.origin = arena_str(d->a, db_str(&q, 0)), .key = arena_str(d->a, db_str(&q, 1)), .id = arena_str(d->a, db_str(&q, 3)),
			.leaf = db_int(&q, 4), .left_out = arena_str(d->a, db_str(&q, 5)), .follows = db_int(&q, 6) != 0, .looked_at = db_int(&q, 7), .forked = db_int(&q, 8)};
		c.hub = copied_hub(c.origin);
		/* Only what can stand in a link, whatever somebody wrote there. */
		if (str_starts(url, S("https://")) || str_starts(url, S("http://"))) c.url = page_of(d->a, url, r->line.uid);
		struct str folder = db_str(&q, 9);
		c.folder = str_eq(folder, S("..")) ? arena_fmt(d->a, "%s/..", d->hub->dir) : arena_fmt(d->a, "%s/peers/%.*s", d->hub->dir, STR_ARG(folder));
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "it is this hub's own");
	if (!code) *out = c;
	return code;
}

enum err_code disclose_known_as(const struct disclosing *d, const struct disclosed *r, struct glimpse **out, size_t *n, struct err *e) {
	struct glimpse *items = arena_array(d->a, SAME, sizeof *items);
	int64_t ids[SAME];
	size_t found = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	/* What one of them was copied with, against what the other is called: by itself or, copied too, by its own words. */
	struct db_query q = db_query(d->db,
		"SELECT o.record FROM copied_name m JOIN name o ON o.name = m.name AND o.role IN ('source', 'alias', 'number') AND o.shown = 1 WHERE m.record = $1 "
		"UNION SELECT o.record FROM copied_name m JOIN copied_name o ON o.name = m.name WHERE m.record = $1 "
		"UNION SELECT o.record FROM name m JOIN copied_name o ON o.name = m.name WHERE m.record = $1 AND m.role IN ('source', 'alias', 'number') "
		"ORDER BY 1 LIMIT 60");
	db_bind_int(&q, 1, r->line.record);
	while (found < SAME && db_row(&q))
		if (db_int(&q, 0) != r->line.record) ids[found++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	*n = 0;
	for (size_t i = 0; i < found && !code; i++) {
		code = disclose_glimpse(d, ids[i], &items[*n], e);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		*n += !code && items[*n].kind == r->line.kind;
	}
	*out = items;
	return code;
}

/* ---- that it is so ---- */

/* The form in which it came, which the statement is of, whatever of it could be shown here. */
static enum err_code copied_body(const struct disclosing *d, const struct disclosed_copy *c, const struct disclosed *r, const struct json **body, struct err *e) {
	struct disclosing all = *d;
	struct disclosed_origin origin;
	const struct json *record;
	all.viewer = viewer_operator; /* what the public reads there */
	enum err_code code = disclose_origin(&all, c->origin, r->line.uid, true, &origin, e);
	if (!code && !origin.fetched.n) code = err_set(e, ERR_GONE, "a part of what came was erased here, so it can't be shown");
	if (!code) code = json_parse(d->a, origin.fetched, NULL, &record, e);
	if (!code) *body = json_get_lit(record, "body");
	return code;
}

static enum err_code prove_copy(const struct disclosing *d, const struct disclosed *r, const struct disclosed_copy *c, const struct json **out, struct err *e) {
	struct mirror_folder folder;
	struct mirror_said said;
	struct statement_parts p = {.origin = c->origin, .name = c->hub, .key = c->key};
	if (c->url.n) p.url = str_sub(c->url, 0, str_find(c->url, S("/r/")));
	enum err_code code = mirror_open(d->a, arena_cstr(d->a, c->folder), &folder, e);
	if (!code && (!str_eq(folder.origin, c->origin) || !mirror_knows(&folder, c->key))) code = err_set(e, ERR_CORRUPT, "the copy of its log is of another log");
	if (!code) p.key = folder.signed_by;
	if (!code) code = mirror_statement(d->a, &folder, (uint64_t)c->leaf, &said, e);
	if (!code) code = mirror_proof(d->a, &folder, (uint64_t)c->leaf, &p.proof, e);
	if (!code) code = copied_body(d, c, r, &p.body, e);
	if (code) return code;
	p.line = said.line;
	return receipt_write_statement(d->a, &p, out, e);
}

static enum err_code prove_own(const struct disclosing *d, const struct disclosed *r, const struct json **out, struct err *e) {
	struct statement_parts p = {.name = d->hub->name, .url = d->hub->base_url, .body = r->body};
	struct ledger_signed head;
	struct tlog_key *keys;
	const struct json **items;
	size_t n, keys_n;
	int64_t newest;
	enum err_code code = disclose_logged(d, r, &newest, e);
	if (!code && newest < 0) code = err_set(e, ERR_NOT_FOUND, "the log says nothing of it yet");
	if (!code) code = ledger_signed(d->hub, d->a, &head, e);
	if (!code && newest >= (int64_t)head.head.size) code = err_set(e, ERR_NOT_FOUND, "what the log says of it is signed within moments");
	if (!code) code = disclose_log(d, r, newest, newest + 1, 1, &items, &n, e);
	if (!code && !n) code = err_set(e, ERR_NOT_FOUND, "the log says nothing of it");
	if (!code) code = ledger_origin(d->hub, d->db, d->a, &p.origin, e);
	if (!code) code = ledger_keys(d->db, d->a, &keys, &keys_n, e);
	if (code) return code;
	code = ERR_NOT_FOUND;
	for (size_t i = 0; i < keys_n && code == ERR_NOT_FOUND; i++) {
		code = ledger_proof(d->hub, d->a, newest, &keys[i], &p.proof, e);
		p.key = tlog_key_text(d->a, &keys[i]);
	}
	if (code) return code;
	p.line = items[0];
	return receipt_write_statement(d->a, &p, out, e);
}

enum err_code disclose_proof(const struct disclosing *d, const struct disclosed *r, const struct json **out, struct err *e) {
	struct disclosing all = *d;
	struct disclosed shown;
	struct disclosed_copy copy;
	all.viewer = viewer_public; /* the log speaks of what the public reads, and so does its proof */
	enum err_code code = disclose_record(&all, r->line.uid, &shown, e);
	if (!code) code = disclose_copy(&all, &shown, &copy, e);
	if (code == ERR_NOT_FOUND) return r->is_public ? prove_own(&all, &shown, out, e) : err_set(e, code, "it is not public");
	return code ? code : prove_copy(&all, &shown, &copy, out, e);
}

enum err_code disclose_copy_holds(const struct disclosing *d, const struct disclosed *r, const struct disclosed_copy *c, bool *holds, struct str *why, struct err *e) {
	const struct json *file;
	struct receipt_checked checked;
	struct tlog_key key;
	struct err wrong = {0};
	*why = STR_EMPTY;
	enum err_code code = prove_copy(d, r, c, &file, &wrong);
	/* By a key that the log had, as the copy of it is known to follow from the one that is known. */
	if (!code) code = tlog_key_parse(json_get_str(json_get_lit(file, "hub"), S("key")), &key, &wrong);
	if (!code) code = receipt_check(d->a, json_text(d->a, file), &key, 1, NULL, 0, &checked, &wrong);
	if (code == ERR_MEMORY) return err_set(e, code, "%s", wrong.message);
	*holds = !code && checked.logged && str_eq(checked.record, r->line.uid);
	if (!*holds) *why = code ? arena_str(d->a, str_of(wrong.message)) : S("the log does not prove it");
	return ERR_OK;
}
