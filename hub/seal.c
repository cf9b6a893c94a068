#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>

#include "lib/digest/digest.h"

enum { KEY = crypto_secretbox_KEYBYTES, NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES, MOST = 16 << 20 };

static const char *key_path(struct arena *a, const char *dir) {
	return file_join(a, dir, "secret.key");
}

/* Under another name first, then given its name if nobody has it: of two that make one at once, both read the same. */
enum err_code seal_make_key(const char *dir, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	if (!a) return err_set(e, ERR_MEMORY, "out of memory");
	const char *path = key_path(a, dir);
	if (file_exists(path)) return ERR_OK;
	unsigned char key[KEY];
	random_bytes(key, sizeof key);
	char suffix[17];
	uint64_t random;
	random_bytes(&random, sizeof random);
	snprintf(suffix, sizeof suffix, "%016llx", (unsigned long long)random);
	const char *fresh = arena_fmt(a, "%s.%s", path, suffix).p;
	enum err_code code = file_write(fresh, str_n(key, sizeof key), 0600, e);
	sodium_memzero(key, sizeof key);
	if (code) return code;
	if (link(fresh, path) != 0 && errno != EEXIST) code = err_errno(e, errno, "%s", path);
	unlink(fresh);
	return code;
}

static enum err_code read_key(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	const char *path = key_path(a, h->dir);
	enum err_code code = seal_make_key(h->dir, e);
	if (!code) code = file_read(a, path, 4096, out, e);
	if (!code && out->n != KEY) code = err_set(e, ERR_CORRUPT, "%s: is not this hub's key: it must have 32 bytes", path);
	return code;
}

static void forget_key(struct str key) {
	sodium_memzero((char *)(uintptr_t)key.p, key.n);
}

enum err_code seal_derive(const struct hub *h, const char context[9], uint64_t number, unsigned char out[SEAL_DERIVED], struct err *e) {
	autoarena struct arena *own = arena_new(1 << 16);
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	struct str key = STR_EMPTY;
	enum err_code code = read_key(h, own, &key, e);
	if (code) return code;
	crypto_kdf_derive_from_key(out, SEAL_DERIVED, number, context, (const unsigned char *)key.p);
	forget_key(key);
	return ERR_OK;
}

enum err_code seal(const struct hub *h, struct str plain, struct arena *a, struct str *out, struct err *e) {
	autoarena struct arena *own = arena_new(1 << 16);
	if (!own || plain.n > MOST) return err_set(e, ERR_MEMORY, "out of memory");
	struct str key = STR_EMPTY;
	enum err_code code = read_key(h, own, &key, e);
	if (code) return code;
	unsigned char *to = arena_alloc(a, NONCE + MAC + plain.n);
	if (to) {
		random_bytes(to, NONCE);
		(void)crypto_secretbox_easy(to + NONCE, (const unsigned char *)plain.p, plain.n, to, (const unsigned char *)key.p);
	}
	forget_key(key);
	if (!to) return err_set(e, ERR_MEMORY, "out of memory");
	*out = str_n(to, NONCE + MAC + plain.n);
	return ERR_OK;
}

enum err_code unseal(const struct hub *h, struct str sealed, struct arena *a, struct str *out, struct err *e) {
	autoarena struct arena *own = arena_new(1 << 16);
	if (!own) return err_set(e, ERR_MEMORY, "out of memory");
	struct str key = STR_EMPTY;
	enum err_code code = read_key(h, own, &key, e);
	if (code) return code;
	bool opened = false;
	unsigned char *to = NULL;
	if (sealed.n >= NONCE + MAC && sealed.n <= MOST && (to = arena_alloc(a, sealed.n - NONCE - MAC + 1))) {
		const unsigned char *from = (const unsigned char *)sealed.p;
		opened = crypto_secretbox_open_easy(to, from + NONCE, sealed.n - NONCE, from, (const unsigned char *)key.p) == 0;
	}
	forget_key(key);
	if (!opened) return err_set(e, ERR_UNSUPPORTED, "it was sealed with another key than this hub has now (secret.key)");
	*out = str_n(to, sealed.n - NONCE - MAC);
	return ERR_OK;
}
