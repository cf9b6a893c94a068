/* What a hub stands on: records and what hangs on them. */
#include "tables.h"

const char migration_ground[] =
	/* Facts about the hub itself. hub.c */
	"CREATE TABLE setting ("
	"  name {text} PRIMARY KEY,"
	"  value {text} NOT NULL"
	") {clustered};"

	/* One row a record, whatever its kind; its body stands in revision. change_store.c */
	"CREATE TABLE record ("
	"  id {id},"
	"  uid {text} NOT NULL UNIQUE,"       /* R-7KQ2-M9XD: random, for ever */
	"  kind {text} NOT NULL,"
	"  state {text} NOT NULL,"
	"  revision {int} NOT NULL,"          /* the newest */
	"  public_id {text} NOT NULL,"        /* what it is called: number, else its source's identifier, else the uid */
	"  number {text} UNIQUE,"             /* given at publication, never reused; NULL before */
	"  visibility {bytes},"               /* rules of its own: canonical JSON, pointer to audiences; NULL: the kind's alone */
	"  created {int} NOT NULL,"           /* microseconds since 1970, as every time here */
	"  updated {int} NOT NULL,"
	"  created_by {text} NOT NULL"        /* actor */
	");"
	"CREATE INDEX record_kind ON record (kind, state, id);"

	/* What a record said at each of its revisions. change_store.c */
	"CREATE TABLE revision ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  number {int} NOT NULL,"            /* 1, 2, 3 … */
	"  body {bytes} NOT NULL,"            /* canonical JSON (RFC 8785); encrypted where key_id is given */
	"  body_root {bytes} NOT NULL,"       /* commitment to the fields: hub/commitment.h */
	"  salt_seed {bytes} NOT NULL,"       /* from which the fields' salts come */
	"  key_id {text},"                    /* of the record's key; NULL: not encrypted */
	"  actor {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  UNIQUE (record, number)"
	");"

	/* What happened to a record, in order. Never changed. change_store.c */
	"CREATE TABLE event ("
	"  seq {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  type {text} NOT NULL,"             /* create, revise, move, link, unlink, comment, attach, reveal */
	"  actor {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  revision {int} NOT NULL,"          /* in force after it */
	"  state {text} NOT NULL,"            /* likewise */
	"  detail {bytes},"                   /* canonical JSON: move and reason, relation and target, … */
	"  digest_before {bytes},"            /* SHA-256 of the canonical body before and after; NULL where the body did not change */
	"  digest_after {bytes}"
	");"
	"CREATE INDEX event_record ON event (record, seq);"

	/* Names by which a record is found besides its uid, as folded by name_folded. change_store.c */
	"CREATE TABLE name ("
	"  name {text} NOT NULL,"
	"  role {text} NOT NULL,"             /* number; source: what its source calls it; alias; key: natural key of a party or product; crosswalk: a term
	                                      * of another vocabulary that it stands for */
	"  record {int} NOT NULL REFERENCES record (id),"
	"  shown {int} NOT NULL,"             /* 1 where the public may find the record by it */
	"  PRIMARY KEY (name, role, record)"
	") {clustered};"
	"CREATE INDEX name_record ON name (record);"

	/* Typed links; readable from both ends. change_store.c */
	"CREATE TABLE link ("
	"  id {id},"
	"  source {int} NOT NULL REFERENCES record (id),"
	"  rel {text} NOT NULL,"
	"  target {int} NOT NULL REFERENCES record (id),"
	"  actor {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  UNIQUE (source, rel, target)"
	");"
	"CREATE INDEX link_target ON link (target, rel, source);"

	/* Links whose target nobody here is called yet: made when somebody is. A row stays while only an alias is so called, since the link
	 * then goes over to who is called so by its source; a row about a crosswalk stays for ever, since more records may come to stand
	 * behind it. change_store.c */
	"CREATE TABLE awaited ("
	"  name {text} NOT NULL,"             /* folded */
	"  source {int} NOT NULL REFERENCES record (id),"
	"  rel {text} NOT NULL,"
	"  PRIMARY KEY (name, source, rel)"
	") {clustered};"

	/* Organizations and persons with a role on a record. change_store.c */
	"CREATE TABLE party ("
	"  record {int} NOT NULL REFERENCES record (id),"
	"  subject {text} NOT NULL,"          /* actor, or uid of an organization */
	"  role {text} NOT NULL,"             /* owner, party, … */
	"  at {int} NOT NULL,"
	"  PRIMARY KEY (record, subject, role)"
	") {clustered};"

	/* Where a record of another system came from, in the form in which it came. change_store.c */
	"CREATE TABLE origin ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  system {text} NOT NULL,"           /* avid, aiid, atlas, osv, cve, csaf, polder */
	"  source_id {text} NOT NULL,"
	"  mapping {int} NOT NULL,"           /* version of our reading of it */
	"  digest {bytes} NOT NULL,"          /* SHA-256 of the fetched form */
	"  fetched {bytes} NOT NULL,"         /* Zstandard */
	"  licence {text},"
	"  at {int} NOT NULL,"
	"  UNIQUE (system, source_id)"
	");"

	/* Files of a record; their bytes lie in files/ under their SHA-256. change_store.c */
	"CREATE TABLE attachment ("
	"  id {id},"
	"  record {int} NOT NULL REFERENCES record (id),"
	"  sha256 {text} NOT NULL,"
	"  name {text} NOT NULL,"
	"  media_type {text} NOT NULL,"
	"  size {int} NOT NULL,"
	"  audiences {int} NOT NULL,"         /* set of enum audience */
	"  actor {text} NOT NULL,"
	"  at {int} NOT NULL,"
	"  UNIQUE (record, sha256, name)"
	");"

	/* The projection for the public: all that public pages, lists, search and feeds are made of. change_public.c */
	"CREATE TABLE public ("
	"  record {int} PRIMARY KEY REFERENCES record (id),"
	"  kind {text} NOT NULL,"
	"  state {text} NOT NULL,"
	"  body {bytes} NOT NULL,"            /* canonical JSON */
	"  etag {text} NOT NULL,"
	"  headline {text} NOT NULL,"
	"  summary {text} NOT NULL,"
	"  excerpt {text} NOT NULL,"          /* the first of what is searched, for snippets */
	"  sort {text} NOT NULL,"             /* the date that matters, else of publication: YYYY[-MM[-DD]] */
	"  published {int} NOT NULL,"
	"  updated {int} NOT NULL"            /* of the last change that shows here */
	");"
	"CREATE INDEX public_kind ON public (kind, sort, record);"
	"CREATE INDEX public_sort ON public (sort, record);"
	"CREATE INDEX public_updated ON public (updated, record);"

	/* What lists and searches narrow by; public text only. change_public.c */
	"CREATE TABLE facet ("
	"  record {int} NOT NULL,"
	"  name {text} NOT NULL,"             /* state, year, use, system, organization, and the kind's own */
	"  value {text} NOT NULL,"            /* text, or the uid of a record */
	"  kind {text} NOT NULL,"
	"  sort {text} NOT NULL,"
	"  PRIMARY KEY (record, name, value)"
	") {clustered};"
	"CREATE INDEX facet_value ON facet (name, value, kind, sort, record);"

	/* How many public records have a facet's value; name '' counts the kind. change_public.c */
	"CREATE TABLE facet_count ("
	"  kind {text} NOT NULL,"
	"  name {text} NOT NULL,"
	"  value {text} NOT NULL,"
	"  n {int} NOT NULL,"
	"  PRIMARY KEY (kind, name, value)"
	") {clustered};"

	/* Folded words of public projections (hub/fold.h), by weight. change_public.c */
	"CREATE TABLE search_text ("
	"  id {id},"                          /* the record's */
	"  title {text} NOT NULL,"
	"  high {text} NOT NULL,"
	"  body {text} NOT NULL,"
	"  marks {text} NOT NULL"             /* names by which it is found, and kind, state, year as words to narrow by */
	");";

const char migration_ground_sqlite[] =
	"CREATE VIRTUAL TABLE search USING fts5 (title, high, body, marks, content='search_text', content_rowid='id',"
	"  tokenize='ascii', prefix='3');"
	"INSERT INTO search (search, rank) VALUES ('automerge', 8);"
	/* Titles and names once more, alone: to find those among a common word's many records, FTS5 would read all of them. */
	"CREATE VIRTUAL TABLE search_title USING fts5 (title, marks, content='search_text', content_rowid='id',"
	"  tokenize='ascii', prefix='3');";
