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
	struct tlog_key key;
	struct tlog_checkpoint theirs;
	struct tlog_head old;
	uint64_t said; /* up to which leaf what the log says was taken */
	struct err *e;
};

const char *mirror_path(struct mirroring *m, const char *below);
/* Fetches url + paths into staging, where they are not there already; each must be answered with 200 unless `some` may be missing, whose statuses are told. */
enum err_code mirror_fetch(struct mirroring *m, const struct str *paths, size_t n, size_t max, int *statuses, struct err *e) must_use;

/* log.c: brings DIR/log to the hub's checkpoint, without the checkpoint itself; says in m->out whether it is stale or forked. */
enum err_code mirror_log(struct mirroring *m) must_use;
/* records.c: statements and records under the log that is here. */
enum err_code mirror_records(struct mirroring *m) must_use;
