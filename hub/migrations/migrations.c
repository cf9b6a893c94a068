#include "migrations.h"

#include "tables.h"

const struct migration hub_migrations[] = {
	{1, "ground", migration_ground, migration_ground_sqlite},
	{2, "accounts", migration_accounts, NULL},
	{3, "cases", migration_cases, NULL},
	{4, "keys", migration_keys, NULL},
	{5, "decisions", migration_decisions, NULL},
	{6, "receipts", migration_receipts, NULL},
	{7, "harbor", migration_harbor, NULL},
	{8, "publication", migration_publication, NULL},
	{9, "disputes", migration_disputes, NULL},
	{10, "clocks", migration_clocks, NULL},
};
const size_t hub_migrations_n = lengthof(hub_migrations);
