/* Who takes part in a case. */
#include "case.h"

#include "hub/account/member.h"

#define COLUMNS "subject, part, duty, alias, access, reason, supplies, report_state, report_since, consent, consent_since, aware, fix_ready, " \
	"fix_deployed, asked, notified, answered, statement"

static struct participant of_row(struct arena *a, struct db_query *q) {
	struct str state = db_str(q, 7);
	return (struct participant){
		.subject = arena_str(a, db_str(q, 0)), .part = arena_str(a, db_str(q, 1)), .duty = arena_str(a, db_str(q, 2)),
		.alias = arena_str(a, db_str(q, 3)), .access = arena_str(a, db_str(q, 4)), .reason = arena_str(a, db_str(q, 5)),
		.supplies = db_int(q, 6) != 0,
		.report_state = state.n ? state.p[0] : 'S', .report_since = db_int(q, 8),
		.consent = consent_of(db_str(q, 9)), .consent_since = db_int(q, 10),
		.aware = db_int(q, 11), .fix_ready = db_int(q, 12), .fix_deployed = db_int(q, 13),
		.asked = db_int(q, 14), .notified = db_int(q, 15), .answered = db_int(q, 16), .statement = db_int(q, 17),
	};
}

enum err_code participant_read(struct store *s, int64_t record, struct str subject, struct participant *out) {
	struct db_query q = db_query(s->db, "SELECT " COLUMNS " FROM participant WHERE record = $1 AND subject = $2");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, subject);
	bool found = db_row(&q);
	struct participant p = {0};
	if (found) p = of_row(s->a, &q);
	enum err_code code = db_done(&q, s->e);
	if (!code && !found) code = err_set(s->e, ERR_NOT_FOUND, "%.*s takes no part in this case", STR_ARG(str_cut_utf8(subject, 40)));
	if (!code) *out = p;
	return code;
}

enum err_code participant_list(struct store *s, int64_t record, struct participant **out, size_t *n) {
	struct participant *items = arena_array(s->a, PARTICIPANTS, sizeof *items);
	if (!items) return err_set(s->e, ERR_MEMORY, "out of memory");
	*n = 0;
	struct db_query q = db_query(s->db, "SELECT " COLUMNS " FROM participant WHERE record = $1 ORDER BY subject LIMIT 1000");
	db_bind_int(&q, 1, record);
	while (*n < PARTICIPANTS && db_row(&q)) items[(*n)++] = of_row(s->a, &q);
	*out = items;
	return db_done(&q, s->e);
}

enum err_code participant_write(struct store *s, int64_t record, const struct participant *p) {
	struct db_query q = db_query(s->db,
		"INSERT INTO participant (record, " COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) "
		"ON CONFLICT (record, subject) DO UPDATE SET part = excluded.part, duty = excluded.duty, alias = excluded.alias, access = excluded.access, "
		"reason = excluded.reason, supplies = excluded.supplies, report_state = excluded.report_state, report_since = excluded.report_since, "
		"consent = excluded.consent, consent_since = excluded.consent_since, aware = excluded.aware, fix_ready = excluded.fix_ready, "
		"fix_deployed = excluded.fix_deployed, asked = excluded.asked, notified = excluded.notified, answered = excluded.answered, "
		"statement = excluded.statement");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, p->subject);
	db_bind_str(&q, 3, p->part);
	db_bind_str(&q, 4, p->duty);
	db_bind_str(&q, 5, p->alias);
	db_bind_str(&q, 6, p->access);
	db_bind_str(&q, 7, p->reason);
	db_bind_int(&q, 8, p->supplies);
	db_bind_str(&q, 9, str_n(&p->report_state, 1));
	db_bind_int(&q, 10, p->report_since);
	db_bind_str(&q, 11, consent_name(p->consent));
	db_bind_int(&q, 12, p->consent_since);
	db_bind_int(&q, 13, p->aware);
	db_bind_int(&q, 14, p->fix_ready);
	db_bind_int(&q, 15, p->fix_deployed);
	db_bind_int(&q, 16, p->asked);
	db_bind_int(&q, 17, p->notified);
	db_bind_int(&q, 18, p->answered);
	db_bind_int(&q, 19, p->statement);
	return db_run(&q, s->e);
}

