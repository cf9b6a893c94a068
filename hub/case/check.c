/* What a case must fulfil that its kind can't say, since it is about other records and tables. */
#include "case.h"

static enum err_code some(struct store *s, const struct stored *r, const char *sql, const char *otherwise) {
	struct db_query q = db_query(s->db, sql);
	db_bind_int(&q, 1, r->id);
	bool found = db_row(&q);
	enum err_code code = db_done(&q, s->e);
	return code || found ? code : err_set(s->e, ERR_CONFLICT, "%s", otherwise);
}

static enum err_code has_participant(struct store *s, const struct stored *r) {
	return some(s, r, "SELECT 1 FROM participant WHERE record = $1 AND access IN ('in', 'invited') AND part NOT IN ('reporter', 'observer') LIMIT 1",
		"nobody but finders takes part yet: ask in the developer, deployer or host of a system that is affected, then coordinate");
}

static enum err_code has_lesson(struct store *s, const struct stored *r) {
	return some(s, r,
		"SELECT 1 FROM link l JOIN record k ON k.id = l.source WHERE l.target = $1 AND l.rel = 'learned-from' AND k.kind = 'lesson' LIMIT 1",
		"a case ends with at least one lesson: draft one from it, or link one that there is (\"learned-from\")");
}

static const struct {
	const char *move;
	enum err_code (*fn)(struct store *s, const struct stored *r);
} checks[] = {
	{"coordinate", has_participant}, {"close", has_lesson}, {"conclude", has_lesson},
};

static enum err_code not_under_embargo(struct store *s, const struct stored *r) {
	moment until = 0;
	enum err_code code = embargo_holds(s->db, r->id, &until, s->e);
	if (code || !until) return code;
	char text[MOMENT_TEXT];
	struct str at = moment_text(until, text);
	return err_set(s->e, ERR_CONFLICT, "an embargo holds until %.*s: nothing of this becomes public before it ends", STR_ARG(at));
}

enum err_code case_check_move(struct store *s, const struct stored *r, struct str move, bool public_then) {
	enum err_code code = public_then && !r->is_public ? not_under_embargo(s, r) : ERR_OK;
	for (size_t i = 0; i < lengthof(checks) && !code && str_is(r->kind->name, "case"); i++)
		if (str_is(move, checks[i].move)) code = checks[i].fn(s, r);
	return code;
}

static const char plan_is_coordinators[] =
	"the publication plan is written by coordinators, since the hub publishes by it; tell them in a message what you propose";

enum err_code case_check_body(const struct kind *kind, unsigned roles, const struct json *old, const struct json *fresh, struct err *e) {
	if (!str_is(kind->name, "case") || roles & ROLE_COORDINATOR) return ERR_OK;
	const struct json *before = json_get_lit(old, "publication"), *after = json_get_lit(fresh, "publication");
	if (before == after || (before && after && json_equal(before, after))) return ERR_OK;
	err_set(e, ERR_FORBIDDEN, "%s", plan_is_coordinators);
	err_where(e, "/publication");
	return ERR_FORBIDDEN;
}

enum err_code case_check_link(const struct kind *kind, unsigned roles, struct str rel, struct err *e) {
	if (!str_is(kind->name, "case") || roles & ROLE_COORDINATOR || !str_is(rel, "publishes")) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "%s", plan_is_coordinators);
}
