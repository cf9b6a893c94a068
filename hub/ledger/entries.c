#include "entries.h"

#include "hub/change_store.h"

void ledger_entry_read(struct arena *a, struct db_query *q, struct ledger_entry *out) {
	struct str commitment = db_str(q, 8);
	*out = (struct ledger_entry){.id = db_int(q, 0), .record = db_int(q, 1), .event = db_int(q, 2), .leaf = db_is_null(q, 3) ? -1 : db_int(q, 3),
		.type = (enum entry_type)db_int(q, 4), .seed = arena_str(a, db_str(q, 5)), .statement = arena_str(a, db_str(q, 6)),
		.prev = arena_str(a, db_str(q, 7)), .uid = arena_str(a, db_str(q, 9)), .key_id = arena_str(a, db_str(q, 10)),
		.salted = arena_str(a, db_str(q, 11))};
	if (commitment.n == SHA256_SIZE) memcpy(out->commitment.byte, commitment.p, SHA256_SIZE);
}

enum err_code ledger_entry_open(const struct hub *h, struct arena *a, struct ledger_entry *entry, struct err *e) {
	struct str *stored = entry->seed.n ? &entry->seed : &entry->salted;
	struct cipher_place at = {entry->seed.n ? "entry" : "salts", entry->uid, entry->event};
	if (!stored->n) return ERR_OK;
	enum err_code code = store_open(h, a, cipher_is_blob(*stored) ? entry->key_id : STR_EMPTY, &at, *stored, stored, e);
	if (code) return code;
	if (!entry->seed.n) return entry_salts_read(a, entry->salted, &entry->salts, e);
	entry->salts = entry_salts_of(entry->seed);
	return ERR_OK;
}

enum err_code ledger_entry_of(const struct hub *h, struct db *db, struct arena *a, int64_t event, struct ledger_entry *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT " LEDGER_COLUMNS " FROM entry e LEFT JOIN record r ON r.id = e.record WHERE e.event = $1");
	db_bind_int(&q, 1, event);
	bool found = db_row(&q);
	if (found) ledger_entry_read(a, &q, out);
	enum err_code code = db_done(&q, e);
	if (code) return code;
	if (!found) return err_set(e, ERR_NOT_FOUND, "it is not in the log");
	if (ledger_entry_silent(out)) return err_set(e, ERR_GONE, "what the log committed to was erased");
	return ledger_entry_open(h, a, out, e);
}

/* The commitment to the body that a revision has; "" where the event is of none. */
static enum err_code body_root(struct db *db, struct arena *a, int64_t record, int64_t revision, struct str *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT body_root FROM revision WHERE record = $1 AND number = $2");
	db_bind_int(&q, 1, record);
	db_bind_int(&q, 2, revision);
	if (db_row(&q)) *out = arena_str(a, db_str(&q, 0));
	return db_done(&q, e);
}

enum err_code ledger_event_text(const struct hub *h, struct db *db, struct arena *a, const struct ledger_entry *entry, struct str *out, struct str *detail,
	struct err *e) {
	struct db_query q = db_query(db, "SELECT type, actor, at, revision, state, detail, digest_after FROM event WHERE seq = $1");
	struct entry_event v = {.record = entry->uid, .prev = entry->prev};
	struct str stored = STR_EMPTY;
	bool of_body = false;
	db_bind_int(&q, 1, entry->event);
	bool found = db_row(&q);
	if (found) {
		v.type = arena_str(a, db_str(&q, 0));
		v.actor = arena_str(a, db_str(&q, 1));
		v.at = db_int(&q, 2);
		v.revision = db_int(&q, 3);
		v.state = arena_str(a, db_str(&q, 4));
		stored = arena_str(a, db_str(&q, 5));
		of_body = !db_is_null(&q, 6);
	}
	enum err_code code = db_done(&q, e);
	if (!code && !found) code = err_set(e, ERR_NOT_FOUND, "the event that entry %lld is of is not there", (long long)entry->id);
	struct cipher_place at = {"event", entry->uid, entry->event};
	if (!code && stored.n) code = store_open(h, a, cipher_is_blob(stored) ? entry->key_id : STR_EMPTY, &at, stored, &v.detail, e);
	if (!code && of_body) code = body_root(db, a, entry->record, v.revision, &v.root, e);
	if (code) return code;
	*out = entry_event_salted(a, &v, &entry->salts);
	if (detail) *detail = v.detail;
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code ledger_write_own(struct db *db, enum entry_type type, struct str said, struct sha256 *commitment, struct err *e) {
	unsigned char seed[ENTRY_SEED];
	random_bytes(seed, sizeof seed);
	*commitment = entry_commitment_of(str_n(seed, sizeof seed), STR_EMPTY, said);
	struct db_query q = db_query(db, "INSERT INTO entry (type, seed, statement, commitment) VALUES ($1, $2, $3, $4)");
	db_bind_int(&q, 1, type);
	db_bind_bytes(&q, 2, str_n(seed, sizeof seed));
	db_bind_bytes(&q, 3, said);
	db_bind_bytes(&q, 4, sha256_str(commitment));
	return db_run(&q, e);
}
