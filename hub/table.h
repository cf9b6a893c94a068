/* A hub's decision tables: those that are built in (tables/), then those of its folder, which replace built-in ones by name.
 *
 * Invariant: each was checked whole (lib/decide/decide.h), and where a point names a table that works it out and that is there, its values are that
 * table's outcomes. Read once, never changed. Where the hub has none of its own they are read
 * when somebody asks for the first time: most commands ask for none, and a start is short. Any thread may ask. */
#pragma once
#include "lib/decide/decide.h"

struct tables;

/* ERR_INVALID names file, place and reason. folder NULL or missing: none. */
enum err_code tables_load(struct tables **out, const char *folder, struct err *e) must_use;
void tables_free(struct tables *t);
/* In the order of their names: `for (size_t i = 0; i < tables_n(t); i++) tables_at(t, i)`. */
size_t tables_n(struct tables *t);
const struct decide_table *tables_at(struct tables *t, size_t i);
const struct decide_table *table_find(struct tables *t, struct str name);
/* As it came with Polder. */
bool table_is_builtin(struct tables *t, const struct decide_table *one);
bool table_is_for(const struct decide_table *t, struct str kind);
