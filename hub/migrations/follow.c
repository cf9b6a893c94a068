/* Records that were copied here from other hubs. */
#include "tables.h"

const char migration_follow[] =
	"ALTER TABLE record ADD COLUMN hub {text};"  /* the name of the log of the hub that it was copied from; NULL: this hub's own */

	/* How far the copying of each hub is that is followed. hub/follow/ */
	"CREATE TABLE follow ("
	"  peer {int} PRIMARY KEY REFERENCES peer (id),"
	"  folder {text} NOT NULL,"           /* in DIR/peers/: the verified copy of its log */
	"  leaf {int} NOT NULL,"              /* up to which what its log says was taken over */
	"  next {int} NOT NULL,"              /* when it is looked at again; 0: as soon as can be */
	"  failures {int} NOT NULL,"          /* one after the other */
	"  forked {int},"                     /* when it showed two histories: nothing is taken over any more; NULL: it did not */
	"  evidence {text},"                  /* where that is kept */
	"  told {int} NOT NULL"               /* how often what is told here changed: pages of copied records say it (hub_shown) */
	");"

	/* Of a copied record, what its hub's log said of it last. change_copy.c */
	"CREATE TABLE copied ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  peer {int} NOT NULL REFERENCES peer (id),"
	"  leaf {int} NOT NULL,"              /* of that log */
	"  id {text} NOT NULL,"               /* what it is called there */
	"  left_out {text}"                   /* members that the kind does not know here, with commas between; NULL: nothing */
	");"
	"CREATE INDEX copied_peer ON copied (peer, record);"

	/* Names that copied records give themselves. They find nothing and take nothing over: they say what may be the same. change_copy.c */
	"CREATE TABLE copied_name ("
	"  name {text} NOT NULL,"             /* folded */
	"  record {int} NOT NULL REFERENCES record (id),"
	"  PRIMARY KEY (name, record)"
	") {clustered};"
	"CREATE INDEX copied_name_record ON copied_name (record);"

	/* Links of copied records to what is not here yet. change_copy.c */
	"CREATE TABLE copied_link ("
	"  target {text} NOT NULL,"           /* uid */
	"  record {int} NOT NULL REFERENCES record (id),"
	"  rel {text} NOT NULL,"
	"  PRIMARY KEY (target, record, rel)"
	") {clustered};"
	"CREATE INDEX copied_link_record ON copied_link (record);"

	/* Public records of a followed hub that did not come in, and why. hub/follow/ */
	"CREATE TABLE kept_out ("
	"  peer {int} NOT NULL REFERENCES peer (id),"
	"  uid {text} NOT NULL,"
	"  leaf {int} NOT NULL,"              /* that says so */
	"  reason {text} NOT NULL,"           /* taken, kind, state, body, copied, follows, behind */
	"  words {text} NOT NULL,"
	"  PRIMARY KEY (peer, uid)"
	") {clustered};";
