/* The hub's log (c2sp.org/tlog-tiles): entries are put into order, the tree's head is stored, tiles are written, and then the checkpoint is signed.
 *
 *     DIR/log.key         the log's Ed25519 seed; in no backup
 *     DIR/log.key.old     the one before it, while both sign
 *     DIR/log/checkpoint  the newest that was signed
 *     DIR/log/tile/…      tiles and entry bundles, as a static web server hands them out
 *
 * Invariants
 *     Entries and heads in the database are the truth, tiles follow from them and can be written anew.
 *     A head is in the database, durably, before it is signed; it takes the place of the head before it only if that is still the newest. No head is signed
 *     that is smaller than one that was signed here.
 *     A hub that was restored from a backup signs nothing until somebody says how it goes on (ledger_resume): others may have seen more of its log.
 *     What says nothing comes into the log at the end of an epoch alone, in no order, in multiples of `fill`, behind an entry with the epoch's time: neither
 *     when it was written nor, but roughly, how much was written can be read from the log. */
#pragma once
#include "hub/change.h"
#include "hub/ledger/entry.h"
#include "lib/tlog/checkpoint.h"
#include "lib/tlog/folder.h"
#include "lib/tlog/proof_file.h"

#define LEDGER_EPOCH (15 * MINUTE)
#define LEDGER_OVERLAP (30 * DAY)
enum { LEDGER_FILL = 4 };
/* In DIR/log: the newest checkpoint that enough witnesses cosigned (hub/ledger/cosign.h). */
#define LEDGER_COSIGNED "checkpoint.cosigned"

/* The log's name, which is also its key's. It is settled when the log begins and never changes. */
enum err_code ledger_origin(const struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) must_use;
/* The folder of tiles and checkpoint. */
const char *ledger_folder(struct arena *a, const struct hub *h);
/* The public keys of the log, the present one first; none before it began. */
enum err_code ledger_keys(struct db *db, struct arena *a, struct tlog_key **out, size_t *n, struct err *e) must_use;

/* Which key the log says, since when, and until when the one before it signs too. */
struct ledger_key_status {
	struct str key, before; /* verifier keys; "" the log did not begin, or nothing else signs */
	moment since, until;
};
enum err_code ledger_key_status(const struct hub *h, struct db *db, struct arena *a, struct ledger_key_status *out, struct err *e) must_use;
/* A new key in the place of the present one, as an entry that the log is signed under by both, and by both for the overlap of [log] after that, so that whoever knows
 * the old one can follow. Killed anywhere, the log goes on under the one or under both. ERR_CONFLICT: the key before still signs; the hub was restored. */
enum err_code ledger_rotate(struct hub *h, struct db *db, struct err *e) must_use;

/* Puts what waits into the log, each batch in one transaction. *did: something was. ERR_CONFLICT: somebody else was faster; try again. */
enum err_code ledger_sequence(struct hub *h, bool *did, struct err *e) must_use;
/* Writes tiles up to the newest head and signs it, where that was not done. ERR_CONFLICT: the log in DIR/log is longer than the database knows, or the hub was
 * restored from a backup. */
enum err_code ledger_publish(struct hub *h, struct db *db, struct err *e) must_use;
/* Both, until nothing waits; the work of a served hub. */
enum err_code ledger_run(struct hub *h, struct db *db, struct err *e) must_use;

/* The newest head of the database; of an empty log size 0. */
enum err_code ledger_head(struct db *db, struct tlog_head *out, struct err *e) must_use;
/* The newest checkpoint that was signed. ERR_NOT_FOUND: none yet. */
enum err_code ledger_checkpoint(const struct hub *h, struct arena *a, struct str *out, struct err *e) must_use;
/* The same taken apart; at: when it was signed. */
struct ledger_signed {
	struct str bytes, origin;
	struct tlog_head head;
	moment at;
};
enum err_code ledger_signed(const struct hub *h, struct arena *a, struct ledger_signed *out, struct err *e) must_use;
/* How many entries wait for the log: such as say something, and such as wait for the end of an epoch. */
enum err_code ledger_waiting(struct db *db, int64_t *said, int64_t *sealed, struct err *e) must_use;
/* The tlog-proof of a leaf: under the newest checkpoint that enough witnesses cosigned, else under the newest one, whichever has the leaf. by: the key that
 * must have signed it; NULL: any. ERR_NOT_FOUND: there is none yet. */
enum err_code ledger_proof(const struct hub *h, struct arena *a, int64_t leaf, const struct tlog_key *by, struct str *out, struct err *e) must_use;

/* The signed note that promises what was sealed (hub/ledger/receipt.h): it is in the log by the end of the epoch after. key, which may be NULL: of the signer, as text. */
enum err_code ledger_promise(const struct hub *h, struct db *db, struct arena *a, const struct change_sealed *sealed, struct str *note, struct str *key,
	struct err *e) must_use;

/* Since when the log is held up because the hub was restored from a backup; "" it is not. */
enum err_code ledger_held(struct db *db, struct arena *a, struct str *out, struct err *e) must_use;
/* Goes on after a restoration. from: folder with the log as others have it (`polder mirror`, or DIR/log of before), whose entries that the backup lacks are
 * taken over as they are; NULL: nothing was published after the backup. *adopted: how many. ERR_FORBIDDEN: that log is not this hub's; ERR_CORRUPT. */
enum err_code ledger_resume(struct hub *h, struct db *db, const char *from, int64_t *adopted, struct err *e) must_use;

/* ---- within hub/ledger/ ---- */

/* The newest head with its tree's right edge; and another in its place, if it still is the newest, else ERR_CONFLICT. */
enum err_code ledger_frontier(struct db *db, struct tlog_head *head, struct tlog_frontier *f, struct err *e) must_use;
enum err_code ledger_write_head(struct db *db, const struct tlog_head *old, const struct tlog_frontier *f, struct err *e) must_use;
/* The keys that sign a tree of `under` leaves: such as the log says in it, the present one first. None: the log does not say its key yet. Wipe them. */
struct ledger_signers {
	struct tlog_signer list[2];
	size_t n;
	moment until; /* when the second one ends; 0 where there is one alone */
};
enum err_code ledger_signers(const struct hub *h, struct db *db, struct arena *a, struct str origin, uint64_t under, struct ledger_signers *out, struct err *e) must_use;
void ledger_signers_wipe(struct ledger_signers *s);
/* Takes the old key away when it is time. Under the lock. */
enum err_code ledger_retire(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct err *e) must_use;
/* Keeps other processes from the files in DIR/log and from the keys, until *out is closed. */
enum err_code ledger_lock(const struct hub *h, struct arena *a, int *out, struct err *e) must_use;
/* The signer in log.key; its name is in the arena. It is made where there is none. Wipe it. */
enum err_code ledger_signer(const struct hub *h, struct arena *a, struct str origin, struct tlog_signer *out, struct err *e) must_use;
