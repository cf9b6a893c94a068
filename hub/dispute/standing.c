/* What somebody may do with a dispute now, and why not. */
#include "dispute.h"

#include "hub/account/member.h"

static const char *const names[DISPUTE_ACTS] = {
	"dispute.state", "dispute.acknowledge", "dispute.decide", "dispute.extend", "dispute.escalate", "dispute.appeal", "dispute.accept", "dispute.withdraw",
	"dispute.card", "seat.declare", "seat.challenge", "seat.judge", "panel.vote", "panel.rule",
};

const char *dispute_act_name(enum dispute_act one) {
	return names[one];
}

struct str last_outcome(const struct json *body) {
	const struct json *rulings = json_get_lit(body, "rulings");
	return json_count(rulings) ? json_get_str(json_at(rulings, json_count(rulings) - 1), S("outcome")) : STR_EMPTY;
}

static bool speaks_for(struct db *db, struct str subject, struct str who) {
	return who.n && (str_eq(subject, who) || member_role(db, subject, who) >= MEMBER_MEMBER);
}

enum err_code dispute_sides(struct db *db, const struct dispute *d, struct str created_by, struct actor actor, unsigned roles, unsigned *out,
	struct err *e) {
	(void)e;
	unsigned sides = 0;
	bool filed = actor.name.n && str_eq(created_by, actor.name);
	if (filed || speaks_for(db, d->claimant, actor.name)) sides |= SIDE_CLAIMANT;
	if (d->respondent.n ? speaks_for(db, d->respondent, actor.name) : (roles & ROLE_COORDINATOR) != 0) sides |= SIDE_RESPONDENT;
	/* Nobody argues against themselves. */
	*out = sides & SIDE_CLAIMANT ? (unsigned)SIDE_CLAIMANT : sides;
	return ERR_OK;
}

static bool one_of(struct str state, const char *const *list) {
	for (; *list; list++)
		if (str_is(state, *list)) return true;
	return false;
}
static bool at_owner(struct str s) { return one_of(s, (const char *const[]){"filed", "acknowledged", NULL}); }
static bool at_panel(struct str s) { return one_of(s, (const char *const[]){"with-panel", "appealed", NULL}); }
static bool settled(struct str s) { return one_of(s, (const char *const[]){"final", "withdrawn", NULL}); }

static const char *decider(const struct standing *z, bool *forbidden) {
	bool hub = str_is(z->state, "with-hub");
	if (!hub && !at_owner(z->state)) return "it is not with whoever answers for the record or the hub";
	*forbidden = hub ? !z->coordinator || z->sides & SIDE_CLAIMANT : !(z->sides & SIDE_RESPONDENT);
	return *forbidden ? hub ? "that is for the hub's coordinators, of whom none may be a side" : "that is for whoever answers for the record" : NULL;
}

static const char *side_only(const struct standing *z, bool *forbidden) {
	*forbidden = !z->sides;
	return *forbidden ? "that is for the two sides" : NULL;
}

static const char *sitting_only(const struct standing *z, bool *forbidden) {
	*forbidden = !z->member || !str_is(z->member->state, "sitting");
	if (!*forbidden) return NULL;
	return z->member && str_is(z->member->state, "asked") ? "first declare that you have no conflict of interest" : "that is for members of the panel";
}

static const char *take_up(const struct standing *z, bool *forbidden) {
	const char *why = side_only(z, forbidden);
	if (why) return why;
	if (str_is(z->state, "ruled")) {
		if (str_is(z->d->level, "panel")) return "a panel has ruled: that can be appealed, once";
		return z->at >= z->d->due ? "ten business days have passed: the ruling is final" : NULL;
	}
	if (at_panel(z->state)) return "it is with the panel already";
	if (settled(z->state)) return "it is settled";
	return z->at < z->d->due ? "whoever has it now still has time to decide" : NULL;
}

static const char *appeal(const struct standing *z, bool *forbidden) {
	const char *why = side_only(z, forbidden);
	if (why) return why;
	if (str_is(z->d->level, "appeal")) return "it was appealed already; there is one appeal";
	if (!str_is(z->state, "ruled") || !str_is(z->d->level, "panel")) return "only a panel's ruling is appealed";
	return z->at >= z->d->due ? "ten business days have passed: the ruling is final" : NULL;
}

