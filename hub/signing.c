#include "signing.h"

#include <sodium.h>

#include "hub/key_file.h"
#include "hub/writer.h"
#include "lib/digest/digest.h"
#include "lib/jwt/jwt.h"

enum { SEED = crypto_sign_SEEDBYTES, KEYS = 200 };

static const char *seed_path(struct arena *a, const struct hub *h) {
	return file_join(a, h->dir, "signing.key");
}

struct str signing_key_id(struct arena *a, struct str public_) {
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(public_);
	return arena_cat(a, S("ed25519-"), str_sub(sha256_hex(&digest, hex), 0, 16));
}

/* ---- the row of a key ---- */

struct row_work {
	struct str id, public_;
};

/* The key signs from now on; whichever did so far has done so until now. */
static enum err_code write_row(struct db *db, void *arg, struct err *e) {
	const struct row_work *w = arg;
	moment at = now();
	struct db_query q = db_query(db, "UPDATE signing_key SET until = $1 WHERE until = 0 AND id <> $2");
	db_bind_int(&q, 1, at);
	db_bind_str(&q, 2, w->id);
	enum err_code code = db_run(&q, e);
	if (code) return code;
	q = db_query(db, "INSERT INTO signing_key (id, public_key, since, until) VALUES ($1, $2, $3, 0) ON CONFLICT (id) DO UPDATE SET until = 0");
	db_bind_str(&q, 1, w->id);
	db_bind_bytes(&q, 2, w->public_);
	db_bind_int(&q, 3, at);
	return db_run(&q, e);
}

/* ---- the present key ---- */

struct present {
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	struct str id, public_;
};

/* within: db is the writer's, in its transaction. */
static enum err_code read_present(struct hub *h, struct db *db, bool within, struct arena *a, struct present *out, struct err *e) {
	autoarena struct arena *own = arena_new(1 << 16);
	unsigned char *public_ = arena_alloc(a, SIGNING_PUBLIC);
	struct str seed = STR_EMPTY;
	if (!own || !public_) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = key_file_read(own, seed_path(own, h), SEED, &seed, e);
	if (code) return code;
	crypto_sign_seed_keypair(public_, out->secret, (const unsigned char *)seed.p);
	key_file_forget(seed);
	out->public_ = str_n(public_, SIGNING_PUBLIC);
	out->id = signing_key_id(a, out->public_);
	/* It is known before anything is signed with it. */
	struct db_query q = db_query(db, "SELECT 1 FROM signing_key WHERE id = $1 AND until = 0");
	db_bind_str(&q, 1, out->id);
	bool listed = db_row(&q);
	code = db_done(&q, e);
	struct row_work work = {out->id, out->public_};
	if (!code && !listed) code = within ? write_row(db, &work, e) : writer_run(h->writer, write_row, &work, e);
	if (code) sodium_memzero(out->secret, sizeof out->secret);
	return code;
}

/* ---- signing ---- */

static struct str purposed(struct arena *a, const char *purpose, struct str message) {
	struct str start = arena_fmt(a, "polder/%s/v1", purpose);
	/* With the zero byte behind it, which the arena puts there. */
	return arena_cat(a, str_n(start.p, start.n + 1), message);
}

static enum err_code sign(const struct present *key, struct arena *a, const char *purpose, struct str message, struct str *key_id,
	struct str *signature, struct err *e) {
	struct str whole = purposed(a, purpose, message);
	unsigned char *to = arena_alloc(a, SIGNING_SIGNATURE);
	bool signed_ = to && !arena_failed(a) && crypto_sign_detached(to, NULL, (const unsigned char *)whole.p, whole.n, key->secret) == 0;
	if (!signed_) return err_set(e, ERR_MEMORY, "out of memory");
	*key_id = key->id;
	*signature = str_n(to, SIGNING_SIGNATURE);
	return ERR_OK;
}

enum err_code signing_sign(struct hub *h, struct db *db, struct arena *a, const char *purpose, struct str message, struct str *key_id,
	struct str *signature, struct err *e) {
	struct present key;
	enum err_code code = read_present(h, db, false, a, &key, e);
	if (!code) code = sign(&key, a, purpose, message, key_id, signature, e);
	sodium_memzero(&key.secret, sizeof key.secret);
	return code;
}

