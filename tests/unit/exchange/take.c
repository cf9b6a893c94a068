#include "exchange/take.h"
#include "loss.h"

static const struct json *rest_after(const char *text, void (*read)(struct take *t, const struct json *v)) {
	struct take t = {.a = arena};
	const struct json *v = parsed(str_of(text));
	if (read) read(&t, v);
	return take_rest(&t, v);
}

static void leaves(const char *text, void (*read)(struct take *t, const struct json *v), const char *rest) {
	const struct json *v = rest_after(text, read);
	assert_string_equal(v ? json_text(arena, v).p : "nothing", rest);
}

static void read_name(struct take *t, const struct json *v) {
	take_str(t, v, S("name"));
}

static void a_string_that_was_read_is_not_left(void **state) {
	(void)state;
	leaves("{\"name\":\"x\"}", read_name, "nothing");
	leaves("{\"name\":\"x\",\"other\":\"y\"}", read_name, "{\"other\":\"y\"}");
}

static void a_value_of_another_sort_is_neither_given_nor_noted(void **state) {
	(void)state;
	struct take t = {.a = arena};
	const struct json *v = parsed(S("{\"name\":7,\"number\":\"7\",\"yes\":0,\"list\":{}}"));
	assert_int_equal(take_str(&t, v, S("name")).n, 0);
	assert_null(take_number(&t, v, S("number")));
	assert_null(take_bool(&t, v, S("yes")));
	assert_null(take_strings(&t, v, S("list")));
	assert_ptr_equal(take_rest(&t, v), v);
}

static bool is_short(struct str s) {
	return s.n < 3;
}

static void read_short(struct take *t, const struct json *v) {
	take_str_if(t, v, S("a"), is_short);
	take_str_if(t, v, S("b"), is_short);
	take_is(t, v, S("c"), S("this"));
	take_is(t, v, S("d"), S("this"));
}

static void a_string_that_does_not_fit_is_left(void **state) {
	(void)state;
	leaves("{\"a\":\"xy\",\"b\":\"long\",\"c\":\"this\",\"d\":\"that\"}", read_short, "{\"b\":\"long\",\"d\":\"that\"}");
}

static void what_nobody_read_is_left_as_it_is(void **state) {
	(void)state;
	leaves("{\"a\":[1,{\"b\":null}],\"c\":\"\"}", NULL, "{\"a\":[1,{\"b\":null}],\"c\":\"\"}");
}

static void empty_values_count_as_not_read(void **state) {
	(void)state;
	leaves("{\"name\":\"\",\"list\":[],\"object\":{}}", read_name, "{\"name\":\"\",\"list\":[],\"object\":{}}");
}

static void read_items(struct take *t, const struct json *v) {
	const struct json *list = json_get_lit(v, "list");
	for (size_t i = 0; i < json_count(list); i++)
		if (i != 1) take_str(t, json_at(list, i), S("name"));
}

static void of_a_partly_read_array_the_items_are_left_by_their_number(void **state) {
	(void)state;
	leaves("{\"list\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\",\"x\":1}]}", read_items,
		"{\"list\":{\"1\":{\"name\":\"b\"},\"2\":{\"x\":1}}}");
	leaves("{\"list\":[{\"name\":\"a\"}]}", read_items, "nothing");
}

static void read_strings(struct take *t, const struct json *v) {
	assert_string_equal(json_text(arena, take_strings(t, v, S("list"))).p, "[\"a\",\"b\"]");
}

static void of_a_list_of_strings_other_values_are_left(void **state) {
	(void)state;
	leaves("{\"list\":[\"a\",\"b\"]}", read_strings, "nothing");
	leaves("{\"list\":[\"a\",3,\"\",\"b\"]}", read_strings, "{\"list\":{\"1\":3,\"2\":\"\"}}");
}

static void note_object(struct take *t, const struct json *v) {
	take_note(t, json_get_lit(v, "object"));
}

static void noting_an_object_notes_all_below_it(void **state) {
	(void)state;
	leaves("{\"object\":{\"a\":[1,2],\"b\":{}},\"c\":3}", note_object, "{\"c\":3}");
}

static void without_a_take_nothing_is_noted_and_all_is_given(void **state) {
	(void)state;
	const struct json *v = parsed(S("{\"name\":\"x\",\"n\":1.5}"));
	assert_true(str_is(take_str(NULL, v, S("name")), "x"));
	assert_true(json_number(take_number(NULL, v, S("n")), 0) == 1.5);
	assert_false(take_noted(NULL, v));
}

static void thousands_of_values_are_told_apart(void **state) {
	(void)state;
	enum { MANY = 20000 };
	struct take t = {.a = arena};
	struct json_builder b = json_array_of(arena);
	for (int i = 0; i < MANY; i++) json_add(&b, json_int(arena, i));
	const struct json *v = json_built(&b);
	for (size_t i = 0; i < MANY; i += 2) take_note(&t, json_at(v, i));
	for (size_t i = 0; i < MANY; i++) assert_int_equal(take_noted(&t, json_at(v, i)), i % 2 == 0);
	const struct json *rest = take_rest(&t, v);
	assert_int_equal(json_count(rest), MANY / 2);
	assert_int_equal(json_integer(json_get_lit(rest, "19999"), 0), 19999);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_string_that_was_read_is_not_left),
		TEST(a_value_of_another_sort_is_neither_given_nor_noted),
		TEST(a_string_that_does_not_fit_is_left),
		TEST(what_nobody_read_is_left_as_it_is),
		TEST(empty_values_count_as_not_read),
		TEST(of_a_partly_read_array_the_items_are_left_by_their_number),
		TEST(of_a_list_of_strings_other_values_are_left),
		TEST(noting_an_object_notes_all_below_it),
		TEST(without_a_take_nothing_is_noted_and_all_is_given),
		TEST(thousands_of_values_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
