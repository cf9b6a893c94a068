/* What the two sides and whoever decides do on the ladder. */
#include "dispute.h"

static void set_arg(struct acting *x, const char *name) {
	json_put_str(&x->detail, str_of(name), str_trim(act_arg(x, name)));
}

static enum err_code rewrite(struct disputing *g, const char *member, struct str text) {
	struct store *s = g->x->s;
	return store_rewrite(s, g->x->r, json_with(s->a, g->body, str_of(member), json_str_checked(s->a, text)), STR_EMPTY, STR_EMPTY);
}

/* Each side its own: who disputes the statement, who answers the answer. */
static enum err_code state(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_STATE, &g);
	if (code) return code;
	bool claimant = g.z.sides & SIDE_CLAIMANT;
	json_set_str(&x->detail, S("side"), claimant ? S("claimant") : S("respondent"));
	x->audiences |= PUBLIC;
	return rewrite(&g, claimant ? "statement" : "answer", str_trim(act_arg(x, "text")));
}

static enum err_code acknowledge(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_ACKNOWLEDGE, &g);
	if (!code) code = store_rewrite(x->s, x->r, NULL, S("acknowledge"), STR_EMPTY);
	if (code) return code;
	g.d.since = x->s->at;
	g.d.due = business_days_after(x->s, x->s->at, DECIDE_DAYS);
	x->audiences |= PUBLIC;
	return dispute_write(x->s, x->r->id, &g.d);
}

static bool is_choice(const struct json *body, struct str outcome) {
	const struct json *choices = json_get_lit(body, "choices");
	if (str_is(outcome, "uphold") || str_is(outcome, "reject")) return true;
	for (size_t i = 0; i < json_count(choices); i++)
		if (str_eq(json_string(json_at(choices, i)), outcome)) return true;
	return false;
}

static enum err_code no_choice(struct acting *x, const char *where) {
	err_set(x->s->e, ERR_INVALID, "expected uphold, reject, or one of the dispute's choices");
	err_where(x->s->e, "%s", where);
	return ERR_INVALID;
}

static enum err_code decide(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_DECIDE, &g);
	if (code) return code;
	struct str outcome = str_trim(act_arg(x, "outcome"));
	if (!is_choice(g.body, outcome)) return no_choice(x, "outcome");
	struct ruling what = {.level = str_is(x->r->state, "with-hub") ? S("hub") : S("owner"), .outcome = outcome, .reasons = str_trim(act_arg(x, "reasons"))};
	json_set_str(&x->detail, S("outcome"), outcome);
	x->audiences |= PUBLIC;
	return dispute_rule(x->s, x->r, &g.d, &what);
}

static enum err_code extend(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_EXTEND, &g);
	moment until = act_moment(x, "until");
	if (code) return code;
	bool panel = g.d.panel && (str_is(x->r->state, "with-panel") || str_is(x->r->state, "appealed"));
	moment most = business_days_after(x->s, panel ? g.d.due : g.d.since, EXTEND_DAYS);
	if (until <= g.d.due || until > most) {
		char text[MOMENT_TEXT];
		struct str at = moment_text(most, text);
		err_set(x->s->e, ERR_INVALID, "it can be extended to %.*s, not beyond, and not shortened", STR_ARG(at));
		err_where(x->s->e, "until");
		return ERR_INVALID;
	}
	g.d.due = until;
	g.d.extended = true;
	set_arg(x, "until");
	set_arg(x, "reason");
	x->audiences |= PUBLIC;
	code = dispute_write(x->s, x->r->id, &g.d);
	return code ? code : clock_put_off_here(x->s, x->r, until);
}

static enum err_code escalate(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_ESCALATE, &g);
	if (!code) code = dispute_up(x->s, x->r, &g.d, str_trim(act_arg(x, "reason")));
	set_arg(x, "reason");
	x->audiences |= PUBLIC;
	return code;
}

