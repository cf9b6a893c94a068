/* What coordinators decided about a record by a table. */
#include "tables.h"

const char migration_decisions[] =
	/* The newest of a record and table counts; older ones are its history. The note stands in the event. triage.c */
	"CREATE TABLE decision ("
	"  event {int} PRIMARY KEY,"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  by_table {text} NOT NULL,"         /* name */
	"  version {text} NOT NULL,"          /* of the table, as it was then */
	"  answers {text} NOT NULL,"          /* JSON: names of points and values */
	"  vector {text} NOT NULL,"           /* the same in a line, by the keys of that version */
	"  outcome {text} NOT NULL,"          /* name */
	"  tier {text} NOT NULL,"             /* that follows; '' the table gives none */
	"  decided_by {text} NOT NULL,"
	"  at {int} NOT NULL"
	");"
	"CREATE INDEX decision_record ON decision (record, by_table, event);";
