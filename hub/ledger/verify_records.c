/* What is stored of each record against what was committed to. */
#include "hub/ledger/verify.h"

#include "hub/attachment.h"
#include "hub/change_store.h"
#include "hub/commitment.h"
#include "hub/ledger/entries.h"

enum { RECORD_CAP = 256 << 20, FILES_MOST = 2000 };

/* A record while its entries are walked. */
struct walked {
	struct verifying *v;
	struct arena *a;
	int64_t record;
	struct str uid, key_id;
	bool erased;                  /* as its row says */
	struct str prev, said_prev;   /* commitments of the last entry, of the last with a statement */
	const struct json *said;      /* the last statement; NULL none */
	struct sha256 said_salt;      /* of its public fields */
	bool said_salted;             /* it is known */
	bool silent;                  /* the last statement can't be read here */
	int64_t erasures;             /* entries that say nothing any more, */
	bool tombstone;               /* and the event that says why */
	const struct json *struck;    /* names of fields that were erased, as events say: an object */
	const struct json *rewritten; /* digests of details that were rewritten then, by event */
	struct told *told;            /* details that are not what was committed to */
	int64_t softened;             /* entries without their seed */
	struct str files[FILES_MOST]; /* SHA-256 of what was attached */
	size_t files_n;
	struct str state;             /* after the last event */
	int64_t revision;
};

struct told {
	int64_t event;
	struct sha256 digest; /* of the detail as it stands */
	struct told *next;
};

static const char *name_of(const struct walked *w) {
	return w->uid.n ? w->uid.p : "the hub";
}

/* ---- entries ---- */

/* Not here, or gone: true, and counted. */
static bool passed_over(struct walked *w, enum err_code code) {
	if (code == ERR_UNSUPPORTED) w->v->r->unreadable++;
	if (code == ERR_GONE) w->erasures++;
	return code == ERR_UNSUPPORTED || code == ERR_GONE;
}

static void note_file(struct walked *w, struct str detail) {
	const struct json *v;
	if (json_parse(w->a, detail, NULL, &v, NULL) || w->files_n == FILES_MOST) return;
	struct str sha256 = json_get_str(v, S("sha256"));
	if (sha256.n) w->files[w->files_n++] = sha256;
}

/* What an erasure of fields says that it did. */
static enum err_code note_struck(struct walked *w, struct str detail) {
	const struct json *v;
	enum err_code code = json_parse(w->a, detail, NULL, &v, w->v->e);
	if (code) return code;
	const struct json *fields = json_get_lit(v, "fields"), *rewritten = json_get_lit(v, "rewritten");
	struct json_builder none = json_object_of(w->a);
	if (!w->struck) w->struck = w->rewritten = json_built(&none);
	for (size_t i = 0; i < json_count(fields); i++) w->struck = json_with(w->a, w->struck, json_string(json_at(fields, i)), json_bool(w->a, true));
	for (size_t i = 0; i < json_count(rewritten); i++) {
		const struct json_member *m = json_member_at(rewritten, i);
		w->rewritten = json_with(w->a, w->rewritten, m->name, &m->value);
	}
	return ERR_OK;
}

/* A detail of which the digest alone is kept: what stands there instead is told by the erasure, later. */
static enum err_code note_told(struct walked *w, const struct ledger_entry *entry, struct str detail) {
	struct told *one = arena_new_of(w->a, struct told);
	if (!one) return err_set(w->v->e, ERR_MEMORY, "out of memory");
	*one = (struct told){entry->event, sha256(detail), w->told};
	w->told = one;
	return ERR_OK;
}

static enum err_code note_event(struct walked *w, struct str text, struct str detail) {
	const struct json *event;
	enum err_code code = json_parse(w->a, text, NULL, &event, w->v->e);
	if (code) return code;
	struct str type = json_get_str(event, S("type"));
	w->state = json_get_str(event, S("state"));
	w->revision = json_integer(json_get_lit(event, "revision"), 0);
	if (str_is(type, "attach")) note_file(w, detail);
	if (str_is(type, "erase")) w->tombstone = true;
	return str_is(type, "erase-field") ? note_struck(w, detail) : ERR_OK;
}

