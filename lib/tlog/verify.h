/* A whole log, from its entries up to the signed head, in one pass.
 *
 * Every entry is hashed and compared with its tile, every hash of every tile is made from what is under it, and at the size of each checkpoint the root is
 * compared: checkpoints that pass are of one history, without any consistency proof. Memory is that of two tiles, one bundle and a builder (about 100 kB and
 * the largest bundle), whatever the log's size.
 *
 * What is read are the tiles of the last checkpoint's tree. Partial tiles of smaller trees, which a log may keep, are left alone. */
#pragma once
#include "bundle.h"
#include "checkpoint.h"

struct tlog_log {
	struct tlog_reader reader;
	bool entries;                              /* there are bundles; without them the leaf hashes are taken as the tiles say */
	const struct tlog_policy *policy;          /* that every checkpoint must meet */
	const struct tlog_checkpoint *checkpoints; /* in the order of their sizes; at least one. The last is what is read up to */
	size_t checkpoints_n;
};
struct tlog_verified {
	uint64_t leaves, tiles, bundles;
};

/* ERR_FORBIDDEN: a checkpoint does not meet the policy; ERR_CORRUPT: something is not what it should be; ERR_INVALID: no checkpoints, or not in order; the
 * reader's errors. e.where names what the first difference was found in, "tile/0/000.p/15", "tile/entries/000", "checkpoint 15", and the message says which
 * entry or hash of it. */
enum err_code tlog_verify_log(const struct tlog_log *log, struct tlog_verified *out, struct err *e) must_use;
