/* How the log stands with its witnesses. */
#include "hub/ledger/cosign.h"

enum err_code cosign_read(const struct hub *h, struct arena *a, const char *name, struct tlog_checkpoint *out, bool *found, struct err *e) {
	struct str bytes;
	enum err_code code = file_read(a, file_join(a, ledger_folder(a, h), name), TLOG_NOTE_BYTES, &bytes, e);
	if (!code) code = tlog_checkpoint_parse(a, bytes, out, e);
	*found = !code;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

enum err_code cosign_policy(const struct hub *h, struct db *db, struct arena *a, struct tlog_policy *out, struct err *e) {
	struct tlog_key *keys, *witnesses = arena_array(a, LOG_WITNESSES, sizeof *witnesses);
	if (!witnesses) return err_set(e, ERR_MEMORY, "out of memory");
	*out = (struct tlog_policy){.witnesses = witnesses, .witnesses_n = h->log.witnesses_n, .quorum = (size_t)h->log.quorum};
	for (size_t i = 0; i < h->log.witnesses_n; i++) witnesses[i] = h->log.witnesses[i].key;
	enum err_code code = ledger_origin(h, db, a, &out->origin, e);
	if (!code) code = ledger_keys(db, a, &keys, &out->log_keys_n, e);
	if (!code) out->log_keys = keys;
	return code;
}

enum err_code cosign_checkpoint(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	return file_read(a, file_join(a, ledger_folder(a, h), LEDGER_COSIGNED), TLOG_NOTE_BYTES, out, e);
}

static enum err_code read_row(struct db *db, struct arena *a, struct cosign_witness *w, struct err *e) {
	struct db_query q = db_query(db, "SELECT size, at, asked, refused, coalesce(failed, '') FROM witness WHERE key = $1");
	db_bind_str(&q, 1, w->witness->text);
	w->failed = STR_EMPTY;
	if (db_row(&q)) {
		w->size = (uint64_t)db_int(&q, 0);
		w->at = db_int(&q, 1);
		w->asked = db_int(&q, 2);
		w->refused = db_int(&q, 3);
		w->failed = arena_str(a, db_str(&q, 4));
	}
	return db_done(&q, e);
}

enum err_code cosign_status(const struct hub *h, struct db *db, struct arena *a, struct cosign_status *out, struct err *e) {
	struct tlog_checkpoint newest;
	bool any = false, cosigned = false;
	*out = (struct cosign_status){.items = arena_array(a, LOG_WITNESSES, sizeof *out->items), .n = h->log.witnesses_n, .quorum = h->log.quorum};
	if (!out->items) return err_set(e, ERR_MEMORY, "out of memory");
	if (!out->n) return ERR_OK;
	enum err_code code = cosign_read(h, a, "checkpoint", &newest, &any, e);
	if (!code) code = cosign_read(h, a, LEDGER_COSIGNED, &out->cosigned, &cosigned, e);
	if (!cosigned) out->cosigned = (struct tlog_checkpoint){.bytes = STR_EMPTY};
	for (size_t i = 0; i < out->n && !code; i++) {
		struct cosign_witness *w = &out->items[i];
		w->witness = &h->log.witnesses[i];
		code = read_row(db, a, w, e);
		w->newest = any && tlog_note_verify(&newest.note, &w->witness->key, NULL, NULL) == ERR_OK;
		out->newest_by += w->newest;
	}
	out->holds = any && (int64_t)out->newest_by >= out->quorum;
	return code ? code : arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
