/* The act by which coordinators decide about a record by a table; part of the door in. Read back through hub/decision.h. */
#include "hub/act_private.h"
#include "hub/clock.h"
#include "hub/table.h"

static enum err_code wrong(struct acting *x, const char *argument) {
	err_where(x->s->e, "%s", argument);
	return ERR_INVALID;
}

/* What was answered, by vector or value by value, to the very version that the hub has. */
static enum err_code answers_of(struct acting *x, const struct decide_table *t, struct decide_given *out) {
	struct err *e = x->s->e;
	struct str version = act_arg(x, "version"), vector = act_arg(x, "vector");
	const struct json *values = json_get_lit(x->args, "values");
	if (version.n && !str_eq(version, t->version))
		return err_set(e, ERR_CONFLICT, "%.*s is at version %.*s now, and the answers are to %.*s: look at them again", STR_ARG(t->name),
			STR_ARG(t->version), STR_ARG(str_cut_utf8(version, 20)));
	if (vector.n && json_count(values)) return err_set(e, ERR_INVALID, "the answers are given as a vector or one by one, not both"), wrong(x, "vector");
	if (vector.n) {
		enum err_code code = decide_vector_read(t, vector, out, e);
		if (code == ERR_UNSUPPORTED) return err_set(e, ERR_CONFLICT, "the vector is of another version; %.*s is at %.*s now: look at the answers again",
			STR_ARG(t->name), STR_ARG(t->version));
		return code == ERR_INVALID ? wrong(x, "vector") : code;
	}
	enum err_code code = decide_given_of(t, values, out, e);
	return code == ERR_INVALID ? wrong(x, "values") : code;
}

/* Names the question to which an answer is wanted next. */
static enum err_code still_open(struct acting *x, const struct decide_table *t, const struct decide_answer *answer) {
	const struct decide_point *p = &t->points[answer->next];
	err_set(x->s->e, ERR_INVALID, "%zu outcomes are still possible: say %.*s next", answer->possible_n, STR_ARG(p->name));
	return wrong(x, "values");
}

/* The newest decision by the same table says the same already. */
static enum err_code said_already(struct acting *x, const struct decide_table *t, struct str answers, bool *out) {
	struct db_query q = db_query(x->s->db,
		"SELECT version = $3 AND answers = $4 FROM decision WHERE record = $1 AND by_table = $2 ORDER BY event DESC LIMIT 1");
	db_bind_int(&q, 1, x->r->id);
	db_bind_str(&q, 2, t->name);
	db_bind_str(&q, 3, t->version);
	db_bind_str(&q, 4, answers);
	*out = db_row(&q) && db_int(&q, 0) != 0;
	db_cancel(&q);
	return ERR_OK;
}

/* What a new tier means for the rest of the record. */
static enum err_code decision_tier(struct acting *x, struct str tier) {
	return clock_retier(x->s, x->r, tier);
}

static enum err_code decide(struct acting *x) {
	struct arena *a = x->s->a;
	struct decide_given given;
	struct decide_answer answer;
	const struct decide_table *t = table_find(x->s->hub->tables, act_arg(x, "table"));
	if (!t || !table_is_for(t, x->r->kind->name)) {
		err_set(x->s->e, ERR_INVALID, "there is no table \"%.*s\" for records of the kind %.*s", STR_ARG(str_cut_utf8(act_arg(x, "table"), 60)),
			STR_ARG(x->r->kind->name));
		return wrong(x, "table");
	}
	enum err_code code = answers_of(x, t, &given);
	if (code) return code;
	decide_answer(t, &given, &answer);
	if (answer.outcome == DECIDE_NONE) return still_open(x, t, &answer);
	const struct decide_value *outcome = &t->outcome.values[answer.outcome];
	const struct json *values = decide_given_json(a, t, &given);
	struct str text = json_canonical(a, values), note = str_trim(act_arg(x, "note")), vector = decide_vector(a, t, &given);
	bool same = false;
	code = said_already(x, t, text, &same);
	if (code) return code;
	if (same && !note.n) {
		x->changed = false;
		return ERR_OK;
	}
	struct db_query q = db_query(x->s->db,
		"INSERT INTO decision (event, record, by_table, version, answers, vector, outcome, tier, decided_by, at) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
	db_bind_int(&q, 1, x->event);
	db_bind_int(&q, 2, x->r->id);
	db_bind_str(&q, 3, t->name);
	db_bind_str(&q, 4, t->version);
	db_bind_str(&q, 5, text);
	db_bind_str(&q, 6, vector);
	db_bind_str(&q, 7, outcome->name);
	db_bind_str(&q, 8, outcome->tier);
	db_bind_str(&q, 9, x->s->actor.name);
	db_bind_int(&q, 10, x->s->at);
	json_set_str(&x->detail, S("table"), t->name);
	json_set_str(&x->detail, S("vector"), vector);
	json_set_str(&x->detail, S("outcome"), outcome->name);
	json_set_str(&x->detail, S("reason"), arena_fmt(a, "%.*s: %.*s", STR_ARG(t->title), STR_ARG(outcome->title)));
	if (note.n) {
		struct json_builder hidden = json_object_of(a);
		json_set_str(&hidden, S("note"), note);
		json_set(&x->detail, S("private"), json_built(&hidden));
	}
	code = db_run(&q, x->s->e);
	return code || !outcome->tier.n ? code : decision_tier(x, outcome->tier);
}

const struct act_function triage_functions[] = {{"triage.decide", decide}};
const size_t triage_functions_n = lengthof(triage_functions);
