/* From events to calls: whom an event concerns, and what is said of it. */
#include "inside.h"

#include "hub/account/notice.h"
#include "hub/act.h"
#include "hub/change_store.h"

enum { EVENTS = 200, CANDIDATES = 200, ROUNDS = 50 };

/* ---- what is said ---- */

static struct str type_of(struct arena *a, const struct disclosed_event *v, const struct glimpse *line) {
	struct str name = v->type;
	if (v->act) {
		name = arena_cat(a, S("act."), v->act->name);
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] == '-') ((char *)(uintptr_t)name.p)[i] = '_';
		return name;
	}
	/* The change by which it became public, whatever it was besides. */
	bool opens = (str_is(name, "moved") || str_is(name, "created")) && line->published && line->published == v->at;
	return arena_cat(a, S("record."), opens ? S("published") : name);
}

/* What lists show to everybody. */
static enum err_code add_public(struct hub *h, struct db *db, struct arena *a, struct str uid, struct json_builder *data, struct err *e) {
	struct disclosing d = {h, db, viewer_public, a};
	struct disclosed r;
	enum err_code code = disclose_record(&d, uid, &r, e);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (code) return code;
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("id"), r.line.id);
	json_set_str(&b, S("title"), r.line.headline);
	if (r.line.state) json_set_str(&b, S("state"), r.line.state->name);
	json_set(data, S("public"), json_built(&b));
	return ERR_OK;
}

enum err_code webhook_message(struct hub *h, struct db *db, struct viewer viewer, int64_t event, struct arena *a, struct webhook_message *out, struct err *e) {
	struct disclosing d = {h, db, viewer, a};
	struct disclosed_event v;
	struct glimpse line;
	enum err_code code = disclose_event(&d, event, &v, &line, e);
	if (code) return code == ERR_UNSUPPORTED ? err_set(e, ERR_NOT_FOUND, "there is no such event") : code;
	/* An act that this Polder no longer knows is called nothing. */
	if (str_is(v.type, "acted") && !v.act) return err_set(e, ERR_NOT_FOUND, "there is no such event");
	struct json_builder data = json_object_of(a), b = json_object_of(a);
	struct str type = type_of(a, &v, &line);
	if (!v.untold) { /* else nothing of the record: that a term is over is all that they may know */
		json_set_str(&data, S("record"), line.uid);
		json_set_str(&data, S("kind"), line.kind->name);
		json_set_str(&data, S("url"), arena_fmt(a, "%.*s/r/%.*s", STR_ARG(h->base_url), STR_ARG(line.uid)));
		json_set_str(&data, S("api"), arena_fmt(a, "%.*s/api/v1/records/%.*s", STR_ARG(h->base_url), STR_ARG(line.uid)));
		code = add_public(h, db, a, line.uid, &data, e);
	}
	if (code) return code;
	json_set_str(&b, S("type"), type);
	json_set_str(&b, S("timestamp"), moment_str(a, v.at));
	json_set(&b, S("data"), json_built(&data));
	*out = (struct webhook_message){type, json_text(a, json_built(&b)), line.kind->name};
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- whom it concerns ---- */

struct event_of {
	int64_t seq, record;
	moment at;
};
struct candidate {
	struct str id, owner, types, kinds;
};

/* A person is told of what stands in their inbox; an organization of what happens to records since it has a role on them; the hub of what is public. */
static enum err_code find_candidates(struct db *db, struct arena *a, const struct event_of *event, const struct stored *r, struct candidate *list, size_t *n,
	struct err *e) {
	int64_t followed = 0; /* whose parties are this record's */
	enum err_code code = store_followed(db, r, &followed, e);
	if (code) return code;
	struct db_query q = db_query(db,
		"SELECT w.id, w.owner, w.types, w.kinds FROM webhook w WHERE w.enabled = 1 AND w.seen < $1 AND ((w.owner = '' AND $4 = 1) OR "
		"EXISTS (SELECT 1 FROM notice n WHERE n.account = w.owner AND n.event = $1) OR "
		"EXISTS (SELECT 1 FROM party p WHERE p.subject = w.owner AND p.record IN ($2, $3) AND p.at <= $5 AND w.owner NOT LIKE 'U-%') OR "
		"EXISTS (SELECT 1 FROM participant p WHERE p.subject = w.owner AND p.record = $2 AND p.access = 'invited' AND p.asked <= $5 AND w.owner NOT LIKE 'U-%')) "
		"ORDER BY w.id LIMIT 200");
	db_bind_int(&q, 1, event->seq);
	db_bind_int(&q, 2, r->id);
	db_bind_int(&q, 3, followed);
	db_bind_int(&q, 4, r->is_public);
	db_bind_int(&q, 5, event->at);
	*n = 0;
	while (*n < CANDIDATES && db_row(&q))
		list[(*n)++] = (struct candidate){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), arena_str(a, db_str(&q, 2)), arena_str(a, db_str(&q, 3))};
	return db_done(&q, e);
}

