/* Making a call, and what follows from its answer. */
#include "inside.h"

#include "hub/net.h"
#include "hub/seal.h"

#define CLAIMED MINUTE         /* who took a call and did not say how it went is given up */
#define LEFT_ALONE MINUTE      /* after an answer that says that there is too much to do */
#define ASKED_MOST DAY         /* that a Retry-After is believed */

/* Behind the attempt of that number, from 1: the specification's "Example retry schedule". */
static const moment pauses[WEBHOOK_ATTEMPTS - 1] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR};

moment webhook_pause(int64_t attempts, unsigned chance) {
	if (attempts < 1 || attempts >= WEBHOOK_ATTEMPTS) return 0;
	moment base = pauses[attempts - 1];
	return base + base / 5 * (chance % 1000) / 1000;
}

struct call {
	struct hub *hub;
	bool healthy;
	bool found;
	/* the row, and its webhook's */
	struct arena *a;
	struct str id, webhook, payload, owner, url, sealed, sealed_before;
	int64_t event, attempts;
	moment failing;
	/* how it went */
	enum { CALL_DROPPED, CALL_CANCELLED, CALL_ANSWERED, CALL_FAILED } outcome;
	struct net_called answer;
	struct str problem;
};

/* ---- taking one ---- */

static enum err_code look(struct db *db, struct call *c, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT d.id, d.webhook, d.payload, w.owner, w.url, w.secret, CASE WHEN w.secret_before_ends > $1 THEN w.secret_before END, coalesce(d.event, 0), "
		"d.attempts, w.failing FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE d.state = 'waiting' AND d.due <= $1 AND w.enabled = 1 AND "
		"w.busy <= $1 AND ($2 = 0 OR w.failing = 0) ORDER BY d.due, d.created, d.id LIMIT 1");
	db_bind_int(&q, 1, now());
	db_bind_int(&q, 2, c->healthy);
	c->found = db_row(&q);
	if (c->found) {
		struct str *const texts[] = {&c->id, &c->webhook, &c->payload, &c->owner, &c->url, &c->sealed, &c->sealed_before};
		for (int i = 0; i < (int)lengthof(texts); i++) *texts[i] = arena_str(c->a, db_str(&q, i));
		c->event = db_int(&q, 7);
		c->attempts = db_int(&q, 8);
		c->failing = db_int(&q, 9);
	}
	enum err_code code = db_done(&q, e);
	return code || !arena_failed(c->a) ? code : err_set(e, ERR_MEMORY, "out of memory");
}

