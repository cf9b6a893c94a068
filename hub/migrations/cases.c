/* What moves in a case beside its body: who takes part and how each stands, the embargo, messages, tasks. Texts that are confidential stand in the
 * details of events, which a row names. */
#include "tables.h"

const char migration_cases[] =
	/* Who takes part in a case. case/participant.c */
	"CREATE TABLE participant ("
	"  record {int} NOT NULL REFERENCES record (id),"
	"  subject {text} NOT NULL,"          /* uid of an organization, a person or an anonymous finder */
	"  part {text} NOT NULL,"             /* reporter, developer, base-model-developer, dataset-provider, hosting-platform, deployer … */
	"  duty {text} NOT NULL,"             /* responsible, accountable, consulted, informed */
	"  alias {text} NOT NULL,"            /* what other parties are shown instead of a person's name; '' the subject's own */
	"  access {text} NOT NULL,"           /* proposed: by the supply chain, not confirmed; invited: an embargo waits for consent; in; out */
	"  reason {text} NOT NULL,"           /* why it was proposed: base model of R-…, as uids only; '' none */
	"  supplies {int} NOT NULL,"          /* 1: a vendor: aware, fix ready and fix deployed are asked of it */
	"  report_state {text} NOT NULL,"     /* RM: S R I V D A C */
	"  report_since {int} NOT NULL,"
	"  consent {text} NOT NULL,"          /* no-embargo, invited, signatory, lapsed, declined */
	"  consent_since {int} NOT NULL,"
	"  aware {int} NOT NULL,"             /* since when; 0: no. V before F before D */
	"  fix_ready {int} NOT NULL,"
	"  fix_deployed {int} NOT NULL,"
	"  asked {int} NOT NULL,"             /* when it was asked in; 0 never */
	"  notified {int} NOT NULL,"          /* since when it can read the case; 0 never */
	"  answered {int} NOT NULL,"          /* when it last did anything in the case; 0: it has never answered */
	"  statement {int} NOT NULL,"         /* event with its public statement; 0 none */
	"  PRIMARY KEY (record, subject)"
	") {clustered};"
	"CREATE INDEX participant_subject ON participant (subject, record);"

	/* What a party says of a system. No row: it has not answered. case/status.c */
	"CREATE TABLE system_status ("
	"  record {int} NOT NULL REFERENCES record (id),"
	"  subject {text} NOT NULL,"
	"  system {text} NOT NULL,"           /* uid */
	"  status {text} NOT NULL,"           /* unknown, under-investigation, affected, not-affected, fixed */
	"  event {int} NOT NULL,"             /* with versions, reasons, what users can do */
	"  at {int} NOT NULL,"
	"  PRIMARY KEY (record, subject, system)"
	") {clustered};"

	/* The embargo of a case and what is known of the world; no row: N, and nothing. case/embargo.c, case/fact.c */
	"CREATE TABLE case_state ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  embargo {text} NOT NULL,"          /* EM: N P A R X */
	"  until {int} NOT NULL,"             /* that holds; 0 none */
	"  zone {text} NOT NULL,"             /* that it is meant in */
	"  since {int} NOT NULL,"             /* when it became active; 0 never */
	"  proposal {int} NOT NULL,"          /* event of the proposal that is open; 0 none */
	"  exited {int} NOT NULL,"
	"  exit_reason {text} NOT NULL,"      /* reached, agreed, public, exploit-public, attacks, breach, refused, other */
	"  public_aware {int} NOT NULL,"      /* since when; 0 not known to be so */
	"  exploit_public {int} NOT NULL,"
	"  attacks_observed {int} NOT NULL,"
	"  confirmed {int} NOT NULL"          /* of these three, those that a coordinator confirmed: bits 1, 2, 4 */
	");"
	"CREATE INDEX case_state_until ON case_state (embargo, until);"

	/* Ends of an embargo that were proposed. case/embargo.c */
	"CREATE TABLE embargo_proposal ("
	"  event {int} PRIMARY KEY,"          /* with its reason and terms */
	"  record {int} NOT NULL REFERENCES record (id),"
	"  subject {text} NOT NULL,"          /* who proposes */
	"  until {int} NOT NULL,"
	"  zone {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  outcome {text} NOT NULL"           /* open, accepted, rejected, countered, moot */
	");"
	"CREATE INDEX embargo_proposal_record ON embargo_proposal (record, event);"

	/* Who answered a proposal how. case/embargo.c */
	"CREATE TABLE embargo_answer ("
	"  proposal {int} NOT NULL REFERENCES embargo_proposal (event),"
	"  subject {text} NOT NULL,"
	"  answer {text} NOT NULL,"           /* accept, reject */
	"  at {int} NOT NULL,"
	"  PRIMARY KEY (proposal, subject)"
	") {clustered};"

	/* Comments as messages: the text stands in the event. change_message.c */
	"CREATE TABLE message ("
	"  event {int} PRIMARY KEY REFERENCES event (seq),"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  thread {int} NOT NULL,"            /* the event that began it; its own where it begins one */
	"  author {text} NOT NULL,"
	"  audiences {int} NOT NULL,"         /* set of enum audience */
	"  some {int} NOT NULL,"              /* 1: those in message_to alone, beside coordinators */
	"  at {int} NOT NULL"
	");"
	"CREATE INDEX message_record ON message (record, event);"
	"CREATE INDEX message_thread ON message (thread, event);"

	"CREATE TABLE message_to ("           /* change_message.c */
	"  message {int} NOT NULL REFERENCES message (event),"
	"  subject {text} NOT NULL,"
	"  PRIMARY KEY (message, subject)"
	") {clustered};"

	/* Up to where somebody has read a record's messages. change_message.c */
	"CREATE TABLE read_mark ("
	"  record {int} NOT NULL REFERENCES record (id),"
	"  account {text} NOT NULL,"          /* person or anonymous finder */
	"  up_to {int} NOT NULL,"             /* event */
	"  PRIMARY KEY (record, account)"
	") {clustered};"

	/* Things to be done in a case. case/task.c */
	"CREATE TABLE task ("
	"  event {int} PRIMARY KEY,"          /* with its text */
	"  record {int} NOT NULL REFERENCES record (id),"
	"  subject {text} NOT NULL,"          /* whose; '' the coordinators' */
	"  due {int} NOT NULL,"               /* 0 none */
	"  done {int} NOT NULL,"              /* 0 not yet */
	"  done_by {text} NOT NULL"
	");"
	"CREATE INDEX task_record ON task (record, event);";
