/* Tiles: the hashes of a tree in files of at most 256, as C2SP tlog-tiles serves them (c2sp.org/tlog-tiles).
 *
 * Tile n of level l holds the hashes of the complete subtrees 256 n … 256 n + 255 of height 8 l, 32 bytes each. The last tile of a level may be partial:
 * its width is floor(size / 256^l) mod 256, and where that is 0 there is none. Entry bundle n holds the entries whose hashes are in tile n of level 0. */
#pragma once
#include "hash.h"

enum {
	TLOG_TILE_WIDTH = 256,
	TLOG_TILE_BYTES = TLOG_TILE_WIDTH * SHA256_SIZE,
	TLOG_LEVELS = 8,   /* that a tree of at most TLOG_SIZE_MOST leaves has */
	TLOG_ENTRIES = -1, /* as a level: an entry bundle */
	TLOG_PATH = 64,
};

struct tlog_tile {
	int level;      /* 0 … 63, or TLOG_ENTRIES */
	unsigned width; /* 1 … 256; less: partial */
	uint64_t index;
};

/* "tile/0/x001/x234/067", "tile/1/000.p/17", "tile/entries/000": relative to the log's prefix. NUL-terminated. */
struct str tlog_tile_path(struct tlog_tile t, char out[TLOG_PATH]);
/* Takes only what tlog_tile_path gives. */
bool tlog_tile_parse(struct str path, struct tlog_tile *out) must_use;

/* How wide a tile is in a tree of this size; 0: there is none. */
unsigned tlog_tile_width(int level, uint64_t index, uint64_t size);
/* Whether a tree of this size has, or had when it was smaller, this very tile or bundle. What a log serves is what exists at its last checkpoint's size. */
bool tlog_tile_exists(struct tlog_tile t, uint64_t size);

/* Where tiles and bundles come from. read adds the bytes of exactly this tile (width × 32) or bundle (level TLOG_ENTRIES) to `to`, which is empty and has
 * the maximum that may be needed. A log may have thrown a partial tile away when the full one came: a reader that finds it missing gives the beginning of
 * a wider one. Any error ends what was going on and is handed through. */
struct tlog_reader {
	enum err_code (*read)(void *ctx, struct tlog_tile t, struct buf *to, struct err *e);
	void *ctx;
	/* May be NULL. That this tile is read next: who can begins to fetch it, so that a proof waits for the slowest of its tiles and not for one after another. */
	void (*expect)(void *ctx, struct tlog_tile t);
};
/* The hashes of a tile, which live as long as `to` is left alone. ERR_CORRUPT when they are not `width` many; the reader's errors. */
enum err_code tlog_read_tile(const struct tlog_reader *r, struct tlog_tile t, struct buf *to, const struct sha256 **out, struct err *e) must_use;
