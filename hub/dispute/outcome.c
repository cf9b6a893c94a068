/* Rulings, what follows from them, and the next level up. */
#include "dispute.h"

#include "hub/case/case.h"

static enum err_code set_level(struct store *s, const struct stored *r, struct dispute *d, const char *level, moment due) {
	d->level = str_of(level);
	d->since = s->at;
	d->due = due;
	d->extended = false;
	d->accepted = 0;
	return dispute_write(s, r->id, d);
}

enum err_code dispute_up(struct store *s, struct stored *r, struct dispute *d, struct str reason) {
	bool ruled_by_hub = str_is(r->state, "ruled") && str_is(d->level, "hub");
	bool hub = d->respondent.n && !str_is(d->question, "good-faith") && !str_is(r->state, "with-hub") && !ruled_by_hub;
	enum err_code code = store_rewrite(s, r, NULL, hub ? S("to-hub") : S("to-panel"), reason);
	if (code) return code;
	if (hub) return set_level(s, r, d, "hub", business_days_after(s, s->at, DECIDE_DAYS));
	code = panel_draw(s, r, d, false);
	return code ? code : set_level(s, r, d, "panel", d->due);
}

static const struct json *with_ruling(struct store *s, const struct json *body, const struct ruling *w) {
	const struct json *before = json_get_lit(body, "rulings");
	struct json_builder b = json_object_of(s->a), all = json_array_of(s->a);
	json_set_str(&b, S("level"), w->level);
	json_set_str(&b, S("outcome"), w->outcome);
	json_set_str(&b, S("reasons"), w->reasons);
	json_put_str(&b, S("vector"), w->vector);
	json_put(&b, S("votes"), w->votes);
	json_put(&b, S("dissents"), w->dissents);
	json_set_str(&b, S("at"), moment_str(s->a, s->at));
	for (size_t i = 0; i < json_count(before); i++) json_add(&all, json_at(before, i));
	json_add(&all, json_built(&b));
	return json_with(s->a, body, S("rulings"), json_built(&all));
}

enum err_code dispute_rule(struct store *s, struct stored *r, struct dispute *d, const struct ruling *what) {
	const struct json *body;
	bool appeal = str_is(r->state, "appealed");
	enum err_code code = store_body(s->hub, s->db, s->a, r, &body, s->e);
	if (!code) code = store_rewrite(s, r, with_ruling(s, body, what), appeal ? STR_EMPTY : S("rule"), STR_EMPTY);
	if (!code) code = panel_let_out_all(s, r, d);
	if (!code) code = set_level(s, r, d, arena_cstr(s->a, what->level), appeal ? 0 : business_days_after(s, s->at, CONTEST_DAYS));
	return code || !appeal ? code : dispute_close(s, r, d);
}

/* ---- carrying out ---- */

static enum err_code add_task(struct store *s, const struct stored *r, struct str text) {
	struct json_builder b = json_object_of(s->a);
	int64_t event;
	json_set_str(&b, S("act"), S("task.add"));
	json_set_str(&b, S("text"), text);
	json_set_int(&b, S("audiences"), PARTIES | OWNER | COORDINATORS);
	enum err_code code = store_event_begin(s, r, "act", &event);
	if (!code) code = store_event_end(s, r, event, "act", json_text(s->a, json_built(&b)));
	return code ? code : task_put(s, r->id, event, STR_EMPTY, 0);
}

/* The panel's vector becomes the report's. */
static enum err_code note_vector(struct store *s, struct stored *target, struct str vector, bool accepted) {
	const struct json *body;
	if (!str_is(target->kind->name, "report")) return ERR_OK;
	enum err_code code = store_body(s->hub, s->db, s->a, target, &body, s->e);
	if (code) return code;
	struct json_builder none = json_object_of(s->a);
	const struct json *assessment = json_get_lit(body, "assessment");
	if (!assessment) assessment = json_built(&none);
	assessment = json_with(s->a, assessment, S("vector"), json_str_checked(s->a, vector));
	assessment = json_with(s->a, assessment, S("valid"), json_str_checked(s->a, accepted ? S("yes") : S("no")));
	return store_rewrite(s, target, json_with(s->a, body, S("assessment"), assessment), STR_EMPTY, S("a panel's ruling"));
}

