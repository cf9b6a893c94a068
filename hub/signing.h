/* What the hub signs, and with what: Ed25519 (RFC 8032, libsodium).
 *
 * The secret is the 32-byte seed in DIR/signing.key, mode 0600, made when first needed; `polder backup` leaves it out, as it does secret.key. Its public half
 * stands in the database with the period in which it signed, for ever: what was signed once can be checked as long as anybody has the hub's document
 * (/.well-known/polder.json) or a copy of it. A hub whose file was lost, or which was restored from a backup, makes another key when it next signs.
 *
 * Each signature is made for one purpose: what is signed are the bytes "polder/PURPOSE/v1", a zero byte, and the message, so that a signature on one sort
 * of thing can't be shown as one on another. */
#pragma once
#include "hub/hub.h"
#include "lib/json/json.h"

enum { SIGNING_KEY_ID = 24, SIGNING_PUBLIC = 32, SIGNING_SIGNATURE = 64 };

#define SIGNING_HARBOR_GRANT "harbor-grant"

struct signing_key {
	struct str id;      /* "ed25519-" and the first 16 hexadecimal digits of the SHA-256 of the public key */
	struct str public_; /* 32 bytes */
	moment from, until; /* until 0: it signs now */
};

/* The key's id, from its public half. */
struct str signing_key_id(struct arena *a, struct str public_);

/* Signs with the present key, which is made where there is none. ERR_STORAGE, ERR_FORBIDDEN, ERR_CORRUPT. */
enum err_code signing_sign(struct hub *h, struct db *db, struct arena *a, const char *purpose, struct str message, struct str *key_id,
	struct str *signature, struct err *e) must_use;

/* The same within a transaction of the writer, whose connection db is. What fails of the key's file is ERR_CONFLICT here, so that it takes back nobody
 * else's change (hub/writer.h). */
enum err_code signing_sign_within(struct hub *h, struct db *db, struct arena *a, const char *purpose, struct str message, struct str *key_id,
	struct str *signature, struct err *e) must_use;

/* Whether the signature is by this key for this purpose. Pure. */
bool signing_verify(struct str public_, const char *purpose, struct str message, struct str signature);

/* All keys that ever signed here, the present one first; it is made where there is none. */
enum err_code signing_keys(struct hub *h, struct db *db, struct arena *a, struct signing_key **out, size_t *n, struct err *e) must_use;

/* Makes another key, which signs from now on. What the old one signed stays good. */
enum err_code signing_rotate(struct hub *h, struct db *db, struct arena *a, struct signing_key *out, struct err *e) must_use;

/* What others need to know of this hub to check what it signed, as /.well-known/polder.json: {"polder": "hub", "version": 1, "uid", "name", "prefix", "url"?,
 * "keys": [{"id", "algorithm": "Ed25519", "public_key" (base64url), "purposes", "from", "until"? (days)}]}. Members may come to it; none goes. */
enum err_code signing_document(struct hub *h, struct db *db, struct arena *a, const struct json **out, struct err *e) must_use;
