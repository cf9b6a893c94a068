#include "bundle.h"

bool tlog_bundle_add(struct buf *bundle, struct str entry) {
	if (entry.n > TLOG_ENTRY_BYTES || !buf_room(bundle, 2 + entry.n)) return false;
	const char length[2] = {(char)(entry.n >> 8), (char)entry.n};
	buf_add(bundle, str_n(length, sizeof length));
	buf_add(bundle, entry);
	return true;
}

enum err_code tlog_bundle_parse(struct str bytes, unsigned width, struct str entries[TLOG_TILE_WIDTH], struct err *e) {
	size_t at = 0;
	if (!width || width > TLOG_TILE_WIDTH) return err_set(e, ERR_INTERNAL, "a bundle has 1 to %d entries", TLOG_TILE_WIDTH);
	for (unsigned i = 0; i < width; i++) {
		if (bytes.n - at < 2) return err_set(e, ERR_CORRUPT, "the bundle ends before entry %u of %u", i, width);
		size_t n = (size_t)(unsigned char)bytes.p[at] << 8 | (unsigned char)bytes.p[at + 1];
		if (bytes.n - at - 2 < n) return err_set(e, ERR_CORRUPT, "the bundle ends within entry %u of %u", i, width);
		entries[i] = str_n(bytes.p + at + 2, n);
		at += 2 + n;
	}
	if (at < bytes.n) return err_set(e, ERR_CORRUPT, "%zu bytes are left over behind the last of %u entries", bytes.n - at, width);
	return ERR_OK;
}

enum err_code tlog_read_bundle(const struct tlog_reader *r, struct tlog_tile t, struct buf *to, struct str entries[TLOG_TILE_WIDTH], struct err *e) {
	buf_clear(to);
	enum err_code code = r->read(r->ctx, t, to, e);
	if (code) return code;
	if (to->failed) return err_set(e, ERR_CORRUPT, "the bundle is too large");
	return tlog_bundle_parse(buf_str(to), t.width, entries, e);
}

enum err_code tlog_bundle_check(struct tlog_tile t, const struct str *entries, const struct sha256 *leaves, struct err *e) {
	for (unsigned i = 0; i < t.width; i++) {
		struct sha256 hash = tlog_leaf_hash(entries[i]);
		if (!tlog_hash_eq(&hash, &leaves[i]))
			return err_set(e, ERR_CORRUPT, "entry %llu does not have the hash that its tile says", (unsigned long long)(t.index * TLOG_TILE_WIDTH + i));
	}
	return ERR_OK;
}
