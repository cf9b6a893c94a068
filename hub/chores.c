#include "chores.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "hub/account/notice_mail.h"
#include "hub/account/session.h"
#include "hub/dispute.h"
#include "hub/case/publication.h"
#include "hub/clock.h"
#include "hub/erase.h"
#include "hub/keys.h"
#include "hub/mail.h"

#define LOOK (2 * SECOND)
#define SWEEP HOUR

struct chores {
	struct hub *hub;
	struct db *db, *terms_db;
	pthread_t thread, terms;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool stopping;
};

static void complain(const char *what, const struct err *e) {
	fprintf(stderr, "polder: %s: %s%s%s\n", what, e->message, e->detail[0] ? "; " : "", e->detail);
}

static void pause_for(struct chores *c, moment time) {
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)(time / SECOND);
	pthread_mutex_lock(&c->lock);
	while (!atomic_load(&c->stopping) && pthread_cond_timedwait(&c->changed, &c->lock, &end) != ETIMEDOUT) continue;
	pthread_mutex_unlock(&c->lock);
}

/* A thread of its own: what ends at its hour must not wait for a slow mail server. */
static void *keep_terms(void *arg) {
	struct chores *c = arg;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		if (publication_run(c->hub, c->terms_db, &e)) complain("ending embargoes and publishing by plan", &e);
		if (clock_run(c->hub, c->terms_db, &e)) complain("keeping terms", &e);
		pause_for(c, LOOK);
	}
	return NULL;
}

static void *work(void *arg) {
	struct chores *c = arg;
	moment swept = stopwatch() - SWEEP, disputes = stopwatch() - MINUTE; /* once at the start too */
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		int64_t left;
		if (notice_mail_due(c->hub, c->db, &c->stopping, &e)) complain("writing mails of notices", &e);
		if (mail_configured(c->hub) && mail_send_until(c->hub, c->db, &c->stopping, &left, &e)) complain("sending mail", &e);
		if (stopwatch() - swept >= SWEEP) {
			if (session_sweep(c->hub, &e)) complain("taking away what is over", &e);
			if (erase_finish(c->hub, &e)) complain("finishing what is erased", &e);
			if (keys_sweep(c->hub, c->db, &e)) complain("looking through the keys", &e);
			swept = stopwatch();
		}
		if (stopwatch() - disputes >= MINUTE) {
			if (dispute_escalate_overdue(c->hub, c->db, &e)) complain("escalating disputes", &e);
			disputes = stopwatch();
		}
		pause_for(c, LOOK);
	}
	return NULL;
}

static void end(struct chores *c, pthread_t thread) {
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->stopping, true);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(thread, NULL);
}

static void forget(struct chores *c) {
	db_close(c->db);
	db_close(c->terms_db);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

enum err_code chores_start(struct hub *h, struct chores **out, struct err *e) {
	struct chores *c = calloc(1, sizeof *c);
	pthread_condattr_t monotonic;
	if (!c) return err_set(e, ERR_MEMORY, "out of memory");
	c->hub = h;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	enum err_code code = hub_reader(h, &c->db, e);
	if (!code) code = hub_reader(h, &c->terms_db, e);
	int rc = code ? 0 : pthread_create(&c->thread, NULL, work, c);
	bool begun = !code && !rc;
	if (begun) rc = pthread_create(&c->terms, NULL, keep_terms, c);
	if (rc) code = err_errno(e, rc, "starting a thread");
	if (code) {
		if (begun) end(c, c->thread);
		forget(c);
		return code;
	}
	*out = c;
	return ERR_OK;
}

void chores_stop(struct chores *c) {
	if (!c) return;
	end(c, c->thread);
	end(c, c->terms);
	forget(c);
}
