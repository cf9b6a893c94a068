/* What of a record with a key of its own is encrypted as it is stored, and decrypted as it is read: hub/cipher.h says how. */
#include "change_store.h"
#include "hub/cipher.h"
#include "hub/keystore.h"

enum err_code store_open(const struct hub *h, struct arena *a, struct str key_id, const struct cipher_place *at, struct str stored, struct str *out,
	struct err *e) {
	if (!key_id.n) {
		*out = stored;
		return ERR_OK;
	}
	struct record_key key;
	enum err_code code = keystore_find(h->keys, key_id, &key, e);
	if (code) return code;
	code = cipher_open(&key, at, stored, a, out, e);
	record_key_wipe(&key);
	return code;
}

enum err_code store_close(struct store *s, const struct stored *r, const char *purpose, int64_t number, struct str plain, struct str *out) {
	if (!r->key_id.n) {
		*out = plain;
		return ERR_OK;
	}
	struct record_key key;
	enum err_code code = keystore_find(s->hub->keys, r->key_id, &key, s->e);
	if (code) return code;
	code = cipher_close(&key, &(struct cipher_place){purpose, r->uid, number}, plain, s->a, out, s->e);
	record_key_wipe(&key);
	return code;
}

enum err_code store_digest(struct store *s, const struct stored *r, const char *purpose, struct sha256 *digest) {
	if (!r->key_id.n) return ERR_OK;
	struct record_key key;
	enum err_code code = keystore_find(s->hub->keys, r->key_id, &key, s->e);
	if (code) return code;
	*digest = cipher_digest(&key, purpose, sha256_str(digest));
	record_key_wipe(&key);
	return ERR_OK;
}

enum err_code store_text(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, struct stored_text *out, struct err *e) {
	struct db_query q = db_query(db, "SELECT body, key_id, body_root, salt_seed, salts FROM revision WHERE record = $1 AND number = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, r->revision);
	bool found = db_row(&q);
	struct stored_text t = {STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY};
	enum err_code code = ERR_OK;
	if (found) {
		struct str key_id = db_str(&q, 1);
		t.root = arena_str(a, db_str(&q, 2));
		code = store_open(h, a, key_id, &(struct cipher_place){"body", r->uid, r->revision}, db_str(&q, 0), &t.body, e);
		if (!code) code = store_open(h, a, key_id, &(struct cipher_place){"seed", r->uid, r->revision}, db_str(&q, 3), &t.seed, e);
		if (!code && !db_is_null(&q, 4)) code = store_open(h, a, key_id, &(struct cipher_place){"salts", r->uid, r->revision}, db_str(&q, 4), &t.salts, e);
		if (!code && !key_id.n) {
			t.body = arena_str(a, t.body);
			t.seed = arena_str(a, t.seed);
			t.salts = arena_str(a, t.salts);
		}
	}
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (!code) code = ended;
	if (!code && !found) code = err_set(e, ERR_CORRUPT, "record %.*s has lost its body", STR_ARG(r->uid));
	if (!code && arena_failed(a)) code = err_set(e, ERR_MEMORY, "out of memory");
	if (!code) *out = t;
	return code;
}

/* Not by store_text: a body that stands in the clear is parsed where it lies. */
enum err_code store_body(const struct hub *h, struct db *db, struct arena *a, const struct stored *r, const struct json **out, struct err *e) {
	struct db_query q = db_query(db, "SELECT body, key_id FROM revision WHERE record = $1 AND number = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_int(&q, 2, r->revision);
	enum err_code code = ERR_OK;
	const struct json *body = NULL;
	struct str text;
	bool found = db_row(&q);
	if (found) code = store_open(h, a, db_str(&q, 1), &(struct cipher_place){"body", r->uid, r->revision}, db_str(&q, 0), &text, e);
	if (found && !code) code = json_parse(a, text, NULL, &body, e);
	enum err_code ended = db_done(&q, code ? NULL : e);
	if (!code) code = ended;
	if (!code && !found) code = err_set(e, ERR_CORRUPT, "record %.*s has lost its body", STR_ARG(r->uid));
	if (!code) *out = body;
	return code;
}

enum err_code store_detail(const struct hub *h, struct arena *a, const struct stored *r, int64_t seq, struct str stored, const struct json **out,
	struct err *e) {
	struct str text = stored;
	*out = NULL;
	if (!stored.n) return ERR_OK;
	/* What is told of an erasure stands in the clear. */
	enum err_code code = cipher_is_blob(stored) ? store_open(h, a, r->key_id, &(struct cipher_place){"event", r->uid, seq}, stored, &text, e) : ERR_OK;
	return code ? code : json_parse(a, text, NULL, out, e);
}
