/* Disputes as one viewer may know them. */
#include "hub/dispute.h"

#include "hub/account/account.h"
#include "hub/disclose_private.h"
#include "hub/dispute/dispute.h"

enum { OF_RECORD = 50, DISPUTED_AT_ONCE = 500 };

/* ---- parts ---- */

enum err_code vote_reasons(const struct disclosing *d, int64_t event, struct str *out, struct err *e) {
	struct event_row v;
	enum err_code code = event_read(d, event, &v, e);
	if (!code) *out = json_get_str(v.detail, S("reasons"));
	return code;
}

static bool is_person(struct str subject) {
	return str_starts(subject, S("U-")) || str_starts(subject, S("A-"));
}

/* Organizations by their name, persons by what they are in it; coordinators are told who it is. */
static struct str side_name(const struct disclosing *d, struct str subject, struct str finder, unsigned audiences) {
	if (!subject.n) return S("The hub");
	if (str_eq(subject, d->viewer.name)) return S("You");
	if (!is_person(subject)) {
		struct str name = disclose_subject_name(d, subject);
		return str_eq(name, subject) ? S("A party") : name;
	}
	if (audiences & COORDINATORS) return disclose_subject_name(d, subject);
	return str_eq(subject, finder) ? S("Who made the record") : S("A person");
}

static struct str next_words(const struct dispute *s, struct str state, struct str respondent, const struct panel *p) {
	if (str_is(state, "filed") || str_is(state, "acknowledged")) return respondent;
	if (str_is(state, "with-hub")) return S("The hub’s coordinators");
	if (str_is(state, "with-panel")) return p->closed ? S("The panel, to write its reasons") : S("The panel");
	if (str_is(state, "appealed")) return p->closed ? S("The panel of appeal, to write its reasons") : S("The panel of appeal");
	if (str_is(state, "ruled") && s->due) return S("Either side, who may take it further");
	return STR_EMPTY;
}

/* ---- the panel ---- */

static enum err_code read_challenge(const struct disclosing *d, int64_t panel, struct dispute_member *m, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT event FROM panel_challenge WHERE panel = $1 AND account = $2 AND voter = ''");
	db_bind_int(&q, 1, panel);
	db_bind_str(&q, 2, m->account);
	int64_t event = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	struct event_row v;
	if (code || !event) return code;
	code = event_read(d, event, &v, e);
	m->challenged = true;
	if (!code) m->challenge = json_get_str(v.detail, S("reason"));
	return code;
}

static enum err_code read_members(const struct disclosing *d, const struct panel_member *all, size_t n, struct dispute_view *out, struct err *e) {
	struct dispute_member *items = arena_array(d->a, n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	bool named = out->r.audiences & (PARTIES | OWNER | COORDINATORS | PANEL);
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		struct dispute_member m = {.sector = all[i].sector, .state = all[i].state, .voted = all[i].voted,
			.mine = d->viewer.name.n && str_eq(all[i].account, d->viewer.name)};
		if (named || m.mine) {
			m.account = all[i].account;
			m.name = account_actor_name(d->db, d->a, m.account);
			code = read_challenge(d, out->panel, &m, e);
			if (!named) m.challenge = STR_EMPTY;
		}
		if (!code && out->r.audiences & COORDINATORS && str_is(m.state, "recused") && all[i].event) {
			struct event_row v;
			code = event_read(d, all[i].event, &v, e);
			if (!code) m.conflict = json_get_str(v.detail, S("private"));
		}
		out->sitting += str_is(m.state, "sitting");
		items[i] = m;
	}
	out->members = items;
	out->members_n = n;
	return code;
}

