/* Terms that run, and days on which nobody works. */
#include "tables.h"

const char migration_clocks[] =
	/* A term of a record. clock.c, clock_run.c */
	"CREATE TABLE clock ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  name {text} NOT NULL,"             /* of the kind's file, or regulatory/0: the place in the body of a duty to an authority */
	"  subject {text} NOT NULL,"          /* whose duty: uid; '' the coordinators' */
	"  started {int} NOT NULL,"
	"  due {int} NOT NULL,"
	"  span {text} NOT NULL,"             /* P5D */
	"  days {text} NOT NULL,"             /* calendar, business, legal */
	"  state {text} NOT NULL,"            /* running, met, late (met after its end), cancelled */
	"  stopped {int} NOT NULL,"           /* 0 while it runs */
	"  rung {int} NOT NULL,"              /* of the ladder, that was reached: 0 none, 1 reminded, 2 overdue, 3 the hub's owners, 4 adjudicators */
	"  next {int} NOT NULL"               /* when the next rung is due; 0 never */
	");"
	"CREATE INDEX clock_record ON clock (record, id);"
	"CREATE INDEX clock_next ON clock (state, next);"
	"CREATE INDEX clock_due ON clock (state, due);"

	/* The tier that triage gave a record last. clock.c */
	"CREATE TABLE record_tier ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  tier {text} NOT NULL"
	") {clustered};"

	/* Days on which nobody works besides Saturdays and Sundays. working_days.c */
	"CREATE TABLE holiday ("
	"  day {text} PRIMARY KEY,"           /* 2026-12-25 */
	"  title {text} NOT NULL"
	") {clustered};";
