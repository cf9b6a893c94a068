#include "proof.h"

bool tlog_verify_inclusion(const struct tlog_head *head, uint64_t index, const struct sha256 *leaf, const struct sha256 *hashes, size_t n) {
	if (index >= head->size || head->size > TLOG_SIZE_MOST) return false;
	/* RFC 9162 section 2.1.3.2: fn, sn, r. */
	uint64_t node = index, last = head->size - 1;
	struct sha256 hash = *leaf;
	for (size_t i = 0; i < n; i++) {
		if (!last) return false;
		if (node & 1 || node == last) {
			hash = tlog_node_hash(&hashes[i], &hash);
			while (!(node & 1) && node) {
				node >>= 1;
				last >>= 1;
			}
		} else {
			hash = tlog_node_hash(&hash, &hashes[i]);
		}
		node >>= 1;
		last >>= 1;
	}
	return !last && tlog_hash_eq(&hash, &head->root);
}

bool tlog_verify_consistency(const struct tlog_head *old, const struct tlog_head *head, const struct sha256 *hashes, size_t n) {
	if (!old->size || old->size > head->size || head->size > TLOG_SIZE_MOST) return false;
	if (old->size == head->size) return !n && tlog_hash_eq(&old->root, &head->root);
	if (!n) return false;
	/* RFC 9162 section 2.1.4.2: fn, sn, fr, sr. A complete old tree is itself the first hash, which the proof then leaves out. */
	bool complete = !(old->size & (old->size - 1));
	uint64_t node = old->size - 1, last = head->size - 1;
	struct sha256 before = complete ? old->root : hashes[0], after = before;
	while (node & 1) {
		node >>= 1;
		last >>= 1;
	}
	for (size_t i = !complete; i < n; i++) {
		if (!last) return false;
		if (node & 1 || node == last) {
			before = tlog_node_hash(&hashes[i], &before);
			after = tlog_node_hash(&hashes[i], &after);
			while (!(node & 1) && node) {
				node >>= 1;
				last >>= 1;
			}
		} else {
			after = tlog_node_hash(&after, &hashes[i]);
		}
		node >>= 1;
		last >>= 1;
	}
	return !last && tlog_hash_eq(&before, &old->root) && tlog_hash_eq(&after, &head->root);
}
