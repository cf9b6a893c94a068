#include "policy_record.h"

enum { EACH = 50, MOST = 20 };

static struct disclosing as_public(const struct disclosing *d) {
	return (struct disclosing){.hub = d->hub, .db = d->db, .viewer = viewer_public, .a = d->a};
}

/* ---- whose word it is ---- */

/* What stands behind something that this actor did, towards an organization. */
static enum err_code basis_of(const struct disclosing *d, struct str actor, struct str organization, enum policy_basis *out, struct err *e) {
	/* What was copied from another hub is that hub's word. */
	bool person = str_starts(actor, S("U-")) || str_starts(actor, S("A-")) || str_starts(actor, S("follow:"));
	enum policy_basis basis = person || !actor.n ? POLICY_CLAIMED : POLICY_RECORDED;
	struct db_query q = db_query(d->db, "SELECT organization, role FROM membership WHERE account = $1 AND (organization = $2 OR organization = '')");
	db_bind_str(&q, 1, actor);
	db_bind_str(&q, 2, organization);
	while (db_row(&q)) {
		bool of_hub = !db_str(&q, 0).n;
		struct str role = db_str(&q, 1);
		if (!of_hub && !str_is(role, "guest")) basis = POLICY_KEPT;
		else if (of_hub && str_is(role, "coordinator") && basis < POLICY_RECORDED) basis = POLICY_RECORDED;
	}
	enum err_code code = db_done(&q, e);
	if (!code) *out = basis;
	return code;
}

