/* The log on the disk, and the database's leaves against it. */
#include "hub/ledger/cosign.h"
#include "hub/ledger/verify.h"
#include "lib/tlog/verify.h"

enum { LOG_CAP = 64 << 20 };

struct leaves {
	struct verifying *v;
	struct tlog_folder folder;
	struct tlog_reader reader;
	struct tlog_frontier frontier;
	struct buf bundle;
	struct str entries[TLOG_TILE_WIDTH]; /* of the bundle that was read last */
	bool missing;                        /* it could not be read */
	bool told;                           /* the first leaf that differs */
};

static enum err_code trust(struct verifying *v, struct arena *a, const struct tlog_key **keys, size_t *n) {
	struct tlog_key *own;
	*keys = v->trusted;
	*n = v->trusted_n;
	if (*n) return ERR_OK;
	enum err_code code = ledger_keys(v->db, a, &own, n, v->e);
	*keys = own;
	return code;
}

/* The signed log by itself. */
static enum err_code verify_signed(struct verifying *v, struct arena *a) {
	struct tlog_folder folder = {.path = ledger_folder(a, v->hub)};
	struct str bytes;
	struct tlog_checkpoint c, both[2];
	bool cosigned = false;
	struct tlog_policy policy = {.origin = v->r->origin};
	struct tlog_verified done;
	struct err why = {0};
	enum err_code code = ledger_checkpoint(v->hub, a, &bytes, &why);
	if (code == ERR_NOT_FOUND) return ERR_OK;
	if (!code) code = tlog_checkpoint_parse(a, bytes, &c, &why);
	if (!code) code = trust(v, a, &policy.log_keys, &policy.log_keys_n);
	if (!code) code = cosign_read(v->hub, a, LEDGER_COSIGNED, &both[0], &cosigned, &why);
	if (!code) both[cosigned] = c;
	struct tlog_log log = {tlog_folder_reader(&folder), true, &policy, both, cosigned ? 2 : 1};
	if (!code) code = tlog_verify_log(&log, &done, &why);
	if (code == ERR_MEMORY) return err_set(v->e, code, "%s", why.message);
	if (code) ledger_found(v, "log/%s: %s", why.where[0] ? why.where : "checkpoint", why.message);
	else v->r->signed_head = c.head;
	if (!code && policy.log_keys_n) v->r->key = arena_str(v->kept, tlog_key_text(a, &policy.log_keys[0]));
	return ERR_OK;
}

/* Leaf by leaf against the bundles, so that the first that differs is named. */
static void compare_leaf(struct leaves *l, uint64_t leaf, int64_t entry, struct str bytes) {
	struct verifying *v = l->v;
	if (leaf >= v->r->signed_head.size) return;
	struct tlog_tile t = {TLOG_ENTRIES, tlog_tile_width(0, leaf / TLOG_TILE_WIDTH, v->r->signed_head.size), leaf / TLOG_TILE_WIDTH};
	struct err why;
	if (leaf % TLOG_TILE_WIDTH == 0) l->missing = tlog_read_bundle(&l->reader, t, &l->bundle, l->entries, &why) != ERR_OK;
	if (l->missing || l->told || str_eq(l->entries[leaf % TLOG_TILE_WIDTH], bytes)) return;
	l->told = true;
	ledger_found(v, "leaf %llu: the log has another entry there than the database (entry %lld)", (unsigned long long)leaf, (long long)entry);
}

static void check_head(struct leaves *l, int64_t size, struct str root) {
	struct sha256 made = tlog_frontier_root(&l->frontier);
	if (l->frontier.size == (uint64_t)size && !str_eq(root, sha256_str(&made)))
		ledger_found(l->v, "head %lld: its root is not that of the entries under it", (long long)size);
}

/* The entries in the order of their leaves, and the heads in between. */
static enum err_code walk(struct leaves *l, struct db_query *q, struct db_query *heads) {
	bool more = db_row(heads);
	bool gap = false;
	while (db_row(q)) {
		unsigned char bytes[ENTRY_LEAF];
		struct sha256 commitment = {{0}};
		struct str stored = db_str(q, 2);
		uint64_t leaf = (uint64_t)db_int(q, 0);
		if (stored.n == SHA256_SIZE) memcpy(commitment.byte, stored.p, SHA256_SIZE);
		if (leaf != l->frontier.size && !gap) {
			ledger_found(l->v, "leaf %llu: the database has no entry for it", (unsigned long long)l->frontier.size);
			gap = true;
		}
		struct str entry = entry_leaf((enum entry_type)db_int(q, 1), &commitment, bytes);
		struct sha256 hash = tlog_leaf_hash(entry);
		compare_leaf(l, leaf, db_int(q, 3), entry);
		tlog_append(&l->frontier, &hash);
		while (more && (uint64_t)db_int(heads, 0) < l->frontier.size) more = db_row(heads);
		if (more && (uint64_t)db_int(heads, 0) == l->frontier.size) check_head(l, db_int(heads, 0), db_str(heads, 1));
	}
	while (more && (uint64_t)db_int(heads, 0) <= l->frontier.size) more = db_row(heads);
	if (more) ledger_found(l->v, "head %lld: the database has %llu entries in the log", (long long)db_int(heads, 0), (unsigned long long)l->frontier.size);
	enum err_code code = db_done(q, l->v->e), ended = db_done(heads, code ? NULL : l->v->e);
	l->v->r->leaves = (int64_t)l->frontier.size;
	return code ? code : ended;
}

static enum err_code verify_leaves(struct verifying *v, struct arena *a) {
	struct leaves *l = arena_new_of(a, struct leaves);
	if (!l) return err_set(v->e, ERR_MEMORY, "out of memory");
	l->v = v;
	l->folder.path = ledger_folder(a, v->hub);
	l->reader = tlog_folder_reader(&l->folder);
	l->bundle = BUF(TLOG_BUNDLE_BYTES);
	struct db_query q = db_query(v->db, "SELECT leaf, type, commitment, id FROM entry WHERE leaf IS NOT NULL ORDER BY leaf");
	struct db_query heads = db_query(v->db, "SELECT size, root FROM head ORDER BY size");
	enum err_code code = walk(l, &q, &heads);
	buf_free(&l->bundle);
	if (!code && v->r->signed_head.size > (uint64_t)v->r->leaves)
		ledger_found(v, "the signed log has %llu entries, and the database knows %lld of them", (unsigned long long)v->r->signed_head.size, (long long)v->r->leaves);
	return code;
}

enum err_code verify_log(struct verifying *v) {
	autoarena struct arena *a = arena_new(LOG_CAP);
	if (!a) return err_set(v->e, ERR_MEMORY, "out of memory");
	enum err_code code = ledger_origin(v->hub, v->db, v->kept, &v->r->origin, v->e);
	if (!code) code = verify_signed(v, a);
	if (!code) code = verify_leaves(v, a);
	struct db_query q = db_query(v->db, "SELECT count(*) FROM entry WHERE leaf IS NULL");
	if (db_row(&q)) v->r->waiting = db_int(&q, 0);
	enum err_code ended = db_done(&q, code ? NULL : v->e);
	return code ? code : ended;
}
