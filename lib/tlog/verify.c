#include "verify.h"
#include "builder.h"

/* The tree is built again by the builder, whose writer compares where another would write. */
struct verifier {
	const struct tlog_log *log;
	uint64_t size;
	struct tlog_builder builder;
	struct buf bundle, leaves, above; /* the bundle and the tile of level 0 that are being read; a tile that is compared */
	size_t checkpoint;                /* the next that has not been met */
	struct tlog_verified done;
	struct err *e;
};

static struct verifier *verifier_new(const struct tlog_log *log, struct err *e) {
	struct verifier *v = malloc(sizeof *v);
	if (!v) return NULL;
	v->log = log;
	v->size = log->checkpoints[log->checkpoints_n - 1].head.size;
	v->bundle = BUF(TLOG_BUNDLE_BYTES);
	v->leaves = v->above = BUF(TLOG_TILE_BYTES);
	v->checkpoint = 0;
	v->done = (struct tlog_verified){0};
	v->e = e;
	tlog_builder_init(&v->builder, false);
	return v;
}

static void verifier_free(struct verifier **to) {
	struct verifier *v = *to;
	if (!v) return;
	tlog_builder_free(&v->builder);
	buf_free(&v->bundle);
	buf_free(&v->leaves);
	buf_free(&v->above);
	free(v);
}

static enum err_code in_tile(struct err *e, enum err_code code, struct tlog_tile t) {
	char path[TLOG_PATH];
	if (code) err_where(e, "%s", (tlog_tile_path(t, path), path));
	return code;
}

/* At each checkpoint of the size that the tree has now. */
static enum err_code meet_checkpoints(struct verifier *v) {
	const struct tlog_log *log = v->log;
	if (v->checkpoint == log->checkpoints_n || log->checkpoints[v->checkpoint].head.size != v->builder.frontier.size) return ERR_OK;
	struct tlog_head head = tlog_frontier_head(&v->builder.frontier);
	for (; v->checkpoint < log->checkpoints_n; v->checkpoint++) {
		const struct tlog_head *claimed = &log->checkpoints[v->checkpoint].head;
		if (claimed->size != head.size) break;
		if (tlog_hash_eq(&claimed->root, &head.root)) continue;
		uint64_t agreed = v->checkpoint ? log->checkpoints[v->checkpoint - 1].head.size : 0;
		err_set(v->e, ERR_CORRUPT, "the first %llu entries don't hash to the root of their checkpoint; the first %llu are as they were signed",
			(unsigned long long)head.size, (unsigned long long)agreed);
		err_where(v->e, "checkpoint %llu", (unsigned long long)head.size);
		return ERR_CORRUPT;
	}
	return ERR_OK;
}

static enum err_code compare_entries(struct verifier *v, struct tlog_tile t, const struct sha256 *leaves) {
	struct str entries[TLOG_TILE_WIDTH];
	struct tlog_tile bundle = {TLOG_ENTRIES, t.width, t.index};
	enum err_code code = tlog_read_bundle(&v->log->reader, bundle, &v->bundle, entries, v->e);
	if (!code) code = tlog_bundle_check(bundle, entries, leaves, v->e);
	v->done.bundles++;
	return in_tile(v->e, code, bundle);
}

/* A writer: compares what the tile should be with what it is. Those of level 0 are where the leaves came from. */
static enum err_code compare_tile(void *ctx, struct tlog_tile t, struct str bytes, struct err *e) {
	struct verifier *v = ctx;
	const struct sha256 *hashes, *made = (const struct sha256 *)(const void *)bytes.p;
	v->done.tiles++;
	if (!t.level) return ERR_OK;
	enum err_code code = tlog_read_tile(&v->log->reader, t, &v->above, &hashes, e);
	for (unsigned i = 0; !code && i < t.width; i++)
		if (!tlog_hash_eq(&hashes[i], &made[i])) code = err_set(e, ERR_CORRUPT, "hash %u of the tile is not that of the tile under it", i);
	return in_tile(e, code, t);
}

static enum err_code verify_leaves(struct verifier *v, uint64_t index) {
	struct tlog_writer compare = {compare_tile, v};
	struct tlog_tile t = {0, tlog_tile_width(0, index, v->size), index};
	const struct sha256 *leaves;
	enum err_code code = in_tile(v->e, tlog_read_tile(&v->log->reader, t, &v->leaves, &leaves, v->e), t);
	if (!code && v->log->entries) code = compare_entries(v, t, leaves);
	for (unsigned i = 0; !code && i < t.width; i++) {
		code = tlog_builder_add_hash(&v->builder, &leaves[i], &compare, v->e);
		if (!code) code = meet_checkpoints(v);
	}
	return code;
}

static enum err_code check_checkpoints(const struct tlog_log *log, struct err *e) {
	if (!log->checkpoints_n) return err_set(e, ERR_INVALID, "a log is verified up to a checkpoint, and there is none");
	for (size_t i = 0; i < log->checkpoints_n; i++) {
		const struct tlog_checkpoint *c = &log->checkpoints[i];
		if (i && c->head.size < c[-1].head.size) return err_set(e, ERR_INVALID, "the checkpoints are not in the order of their sizes");
		enum err_code code = tlog_checkpoint_verify(c, log->policy, NULL, e);
		if (code) err_where(e, "checkpoint %llu", (unsigned long long)c->head.size);
		if (code) return code;
	}
	return ERR_OK;
}

enum err_code tlog_verify_log(const struct tlog_log *log, struct tlog_verified *out, struct err *e) {
	enum err_code code = check_checkpoints(log, e);
	if (code) return code;
	scoped(verifier_free) struct verifier *v = verifier_new(log, e);
	if (!v) return err_set(e, ERR_MEMORY, "out of memory");
	code = meet_checkpoints(v);
	for (uint64_t index = 0; !code && tlog_tile_width(0, index, v->size); index++) code = verify_leaves(v, index);
	struct tlog_writer compare = {compare_tile, v};
	if (!code) code = tlog_builder_flush(&v->builder, &compare, e);
	if (code) return code;
	v->done.leaves = v->size;
	*out = v->done;
	return ERR_OK;
}
