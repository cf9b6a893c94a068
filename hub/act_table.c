/* Which function does which act: each file's list. */
#include "hub/act_private.h"

static const struct {
	const struct act_function *items;
	const size_t *n;
} desks[] = {
	{participant_functions, &participant_functions_n}, {embargo_functions, &embargo_functions_n}, {fact_functions, &fact_functions_n},
	{answer_functions, &answer_functions_n}, {task_functions, &task_functions_n}, {chain_functions, &chain_functions_n}, {clock_functions, &clock_functions_n}, {triage_functions, &triage_functions_n}, {harbor_functions, &harbor_functions_n}, {publication_functions, &publication_functions_n}, {draft_functions, &draft_functions_n},
	{ladder_functions, &ladder_functions_n}, {seat_functions, &seat_functions_n}, {vote_functions, &vote_functions_n},
	{release_functions, &release_functions_n}, {decision_functions, &decision_functions_n}, {access_functions, &access_functions_n},
};

enum err_code (*act_function(struct str name))(struct acting *x) {
	for (size_t i = 0; i < lengthof(desks); i++)
		for (size_t j = 0; j < *desks[i].n; j++)
			if (str_is(name, desks[i].items[j].name)) return desks[i].items[j].fn;
	return NULL;
}

enum err_code act_functions_declared(const struct acts *a, struct err *e) {
	for (size_t i = 0; i < lengthof(desks); i++)
		for (size_t j = 0; j < *desks[i].n; j++)
			if (!map_get(&a->by_name, str_of(desks[i].items[j].name)))
				return err_set(e, ERR_INVALID, "acts: %s is not declared in any file", desks[i].items[j].name);
	return ERR_OK;
}
