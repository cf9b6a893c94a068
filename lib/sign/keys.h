/* Keys on the curves P-256, P-384 and P-521 with the hash of their size (ECDSA, FIPS 186-5), X.509 certificates (RFC 5280) that may sign, and whom to trust; all from PEM files, over OpenSSL. */
#pragma once
#include "base/base.h"

enum { SIGN_CHAIN = 10 };

struct sign_key;   /* a private key, perhaps with its certificate and those above it */
struct sign_trust; /* a public key, or certificates to which a chain must lead */

/* Frees itself with the arena. certificate NULL: a bare key. ERR_INVALID: no such key, another curve, a certificate of another key or that may not sign. A key that is encrypted is refused. */
enum err_code sign_key_read(struct arena *a, const char *key, const char *certificate, const char *const *chain, size_t chain_n, struct sign_key **out, struct err *e) must_use;
/* A signature in DER over the bytes. */
enum err_code sign_with(struct arena *a, const struct sign_key *k, struct str bytes, struct str *out, struct err *e) must_use;
/* SHA-256 of the public key's PEM in hexadecimal, by which bundles name a key. */
struct str sign_key_hint(struct arena *a, const struct sign_key *k);
/* DER of the certificate and those above it; 0 for a bare key. */
size_t sign_key_certificates(struct arena *a, const struct sign_key *k, struct str out[SIGN_CHAIN]);

enum err_code sign_trust_key(struct arena *a, const char *public_key, struct sign_trust **out, struct err *e) must_use;
/* A chain must lead to one of the certificates in these files, and be valid at the time. */
enum err_code sign_trust_certificates(struct arena *a, const char *const *files, size_t n, moment at, struct sign_trust **out, struct err *e) must_use;
bool sign_trusts_key(const struct sign_trust *t);
/* The hint of the trusted public key. */
struct str sign_trust_hint(struct arena *a, const struct sign_trust *t);
/* Whether the signature over the bytes is by whom one trusts; chain: DER, the signer's first, none for a bare key. ERR_FORBIDDEN says why not. *who: the key's hint or the certificate's subject. */
enum err_code sign_check(struct arena *a, const struct sign_trust *t, const struct str *chain, size_t chain_n, struct str bytes, struct str signature, struct str *who, struct err *e) must_use;
