#include "change_store.h"

#include "hub/copied.h"

/* ---- looking ---- */

enum err_code store_unknown(struct str name, struct err *e) {
	return err_set(e, ERR_NOT_FOUND, "there is no record called \"%.*s\"", STR_ARG(str_cut_utf8(name, 100)));
}

enum err_code store_resolve(struct db *db, struct arena *a, struct str name, int64_t *id, struct err *e) {
	char uid[UID_SIZE];
	name = str_trim(name);
	if (uid_parse(name, uid)) {
		struct db_query q = db_query(db, "SELECT id FROM record WHERE uid = $1");
		db_bind_str(&q, 1, str_of(uid));
		bool found = db_row(&q);
		if (found) *id = db_int(&q, 0);
		enum err_code code = db_done(&q, e);
		if (code || found) return code;
	}
	struct db_query q = db_query(db,
		"SELECT record FROM name WHERE name = $1 AND role <> 'crosswalk' ORDER BY CASE role WHEN 'number' THEN 0 WHEN 'source' THEN 1 "
		"WHEN 'key' THEN 2 ELSE 3 END, record LIMIT 1");
	struct str folded = name_folded(a, name);
	db_bind_str(&q, 1, folded);
	bool found = db_row(&q);
	if (found) *id = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	return code || found ? code : store_unknown(name, e);
}

enum err_code store_read(const struct hub *h, struct db *db, struct arena *a, int64_t id, struct stored *out, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT r.uid, r.kind, r.state, r.revision, r.public_id, r.number, r.visibility, r.created_by, r.updated, p.sort, p.published, r.key_id, r.erased, "
		"r.was_public, r.hub, r.struck FROM record r "
		"LEFT JOIN public p ON p.record = r.id WHERE r.id = $1");
	db_bind_int(&q, 1, id);
	bool found = db_row(&q);
	struct stored r = {.id = id};
	struct str kind = STR_EMPTY;
	if (found) {
		kind = arena_str(a, db_str(&q, 1));
		r.uid = arena_str(a, db_str(&q, 0));
		r.state = arena_str(a, db_str(&q, 2));
		r.revision = db_int(&q, 3);
		r.public_id = arena_str(a, db_str(&q, 4));
		r.number = arena_str(a, db_str(&q, 5));
		r.visibility = arena_str(a, db_str(&q, 6));
		r.created_by = arena_str(a, db_str(&q, 7));
		r.updated = db_int(&q, 8);
		r.is_public = !db_is_null(&q, 9);
		r.sort = arena_str(a, db_str(&q, 9));
		r.published = db_int(&q, 10);
		r.key_id = arena_str(a, db_str(&q, 11));
		r.erased = db_int(&q, 12);
		r.was_public = db_int(&q, 13) != 0;
		r.hub = arena_str(a, db_str(&q, 14));
		r.struck = arena_str(a, db_str(&q, 15));
	}
	enum err_code code = db_done(&q, e);
	if (code) return code;
	if (!found) return err_set(e, ERR_NOT_FOUND, "there is no such record");
	r.kind = kind_find(h->kinds, kind);
	if (!r.kind)
		return err_set(e, ERR_UNSUPPORTED, "record %.*s is of the kind \"%.*s\", which this hub no longer has a file for",
			STR_ARG(r.public_id), STR_ARG(kind));
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = r;
	return ERR_OK;
}

/* What a party's role gives: nothing but these, whatever stands in the row. */
static unsigned party_role(struct str role) {
	/* Who judges is no party: they read what parties read and do nothing in their name. */
	return str_is(role, "panel") ? ROLE_PANEL | ROLE_SEATED : ROLE_PARTY | (role_of(role) & ROLE_OWNER);
}