/* What is shown is made from the version that the leaf is of, which is verified as every other: it must be one of the same record. */
static enum err_code check_reveal(struct walked *w, const struct ledger_entry *entry, const struct json *of) {
	unsigned char commitment[SHA256_SIZE] = {0};
	bool right = !entry_unhex(json_get_str(of, S("commitment")), commitment, sizeof commitment, NULL);
	struct db_query q = db_query(w->v->db, "SELECT 1 FROM entry WHERE record = $1 AND leaf = $2 AND commitment = $3 AND event IS NOT NULL AND type = 1");
	db_bind_int(&q, 1, w->record);
	db_bind_int(&q, 2, json_integer(json_get_lit(of, "leaf"), -1));
	db_bind_bytes(&q, 3, str_n(commitment, sizeof commitment));
	right = db_row(&q) && right;
	if (!right) ledger_found(w->v, "%s, entry %lld: reveals what is not in the log", name_of(w), (long long)entry->id);
	return db_done(&q, w->v->e);
}

static enum err_code check_statement(struct walked *w, const struct ledger_entry *entry) {
	if (!entry->statement.n) return ERR_OK;
	const struct json *said;
	struct err why;
	unsigned char prev[SHA256_SIZE];
	struct verifying *v = w->v;
	if (json_parse(w->a, entry->statement, NULL, &said, &why)) return ledger_found(v, "entry %lld: its statement is no JSON", (long long)entry->id), ERR_OK;
	if (entry_type_of(json_get_str(said, S("type"))) != entry->type || !str_eq(json_get_str(said, S("record")), entry->uid))
		ledger_found(v, "entry %lld: its statement is of another type or record", (long long)entry->id);
	struct str hex = json_get_str(said, S("prev"));
	bool right = w->said_prev.n ? !entry_unhex(hex, prev, sizeof prev, &why) && str_eq(str_n(prev, sizeof prev), w->said_prev) : !hex.n;
	if (!right && entry->record) ledger_found(v, "%s, entry %lld: a statement before it is missing", name_of(w), (long long)entry->id);
	if (entry->type == ENTRY_REVEAL) {
		enum err_code code = check_reveal(w, entry, json_get_lit(said, "of"));
		if (code) return code;
	}
	w->said = said;
	w->silent = false;
	w->said_salt = entry->salts.open;
	w->said_salted = entry->salts.has_public;
	return ERR_OK;
}

static enum err_code check_commitment(struct walked *w, struct ledger_entry *entry) {
	struct str text = STR_EMPTY, detail = STR_EMPTY;
	struct err why = {0};
	enum err_code code = ledger_entry_open(w->v->hub, w->a, entry, &why);
	if (!code && entry->event) code = ledger_event_text(w->v->hub, w->v->db, w->a, entry, &text, &detail, &why);
	if (passed_over(w, code)) {
		w->silent |= entry->type != ENTRY_COMMIT;
		return ERR_OK;
	}
	if (code == ERR_CORRUPT || code == ERR_NOT_FOUND || code == ERR_INVALID)
		return ledger_found(w->v, "%s, entry %lld: %s", name_of(w), (long long)entry->id, why.message), ERR_OK;
	if (code) return err_set(w->v->e, code, "%s", why.message);
	struct sha256 made = entry_commitment_salted(&entry->salts, text, entry->statement);
	if (memcmp(made.byte, entry->commitment.byte, SHA256_SIZE) != 0)
		ledger_found(w->v, "%s, entry %lld: %s is not what was committed to", name_of(w), (long long)entry->id, entry->event ? "the event" : "the statement");
	w->softened += !entry->seed.n;
	code = check_statement(w, entry);
	if (!code && text.n && !entry->salts.has_detail) code = note_told(w, entry, detail);
	return code || !text.n ? code : note_event(w, text, detail);
}

static enum err_code check_entry(struct walked *w, struct ledger_entry *entry) {
	struct verifying *v = w->v;
	v->r->entries++;
	if (!entry->record && entry->type == ENTRY_COMMIT) {
		v->r->fill++;
		if (entry->event || !ledger_entry_silent(entry) || entry->statement.n) ledger_found(v, "entry %lld: says something and should not", (long long)entry->id);
		return ERR_OK;
	}
	if (entry->record && !str_eq(entry->prev, w->prev)) ledger_found(v, "%s, entry %lld: an entry before it is missing", name_of(w), (long long)entry->id);
	w->prev = arena_str(w->a, sha256_str(&entry->commitment));
	enum err_code code = ERR_OK;
	if (ledger_entry_silent(entry)) {
		v->r->erased++;
		w->erasures++;
		if (entry->statement.n) ledger_found(v, "%s, entry %lld: its seed is gone and its statement is not", name_of(w), (long long)entry->id);
	} else {
		code = check_commitment(w, entry);
	}
	if (entry->type != ENTRY_COMMIT) w->said_prev = w->prev;
	return code;
}

