/* Which fields of a body an audience may read.
 *
 * Rules are JSON pointers (with `*` for every item or member) to sets of audiences. A pointer covers what lies below it, the longest
 * that matches wins (of two equally long ones, the one that has a name where the other has `*`), and a field that none covers is denied.
 * A record may put its own rules on top: what they cover they decide alone. */
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

/* A body that somebody wrote who was shown the old one only in part, with what those audiences could not see put back: leaving out what one
 * was not shown does not take it away. ERR_CONFLICT where it can't be told to which item of a list a hidden part belongs. */
enum err_code visibility_restore(struct arena *a, const struct visibility *v, const struct json *old, const struct json *fresh,
	unsigned audiences, const struct json **out, struct err *e) must_use;
