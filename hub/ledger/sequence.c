/* Putting what waits into the log. */
#include "hub/ledger/entries.h"
#include "hub/writer.h"

enum { BATCH = 4096, WAITING_MOST = 1 << 18, ENTRY_CAP = 64 << 20 };

struct row {
	int64_t id;
	enum entry_type type;
	struct sha256 commitment;
};

struct sequencing {
	struct hub *hub;
	struct db *db;
	struct arena *a;
	struct tlog_frontier frontier; /* of the newest head, then of the one that is made */
	struct tlog_head old;
	bool did;
	struct err *e;
};

/* ---- heads ---- */

enum err_code ledger_frontier(struct db *db, struct tlog_head *head, struct tlog_frontier *f, struct err *e) {
	*head = (struct tlog_head){0, tlog_empty_root()};
	*f = (struct tlog_frontier){.size = 0};
	struct db_query q = db_query(db, "SELECT size, root, frontier FROM head ORDER BY size DESC LIMIT 1");
	if (!db_row(&q)) return db_done(&q, e);
	struct str root = db_str(&q, 1), peaks = db_str(&q, 2);
	head->size = f->size = (uint64_t)db_int(&q, 0);
	size_t used = 0;
	for (int h = 0; h < 64; h++)
		if (f->size >> h & 1 && peaks.n >= (used + 1) * SHA256_SIZE) memcpy(f->peak[h].byte, peaks.p + used++ * SHA256_SIZE, SHA256_SIZE);
	bool right = root.n == SHA256_SIZE && peaks.n == used * SHA256_SIZE && used == (size_t)__builtin_popcountll(f->size);
	if (right) memcpy(head->root.byte, root.p, SHA256_SIZE);
	enum err_code code = db_done(&q, e);
	if (code) return code;
	struct sha256 made = tlog_frontier_root(f);
	return right && tlog_hash_eq(&made, &head->root) ? ERR_OK : err_set(e, ERR_CORRUPT, "the log's newest head is not that of its tree: `polder verify` says more");
}

enum err_code ledger_head(struct db *db, struct tlog_head *out, struct err *e) {
	struct tlog_frontier f;
	return ledger_frontier(db, out, &f, e);
}

enum err_code ledger_write_head(struct db *db, const struct tlog_head *old, const struct tlog_frontier *f, struct err *e) {
	unsigned char peaks[64 * SHA256_SIZE];
	size_t n = 0;
	for (int h = 0; h < 64; h++)
		if (f->size >> h & 1) memcpy(peaks + n++ * SHA256_SIZE, f->peak[h].byte, SHA256_SIZE);
	if (old->size) {
		struct db_query q = db_query(db,
			"UPDATE head SET frontier = $3 WHERE size = $1 AND root = $2 AND NOT EXISTS (SELECT 1 FROM head newer WHERE newer.size > $1)");
		db_bind_int(&q, 1, (int64_t)old->size);
		db_bind_bytes(&q, 2, sha256_str(&old->root));
		db_bind_bytes(&q, 3, STR_EMPTY);
		enum err_code code = db_run(&q, e);
		if (!code && db_changes(db) != 1) code = err_set(e, ERR_CONFLICT, "the log grew at the same moment");
		if (code) return code;
	}
	struct sha256 root = tlog_frontier_root(f);
	struct db_query q = db_query(db, "INSERT INTO head (size, root, frontier, at) VALUES ($1, $2, $3, $4)");
	db_bind_int(&q, 1, (int64_t)f->size);
	db_bind_bytes(&q, 2, sha256_str(&root));
	db_bind_bytes(&q, 3, str_n(peaks, n * SHA256_SIZE));
	db_bind_int(&q, 4, now());
	return db_run(&q, e);
}

/* ---- entries ---- */

static enum err_code append(struct sequencing *s, const struct row *r) {
	unsigned char bytes[ENTRY_LEAF];
	struct sha256 leaf = tlog_leaf_hash(entry_leaf(r->type, &r->commitment, bytes));
	struct db_query q = db_query(s->db, "UPDATE entry SET leaf = $2 WHERE id = $1 AND leaf IS NULL");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, (int64_t)s->frontier.size);
	tlog_append(&s->frontier, &leaf);
	return db_run(&q, s->e);
}

