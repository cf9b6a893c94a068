/* The embargo of a case: proposed, answered, revised, ended.
 *
 * A proposal is agreed once a coordinator accepts it for the case, or once all accept who take part and were asked. Each party's own consent stands beside:
 * who has not consented is not bound, and who is not in the case yet learns nothing of it. When terms change, the consent of those who did not accept the
 * new ones lapses; they stay in the case and are asked again. */
#include "case.h"

enum { LONGEST_YEARS = 5 };

/* ---- rows ---- */

enum err_code case_state_read(struct db *db, struct arena *a, int64_t record, struct case_state *out, struct err *e) {
	struct case_state c = {.embargo = 'N'};
	struct db_query q = db_query(db,
		"SELECT embargo, until, zone, since, proposal, exited, exit_reason, public_aware, exploit_public, attacks_observed, confirmed "
		"FROM case_state WHERE record = $1");
	db_bind_int(&q, 1, record);
	if (db_row(&q)) {
		struct str em = db_str(&q, 0);
		c = (struct case_state){
			.embargo = em.n ? em.p[0] : 'N', .until = db_int(&q, 1), .zone = arena_str(a, db_str(&q, 2)), .since = db_int(&q, 3),
			.proposal = db_int(&q, 4), .exited = db_int(&q, 5), .exit_reason = arena_str(a, db_str(&q, 6)),
			.public_aware = db_int(&q, 7), .exploit_public = db_int(&q, 8), .attacks_observed = db_int(&q, 9),
			.confirmed = (unsigned)db_int(&q, 10),
		};
	}
	enum err_code code = db_done(&q, e);
	if (!code) *out = c;
	return code;
}

enum err_code case_state_write(struct store *s, int64_t record, const struct case_state *c) {
	struct db_query q = db_query(s->db,
		"INSERT INTO case_state (record, embargo, until, zone, since, proposal, exited, exit_reason, public_aware, exploit_public, attacks_observed, "
		"confirmed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (record) DO UPDATE SET embargo = excluded.embargo, "
		"until = excluded.until, zone = excluded.zone, since = excluded.since, proposal = excluded.proposal, exited = excluded.exited, "
		"exit_reason = excluded.exit_reason, public_aware = excluded.public_aware, exploit_public = excluded.exploit_public, "
		"attacks_observed = excluded.attacks_observed, confirmed = excluded.confirmed");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, str_n(&c->embargo, 1));
	db_bind_int(&q, 3, c->until);
	db_bind_str(&q, 4, c->zone);
	db_bind_int(&q, 5, c->since);
	db_bind_int(&q, 6, c->proposal);
	db_bind_int(&q, 7, c->exited);
	db_bind_str(&q, 8, c->exit_reason);
	db_bind_int(&q, 9, c->public_aware);
	db_bind_int(&q, 10, c->exploit_public);
	db_bind_int(&q, 11, c->attacks_observed);
	db_bind_int(&q, 12, c->confirmed);
	enum err_code code = db_run(&q, s->e);
	return code ? code : store_follow_case(s, record); /* what is said of it in public hangs on the embargo */
}

struct proposal {
	struct str subject, zone;
	moment until;
};

static enum err_code read_proposal(struct acting *x, int64_t event, struct proposal *out) {
	struct db_query q = db_query(x->s->db, "SELECT subject, until, zone FROM embargo_proposal WHERE event = $1");
	db_bind_int(&q, 1, event);
	bool found = db_row(&q);
	if (found) *out = (struct proposal){arena_str(x->s->a, db_str(&q, 0)), arena_str(x->s->a, db_str(&q, 2)), db_int(&q, 1)};
	enum err_code code = db_done(&q, x->s->e);
	return code || found ? code : err_set(x->s->e, ERR_CONFLICT, "no end of the embargo is proposed");
}

static enum err_code close_proposal(struct acting *x, struct case_state *c, const char *outcome) {
	struct db_query q = db_query(x->s->db, "UPDATE embargo_proposal SET outcome = $2 WHERE event = $1");
	db_bind_int(&q, 1, c->proposal);
	db_bind_str(&q, 2, str_of(outcome));
	c->proposal = 0;
	return db_run(&q, x->s->e);
}

