/* Tokens that are good, and all the ways in which they are not: each test signs its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "lib/jwt/jwt.h"

#define AT ((moment)1800000000 * SECOND)
#define CLAIMS \
	"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\",\"exp\":1800000300,\"iat\":1800000000,\"nonce\":\"n-0S6_WzA2Mj\""

static struct arena *arena;
static struct err test_err;
static EVP_PKEY *rsa, *rsa_other, *rsa_small, *ec, *ec_other, *ed;

#define ok(call) ok_((call), __LINE__)
static void ok_(enum err_code code, int line) {
	if (!code) return;
	print_error("line %d: error %s: %s %s (%s)\n", line, err_name(code), test_err.where, test_err.message, test_err.detail);
	fail();
}
#define fails(call, code) assert_int_equal((call), (code))

static int make_keys(void **state) {
	(void)state;
	rsa = EVP_RSA_gen(2048);
	rsa_other = EVP_RSA_gen(2048);
	rsa_small = EVP_RSA_gen(1024);
	ec = EVP_EC_gen("P-256");
	ec_other = EVP_EC_gen("P-256");
	ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return rsa && rsa_other && rsa_small && ec && ec_other && ed ? 0 : -1;
}
static int drop_keys(void **state) {
	(void)state;
	EVP_PKEY *all[] = {rsa, rsa_other, rsa_small, ec, ec_other, ed};
	for (size_t i = 0; i < lengthof(all); i++) EVP_PKEY_free(all[i]);
	return 0;
}
static int make_arena(void **state) {
	(void)state;
	test_err = (struct err){0};
	arena = arena_new(64 << 20);
	return arena ? 0 : -1;
}
static int drop_arena(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

/* ---- signing ---- */

static struct str number(EVP_PKEY *key, const char *name, int width) {
	BIGNUM *n = NULL;
	assert_true(EVP_PKEY_get_bn_param(key, name, &n));
	unsigned char bytes[1024];
	int size = width ? width : BN_num_bytes(n);
	assert_int_equal(BN_bn2binpad(n, bytes, size), size);
	BN_free(n);
	return base64url_encode(arena, arena_str(arena, str_n(bytes, (size_t)size)));
}

/* `more` stands in the key beside its own members: "\"kid\":\"k1\"". */
static struct str jwk_of(EVP_PKEY *key, const char *more) {
	struct str comma = str_of(more[0] ? "," : "");
	if (EVP_PKEY_is_a(key, "RSA")) {
		struct str n = number(key, OSSL_PKEY_PARAM_RSA_N, 0), e = number(key, OSSL_PKEY_PARAM_RSA_E, 0);
		return arena_fmt(arena, "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%.*s\"%.*s%s}", STR_ARG(n), STR_ARG(e), STR_ARG(comma), more);
	}
	if (EVP_PKEY_is_a(key, "EC")) {
		struct str x = number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32), y = number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
		return arena_fmt(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\",\"y\":\"%.*s\"%.*s%s}", STR_ARG(x), STR_ARG(y), STR_ARG(comma), more);
	}
	unsigned char raw[32];
	size_t n = sizeof raw;
	assert_true(EVP_PKEY_get_raw_public_key(key, raw, &n));
	struct str x = base64url_encode(arena, arena_str(arena, str_n(raw, n)));
	return arena_fmt(arena, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\"%.*s%s}", STR_ARG(x), STR_ARG(comma), more);
}

static const struct json *parsed(struct str text) {
	const struct json *v;
	ok(json_parse(arena, text, NULL, &v, &test_err));
	return v;
}
static const struct json *set_of(struct str one, struct str other) {
	return parsed(arena_fmt(arena, "{\"keys\":[%.*s%s%.*s]}", STR_ARG(one), other.n ? "," : "", STR_ARG(other)));
}
static const struct json *keys_of(EVP_PKEY *key, const char *more) {
	return set_of(jwk_of(key, more), STR_EMPTY);
}

static struct str unsigned_token(const char *header, struct str claims) {
	struct str h = base64url_encode(arena, str_of(header)), c = base64url_encode(arena, claims);
	return arena_fmt(arena, "%.*s.%.*s", STR_ARG(h), STR_ARG(c));
}
static struct str joined(struct str input, struct str signature) {
	struct str s = base64url_encode(arena, signature);
	return arena_fmt(arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(s));
}

