/* SHA-256 (FIPS 180-4, by OpenSSL) and random bytes. Everything that Polder names by content, commits to or compares without
 * keeping goes through here. */
#pragma once
#include "base/base.h"

enum { SHA256_SIZE = 32, SHA256_HEX = 65 };
struct sha256 {
	unsigned char byte[SHA256_SIZE];
};

struct sha256 sha256(struct str bytes);
/* Over parts, one after another, as if they were one. */
struct sha256 sha256_parts(const struct str *parts, size_t n);
struct str sha256_hex(const struct sha256 *digest, char out[SHA256_HEX]);
/* Of a file's bytes, read from its beginning; *size of as many. ERR_NOT_FOUND and such. */
enum err_code sha256_file(const char *path, struct sha256 *out, int64_t *size, struct err *e) must_use;
static inline struct str sha256_str(const struct sha256 *digest) {
	return str_n(digest->byte, SHA256_SIZE);
}

/* From the kernel's generator; the process ends where there is none, since nothing could go on safely. */
void random_bytes(void *to, size_t n);
