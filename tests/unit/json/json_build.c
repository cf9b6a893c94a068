#include "json_test.h"

static void builders_give_what_was_put_in_in_order(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder list = json_array_of(a), object = json_object_of(a);
	json_add(&list, json_int(a, 1));
	json_add(&list, json_real(a, 2.5));
	json_add(&list, json_bool(a, false));
	json_add(&list, json_null(a));
	json_set_str(&object, S("name"), S("value"));
	json_set(&object, S("list"), json_built(&list));
	json_set_bool(&object, S("yes"), true);
	json_set_int(&object, S("n"), -7);
	assert_str(
		json_text(a, json_built(&object)), "{\"name\":\"value\",\"list\":[1,2.5,false,null],\"yes\":true,\"n\":-7}");
	assert_false(arena_failed(a));
}

static void an_empty_builder_gives_an_empty_value(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder list = json_array_of(a), object = json_object_of(a);
	assert_str(json_text(a, json_built(&list)), "[]");
	assert_str(json_text(a, json_built(&object)), "{}");
}

static void a_name_that_is_set_again_keeps_its_place(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder b = json_object_of(a);
	json_set_int(&b, S("a"), 1);
	json_set_int(&b, S("b"), 2);
	json_set_int(&b, S("a"), 3);
	assert_str(json_text(a, json_built(&b)), "{\"a\":3,\"b\":2}");
}

static void many_names_are_set_and_set_again_in_linear_time(void **state) {
	(void)state;
	enum { MANY = 100000 };
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	struct json_builder b = json_object_of(a);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) json_set_int(&b, arena_fmt(a, "%d", i), i + round);
	const struct json *v = json_built(&b);
	assert_int_equal(json_count(v), MANY);
	for (int i = 0; i < MANY; i += 97) assert_int_equal(json_integer(json_get(v, arena_fmt(a, "%d", i)), -1), i + 1);
}

static void an_object_of_every_size_finds_its_members(void **state) {
	(void)state;
	for (int n = 0; n < 140; n++) {
		autoarena struct arena *a = arena_new(1 << 20);
		struct json_builder b = json_object_of(a);
		for (int i = 0; i < n; i++) json_set_int(&b, arena_fmt(a, "%d", i), i);
		const struct json *v = json_built(&b);
		for (int i = 0; i < n; i++) assert_int_equal(json_integer(json_get(v, arena_fmt(a, "%d", i)), -1), i);
		assert_null(json_get_lit(v, "x"));
	}
}

static void what_is_empty_is_not_put(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder b = json_object_of(a);
	json_put_str(&b, S("a"), S(""));
	json_put_str(&b, S("b"), S("x"));
	json_put(&b, S("c"), NULL);
	json_put(&b, S("d"), parsed(a, "[]"));
	json_put(&b, S("e"), parsed(a, "{}"));
	json_put(&b, S("f"), parsed(a, "[0]"));
	json_put(&b, S("g"), parsed(a, "null"));
	assert_str(json_text(a, json_built(&b)), "{\"b\":\"x\",\"f\":[0],\"g\":null}");
}

static void a_missing_value_fails_the_arena(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder b = json_array_of(a);
	json_add(&b, NULL);
	assert_true(arena_failed(a));
	assert_null(json_built(&b));
}

static void misuse_of_a_builder_fails_the_arena(void **state) {
	(void)state;
	for (int i = 0; i < 4; i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		struct json_builder list = json_array_of(a), object = json_object_of(a);
		if (i == 0) json_set_int(&list, S("a"), 1);
		if (i == 1) json_add(&object, json_int(a, 1));
		if (i == 2 && json_built(&list)) json_add(&list, json_int(a, 1));
		if (i == 3) assert_null(json_real(a, (double)NAN));
		assert_true(arena_failed(a));
	}
}

static void bad_utf8_fails_the_arena_where_it_is_checked(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(json_string(json_str_checked(a, S("gr\xC3\xBC\xC3\x9F"))), "gr\xC3\xBC\xC3\x9F");
	assert_null(json_str_checked(a, S("\xFF")));
	assert_true(arena_failed(a));
}

