/* Witnesses of the hub's log (c2sp.org/tlog-witness): others who cosign its checkpoints, each having seen that the log only grew. [log] witness and quorum of
 * polder.conf say who they are and how many are enough.
 *
 *     DIR/log/checkpoint            the newest, with those of its cosignatures that came
 *     DIR/log/checkpoint.asked      the one that witnesses are asked of now, and what came
 *     DIR/log/checkpoint.cosigned   the newest that as many as the quorum cosigned
 *
 * Invariants
 *     The log waits for nobody: a checkpoint is signed and published at once, as the hub's word, and cosignatures are joined to it as they come.
 *     All witnesses are asked of the same checkpoint until enough cosigned it, or until it had its time: so a log that grows every second has cosigned
 *     checkpoints too. checkpoint.cosigned never gets smaller.
 *     A witness is believed nothing but its cosignature: whatever it answers, nothing else of the hub changes but its row. */
#pragma once
#include <stdatomic.h>

#include "hub/ledger/ledger.h"

enum cosigned {
	COSIGN_NOTHING, /* there is nothing to ask it */
	COSIGN_DONE,    /* its cosignature is in the files */
	COSIGN_FAILED,  /* it gave none; why is in its row */
};
/* Asks one witness (of h->log.witnesses), at most some ten seconds a question and three questions. Trouble of the witness's is COSIGN_FAILED and no error; ERR_CANCELLED. */
enum err_code cosign_ask(struct hub *h, struct db *db, size_t witness, const atomic_bool *cancelled, enum cosigned *out, struct err *e) must_use;

/* All are asked of the newest checkpoint from now on, whatever they were asked of. */
enum err_code cosign_newest(struct hub *h, struct err *e) must_use;

struct cosign_witness {
	const struct log_witness *witness;
	uint64_t size;      /* leaves of the newest checkpoint that it cosigned here; 0: none */
	moment at;          /* when, by its own clock */
	moment asked;       /* when it was asked last; 0: never */
	moment refused;     /* since when it says that it knows another history of this log; 0: it does not */
	struct str failed;  /* why it gave no cosignature the last time, in words for the operator; "" it did */
	bool newest;        /* the newest checkpoint has its cosignature */
};
struct cosign_status {
	struct cosign_witness *items; /* in the order of polder.conf */
	size_t n;
	int64_t quorum;
	size_t newest_by;   /* of them cosigned the newest checkpoint */
	bool holds;         /* those are enough */
	struct tlog_checkpoint cosigned; /* the newest that enough of them cosigned; size 0: there is none */
};
enum err_code cosign_status(const struct hub *h, struct db *db, struct arena *a, struct cosign_status *out, struct err *e) must_use;
/* The bytes of checkpoint.cosigned. ERR_NOT_FOUND. */
enum err_code cosign_checkpoint(const struct hub *h, struct arena *a, struct str *out, struct err *e) must_use;

/* ---- within hub/ledger/ ---- */

/* A checkpoint under this name in DIR/log; *found false: there is none, or it is none (asked alone may be lost with the power). */
enum err_code cosign_read(const struct hub *h, struct arena *a, const char *name, struct tlog_checkpoint *out, bool *found, struct err *e) must_use;
/* Whose word is enough, by polder.conf. */
enum err_code cosign_policy(const struct hub *h, struct db *db, struct arena *a, struct tlog_policy *out, struct err *e) must_use;
