#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

#include "hub/key_file.h"
#include "lib/digest/digest.h"

enum { KEY = crypto_secretbox_KEYBYTES, NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES, MOST = 16 << 20 };
_Static_assert((int)SEAL_OVERHEAD == (int)NONCE + (int)MAC, "as the header says");
_Static_assert((int)KEY == (int)MASTER_BYTES, "one key file for both");

static const char *key_path(struct arena *a, const char *dir) {
	return file_join(a, dir, "secret.key");
}

enum err_code seal_make_key(const char *dir, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	return a ? key_file_make(key_path(a, dir), KEY, e) : err_set(e, ERR_MEMORY, "out of memory");
}

enum err_code masters_read(const char *dir, struct masters *out, struct err *e) {
	unsigned char bytes[MASTERS * KEY + 1];
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *path = key_path(a, dir);
	enum err_code code = seal_make_key(dir, e);
	if (code) return code;
	/* Not through an arena: nothing but the caller's own copy is to be wiped. */
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
	if (n < 0) return err_errno(e, errno, "%s", path);
	if (n == 0 || n % KEY != 0) {
		sodium_memzero(bytes, sizeof bytes);
		return err_set(e, ERR_CORRUPT, "%s: is not this hub's key: it must have 32 bytes, or as many more for each key before it", path);
	}
	memcpy(out->key, bytes, (size_t)n);
	out->n = (size_t)n / KEY;
	sodium_memzero(bytes, sizeof bytes);
	return ERR_OK;
}

enum err_code masters_write(const char *dir, const struct masters *m, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	return file_write(key_path(a, dir), str_n(m->key, m->n * KEY), 0600, e);
}

static enum err_code seal_with(const unsigned char key[KEY], struct str plain, struct arena *a, struct str *out, struct err *e) {
	unsigned char *to = plain.n <= MOST ? arena_alloc(a, NONCE + MAC + plain.n) : NULL;
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	random_bytes(to, NONCE);
	(void)crypto_secretbox_easy(to + NONCE, (const unsigned char *)plain.p, plain.n, to, key);
	*out = str_n(to, NONCE + MAC + plain.n);
	return ERR_OK;
}

enum err_code seal(const struct hub *h, struct str plain, struct arena *a, struct str *out, struct err *e) {
	struct masters m;
	enum err_code code = masters_read(h->dir, &m, e);
	if (code) return code;
	code = seal_with(m.key[0], plain, a, out, e);
	sodium_memzero(&m, sizeof m);
	return code;
}

/* *which: the key that opened it. */
static bool open_with(const struct masters *m, struct str sealed, struct arena *a, struct str *out, size_t *which) {
	if (sealed.n < NONCE + MAC || sealed.n > MOST + NONCE + MAC) return false;
	unsigned char *to = arena_alloc(a, sealed.n - NONCE - MAC + 1);
	const unsigned char *from = (const unsigned char *)sealed.p;
	for (size_t i = 0; to && i < m->n; i++) {
		if (crypto_secretbox_open_easy(to, from + NONCE, sealed.n - NONCE, from, m->key[i]) != 0) continue;
		*out = str_n(to, sealed.n - NONCE - MAC);
		*which = i;
		return true;
	}
	return false;
}

static enum err_code other_key(struct err *e) {
	return err_set(e, ERR_UNSUPPORTED, "it was sealed with another key than this hub has now (secret.key)");
}

enum err_code unseal(const struct hub *h, struct str sealed, struct arena *a, struct str *out, struct err *e) {
	struct masters m;
	size_t which;
	enum err_code code = masters_read(h->dir, &m, e);
	if (code) return code;
	if (!open_with(&m, sealed, a, out, &which)) code = other_key(e);
	sodium_memzero(&m, sizeof m);
	return code;
}

enum err_code seal_again(const struct hub *h, struct str sealed, struct arena *a, struct str *out, bool *changed, struct err *e) {
	struct masters m;
	struct str plain;
	size_t which = 0;
	enum err_code code = masters_read(h->dir, &m, e);
	if (code) return code;
	if (!open_with(&m, sealed, a, &plain, &which)) code = other_key(e);
	else if (which) code = seal_with(m.key[0], plain, a, out, e);
	sodium_memzero(&m, sizeof m);
	if (!code) *changed = which != 0;
	return code;
}

enum err_code seal_digest(const struct hub *h, const struct sha256 *digest, struct sealed_digests *out, struct err *e) {
	struct masters m;
	enum err_code code = masters_read(h->dir, &m, e);
	if (code) return code;
	for (size_t i = 0; i < m.n; i++) {
		unsigned char key[crypto_auth_hmacsha256_KEYBYTES];
		(void)crypto_kdf_derive_from_key(key, sizeof key, 1, "poldgest", m.key[i]);
		(void)crypto_auth_hmacsha256(out->items[i].byte, digest->byte, sizeof digest->byte, key);
		sodium_memzero(key, sizeof key);
	}
	out->n = m.n;
	sodium_memzero(&m, sizeof m);
	return ERR_OK;
}
