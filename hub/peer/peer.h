/* Other hubs, as this hub knows them: the directory that it signs.
 *
 * Each hub owns its log, its keys and the prefix of its numbers, and nobody gives them out: a hub is in the directory because an operator put it there, with the
 * key that its people told. Being listed means that this hub knows the other by that key; it vouches for nothing that is said there.
 *
 * Invariants
 *     Whatever changes of a hub in the directory is a statement of type delegation in the log, made in one transaction with the row (`polder verify` compares them):
 *         {at, type: "delegation", origin, key, replaces?, name, url, prefix?, state: "listed" | "changed" | "removed", reason?}
 *     A key is never replaced but by one that the other's log names as its successor (peer_key), or by force with a reason, which is in the statement then.
 *     A hub that is removed keeps its row, so that it can't come back under another key unseen.
 *     No two listed hubs have one prefix, and none has this hub's own.
 * Whether a hub is followed, and how that goes, is this hub's own matter and in no statement. */
#pragma once
#include "hub/hub.h"
#include "hub/ledger/entry.h"
#include "lib/tlog/checkpoint.h"

struct by;

enum { PEERS_MOST = 1000, PEER_NAME_BYTES = 200, PEER_URL_BYTES = 500, PEER_REASON_BYTES = 500 };

struct peer {
	int64_t id;
	struct str origin;   /* the name of its log; never changes */
	struct str key;      /* verifier key of its log, the one that holds now */
	struct str name;
	struct str url;      /* https (http only to this machine), without a slash at the end */
	struct str prefix;   /* "" not known */
	bool listed;         /* else it was removed */
	bool follows;        /* its public records are copied here */
	moment since;        /* when it was listed (again) */
	moment looked_at;    /* when its log was last copied; 0 never */
	int64_t size;        /* leaves of its log that were verified; 0 none */
	struct str failed;   /* why the last time failed; "" it did not */
	struct str seen;     /* the newest checkpoint of its log by that key that was seen here; "" none: of peer_find and peer_get alone */
};

/* ---- reading ---- */

/* In the order of their origins: those that are listed, and with `removed` all. */
enum err_code peer_list(struct db *db, struct arena *a, bool removed, struct peer **out, size_t *n, struct err *e) must_use;
/* One that is listed, by origin, prefix or address. ERR_NOT_FOUND. */
enum err_code peer_find(struct db *db, struct arena *a, struct str name, struct peer *out, struct err *e) must_use;
/* Whatever its state, by origin. ERR_NOT_FOUND. */
enum err_code peer_get(struct db *db, struct arena *a, struct str origin, struct peer *out, struct err *e) must_use;
/* The hub that gives numbers like this one ("NLHUB-2026-0001"): the listed one whose prefix stands before its first hyphen. ERR_NOT_FOUND. */
enum err_code peer_of_number(struct db *db, struct arena *a, struct str number, struct peer *out, struct err *e) must_use;

/* What the log says of one hub, or (origin "") of all, oldest first. */
struct peer_change {
	moment at;
	struct str origin, state, key, replaces, name, url, prefix, reason; /* as in the statement; "" left out */
	int64_t leaf;        /* -1: it waits */
};
enum err_code peer_history(struct db *db, struct arena *a, struct str origin, struct peer_change **out, size_t *n, struct err *e) must_use;

/* ---- the directory: what the log is told ---- */

/* An entry of the directory as somebody brings it. */
struct peer_entry {
	struct str origin, key, url, prefix, name; /* prefix "" not known; name "": its origin; origin "": that of the key */
};
/* Cleaned up: a url without slashes at its end; name and origin filled in. ERR_INVALID, e.where names the member. */
enum err_code peer_check(struct arena *a, const struct peer_entry *in, struct peer_entry *out, struct err *e) must_use;

struct peer_done {
	bool changed;        /* false: it was so already */
	bool listed;         /* it is new, or listed again; else it was changed */
};
/* Lists a hub, lists it again, or changes its name, address or prefix. seen: a checkpoint by its key ("" none; peer_look gives one). ERR_CONFLICT: it is here under
 * another key (peer_key), or its prefix is taken; ERR_INVALID. */
enum err_code peer_add(struct hub *h, const struct by *by, const struct peer_entry *entry, struct str seen, struct peer_done *out, struct err *e) must_use;
/* reason: for everybody. ERR_NOT_FOUND. */
enum err_code peer_remove(struct hub *h, const struct by *by, struct str origin, struct str reason, struct err *e) must_use;

/* Its newest checkpoint as its address gives it, signed by the key. ERR_BUSY: no answer; ERR_FORBIDDEN: by another key; ERR_INVALID. */
enum err_code peer_look(struct arena *a, const struct peer_entry *entry, struct str *checkpoint, struct err *e) must_use;

/* That a key follows on the one that is known, as the log's own statements of type key say: what is looked for in a copy of it. */
struct peer_succession {
	bool continues;      /* the log holds the state that was seen here before, under the old key; false: none was seen */
	bool vouched;        /* the old key signed a state of the log that has the statement in it */
	int64_t leaf;        /* of the statement */
	struct str checkpoint; /* the newest, by the new key */
};
/* Fetches the log of the hub and verifies all of it under the new key. ERR_FORBIDDEN: it does not say so, or is not the log that was seen; ERR_BUSY; ERR_CORRUPT;
 * ERR_INVALID. A copy is made below DIR/peers/ and goes again. */
enum err_code peer_succeeds(const struct hub *h, struct arena *a, const struct peer *p, struct str key, struct peer_succession *out, struct err *e) must_use;
/* Replaces the key; proven: by peer_succeeds, else NULL, and then a reason is said. ERR_CONFLICT: another key holds by now than `old`. */
enum err_code peer_key(struct hub *h, const struct by *by, struct str origin, struct str old, struct str key, const struct peer_succession *proven, struct str reason,
	struct err *e) must_use;

/* ---- following: this hub's own matter ---- */

enum err_code peer_follow(struct hub *h, const struct by *by, struct str origin, bool follows, struct err *e) must_use;
/* How a copy of its log went: size and checkpoint of what was verified (failed ""), or why it was not (those of before stay). */
struct peer_looked {
	moment at;
	int64_t size;
	struct str checkpoint; /* "" as before */
	struct str failed;
};
enum err_code peer_looked(struct hub *h, struct str origin, const struct peer_looked *looked, struct err *e) must_use;
