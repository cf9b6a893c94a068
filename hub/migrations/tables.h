/* The DDL of each migration, one file each; the word behind a column is its documentation, the file named before a table owns its rows. */
#pragma once
#include "hub/migrations/migrations.h"

extern const char migration_ground[], migration_ground_sqlite[];
extern const char migration_accounts[];
extern const char migration_cases[];
extern const char migration_notices[];
extern const char migration_disputes[];
extern const char migration_keys[];
extern const char migration_decisions[];
extern const char migration_receipts[];
extern const char migration_harbor[];
extern const char migration_publication[];
extern const char migration_clocks[];
extern const char migration_statistics[];
extern const char migration_ledger[];
extern const char migration_peers[];
extern const char migration_assertions[];
extern const char migration_erasures[];
extern const char migration_witnesses[];
extern const char migration_follow[];
extern const char migration_releases[];