static enum err_code read_rows(struct sequencing *s, const char *sql, size_t most, struct row **out, size_t *n) {
	struct db_query q = db_query(s->db, sql);
	size_t room = 0;
	struct row *rows = NULL;
	for (*n = 0; *n < most && db_row(&q); (*n)++) {
		if (*n == room) {
			struct row *more = arena_array(s->a, room = room ? room * 2 : 256, sizeof *more);
			if (!more) return db_cancel(&q), err_set(s->e, ERR_MEMORY, "out of memory");
			if (rows) memcpy(more, rows, *n * sizeof *rows);
			rows = more;
		}
		struct str c = db_str(&q, 2);
		rows[*n] = (struct row){.id = db_int(&q, 0), .type = (enum entry_type)db_int(&q, 1)};
		if (c.n == SHA256_SIZE) memcpy(rows[*n].commitment.byte, c.p, SHA256_SIZE);
	}
	*out = rows;
	return db_done(&q, s->e);
}

/* An entry of the hub's own, at once in the log. */
static enum err_code make_own(struct sequencing *s, enum entry_type type, struct str said) {
	struct row r = {.type = type};
	enum err_code code = ledger_write_own(s->db, type, said, &r.commitment, s->e);
	r.id = db_last_id(s->db);
	return code ? code : append(s, &r);
}

