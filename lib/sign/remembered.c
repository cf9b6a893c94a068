#include "remembered.h"

#include <inttypes.h>

enum { FILE_MOST = 256 << 20, FRESH_SECONDS = 2 };
static const char first_line[] = "polder digests 1\n";

struct remembered {
	struct arena *a;
	struct map by_key;
	struct sign_item *items;
	size_t n, room;
};

struct key {
	uint64_t device, inode, size;
	int64_t modified, changed;
};

static struct key key_of(const struct sign_item *i) {
	return (struct key){i->device, i->inode, i->size, i->modified, i->changed};
}

static void put(struct remembered *r, const struct sign_item *item) {
	if (r->n == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct sign_item *bigger = arena_array(r->a, room, sizeof *bigger);
		if (!bigger) return;
		if (r->n) memcpy(bigger, r->items, r->n * sizeof *bigger);
		r->items = bigger;
		r->room = room;
	}
	struct key key = key_of(item);
	void **at = map_at(&r->by_key, arena_str(r->a, str_n(&key, sizeof key)));
	if (!at || *at) return;
	r->items[r->n] = *item;
	*at = (void *)(uintptr_t)++r->n;
}

static bool read_line(struct str line, struct sign_item *out) {
	struct str part;
	int64_t numbers[5];
	*out = (struct sign_item){.path = STR_EMPTY};
	for (size_t i = 0; i < lengthof(numbers); i++)
		if (!str_split(&line, ' ', &part) || !str_int(part, &numbers[i])) return false;
	out->device = (uint64_t)numbers[0];
	out->inode = (uint64_t)numbers[1];
	out->size = (uint64_t)numbers[2];
	out->modified = numbers[3];
	out->changed = numbers[4];
	return sign_digest_read(line, &out->digest);
}

struct remembered *remembered_read(struct arena *a, const char *path) {
	struct remembered *r = arena_alloc(a, sizeof *r);
	struct str text, line;
	struct sign_item item;
	if (!r) return NULL;
	*r = (struct remembered){.a = a, .by_key = {.arena = a}};
	if (file_read(a, path, FILE_MOST, &text, NULL) || !str_starts(text, str_of(first_line))) return r;
	text = str_from(text, strlen(first_line));
	while (str_split(&text, '\n', &line))
		if (read_line(line, &item)) put(r, &item);
	return r;
}

const struct sha256 *remembered_get(const struct remembered *r, const struct sign_item *item) {
	struct key key = key_of(item);
	size_t number = (size_t)(uintptr_t)map_get(&r->by_key, str_n(&key, sizeof key));
	return number ? &r->items[number - 1].digest : NULL;
}

void remembered_add(struct remembered *r, const struct sign_item *item) {
	int64_t at = now() * 1000, fresh = (int64_t)FRESH_SECONDS * 1000000000;
	if (item->modified > at - fresh || item->changed > at - fresh) return;
	put(r, item);
}

enum err_code remembered_write(const struct remembered *r, const char *path, struct err *e) {
	autobuf struct buf b = BUF(FILE_MOST);
	char hex[SHA256_HEX];
	buf_add(&b, str_of(first_line));
	for (size_t i = 0; i < r->n; i++) {
		const struct sign_item *t = &r->items[i];
		struct str digest = sha256_hex(&t->digest, hex);
		buf_fmt(&b, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %.*s\n", t->device, t->inode, t->size, t->modified, t->changed, STR_ARG(digest));
	}
	if (b.failed) return err_set(e, ERR_TOO_LARGE, "too many digests to remember");
	return file_put(path, buf_str(&b), 0600, e);
}
