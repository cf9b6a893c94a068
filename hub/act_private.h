/* For the functions that do acts (hub/case/ and others in hub/): part of the door in. */
#pragma once
#include "hub/act.h"
#include "hub/change_store.h"

/* What an act's function works on, within the transaction. What it refuses it says in s->e with a code that is not of the whole (hub/writer.h):
 * ERR_INVALID with e->where for an argument, ERR_CONFLICT for what can't be done now, ERR_FORBIDDEN, ERR_NOT_FOUND. */
struct acting {
	struct store *s;
	const struct act *act;
	struct stored *r;
	const struct json *args;       /* valid by the act's schema; never NULL */
	unsigned roles;                /* of the actor, those on the record included */
	struct json_builder detail;    /* what the event keeps; "act" and "audiences" are set by the door */
	unsigned audiences;            /* as the act's; the function may narrow or widen */
	int64_t event;                 /* the event's number, known before it is written, so that rows can name it */
	bool changed;                  /* false at the end: nothing happened, no event is written */
};

static inline struct str act_arg(const struct acting *x, const char *name) { return json_get_str(x->args, str_of(name)); }
/* A moment in RFC 3339; 0 where there is none (the schema saw to its form). */
moment act_moment(const struct acting *x, const char *name);

struct act_function {
	const char *name;
	enum err_code (*fn)(struct acting *x);
};
/* Bound by name; each file of acts has its own list, act_table.c names them all. */
extern const struct act_function participant_functions[], embargo_functions[], fact_functions[], answer_functions[], task_functions[],
	clock_functions[], chain_functions[], triage_functions[], harbor_functions[], publication_functions[], draft_functions[], ladder_functions[], seat_functions[], vote_functions[], release_functions[],
	decision_functions[], access_functions[];
extern const size_t participant_functions_n, embargo_functions_n, fact_functions_n, answer_functions_n, task_functions_n,
	clock_functions_n, chain_functions_n, triage_functions_n, harbor_functions_n, publication_functions_n, draft_functions_n, ladder_functions_n, seat_functions_n, vote_functions_n, release_functions_n,
	decision_functions_n, access_functions_n;
enum err_code (*act_function(struct str name))(struct acting *x);
/* ERR_INVALID when a function has no declaration. */
enum err_code act_functions_declared(const struct acts *a, struct err *e) must_use;
