#include "watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>

struct watched {
	struct watched *next, *previous;
	int fd;
	_Atomic moment deadline;
};

struct watch {
	pthread_mutex_t lock;
	pthread_cond_t end;
	pthread_t thread;
	struct watched *first;
	_Atomic size_t count;
	bool stopping;
};

static const moment look_every = SECOND / 2;

static void shut_late(struct watch *w, moment now_is) {
	for (struct watched *c = w->first; c; c = c->next) {
		moment deadline = atomic_load_explicit(&c->deadline, memory_order_relaxed);
		if (deadline && now_is > deadline) shutdown(c->fd, SHUT_RDWR);
	}
}

static void *look(void *argument) {
	struct watch *w = argument;
	pthread_mutex_lock(&w->lock);
	while (!w->stopping) {
		moment next = stopwatch() + look_every;
		struct timespec at = {.tv_sec = next / SECOND, .tv_nsec = next % SECOND * 1000};
		pthread_cond_timedwait(&w->end, &w->lock, &at);
		shut_late(w, stopwatch());
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

enum err_code watch_start(struct watch **out, struct err *e) {
	struct watch *w = calloc(1, sizeof *w);
	if (!w) return err_set(e, ERR_MEMORY, "out of memory");
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->end, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&w->thread, NULL, look, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		free(w);
		return err_errno(e, failed, "a thread can't be started");
	}
	*out = w;
	return ERR_OK;
}

void watch_stop(struct watch *w) {
	if (!w) return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->end);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->end);
	free(w);
}

struct watched *watch_add(struct watch *w, int fd) {
	struct watched *c = calloc(1, sizeof *c);
	if (!c) return NULL;
	c->fd = fd;
	pthread_mutex_lock(&w->lock);
	c->next = w->first;
	if (w->first) w->first->previous = c;
	w->first = c;
	w->count++;
	pthread_mutex_unlock(&w->lock);
	return c;
}

void watch_remove(struct watch *w, struct watched *c) {
	if (!c) return;
	pthread_mutex_lock(&w->lock);
	if (c->previous) c->previous->next = c->next;
	else w->first = c->next;
	if (c->next) c->next->previous = c->previous;
	w->count--;
	pthread_mutex_unlock(&w->lock);
	free(c);
}

void watch_until(struct watched *c, moment deadline) {
	if (c) atomic_store_explicit(&c->deadline, deadline, memory_order_relaxed);
}

size_t watch_count(const struct watch *w) {
	return w->count;
}

void watch_shut_all(struct watch *w) {
	pthread_mutex_lock(&w->lock);
	for (struct watched *c = w->first; c; c = c->next) shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&w->lock);
}
