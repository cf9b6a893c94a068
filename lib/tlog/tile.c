#include "tile.h"

enum { LEVEL_MOST = 63, GROUP = 1000, GROUPS = 7 };

struct str tlog_tile_path(struct tlog_tile t, char out[TLOG_PATH]) {
	int n = t.level == TLOG_ENTRIES ? snprintf(out, TLOG_PATH, "tile/entries/") : snprintf(out, TLOG_PATH, "tile/%d/", t.level);
	unsigned group[GROUPS], groups = 0;
	uint64_t index = t.index;
	do group[groups++] = (unsigned)(index % GROUP);
	while ((index /= GROUP) && groups < GROUPS);
	while (groups--) n += snprintf(out + n, (size_t)(TLOG_PATH - n), groups ? "x%03u/" : "%03u", group[groups]);
	if (t.width < TLOG_TILE_WIDTH) n += snprintf(out + n, (size_t)(TLOG_PATH - n), ".p/%u", t.width);
	return str_n(out, (size_t)n);
}

/* Decimal digits alone. */
static bool digits(struct str s, uint64_t *out) {
	uint64_t value = 0;
	if (!s.n || s.n > 3) return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		value = value * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = value;
	return true;
}

bool tlog_tile_parse(struct str path, struct tlog_tile *out) {
	struct tlog_tile t = {.width = TLOG_TILE_WIDTH};
	struct str rest = path, part;
	uint64_t value;
	char again[TLOG_PATH];
	if (!str_starts(path, S("tile/")) || path.n >= TLOG_PATH) return false;
	rest = str_from(path, 5);
	size_t partial = str_find(rest, S(".p/"));
	if (partial != STR_NONE) {
		if (!digits(str_from(rest, partial + 3), &value) || !value || value >= TLOG_TILE_WIDTH) return false;
		t.width = (unsigned)value;
		rest = str_sub(rest, 0, partial);
	}
	if (!str_split(&rest, '/', &part)) return false;
	if (str_eq(part, S("entries"))) t.level = TLOG_ENTRIES;
	else if (digits(part, &value) && value <= LEVEL_MOST) t.level = (int)value;
	else return false;
	if (!rest.p) return false;
	while (str_split(&rest, '/', &part)) {
		bool last = !rest.p;
		if (!last && !str_starts(part, S("x"))) return false;
		if (!digits(last ? part : str_from(part, 1), &value)) return false;
		if (t.index > (TLOG_SIZE_MOST - value) / GROUP) return false;
		t.index = t.index * GROUP + value;
	}
	/* What is written in another way than ours, such as a group or a zero too many, is none. */
	if (!str_eq(tlog_tile_path(t, again), path)) return false;
	*out = t;
	return true;
}

/* How many hashes a level has in a tree. */
static uint64_t hashes_of(int level, uint64_t size) {
	if (level == TLOG_ENTRIES) return size;
	return level < TLOG_LEVELS ? size >> 8 * level : 0;
}

unsigned tlog_tile_width(int level, uint64_t index, uint64_t size) {
	uint64_t n = hashes_of(level, size);
	if (index > n / TLOG_TILE_WIDTH) return 0;
	uint64_t width = n - index * TLOG_TILE_WIDTH;
	return width < TLOG_TILE_WIDTH ? (unsigned)width : TLOG_TILE_WIDTH;
}

bool tlog_tile_exists(struct tlog_tile t, uint64_t size) {
	return t.width && t.width <= tlog_tile_width(t.level, t.index, size);
}

enum err_code tlog_read_tile(const struct tlog_reader *r, struct tlog_tile t, struct buf *to, const struct sha256 **out, struct err *e) {
	char path[TLOG_PATH];
	buf_clear(to);
	enum err_code code = r->read(r->ctx, t, to, e);
	if (code) return code;
	if (to->failed) return err_set(e, ERR_CORRUPT, "%s is too large for a tile", (tlog_tile_path(t, path), path));
	if (to->n != t.width * SHA256_SIZE)
		return err_set(e, ERR_CORRUPT, "%s has %zu bytes where %u are due", (tlog_tile_path(t, path), path), to->n, t.width * SHA256_SIZE);
	*out = (const struct sha256 *)(const void *)to->p;
	return ERR_OK;
}
