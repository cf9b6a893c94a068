/* Other hubs: the directory that this hub signs, and those whose records it follows. */
#include "tables.h"

const char migration_peers[] =
	/* One row for each hub that was ever in the directory; what is changed of it is an entry of type delegation in the log. hub/peer/ */
	"CREATE TABLE peer ("
	"  id {id},"
	"  origin {text} NOT NULL UNIQUE,"    /* the name of its log; never changes */
	"  key {text} NOT NULL,"              /* verifier key of its log, the one that holds now */
	"  name {text} NOT NULL,"             /* for people */
	"  url {text} NOT NULL,"              /* its address, without a slash at the end */
	"  prefix {text},"                    /* of the numbers that it gives ("NLHUB"); NULL: not known */
	"  state {text} NOT NULL,"            /* listed, removed */
	"  follows {int} NOT NULL,"           /* 1: its public records are copied here */
	"  since {int} NOT NULL,"
	"  looked_at {int},"                  /* when its log was last copied; NULL: never */
	"  size {int},"                       /* leaves of its log that were verified */
	"  failed {text}"                     /* why the last time failed; NULL: it did not */
	");";
