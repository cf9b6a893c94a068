/* A log that grows: takes entries or leaf hashes one by one and gives tiles and bundles as they come to be.
 *
 * Invariant: everything that the tree of builder.frontier.size leaves consists of was handed to the writer as full tiles and bundles, besides what is
 * behind the last full one, which tlog_builder_flush hands over. Each hash is made once. A checkpoint may be signed when flush has returned and what was
 * written is durable. After an error or a crash the log is opened again at the last head that was signed, and other entries may follow it: so nobody is to be
 * served what is beyond that head (tlog_tile_exists). */
#pragma once
#include "bundle.h"

/* write gets the bytes of one tile or bundle. A full one is written once, unless the log was opened again before it; partial ones of one
 * index have growing widths. Bundles come before the tiles that hold their entries' hashes, lower levels before higher ones. */
struct tlog_writer {
	enum err_code (*write)(void *ctx, struct tlog_tile t, struct str bytes, struct err *e);
	void *ctx;
};

struct tlog_builder {
	struct tlog_frontier frontier; /* size and root: tlog_frontier_head */
	uint64_t flushed;              /* size at the last flush */
	bool bundles;                  /* entries are kept too */
	struct buf bundle;             /* of the last, partial bundle */
	struct sha256 tile[TLOG_LEVELS][TLOG_TILE_WIDTH]; /* the last, partial tile of each level */
};

/* An empty log. With `bundles` entries are added, without them leaf hashes. */
void tlog_builder_init(struct tlog_builder *b, bool bundles);
/* Goes on where a tree of this head ended: reads its partial tiles, at most 8, and its last bundle. ERR_CORRUPT: they don't make this head; the reader's
 * errors. */
enum err_code tlog_builder_open(struct tlog_builder *b, bool bundles, const struct tlog_reader *r, const struct tlog_head *head, struct err *e) must_use;
void tlog_builder_free(struct tlog_builder *b);

/* ERR_TOO_LARGE: an entry over 65,535 bytes (nothing is changed by it); ERR_MEMORY; the writer's errors. */
enum err_code tlog_builder_add(struct tlog_builder *b, struct str entry, const struct tlog_writer *w, struct err *e) must_use;
enum err_code tlog_builder_add_hash(struct tlog_builder *b, const struct sha256 *leaf, const struct tlog_writer *w, struct err *e) must_use;
/* Writes the partial tiles and the bundle that are new since the last flush. */
enum err_code tlog_builder_flush(struct tlog_builder *b, const struct tlog_writer *w, struct err *e) must_use;