static enum err_code answer(struct acting *x, int64_t proposal, struct str subject, const char *what) {
	struct db_query q = db_query(x->s->db,
		"INSERT INTO embargo_answer (proposal, subject, answer, at) VALUES ($1, $2, $3, $4) ON CONFLICT (proposal, subject) DO UPDATE SET "
		"answer = excluded.answer, at = excluded.at");
	db_bind_int(&q, 1, proposal);
	db_bind_str(&q, 2, subject);
	db_bind_str(&q, 3, str_of(what));
	db_bind_int(&q, 4, x->s->at);
	return db_run(&q, x->s->e);
}

static enum err_code answer_of(struct acting *x, int64_t proposal, struct str subject, bool *accepted, bool *rejected) {
	struct db_query q = db_query(x->s->db, "SELECT answer FROM embargo_answer WHERE proposal = $1 AND subject = $2");
	db_bind_int(&q, 1, proposal);
	db_bind_str(&q, 2, subject);
	bool found = db_row(&q);
	*accepted = found && str_is(db_str(&q, 0), "accept");
	*rejected = found && !*accepted;
	return db_done(&q, x->s->e);
}

/* ---- consents of all ---- */

static bool counts(const struct participant *p) {
	return (str_is(p->access, "in") || str_is(p->access, "invited")) && !str_is(p->part, "observer") && !str_is(p->part, "coordinator");
}

static enum err_code each(struct acting *x, struct str but, const char *by, bool (*if_so)(const struct participant *p)) {
	struct participant *all;
	size_t n;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	for (size_t i = 0; i < n && !code; i++) {
		if (str_eq(all[i].subject, but) || !if_so(&all[i])) continue;
		code = participant_consent(x, &all[i], by);
		if (!code) code = participant_write(x->s, x->r->id, &all[i]);
	}
	return code;
}

static bool is_signatory(const struct participant *p) { return p->consent == CONSENT_SIGNATORY; }
static bool may_be_asked(const struct participant *p) {
	return counts(p) && (p->consent == CONSENT_NONE || p->consent == CONSENT_LAPSED || p->consent == CONSENT_DECLINED);
}
static bool has_consent(const struct participant *p) { return p->consent != CONSENT_NONE; }

/* ---- proposing ---- */

static enum err_code check_end(struct acting *x, moment until) {
	const char *problem = NULL;
	if (until <= x->s->at) problem = "an embargo ends in the future";
	else if (until > x->s->at + LONGEST_YEARS * 366 * DAY) problem = "an embargo lasts at most five years";
	if (!problem) return ERR_OK;
	err_set(x->s->e, ERR_INVALID, "%s", problem);
	err_where(x->s->e, "until");
	return ERR_INVALID;
}

static enum err_code propose(struct acting *x) {
	struct case_state c;
	struct participant p;
	enum err_code code = acting_participant_or_hub(x, &p);
	if (!code) code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	if (case_state_ends_embargo(c.confirmed))
		return err_set(x->s->e, ERR_CONFLICT, "what is public, exploited or attacked can't be kept under an embargo any more");
	char next = em_next(c.embargo, "propose", x->s->e);
	if (!next) return ERR_CONFLICT;
	moment until = act_moment(x, "until");
	code = check_end(x, until);
	if (!code && c.proposal) code = close_proposal(x, &c, "countered");
	if (code) return code;
	c.proposal = x->event;
	struct db_query q = db_query(x->s->db,
		"INSERT INTO embargo_proposal (event, record, subject, until, zone, at, outcome) VALUES ($1, $2, $3, $4, $5, $6, 'open')");
	db_bind_int(&q, 1, x->event);
	db_bind_int(&q, 2, x->r->id);
	db_bind_str(&q, 3, p.subject);
	db_bind_int(&q, 4, until);
	db_bind_str(&q, 5, act_arg(x, "time_zone"));
	db_bind_int(&q, 6, x->s->at);
	code = db_run(&q, x->s->e);
	/* What they said to the proposal before holds no more; in an embargo that is active their consent to it does. */
	if (!code && c.embargo == 'P') code = each(x, STR_EMPTY, "revise", is_signatory);
	c.embargo = next;
	if (!code && p.subject.n) {
		code = answer(x, x->event, p.subject, "accept");
		if (!code) code = participant_read(x->s, x->r->id, p.subject, &p);
		/* Whoever declined is asked again, by themselves. */
		if (!code && p.consent == CONSENT_DECLINED) code = participant_consent(x, &p, "invite");
		if (!code && p.consent != CONSENT_SIGNATORY) code = participant_consent(x, &p, "accept");
		p.answered = x->s->at;
		if (!code) code = participant_write(x->s, x->r->id, &p);
	}
	if (!code) code = each(x, p.subject, "invite", may_be_asked);
	if (!code) code = case_state_write(x->s, x->r->id, &c);
	json_set_str(&x->detail, S("until"), act_arg(x, "until"));
	json_set_str(&x->detail, S("time_zone"), act_arg(x, "time_zone"));
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	json_put_str(&x->detail, S("terms"), str_trim(act_arg(x, "terms")));
	x->audiences |= INVITED;
	return code;
}

