/* What a notice becomes besides a line in the inbox: mail at once or in a digest, and calls of webhooks. */
#include "tables.h"

const char migration_notices[] =
	/* That something happened to a record which concerns somebody, or to their account: made anew, since it knows its sort now, and may be about no
	 * record. account/notice.c */
	"CREATE TABLE notice_made_anew ("
	"  id {id},"
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  sort {text} NOT NULL,"             /* reports, cases … : account/notice_setting.h */
	"  record {int} REFERENCES record (id)," /* NULL: it is about the account */
	"  event {int} REFERENCES event (seq),"  /* likewise */
	"  what {text} NOT NULL,"             /* about the account: the action of the audit log, 'webhook.off'; '' about a record */
	"  at {int} NOT NULL,"
	"  read {int} NOT NULL,"              /* 1: was read */
	"  mail {text} NOT NULL,"             /* waits to be mailed: now, daily, weekly; '' does not (any more) */
	"  UNIQUE (account, event)"
	");"
	"INSERT INTO notice_made_anew (id, account, sort, record, event, what, at, read, mail) "
	"SELECT id, account, 'records', record, event, '', at, read, '' FROM notice;"
	"DROP TABLE notice;"
	"ALTER TABLE notice_made_anew RENAME TO notice;"
	"CREATE INDEX notice_account ON notice (account, read, id);"
	"CREATE INDEX notice_record ON notice (account, record);"
	"CREATE INDEX notice_mail ON notice (mail, account, at) WHERE mail <> '';"

	/* How somebody wants notices of a sort mailed. No row: as account/notice_setting.c says for all. account/notice_setting.c */
	"CREATE TABLE notice_setting ("
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  sort {text} NOT NULL,"
	"  mail {text} NOT NULL,"             /* off, now, daily, weekly */
	"  PRIMARY KEY (account, sort)"
	") {clustered};"

	/* When somebody wants their digests. No row: at 8, on Mondays. account/notice_setting.c */
	"CREATE TABLE notice_digest ("
	"  account {text} PRIMARY KEY REFERENCES account (uid),"
	"  hour {int} NOT NULL,"              /* 0 to 23, in the account's time zone */
	"  weekday {int} NOT NULL"            /* of the weekly one: 1 Monday to 7 Sunday */
	") {clustered};"

	/* Addresses that are told of events. webhook/webhook.c */
	"CREATE TABLE webhook ("
	"  id {text} PRIMARY KEY,"            /* random */
	"  owner {text} NOT NULL,"            /* uid of a person or an organization; '' the hub: told of what is public */
	"  url {text} NOT NULL,"
	"  note {text} NOT NULL,"             /* what its owner calls it */
	"  types {text} NOT NULL,"            /* of events, with commas; '' all */
	"  kinds {text} NOT NULL,"            /* of records, with commas; '' all */
	"  secret {bytes} NOT NULL,"          /* sealed (hub/seal.h) */
	"  secret_before {bytes},"            /* signs too until it ends; NULL: none */
	"  secret_before_ends {int} NOT NULL,"
	"  enabled {int} NOT NULL,"
	"  problem {text} NOT NULL,"          /* why it was switched off: gone, failing; '' by its owner, or it is on */
	"  seen {int} NOT NULL,"              /* events up to this were looked at for it */
	"  failing {int} NOT NULL,"           /* since when no call went well; 0: the last one did */
	"  busy {int} NOT NULL,"              /* a call is under way until then at the latest, or it asked to be left alone; 0 no */
	"  missed {int} NOT NULL,"            /* events that it was not told of since too many waited */
	"  created {int} NOT NULL,"
	"  created_by {text} NOT NULL"        /* actor */
	") {clustered};"
	"CREATE INDEX webhook_owner ON webhook (owner, created);"

	/* A call of a webhook: what waits, and the log. webhook/ */
	"CREATE TABLE delivery ("
	"  id {text} PRIMARY KEY,"            /* random: webhook-id, the same at each attempt */
	"  webhook {text} NOT NULL REFERENCES webhook (id),"
	"  record {int},"                     /* NULL: a test */
	"  event {int},"
	"  type {text} NOT NULL,"             /* record.moved … */
	"  payload {bytes} NOT NULL,"         /* as it is sent: identifiers and links; what the public may read of a public record */
	"  created {int} NOT NULL,"
	"  state {text} NOT NULL,"            /* waiting, delivered, failed, dropped: its owner may no longer know of it */
	"  due {int} NOT NULL,"               /* of the next attempt */
	"  attempts {int} NOT NULL,"
	"  at {int} NOT NULL,"                /* of the last attempt, likewise the next four; 0: there was none */
	"  status {int} NOT NULL,"            /* of the answer; 0 none */
	"  took {int} NOT NULL,"              /* milliseconds */
	"  problem {text} NOT NULL,"          /* why there was no answer; '' */
	"  answer {text} NOT NULL"            /* the first 1 kB of it, made text */
	") {clustered};"
	"CREATE INDEX delivery_webhook ON delivery (webhook, created);"
	"CREATE INDEX delivery_due ON delivery (due) WHERE state = 'waiting';"
	"CREATE INDEX delivery_record ON delivery (record);";
