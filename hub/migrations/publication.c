#include "tables.h"

const char migration_publication[] =
	/* The publication plan of a case as its body says it, at hand for whoever carries it out, and how far that is. case/publication.c */
	"CREATE TABLE publication ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  mode {text} NOT NULL,"             /* manual, at-moment, at-embargo-end, never; '' nothing is said */
	"  moment {int} NOT NULL,"            /* of at-moment; 0 none */
	"  lead {int} NOT NULL,"              /* days before, at which the parties are told that it is near; 0 they aren't */
	"  announced {int} NOT NULL,"         /* the hour of which they were told; 0 none */
	"  pending {int} NOT NULL,"           /* 1: there is something to do, or to say, when its hour comes */
	"  tried {int} NOT NULL,"             /* event after which it was last tried; 0 not yet */
	"  tried_at {int} NOT NULL,"
	"  told {text} NOT NULL"              /* what coordinators were last told is in the way; '' nothing */
	");"
	"CREATE INDEX publication_pending ON publication (pending, record);";
