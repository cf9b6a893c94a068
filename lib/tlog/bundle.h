/* Entry bundles: the entries of a log, up to 256 in a file, each after its length in two bytes, big-endian (C2SP tlog-tiles, "Log entries"). */
#pragma once
#include "tile.h"

enum { TLOG_ENTRY_BYTES = 65535, TLOG_BUNDLE_BYTES = TLOG_TILE_WIDTH * (2 + TLOG_ENTRY_BYTES) };

/* Adds an entry. False, and nothing is added, when it is too long or the buffer is full. */
bool tlog_bundle_add(struct buf *bundle, struct str entry) must_use;
/* Takes a bundle of exactly `width` (1 … 256) entries apart, in views of it. ERR_CORRUPT: cut short, or bytes are left over. */
enum err_code tlog_bundle_parse(struct str bytes, unsigned width, struct str entries[TLOG_TILE_WIDTH], struct err *e) must_use;

/* The entries of a bundle, which live as long as `to` is left alone. ERR_CORRUPT where they are not `width` many; the reader's errors. */
enum err_code tlog_read_bundle(const struct tlog_reader *r, struct tlog_tile t, struct buf *to, struct str entries[TLOG_TILE_WIDTH], struct err *e) must_use;
/* That the entries of bundle t have these leaf hashes, else ERR_CORRUPT with the number of the first that has not. */
enum err_code tlog_bundle_check(struct tlog_tile t, const struct str *entries, const struct sha256 *leaves, struct err *e) must_use;
