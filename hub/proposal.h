/* What becomes of a proposal for the vocabulary (kinds/proposal.json) once coordinators take it up.
 *
 * Invariant: the vocabulary is changed before the proposal is called accepted, so one that is accepted was carried out; where the second step
 * fails, doing it again completes it and changes nothing twice. */
#pragma once
#include "hub/disclose.h"

/* Carries out what an open proposal proposes, as the actor, through the door in: a new use is made and taken into the enumeration, a use gets its
 * new words, is deprecated, or is merged into another. Then notes the decision with its reasons, links proposal and use, and moves the proposal.
 * ERR_FORBIDDEN for who may not, ERR_CONFLICT for a proposal that is not open, ERR_INVALID (e->where: pointer into the proposal) where it lacks
 * something, or what change_apply says of the use. */
enum err_code proposal_accept(struct hub *h, struct db *db, const struct actor *actor, struct str name, struct str reason,
	struct change_result *result, struct err *e) must_use;
