/* Promises: before the log can prove anything. */
#include "hub/ledger/ledger.h"
#include "hub/ledger/receipt.h"

/* By the key that the log says, so that the proof is by the same; by the one that is there where it says none. */
static enum err_code sign(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct str text, struct str *line, struct str *key, struct err *e) {
	struct ledger_signers signers;
	enum err_code code = ledger_signers(h, db, a, origin, (uint64_t)INT64_MAX, &signers, e);
	if (!code && !signers.n) code = ledger_signer(h, a, origin, &signers.list[0], e);
	if (!code) code = tlog_note_sign(a, text, &signers.list[0], 0, line, e);
	if (!code && key) *key = tlog_key_text(a, &signers.list[0].key);
	ledger_signers_wipe(&signers);
	return code;
}

enum err_code ledger_promise(const struct hub *h, struct db *db, struct arena *a, const struct change_sealed *sealed, struct str *note, struct str *key,
	struct err *e) {
	struct str line, origin, text = STR_EMPTY;
	/* At the end of the epoch, and then some for signing. */
	moment by = (sealed->at / h->log.epoch + 2) * h->log.epoch;
	enum err_code code = ledger_origin(h, db, a, &origin, e);
	if (!code) text = receipt_promise_text(a, origin, sealed->type, &sealed->commitment, by);
	if (!code) code = sign(h, db, a, origin, text, &line, key, e);
	if (!code) *note = tlog_note_make(a, text, line);
	return code;
}
