/* Looking after the hub's keys: secret.key (hub/seal.h) and keys.db (hub/keystore.h).
 *
 * Their copies are apart from those of the database and kept for a short time only: whoever has an old copy of the database and an old copy of the keys can read
 * what was erased since. */
#pragma once
#include "hub/hub.h"
#include "hub/keystore.h"

struct keys_rotated {
	int64_t keys;   /* of records, wrapped anew */
	int64_t sealed; /* other things that were sealed with a key before */
};
/* A new key in secret.key, and everything wrapped or sealed anew with it. Whatever stops it, the hub can read all, and calling it again brings it to its end. The key
 * before it stays in the file until the next time, since another process may just have sealed something with it. ERR_BUSY: another rotates. */
enum err_code keys_rotate(struct hub *h, struct keys_rotated *out, struct err *e) must_use;
/* For tests: called after each step of it, 1 to 4. */
extern void (*keys_step)(int step);

/* Both files as a new folder, mode 0700. ERR_EXISTS. */
enum err_code keys_backup(struct hub *h, const char *to, struct err *e) must_use;
/* Brings in what such a folder has and the hub has not; what was destroyed stays so. Where the hub has a secret.key, it stays in force and the other opens what is sealed
 * with it, until the second rotation from now. */
enum err_code keys_restore(struct hub *h, const char *from, int64_t *added, struct err *e) must_use;

struct keys_status {
	struct keystore_status store;
	int64_t records; /* that are encrypted */
	int64_t missing; /* of these, whose key is not here or can't be read */
};
enum err_code keys_status(struct hub *h, struct db *db, struct keys_status *out, struct err *e) must_use;

/* Tells keys that are used from others, and takes away the latter in time. Once an hour. */
enum err_code keys_sweep(struct hub *h, struct db *db, struct err *e) must_use;
