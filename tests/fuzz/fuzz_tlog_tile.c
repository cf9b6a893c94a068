/* A path that is read is written again: the same bytes; so is a bundle. Files of any bytes open as a log only under the root that they hash to. Input: width less
 * one, then the bytes of path, bundle and tile. */
#include "fuzz.h"
#include "lib/tlog/builder.h"

static enum err_code read_input(void *ctx, struct tlog_tile t, struct buf *to, struct err *e) {
	(void)t;
	(void)e;
	buf_add(to, *(const struct str *)ctx);
	return ERR_OK;
}

static void try_path(struct str in) {
	struct tlog_tile t;
	char path[TLOG_PATH];
	if (tlog_tile_parse(in, &t)) MUST(str_eq(tlog_tile_path(t, path), in) && t.width >= 1 && t.width <= TLOG_TILE_WIDTH);
}

static void try_bundle(struct str in, unsigned width) {
	struct str entries[TLOG_TILE_WIDTH];
	autobuf struct buf again = BUF(TLOG_BUNDLE_BYTES);
	struct err e = {.code = ERR_OK};
	if (tlog_bundle_parse(in, width, entries, &e)) {
		MUST(e.code == ERR_CORRUPT && e.message[0]);
		return;
	}
	for (unsigned i = 0; i < width; i++) MUST(tlog_bundle_add(&again, entries[i]));
	MUST(str_eq(buf_str(&again), in));
}

static void try_log(struct str in, unsigned width) {
	autofree struct tlog_builder *b = malloc(sizeof *b);
	struct tlog_reader r = {read_input, &in, NULL};
	struct tlog_head head = {width % TLOG_TILE_WIDTH, tlog_empty_root()};
	if (!b) return;
	if (in.n == head.size * SHA256_SIZE) head.root = tlog_root((const struct sha256 *)(const void *)in.p, head.size);
	enum err_code code = tlog_builder_open(b, false, &r, &head, NULL);
	MUST(code == (in.n == head.size * SHA256_SIZE || !head.size ? ERR_OK : ERR_CORRUPT));
	if (!code) tlog_builder_free(b);
	/* With entries the same bytes would have to be both. */
	if (tlog_builder_open(b, true, &r, &head, NULL) == ERR_OK) {
		MUST(!head.size);
		tlog_builder_free(b);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (!size) return 0;
	struct str in = str_n(data + 1, size - 1);
	unsigned width = data[0] + 1u;
	try_path(in);
	try_bundle(in, width);
	try_log(in, width);
	return 0;
}