static enum err_code last_writer(const struct disclosing *d, int64_t record, struct str *out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT actor FROM event WHERE record = $1 AND type IN ('create', 'revise') ORDER BY seq DESC LIMIT 1");
	db_bind_int(&q, 1, record);
	*out = db_row(&q) ? arena_str(d->a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

/* Who made a link; "" where there is none. */
static enum err_code linked_by(const struct disclosing *d, int64_t source, const char *rel, int64_t target, struct str *out, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT actor FROM link WHERE source = $1 AND rel = $2 AND target = $3");
	db_bind_int(&q, 1, source);
	db_bind_str(&q, 2, str_of(rel));
	db_bind_int(&q, 3, target);
	*out = db_row(&q) ? arena_str(d->a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

static enum err_code weigh(const struct disclosing *d, int64_t policy, const struct glimpse *organization, struct str writer, enum policy_basis *out,
	struct err *e) {
	struct str linker;
	enum policy_basis by_link = POLICY_CLAIMED, by_body = POLICY_CLAIMED;
	enum err_code code = linked_by(d, policy, "issued-by", organization->record, &linker, e);
	if (!code) code = basis_of(d, linker, organization->uid, &by_link, e);
	if (!code) code = basis_of(d, writer, organization->uid, &by_body, e);
	if (!code) *out = by_link < by_body ? by_link : by_body;
	return code;
}

/* ---- links ---- */

/* Uids of the other ends, which are then read as the public reads them; not by disclose_links, which would read all that a large organization is tied to. */
static enum err_code other_ends(const struct disclosing *d, int64_t record, const char *rel, bool inverse, struct str out[EACH], size_t *n, struct err *e) {
	struct db_query q = inverse ?
		db_query(d->db, "SELECT r.uid FROM link l JOIN record r ON r.id = l.source WHERE l.target = $1 AND l.rel = $2 ORDER BY l.id DESC LIMIT 50") :
		db_query(d->db, "SELECT r.uid FROM link l JOIN record r ON r.id = l.target WHERE l.source = $1 AND l.rel = $2 ORDER BY l.id DESC LIMIT 50");
	db_bind_int(&q, 1, record);
	db_bind_str(&q, 2, str_of(rel));
	*n = 0;
	while (*n < EACH && db_row(&q)) out[(*n)++] = arena_str(d->a, db_str(&q, 0));
	return db_done(&q, e);
}

/* ---- one policy ---- */

static struct str policy_of_hub(const struct disclosing *d) {
	return d->hub->policy;
}

static enum err_code read_issuers(const struct disclosing *d, struct policy_record *p, struct err *e) {
	struct str writer, uids[EACH];
	size_t n;
	struct policy_issuer *issuers = arena_array(d->a, MOST + 1, sizeof *issuers);
	if (!issuers) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = other_ends(d, p->r.line.record, "issued-by", false, uids, &n, e);
	if (!code) code = last_writer(d, p->r.line.record, &writer, e);
	for (size_t i = 0; i < n && p->issuers_n < MOST && !code; i++) {
		struct disclosed by;
		enum policy_basis basis = POLICY_CLAIMED;
		code = disclose_record(d, uids[i], &by, e);
		if (!code) code = weigh(d, p->r.line.record, &by.line, writer, &basis, e);
		if (!code && basis > POLICY_CLAIMED)
			issuers[p->issuers_n++] = (struct policy_issuer){by.line.uid, by.line.id, by.line.headline, basis, false};
		if (code == ERR_NOT_FOUND) code = ERR_OK;
	}
	struct disclosed own;
	if (!code && policy_of_hub(d).n) {
		code = disclose_record(d, policy_of_hub(d), &own, e);
		if (!code && own.line.record == p->r.line.record)
			issuers[p->issuers_n++] = (struct policy_issuer){d->hub->uid, d->hub->uid, d->hub->name, POLICY_KEPT, true};
		if (code == ERR_NOT_FOUND) code = ERR_OK;
	}
	p->issuers = issuers;
	return code;
}

enum err_code policy_record(const struct disclosing *given, struct str name, struct policy_record *out, struct err *e) {
	struct disclosing d = as_public(given);
	char day[MOMENT_TEXT];
	*out = (struct policy_record){0};
	enum err_code code = disclose_record(&d, name, &out->r, e);
	if (!code && !str_is(out->r.line.kind->name, "policy"))
		code = err_set(e, ERR_NOT_FOUND, "there is no policy called \"%.*s\"", STR_ARG(str_sub(name, 0, 100)));
	if (code) return code;
	policy_assess(out->r.body, &out->assessment);
	out->in_force = str_is(out->r.line.state->name, "published") && policy_in_force(out->r.body, str_sub(moment_text(now(), day), 0, 10));
	return read_issuers(&d, out, e);
}

enum err_code policy_record_of_hub(const struct disclosing *d, struct policy_record *out, bool *found, struct err *e) {
	struct str name = policy_of_hub(d);
	*found = false;
	if (!name.n) return ERR_OK;
	enum err_code code = policy_record(d, name, out, e);
	*found = !code && out->in_force;
	return code == ERR_NOT_FOUND ? ERR_OK : code;
}

enum err_code policy_revision(const struct disclosing *given, const struct disclosed *policy, int64_t *out, struct err *e) {
	struct disclosing d = as_public(given);
	struct disclosed_event *events;
	size_t n;
	enum err_code code = disclose_history(&d, policy, &events, &n, e);
	if (code) return code;
	*out = 1;
	for (size_t i = 0; i < n; i++)
		if (events[i].revision > *out) *out = events[i].revision;
	return ERR_OK;
}

/* ---- several ---- */

struct gathered {
	struct policy_record **items;
	size_t n;
};

/* Takes a policy in, once, where `whose` (uid; "" anybody that counts) is among its issuers. */
static enum err_code gather(const struct disclosing *d, struct gathered *g, struct str name, struct str whose, struct err *e) {
	struct policy_record *p = arena_new_of(d->a, struct policy_record);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	if (g->n == MOST) return ERR_OK;
	enum err_code code = policy_record(d, name, p, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	bool counts = !whose.n && p->issuers_n > 0;
	for (size_t i = 0; i < p->issuers_n; i++) counts |= str_eq(p->issuers[i].uid, whose);
	for (size_t i = 0; i < g->n; i++) counts &= g->items[i]->r.line.record != p->r.line.record;
	if (counts && p->in_force) g->items[g->n++] = p;
	return ERR_OK;
}

static int by_level(const void *x, const void *y) {
	const struct policy_record *a = *(struct policy_record *const *)x, *b = *(struct policy_record *const *)y;
	if (a->assessment.level != b->assessment.level) return b->assessment.level - a->assessment.level;
	return a->r.line.record < b->r.line.record ? -1 : a->r.line.record > b->r.line.record;
}

static enum err_code gather_of(const struct disclosing *d, struct gathered *g, const struct disclosed *organization, struct err *e) {
	struct str uids[EACH];
	size_t n;
	enum err_code code = other_ends(d, organization->line.record, "issued-by", true, uids, &n, e);
	for (size_t i = 0; i < n && !code; i++) code = gather(d, g, uids[i], organization->line.uid, e);
	return code;
}

/* In one piece: an assessment points into itself, so it is made where it stays. */
static enum err_code settle(const struct disclosing *d, const struct gathered *g, struct policy_record **out, size_t *n, struct err *e) {
	struct policy_record *items = arena_array(d->a, g->n + 1, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < g->n; i++) {
		items[i] = *g->items[i];
		policy_assess(items[i].r.body, &items[i].assessment);
	}
	*out = items;
	*n = g->n;
	return ERR_OK;
}

enum err_code policy_records_of(const struct disclosing *d, const struct disclosed *organization, struct policy_record **out, size_t *n,
	struct err *e) {
	struct policy_record *items[MOST];
	struct gathered g = {items, 0};
	enum err_code code = gather_of(d, &g, organization, e);
	if (code) return code;
	qsort(items, g.n, sizeof *items, by_level);
	return settle(d, &g, out, n, e);
}

/* A policy covers a system where somebody says so whose word counts as its own: who linked it is weighed against its issuers. */
static enum err_code gather_covering(const struct disclosing *d, struct gathered *g, struct str policy, int64_t system, struct err *e) {
	struct policy_record *p = arena_new_of(d->a, struct policy_record);
	struct str linker = STR_EMPTY;
	bool counts = false;
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = policy_record(d, policy, p, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	code = linked_by(d, p->r.line.record, "governs", system, &linker, e);
	for (size_t i = 0; i < p->issuers_n && !code; i++) {
		enum policy_basis basis = POLICY_CLAIMED;
		code = basis_of(d, linker, p->issuers[i].uid, &basis, e);
		counts |= basis > POLICY_CLAIMED;
	}
	return code || !counts ? code : gather(d, g, policy, STR_EMPTY, e);
}

static enum err_code gather_of_developers(const struct disclosing *d, struct gathered *g, int64_t record, const char *rel, struct err *e) {
	struct disclosed organization;
	struct str uids[EACH];
	size_t n;
	enum err_code code = other_ends(d, record, rel, false, uids, &n, e);
	for (size_t i = 0; i < n && !code; i++) {
		code = disclose_record(d, uids[i], &organization, e);
		if (!code) code = gather_of(d, g, &organization, e);
		if (code == ERR_NOT_FOUND) code = ERR_OK;
	}
	return code;
}

static enum err_code gather_for_system(const struct disclosing *given, struct gathered *g, struct str system, struct err *e) {
	struct disclosing d = as_public(given);
	struct disclosed s;
	struct str uids[EACH];
	size_t n;
	enum err_code code = disclose_record(&d, system, &s, e);
	if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
	code = other_ends(&d, s.line.record, "governs", true, uids, &n, e);
	for (size_t i = 0; i < n && !code; i++) code = gather_covering(&d, g, uids[i], s.line.record, e);
	return code ? code : gather_of_developers(&d, g, s.line.record, "developed-by", e);
}

enum err_code policy_records_for(const struct disclosing *d, const struct disclosed *report, struct policy_record **out, size_t *n, struct err *e) {
	struct policy_record *items[MOST];
	struct gathered g = {items, 0};
	struct disclosing public_ = as_public(d);
	struct str uids[EACH];
	size_t systems_n;
	enum err_code code = other_ends(d, report->line.record, "affects", false, uids, &systems_n, e);
	for (size_t i = 0; i < systems_n && !code; i++) code = gather_for_system(d, &g, uids[i], e);
	if (!code) code = gather_of_developers(&public_, &g, report->line.record, "developer", e);
	if (!code && policy_of_hub(d).n) code = gather(d, &g, policy_of_hub(d), d->hub->uid, e);
	return code ? code : settle(d, &g, out, n, e);
}
