/* Records that were copied from other hubs: the rows that hang on them. What a copied record says of itself stays with it: it takes no name, and its links
 * change nothing but where they begin. */
#include "change_store.h"

enum { LINKS = 2000 };

enum err_code store_may_change(const struct stored *r, const struct change *c, struct err *e) {
	bool here = c->op == CHANGE_LINK || c->op == CHANGE_UNLINK || c->op == CHANGE_COMMENT || c->op == CHANGE_ERASE;
	if (c->copied && !str_eq(c->copied->hub, r->hub))
		return err_set(e, ERR_EXISTS, "%.*s is %s", STR_ARG(r->uid), r->hub.n ? "copied from another hub" : "this hub's own");
	if (c->copied || !r->hub.n || here) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "this record is of %.*s and is changed there; here it can be linked and commented", STR_ARG(r->hub));
}

/* ---- links ---- */

static enum err_code find_uid(struct store *s, struct str uid, int64_t *id) {
	struct db_query q = db_query(s->db, "SELECT id FROM record WHERE uid = $1");
	db_bind_str(&q, 1, uid);
	*id = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, s->e);
}

static enum err_code await_uid(struct store *s, const struct stored *r, const struct change_link *l) {
	struct db_query q = db_query(s->db, "INSERT INTO copied_link (target, record, rel) VALUES ($1, $2, $3) ON CONFLICT (target, record, rel) DO NOTHING");
	db_bind_str(&q, 1, l->target);
	db_bind_int(&q, 2, r->id);
	db_bind_str(&q, 3, l->rel);
	return db_run(&q, s->e);
}

/* Only what the public sees at both ends; a relation that makes a record as public as another, or says something of what stands under it, is each hub's own. */
static bool may_show(const struct stored *r, const struct stored *t, struct str rel) {
	const struct kind_link *l = kind_link(r->kind, rel);
	/* Who says something is not for another hub to tell of an organization that is not its own. */
	bool speaks = r->kind->says.link.n && str_eq(r->kind->says.link, rel) && !str_eq(r->hub, t->hub);
	return l && l->audiences & PUBLIC && !r->kind->follows.n && t->is_public && !t->kind->follows.n && !speaks;
}

static enum err_code link_copied(struct store *s, const struct stored *r, struct str rel, int64_t target) {
	struct stored t;
	enum err_code code = store_read(s->hub, s->db, s->a, target, &t, s->e);
	if (!code && may_show(r, &t, rel)) code = store_link(s, r, rel, t.uid, NULL);
	/* What does not fit is that hub's to know. */
	return code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_UNSUPPORTED ? ERR_OK : code;
}

static bool still_there(const struct change_copied *c, struct str rel, struct str target) {
	for (size_t i = 0; i < c->links_n; i++)
		if (str_eq(c->links[i].rel, rel) && str_eq(c->links[i].target, target)) return true;
	return false;
}

static enum err_code drop_links(struct store *s, const struct stored *r) {
	struct change_link gone[LINKS];
	size_t n = 0;
	struct db_query q = db_query(s->db, "SELECT l.rel, t.uid FROM link l JOIN record t ON t.id = l.target WHERE l.source = $1 AND l.actor = $2 ORDER BY l.id");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, s->actor.name);
	while (n < LINKS && db_row(&q))
		if (!still_there(s->copied, db_str(&q, 0), db_str(&q, 1)))
			gone[n++] = (struct change_link){arena_str(s->a, db_str(&q, 0)), arena_str(s->a, db_str(&q, 1))};
	enum err_code code = db_done(&q, s->e);
	bool changed;
	for (size_t i = 0; i < n && !code; i++) code = store_unlink(s, r, gone[i].rel, gone[i].target, &changed);
	if (code) return code;
	q = db_query(s->db, "DELETE FROM copied_link WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	return db_run(&q, s->e);
}

static enum err_code put_links(struct store *s, const struct stored *r) {
	const struct change_copied *c = s->copied;
	enum err_code code = c->unlinks ? drop_links(s, r) : ERR_OK;
	for (size_t i = 0; i < c->links_n && i < LINKS && !code; i++) {
		int64_t target;
		if (!kind_link(r->kind, c->links[i].rel)) continue;
		code = find_uid(s, c->links[i].target, &target);
		if (!code) code = target ? link_copied(s, r, c->links[i].rel, target) : await_uid(s, r, &c->links[i]);
	}
	return code;
}

