/* Entries as they are stored. For disclose*.c and hub/ledger/: an event's text and an entry's seed are no less confidential than the record. */
#pragma once
#include "hub/ledger/ledger.h"

struct ledger_entry {
	int64_t id, record, event, leaf; /* record, event 0: none; leaf -1: it waits */
	enum entry_type type;
	struct str seed;                 /* "" erased, or it fills up; or: */
	struct str salted;               /* salts that were written down before it went (struct entry_salts); "" none */
	struct entry_salts salts;        /* of one that was opened, from the one or the other */
	struct str statement, prev;      /* "" none */
	struct sha256 commitment;
	struct str uid, key_id;          /* of the record */
};
/* Columns of a query that joins entry e with record r, from the first on. */
#define LEDGER_COLUMNS "e.id, e.record, e.event, e.leaf, e.type, e.seed, e.statement, e.prev, e.commitment, r.uid, r.key_id, e.salts"
enum { LEDGER_WIDTH = 12 };
/* It says nothing any more, or never did. */
static inline bool ledger_entry_silent(const struct ledger_entry *entry) { return !entry->seed.n && !entry->salted.n; }
/* In the arena; seed and salts are as they are stored. */
void ledger_entry_read(struct arena *a, struct db_query *q, struct ledger_entry *out);
/* Opens seed or salts. ERR_UNSUPPORTED: this hub lacks the record's key; ERR_GONE: that was destroyed; ERR_CORRUPT. */
enum err_code ledger_entry_open(const struct hub *h, struct arena *a, struct ledger_entry *entry, struct err *e) must_use;

/* The entry of an event, opened. ERR_NOT_FOUND: it has none; ERR_GONE: it was erased; as above. */
enum err_code ledger_entry_of(const struct hub *h, struct db *db, struct arena *a, int64_t event, struct ledger_entry *out, struct err *e) must_use;
/* What was committed to of an event, from its row. ERR_NOT_FOUND. Of one that is encrypted as store_open. detail, which may be NULL: its text. */
enum err_code ledger_event_text(const struct hub *h, struct db *db, struct arena *a, const struct ledger_entry *entry, struct str *out, struct str *detail,
	struct err *e) must_use;

/* An entry of the hub's own, which waits for the log, in a transaction of the writer. */
enum err_code ledger_write_own(struct db *db, enum entry_type type, struct str said, struct sha256 *commitment, struct err *e) must_use;