/* ---- answering ---- */

static enum err_code all_accepted(struct acting *x, int64_t proposal, bool *all_did, bool *none_left) {
	struct participant *all;
	size_t n;
	bool accepted, rejected;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	*all_did = *none_left = true;
	for (size_t i = 0; i < n && !code; i++) {
		if (!counts(&all[i])) continue;
		code = answer_of(x, proposal, all[i].subject, &accepted, &rejected);
		*all_did &= accepted;
		*none_left &= rejected;
	}
	return code;
}

static enum err_code agree(struct acting *x, struct case_state *c, const struct proposal *p) {
	struct participant *all;
	size_t n;
	bool accepted, rejected, revised = c->embargo == 'R';
	char next = em_next(c->embargo, "accept", x->s->e);
	if (!next) return ERR_CONFLICT;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	for (size_t i = 0; i < n && !code; i++) {
		code = answer_of(x, c->proposal, all[i].subject, &accepted, &rejected);
		bool lapses = revised && !accepted && all[i].consent == CONSENT_SIGNATORY;
		/* Whoever proposed it before they were in the case is in it now. */
		bool comes_in = accepted && str_is(all[i].access, "invited");
		if (code || !(lapses || comes_in)) continue;
		code = lapses ? participant_consent(x, &all[i], "revise") : participant_let_in(x, &all[i]);
		if (!code) code = participant_write(x->s, x->r->id, &all[i]);
	}
	c->embargo = next;
	c->until = p->until;
	c->zone = p->zone;
	if (!revised) c->since = x->s->at;
	json_set_bool(&x->detail, S("agreed"), true);
	return code ? code : close_proposal(x, c, "accepted");
}

/* Consent to what is proposed, or else to what holds. */
static enum err_code accept(struct acting *x) {
	struct case_state c;
	struct participant p;
	struct proposal open = {.zone = STR_EMPTY};
	enum err_code code = acting_participant_or_hub(x, &p);
	if (!code) code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	if (c.embargo == 'N' || c.embargo == 'X') return err_set(x->s->e, ERR_CONFLICT, "there is no embargo to consent to");
	if (c.proposal) code = read_proposal(x, c.proposal, &open);
	bool agreed = !p.subject.n, none;
	if (!code && p.subject.n) {
		if (c.proposal) code = answer(x, c.proposal, p.subject, "accept");
		if (!code && p.consent == CONSENT_DECLINED) code = participant_consent(x, &p, "invite");
		if (!code && p.consent != CONSENT_SIGNATORY) code = participant_consent(x, &p, "accept");
		else if (!code && !c.proposal) return err_set(x->s->e, ERR_CONFLICT, "you have consented already");
		if (!code && str_is(p.access, "invited")) code = participant_let_in(x, &p);
		if (!code) code = participant_write(x->s, x->r->id, &p);
		if (!code && c.proposal) code = all_accepted(x, c.proposal, &agreed, &none);
	} else if (!code && !c.proposal) {
		return err_set(x->s->e, ERR_CONFLICT, "no end of the embargo is proposed");
	}
	moment holds = c.proposal ? open.until : c.until;
	if (!code && c.proposal && agreed) code = agree(x, &c, &open);
	if (!code) code = case_state_write(x->s, x->r->id, &c);
	json_set_str(&x->detail, S("until"), moment_str(x->s->a, holds));
	json_set_str(&x->detail, S("time_zone"), open.zone.n ? open.zone : c.zone);
	return code;
}

