/* Receipts for whoever did something, and what the log says of a record to everybody. */
#include "hub/disclose_private.h"
#include "hub/ledger/entries.h"
#include "hub/ledger/receipt.h"
#include "lib/tlog/note.h"

enum { RECEIPTS = 500 };

/* The event of that number; 0: that by which they made it, else their last. */
static enum err_code own_event(const struct disclosing *d, const struct disclosed *r, int64_t number, int64_t *seq, struct err *e) {
	struct db_query q = number > 0
		? db_query(d->db, "SELECT seq FROM event WHERE record = $1 AND actor = $2 ORDER BY seq LIMIT 1 OFFSET $3 - 1")
		: db_query(d->db, "SELECT seq FROM event WHERE record = $1 AND actor = $2 ORDER BY CASE type WHEN 'create' THEN 0 ELSE 1 END, seq DESC LIMIT 1");
	db_bind_int(&q, 1, r->line.record);
	db_bind_str(&q, 2, d->viewer.name);
	if (number > 0) db_bind_int(&q, 3, number);
	bool found = d->viewer.name.n && db_row(&q);
	if (found) *seq = db_int(&q, 0);
	enum err_code code = db_done(&q, e);
	return code || found ? code : err_set(e, ERR_NOT_FOUND, "you did nothing here that there is such a receipt of");
}

/* Of events that are the viewer's own: a link that waited for a name is another record's, and their doing only as far as they are shown it. */
static enum err_code is_told(const struct disclosing *d, const struct disclosed *r, int64_t seq, bool *out, struct err *e) {
	struct stored s;
	struct event_row v;
	enum err_code code = event_read(d, seq, &v, e);
	*out = !code;
	if (code || (!str_is(v.type, "link") && !str_is(v.type, "unlink"))) return code;
	code = store_read(d->hub, d->db, d->a, v.record, &s, e);
	return code ? code : event_shows(d, &s, r->audiences, &v, out, e);
}

static enum err_code list_told(const struct disclosing *d, const struct disclosed *r, const int64_t *seqs, struct disclosed_receipt *items, size_t *n,
	struct err *e) {
	size_t all = *n;
	enum err_code code = ERR_OK;
	*n = 0;
	for (size_t i = 0; i < all && !code; i++) {
		bool told = true;
		if (str_is(items[i].type, "link") || str_is(items[i].type, "unlink")) code = is_told(d, r, seqs[i], &told, e);
		if (told) items[(*n)++] = items[i];
	}
	return code;
}

/* Events are numbered here among those of the viewer on this record: their own numbers count what happens in the whole hub, confidential or not. */
enum err_code disclose_receipts(const struct disclosing *d, const struct disclosed *r, struct disclosed_receipt **out, size_t *n, struct err *e) {
	struct disclosed_receipt *items = arena_array(d->a, RECEIPTS, sizeof *items);
	int64_t *seqs = arena_array(d->a, RECEIPTS, sizeof *seqs);
	if (!items || !seqs) return err_set(e, ERR_MEMORY, "out of memory");
	struct db_query q = db_query(d->db,
		"SELECT v.n, v.at, v.type, e.leaf, v.seq FROM (SELECT seq, at, type, row_number() OVER (ORDER BY seq) AS n FROM event WHERE record = $1 AND actor = $2) v "
		"JOIN entry e ON e.event = v.seq WHERE (e.seed IS NOT NULL OR e.salts IS NOT NULL) ORDER BY v.seq DESC LIMIT 500");
	db_bind_int(&q, 1, r->line.record);
	db_bind_str(&q, 2, d->viewer.name);
	*n = 0;
	while (d->viewer.name.n && *n < RECEIPTS && db_row(&q)) {
		seqs[*n] = db_int(&q, 4);
		items[(*n)++] = (struct disclosed_receipt){.event = db_int(&q, 0), .at = db_int(&q, 1), .type = arena_str(d->a, db_str(&q, 2)),
			.leaf = db_is_null(&q, 3) ? -1 : db_int(&q, 3)};
	}
	*out = items;
	enum err_code code = db_done(&q, e);
	return code ? code : list_told(d, r, seqs, items, n, e);
}

