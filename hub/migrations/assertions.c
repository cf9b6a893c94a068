/* What the directory of hubs needs beside its rows, and finding what is said of a record. */
#include "tables.h"

const char migration_assertions[] =
	/* The newest checkpoint of the peer's log that was seen here, signed by its key; NULL: none. hub/peer/ */
	"ALTER TABLE peer ADD COLUMN seen {bytes};"
	"CREATE INDEX entry_delegation ON entry (id) WHERE type = 10;";
