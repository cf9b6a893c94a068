/* Comments as messages: threads, recipients, and up to where somebody has read. The text stands in the event. */
#include "hub/change_store.h"
#include "hub/disclose_private.h"
#include "hub/message.h"
#include "hub/writer.h"

/* The thread of a message that the actor can read. */
static enum err_code thread_of(struct store *s, const struct stored *r, int64_t parent, int64_t *thread) {
	struct disclosing d = {s->hub, s->db, {s->actor.name, s->actor.roles}, s->a};
	struct event_row v;
	unsigned audiences;
	bool shows = false;
	int64_t record = 0;
	struct db_query q = db_query(s->db, "SELECT record, thread FROM message WHERE event = $1");
	db_bind_int(&q, 1, parent);
	if (db_row(&q)) {
		record = db_int(&q, 0);
		*thread = db_int(&q, 1);
	}
	enum err_code code = db_done(&q, s->e);
	if (!code && record == r->id) code = event_read(&d, parent, &v, s->e);
	if (!code && record == r->id) code = disclose_audiences(&d, r, &audiences, s->e);
	if (!code && record == r->id) code = event_shows(&d, r, audiences, &v, &shows, s->e);
	return code || shows ? code : err_set(s->e, ERR_NOT_FOUND, "there is no such message to answer");
}

/* Coordinators read all messages and are named nowhere. */
static enum err_code check_recipient(struct store *s, const struct stored *r, struct str subject) {
	if (str_eq(subject, r->created_by)) return ERR_OK;
	struct db_query q = db_query(s->db, "SELECT 1 FROM party WHERE record = $1 AND subject = $2 LIMIT 1");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, subject);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	if (code || found) return code;
	err_set(s->e, ERR_INVALID, "%.*s takes no part in this record", STR_ARG(str_cut_utf8(subject, 40)));
	err_where(s->e, "to");
	return ERR_INVALID;
}

enum err_code store_message(struct store *s, const struct stored *r, const struct change *c, struct str detail, unsigned audiences) {
	int64_t thread = 0, seq;
	enum err_code code = c->parent ? thread_of(s, r, c->parent, &thread) : ERR_OK;
	for (size_t i = 0; i < c->to_n && !code; i++) code = check_recipient(s, r, c->to[i]);
	if (!code) code = store_event_begin(s, r, "comment", &seq);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO message (event, record, thread, author, audiences, some, at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
	db_bind_int(&q, 1, seq);
	db_bind_int(&q, 2, r->id);
	db_bind_int(&q, 3, thread ? thread : seq);
	db_bind_str(&q, 4, s->actor.name);
	db_bind_int(&q, 5, audiences);
	db_bind_int(&q, 6, c->to_n > 0);
	db_bind_int(&q, 7, s->at);
	code = db_run(&q, s->e);
	for (size_t i = 0; i < c->to_n && !code; i++) {
		q = db_query(s->db, "INSERT INTO message_to (message, subject) VALUES ($1, $2) ON CONFLICT (message, subject) DO NOTHING");
		db_bind_int(&q, 1, seq);
		db_bind_str(&q, 2, c->to[i]);
		code = db_run(&q, s->e);
	}
	return code ? code : store_event_end(s, r, seq, "comment", detail);
}

struct marking {
	int64_t record, up_to;
	struct str account;
};

static enum err_code mark(struct db *db, void *arg, struct err *e) {
	const struct marking *m = arg;
	struct db_query q = db_query(db,
		"INSERT INTO read_mark (record, account, up_to) VALUES ($1, $2, $3) ON CONFLICT (record, account) DO UPDATE SET up_to = excluded.up_to "
		"WHERE excluded.up_to > read_mark.up_to");
	db_bind_int(&q, 1, m->record);
	db_bind_str(&q, 2, m->account);
	db_bind_int(&q, 3, m->up_to);
	return db_run(&q, e);
}

enum err_code message_mark_read(struct hub *h, const struct disclosing *d, const struct disclosed *r, int64_t up_to, struct err *e) {
	struct marking m = {r->line.record, up_to, d->viewer.name};
	if (!d->viewer.name.n || up_to <= 0) return ERR_OK;
	return writer_run(h->writer, mark, &m, e);
}
