/* Following other hubs: what they say in public is copied here, each record under the uid that it has there.
 *
 *     DIR/peers/NAME/     the verified copy of a followed hub's log and public records (hub/mirror/mirror.h)
 *
 * Invariants
 *     What comes in is what the hub's log says last of a record; everything else stays out, and is counted with its reason.
 *     A followed hub changes nothing but records that were copied from it: not the records, numbers, names and links of this hub or of a third one. Its names
 *     are known here behind its own ("hub.example.org/CUE-0001").
 *     What it copied itself from elsewhere (as its statements say) is not copied again, so nothing comes back or goes round.
 *     A hub that shows two histories is not followed any further, until somebody says so; what was copied stays as it was.
 *     Killed in the middle, nothing is lost: what was taken over is not taken over again, and the rest comes with the next run. */
#pragma once
#include <stdatomic.h>

#include "hub/hub.h"
#include "hub/mirror/mirror.h"

#define FOLLOW_INTERVAL (15 * MINUTE)

struct followed {
	int64_t peer;               /* its row */
	struct str origin, key, name, url;
	struct str folder;          /* path of the copy */
	bool follows;               /* false: it was, and its records are here */
	int64_t leaf, size;         /* leaves taken over, leaves that were verified */
	moment looked_at, next;     /* 0: never, as soon as can be */
	int64_t failures;
	struct str failed;          /* why the last time failed; "" it did not */
	moment forked;              /* 0: it shows one history */
	struct str evidence;
	int64_t records, kept_out;  /* here; and those that are not, as its log has them */
};
/* Those that are followed or were, by name. */
enum err_code follow_list(const struct hub *h, struct db *db, struct arena *a, struct followed **out, size_t *n, struct err *e) must_use;
/* By the log's name, the hub's ("hub.example.org") or the address. ERR_NOT_FOUND. */
enum err_code follow_find(const struct hub *h, struct db *db, struct arena *a, struct str name, struct followed *out, struct err *e) must_use;

/* How many records stay out, and why: "kind", "taken" … with words of one of them. */
struct follow_reason {
	struct str reason, words;
	int64_t n;
};
enum err_code follow_reasons(struct db *db, struct arena *a, int64_t peer, struct follow_reason **out, size_t *n, struct err *e) must_use;
/* What a reason means, in words for people. */
struct str follow_reason_words(struct str reason);

struct follow_report {
	bool began;     /* false: another process is at it */
	struct mirror_result mirror;
	int64_t created, revised, hidden, erased, unchanged, kept_out;
	double seconds; /* of taking over, without the copying */
};

/* Begins to follow the hub at an address, and copies it once. key: "" the log's own word for the first time, and then its name must begin with the address.
 * ERR_INVALID: the log is this hub's own, or its name can't stand before names of records; ERR_EXISTS: another hub is called so; what mirror_run says. */
enum err_code follow_add(struct hub *h, struct db *db, struct arena *a, struct str url, struct str key, const atomic_bool *cancelled, struct followed *out,
	struct follow_report *report, struct err *e) must_use;
/* What was copied stays and is not brought up to date any more. */
enum err_code follow_stop(struct hub *h, const struct followed *f, struct err *e) must_use;
/* Copies and takes over what is new; again: also what stayed out before is tried once more, and a fork is looked at anew. ERR_BUSY also where another process is
 * at it. A fork is a result, told in report->mirror.forked and kept. */
enum err_code follow_run(struct hub *h, struct db *db, struct arena *a, const struct followed *f, bool again, const atomic_bool *cancelled, struct follow_report *report,
	struct err *e) must_use;
/* The chore of a served hub: runs one that is due. *did: there was one. What it fails at is kept with it, told once on standard error, and tried again ever later. */
enum err_code follow_due(struct hub *h, struct db *db, const atomic_bool *cancelled, bool *did, struct err *e) must_use;
