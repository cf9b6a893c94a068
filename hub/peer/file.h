/* A directory of hubs as a file: a signed note (c2sp.org/signed-note) by the key of the log of the hub whose directory it is. Whoever has it finds hubs, and knows
 * their logs by their keys, without asking anybody. Its text:
 *
 *     polder/hubs/v1
 *     <origin of the log that signed it>
 *     <size: what the log says in the leaves before this one; ASCII decimal>
 *     <when that state was signed, RFC 3339 with Z>
 *     <origin> <key> <url> <prefix, or -> <name>       one line a hub, in byte order of the origins, each once
 *
 * with one space between; only the name, which ends the line, holds spaces. The hub itself is one of the lines where it has a public address. The same directory
 * is the same text: what is read is what would be written. Every line but the hub's own follows from the statements of type delegation in the log before that
 * leaf (hub/peer/peer.h), so that a copy of the log proves the file. Pure. */
#pragma once
#include "hub/peer/peer.h"

#define PEER_FILE_FIRST "polder/hubs/v1"
enum { PEER_FILE_BYTES = 1 << 20 };

struct peer_file {
	struct str origin;
	uint64_t size;
	moment at;                  /* whole seconds */
	const struct peer_entry *items;
	size_t n;
	struct tlog_note note;      /* as it was read */
};
/* The text. ERR_INVALID: an entry is none (peer_check), or they are not in order; ERR_TOO_LARGE. */
enum err_code peer_file_text(struct arena *a, const struct peer_file *f, struct str *out, struct err *e) must_use;
/* Nothing is verified by this. In the arena and views of bytes. ERR_INVALID with the line; ERR_UNSUPPORTED: of a later version; ERR_TOO_LARGE. */
enum err_code peer_file_parse(struct arena *a, struct str bytes, struct peer_file *out, struct err *e) must_use;
/* Signed by that key, which is that of its origin. ERR_FORBIDDEN. */
enum err_code peer_file_verify(const struct peer_file *f, const struct tlog_key *key, struct err *e) must_use;

/* ---- this hub's own: list.c ---- */

/* What the log says of other hubs under its newest signed head, and the hub itself; without a note. ERR_NOT_FOUND: nothing was signed yet. */
enum err_code peer_directory(const struct hub *h, struct db *db, struct arena *a, struct peer_file *out, struct err *e) must_use;
/* The same as a file, signed. */
enum err_code peer_directory_signed(const struct hub *h, struct db *db, struct arena *a, struct str *out, struct err *e) must_use;
