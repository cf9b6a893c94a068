/* Erasing fields of a record that lives on: their values go from all its revisions, from what its events repeat of them, from the form in which it came, and from
 * what waits to be sent; what the log committed to stays provable (hub/commitment.h, struct entry_salts of hub/ledger/entry.h).
 *
 * A record with a key is encrypted with a new one and the old one is destroyed, so that no copy of the database shows what went. What is still to be done after the
 * transaction stands in `erasing` as for a whole record (hub/erase.h). */
#include "change_store.h"

#include "hub/account/draft.h"
#include "hub/attachment.h"
#include "hub/case/case.h"
#include "hub/clock.h"
#include "hub/keystore.h"
#include "hub/webhook.h"

enum { FILES = 1000, ROW_CAP = 256 << 20, LIST_BYTES = 1 << 20, REPEATED_LEAST = 8 };

/* One erasure while it is written. */
struct striking {
	struct store *s;
	const struct strike *k;
	struct stored was, is;        /* the record with its old and its new key */
	struct arena *row;            /* of one row */
	struct json_builder values;   /* strings that were erased, for finding them in events */
	struct sha256 *digests;       /* of bodies, by revision; as they are now */
	size_t found;                 /* values that were erased */
	const struct json *last[STRIKE_FIELDS]; /* what the newest revision said */
	struct json_builder rewritten; /* {event: digest of its detail as it is now} */
	struct ledger_rewritten *details;
	size_t details_n, details_room;
};

/* ---- preparing ---- */

static enum err_code encrypt_again(struct hub *h, const struct stored *r, const struct record_key *key, struct str stored, struct str sealed, struct arena *a,
	struct struck_file *out, struct err *e) {
	autoarena struct arena *large = arena_new(3 * ((size_t)ATTACHMENT_BYTES + (1 << 20)));
	struct str bytes, plain, told;
	char hex[SHA256_HEX];
	if (!large) return err_set(e, ERR_MEMORY, "out of memory");
	struct cipher_place file = {"file", r->uid, 0}, row = {"attachment", r->uid, 0};
	enum err_code code = file_read(large, attachment_path(large, h->dir, stored), ATTACHMENT_BYTES + CIPHER_OVERHEAD, &bytes, e);
	if (!code) code = store_open(h, large, r->key_id, &file, bytes, &plain, e);
	if (!code) code = store_open(h, a, r->key_id, &row, sealed, &told, e);
	if (!code) code = cipher_close(key, &file, plain, large, &bytes, e);
	if (!code) code = cipher_close(key, &row, told, a, &out->sealed, e);
	if (!code) code = attachment_store(h, bytes, a, &out->sha256, e);
	if (code) return code;
	struct sha256 name = cipher_digest(key, "attachment", told);
	out->name = arena_str(a, sha256_hex(&name, hex));
	return ERR_OK;
}

enum err_code store_strike_files(struct hub *h, struct db *db, const struct stored *r, struct arena *a, struct strike *out, struct err *e) {
	struct record_key key;
	out->files = arena_array(a, FILES, sizeof *out->files);
	struct str *stored = arena_array(a, FILES, sizeof *stored), *sealed = arena_array(a, FILES, sizeof *sealed);
	if (!out->files || !stored || !sealed) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(db, "SELECT id, sha256, sealed FROM attachment WHERE record = $1 AND sealed IS NOT NULL ORDER BY id LIMIT 1000");
	db_bind_int(&q, 1, r->id);
	while (out->files_n < FILES && db_row(&q)) {
		stored[out->files_n] = arena_str(a, db_str(&q, 1));
		sealed[out->files_n] = arena_str(a, db_str(&q, 2));
		out->files[out->files_n++] = (struct struck_file){.id = db_int(&q, 0)};
	}
	enum err_code code = db_done(&q, e);
	if (!code) code = keystore_find(h->keys, out->key_id, &key, e);
	if (code) return code;
	for (size_t i = 0; i < out->files_n && !code; i++) code = encrypt_again(h, r, &key, stored[i], sealed[i], a, &out->files[i], e);
	record_key_wipe(&key);
	return code;
}

/* ---- rows ---- */

static enum err_code no_memory(struct striking *x) {
	return err_set(x->s->e, ERR_MEMORY, "out of memory");
}

/* For the time of one row everything is made in an arena of its own. */
static enum err_code seal(struct striking *x, const char *purpose, int64_t number, struct str plain, struct str *out) {
	struct arena *kept = x->s->a;
	x->s->a = x->row;
	enum err_code code = store_close(x->s, &x->is, purpose, number, plain, out);
	x->s->a = kept;
	return code;
}

