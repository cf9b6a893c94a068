/* What a party says: whether the report holds, how far its fix is, which of its systems are affected, what it wants told to the public. */
#include "case.h"

static enum err_code report_state(struct acting *x) {
	struct participant p;
	enum err_code code = acting_participant(x, &p);
	if (code) return code;
	if (!str_is(p.access, "in")) return err_set(x->s->e, ERR_CONFLICT, "who does not take part in the case yet can't judge the report");
	struct str by = act_arg(x, "move"), reason = str_trim(act_arg(x, "reason"));
	char name[16];
	snprintf(name, sizeof name, "%.*s", STR_ARG(by));
	code = participant_report(x, &p, name);
	if (!code && !reason.n && (str_is(by, "invalidate") || str_is(by, "defer") || str_is(by, "close"))) {
		code = err_set(x->s->e, ERR_INVALID, "say why");
		err_where(x->s->e, "reason");
	}
	if (code) return code;
	json_set_str(&x->detail, S("move"), by);
	json_set_str(&x->detail, S("state"), rm_name(p.report_state));
	json_put_str(&x->detail, S("reason"), reason);
	return participant_write(x->s, x->r->id, &p);
}

/* ---- aware, fix ready, fix deployed ---- */

static unsigned facts_of(const struct participant *p) {
	return (p->aware ? VENDOR_AWARE : 0u) | (p->fix_ready ? FIX_READY : 0u) | (p->fix_deployed ? FIX_DEPLOYED : 0u);
}

static enum err_code progress(struct acting *x) {
	static const struct {
		const char *name;
		enum case_fact fact;
	} steps[] = {{"aware", VENDOR_AWARE}, {"fix-ready", FIX_READY}, {"fix-deployed", FIX_DEPLOYED}};
	struct participant p;
	enum err_code code = acting_participant(x, &p);
	if (code) return code;
	if (!p.supplies) return err_set(x->s->e, ERR_CONFLICT, "only who makes, hosts or deploys a system can repair it");
	struct str what = act_arg(x, "step");
	size_t i = 0;
	while (i < lengthof(steps) - 1 && !str_is(what, steps[i].name)) i++;
	if (facts_of(&p) & steps[i].fact) return err_set(x->s->e, ERR_CONFLICT, "that is noted already");
	if (!case_state_may(facts_of(&p), steps[i].fact))
		return err_set(x->s->e, ERR_CONFLICT, "first aware, then a fix ready, then deployed: \"%s\" comes too early", steps[i].name);
	moment at = act_moment(x, "since");
	if (!at) at = x->s->at;
	if (at > x->s->at + HOUR) {
		err_set(x->s->e, ERR_INVALID, "it can't have come about in the future");
		err_where(x->s->e, "since");
		return ERR_INVALID;
	}
	*(i == 0 ? &p.aware : i == 1 ? &p.fix_ready : &p.fix_deployed) = at;
	json_set_str(&x->detail, S("step"), what);
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "note")));
	return participant_write(x->s, x->r->id, &p);
}

/* ---- status of systems ---- */

static enum err_code check_system(struct acting *x, struct str uid) {
	struct db_query q = db_query(x->s->db,
		"SELECT 1 FROM record r JOIN link l ON l.target = r.id WHERE l.source = $1 AND l.rel = 'affects' AND r.uid = $2");
	db_bind_int(&q, 1, x->r->id);
	db_bind_str(&q, 2, uid);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, x->s->e);
	if (code || found) return code;
	err_set(x->s->e, ERR_INVALID, "%.*s is no system of this case; link it first (\"affects\")", STR_ARG(str_cut_utf8(uid, 40)));
	err_where(x->s->e, "system");
	return ERR_INVALID;
}

static enum err_code status(struct acting *x) {
	struct participant p;
	struct str system = act_arg(x, "system"), said = act_arg(x, "status");
	enum err_code code = acting_participant(x, &p);
	if (!code && !str_is(p.access, "in")) code = err_set(x->s->e, ERR_CONFLICT, "that party does not take part in the case yet");
	if (!code) code = check_system(x, system);
	if (code) return code;
	static const char *const texts[] = {"versions", "justification", "mitigation", "fix"};
	json_set_str(&x->detail, S("system"), system);
	json_set_str(&x->detail, S("status"), said);
	for (size_t i = 0; i < lengthof(texts); i++) json_put_str(&x->detail, str_of(texts[i]), str_trim(act_arg(x, texts[i])));
	struct db_query q = db_query(x->s->db,
		"INSERT INTO system_status (record, subject, system, status, event, at) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (record, subject, system) DO UPDATE SET status = excluded.status, event = excluded.event, at = excluded.at");
	db_bind_int(&q, 1, x->r->id);
	db_bind_str(&q, 2, p.subject);
	db_bind_str(&q, 3, system);
	db_bind_str(&q, 4, said);
	db_bind_int(&q, 5, x->event);
	db_bind_int(&q, 6, x->s->at);
	code = db_run(&q, x->s->e);
	return code ? code : participant_write(x->s, x->r->id, &p);
}

static enum err_code statement(struct acting *x) {
	struct participant p;
	enum err_code code = acting_participant(x, &p);
	if (code) return code;
	json_set_str(&x->detail, S("text"), str_trim(act_arg(x, "text")));
	p.statement = x->event;
	return participant_write(x->s, x->r->id, &p);
}

const struct act_function answer_functions[] = {
	{"report.judge", report_state}, {"fix.progress", progress}, {"status.set", status}, {"statement.set", statement},
};
const size_t answer_functions_n = lengthof(answer_functions);
