#include "keys.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "lib/digest/digest.h"

enum { PEM_MOST = 1 << 20, SIGNATURE_MOST = 256, SUBJECT_MOST = 400 };

struct sign_key {
	EVP_PKEY *key;
	X509 *chain[SIGN_CHAIN];
	size_t n;
};
struct sign_trust {
	EVP_PKEY *key;
	X509_STORE *store;
	time_t at;
};

static void free_key(void *p) {
	struct sign_key *k = p;
	EVP_PKEY_free(k->key);
	for (size_t i = 0; i < k->n; i++) X509_free(k->chain[i]);
}
static void free_trust(void *p) {
	struct sign_trust *t = p;
	EVP_PKEY_free(t->key);
	X509_STORE_free(t->store);
}

/* ---- reading ---- */

static enum err_code open_pem(struct arena *a, const char *path, BIO **out, struct err *e) {
	struct str text;
	enum err_code code = file_read(a, path, PEM_MOST, &text, e);
	if (code) return code;
	*out = BIO_new_mem_buf(text.p, (int)text.n);
	ERR_clear_error();
	return *out ? ERR_OK : err_set(e, ERR_MEMORY, "out of memory");
}

/* No password is asked for: a command that waits on a terminal is of no use in a pipeline. */
static int no_password(char *to, int size, int writing, void *context) {
	(void)to;
	(void)size;
	(void)writing;
	*(bool *)context = true;
	return -1;
}

/* The hash that goes with the key's curve; NULL for any other key. */
static const EVP_MD *hash_of(const EVP_PKEY *key) {
	char group[80];
	size_t n;
	if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1) return NULL;
	if (strcmp(group, "prime256v1") == 0) return EVP_sha256();
	if (strcmp(group, "secp384r1") == 0) return EVP_sha384();
	if (strcmp(group, "secp521r1") == 0) return EVP_sha512();
	return NULL;
}

static enum err_code read_key(struct arena *a, const char *path, bool private, EVP_PKEY **out, struct err *e) {
	BIO *bio;
	bool asked = false;
	enum err_code code = open_pem(a, path, &bio, e);
	if (code) return code;
	*out = private ? PEM_read_bio_PrivateKey(bio, NULL, no_password, &asked) : PEM_read_bio_PUBKEY(bio, NULL, no_password, &asked);
	BIO_free(bio);
	ERR_clear_error();
	if (asked) return err_set(e, ERR_UNSUPPORTED, "%s is encrypted; take the password off for signing, or keep the key where nobody else reads it", path);
	if (!*out) return err_set(e, ERR_INVALID, "%s is no %s key in PEM", path, private ? "private" : "public");
	return hash_of(*out) ? ERR_OK : err_set(e, ERR_INVALID, "%s is no key on the curve P-256, P-384 or P-521", path);
}

/* All certificates of a file, up to room; each is the caller's. */
static enum err_code read_certificates(struct arena *a, const char *path, X509 **to, size_t room, size_t *n, struct err *e) {
	BIO *bio;
	size_t before = *n;
	enum err_code code = open_pem(a, path, &bio, e);
	if (code) return code;
	for (X509 *c; !code && (c = PEM_read_bio_X509(bio, NULL, NULL, NULL));) {
		if (*n == room) {
			X509_free(c);
			code = err_set(e, ERR_TOO_LARGE, "over %zu certificates", room);
		} else {
			to[(*n)++] = c;
		}
	}
	BIO_free(bio);
	ERR_clear_error();
	if (!code && *n == before) code = err_set(e, ERR_INVALID, "%s has no certificate in PEM", path);
	return code;
}

/* Digital signature as key usage, or code signing as extended usage. */
static bool may_sign(X509 *c) {
	uint32_t usage = X509_get_key_usage(c), extended = X509_get_extended_key_usage(c);
	return (usage != UINT32_MAX && usage & KU_DIGITAL_SIGNATURE) || (extended != UINT32_MAX && extended & XKU_CODE_SIGN);
}

