/* What the files of an import share: import.c (files, threads, the writer), import_step.c (steps for the writer), import_party.c (organizations and systems that records name),
 * import_record.c (records). Nobody else includes it. */
#pragma once
#include "exchange/import.h"

#include <pthread.h>

#include "hub/disclose.h"
#include "lib/digest/digest.h"

enum { ITEM_CAP = 1 << 30 };

/* ---- what a reader's thread hands to the writer ---- */

enum outcome { CREATED, REVISED, UNCHANGED, REJECTED, PARTY };

struct step {
	enum outcome outcome;      /* as far as it is known before the commit */
	struct prepared *prepared; /* NULL: nothing to write */
	const char *path;
	const char *reason;
	const struct draft *draft; /* of a record; NULL: a party */
};

struct item {
	struct arena *a;
	struct step *steps;
	size_t n, room;
	struct item *next;
	size_t files;
};

/* A change that must wait until all else is written. */
struct later {
	struct change change;
	struct str name;           /* instead: what the organization or system of the key change.record is properly called */
	struct later *next;
};

struct seen {
	struct sha256 digest;
	const char *path;
};

struct import {
	struct hub *hub;
	const struct format *format;
	const struct import_options *options;
	struct file_list files;
	struct str actor;
	struct import_report *report;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next_file, files_done;
	size_t turn;               /* of the file whose parties may be claimed: in the order of the files, whatever thread is faster */
	int readers;               /* still at work */
	struct item *first, **last;
	int queued;
	bool stop;
	enum err_code code;        /* of a reader that could not go on */
	struct err err;
	struct arena *shared;      /* under the lock: what follows */
	struct map claimed;        /* party keys of this run */
	struct map ids;            /* source ids of this run → struct seen */
	struct later *later;
};

/* One reader's thread. */
struct reader {
	struct import *im;
	struct db *db;
	struct item *item;
	size_t file;               /* its number; SIZE_MAX once its turn is over */
	struct err e;
};

/* ---- import_step.c: what both parts need ---- */
struct step *import_step(struct reader *r, enum outcome outcome, struct prepared *p, const char *path, const char *reason);
void import_reject(struct reader *r, const char *path, struct str place, const struct err *e);
/* The operator's, with the item's arena. */
struct disclosing import_view(struct reader *r);
struct change import_change(struct reader *r, enum change_op op);
const struct change_link *import_links(struct arena *a, const struct draft_link *links, size_t n);
enum err_code import_prepare(struct reader *r, const struct change *c, enum outcome outcome, const char *path) must_use;
/* Until all else is written; name as in struct later. */
void import_put_off(struct reader *r, struct change c, struct str name);
/* Errors that end the import, rather than one file. */
bool import_fatal(enum err_code code);

/* ---- import_party.c ---- */
struct claimed {
	bool mine, again;
};
/* Claims all parties of a file when its turn has come, and lets the next file have its own. Once a file, also for one that has none or
 * could not be read. */
void import_claim_in_turn(struct reader *r, struct draft_party *const *parties, size_t n, struct claimed *out, size_t files);
enum err_code import_party(struct reader *r, const struct draft_party *p, struct claimed claimed, const char *path) must_use;
/* Makes l->change give the record its proper name, as it stands now. False when there is nothing to correct any more, or the name was
 * written here. */
bool import_correct_name(struct import *im, struct db *db, struct arena *a, struct later *l);

/* ---- import_record.c ---- */
enum err_code import_record(struct reader *r, const struct draft *d, const char *path) must_use;
/* One that this run or an earlier one has had. */
enum err_code import_known(struct reader *r, const struct draft *d, const struct sha256 *digest, const char *where) must_use;
