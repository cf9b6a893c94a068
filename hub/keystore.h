/* The keys of records, outside the database: DIR/keys.db, mode 0600, one row a key. A record's body, comments and files are encrypted with its own key
 * (hub/cipher.h), so destroying that key erases them, in every copy of the database too. `polder backup` leaves this file out: a backup that held the
 * keys would bring back what was erased.
 *
 * Invariant: a key that was handed out is on the disk before whoever took it can store anything with it. Each is wrapped (XChaCha20-Poly1305, the id as
 * associated data) with a key that is derived from the hub's (hub/seal.h) for this alone. A key that was destroyed is remembered by its id and never
 * comes back.
 *
 * Any number of threads and processes. Keys are made ahead, in batches that double while they are used up, so that many records a second don't wait for
 * the disk one by one; what was made and not used goes when the process ends, or by keystore_sweep. */
#pragma once
#include "base/base.h"

struct keystore;

enum { RECORD_KEY = 32, RECORD_KEY_ID = 27 };
struct record_key {
	char id[RECORD_KEY_ID]; /* "K-" and 24 hexadecimal digits: random, says nothing */
	unsigned char bytes[RECORD_KEY];
};
void record_key_wipe(struct record_key *k);

/* Opens nothing yet: the file is made when the first key is. dir must live as long. */
enum err_code keystore_new(struct keystore **out, const char *dir, struct err *e) must_use;
void keystore_free(struct keystore *ks);

/* A fresh key, durable. May wait for the disk: not in a writer's transaction. */
enum err_code keystore_take(struct keystore *ks, struct record_key *out, struct err *e) must_use;
/* By its id. Never waits for the disk. ERR_UNSUPPORTED: this hub does not have it, or not the key that it was wrapped with. ERR_GONE: it was destroyed. */
enum err_code keystore_find(struct keystore *ks, struct str id, struct record_key *out, struct err *e) must_use;
/* For good: nothing of the row is left in the file or its log when this returns ERR_OK. One that isn't there is remembered as destroyed all the same. ERR_BUSY: the
 * row is gone, and a reader of another process keeps the log from being emptied; call again. */
enum err_code keystore_destroy(struct keystore *ks, struct str id, struct err *e) must_use;

/* Tells which keys are used, fn(arg) saying so of an id (1 it is, 0 it is not, -1 it can't be said now); takes away those that were made long ago and never were.
 * One that was used once stays until it is destroyed. */
enum err_code keystore_sweep(struct keystore *ks, int (*used)(struct str id, void *arg), void *arg, struct err *e) must_use;

struct keystore_status {
	int64_t keys;       /* that are there */
	int64_t used;       /* of these, known to belong to a record */
	int64_t unreadable; /* of these, wrapped with another key than the hub has */
	int64_t destroyed;
	int64_t masters;    /* in secret.key: 1, or 2 after a rotation; more while one is unfinished */
	moment oldest;      /* 0 none */
};
enum err_code keystore_status(struct keystore *ks, struct keystore_status *out, struct err *e) must_use;

/* Wraps every key anew with the first in secret.key; all in one transaction. */
enum err_code keystore_wrap_again(struct keystore *ks, int64_t *keys, struct err *e) must_use;

/* A consistent copy of keys.db to a new file. ERR_NOT_FOUND where no key was made yet. */
enum err_code keystore_copy(struct keystore *ks, const char *to, struct err *e) must_use;
/* Brings in what a copy has and this hub has not, but for what was destroyed here; what was destroyed there is destroyed here. The copy's keys must be wrapped with
 * one that stands in secret.key. */
enum err_code keystore_merge(struct keystore *ks, const char *from, int64_t *added, struct err *e) must_use;
