#include "migrations.h"

#include "tables.h"

const struct migration hub_migrations[] = {
	{1, "ground", migration_ground, migration_ground_sqlite},
	{2, "accounts", migration_accounts, NULL},
	{3, "cases", migration_cases, NULL},
	{4, "notices", migration_notices, NULL},
};
const size_t hub_migrations_n = lengthof(hub_migrations);
