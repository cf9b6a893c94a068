/* For hub/follow/ alone. */
#pragma once
#include "hub/change.h"
#include "hub/follow/follow.h"
#include "hub/mirror/said.h"

/* ---- peer.c: rows ---- */

/* Lists a hub that is to be followed in the directory (hub/peer/peer.h), where it is not, and says that it is followed. */
enum err_code follow_put(struct hub *h, struct db *db, struct arena *a, const struct followed *f, int64_t *peer, struct err *e) must_use;
/* checkpoint: of what was verified, by the key that the directory has; "" there is none, or it is by another. */
enum err_code follow_put_result(struct hub *h, const struct followed *f, struct str checkpoint, struct err *e) must_use;
enum err_code follow_put_leaf(struct hub *h, int64_t peer, int64_t leaf, struct err *e) must_use;
/* Takes the turn of one that is due, so that no other thread has it. *taken: it is ours. */
enum err_code follow_lease(struct hub *h, const struct followed *f, moment until, bool *taken, struct err *e) must_use;

struct kept_out {
	struct str uid, reason, words; /* reason "": it stays out no more */
	int64_t leaf;
};
enum err_code follow_put_kept_out(struct hub *h, int64_t peer, const struct kept_out *list, size_t n, struct err *e) must_use;
/* The first leaf from which something may come in now that stayed out before; INT64_MAX none. all: not only what its hub had changed meanwhile. */
enum err_code follow_first_kept_out(struct db *db, int64_t peer, bool all, int64_t *leaf, struct err *e) must_use;

/* What is known of a record by its uid. */
struct known_copy {
	int64_t record, peer, leaf; /* record 0: there is none; peer 0: it was not copied */
	struct str hub, state;
	bool erased, is_public;
};
enum err_code follow_known(struct db *db, struct arena *a, struct str uid, struct known_copy *out, struct err *e) must_use;

/* ---- take.c: from the folder into the hub ---- */

struct take_request {
	int64_t peer, leaf;         /* leaf: from which on */
	struct mirror_folder folder;
	bool as_is;                 /* a copy of that very hub: ids, numbers and names as they are there, and what it copied itself too */
	const atomic_bool *cancelled;
};
enum err_code follow_take(struct hub *h, struct db *db, const struct take_request *t, struct follow_report *report, struct err *e) must_use;
