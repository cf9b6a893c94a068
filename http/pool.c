#include "inside.h"
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

struct pool {
	struct pool_config config;
	pthread_mutex_t lock;
	pthread_cond_t work, state; /* a job or the end; a worker that started or ended */
	struct exchange *first, *last;
	unsigned waiting, busy;
	unsigned started, ended;
	bool closed;
	enum err_code refused; /* the first worker that could not start */
	struct err why;
	pthread_t *threads;
	unsigned n_threads;
};

static struct exchange *next_job(struct pool *p) {
	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->closed) pthread_cond_wait(&p->work, &p->lock);
	struct exchange *job = p->first;
	if (job) {
		p->first = job->next;
		if (!p->first) p->last = NULL;
		job->next = NULL;
		p->waiting--;
		p->busy++;
	}
	pthread_mutex_unlock(&p->lock);
	return job;
}

static void *work(void *argument) {
	struct pool *p = argument;
	void *worker = NULL;
	struct err e = {0};
	enum err_code code = p->config.start ? p->config.start(p->config.context, &worker, &e) : ERR_OK;
	pthread_mutex_lock(&p->lock);
	p->started++;
	if (code && !p->refused) {
		p->refused = code;
		p->why = e;
	}
	pthread_cond_broadcast(&p->state);
	pthread_mutex_unlock(&p->lock);
	struct exchange *job;
	while (!code && (job = next_job(p))) {
		p->config.run(p->config.context, worker, job);
		pthread_mutex_lock(&p->lock);
		p->busy--;
		pthread_mutex_unlock(&p->lock);
	}
	if (!code && p->config.stop) p->config.stop(p->config.context, worker);
	pthread_mutex_lock(&p->lock);
	p->ended++;
	pthread_cond_broadcast(&p->state);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool start_threads(struct pool *p) {
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (p->n_threads < p->config.workers && !pthread_create(&p->threads[p->n_threads], NULL, work, p)) p->n_threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->n_threads == p->config.workers;
}

enum err_code pool_start(const struct pool_config *config, struct pool **out, struct err *e) {
	struct pool *p = calloc(1, sizeof *p);
	pthread_t *threads = calloc(config->workers, sizeof *threads);
	if (!p || !threads) {
		free(p);
		free(threads);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*p = (struct pool){.config = *config, .threads = threads};
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->state, &monotonic);
	pthread_condattr_destroy(&monotonic);
	bool all = start_threads(p);
	pthread_mutex_lock(&p->lock);
	while (p->started < p->n_threads) pthread_cond_wait(&p->state, &p->lock);
	enum err_code code = p->refused;
	pthread_mutex_unlock(&p->lock);
	if (all && !code) {
		*out = p;
		return ERR_OK;
	}
	if (e && code) *e = p->why;
	pool_close(p);
	if (pool_join(p, INT64_MAX)) pool_free(p);
	return code ? code : err_set(e, ERR_MEMORY, "the worker threads can't be started");
}

bool pool_has_room(struct pool *p) {
	pthread_mutex_lock(&p->lock);
	/* Those that an idle worker is about to take don't wait for one. */
	uint64_t most = (uint64_t)p->config.room + p->config.workers - p->busy;
	bool room = !p->closed && p->waiting < most;
	pthread_mutex_unlock(&p->lock);
	return room;
}

bool pool_push(struct pool *p, struct exchange *job) {
	pthread_mutex_lock(&p->lock);
	bool open = !p->closed;
	if (open) {
		job->next = NULL;
		if (p->last) p->last->next = job;
		else p->first = job;
		p->last = job;
		p->waiting++;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return open;
}

unsigned pool_busy(const struct pool *p) {
	struct pool *unlocked = (struct pool *)(uintptr_t)p;
	pthread_mutex_lock(&unlocked->lock);
	unsigned busy = p->busy;
	pthread_mutex_unlock(&unlocked->lock);
	return busy;
}

void pool_close(struct pool *p) {
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	struct exchange *job = p->first;
	p->first = p->last = NULL;
	p->waiting = 0;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	while (job) {
		struct exchange *next = job->next;
		job->next = NULL;
		p->config.refuse(p->config.context, job);
		job = next;
	}
}

bool pool_join(struct pool *p, moment until) {
	struct timespec at = {.tv_sec = until / SECOND, .tv_nsec = until % SECOND * 1000};
	pthread_mutex_lock(&p->lock);
	int late = 0;
	while (p->ended < p->n_threads && !late) {
		if (until == INT64_MAX) pthread_cond_wait(&p->state, &p->lock);
		else late = pthread_cond_timedwait(&p->state, &p->lock, &at) == ETIMEDOUT;
	}
	bool all = p->ended == p->n_threads;
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++) {
		if (all) pthread_join(p->threads[i], NULL);
		else pthread_detach(p->threads[i]);
	}
	return all;
}

void pool_free(struct pool *p) {
	if (!p) return;
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->state);
	free(p->threads);
	free(p);
}