static void with_sets_replaces_and_takes_away_a_member_in_a_copy(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "{\"a\":1,\"b\":2,\"c\":3}");
	assert_str(json_text(a, json_with(a, v, S("b"), json_int(a, 9))), "{\"a\":1,\"b\":9,\"c\":3}");
	assert_str(json_text(a, json_with(a, v, S("d"), json_int(a, 9))), "{\"a\":1,\"b\":2,\"c\":3,\"d\":9}");
	assert_str(json_text(a, json_with(a, v, S("a"), NULL)), "{\"b\":2,\"c\":3}");
	assert_str(json_text(a, json_with(a, v, S("x"), NULL)), "{\"a\":1,\"b\":2,\"c\":3}");
	assert_str(json_text(a, json_with(a, NULL, S("x"), json_int(a, 1))), "{\"x\":1}");
	assert_str(json_text(a, v), "{\"a\":1,\"b\":2,\"c\":3}");
	assert_false(arena_failed(a));
	assert_null(json_with(a, parsed(a, "[]"), S("x"), json_int(a, 1)));
	assert_true(arena_failed(a));
}

static void with_keeps_the_index_of_a_large_object(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	const struct json *v = NULL;
	for (int i = 0; i < 40; i++) v = json_with(a, v, arena_fmt(a, "%d", i), json_int(a, i));
	for (int i = 0; i < 40; i += 2) v = json_with(a, v, arena_fmt(a, "%d", i), NULL);
	assert_int_equal(json_count(v), 20);
	for (int i = 0; i < 40; i++) assert_int_equal(json_integer(json_get(v, arena_fmt(a, "%d", i)), -1), i % 2 ? i : -1);
}

static struct str changed(struct arena *a, const char *text, const char *pointer, const char *value) {
	return json_text(a, json_with_pointer(a, parsed(a, text), str_of(pointer), value ? parsed(a, value) : NULL));
}

static void with_pointer_sets_and_takes_away_at_any_depth(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(changed(a, "{\"a\":{\"b\":[1,{\"c\":2}]}}", "/a/b/1/c", "3"), "{\"a\":{\"b\":[1,{\"c\":3}]}}");
	assert_str(changed(a, "{\"a\":{\"b\":[1,2,3]}}", "/a/b/1", NULL), "{\"a\":{\"b\":[1,3]}}");
	assert_str(changed(a, "{}", "/x/y~1z/~0", "true"), "{\"x\":{\"y/z\":{\"~\":true}}}");
	assert_str(changed(a, "{\"a\":[1]}", "/a/1", "2"), "{\"a\":[1,2]}");
	assert_str(changed(a, "{\"a\":[1]}", "/a/-", "2"), "{\"a\":[1,2]}");
	assert_str(changed(a, "{\"a\":1}", "/b/c", NULL), "{\"a\":1}");
	assert_str(changed(a, "{\"a\":1}", "/a", NULL), "{}");
	assert_str(changed(a, "{\"a\":1}", "", "[0]"), "[0]");
	assert_str(changed(a, "{\"a\":1}", "/", "2"), "{\"a\":1,\"\":2}");
	assert_false(arena_failed(a));
}

static void with_pointer_fails_where_it_cannot_be_followed(void **state) {
	(void)state;
	const char *const pointers[] = {"a", "/a/0", "/l/9", "/l/x", "/l/01", "/l/-1", "/~x", "/l/-/x"};
	for (size_t i = 0; i < lengthof(pointers); i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		const struct json *v = parsed(a, "{\"a\":1,\"l\":[1]}");
		assert_null(json_with_pointer(a, v, str_of(pointers[i]), json_int(a, 1)));
		assert_true(arena_failed(a));
	}
	autoarena struct arena *a = arena_new(1 << 20);
	assert_null(json_with_pointer(a, parsed(a, "1"), S(""), NULL));
	assert_true(arena_failed(a));
}

static void a_copy_lives_in_its_own_arena_alone(void **state) {
	(void)state;
	autoarena struct arena *to = arena_new(1 << 20);
	struct arena *from = arena_new(1 << 20);
	autobuf struct buf text = BUF(1 << 16);
	for (int i = 0; i < 30; i++) buf_fmt(&text, "%c\"%d\":[\"%d\",{}]", i ? ',' : '{', i, i);
	buf_add_char(&text, '}');
	const struct json *copy = json_copy(to, parsed(from, text.p));
	arena_free(from);
	assert_str(json_text(to, copy), text.p);
	assert_str(json_string(json_pointer(copy, S("/29/0"))), "29");
	assert_null(json_copy(to, NULL));
	assert_false(arena_failed(to));
}

