#include "builder.h"

void tlog_builder_init(struct tlog_builder *b, bool bundles) {
	b->frontier.size = b->flushed = 0;
	b->bundles = bundles;
	b->bundle = BUF(TLOG_BUNDLE_BYTES);
}

void tlog_builder_free(struct tlog_builder *b) {
	buf_free(&b->bundle);
}

static struct str bytes_of(const struct sha256 *hashes, unsigned n) {
	return str_n(hashes, n * sizeof *hashes);
}

/* The hashes of a level's partial tile are complete subtrees of height 8 × level: its peaks are the tree's. */
static void peaks_from(struct tlog_frontier *f, const struct sha256 *hashes, unsigned width, unsigned level) {
	struct tlog_frontier part;
	part.size = 0;
	for (unsigned i = 0; i < width; i++) tlog_append(&part, &hashes[i]);
	for (unsigned bit = 0; bit < 8; bit++)
		if (width >> bit & 1) f->peak[8 * level + bit] = part.peak[bit];
}

static enum err_code open_bundle(struct tlog_builder *b, const struct tlog_reader *r, unsigned width, uint64_t index, struct err *e) {
	struct str entries[TLOG_TILE_WIDTH];
	struct tlog_tile t = {TLOG_ENTRIES, width, index};
	enum err_code code = tlog_read_bundle(r, t, &b->bundle, entries, e);
	return code ? code : tlog_bundle_check(t, entries, b->tile[0], e);
}

enum err_code tlog_builder_open(struct tlog_builder *b, bool bundles, const struct tlog_reader *r, const struct tlog_head *head, struct err *e) {
	enum err_code code = head->size > TLOG_SIZE_MOST ? err_set(e, ERR_TOO_LARGE, "no tree has that many leaves") : ERR_OK;
	autobuf struct buf bytes = BUF(TLOG_TILE_BYTES);
	tlog_builder_init(b, bundles);
	for (unsigned level = 0; !code && level < TLOG_LEVELS; level++) {
		uint64_t n = head->size >> 8 * level;
		unsigned width = (unsigned)(n % TLOG_TILE_WIDTH);
		const struct sha256 *hashes;
		if (!width) continue;
		code = tlog_read_tile(r, (struct tlog_tile){(int)level, width, n / TLOG_TILE_WIDTH}, &bytes, &hashes, e);
		if (code) break;
		memcpy(b->tile[level], hashes, width * sizeof *hashes);
		peaks_from(&b->frontier, hashes, width, level);
	}
	b->frontier.size = b->flushed = head->size;
	if (!code) {
		struct sha256 root = tlog_frontier_root(&b->frontier);
		if (!tlog_hash_eq(&root, &head->root)) code = err_set(e, ERR_CORRUPT, "the tiles of the log's end don't hash to its root");
	}
	unsigned width = (unsigned)(head->size % TLOG_TILE_WIDTH);
	if (!code && bundles && width) code = open_bundle(b, r, width, head->size / TLOG_TILE_WIDTH, e);
	if (code) tlog_builder_free(b);
	return code;
}

/* Puts the hash of a complete subtree of height 8 × level into its tile, which is written when it is full. */
static enum err_code place(struct tlog_builder *b, unsigned level, const struct sha256 *hash, const struct tlog_writer *w, struct err *e) {
	uint64_t at = b->frontier.size >> 8 * level;
	b->tile[level][at % TLOG_TILE_WIDTH] = *hash;
	if ((at + 1) % TLOG_TILE_WIDTH) return ERR_OK;
	return w->write(w->ctx, (struct tlog_tile){(int)level, TLOG_TILE_WIDTH, at / TLOG_TILE_WIDTH}, bytes_of(b->tile[level], TLOG_TILE_WIDTH), e);
}

enum err_code tlog_builder_add_hash(struct tlog_builder *b, const struct sha256 *leaf, const struct tlog_writer *w, struct err *e) {
	struct tlog_frontier *f = &b->frontier;
	struct sha256 hash = *leaf;
	unsigned height = 0;
	if (f->size >= TLOG_SIZE_MOST) return err_set(e, ERR_TOO_LARGE, "no tree has more leaves");
	enum err_code code = place(b, 0, leaf, w, e);
	/* As tlog_append; every node whose height is a multiple of 8 is a tile's. */
	for (; !code && f->size >> height & 1; height++) {
		hash = tlog_node_hash(&f->peak[height], &hash);
		if ((height + 1) % 8 == 0) code = place(b, (height + 1) / 8, &hash, w, e);
	}
	if (code) return code;
	f->peak[height] = hash;
	f->size++;
	return ERR_OK;
}

enum err_code tlog_builder_add(struct tlog_builder *b, struct str entry, const struct tlog_writer *w, struct err *e) {
	if (entry.n > TLOG_ENTRY_BYTES) return err_set(e, ERR_TOO_LARGE, "an entry of %zu bytes; at most %d are taken", entry.n, TLOG_ENTRY_BYTES);
	if (!tlog_bundle_add(&b->bundle, entry)) return err_set(e, ERR_MEMORY, "out of memory");
	uint64_t at = b->frontier.size;
	if ((at + 1) % TLOG_TILE_WIDTH == 0) {
		enum err_code code = w->write(w->ctx, (struct tlog_tile){TLOG_ENTRIES, TLOG_TILE_WIDTH, at / TLOG_TILE_WIDTH}, buf_str(&b->bundle), e);
		if (code) return code;
		buf_clear(&b->bundle);
	}
	struct sha256 leaf = tlog_leaf_hash(entry);
	return tlog_builder_add_hash(b, &leaf, w, e);
}

enum err_code tlog_builder_flush(struct tlog_builder *b, const struct tlog_writer *w, struct err *e) {
	uint64_t size = b->frontier.size;
	unsigned width = (unsigned)(size % TLOG_TILE_WIDTH);
	enum err_code code = ERR_OK;
	if (b->bundles && b->flushed < size && width)
		code = w->write(w->ctx, (struct tlog_tile){TLOG_ENTRIES, width, size / TLOG_TILE_WIDTH}, buf_str(&b->bundle), e);
	for (unsigned level = 0; !code && level < TLOG_LEVELS; level++) {
		uint64_t before = b->flushed >> 8 * level, after = size >> 8 * level;
		width = (unsigned)(after % TLOG_TILE_WIDTH);
		if (before < after && width) code = w->write(w->ctx, (struct tlog_tile){(int)level, width, after / TLOG_TILE_WIDTH}, bytes_of(b->tile[level], width), e);
	}
	if (!code) b->flushed = size;
	return code;
}