/* To members who sat on no panel of this dispute before. */
static enum err_code appeal(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_APPEAL, &g);
	if (!code) code = store_rewrite(x->s, x->r, NULL, S("appeal"), str_trim(act_arg(x, "reason")));
	if (!code) code = panel_draw(x->s, x->r, &g.d, true);
	if (code) return code;
	g.d.level = S("appeal");
	g.d.since = x->s->at;
	g.d.extended = false;
	g.d.accepted = 0;
	set_arg(x, "reason");
	x->audiences |= PUBLIC;
	return dispute_write(x->s, x->r->id, &g.d);
}

/* When both have, nothing is left to wait for. */
static enum err_code accept(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_ACCEPT, &g);
	if (code) return code;
	g.d.accepted |= g.z.sides;
	json_set_str(&x->detail, S("side"), g.z.sides & SIDE_CLAIMANT ? S("claimant") : S("respondent"));
	x->audiences |= PUBLIC;
	code = dispute_write(x->s, x->r->id, &g.d);
	return code || g.d.accepted != (SIDE_CLAIMANT | SIDE_RESPONDENT) ? code : dispute_close(x->s, x->r, &g.d);
}

static enum err_code withdraw(struct acting *x) {
	struct disputing g;
	enum err_code code = dispute_begin(x, DISPUTE_WITHDRAW, &g);
	if (!code) code = store_rewrite(x->s, x->r, NULL, S("withdraw"), str_trim(act_arg(x, "reason")));
	if (!code) code = panel_let_out_all(x->s, x->r, &g.d);
	if (code) return code;
	g.d.since = x->s->at;
	g.d.due = 0;
	set_arg(x, "reason");
	x->audiences |= PUBLIC;
	return dispute_write(x->s, x->r->id, &g.d);
}

/* What was changed in a model card because of a ruling that upholds. */
static enum err_code card(struct acting *x) {
	struct disputing g;
	struct store *s = x->s;
	enum err_code code = dispute_begin(x, DISPUTE_CARD, &g);
	if (code) return code;
	struct str before = act_arg(x, "before"), after = act_arg(x, "after");
	if (before.n && str_eq(before, after)) {
		err_set(s->e, ERR_INVALID, "before and after are the same: nothing was changed");
		err_where(s->e, "after");
		return ERR_INVALID;
	}
	struct json_builder b = json_object_of(s->a), all = json_array_of(s->a);
	json_set_str(&b, S("url"), act_arg(x, "url"));
	json_put_str(&b, S("commit"), act_arg(x, "commit"));
	json_put_str(&b, S("before"), before);
	json_set_str(&b, S("after"), after);
	const struct json *rulings = json_get_lit(g.body, "rulings");
	size_t n = json_count(rulings);
	for (size_t i = 0; i + 1 < n; i++) json_add(&all, json_at(rulings, i));
	json_add(&all, json_with(s->a, json_at(rulings, n - 1), S("card"), json_built(&b)));
	set_arg(x, "commit");
	json_set_str(&x->detail, S("after"), after);
	x->audiences |= PUBLIC;
	return store_rewrite(s, x->r, json_with(s->a, g.body, S("rulings"), json_built(&all)), STR_EMPTY, S("the card was changed"));
}

/* ---- the hub itself ---- */

/* The event alone: written where it is made. */
static enum err_code nothing(struct acting *x) {
	x->changed = false;
	return ERR_OK;
}

/* Those who did not declare or vote in time give way to others; who voted stays. */
static enum err_code redraw(struct acting *x, struct dispute *d) {
	struct panel_member *all;
	size_t n = 0;
	enum err_code code = panel_members(x->s->db, x->s->a, d->panel, &all, &n, x->s->e);
	for (size_t i = 0; i < n && !code; i++) {
		bool sits = str_is(all[i].state, "sitting");
		if (all[i].voted || (!sits && !str_is(all[i].state, "asked"))) continue;
		code = panel_member_state(x->s, d->panel, all[i].account, "lapsed", 0);
		if (!code && sits) code = panel_let_out(x->s, x->r, d, all[i].account);
	}
	d->due = business_days_after(x->s, x->s->at, x->s->hub->panel.days);
	if (!code) code = panel_fill(x->s, x->r, d, STR_EMPTY);
	json_set_str(&x->detail, S("what"), S("redrawn"));
	return code ? code : dispute_write(x->s, x->r->id, d);
}

