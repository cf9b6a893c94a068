/* Webhooks: addresses that the hub calls when something happens, after Standard Webhooks 1.0 (standardwebhooks.com): docs/WEBHOOKS.md says what a receiver sees.
 *
 * Invariants. A webhook belongs to a person (told of what stands in that person's inbox), to an organization (told of what it may know as a party; its owners
 * manage it) or to the hub (told of what is public; administrators manage it), and whoever may not manage it is told that there is none. What is sent is thin:
 * type, moment, identifiers and links; of a public record also what the public reads in a list. The door out is asked twice, when the call is written and when it
 * is made: what its owner may no longer know is not sent. Identifiers of calls are random, so nobody counts what others are told.
 *
 * Events are followed by their sequence number: each webhook knows up to which it has seen them, and new calls are written in the transaction that moves
 * this on. So nothing is lost or told twice whatever stops in between, several servers on one hub share the work, and a change waits for none of it. A call
 * may still be made twice (the answer was lost): its webhook-id stays the same.
 *
 * Only https is spoken, or http to this machine where polder.conf allows it for trying things out; no redirect is followed; what resolves to an address that is not
 * public is not called unless polder.conf allows that (net/address.h, checked where the connection is made).
 *
 *     [webhooks]
 *     private_networks = no
 *     http_to_this_machine = no */
#pragma once
#include <stdatomic.h>

#include "hub/account/account.h"

enum {
	WEBHOOKS = 20,            /* of one owner */
	WEBHOOK_URL = 1000,
	WEBHOOK_NOTE = 100,
	WEBHOOK_SECRET = 64,      /* "whsec_" and 32 bytes in base64 */
	WEBHOOK_WAITING = 1000,   /* calls of one that wait; more are left out and counted */
	WEBHOOK_ATTEMPTS = 10,
	WEBHOOK_ANSWER = 1024,    /* bytes of an answer that are kept */
	WEBHOOK_WORKERS = 8,
};
#define WEBHOOK_OLD_SECRET DAY   /* how long the one before signs too */
#define WEBHOOK_FAILING (3 * DAY) /* without a call that went well it is switched off */
#define WEBHOOK_LOG (30 * DAY)

struct webhook {
	struct str id, owner, owner_name; /* owner_name: of a person, an organization, the hub */
	struct str url, note;
	struct str types, kinds;   /* names with commas; "" all */
	bool enabled;
	struct str problem;        /* why it was switched off: "gone", "failing"; "" its owner did, or it is on */
	moment failing;            /* since when no call went well; 0 */
	moment old_secret_ends;    /* 0: one secret alone signs */
	int64_t waiting, missed;
	moment created;
};

/* Whether somebody may manage those of an owner. */
bool webhook_may(struct db *db, const struct by *by, struct str owner);

struct webhook_new {
	struct str owner, url, note, types, kinds;
};
/* The secret is given here and by webhook_rotate, and never again. ERR_INVALID with e->where "url", "note", "types", "kinds"; ERR_NOT_FOUND: no such owner, as
 * far as they may know; ERR_CONFLICT: too many. */
enum err_code webhook_create(struct hub *h, struct db *db, const struct by *by, const struct webhook_new *n, struct arena *a, struct str *id,
	char secret[WEBHOOK_SECRET], struct err *e) must_use;
enum err_code webhook_find(struct hub *h, struct db *db, const struct by *by, struct str id, struct arena *a, struct webhook *out, struct err *e)
	must_use; /* ERR_NOT_FOUND */
/* All that they may manage, the hub's first. */
enum err_code webhook_list(struct hub *h, struct db *db, const struct by *by, struct arena *a, struct webhook **out, size_t *n, struct err *e)
	must_use;
/* What is NULL stays. Switched on again it is told of what happens from now on, and of what still waited. */
struct webhook_edit {
	const struct str *url, *note, *types, *kinds;
	const bool *enabled;
};
enum err_code webhook_edit(struct hub *h, struct db *db, const struct by *by, struct str id, const struct webhook_edit *what, struct err *e) must_use;
enum err_code webhook_rotate(struct hub *h, struct db *db, const struct by *by, struct str id, char secret[WEBHOOK_SECRET], struct err *e) must_use;
enum err_code webhook_remove(struct hub *h, struct db *db, const struct by *by, struct str id, struct err *e) must_use;

/* Every type of event there is ("record.moved", "act.embargo.propose"), sorted. A webhook may also name all that begin alike: "act.embargo.*". */
enum err_code webhook_types(const struct hub *h, struct arena *a, struct str **out, size_t *n, struct err *e) must_use;

/* ---- calls, and the log of them ---- */

struct delivery {
	struct str id;             /* "msg_…": webhook-id */
	struct str type, record;   /* record: uid; "" a test, or one that is gone */
	struct str state;          /* waiting, delivered, failed, dropped */
	moment created, due, at;   /* due: of the next attempt, where it waits; at: of the last one, 0 none */
	int64_t attempts;
	int status;                /* of the last answer; 0 there was none */
	int64_t took;              /* milliseconds */
	struct str problem, answer; /* answer: its first 1 kB, as text */
	struct str payload;
};
/* Newest first. before: moment to begin below; 0 the newest. state: that alone; "" all. */
enum err_code webhook_deliveries(struct hub *h, struct db *db, const struct by *by, struct str id, struct str state, moment before, size_t limit,
	struct arena *a, struct delivery **out, size_t *n, struct err *e) must_use;
/* A call of the type webhook.test, whatever the webhook asks for. ERR_CONFLICT while it is off. */
enum err_code webhook_test(struct hub *h, struct db *db, const struct by *by, struct str id, struct arena *a, struct str *delivery, struct err *e)
	must_use;
/* Once more and at once, with the same webhook-id. ERR_NOT_FOUND, ERR_CONFLICT while it is off, or for a call that was dropped. */
enum err_code webhook_resend(struct hub *h, struct db *db, const struct by *by, struct str id, struct str delivery, struct err *e) must_use;

/* ---- signatures ---- */

/* "v1,…" of HMAC-SHA256 over "id.timestamp.payload" with the bytes behind whsec_. ERR_INVALID for what is no secret of 24 to 64 bytes. */
enum { WEBHOOK_SIGNATURE = 48 };
enum err_code webhook_sign(struct str secret, struct str id, int64_t timestamp, struct str payload, char out[WEBHOOK_SIGNATURE], struct err *e) must_use;

/* ---- chores ---- */

/* Writes calls for what happened since. */
enum err_code webhook_tell(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) must_use;
/* Makes one call that is due; *did: there was one. healthy: of webhooks that do not fail at present alone, so that slow ones don't hold up all workers. One call of a
 * webhook at a time. */
enum err_code webhook_call(struct hub *h, struct db *db, bool healthy, const atomic_bool *cancelled, bool *did, struct err *e) must_use;
/* Takes old calls out of the log, and secrets that no longer sign. */
enum err_code webhook_sweep(struct hub *h, struct err *e) must_use;
/* When the call after so many failed attempts is due, counted from the last: the example of the specification, and up to a fifth more by chance. 0: none. */
moment webhook_pause(int64_t attempts, unsigned chance);

/* ---- in a transaction of the writer ---- */

/* A record was erased: no call says that there was one. */
enum err_code webhook_forget(struct db *db, int64_t record, struct err *e) must_use;
enum err_code webhook_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) must_use;
