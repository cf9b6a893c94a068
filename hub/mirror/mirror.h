/* A copy of another hub's log and of what it says in public, verified as it is made, in a folder that any web server can hand out:
 *
 *     DIR/mirror.json                the address, the log's name, its key, and those that it had before
 *     DIR/log/checkpoint, tile/…     the log; checkpoint.cosigned where the hub has one (hub/ledger/cosign.h)
 *     DIR/log/statements/N           what it says to everybody, as the hub gives it (hub/disclose.h)
 *     DIR/log/records/UID            each public record as the hub gives it there, where it is what the log's last statement of it says
 *     DIR/staging/                   what is under way; what was fetched is not fetched again
 *     DIR/evidence/TIME/             two checkpoints that can't both be of one history, and the tiles that show it
 *
 * Invariants: DIR/log/checkpoint is signed by a key in mirror.json, and the log under it is whole. Another key is followed where the log, under a checkpoint that the
 * key signed which is known, says that it takes that one's place. It is never replaced by one that is not proved to be a
 * continuation. What the hub erased goes here too, with the next run. A copy of a mirror can be made from it like from the hub. */
#pragma once
#include "base/base.h"
#include "lib/tlog/checkpoint.h"

struct mirror_request {
	struct str url;      /* of the hub, or of another mirror of it */
	const char *dir;
	struct str key;      /* verifier key of the log; "" the one that was kept, or else the log's own word for the first time. Another than the one that was kept must be one
	                      * that the log says took its place */
	bool allow_http;     /* to this machine */
	bool log_alone;      /* without the records */
};
struct mirror_result {
	struct str origin, key;
	bool first;          /* the key was taken on the log's own word */
	struct str replaced; /* the key before, whose place the log says `key` took; "" it is the same */
	uint64_t old_size, size;
	bool stale;          /* the hub showed an older checkpoint than is here already, of the same history */
	int64_t statements, records; /* that are here now */
	int64_t fetched, removed;    /* records, by this run */
	int64_t behind;      /* records that the hub has changed since the statement; they come with the next run */
	bool forked;         /* the hub showed two histories: */
	struct str evidence; /* where that is kept */
};
/* ERR_BUSY: the hub can't be reached, or does not answer; ERR_FORBIDDEN: the checkpoint is not signed by the key; ERR_CORRUPT: what the hub gives does not make
 * its own checkpoint, or its statements are not in its log; ERR_STORAGE. A fork is no error but a result. */
enum err_code mirror_run(struct arena *a, const struct mirror_request *r, struct mirror_result *out, struct err *e) must_use;
/* Takes a folder with all that is in it away. */
void mirror_remove_tree(const char *path);
