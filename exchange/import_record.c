#include "import_inside.h"

/* False when this run has had the same identifier; *same says whether it said the same. */
static bool first_time(struct reader *r, struct str id, const struct sha256 *digest, const char *path, bool *same, const char **other) {
	struct import *im = r->im;
	pthread_mutex_lock(&im->lock);
	struct seen *s = map_get(&im->ids, id);
	bool first = !s;
	if (s) {
		*same = memcmp(&s->digest, digest, sizeof *digest) == 0;
		*other = s->path;
	} else if ((s = arena_new_of(im->shared, struct seen))) {
		*s = (struct seen){*digest, path};
		void **at = map_at(&im->ids, arena_str(im->shared, id));
		if (at) *at = s;
	}
	pthread_mutex_unlock(&im->lock);
	return first;
}

static struct change creation(struct reader *r, const struct draft *d) {
	struct arena *a = r->item->a;
	struct change c = import_change(r, CHANGE_CREATE);
	struct change_name *names = arena_array(a, 2, sizeof *names);
	struct change_origin *origin = arena_new_of(a, struct change_origin);
	if (!names || !origin) return c;
	*origin = (struct change_origin){str_of(r->im->format->name), d->source_id, r->im->format->mapping, d->fetched, d->licence};
	names[c.names_n++] = (struct change_name){S("source"), d->public_id.n ? d->public_id : d->source_id};
	if (d->key.n) names[c.names_n++] = (struct change_name){S("key"), d->key};
	c.kind = d->kind;
	c.body = d->body;
	c.visibility = d->visibility;
	c.imported = true;
	c.state = d->state;
	c.number = d->number;
	c.uid = d->uid;
	c.public_id = d->public_id;
	c.origin = origin;
	c.names = names;
	c.links = import_links(a, d->links, d->links_n);
	c.links_n = d->links_n;
	return c;
}

/* Whether a list tells nothing that the other does not. */
static bool says_no_more(const struct json *less, const struct json *more) {
	if (!json_is(less, JSON_ARRAY) || !json_is(more, JSON_ARRAY)) return false;
	for (size_t i = 0; i < less->n; i++) {
		size_t k = 0;
		while (k < more->n && !json_equal(&less->items[i], &more->items[k])) k++;
		if (k == more->n) return false;
	}
	return true;
}

/* What a part of a source says, filled up with what its whole said before. */
static const struct json *fill_up(struct arena *a, const struct json *part, const struct json *before) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(before); i++) {
		const struct json_member *m = json_member_at(before, i);
		const struct json *is = json_get(part, m->name);
		json_set(&b, m->name, !is || says_no_more(is, &m->value) ? &m->value : is);
	}
	for (size_t i = 0; i < json_count(part); i++)
		if (!json_get(before, part->members[i].name)) json_set(&b, part->members[i].name, &part->members[i].value);
	return json_built(&b);
}

/* Three ways: what the source said last time, what it says now, what stands here. Members changed here stay as they are here. */
static const struct json *merge(struct arena *a, const struct json *base, const struct json *theirs, const struct json *ours) {
	struct json_builder b = json_object_of(a);
	for (size_t i = 0; i < json_count(ours); i++) {
		const struct json_member *m = json_member_at(ours, i);
		const struct json *was = json_get(base, m->name), *is = json_get(theirs, m->name);
		bool touched = was ? !json_equal(was, &m->value) : true;
		if (touched)
			json_set(&b, m->name, &m->value);
		else if (is)
			json_set(&b, m->name, is);
	}
	for (size_t i = 0; i < json_count(theirs); i++) {
		const struct json_member *m = json_member_at(theirs, i);
		bool removed_here = json_get(base, m->name) && !json_get(ours, m->name);
		if (!removed_here && !json_get(ours, m->name)) json_set(&b, m->name, &m->value);
	}
	return json_built(&b);
}

