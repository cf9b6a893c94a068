/* Safe harbor: what the hub signs with, and what finders were granted. */
#include "tables.h"

const char migration_harbor[] =
	/* Public keys with which the hub signed, with the period of each. Never deleted. signing.c */
	"CREATE TABLE signing_key ("
	"  id {text} PRIMARY KEY,"
	"  public_key {bytes} NOT NULL,"      /* Ed25519, 32 bytes */
	"  since {int} NOT NULL,"
	"  until {int} NOT NULL"              /* 0: it signs now */
	") {clustered};"

	/* Public bodies of policies as finders accepted them, by their digest: what was promised can be read when the record has long changed. harbor.c */
	"CREATE TABLE harbor_policy ("
	"  digest {bytes} PRIMARY KEY,"       /* SHA-256 of body */
	"  body {bytes} NOT NULL"             /* canonical JSON of the public projection at that time */
	") {clustered};"

	/* Which report was made under which policy: signed, for the finder to show. Never changed. harbor.c */
	"CREATE TABLE harbor_grant ("
	"  id {text} PRIMARY KEY,"            /* 128 random bits, base64url: whoever has it may read the grant */
	"  report {int} NOT NULL REFERENCES record (id),"
	"  policy {int} NOT NULL REFERENCES record (id),"
	"  digest {bytes} NOT NULL REFERENCES harbor_policy (digest),"
	"  at {int} NOT NULL,"                /* when it was accepted; the statement has the day alone */
	"  salt {bytes} NOT NULL,"            /* opens the statement's commitment to report and moment; the finder's */
	"  statement {bytes} NOT NULL,"       /* canonical JSON: what was signed */
	"  key_id {text} NOT NULL REFERENCES signing_key (id),"
	"  signature {bytes} NOT NULL,"
	"  UNIQUE (report, policy, digest)"
	") {clustered};"

	/* Finders who said that they are threatened; what they said stands in the event. harbor_act.c */
	"CREATE TABLE harbor_threat ("
	"  event {int} PRIMARY KEY REFERENCES event (seq),"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  at {int} NOT NULL,"
	"  settled {int} NOT NULL"            /* when a coordinator said so; 0 not yet */
	");"
	"CREATE INDEX harbor_threat_record ON harbor_threat (record, event);"
	"CREATE INDEX harbor_threat_open ON harbor_threat (settled, event);";
