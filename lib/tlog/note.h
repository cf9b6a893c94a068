/* Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each signature:
 *
 *	— name base64(key ID || signature)
 *
 * A text is UTF-8, ends in a line feed and holds no other ASCII control character. What is read is what would be written: one spelling of base64, nothing
 * behind the last line. A note says nothing until tlog_note_verify said ERR_OK for a key that the caller trusts; signatures by other keys
 * are looked at by nobody.
 *
 * A signature of type 01 is Ed25519 over the text. One of type 04 (cosignature/v1, c2sp.org/tlog-cosignature) is a time, u64 big-endian, in seconds since
 * 1970, and Ed25519 over "cosignature/v1\ntime <time>\n" and the text; it belongs on checkpoints. */
#pragma once
#include "key.h"

enum { TLOG_NOTE_BYTES = 1 << 20, TLOG_NOTE_SIGNATURES = 100 };

struct tlog_signature {
	struct str name;
	uint32_t key_id;
	struct str bytes; /* behind the key ID; at least 1 */
	struct str line;  /* as it stands in the note, with its line feed */
};
struct tlog_note {
	struct str text; /* with its last line feed */
	struct tlog_signature *signatures;
	size_t n; /* at least 1 */
};

/* In views of bytes, and the arena. ERR_INVALID; ERR_TOO_LARGE over TLOG_NOTE_BYTES or TLOG_NOTE_SIGNATURES; ERR_MEMORY. */
enum err_code tlog_note_parse(struct arena *a, struct str bytes, struct tlog_note *out, struct err *e) must_use;
/* By one key. ERR_NOT_FOUND: it has not signed; ERR_FORBIDDEN: a signature under its name and ID is wrong (of several all must be right). time, which may be
 * NULL, is the latest of type 04 and 0 for type 01. */
enum err_code tlog_note_verify(const struct tlog_note *n, const struct tlog_key *k, int64_t *time, struct err *e) must_use;
/* By each of these keys that signed; *signers is how many did, and may be 0. ERR_FORBIDDEN where the signature of one is wrong. */
enum err_code tlog_note_verify_all(const struct tlog_note *n, const struct tlog_key *keys, size_t keys_n, size_t *signers, struct err *e) must_use;

/* The signature line for a text, with its line feed. time is for type 04 alone. ERR_INVALID: the text can't be a note's, or the time is negative. */
enum err_code tlog_note_sign(struct arena *a, struct str text, const struct tlog_signer *s, int64_t time, struct str *line, struct err *e) must_use;
/* The note: text, empty line, signature lines one after another. */
struct str tlog_note_make(struct arena *a, struct str text, struct str lines);
