#include "import_inside.h"

struct step *import_step(struct reader *r, enum outcome outcome, struct prepared *p, const char *path, const char *reason) {
	struct item *item = r->item;
	if (item->n == item->room) {
		size_t room = item->room ? item->room * 2 : 16;
		struct step *steps = arena_array(item->a, room, sizeof *steps);
		if (!steps) return NULL;
		if (item->n) memcpy(steps, item->steps, item->n * sizeof *steps);
		item->steps = steps;
		item->room = room;
	}
	item->steps[item->n] = (struct step){outcome, p, path, reason, NULL};
	return &item->steps[item->n++];
}

void import_reject(struct reader *r, const char *path, struct str place, const struct err *e) {
	struct arena *a = r->item->a;
	const char *where = place.n ? arena_fmt(a, "%s: %.*s", path, STR_ARG(place)).p : path;
	import_step(r, REJECTED, NULL, where, arena_fmt(a, "%s%s%s", e->where, e->where[0] ? ": " : "", e->message).p);
}

struct disclosing import_view(struct reader *r) {
	return (struct disclosing){r->im->hub, r->db, viewer_operator, r->item->a};
}

struct change import_change(struct reader *r, enum change_op op) {
	return (struct change){.op = op, .actor = {r->im->actor, ROLE_MEMBER | ROLE_COORDINATOR}};
}

const struct change_link *import_links(struct arena *a, const struct draft_link *links, size_t n) {
	struct change_link *out = arena_array(a, n + 1, sizeof *out);
	for (size_t i = 0; out && i < n; i++) out[i] = (struct change_link){links[i].rel, links[i].target};
	return out;
}

enum err_code import_prepare(struct reader *r, const struct change *c, enum outcome outcome, const char *path) {
	struct change *kept = arena_new_of(r->item->a, struct change);
	if (!kept) return err_set(&r->e, ERR_MEMORY, "the file is too large");
	*kept = *c;
	struct prepared *p;
	enum err_code code = change_prepare(r->im->hub, r->db, kept, r->item->a, &p, &r->e);
	if (!code) import_step(r, outcome, p, path, NULL);
	return code;
}

void import_put_off(struct reader *r, struct change c, struct str name) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	struct later *l = arena_new_of(im->shared, struct later);
	if (l) {
		c.actor.name = im->actor;
		c.record = arena_str(im->shared, c.record);
		c.move = arena_str(im->shared, c.move);
		c.reason = arena_str(im->shared, c.reason);
		c.rel = arena_str(im->shared, c.rel);
		c.target = arena_str(im->shared, c.target);
		if (c.body) c.body = json_copy(im->shared, c.body);
		*l = (struct later){c, arena_str(im->shared, name), im->later};
		im->later = l;
	}
	pthread_mutex_unlock(&im->lock);
}

bool import_fatal(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_INTERNAL;
}
