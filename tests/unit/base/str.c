#include "check.h"

static void order_is_by_bytes_and_the_shorter_comes_first(void **state) {
	(void)state;
	assert_true(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("b"), S("a")) > 0 && str_cmp(S("a"), S("a")) == 0);
	assert_true(str_cmp(S("a"), S("aa")) < 0 && str_cmp(S(""), S("a")) < 0 && str_cmp(S(""), S("")) == 0);
	assert_true(str_cmp(S("\x80"), S("a")) > 0); /* bytes are unsigned */
	assert_true(str_cmp(S("a\0b"), S("a\0a")) > 0);
}

static void a_nul_is_a_byte_like_others(void **state) {
	(void)state;
	assert_false(str_eq(S("a\0b"), S("a\0c")));
	assert_int_equal(str_find(S("a\0bc"), S("\0b")), 1);
	assert_int_equal(str_find_char(S("ab\0"), 0), 2);
}

static void parts_are_kept_inside(void **state) {
	(void)state;
	struct str s = S("hello");
	assert_str(str_sub(s, 1, 3), "ell");
	assert_str(str_sub(s, 3, 100), "lo");
	assert_str(str_sub(s, 100, 1), "");
	assert_str(str_sub(s, STR_NONE, STR_NONE), "");
	assert_str(str_from(s, 5), "");
	assert_str(str_from(s, 2), "llo");
}

static void finding(void **state) {
	(void)state;
	struct str s = S("abcabc");
	assert_int_equal(str_find(s, S("ca")), 2);
	assert_int_equal(str_find(s, S("")), 0);
	assert_int_equal(str_find(s, S("abcabcd")), STR_NONE);
	assert_int_equal(str_find(STR_EMPTY, S("a")), STR_NONE);
	assert_int_equal(str_find_char(s, 'c'), 2);
	assert_int_equal(str_rfind_char(s, 'c'), 5);
	assert_int_equal(str_rfind_char(s, 'x'), STR_NONE);
	assert_int_equal(str_find_char(STR_EMPTY, 'x'), STR_NONE);
}

static void starts_and_ends(void **state) {
	(void)state;
	assert_true(str_starts(S("abc"), S("ab")) && str_starts(S("abc"), S("")) && !str_starts(S("ab"), S("abc")));
	assert_true(str_ends(S("abc"), S("bc")) && str_ends(S("abc"), S("")) && !str_ends(S("bc"), S("abc")));
}

static void trimming_takes_white_space_of_every_sort(void **state) {
	(void)state;
	assert_str(str_trim(S(" \t\r\n\v\fx y\n ")), "x y");
	assert_str(str_trim(S(" \n ")), "");
	assert_str(str_trim(S("")), "");
}

static void splitting_gives_every_part_also_empty_ones(void **state) {
	(void)state;
	struct str rest = S("a,,b,"), part;
	const char *const expected[] = {"a", "", "b", ""};
	for (size_t i = 0; i < lengthof(expected); i++) {
		assert_true(str_split(&rest, ',', &part));
		assert_str(part, expected[i]);
	}
	assert_false(str_split(&rest, ',', &part));
	rest = STR_EMPTY;
	assert_true(str_split(&rest, ',', &part));
	assert_str(part, "");
	assert_false(str_split(&rest, ',', &part));
}

static void case_is_ignored_in_ascii_alone(void **state) {
	(void)state;
	assert_true(str_eq_ascii_case(S("aBz"), S("AbZ")));
	assert_false(str_eq_ascii_case(S("[]"), S("{}"))); /* 32 apart, as letters are */
	assert_false(str_eq_ascii_case(S("é"), S("É")));
	assert_false(str_eq_ascii_case(S("ab"), S("abc")));
}

static void whole_numbers_that_fit_are_read(void **state) {
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{"0", 0}, {"-0", 0}, {"007", 7}, {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}, {"-1", -1},
	};
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999", "--1", "1-", "١"};
	int64_t value = 77;
	for (size_t i = 0; i < lengthof(bad); i++) {
		if (str_int(str_of(bad[i]), &value)) fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(value, 77); /* untouched on failure */
	}
	for (size_t i = 0; i < lengthof(good); i++) {
		assert_true(str_int(str_of(good[i].text), &value));
		assert_int_equal(value, good[i].value);
	}
}

