#include "reveal.h"

#include "hub/ledger/receipt.h"

/* ---- what was sealed ---- */

static enum err_code read_event(struct db *db, struct arena *a, const struct stored *r, struct sealed_version *v, int64_t *seq, struct err *e) {
	struct db_query q = db_query(db, "SELECT seq, at, actor FROM event WHERE record = $1 AND revision = $2 AND type IN ('create', 'revise', 'erase-field') "
		"AND digest_after IS NOT NULL ORDER BY seq LIMIT 1");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, v->number);
	bool found = db_row(&q);
	if (found) {
		*seq = db_int(&q, 0);
		v->at = db_int(&q, 1);
		v->actor = arena_str(a, db_str(&q, 2));
	}
	enum err_code code = db_done(&q, e);
	return code || found ? code : err_set(e, ERR_NOT_FOUND, "the record has no version %lld", (long long)v->number);
}

static enum err_code read_body(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, struct sealed_version *v, struct err *e) {
	struct stored then = *r;
	struct stored_text t;
	then.revision = v->number;
	enum err_code code = store_text(h, db, a, &then, &t, e);
	if (!code && !t.seed.n && !t.salts.n) code = err_set(e, ERR_GONE, "what the log committed to was erased");
	if (!code) code = json_parse(a, t.body, NULL, &v->body, e);
	if (!code && t.salts.n) code = json_parse(a, t.salts, NULL, &v->salts, e);
	v->seed = t.seed;
	return code;
}

enum err_code reveal_read(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, int64_t number, struct sealed_version *out, struct err *e) {
	struct sealed_version v = {.number = number};
	int64_t seq = 0;
	enum err_code code = read_event(db, a, r, &v, &seq, e);
	if (!code) code = ledger_entry_of(h, db, a, seq, &v.entry, e);
	if (!code && v.entry.type != ENTRY_COMMIT) code = err_set(e, ERR_CONFLICT, "version %lld was never sealed: the log says what it said to everybody", (long long)number);
	if (!code && v.entry.leaf < 0) code = err_set(e, ERR_CONFLICT, "version %lld is not in the log yet: it enters at the end of the epoch", (long long)number);
	if (!code) code = ledger_event_text(h, db, a, &v.entry, &v.event, NULL, e);
	if (!code) code = read_body(h, db, a, r, &v, e);
	if (!code) *out = v;
	return code;
}

/* ---- rules ---- */

enum err_code reveal_public(struct db *db, struct arena *a, const struct stored *r, struct str *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT body FROM public WHERE record = $1");
	struct str text = STR_EMPTY;
	db_bind_int(&q, 1, r->id);
	if (db_row(&q)) text = arena_str(a, db_str(&q, 0));
	enum err_code code = db_done(&q, e);
	if (!code && !text.n) code = err_set(e, ERR_CONFLICT, "only of what is public something is revealed");
	if (!code) *out = text;
	return code;
}

static enum err_code public_body(struct db *db, struct arena *a, const struct stored *r, const struct json **out, struct err *e) {
	struct str text;
	enum err_code code = reveal_public(db, a, r, &text, e);
	return code ? code : json_parse(a, text, NULL, out, e);
}

static enum err_code rules_of(struct arena *a, const struct stored *r, const struct visibility **out, struct err *e) {
	const struct json *own = NULL;
	enum err_code code = r->visibility.n ? json_parse(a, r->visibility, NULL, &own, e) : ERR_OK;
	return code ? code : visibility_override(a, r->kind->visibility, own, out, e);
}

enum err_code reveal_field(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, struct str name,
	enum reveal_may *out, struct err *e) {
	const struct json *said = json_get(v->body, name), *today;
	const struct visibility *rules;
	struct json_builder b = json_object_of(a);
	(void)h;
	*out = REVEAL_NEVER;
	if (!said || commitment_is_erased(v->salts, name)) return ERR_OK;
	enum err_code code = public_body(db, a, r, &today, e);
	if (!code) code = rules_of(a, r, &rules, e);
	if (code) return code;
	json_set(&b, name, said);
	/* Whole, or not: a part of a field can't be shown. */
	const struct json *shown = json_get(visibility_project(a, rules, json_built(&b), PUBLIC), name);
	if (!shown || !json_equal(shown, said)) return ERR_OK;
	*out = json_equal(json_get(today, name), said) ? REVEAL_AS_NOW : REVEAL_OTHER_WORDS;
	return ERR_OK;
}

