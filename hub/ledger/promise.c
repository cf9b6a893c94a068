/* Promises: before the log can prove anything. */
#include "hub/ledger/ledger.h"
#include "hub/ledger/receipt.h"

enum err_code ledger_promise(const struct hub *h, struct db *db, struct arena *a, const struct change_sealed *sealed, struct str *note, struct str *key,
	struct err *e) {
	struct tlog_signer signer = {0};
	struct str line, origin, text = STR_EMPTY;
	/* At the end of the epoch, and then some for signing. */
	moment by = (sealed->at / h->log.epoch + 2) * h->log.epoch;
	enum err_code code = ledger_origin(h, db, a, &origin, e);
	if (!code) text = receipt_promise_text(a, origin, sealed->type, &sealed->commitment, by);
	if (!code) code = ledger_signer(h, a, origin, &signer, e);
	if (!code) code = tlog_note_sign(a, text, &signer, 0, &line, e);
	if (!code && key) *key = tlog_key_text(a, &signer.key);
	if (!code) *note = tlog_note_make(a, text, line);
	tlog_signer_wipe(&signer);
	return code;
}
