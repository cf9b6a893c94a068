/* Importing: files of a foreign format into a hub, through the door in.
 *
 * Idempotent: what came before and is the same is left alone; what changed at its source is merged, field by field, with what was
 * changed here since (a field changed on both sides keeps what it has here). One wrong file is named with its reason while the rest goes
 * in. Readers run on all processors; batches are committed as they come, so an import that was killed has kept what it had committed,
 * and running it again completes it. */
#pragma once
#include "exchange/format.h"
#include "hub/change.h"

struct rejection {
	const char *path; /* "file.json" or "file.csv: row 12" */
	const char *reason;
};

struct import_report {
	int64_t read;      /* records that the source has: created + updated + unchanged + rejected */
	int64_t created, updated, unchanged, rejected;
	int64_t parties;   /* organizations and systems that became records on the way */
	double seconds;
	struct rejection *rejections;
	size_t rejections_n;
	struct arena *a;   /* of the rejections; free with import_report_free */
};
void import_report_free(struct import_report *r);

struct import_options {
	int threads;       /* 0: as many as processors */
	void (*progress)(void *arg, int64_t files_done, int64_t files, const struct import_report *so_far);
	void *arg;
};

/* paths: files, or folders that are searched for files with the format's suffix. What is returned is of the whole: ERR_NOT_FOUND (a path
 * that isn't there, nothing to read), ERR_STORAGE …; the report says what went in before. */
enum err_code import_run(struct hub *h, const struct format *format, const char *const *paths, size_t n,
	const struct import_options *options, struct import_report *out, struct err *e) must_use;
