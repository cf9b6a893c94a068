/* Persons, and what they keep here. */
#include "tables.h"

const char migration_accounts[] =
	/* Persons who can sign in. Never deleted: their uid stands in records. account/account.c; totp and totp_*: account/totp.c */
	"CREATE TABLE account ("
	"  uid {text} PRIMARY KEY,"           /* U-7KQ2-M9XD: random, for ever */
	"  login {text} NOT NULL UNIQUE,"     /* in small letters */
	"  name {text} NOT NULL,"             /* as shown */
	"  email {text} NOT NULL,"            /* as written */
	"  email_folded {text} NOT NULL UNIQUE," /* in small letters: what is compared */
	"  time_zone {text} NOT NULL,"        /* IANA name */
	"  password {text},"                  /* Argon2id, in its PHC string form; NULL: none yet */
	"  totp {bytes},"                     /* secret of the second factor, sealed (hub/seal.h); NULL: there is none */
	"  totp_pending {bytes},"             /* sealed secret that waits for its first code */
	"  totp_step {int} NOT NULL,"         /* the step whose code was used last: none up to it is taken again */
	"  suspended {int} NOT NULL,"         /* 1: can't sign in */
	"  created {int} NOT NULL,"
	"  seen {int} NOT NULL"               /* last sign-in or use, to five minutes; 0 never */
	") {clustered};"

	/* Codes that stand in for the second factor, each once. account/totp.c */
	"CREATE TABLE recovery ("
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  digest {bytes} NOT NULL,"          /* SHA-256 of the code */
	"  used {int} NOT NULL,"              /* when; 0 not yet */
	"  PRIMARY KEY (account, digest)"
	") {clustered};"

	/* Who is signed in, by browser. account/session.c */
	"CREATE TABLE session ("
	"  id {text} PRIMARY KEY,"            /* to name it by; no secret */
	"  digest {bytes} NOT NULL UNIQUE,"   /* SHA-256 of the token that the browser keeps */
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  pending {int} NOT NULL,"           /* 1: the second factor is still to be given */
	"  created {int} NOT NULL,"
	"  seen {int} NOT NULL,"              /* last use, to five minutes */
	"  proven {int} NOT NULL,"            /* when password or second factor were last given */
	"  address {text} NOT NULL,"          /* from which it was begun */
	"  agent {text} NOT NULL,"            /* the browser's short name */
	"  second_factor {text} NOT NULL"     /* '', totp, recovery, oidc */
	") {clustered};"
	"CREATE INDEX session_account ON session (account, created);"

	/* Tokens of the API. account/token.c */
	"CREATE TABLE token ("
	"  id {text} PRIMARY KEY,"
	"  digest {bytes} NOT NULL UNIQUE,"   /* SHA-256 of its text */
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  name {text} NOT NULL,"             /* what its owner calls it */
	"  start {text} NOT NULL,"            /* the first eight letters, to tell it from others */
	"  scopes {int} NOT NULL,"            /* set of enum scope */
	"  created {int} NOT NULL,"
	"  expires {int} NOT NULL,"
	"  used {int} NOT NULL"               /* last use, to five minutes; 0 never */
	") {clustered};"
	"CREATE INDEX token_account ON token (account, created);"

	/* Who belongs to which organization, in one role each. account/member.c */
	"CREATE TABLE membership ("
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  organization {text} NOT NULL,"     /* uid of a record; '' is the hub itself */
	"  role {text} NOT NULL,"             /* owner, coordinator, adjudicator, member, guest */
	"  since {int} NOT NULL,"
	"  PRIMARY KEY (account, organization)"
	") {clustered};"
	"CREATE INDEX membership_organization ON membership (organization, account);"

	/* What may be done once by whoever has the code: joining, setting a new password. account/invitation.c, account/reset.c */
	"CREATE TABLE code ("
	"  id {text} PRIMARY KEY,"
	"  digest {bytes} NOT NULL UNIQUE,"   /* SHA-256 of the code */
	"  purpose {text} NOT NULL,"          /* invitation, reset; sign-in: the state of one by a provider, used up */
	"  account {text} REFERENCES account (uid)," /* whose password is reset; NULL for an invitation */
	"  email {text} NOT NULL,"            /* to which it was sent */
	"  organization {text} NOT NULL,"     /* of an invitation: uid, '' the hub */
	"  role {text} NOT NULL,"             /* of an invitation; '' none */
	"  inviter {text} NOT NULL,"          /* actor; '' for a reset that somebody asked for */
	"  created {int} NOT NULL,"
	"  expires {int} NOT NULL,"
	"  used {int} NOT NULL"               /* when; 0 not yet */
	") {clustered};"
	"CREATE INDEX code_organization ON code (organization, purpose, created);"

	/* Accounts as other authorities know them (OpenID Connect). account/identity.c */
	"CREATE TABLE identity ("
	"  issuer {text} NOT NULL,"           /* address of the provider, as in its tokens */
	"  subject {text} NOT NULL,"          /* what it calls the person: never given to another */
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  created {int} NOT NULL,"
	"  PRIMARY KEY (issuer, subject)"
	") {clustered};"
	"CREATE INDEX identity_account ON identity (account);"

	/* What was done with accounts, by whom, from where. Only added to. account/audit.c */
	"CREATE TABLE audit ("
	"  seq {id},"
	"  at {int} NOT NULL,"
	"  actor {text} NOT NULL,"            /* uid, 'operator', '' for somebody not signed in */
	"  address {text} NOT NULL,"          /* '' from the command line */
	"  action {text} NOT NULL,"           /* account.create, session.fail … */
	"  subject {text} NOT NULL,"          /* uid of the account or organization that it is about; '' none */
	"  detail {bytes}"                    /* canonical JSON; never a secret */
	");"
	"CREATE INDEX audit_subject ON audit (subject, seq);"
	"CREATE INDEX audit_actor ON audit (actor, seq);"

	/* Messages that wait to be sent; a row goes when its message went. mail.c */
	"CREATE TABLE mail ("
	"  id {id},"
	"  message {bytes} NOT NULL,"         /* sealed (hub/seal.h), since it may hold a code: JSON of to, subject, text */
	"  created {int} NOT NULL,"
	"  due {int} NOT NULL,"               /* when to try (again) */
	"  attempts {int} NOT NULL,"          /* that failed */
	"  problem {text} NOT NULL"           /* of the last of them; '' none */
	");"
	"CREATE INDEX mail_due ON mail (due);"

	/* What somebody typed in a form and did not finish. account/draft.c */
	"CREATE TABLE draft ("
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  name {text} NOT NULL,"             /* of the form, and of the record where it is about one */
	"  body {bytes} NOT NULL,"
	"  updated {int} NOT NULL,"
	"  PRIMARY KEY (account, name)"
	") {clustered};"

	/* Searches to come back to. account/saved_search.c */
	"CREATE TABLE saved_search ("
	"  id {id},"
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  name {text} NOT NULL,"
	"  query {text} NOT NULL,"            /* as in the address of the search's page */
	"  created {int} NOT NULL,"
	"  seen {int} NOT NULL,"              /* when its results were last looked at */
	"  UNIQUE (account, name)"
	");"

	/* That something happened to a record which concerns somebody. account/notice.c */
	"CREATE TABLE notice ("
	"  id {id},"
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  event {int} NOT NULL REFERENCES event (seq),"
	"  at {int} NOT NULL,"
	"  read {int} NOT NULL,"              /* 1: was read */
	"  UNIQUE (account, event)"
	");"
	"CREATE INDEX notice_account ON notice (account, read, id);"

	/* Answers to requests that may come again. account/idempotency.c */
	"CREATE TABLE idempotency ("
	"  account {text} NOT NULL REFERENCES account (uid),"
	"  key {text} NOT NULL,"              /* what the client sent as Idempotency-Key */
	"  digest {bytes} NOT NULL,"          /* SHA-256 of the request that it stands for */
	"  status {int} NOT NULL,"            /* of the answer; 0 while it is being worked on */
	"  answer {bytes},"
	"  at {int} NOT NULL,"
	"  PRIMARY KEY (account, key)"
	") {clustered};"
	"CREATE INDEX idempotency_at ON idempotency (at);"
	/* Parties are looked for by subject too: what a person or organization is a party to. */
	"CREATE INDEX party_subject ON party (subject, record);";