/* ---- a batch ---- */

struct told {
	struct delivery_new call;
	struct told *next;
};
struct batch {
	struct hub *hub;
	struct arena *a;
	struct event_of events[EVENTS];
	size_t n;
	struct told *first, **last;
};

static enum err_code read_events(struct db *db, struct batch *b, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT seq, record, at FROM event WHERE seq > (SELECT coalesce(min(seen), 9223372036854775807) FROM webhook WHERE enabled = 1) ORDER BY seq LIMIT 200");
	b->n = 0;
	while (b->n < EVENTS && db_row(&q)) b->events[b->n++] = (struct event_of){db_int(&q, 0), db_int(&q, 1), db_int(&q, 2)};
	return db_done(&q, e);
}

static enum err_code tell_one(struct db *db, struct batch *b, const struct event_of *event, const struct candidate *c, struct err *e) {
	autoarena struct arena *own = arena_new(64 << 20); /* bodies are read, and need not stay */
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	struct viewer viewer;
	struct webhook_message m;
	enum err_code code = webhook_viewer(db, own, c->owner, &viewer, e);
	if (!code) code = webhook_message(b->hub, db, viewer, event->seq, own, &m, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	if (!webhook_wants(c->types, m.type) || !webhook_wants(c->kinds, m.kind)) return ERR_OK;
	struct told *t = arena_new_of(b->a, struct told);
	char id[WEBHOOK_ID];
	if (!t) return err_set(e, ERR_MEMORY, "out of memory");
	webhook_id("msg_", id);
	t->call = (struct delivery_new){arena_str(b->a, c->id), arena_str(b->a, str_of(id)), arena_str(b->a, m.type), arena_str(b->a, m.payload), event->record, event->seq};
	*b->last = t;
	b->last = &t->next;
	return arena_failed(b->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

static enum err_code tell_event(struct db *db, struct batch *b, const struct event_of *event, struct err *e) {
	autoarena struct arena *own = arena_new(4 << 20);
	struct candidate *list = own ? arena_array(own, CANDIDATES, sizeof *list) : NULL;
	struct stored r;
	size_t n = 0;
	if (!list) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = store_read(b->hub, db, own, event->record, &r, e);
	if (code == ERR_UNSUPPORTED || code == ERR_NOT_FOUND) return ERR_OK; /* of a kind that this hub no longer has */
	if (!code) code = find_candidates(db, own, event, &r, list, &n, e);
	for (size_t i = 0; i < n && !code; i++) code = tell_one(db, b, event, &list[i], e);
	return code;
}

/* Only where the webhook has not seen the event meanwhile: another server may have told of it. */
static enum err_code write_call(struct db *db, const struct told *t, struct err *e) {
	bool open = false, full = false;
	struct db_query q = db_query(db,
		"SELECT seen, (SELECT count(*) FROM delivery d WHERE d.webhook = w.id AND d.state = 'waiting') FROM webhook w WHERE id = $1 AND enabled = 1");
	db_bind_str(&q, 1, t->call.webhook);
	if (db_row(&q)) {
		open = db_int(&q, 0) < t->call.event;
		full = db_int(&q, 1) >= WEBHOOK_WAITING;
	}
	enum err_code code = db_done(&q, e);
	if (code || !open) return code;
	if (!full) return delivery_write(db, &t->call, e);
	q = db_query(db, "UPDATE webhook SET missed = missed + 1 WHERE id = $1");
	db_bind_str(&q, 1, t->call.webhook);
	return db_run(&q, e);
}

static enum err_code write_batch(struct db *db, void *arg, struct err *e) {
	const struct batch *b = arg;
	enum err_code code = ERR_OK;
	for (const struct told *t = b->first; t && !code; t = t->next) code = write_call(db, t, e);
	if (code) return code;
	struct db_query q = db_query(db, "UPDATE webhook SET seen = $1 WHERE seen < $1 AND enabled = 1");
	db_bind_int(&q, 1, b->events[b->n - 1].seq);
	return db_run(&q, e);
}

enum err_code webhook_tell(struct hub *h, struct db *db, const atomic_bool *cancelled, struct err *e) {
	for (int round = 0; round < ROUNDS && !(cancelled && atomic_load(cancelled)); round++) {
		autoarena struct arena *a = arena_new(64 << 20);
		struct batch *b = a ? arena_new_of(a, struct batch) : NULL;
		if (!b) return err_set(e, ERR_MEMORY, "out of memory");
		*b = (struct batch){.hub = h, .a = a, .last = &b->first};
		enum err_code code = read_events(db, b, e);
		for (size_t i = 0; i < b->n && !code; i++) code = tell_event(db, b, &b->events[i], e);
		if (!code && b->n) code = writer_change(h->writer, write_batch, b, e);
		if (code || b->n < EVENTS) return code;
	}
	return ERR_OK;
}
