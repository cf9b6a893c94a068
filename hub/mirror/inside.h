/* For hub/mirror/ alone. */
#pragma once
#include "hub/mirror/mirror.h"
#include "lib/json/json.h"
#include "lib/tlog/folder.h"

struct mirroring {
	const struct mirror_request *r;
	struct mirror_result *out;
	struct arena *kept; /* of the result */
	struct arena *a;    /* of the run */
	const char *staging;
	struct tlog_key key;        /* that the hub's checkpoint is signed by */
	bool other;                 /* somebody gave it, and another was kept: the log must say that it takes that one's place */
	struct str kept_key;        /* that was kept, or given for the first time; "" neither */
	struct str now;             /* to which key the log leads from the one that was kept, or from its first; "" it said none yet */
	struct str *before;         /* the keys that others took the place of, newest first */
	size_t before_n;
	struct tlog_checkpoint theirs;
	struct tlog_head old;
	uint64_t said; /* up to which leaf what the log says was taken */
	struct err *e;
};

const char *mirror_path(struct mirroring *m, const char *below);
/* Fetches url + paths into staging, where they are not there already; each must be answered with 200 unless `some` may be missing, whose statuses are told. */
enum err_code mirror_fetch(struct mirroring *m, const struct str *paths, size_t n, size_t max, int *statuses, struct err *e) must_use;

/* key.c: which key the log has. mirror.json is read and written here. */
enum err_code mirror_read_kept(struct mirroring *m) must_use;
enum err_code mirror_write_kept(struct mirroring *m) must_use;
/* A statement that was verified: where the log says in it that another key takes the place of the one that is known, that is known from now on. */
void mirror_follow(struct mirroring *m, const struct json *statement);
/* After the statements: what the key is now. ERR_FORBIDDEN: the one that was given, or that signs, is not the one that the log leads to. */
enum err_code mirror_settle_key(struct mirroring *m) must_use;
/* The checkpoint that is here, by any key that was known. */
enum err_code mirror_read_here(struct mirroring *m, struct tlog_checkpoint *out) must_use;

/* log.c: brings DIR/log to the hub's checkpoint, without the checkpoint itself; says in m->out whether it is stale or forked. */
enum err_code mirror_log(struct mirroring *m) must_use;
/* Two checkpoints of the log that don't go together: this one of the hub's, and the one that is here. */
enum err_code mirror_keep_fork(struct mirroring *m, struct str theirs) must_use;
/* cosigned.c: DIR/log/checkpoint.cosigned, where the hub has one. A fork where it is of another history. */
enum err_code mirror_cosigned(struct mirroring *m) must_use;
/* records.c: statements and records under the log that is here. */
enum err_code mirror_records(struct mirroring *m) must_use;
