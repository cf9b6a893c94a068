/* A report that tells of what another tells of. */
#include "hub/case_open.h"
#include "hub/intake.h"

struct joining {
	struct hub *hub;
	struct db *db;
	struct actor by;
	struct disclosing d;
	struct disclosed duplicate, of;
	struct str case_uid;   /* in which the other is worked on; "" none */
	struct err *e;
};

static enum err_code apply(struct joining *x, struct change *c) {
	struct change_result result;
	c->actor = x->by;
	return change_apply(x->hub, x->db, c, &result, x->e);
}

/* The case that the other report is handled in, the newest first. */
static enum err_code find_case(struct joining *x) {
	struct disclosed_links *groups;
	size_t n;
	if (str_is(x->of.line.kind->name, "case")) return x->case_uid = x->of.line.uid, ERR_OK;
	enum err_code code = disclose_links(&x->d, &x->of, 5, &groups, &n, x->e);
	for (size_t i = 0; i < n && !code; i++)
		if (groups[i].inverse && str_is(groups[i].rel, "handles") && groups[i].n && !x->case_uid.n) x->case_uid = groups[i].items[0].uid;
	return code;
}

static enum err_code find_both(struct joining *x, struct str duplicate, struct str of) {
	enum err_code code = disclose_record(&x->d, duplicate, &x->duplicate, x->e);
	if (!code) code = disclose_record(&x->d, of, &x->of, x->e);
	if (code) return code;
	bool report = str_is(x->of.line.kind->name, "report"), fits = report || str_is(x->of.line.kind->name, "case");
	if (!str_is(x->duplicate.line.kind->name, "report") || !fits)
		return err_set(x->e, ERR_INVALID, "only a report can be a duplicate, of a report or a case");
	if (x->duplicate.line.record == x->of.line.record) return err_set(x->e, ERR_INVALID, "a report can't be a duplicate of itself");
	return find_case(x);
}

static bool may_be_validated(const struct disclosed *r) {
	const struct kind_move *m = kind_move(r->line.kind, S("validate"));
	return m && kind_move_from(m, r->line.state->name);
}

enum err_code intake_join(struct hub *h, struct db *db, struct actor by, struct str duplicate, struct str of, struct err *e) {
	autoarena struct arena *a = arena_new(64 << 20);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	if (!(by.roles & ROLE_COORDINATOR)) return err_set(e, ERR_FORBIDDEN, "whether a report is a duplicate is said by coordinators");
	struct joining x = {.hub = h, .db = db, .by = by, .d = {h, db, {by.name, by.roles}, a}, .case_uid = STR_EMPTY, .e = e};
	enum err_code code = find_both(&x, duplicate, of);
	if (!code && str_is(x.of.line.kind->name, "report")) {
		struct change link = {.op = CHANGE_LINK, .record = x.duplicate.line.uid, .rel = S("duplicate-of"), .target = x.of.line.uid};
		code = apply(&x, &link);
	}
	if (!code && may_be_validated(&x.duplicate)) {
		struct change move = {.op = CHANGE_MOVE, .record = x.duplicate.line.uid, .move = S("validate")};
		code = apply(&x, &move);
	}
	struct change_result result;
	return code || !x.case_uid.n ? code : case_join(h, db, &by, x.duplicate.line.uid, x.case_uid, &result, e);
}
