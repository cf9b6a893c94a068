/* Disputes beside their bodies: where each stands on the ladder, who may sit on panels, who sits on which, how they voted. */
#include "tables.h"

const char migration_disputes[] =
	/* Where a dispute stands. dispute/row.c */
	"CREATE TABLE dispute ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  target {int} NOT NULL REFERENCES record (id)," /* what it is about */
	"  claimant {text} NOT NULL,"         /* who disputes: uid of a person, an anonymous finder or an organization */
	"  respondent {text} NOT NULL,"       /* who answers for the record: likewise; '' the hub's coordinators */
	"  question {text} NOT NULL,"
	"  level {text} NOT NULL,"            /* whose turn it is, or whose ruling stands: owner, hub, panel, appeal */
	"  since {int} NOT NULL,"             /* when it came into its state */
	"  due {int} NOT NULL,"               /* until when; 0 none */
	"  extended {int} NOT NULL,"          /* 1: it was, at this level */
	"  accepted {int} NOT NULL,"          /* who accepts the ruling: bits 1 claimant, 2 respondent */
	"  challenged {int} NOT NULL,"        /* which sides have challenged a member of the present panel: likewise */
	"  panel {int} NOT NULL,"             /* the present one; 0 none */
	"  filed {int} NOT NULL"
	");"
	"CREATE INDEX dispute_target ON dispute (target, record);"
	"CREATE INDEX dispute_due ON dispute (due) WHERE due > 0;"

	/* Who may be seated. dispute/seat.c */
	"CREATE TABLE seat ("
	"  account {text} PRIMARY KEY,"
	"  sector {text} NOT NULL,"           /* academia, civil-society, industry, government, affected-communities, other */
	"  since {int} NOT NULL,"
	"  until {int} NOT NULL,"             /* 0: without end */
	"  by_whom {text} NOT NULL"
	") {clustered};"

	/* A panel drawn for a dispute. dispute/draw.c */
	"CREATE TABLE panel ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  appeal {int} NOT NULL,"            /* 1: of appeal */
	"  seats {int} NOT NULL,"             /* how many were wanted */
	"  quorum {int} NOT NULL,"
	"  drawn {int} NOT NULL,"
	"  closed {int} NOT NULL,"            /* when voting was; 0 open */
	"  outcome {text} NOT NULL,"          /* of the vote; '' open */
	"  vector {text} NOT NULL"            /* where the procedure has one */
	");"
	"CREATE INDEX panel_record ON panel (record, id);"

	/* Who sits on it. dispute/draw.c */
	"CREATE TABLE panel_member ("
	"  panel {int} NOT NULL REFERENCES panel (id),"
	"  account {text} NOT NULL,"
	"  record {int} NOT NULL,"
	"  sector {text} NOT NULL,"
	"  state {text} NOT NULL,"            /* asked: must declare; sitting: no conflict; recused: one; removed: challenged; lapsed: did not vote in time; done */
	"  at {int} NOT NULL,"
	"  event {int} NOT NULL,"             /* with what they declared; 0 none */
	"  PRIMARY KEY (panel, account)"
	") {clustered};"
	"CREATE INDEX panel_member_account ON panel_member (account, record);"
	"CREATE INDEX panel_member_record ON panel_member (record, account);"

	/* Votes; reasons stand in the event, which nobody is told. dispute/vote.c */
	"CREATE TABLE panel_vote ("
	"  panel {int} NOT NULL REFERENCES panel (id),"
	"  account {text} NOT NULL,"
	"  choice {text} NOT NULL,"           /* uphold, reject, or one of the dispute's */
	"  vector {text} NOT NULL,"
	"  dissent {text} NOT NULL,"          /* what becomes of the reasons should others prevail: named, unnamed, none */
	"  event {int} NOT NULL,"
	"  at {int} NOT NULL,"
	"  PRIMARY KEY (panel, account)"
	") {clustered};"

	/* A side holds that a member is not impartial; the rest of the panel says whether they go. dispute/seat.c */
	"CREATE TABLE panel_challenge ("
	"  panel {int} NOT NULL REFERENCES panel (id),"
	"  account {text} NOT NULL,"          /* of the member */
	"  voter {text} NOT NULL,"            /* member who says so; '' the challenge itself */
	"  uphold {int} NOT NULL,"
	"  event {int} NOT NULL,"
	"  PRIMARY KEY (panel, account, voter)"
	") {clustered};";
