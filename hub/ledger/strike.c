/* What the log keeps of a record of which a field was erased: the salts that prove what stays, without the seed that all of them follow from. */
#include "note.h"

#include "entries.h"
#include "hub/change_store.h"

/* The digest of a detail that was rewritten, as its event has it. */
static const struct ledger_rewritten *rewritten(const struct ledger_rewritten *list, size_t n, int64_t event) {
	for (size_t i = 0; i < n; i++)
		if (event && list[i].event == event) return &list[i];
	return NULL;
}

static enum err_code put(struct store *s, const struct stored *is, const struct ledger_entry *entry, bool salted) {
	struct str seed = STR_EMPTY, salts = STR_EMPTY;
	enum err_code code = salted ? store_close(s, is, "salts", entry->event, entry_salts_text(s->a, &entry->salts), &salts)
		: store_close(s, is, "entry", entry->event, entry->seed, &seed);
	if (code) return code;
	struct db_query q = db_query(s->db, "UPDATE entry SET seed = $2, salts = $3 WHERE id = $1");
	db_bind_int(&q, 1, entry->id);
	seed.n ? db_bind_bytes(&q, 2, seed) : db_bind_null(&q, 2);
	salts.n ? db_bind_bytes(&q, 3, salts) : db_bind_null(&q, 3);
	return db_run(&q, s->e);
}

static enum err_code strike_one(struct store *s, const struct stored *was, const struct stored *is, struct ledger_entry *entry, bool newest,
	const struct ledger_rewritten *of) {
	entry->key_id = was->key_id;
	enum err_code code = ledger_entry_open(s->hub, s->a, entry, s->e);
	if (code) return code;
	bool salted = entry->salted.n > 0;
	/* Of what was shown before, nobody shall be able to try what it said. */
	if (entry->statement.n && !newest && entry->salts.has_public) salted = true, entry->salts.has_public = false;
	if (of && entry->salts.has_detail) {
		entry->salts.detail_digest = entry_part("detail", &entry->salts.detail, of->before);
		entry->salts.has_detail = false;
		salted = true;
	}
	return put(s, is, entry, salted);
}

enum err_code ledger_strike(struct store *s, const struct stored *was, const struct stored *is, bool says, const struct ledger_rewritten *list, size_t n) {
	autoarena struct arena *row = arena_new(64 << 20);
	struct arena *kept = s->a;
	int64_t last = 0;
	enum err_code code = row ? ERR_OK : err_set(s->e, ERR_MEMORY, "out of memory");
	for (bool more = true; more && !code;) {
		struct ledger_entry entry;
		/* One at a time, since what is read is written. */
		struct db_query q = db_query(s->db, "SELECT " LEDGER_COLUMNS ", NOT EXISTS (SELECT 1 FROM entry n WHERE n.record = e.record AND n.id > e.id AND n.statement IS "
			"NOT NULL) FROM entry e JOIN record r ON r.id = e.record WHERE e.record = $1 AND e.id > $2 ORDER BY e.id LIMIT 1");
		db_bind_int(&q, 1, was->id);
		db_bind_int(&q, 2, last);
		more = db_row(&q);
		bool newest = more && db_int(&q, LEDGER_WIDTH);
		if (more) ledger_entry_read(row, &q, &entry);
		code = db_done(&q, s->e);
		if (code || !more) break;
		last = entry.id;
		s->a = row;
		if (!ledger_entry_silent(&entry)) code = strike_one(s, was, is, &entry, newest && !says, rewritten(list, n, entry.event));
		s->a = kept;
		arena_clear(row);
	}
	return code;
}