/* ---- when all entries of a record were seen ---- */

/* An earlier revision without salts says what the next one says that has some, where that may hold no file: hub/change_files.c. */
static enum err_code check_repeated(struct walked *w, const struct stored *r, struct str body, struct err *why) {
	struct stored newest, later = *r;
	struct stored_text text = {0};
	const struct json *said;
	enum err_code code = store_read(w->v->hub, w->v->db, w->a, w->record, &newest, why);
	while (!code && !text.seed.n && !text.salts.n && later.revision < newest.revision) {
		later.revision++;
		code = store_text(w->v->hub, w->v->db, w->a, &later, &text, why);
	}
	if (code || later.revision == r->revision) return code ? code : err_set(why, ERR_CORRUPT, "its salts are gone, and nothing says why");
	code = json_parse(w->a, text.body, NULL, &said, why);
	if (code || (str_eq(body, text.body) && store_refuses(newest.kind, said, w->a))) return code;
	return err_set(why, ERR_CORRUPT, "its salts are gone, and nothing says why");
}

/* Of a revision without its seed each field that is gone was erased, and the others are what was committed to. */
static enum err_code check_struck(struct walked *w, const struct stored_text *text, struct sha256 *root, struct err *why) {
	const struct json *body, *salts;
	enum err_code code = json_parse(w->a, text->body, NULL, &body, why);
	if (!code) code = json_parse(w->a, text->salts, NULL, &salts, why);
	for (size_t i = 0; !code && i < json_count(salts); i++) {
		struct str name = json_member_at(salts, i)->name;
		if (commitment_is_erased(salts, name) && !json_get(w->struck, name))
			code = err_set(why, ERR_CORRUPT, "its field \"%.*s\" is gone, and nothing says why", STR_ARG(str_cut_utf8(name, 60)));
	}
	return code ? code : commitment_root_salted(w->a, body, salts, root, why);
}

static enum err_code check_revision(struct walked *w, const struct stored *r, struct err *why) {
	struct stored_text text;
	struct sha256 root;
	enum err_code code = store_text(w->v->hub, w->v->db, w->a, r, &text, why);
	if (code) return code;
	if (!text.seed.n && !text.salts.n) return check_repeated(w, r, text.body, why);
	if (text.seed.n && text.salts.n) return err_set(why, ERR_CORRUPT, "its seed stands beside what was to take its place");
	code = text.salts.n ? check_struck(w, &text, &root, why) : commitment_root_text(w->a, text.body, text.seed, &root, why);
	if (!code && !str_eq(text.root, sha256_str(&root))) code = err_set(why, ERR_CORRUPT, "its body is not what was committed to");
	return code;
}

static enum err_code check_revisions(struct walked *w) {
	struct verifying *v = w->v;
	struct db_query q = db_query(v->db,
		"SELECT v.number, (SELECT count(*) FROM event e WHERE e.record = v.record AND e.revision = v.number AND e.type IN ('create', 'revise', 'erase-field') AND e.actor = v.actor "
		"AND e.at = v.at) FROM revision v WHERE v.record = $1 ORDER BY v.number");
	db_bind_int(&q, 1, w->record);
	enum err_code code = ERR_OK;
	int64_t last = 0;
	while (!code && db_row(&q)) {
		struct stored r = {.id = w->record, .uid = w->uid, .revision = db_int(&q, 0)};
		struct err why = {0};
		v->r->revisions++;
		if (r.revision != ++last) ledger_found(v, "%s: revision %lld is missing", name_of(w), (long long)last), last = r.revision;
		if (!db_int(&q, 1)) ledger_found(v, "%s, revision %lld: no event is of it", name_of(w), (long long)r.revision);
		code = w->erased ? ERR_OK : check_revision(w, &r, &why);
		if (code == ERR_UNSUPPORTED || code == ERR_GONE) code = ERR_OK;
		if (code == ERR_MEMORY || code == ERR_STORAGE || code == ERR_BUSY) err_set(v->e, code, "%s", why.message);
		else if (code) ledger_found(v, "%s, revision %lld: %s", name_of(w), (long long)r.revision, why.message), code = ERR_OK;
	}
	enum err_code ended = db_done(&q, code ? NULL : v->e);
	return code ? code : ended;
}

