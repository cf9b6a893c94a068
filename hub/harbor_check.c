/* Checking a grant offline: from its file and the hub's document alone. */
#include "hub/harbor_private.h"

#include "lib/digest/digest.h"
#include "lib/jwt/jwt.h"

const char *harbor_verdict_name(enum harbor_verdict v) {
	switch (v) {
	case HARBOR_VALID: return "valid";
	case HARBOR_UNCONFIRMED: return "unconfirmed";
	case HARBOR_MALFORMED: return "malformed";
	case HARBOR_TAMPERED: return "tampered";
	case HARBOR_OTHER_POLICY: return "other-policy";
	case HARBOR_UNKNOWN_KEY: return "unknown-key";
	case HARBOR_WRONG_HUB: return "wrong-hub";
	case HARBOR_WRONG_TIME: return "wrong-time";
	}
	return "";
}

static enum err_code say(struct harbor_check *out, enum harbor_verdict v, struct str words) {
	out->verdict = v;
	out->words = words;
	return ERR_OK;
}

static bool strings(const struct json *v, const char *const *pointers, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (!json_string(json_pointer(v, str_of(pointers[i]))).n) return false;
	return true;
}

/* A statement of this version, with all that it must have. */
static bool is_statement(const struct json *s) {
	static const char *const needed[] = {"/grant", "/hub/uid", "/accepted", "/policy/uid", "/policy/sha256", "/report/commitment"};
	return str_is(json_get_str(s, S("type")), HARBOR_TYPE) && json_integer(json_get_lit(s, "version"), 0) == 1 && strings(s, needed, lengthof(needed)) &&
		date_full(json_get_str(s, S("accepted")));
}

static const struct json *find_key(const struct json *document, struct str id) {
	const struct json *keys = json_get_lit(document, "keys");
	for (size_t i = 0; i < json_count(keys); i++)
		if (str_eq(json_get_str(json_at(keys, i), S("id")), id)) return json_at(keys, i);
	return NULL;
}

/* The days on which a key began and ended to sign count as a whole, since a statement has the day alone. */
static bool in_period(const struct json *key, struct str day) {
	struct str from = str_sub(json_get_str(key, S("from")), 0, 10), until = str_sub(json_get_str(key, S("until")), 0, 10);
	return str_cmp(day, from) >= 0 && (!until.n || str_cmp(day, until) <= 0);
}

enum err_code harbor_check(struct arena *a, const struct json *file, const struct json *given, struct harbor_check *out, struct err *e) {
	const struct json *statement = json_get_lit(file, "statement"), *signature = json_get_lit(file, "signature");
	const struct json *document = given ? given : json_get_lit(file, "hub");
	struct harbor_check check = {.words = STR_EMPTY};
	struct str bytes, public_, id = json_get_str(signature, S("key"));
	*out = check;
	if (!str_is(json_get_str(file, S("polder")), "harbor-grant") || !is_statement(statement))
		return say(out, HARBOR_MALFORMED, S("This is no safe harbor grant, or one of a form that this program does not know."));
	out->statement = statement;
	out->policy = json_get_lit(file, "policy");
	if (!str_is(json_get_str(signature, S("algorithm")), "Ed25519") || !base64url_decode(a, json_get_str(signature, S("value")), &bytes))
		return say(out, HARBOR_MALFORMED, S("The signature is not one that this program knows."));
	if (given && !json_get_str(given, S("uid")).n) return say(out, HARBOR_MALFORMED, S("The document that was given is not one of a hub."));
	if (!str_eq(json_get_str(document, S("uid")), json_string(json_pointer(statement, S("/hub/uid")))))
		return say(out, HARBOR_WRONG_HUB, arena_fmt(a, "The grant was made by another hub (%.*s) than the one whose document was given (%.*s).",
			STR_ARG(json_string(json_pointer(statement, S("/hub/uid")))), STR_ARG(json_get_str(document, S("uid")))));
	const struct json *key = find_key(document, id);
	if (!key || !base64url_decode(a, json_get_str(key, S("public_key")), &public_) || !str_eq(signing_key_id(a, public_), id))
		return say(out, HARBOR_UNKNOWN_KEY, arena_fmt(a, "It was signed with a key (%.*s) that the hub's document does not list.", STR_ARG(id)));
	if (!signing_verify(public_, SIGNING_HARBOR_GRANT, json_canonical(a, statement), bytes))
		return say(out, HARBOR_TAMPERED, S("The signature does not belong to this statement: it was changed after it was signed, or never signed so."));
	if (!in_period(key, json_get_str(statement, S("accepted"))))
		return say(out, HARBOR_WRONG_TIME, S("The key that signed it was not in use on the day that it names."));
	char hex[SHA256_HEX];
	struct sha256 digest = sha256(out->policy ? json_canonical(a, out->policy) : STR_EMPTY);
	if (!out->policy || !str_eq(sha256_hex(&digest, hex), json_string(json_pointer(statement, S("/policy/sha256")))))
		return say(out, HARBOR_OTHER_POLICY, S("The statement is signed, but the policy's text in this file is not the one that was accepted."));
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	if (!given)
		return say(out, HARBOR_UNCONFIRMED, arena_fmt(a,
			"The file is whole and signed by the key that it brings itself (%.*s). Whether that is the hub's key only the hub's own document can say: "
			"fetch /.well-known/polder.json from the hub and give it too.", STR_ARG(id)));
	return say(out, HARBOR_VALID, S("The hub signed this statement, and the policy's text is the one that was accepted."));
}

bool harbor_opens(struct arena *a, const struct json *file, const struct json *opening) {
	const struct json *statement = json_get_lit(file, "statement");
	struct str salt, said = json_string(json_pointer(statement, S("/report/commitment")));
	if (!said.n || !str_is(json_get_str(opening, S("polder")), "harbor-opening")) return false;
	if (!str_eq(json_get_str(opening, S("grant")), json_get_str(statement, S("grant")))) return false;
	if (!base64url_decode(a, json_get_str(opening, S("salt")), &salt)) return false;
	return str_eq(said, harbor_commitment(a, salt, json_get_str(opening, S("at")), json_get_str(opening, S("report"))));
}
