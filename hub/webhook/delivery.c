/* The log of calls, and calls that somebody asks for. */
#include "inside.h"

enum { SHOWN = 200 };

enum err_code delivery_write(struct db *db, const struct delivery_new *d, struct err *e) {
	struct db_query q = db_query(db,
		"INSERT INTO delivery (id, webhook, record, event, type, payload, created, state, due, attempts, at, status, took, problem, answer) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $7, 0, 0, 0, 0, '', '')");
	db_bind_str(&q, 1, d->id);
	db_bind_str(&q, 2, d->webhook);
	if (d->record) db_bind_int(&q, 3, d->record);
	else db_bind_null(&q, 3);
	if (d->event) db_bind_int(&q, 4, d->event);
	else db_bind_null(&q, 4);
	db_bind_str(&q, 5, d->type);
	db_bind_bytes(&q, 6, d->payload);
	db_bind_int(&q, 7, now());
	return db_run(&q, e);
}

/* ---- the log ---- */

enum err_code webhook_deliveries(struct hub *h, struct db *db, const struct by *by, struct str id, struct str state, moment before, size_t limit,
	struct arena *a, struct delivery **out, size_t *n, struct err *e) {
	struct webhook w;
	enum err_code code = webhook_find(h, db, by, id, a, &w, e);
	if (code) return code;
	if (limit > SHOWN) limit = SHOWN;
	struct delivery *items = arena_array(a, limit + 1, sizeof *items);
	size_t used = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	/* The uid comes from the payload, in which it was told: the record may be none that its reader knows today. */
	struct db_query q = db_query(db,
		"SELECT id, type, state, created, due, at, attempts, status, took, problem, answer, payload FROM delivery "
		"WHERE webhook = $1 AND created < $2 AND ($3 = '' OR state = $3) ORDER BY created DESC, id LIMIT $4");
	db_bind_str(&q, 1, id);
	db_bind_int(&q, 2, before > 0 ? before : INT64_MAX);
	db_bind_str(&q, 3, state);
	db_bind_int(&q, 4, (int64_t)limit);
	while (used < limit && db_row(&q)) {
		struct delivery *d = &items[used++];
		const struct json *payload = NULL;
		*d = (struct delivery){.id = arena_str(a, db_str(&q, 0)), .type = arena_str(a, db_str(&q, 1)), .state = arena_str(a, db_str(&q, 2)),
			.created = db_int(&q, 3), .due = db_int(&q, 4), .at = db_int(&q, 5), .attempts = db_int(&q, 6), .status = (int)db_int(&q, 7),
			.took = db_int(&q, 8), .problem = arena_str(a, db_str(&q, 9)), .answer = arena_str(a, db_str(&q, 10)), .payload = arena_str(a, db_str(&q, 11))};
		if (!json_parse(a, d->payload, NULL, &payload, NULL)) d->record = json_get_str(json_get_lit(payload, "data"), S("record"));
	}
	code = db_done(&q, e);
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

/* ---- what somebody asks for ---- */

struct asking {
	struct hub *hub;
	const struct by *by;
	struct str webhook, delivery;
};

static enum err_code open_webhook(struct db *db, const struct asking *c, struct arena *a, struct err *e) {
	struct webhook w;
	enum err_code code = webhook_find(c->hub, db, c->by, c->webhook, a, &w, e);
	if (!code && !w.enabled) code = err_set(e, ERR_CONFLICT, "the webhook is switched off; switch it on first");
	if (!code && w.waiting >= WEBHOOK_WAITING) code = err_set(e, ERR_CONFLICT, "too many of its calls wait already");
	return code;
}

static enum err_code write_test(struct db *db, void *arg, struct err *e) {
	const struct asking *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = open_webhook(db, c, a, e);
	if (code) return code;
	struct json_builder data = json_object_of(a), b = json_object_of(a);
	json_set_str(&data, S("webhook"), c->webhook);
	json_set_str(&b, S("type"), S("webhook.test"));
	json_set_str(&b, S("timestamp"), moment_str(a, now()));
	json_set(&b, S("data"), json_built(&data));
	struct delivery_new d = {.webhook = c->webhook, .id = c->delivery, .type = S("webhook.test"), .payload = json_text(a, json_built(&b))};
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : delivery_write(db, &d, e);
}

enum err_code webhook_test(struct hub *h, struct db *db, const struct by *by, struct str id, struct arena *a, struct str *delivery, struct err *e) {
	char name[WEBHOOK_ID];
	(void)db;
	webhook_id("msg_", name);
	struct asking c = {h, by, id, arena_str(a, str_of(name))};
	enum err_code code = writer_change(h->writer, write_test, &c, e);
	if (!code) *delivery = c.delivery;
	return code;
}

static enum err_code again(struct db *db, void *arg, struct err *e) {
	const struct asking *c = arg;
	autoarena struct arena *a = arena_new(1 << 18);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = open_webhook(db, c, a, e);
	if (code) return code;
	struct db_query q = db_query(db, "SELECT state FROM delivery WHERE id = $1 AND webhook = $2");
	db_bind_str(&q, 1, c->delivery);
	db_bind_str(&q, 2, c->webhook);
	bool found = db_row(&q), waits = found && str_is(db_str(&q, 0), "waiting"), dropped = found && str_is(db_str(&q, 0), "dropped");
	code = db_done(&q, e);
	if (code) return code;
	if (!found) return err_set(e, ERR_NOT_FOUND, "there is no such call");
	if (dropped) return err_set(e, ERR_CONFLICT, "the call was dropped, since its owner may not know of that any more");
	q = db_query(db, "UPDATE delivery SET state = 'waiting', attempts = CASE WHEN $3 = 1 THEN attempts ELSE 0 END, due = $2 WHERE id = $1");
	db_bind_str(&q, 1, c->delivery);
	db_bind_int(&q, 2, now());
	db_bind_int(&q, 3, waits);
	return db_run(&q, e);
}

enum err_code webhook_resend(struct hub *h, struct db *db, const struct by *by, struct str id, struct str delivery, struct err *e) {
	(void)db;
	struct asking c = {h, by, id, delivery};
	return writer_change(h->writer, again, &c, e);
}

/* ---- what is over ---- */

static enum err_code sweep(struct db *db, void *arg, struct err *e) {
	(void)arg;
	struct db_query q = db_query(db, "DELETE FROM delivery WHERE state <> 'waiting' AND created <= $1");
	db_bind_int(&q, 1, now() - WEBHOOK_LOG);
	enum err_code code = db_run(&q, e);
	if (code) return code;
	/* What waits for one that was switched off, and nobody switches on. */
	q = db_query(db, "DELETE FROM delivery WHERE created <= $1 AND webhook IN (SELECT id FROM webhook WHERE enabled = 0)");
	db_bind_int(&q, 1, now() - WEBHOOK_LOG);
	code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "UPDATE webhook SET secret_before = NULL, secret_before_ends = 0 WHERE secret_before_ends > 0 AND secret_before_ends <= $1");
	db_bind_int(&q, 1, now());
	return db_run(&q, e);
}

enum err_code webhook_sweep(struct hub *h, struct err *e) {
	return writer_change(h->writer, sweep, NULL, e);
}

enum err_code webhook_forget(struct db *db, int64_t record, struct err *e) {
	struct db_query q = db_query(db, "DELETE FROM delivery WHERE record = $1");
	db_bind_int(&q, 1, record);
	return db_run(&q, e);
}