static enum err_code roles_on(struct db *db, int64_t record, struct str uid, struct str created_by, struct actor actor, unsigned *roles, struct err *e) {
	if (str_eq(created_by, actor.name)) *roles |= ROLE_OWNER;
	struct db_query q = db_query(db,
		"SELECT p.role, '' FROM party p WHERE p.record = $1 AND p.subject = $2 "
		"UNION ALL SELECT p.role, m.role FROM party p JOIN membership m ON m.organization = p.subject WHERE p.record = $1 AND m.account = $2 "
		"UNION ALL SELECT '', m.role FROM membership m WHERE m.account = $2 AND m.organization = $3 "
		"UNION ALL SELECT 'invited', '' FROM participant p WHERE p.record = $1 AND p.subject = $2 AND p.access = 'invited' "
		"UNION ALL SELECT 'invited', m.role FROM participant p JOIN membership m ON m.organization = p.subject WHERE p.record = $1 AND "
		"m.account = $2 AND p.access = 'invited' "
		"UNION ALL SELECT 'invited', '' FROM panel_member s WHERE s.record = $1 AND s.account = $2 AND s.state = 'asked'");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, actor.name);
	db_bind_str(&q, 3, uid);
	while (db_row(&q)) {
		struct str role = db_str(&q, 0), membership = db_str(&q, 1);
		if (str_is(role, "invited")) /* into a case: hub/case/; onto a panel: hub/dispute/ */
			*roles |= ROLE_INVITED;
		else if (!role.n) /* the organization's own record */
			*roles |= str_is(membership, "owner") ? ROLE_OWNER | ROLE_PARTY : ROLE_PARTY;
		else
			*roles |= str_is(membership, "guest") ? ROLE_PARTY : party_role(role);
	}
	return db_done(&q, e);
}

/* Who has a part in what a record follows has one in it too; who owns what it answers to owns it. */
static enum err_code roles_followed(struct db *db, const struct stored *r, struct actor actor, unsigned *roles, struct err *e) {
	char uid[UID_SIZE] = "", by[64] = "";
	unsigned there = 0;
	int64_t target = 0;
	bool owned = r->kind && r->kind->answers_to.n;
	if (!r->kind || (!r->kind->follows.n && !owned)) return ERR_OK;
	struct db_query q = db_query(db, "SELECT t.id, t.uid, t.created_by FROM link l JOIN record t ON t.id = l.target WHERE l.source = $1 AND l.rel = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, owned ? r->kind->answers_to : r->kind->follows);
	if (db_row(&q)) {
		target = db_int(&q, 0);
		snprintf(uid, sizeof uid, "%.*s", STR_ARG(db_str(&q, 1)));
		snprintf(by, sizeof by, "%.*s", STR_ARG(db_str(&q, 2)));
	}
	enum err_code code = db_done(&q, e);
	if (!code && target) code = roles_on(db, target, str_of(uid), str_of(by), actor, &there, e);
	if (!code && owned && there & ROLE_OWNER) *roles |= ROLE_OWNER;
	if (!code && !owned && there & (ROLE_OWNER | ROLE_PARTY)) *roles |= ROLE_PARTY;
	return code;
}

enum err_code store_roles(struct db *db, const struct stored *r, struct actor actor, unsigned *out, struct err *e) {
	unsigned roles = actor.roles | ROLE_ANYONE;
	if (!actor.name.n) { /* nobody in particular owns nothing */
		*out = roles;
		return ERR_OK;
	}
	enum err_code code = roles_on(db, r->id, r->uid, r->created_by, actor, &roles, e);
	if (!code) code = roles_followed(db, r, actor, &roles, e);
	if (!code) *out = roles;
	return code;
}

bool store_is_open(const struct stored *r) {
	const struct kind_state *state = kind_state(r->kind, r->state);
	return state && (state->is_public || (state->follows.n && r->is_public));
}

unsigned store_audiences(const struct stored *r, unsigned roles) {
	unsigned audiences = 0;
	if (roles & ROLE_OWNER) audiences |= OWNER | PARTIES;
	if (roles & ROLE_PARTY) audiences |= PARTIES;
	if (roles & ROLE_COORDINATOR) audiences |= COORDINATORS | PARTIES | REGULATOR | DOWNSTREAM;
	/* A seat on the panel opens no record by itself: only what is public, or what one was made a party to. */
	bool open = store_is_open(r);
	if (roles & ROLE_SEATED) audiences |= PARTIES;
	if (roles & (ROLE_PANEL | ROLE_ADJUDICATOR) && (open || audiences)) audiences |= PANEL;
	if (audiences || open) audiences |= PUBLIC;
	/* Who is only asked in is told what is said to those asked in, and nothing else. */
	if (roles & ROLE_INVITED) audiences |= INVITED;
	return audiences;
}

/* ---- records, revisions, events ---- */

static int year_of(moment at) {
	int64_t year;
	int month, day;
	date_from_days(at / DAY, &year, &month, &day);
	return (int)year;
}

enum err_code store_new_record(struct store *s, const struct change *c, const struct kind *kind, struct str state, struct str key_id,
	struct stored *out) {
	char uid[UID_SIZE];
	struct stored r = {.kind = kind, .state = state, .revision = 1, .key_id = key_id, .created_by = s->actor.name};
	struct str rules = c->copied ? S(COPIED_RULES) : STR_EMPTY;
	if (json_count(c->visibility)) rules = json_canonical(s->a, c->visibility);
	r.visibility = rules;
	if (c->copied) r.hub = c->copied->hub;
	for (int attempt = 0;; attempt++) {
		if (attempt > 0 || !uid_parse(c->uid, uid)) uid_make(uid);
		r.uid = arena_str(s->a, str_of(uid));
		r.public_id = c->public_id.n ? c->public_id : r.uid;
		struct db_query q = db_query(s->db,
			"INSERT INTO record (uid, kind, state, revision, public_id, visibility, created, updated, created_by, key_id, hub) "
			"VALUES ($1, $2, $3, 1, $4, $5, $6, $6, $7, $8, $9)");
		db_bind_str(&q, 1, r.uid);
		db_bind_str(&q, 2, kind->name);
		db_bind_str(&q, 3, state);
		db_bind_str(&q, 4, r.public_id);
		if (r.visibility.n)
			db_bind_bytes(&q, 5, r.visibility);
		else
			db_bind_null(&q, 5);
		db_bind_int(&q, 6, s->at);
		db_bind_str(&q, 7, s->actor.name);
		db_bind_opt(&q, 8, key_id);
		db_bind_opt(&q, 9, r.hub);
		enum err_code code = db_run(&q, s->e);
		if (code == ERR_EXISTS && c->copied) return err_set(s->e, code, "%s is another record here", uid);
		if (code == ERR_EXISTS && attempt < 8) continue; /* 40 random bits, or another hub's, taken before */
		if (code) return code;
		break;
	}
	r.id = s->fresh = db_last_id(s->db);
	*out = r;
	return ERR_OK;
}

enum err_code store_update_record(struct store *s, const struct stored *r) {
	struct db_query q = db_query(s->db,
		"UPDATE record SET state = $2, revision = $3, public_id = $4, number = $5, visibility = $6, updated = $7 WHERE id = $1");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, r->state);
	db_bind_int(&q, 3, r->revision);
	db_bind_str(&q, 4, r->public_id);
	db_bind_opt(&q, 5, r->number);
	if (r->visibility.n)
		db_bind_bytes(&q, 6, r->visibility);
	else
		db_bind_null(&q, 6);
	db_bind_int(&q, 7, s->at);
	return db_run(&q, s->e);
}

