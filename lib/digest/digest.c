#include "digest.h"

#include <errno.h>
#include <fcntl.h>
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

enum err_code sha256_file(const char *path, struct sha256 *out, int64_t *size, struct err *e) {
	enum { PART = 1 << 20 };
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *bytes = malloc(PART);
	EVP_MD_CTX *ctx = context();
	if (fd < 0) return err_errno(e, errno, "%s", path);
	if (!bytes) return err_set(e, ERR_MEMORY, "out of memory");
	if (!EVP_DigestInit_ex2(ctx, algorithm, NULL)) abort();
	for (*size = 0;;) {
		ssize_t n = read(fd, bytes, PART);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_errno(e, errno, "%s", path);
		if (n == 0) break;
		if (!EVP_DigestUpdate(ctx, bytes, (size_t)n)) abort();
		*size += n;
	}
	if (!EVP_DigestFinal_ex(ctx, out->byte, NULL)) abort();
	return ERR_OK;
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
