/* Inclusion and consistency proofs: RFC 6962 sections 2.1.1 and 2.1.2, verified by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 *
 * Invariant: a proof that is made here was verified against the head before it is given out, so that tiles which are damaged give ERR_CORRUPT and never a
 * proof that fails at somebody else's. */
#pragma once
#include "tile.h"

enum { TLOG_PROOF_HASHES = 63 }; /* more are in no proof of a tree of at most TLOG_SIZE_MOST leaves */

struct tlog_proof {
	size_t n;
	struct sha256 hash[TLOG_PROOF_HASHES]; /* inclusion: from the leaf's sibling up to the root's child */
};

/* Whether the proof leads from the leaf hash at `index` to the root. Exactly the hashes that are needed must be there. */
bool tlog_verify_inclusion(const struct tlog_head *head, uint64_t index, const struct sha256 *leaf, const struct sha256 *hashes, size_t n) must_use;
/* Whether the tree of `head` begins with the whole tree of `old`. Of equal sizes: the roots are equal and the proof is empty. False where old->size is 0:
 * that every tree begins with the empty one proves nothing, so who accepts it (a witness that sees a log for the first time) says so itself. */
bool tlog_verify_consistency(const struct tlog_head *old, const struct tlog_head *head, const struct sha256 *hashes, size_t n) must_use;

/* Made from the tiles of a log that has at least head->size leaves; the reader is asked for tiles as wide as they are in that tree. leaf and old_root may be
 * NULL: else the leaf's hash, the old tree's root. ERR_INVALID: the index is not in the tree, the old size is over the new; ERR_CORRUPT: the tiles don't
 * lead to head->root; ERR_MEMORY; the reader's errors. The proof from old_size 0 is empty. */
enum err_code tlog_prove_inclusion(
	const struct tlog_reader *r, const struct tlog_head *head, uint64_t index, struct tlog_proof *out, struct sha256 *leaf, struct err *e) must_use;
enum err_code tlog_prove_consistency(
	const struct tlog_reader *r, const struct tlog_head *head, uint64_t old_size, struct tlog_proof *out, struct sha256 *old_root, struct err *e) must_use;
