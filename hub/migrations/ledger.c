/* The hub's log: what it commits to, in the order in which it happened, and the tree heads that were signed. */
#include "tables.h"

const char migration_ledger[] =
	/* One row for each leaf that is in the log or waits for it; nothing is ever taken away, and what an erasure takes is the seed and the statement. Of events
	 * the text is made from their rows (hub/ledger/entry.h). ledger/note.c, ledger/sequence.c */
	"CREATE TABLE entry ("
	"  id {id},"                          /* in the order in which they were made */
	"  record {int} REFERENCES record (id)," /* NULL: of the hub's own, or it fills up */
	"  event {int} REFERENCES event (seq)," /* NULL: it is of none */
	"  type {int} NOT NULL,"              /* enum entry_type */
	"  seed {bytes},"                     /* 32 random bytes, of a record with a key a blob; NULL: erased, or it fills up */
	"  statement {bytes},"                /* canonical JSON, for everybody; NULL: it has none, or it was erased */
	"  prev {bytes},"                     /* commitment of the entry before it of the same record */
	"  commitment {bytes} NOT NULL,"
	"  leaf {int}"                        /* its number in the log; NULL: it waits */
	");"
	"CREATE UNIQUE INDEX entry_leaf ON entry (leaf) WHERE leaf IS NOT NULL;"
	"CREATE INDEX entry_record ON entry (record, id);"
	"CREATE INDEX entry_event ON entry (event) WHERE event IS NOT NULL;"
	"CREATE INDEX entry_said ON entry (id) WHERE leaf IS NULL AND type <> 1;"   /* what waits, */
	"CREATE INDEX entry_sealed ON entry (id) WHERE leaf IS NULL AND type = 1;" /* and what waits for the end of an epoch */
	"CREATE INDEX entry_key ON entry (id) WHERE type = 9;"
	"CREATE INDEX entry_stated ON entry (id) WHERE statement IS NOT NULL AND record IS NOT NULL;"

	/* Tree heads, each written before it was signed. ledger/sequence.c */
	"CREATE TABLE head ("
	"  size {int} PRIMARY KEY,"           /* leaves */
	"  root {bytes} NOT NULL,"
	"  frontier {bytes} NOT NULL,"        /* the tree's right edge, for appending; of the newest alone */
	"  at {int} NOT NULL"
	") {clustered};";
