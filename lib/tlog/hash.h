/* The Merkle tree hash of RFC 6962 section 2.1 (the same as RFC 9162 section 2.1) over SHA-256.
 *
 *	leaf          SHA-256(00 || entry)
 *	node          SHA-256(01 || left || right)
 *	empty tree    SHA-256("")
 *	tree of n     node(tree of the first k, tree of the rest), where k is the largest power of two below n
 *
 * Leaves count from 0. A subtree of height h whose first leaf is a multiple of 2^h is said to be complete when the tree has all its 2^h leaves: its
 * hash never changes again. */
#pragma once
#include "lib/digest/digest.h"

#define TLOG_SIZE_MOST ((uint64_t)INT64_MAX) /* of a tree, in leaves */

/* A tree head: what the whole tree of this many leaves hashes to. */
struct tlog_head {
	uint64_t size;
	struct sha256 root;
};

struct sha256 tlog_leaf_hash(struct str entry);
struct sha256 tlog_node_hash(const struct sha256 *left, const struct sha256 *right);
struct sha256 tlog_empty_root(void);
/* Of a tree whose leaf hashes these are; the same over the hashes of n complete subtrees of one height. */
struct sha256 tlog_root(const struct sha256 *hashes, size_t n);
static inline bool tlog_hash_eq(const struct sha256 *a, const struct sha256 *b) {
	return memcmp(a->byte, b->byte, SHA256_SIZE) == 0;
}

/* The right edge of a tree: its complete subtrees from left to right, one for each bit that is set in its size (a compact range from 0). It is all that
 * appending needs. {.size = 0} is the empty tree. */
struct tlog_frontier {
	uint64_t size;
	struct sha256 peak[64]; /* [h] is the subtree of height h; means something only where bit h of size is set */
};
/* One node hash a leaf on average. */
void tlog_append(struct tlog_frontier *f, const struct sha256 *leaf);
/* At most 63 node hashes. */
struct sha256 tlog_frontier_root(const struct tlog_frontier *f);
static inline struct tlog_head tlog_frontier_head(const struct tlog_frontier *f) {
	return (struct tlog_head){f->size, tlog_frontier_root(f)};
}
