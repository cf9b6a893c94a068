/* How the log goes on after the hub was restored from a backup. */
#include "hub/ledger/ledger.h"
#include "hub/writer.h"
#include "lib/tlog/verify.h"

enum { RESUME_CAP = 64 << 20 };

struct resuming {
	struct hub *hub;
	struct db *db;              /* the writer's, in its transaction */
	struct arena *a;
	const char *from;
	struct tlog_folder folder;
	struct tlog_checkpoint theirs;
	struct tlog_frontier frontier;
	int64_t adopted;
	struct err *e;
};

/* The log as others have it, whole and signed by this hub. */
static enum err_code read_theirs(struct resuming *r, struct db *db) {
	struct str bytes;
	struct tlog_policy policy = {0};
	struct tlog_key *keys;
	struct tlog_verified done;
	enum err_code code = file_read(r->a, file_join(r->a, r->from, "checkpoint"), TLOG_NOTE_BYTES, &bytes, r->e);
	if (!code) code = tlog_checkpoint_parse(r->a, bytes, &r->theirs, r->e);
	if (!code) code = ledger_origin(r->hub, db, r->a, &policy.origin, r->e);
	if (!code) code = ledger_keys(db, r->a, &keys, &policy.log_keys_n, r->e);
	if (code) return code;
	struct tlog_signer present = {0};
	struct tlog_key *all = arena_array(r->a, policy.log_keys_n + 1, sizeof *all);
	code = all ? ledger_signer(r->hub, r->a, policy.origin, &present, r->e) : err_set(r->e, ERR_MEMORY, "out of memory");
	tlog_signer_wipe(&present);
	if (code) return code;
	/* The key in log.key too: the backup may be older than its entry. */
	if (policy.log_keys_n) memcpy(all, keys, policy.log_keys_n * sizeof *all);
	all[policy.log_keys_n++] = present.key;
	policy.log_keys = all;
	struct tlog_log log = {tlog_folder_reader(&r->folder), true, &policy, &r->theirs, 1};
	return tlog_verify_log(&log, &done, r->e);
}

/* A leaf that waits here already has its row; one that the backup is too old for gets a row that says nothing. */
static enum err_code adopt(struct resuming *r, struct str bytes) {
	enum entry_type type;
	struct sha256 commitment, leaf = tlog_leaf_hash(bytes);
	enum err_code code = entry_leaf_parse(bytes, &type, &commitment, r->e);
	if (code) return code;
	struct db_query q = db_query(r->db, "UPDATE entry SET leaf = $2 WHERE leaf IS NULL AND type = $3 AND commitment = $1");
	db_bind_bytes(&q, 1, sha256_str(&commitment));
	db_bind_int(&q, 2, (int64_t)r->frontier.size);
	db_bind_int(&q, 3, type);
	code = db_run(&q, r->e);
	if (!code && db_changes(r->db) == 0) {
		q = db_query(r->db, "INSERT INTO entry (type, commitment, leaf) VALUES ($3, $1, $2)");
		db_bind_bytes(&q, 1, sha256_str(&commitment));
		db_bind_int(&q, 2, (int64_t)r->frontier.size);
		db_bind_int(&q, 3, type);
		code = db_run(&q, r->e);
		r->adopted++;
	}
	tlog_append(&r->frontier, &leaf);
	return code;
}

static enum err_code adopt_bundle(struct resuming *r, struct buf *room, uint64_t index) {
	struct str entries[TLOG_TILE_WIDTH];
	struct tlog_reader reader = tlog_folder_reader(&r->folder);
	struct tlog_tile t = {TLOG_ENTRIES, tlog_tile_width(0, index, r->theirs.head.size), index};
	enum err_code code = tlog_read_bundle(&reader, t, room, entries, r->e);
	for (unsigned i = (unsigned)(r->frontier.size % TLOG_TILE_WIDTH); i < t.width && !code; i++) code = adopt(r, entries[i]);
	return code;
}

static enum err_code adopt_all(struct db *db, void *arg, struct err *e) {
	struct resuming *r = arg;
	struct tlog_head head;
	struct buf room = BUF(TLOG_BUNDLE_BYTES);
	r->db = db;
	r->e = e;
	enum err_code code = ledger_frontier(db, &head, &r->frontier, e);
	while (!code && r->frontier.size < r->theirs.head.size) code = adopt_bundle(r, &room, r->frontier.size / TLOG_TILE_WIDTH);
	buf_free(&room);
	struct sha256 root = tlog_frontier_root(&r->frontier);
	if (!code && r->frontier.size == r->theirs.head.size && !tlog_hash_eq(&root, &r->theirs.head.root))
		code = err_set(e, ERR_FORBIDDEN, "the log in %s is of another history than this hub's: it does not begin with what the database knows", r->from);
	if (!code && r->frontier.size > head.size) code = ledger_write_head(db, &head, &r->frontier, e);
	return code;
}

static enum err_code let_go(struct db *db, void *arg, struct err *e) {
	(void)arg;
	struct db_query q = db_query(db, "DELETE FROM setting WHERE name = 'log.held'");
	return db_run(&q, e);
}

enum err_code ledger_resume(struct hub *h, struct db *db, const char *from, int64_t *adopted, struct err *e) {
	autoarena struct arena *a = arena_new(RESUME_CAP);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	struct resuming r = {.hub = h, .a = a, .from = from, .folder = {.path = from}, .e = e};
	enum err_code code = from ? read_theirs(&r, db) : ERR_OK;
	if (!code && from) code = writer_change(h->writer, adopt_all, &r, e);
	if (!code) code = writer_change(h->writer, let_go, NULL, e);
	*adopted = r.adopted;
	return code;
}
