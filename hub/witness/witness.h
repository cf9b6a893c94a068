/* A witness (c2sp.org/tlog-witness): remembers the newest state of some logs, and cosigns a newer one only if it is proved to go on from that. It needs no hub.
 *
 *     DIR/witness.key   the Ed25519 seed of its key of type 04 (c2sp.org/tlog-cosignature), mode 0600
 *     DIR/witness.db    its name and verifier key; the logs, their keys, and of each log the newest checkpoint that it cosigned
 *
 * Invariants
 *     A cosignature leaves witness_answer only when the state that it is of is durable, and took the place of the very state that was decided on: whatever
 *     the number of requests, threads and processes, and whenever they are killed, no two cosignatures of one log are of heads that don't go on from each other.
 *     What was cosigned of a log is never forgotten, also when the log is taken off the list and put on it again.
 *     A folder that lost its database signs nothing any more: witness_init makes no second database beside a key, and a witness is never restored
 *     from a backup but made anew, under a new key. */
#pragma once
#include "db/db.h"
#include "lib/tlog/witness.h"

struct witness;

/* Makes one in a folder. *key: its verifier key, in the arena. ERR_EXISTS: there is one, or the key of one that lost its database. ERR_INVALID: the name is none. */
enum err_code witness_init(struct arena *a, const char *dir, struct str name, struct str *key, struct err *e) must_use;
/* ERR_NOT_FOUND: there is none; ERR_CORRUPT: its key is not the one that the database knows. Several processes may have it open. */
enum err_code witness_open(struct witness **out, const char *dir, struct err *e) must_use;
void witness_close(struct witness *w);
/* A connection for reading, one a thread. */
enum err_code witness_reader(const struct witness *w, struct db **out, struct err *e) must_use;
const struct tlog_key *witness_key(const struct witness *w);

/* ---- the logs ---- */

struct witness_log {
	struct str origin;
	struct str *keys;       /* verifier keys, oldest first; a log that rotates has several, one that was taken off the list none */
	size_t keys_n;
	struct tlog_head head;  /* of the newest checkpoint that was cosigned; size 0: none was */
	struct str checkpoint;  /* that checkpoint with the cosignature; "" none */
	moment at;              /* when it was cosigned; 0 */
};
/* By their origins. */
enum err_code witness_logs(struct db *db, struct arena *a, struct witness_log **out, size_t *n, struct err *e) must_use;
/* ERR_NOT_FOUND. */
enum err_code witness_log(struct db *db, struct arena *a, struct str origin, struct witness_log *out, struct err *e) must_use;
/* origin "": the name of the key, as logs are called by the specification. *fresh: the key was not on the list. ERR_INVALID, ERR_UNSUPPORTED: no key of a log;
 * ERR_TOO_LARGE: too many of them. */
enum err_code witness_add(struct witness *w, struct str key, struct str origin, bool *fresh, struct err *e) must_use;
/* A key by its text, or all of a log by its origin. ERR_NOT_FOUND. */
enum err_code witness_remove(struct witness *w, struct str key_or_origin, struct err *e) must_use;

/* ---- what a log asks ---- */

/* The answer to the body of a POST to add-checkpoint, in the arena. Whatever the body is, it gets an answer of the specification; an error is trouble of the
 * witness's own (ERR_STORAGE, ERR_BUSY, ERR_MEMORY …), and then nothing was cosigned that anybody has seen. */
enum err_code witness_answer(struct witness *w, struct db *db, struct arena *a, struct str body, struct tlog_witness_answer *out, struct err *e) must_use;
