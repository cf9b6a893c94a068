#include "migrations.h"

#include "tables.h"

const struct migration hub_migrations[] = {
	{1, "ground", migration_ground, migration_ground_sqlite},
	{2, "accounts", migration_accounts, NULL},
	{3, "cases", migration_cases, NULL},
	{4, "notices", migration_notices, NULL},
	{5, "keys", migration_keys, NULL},
	{6, "decisions", migration_decisions, NULL},
	{7, "receipts", migration_receipts, NULL},
	{8, "harbor", migration_harbor, NULL},
	{9, "publication", migration_publication, NULL},
	{10, "disputes", migration_disputes, NULL},
	{11, "clocks", migration_clocks, NULL},
	{12, "statistics", migration_statistics, NULL},
	{13, "ledger", migration_ledger, NULL},
	{14, "peers", migration_peers, NULL},
	{15, "erasures", migration_erasures, NULL},
	{16, "witnesses", migration_witnesses, NULL},
	{17, "assertions", migration_assertions, NULL},
	{18, "follow", migration_follow, NULL},
	{19, "releases", migration_releases, NULL},
};
const size_t hub_migrations_n = lengthof(hub_migrations);