enum err_code disclose_has_receipts(const struct disclosing *d, const struct disclosed *r, bool *out, struct err *e) {
	*out = false;
	if (!d->viewer.name.n) return ERR_OK;
	struct db_query q = db_query(d->db,
		"SELECT 1 FROM event v JOIN entry e ON e.event = v.seq WHERE v.record = $1 AND v.actor = $2 AND v.type NOT IN ('link', 'unlink') AND (e.seed IS NOT NULL OR e.salts IS NOT NULL) LIMIT 1");
	db_bind_int(&q, 1, r->line.record);
	db_bind_str(&q, 2, d->viewer.name);
	*out = db_row(&q);
	return db_done(&q, e);
}

/* What coordinators alone are told stays with them, also where somebody else set it off; of an act all is told or nothing. */
static enum err_code own_detail(const struct disclosing *d, const struct disclosed *r, const struct event_row *v, struct str *detail, struct err *e) {
	struct disclosed_event told = {0};
	struct stored s;
	bool shows;
	if (r->audiences & COORDINATORS || !str_is(v->type, "act")) return ERR_OK;
	enum err_code code = store_read(d->hub, d->db, d->a, v->record, &s, e);
	if (!code) code = event_shows(d, &s, r->audiences, v, &shows, e);
	if (code) return code;
	event_tell_act(d, &s, r->audiences, v->type, v->detail, &told);
	if (!shows || !json_equal(told.detail, v->detail)) *detail = STR_EMPTY;
	return ERR_OK;
}

static enum err_code body_of(const struct disclosing *d, const struct disclosed *r, const struct event_row *v, struct receipt_parts *p, struct err *e) {
	struct stored then = {.id = r->line.record, .uid = r->line.uid, .revision = v->revision};
	struct stored_text text;
	enum err_code code = store_text(d->hub, d->db, d->a, &then, &text, e);
	/* Of a body whose salts are gone, or which says something else by now, the root alone is told. */
	if (code || (!text.seed.n && !text.salts.n)) return code;
	p->body_seed = text.seed;
	if (text.salts.n) code = json_parse(d->a, text.salts, NULL, &p->body_salts, e);
	if (code) return code;
	return json_parse(d->a, text.body, NULL, &p->body, e);
}

/* A revision takes over what its maker is not shown (change.c puts it back): of such fields the leaf alone is told. Who made the record wrote all of it. */
static enum err_code keep_back(const struct disclosing *d, const struct disclosed *r, const struct event_row *v, const struct receipt_parts *p,
	const struct json **receipt, struct err *e) {
	const struct json *theirs, *body = p->body, *salts = p->body_salts;
	size_t gone = 0;
	if (!body || str_is(v->type, "create")) return ERR_OK;
	enum err_code code = disclose_revision(d, r, v->revision, &theirs, e);
	struct str *keep = arena_array(d->a, json_count(body) + 1, sizeof *keep);
	size_t n = 0;
	if (!code && !keep) code = err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; !code && i < json_count(body); i++) {
		const struct json_member *m = json_member_at(body, i);
		const struct json *shown = json_get(theirs, m->name);
		bool erased = commitment_is_erased(salts, m->name);
		gone += erased;
		if (!erased && shown && json_equal(shown, &m->value)) keep[n++] = m->name;
	}
	return code || n + gone == json_count(body) ? code : receipt_redact(d->a, *receipt, keep, n, true, receipt, e);
}

static enum err_code put_promise(const struct disclosing *d, const struct ledger_entry *entry, moment at, struct receipt_parts *p, struct err *e) {
	struct change_sealed sealed = {at, entry->type, entry->commitment};
	enum err_code code = ledger_origin(d->hub, d->db, d->a, &p->origin, e);
	return code ? code : ledger_promise(d->hub, d->db, d->a, &sealed, &p->promise, &p->key, e);
}

