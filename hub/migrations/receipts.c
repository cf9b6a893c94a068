/* How somebody without an account comes back to what they reported. */
#include "tables.h"

const char migration_receipts[] =
	/* One row for each receipt code that was given out. Nothing here says whose it is or from where they came: not an address, not an hour. receipt.c */
	"CREATE TABLE receipt ("
	"  id {bytes} PRIMARY KEY,"           /* keyed digest of the code, which stands nowhere */
	"  subject {text} NOT NULL UNIQUE,"   /* A-7KQ2-M9XD: the finder, as actor of what they do */
	"  record {int} REFERENCES record (id)," /* the report; NULL while there is only a draft */
	"  request {bytes},"                  /* keyed digest of what was sent, to know it again; NULL a draft */
	"  draft {bytes},"                    /* sealed with a key that only the code gives; NULL none */
	"  day {int} NOT NULL"                /* since 1970, on which the draft was last saved or the report sent */
	") {clustered};"
	"CREATE INDEX receipt_draft ON receipt (record, day);";
