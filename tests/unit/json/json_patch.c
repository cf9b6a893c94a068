#include "json_test.h"

/* RFC 7396, appendix A, and some more. */
static void a_merge_patch_does_what_the_rfc_shows(void **state) {
	(void)state;
	static const struct {
		const char *target, *patch, *result;
	} cases[] = {
		{"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
		{"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
		{"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
		{"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
		{"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
		{"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
		{"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
		{"{\"a\":\"foo\"}", "null", "null"},
		{"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
		{"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
		{"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
		{"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
		{"{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":{\"x\":null,\"y\":[null]}}", "{\"a\":1,\"b\":{\"y\":[null]},\"c\":3}"},
		{"{\"a\":null}", "{\"a\":null}", "{}"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		const struct json *v = json_merge_patch(a, parsed(a, cases[i].target), parsed(a, cases[i].patch));
		assert_str(json_text(a, v), cases[i].result);
		assert_false(arena_failed(a));
	}
}

static void nothing_is_a_target_too(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(json_text(a, json_merge_patch(a, NULL, parsed(a, "{\"a\":null,\"b\":{\"c\":1}}"))), "{\"b\":{\"c\":1}}");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_merge_patch_does_what_the_rfc_shows),
		cmocka_unit_test(nothing_is_a_target_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
