/* What is read is written and read again: the same value, and text that no longer changes. */
#include "fuzz.h"
#include "lib/json/json.h"

static const struct json *read_back(struct arena *a, struct str text) {
	const struct json *v = NULL;
	struct err e = {.code = ERR_OK};
	enum err_code code = json_parse(a, text, NULL, &v, &e);
	MUST(code == ERR_OK);
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)64 << 20);
	struct err e = {.code = ERR_OK};
	const struct json *v = NULL;
	if (!a) return 0;
	enum err_code code = json_parse(a, str_n(data, size), &(struct json_limits){.bytes = 1 << 16}, &v, &e);
	if (code) {
		MUST(code == e.code && e.message[0] && str_utf8(str_of(e.message)) && !v);
		return 0;
	}
	struct str text = json_text(a, v), pretty = json_pretty(a, v);
	const struct json *again = read_back(a, text), *from_pretty = read_back(a, pretty);
	MUST(json_equal(v, again) && json_equal(v, from_pretty));
	MUST(str_eq(text, json_text(a, again)) && str_eq(text, json_text(a, from_pretty)));
	const struct json *copy = json_copy(a, v);
	MUST(copy && json_equal(copy, v));
	MUST(json_count(json_diff(a, v, again)) == 0);

	/* The first difference, followed, leads from one value to the other. */
	struct json_builder object = json_object_of(a);
	json_set(&object, S("a"), v);
	json_set_int(&object, S("b"), 1);
	const struct json *both = json_built(&object), *other = json_with(a, json_with(a, both, S("a"), NULL), S("c"), v);
	const struct json *changes = json_diff(a, both, other), *patched = both;
	for (size_t i = 0; i < json_count(changes); i++)
		patched = json_with_pointer(a, patched, json_get_str(json_at(changes, i), S("path")),
			json_get_lit(json_at(changes, i), "to"));
	MUST(patched && json_equal(patched, other) && !arena_failed(a));

	/* The input as a pointer into its own value. */
	json_pointer(v, str_n(data, size));
	return 0;
}