enum err_code store_revision(struct store *s, const struct stored *r, const struct projection *p) {
	s->root = p->commitment.root;
	struct str body, seed;
	enum err_code code = store_close(s, r, "body", r->revision, p->body, &body);
	if (!code) code = store_close(s, r, "seed", r->revision, str_n(p->commitment.seed, sizeof p->commitment.seed), &seed);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO revision (record, number, body, body_root, salt_seed, key_id, actor, at) VALUES ($1, $2, $3, $4, $5, $8, $6, $7)");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, r->revision);
	db_bind_bytes(&q, 3, body);
	db_bind_bytes(&q, 4, sha256_str(&p->commitment.root));
	db_bind_bytes(&q, 5, seed);
	db_bind_str(&q, 6, s->actor.name);
	db_bind_int(&q, 7, s->at);
	db_bind_opt(&q, 8, r->key_id);
	return db_run(&q, s->e);
}

static void bind_digest(struct db_query *q, int n, bool there, const struct sha256 *digest) {
	if (there)
		db_bind_bytes(q, n, sha256_str(digest));
	else
		db_bind_null(q, n);
}

/* Of a record with a key the detail is bound to the event's own number, which the row gives. */
static enum err_code put_detail(struct store *s, const struct stored *r, int64_t seq, struct str detail) {
	struct str blob;
	enum err_code code = store_close(s, r, "event", seq, detail, &blob);
	if (code) return code;
	struct db_query q = db_query(s->db, "UPDATE event SET detail = $2 WHERE seq = $1");
	db_bind_int(&q, 1, seq);
	db_bind_bytes(&q, 2, blob);
	return db_run(&q, s->e);
}