/* What the public is shown against the last statement. */
static enum err_code check_public(struct walked *w) {
	struct verifying *v = w->v;
	struct db_query q = db_query(v->db, "SELECT p.body, p.state, r.public_id FROM public p JOIN record r ON r.id = p.record WHERE p.record = $1");
	struct sha256 root;
	unsigned char said[SHA256_SIZE];
	struct err why;
	db_bind_int(&q, 1, w->record);
	bool there = db_row(&q);
	struct str hex = json_get_str(w->said, S("root"));
	enum err_code code = ERR_OK;
	if (there && !w->said)
		ledger_found(v, "%s: is shown to the public, and the log says nothing of it", name_of(w));
	else if (there != (hex.n > 0) && w->said)
		ledger_found(v, "%s: the log says that it is %s, and it is %s", name_of(w), hex.n ? "public" : "public no more", there ? "shown" : "not shown");
	else if (there && !w->said_salted)
		ledger_found(v, "%s: the salt of what the log says last of it is gone", name_of(w));
	else if (there) {
		code = commitment_root_text(w->a, db_str(&q, 0), sha256_str(&w->said_salt), &root, v->e);
		bool right = !code && !entry_unhex(hex, said, sizeof said, &why) && str_eq(str_n(said, sizeof said), sha256_str(&root));
		if (!code && !right) ledger_found(v, "%s: what the public is shown is not what the log says", name_of(w));
		if (!str_eq(db_str(&q, 1), json_get_str(w->said, S("state")))) ledger_found(v, "%s: is shown in another state than the log says", name_of(w));
		if (!str_eq(db_str(&q, 2), json_get_str(w->said, S("id")))) ledger_found(v, "%s: is called otherwise than the log says", name_of(w));
	}
	enum err_code ended = db_done(&q, code ? NULL : v->e);
	return code ? code : ended;
}

static bool attached(const struct walked *w, struct str sha256) {
	for (size_t i = 0; i < w->files_n; i++)
		if (str_eq(w->files[i], sha256)) return true;
	return false;
}

/* The digest of a file's own bytes, which its row tells under the record's key where it has one. */
static enum err_code file_digest(struct walked *w, struct str stored, struct str sealed, struct str *out, struct err *why) {
	const struct json *told;
	struct str text;
	*out = arena_str(w->a, stored);
	if (!sealed.n) return ERR_OK;
	enum err_code code = store_open(w->v->hub, w->a, w->key_id, &(struct cipher_place){"attachment", w->uid, 0}, sealed, &text, why);
	if (!code) code = json_parse(w->a, text, NULL, &told, why);
	if (!code) *out = json_get_str(told, S("sha256"));
	return code;
}

static void check_bytes(struct walked *w, struct str stored) {
	autoarena struct arena *a = arena_new(2 * (size_t)ATTACHMENT_BYTES);
	struct str bytes;
	struct err why;
	char hex[SHA256_HEX];
	if (!a || file_read(a, attachment_path(a, w->v->hub->dir, stored), ATTACHMENT_BYTES + CIPHER_OVERHEAD, &bytes, &why)) {
		ledger_found(w->v, "%s, file %.*s: %s", name_of(w), STR_ARG(stored), a ? why.message : "out of memory");
		return;
	}
	struct sha256 digest = sha256(bytes);
	if (!str_eq(sha256_hex(&digest, hex), stored)) ledger_found(w->v, "%s, file %.*s: holds other bytes than its name says", name_of(w), STR_ARG(stored));
}

static enum err_code check_files(struct walked *w) {
	struct verifying *v = w->v;
	struct db_query q = db_query(v->db, "SELECT sha256, sealed FROM attachment WHERE record = $1 ORDER BY id");
	db_bind_int(&q, 1, w->record);
	while (db_row(&q)) {
		struct str stored = arena_str(w->a, db_str(&q, 0)), digest;
		struct err why = {0};
		enum err_code code = file_digest(w, stored, db_str(&q, 1), &digest, &why);
		v->r->files++;
		if (code == ERR_UNSUPPORTED || code == ERR_GONE) continue;
		if (code) ledger_found(v, "%s, file %.*s: %s", name_of(w), STR_ARG(stored), why.message);
		else if (!attached(w, digest)) ledger_found(v, "%s, file %.*s: no event is of it", name_of(w), STR_ARG(digest));
		check_bytes(w, stored);
	}
	return db_done(&q, v->e);
}

