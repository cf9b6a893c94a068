/* What a log says to a witness and what the witness does about it (c2sp.org/tlog-witness, add-checkpoint).
 *
 * Request body: "old N", up to 63 hashes of a consistency proof one a line, an empty line, the checkpoint. The decision is a pure function of request and
 * state. Who serves it must replace the state by answer.head only if it still is what it was decided on, durably, in one step, and before it answers: else
 * the witness can sign two histories. */
#pragma once
#include "checkpoint.h"
#include "proof.h"

enum { TLOG_WITNESS_BYTES = TLOG_NOTE_BYTES + 4096 };
#define TLOG_SIZE_TYPE "text/x.tlog.size"

struct tlog_add_checkpoint {
	uint64_t old;
	struct tlog_proof proof;
	struct tlog_checkpoint checkpoint;
};
enum err_code tlog_add_checkpoint_write(struct arena *a, const struct tlog_add_checkpoint *r, struct str *out, struct err *e) must_use;
/* ERR_INVALID, ERR_TOO_LARGE, ERR_UNSUPPORTED (extension lines): all of them are status 400. */
enum err_code tlog_add_checkpoint_parse(struct arena *a, struct str body, struct tlog_add_checkpoint *out, struct err *e) must_use;

/* What a witness knows of a log. */
struct tlog_witnessed {
	struct str origin;
	const struct tlog_key *keys;
	size_t keys_n;
	struct tlog_head head; /* of the latest checkpoint that it cosigned; size 0: none */
};
struct tlog_witness_answer {
	int status;               /* 200, 400, 403, 404, 409, 422 */
	const char *content_type;
	struct str body;          /* 200: cosignature lines; 409: the size that is known, and a line feed; else a sentence */
	struct tlog_head head;    /* 200: what the state becomes */
};
/* `known` is the state of the request's origin, NULL where the witness has none. time: now, in seconds since 1970. At least one signer, of type 04.
 * ERR_INVALID: a signer is none; ERR_MEMORY. A body that can't be parsed is answered by tlog_witness_refuse. */
enum err_code tlog_witness_decide(struct arena *a, const struct tlog_add_checkpoint *r, const struct tlog_witnessed *known, const struct tlog_signer *signers,
	size_t signers_n, int64_t time, struct tlog_witness_answer *out, struct err *e) must_use;
/* 400, with the words of the error. */
struct tlog_witness_answer tlog_witness_refuse(struct arena *a, const struct err *why);

/* The size in the body of a 409. */
bool tlog_witness_size(struct str body, uint64_t *out) must_use;