/* ---- on whose behalf ---- */

static enum err_code wrong_for(struct acting *x, enum err_code code, const char *why) {
	err_set(x->s->e, code, "%s", why);
	err_where(x->s->e, "for");
	return code;
}

/* Guests of an organization read and talk; they don't speak for it. */
static bool speaks_for(struct acting *x, struct str subject) {
	if (str_eq(subject, x->s->actor.name)) return true;
	return member_role(x->s->db, subject, x->s->actor.name) >= MEMBER_MEMBER;
}

/* The one participant that the actor is or speaks for. */
static enum err_code the_actors(struct acting *x, struct participant *out) {
	struct participant *all;
	size_t n, found = 0;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	for (size_t i = 0; i < n && !code; i++) {
		if (str_is(all[i].access, "proposed") || str_is(all[i].access, "out") || !speaks_for(x, all[i].subject)) continue;
		*out = all[i];
		found++;
	}
	if (code || found == 1) return code;
	if (found > 1) return wrong_for(x, ERR_INVALID, "you speak for more than one party of this case: say for which");
	return wrong_for(x, x->roles & ROLE_COORDINATOR ? ERR_INVALID : ERR_FORBIDDEN,
		x->roles & ROLE_COORDINATOR ? "say for which party" : "you speak for no party of this case");
}

static enum err_code note_for(struct acting *x, struct participant *p) {
	json_set_str(&x->detail, S("subject"), p->subject);
	/* What a coordinator writes down for somebody is no answer of theirs. */
	if (speaks_for(x, p->subject)) p->answered = x->s->at;
	return ERR_OK;
}

enum err_code acting_participant(struct acting *x, struct participant *out) {
	struct str subject = act_arg(x, "for");
	if (!subject.n) {
		enum err_code code = the_actors(x, out);
		return code ? code : note_for(x, out);
	}
	enum err_code code = participant_read(x->s, x->r->id, subject, out);
	if (code) return code;
	if (!(x->roles & ROLE_COORDINATOR) && !speaks_for(x, subject)) return wrong_for(x, ERR_FORBIDDEN, "you don't speak for that party");
	return note_for(x, out);
}

enum err_code acting_participant_or_hub(struct acting *x, struct participant *out) {
	if (act_arg(x, "for").n || !(x->roles & ROLE_COORDINATOR)) return acting_participant(x, out);
	*out = (struct participant){0};
	return ERR_OK;
}

/* ---- machines ---- */

enum err_code participant_consent(struct acting *x, struct participant *p, const char *by) {
	char next = consent_next(p->consent, by, x->s->e);
	if (!next) return ERR_CONFLICT;
	p->consent = next;
	p->consent_since = x->s->at;
	return ERR_OK;
}

enum err_code participant_report(struct acting *x, struct participant *p, const char *by) {
	char next = rm_next(p->report_state, by, x->s->e);
	if (!next) return ERR_CONFLICT;
	p->report_state = next;
	p->report_since = x->s->at;
	return ERR_OK;
}

/* ---- coming in and going out ---- */

static enum err_code put_party(struct store *s, const struct stored *r, struct str subject) {
	bool changed = false;
	return store_put_party(s, r, subject, S("party"), &changed);
}

