#include "change.h"

#include "hub/access/access.h"
#include "hub/case/case.h"
#include "hub/change_prepared.h"
#include "hub/clock.h"
#include "hub/copied.h"
#include "hub/dispute/dispute.h"
#include "hub/receipt.h"
#include "hub/release/release.h"
#include "hub/writer.h"

const struct actor actor_operator = {S_INIT("operator"), ROLE_ANYONE | ROLE_MEMBER | ROLE_OWNER | ROLE_COORDINATOR};

enum { ATTEMPTS = 4 };

/* ---- writing ---- */

static enum err_code write_names(struct store *s, const struct stored *r, const struct prepared *p) {
	const struct change *c = p->change;
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < c->names_n && !code; i++)
		if (!store_hides(r) || str_is(c->names[i].role, "source")) code = store_name(s, r, c->names[i].role, c->names[i].name, !str_is(c->names[i].role, "key"));
	return code ? code : store_body_names(s, r, &p->projection);
}

static enum err_code write_links(struct store *s, const struct stored *r, const struct change *c, bool *changed) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < c->links_n && !code; i++) {
		code = store_link(s, r, c->links[i].rel, c->links[i].target, changed);
		if (!code) code = clock_follow_link(s, r, c->links[i].rel);
	}
	return code;
}

static void tell(struct change_result *out, const struct stored *r) {
	snprintf(out->uid, sizeof out->uid, "%.*s", STR_ARG(r->uid));
	snprintf(out->public_id, sizeof out->public_id, "%.*s", STR_ARG(r->public_id));
	snprintf(out->state, sizeof out->state, "%.*s", STR_ARG(r->state));
	out->record = r->id;
	out->revision = r->revision;
}

static struct str create_detail(struct store *s, const struct json *links) {
	if (!json_count(links)) return STR_EMPTY;
	struct json_builder b = json_object_of(s->a);
	json_set(&b, S("links"), links);
	return json_text(s->a, json_built(&b));
}

static enum err_code first_move(struct store *s, struct stored *r, const struct prepared *p) {
	r->state = p->state;
	enum err_code code = p->projection.is_public && !r->number.n ? store_number(s, r) : ERR_OK;
	if (!code) code = store_update_record(s, r);
	if (!code) code = store_event(s, r, "move", p->detail, NULL, NULL);
	return code ? code : store_public(s, r, &p->projection);
}

static enum err_code commit_create(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	if (c->if_absent.n) {
		int64_t id;
		enum err_code code = store_resolve(s->db, s->a, c->if_absent, &id, s->e);
		if (!code) code = store_read(s->hub, s->db, s->a, id, &r, s->e);
		if (!code) tell(out, &r);
		if (code != ERR_NOT_FOUND) return code;
	}
	bool taken = false;
	enum err_code code = c->number.n ? store_number_taken(s, c->number, &taken) : ERR_OK;
	if (!code && taken) code = err_set(s->e, ERR_EXISTS, "%.*s is taken by another record", STR_ARG(c->number));
	/* The same organization or system may have been named by another source since this was prepared. */
	for (size_t i = 0; c->origin && i < c->names_n && !code; i++) {
		if (!str_is(c->names[i].role, "key")) continue;
		code = store_key_taken(s, c->names[i].name, &taken);
		if (!code && taken) code = err_set(s->e, ERR_CONFLICT, "%.*s became a record at the same moment", STR_ARG(c->names[i].name));
	}
	if (!code) code = store_new_record(s, c, p->kind, p->first.n ? p->first : p->state, p->key_id, &r);
	if (code) return code;
	r.updated = s->at;
	if (!code && c->organization.n) code = store_on_behalf(s, &r, c->organization);
	if (!code) code = store_revision(s, &r, &p->projection);
	if (!code && c->origin) code = store_origin(s, &r, c->origin, p->fetched, &p->fetched_digest);
	if (!code && c->number.n) {
		r.number = r.public_id = c->number;
		code = store_name(s, &r, S("number"), r.number, true);
	} else if (!code && p->projection.is_public && !p->projection.follows && !c->origin) {
		code = store_number(s, &r);
	}
	if (!code && r.number.n) code = store_update_record(s, &r);
	if (!code && c->receipt) code = receipt_put(s->db, c->receipt, r.id, s->e);
	if (!code && !p->first.n) code = store_public(s, &r, &p->projection);
	s->fresh = 0;
	/* A record and the links it came with are one event. */
	struct json_builder links = json_array_of(s->a);
	s->links = &links;
	if (!code) code = write_names(s, &r, p);
	if (!code) code = write_links(s, &r, c, NULL);
	if (!code) code = store_said_by(s, &r, c);
	if (!code && c->copied) code = store_copied(s, &r);
	s->links = NULL;
	if (!code && !c->copied) code = publication_follow(s, &r, p->projection.body);
	if (!code && !c->copied) code = clock_follow_body(s, &r, p->projection.body);
	if (!code && !c->copied) code = release_follow(s, &r, p->projection.body);
	if (!code) code = store_event(s, &r, "create", create_detail(s, json_built(&links)), NULL, &p->projection.digest);
	if (!code && p->first.n) code = first_move(s, &r, p);
	if (!code && !c->origin) code = clock_follow_state(s, &r);
	if (!code && !c->copied) code = dispute_filed(s, &r, c);
	if (!code && !c->copied) code = access_asked(s, &r, c);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

/* What the preparation was made from must still be so. */
static enum err_code still(struct store *s, const struct prepared *p, struct stored *r) {
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, r, s->e);
	if (code || (r->revision == p->base.revision && str_eq(r->state, p->base.state))) return code;
	return err_set(s->e, ERR_CONFLICT, "the record was changed by somebody else at the same moment: look again before you change it");
}