/* pss: padding of RSASSA-PSS instead of PKCS#1. */
static struct str signature_of(EVP_PKEY *key, bool pss, struct str input) {
	unsigned char bytes[1024];
	size_t n = sizeof bytes;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	bool edwards = EVP_PKEY_is_a(key, "ED25519");
	assert_true(EVP_DigestSignInit(context, &how, edwards ? NULL : EVP_sha256(), NULL, key) == 1);
	if (pss) {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) > 0);
	}
	assert_true(EVP_DigestSign(context, bytes, &n, (const unsigned char *)input.p, input.n) == 1);
	EVP_MD_CTX_free(context);
	if (!EVP_PKEY_is_a(key, "EC")) return arena_str(arena, str_n(bytes, n));
	const unsigned char *at = bytes;
	unsigned char pair[64];
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &at, (long)n);
	assert_true(BN_bn2binpad(ECDSA_SIG_get0_r(parts), pair, 32) == 32 && BN_bn2binpad(ECDSA_SIG_get0_s(parts), pair + 32, 32) == 32);
	ECDSA_SIG_free(parts);
	return arena_str(arena, str_n(pair, sizeof pair));
}
static struct str token(EVP_PKEY *key, const char *header, const char *claims) {
	struct str input = unsigned_token(header, arena_fmt(arena, "{%s}", claims));
	return joined(input, signature_of(key, strstr(header, "PS256") != NULL, input));
}

/* All that a sign-in asks of a token. */
static enum err_code take(struct str text, const struct json *jwks) {
	struct jwt t;
	struct id_token_wanted w = {S("https://id.example.org"), S("polder"), S("n-0S6_WzA2Mj"), AT};
	enum err_code code = jwt_parse(arena, text, &t, &test_err);
	if (!code) code = jwt_verify(&t, jwks, arena, &test_err);
	return code ? code : id_token_check(t.claims, &w, &test_err);
}
/* Good but for its claims. */
static enum err_code take_claims(const char *claims) {
	return take(token(ed, "{\"alg\":\"EdDSA\"}", claims), keys_of(ed, ""));
}
#define refused_for(claims, claim) \
	do { \
		fails(take_claims(claims), ERR_FORBIDDEN); \
		assert_string_equal(test_err.where, claim); \
	} while (0)

/* ---- what is taken ---- */

static void a_good_token_is_taken_with_each_of_the_four_algorithms(void **state) {
	(void)state;
	ok(take(token(rsa, "{\"alg\":\"RS256\",\"kid\":\"a\",\"typ\":\"JWT\"}", CLAIMS), keys_of(rsa, "\"kid\":\"a\",\"use\":\"sig\"")));
	ok(take(token(rsa, "{\"alg\":\"PS256\",\"kid\":\"a\"}", CLAIMS), keys_of(rsa, "\"kid\":\"a\",\"alg\":\"PS256\"")));
	ok(take(token(ec, "{\"alg\":\"ES256\",\"kid\":\"a\"}", CLAIMS), keys_of(ec, "\"kid\":\"a\",\"key_ops\":[\"verify\"]")));
	ok(take(token(ed, "{\"alg\":\"EdDSA\",\"kid\":\"a\",\"typ\":\"jwt\"}", CLAIMS), keys_of(ed, "\"kid\":\"a\"")));
}

static void the_key_is_found_by_its_name_among_others(void **state) {
	(void)state;
	const struct json *both = set_of(jwk_of(rsa_other, "\"kid\":\"old\""), jwk_of(rsa, "\"kid\":\"new\""));
	ok(take(token(rsa, "{\"alg\":\"RS256\",\"kid\":\"new\"}", CLAIMS), both));
	fails(take(token(rsa, "{\"alg\":\"RS256\",\"kid\":\"old\"}", CLAIMS), both), ERR_FORBIDDEN);
}

static void without_a_name_there_must_be_one_key_that_fits(void **state) {
	(void)state;
	struct str text = token(rsa, "{\"alg\":\"RS256\"}", CLAIMS);
	ok(take(text, set_of(jwk_of(ec, ""), jwk_of(rsa, ""))));
	fails(take(text, set_of(jwk_of(rsa_other, ""), jwk_of(rsa, ""))), ERR_FORBIDDEN);
}

