/* A schema and a value for it, parted by a NUL (none: the input is both). What may not happen: a crash, a wait, two
 * answers, an error without words. */
#include "fuzz.h"
#include "lib/schema/schema.h"

static void check(const struct schema *s, const struct json *v, struct arena *a) {
	struct schema_errors errors;
	struct err e = {.code = ERR_OK};
	bool quick = schema_valid(s, v, a, NULL), full = schema_valid(s, v, a, &errors);
	MUST(quick == full);
	MUST(full == (errors.n == 0) && errors.n <= SCHEMA_ERRORS);
	for (size_t i = 0; i < errors.n; i++) {
		MUST(errors.items[i].message.n && errors.items[i].keyword.n && str_utf8(errors.items[i].message));
		MUST(json_pointer(v, errors.items[i].instance));
	}
	enum err_code code = schema_check(s, v, a, &e);
	MUST((code == ERR_OK) == full);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	struct str input = str_n(data, size);
	size_t nul = str_find_char(input, 0);
	struct str schema_text = str_sub(input, 0, nul), value_text = nul == STR_NONE ? input : str_from(input, nul + 1);
	const struct json *document, *value;
	struct json_limits limits = {.bytes = 1 << 16};
	if (!a || json_parse(a, schema_text, &limits, &document, NULL)) return 0;
	if (json_parse(a, value_text, &limits, &value, NULL)) value = document;
	for (int assert_format = 0; assert_format < 2; assert_format++) {
		struct schema_source source = {S("urn:fuzz"), document};
		struct schema_options options = {&source, 1, assert_format != 0};
		struct schema *s = NULL;
		struct err e = {.code = ERR_OK};
		enum err_code code = schema_compile(&s, document, &options, &e);
		if (code) {
			MUST(!s && e.code == code && e.message[0]);
			continue;
		}
		check(s, value, a);
		schema_free(s);
	}
	return 0;
}
