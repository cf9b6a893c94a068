#include "guard.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

static _Thread_local struct {
	uintptr_t from, to;
	volatile sig_atomic_t hurt;
} guarded;

static struct sigaction before;

/* Puts zeros in place of the pages from the fault to the mapping's end: the parser goes on, and finds nothing there. mmap is a plain system call here, which a handler may make. */
static void on_bus_error(int number, siginfo_t *info, void *context) {
	enum { PAGE = 4096 };
	uintptr_t at = (uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1);
	if (at >= guarded.from && at < guarded.to) {
		void *to = mmap((void *)at, guarded.to - at, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		guarded.hurt = 1;
		if (to != MAP_FAILED) return;
	}
	if (before.sa_flags & SA_SIGINFO && before.sa_sigaction) before.sa_sigaction(number, info, context);
	else sigaction(SIGBUS, &before, NULL); /* the read is tried again, and ends the program as it would have */
}

/* Looks each time whether the handler is still there: a library may have set its own. */
static void install(void) {
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction is = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER}, was;
	sigemptyset(&is.sa_mask);
	pthread_mutex_lock(&lock);
	if (sigaction(SIGBUS, NULL, &was) == 0 && !(was.sa_flags & SA_SIGINFO && was.sa_sigaction == on_bus_error)) {
		before = was;
		sigaction(SIGBUS, &is, NULL);
	}
	pthread_mutex_unlock(&lock);
}

void guard_begin(const void *mapping, size_t n) {
	enum { PAGE = 4096 };
	install();
	guarded.from = (uintptr_t)mapping;
	guarded.to = guarded.from + ((n + PAGE - 1) & ~(size_t)(PAGE - 1));
	guarded.hurt = 0;
}

bool guard_end(void) {
	guarded.from = guarded.to = 0;
	return !guarded.hurt;
}
