#include "seal.h"

#include <sodium.h>

#include "hub/key_file.h"
#include "lib/digest/digest.h"

enum { KEY = crypto_secretbox_KEYBYTES, NONCE = crypto_secretbox_NONCEBYTES, MAC = crypto_secretbox_MACBYTES, MOST = 16 << 20 };

static const char *key_path(struct arena *a, const char *dir) {
	return file_join(a, dir, "secret.key");
}

enum err_code seal_make_key(const char *dir, struct err *e) {
	autoarena struct arena *a = arena_new(1 << 16);
	return a ? key_file_make(key_path(a, dir), KEY, e) : err_set(e, ERR_MEMORY, "out of memory");
}

static enum err_code read_key(const struct hub *h, struct arena *a, struct str *out, struct err *e) {
	return key_file_read(a, key_path(a, h->dir), KEY, out, e);
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
	key_file_forget(key);
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
	key_file_forget(key);
	if (!opened) return err_set(e, ERR_UNSUPPORTED, "it was sealed with another key than this hub has now (secret.key)");
	*out = str_n(to, sealed.n - NONCE - MAC);
	return ERR_OK;
}