static void two_audiences_are_fine_when_we_are_the_one_that_asked(void **state) {
	(void)state;
	const char *claims = "\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[\"polder\",\"other\"],\"azp\":\"polder\",\"exp\":1800000300,\"iat\":1800000000.5,"
		"\"nonce\":\"n-0S6_WzA2Mj\"";
	ok(take_claims(claims));
	ok(take_claims("\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[\"polder\"],\"exp\":1800000300,\"iat\":1800000000,\"nonce\":\"n-0S6_WzA2Mj\""));
}

/* ---- signatures ---- */

static void an_unsigned_token_is_refused_however_it_spells_none(void **state) {
	(void)state;
	static const char *const headers[] = {"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"nOnE\"}", "{\"alg\":\"\"}", "{}", "{\"alg\":null}"};
	for (size_t i = 0; i < lengthof(headers); i++) {
		struct str input = unsigned_token(headers[i], S("{" CLAIMS "}"));
		fails(take(joined(input, STR_EMPTY), keys_of(rsa, "")), ERR_UNSUPPORTED);
		fails(take(joined(input, S("x")), keys_of(rsa, "")), ERR_UNSUPPORTED);
	}
	struct str stripped = unsigned_token("{\"alg\":\"RS256\"}", S("{" CLAIMS "}"));
	fails(take(joined(stripped, STR_EMPTY), keys_of(rsa, "")), ERR_INVALID);
}

static void a_shared_secret_made_of_the_public_key_signs_nothing(void **state) {
	(void)state;
	const struct json *keys = keys_of(rsa, "\"kid\":\"a\"");
	struct str input = unsigned_token("{\"alg\":\"HS256\",\"kid\":\"a\"}", S("{" CLAIMS "}")), secret = json_text(arena, json_at(json_get_lit(keys, "keys"), 0));
	unsigned char mac[32];
	unsigned n = 0;
	assert_non_null(HMAC(EVP_sha256(), secret.p, (int)secret.n, (const unsigned char *)input.p, input.n, mac, &n));
	fails(take(joined(input, str_n(mac, n)), keys), ERR_UNSUPPORTED);
	struct str k = base64url_encode(arena, S("a secret that both know, of 32 b"));
	const struct json *shared = parsed(arena_fmt(arena, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"%.*s\",\"kid\":\"a\"}]}", STR_ARG(k)));
	fails(take(joined(input, str_n(mac, n)), shared), ERR_UNSUPPORTED);
}

static void other_algorithms_are_refused_though_they_may_be_good(void **state) {
	(void)state;
	static const char *const headers[] = {"{\"alg\":\"RS512\"}", "{\"alg\":\"RS1\"}", "{\"alg\":\"ES384\"}", "{\"alg\":\"HS512\"}", "{\"alg\":\"rs256\"}", "{\"alg\":7}",
		"{\"alg\":[\"RS256\"]}"};
	for (size_t i = 0; i < lengthof(headers); i++) fails(take(token(rsa, headers[i], CLAIMS), keys_of(rsa, "")), ERR_UNSUPPORTED);
}

static void a_key_serves_only_algorithms_of_its_own(void **state) {
	(void)state;
	fails(take(token(rsa, "{\"alg\":\"ES256\"}", CLAIMS), keys_of(rsa, "")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), keys_of(ec, "")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), keys_of(rsa, "\"alg\":\"PS256\"")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), keys_of(rsa, "\"use\":\"enc\"")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), keys_of(rsa, "\"key_ops\":[\"encrypt\"]")), ERR_NOT_FOUND);
	/* Signed in one way, said to be in the other. */
	struct str input = unsigned_token("{\"alg\":\"PS256\"}", S("{" CLAIMS "}"));
	fails(take(joined(input, signature_of(rsa, false, input)), keys_of(rsa, "")), ERR_FORBIDDEN);
}

static void a_wrong_key_and_an_unknown_one_are_told_apart(void **state) {
	(void)state;
	fails(take(token(rsa_other, "{\"alg\":\"RS256\",\"kid\":\"a\"}", CLAIMS), keys_of(rsa, "\"kid\":\"a\"")), ERR_FORBIDDEN);
	fails(take(token(ec_other, "{\"alg\":\"ES256\",\"kid\":\"a\"}", CLAIMS), keys_of(ec, "\"kid\":\"a\"")), ERR_FORBIDDEN);
	fails(take(token(rsa, "{\"alg\":\"RS256\",\"kid\":\"b\"}", CLAIMS), keys_of(rsa, "\"kid\":\"a\"")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\",\"kid\":\"b\"}", CLAIMS), keys_of(rsa, "")), ERR_NOT_FOUND);
	fails(take(token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), parsed(S("{\"keys\":[]}"))), ERR_NOT_FOUND);
}

