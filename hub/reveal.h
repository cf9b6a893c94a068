/* Revealing: what was sealed of a record while it was confidential is shown to everybody, with the proof that it was there then (ENTRY_REVEAL of
 * hub/ledger/entry.h). What is shown is a receipt (hub/ledger/receipt.h): the event, the chosen fields with their salts, of all others the leaf. It is stored nowhere
 * but made from the revision whenever it is asked for, so what is erased or hidden later is not in it any more, and verifying the one verifies the other.
 *
 * Rules
 *     The record is public, and no embargo holds it or a case that it belongs to. Only what was sealed of itself is revealed: a report that stays confidential is not
 *     revealed through the advisory that came of it; its finder shows their receipt to whom they like.
 *     Of a version only fields that the public may read whole by the rules that hold now; and, but for coordinators, only where they say what the public reads there
 *     now: nobody brings back by it what was taken out before publication.
 *     Who made the version may reveal it, and owners of the record and coordinators may. The event names its maker: so a version by a person's account is revealed by
 *     that person alone, and of a finder without a name nobody learns more than "A-XXXX-XXXX".
 *     Neither details nor the salt of `prev` are ever shown, so no other leaf can be found by it. */
#pragma once
#include "hub/change_store.h"
#include "hub/ledger/entries.h"

enum { REVEAL_FIELDS = 50 };

/* A version as it was sealed. */
struct sealed_version {
	int64_t number;
	moment at;
	struct str actor, event; /* event: its text, as committed to */
	struct ledger_entry entry;
	const struct json *body, *salts; /* salts NULL: by the seed */
	struct str seed;
};
/* ERR_NOT_FOUND: no such version; ERR_CONFLICT: it was public from the start, or is not in the log yet; ERR_GONE. */
enum err_code reveal_read(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, int64_t number, struct sealed_version *out, struct err *e)
	must_use;

enum reveal_may { REVEAL_NEVER, REVEAL_OTHER_WORDS, REVEAL_AS_NOW };
/* Whether a field of it may be shown: as the public reads it now, in other words, or not at all. */
enum err_code reveal_field(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, struct str name,
	enum reveal_may *out, struct err *e) must_use;
/* Who, and what: all rules. ERR_FORBIDDEN, ERR_CONFLICT (not public, an embargo), ERR_INVALID (no fields, or one that says nothing there). */
enum err_code reveal_check(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, unsigned roles,
	struct str actor, const struct str *fields, size_t n, struct err *e) must_use;
/* What the public reads of it now: canonical JSON. ERR_CONFLICT: nothing. */
enum err_code reveal_public(struct db *db, struct arena *a, const struct stored *r, struct str *out, struct err *e) must_use;
/* What everybody will read. Fields that may not be shown by now are left as their leaves. */
enum err_code reveal_document(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct sealed_version *v, const struct str *fields,
	size_t n, const struct json **out, struct err *e) must_use;