/* outcome: of the revision. */
static enum err_code take_again(struct reader *r, const struct draft *d, struct str uid, enum outcome outcome, const char *path) {
	struct disclosing view = import_view(r);
	struct disclosed now_here;
	const struct json *base, *ours;
	enum err_code code = disclose_record(&view, uid, &now_here, &r->e);
	if (!code) code = disclose_imported(&view, now_here.line.record, &base, &ours, &r->e);
	if (code) return code;
	struct change c = creation(r, d);
	c.op = CHANGE_REVISE;
	c.record = uid;
	c.expected = now_here.revision;
	const struct json *theirs = d->partial && base ? fill_up(r->item->a, d->body, base) : d->body;
	c.body = merge(r->item->a, base, theirs, ours);
	/* What came in whole is kept as it came, unless the part says something new. */
	if (d->partial && json_equal(c.body, ours)) c.origin = NULL;
	/* Rules that somebody made here stay; rules that came before were for the same fields. */
	if (now_here.overridden || json_pointer(base, S("/source/extra"))) c.visibility = NULL;
	c.reason = outcome == CREATED ? S("told by a source of its own") : S("changed at its source");
	code = import_prepare(r, &c, outcome, path);
	const struct kind *k = now_here.line.kind;
	if (code || !d->state.n || str_eq(d->state, now_here.line.state->name)) return code;
	for (size_t i = 0; i < k->moves_n; i++) {
		if (!str_eq(k->moves[i].to, d->state) || !kind_move_from(&k->moves[i], now_here.line.state->name)) continue;
		struct change m = import_change(r, CHANGE_MOVE);
		m.record = uid;
		m.move = k->moves[i].name;
		m.reason = S("as its source says");
		import_put_off(r, m, STR_EMPTY);
		break;
	}
	return ERR_OK;
}

/* The record that stands for an organization or system because others named it, when this is its own entry. */
static enum err_code find_named(struct reader *r, const struct draft *d, struct str *uid) {
	struct disclosing view = import_view(r);
	struct disclosed here;
	*uid = STR_EMPTY;
	if (!d->key.n) return ERR_OK;
	enum err_code code = disclose_record(&view, d->key, &here, &r->e);
	if (!code && str_eq(here.line.kind->name, d->kind) && !json_get_lit(here.body, "source")) *uid = here.line.uid;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* New, known or changed? */
enum err_code import_known(struct reader *r, const struct draft *d, const struct sha256 *digest, const char *where) {
	struct disclosing view = import_view(r);
	struct disclosed_origin known;
	struct str uid;
	enum err_code code = disclose_origin(&view, str_of(r->im->format->name), d->source_id, false, &known, &r->e);
	if (code == ERR_NOT_FOUND) {
		code = find_named(r, d, &uid);
		if (code) return code;
		if (uid.n) return take_again(r, d, uid, CREATED, where);
		struct change c = creation(r, d);
		return import_prepare(r, &c, CREATED, where);
	}
	if (code) return code;
	if (memcmp(known.digest, digest->byte, sizeof digest->byte) == 0 && known.mapping >= r->im->format->mapping) {
		import_step(r, UNCHANGED, NULL, where, NULL);
		return ERR_OK;
	}
	return take_again(r, d, known.uid, REVISED, where);
}

enum err_code import_record(struct reader *r, const struct draft *d, const char *path) {
	const char *where = d->place.n ? arena_fmt(r->item->a, "%s: %.*s", path, STR_ARG(d->place)).p : path;
	if (d->rejected.n) return err_set(&r->e, ERR_INVALID, "%.*s", STR_ARG(d->rejected));
	if (!d->source_id.n || d->source_id.n > 500) return err_set(&r->e, ERR_INVALID, "it has no identifier");
	struct sha256 digest = sha256(d->fetched);
	const char *other = NULL;
	bool same = false;
	if (!first_time(r, d->source_id, &digest, where, &same, &other)) {
		if (!same) return err_set(&r->e, ERR_EXISTS, "%.*s stands in %s too, and says something else", STR_ARG(d->source_id), other);
		import_step(r, UNCHANGED, NULL, where, NULL);
		return ERR_OK;
	}
	size_t before = r->item->n;
	enum err_code code = import_known(r, d, &digest, where);
	if (!code && r->item->n > before) r->item->steps[before].draft = d;
	return code;
}
