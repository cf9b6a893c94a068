/* Redaction: a record's own rules of who reads which field, on top of its kind's (hub/visibility.h).
 *
 * Rules are {"/pointer": ["audience", …], …}; `*` stands for every item of a list. They are stored with a revision (CHANGE_REVISE with visibility). */
#pragma once
#include "hub/kind.h"
#include "hub/visibility.h"

enum { REDACTION_RULES = 1000 };

/* ERR_FORBIDDEN where `fresh` in place of `old` (either may be NULL: none) would let somebody read a field that a writer of these audiences can't read
 * themselves (a coordinator: by the kind) and that they could not read before. ERR_INVALID for a rule that is none: no pointer, an unknown audience, a place in a list by its number
 * (which names another item after the next change), too many. */
enum err_code redaction_may(struct arena *a, const struct kind *kind, const struct json *old, const struct json *fresh, unsigned audiences,
	struct err *e) must_use;

/* A level of the kind as rules; an object, perhaps empty. ERR_NOT_FOUND. */
enum err_code redaction_level(struct arena *a, const struct kind *kind, struct str name, const struct json **out, struct err *e) must_use;

/* The level whose rules these are; "" where they are of nobody's level. Of a kind without levels "full" is the one without rules. */
struct str redaction_named(struct arena *a, const struct kind *kind, const struct json *rules);

/* Sets a rule, and others for what lies below it that the kind gives to fewer: a rule alone would open those too. */
void redaction_narrow(struct arena *a, const struct kind *kind, struct json_builder *rules, struct str pointer, unsigned readers);

/* A set of audiences as names, in the order of enum audience. */
const struct json *redaction_audiences(struct arena *a, unsigned audiences);