/* Which move a ruling asks for; "" none. */
static struct str move_for(const struct json *body, const struct stored *target) {
	struct str remedy = json_get_str(body, S("remedy"));
	if (remedy.n) return remedy;
	bool grt2 = str_is(json_get_str(body, S("procedure")), "grt2") && str_is(target->kind->name, "report");
	const struct kind_move *m = grt2 ? kind_move(target->kind, S("validate")) : NULL;
	return m && kind_move_from(m, target->state) ? m->name : STR_EMPTY;
}

/* True where the move was made; false where the record's state or an embargo does not allow it. Nothing was written then. */
static enum err_code try_move(struct store *s, const struct stored *r, struct stored *target, struct str move, bool *made) {
	struct err why = {0}, *e = s->e;
	*made = false;
	if (!move.n) return ERR_OK;
	struct stored now_so = *target;
	s->e = &why;
	enum err_code code = store_rewrite(s, target, NULL, move, arena_fmt(s->a, "Ruling of %.*s", STR_ARG(r->public_id)));
	s->e = e;
	*made = !code;
	if (code == ERR_CONFLICT || code == ERR_INVALID) {
		*target = now_so;
		return ERR_OK;
	}
	if (code && e) *e = why;
	return code;
}

/* *how: moved by itself, noted on the record, a task for coordinators, nothing to do. */
static enum err_code carry_out(struct store *s, struct stored *r, const struct dispute *d, const struct json *body, const struct json *ruling,
	const char **how) {
	struct stored target;
	bool made = false;
	struct str outcome = json_get_str(ruling, S("outcome")), vector = json_get_str(ruling, S("vector"));
	bool upheld = str_is(outcome, "uphold");
	*how = "nothing";
	enum err_code code = store_read(s->hub, s->db, s->a, d->target, &target, s->e);
	if (!code && vector.n) {
		code = note_vector(s, &target, vector, upheld);
		*how = "noted";
	}
	if (code || str_is(outcome, "reject")) return code;
	if (upheld) code = try_move(s, r, &target, move_for(body, &target), &made);
	if (made) *how = "moved";
	/* A change to a card is somebody's work in any case. */
	bool card = upheld && str_is(json_get_str(body, S("procedure")), "grt2");
	if (code || (made && !card)) return code;
	if (!made) *how = "task";
	struct str text = card ? arena_fmt(s->a, "Commit the change to the model card that follows from the ruling, and note it here%s",
		made ? "." : "; take up the report.") :
		arena_fmt(s->a, "Carry out the ruling on %.*s: %.*s.", STR_ARG(target.public_id), STR_ARG(outcome));
	return add_task(s, r, text);
}

enum err_code dispute_close(struct store *s, struct stored *r, struct dispute *d) {
	const struct json *body;
	const char *how;
	enum err_code code = store_body(s->hub, s->db, s->a, r, &body, s->e);
	if (code) return code;
	const struct json *rulings = json_get_lit(body, "rulings");
	size_t n = json_count(rulings);
	if (!n) return err_set(s->e, ERR_CONFLICT, "nothing was decided yet");
	const struct json *last = json_at(rulings, n - 1);
	code = carry_out(s, r, d, body, last, &how);
	if (code) return code;
	struct json_builder all = json_array_of(s->a);
	for (size_t i = 0; i + 1 < n; i++) json_add(&all, json_at(rulings, i));
	json_add(&all, json_with(s->a, last, S("carried_out"), json_str(s->a, str_of(how))));
	code = store_rewrite(s, r, json_with(s->a, body, S("rulings"), json_built(&all)), S("close"), STR_EMPTY);
	d->since = s->at;
	d->due = 0;
	return code ? code : dispute_write(s, r->id, d);
}