static enum err_code insert_event(struct store *s, const struct stored *r, const char *type, struct str detail, const struct sha256 *before,
	const struct sha256 *after, int64_t *seq) {
	if (r->erased) return store_gone(r, s->e); /* since it was prepared */
	struct sha256 was = {{0}}, is = {{0}};
	bool later = r->key_id.n && detail.n;
	if (before) was = *before;
	if (after) is = *after;
	enum err_code code = before ? store_digest(s, r, "digest", &was) : ERR_OK;
	if (!code && after) code = store_digest(s, r, "digest", &is);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO event (record, type, actor, at, revision, state, detail, digest_before, digest_after) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, str_of(type));
	db_bind_str(&q, 3, s->actor.name);
	db_bind_int(&q, 4, s->at);
	db_bind_int(&q, 5, r->revision);
	db_bind_str(&q, 6, r->state);
	if (detail.n && !later)
		db_bind_bytes(&q, 7, detail);
	else
		db_bind_null(&q, 7);
	bind_digest(&q, 8, before != NULL, &was);
	bind_digest(&q, 9, after != NULL, &is);
	code = db_run(&q, s->e);
	*seq = db_last_id(s->db);
	if (!code && later) code = put_detail(s, r, *seq, detail);
	if (code) return code;
	return ERR_OK;
}

enum err_code store_event(struct store *s, const struct stored *r, const char *type, struct str detail, const struct sha256 *before,
	const struct sha256 *after) {
	int64_t seq;
	enum err_code code = insert_event(s, r, type, detail, before, after, &seq);
	if (!code) code = ledger_note_event(s, r, seq, type, after ? sha256_str(&s->root) : STR_EMPTY);
	if (!code) ledger_note_detail(s, seq, detail);
	return code ? code : store_notices(s, r, seq, str_of(type), detail);
}

enum err_code store_event_begin(struct store *s, const struct stored *r, const char *type, int64_t *seq) {
	enum err_code code = insert_event(s, r, type, STR_EMPTY, NULL, NULL, seq);
	return code ? code : ledger_note_event(s, r, *seq, type, STR_EMPTY);
}

enum err_code store_event_end(struct store *s, const struct stored *r, int64_t seq, const char *type, struct str detail) {
	enum err_code code = put_detail(s, r, seq, detail);
	if (!code) ledger_note_detail(s, seq, detail);
	return code ? code : store_notices(s, r, seq, str_of(type), detail);
}

enum err_code store_event_drop(struct store *s, int64_t seq) {
	ledger_note_dropped(s, seq);
	struct db_query q = db_query(s->db, "DELETE FROM event WHERE seq = $1");
	db_bind_int(&q, 1, seq);
	return db_run(&q, s->e);
}

/* ---- links ---- */

static const struct json *link_detail(struct store *s, struct str rel, const struct stored *target) {
	struct json_builder b = json_object_of(s->a);
	json_set_str(&b, S("rel"), rel);
	json_set_str(&b, S("target"), target->uid);
	return json_built(&b);
}

static bool may_lead(const struct kind_link *l, const struct kind *to) {
	bool fits = l->to.n == 0;
	for (size_t i = 0; i < l->to.n; i++) fits |= str_eq(l->to.items[i], to->name) || str_is(l->to.items[i], "*");
	return fits;
}

static enum err_code may_link(struct store *s, const struct stored *r, struct str rel, const struct stored *target) {
	const struct kind_link *l = kind_link(r->kind, rel);
	if (!l)
		return err_set(s->e, ERR_INVALID, "a record of the kind %.*s has no links \"%.*s\"", STR_ARG(r->kind->name), STR_ARG(rel));
	if (r->id == target->id) return err_set(s->e, ERR_INVALID, "a record can't be linked to itself");
	if (!may_lead(l, target->kind))
		return err_set(s->e, ERR_INVALID, "\"%.*s\" can't lead to a record of the kind %.*s", STR_ARG(rel), STR_ARG(target->kind->name));
	if (l->max == INT64_MAX) return ERR_OK;
	struct db_query q = db_query(s->db, "SELECT count(*) FROM link WHERE source = $1 AND rel = $2 AND target <> $3");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, rel);
	db_bind_int(&q, 3, target->id);
	int64_t n = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, s->e);
	if (!code && n >= l->max)
		code = err_set(s->e, ERR_CONFLICT, "%.*s has %lld links \"%.*s\" already, and may have no more", STR_ARG(r->public_id),
			(long long)n, STR_ARG(rel));
	return code;
}

