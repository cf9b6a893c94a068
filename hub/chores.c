#include "chores.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "hub/access.h"
#include "hub/account/notice_mail.h"
#include "hub/account/session.h"
#include "hub/dispute.h"
#include "hub/case/publication.h"
#include "hub/clock.h"
#include "hub/erase.h"
#include "hub/follow/follow.h"
#include "hub/keys.h"
#include "hub/ledger/cosign.h"
#include "hub/mail.h"
#include "hub/statistics.h"
#include "hub/webhook.h"

#define LOOK (2 * SECOND)
#define SWEEP HOUR
#define ASKED_AGAIN (5 * MINUTE)

struct chores;
/* Each has a connection of its own. */
struct worker {
	struct chores *chores;
	struct db *db;
	pthread_t thread;
	size_t number;
	bool begun;
};
enum { ALL_ELSE, TERMS, LEDGER, TELLER, FOLLOWER, OTHER_FOLLOWER, CALLERS, /* from here on those that call webhooks */ WITNESSES = CALLERS + WEBHOOK_WORKERS, /* and one for each witness of the log */
	WORKERS = WITNESSES + LOG_WITNESSES };

struct chores {
	struct hub *hub;
	struct worker workers[WORKERS];
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
	struct worker *w = arg;
	struct chores *c = w->chores;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		if (publication_run(c->hub, w->db, &e)) complain("ending embargoes and publishing by plan", &e);
		if (clock_run(c->hub, w->db, &e)) complain("keeping terms", &e);
		if (access_run(c->hub, w->db, &e)) complain("ending access that is over", &e);
		pause_for(c, LOOK);
	}
	return NULL;
}

/* Also a thread of its own: a receipt waits for its leaf to be signed. */
static void *keep_log(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	struct err last = {0};
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		/* What stands in the way may stand there until somebody has read of it: it is said once. */
		if (ledger_run(c->hub, w->db, &e) && strcmp(e.message, last.message) != 0) complain("keeping the log", &e);
		last = e;
		pause_for(c, LOOK / 2);
	}
	return NULL;
}

static void *tell_webhooks(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		if (webhook_tell(c->hub, w->db, &c->stopping, &e)) complain("telling webhooks", &e);
		pause_for(c, LOOK / 2);
	}
	return NULL;
}

/* Two, so that one hub that is slow holds up no other. */
static void *follow_hubs(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		bool did = false;
		if (follow_due(c->hub, w->db, &c->stopping, &did, &e)) complain("following other hubs", &e);
		if (!did) pause_for(c, LOOK);
	}
	return NULL;
}

/* Half of them call only webhooks that answer as they should, so that slow ones hold up each other alone. */
static void *call_webhooks(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	bool healthy = w->number % 2 == 0, did;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		did = false;
		if (webhook_call(c->hub, w->db, healthy, &c->stopping, &did, &e)) complain("calling webhooks", &e);
		if (!did) pause_for(c, LOOK / 2);
	}
	return NULL;
}

/* One thread for each witness, so that none waits for another's answer. Who does not answer is asked less and less often. */
static void *ask_witness(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	moment pause = LOOK / 2;
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		enum cosigned asked = COSIGN_NOTHING;
		enum err_code code = cosign_ask(c->hub, w->db, w->number - WITNESSES, &c->stopping, &asked, &e);
		if (code && code != ERR_CANCELLED) complain("asking a witness of the log", &e);
		pause = !code && asked != COSIGN_FAILED ? LOOK / 2 : pause * 2 < ASKED_AGAIN ? pause * 2 : ASKED_AGAIN;
		pause_for(c, pause);
	}
	return NULL;
}

static void *work(void *arg) {
	struct worker *w = arg;
	struct chores *c = w->chores;
	moment swept = stopwatch() - SWEEP, disputes = stopwatch() - MINUTE; /* once at the start too */
	while (!atomic_load(&c->stopping)) {
		struct err e = {0};
		int64_t left;
		if (notice_mail_due(c->hub, w->db, &c->stopping, &e)) complain("writing mails of notices", &e);
		if (mail_configured(c->hub) && mail_send_until(c->hub, w->db, &c->stopping, &left, &e)) complain("sending mail", &e);
		if (stopwatch() - swept >= SWEEP) {
			if (session_sweep(c->hub, &e)) complain("taking away what is over", &e);
			if (webhook_sweep(c->hub, &e)) complain("taking away old calls", &e);
			if (erase_finish(c->hub, &e)) complain("finishing what is erased", &e);
			if (keys_sweep(c->hub, w->db, &e)) complain("looking through the keys", &e);
			swept = stopwatch();
		}
		if (stopwatch() - disputes >= MINUTE) {
			if (dispute_escalate_overdue(c->hub, w->db, &e)) complain("escalating disputes", &e);
			disputes = stopwatch();
			enum err_code code = statistics_run(c->hub, w->db, &c->stopping, &e);
			if (code && code != ERR_CANCELLED) complain("working out statistics", &e);
		}
		pause_for(c, LOOK);
	}
	return NULL;
}

static void forget(struct chores *c) {
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->stopping, true);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < WORKERS; i++) {
		if (c->workers[i].begun) pthread_join(c->workers[i].thread, NULL);
		db_close(c->workers[i].db);
	}
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static enum err_code begin(struct chores *c, size_t number, struct err *e) {
	struct worker *w = &c->workers[number];
	*w = (struct worker){.chores = c, .number = number};
	enum err_code code = hub_reader(c->hub, &w->db, e);
	if (code) return code;
	void *(*const fns[])(void *) = {[ALL_ELSE] = work, [TERMS] = keep_terms, [LEDGER] = keep_log, [TELLER] = tell_webhooks, [FOLLOWER] = follow_hubs, [OTHER_FOLLOWER] = follow_hubs,
		[CALLERS] = call_webhooks};
	int rc = pthread_create(&w->thread, NULL, number >= WITNESSES ? ask_witness : fns[number < CALLERS ? number : CALLERS], w);
	if (rc) return err_errno(e, rc, "starting a thread");
	w->begun = true;
	return ERR_OK;
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
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < WITNESSES + h->log.witnesses_n && !code; i++) code = begin(c, i, e);
	if (code) {
		forget(c);
		return code;
	}
	*out = c;
	return ERR_OK;
}

void chores_stop(struct chores *c) {
	if (c) forget(c);
}
