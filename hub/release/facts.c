/* What the rules go by, read together. */
#include "release.h"

#include "hub/project.h"
#include "hub/working_days.h"

enum { SAFEGUARDS = 400 };

static const char decided_by_acts[] = "what was decided is not written but decided: by the acts release.decide, release.roll-back and release.withdraw";

/* An import, a backup, or whoever may read the hub's folder: what was decided elsewhere comes with the record. */
static bool from_elsewhere(const struct change *c, bool fresh) {
	return c->origin || (fresh && (c->state.n || c->imported || str_eq(c->actor.name, actor_operator.name)));
}

enum err_code release_check_body(const struct kind *kind, const struct json *old, const struct json *fresh, const struct change *c, struct err *e) {
	if (!str_is(kind->name, "release")) return ERR_OK;
	bool free = from_elsewhere(c, !old);
	if (!free && !plan_same_decisions(old, fresh)) {
		err_set(e, ERR_INVALID, "%s", decided_by_acts);
		err_where(e, "/decisions");
		return ERR_INVALID;
	}
	/* A stage that has begun stays: what it is called and where it stands is part of what was decided. */
	int present = plan_stage(old, json_get_str(old, S("stage")));
	for (int i = 0; i <= present && !free; i++) {
		struct str name = json_get_str(plan_stage_at(old, i), S("name"));
		if (str_eq(name, json_get_str(plan_stage_at(fresh, i), S("name")))) continue;
		err_set(e, ERR_INVALID, "the stage \"%.*s\" has begun: it can't be renamed, moved or taken away", STR_ARG(name));
		err_where(e, "/stages/%d/name", i);
		return ERR_INVALID;
	}
	return plan_check(fresh, e);
}

/* ---- safeguards ---- */

static enum err_code read_safeguard(const struct hub *h, struct db *db, struct arena *a, moment at, struct release_safeguard *g, struct err *e) {
	struct stored s;
	const struct json *body;
	enum err_code code = store_resolve(db, a, g->name, &g->record, NULL);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (!code) code = store_read(h, db, a, g->record, &s, e);
	if (code) return err_set(e, code, "the safeguards of a release could not be read");
	/* Of what nobody may know, nothing is told: neither what it is nor that it is there. */
	if (!s.is_public || s.erased) return ERR_OK;
	g->uid = s.uid;
	g->state = s.state;
	if (!str_is(s.kind->name, "safeguard")) g->is = SAFEGUARD_OTHER_KIND;
	else if (!str_is(s.state, "published")) g->is = SAFEGUARD_NOT_IN_FORCE;
	code = store_body(h, db, a, &s, &body, e);
	if (code) return code;
	g->headline = project_headline(a, s.kind, body);
	if (g->is != SAFEGUARD_UNKNOWN) return ERR_OK;
	release_evidence(a, body, at, g);
	g->is = g->pieces ? SAFEGUARD_COUNTS : SAFEGUARD_NO_EVIDENCE;
	return ERR_OK;
}

static enum err_code read_safeguards(const struct hub *h, struct db *db, struct arena *a, struct release_facts *f, struct err *e) {
	struct release_safeguard *items = arena_array(a, SAFEGUARDS, sizeof *items);
	const struct json *stages = json_get_lit(f->body, "stages");
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < json_count(stages) && !code; i++) {
		const struct json *list = json_get_lit(json_at(stages, i), "safeguards");
		for (size_t j = 0; j < json_count(list) && !code && f->safeguards_n < SAFEGUARDS; j++) {
			struct release_safeguard *g = &items[f->safeguards_n];
			size_t k = 0;
			*g = (struct release_safeguard){.name = json_get_str(json_at(list, j), S("record"))};
			while (k < f->safeguards_n && !str_eq(items[k].name, g->name)) k++;
			if (k < f->safeguards_n) continue;
			f->safeguards_n++;
			code = read_safeguard(h, db, a, f->at, g, e);
		}
	}
	f->safeguards = items;
	return code;
}

/* ---- together ---- */

static enum err_code read_observed(const struct hub *h, struct db *db, struct arena *a, struct release_facts *f, struct err *e) {
	struct calendar c;
	struct duration d;
	const struct json *stage = plan_stage_at(f->body, release_standing(f).stage);
	struct str since = json_get_str(f->body, S("since"));
	if (!moment_parse(since, &f->since)) f->since = 0;
	if (!stage || !f->since || !duration_parse(json_get_str(stage, S("observe")), &d)) return ERR_OK;
	enum err_code code = working_days(h, db, a, &c, e);
	if (!code && !term_end(&c, f->since, &d, TERM_CALENDAR, &f->observed)) f->observed = INT64_MAX / 4;
	return code;
}

enum err_code release_facts(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct json *body, moment at,
	struct release_facts *out, struct err *e) {
	struct release_facts f = {.body = body, .state = r->state, .plan = plan_digest(a, body), .artifacts = plan_artifacts(a, body), .maker = r->created_by, .at = at};
	struct release_row row;
	struct release_word *words;
	struct release_gate *gates;
	enum err_code code = release_row_read(db, a, r->id, &row, e);
	if (code == ERR_NOT_FOUND) { /* one that the hub has from a time before there were releases here */
		row = (struct release_row){.planner = r->created_by};
		code = ERR_OK;
	}
	if (!code) code = release_words(db, a, r->id, &words, &f.words_n, e);
	if (!code) code = release_gates(db, a, r->id, &gates, &f.gates_n, e);
	if (code) return code;
	f.planner = row.planner;
	f.hold = row.hold;
	f.hold_plan = row.hold_plan;
	f.hold_until = row.hold_until;
	f.words = words;
	f.gates = gates;
	code = read_observed(h, db, a, &f, e);
	if (!code) code = read_safeguards(h, db, a, &f, e);
	if (!code) *out = f;
	return code;
}
