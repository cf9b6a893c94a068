/* What somebody says of a record, here or in another hub; and what a directory of hubs needs beside its rows. */
#include "tables.h"

const char migration_assertions[] =
	/* The newest checkpoint of the peer's log that was seen here, signed by its key; NULL: none. hub/peer/ */
	"ALTER TABLE peer ADD COLUMN seen {bytes};"
	"CREATE INDEX entry_delegation ON entry (id) WHERE type = 10;"

	/* One row for each record whose kind says what it is about, as its body has it; rebuilt from bodies. hub/about.c */
	"CREATE TABLE about ("
	"  record {int} NOT NULL REFERENCES record (id),"  /* that says it */
	"  role {text} NOT NULL,"             /* about, duplicate */
	"  hub {text} NOT NULL,"              /* the log's name of the other's hub; empty: this one's */
	"  name {text} NOT NULL,"             /* as it is called there: number or uid */
	"  PRIMARY KEY (record, role)"
	") {clustered};"
	"CREATE INDEX about_name ON about (name, hub);";
