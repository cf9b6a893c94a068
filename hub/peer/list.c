/* This hub's own directory, as its log has it. */
#include <stdlib.h>

#include "hub/peer/file.h"

#include "hub/ledger/ledger.h"
#include "hub/peer/inside.h"

struct reading {
	struct arena *a;
	struct map last; /* origin to struct peer_entry, url "" where it was removed */
	struct peer_entry **list;
	size_t n;
	struct err *e;
};

static enum err_code take(struct reading *r, const struct json *said) {
	struct str origin = json_get_str(said, S("origin"));
	struct peer_entry *one = map_get(&r->last, origin);
	if (!one) {
		if (r->n == PEERS_MOST) return err_set(r->e, ERR_TOO_LARGE, "the directory holds more than %d hubs", PEERS_MOST);
		one = arena_new_of(r->a, struct peer_entry);
		void **slot = one ? map_at(&r->last, origin) : NULL;
		if (!slot) return err_set(r->e, ERR_MEMORY, "out of memory");
		*slot = r->list[r->n++] = one;
	}
	*one = (struct peer_entry){.origin = origin, .key = json_get_str(said, S("key")), .url = json_get_str(said, S("url")), .prefix = json_get_str(said, S("prefix")),
		.name = json_get_str(said, S("name"))};
	if (str_is(json_get_str(said, S("state")), "removed")) one->url = STR_EMPTY;
	return ERR_OK;
}

static enum err_code read_log(struct reading *r, struct db *db, uint64_t size) {
	struct db_query q = db_query(db, "SELECT statement FROM entry WHERE type = 10 AND statement IS NOT NULL AND leaf < $1 ORDER BY leaf");
	enum err_code code = ERR_OK;
	db_bind_int(&q, 1, (int64_t)size);
	while (!code && db_row(&q)) {
		const struct json *said;
		code = json_parse(r->a, arena_str(r->a, db_str(&q, 0)), NULL, &said, r->e);
		if (!code) code = take(r, said);
	}
	enum err_code ended = db_done(&q, code ? NULL : r->e);
	return code ? code : ended;
}

/* Where it has no public address, nobody would find it by its line. */
static enum err_code add_self(const struct hub *h, struct db *db, struct arena *a, struct str origin, struct peer_entry *out, bool *any, struct err *e) {
	struct tlog_key *keys;
	struct err why;
	size_t n;
	*any = false;
	enum err_code code = ledger_keys(db, a, &keys, &n, e);
	if (code || !n || !h->base_url.n) return code;
	struct peer_entry self = {.origin = origin, .key = tlog_key_text(a, &keys[0]), .url = h->base_url, .prefix = h->prefix, .name = h->name};
	*any = peer_check(a, &self, out, &why) == ERR_OK;
	return ERR_OK;
}

static int by_origin(const void *x, const void *y) {
	const struct peer_entry *a = x, *b = y;
	return str_cmp(a->origin, b->origin);
}

enum err_code peer_directory(const struct hub *h, struct db *db, struct arena *a, struct peer_file *out, struct err *e) {
	struct ledger_signed newest;
	struct reading r = {.a = a, .last = {.arena = a}, .list = arena_array(a, PEERS_MOST, sizeof *r.list), .e = e};
	struct peer_entry *items = arena_array(a, PEERS_MOST + 1, sizeof *items);
	bool self = false;
	if (!r.list || !items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ledger_signed(h, a, &newest, e);
	if (!code) code = read_log(&r, db, newest.head.size);
	if (!code) code = add_self(h, db, a, newest.origin, &items[0], &self, e);
	if (code) return code;
	*out = (struct peer_file){.origin = newest.origin, .size = newest.head.size, .at = newest.at / SECOND * SECOND, .items = items, .n = self};
	for (size_t i = 0; i < r.n; i++)
		if (r.list[i]->url.n) items[out->n++] = *r.list[i];
	qsort(items, out->n, sizeof *items, by_origin);
	return ERR_OK;
}

enum err_code peer_directory_signed(const struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) {
	struct peer_file f;
	struct tlog_signer signer = {0};
	struct str text, line;
	enum err_code code = peer_directory(h, db, a, &f, e);
	if (!code) code = peer_file_text(a, &f, &text, e);
	if (!code) code = ledger_signer(h, a, f.origin, &signer, e);
	if (!code) code = tlog_note_sign(a, text, &signer, 0, &line, e);
	tlog_signer_wipe(&signer);
	if (code) return code;
	*out = tlog_note_make(a, text, line);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