/* What follows is as public as what it is linked to; and a case that a record came into may be under an embargo. */
static enum err_code follow_link(struct store *s, const struct stored *r, const struct stored *target, struct str rel) {
	enum err_code code = ERR_OK;
	if (r->kind->follows.n && str_eq(r->kind->follows, rel)) code = store_follow_again(s, r->id);
	if (!code && str_is(r->kind->name, "case")) code = store_follow(s, target->id);
	if (!code && str_is(target->kind->name, "case")) code = store_follow(s, r->id);
	return code;
}

static enum err_code link_to(struct store *s, const struct stored *r, struct str rel, int64_t target, bool *changed) {
	struct stored t;
	enum err_code code = store_read(s->hub, s->db, s->a, target, &t, s->e);
	if (!code) code = may_link(s, r, rel, &t);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO link (source, rel, target, actor, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, rel, target) DO NOTHING");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, rel);
	db_bind_int(&q, 3, target);
	db_bind_str(&q, 4, s->actor.name);
	db_bind_int(&q, 5, s->at);
	code = db_run(&q, s->e);
	if (code || db_changes(s->db) == 0) return code;
	if (changed) *changed = true;
	if (s->links)
		json_add(s->links, link_detail(s, rel, &t));
	else
		code = store_event(s, r, "link", json_text(s->a, link_detail(s, rel, &t)), NULL, NULL);
	if (!code) code = store_link_facet(s, r, &t, rel);
	return code ? code : follow_link(s, r, &t, rel);
}

/* Every record that stands for the crosswalk's term. */
static enum err_code link_crosswalk(struct store *s, const struct stored *r, struct str rel, struct str folded, bool *changed) {
	int64_t targets[16];
	size_t n = 0;
	struct db_query q = db_query(s->db, "SELECT record FROM name WHERE name = $1 AND role = 'crosswalk' ORDER BY record LIMIT 16");
	db_bind_str(&q, 1, folded);
	while (n < lengthof(targets) && db_row(&q)) targets[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	for (size_t i = 0; i < n && !code; i++)
		if (targets[i] != r->id) code = link_to(s, r, rel, targets[i], changed);
	return code;
}

static enum err_code await_name(struct store *s, const struct stored *r, struct str rel, struct str folded, bool *changed) {
	if (store_hides(r)) return ERR_OK; /* a name that nobody has yet is text of the record's */
	struct db_query q = db_query(s->db,
		"INSERT INTO awaited (name, source, rel) VALUES ($1, $2, $3) ON CONFLICT (name, source, rel) DO NOTHING");
	db_bind_str(&q, 1, folded);
	db_bind_int(&q, 2, r->id);
	db_bind_str(&q, 3, rel);
	enum err_code code = db_run(&q, s->e);
	if (!code && changed && db_changes(s->db)) *changed = true;
	return code;
}

/* True when the record has this name among its aliases only: somebody else may still come whose own name it is. */
static enum err_code by_alias(struct store *s, struct str folded, int64_t record, bool *only) {
	bool alias = false, own = false;
	struct db_query q = db_query(s->db, "SELECT role FROM name WHERE name = $1 AND record = $2 AND role <> 'crosswalk'");
	db_bind_str(&q, 1, folded);
	db_bind_int(&q, 2, record);
	while (db_row(&q)) *(str_is(db_str(&q, 0), "alias") ? &alias : &own) = true;
	enum err_code code = db_done(&q, s->e);
	if (!code) *only = alias && !own;
	return code;
}

enum err_code store_link(struct store *s, const struct stored *r, struct str rel, struct str target, bool *changed) {
	struct str folded = name_folded(s->a, str_trim(target));
	if (!folded.n || folded.n > 500) return err_set(s->e, ERR_INVALID, "a link needs a record to lead to");
	if (!kind_link(r->kind, rel))
		return err_set(s->e, ERR_INVALID, "a record of the kind %.*s has no links \"%.*s\"", STR_ARG(r->kind->name), STR_ARG(rel));
	if (str_starts(folded, S("crosswalk:"))) {
		enum err_code code = await_name(s, r, rel, folded, NULL);
		return code ? code : link_crosswalk(s, r, rel, folded, changed);
	}
	int64_t id;
	enum err_code code = store_resolve(s->db, s->a, target, &id, s->e);
	if (code == ERR_NOT_FOUND) return await_name(s, r, rel, folded, changed);
	if (!code && id == r->id) return ERR_OK; /* a source that names itself among its relatives */
	bool alias = false;
	if (!code) code = by_alias(s, folded, id, &alias);
	if (!code && alias) code = await_name(s, r, rel, folded, NULL);
	return code ? code : link_to(s, r, rel, id, changed);
}

static enum err_code unlink_from(struct store *s, const struct stored *r, struct str rel, const struct stored *target) {
	struct db_query q = db_query(s->db, "DELETE FROM link WHERE source = $1 AND rel = $2 AND target = $3");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, rel);
	db_bind_int(&q, 3, target->id);
	enum err_code code = db_run(&q, s->e);
	if (!code && db_changes(s->db) == 0)
		code = err_set(s->e, ERR_NOT_FOUND, "there is no link \"%.*s\" from %.*s to %.*s", STR_ARG(rel), STR_ARG(r->public_id),
			STR_ARG(target->public_id));
	if (!code) code = store_event(s, r, "unlink", json_text(s->a, link_detail(s, rel, target)), NULL, NULL);
	if (!code) code = store_unlink_facet(s, r, target);
	return code ? code : follow_link(s, r, target, rel);
}

