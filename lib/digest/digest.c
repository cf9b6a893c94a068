#include "digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

/* A context and the algorithm are looked up once a thread: looking them up for each digest costs more than hashing. */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const EVP_MD *algorithm;

static void forget(void *ctx) {
	EVP_MD_CTX_free(ctx);
}

static void prepare(void) {
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!algorithm || pthread_key_create(&key, forget) != 0) abort();
}

static EVP_MD_CTX *context(void) {
	pthread_once(&once, prepare);
	EVP_MD_CTX *ctx = pthread_getspecific(key);
	if (!ctx) {
		ctx = EVP_MD_CTX_new();
		if (!ctx || pthread_setspecific(key, ctx) != 0) abort();
	}
	return ctx;
}

struct sha256 sha256_parts(const struct str *parts, size_t n) {
	struct sha256 out = {{0}};
	EVP_MD_CTX *ctx = context();
	bool ok = EVP_DigestInit_ex2(ctx, algorithm, NULL);
	for (size_t i = 0; ok && i < n; i++) ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n);
	if (!ok || !EVP_DigestFinal_ex(ctx, out.byte, NULL)) abort(); /* a digest that isn't one must never be stored */
	return out;
}

struct sha256 sha256(struct str bytes) {
	return sha256_parts(&bytes, 1);
}

struct str sha256_hex(const struct sha256 *digest, char out[SHA256_HEX]) {
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = "0123456789abcdef"[digest->byte[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[digest->byte[i] & 15];
	}
	out[2 * SHA256_SIZE] = 0;
	return str_n(out, 2 * SHA256_SIZE);
}

void random_bytes(void *to, size_t n) {
	unsigned char *p = to;
	while (n) {
		size_t part = n > 256 ? 256 : n;
		if (getrandom(p, part, 0) != (ssize_t)part) abort();
		p += part;
		n -= part;
	}
}