/* Also by one that is only proposed: of itself, of a case that it is linked with. */
static enum err_code is_held(struct db *db, int64_t record, bool *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT 1 FROM case_state WHERE embargo IN ('P', 'A', 'R') AND (record = $1 OR record IN (SELECT source FROM link WHERE target = $1 "
		"UNION SELECT target FROM link WHERE source = $1)) LIMIT 1");
	db_bind_int(&q, 1, record);
	*out = db_row(&q);
	return db_done(&q, e);
}

static enum err_code check_who(const struct sealed_version *v, unsigned roles, struct str actor, struct err *e) {
	if (actor.n && str_eq(actor, v->actor)) return ERR_OK;
	if (!(roles & (ROLE_OWNER | ROLE_COORDINATOR)))
		return err_set(e, ERR_FORBIDDEN, "what was sealed is revealed by who made it, by owners of the record and by coordinators");
	if (str_starts(v->actor, S("U-"))) return err_set(e, ERR_FORBIDDEN, "this version names the person who made it: only they reveal it");
	return ERR_OK;
}

enum err_code reveal_check(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, unsigned roles,
	struct str actor, const struct str *fields, size_t n, struct err *e) {
	bool held = false;
	if (!r->is_public || r->erased) return err_set(e, ERR_CONFLICT, "only of what is public something is revealed");
	enum err_code code = is_held(db, r->id, &held, e);
	if (!code && held) code = err_set(e, ERR_CONFLICT, "an embargo holds: nothing is revealed before it ends");
	if (!code) code = check_who(v, roles, actor, e);
	if (!code && (n < 1 || n > REVEAL_FIELDS)) code = err_set(e, ERR_INVALID, "say which fields are to be shown, 1 to %d of them", REVEAL_FIELDS);
	for (size_t i = 0; i < n && !code; i++) {
		enum reveal_may may;
		code = reveal_field(h, db, a, r, v, fields[i], &may, e);
		if (!code && may == REVEAL_NEVER) code = err_set(e, ERR_INVALID, "\"%.*s\" says nothing in that version that the public may read", STR_ARG(str_cut_utf8(fields[i], 60)));
		if (!code && may == REVEAL_OTHER_WORDS && !(roles & ROLE_COORDINATOR))
			code = err_set(e, ERR_FORBIDDEN, "\"%.*s\" says something else than the public reads now: only coordinators reveal that", STR_ARG(str_cut_utf8(fields[i], 60)));
	}
	if (code == ERR_INVALID) err_where(e, "/fields");
	return code;
}

/* ---- what is shown ---- */

/* By the newest of the log's keys that signs a proof of it. */
static enum err_code proof_by_any(const struct hub *h, struct arena *a, int64_t leaf, const struct tlog_key *keys, size_t n, struct receipt_parts *p, struct err *e) {
	enum err_code code = err_set(e, ERR_NOT_FOUND, "it is not under a signed checkpoint yet");
	for (size_t i = 0; i < n && code == ERR_NOT_FOUND; i++) {
		code = ledger_proof(h, a, leaf, &keys[i], &p->proof, e);
		if (!code) p->key = tlog_key_text(a, &keys[i]);
	}
	return code;
}

enum err_code reveal_document(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, const struct str *fields,
	size_t n, const struct json **out, struct err *e) {
	struct receipt_parts p = {.name = h->name, .url = h->base_url, .type = v->entry.type, .salts = &v->entry.salts, .event = v->event, .body = v->body,
		.body_seed = v->seed, .body_salts = v->salts};
	struct str *keep = arena_array(a, n + 1, sizeof *keep);
	struct tlog_key *keys;
	size_t keys_n, kept = 0;
	enum err_code code = keep ? ledger_origin(h, db, a, &p.origin, e) : err_set(e, ERR_MEMORY, "out of memory");
	if (!code) code = ledger_keys(db, a, &keys, &keys_n, e);
	if (!code) code = proof_by_any(h, a, v->entry.leaf, keys, keys_n, &p, e);
	for (size_t i = 0; i < n && !code; i++) {
		enum reveal_may may;
		code = reveal_field(h, db, a, r, v, fields[i], &may, e);
		if (may != REVEAL_NEVER) keep[kept++] = fields[i];
	}
	if (!code) code = receipt_write(a, &p, out, e);
	return code ? code : receipt_redact(a, *out, keep, kept, false, out, e);
}
