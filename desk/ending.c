#include "ending.h"

#include <pthread.h>

void ending_block(struct ending *e) {
	sigemptyset(&e->which);
	sigaddset(&e->which, SIGINT);
	sigaddset(&e->which, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &e->which, &e->before);
}

void ending_wait(const struct ending *e) {
	int which;
	while (sigwait(&e->which, &which) != 0) continue;
	ending_restore(e);
}

void ending_restore(const struct ending *e) {
	pthread_sigmask(SIG_SETMASK, &e->before, NULL);
}