static void a_key_that_the_token_brings_along_is_not_looked_at(void **state) {
	(void)state;
	struct str own = jwk_of(rsa_other, "");
	const char *header = arena_fmt(arena, "{\"alg\":\"RS256\",\"jwk\":%.*s,\"jku\":\"https://evil.example/keys\",\"x5c\":[\"AAAA\"]}", STR_ARG(own)).p;
	fails(take(token(rsa_other, header, CLAIMS), keys_of(rsa, "")), ERR_FORBIDDEN);
}

static void whatever_is_changed_breaks_the_signature(void **state) {
	(void)state;
	static const struct {
		EVP_PKEY **key;
		const char *header;
	} ways[] = {{&rsa, "{\"alg\":\"RS256\"}"}, {&rsa, "{\"alg\":\"PS256\"}"}, {&ec, "{\"alg\":\"ES256\"}"}, {&ed, "{\"alg\":\"EdDSA\"}"}};
	for (size_t i = 0; i < lengthof(ways); i++) {
		struct str input = unsigned_token(ways[i].header, S("{" CLAIMS "}"));
		struct str other = unsigned_token(ways[i].header, S("{" CLAIMS ",\"admin\":true}"));
		struct str signature = signature_of(*ways[i].key, i == 1, input);
		const struct json *keys = keys_of(*ways[i].key, "");
		ok(take(joined(input, signature), keys));
		fails(take(joined(other, signature), keys), ERR_FORBIDDEN);
		fails(take(joined(input, str_sub(signature, 0, signature.n - 1)), keys), ERR_FORBIDDEN);
		fails(take(joined(input, arena_cat(arena, signature, S("x"))), keys), ERR_FORBIDDEN);
		char *bent = arena_alloc(arena, signature.n);
		memcpy(bent, signature.p, signature.n);
		bent[signature.n / 2] ^= 1;
		fails(take(joined(input, str_n(bent, signature.n)), keys), ERR_FORBIDDEN);
		memset(bent, 0, signature.n);
		fails(take(joined(input, str_n(bent, signature.n)), keys), ERR_FORBIDDEN);
	}
}

static void keys_that_are_none_are_refused(void **state) {
	(void)state;
	struct str rs = token(rsa, "{\"alg\":\"RS256\"}", CLAIMS), es = token(ec, "{\"alg\":\"ES256\"}", CLAIMS), eddsa = token(ed, "{\"alg\":\"EdDSA\"}", CLAIMS);
	fails(take(token(rsa_small, "{\"alg\":\"RS256\"}", CLAIMS), keys_of(rsa_small, "")), ERR_INVALID);
	fails(take(rs, parsed(S("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}]}"))), ERR_INVALID);
	fails(take(rs, parsed(S("{\"keys\":[{\"kty\":\"RSA\"}]}"))), ERR_INVALID);
	struct str n = number(rsa, OSSL_PKEY_PARAM_RSA_N, 0);
	fails(take(rs, parsed(arena_fmt(arena, "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"AQ\"}]}", STR_ARG(n)))), ERR_INVALID);
	struct str x = number(ec, OSSL_PKEY_PARAM_EC_PUB_X, 32);
	fails(take(es, parsed(arena_fmt(arena, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\",\"y\":\"%.*s\"}]}", STR_ARG(x), STR_ARG(x)))), ERR_INVALID);
	fails(take(es, parsed(S("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}"))), ERR_INVALID);
	fails(take(eddsa, parsed(S("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}"))), ERR_INVALID);
	fails(take(rs, parsed(S("{\"keys\":{}}"))), ERR_INVALID);
	fails(take(rs, parsed(S("[]"))), ERR_INVALID);
	fails(take(rs, parsed(S("{\"keys\":[1,null,\"x\",[]]}"))), ERR_NOT_FOUND);
}

/* ---- claims ---- */

