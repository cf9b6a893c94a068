/* A bounded queue and the threads that serve it.
 *
 * Invariants: at most `room` jobs wait for a worker; each job that was taken in is either run by exactly one worker or
 * handed back by pool_close, never both. A worker runs with all signals blocked, so that they reach the program's own
 * threads. */
#pragma once
#include "base/base.h"

struct exchange;
struct pool;

struct pool_config {
	unsigned workers, room;
	void *context;
	/* In the worker's thread; start may refuse. */
	enum err_code (*start)(void *context, void **worker, struct err *e);
	void (*stop)(void *context, void *worker);
	void (*run)(void *context, void *worker, struct exchange *job);
	void (*refuse)(void *context, struct exchange *job); /* by pool_close, for those that still waited */
};

/* Returns when all workers have started, or stops them all when one of them refused. */
enum err_code pool_start(const struct pool_config *config, struct pool **out, struct err *e) must_use;
/* Only one thread pushes, so what pool_has_room said holds for its next push. */
bool pool_has_room(struct pool *p);
/* False when the pool was closed; the job stays the caller's then. */
bool pool_push(struct pool *p, struct exchange *job) must_use;
unsigned pool_busy(const struct pool *p);

/* Takes no more jobs and refuses those that wait. */
void pool_close(struct pool *p);
/* Waits for the workers until the stopwatch says `until`. False when one is still at work: it is left alone, and the
 * pool must not be freed. */
bool pool_join(struct pool *p, moment until) must_use;
void pool_free(struct pool *p);