static enum err_code panel_overdue(struct acting *x, struct dispute *d) {
	struct panel p;
	struct panel_vote *votes;
	size_t n = 0;
	enum err_code code = panel_read(x->s->db, x->s->a, d->panel, &p, x->s->e);
	if (!code) code = panel_votes(x->s->db, x->s->a, d->panel, &votes, &n, x->s->e);
	if (code) return code;
	if (p.closed) { /* nobody wrote the reasons: those of who prevailed stand */
		json_set_str(&x->detail, S("what"), S("ruled"));
		return panel_rule(x->s, x->r, d, STR_EMPTY);
	}
	if ((int64_t)n < p.quorum) return redraw(x, d);
	code = panel_count(x->s, x->r, d, true);
	d->due = business_days_after(x->s, x->s->at, REASONS_DAYS);
	json_set_str(&x->detail, S("what"), S("closed"));
	if (!code) code = dispute_write(x->s, x->r->id, d);
	return code ? code : clock_put_off_here(x->s, x->r, d->due);
}

static enum err_code overdue(struct acting *x) {
	struct dispute d;
	enum err_code code = dispute_read(x->s->db, x->s->a, x->r->id, &d, x->s->e);
	if (code) return code;
	if (!d.due || !clock_over(d.due, x->s->at)) return nothing(x);
	x->audiences |= PUBLIC;
	struct str state = x->r->state;
	if (str_is(state, "with-panel") || str_is(state, "appealed")) {
		x->audiences = PARTIES | OWNER | COORDINATORS | PANEL;
		return panel_overdue(x, &d);
	}
	if (str_is(state, "ruled")) {
		json_set_str(&x->detail, S("what"), S("final"));
		return dispute_close(x->s, x->r, &d);
	}
	json_set_str(&x->detail, S("what"), S("escalated"));
	return dispute_up(x->s, x->r, &d, S("not decided in time"));
}

/* Seats that were empty since nobody could be asked. */
static enum err_code draw(struct acting *x) {
	struct dispute d;
	enum err_code code = dispute_read(x->s->db, x->s->a, x->r->id, &d, x->s->e);
	if (!code && !str_is(x->r->state, "with-panel") && !str_is(x->r->state, "appealed"))
		code = err_set(x->s->e, ERR_CONFLICT, "it is with no panel");
	x->changed = false; /* the event is that of filling them */
	return code ? code : panel_fill(x->s, x->r, &d, STR_EMPTY);
}

enum { AT_ONCE = 200 };

enum err_code dispute_escalate_overdue(struct hub *h, struct db *db, struct err *e) {
	char uids[AT_ONCE][UID_SIZE];
	size_t n = 0;
	struct db_query q = db_query(db, "SELECT r.uid FROM dispute d JOIN record r ON r.id = d.record WHERE d.due > 0 AND d.due <= $1 ORDER BY d.due LIMIT 200");
	db_bind_int(&q, 1, now() - SECOND);
	while (n < AT_ONCE && db_row(&q)) n += uid_parse(db_str(&q, 0), uids[n]);
	enum err_code code = db_done(&q, e);
	for (size_t i = 0; i < n && !code; i++) {
		struct change_result result;
		struct change c = {.op = CHANGE_ACT, .actor = {S("hub"), ROLE_COORDINATOR}, .record = str_of(uids[i]), .act = S("dispute.overdue")};
		code = change_apply(h, db, &c, &result, e);
		if (code == ERR_CONFLICT || code == ERR_NOT_FOUND) code = ERR_OK; /* somebody was quicker */
	}
	return code;
}

const struct act_function ladder_functions[] = {
	{"dispute.opened", nothing}, {"dispute.state", state}, {"dispute.acknowledge", acknowledge}, {"dispute.decide", decide}, {"dispute.extend", extend},
	{"dispute.escalate", escalate}, {"dispute.appeal", appeal}, {"dispute.accept", accept}, {"dispute.withdraw", withdraw}, {"dispute.card", card},
	{"dispute.overdue", overdue}, {"panel.draw", draw},
};
const size_t ladder_functions_n = lengthof(ladder_functions);