static enum err_code open_row(struct striking *x, const char *purpose, int64_t number, struct str stored, struct str *out) {
	struct str key_id = cipher_is_blob(stored) ? x->was.key_id : STR_EMPTY;
	return store_open(x->s->hub, x->row, key_id, &(struct cipher_place){purpose, x->was.uid, number}, stored, out, x->s->e);
}

static enum err_code numbers_of(struct striking *x, const char *sql, int64_t **out, size_t *n) {
	size_t room = 64;
	int64_t *list = arena_array(x->s->a, room, sizeof *list);
	struct db_query q = db_query(x->s->db, sql);
	db_bind_int(&q, 1, x->was.id);
	*n = 0;
	while (list && db_row(&q)) {
		if (*n == room) {
			int64_t *more = arena_array(x->s->a, room *= 2, sizeof *more);
			if (more) memcpy(more, list, *n * sizeof *list);
			list = more;
		}
		if (list) list[(*n)++] = db_int(&q, 0);
	}
	enum err_code code = db_done(&q, x->s->e);
	*out = list;
	return code || list ? code : no_memory(x);
}

/* ---- revisions ---- */

static void remember(struct striking *x, const struct json *value) {
	struct str text = str_trim(json_string(value));
	if (text.n >= REPEATED_LEAST) json_add(&x->values, json_str(x->s->a, arena_str(x->s->a, text)));
	for (size_t i = 0; i < json_count(value); i++) remember(x, json_is(value, JSON_OBJECT) ? &json_member_at(value, i)->value : json_at(value, i));
}

/* The body without the fields; salts are brought up to it, where it has any. */
static enum err_code strike_body(struct striking *x, const struct json **body, const struct json **salts, bool provable, struct str seed, bool *changed) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < x->k->n && !code; i++) {
		struct str name = x->k->fields[i];
		const struct json *value = json_get(*body, name);
		bool gone = commitment_is_erased(*salts, name) || (!provable && str_is(json_string(value), COMMITMENT_ERASED));
		if (!value || gone) continue;
		if (provable && !*salts) code = commitment_salts(x->row, *body, seed, salts, x->s->e);
		if (!code && provable) code = commitment_erase(x->row, *body, *salts, name, salts, x->s->e);
		if (code) return code;
		remember(x, value);
		x->last[i] = json_copy(x->s->a, value);
		*body = json_with(x->row, *body, name, x->k->stays[i] ? json_str(x->row, S(COMMITMENT_ERASED)) : NULL);
		x->found++;
		*changed = true;
	}
	return ERR_OK;
}

static enum err_code put_revision(struct striking *x, int64_t number, const struct json *body, struct str seed, const struct json *salts) {
	struct str text = json_canonical(x->row, body), salted = salts ? json_canonical(x->row, salts) : STR_EMPTY;
	x->digests[number] = sha256(text);
	enum err_code code = seal(x, "body", number, text, &text);
	if (!code) code = seal(x, "seed", number, seed, &seed);
	if (!code && salts) code = seal(x, "salts", number, salted, &salted);
	if (code) return code;
	struct db_query q = db_query(x->s->db, "UPDATE revision SET body = $3, salt_seed = $4, salts = $5, key_id = $6 WHERE record = $1 AND number = $2");
	db_bind_int(&q, 1, x->is.id);
	db_bind_int(&q, 2, number);
	db_bind_bytes(&q, 3, text);
	db_bind_bytes(&q, 4, seed);
	salts ? db_bind_bytes(&q, 5, salted) : db_bind_null(&q, 5);
	db_bind_opt(&q, 6, x->is.key_id);
	return db_run(&q, x->s->e);
}

static enum err_code strike_revision(struct striking *x, int64_t number) {
	struct stored then = x->was;
	struct stored_text t;
	const struct json *body, *salts = NULL;
	bool changed = false;
	then.revision = number;
	enum err_code code = store_text(x->s->hub, x->s->db, x->row, &then, &t, x->s->e);
	if (!code) code = json_parse(x->row, t.body, NULL, &body, x->s->e);
	if (!code && t.salts.n) code = json_parse(x->row, t.salts, NULL, &salts, x->s->e);
	/* Without either it repeats a later one (hub/change_files.c), and is not provable. */
	if (!code) code = strike_body(x, &body, &salts, t.salts.n || t.seed.n, t.seed, &changed);
	return code ? code : put_revision(x, number, body, salts ? STR_EMPTY : t.seed, salts);
}

