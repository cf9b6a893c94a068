#include "check.h"

static void the_maximum_is_reached_and_not_passed(void **state) {
	(void)state;
	for (size_t max = 0; max < 300; max++) {
		autobuf struct buf b = BUF(max);
		for (size_t i = 0; i < max; i++) buf_add_char(&b, 'x');
		assert_false(b.failed);
		assert_int_equal(b.n, max);
		buf_add_char(&b, 'y');
		assert_true(b.failed);
		assert_int_equal(b.n, max);
	}
}

static void an_addition_that_does_not_fit_leaves_nothing_of_itself(void **state) {
	(void)state;
	autobuf struct buf b = BUF(10);
	buf_add(&b, S("12345678"));
	buf_add(&b, S("abc"));
	assert_true(b.failed);
	assert_str(buf_str(&b), "12345678");
	buf_fmt(&b, "%d", 1);
	buf_add_int(&b, 1);
	buf_add_char(&b, 'a'); /* would fit, but failure stays */
	assert_str(buf_str(&b), "12345678");
}

static void formatted_text_is_bounded_too(void **state) {
	(void)state;
	static char text[1000];
	memset(text, 'q', sizeof text - 1);
	autobuf struct buf b = BUF(999);
	buf_fmt(&b, "%s", text);
	assert_false(b.failed);
	assert_int_equal(b.n, 999);
	assert_int_equal(b.p[999], 0);
	autobuf struct buf small = BUF(998);
	buf_fmt(&small, "%s", text);
	assert_true(small.failed);
	assert_int_equal(small.n, 0);
}

static void an_empty_buffer_is_the_empty_string(void **state) {
	(void)state;
	autobuf struct buf b = BUF(10);
	assert_str(buf_str(&b), "");
	buf_clear(&b);
	buf_add(&b, STR_EMPTY);
	assert_str(buf_str(&b), "");
}

static void clearing_forgets_failure_and_keeps_the_maximum(void **state) {
	(void)state;
	autobuf struct buf b = BUF(3);
	buf_add(&b, S("1234"));
	assert_true(b.failed);
	buf_clear(&b);
	buf_add(&b, S("123"));
	assert_str(buf_str(&b), "123");
	buf_free(&b);
	buf_add(&b, S("1234"));
	assert_true(b.failed);
}

static void numbers_from_end_to_end(void **state) {
	(void)state;
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{0, "0"}, {-1, "-1"}, {10, "10"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		autobuf struct buf b = BUF(100);
		buf_add_int(&b, cases[i].value);
		assert_str(buf_str(&b), cases[i].text);
	}
}

static void a_nul_always_stands_behind(void **state) {
	(void)state;
	autobuf struct buf b = BUF(5000);
	for (int i = 0; i < 4000; i++) {
		buf_add_char(&b, 'x');
		assert_int_equal(b.p[b.n], 0);
	}
}

static void a_maximum_beyond_all_memory_is_no_overflow(void **state) {
	(void)state;
	autobuf struct buf b = BUF(SIZE_MAX);
	buf_add(&b, S("abc"));
	assert_false(buf_room(&b, SIZE_MAX - 3));
	assert_true(b.failed);
	assert_str(buf_str(&b), "abc");
}

static void room_is_given_for_what_the_caller_writes(void **state) {
	(void)state;
	autobuf struct buf b = BUF(100);
	buf_add(&b, S("ab"));
	assert_true(buf_room(&b, 98));
	memset(b.p + b.n, 'c', 98);
	b.n += 98;
	assert_false(buf_room(&b, 1));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_maximum_is_reached_and_not_passed),
		cmocka_unit_test(an_addition_that_does_not_fit_leaves_nothing_of_itself),
		cmocka_unit_test(formatted_text_is_bounded_too),
		cmocka_unit_test(an_empty_buffer_is_the_empty_string),
		cmocka_unit_test(clearing_forgets_failure_and_keeps_the_maximum),
		cmocka_unit_test(numbers_from_end_to_end),
		cmocka_unit_test(a_nul_always_stands_behind),
		cmocka_unit_test(a_maximum_beyond_all_memory_is_no_overflow),
		cmocka_unit_test(room_is_given_for_what_the_caller_writes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