static const char *card(const struct standing *z, bool *forbidden) {
	*forbidden = !z->coordinator && !(z->sides & SIDE_RESPONDENT);
	if (*forbidden) return "that is for whoever answers for the record, or a coordinator";
	if (!str_is(z->outcome, "uphold") || !one_of(z->state, (const char *const[]){"ruled", "final", NULL}))
		return "a change to the card follows a ruling that upholds";
	return NULL;
}

const char *dispute_refusal(enum dispute_act act, const struct standing *z, bool *forbidden) {
	const char *why = NULL;
	*forbidden = false;
	switch (act) {
	case DISPUTE_STATE:
		why = side_only(z, forbidden);
		return why ? why : settled(z->state) ? "it is settled" : NULL;
	case DISPUTE_ACKNOWLEDGE:
		if (!str_is(z->state, "filed")) return "it is acknowledged already";
		return decider(z, forbidden);
	case DISPUTE_DECIDE: return decider(z, forbidden);
	case DISPUTE_EXTEND:
		if (at_panel(z->state)) why = sitting_only(z, forbidden);
		else why = decider(z, forbidden);
		return why ? why : z->d->extended ? "it was extended already" : NULL;
	case DISPUTE_ESCALATE: return take_up(z, forbidden);
	case DISPUTE_APPEAL: return appeal(z, forbidden);
	case DISPUTE_ACCEPT:
		why = side_only(z, forbidden);
		if (why) return why;
		if (!str_is(z->state, "ruled")) return "there is no ruling to accept";
		return z->d->accepted & z->sides ? "your side has accepted it already" : NULL;
	case DISPUTE_WITHDRAW:
		*forbidden = !(z->sides & SIDE_CLAIMANT);
		if (*forbidden) return "only who filed it takes it back";
		return settled(z->state) || str_is(z->state, "appealed") ? "it can't be taken back any more" : NULL;
	case DISPUTE_CARD: return card(z, forbidden);
	case SEAT_DECLARE:
		*forbidden = !z->member;
		if (*forbidden) return "that is for who was asked onto the panel";
		return str_is(z->member->state, "asked") || (str_is(z->member->state, "sitting") && !z->member->voted) ? NULL :
			"you have voted, or sit there no more";
	case SEAT_CHALLENGE:
		why = side_only(z, forbidden);
		if (why) return why;
		if (!at_panel(z->state) || !z->p || z->p->closed) return "there is no panel that could be changed";
		return z->d->challenged & z->sides ? "each side may challenge one member" : NULL;
	case SEAT_JUDGE:
		why = sitting_only(z, forbidden);
		return why ? why : z->p->closed ? "the vote is closed" : NULL;
	case PANEL_VOTE:
		why = sitting_only(z, forbidden);
		if (why) return why;
		return z->p->closed ? "the vote is closed" : z->member->voted ? "you have voted" : NULL;
	case PANEL_RULE:
		why = sitting_only(z, forbidden);
		if (why) return why;
		if (!z->member->voted) return "reasons are written by who voted";
		return z->p->closed ? NULL : "the vote is still open";
	case DISPUTE_ACTS: break;
	}
	return "there is no such act";
}

enum err_code dispute_begin(struct acting *x, enum dispute_act act, struct disputing *out) {
	struct store *s = x->s;
	*out = (struct disputing){.x = x};
	enum err_code code = dispute_read(s->db, s->a, x->r->id, &out->d, s->e);
	if (!code) code = store_body(s->hub, s->db, s->a, x->r, &out->body, s->e);
	out->z = (struct standing){.state = x->r->state, .d = &out->d, .coordinator = (x->roles & ROLE_COORDINATOR) != 0, .at = s->at,
		.grt2 = str_is(json_get_str(out->body, S("procedure")), "grt2"), .outcome = last_outcome(out->body)};
	if (!code) code = dispute_sides(s->db, &out->d, x->r->created_by, s->actor, x->roles, &out->z.sides, s->e);
	if (!code && out->d.panel) {
		struct panel_member *all;
		size_t n = 0;
		code = panel_read(s->db, s->a, out->d.panel, &out->p, s->e);
		out->z.p = &out->p;
		if (!code) code = panel_members(s->db, s->a, out->d.panel, &all, &n, s->e);
		for (size_t i = 0; i < n && !code; i++)
			if (str_eq(all[i].account, s->actor.name)) {
				out->member = all[i];
				out->z.member = &out->member;
			}
	}
	if (code) return code;
	bool forbidden;
	const char *why = dispute_refusal(act, &out->z, &forbidden);
	return why ? err_set(s->e, forbidden ? ERR_FORBIDDEN : ERR_CONFLICT, "%s", why) : ERR_OK;
}