/* RFC 3629 section 4, told as the ranges of its table: the second byte's range hangs on the first. */
static bool well_formed(const unsigned char *p, size_t n) {
	for (size_t i = 0; i < n;) {
		unsigned c = p[i], more, low = 0x80, high = 0xBF;
		if (c < 0x80) {
			i++;
			continue;
		}
		if (c >= 0xC2 && c <= 0xDF) more = 1;
		else if (c >= 0xE0 && c <= 0xEF) more = 2;
		else if (c >= 0xF0 && c <= 0xF4) more = 3;
		else return false;
		if (c == 0xE0) low = 0xA0;
		if (c == 0xED) high = 0x9F;
		if (c == 0xF0) low = 0x90;
		if (c == 0xF4) high = 0x8F;
		if (i + more >= n) return false;
		if (p[i + 1] < low || p[i + 1] > high) return false;
		for (unsigned k = 2; k <= more; k++)
			if (p[i + k] < 0x80 || p[i + k] > 0xBF) return false;
		i += 1 + more;
	}
	return true;
}

static void utf8_of_one_and_two_bytes_is_judged_right_in_every_case(void **state) {
	(void)state;
	for (unsigned x = 0; x < 256; x++) {
		unsigned char one = (unsigned char)x;
		assert_int_equal(str_utf8(str_n(&one, 1)), well_formed(&one, 1));
		for (unsigned y = 0; y < 256; y++) {
			unsigned char two[4] = {(unsigned char)x, (unsigned char)y};
			assert_int_equal(str_utf8(str_n(two, 2)), well_formed(two, 2));
		}
	}
}

static void utf8_of_three_and_four_bytes_is_judged_right_at_every_border(void **state) {
	(void)state;
	static const unsigned char edge[] = {0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
		0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
	enum { N = sizeof edge };
	for (size_t a = 0; a < N; a++)
		for (size_t b = 0; b < N; b++)
			for (size_t c = 0; c < N; c++) {
				unsigned char text[] = {edge[a], edge[b], edge[c], 0};
				assert_int_equal(str_utf8(str_n(text, 3)), well_formed(text, 3));
				for (size_t d = 0; d < N; d++) {
					text[3] = edge[d];
					assert_int_equal(str_utf8(str_n(text, 4)), well_formed(text, 4));
				}
			}
}

static void a_bad_byte_is_found_wherever_it_stands(void **state) {
	(void)state;
	char text[64];
	for (size_t n = 1; n <= 40; n++)
		for (size_t at = 0; at < n; at++) {
			memset(text, 'a', n);
			assert_true(str_utf8(str_n(text, n)));
			text[at] = (char)0x80;
			assert_false(str_utf8(str_n(text, n)));
			text[at] = (char)0xC3; /* cut before its second byte, or followed by a letter */
			assert_false(str_utf8(str_n(text, n)));
		}
}

static void cutting_keeps_characters_whole(void **state) {
	(void)state;
	struct str s = S("aé漢😀z"); /* 1, 2, 3, 4, 1 bytes */
	static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
	for (size_t n = 0; n < lengthof(expected); n++) {
		struct str cut = str_cut_utf8(s, n);
		assert_int_equal(cut.n, expected[n]);
		assert_true(str_utf8(cut));
	}
	assert_int_equal(str_characters(s), 5);
	assert_int_equal(str_characters(STR_EMPTY), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_by_bytes_and_the_shorter_comes_first),
		cmocka_unit_test(a_nul_is_a_byte_like_others),
		cmocka_unit_test(parts_are_kept_inside),
		cmocka_unit_test(finding),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(trimming_takes_white_space_of_every_sort),
		cmocka_unit_test(splitting_gives_every_part_also_empty_ones),
		cmocka_unit_test(case_is_ignored_in_ascii_alone),
		cmocka_unit_test(whole_numbers_that_fit_are_read),
		cmocka_unit_test(utf8_of_one_and_two_bytes_is_judged_right_in_every_case),
		cmocka_unit_test(utf8_of_three_and_four_bytes_is_judged_right_at_every_border),
		cmocka_unit_test(a_bad_byte_is_found_wherever_it_stands),
		cmocka_unit_test(cutting_keeps_characters_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
