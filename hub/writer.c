#include "writer.h"

#include <pthread.h>

struct job {
	enum err_code (*fn)(struct db *, void *, struct err *);
	void *arg;
	struct job *next;
	enum err_code code;
	struct err err;
	bool done;
};

struct writer {
	pthread_mutex_t lock;
	pthread_cond_t finished;
	struct job *first, **last;
	bool working;
	struct db *db;
};

enum err_code writer_new(struct writer **out, const char *database, struct err *e) {
	struct writer *w = calloc(1, sizeof *w);
	if (!w) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = db_open(&w->db, database, DB_WRITE, e);
	if (code) {
		free(w);
		return code;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->finished, NULL);
	w->last = &w->first;
	*out = w;
	return ERR_OK;
}

void writer_free(struct writer *w) {
	if (!w) return;
	db_close(w->db);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->finished);
	free(w);
}

static void run_all(struct db *db, struct job *jobs) {
	struct err e = {0};
	enum err_code code = db_begin(db, &e);
	for (struct job *j = jobs; j && !code; j = j->next) code = j->fn(db, j->arg, &e);
	if (!code)
		code = db_commit(db, &e);
	else
		db_rollback(db);
	for (struct job *j = jobs; j; j = j->next) {
		j->code = code;
		j->err = e;
	}
}

enum err_code writer_run(struct writer *w, enum err_code (*fn)(struct db *, void *, struct err *), void *arg, struct err *e) {
	struct job job = {.fn = fn, .arg = arg};
	pthread_mutex_lock(&w->lock);
	*w->last = &job;
	w->last = &job.next;
	while (!job.done) {
		if (w->working) {
			pthread_cond_wait(&w->finished, &w->lock);
			continue;
		}
		struct job *jobs = w->first;
		w->first = NULL;
		w->last = &w->first;
		w->working = true;
		pthread_mutex_unlock(&w->lock);
		run_all(w->db, jobs);
		pthread_mutex_lock(&w->lock);
		for (struct job *j = jobs, *next; j; j = next) {
			next = j->next; /* a job is gone once its owner sees `done` */
			j->done = true;
		}
		w->working = false;
		pthread_cond_broadcast(&w->finished);
	}
	pthread_mutex_unlock(&w->lock);
	if (job.code && e) *e = job.err;
	return job.code;
}

/* ---- one change alone ---- */

struct alone {
	enum err_code (*fn)(struct db *, void *, struct err *);
	void *arg;
	enum err_code code;
	struct err err;
};

static bool whole_failed(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_MEMORY;
}

static enum err_code in_savepoint(struct db *db, void *arg, struct err *e) {
	struct alone *job = arg;
	enum err_code code = db_savepoint(db, e);
	if (code) return code;
	job->err = (struct err){0};
	job->code = job->fn(db, job->arg, &job->err);
	if (!job->code) return db_release(db, e);
	if (whole_failed(job->code)) {
		if (e) *e = job->err;
		return job->code;
	}
	db_rollback_to(db);
	return ERR_OK;
}

enum err_code writer_change(struct writer *w, enum err_code (*fn)(struct db *db, void *arg, struct err *e), void *arg, struct err *e) {
	struct alone job = {.fn = fn, .arg = arg};
	enum err_code code = writer_run(w, in_savepoint, &job, e);
	if (!code && job.code && e) *e = job.err;
	return code ? code : job.code;
}
