#include "json_test.h"

static void assert_diff(const char *from, const char *to, const char *want) {
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, from), *w = parsed(a, to), *diff = json_diff(a, v, w);
	assert_str(json_text(a, diff), want);
	/* Applied in order the changes lead from one to the other. */
	for (size_t i = 0; i < json_count(diff); i++) {
		const struct json *change = json_at(diff, i);
		v = json_with_pointer(a, v, json_get_str(change, S("path")), json_get_lit(change, "to"));
	}
	assert_true(json_equal(v, w));
	assert_false(arena_failed(a));
}

static void equal_values_have_no_differences(void **state) {
	(void)state;
	assert_diff("{\"a\":1,\"b\":[1,{\"c\":2}]}", "{\"b\":[1.0,{\"c\":2}],\"a\":1}", "[]");
}

static void objects_are_compared_member_by_member(void **state) {
	(void)state;
	assert_diff("{\"a\":1,\"b\":{\"x\":1,\"y\":2},\"gone\":null}", "{\"a\":2,\"b\":{\"x\":1,\"y\":3},\"new\":[1]}",
		"[{\"op\":\"replace\",\"path\":\"/a\",\"from\":1,\"to\":2},{\"op\":\"replace\",\"path\":\"/b/y\",\"from\":2,\"to\":3},"
		"{\"op\":\"remove\",\"path\":\"/gone\",\"from\":null},{\"op\":\"add\",\"path\":\"/new\",\"to\":[1]}]");
}

static void arrays_of_one_length_are_compared_item_by_item(void **state) {
	(void)state;
	assert_diff("[1,[2,3],4]", "[1,[2,9],4]", "[{\"op\":\"replace\",\"path\":\"/1/1\",\"from\":3,\"to\":9}]");
}

static void arrays_of_other_lengths_are_replaced_whole(void **state) {
	(void)state;
	assert_diff("{\"l\":[1,2]}", "{\"l\":[1]}", "[{\"op\":\"replace\",\"path\":\"/l\",\"from\":[1,2],\"to\":[1]}]");
}

static void another_type_replaces_the_value(void **state) {
	(void)state;
	assert_diff(
		"{\"a\":{\"b\":1}}", "{\"a\":[1]}", "[{\"op\":\"replace\",\"path\":\"/a\",\"from\":{\"b\":1},\"to\":[1]}]");
	assert_diff("1", "\"1\"", "[{\"op\":\"replace\",\"path\":\"\",\"from\":1,\"to\":\"1\"}]");
}

static void names_are_escaped_in_paths(void **state) {
	(void)state;
	assert_diff("{\"a/b~c\":{\"\":1}}", "{\"a/b~c\":{\"\":2}}",
		"[{\"op\":\"replace\",\"path\":\"/a~1b~0c/\",\"from\":1,\"to\":2}]");
}

static void a_missing_side_is_all_added_or_all_removed(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(json_text(a, json_diff(a, NULL, parsed(a, "1"))), "[{\"op\":\"add\",\"path\":\"\",\"to\":1}]");
	assert_str(json_text(a, json_diff(a, parsed(a, "1"), NULL)), "[{\"op\":\"remove\",\"path\":\"\",\"from\":1}]");
	assert_str(json_text(a, json_diff(a, NULL, NULL)), "[]");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_have_no_differences),
		cmocka_unit_test(objects_are_compared_member_by_member),
		cmocka_unit_test(arrays_of_one_length_are_compared_item_by_item),
		cmocka_unit_test(arrays_of_other_lengths_are_replaced_whole),
		cmocka_unit_test(another_type_replaces_the_value),
		cmocka_unit_test(names_are_escaped_in_paths),
		cmocka_unit_test(a_missing_side_is_all_added_or_all_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
