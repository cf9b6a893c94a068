/* Keys of signed notes (C2SP signed-note, tlog-cosignature): Ed25519 with a name and a type.
 *
 *	verifier key   name+hex8+base64(type || public key)
 *	signer key     PRIVATE+KEY+name+hex8+base64(type || seed)       as Go's golang.org/x/mod/sumdb/note writes it
 *	key ID         the first 4 bytes of SHA-256(name || 0A || type || public key), big-endian: the hex8 above
 *
 * Only what these functions write is read: lowercase hex, canonical base64 (RFC 4648 section 4), an ID that is the key's. */
#pragma once
#include "lib/digest/digest.h"

enum tlog_key_type {
	TLOG_ED25519 = 1,     /* over the note's text */
	TLOG_COSIGNATURE = 4, /* cosignature/v1: over a time and a checkpoint's text */
};
enum { TLOG_KEY_BYTES = 32, TLOG_SECRET_BYTES = 64, TLOG_NAME_BYTES = 255 };

/* The public half. */
struct tlog_key {
	struct str name; /* not owned */
	uint32_t id;
	enum tlog_key_type type;
	unsigned char bytes[TLOG_KEY_BYTES];
};
struct tlog_signer {
	struct tlog_key key;
	unsigned char secret[TLOG_SECRET_BYTES]; /* libsodium's form: the seed, then the public key */
};

/* Not empty, UTF-8, without Unicode white space, '+' and ASCII control characters. */
bool tlog_name_valid(struct str name);

/* name must live as long as the key. ERR_INVALID: the name is none, or is over TLOG_NAME_BYTES. */
enum err_code tlog_key_make(struct str name, enum tlog_key_type type, const unsigned char bytes[TLOG_KEY_BYTES], struct tlog_key *out, struct err *e) must_use;
/* Its name is a view of the text. ERR_INVALID; ERR_UNSUPPORTED: a key of another type. */
enum err_code tlog_key_parse(struct str text, struct tlog_key *out, struct err *e) must_use;
struct str tlog_key_text(struct arena *a, const struct tlog_key *k);
/* The same key under the same name. */
bool tlog_key_eq(const struct tlog_key *a, const struct tlog_key *b);

/* The seed is 32 random bytes that nobody else has. */
enum err_code tlog_signer_make(struct str name, enum tlog_key_type type, const unsigned char seed[TLOG_KEY_BYTES], struct tlog_signer *out, struct err *e) must_use;
enum err_code tlog_signer_parse(struct str text, struct tlog_signer *out, struct err *e) must_use;
/* Secret: keep it out of logs, and wipe what holds it. */
struct str tlog_signer_text(struct arena *a, const struct tlog_signer *s);
void tlog_signer_wipe(struct tlog_signer *s);