enum err_code signing_sign_within(struct hub *h, struct db *db, struct arena *a, const char *purpose, struct str message, struct str *key_id,
	struct str *signature, struct err *e) {
	struct present key;
	enum err_code code = read_present(h, db, true, a, &key, e);
	if (!code) code = sign(&key, a, purpose, message, key_id, signature, e);
	sodium_memzero(&key.secret, sizeof key.secret);
	return code ? err_set(e, ERR_CONFLICT, "the hub can't sign at present: its administrator has to look at signing.key") : ERR_OK;
}

bool signing_verify(struct str public_, const char *purpose, struct str message, struct str signature) {
	if (public_.n != SIGNING_PUBLIC || signature.n != SIGNING_SIGNATURE) return false;
	autoarena struct arena *a = arena_new(message.n + (1 << 16));
	if (!a) return false;
	struct str whole = purposed(a, purpose, message);
	return !arena_failed(a) && crypto_sign_verify_detached((const unsigned char *)signature.p, (const unsigned char *)whole.p, whole.n,
		(const unsigned char *)public_.p) == 0;
}

/* ---- the list ---- */

enum err_code signing_keys(struct hub *h, struct db *db, struct arena *a, struct signing_key **out, size_t *n, struct err *e) {
	struct present key;
	struct signing_key *items = arena_array(a, KEYS, sizeof *items);
	if (!items) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_present(h, db, false, a, &key, e);
	if (code) return code;
	sodium_memzero(key.secret, sizeof key.secret);
	size_t used = 0;
	struct db_query q = db_query(db,
		"SELECT id, public_key, since, until FROM signing_key ORDER BY CASE until WHEN 0 THEN 0 ELSE 1 END, since DESC, id");
	while (used < KEYS && db_row(&q))
		items[used++] = (struct signing_key){arena_str(a, db_str(&q, 0)), arena_str(a, db_str(&q, 1)), db_int(&q, 2), db_int(&q, 3)};
	code = db_done(&q, e);
	if (code) return code;
	*out = items;
	*n = used;
	return ERR_OK;
}

enum err_code signing_rotate(struct hub *h, struct db *db, struct arena *a, struct signing_key *out, struct err *e) {
	struct signing_key *keys;
	size_t n;
	enum err_code code = key_file_replace(seed_path(a, h), SEED, e);
	if (!code) code = signing_keys(h, db, a, &keys, &n, e);
	if (!code) *out = keys[0];
	return code;
}

/* ---- the hub's document ---- */

static const struct json *key_json(struct arena *a, const struct signing_key *k) {
	struct json_builder key = json_object_of(a), purposes = json_array_of(a);
	json_add(&purposes, json_str(a, S(SIGNING_HARBOR_GRANT)));
	json_set_str(&key, S("id"), k->id);
	json_set_str(&key, S("algorithm"), S("Ed25519"));
	json_set_str(&key, S("public_key"), base64url_encode(a, k->public_));
	json_set(&key, S("purposes"), json_built(&purposes));
	/* The day alone: a key may have been made by the first thing that it signed, whose hour is nobody's business. */
	json_set_str(&key, S("from"), str_sub(moment_str(a, k->from), 0, 10));
	if (k->until) json_set_str(&key, S("until"), str_sub(moment_str(a, k->until), 0, 10));
	return json_built(&key);
}

enum err_code signing_document(struct hub *h, struct db *db, struct arena *a, const struct json **out, struct err *e) {
	struct signing_key *keys;
	size_t n;
	enum err_code code = signing_keys(h, db, a, &keys, &n, e);
	if (code) return code;
	struct json_builder document = json_object_of(a), list = json_array_of(a);
	for (size_t i = 0; i < n; i++) json_add(&list, key_json(a, &keys[i]));
	json_set_str(&document, S("polder"), S("hub"));
	json_set_int(&document, S("version"), 1);
	json_set_str(&document, S("uid"), h->uid);
	json_set_str(&document, S("name"), h->name);
	json_set_str(&document, S("prefix"), h->prefix);
	json_put_str(&document, S("url"), h->base_url);
	json_set(&document, S("keys"), json_built(&list));
	*out = json_built(&document);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
