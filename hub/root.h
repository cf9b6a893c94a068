/* The hub's root secret: 32 random bytes from which others follow, one for each purpose. It stands in the database (setting "root"), sealed with the hub's
 * key, and is sealed anew when that key changes: what follows from it stays the same, so a receipt code that a finder keeps for years is never
 * lost by a rotation. In a copy of the database alone it can't be read. */
#pragma once
#include "hub/hub.h"

/* Makes it where there is none. A hub without the key that sealed it opens all the same; root_derive then says so. */
enum err_code root_load(struct hub *h, struct db *db, struct err *e) must_use;
/* For hub/keys.c, in a transaction of the writer. */
enum err_code root_seal_again(struct hub *h, struct db *db, struct arena *a, int64_t *n, struct err *e) must_use;

/* 32 bytes for one purpose (libsodium's crypto_kdf: BLAKE2b, its context and number): context has 8 letters. From one of them neither the root nor another
 * follows. ERR_UNSUPPORTED: the hub lacks the key that sealed the root. */
enum { ROOT_BYTES = 32, ROOT_DERIVED = 32 };
enum err_code root_derive(const struct hub *h, const char context[9], uint64_t number, unsigned char out[ROOT_DERIVED], struct err *e) must_use;
