#include "import_inside.h"

static int rank_of(const struct json *body) {
	return draft_name_rank(json_get_str(body, S("name")), json_true(json_get_lit(body, "provisional")));
}

/* True when this run meets the party for the first time, or for the first time under a better name (draft_name_rank); *again tells the
 * second from the first. */
static bool claim(struct reader *r, const struct draft_party *p, int rank, bool *again) {
	struct import *im = r->im;
	static const char ranks[] = "012"; /* the map holds addresses into it */
	pthread_mutex_lock(&im->lock);
	const char *before = map_get(&im->claimed, p->key);
	bool first = !before || before < &ranks[rank];
	if (first) {
		void **at = map_at(&im->claimed, before ? p->key : arena_str(im->shared, p->key));
		if (at) *at = (void *)(uintptr_t)&ranks[rank];
	}
	pthread_mutex_unlock(&im->lock);
	*again = before != NULL;
	return first;
}

void import_claim_in_turn(struct reader *r, struct draft_party *const *parties, size_t n, struct claimed *out, size_t files) {
	struct import *im = r->im;
	if (r->file == SIZE_MAX) return;
	pthread_mutex_lock(&im->lock);
	while (im->turn != r->file && !im->stop) pthread_cond_wait(&im->changed, &im->lock);
	pthread_mutex_unlock(&im->lock);
	for (size_t i = 0; i < n; i++) out[i].mine = claim(r, parties[i], rank_of(parties[i]->body), &out[i].again);
	pthread_mutex_lock(&im->lock);
	im->turn = r->file + files;
	r->file = SIZE_MAX;
	pthread_cond_broadcast(&im->changed);
	pthread_mutex_unlock(&im->lock);
}

/* True when this run has not had this link of a party yet. */
static bool claim_link(struct reader *r, const struct draft_party *p, const struct draft_link *l) {
	struct import *im = r->im;
	struct str name = arena_fmt(r->item->a, "%.*s %.*s %.*s", STR_ARG(p->key), STR_ARG(l->rel), STR_ARG(l->target));
	pthread_mutex_lock(&im->lock);
	bool first = !map_get(&im->claimed, name);
	void **at = first ? map_at(&im->claimed, arena_str(im->shared, name)) : NULL;
	if (at) *at = im;
	pthread_mutex_unlock(&im->lock);
	return first;
}

/* Whether the record has the link, or had it until somebody took it away. */
static enum err_code had_link(struct reader *r, const struct disclosed *known, const struct draft_link *l, bool *had) {
	struct disclosing view = import_view(r);
	struct disclosed target;
	struct disclosed_links *groups;
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_record(&view, l->target, &target, &r->e);
	*had = false;
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	code = disclose_links(&view, known, 64, &groups, &n, &r->e);
	for (size_t i = 0; i < n && !code; i++)
		for (size_t k = 0; k < groups[i].n && !groups[i].inverse && str_eq(groups[i].rel, l->rel); k++)
			*had |= groups[i].items[k].record == target.line.record;
	if (code || *had) return code;
	code = disclose_history(&view, known, &events, &n, &r->e);
	for (size_t i = 0; i < n && !code; i++)
		*had |= str_is(events[i].type, "unlinked") && str_eq(events[i].rel, l->rel) && events[i].other.record == target.line.record;
	return code;
}

/* Links of a party that is here already, or that another file has named: a system whose developer only this one tells. */
static enum err_code add_links(struct reader *r, const struct draft_party *p) {
	struct disclosing view = import_view(r);
	for (size_t i = 0; i < p->links_n; i++) {
		struct disclosed known;
		bool had = false;
		if (!claim_link(r, p, &p->links[i])) continue;
		enum err_code code = disclose_record(&view, p->key, &known, &r->e);
		if (!code) code = had_link(r, &known, &p->links[i], &had);
		if (code && code != ERR_NOT_FOUND) return code;
		struct change c = import_change(r, CHANGE_LINK);
		c.record = p->key;
		c.rel = p->links[i].rel;
		c.target = p->links[i].target;
		if (!had) import_put_off(r, c, STR_EMPTY);
	}
	return ERR_OK;
}

enum err_code import_party(struct reader *r, const struct draft_party *p, struct claimed claimed, const char *path) {
	if (!claimed.mine) return add_links(r, p);
	struct disclosing d = import_view(r);
	struct disclosed known;
	enum err_code code = disclose_record(&d, p->key, &known, &r->e);
	if (code && code != ERR_NOT_FOUND) return code;
	/* Somebody who writes the name properly corrects one that was derived from a slug, also where that is only about to be written. */
	int rank = rank_of(p->body);
	if (rank && (code ? claimed.again : rank > rank_of(known.body))) {
		struct change c = import_change(r, CHANGE_REVISE);
		c.record = p->key;
		import_put_off(r, c, json_get_str(p->body, S("name")));
	}
	if (!code || claimed.again) return add_links(r, p);
	for (size_t i = 0; i < p->links_n; i++) claim_link(r, p, &p->links[i]);
	struct arena *a = r->item->a;
	struct change c = import_change(r, CHANGE_CREATE);
	struct change_name *names = arena_array(a, 1, sizeof *names);
	if (!names) return err_set(&r->e, ERR_MEMORY, "the file is too large");
	names[0] = (struct change_name){S("key"), p->key};
	c.kind = p->kind;
	c.body = p->body;
	c.imported = true;
	c.if_absent = p->key;
	c.names = names;
	c.names_n = 1;
	c.links = import_links(a, p->links, p->links_n);
	c.links_n = p->links_n;
	return import_prepare(r, &c, PARTY, path);
}

bool import_correct_name(struct import *im, struct db *db, struct arena *a, struct later *l) {
	struct disclosing d = {im->hub, db, viewer_operator, a};
	struct disclosed r;
	const struct json *imported, *whole;
	if (disclose_record(&d, l->change.record, &r, NULL) || rank_of(r.body) >= draft_name_rank(l->name, false)) return false;
	if (!json_true(json_get_lit(r.body, "provisional"))) {
		if (json_get_lit(r.body, "source") || disclose_imported(&d, r.line.record, &imported, &whole, NULL)) return false;
		if (!str_eq(json_get_str(imported, S("name")), json_get_str(r.body, S("name")))) return false;
	}
	l->change.body = json_with(a, json_with(a, r.body, S("name"), json_str(a, l->name)), S("provisional"), NULL);
	return !arena_failed(a);
}
