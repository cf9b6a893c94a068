/* That the log and the rest of the database say the same, looked at from both sides: included by test.h. */
#pragma once
#include "hub/commitment.h"
#include "hub/ledger/entries.h"

/* Opened; false where this hub can't, since the record's key is not here or was destroyed. */
static inline bool open_entry(struct ledger_entry *entry) {
	enum err_code code = ledger_entry_open(hub, arena, entry, &test_err);
	if (code == ERR_UNSUPPORTED || code == ERR_GONE) return false;
	ok(code);
	return true;
}

static inline void check_entry(struct ledger_entry *entry) {
	struct str event = STR_EMPTY;
	if (ledger_entry_silent(entry) || !open_entry(entry)) return;
	if (entry->seed.n) assert_int_equal(entry->seed.n, ENTRY_SEED);
	if (entry->event) ok(ledger_event_text(hub, db, arena, entry, &event, NULL, &test_err));
	struct sha256 made = entry_commitment_salted(&entry->salts, event, entry->statement);
	if (memcmp(&made, &entry->commitment, sizeof made) == 0) return;
	print_error("entry %lld (%.*s) is not what was committed to: %.*s / %.*s\n", (long long)entry->id, STR_ARG(entry_type_name(entry->type)), STR_ARG(event),
		STR_ARG(entry->statement));
	fail();
}

/* What the log said last of a record is what the public is shown of it. */
static inline void check_said(struct ledger_entry *entry, struct str shown) {
	const struct json *said;
	struct sha256 root;
	if (ledger_entry_silent(entry) || !open_entry(entry)) return;
	ok(json_parse(arena, entry->statement, NULL, &said, &test_err));
	struct str root_said = json_get_str(said, S("root"));
	if (!shown.n && !root_said.n && !json_get_lit(said, "state")) return;
	assert_true(entry->salts.has_public);
	ok(commitment_root_text(arena, shown, sha256_str(&entry->salts.open), &root, &test_err));
	if (shown.n && str_eq(root_said, entry_hex(arena, sha256_str(&root)))) return;
	print_error("the log says last %.*s, and shown is \"%.*s\"\n", STR_ARG(entry->statement), STR_ARG(shown));
	fail();
}

static inline void none(const char *what, const char *sql) {
	int64_t n = sql_number(sql);
	if (n) print_error("%lld %s\n", (long long)n, what);
	assert_int_equal(n, 0);
}

static inline void check_log(void) {
	struct db_query q = db_query(db, "SELECT " LEDGER_COLUMNS " FROM entry e LEFT JOIN record r ON r.id = e.record ORDER BY e.id");
	while (db_row(&q)) {
		struct ledger_entry entry;
		ledger_entry_read(arena, &q, &entry);
		check_entry(&entry);
	}
	ok(db_done(&q, &test_err));
	q = db_query(db, "SELECT " LEDGER_COLUMNS ", p.body FROM entry e JOIN record r ON r.id = e.record LEFT JOIN public p ON p.record = r.id "
		"WHERE e.id = (SELECT max(l.id) FROM entry l WHERE l.record = r.id AND l.type <> 1)");
	while (db_row(&q)) {
		struct ledger_entry entry;
		ledger_entry_read(arena, &q, &entry);
		check_said(&entry, arena_str(arena, db_str(&q, LEDGER_WIDTH)));
	}
	ok(db_done(&q, &test_err));
	none("events without an entry", "SELECT count(*) FROM event v WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.event = v.seq AND e.record = v.record)");
	none("events with two entries", "SELECT count(*) FROM (SELECT 1 FROM entry WHERE event IS NOT NULL GROUP BY event HAVING count(*) > 1)");
	none("entries of events that are not there", "SELECT count(*) FROM entry e WHERE event IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event v WHERE v.seq = e.event)");
	none("entries that don't follow the one before", "SELECT count(*) FROM entry e WHERE record IS NOT NULL AND coalesce(prev, x'') <> coalesce((SELECT p.commitment "
		"FROM entry p WHERE p.record = e.record AND p.id < e.id ORDER BY p.id DESC LIMIT 1), x'')");
	none("records that are public and not in the log",
		"SELECT count(*) FROM public p WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.record = p.record AND e.type <> 1)");
	none("leaves with gaps between them", "SELECT count(*) FROM entry e WHERE leaf > 0 AND NOT EXISTS (SELECT 1 FROM entry p WHERE p.leaf = e.leaf - 1)");
}