static enum err_code claim(struct db *db, void *arg, struct err *e) {
	struct call *c = arg;
	enum err_code code = look(db, c, e);
	if (code || !c->found) return code;
	struct db_query q = db_query(db, "UPDATE delivery SET due = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_int(&q, 2, now() + CLAIMED);
	code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "UPDATE webhook SET busy = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->webhook);
	db_bind_int(&q, 2, now() + CLAIMED);
	return db_run(&q, e);
}

/* ---- making it ---- */

/* Of one secret, or of two while the old one still holds. */
static enum err_code sign(struct call *c, int64_t at, struct str *out, struct err *e) {
	const struct str sealed[] = {c->sealed, c->sealed_before};
	*out = STR_EMPTY;
	for (size_t i = 0; i < lengthof(sealed); i++) {
		struct str secret;
		char one[WEBHOOK_SIGNATURE];
		if (!sealed[i].n) continue;
		enum err_code code = unseal(c->hub, sealed[i], c->a, &secret, e);
		if (!code) code = webhook_sign(secret, c->id, at, c->payload, one, e);
		if (code) return code;
		*out = arena_fmt(c->a, "%.*s%s%s", STR_ARG(*out), out->n ? " " : "", one);
	}
	return ERR_OK;
}

/* Whether its owner may still know of it. */
static enum err_code still_shows(struct db *db, struct call *c, struct err *e) {
	struct viewer viewer;
	struct webhook_message m;
	if (!c->event) return ERR_OK;
	enum err_code code = webhook_viewer(db, c->a, c->owner, &viewer, e);
	return code ? code : webhook_message(c->hub, db, viewer, c->event, c->a, &m, e);
}

static enum err_code make(struct db *db, struct call *c, const atomic_bool *cancelled, struct err *e) {
	int64_t at = now() / SECOND;
	struct str signatures;
	struct err why = {0};
	enum err_code code = still_shows(db, c, e);
	if (code == ERR_NOT_FOUND) {
		c->outcome = CALL_DROPPED;
		return ERR_OK;
	}
	if (!code) code = sign(c, at, &signatures, &why);
	if (!code) {
		const struct net_header headers[] = {{S("content-type"), S("application/json")}, {S("webhook-id"), c->id},
			{S("webhook-timestamp"), arena_fmt(c->a, "%lld", (long long)at)}, {S("webhook-signature"), signatures}};
		struct net_call call = {c->url, headers, lengthof(headers), c->payload, c->hub->webhooks.http_to_this_machine, c->hub->webhooks.private_networks};
		code = net_call(c->a, &call, cancelled, &c->answer, &why);
	}
	c->outcome = !code ? CALL_ANSWERED : code == ERR_CANCELLED ? CALL_CANCELLED : CALL_FAILED;
	if (c->outcome == CALL_FAILED) c->problem = str_cut_utf8(arena_str(c->a, str_of(why.message)), 300);
	return ERR_OK;
}

/* ---- what follows ---- */

static enum err_code free_webhook(struct db *db, const struct call *c, moment busy, moment failing, struct err *e) {
	struct db_query q = db_query(db, "UPDATE webhook SET busy = $2, failing = $3 WHERE id = $1");
	db_bind_str(&q, 1, c->webhook);
	db_bind_int(&q, 2, busy);
	db_bind_int(&q, 3, failing);
	return db_run(&q, e);
}

static enum err_code switch_off(struct db *db, const struct call *c, const char *problem, struct err *e) {
	struct db_query q = db_query(db, "UPDATE webhook SET enabled = 0, problem = $2 WHERE id = $1 AND enabled = 1");
	db_bind_str(&q, 1, c->webhook);
	db_bind_str(&q, 2, str_of(problem));
	enum err_code code = db_run(&q, e);
	return code || !db_changes(db) ? code : webhook_tell_owner(db, c->owner, e);
}

static enum err_code put_state(struct db *db, const struct call *c, const char *state, int64_t attempts, moment due, struct err *e) {
	struct db_query q = db_query(db,
		"UPDATE delivery SET state = $2, attempts = $3, due = $4, at = $5, status = $6, took = $7, problem = $8, answer = $9 WHERE id = $1");
	db_bind_str(&q, 1, c->id);
	db_bind_str(&q, 2, str_of(state));
	db_bind_int(&q, 3, attempts);
	db_bind_int(&q, 4, due);
	db_bind_int(&q, 5, now());
	db_bind_int(&q, 6, c->answer.status);
	db_bind_int(&q, 7, c->answer.took);
	db_bind_str(&q, 8, c->problem);
	db_bind_str(&q, 9, c->answer.body);
	return db_run(&q, e);
}

static enum err_code settle_failed(struct db *db, const struct call *c, struct err *e) {
	int64_t attempts = c->attempts + 1;
	int status = c->answer.status;
	moment at = now(), asked = c->answer.retry_after * SECOND, failing = c->failing ? c->failing : at;
	unsigned chance;
	random_bytes(&chance, sizeof chance);
	moment pause = webhook_pause(attempts, chance);
	if (asked > ASKED_MOST) asked = ASKED_MOST;
	if (pause && asked > pause) pause = asked;
	bool gone = status == 410, over = gone || !pause;
	bool much = status == 429 || status == 502 || status == 504 || asked > 0;
	moment busy = much ? at + (asked > LEFT_ALONE ? asked : LEFT_ALONE) : 0;
	enum err_code code = put_state(db, c, over ? "failed" : "waiting", attempts, over ? at : at + pause, e);
	if (!code) code = free_webhook(db, c, busy, failing, e);
	if (!code && gone) code = switch_off(db, c, "gone", e);
	else if (!code && at - failing >= WEBHOOK_FAILING) code = switch_off(db, c, "failing", e);
	return code;
}

static enum err_code settle(struct db *db, void *arg, struct err *e) {
	struct call *c = arg;
	enum err_code code;
	if (c->outcome == CALL_CANCELLED || c->outcome == CALL_DROPPED) {
		struct db_query q = db_query(db, "UPDATE delivery SET due = $2, state = $3 WHERE id = $1");
		db_bind_str(&q, 1, c->id);
		db_bind_int(&q, 2, now());
		db_bind_str(&q, 3, c->outcome == CALL_DROPPED ? S("dropped") : S("waiting"));
		code = db_run(&q, e);
		return code ? code : free_webhook(db, c, 0, c->failing, e);
	}
	if (c->outcome == CALL_FAILED || c->answer.status < 200 || c->answer.status > 299) return settle_failed(db, c, e);
	code = put_state(db, c, "delivered", c->attempts + 1, now(), e);
	return code ? code : free_webhook(db, c, 0, 0, e);
}

enum err_code webhook_call(struct hub *h, struct db *db, bool healthy, const atomic_bool *cancelled, bool *did, struct err *e) {
	autoarena struct arena *a = arena_new(128 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct call c = {.hub = h, .healthy = healthy, .a = a, .problem = STR_EMPTY, .answer = {.body = STR_EMPTY}};
	*did = false;
	enum err_code code = look(db, &c, e); /* so that nothing is written while nothing is due */
	if (!code && c.found) code = writer_change(h->writer, claim, &c, e);
	if (code || !c.found) return code;
	code = make(db, &c, cancelled, e);
	if (!code) code = writer_change(h->writer, settle, &c, e);
	*did = !code && c.outcome != CALL_CANCELLED;
	return code;
}
