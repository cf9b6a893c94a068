/* A hub's decision tables: those that are built in (tables/), then those of its folder, which replace built-in ones by name.
 *
 * Invariant: each was checked whole (lib/decide/decide.h), and where a point names a table that works it out and that is there, its values are that
 * table's outcomes. Read once when a hub is opened, never changed. */
#pragma once
#include "lib/decide/decide.h"

struct tables {
	struct arena *arena;
	const struct decide_table **items; /* in the order of their names */
	size_t n;
	const bool *builtin;               /* of each: as it came with Polder */
};

/* ERR_INVALID names file, place and reason. folder NULL or missing: none. */
enum err_code tables_load(struct tables **out, const char *folder, struct err *e) must_use;
void tables_free(struct tables *t);
const struct decide_table *table_find(const struct tables *t, struct str name);
bool table_is_builtin(const struct tables *t, const struct decide_table *one);
bool table_is_for(const struct decide_table *t, struct str kind);