/* Links of others to what has just come. */
static enum err_code fulfil(struct store *s, const struct stored *r) {
	struct waiting {
		int64_t source;
		struct str rel;
	} list[LINKS];
	size_t n = 0;
	struct db_query q = db_query(s->db, "SELECT record, rel FROM copied_link WHERE target = $1 ORDER BY record, rel");
	db_bind_str(&q, 1, r->uid);
	while (n < LINKS && db_row(&q)) list[n++] = (struct waiting){db_int(&q, 0), arena_str(s->a, db_str(&q, 1))};
	enum err_code code = db_done(&q, s->e);
	struct json_builder *noted = s->links;
	s->links = NULL; /* events of those records */
	for (size_t i = 0; i < n && !code; i++) {
		struct stored from;
		code = store_read(s->hub, s->db, s->a, list[i].source, &from, s->e);
		if (!code && !from.erased) code = link_copied(s, &from, list[i].rel, r->id);
		if (code == ERR_UNSUPPORTED) code = ERR_OK;
	}
	s->links = noted;
	if (code || !n) return code;
	q = db_query(s->db, "DELETE FROM copied_link WHERE target = $1");
	db_bind_str(&q, 1, r->uid);
	return db_run(&q, s->e);
}

enum err_code store_copied(struct store *s, const struct stored *r) {
	const struct change_copied *c = s->copied;
	struct db_query q = db_query(s->db,
		"INSERT INTO copied (record, peer, leaf, id, left_out) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (record) DO UPDATE SET peer = excluded.peer, "
		"leaf = excluded.leaf, id = excluded.id, left_out = excluded.left_out");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, c->peer);
	db_bind_int(&q, 3, c->leaf);
	db_bind_str(&q, 4, c->id);
	db_bind_opt(&q, 5, c->left_out);
	enum err_code code = db_run(&q, s->e);
	if (!code) code = put_links(s, r);
	return code || !r->is_public ? code : fulfil(s, r);
}

/* ---- names ---- */

enum err_code store_copied_rename(struct store *s, struct stored *r, const struct change *c) {
	bool taken = false;
	r->public_id = c->public_id;
	if (!c->number.n) return ERR_OK;
	enum err_code code = store_number_taken(s, c->number, &taken);
	if (!code && taken) return err_set(s->e, ERR_EXISTS, "%.*s is taken by another record", STR_ARG(c->number));
	r->number = c->number;
	return code ? code : store_name(s, r, S("number"), r->number, true);
}

static enum err_code put_name(struct store *s, const struct stored *r, struct str name) {
	struct str folded = name_folded(s->a, str_trim(name));
	if (!folded.n || folded.n > 500) return ERR_OK;
	struct db_query q = db_query(s->db, "INSERT INTO copied_name (name, record) VALUES ($1, $2) ON CONFLICT (name, record) DO NOTHING");
	db_bind_str(&q, 1, folded);
	db_bind_int(&q, 2, r->id);
	return db_run(&q, s->e);
}

/* What its hub calls it, what its source does, and its aliases: for saying what may be the same. */
enum err_code store_copied_names(struct store *s, const struct stored *r, const struct projection *p) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < p->names_n && !code; i++)
		if (str_is(p->names[i].role, "alias")) code = put_name(s, r, p->names[i].name);
	if (!code && s->copied && !str_eq(s->copied->id, r->uid)) code = put_name(s, r, s->copied->id);
	const struct json *body;
	if (code || json_parse(s->a, p->body, NULL, &body, NULL)) return code;
	return put_name(s, r, json_get_str(json_get_lit(body, "source"), S("id")));
}

enum err_code store_copied_forget(struct store *s, const struct stored *r) {
	struct db_query q = db_query(s->db, "DELETE FROM copied_name WHERE record = $1");
	db_bind_int(&q, 1, r->id);
	return db_run(&q, s->e);
}
