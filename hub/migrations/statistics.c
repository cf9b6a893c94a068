#include "tables.h"

const char migration_statistics[] =
	/* What anyone may see in numbers, as it was last worked out. statistics.c */
	"CREATE TABLE statistic ("
	"  name {text} PRIMARY KEY,"          /* all */
	"  as_of {int} NOT NULL,"
	"  body {text} NOT NULL"              /* JSON: hub/statistics.h */
	") {clustered};";
