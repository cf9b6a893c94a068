/* The database against the log: that what is stored is what was committed to, in one pass over all of it.
 *
 * Verified are
 *     the log in DIR/log: every entry, every hash, the checkpoint's signature (lib/tlog/verify.h);
 *     that its leaves are the entries of the database, in their order, and that every head was that of their tree;
 *     each entry: that event, seed and statement make its commitment, and that none of its record before it is missing;
 *     each event: that it has an entry; each revision: that its body is what its event committed to, and that it has one;
 *     each record: that it stands where its last event left it; what the public is shown: that it is what the last statement says;
 *     each file: that its bytes are those that were attached;
 *     the directory of hubs: that it is what the statements of type delegation left.
 * Not verified, since nothing was committed to but the events that made them: rows that desks keep beside (who takes part, terms, votes), and what follows
 * from bodies (search, facets, names), which `polder admin check` looks at. */
#pragma once
#include "hub/ledger/ledger.h"

enum { LEDGER_FINDINGS = 200 };

struct ledger_report {
	int64_t leaves, entries, events, revisions, records, files;
	int64_t waiting;     /* entries that are not in the log yet */
	int64_t erased;      /* of which only the commitment is left, as a tombstone says */
	int64_t unreadable;  /* whose key this hub does not have */
	int64_t peers;       /* other hubs in the directory */
	int64_t fill;        /* that say nothing and stand for nothing */
	struct str origin, key;
	struct tlog_head signed_head; /* size 0: nothing was signed yet */
	struct str *findings; /* in words, the first difference first; at most LEDGER_FINDINGS */
	size_t n;
};

/* trusted: keys of the log that the caller knows by another way; n 0: those that the log itself names. In one read transaction of db. Findings are no error. */
enum err_code ledger_verify(const struct hub *h, struct db *db, struct arena *a, const struct tlog_key *trusted, size_t trusted_n, struct ledger_report *out,
	struct err *e) must_use;

/* ---- for verify*.c ---- */

struct verifying {
	const struct hub *hub;
	struct db *db;
	struct arena *kept;  /* of the report */
	const struct tlog_key *trusted;
	size_t trusted_n;
	struct ledger_report *r;
	struct err *e;
};
void ledger_found(struct verifying *v, const char *fmt, ...) printf_like(2, 3);
enum err_code verify_log(struct verifying *v) must_use;
enum err_code verify_records(struct verifying *v) must_use;
enum err_code verify_peers(struct verifying *v) must_use;