/* A member reads the others' votes after their own: nobody votes after somebody. */
static enum err_code read_votes(const struct disclosing *d, int64_t panel, bool voted, struct dispute_view *out, struct err *e) {
	struct panel_vote *votes;
	size_t n = 0;
	enum err_code code = panel_votes(d->db, d->a, panel, &votes, &n, e);
	struct dispute_vote *items = arena_array(d->a, n + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	if (code) return code;
	out->votes_n = (int64_t)n;
	for (size_t i = 0; voted && i < n && !code; i++) {
		items[i] = (struct dispute_vote){.name = account_actor_name(d->db, d->a, votes[i].account), .choice = votes[i].choice, .vector = votes[i].vector};
		code = vote_reasons(d, votes[i].event, &items[i].reasons, e);
	}
	out->votes = items;
	out->votes_shown = voted ? n : 0;
	return code;
}

static enum err_code read_panel(const struct disclosing *d, int64_t id, struct standing *z, struct panel *p, struct panel_member *own,
	struct dispute_view *out, struct err *e) {
	struct panel_member *all;
	size_t n = 0, active = 0;
	if (!id) return ERR_OK;
	enum err_code code = panel_read(d->db, d->a, id, p, e);
	if (!code) code = panel_members(d->db, d->a, id, &all, &n, e);
	if (code) return code;
	z->p = p;
	out->panel = id;
	out->seats = p->seats;
	out->quorum = p->quorum;
	for (size_t i = 0; i < n; i++) {
		active += str_is(all[i].state, "asked") || str_is(all[i].state, "sitting");
		if (!d->viewer.name.n || !str_eq(all[i].account, d->viewer.name)) continue;
		*own = all[i];
		z->member = own;
	}
	bool open = str_is(z->state, "with-panel") || str_is(z->state, "appealed");
	out->panel_waits = open && !p->closed && active < (size_t)p->quorum;
	out->asked = open && z->member && str_is(own->state, "asked");
	out->is_member = open && z->member && str_is(own->state, "sitting");
	/* Who must declare first is told who the sides are, not who else was asked. */
	if (out->r.audiences & ~(unsigned)INVITED) code = read_members(d, all, n, out, e);
	if (!code) code = read_votes(d, id, out->is_member && own->voted, out, e);
	if (!code && out->is_member && own->voted) out->outcome = p->outcome;
	return code;
}

/* ---- one dispute ---- */

static enum err_code read_standing(const struct disclosing *d, const struct stored *s, struct dispute_view *out, struct err *e) {
	struct dispute row;
	struct panel p = {0};
	struct panel_member own = {0};
	struct stored target;
	unsigned roles;
	enum err_code code = dispute_read(d->db, d->a, s->id, &row, e);
	if (code == ERR_NOT_FOUND) { /* one from elsewhere: its texts are all that there is */
		out->settled = true;
		return ERR_OK;
	}
	if (!code) code = store_read(d->hub, d->db, d->a, row.target, &target, e);
	if (!code) code = store_roles(d->db, s, (struct actor){d->viewer.name, d->viewer.roles}, &roles, e);
	if (code) return code;
	if (disclose_glimpse(d, row.target, &out->target, NULL)) out->target = (struct glimpse){0};
	struct standing z = {.state = s->state, .d = &row, .coordinator = (roles & ROLE_COORDINATOR) != 0, .at = now(),
		.grt2 = str_is(out->procedure, "grt2"), .outcome = last_outcome(out->r.body)};
	code = dispute_sides(d->db, &row, s->created_by, (struct actor){d->viewer.name, d->viewer.roles}, roles, &z.sides, e);
	if (!code) code = read_panel(d, row.panel, &z, &p, &own, out, e);
	if (code) return code;
	out->is_claimant = z.sides & SIDE_CLAIMANT;
	out->is_respondent = z.sides & SIDE_RESPONDENT;
	out->claimant = side_name(d, row.claimant, target.created_by, out->r.audiences);
	out->respondent = side_name(d, row.respondent, target.created_by, out->r.audiences);
	out->level = row.level;
	out->since = row.since;
	out->due = row.due;
	out->filed = row.filed;
	out->settled = str_is(s->state, "final") || str_is(s->state, "withdrawn");
	out->next = next_words(&row, s->state, out->respondent, &p);
	bool forbidden;
	for (int i = 0; i < DISPUTE_ACTS && d->viewer.name.n; i++)
		if (!dispute_refusal((enum dispute_act)i, &z, &forbidden)) out->may |= 1u << i;
	return ERR_OK;
}

enum err_code disclose_dispute(const struct disclosing *d, struct str name, struct dispute_view *out, struct err *e) {
	struct dispute_view v = {0};
	struct stored s;
	enum err_code code = disclose_record(d, name, &v.r, e);
	if (!code && !str_is(v.r.line.kind->name, "dispute")) code = store_unknown(name, e);
	if (!code) code = store_read(d->hub, d->db, d->a, v.r.line.record, &s, e);
	if (code) return code;
	v.question = json_get_str(v.r.body, S("question"));
	v.statement = json_get_str(v.r.body, S("statement"));
	v.answer = json_get_str(v.r.body, S("answer"));
	v.wants = json_get_str(v.r.body, S("wants"));
	v.procedure = json_get_str(v.r.body, S("procedure"));
	v.remedy = json_get_str(v.r.body, S("remedy"));
	v.rulings = json_get_lit(v.r.body, "rulings");
	v.choices = json_get_lit(v.r.body, "choices");
	code = read_standing(d, &s, &v, e);
	if (!code && arena_failed(d->a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = v;
	return code;
}

/* ---- of a record ---- */

/* What a list says of one; ERR_NOT_FOUND where the viewer may not know of it, or was only asked to declare. */
static enum err_code line_of(const struct disclosing *d, int64_t record, struct dispute_line *out, struct err *e) {
	struct glimpse g;
	struct disclosed r;
	enum err_code code = disclose_glimpse(d, record, &g, e);
	if (!code) code = disclose_record(d, g.uid, &r, e);
	if (code) return code;
	const struct json *rulings = json_get_lit(r.body, "rulings");
	const struct json *last = json_count(rulings) ? json_at(rulings, json_count(rulings) - 1) : NULL;
	*out = (struct dispute_line){.line = r.line, .question = json_get_str(r.body, S("question")), .statement = json_get_str(r.body, S("statement")),
		.answer = json_get_str(r.body, S("answer")), .level = json_get_str(last, S("level")), .outcome = json_get_str(last, S("outcome")),
		.reasons = json_get_str(last, S("reasons")), .open = !str_is(r.line.state->name, "final") && !str_is(r.line.state->name, "withdrawn")};
	struct db_query q = db_query(d->db, "SELECT filed, due FROM dispute WHERE record = $1");
	db_bind_int(&q, 1, record);
	if (db_row(&q)) {
		out->filed = db_int(&q, 0);
		out->due = db_int(&q, 1);
	}
	return db_done(&q, e);
}

enum err_code disclose_disputes_of(const struct disclosing *d, int64_t record, struct dispute_line **out, size_t *n, struct err *e) {
	int64_t ids[OF_RECORD];
	size_t found = 0, used = 0;
	struct db_query q = db_query(d->db, "SELECT source FROM link WHERE target = $1 AND rel = 'disputes' ORDER BY source DESC LIMIT 50");
	db_bind_int(&q, 1, record);
	while (found < OF_RECORD && db_row(&q)) ids[found++] = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	struct dispute_line *items = arena_array(d->a, found + 1, sizeof *items);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < found && !code; i++) {
		code = line_of(d, ids[i], &items[used], NULL);
		if (!code) used++;
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) code = ERR_OK;
	}
	if (code) return err_set(e, code, "the disputes of a record could not be read");
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code disclose_disputed(const struct disclosing *d, const struct glimpse *items, size_t n, bool *out, struct err *e) {
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < n && !code; i++) {
		struct dispute_line *lines;
		size_t lines_n = 0;
		bool any;
		out[i] = false;
		struct db_query q = db_query(d->db,
			"SELECT 1 FROM link l JOIN record r ON r.id = l.source WHERE l.target = $1 AND l.rel = 'disputes' AND r.state NOT IN ('final', 'withdrawn')");
		db_bind_int(&q, 1, items[i].record);
		any = db_row(&q);
		code = db_done(&q, e);
		if (code || !any) continue;
		code = disclose_disputes_of(d, items[i].record, &lines, &lines_n, e);
		for (size_t j = 0; j < lines_n && !code; j++) out[i] |= lines[j].open;
	}
	return code;
}

/* ---- lists ---- */

static struct db_query list_query(const struct disclosing *d, enum dispute_list which) {
	if (which == DISPUTES_PANEL)
		return db_query(d->db,
			"SELECT m.record, m.state, v.account IS NOT NULL FROM panel_member m JOIN dispute o ON o.record = m.record AND o.panel = m.panel "
			"LEFT JOIN panel_vote v ON v.panel = m.panel AND v.account = m.account WHERE m.account = $1 AND m.state IN ('asked', 'sitting') "
			"ORDER BY m.at DESC LIMIT 200");
	if (which == DISPUTES_PUBLIC)
		return db_query(d->db, "SELECT record, '', 0 FROM public WHERE kind = 'dispute' AND $1 = $1 ORDER BY updated DESC LIMIT 200");
	return db_query(d->db,
		"SELECT r.id, '', 0 FROM record r WHERE r.kind = 'dispute' AND $1 = $1 ORDER BY CASE WHEN r.state IN ('final', 'withdrawn') THEN 1 ELSE 0 END, "
		"r.id DESC LIMIT 1000");
}

static enum err_code find_target(const struct disclosing *d, int64_t record, struct glimpse *out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT target FROM link WHERE source = $1 AND rel = 'disputes'");
	db_bind_int(&q, 1, record);
	int64_t target = db_row(&q) ? db_int(&q, 0) : 0;
	enum err_code code = db_done(&q, e);
	*out = (struct glimpse){0};
	if (!code && target && disclose_glimpse(d, target, out, NULL)) *out = (struct glimpse){0};
	return code;
}

enum err_code disclose_dispute_list(const struct disclosing *d, enum dispute_list which, struct dispute_row **out, size_t *n, struct err *e) {
	struct dispute_row *items = arena_array(d->a, DISPUTE_ROWS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = list_query(d, which);
	db_bind_str(&q, 1, d->viewer.name);
	enum err_code code = ERR_OK;
	while (!code && *n < DISPUTE_ROWS && db_row(&q)) {
		struct dispute_row *row = &items[*n];
		int64_t record = db_int(&q, 0);
		*row = (struct dispute_row){.seat = arena_str(d->a, db_str(&q, 1)), .voted = db_int(&q, 2) != 0};
		code = line_of(d, record, &row->d, NULL);
		if (code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED) {
			code = ERR_OK;
			continue;
		}
		if (!code) code = find_target(d, record, &row->target, NULL);
		(*n)++;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (code) return err_set(e, code, "the disputes could not be read");
	*out = items;
	return ended;
}