static enum err_code put_setting(struct sequencing *s, const char *name, struct str value) {
	struct db_query q = db_query(s->db, "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	db_bind_str(&q, 1, str_of(name));
	db_bind_str(&q, 2, value);
	return db_run(&q, s->e);
}

/* The key that signs, and that which the log says does; said: they are the same. */
struct signing {
	struct tlog_key key;
	struct str before; /* "" none */
	bool said;
};

static enum err_code signing_key(struct hub *h, struct db *db, struct arena *a, struct signing *out, struct err *e) {
	struct str origin;
	struct tlog_signer signer = {0};
	struct tlog_key *keys;
	size_t n;
	enum err_code code = ledger_origin(h, db, a, &origin, e);
	if (!code) code = ledger_signer(h, a, origin, &signer, e);
	*out = (struct signing){.key = signer.key};
	tlog_signer_wipe(&signer);
	if (!code) code = ledger_keys(db, a, &keys, &n, e);
	if (code || !n) return code;
	out->said = tlog_key_eq(&keys[0], &out->key);
	out->before = tlog_key_text(a, &keys[0]);
	return ERR_OK;
}

/* The log says which key signs it, before anything is signed with it. */
static enum err_code own_key(struct sequencing *s) {
	struct signing signing;
	enum err_code code = signing_key(s->hub, s->db, s->a, &signing, s->e);
	if (!code && !s->old.size) code = put_setting(s, "log.origin", signing.key.name);
	if (code || signing.said) return code;
	struct entry_statement said = {.type = ENTRY_KEY, .at = now(), .key = tlog_key_text(s->a, &signing.key), .replaces = signing.before};
	s->did = true;
	return make_own(s, ENTRY_KEY, entry_statement_text(s->a, &said));
}

/* ---- what is said at once ---- */

static enum err_code take_said(struct sequencing *s) {
	struct row *rows;
	size_t n;
	enum err_code code = read_rows(s, "SELECT id, type, commitment FROM entry WHERE leaf IS NULL AND type <> 1 ORDER BY id", BATCH, &rows, &n);
	for (size_t i = 0; i < n && !code; i++) code = append(s, &rows[i]);
	s->did |= n > 0;
	return code;
}

/* ---- what says nothing, by epochs ---- */

static void shuffle(struct row *rows, size_t n) {
	for (size_t i = n; i > 1; i--) {
		uint64_t r;
		random_bytes(&r, sizeof r);
		size_t j = (size_t)(r % i);
		struct row kept = rows[i - 1];
		rows[i - 1] = rows[j];
		rows[j] = kept;
	}
}

static enum err_code add_fill(struct sequencing *s, size_t n, struct row *rows, size_t *all) {
	enum err_code code = ERR_OK;
	size_t fill = (size_t)s->hub->log.fill, want = n ? (n + fill - 1) / fill * fill : fill;
	for (*all = n; *all < want && !code; (*all)++) {
		rows[*all] = (struct row){.type = ENTRY_COMMIT};
		random_bytes(rows[*all].commitment.byte, SHA256_SIZE);
		struct db_query q = db_query(s->db, "INSERT INTO entry (type, commitment) VALUES (1, $1)");
		db_bind_bytes(&q, 1, sha256_str(&rows[*all].commitment));
		code = db_run(&q, s->e);
		rows[*all].id = db_last_id(s->db);
	}
	return code;
}

static enum err_code take_sealed(struct sequencing *s, moment epoch) {
	struct entry_statement said = {.type = ENTRY_CLOCK, .at = epoch};
	struct row *rows, *mixed;
	size_t n, all = 0;
	enum err_code code = read_rows(s, "SELECT id, type, commitment FROM entry WHERE leaf IS NULL AND type = 1 ORDER BY id", WAITING_MOST, &rows, &n);
	if (!code) code = make_own(s, ENTRY_CLOCK, entry_statement_text(s->a, &said));
	if (code) return code;
	mixed = arena_array(s->a, n + (size_t)s->hub->log.fill, sizeof *mixed);
	if (!mixed) return err_set(s->e, ERR_MEMORY, "out of memory");
	if (n) memcpy(mixed, rows, n * sizeof *rows);
	code = add_fill(s, n, mixed, &all);
	shuffle(mixed, all);
	for (size_t i = 0; i < all && !code; i++) code = append(s, &mixed[i]);
	s->did = true;
	return code ? code : put_setting(s, "log.epoch", arena_fmt(s->a, "%lld", (long long)epoch));
}

/* Epochs begin at whole multiples of their length, so that their ends say nothing of when the hub was started. A clock that was set back by more than one had
 * run ahead: what is sealed does not wait until that time comes again, and the log shows both times. */
static enum err_code epoch_end(struct sequencing *s, bool *due, moment *epoch) {
	int64_t last = 0;
	moment length = s->hub->log.epoch;
	struct db_query q = db_query(s->db, "SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'log.epoch'");
	if (db_row(&q)) last = db_int(&q, 0);
	*epoch = now() / length * length;
	*due = *epoch > last || last - *epoch > length;
	return db_done(&q, s->e);
}

/* ---- in one transaction ---- */

static enum err_code sequence(struct db *db, void *arg, struct err *e) {
	struct sequencing *s = arg;
	autoarena struct arena *a = arena_new(ENTRY_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	s->db = db;
	s->a = a;
	s->e = e;
	bool due;
	moment epoch;
	enum err_code code = ledger_frontier(db, &s->old, &s->frontier, e);
	if (!code) code = own_key(s);
	if (!code) code = take_said(s);
	if (!code) code = epoch_end(s, &due, &epoch);
	if (!code && due) code = take_sealed(s, epoch);
	return code || !s->did ? code : ledger_write_head(db, &s->old, &s->frontier, e);
}

static enum err_code waits(struct hub *h, struct db *db, struct arena *a, bool *out, struct err *e) {
	struct sequencing s = {.hub = h, .db = db, .e = e};
	struct signing signing;
	moment epoch;
	struct db_query q = db_query(db, "SELECT 1 FROM entry WHERE leaf IS NULL AND type <> 1 LIMIT 1");
	*out = db_row(&q);
	enum err_code code = db_done(&q, e);
	if (!code && !*out) code = epoch_end(&s, out, &epoch);
	if (code || *out) return code;
	code = signing_key(h, db, a, &signing, e);
	*out = !signing.said;
	return code;
}

enum err_code ledger_waiting(struct db *db, int64_t *said, int64_t *sealed, struct err *e) {
	int64_t *const out[] = {said, sealed};
	static const char *const sql[] = {"SELECT count(*) FROM entry WHERE leaf IS NULL AND type <> 1", "SELECT count(*) FROM entry WHERE leaf IS NULL AND type = 1"};
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < lengthof(sql) && !code; i++) {
		struct db_query q = db_query(db, sql[i]);
		if (db_row(&q)) *out[i] = db_int(&q, 0);
		code = db_done(&q, e);
	}
	return code;
}

enum err_code ledger_sequence(struct hub *h, bool *did, struct err *e) {
	struct sequencing s = {.hub = h};
	enum err_code code = writer_change(h->writer, sequence, &s, e);
	*did = !code && s.did;
	return code;
}

enum err_code ledger_run(struct hub *h, struct db *db, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 20);
	struct str held;
	bool more = false;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ledger_held(db, a, &held, e);
	if (!code && held.n) return ERR_OK;
	if (!code) code = waits(h, db, a, &more, e);
	while (!code && more) code = ledger_sequence(h, &more, e);
	return code ? code : ledger_publish(h, db, e);
}
