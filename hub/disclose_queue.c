/* What waits for coordinators. */
#include "hub/disclose_private.h"
#include "hub/queue.h"
#include "hub/room.h"

enum { WAITING = 500 };

/* A state that leads on by a move of theirs, and from which nothing is public yet. */
static bool waits(const struct kind *k, const struct kind_state *s) {
	bool leads_on = false;
	for (size_t i = 0; i < k->moves_n; i++)
		leads_on |= (k->moves[i].who & ROLE_COORDINATOR) && kind_move_from(&k->moves[i], s->name) && !str_eq(k->moves[i].to, s->name);
	return !s->is_public && leads_on;
}

static bool finished(struct str state) {
	static const char *const names[] = {"closed", "withdrawn", "declined", "merged", "draft", "final"};
	for (size_t i = 0; i < lengthof(names); i++)
		if (str_is(state, names[i])) return true;
	return false;
}

static enum err_code fill(const struct disclosing *d, struct queued *q, struct err *e) {
	struct db_query s = db_query(d->db,
		"SELECT r.created, (SELECT max(at) FROM event v WHERE v.record = r.id), c.embargo, c.until, "
		"(SELECT count(*) FROM participant p WHERE p.record = r.id AND p.access = 'in'), "
		"(SELECT count(*) FROM participant p WHERE p.record = r.id AND p.asked > 0 AND p.answered = 0 AND p.access <> 'out'), "
		"(SELECT min(due) FROM clock k WHERE k.record = r.id AND k.state = 'running') "
		"FROM record r LEFT JOIN case_state c ON c.record = r.id WHERE r.id = $1");
	db_bind_int(&s, 1, q->line.record);
	if (db_row(&s)) {
		struct str em = db_str(&s, 2);
		q->made = db_int(&s, 0);
		q->changed = db_int(&s, 1);
		q->embargo = em.n ? em.p[0] : 'N';
		q->until = db_int(&s, 3);
		q->parties = db_int(&s, 4);
		q->silent = db_int(&s, 5);
		q->due = db_int(&s, 6);
	}
	return db_done(&s, e);
}

static enum err_code in_state(const struct disclosing *d, const struct kind *k, const struct kind_state *state, struct queue_group *g, struct err *e) {
	g->state = state;
	g->items = arena_array(d->a, WAITING, sizeof *g->items);
	if (!g->items) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(d->db, "SELECT id FROM record WHERE kind = $1 AND state = $2 ORDER BY id LIMIT 501");
	db_bind_str(&q, 1, k->name);
	db_bind_str(&q, 2, state->name);
	enum err_code code = ERR_OK;
	while (!code && db_row(&q)) {
		if (g->n == WAITING) {
			g->more = true;
			break;
		}
		struct queued *one = &g->items[g->n];
		struct disclosed r;
		code = disclose_glimpse(d, db_int(&q, 0), &one->line, e);
		if (!code) code = disclose_record(d, one->line.uid, &r, e);
		if (!code) {
			one->severity = json_get_str(r.body, S("severity"));
			one->about = json_string(json_pointer(r.body, S("/systems/0/name")));
			g->n++;
		}
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) code = ERR_OK;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	for (size_t i = 0; i < g->n && !code && !ended; i++) code = fill(d, &g->items[i], e);
	return code ? code : ended;
}

enum err_code disclose_queue(const struct disclosing *d, const struct kind *kind, struct queue_group **out, size_t *n, struct err *e) {
	*n = 0;
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return err_set(e, ERR_FORBIDDEN, "what waits is shown to coordinators");
	struct queue_group *groups = arena_array(d->a, kind->states_n + 1, sizeof *groups);
	if (!groups) return err_set(e, ERR_MEMORY, "out of memory");
	size_t used = 0;
	for (size_t i = 0; i < kind->states_n; i++) {
		if (!waits(kind, &kind->states[i]) || finished(kind->states[i].name)) continue;
		enum err_code code = in_state(d, kind, &kind->states[i], &groups[used], e);
		if (code) return code;
		if (groups[used].n) used++;
	}
	*out = groups;
	*n = used;
	return arena_failed(d->a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
