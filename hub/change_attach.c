/* Files of a record. Of one that has a key, the bytes are encrypted before they are written, and the row tells neither name nor type nor digest. */
#include "change_store.h"
#include "hub/attachment.h"
#include "hub/cipher.h"

static enum err_code encrypt(struct hub *h, const struct stored *r, const struct change *c, struct arena *a, struct attached *out, struct err *e) {
	struct record_key key;
	char hex[SHA256_HEX];
	struct str bytes;
	struct sha256 digest = sha256(c->bytes);
	struct json_builder b = json_object_of(a);
	json_set_str(&b, S("media_type"), c->media_type);
	json_set_str(&b, S("name"), c->file_name);
	json_set_str(&b, S("sha256"), out->digest = arena_str(a, sha256_hex(&digest, hex)));
	struct str told = json_text(a, json_built(&b));
	/* Of its own, so that it goes at once: it is as large as the file. */
	autoarena struct arena *large = arena_new(c->bytes.n + (1 << 20));
	if (!large) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = keystore_find(h->keys, r->key_id, &key, e);
	if (code) return code;
	struct sha256 name = cipher_digest(&key, "attachment", told);
	code = cipher_close(&key, &(struct cipher_place){"file", r->uid, 0}, c->bytes, large, &bytes, e);
	if (!code) code = cipher_close(&key, &(struct cipher_place){"attachment", r->uid, 0}, told, a, &out->sealed, e);
	record_key_wipe(&key);
	if (!code) code = attachment_store(h, bytes, a, &out->sha256, e);
	out->name = arena_str(a, sha256_hex(&name, hex));
	out->media_type = STR_EMPTY;
	return code;
}

enum err_code store_attach_bytes(struct hub *h, const struct stored *r, const struct change *c, struct arena *a, struct attached *out, struct err *e) {
	if (r->key_id.n) return encrypt(h, r, c, a, out, e);
	out->name = c->file_name;
	out->media_type = c->media_type;
	enum err_code code = attachment_store(h, c->bytes, a, &out->sha256, e);
	out->digest = out->sha256;
	return code;
}

enum err_code store_attach(struct store *s, const struct stored *r, const struct attached *f, int64_t size, unsigned audiences, struct str detail,
	bool *changed) {
	/* The same bytes are another ciphertext each time: there the name tells that they are here already. */
	struct db_query q = db_query(s->db,
		"INSERT INTO attachment (record, sha256, name, media_type, size, audiences, actor, at, sealed) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 "
		"WHERE $9 IS NULL OR NOT EXISTS (SELECT 1 FROM attachment WHERE record = $1 AND name = $3) ON CONFLICT (record, sha256, name) DO NOTHING");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, f->sha256);
	db_bind_str(&q, 3, f->name);
	db_bind_str(&q, 4, f->media_type);
	db_bind_int(&q, 5, size);
	db_bind_int(&q, 6, audiences);
	db_bind_str(&q, 7, s->actor.name);
	db_bind_int(&q, 8, s->at);
	if (f->sealed.n)
		db_bind_bytes(&q, 9, f->sealed);
	else
		db_bind_null(&q, 9);
	enum err_code code = db_run(&q, s->e);
	if (code || db_changes(s->db) == 0) return code;
	*changed = true;
	return store_event(s, r, "attach", detail, NULL, NULL);
}

enum err_code store_file(struct store *s, const struct stored *r, struct str sha256_, size_t most, struct arena *a, struct str *out) {
	struct str stored = STR_EMPTY, blob;
	char hex[SHA256_HEX];
	if (r->key_id.n) return err_set(s->e, ERR_UNSUPPORTED, "files of encrypted records are not read here");
	struct db_query q = db_query(s->db, "SELECT sha256 FROM attachment WHERE record = $1 AND sha256 = $2");
	db_bind_int(&q, 1, r->id);
	db_bind_str(&q, 2, sha256_);
	if (db_row(&q)) stored = arena_str(a, db_str(&q, 0));
	enum err_code code = db_done(&q, s->e);
	if (!code && !stored.n) code = err_set(s->e, ERR_INVALID, "no file with this digest is attached to the record");
	if (!code) code = file_read(a, attachment_path(a, s->hub->dir, stored), most, &blob, s->e);
	if (code) return code;
	struct sha256 digest = sha256(blob);
	if (!str_eq(sha256_hex(&digest, hex), stored)) return err_set(s->e, ERR_INVALID, "the file holds other bytes than its digest says");
	*out = blob;
	return ERR_OK;
}
