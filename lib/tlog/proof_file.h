/* Proofs that are verified offline (c2sp.org/tlog-proof): a receipt that an entry is in a log, in one text file (*.tlog-proof).
 *
 *	c2sp.org/tlog-proof@v1
 *	extra <base64>             may be left out; nobody vouches for it
 *	index <decimal>
 *	<base64 of 32 bytes>       one line for each hash of the inclusion proof
 *	                           an empty line, then the checkpoint
 */
#pragma once
#include "checkpoint.h"
#include "proof.h"

enum { TLOG_EXTRA_BYTES = 64 << 10, TLOG_PROOF_FILE_BYTES = TLOG_NOTE_BYTES + (96 << 10) };

struct tlog_proof_file {
	struct str extra; /* "": none */
	uint64_t index;
	struct tlog_proof proof;
	struct tlog_checkpoint checkpoint;
};

/* What the file says is not verified by writing it. */
enum err_code tlog_proof_write(struct arena *a, const struct tlog_proof_file *f, struct str *out, struct err *e) must_use;
/* Reads only what tlog_proof_write writes. ERR_INVALID; ERR_TOO_LARGE; ERR_UNSUPPORTED: extension lines in the checkpoint; ERR_MEMORY. */
enum err_code tlog_proof_parse(struct arena *a, struct str bytes, struct tlog_proof_file *out, struct err *e) must_use;
/* That the entry with this leaf hash is in the log, by the policy. ERR_FORBIDDEN; ERR_INVALID as tlog_checkpoint_verify. trust may be NULL. */
enum err_code tlog_proof_verify(
	const struct tlog_proof_file *f, const struct sha256 *leaf, const struct tlog_policy *p, struct tlog_trust *trust, struct err *e) must_use;
