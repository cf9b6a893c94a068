#include "json_test.h"

static double of_bits(uint64_t bits) {
	double d;
	memcpy(&d, &bits, sizeof d);
	return d;
}

static void assert_text(double v, const char *want) {
	char text[JSON_REAL_TEXT];
	assert_str(json_real_text(v, text), want);
	if (strcmp(want, "0") != 0) assert_true(strtod(text, NULL) == v);
}

/* RFC 8785, appendix B: IEEE 754 bits and the text that they have. */
static void the_samples_of_rfc_8785_appendix_b_are_written_as_given(void **state) {
	(void)state;
	static const struct {
		uint64_t bits;
		const char *text;
	} samples[] = {
		{0x0000000000000000, "0"}, {0x8000000000000000, "0"}, {0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"}, {0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"}, {0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"}, {0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"}, {0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"}, {0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"}, {0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"}, {0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"}, {0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"}, {0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"}, {0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	};
	for (size_t i = 0; i < lengthof(samples); i++) assert_text(of_bits(samples[i].bits), samples[i].text);
}

static void plain_numbers_are_written_plainly(void **state) {
	(void)state;
	assert_text(1, "1");
	assert_text(-1.5, "-1.5");
	assert_text(0.1, "0.1");
	assert_text(123.456, "123.456");
	assert_text(1e15, "1000000000000000");
	assert_text(123456789012345680.0, "123456789012345680");
	assert_text(2.0 / 3, "0.6666666666666666");
	assert_text(99.99, "99.99");
	assert_text(1e-5, "0.00001");
	assert_text(1e-7, "1e-7");
	assert_text(1.5e-10, "1.5e-10");
	assert_text(4.35, "4.35");
}

/* Below a power of two doubles lie closer than above it: the digits nearest to 2^-44 would read as its neighbour. */
static void powers_of_two_have_the_shortest_text_that_reads_back(void **state) {
	(void)state;
	assert_text(0x1p-44, "5.684341886080802e-14");
	for (int exponent = -1074; exponent < 1024; exponent++) {
		char text[JSON_REAL_TEXT];
		double v = ldexp(1, exponent);
		json_real_text(v, text);
		assert_true(strtod(text, NULL) == v);
	}
}

static void subnormal_numbers_have_the_shortest_text(void **state) {
	(void)state;
	assert_text(of_bits(2), "1e-323");
	assert_text(of_bits(0x000fffffffffffff), "2.225073858507201e-308");
	assert_text(of_bits(0x0010000000000000), "2.2250738585072014e-308");
	assert_text(1e-320, "1e-320");
}

/* A linear congruential sequence over all bits: each text reads back as the same double. */
static void any_double_reads_back_as_itself(void **state) {
	(void)state;
	uint64_t bits = 42;
	for (int i = 0; i < 20000; i++) {
		bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		double v = of_bits(bits);
		char text[JSON_REAL_TEXT];
		if (!isfinite(v)) continue;
		assert_true(json_real_text(v, text).n < JSON_REAL_TEXT);
		assert_true(strtod(text, NULL) == v);
	}
}

static void integers_are_written_in_full(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const int64_t integers[] = {0, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
	const char *const texts[] = {"0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"};
	for (size_t i = 0; i < lengthof(integers); i++) {
		assert_str(json_text(a, json_int(a, integers[i])), texts[i]);
		assert_str(json_canonical(a, json_int(a, integers[i])), texts[i]);
	}
}

static void a_real_without_fraction_is_an_integer(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_true(
		json_is_integer(parsed(a, "1.0")) && json_is_integer(parsed(a, "1e300")) && json_is_integer(parsed(a, "7")));
	assert_false(json_is_integer(parsed(a, "1.5")) || json_is_integer(parsed(a, "\"1\"")) || json_is_integer(NULL));
	assert_int_equal(json_integer(parsed(a, "3.0"), -1), 3);
	assert_int_equal(json_integer(parsed(a, "3.5"), -1), -1);
	assert_int_equal(json_integer(parsed(a, "1e300"), -1), -1);
	assert_int_equal(json_integer(parsed(a, "-9223372036854775808.0"), -1), INT64_MIN);
	assert_int_equal(json_integer(parsed(a, "9223372036854775808.0"), -1), -1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_samples_of_rfc_8785_appendix_b_are_written_as_given),
		cmocka_unit_test(plain_numbers_are_written_plainly),
		cmocka_unit_test(powers_of_two_have_the_shortest_text_that_reads_back),
		cmocka_unit_test(subnormal_numbers_have_the_shortest_text),
		cmocka_unit_test(any_double_reads_back_as_itself),
		cmocka_unit_test(integers_are_written_in_full),
		cmocka_unit_test(a_real_without_fraction_is_an_integer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