static enum err_code check_row(struct walked *w) {
	struct verifying *v = w->v;
	struct db_query q = db_query(v->db,
		"SELECT r.state, r.revision, (SELECT count(*) FROM event x WHERE x.record = r.id AND NOT EXISTS (SELECT 1 FROM entry n WHERE n.event = "
		"x.seq)), (SELECT count(*) FROM event x WHERE x.record = r.id) FROM record r WHERE r.id = $1");
	db_bind_int(&q, 1, w->record);
	if (db_row(&q)) {
		v->r->events += db_int(&q, 3);
		if (db_int(&q, 2)) ledger_found(v, "%s: %lld events have no entry", name_of(w), (long long)db_int(&q, 2));
		if (w->state.n && !w->erased && (!str_eq(db_str(&q, 0), w->state) || db_int(&q, 1) != w->revision))
			ledger_found(v, "%s: stands in another state or revision than its last event left it", name_of(w));
	}
	return db_done(&q, v->e);
}

/* Details that an erasure rewrote are what it says that they became. */
static void check_told(struct walked *w) {
	for (const struct told *one = w->told; one; one = one->next) {
		char number[32], hex[SHA256_HEX];
		snprintf(number, sizeof number, "%lld", (long long)one->event);
		if (str_eq(json_get_str(w->rewritten, str_of(number)), sha256_hex(&one->digest, hex))) continue;
		ledger_found(w->v, "%s, event %s: its detail was rewritten, and no erasure says so", name_of(w), number);
	}
	if (w->softened && !w->struck) ledger_found(w->v, "%s: %lld entries have lost their seed, and no event says why", name_of(w), (long long)w->softened);
}

static enum err_code end_record(struct walked *w) {
	if (!w->record) return ERR_OK;
	if (!w->erased) check_told(w);
	w->v->r->records++;
	if (w->erasures && !w->tombstone) ledger_found(w->v, "%s: %lld entries were erased, and no event says why", name_of(w), (long long)w->erasures);
	enum err_code code = check_row(w);
	if (!code) code = check_revisions(w);
	if (!code && !w->erased && !w->silent) code = check_public(w);
	return code || w->erased ? code : check_files(w);
}

/* ---- all ---- */

static void begin_record(struct walked *w, int64_t record, struct str uid, struct str key_id, bool erased) {
	arena_clear(w->a);
	struct arena *a = w->a;
	struct verifying *v = w->v;
	*w = (struct walked){.v = v, .a = a, .record = record, .erased = erased};
	w->uid = arena_str(a, uid);
	w->key_id = arena_str(a, key_id);
}

static enum err_code walk(struct walked *w, struct db_query *q, struct arena *row) {
	enum err_code code = ERR_OK;
	struct ledger_entry entry;
	while (!code && db_row(q)) {
		arena_clear(row);
		ledger_entry_read(row, q, &entry);
		if (entry.record != w->record) {
			code = end_record(w);
			begin_record(w, entry.record, entry.uid, entry.key_id, !db_is_null(q, LEDGER_WIDTH));
		}
		if (!code) code = check_entry(w, &entry);
	}
	if (!code) code = end_record(w);
	enum err_code ended = db_done(q, code ? NULL : w->v->e);
	return code ? code : ended;
}

/* Records of which the log knows nothing at all. */
static enum err_code verify_unknown(struct verifying *v) {
	struct db_query q = db_query(v->db,
		"SELECT r.uid FROM record r WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.record = r.id) ORDER BY r.id LIMIT 200");
	while (db_row(&q)) ledger_found(v, "%.*s: the log knows nothing of it", STR_ARG(db_str(&q, 0)));
	return db_done(&q, v->e);
}

enum err_code verify_records(struct verifying *v) {
	autoarena struct arena *a = arena_new(RECORD_CAP), *row = arena_new(RECORD_CAP);
	if (!a || !row) return err_set(v->e, ERR_MEMORY, "out of memory");
	struct walked *w = calloc(1, sizeof *w);
	if (!w) return err_set(v->e, ERR_MEMORY, "out of memory");
	w->v = v;
	w->a = a;
	struct db_query q = db_query(v->db, "SELECT " LEDGER_COLUMNS ", r.erased FROM entry e LEFT JOIN record r ON r.id = e.record ORDER BY e.record, e.id");
	enum err_code code = walk(w, &q, row);
	free(w);
	return code ? code : verify_unknown(v);
}
