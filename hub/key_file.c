#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "lib/digest/digest.h"

enum { MOST = 256 };

static enum err_code write_random(const char *path, size_t n, struct err *e) {
	unsigned char key[MOST];
	if (n > sizeof key) return err_set(e, ERR_INTERNAL, "a key of %zu bytes", n);
	random_bytes(key, n);
	enum err_code code = file_write(path, str_n(key, n), 0600, e);
	sodium_memzero(key, sizeof key);
	return code;
}

/* Under another name first, then given its name if nobody has it. */
enum err_code key_file_make(const char *path, size_t n, struct err *e) {
	if (file_exists(path)) return ERR_OK;
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	uint64_t random;
	random_bytes(&random, sizeof random);
	const char *fresh = arena_fmt(a, "%s.%016llx", path, (unsigned long long)random).p;
	enum err_code code = write_random(fresh, n, e);
	if (code) return code;
	if (link(fresh, path) != 0 && errno != EEXIST) code = err_errno(e, errno, "%s", path);
	unlink(fresh);
	return code;
}

enum err_code key_file_peek(struct arena *a, const char *path, size_t n, struct str *out, struct err *e) {
	struct str key;
	enum err_code code = file_read(a, path, 4096, &key, e);
	if (!code && key.n != n) code = err_set(e, ERR_CORRUPT, "%s: is not this hub's key: it must have %zu bytes", path, n);
	if (!code) *out = key;
	return code;
}

enum err_code key_file_read(struct arena *a, const char *path, size_t n, struct str *out, struct err *e) {
	enum err_code code = key_file_make(path, n, e);
	return code ? code : key_file_peek(a, path, n, out, e);
}

enum err_code key_file_keep(const char *path, struct str key, struct err *e) {
	return file_write(path, key, 0600, e);
}

enum err_code key_file_replace(const char *path, size_t n, struct err *e) {
	return write_random(path, n, e);
}

void key_file_forget(struct str key) {
	sodium_memzero((char *)(uintptr_t)key.p, key.n);
}
