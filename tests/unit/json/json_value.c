#include "json_test.h"

static void absence_is_walked_without_checks(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "{\"a\":[{\"b\":1}],\"n\":null}");
	assert_null(json_get_lit(json_at(json_get_lit(v, "a"), 7), "b"));
	assert_null(json_get_lit(NULL, "x"));
	assert_null(json_get_lit(json_get_lit(v, "n"), "x"));
	assert_null(json_at(v, 0));
	assert_null(json_member_at(json_get_lit(v, "a"), 0));
	assert_int_equal(json_count(NULL), 0);
	assert_int_equal(json_count(json_get_lit(v, "n")), 0);
	assert_int_equal(json_integer(NULL, 9), 9);
	assert_str(json_string(NULL), "");
	assert_str(json_get_str(v, S("nothing")), "");
	assert_true(json_number(NULL, 1.5) == 1.5);
	assert_false(json_true(NULL));
	assert_int_equal(json_type(NULL), JSON_NULL);
}

static void only_true_is_true(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "[true,false,1,\"true\",null]");
	for (size_t i = 0; i < json_count(v); i++) assert_int_equal(json_true(json_at(v, i)), i == 0);
}

static void a_member_is_found_by_its_name_among_few_and_among_many(void **state) {
	(void)state;
	const int sizes[] = {1, 16, 17, 31, 32, 33, 1000, 100000};
	for (size_t s = 0; s < lengthof(sizes); s++) {
		autoarena struct arena *a = arena_new((size_t)256 << 20);
		autobuf struct buf text = BUF(16 << 20);
		for (int i = 0; i < sizes[s]; i++) buf_fmt(&text, "%c\"%d\":%d", i ? ',' : '{', i, i * 2);
		buf_add_char(&text, '}');
		const struct json *v = parsed(a, text.p);
		for (int i = 0; i < sizes[s]; i++) {
			char name[16];
			int n = snprintf(name, sizeof name, "%d", i);
			assert_int_equal(json_integer(json_get(v, str_n(name, (size_t)n)), -1), i * 2);
		}
		assert_null(json_get_lit(v, "-1"));
		assert_null(json_get_lit(v, ""));
	}
}

/* RFC 6901 section 5. */
static void the_samples_of_rfc_6901_lead_where_it_says(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a,
		"{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
	const char *const pointers[] = {"/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"};
	for (size_t i = 0; i < lengthof(pointers); i++)
		assert_int_equal(json_integer(json_pointer(v, str_of(pointers[i])), -1), (int64_t)i);
	assert_ptr_equal(json_pointer(v, S("")), v);
	assert_str(json_string(json_pointer(v, S("/foo/0"))), "bar");
	assert_int_equal(json_count(json_pointer(v, S("/foo"))), 2);
}

static void a_pointer_that_leads_nowhere_gives_nothing(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "{\"a\":[1,2],\"~\":1,\"a~\":2}");
	const char *const pointers[] = {"a", "/b", "/a/2", "/a/-", "/a/01", "/a/-1", "/a/+1", "/a/1x",
		"/a/99999999999999999999", "/a/", "/a/0/x", "/~", "/a~", "/~2", "/a~01x"};
	for (size_t i = 0; i < lengthof(pointers); i++)
		if (json_pointer(v, str_of(pointers[i]))) fail_msg("%s leads somewhere", pointers[i]);
	assert_null(json_pointer(NULL, S("/a")));
	assert_int_equal(json_integer(json_pointer(v, S("/~0")), 0), 1);
}

static bool equal(const char *x, const char *y) {
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, x), *w = parsed(a, y);
	bool answer = json_equal(v, w);
	assert_int_equal(json_equal(w, v), answer);
	return answer;
}

static void values_are_equal_as_json(void **state) {
	(void)state;
	assert_true(equal("{\"a\":1,\"b\":[true,null]}", "{\"b\":[true,null],\"a\":1.0}"));
	assert_true(equal("[1,-0.0]", "[1e0,0]"));
	assert_true(equal("\"\\u00e9\"", "\"é\""));
	assert_false(equal("[1,2]", "[2,1]"));
	assert_false(equal("{\"a\":1}", "{\"a\":1,\"b\":2}"));
	assert_false(equal("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}"));
	assert_false(equal("1", "\"1\""));
	assert_false(equal("0", "false"));
	assert_false(equal("null", "false"));
	assert_false(equal("9007199254740993", "9007199254740992"));
	assert_false(equal("1", "1.5"));
	assert_true(json_equal(NULL, NULL));
	assert_false(json_equal(NULL, &(struct json){.type = JSON_NULL}));
}

static void large_objects_in_opposite_order_are_equal_without_comparing_each_with_each(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	struct json_builder up = json_object_of(a), down = json_object_of(a);
	enum { MANY = 50000 };
	for (int i = 0; i < MANY; i++) {
		json_set_int(&up, arena_fmt(a, "name %d", i), i);
		json_set_int(&down, arena_fmt(a, "name %d", MANY - 1 - i), MANY - 1 - i);
	}
	assert_true(json_equal(json_built(&up), json_built(&down)));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absence_is_walked_without_checks),
		cmocka_unit_test(only_true_is_true),
		cmocka_unit_test(a_member_is_found_by_its_name_among_few_and_among_many),
		cmocka_unit_test(the_samples_of_rfc_6901_lead_where_it_says),
		cmocka_unit_test(a_pointer_that_leads_nowhere_gives_nothing),
		cmocka_unit_test(values_are_equal_as_json),
		cmocka_unit_test(large_objects_in_opposite_order_are_equal_without_comparing_each_with_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