enum err_code store_unlink(struct store *s, const struct stored *r, struct str rel, struct str target, bool *changed) {
	int64_t id;
	struct stored t;
	enum err_code code = store_resolve(s->db, s->a, target, &id, s->e);
	if (!code) code = store_read(s->hub, s->db, s->a, id, &t, s->e);
	if (!code) code = unlink_from(s, r, rel, &t);
	if (code) return code;
	*changed = true;
	/* What came about because a name was awaited does not come back with the next who is called so. */
	struct db_query q = db_query(s->db,
		"DELETE FROM awaited WHERE source = $1 AND rel = $2 AND name IN (SELECT name FROM name WHERE record = $3 AND role = 'alias')");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, rel);
	db_bind_int(&q, 3, id);
	return db_run(&q, s->e);
}

/* ---- names ---- */

struct waiting {
	int64_t source;
	struct str rel;
};

/* A name leads to the record that is called so by its source before it leads to one that has it as an alias: a link that was made while
 * there was only the alias leads here from now on, as it would had this record come first. */
static enum err_code take_over(struct store *s, const struct stored *from, struct str rel, struct str folded, const struct stored *r) {
	struct db_query q = db_query(s->db,
		"SELECT l.target FROM link l JOIN name n ON n.record = l.target AND n.name = $3 AND n.role = 'alias' "
		"WHERE l.source = $1 AND l.rel = $2 AND l.target <> $4 ORDER BY l.target LIMIT 1");
	db_bind_int(&q, 1, from->id);
	db_bind_str(&q, 2, rel);
	db_bind_str(&q, 3, folded);
	db_bind_int(&q, 4, r->id);
	bool found = db_row(&q);
	int64_t id = found ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, s->e);
	const struct kind_link *l = kind_link(from->kind, rel);
	if (code || !found || !l || !may_lead(l, r->kind)) return code;
	struct stored before;
	code = store_read(s->hub, s->db, s->a, id, &before, s->e);
	return code ? code : unlink_from(s, from, rel, &before);
}

static enum err_code is_somebodys(struct store *s, struct str folded, const struct stored *but, bool *is) {
	struct db_query q = db_query(s->db, "SELECT 1 FROM name WHERE name = $1 AND role <> 'crosswalk' AND record <> $2 LIMIT 1");
	db_bind_str(&q, 1, folded);
	db_bind_int(&q, 2, but->id);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	if (!code) *is = found;
	return code;
}