static enum err_code strike_revisions(struct striking *x) {
	int64_t *numbers;
	size_t n;
	enum err_code code = numbers_of(x, "SELECT number FROM revision WHERE record = $1 ORDER BY number", &numbers, &n);
	x->digests = code ? NULL : arena_array(x->s->a, (size_t)x->was.revision + 2, sizeof *x->digests);
	if (!code && !x->digests) code = no_memory(x);
	for (size_t i = 0; i < n && !code; i++) {
		if (numbers[i] < 1 || numbers[i] > x->was.revision) return err_set(x->s->e, ERR_CORRUPT, "revision %lld is not one of the record's", (long long)numbers[i]);
		code = strike_revision(x, numbers[i]);
		arena_clear(x->row);
	}
	return code;
}

/* ---- events ---- */

/* What machines read of a detail says nothing of a body, and stays as it is. */
static bool is_structure(struct str name) {
	static const char *const names[] = {"act", "fields", "rewritten", "sha256", "move", "from", "rel", "target", "subject", "role", "to", "basis"};
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_is(name, names[i])) return true;
	return false;
}

static struct str without_value(struct striking *x, struct str text, struct str value) {
	struct str done = STR_EMPTY;
	size_t at = str_find(text, value);
	if (at == STR_NONE) return text;
	for (; at != STR_NONE; at = str_find(text, value)) {
		done = arena_fmt(x->row, "%.*s%.*s" COMMITMENT_ERASED, STR_ARG(done), STR_ARG(str_sub(text, 0, at)));
		text = str_from(text, at + value.n);
	}
	return arena_cat(x->row, done, text);
}

static struct str without_values(struct striking *x, struct str text, const struct json *values) {
	for (size_t i = 0; i < json_count(values); i++) text = without_value(x, text, json_string(json_at(values, i)));
	return text;
}

static const struct json *redacted(struct striking *x, const struct json *v, const struct json *values) {
	if (json_is(v, JSON_STRING)) {
		struct str text = without_values(x, v->string, values);
		return text.p == v->string.p ? v : json_str(x->row, text);
	}
	if (!json_count(v)) return v;
	bool object = json_is(v, JSON_OBJECT);
	struct json_builder b = object ? json_object_of(x->row) : json_array_of(x->row);
	for (size_t i = 0; i < json_count(v); i++) {
		const struct json_member *m = object ? json_member_at(v, i) : NULL;
		if (m) json_set(&b, m->name, is_structure(m->name) ? &m->value : redacted(x, &m->value, values));
		else json_add(&b, redacted(x, json_at(v, i), values));
	}
	return json_built(&b);
}

static enum err_code note_rewritten(struct striking *x, int64_t event, struct str before, struct str after) {
	char number[32], hex[SHA256_HEX];
	struct sha256 digest = sha256(after);
	if (x->details_n == x->details_room) {
		size_t room = x->details_room ? 2 * x->details_room : 16;
		struct ledger_rewritten *more = arena_array(x->s->a, room, sizeof *more);
		if (!more) return no_memory(x);
		if (x->details_n) memcpy(more, x->details, x->details_n * sizeof *more);
		x->details = more;
		x->details_room = room;
	}
	x->details[x->details_n++] = (struct ledger_rewritten){event, arena_str(x->s->a, before)};
	snprintf(number, sizeof number, "%lld", (long long)event);
	json_set_str(&x->rewritten, arena_str(x->s->a, str_of(number)), arena_str(x->s->a, sha256_hex(&digest, hex)));
	return ERR_OK;
}

static void bind_digest(struct striking *x, struct db_query *q, int n, bool there, int64_t revision, enum err_code *code) {
	struct sha256 digest = {{0}};
	if (there && revision >= 1 && revision <= x->was.revision) digest = x->digests[revision];
	if (there && !*code) *code = store_digest(x->s, &x->is, "digest", &digest);
	there ? db_bind_bytes(q, n, arena_str(x->row, sha256_str(&digest))) : db_bind_null(q, n);
}

static enum err_code put_event(struct striking *x, int64_t seq, struct str detail, bool before, bool after, int64_t revision) {
	struct str sealed = STR_EMPTY;
	enum err_code code = detail.n ? seal(x, "event", seq, detail, &sealed) : ERR_OK;
	struct db_query q = db_query(x->s->db, "UPDATE event SET detail = $2, digest_before = $3, digest_after = $4 WHERE seq = $1");
	db_bind_int(&q, 1, seq);
	detail.n ? db_bind_bytes(&q, 2, sealed) : db_bind_null(&q, 2);
	bind_digest(x, &q, 3, before, revision - 1, &code);
	bind_digest(x, &q, 4, after, revision, &code);
	if (code) return db_cancel(&q), code;
	return db_run(&q, x->s->e);
}

