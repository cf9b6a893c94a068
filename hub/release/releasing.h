/* What the acts of releases share: act.c, decide.c. */
#pragma once
#include "hub/release/release.h"

struct releasing {
	struct acting *x;
	const struct json *body;
	struct release_facts f;
	struct release_standing z;
};
/* Reads all, refuses what may not be now. */
enum err_code release_begin(struct acting *x, enum release_act act, struct releasing *out) must_use;
enum err_code release_wrong(struct acting *x, const char *where, struct str words);
/* Whether a sign-off that the plan asks for is this person's to give. */
bool release_may_sign(struct db *db, const struct json *part, struct str account, unsigned roles);
