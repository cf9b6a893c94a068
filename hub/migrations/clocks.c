/* Terms that run, and days on which nobody works. */
#include "tables.h"

const char migration_clocks[] =
	/* A term of a record. clock.c, clock_run.c */
	"CREATE TABLE clock ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  name {text} NOT NULL,"             /* of the kind's file; regulatory: a duty to an authority; or what a desk calls its own */
	"  place {text} NOT NULL,"            /* of several with one name: which; '' else */
	"  title {text} NOT NULL,"            /* what must be done, where no kind's file says it; '' else */
	"  subject {text} NOT NULL,"          /* whose duty alone: uid; '' all who have the role that the kind's file names */
	"  audiences {int} NOT NULL,"         /* set of enum audience: who may know of it */
	"  started {int} NOT NULL,"
	"  due {int} NOT NULL,"
	"  span {text} NOT NULL,"             /* P5D */
	"  days {text} NOT NULL,"             /* calendar, business, legal; '' its end was given */
	"  basis {text} NOT NULL,"            /* what gives the span: '' the kind's file; tier:high, policy:R-…, law:73(2), entry, hand */
	"  put_off {int} NOT NULL,"           /* 1: somebody gave it a later end, which no new tier takes back */
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
