/* Another program, fed and read until it ends: our own helpers, which stand beside this one. */
#pragma once
#include <stdatomic.h>
#include "arena.h"
#include "err.h"
#include "str.h"

struct child {
	const char *path;
	const char *const *arguments; /* behind the path, NULL at the end; NULL: none */
	struct str input;             /* of its standard input, which ends behind it */
	size_t max;                   /* most bytes that it may answer */
	int milliseconds;             /* that it may take; 0: as long as it wants */
	const atomic_bool *cancelled; /* may be NULL */
};
struct child_ended {
	struct str output;            /* its standard output, in the arena */
	int status;                   /* exit status; 128 + n where signal n ended it */
};
/* It starts as a fresh program: no signal blocked or ignored, standard error that of this one. ERR_UNSUPPORTED: it can't be started; ERR_BUSY: it took too long;
 * ERR_TOO_LARGE: it said too much; ERR_CANCELLED; in these cases it was killed. */
enum err_code child_run(struct arena *a, const struct child *c, struct child_ended *out, struct err *e) must_use;

/* The path of a program of ours: what the environment variable (may be NULL) says, else beside the running one. */
const char *child_beside(struct arena *a, const char *variable, const char *name);
