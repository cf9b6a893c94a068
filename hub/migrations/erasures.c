/* Erasing one field of a record (hub/change_strike.c), and what is shown of what was sealed (hub/change_reveal.c). */
#include "tables.h"

const char migration_erasures[] =
	/* Canonical JSON, sealed like the seed: the fields' salts, written down when the seed was destroyed since a field was erased (hub/commitment.h); NULL: it
	 * has its seed. */
	"ALTER TABLE revision ADD COLUMN salts {bytes};"
	/* Likewise, of the entry: struct entry_salts of ledger/entry.h. */
	"ALTER TABLE entry ADD COLUMN salts {bytes};"
	/* Names of fields that were erased, which no importer brings back: a JSON array; NULL none. */
	"ALTER TABLE record ADD COLUMN struck {bytes};"
	/* What an erasure still has to do outside its transaction, as before (keys.c); of a record there may be several by now. */
	"ALTER TABLE erasing RENAME TO erasing_before;"
	"CREATE TABLE erasing ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  key_id {text},"                    /* to be destroyed */
	"  files {text} NOT NULL,"            /* SHA-256 of files to be deleted, with commas between */
	"  search {int} NOT NULL"             /* 1: its words stand in the search index still */
	");"
	"INSERT INTO erasing (record, key_id, files, search) SELECT record, key_id, files, search FROM erasing_before;"
	"DROP TABLE erasing_before;";