static enum err_code refuse(struct acting *x, struct case_state *c) {
	char next = em_next(c->embargo, "reject", x->s->e);
	if (!next) return ERR_CONFLICT;
	c->embargo = next;
	json_set_bool(&x->detail, S("refused"), true);
	enum err_code code = close_proposal(x, c, "rejected");
	/* With no embargo left, nobody's consent is to anything. */
	return !code && next == 'N' ? each(x, STR_EMPTY, "reset", has_consent) : code;
}

static enum err_code reject(struct acting *x) {
	struct case_state c;
	struct participant p;
	struct proposal open;
	enum err_code code = acting_participant_or_hub(x, &p);
	if (!code) code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	if (!c.proposal) return err_set(x->s->e, ERR_CONFLICT, "no end of the embargo is proposed");
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	bool all, none = !p.subject.n;
	if (p.subject.n) {
		code = answer(x, c.proposal, p.subject, "reject");
		/* Who is bound to the present terms stays so. */
		if (!code && p.consent != CONSENT_SIGNATORY && p.consent != CONSENT_DECLINED) code = participant_consent(x, &p, "decline");
		if (!code && p.consent == CONSENT_SIGNATORY && c.embargo == 'P') {
			code = participant_consent(x, &p, "revise");
			if (!code) code = participant_consent(x, &p, "decline");
		}
		if (!code) code = participant_write(x->s, x->r->id, &p);
		/* What the coordinators propose they alone take back. */
		if (!code) code = read_proposal(x, c.proposal, &open);
		if (!code) code = all_accepted(x, c.proposal, &all, &none);
		none &= open.subject.n > 0;
	}
	if (!code && none) code = refuse(x, &c);
	return code ? code : case_state_write(x->s, x->r->id, &c);
}

/* ---- ending ---- */

enum err_code embargo_end(struct acting *x, struct case_state *c, struct str reason) {
	enum err_code code = ERR_OK;
	if (c->proposal) code = close_proposal(x, c, "moot");
	if (code) return code;
	if (c->embargo == 'P') {
		c->embargo = em_next('P', "reject", x->s->e);
	} else {
		char next = em_next(c->embargo, "end", x->s->e);
		if (!next) return ERR_CONFLICT;
		c->embargo = next;
		c->exited = x->s->at;
		c->exit_reason = reason;
		code = publication_wake(x->s, x->r->id);
	}
	json_set_str(&x->detail, S("ended"), reason);
	x->audiences |= INVITED;
	return code ? code : each(x, STR_EMPTY, "reset", has_consent);
}

static enum err_code end(struct acting *x) {
	struct case_state c;
	enum err_code code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (!code && c.embargo == 'P') code = err_set(x->s->e, ERR_CONFLICT, "an embargo that is only proposed is rejected, not ended");
	if (!code) code = embargo_end(x, &c, act_arg(x, "why"));
	if (!code) code = case_state_write(x->s, x->r->id, &c);
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "reason")));
	return code;
}

/* The hub itself, at the hour. */
static enum err_code reached(struct acting *x) {
	struct case_state c;
	enum err_code code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	if ((c.embargo != 'A' && c.embargo != 'R') || c.until > x->s->at) {
		x->changed = false; /* it was put off or ended meanwhile */
		return ERR_OK;
	}
	code = embargo_end(x, &c, S("reached"));
	return code ? code : case_state_write(x->s, x->r->id, &c);
}

const struct act_function embargo_functions[] = {
	{"embargo.propose", propose}, {"embargo.accept", accept}, {"embargo.reject", reject}, {"embargo.end", end}, {"embargo.reached", reached},
};
const size_t embargo_functions_n = lengthof(embargo_functions);

/* ---- what it keeps back ---- */

enum err_code embargo_holds(struct db *db, int64_t record, moment *until, struct err *e) {
	struct db_query q = db_query(db,
		"SELECT max(until) FROM case_state WHERE embargo IN ('A', 'R') AND (record = $1 OR "
		"record IN (SELECT source FROM link WHERE target = $1 AND rel IN ('handles', 'publishes')) OR "
		"record IN (SELECT target FROM link WHERE source = $1))");
	db_bind_int(&q, 1, record);
	moment found = 0;
	if (db_row(&q)) found = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	if (!code) *until = found;
	return code;
}
