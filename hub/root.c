#include "root.h"

#include <sodium.h>

#include "hub/seal.h"

enum { ROOT_SEALED = SEAL_OVERHEAD + ROOT_BYTES, TEXT = 2 * ROOT_SEALED + 1 };

static enum err_code read_sealed(struct db *db, struct arena *a, struct str *out, struct err *e) {
	unsigned char bytes[ROOT_SEALED];
	size_t n = 0;
	struct db_query q = db_query(db, "SELECT value FROM setting WHERE name = 'root'");
	*out = STR_EMPTY;
	if (db_row(&q)) {
		struct str text = db_str(&q, 0);
		if (sodium_hex2bin(bytes, sizeof bytes, text.p, text.n, NULL, &n, NULL) == 0) *out = arena_str(a, str_n(bytes, n));
	}
	return db_done(&q, e);
}

static enum err_code write_sealed(struct db *db, struct str sealed, const char *sql, struct err *e) {
	char text[TEXT];
	struct db_query q = db_query_once(db, str_of(sql));
	sodium_bin2hex(text, sizeof text, (const unsigned char *)sealed.p, sealed.n);
	db_bind_str(&q, 1, str_of(text));
	return db_run(&q, e);
}

/* Of two processes that make one at once, both read the same afterwards. */
static enum err_code make(struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) {
	unsigned char fresh[ROOT_BYTES];
	struct str sealed;
	random_bytes(fresh, sizeof fresh);
	enum err_code code = seal(h, str_n(fresh, sizeof fresh), a, &sealed, e);
	sodium_memzero(fresh, sizeof fresh);
	if (!code) code = write_sealed(db, sealed, "INSERT INTO setting (name, value) VALUES ('root', $1) ON CONFLICT (name) DO NOTHING", e);
	return code ? code : read_sealed(db, a, out, e);
}

enum err_code root_load(struct hub *h, struct db *db, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	struct str sealed, root;
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_sealed(db, a, &sealed, e);
	if (!code && !sealed.n) code = make(h, db, a, &sealed, e);
	if (code) return code;
	code = unseal(h, sealed, a, &root, e);
	if (code == ERR_UNSUPPORTED || (!code && root.n != ROOT_BYTES)) return ERR_OK;
	if (code) return code;
	memcpy(h->root, root.p, ROOT_BYTES);
	sodium_memzero((char *)(uintptr_t)root.p, root.n);
	h->has_root = true;
	return ERR_OK;
}

enum err_code root_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) {
	struct str sealed, fresh;
	bool changed = false;
	enum err_code code = read_sealed(db, a, &sealed, e);
	if (code || !sealed.n) return code;
	code = seal_again(h, sealed, a, &fresh, &changed, e);
	if (code == ERR_UNSUPPORTED) return ERR_OK; /* its key is lost: it was unreadable before */
	if (code || !changed) return code;
	(*n)++;
	return write_sealed(db, fresh, "UPDATE setting SET value = $1 WHERE name = 'root'", e);
}

enum err_code root_derive(const struct hub *h, const char context[9], uint64_t number, unsigned char out[ROOT_DERIVED], struct err *e) {
	if (!h->has_root)
		return err_set(e, ERR_UNSUPPORTED, "this hub lacks the key with which its root secret was sealed: bring back the copy of the keys (polder admin keys restore)");
	crypto_kdf_derive_from_key(out, ROOT_DERIVED, number, context, h->root);
	return ERR_OK;
}
