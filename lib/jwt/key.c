#include "key.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { RSA_LEAST = 2048, RSA_MOST = 8192, RSA_EXPONENT = 8, COORDINATE = 32, SIGNATURE = 64 };

static const struct {
	const char *type, *curve; /* RFC 7518 section 6, RFC 8037 section 2 */
} kinds[JWT_ALGS] = {[JWT_RS256] = {"RSA", NULL}, [JWT_PS256] = {"RSA", NULL}, [JWT_ES256] = {"EC", "P-256"}, [JWT_EDDSA] = {"OKP", "Ed25519"}};

static bool holds(const struct json *array, const char *word) {
	for (size_t i = 0; i < json_count(array); i++)
		if (str_is(json_string(json_at(array, i)), word)) return true;
	return false;
}

bool key_fits(const struct json *jwk, enum jwt_alg alg) {
	const struct json *use = json_get_lit(jwk, "use"), *ops = json_get_lit(jwk, "key_ops"), *own = json_get_lit(jwk, "alg");
	return str_is(json_get_str(jwk, S("kty")), kinds[alg].type) && (!kinds[alg].curve || str_is(json_get_str(jwk, S("crv")), kinds[alg].curve)) &&
		(!use || str_is(json_string(use), "sig")) && (!ops || holds(ops, "verify")) && (!own || str_is(json_string(own), jwt_alg_name(alg)));
}

static enum err_code bad_key(struct err *e, const char *why) {
	return err_set(e, ERR_INVALID, "the provider's key can't be used: %s", why);
}

static bool number_of(const struct json *jwk, const char *name, struct arena *a, BIGNUM **out) {
	struct str bytes;
	if (!base64url_decode(a, json_get_str(jwk, str_of(name)), &bytes) || !bytes.n || bytes.n > RSA_MOST / 8 + 1) return false;
	*out = BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.n, NULL);
	return *out != NULL;
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *builder) {
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *key = NULL;
	if (!context || !params || EVP_PKEY_fromdata_init(context) <= 0 || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0) key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return key;
}

static enum err_code rsa_key(const struct json *jwk, struct arena *a, EVP_PKEY **out, struct err *e) {
	BIGNUM *n = NULL, *exponent = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	enum err_code code = ERR_OK;
	EVP_PKEY *key = NULL;
	if (!number_of(jwk, "n", a, &n) || !number_of(jwk, "e", a, &exponent))
		code = bad_key(e, "its numbers are none");
	else if (BN_num_bits(n) < RSA_LEAST || BN_num_bits(n) > RSA_MOST)
		code = bad_key(e, "RSA keys have 2048 to 8192 bits");
	else if (!BN_is_odd(n) || !BN_is_odd(exponent) || BN_is_one(exponent) || BN_num_bytes(exponent) > RSA_EXPONENT)
		code = bad_key(e, "it is no RSA key");
	else if (builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent))
		key = from_params("RSA", builder);
	if (!code && !key) code = bad_key(e, "it is no RSA key");
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(exponent);
	if (!code) *out = key;
	return code;
}

static enum err_code ec_key(const struct json *jwk, struct arena *a, EVP_PKEY **out, struct err *e) {
	struct str x, y;
	unsigned char point[1 + 2 * COORDINATE] = {4}; /* uncompressed: SEC 1 section 2.3.3 */
	if (!base64url_decode(a, json_get_str(jwk, S("x")), &x) || !base64url_decode(a, json_get_str(jwk, S("y")), &y) || x.n != COORDINATE || y.n != COORDINATE)
		return bad_key(e, "its coordinates are none");
	memcpy(point + 1, x.p, COORDINATE);
	memcpy(point + 1 + COORDINATE, y.p, COORDINATE);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
		OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
		key = from_params("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	bool on_curve = context && EVP_PKEY_public_check(context) == 1;
	EVP_PKEY_CTX_free(context);
	if (!on_curve) {
		EVP_PKEY_free(key);
		return bad_key(e, "its point is not on the curve");
	}
	*out = key;
	return ERR_OK;
}

static enum err_code ed_key(const struct json *jwk, struct arena *a, EVP_PKEY **out, struct err *e) {
	struct str x;
	if (!base64url_decode(a, json_get_str(jwk, S("x")), &x) || x.n != COORDINATE) return bad_key(e, "it has not 32 bytes");
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)x.p, x.n);
	if (!key) return bad_key(e, "it is no Ed25519 key");
	*out = key;
	return ERR_OK;
}

/* r and s as OpenSSL wants them, from r || s (RFC 7518 section 3.4). */
static bool ecdsa_der(struct str signature, unsigned char **der, int *n) {
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn((const unsigned char *)signature.p, COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn((const unsigned char *)signature.p + COORDINATE, COORDINATE, NULL);
	if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s)) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(pair);
		return false;
	}
	*n = i2d_ECDSA_SIG(pair, der);
	ECDSA_SIG_free(pair);
	return *n > 0;
}

static bool is_signed(EVP_PKEY *key, const struct jwt *t) {
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	unsigned char *der = NULL;
	const unsigned char *signature = (const unsigned char *)t->signature.p;
	int n = (int)t->signature.n;
	bool ready = context && EVP_DigestVerifyInit(context, &how, t->alg == JWT_EDDSA ? NULL : EVP_sha256(), NULL, key) == 1;
	/* RFC 7518 section 3.5: MGF1 with SHA-256, a salt as long as the digest. */
	if (ready && t->alg == JWT_PS256)
		ready = EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) > 0 && EVP_PKEY_CTX_set_rsa_mgf1_md(how, EVP_sha256()) > 0 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) > 0;
	if (ready && t->alg == JWT_ES256) {
		ready = n == SIGNATURE && ecdsa_der(t->signature, &der, &n);
		signature = der;
	}
	bool good = ready && EVP_DigestVerify(context, signature, (size_t)n, (const unsigned char *)t->input.p, t->input.n) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(context);
	return good;
}

enum err_code key_verify(const struct json *jwk, const struct jwt *t, struct arena *a, struct err *e) {
	EVP_PKEY *key = NULL;
	enum err_code code = t->alg == JWT_EDDSA ? ed_key(jwk, a, &key, e) : t->alg == JWT_ES256 ? ec_key(jwk, a, &key, e) : rsa_key(jwk, a, &key, e);
	if (!code && !is_signed(key, t)) code = err_set(e, ERR_FORBIDDEN, "the token's signature is wrong");
	EVP_PKEY_free(key);
	ERR_clear_error();
	return code;
}
