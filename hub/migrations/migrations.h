/* The tables of a hub, as numbered migrations. Each table says in a comment what its rows are and which file owns it. */
#pragma once
#include "db/migrate.h"

extern const struct migration hub_migrations[];
extern const size_t hub_migrations_n;
