/* No bytes are taken for a token that nobody signed; what is read is an object, and its base64url is the one form of its bytes. Input: a token, and behind a
 * line end a set of keys to try it with. */
#include "fuzz.h"
#include "lib/jwt/jwt.h"

/* Keys whose private halves nobody has kept. */
static const char keys[] =
	"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"},"
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)32 << 20);
	struct err e = {.code = ERR_OK};
	struct jwt t;
	const struct json *ours = NULL, *theirs = NULL;
	if (!a) return 0;
	struct str rest = str_n(data, size), text = STR_EMPTY;
	(void)str_split(&rest, '\n', &text);
	enum err_code code = jwt_parse(a, text, &t, &e);
	if (code) {
		MUST(code == e.code && e.message[0]);
		return 0;
	}
	MUST(json_is(t.header, JSON_OBJECT) && json_is(t.claims, JSON_OBJECT) && t.signature.n);
	struct str signature = base64url_encode(a, t.signature);
	MUST(t.input.n + 1 + signature.n == text.n && str_ends(text, signature));
	MUST(!json_parse(a, str_of(keys), NULL, &ours, &e));
	MUST(jwt_verify(&t, ours, a, &e) != ERR_OK);
	/* Keys that come with it may be good or not. */
	if (rest.p && !json_parse(a, rest, &(struct json_limits){.bytes = 1 << 16, .depth = 8}, &theirs, &e)) (void)!jwt_verify(&t, theirs, a, &e);
	struct id_token_wanted w = {S("https://id.example.org"), S("polder"), S("n"), (moment)1800000000 * SECOND};
	code = id_token_check(t.claims, &w, &e);
	if (!code) MUST(str_is(json_get_str(t.claims, S("iss")), "https://id.example.org") && str_is(json_get_str(t.claims, S("nonce")), "n"));
	else MUST(code == ERR_FORBIDDEN && e.where[0]);
	return 0;
}
