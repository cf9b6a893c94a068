#include "hub/disclose_private.h"

static enum err_code roles_on(const struct disclosing *d, int64_t record, unsigned *roles, struct err *e) {
	struct stored s;
	enum err_code code = store_read(d->hub, d->db, d->a, record, &s, e);
	return code ? code : store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, roles, e);
}

/* What is missing is told of what this viewer can see: of the rest the door in says so when the move is tried. */
static void note_missing(struct arena *a, const struct disclosed *r, struct disclosed_move *m) {
	struct kind_pointers needed = m->move->requires_;
	struct str *missing = arena_array(a, needed.n + 1, sizeof *missing);
	for (size_t i = 0; missing && i < needed.n; i++)
		if (!kind_has_value(r->body, needed.items[i])) missing[m->missing_n++] = needed.items[i];
	m->missing = missing;
}

enum err_code disclose_moves(const struct disclosing *d, const struct disclosed *r, struct disclosed_move **out, size_t *n, struct err *e) {
	const struct kind *k = r->line.kind;
	unsigned roles;
	enum err_code code = roles_on(d, r->line.record, &roles, e);
	struct disclosed_move *items = arena_array(d->a, k->moves_n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	size_t used = 0;
	if (r->line.hub.n) roles = 0; /* its own hub moves it */
	for (size_t i = 0; i < k->moves_n; i++) {
		const struct kind_move *m = &k->moves[i];
		if (!(m->who & roles) || !kind_move_from(m, r->line.state->name)) continue;
		items[used] = (struct disclosed_move){.move = m, .to = kind_state(k, m->to)};
		note_missing(d->a, r, &items[used++]);
	}
	if (arena_failed(d->a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = items;
	*n = used;
	return ERR_OK;
}
