/* Acts of safe harbor, and what coordinators see of threats. */
#include "hub/act_private.h"
#include "hub/account/notice.h"
#include "hub/harbor_private.h"

enum { THREATS = 200 };

static enum err_code see_report(struct acting *x, struct disclosing *d, struct disclosed *out) {
	*d = (struct disclosing){x->s->hub, x->s->db, {x->s->actor.name, x->s->actor.roles}, x->s->a};
	return disclose_record(d, x->r->uid, out, x->s->e);
}

static enum err_code accept(struct acting *x) {
	struct disclosing d;
	struct disclosed report;
	struct harbor_prepared *g;
	bool made = false;
	if (str_is(x->r->state, "draft") || str_is(x->r->state, "withdrawn"))
		return err_set(x->s->e, ERR_CONFLICT, "the report must be submitted first");
	enum err_code code = see_report(x, &d, &report);
	if (!code) code = harbor_prepare(x->s->hub, &d, &report, act_arg(x, "policy"), &g, x->s->e);
	if (!code) code = harbor_write(x->s->db, g, &made, x->s->e);
	if (code) return code;
	x->changed = made;
	/* Not its id: whoever reads the event may not therefore read the grant. */
	json_set_str(&x->detail, S("policy"), g->policy_uid);
	json_set_str(&x->detail, S("reason"), g->title);
	return ERR_OK;
}

/* Every coordinator of the hub, whether or not they had to do with the report so far. */
static enum err_code tell_coordinators(struct acting *x) {
	struct db_query q = db_query(x->s->db, "SELECT m.account FROM membership m JOIN account a ON a.uid = m.account WHERE m.organization = '' "
		"AND m.role = 'coordinator' AND a.suspended = 0 AND m.account <> $1 ORDER BY m.account LIMIT 500");
	struct str *accounts = arena_array(x->s->a, 500, sizeof *accounts);
	size_t n = 0;
	if (!accounts) return err_set(x->s->e, ERR_MEMORY, "out of memory");
	db_bind_str(&q, 1, x->s->actor.name);
	while (n < 500 && db_row(&q)) accounts[n++] = arena_str(x->s->a, db_str(&q, 0));
	enum err_code code = db_done(&q, x->s->e);
	for (size_t i = 0; i < n && !code; i++) code = notice_write(x->s->db, accounts[i], NOTICE_REPORTS, x->r->id, x->event, x->s->at, x->s->e);
	return code;
}

static enum err_code threatened(struct acting *x) {
	struct str text = str_trim(act_arg(x, "text"));
	if (!text.n) {
		enum err_code code = err_set(x->s->e, ERR_INVALID, "say in a few words what happened");
		err_where(x->s->e, "/text");
		return code;
	}
	struct db_query q = db_query(x->s->db, "INSERT INTO harbor_threat (event, record, at, settled) VALUES ($1, $2, $3, 0)");
	db_bind_int(&q, 1, x->event);
	db_bind_int(&q, 2, x->r->id);
	db_bind_int(&q, 3, x->s->at);
	enum err_code code = db_run(&q, x->s->e);
	json_set_str(&x->detail, S("reason"), text);
	return code ? code : tell_coordinators(x);
}

static enum err_code settled(struct acting *x) {
	struct db_query q = db_query(x->s->db, "UPDATE harbor_threat SET settled = $2 WHERE record = $1 AND settled = 0");
	db_bind_int(&q, 1, x->r->id);
	db_bind_int(&q, 2, x->s->at);
	enum err_code code = db_run(&q, x->s->e);
	if (!code && !db_changes(x->s->db)) code = err_set(x->s->e, ERR_CONFLICT, "nobody says that they are threatened, or it is settled already");
	json_set_str(&x->detail, S("reason"), str_trim(act_arg(x, "note")));
	return code;
}

const struct act_function harbor_functions[] = {{"harbor.accept", accept}, {"harbor.threatened", threatened}, {"harbor.settled", settled}};
const size_t harbor_functions_n = lengthof(harbor_functions);

/* ---- threats, as they are seen ---- */

/* What was said comes from the event, through the door out. */
static enum err_code read_threats(const struct disclosing *d, struct db_query *q, struct harbor_threat **out, size_t *n, struct err *e) {
	struct harbor_threat *items = arena_array(d->a, THREATS, sizeof *items);
	size_t rows = 0, used = 0;
	while (items && rows < THREATS && db_row(q)) items[rows++] = (struct harbor_threat){.event = db_int(q, 0), .at = db_int(q, 1), .settled = db_int(q, 2)};
	enum err_code code = db_done(q, e);
	if (!code && !items) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < rows && !code; i++) {
		struct disclosed_event v;
		code = disclose_event(d, items[i].event, &v, &items[i].report, e);
		if (code == ERR_NOT_FOUND) {
			code = ERR_OK;
			continue;
		}
		items[i].text = code ? STR_EMPTY : v.reason;
		items[used++] = items[i];
	}
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code harbor_threats_of(const struct disclosing *d, const struct disclosed *report, struct harbor_threat **out, size_t *n, struct err *e) {
	*out = NULL;
	*n = 0;
	if (!(report->audiences & (OWNER | COORDINATORS))) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT event, at, settled FROM harbor_threat WHERE record = $1 ORDER BY event DESC");
	db_bind_int(&q, 1, report->line.record);
	return read_threats(d, &q, out, n, e);
}

enum err_code harbor_threats(const struct disclosing *d, struct harbor_threat **out, size_t *n, struct err *e) {
	*out = NULL;
	*n = 0;
	if (!(d->viewer.roles & ROLE_COORDINATOR)) return ERR_OK;
	struct db_query q = db_query(d->db, "SELECT event, at, settled FROM harbor_threat WHERE settled = 0 ORDER BY event");
	return read_threats(d, &q, out, n, e);
}
