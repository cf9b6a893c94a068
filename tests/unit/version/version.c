/* The order of versions, and ranges as advisories write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/version/version.h"

/* Each before the next. The first line is the example of SemVer 2.0.0 section 11. */
static void versions_have_their_order(void **state) {
	(void)state;
	static const char *const lines[][10] = {
		{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"},
		{"0", "0.0.1", "0.1", "v0.9", "1", "1.0.1", "V1.2", "1.10", "2", "10.0.0.0"},
		{"1.0a1", "1.0b1", "1.0b2", "1.0rc1", "1.0rc2", "1.0rc10", "1.0", "1.0.1"},
		{"11.0.0-M1", "11.0.0-M2", "11.0.0-M10", "11.0.0"},
		{"2023-08-01", "2023-08-02", "2024-01-01"},
	};
	for (size_t l = 0; l < lengthof(lines); l++)
		for (size_t i = 0; i < 10 && lines[l][i]; i++)
			for (size_t j = 0; j < 10 && lines[l][j]; j++) {
				int order;
				bool known = version_compare(str_of(lines[l][i]), str_of(lines[l][j]), &order);
				if (!known || (order > 0) - (order < 0) != (i > j) - (i < j)) fail_msg("%s and %s: %d", lines[l][i], lines[l][j], known ? order : 99);
			}
}

static void the_same_in_other_words_is_the_same(void **state) {
	(void)state;
	static const char *const same[][2] = {{"1", "1.0.0"}, {"v1.2", "1.2"}, {"1.0+build.5", "1.0"}, {" 1.0 ", "1.0"}, {"anything", "anything"}, {"1.0-rc.1+x", "1.0.0-rc.1"}};
	for (size_t i = 0; i < lengthof(same); i++) {
		int order = 9;
		assert_true(version_compare(str_of(same[i][0]), str_of(same[i][1]), &order));
		assert_int_equal(order, 0);
	}
}

static void what_has_no_order_is_not_given_one(void **state) {
	(void)state;
	static const char *const pairs[][2] = {{"1.0.post1", "1.0"}, {"0:4.18.0-513.el8", "1"}, {"c0f65ee0a332", "c7c4c44c9a95"}, {"7.4.34 and prior", "7.4"}, {"2023-08-01", "2023.8.1"},
		{"", "1"}, {"latest", "1"}, {"1..2", "1.2"}, {"1.0-", "1.0"}, {"1.0-a..b", "1.0"}, {"99999999999999999999", "1"}, {"1.0-rc1a", "1.0-rc2"}, {"5.10.*", "5.10"}};
	for (size_t i = 0; i < lengthof(pairs); i++) {
		int order;
		if (version_compare(str_of(pairs[i][0]), str_of(pairs[i][1]), &order)) fail_msg("%s and %s: %d", pairs[i][0], pairs[i][1], order);
	}
}

static void ranges_hold_what_lies_in_them(void **state) {
	(void)state;
	enum { IN = VERSION_INSIDE, OUT = VERSION_OUTSIDE, UNSURE = VERSION_UNSURE };
	static const struct {
		const char *from, *before, *through, *version;
		bool text;
		int expected;
	} cases[] = {
		{"1.0", "2.0", "", "1.0", false, IN}, {"1.0", "2.0", "", "1.99", false, IN}, {"1.0", "2.0", "", "2.0", false, OUT}, {"1.0", "2.0", "", "0.9", false, OUT},
		{"1.0", "2.0", "", "2.0-rc.1", false, IN}, {"0", "2.0", "", "0.0.1", false, IN}, {"unspecified", "14", "", "13.9", false, IN}, {"n/a", "", "2.1.6", "2.1.6", false, IN},
		{"n/a", "", "2.1.6", "2.1.7", false, OUT}, {"1.10.33", "*", "", "9", false, IN}, {"5.10.169", "", "5.10.*", "5.10.200", false, IN}, {"5.10.169", "", "5.10.*", "5.11", false, OUT},
		{"5.10.169", "", "5.10.*", "5.10.168", false, OUT}, {"1.2.3", "", "", "1.2.3", false, IN}, {"1.2.3", "", "", "1.2.4", false, OUT}, {"7.4.34 and prior", "", "", "7.4.34", false, UNSURE},
		{"7.4.34 and prior", "", "", "7.4.34 and prior", false, IN}, {"abc", "def", "", "abd", true, UNSURE}, {"abc", "def", "", "abc", true, IN}, {"1.0", "2.0", "", "latest", false, UNSURE},
		{"1.0", "next", "", "1.5", false, UNSURE}, {"1.0", "next", "", "0.5", false, OUT}, {"1.0", "2.0", "", "", false, UNSURE}, {"0", "", "*", "3", false, IN}, {"1.0", "2.0", "1.5", "1.7", false, OUT},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct version_range r = {str_of(cases[i].from), str_of(cases[i].before), str_of(cases[i].through), cases[i].text};
		int got = version_within(&r, str_of(cases[i].version));
		if (got != cases[i].expected) fail_msg("%s … <%s ≤%s: %s is %d", cases[i].from, cases[i].before, cases[i].through, cases[i].version, got);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_have_their_order),
		cmocka_unit_test(the_same_in_other_words_is_the_same),
		cmocka_unit_test(what_has_no_order_is_not_given_one),
		cmocka_unit_test(ranges_hold_what_lies_in_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