/* Links that waited for this name are made now. What is only an alias keeps them waiting for whose own name it is; of several who have
 * it as an alias, the first is linked. */
static enum err_code fulfil(struct store *s, const struct stored *r, struct str folded, struct str role) {
	bool alias = str_is(role, "alias"), keep = alias || str_is(role, "crosswalk"), taken = false;
	struct waiting list[256], last = {0, STR_EMPTY};
	size_t n = lengthof(list);
	enum err_code code = alias ? is_somebodys(s, folded, r, &taken) : ERR_OK;
	if (code || taken) return code;
	struct json_builder *noted = s->links;
	s->links = NULL; /* these are other records' links, and events of theirs */
	while (n == lengthof(list) && !code) {
		struct db_query q = db_query(s->db,
			"SELECT source, rel FROM awaited WHERE name = $1 AND (source, rel) > ($2, $3) ORDER BY source, rel LIMIT 256");
		db_bind_str(&q, 1, folded);
		db_bind_int(&q, 2, last.source);
		db_bind_str(&q, 3, last.rel);
		for (n = 0; n < lengthof(list) && db_row(&q); n++) list[n] = (struct waiting){db_int(&q, 0), arena_str(s->a, db_str(&q, 1))};
		code = db_done(&q, s->e);
		for (size_t i = 0; i < n && !code; i++) {
			struct stored from;
			if (list[i].source == r->id) continue;
			code = store_read(s->hub, s->db, s->a, list[i].source, &from, s->e);
			if (!code && !keep) code = take_over(s, &from, list[i].rel, folded, r);
			if (!code) code = link_to(s, &from, list[i].rel, r->id, NULL);
			/* What waited does not fit who came, or its kind's file is gone. */
			if (code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_UNSUPPORTED) code = ERR_OK;
		}
		if (n) last = list[n - 1];
	}
	s->links = noted;
	if (code || keep || !last.source) return code;
	struct db_query q = db_query(s->db, "DELETE FROM awaited WHERE name = $1");
	db_bind_str(&q, 1, folded);
	return db_run(&q, s->e);
}

enum err_code store_name(struct store *s, const struct stored *r, struct str role, struct str name, bool shown) {
	struct str folded = name_folded(s->a, str_trim(name));
	if (!folded.n || folded.n > 500) return ERR_OK;
	struct db_query q = db_query(s->db,
		"INSERT INTO name (name, role, record, shown) VALUES ($1, $2, $3, $4) ON CONFLICT (name, role, record) DO NOTHING");
	db_bind_str(&q, 1, folded);
	db_bind_str(&q, 2, role);
	db_bind_int(&q, 3, r->id);
	db_bind_int(&q, 4, shown);
	enum err_code code = db_run(&q, s->e);
	if (code || db_changes(s->db) == 0) return code;
	return fulfil(s, r, folded, role);
}

enum err_code store_body_names(struct store *s, const struct stored *r, const struct projection *p) {
	if (r->hub.n) return store_copied_names(s, r, p);
	const struct kind_state *state = kind_state(r->kind, r->state); /* NULL: its kind's file was changed */
	bool shown = state && state->is_public;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < p->names_n && !store_hides(r) && !code; i++)
		code = store_name(s, r, p->names[i].role, p->names[i].name, shown && p->names[i].shown);
	return code ? code : store_link_aliases(s, r);
}

enum err_code store_forget_names(struct store *s, const struct stored *r) {
	if (r->hub.n) return store_copied_forget(s, r);
	struct db_query q = db_query(s->db, "DELETE FROM name WHERE record = $1 AND role IN ('alias', 'crosswalk')");
	db_bind_int(&q, 1, r->id);
	return db_run(&q, s->e);
}

