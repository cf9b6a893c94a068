/* What was sealed and is shown to everybody (hub/reveal.h), and what may be. */
#include "hub/disclose_private.h"
#include "hub/reveal.h"

enum { REVEALS = 100, VERSIONS = 100 };

static const struct str *names_of(const struct disclosing *d, const struct json *list, size_t *n) {
	struct str *names = arena_array(d->a, json_count(list) + 1, sizeof *names);
	*n = 0;
	for (size_t i = 0; names && i < json_count(list); i++) names[(*n)++] = json_string(json_at(list, i));
	return names;
}

/* When the leaf that a reveal is of was sealed, and which version it is. */
static enum err_code sealed_at(const struct disclosing *d, int64_t record, int64_t leaf, moment *at, int64_t *version, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT v.at, v.revision FROM entry e JOIN event v ON v.seq = e.event WHERE e.leaf = $1 AND e.record = $2");
	db_bind_int(&q, 1, leaf);
	db_bind_int(&q, 2, record);
	*at = 0;
	if (db_row(&q)) {
		*at = db_int(&q, 0);
		*version = db_int(&q, 1);
	}
	return db_done(&q, e);
}

enum err_code disclose_reveals(const struct disclosing *d, const struct disclosed *r, struct disclosed_reveal **out, size_t *n, struct err *e) {
	struct disclosed_reveal *items = NULL;
	*n = 0;
	*out = NULL;
	if (!r->is_public) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT leaf, statement FROM entry WHERE record = $1 AND type = 2 AND statement IS NOT NULL ORDER BY id LIMIT 100");
	db_bind_int(&q, 1, r->line.record);
	enum err_code code = ERR_OK;
	while (!code && *n < REVEALS && db_row(&q)) {
		const struct json *said;
		struct disclosed_reveal one = {.leaf = db_is_null(&q, 0) ? -1 : db_int(&q, 0)};
		if (!items) items = arena_array(d->a, REVEALS, sizeof *items);
		if (!items) code = err_set(e, ERR_MEMORY, "out of memory");
		if (!code) code = json_parse(d->a, db_str(&q, 1), NULL, &said, e);
		if (code) break;
		one.of = json_integer(json_get_lit(json_get_lit(said, "of"), "leaf"), -1);
		one.fields = names_of(d, json_get_lit(said, "fields"), &one.fields_n);
		(void)!moment_parse(json_get_str(said, S("at")), &one.at);
		items[(*n)++] = one;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (!code) code = ended;
	for (size_t i = 0; i < *n && !code; i++) {
		int64_t version;
		code = sealed_at(d, r->line.record, items[i].of, &items[i].sealed, &version, e);
	}
	*out = items;
	return code;
}

static enum err_code nothing_there(struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "nothing is revealed there");
}

enum err_code disclose_revealed(const struct disclosing *d, int64_t leaf, const struct json **out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT record, statement FROM entry WHERE leaf = $1 AND type = 2 AND statement IS NOT NULL");
	struct str text = STR_EMPTY;
	int64_t record = 0, version = 0;
	moment at;
	db_bind_int(&q, 1, leaf);
	if (db_row(&q)) {
		record = db_int(&q, 0);
		text = arena_str(d->a, db_str(&q, 1));
	}
	enum err_code code = db_done(&q, e);
	if (code || !text.n) return code ? code : nothing_there(e);
	struct stored r;
	struct sealed_version v;
	const struct json *said;
	size_t n;
	code = store_read(d->hub, d->db, d->a, record, &r, e);
	if (!code && !r.is_public) code = nothing_there(e);
	if (!code) code = json_parse(d->a, text, NULL, &said, e);
	if (!code) code = sealed_at(d, record, json_integer(json_get_lit(json_get_lit(said, "of"), "leaf"), -1), &at, &version, e);
	if (!code) code = reveal_read(d->hub, d->db, d->a, &r, version, &v, e);
	if (code) return code;
	const struct str *fields = names_of(d, json_get_lit(said, "fields"), &n);
	return reveal_document(d->hub, d->db, d->a, &r, &v, fields, n, out, e);
}

enum err_code disclose_reveal_preview(const struct disclosing *d, const struct disclosed *r, int64_t version, const struct str *fields, size_t n,
	const struct json **out, struct err *e) {
	struct stored s;
	struct sealed_version v;
	unsigned roles = 0;
	enum err_code code = store_read(d->hub, d->db, d->a, r->line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (!code) code = reveal_read(d->hub, d->db, d->a, &s, version, &v, e);
	if (!code) code = reveal_check(d->hub, d->db, d->a, &s, &v, roles, d->viewer.name, fields, n, e);
	return code ? code : reveal_document(d->hub, d->db, d->a, &s, &v, fields, n, out, e);
}

/* The fields of a version that this viewer may reveal. */
static enum err_code revealable(const struct disclosing *d, const struct stored *s, unsigned roles, int64_t number, struct disclosed_sealed_version *out, bool *any,
	struct err *e) {
	struct sealed_version v;
	struct err why;
	*any = false;
	enum err_code code = reveal_read(d->hub, d->db, d->a, s, number, &v, &why);
	if (code == ERR_MEMORY || code == ERR_STORAGE || code == ERR_BUSY) return err_set(e, code, "%s", why.message);
	if (code) return ERR_OK;
	*out = (struct disclosed_sealed_version){.number = number, .at = v.at, .leaf = v.entry.leaf, .actor = v.actor};
	struct str *names = arena_array(d->a, json_count(v.body) + 1, sizeof *names);
	if (!names) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < json_count(v.body); i++) {
		struct str name = json_member_at(v.body, i)->name;
		if (reveal_check(d->hub, d->db, d->a, s, &v, roles, d->viewer.name, &name, 1, &why)) continue;
		names[out->fields_n++] = name;
	}
	out->fields = names;
	*any = out->fields_n > 0;
	return ERR_OK;
}

enum err_code disclose_revealable(const struct disclosing *d, const struct disclosed *r, struct disclosed_sealed_version **out, size_t *n, struct err *e) {
	struct stored s;
	unsigned roles = 0;
	*n = 0;
	*out = NULL;
	if (!r->is_public || !d->viewer.name.n) return ERR_OK;
	struct disclosed_sealed_version *items = arena_array(d->a, VERSIONS, sizeof *items);
	enum err_code code = items ? store_read(d->hub, d->db, d->a, r->line.record, &s, e) : err_set(e, ERR_MEMORY, "out of memory");
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	for (int64_t number = 1; !code && number <= s.revision && *n < VERSIONS; number++) {
		bool any;
		code = revealable(d, &s, roles, number, &items[*n], &any, e);
		if (!code && any) (*n)++;
	}
	*out = items;
	return code;
}
