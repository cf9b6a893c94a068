/* Things to be done in a case. */
#include "case.h"

enum err_code task_put(struct store *s, int64_t record, int64_t event, struct str subject, moment due) {
	struct db_query q = db_query(s->db, "INSERT INTO task (event, record, subject, due, done, done_by) VALUES ($1, $2, $3, $4, 0, '')");
	db_bind_int(&q, 1, event);
	db_bind_int(&q, 2, record);
	db_bind_str(&q, 3, subject);
	db_bind_int(&q, 4, due);
	return db_run(&q, s->e);
}

static enum err_code add(struct acting *x) {
	struct participant p;
	struct str subject = act_arg(x, "subject");
	enum err_code code = subject.n ? participant_read(x->s, x->r->id, subject, &p) : ERR_OK;
	if (code) return code;
	json_set_str(&x->detail, S("text"), str_trim(act_arg(x, "text")));
	json_put_str(&x->detail, S("subject"), subject);
	json_put_str(&x->detail, S("due"), act_arg(x, "due"));
	if (!subject.n) x->audiences = COORDINATORS; /* the coordinators' own */
	return task_put(x->s, x->r->id, x->event, subject, act_moment(x, "due"));
}

/* By whoever's it is, or a coordinator. */
static enum err_code done(struct acting *x) {
	int64_t task = json_integer(json_get_lit(x->args, "task"), 0);
	struct db_query q = db_query(x->s->db, "SELECT subject, done FROM task WHERE event = $1 AND record = $2");
	db_bind_int(&q, 1, task);
	db_bind_int(&q, 2, x->r->id);
	bool found = db_row(&q);
	struct str subject = found ? arena_str(x->s->a, db_str(&q, 0)) : STR_EMPTY;
	bool did = found && db_int(&q, 1) != 0;
	enum err_code code = db_done(&q, x->s->e);
	if (code) return code;
	if (!found) return err_set(x->s->e, ERR_NOT_FOUND, "there is no such task");
	if (did) return err_set(x->s->e, ERR_CONFLICT, "it is done already");
	struct participant p;
	if (!(x->roles & ROLE_COORDINATOR)) {
		code = acting_participant(x, &p);
		if (!code && !str_eq(p.subject, subject)) code = err_set(x->s->e, ERR_FORBIDDEN, "that is not yours to do");
		if (!code) code = participant_write(x->s, x->r->id, &p);
		if (code) return code;
	}
	q = db_query(x->s->db, "UPDATE task SET done = $2, done_by = $3 WHERE event = $1");
	db_bind_int(&q, 1, task);
	db_bind_int(&q, 2, x->s->at);
	db_bind_str(&q, 3, x->s->actor.name);
	json_set_int(&x->detail, S("task"), task);
	if (!subject.n) x->audiences = COORDINATORS;
	json_put_str(&x->detail, S("subject"), subject);
	json_put_str(&x->detail, S("reason"), str_trim(act_arg(x, "note")));
	return db_run(&q, x->s->e);
}

const struct act_function task_functions[] = {{"task.add", add}, {"task.done", done}};
const size_t task_functions_n = lengthof(task_functions);
