/* Numbers that are published. */
#include "tables.h"

const char migration_statistics[] =
	/* As they were last worked out, with what is withheld left out. disclose_statistics.c */
	"CREATE TABLE statistic ("
	"  name {text} NOT NULL,"             /* of the table */
	"  position {int} NOT NULL,"
	"  label {text} NOT NULL,"
	"  n {int} NOT NULL,"                 /* -1: withheld */
	"  PRIMARY KEY (name, position)"
	") {clustered};";