static enum err_code strike_event(struct striking *x, int64_t seq, const struct json *values) {
	struct db_query q = db_query(x->s->db, "SELECT detail, digest_before, digest_after, revision FROM event WHERE seq = $1");
	struct str stored = STR_EMPTY, text = STR_EMPTY;
	bool before = false, after = false;
	int64_t revision = 0;
	db_bind_int(&q, 1, seq);
	if (db_row(&q)) {
		stored = arena_str(x->row, db_str(&q, 0));
		before = !db_is_null(&q, 1);
		after = !db_is_null(&q, 2);
		revision = db_int(&q, 3);
	}
	const struct json *detail, *left;
	enum err_code code = db_done(&q, x->s->e);
	if (!code && stored.n) code = open_row(x, "event", seq, stored, &text);
	if (!code && text.n) code = json_parse(x->row, text, NULL, &detail, x->s->e);
	if (!code && text.n) {
		left = redacted(x, detail, values);
		if (!json_equal(left, detail)) {
			struct str now_said = json_text(x->row, left);
			code = note_rewritten(x, seq, text, now_said);
			text = now_said;
		}
	}
	return code ? code : put_event(x, seq, text, before, after, revision);
}

static enum err_code strike_events(struct striking *x) {
	int64_t *seqs;
	size_t n;
	const struct json *values = json_built(&x->values);
	enum err_code code = numbers_of(x, "SELECT seq FROM event WHERE record = $1 ORDER BY seq", &seqs, &n);
	for (size_t i = 0; i < n && !code; i++) {
		code = strike_event(x, seqs[i], values);
		arena_clear(x->row);
	}
	return code;
}

/* ---- what hangs on the record ---- */

static enum err_code strike_origin(struct striking *x) {
	struct str empty;
	enum err_code code = seal(x, "origin", 0, STR_EMPTY, &empty);
	if (code) return code;
	struct db_query q = db_query(x->s->db, "UPDATE origin SET fetched = $2, digest = zeroblob(32) WHERE record = $1");
	db_bind_int(&q, 1, x->is.id);
	db_bind_bytes(&q, 2, empty);
	return db_run(&q, x->s->e);
}

static enum err_code strike_files(struct striking *x, struct str *old) {
	autobuf struct buf list = BUF(LIST_BYTES);
	struct db_query q = db_query(x->s->db, "SELECT sha256, id FROM attachment WHERE record = $1 AND sealed IS NOT NULL ORDER BY id");
	size_t n = 0;
	bool same = true;
	db_bind_int(&q, 1, x->is.id);
	for (; db_row(&q); n++) {
		same &= n < x->k->files_n && x->k->files[n].id == db_int(&q, 1);
		if (list.n) buf_add_char(&list, ',');
		buf_add(&list, db_str(&q, 0));
	}
	enum err_code code = db_done(&q, x->s->e);
	if (!code && (n != x->k->files_n || !same)) code = err_set(x->s->e, ERR_CONFLICT, "a file came to the record or went from it at the same moment: try again");
	for (size_t i = 0; i < x->k->files_n && !code; i++) {
		const struct struck_file *f = &x->k->files[i];
		q = db_query(x->s->db, "UPDATE attachment SET sha256 = $2, name = $3, sealed = $4 WHERE id = $1");
		db_bind_int(&q, 1, f->id);
		db_bind_str(&q, 2, f->sha256);
		db_bind_str(&q, 3, f->name);
		db_bind_bytes(&q, 4, f->sealed);
		code = db_run(&q, x->s->e);
	}
	*old = arena_str(x->s->a, buf_str(&list));
	return code || !list.failed ? code : err_set(x->s->e, ERR_TOO_LARGE, "the record has too many files to be encrypted anew at once");
}

static enum err_code note_rest(struct striking *x, struct str files) {
	struct db_query q = db_query(x->s->db, "INSERT INTO erasing (record, key_id, files, search) VALUES ($1, $2, $3, 1)");
	db_bind_int(&q, 1, x->is.id);
	db_bind_opt(&q, 2, x->was.key_id);
	db_bind_str(&q, 3, files);
	return db_run(&q, x->s->e);
}

