/* Witnesses of the hub's log. */
#include "tables.h"

const char migration_witnesses[] =
	/* One row for each that was ever asked; which are asked is said in polder.conf. hub/ledger/cosign.c */
	"CREATE TABLE witness ("
	"  key {text} PRIMARY KEY,"           /* its verifier key */
	"  known {int} NOT NULL,"             /* leaves of this log that it knows of, as far as it said so: what it is asked from */
	"  size {int} NOT NULL,"              /* leaves of the newest checkpoint of which its cosignature came; 0: none did */
	"  at {int} NOT NULL,"                /* when it cosigned that, by its own clock; 0 */
	"  asked {int} NOT NULL,"             /* when it was asked last */
	"  refused {int} NOT NULL,"           /* since when it says that it knows another history; 0: it does not */
	"  failed {text}"                     /* why it gave no cosignature the last time; NULL: it did */
	") {clustered};";
