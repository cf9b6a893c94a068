/* Which fields of a body an audience may read.
 *
 * Rules are JSON pointers (with `*` for every item or member) to sets of audiences. A pointer covers what lies below it, the longest
 * that matches wins, and a field that none covers is denied. A record may put its own rules on top. */
#pragma once
#include "hub/kind.h"

struct visibility;

/* definition: {"public": ["/title", …], "owner": […], …}. */
enum err_code visibility_compile(struct arena *a, const struct json *definition, const struct visibility **out, struct err *e)
	must_use;

/* The rules with a record's own on top: {"/pointer": ["audience", …], …}; an empty list hides from everyone. NULL overrides give base. */
enum err_code visibility_override(struct arena *a, const struct visibility *base, const struct json *overrides,
	const struct visibility **out, struct err *e) must_use;

/* What of the body the audiences may read: values that may be read whole are shared, not copied. NULL when nothing. */
const struct json *visibility_project(struct arena *a, const struct visibility *v, const struct json *body, unsigned audiences);

/* The audiences of one field, given by a pointer without `*`. */
unsigned visibility_of(const struct visibility *v, struct str pointer);