static enum err_code put_record(struct striking *x) {
	struct json_builder names = json_array_of(x->s->a);
	const struct json *old = NULL;
	enum err_code code = x->was.struck.n ? json_parse(x->s->a, x->was.struck, NULL, &old, x->s->e) : ERR_OK;
	for (size_t i = 0; i < json_count(old); i++) json_add(&names, json_at(old, i));
	for (size_t i = 0; i < x->k->n; i++) {
		bool there = false;
		for (size_t j = 0; j < json_count(old); j++) there |= str_eq(json_string(json_at(old, j)), x->k->fields[i]);
		if (!there) json_add(&names, json_str(x->s->a, x->k->fields[i]));
	}
	x->is.struck = json_canonical(x->s->a, json_built(&names));
	struct db_query q = db_query(x->s->db, "UPDATE record SET key_id = $2, struck = $3 WHERE id = $1");
	db_bind_int(&q, 1, x->is.id);
	db_bind_opt(&q, 2, x->is.key_id);
	db_bind_bytes(&q, 3, x->is.struck);
	return code ? (db_cancel(&q), code) : db_run(&q, x->s->e);
}

/* ---- all of it ---- */

static struct str detail_of(struct striking *x) {
	struct json_builder b = json_object_of(x->s->a), fields = json_array_of(x->s->a);
	for (size_t i = 0; i < x->k->n; i++) json_add(&fields, json_str(x->s->a, x->k->fields[i]));
	json_put_str(&b, S("basis"), x->k->basis);
	json_set(&b, S("fields"), json_built(&fields));
	json_set_str(&b, S("reason"), x->k->reason);
	json_put(&b, S("rewritten"), json_built(&x->rewritten));
	return json_text(x->s->a, json_built(&b));
}

/* Names that the public may know of: of fields that it could read by the rules that hold. */
static enum err_code public_fields(struct striking *x, const struct json **out) {
	const struct json *own = NULL;
	const struct visibility *v;
	struct json_builder names = json_array_of(x->s->a);
	enum err_code code = x->is.visibility.n ? json_parse(x->s->a, x->is.visibility, NULL, &own, x->s->e) : ERR_OK;
	if (!code) code = visibility_override(x->s->a, x->is.kind->visibility, own, &v, x->s->e);
	for (size_t i = 0; i < x->k->n && !code; i++) {
		struct json_builder b = json_object_of(x->s->a);
		if (!x->last[i]) continue;
		json_set(&b, x->k->fields[i], x->last[i]);
		if (json_get(visibility_project(x->s->a, v, json_built(&b), PUBLIC), x->k->fields[i])) json_add(&names, json_str(x->s->a, x->k->fields[i]));
	}
	*out = json_built(&names);
	return code;
}

/* The revision in which the record lives on, and what the public is told. */
static enum err_code go_on(struct striking *x, struct stored *r, const struct projection *p) {
	const struct json *told = NULL;
	struct sha256 before = x->digests[x->was.revision];
	*r = x->is;
	r->revision++;
	enum err_code code = store_revision(x->s, r, p);
	if (!code) code = store_update_record(x->s, r);
	if (!code) code = store_event(x->s, r, "erase-field", detail_of(x), &before, &p->digest);
	if (!code) code = store_public(x->s, r, p);
	if (!code) code = store_forget_names(x->s, r);
	if (!code) code = store_body_names(x->s, r, p);
	if (!code) code = publication_follow(x->s, r, p->body);
	if (!code) code = clock_follow_body(x->s, r, p->body);
	if (!code && r->is_public) code = public_fields(x, &told);
	bool says = json_count(told) > 0;
	if (!code && says) code = ledger_note_struck(x->s, r, p->shown, told, x->k->basis);
	return code ? code : ledger_strike(x->s, &x->was, &x->is, says, x->details, x->details_n);
}

enum err_code store_strike(struct store *s, struct stored *r, const struct strike *k, const struct projection *p) {
	autoarena struct arena *row = arena_new(ROW_CAP);
	struct str files;
	if (!row) return err_set(s->e, ERR_MEMORY, "out of memory");
	struct striking x = {.s = s, .k = k, .was = *r, .is = *r, .row = row, .values = json_array_of(s->a), .rewritten = json_object_of(s->a)};
	x.is.key_id = k->key_id;
	enum err_code code = strike_revisions(&x);
	if (!code && !x.found) return err_set(s->e, ERR_INVALID, "none of its revisions says anything there");
	if (!code) code = strike_events(&x);
	if (!code) code = strike_origin(&x);
	if (!code) code = strike_files(&x, &files);
	if (!code) code = put_record(&x);
	if (!code) code = go_on(&x, r, p);
	if (!code) code = draft_forget_record(s->db, r->uid, s->e);
	if (!code) code = webhook_forget(s->db, r->id, s->e);
	return code ? code : note_rest(&x, files);
}
