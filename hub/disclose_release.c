/* Releases as one viewer may know them. */
#include "hub/release.h"

#include "hub/disclose_private.h"
#include "hub/release/releasing.h"

const char *release_act_name(enum release_act a) {
	static const char *const names[RELEASE_ACTS] = {
		[RELEASE_SIGN] = "release.sign-off", [RELEASE_OBJECT] = "release.object", [RELEASE_ANSWER] = "release.answer", [RELEASE_RELENT] = "release.relent",
		[RELEASE_GATE] = "release.gate", [RELEASE_PROCEED] = "release.decide", [RELEASE_MODIFY] = "release.decide", [RELEASE_DELAY] = "release.decide",
		[RELEASE_CANCEL] = "release.decide", [RELEASE_ROLL_BACK] = "release.roll-back", [RELEASE_WITHDRAW] = "release.withdraw",
	};
	return names[a];
}

/* ---- stages ---- */

/* A requirement shows where the viewer reads the part of the plan that it comes from. */
static bool shows(const struct json *stage, const struct release_item *item) {
	static const char *const lists[] = {[NEED_SAFEGUARD] = "safeguards", [NEED_GATE] = "gates", [NEED_SIGNOFF] = "signoffs", [NEED_RISK] = "risks"};
	bool listed = item->need == NEED_SAFEGUARD || item->need == NEED_GATE || item->need == NEED_SIGNOFF || item->need == NEED_RISK;
	if (item->need == NEED_SEPARATION) return json_count(json_get_lit(stage, "signoffs")) > 0;
	if (item->need == NEED_OBSERVED) return true;
	return !listed || json_count(json_at(json_get(stage, str_of(lists[item->need])), item->i));
}

static bool reads_file(const struct disclosed_file *files, size_t n, struct str sha256) {
	for (size_t i = 0; i < n; i++)
		if (str_eq(files[i].sha256, sha256)) return true;
	return false;
}

struct reading {
	const struct disclosing *d;
	const struct release_facts *f;
	struct release_view *v;
	struct disclosed_file *files;
	size_t files_n;
};

static enum err_code read_checks(struct reading *x, int i, struct release_stage_view *out, struct err *e) {
	struct release_item *items;
	size_t n, used = 0;
	enum err_code code = release_checklist(x->d->a, x->f, i, &items, &n, e);
	struct release_check *checks = code ? NULL : arena_array(x->d->a, n + 1, sizeof *checks);
	if (!code && !checks) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t j = 0; !code && j < n; j++) {
		const struct release_item *item = &items[j];
		if (!shows(out->stage, item)) continue;
		struct release_check *c = &checks[used++];
		*c = (struct release_check){.need = item->need, .title = item->title, .evidence = item->evidence, .missing = item->missing, .met = item->met};
		out->met += item->met;
		if (item->safeguard && item->safeguard->record && disclose_glimpse(x->d, item->safeguard->record, &c->safeguard, NULL)) c->safeguard = (struct glimpse){0};
		if (!item->gate) continue;
		c->verdict = str_of(report_verdict_name(item->gate->verdict));
		if (reads_file(x->files, x->files_n, item->gate->sha256)) c->report = item->gate->sha256;
	}
	out->checks = checks;
	out->n = used;
	return code;
}

static enum err_code read_stages(struct reading *x, struct err *e) {
	const struct json *shown = json_get_lit(x->v->r.body, "stages");
	struct release_stage_view *items = arena_array(x->d->a, json_count(shown) + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t j = 0; j < json_count(shown) && !code; j++) {
		struct release_stage_view *s = &items[x->v->stages_n++];
		struct str name = json_get_str(json_at(shown, j), S("name"));
		int i = plan_stage(x->f->body, name), present = release_standing(x->f).stage;
		*s = (struct release_stage_view){.stage = json_at(shown, j), .name = name, .title = plan_title(json_at(shown, j)), .who = json_get_str(json_at(shown, j), S("who")),
			.at = i < present ? -1 : i > present};
		/* What was met when a stage began stands in its decision. */
		if (i == present + 1 && !x->v->ended) code = read_checks(x, i, s, e);
	}
	x->v->stages = items;
	return code;
}

/* ---- words ---- */

static enum err_code reason_of(const struct disclosing *d, int64_t event, struct str *out, struct err *e) {
	struct event_row v;
	*out = STR_EMPTY;
	if (!event) return ERR_OK;
	enum err_code code = event_read(d, event, &v, e);
	if (!code) *out = json_get_str(v.detail, S("reason"));
	return code;
}

