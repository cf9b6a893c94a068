#include "bundle.h"

#include <openssl/evp.h>

#define MEDIA_TYPE   "application/vnd.dev.sigstore.bundle.v0.3+json"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"

static struct str base64(struct arena *a, struct str bytes) {
	char *to = arena_raw(a, (bytes.n + 2) / 3 * 4 + 1);
	if (!to || bytes.n > INT32_MAX) return STR_EMPTY;
	int n = EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes.p, (int)bytes.n);
	return str_n(to, (size_t)n);
}

/* One spelling only: what is read is what would be written. */
static bool base64_read(struct arena *a, struct str text, struct str *out) {
	if (!text.n || text.n % 4 || text.n > INT32_MAX) return false;
	unsigned char *to = arena_raw(a, text.n / 4 * 3 + 1);
	int n = to ? EVP_DecodeBlock(to, (const unsigned char *)text.p, (int)text.n) : -1;
	if (n < 0) return false;
	size_t bytes = (size_t)n - (text.p[text.n - 1] == '=') - (text.p[text.n - 2] == '=');
	*out = str_n(to, bytes);
	return str_eq(base64(a, *out), text);
}

/* What is signed: the type and the payload with their lengths, so that neither can be taken for the other. */
static struct str pre_authentication(struct arena *a, struct str payload) {
	struct str head = arena_fmt(a, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, payload.n);
	return arena_cat(a, head, payload);
}

static const struct json *material_of(struct arena *a, const struct sign_key *k) {
	struct str chain[SIGN_CHAIN];
	size_t n = sign_key_certificates(a, k, chain);
	struct json_builder material = json_object_of(a), inner = json_object_of(a), list = json_array_of(a), log = json_array_of(a);
	for (size_t i = 0; i < n; i++) {
		struct json_builder one = json_object_of(a);
		json_set_str(&one, S("rawBytes"), base64(a, chain[i]));
		json_add(&list, json_built(&one));
	}
	if (n) json_set(&inner, S("certificates"), json_built(&list));
	else json_set_str(&inner, S("hint"), sign_key_hint(a, k));
	json_set(&material, n ? S("x509CertificateChain") : S("publicKey"), json_built(&inner));
	json_set(&material, S("tlogEntries"), json_built(&log));
	return json_built(&material);
}

enum err_code bundle_make(struct arena *a, const struct sign_key *k, struct str payload, struct str *out, struct err *e) {
	struct str signature;
	enum err_code code = sign_with(a, k, pre_authentication(a, payload), &signature, e);
	if (code) return code;
	struct json_builder sig = json_object_of(a), sigs = json_array_of(a), envelope = json_object_of(a), bundle = json_object_of(a);
	json_set_str(&sig, S("sig"), base64(a, signature));
	json_set_str(&sig, S("keyid"), S(""));
	json_add(&sigs, json_built(&sig));
	json_set_str(&envelope, S("payload"), base64(a, payload));
	json_set_str(&envelope, S("payloadType"), S(PAYLOAD_TYPE));
	json_set(&envelope, S("signatures"), json_built(&sigs));
	json_set_str(&bundle, S("mediaType"), S(MEDIA_TYPE));
	json_set(&bundle, S("verificationMaterial"), material_of(a, k));
	json_set(&bundle, S("dsseEnvelope"), json_built(&envelope));
	*out = arena_cat(a, json_text(a, json_built(&bundle)), S("\n"));
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

/* ---- opening ---- */

static enum err_code read_chain(struct arena *a, const struct json *material, struct str chain[SIGN_CHAIN], size_t *n, struct err *e) {
	const struct json *list = json_get(json_get(material, S("x509CertificateChain")), S("certificates")), *one = json_get(material, S("certificate"));
	*n = list ? json_count(list) : one ? 1 : 0;
	if (*n > SIGN_CHAIN) return err_set(e, ERR_TOO_LARGE, "over %d certificates in the bundle", SIGN_CHAIN);
	for (size_t i = 0; i < *n; i++)
		if (!base64_read(a, json_get_str(list ? json_at(list, i) : one, S("rawBytes")), &chain[i])) return err_set(e, ERR_INVALID, "a certificate of the bundle is no base64");
	return ERR_OK;
}

/* That the bundle is by the sort of signer that one trusts, before anything is computed. */
static enum err_code check_material(struct arena *a, const struct json *material, const struct sign_trust *t, size_t chain_n, struct err *e) {
	struct str hint = json_get_str(json_get(material, S("publicKey")), S("hint"));
	if (!sign_trusts_key(t)) return chain_n ? ERR_OK : err_set(e, ERR_FORBIDDEN, "it is signed by a bare key; --key says which");
	if (chain_n) return err_set(e, ERR_FORBIDDEN, "it is signed with a certificate; --chain says which to trust");
	if (hint.n && !str_eq(hint, sign_trust_hint(a, t))) return err_set(e, ERR_FORBIDDEN, "it is signed by another key");
	return ERR_OK;
}

enum err_code bundle_open(struct arena *a, struct str text, const struct sign_trust *t, struct str *payload, struct str *who, struct err *e) {
	const struct json *v;
	struct str chain[SIGN_CHAIN], bytes, signature;
	size_t chain_n;
	enum err_code code = json_parse(a, text, NULL, &v, e);
	if (code) return err_prefix(e, "the signature");
	const struct json *envelope = json_get(v, S("dsseEnvelope")), *material = json_get(v, S("verificationMaterial")), *signatures = json_get(envelope, S("signatures"));
	if (!str_is(json_get_str(v, S("mediaType")), MEDIA_TYPE) || !envelope || !material) return err_set(e, ERR_INVALID, "it is no Sigstore bundle of version 0.3 with an envelope");
	if (!str_is(json_get_str(envelope, S("payloadType")), PAYLOAD_TYPE)) return err_set(e, ERR_INVALID, "the bundle holds no in-toto statement");
	if (json_count(signatures) != 1) return err_set(e, ERR_INVALID, "the bundle has %zu signatures, and not one", json_count(signatures));
	if (!base64_read(a, json_get_str(envelope, S("payload")), &bytes) || !base64_read(a, json_get_str(json_at(signatures, 0), S("sig")), &signature))
		return err_set(e, ERR_INVALID, "the bundle's payload or signature is no base64");
	code = read_chain(a, material, chain, &chain_n, e);
	if (!code) code = check_material(a, material, t, chain_n, e);
	if (!code) code = sign_check(a, t, chain, chain_n, pre_authentication(a, bytes), signature, who, e);
	if (!code) *payload = bytes;
	return code;
}
