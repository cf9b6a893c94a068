/* The log's name and key. */
#include <sodium.h>

#include "hub/key_file.h"
#include "hub/ledger/ledger.h"

enum { KEYS = 100 };

const char *ledger_folder(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "log");
}

static enum err_code setting(struct db *db, struct arena *a, const char *name, struct str *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT value FROM setting WHERE name = $1");
	db_bind_str(&q, 1, str_of(name));
	*out = db_row(&q) ? arena_str(a, db_str(&q, 0)) : STR_EMPTY;
	return db_done(&q, e);
}

enum err_code ledger_held(struct db *db, struct arena *a, struct str *out, struct err *e) {
	return setting(db, a, "log.held", out, e);
}

/* Of the address without its scheme, as logs are called; without one, of the hub's uid. */
static struct str fresh_origin(const struct hub *h, struct arena *a) {
	if (h->log.origin.n) return h->log.origin;
	size_t scheme = str_find(h->base_url, S("://"));
	if (scheme == STR_NONE) return arena_cat(a, S("polder/"), h->uid);
	return arena_cat(a, str_from(h->base_url, scheme + 3), S("/log"));
}

enum err_code ledger_origin(const struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) {
	enum err_code code = setting(db, a, "log.origin", out, e);
	if (!code && !out->n) *out = fresh_origin(h, a);
	if (!code && !tlog_name_valid(*out)) code = err_set(e, ERR_INVALID, "[log] origin: a log's name has no white space and no \"+\"");
	return code;
}

enum err_code ledger_signer(const struct hub *h, struct arena *a, struct str origin, struct tlog_signer *out, struct err *e) {
	struct str seed = STR_EMPTY;
	enum err_code code = key_file_read(a, file_join(a, h->dir, "log.key"), TLOG_KEY_BYTES, &seed, e);
	if (!code) code = tlog_signer_make(origin, TLOG_ED25519, (const unsigned char *)seed.p, out, e);
	if (seed.n) key_file_forget(seed);
	return code;
}

enum err_code ledger_keys(struct db *db, struct arena *a, struct tlog_key **out, size_t *n, struct err *e) {
	struct tlog_key *keys = arena_array(a, KEYS, sizeof *keys);
	if (!keys) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	*n = 0;
	struct db_query q = db_query(db, "SELECT statement FROM entry WHERE type = 9 AND statement IS NOT NULL ORDER BY id DESC LIMIT 100");
	while (!code && *n < KEYS && db_row(&q)) {
		const struct json *said;
		code = json_parse(a, db_str(&q, 0), NULL, &said, e);
		if (!code) code = tlog_key_parse(json_get_str(said, S("key")), &keys[*n], e);
		if (!code) (*n)++;
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	*out = keys;
	return code ? code : ended;
}