static struct str actor_of(const struct disclosing *d, int64_t event) {
	struct event_row v;
	return event && !event_read(d, event, &v, NULL) ? disclose_subject_name(d, v.actor) : STR_EMPTY;
}

static enum err_code read_signs(struct reading *x, struct err *e) {
	const struct disclosing *d = x->d;
	struct release_sign *items = arena_array(d->a, x->f->words_n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = x->f->words_n; i > 0 && !code; i--) {
		const struct release_word *w = &x->f->words[i - 1];
		const struct json *part = plan_part(plan_stage_at(x->v->r.body, plan_stage(x->v->r.body, w->stage)), "signoffs", w->name);
		bool holds = release_holds(x->f, w);
		if (release_is_objection(w) || (!x->v->takes_part && (!holds || !part))) continue;
		struct release_sign *s = &items[x->v->signs_n++];
		*s = (struct release_sign){.stage = w->stage, .name = w->name, .title = part ? plan_title(part) : w->name, .at = w->at, .holds = holds,
			.mine = d->viewer.name.n && str_eq(w->account, d->viewer.name)};
		if (x->v->takes_part || w->named) s->who = disclose_subject_name(d, w->account);
		if (!x->v->takes_part) continue;
		s->revision = w->revision;
		code = reason_of(d, w->event, &s->note, e);
	}
	x->v->signs = items;
	return code;
}