static enum err_code put_proof(const struct disclosing *d, const struct ledger_entry *entry, struct receipt_parts *p, struct err *e) {
	struct err why = {0};
	struct str held;
	struct tlog_key key;
	enum err_code code = ledger_held(d->db, d->a, &held, e);
	if (code || held.n || entry->leaf < 0) return code;
	code = tlog_key_parse(p->key, &key, e);
	if (!code) code = ledger_proof(d->hub, d->a, entry->leaf, &key, &p->proof, &why);
	if (code == ERR_NOT_FOUND) return ERR_OK; /* not yet signed */
	return code ? err_set(e, code, "%s", why.message) : ERR_OK;
}

/* The seal is told to who made it, whatever they may see now; of a record that they may not know of, disclose_record has said so. */
static enum err_code own_entry(const struct disclosing *d, const struct disclosed *r, int64_t number, struct event_row *v, struct ledger_entry *entry,
	struct err *e) {
	int64_t seq = 0;
	bool told = false;
	enum err_code code = own_event(d, r, number, &seq, e);
	if (!code) code = event_read(d, seq, v, e);
	if (!code) code = is_told(d, r, seq, &told, e);
	if (!code && !told) code = err_set(e, ERR_NOT_FOUND, "you did nothing here that there is such a receipt of");
	return code ? code : ledger_entry_of(d->hub, d->db, d->a, seq, entry, e);
}

enum err_code disclose_sealed(const struct disclosing *d, const struct disclosed *r, struct change_sealed *out, struct err *e) {
	struct event_row v;
	struct ledger_entry entry;
	enum err_code code = own_entry(d, r, 0, &v, &entry, e);
	if (!code) *out = (struct change_sealed){v.at, entry.type, entry.commitment};
	return code;
}

enum err_code disclose_receipt(const struct disclosing *d, const struct disclosed *r, int64_t number, const struct json **out, struct err *e) {
	struct receipt_parts p = {.name = d->hub->name, .url = d->hub->base_url};
	struct event_row v;
	struct ledger_entry entry;
	enum err_code code = own_entry(d, r, number, &v, &entry, e);
	if (!code) code = ledger_event_text(d->hub, d->db, d->a, &entry, &p.event, &p.detail, e);
	if (!code) code = own_detail(d, r, &v, &p.detail, e);
	if (code) return code;
	p.type = entry.type;
	p.salts = &entry.salts;
	p.statement = entry.statement;
	if (str_is(v.type, "create") || str_is(v.type, "revise") || str_is(v.type, "erase-field")) code = body_of(d, r, &v, &p, e);
	if (!code) code = put_promise(d, &entry, v.at, &p, e);
	if (!code) code = put_proof(d, &entry, &p, e);
	if (!code) code = receipt_write(d->a, &p, out, e);
	return code ? code : keep_back(d, r, &v, &p, out, e);
}

/* ---- for everybody ---- */

/* Behind LEDGER_COLUMNS: whether no later statement is of the same record. */
#define NEWEST ", e.record IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry later WHERE later.record = e.record AND later.id > e.id AND later.statement IS NOT NULL)"