/* A supplier reads the reports too; a finder only their own. */
static enum err_code let_into_reports(struct acting *x, const struct participant *p) {
	int64_t reports[200];
	size_t n = 0;
	struct db_query q = db_query(x->s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'handles' LIMIT 200");
	db_bind_int(&q, 1, x->r->id);
	while (n < lengthof(reports) && db_row(&q)) reports[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, x->s->e);
	for (size_t i = 0; i < n && !code; i++) {
		struct stored report;
		code = store_read(x->s->hub, x->s->db, x->s->a, reports[i], &report, x->s->e);
		if (!code) code = put_party(x->s, &report, p->subject);
	}
	return code;
}

static bool reads_reports(const struct participant *p) {
	return !str_is(p->part, "reporter") && !str_is(p->part, "observer");
}

enum err_code participant_let_in(struct acting *x, struct participant *p) {
	enum err_code code = put_party(x->s, x->r, p->subject);
	if (!code && reads_reports(p)) code = let_into_reports(x, p);
	if (code) return code;
	p->access = S("in");
	if (!p->notified) p->notified = x->s->at;
	if (p->report_state == 'S') code = participant_report(x, p, "receive");
	if (p->supplies && !p->aware) p->aware = x->s->at;
	return code;
}

/* Who knew of a case no more than its title may be told no more. */
static enum err_code take_out(struct acting *x, struct participant *p) {
	bool changed = false;
	int64_t records[201] = {x->r->id};
	size_t n = 1;
	struct db_query q = db_query(x->s->db, "SELECT target FROM link WHERE source = $1 AND rel = 'handles' LIMIT 200");
	db_bind_int(&q, 1, x->r->id);
	while (n < lengthof(records) && db_row(&q)) records[n++] = db_int(&q, 0);
	enum err_code code = db_done(&q, x->s->e);
	for (size_t i = 0; i < n && !code; i++) {
		struct stored r;
		code = store_read(x->s->hub, x->s->db, x->s->a, records[i], &r, x->s->e);
		if (!code) code = store_take_party(x->s, &r, p->subject, S("party"), &changed);
	}
	p->access = S("out");
	return code;
}

/* ---- acts ---- */

static bool supplies_by_part(struct str part) {
	static const char *const vendors[] = {"developer", "base-model-developer", "dataset-provider", "deployer", "hosting-platform",
		"downstream-developer"};
	for (size_t i = 0; i < lengthof(vendors); i++)
		if (str_is(part, vendors[i])) return true;
	return false;
}

static struct str duty_by_part(struct str part) {
	if (str_is(part, "developer")) return S("responsible");
	if (str_is(part, "coordinator")) return S("accountable");
	if (supplies_by_part(part) || str_is(part, "reporter")) return S("consulted");
	return S("informed");
}

/* What the arguments say of a participant; what they leave out stays, or follows from the part. */
static enum err_code take_arguments(struct acting *x, struct participant *p) {
	struct str part = act_arg(x, "part"), duty = act_arg(x, "duty");
	const struct json *supplies = json_get_lit(x->args, "supplies");
	bool fresh = !p->part.n, person = str_starts(p->subject, S("U-")) || str_starts(p->subject, S("A-"));
	if (!person && str_trim(act_arg(x, "alias")).n) {
		/* Whoever knows of it finds its name by its uid: another name would hide nothing. */
		err_set(x->s->e, ERR_INVALID, "only a person takes part under another name; an organization is known by its own");
		err_where(x->s->e, "alias");
		return ERR_INVALID;
	}
	if (part.n) p->part = part;
	if (duty.n || fresh) p->duty = duty.n ? duty : duty_by_part(p->part);
	if (supplies || fresh) p->supplies = supplies ? json_true(supplies) : supplies_by_part(p->part);
	if (json_get_lit(x->args, "alias")) p->alias = str_trim(act_arg(x, "alias"));
	if (json_get_lit(x->args, "reason")) p->reason = str_trim(act_arg(x, "reason"));
	return ERR_OK;
}

static enum err_code find_or_new(struct acting *x, struct str subject, struct participant *p) {
	enum err_code code = participant_read(x->s, x->r->id, subject, p);
	if (code != ERR_NOT_FOUND) return code;
	*p = (struct participant){.subject = subject, .report_state = 'S', .consent = CONSENT_NONE, .report_since = x->s->at, .consent_since = x->s->at};
	return store_subject(x->s, subject);
}

static enum err_code count_finders(struct acting *x, int64_t *out) {
	struct db_query q = db_query(x->s->db, "SELECT count(*) FROM participant WHERE record = $1 AND part = 'reporter'");
	db_bind_int(&q, 1, x->r->id);
	*out = db_row(&q) ? db_int(&q, 0) : 0;
	return db_done(&q, x->s->e);
}

/* Finders and other persons are called by what they are, unless a name was given. */
static enum err_code name_finder(struct acting *x, struct participant *p) {
	int64_t finders;
	if (p->alias.n || !str_is(p->part, "reporter")) return ERR_OK;
	enum err_code code = count_finders(x, &finders);
	if (!code) p->alias = finders ? arena_fmt(x->s->a, "Finder %lld", (long long)finders + 1) : S("Finder");
	return code;
}

static void note_participant(struct acting *x, const struct participant *p) {
	json_set_str(&x->detail, S("subject"), p->subject);
	json_set_str(&x->detail, S("role"), p->part);
	json_set_str(&x->detail, S("duty"), p->duty);
	/* Why somebody takes part is the coordinators' matter. */
	struct json_builder hidden = json_object_of(x->s->a);
	json_put_str(&hidden, S("reason"), str_trim(act_arg(x, "reason")));
	json_put(&x->detail, S("private"), json_built(&hidden));
}

static enum err_code propose(struct acting *x) {
	struct participant p;
	enum err_code code = find_or_new(x, act_arg(x, "subject"), &p);
	if (code) return code;
	if (p.access.n && !str_is(p.access, "out")) {
		x->changed = false; /* they are there already */
		return ERR_OK;
	}
	p.access = S("proposed");
	code = take_arguments(x, &p);
	if (code) return code;
	note_participant(x, &p);
	return participant_write(x->s, x->r->id, &p);
}

static enum err_code ask(struct acting *x) {
	struct participant p;
	struct case_state c;
	enum err_code code = find_or_new(x, act_arg(x, "subject"), &p);
	if (!code) code = case_state_read(x->s->db, x->s->a, x->r->id, &c, x->s->e);
	if (code) return code;
	if (str_is(p.access, "in")) return err_set(x->s->e, ERR_CONFLICT, "%.*s takes part already", STR_ARG(p.subject));
	code = take_arguments(x, &p);
	if (code) return code;
	if (!p.part.n) {
		err_set(x->s->e, ERR_INVALID, "say what part they have in the case");
		err_where(x->s->e, "part");
		return ERR_INVALID;
	}
	code = name_finder(x, &p);
	if (!p.asked) p.asked = x->s->at;
	bool waits = c.embargo == 'P' || c.embargo == 'A' || c.embargo == 'R';
	if (!code && waits) {
		p.access = S("invited");
		if (p.consent != CONSENT_INVITED) code = participant_consent(x, &p, "invite");
	} else if (!code) {
		code = participant_let_in(x, &p);
	}
	note_participant(x, &p);
	json_set_bool(&x->detail, S("embargo"), waits);
	/* Who waits outside is told that they are asked in themselves, and of nobody else. */
	struct json_builder to = json_array_of(x->s->a);
	json_add(&to, json_str(x->s->a, p.subject));
	if (waits) json_set(&x->detail, S("to"), json_built(&to));
	return code ? code : participant_write(x->s, x->r->id, &p);
}

static enum err_code change(struct acting *x) {
	struct participant p;
	enum err_code code = participant_read(x->s, x->r->id, act_arg(x, "subject"), &p);
	if (!code) code = take_arguments(x, &p);
	if (code) return code;
	note_participant(x, &p);
	return participant_write(x->s, x->r->id, &p);
}

static enum err_code dismiss(struct acting *x) {
	struct participant p;
	enum err_code code = participant_read(x->s, x->r->id, act_arg(x, "subject"), &p);
	if (code) return code;
	note_participant(x, &p);
	/* Nobody else was told of who was only proposed. */
	if (str_is(p.access, "proposed")) x->audiences = COORDINATORS;
	code = take_out(x, &p);
	if (!code && p.consent != CONSENT_NONE) code = participant_consent(x, &p, "reset");
	return code ? code : participant_write(x->s, x->r->id, &p);
}

/* Reports that came into the case after they did. */
static enum err_code share(struct acting *x) {
	struct participant *all;
	size_t n;
	enum err_code code = participant_list(x->s, x->r->id, &all, &n);
	for (size_t i = 0; i < n && !code; i++)
		if (str_is(all[i].access, "in") && reads_reports(&all[i])) code = let_into_reports(x, &all[i]);
	return code;
}

const struct act_function participant_functions[] = {
	{"reports.share", share},
	{"participant.propose", propose}, {"participant.ask", ask}, {"participant.change", change}, {"participant.dismiss", dismiss},
};
const size_t participant_functions_n = lengthof(participant_functions);