static enum err_code read_objections(struct reading *x, struct err *e) {
	const struct disclosing *d = x->d;
	struct release_objection *items = arena_array(d->a, x->f->words_n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	for (size_t i = x->f->words_n; i > 0 && !code && x->v->takes_part; i--) {
		const struct release_word *w = &x->f->words[i - 1];
		if (!release_is_objection(w)) continue;
		struct release_objection *o = &items[x->v->objections_n++];
		*o = (struct release_objection){.id = w->id, .who = disclose_subject_name(d, w->account), .at = w->at, .over = w->over,
			.mine = d->viewer.name.n && str_eq(w->account, d->viewer.name), .answered_by = actor_of(d, w->answer)};
		code = reason_of(d, w->event, &o->reason, e);
		if (!code) code = reason_of(d, w->answer, &o->answer, e);
	}
	x->v->objections = items;
	return code;
}

/* ---- what the viewer may do ---- */

static void read_may(struct reading *x, unsigned roles, const struct acts *acts) {
	struct release_standing z = release_standing(x->f);
	const struct kind *kind = x->v->r.line.kind;
	bool open_own = false, open_other = false;
	for (size_t i = 0; i < x->v->objections_n; i++) {
		const struct release_objection *o = &x->v->objections[i];
		open_own |= !o->over && o->mine;
		open_other |= !o->over && !o->mine;
	}
	for (int i = 0; i < RELEASE_ACTS && x->d->viewer.name.n; i++) {
		const struct act *act = act_find(acts, kind, str_of(release_act_name((enum release_act)i)));
		bool there = (i != RELEASE_ANSWER || open_other) && (i != RELEASE_RELENT || open_own);
		if (act && there && roles & act->who && !release_refusal((enum release_act)i, &z)) x->v->may |= 1u << i;
	}
	const struct json *next = plan_stage_at(x->f->body, z.stage + 1), *parts = json_get_lit(next, "signoffs");
	struct str *names = arena_array(x->d->a, json_count(parts) + 1, sizeof *names);
	struct str stage = json_get_str(next, S("name"));
	bool signed_already = false;
	for (size_t i = 0; i < x->f->words_n; i++) {
		const struct release_word *w = &x->f->words[i];
		signed_already |= !release_is_objection(w) && str_eq(w->account, x->d->viewer.name) && str_eq(w->stage, stage) && release_holds(x->f, w);
	}
	for (size_t i = 0; names && i < json_count(parts) && x->v->may & 1u << RELEASE_SIGN && !signed_already; i++) {
		struct str name = json_get_str(json_at(parts, i), S("name"));
		if (!release_signed(x->f, stage, name) && release_may_sign(x->d->db, json_at(parts, i), x->d->viewer.name, roles)) names[x->v->may_sign_n++] = name;
	}
	x->v->may_sign = names;
	if (!x->v->may_sign_n) x->v->may &= ~(1u << RELEASE_SIGN);
	x->v->may_review = x->d->viewer.name.n && roles & ROLE_OWNER && json_get_lit(x->f->body, "access");
}

/* ---- one ---- */

static enum err_code find_system(const struct disclosing *d, int64_t record, struct glimpse *out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT target FROM link WHERE source = $1 AND rel = 'of'");
	db_bind_int(&q, 1, record);
	int64_t target = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	*out = (struct glimpse){0};
	if (!code && target && disclose_glimpse(d, target, out, NULL)) *out = (struct glimpse){0};
	return code;
}

static bool is_over(struct str state) {
	return !str_is(state, "draft") && !str_is(state, "running") && !str_is(state, "published");
}

enum err_code disclose_release(const struct disclosing *d, struct str name, struct release_view *out, struct err *e) {
	struct release_view v = {0};
	struct release_facts f;
	struct stored s;
	const struct json *body;
	unsigned roles;
	enum err_code code = disclose_record(d, name, &v.r, e);
	if (!code && !str_is(v.r.line.kind->name, "release")) code = store_unknown(name, e);
	if (!code) code = store_read(d->hub, d->db, d->a, v.r.line.record, &s, e);
	if (!code) code = store_roles(d->db, &s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (!code) code = store_body(d->hub, d->db, d->a, &s, &body, e);
	if (!code) code = release_facts(d->hub, d->db, d->a, &s, body, now(), &f, e);
	if (!code) code = find_system(d, s.id, &v.system, e);
	struct reading x = {d, &f, &v, NULL, 0};
	if (!code) code = disclose_files(d, &v.r, &x.files, &x.files_n, e);
	if (code) return code;
	v.takes_part = event_tells_parties(v.r.audiences);
	v.ended = is_over(s.state);
	/* Where the stage is not told, nothing follows from where it stands. */
	v.present = json_get_lit(v.r.body, "stage") ? release_standing(&f).stage : -1;
	v.since = json_get_lit(v.r.body, "since") ? f.since : 0;
	v.observed = v.since ? f.observed : 0;
	v.decisions = json_get_lit(v.r.body, "decisions");
	v.access = json_get_lit(v.r.body, "access");
	v.plan = v.takes_part ? f.plan : STR_EMPTY;
	v.artifacts = json_get_lit(v.r.body, "artifacts") || json_get_lit(v.r.body, "manifest") ? f.artifacts : STR_EMPTY;
	code = read_stages(&x, e);
	if (!code) code = read_signs(&x, e);
	if (!code) code = read_objections(&x, e);
	if (code) return code;
	read_may(&x, roles, d->hub->acts);
	if (arena_failed(d->a)) return err_set(e, ERR_MEMORY, "out of memory");
	*out = v;
	return ERR_OK;
}

/* ---- lists ---- */

static enum err_code line_of(const struct disclosing *d, int64_t record, struct release_line *out, struct err *e) {
	struct glimpse g;
	struct disclosed r;
	enum err_code code = disclose_glimpse(d, record, &g, e);
	if (!code) code = disclose_record(d, g.uid, &r, e);
	if (code) return code;
	int present = plan_stage(r.body, json_get_str(r.body, S("stage")));
	*out = (struct release_line){.line = r.line, .version = json_get_str(r.body, S("version")), .stage = present < 0 ? STR_EMPTY : plan_title(plan_stage_at(r.body, present)),
		.present = present, .stages = plan_stages(r.body), .ended = is_over(r.line.state->name)};
	code = find_system(d, record, &g, e);
	if (!code && g.uid.n) out->system = g.headline;
	return code;
}

enum err_code disclose_releases(const struct disclosing *d, struct release_line **out, size_t *n, struct err *e) {
	struct release_line *items = arena_array(d->a, RELEASE_LINES, sizeof *items);
	int64_t ids[RELEASE_LINES * 2];
	size_t found = 0, used = 0;
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	/* Public ones, and those in which somebody has a part; which of them this viewer may know of, the door says. */
	struct db_query q = db_query(d->db,
		"SELECT r.id FROM record r WHERE r.kind = 'release' AND (EXISTS (SELECT 1 FROM public p WHERE p.record = r.id) OR ($1 <> '' AND (r.created_by = $1 OR $2 = 1 OR "
		"EXISTS (SELECT 1 FROM party y WHERE y.record = r.id AND (y.subject = $1 OR y.subject IN (SELECT organization FROM membership WHERE account = $1)))))) "
		"ORDER BY r.id DESC LIMIT 400");
	db_bind_str(&q, 1, d->viewer.name);
	db_bind_int(&q, 2, (d->viewer.roles & ROLE_COORDINATOR) != 0);
	while (found < lengthof(ids) && db_row(&q)) ids[found++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < found && used < RELEASE_LINES && !code; i++) {
		code = line_of(d, ids[i], &items[used], NULL);
		if (!code) used++;
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED || code == ERR_GONE) code = ERR_OK;
	}
	if (code) return err_set(e, code, "the releases could not be read");
	*out = items;
	*n = used;
	return ERR_OK;
}
