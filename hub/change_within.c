/* A record changed as part of an act, in its transaction. */
#include "change_store.h"

#include "hub/case/case.h"
#include "hub/clock.h"

static struct str fields_detail(struct store *s, const struct json *from, const struct json *to, struct str note) {
	const struct json *changes = json_diff(s->a, from, to);
	struct json_builder paths = json_array_of(s->a), b = json_object_of(s->a);
	for (size_t i = 0; i < json_count(changes) && i < 50; i++) json_add(&paths, json_get_lit(json_at(changes, i), "path"));
	json_set(&b, S("fields"), json_built(&paths));
	json_put_str(&b, S("note"), note);
	return json_text(s->a, json_built(&b));
}

static struct str move_detail(struct store *s, struct str from, const struct kind_move *m, struct str reason) {
	struct json_builder b = json_object_of(s->a);
	json_set_str(&b, S("from"), from);
	json_set_str(&b, S("move"), m->name);
	json_put_str(&b, S("reason"), reason);
	return json_text(s->a, json_built(&b));
}

enum err_code store_rewrite(struct store *s, struct stored *r, const struct json *body, struct str move, struct str reason) {
	const struct kind_move *m = move.n ? kind_move(r->kind, move) : NULL;
	const struct json *old, *overrides = NULL;
	const struct visibility *v;
	struct projection p;
	struct str from = r->state;
	if (move.n && (!m || !kind_move_from(m, r->state)))
		return err_set(s->e, ERR_CONFLICT, "it can't be moved by \"%.*s\" from the state \"%.*s\"", STR_ARG(move), STR_ARG(r->state));
	enum err_code code = store_body(s->hub, s->db, s->a, r, &old, s->e);
	bool changed = !code && body && !json_equal(old, body);
	if (!code && changed) code = schema_check(r->kind->schema, body, s->a, s->e);
	if (!code && r->visibility.n) code = json_parse(s->a, r->visibility, NULL, &overrides, s->e);
	if (!code) code = visibility_override(s->a, r->kind->visibility, overrides, &v, s->e);
	if (code || (!changed && !m)) return code;
	struct str state = m ? m->to : r->state;
	code = project(s->a, r->kind, v, state, changed ? body : old, r->is_public ? r->published : s->at, &p, s->e);
	if (code) return code;
	r->state = state;
	bool out_now = p.is_public && !p.follows;
	if (m) code = case_check_move(s, r, move, out_now);
	if (!code && m && out_now) code = store_number(s, r);
	if (!code && changed) {
		struct sha256 before = sha256(json_canonical(s->a, old));
		r->revision++;
		code = store_revision(s, r, &p);
		if (!code) code = store_event(s, r, "revise", fields_detail(s, old, body, reason), &before, &p.digest);
	}
	if (!code) code = store_update_record(s, r);
	if (!code && m) code = store_event(s, r, "move", move_detail(s, from, m, reason), NULL, NULL);
	if (!code) code = store_public(s, r, &p);
	if (!code) code = store_forget_names(s, r);
	if (!code) code = store_body_names(s, r, &p);
	if (!code && changed) code = clock_follow_body(s, r, p.body);
	return code || !m ? code : clock_follow_state(s, r);
}
