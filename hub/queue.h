/* What waits for coordinators: records of a kind that are not public and that a move of theirs takes on, state by state, the oldest first. */
#pragma once
#include "hub/disclose.h"

struct queued {
	struct glimpse line;
	moment made, changed;      /* changed: of the last event */
	char embargo;              /* of a case: EM; 'N' else */
	moment until;
	int64_t parties, silent;   /* of a case: who takes part; who was asked and never answered */
	struct str severity, about; /* as the record says; about: the first system that it names. "" none */
	moment due;                /* of the most urgent term that runs; 0 none */
};
struct queue_group {
	const struct kind_state *state;
	struct queued *items;      /* at most 500 */
	size_t n;
	bool more;
};
/* ERR_FORBIDDEN for anybody else. */
enum err_code disclose_queue(const struct disclosing *d, const struct kind *kind, struct queue_group **out, size_t *n, struct err *e) must_use;