static void a_token_holds_from_its_issue_to_its_end_and_a_minute_more_either_way(void **state) {
	(void)state;
	static const struct {
		const char *times, *claim;
	} cases[] = {
		{"\"exp\":1799999941,\"iat\":1799999000", NULL},
		{"\"exp\":1799999940,\"iat\":1799999000", "exp"},
		{"\"exp\":1800000300,\"iat\":1800000060", NULL},
		{"\"exp\":1800000300,\"iat\":1800000061", "iat"},
		{"\"exp\":1800000300,\"iat\":1800000000,\"nbf\":1800000060", NULL},
		{"\"exp\":1800000300,\"iat\":1800000000,\"nbf\":1800000061", "nbf"},
		{"\"exp\":1800000300,\"iat\":1800000000,\"nbf\":\"soon\"", "nbf"},
		{"\"exp\":\"1800000300\",\"iat\":1800000000", "exp"},
		{"\"exp\":1e300,\"iat\":1800000000", "exp"},
		{"\"exp\":-1,\"iat\":1800000000", "exp"},
		{"\"exp\":9223372036854775807,\"iat\":1800000000", "exp"},
		{"\"iat\":1800000000", "exp"},
		{"\"exp\":1800000300", "iat"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		const char *claims = arena_fmt(arena, "\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\",%s", cases[i].times).p;
		if (cases[i].claim) refused_for(claims, cases[i].claim);
		else ok(take_claims(claims));
	}
}

static void who_issued_it_for_whom_and_in_answer_to_what_must_be_right(void **state) {
	(void)state;
	static const struct {
		const char *claims, *claim;
	} cases[] = {
		{"\"iss\":\"https://id.example.org/\",\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "iss"},
		{"\"iss\":\"https://evil.example\",\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "iss"},
		{"\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "iss"},
		{"\"iss\":\"https://id.example.org\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "sub"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "sub"},
		{"\"iss\":\"https://id.example.org\",\"sub\":7,\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mj\"", "sub"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"other\",\"nonce\":\"n-0S6_WzA2Mj\"", "aud"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[],\"nonce\":\"n-0S6_WzA2Mj\"", "aud"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[\"polder\",7],\"nonce\":\"n-0S6_WzA2Mj\"", "aud"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":{\"polder\":1},\"nonce\":\"n-0S6_WzA2Mj\"", "aud"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"nonce\":\"n-0S6_WzA2Mj\"", "aud"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[\"polder\",\"other\"],\"nonce\":\"n-0S6_WzA2Mj\"", "azp"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":[\"polder\",\"other\"],\"azp\":\"other\",\"nonce\":\"n-0S6_WzA2Mj\"", "azp"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\",\"azp\":\"other\",\"nonce\":\"n-0S6_WzA2Mj\"", "azp"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"n-0S6_WzA2Mk\"", "nonce"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\",\"nonce\":\"\"", "nonce"},
		{"\"iss\":\"https://id.example.org\",\"sub\":\"u1\",\"aud\":\"polder\"", "nonce"},
	};
	for (size_t i = 0; i < lengthof(cases); i++)
		refused_for(arena_fmt(arena, "%s,\"exp\":1800000300,\"iat\":1800000000", cases[i].claims).p, cases[i].claim);
}

/* ---- form ---- */

static void what_is_no_token_is_refused(void **state) {
	(void)state;
	struct str good = token(ed, "{\"alg\":\"EdDSA\"}", CLAIMS);
	struct jwt t;
	ok(jwt_parse(arena, good, &t, &test_err));
	static const char *const bad[] = {"", ".", "..", "...", "a.b", "a.b.c.d", "e30.e30.", "e30=.e30.AAAA", "!!!.e30.AAAA", "W10.e30.AAAA", "bnVsbA.e30.AAAA",
		/* {"alg":"EdDSA","alg":"EdDSA"} */ "eyJhbGciOiJFZERTQSIsImFsZyI6IkVkRFNBIn0.e30.AAAA"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		enum err_code code = jwt_parse(arena, str_of(bad[i]), &t, &test_err);
		assert_true(code == ERR_INVALID || code == ERR_UNSUPPORTED);
	}
	struct str spoilt[] = {arena_cat(arena, good, S("=")), arena_cat(arena, S(" "), good), arena_cat(arena, good, S("\n")), arena_cat(arena, good, S(".")),
		arena_cat(arena, good, S(".AAAA")), str_n(good.p, good.n - 1)};
	for (size_t i = 0; i < lengthof(spoilt); i++) fails(jwt_parse(arena, spoilt[i], &t, &test_err), ERR_INVALID);
	fails(take(joined(unsigned_token("{\"alg\":\"EdDSA\"}", S("[1]")), S("x")), keys_of(ed, "")), ERR_INVALID);
	fails(take(joined(unsigned_token("{\"alg\":\"EdDSA\"}", S("{\"a\":\"\xff\"}")), S("x")), keys_of(ed, "")), ERR_INVALID);
}

static void what_must_be_understood_and_is_not_is_refused(void **state) {
	(void)state;
	static const char *const headers[] = {"{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}", "{\"alg\":\"EdDSA\",\"crit\":[]}", "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"logout+jwt\"}", "{\"alg\":\"EdDSA\",\"typ\":7}", "{\"alg\":\"EdDSA\",\"kid\":7}", "{\"alg\":\"EdDSA\",\"kid\":\"\"}"};
	for (size_t i = 0; i < lengthof(headers); i++) fails(take(token(ed, headers[i], CLAIMS), keys_of(ed, "")), ERR_INVALID);
}

static void a_huge_token_or_set_of_keys_is_refused(void **state) {
	(void)state;
	char *huge = arena_alloc(arena, JWT_BYTES + 1);
	memset(huge, 'A', JWT_BYTES + 1);
	struct jwt t;
	fails(jwt_parse(arena, str_n(huge, JWT_BYTES + 1), &t, &test_err), ERR_TOO_LARGE);
	fails(jwt_parse(arena, str_n(huge, JWT_BYTES), &t, &test_err), ERR_INVALID);
	struct json_builder keys = json_array_of(arena), set = json_object_of(arena);
	for (int i = 0; i <= JWT_KEYS; i++) json_add(&keys, parsed(jwk_of(ed, "")));
	json_set(&set, S("keys"), json_built(&keys));
	fails(take(token(ed, "{\"alg\":\"EdDSA\"}", CLAIMS), json_built(&set)), ERR_INVALID);
}

static void base64url_is_taken_in_one_form_only(void **state) {
	(void)state;
	static const char *const pairs[][2] = {{"", ""}, {"Zg", "f"}, {"Zm8", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg", "foob"}, {"-_8", "\xfb\xff"}};
	struct str out;
	for (size_t i = 0; i < lengthof(pairs); i++) {
		assert_true(base64url_decode(arena, str_of(pairs[i][0]), &out));
		assert_true(str_is(out, pairs[i][1]));
		assert_true(str_is(base64url_encode(arena, str_of(pairs[i][1])), pairs[i][0]));
	}
	static const char *const bad[] = {"Z", "Zg==", "Zh", "Zm9", "Zm 9", "+/8", "Zm9vY"};
	for (size_t i = 0; i < lengthof(bad); i++) assert_false(base64url_decode(arena, str_of(bad[i]), &out));
}

#define jwt_test(fn) cmocka_unit_test_setup_teardown(fn, make_arena, drop_arena)
int main(void) {
	const struct CMUnitTest tests[] = {
		jwt_test(a_good_token_is_taken_with_each_of_the_four_algorithms),
		jwt_test(the_key_is_found_by_its_name_among_others),
		jwt_test(without_a_name_there_must_be_one_key_that_fits),
		jwt_test(two_audiences_are_fine_when_we_are_the_one_that_asked),
		jwt_test(an_unsigned_token_is_refused_however_it_spells_none),
		jwt_test(a_shared_secret_made_of_the_public_key_signs_nothing),
		jwt_test(other_algorithms_are_refused_though_they_may_be_good),
		jwt_test(a_key_serves_only_algorithms_of_its_own),
		jwt_test(a_wrong_key_and_an_unknown_one_are_told_apart),
		jwt_test(a_key_that_the_token_brings_along_is_not_looked_at),
		jwt_test(whatever_is_changed_breaks_the_signature),
		jwt_test(keys_that_are_none_are_refused),
		jwt_test(a_token_holds_from_its_issue_to_its_end_and_a_minute_more_either_way),
		jwt_test(who_issued_it_for_whom_and_in_answer_to_what_must_be_right),
		jwt_test(what_is_no_token_is_refused),
		jwt_test(what_must_be_understood_and_is_not_is_refused),
		jwt_test(a_huge_token_or_set_of_keys_is_refused),
		jwt_test(base64url_is_taken_in_one_form_only),
	};
	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
