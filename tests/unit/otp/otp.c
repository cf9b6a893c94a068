/* The vectors of RFC 4226 appendix D, RFC 6238 appendix B and RFC 4648 section 10; how codes and base32 are typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/otp/otp.h"

static struct arena *arena;
static int start(void **state) {
	(void)state;
	arena = arena_new(1 << 20);
	return arena ? 0 : -1;
}
static int end(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}
#define otp_test(fn) cmocka_unit_test_setup_teardown(fn, start, end)

static const struct str secret = S_INIT("12345678901234567890");

static void codes_by_counter_are_those_of_rfc_4226(void **state) {
	(void)state;
	static const uint32_t expected[] = {755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489};
	for (uint64_t i = 0; i < lengthof(expected); i++) assert_int_equal(otp_code(secret, i, OTP_SHA1, 6), expected[i]);
}

static void codes_by_time_are_those_of_rfc_6238(void **state) {
	(void)state;
	static const struct {
		int64_t seconds;
		uint32_t sha1, sha256, sha512;
	} expected[] = {
		{59, 94287082, 46119246, 90693936}, {1111111109, 7081804, 68084774, 25091201}, {1111111111, 14050471, 67062674, 99943326},
		{1234567890, 89005924, 91819424, 93441116}, {2000000000, 69279037, 90698825, 38618901}, {20000000000, 65353130, 77737706, 47863826},
	};
	struct str s256 = S("12345678901234567890123456789012"), s512 = S("1234567890123456789012345678901234567890123456789012345678901234");
	for (size_t i = 0; i < lengthof(expected); i++) {
		uint64_t step = (uint64_t)otp_step(expected[i].seconds * SECOND, OTP_PERIOD);
		assert_int_equal(otp_code(secret, step, OTP_SHA1, 8), expected[i].sha1);
		assert_int_equal(otp_code(s256, step, OTP_SHA256, 8), expected[i].sha256);
		assert_int_equal(otp_code(s512, step, OTP_SHA512, 8), expected[i].sha512);
	}
}

static void a_code_is_found_one_step_either_way_and_never_up_to_one_that_was_used(void **state) {
	(void)state;
	/* counters 0 to 9, as above */
	assert_int_equal(otp_find(secret, S("338314"), 4, 1, -1), 4);
	assert_int_equal(otp_find(secret, S("969429"), 4, 1, -1), 3);
	assert_int_equal(otp_find(secret, S("254676"), 4, 1, -1), 5);
	assert_int_equal(otp_find(secret, S("287922"), 4, 1, -1), -1);
	assert_int_equal(otp_find(secret, S("338314"), 4, 1, 3), 4);
	assert_int_equal(otp_find(secret, S("338314"), 4, 1, 4), -1);
	assert_int_equal(otp_find(secret, S("338314"), 4, 1, 5), -1);
	assert_int_equal(otp_find(secret, S("755224"), 0, 1, -1), 0);
}

static void a_code_is_six_digits_with_blanks_where_one_likes(void **state) {
	(void)state;
	assert_int_equal(otp_find(secret, S("338 314"), 4, 1, -1), 4);
	assert_int_equal(otp_find(secret, S(" 3 3 8 3 1 4 "), 4, 1, -1), 4);
	const struct str wrong[] = {S(""), S("33831"), S("3383144"), S("33831a"), S("-38314"), S("338,314"), S("338314\n")};
	for (size_t i = 0; i < lengthof(wrong); i++) assert_int_equal(otp_find(secret, wrong[i], 4, 1, -1), -1);
	/* one that begins with noughts is typed with them */
	uint64_t counter = 0;
	while (otp_code(secret, counter, OTP_SHA1, 6) >= 100000) counter++;
	struct str text = arena_fmt(arena, "%06u", otp_code(secret, counter, OTP_SHA1, 6));
	assert_int_equal(otp_find(secret, text, (int64_t)counter, 0, -1), counter);
	assert_int_equal(otp_find(secret, str_from(text, 1), (int64_t)counter, 0, -1), -1);
}

static void base32_is_that_of_rfc_4648(void **state) {
	(void)state;
	static const struct str pairs[][2] = {{S_INIT(""), S_INIT("")}, {S_INIT("f"), S_INIT("MY")}, {S_INIT("fo"), S_INIT("MZXQ")},
		{S_INIT("foo"), S_INIT("MZXW6")}, {S_INIT("foob"), S_INIT("MZXW6YQ")}, {S_INIT("fooba"), S_INIT("MZXW6YTB")},
		{S_INIT("foobar"), S_INIT("MZXW6YTBOI")}};
	for (size_t i = 0; i < lengthof(pairs); i++) {
		struct str back;
		assert_true(str_eq(base32_encode(arena, pairs[i][0]), pairs[i][1]));
		assert_true(base32_decode(arena, pairs[i][1], &back));
		assert_true(str_eq(back, pairs[i][0]));
	}
}

static void base32_is_read_as_people_type_it(void **state) {
	(void)state;
	static const struct str same[] = {S_INIT("MZXW6YTBOI"), S_INIT("mzxw6ytboi"), S_INIT("MZXW 6YTB OI"), S_INIT("mzxw-6ytb-oi"), S_INIT("MZXW6YTBOI======")};
	static const struct str wrong[] = {S_INIT("M"), S_INIT("MZX"), S_INIT("MZXW6Y"), S_INIT("MZ1W"), S_INIT("MZ0W"), S_INIT("MZ8W"), S_INIT("MZ=W"),
		S_INIT("MZ"), S_INIT("MZXR"), S_INIT("MZ\tXW"), S_INIT("\xc3\xa9")};
	struct str out;
	for (size_t i = 0; i < lengthof(same); i++) {
		assert_true(base32_decode(arena, same[i], &out));
		assert_true(str_is(out, "foobar"));
	}
	for (size_t i = 0; i < lengthof(wrong); i++) {
		bool taken = base32_decode(arena, wrong[i], &out);
		if (taken) print_error("taken: %.*s\n", STR_ARG(wrong[i]));
		assert_false(taken);
	}
}

static void the_address_of_a_secret_holds_nothing_that_needs_quoting(void **state) {
	(void)state;
	struct str got = otp_address(arena, S("D\xc3\xadjk & co/1"), S("bea@example.org?x#y"), secret);
	assert_string_equal(got.p,
		"otpauth://totp/D%C3%ADjk%20%26%20co%2F1:bea%40example.org%3Fx%23y?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=D%C3%ADjk%20%26%20co%2F1"
		"&algorithm=SHA1&digits=6&period=30");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		otp_test(codes_by_counter_are_those_of_rfc_4226),
		otp_test(codes_by_time_are_those_of_rfc_6238),
		otp_test(a_code_is_found_one_step_either_way_and_never_up_to_one_that_was_used),
		otp_test(a_code_is_six_digits_with_blanks_where_one_likes),
		otp_test(base32_is_that_of_rfc_4648),
		otp_test(base32_is_read_as_people_type_it),
		otp_test(the_address_of_a_secret_holds_nothing_that_needs_quoting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