static void values_nested_too_deeply_are_neither_copied_nor_written_nor_equal(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	const struct json *deep = json_null(a), *again = json_null(a), *fits = NULL;
	for (int i = 0; i < 5000; i++) {
		if (i == JSON_NEST) fits = deep;
		struct json_builder b = json_array_of(a), c = json_array_of(a);
		json_add(&b, deep);
		json_add(&c, again);
		deep = json_built(&b);
		again = json_built(&c);
	}
	assert_false(arena_failed(a));
	assert_false(json_equal(deep, again));
	autobuf struct buf out = BUF(1 << 20);
	json_canonical_to(&out, deep);
	assert_true(out.failed);
	buf_clear(&out);
	struct json_writer w = json_writer(&out);
	jw_value(&w, deep);
	assert_true(out.failed);
	assert_true(json_text(a, fits).n > 0 && json_canonical(a, fits).n > 0 && json_copy(a, fits) && !arena_failed(a));
	assert_int_equal(json_count(json_diff(a, deep, again)), 1);
	assert_null(json_copy(a, deep));
	assert_true(arena_failed(a));
}

/* Everything that builds, in an arena of every size from nothing up: an answer or NULL, never a crash. */
static const struct json *build_all(struct arena *a) {
	struct json_builder b = json_object_of(a), list = json_array_of(a);
	for (int i = 0; i < 20; i++) {
		json_set_str(&b, arena_fmt(a, "name %d", i), arena_str(a, S("value")));
		json_add(&list, json_int(a, i));
	}
	json_set(&b, S("list"), json_built(&list));
	const struct json *v = json_built(&b), *w = json_with(a, v, S("name 3"), NULL);
	w = json_with_pointer(a, w, S("/list/4"), json_bool(a, true));
	w = json_with_pointer(a, w, S("/new/one"), json_null(a));
	const struct json *diff = json_diff(a, v, json_copy(a, w));
	if (json_text(a, diff).n == 0 || json_pretty(a, w).n == 0 || json_canonical(a, w).n == 0) return NULL;
	return arena_failed(a) ? NULL : diff;
}

static void an_arena_of_any_size_gives_an_answer_or_fails(void **state) {
	(void)state;
	size_t cap = 0;
	for (;; cap += 64) {
		autoarena struct arena *a = arena_new(cap);
		const struct json *diff = build_all(a);
		assert_int_equal(diff == NULL, arena_failed(a));
		if (!diff) continue;
		assert_int_equal(json_count(diff), 3);
		break;
	}
	assert_true(cap > 4096);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builders_give_what_was_put_in_in_order),
		cmocka_unit_test(an_empty_builder_gives_an_empty_value),
		cmocka_unit_test(a_name_that_is_set_again_keeps_its_place),
		cmocka_unit_test(many_names_are_set_and_set_again_in_linear_time),
		cmocka_unit_test(an_object_of_every_size_finds_its_members),
		cmocka_unit_test(what_is_empty_is_not_put),
		cmocka_unit_test(a_missing_value_fails_the_arena),
		cmocka_unit_test(misuse_of_a_builder_fails_the_arena),
		cmocka_unit_test(bad_utf8_fails_the_arena_where_it_is_checked),
		cmocka_unit_test(with_sets_replaces_and_takes_away_a_member_in_a_copy),
		cmocka_unit_test(with_keeps_the_index_of_a_large_object),
		cmocka_unit_test(with_pointer_sets_and_takes_away_at_any_depth),
		cmocka_unit_test(with_pointer_fails_where_it_cannot_be_followed),
		cmocka_unit_test(a_copy_lives_in_its_own_arena_alone),
		cmocka_unit_test(values_nested_too_deeply_are_neither_copied_nor_written_nor_equal),
		cmocka_unit_test(an_arena_of_any_size_gives_an_answer_or_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