/* With the seed of its public fields anybody can try what they said: of a statement before the newest that would be what was amended away, or erased since. */
static enum err_code said_json(const struct disclosing *d, struct ledger_entry *entry, bool newest, const struct json **out, struct err *e) {
	struct json_builder b = json_object_of(d->a);
	const struct json *said;
	enum err_code code = json_parse(d->a, entry->statement, NULL, &said, e);
	if (!code) code = ledger_entry_open(d->hub, d->a, entry, e);
	if (code) return code;
	json_set_int(&b, S("leaf"), entry->leaf);
	json_set_str(&b, S("type"), entry_type_name(entry->type));
	json_set_str(&b, S("commitment"), entry_hex(d->a, sha256_str(&entry->commitment)));
	json_set(&b, S("statement"), said);
	json_set_str(&b, S("statement_salt"), entry_hex(d->a, sha256_str(&entry->salts.statement)));
	if (newest && entry->salts.has_public && json_get_lit(said, "root"))
		json_set_str(&b, S("fields_seed"), entry_hex(d->a, sha256_str(&entry->salts.open)));
	if (entry->event) {
		struct str event;
		code = ledger_event_text(d->hub, d->db, d->a, entry, &event, NULL, e);
		if (code) return code;
		struct sha256 digest = entry_part("event", &entry->salts.event, event);
		json_set_str(&b, S("event"), entry_hex(d->a, sha256_str(&digest)));
	}
	*out = json_built(&b);
	return ERR_OK;
}

static enum err_code said_of(const struct disclosing *d, struct db_query *q, size_t limit, const struct json ***out, size_t *n, struct err *e) {
	const struct json **items = arena_array(d->a, limit, sizeof *items);
	struct ledger_entry entry;
	enum err_code code = items ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	while (!code && *n < limit && db_row(q)) {
		ledger_entry_read(d->a, q, &entry);
		code = said_json(d, &entry, db_int(q, LEDGER_WIDTH) != 0, &items[*n], e);
		/* What cannot be opened here is passed over: its leaf stands in the log all the same. */
		if (code == ERR_UNSUPPORTED || code == ERR_GONE) code = ERR_OK;
		else if (!code) (*n)++;
	}
	enum err_code ended = db_done(q, code ? NULL : e);
	*out = items;
	return code ? code : ended;
}

enum err_code disclose_log(const struct disclosing *d, const struct disclosed *r, int64_t from, int64_t until, size_t limit, const struct json ***out, size_t *n,
	struct err *e) {
	struct db_query q = r
		? db_query(d->db, "SELECT " LEDGER_COLUMNS NEWEST " FROM entry e JOIN record r ON r.id = e.record WHERE e.record = $3 AND e.statement IS NOT NULL AND "
			"e.leaf >= $1 AND e.leaf < $2 ORDER BY e.leaf DESC")
		: db_query(d->db, "SELECT " LEDGER_COLUMNS NEWEST " FROM entry e LEFT JOIN record r ON r.id = e.record WHERE e.leaf >= $1 AND e.leaf < $2 AND "
			"e.statement IS NOT NULL ORDER BY e.leaf");
	db_bind_int(&q, 1, from);
	db_bind_int(&q, 2, until);
	if (r) db_bind_int(&q, 3, r->line.record);
	return said_of(d, &q, limit, out, n, e);
}

enum err_code disclose_log_newest(const struct disclosing *d, int64_t until, size_t limit, const struct json ***out, size_t *n, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT " LEDGER_COLUMNS NEWEST " FROM entry e JOIN record r ON r.id = e.record WHERE e.id IN (SELECT id FROM entry WHERE "
		"statement IS NOT NULL AND record IS NOT NULL ORDER BY id DESC LIMIT $2) AND e.leaf < $1 ORDER BY e.leaf DESC");
	db_bind_int(&q, 1, until);
	db_bind_int(&q, 2, (int64_t)limit);
	return said_of(d, &q, limit, out, n, e);
}

enum err_code disclose_logged(const struct disclosing *d, const struct disclosed *r, int64_t *leaf, struct err *e) {
	struct db_query q = db_query(d->db, "SELECT leaf FROM entry WHERE record = $1 AND statement IS NOT NULL ORDER BY id DESC LIMIT 1");
	db_bind_int(&q, 1, r->line.record);
	*leaf = LOG_NOTHING;
	if (db_row(&q)) *leaf = db_is_null(&q, 0) ? LOG_WAITS : db_int(&q, 0);
	return db_done(&q, e);
}
