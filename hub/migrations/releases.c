/* Releases beside their bodies: what was signed, objected and attached; and who asked for what. */
#include "tables.h"

const char migration_releases[] =
	/* The plan as it stands, and what holds it up. release/row.c */
	"CREATE TABLE release ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  plan {text} NOT NULL,"             /* SHA-256 of the body without what decisions set, hexadecimal */
	"  artifacts {text} NOT NULL,"        /* SHA-256 over the list of artifacts */
	"  revision {int} NOT NULL,"          /* of the record, with which the plan came */
	"  planned_by {text} NOT NULL,"       /* who wrote it so */
	"  hold {text} NOT NULL,"             /* modify: until the plan is another; delay: until hold_until; '' nothing */
	"  hold_plan {text} NOT NULL,"        /* modify: the plan that won't do */
	"  hold_until {int} NOT NULL"         /* 0 none */
	");"

	/* Who signed, and who objected. Reasons stand in the events. release/row.c */
	"CREATE TABLE release_word ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  stage {text} NOT NULL,"            /* of a sign-off: of which stage; of an objection '' */
	"  name {text} NOT NULL,"             /* of the sign-off that the plan asks for; of an objection '' */
	"  account {text} NOT NULL,"
	"  named {int} NOT NULL,"             /* 1: wishes to be named in public */
	"  plan {text} NOT NULL,"             /* what was signed */
	"  artifacts {text} NOT NULL,"
	"  revision {int} NOT NULL,"
	"  at {int} NOT NULL,"
	"  event {int} NOT NULL,"
	"  over {int} NOT NULL,"              /* when a sign-off became void, or an objection was answered or given up; 0 it holds */
	"  answer {int} NOT NULL"             /* event that answered; 0 none */
	");"
	"CREATE INDEX release_word_record ON release_word (record, id);"

	/* Reports of gates. release/row.c */
	"CREATE TABLE release_gate ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  name {text} NOT NULL,"
	"  verdict {text} NOT NULL,"          /* the worst of its files: pass, review, inconclusive, invalid, block */
	"  files {int} NOT NULL,"             /* how many it names */
	"  artifacts {text} NOT NULL,"        /* the list whose every digest it names */
	"  sha256 {text} NOT NULL,"           /* of the report, attached to the record */
	"  account {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  event {int} NOT NULL"
	");"
	"CREATE INDEX release_gate_record ON release_gate (record, id);"

	/* Who asked for a release; what they said stands in the request's record. access/row.c */
	"CREATE TABLE access_request ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  release {int} NOT NULL REFERENCES record (id),"
	"  account {text} NOT NULL,"
	"  state {text} NOT NULL,"            /* as the record's; erased: it was, while it gave access or waited */
	"  asked {int} NOT NULL,"
	"  decided {int} NOT NULL,"           /* 0 not yet */
	"  until {int} NOT NULL,"             /* when access ends; 0 without end */
	"  event {int} NOT NULL,"             /* with the reason of what was decided last; 0 none */
	"  tell {int} NOT NULL"               /* 1: something befell the release that its holder must be told */
	");"
	"CREATE INDEX access_request_release ON access_request (release, state, record);"
	"CREATE INDEX access_request_account ON access_request (account, record);"
	"CREATE INDEX access_request_until ON access_request (until) WHERE state = 'accepted' AND until > 0;"
	"CREATE INDEX access_request_tell ON access_request (record) WHERE tell > 0;";