enum err_code sign_key_read(struct arena *a, const char *key, const char *certificate, const char *const *chain, size_t chain_n, struct sign_key **out, struct err *e) {
	struct sign_key *k = arena_alloc(a, sizeof *k);
	if (!k) return err_set(e, ERR_MEMORY, "out of memory");
	*k = (struct sign_key){.key = NULL};
	if (!arena_defer(a, free_key, k)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_key(a, key, true, &k->key, e);
	if (code || !certificate) {
		*out = code ? *out : k;
		return code;
	}
	code = read_certificates(a, certificate, k->chain, SIGN_CHAIN, &k->n, e);
	for (size_t i = 0; !code && i < chain_n; i++) code = read_certificates(a, chain[i], k->chain, SIGN_CHAIN, &k->n, e);
	if (!code && X509_check_private_key(k->chain[0], k->key) != 1) code = err_set(e, ERR_INVALID, "%s is not the certificate of the key in %s", certificate, key);
	if (!code && !may_sign(k->chain[0])) code = err_set(e, ERR_INVALID, "%s is a certificate that may not sign (digital signature, or code signing)", certificate);
	ERR_clear_error();
	if (!code) *out = k;
	return code;
}

enum err_code sign_trust_key(struct arena *a, const char *public_key, struct sign_trust **out, struct err *e) {
	struct sign_trust *t = arena_alloc(a, sizeof *t);
	if (!t) return err_set(e, ERR_MEMORY, "out of memory");
	*t = (struct sign_trust){.key = NULL};
	if (!arena_defer(a, free_trust, t)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = read_key(a, public_key, false, &t->key, e);
	if (!code) *out = t;
	return code;
}

enum err_code sign_trust_certificates(struct arena *a, const char *const *files, size_t n, moment at, struct sign_trust **out, struct err *e) {
	struct sign_trust *t = arena_alloc(a, sizeof *t);
	if (!t) return err_set(e, ERR_MEMORY, "out of memory");
	*t = (struct sign_trust){.store = X509_STORE_new(), .at = (time_t)(at / SECOND)};
	if (!t->store || !arena_defer(a, free_trust, t)) {
		X509_STORE_free(t->store);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	enum err_code code = ERR_OK;
	for (size_t i = 0; !code && i < n; i++) {
		X509 *all[100];
		size_t count = 0;
		code = read_certificates(a, files[i], all, lengthof(all), &count, e);
		for (size_t k = 0; k < count; k++) {
			if (!code && X509_STORE_add_cert(t->store, all[k]) != 1) code = err_set(e, ERR_MEMORY, "out of memory");
			X509_free(all[k]);
		}
	}
	if (!code) *out = t;
	return code;
}

bool sign_trusts_key(const struct sign_trust *t) {
	return t->key != NULL;
}

/* ---- naming ---- */

static struct str hint_of(struct arena *a, EVP_PKEY *key) {
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL, hex[SHA256_HEX];
	struct str hint = STR_EMPTY;
	if (bio && PEM_write_bio_PUBKEY(bio, key) == 1) {
		long n = BIO_get_mem_data(bio, &p);
		struct sha256 digest = sha256(str_n(p, (size_t)n));
		hint = arena_str(a, sha256_hex(&digest, hex));
	}
	BIO_free(bio);
	return hint;
}

struct str sign_key_hint(struct arena *a, const struct sign_key *k) {
	return hint_of(a, k->key);
}
struct str sign_trust_hint(struct arena *a, const struct sign_trust *t) {
	return hint_of(a, t->key);
}

size_t sign_key_certificates(struct arena *a, const struct sign_key *k, struct str out[SIGN_CHAIN]) {
	for (size_t i = 0; i < k->n; i++) {
		unsigned char *der = NULL;
		int n = i2d_X509(k->chain[i], &der);
		out[i] = n > 0 ? arena_str(a, str_n(der, (size_t)n)) : STR_EMPTY;
		OPENSSL_free(der);
	}
	return k->n;
}

/* ---- signing and checking ---- */

enum err_code sign_with(struct arena *a, const struct sign_key *k, struct str bytes, struct str *out, struct err *e) {
	unsigned char signature[SIGNATURE_MOST];
	size_t n = sizeof signature;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestSignInit(c, NULL, hash_of(k->key), NULL, k->key) == 1 && EVP_DigestSign(c, signature, &n, (const unsigned char *)bytes.p, bytes.n) == 1;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	if (!ok) return err_set(e, ERR_INTERNAL, "signing failed");
	*out = arena_str(a, str_n(signature, n));
	return ERR_OK;
}

static enum err_code check_signature(EVP_PKEY *key, struct str bytes, struct str signature, struct err *e) {
	const EVP_MD *hash = hash_of(key);
	if (!hash) return err_set(e, ERR_FORBIDDEN, "the signer's key is on no curve that is taken");
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestVerifyInit(c, NULL, hash, NULL, key) == 1 &&
		EVP_DigestVerify(c, (const unsigned char *)signature.p, signature.n, (const unsigned char *)bytes.p, bytes.n) == 1;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return ok ? ERR_OK : err_set(e, ERR_FORBIDDEN, "the signature is not by that key, or what was signed has changed");
}

static X509 *certificate_of(struct str der) {
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *c = der.n <= PEM_MOST ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	if (c && p != (const unsigned char *)der.p + der.n) {
		X509_free(c);
		return NULL;
	}
	return c;
}

static enum err_code check_chain(const struct sign_trust *t, X509 *signer, STACK_OF(X509) *above, struct err *e) {
	X509_STORE_CTX *c = X509_STORE_CTX_new();
	if (!c || X509_STORE_CTX_init(c, t->store, signer, above) != 1) {
		X509_STORE_CTX_free(c);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	X509_STORE_CTX_set_time(c, 0, t->at);
	/* A certificate in the middle may be trusted by name; what a chain leads to need not sign itself. */
	X509_STORE_CTX_set_flags(c, X509_V_FLAG_PARTIAL_CHAIN);
	int ok = X509_verify_cert(c), why = X509_STORE_CTX_get_error(c);
	X509_STORE_CTX_free(c);
	ERR_clear_error();
	if (ok != 1 && why == X509_V_ERR_CERT_HAS_EXPIRED) return err_set(e, ERR_FORBIDDEN, "the signer's certificate has expired; --at says when it was signed, if you know that from elsewhere");
	if (ok != 1) return err_set(e, ERR_FORBIDDEN, "the signer's certificate leads to none that you trust: %s", X509_verify_cert_error_string(why));
	return may_sign(signer) ? ERR_OK : err_set(e, ERR_FORBIDDEN, "the signer's certificate may not sign");
}

static enum err_code check_by_certificate(struct arena *a, const struct sign_trust *t, const struct str *chain, size_t n, struct str bytes, struct str signature, struct str *who, struct err *e) {
	char subject[SUBJECT_MOST];
	STACK_OF(X509) *above = sk_X509_new_null();
	X509 *signer = n ? certificate_of(chain[0]) : NULL;
	enum err_code code = !above ? err_set(e, ERR_MEMORY, "out of memory") : !signer ? err_set(e, ERR_INVALID, "the bundle's certificate can't be read") : ERR_OK;
	for (size_t i = 1; !code && i < n; i++) {
		X509 *c = certificate_of(chain[i]);
		if (!c || !sk_X509_push(above, c)) code = err_set(e, ERR_INVALID, "a certificate of the bundle's chain can't be read");
	}
	if (!code) code = check_chain(t, signer, above, e);
	if (!code) code = check_signature(X509_get0_pubkey(signer), bytes, signature, e);
	if (!code) {
		X509_NAME_oneline(X509_get_subject_name(signer), subject, sizeof subject);
		*who = arena_str(a, str_of(subject));
	}
	X509_free(signer);
	sk_X509_pop_free(above, X509_free);
	return code;
}

enum err_code sign_check(struct arena *a, const struct sign_trust *t, const struct str *chain, size_t chain_n, struct str bytes, struct str signature, struct str *who, struct err *e) {
	if (t->store) return check_by_certificate(a, t, chain, chain_n, bytes, signature, who, e);
	enum err_code code = check_signature(t->key, bytes, signature, e);
	if (!code) *who = hint_of(a, t->key);
	return code;
}