enum err_code store_link_aliases(struct store *s, const struct stored *r) {
	if (s->copied || !kind_link(r->kind, S("same-as"))) return ERR_OK;
	int64_t others[64];
	size_t n = 0;
	struct db_query q = db_query(s->db,
		"SELECT DISTINCT o.record FROM name m JOIN name o ON o.name = m.name AND o.record <> m.record JOIN record p ON p.id = o.record "
		"WHERE m.record = $1 AND m.role IN ('source', 'alias', 'number') AND o.role IN ('source', 'alias', 'number') AND p.kind = $2 "
		"ORDER BY o.record LIMIT 64");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, r->kind->name);
	while (n < lengthof(others) && db_row(&q)) others[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, s->e);
	struct json_builder *noted = s->links;
	s->links = NULL;
	for (size_t i = 0; i < n && !code; i++) {
		/* The relation has no direction: one row serves, from the younger to the older. */
		struct stored from = *r;
		int64_t to = others[i];
		if (to > r->id) {
			to = r->id;
			code = store_read(s->hub, s->db, s->a, others[i], &from, s->e);
		}
		if (!code) code = link_to(s, &from, S("same-as"), to, NULL);
	}
	s->links = noted;
	return code;
}

/* ---- origin and number ---- */

enum err_code store_origin(struct store *s, const struct stored *r, const struct change_origin *o, struct str compressed,
	const struct sha256 *digest) {
	struct sha256 shown = *digest;
	enum err_code code = store_close(s, r, "origin", 0, compressed, &compressed);
	if (!code) code = store_digest(s, r, "origin", &shown);
	if (code) return code;
	struct db_query q = db_query(s->db,
		"INSERT INTO origin (record, system, source_id, mapping, digest, fetched, licence, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
		"ON CONFLICT (record) DO UPDATE SET mapping = excluded.mapping, digest = excluded.digest, fetched = excluded.fetched, "
		"licence = excluded.licence, at = excluded.at");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, o->system);
	db_bind_str(&q, 3, o->source_id);
	db_bind_int(&q, 4, o->mapping);
	db_bind_bytes(&q, 5, sha256_str(&shown));
	db_bind_bytes(&q, 6, compressed);
	db_bind_opt(&q, 7, r->key_id.n ? STR_EMPTY : o->licence); /* the form that came says it too */
	db_bind_int(&q, 8, s->at);
	code = db_run(&q, s->e);
	if (code == ERR_EXISTS)
		err_set(s->e, code, "%.*s %.*s is here already", STR_ARG(o->system), STR_ARG(str_cut_utf8(o->source_id, 100)));
	return code;
}

static enum err_code next_in(struct store *s, struct str counter, int64_t *out) {
	struct db_query q = db_query(s->db,
		"INSERT INTO setting (name, value) VALUES ($1, '1') ON CONFLICT (name) DO UPDATE SET "
		"value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT) RETURNING CAST(value AS BIGINT)");
	db_bind_str(&q, 1, counter);
	while (db_row(&q)) *out = db_int(&q, 0);
	return db_done(&q, s->e);
}

enum err_code store_number_taken(struct store *s, struct str number, bool *taken) {
	struct db_query q = db_query(s->db, "SELECT 1 FROM record WHERE number = $1");
	db_bind_str(&q, 1, number);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	if (!code) *taken = found;
	return code;
}

enum err_code store_key_taken(struct store *s, struct str key, bool *taken) {
	struct db_query q = db_query(s->db,
		"SELECT 1 FROM name n LEFT JOIN origin o ON o.record = n.record WHERE n.name = $1 AND n.role = 'key' AND o.record IS NULL");
	db_bind_str(&q, 1, name_folded(s->a, str_trim(key)));
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	if (!code) *taken = found;
	return code;
}

/* Records of other systems keep what those call them; only this hub's own are numbered, and only when they become public. */
enum err_code store_number(struct store *s, struct stored *r) {
	struct str form = r->kind->number_form;
	if (!form.n || r->number.n || s->copied || r->hub.n || !str_eq(r->public_id, r->uid)) return ERR_OK;
	int year = year_of(s->at);
	struct str counter = arena_cat(s->a, S("number:"), r->kind->name);
	if (str_find(form, S("{year}")) != STR_NONE) counter = arena_fmt(s->a, "%.*s:%d", STR_ARG(counter), year);
	/* A number may have come from elsewhere, as those of the common vocabulary do: then the next one. */
	for (bool taken = true; taken;) {
		int64_t seq = 0;
		enum err_code code = next_in(s, counter, &seq);
		if (!code) code = number_format(s->a, form, s->hub->prefix, year, seq, &r->number, s->e);
		if (!code) code = store_number_taken(s, r->number, &taken);
		if (code) return code;
	}
	r->public_id = r->number;
	return store_name(s, r, S("number"), r->number, true);
}