static enum err_code erase_files(struct store *s, const struct stored *r) {
	struct str *erased = arena_array(s->a, FILES_ERASED, sizeof *erased);
	size_t n = 0;
	if (!erased) return err_set(s->e, ERR_MEMORY, "out of memory");
	enum err_code code = store_erase_files(s, r, erased, FILES_ERASED, &n);
	for (size_t i = 0; i < n && !code; i++) json_add(s->erased, json_str(s->erased->a, arena_str(s->erased->a, erased[i])));
	return code;
}

static enum err_code commit_revise(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	enum err_code code = still(s, p, &r);
	if (code) return code;
	bool body = memcmp(&p->before, &p->projection.digest, sizeof p->before) != 0;
	struct str visibility = json_count(p->visibility) ? json_canonical(s->a, p->visibility) : STR_EMPTY;
	bool rules = !str_eq(visibility, r.visibility), linked = false, named = c->copied && c->public_id.n && !str_eq(c->public_id, r.public_id);
	if (named) code = store_copied_rename(s, &r, c);
	if (p->moved.n) r.state = p->state;
	if (body || rules || p->moved.n || named) {
		r.revision += body || rules;
		r.visibility = visibility;
		if (!code && (body || rules)) code = store_revision(s, &r, &p->projection);
		if (!code) code = store_update_record(s, &r);
		if (!code && (body || rules || !p->moved.n)) code = store_event(s, &r, "revise", p->detail, &p->before, &p->projection.digest);
		if (!code && p->moved.n) code = store_event(s, &r, "move", p->moved, NULL, NULL);
		if (!code) code = store_public(s, &r, &p->projection);
		if (!code) code = store_forget_names(s, &r);
		if (!code) code = write_names(s, &r, p);
		if (!code && !c->copied) code = publication_follow(s, &r, p->projection.body);
		if (!code && !c->copied) code = clock_follow_body(s, &r, p->projection.body);
		if (!code && !c->copied) code = release_follow(s, &r, p->projection.body);
	}
	if (!code && p->refuses && body) code = erase_files(s, &r);
	if (!code && c->origin) code = store_origin(s, &r, c->origin, p->fetched, &p->fetched_digest);
	if (!code && c->names_n && !body && !rules) code = write_names(s, &r, p);
	if (!code) code = write_links(s, &r, c, &linked);
	if (!code && c->copied) code = store_copied(s, &r);
	if (code) return code;
	out->changed = body || rules || linked || named || p->moved.n;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_move(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	enum err_code code = still(s, p, &r);
	if (code) return code;
	r.state = p->state;
	bool out_now = p->projection.is_public && !p->projection.follows;
	code = case_check_move(s, &r, p->change->move, out_now);
	if (!code && out_now) code = store_number(s, &r);
	if (!code) code = store_update_record(s, &r);
	if (!code) code = store_event(s, &r, "move", p->detail, NULL, NULL);
	if (!code) code = clock_follow_state(s, &r);
	if (!code) code = store_public(s, &r, &p->projection);
	if (!code) code = store_forget_names(s, &r);
	if (!code) code = write_names(s, &r, p);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_erase(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	enum err_code code = p->strike ? still(s, p, &r) : store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code && r.erased) code = store_gone(&r, s->e);
	/* Encrypted anew with another key by somebody else: what was prepared is of the old one. */
	if (!code && p->strike && !str_eq(r.key_id, p->base.key_id)) code = err_set(s->e, ERR_CONFLICT, "the record was changed at the same moment: look again");
	if (!code) code = p->strike ? store_strike(s, &r, p->strike, &p->projection) : store_erase(s, &r, str_trim(p->change->basis), p->detail);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

/* What was public and whose it was when it was prepared must be so still: an embargo may have begun since. */
static enum err_code commit_reveal(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	struct sealed_version v;
	struct str shown;
	unsigned roles = 0;
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code) code = store_roles(s->db, &r, s->actor, &roles, s->e);
	if (!code) code = reveal_read(s->hub, s->db, s->a, &r, p->change->version, &v, s->e);
	if (!code) code = reveal_check(s->hub, s->db, s->a, &r, &v, roles, s->actor.name, p->change->fields, p->change->fields_n, s->e);
	if (!code) code = store_event(s, &r, "reveal", p->detail, NULL, NULL);
	if (!code) code = reveal_public(s->db, s->a, &r, &shown, s->e);
	if (!code) code = ledger_note_reveal(s, &r, shown, p->shown, p->of);
	if (code) return code;
	out->changed = true;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_other(struct store *s, const struct prepared *p, struct change_result *out) {
	const struct change *c = p->change;
	struct stored r;
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (code) return code;
	if (c->op == CHANGE_LINK) {
		int64_t target; /* a person means a record that is there; only an importer may wait for one */
		code = store_known(s, c->target, &target);
		if (!code && target == r.id) code = err_set(s->e, ERR_INVALID, "a record can't be linked to itself");
		if (!code) code = store_link(s, &r, c->rel, c->target, &out->changed);
		if (!code) code = clock_follow_link(s, &r, c->rel);
	} else if (c->op == CHANGE_UNLINK) {
		int64_t target;
		code = store_known(s, c->target, &target);
		if (!code) code = store_unlink(s, &r, c->rel, c->target, &out->changed);
		if (!code) code = clock_follow_link(s, &r, c->rel);
	} else if (c->op == CHANGE_ATTACH) {
		code = store_may_attach(s, &r, p->attached.sha256);
		if (!code) code = store_attach(s, &r, &p->attached, (int64_t)c->bytes.n, p->audiences, p->detail, &out->changed);
	} else if (c->op == CHANGE_INVITE) {
		code = store_subject(s, c->subject);
		if (!code) code = store_invite(s, &r, c->subject, c->role, p->detail, &out->changed);
	} else if (c->op == CHANGE_DISMISS) {
		code = store_dismiss(s, &r, c->subject, c->role, p->detail, &out->changed);
	} else {
		code = store_message(s, &r, p->change, p->detail, p->audiences);
		out->changed = true;
	}
	if (!code) tell(out, &r);
	return code;
}

/* The event comes first, since rows name it, and goes again where nothing happened. */
static enum err_code commit_act(struct store *s, const struct prepared *p, struct change_result *out) {
	struct stored r;
	struct acting x = {.s = s, .act = p->act, .r = &r, .args = p->args, .detail = json_object_of(s->a), .audiences = p->act->audiences,
		.changed = true};
	enum err_code code = store_read(s->hub, s->db, s->a, p->base.id, &r, s->e);
	if (!code) code = store_roles(s->db, &r, s->actor, &x.roles, s->e);
	if (!code && !(x.roles & p->act->who)) code = err_set(s->e, ERR_FORBIDDEN, "you may not do that any more");
	if (!code) code = store_event_begin(s, &r, "act", &x.event);
	if (!code) code = p->act->fn(&x);
	if (!code && !x.changed) code = store_event_drop(s, x.event);
	if (!code && x.changed) {
		json_set_str(&x.detail, S("act"), p->act->name);
		json_set_int(&x.detail, S("audiences"), x.audiences);
		code = store_event_end(s, &r, x.event, "act", json_text(s->a, json_built(&x.detail)));
	}
	if (code) return code;
	out->changed = x.changed;
	tell(out, &r);
	return ERR_OK;
}

static enum err_code commit_one(struct store *s, const struct prepared *p, struct change_result *out) {
	s->copied = p->change->copied;
	switch (p->change->op) {
	case CHANGE_CREATE: return commit_create(s, p, out);
	case CHANGE_REVISE: return commit_revise(s, p, out);
	case CHANGE_MOVE: return commit_move(s, p, out);
	case CHANGE_LINK:
	case CHANGE_UNLINK:
	case CHANGE_COMMENT:
	case CHANGE_ATTACH:
	case CHANGE_INVITE:
	case CHANGE_DISMISS: return commit_other(s, p, out);
	case CHANGE_ACT: return commit_act(s, p, out);
	case CHANGE_ERASE: return commit_erase(s, p, out);
	case CHANGE_REVEAL: return commit_reveal(s, p, out);
	}
	return ERR_INTERNAL;
}

enum err_code store_apply(struct store *s, const struct change *c, struct change_result *out) {
	struct prepared *p;
	struct actor by = s->actor;
	*out = (struct change_result){0};
	enum err_code code = change_prepare(s->hub, s->db, c, s->a, &p, s->e);
	s->actor = c->actor;
	if (!code) code = commit_one(s, p, out);
	s->actor = by;
	s->copied = NULL;
	return code;
}

struct commit {
	struct hub *hub;
	struct prepared *const *list;
	size_t n;
	struct change_result *results;
	struct arena *a;
	const struct json *erased; /* files whose bytes are to go */
};

enum { COMMIT_CAP = 256 << 20 };

static bool whole_failed(enum err_code code) {
	return code == ERR_STORAGE || code == ERR_BUSY || code == ERR_CORRUPT || code == ERR_MEMORY;
}

/* Each alone in a savepoint, or all in one: FTS5 writes out what it has gathered whenever a savepoint ends, so a savepoint for each of
 * many changes costs more than the changes. *failed: one was refused, and all must be taken back. */
static enum err_code commit_each(struct store *s, struct commit *c, bool alone, bool *failed, struct err *e) {
	for (size_t i = 0; i < c->n; i++) {
		struct change_result *r = &c->results[i];
		*r = (struct change_result){0};
		size_t mark = counts_mark(s->counts);
		s->actor = c->list[i]->change->actor;
		s->e = &r->err;
		enum err_code code = alone ? db_savepoint(s->db, e) : ERR_OK;
		if (code) return code;
		s->noted = (struct ledger_notes){0};
		r->code = commit_one(s, c->list[i], r);
		if (!r->code) r->code = ledger_write(s, r);
		if (!r->code && arena_failed(s->a)) r->code = err_set(&r->err, ERR_MEMORY, "the change is too large");
		arena_clear(s->a);
		if (whole_failed(r->code)) {
			if (e) *e = r->err;
			return r->code;
		}
		if (r->code) {
			r->changed = false;
			*failed = true;
			if (!alone) return ERR_OK;
			db_rollback_to(s->db);
			counts_back_to(s->counts, mark);
		} else if (alone && (code = db_release(s->db, e))) {
			return code;
		}
	}
	return ERR_OK;
}

static enum err_code commit_all(struct db *db, void *arg, struct err *e) {
	struct commit *c = arg;
	autoarena struct arena *a = arena_new(COMMIT_CAP);
	autoarena struct arena *kept = arena_new(COMMIT_CAP);
	if (!a || !kept) return err_set(e, ERR_MEMORY, "out of memory");
	struct store s = {.hub = c->hub, .db = db, .a = a, .counts = counts_new(kept), .at = now()};
	struct json_builder erased = json_array_of(c->a);
	s.erased = &erased;
	if (!s.counts) return err_set(e, ERR_MEMORY, "out of memory");
	bool failed = false;
	enum err_code code = db_savepoint(db, e);
	if (!code) code = commit_each(&s, c, false, &failed, e);
	if (code) return code;
	if (failed) {
		db_rollback_to(db);
		counts_back_to(s.counts, 0);
		if (c->n > 1) code = commit_each(&s, c, true, &failed, e);
	} else {
		code = db_release(db, e);
	}
	s.e = e;
	c->erased = json_built(&erased);
	return code ? code : counts_write(&s);
}

/* What was erased may name files that another change of the group, taken back, wanted gone: they are looked at again there. */
static enum err_code erase_bytes(struct hub *h, const struct json *list, struct err *e) {
	struct str names[FILES_ERASED];
	size_t n = 0;
	for (size_t i = 0; i < json_count(list) && n < FILES_ERASED; i++) names[n++] = json_string(json_at(list, i));
	return store_unlink_files(h, names, n, e);
}

enum err_code change_commit(struct hub *h, struct prepared *const *list, size_t n, struct change_result *results, struct err *e) {
	if (!n) return ERR_OK;
	autoarena struct arena *a = arena_new(1 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct commit c = {.hub = h, .list = list, .n = n, .results = results, .a = a};
	enum err_code code = writer_run(h->writer, commit_all, &c, e);
	return code || !json_count(c.erased) ? code : erase_bytes(h, c.erased, e);
}

enum err_code change_apply(struct hub *h, struct db *db, const struct change *c, struct change_result *result, struct err *e) {
	for (int attempt = 0;; attempt++) {
		autoarena struct arena *a = arena_new(COMMIT_CAP);
		if (!a) return err_set(e, ERR_MEMORY, "out of memory");
		struct prepared *p;
		enum err_code code = change_prepare(h, db, c, a, &p, e);
		if (!code) code = change_commit(h, &p, 1, result, e);
		if (code) return code;
		if (result->code == ERR_CONFLICT && !c->expected && attempt < ATTEMPTS && (c->op == CHANGE_REVISE || c->op == CHANGE_MOVE || c->op == CHANGE_ATTACH ||
				c->op == CHANGE_ERASE)) continue;
		if (result->code && e) *e = result->err;
		return result->code;
	}
}
