/* How a server that runs until it is told to end waits for that: SIGINT or SIGTERM. */
#pragma once
#include <signal.h>

struct ending {
	sigset_t which, before;
};
/* Blocks the signals: before the first thread starts, so that all inherit it and only the wait gets them. */
void ending_block(struct ending *e);
void ending_wait(const struct ending *e);
/* Puts back what was before; ending_wait has done so. A second signal then has its usual effect. */
void ending_restore(const struct ending *e);
