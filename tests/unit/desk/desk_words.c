#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/site/words.h"

static struct arena *a;

static int begin(void **state) {
	(void)state;
	a = arena_new(1 << 20);
	return a == NULL;
}

static int end(void **state) {
	(void)state;
	arena_free(a);
	return 0;
}

static void same(struct str got, const char *wanted) {
	assert_string_equal(arena_cstr(a, got), wanted);
}

static void a_date_is_told_as_exactly_as_it_is_known(void **state) {
	(void)state;
	same(date_words(a, S("2023-03-04")), "4 March 2023");
	same(date_words(a, S("2023-03")), "March 2023");
	same(date_words(a, S("2023")), "2023");
}

static void a_time_stands_behind_its_date_with_the_zone(void **state) {
	(void)state;
	same(date_words(a, S("2023-03-04T14:05:00Z")), "4 March 2023, 14:05 UTC");
	same(date_words(a, S("2023-03-04T14:05:00+02:00")), "4 March 2023, 14:05 UTC+02:00");
	same(date_words(a, S("2023-03-04T14:05")), "4 March 2023, 14:05");
}

static void midnight_is_a_day_whose_time_nobody_knows(void **state) {
	(void)state;
	same(date_words(a, S("2023-03-04T00:00:00Z")), "4 March 2023");
}

static void what_is_no_date_stays_as_it_is(void **state) {
	(void)state;
	same(date_words(a, S("")), "");
	same(date_words(a, S("soon")), "soon");
	same(date_words(a, S("2023-13-01")), "2023-13-01");
	same(date_words(a, S("2023-1")), "2023-1");
	same(date_words(a, S("2023/03/04")), "2023/03/04");
}

static void large_numbers_are_cut_into_threes_and_years_are_not(void **state) {
	(void)state;
	same(number_words(a, 0), "0");
	same(number_words(a, 2024), "2024");
	same(number_words(a, 12000), "12,000");
	same(number_words(a, 200000000), "200,000,000");
	same(number_words(a, INT64_MIN), "-9223372036854775808");
}

static void sizes_are_told_in_the_unit_that_fits(void **state) {
	(void)state;
	same(size_words(a, 0), "0 B");
	same(size_words(a, 999), "999 B");
	same(size_words(a, 1400), "1.4 kB");
	same(size_words(a, 25000000), "25 MB");
	same(size_words(a, INT64_MAX), "9223372037 GB");
}

static void a_value_of_an_enumeration_reads_as_words(void **state) {
	(void)state;
	same(value_words(a, S("policy-change")), "Policy change");
	same(value_words(a, S("external_id")), "External id");
	same(value_words(a, S("")), "");
	same(value_words(a, S("Écrit")), "Écrit");
}

static void a_pattern_takes_its_values_in_any_order(void **state) {
	(void)state;
	same(words_with(a, "{2} of {1}", S("hub"), S("record")), "record of hub");
	same(words_with(a, "{1} {1}", S("x")), "x x");
}

static void a_pattern_shows_nothing_for_a_value_that_is_not_given(void **state) {
	(void)state;
	same(words_with(a, "<{3}>", S("x")), "<>");
	same(words_with(a, "{0} {x} {", S("x")), "{0} {x} {");
}

static void values_are_not_patterns(void **state) {
	(void)state;
	same(words_with(a, "{1}{2}", S("{2}"), S("y")), "{2}y");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_told_as_exactly_as_it_is_known),
		cmocka_unit_test(a_time_stands_behind_its_date_with_the_zone),
		cmocka_unit_test(midnight_is_a_day_whose_time_nobody_knows),
		cmocka_unit_test(what_is_no_date_stays_as_it_is),
		cmocka_unit_test(large_numbers_are_cut_into_threes_and_years_are_not),
		cmocka_unit_test(sizes_are_told_in_the_unit_that_fits),
		cmocka_unit_test(a_value_of_an_enumeration_reads_as_words),
		cmocka_unit_test(a_pattern_takes_its_values_in_any_order),
		cmocka_unit_test(a_pattern_shows_nothing_for_a_value_that_is_not_given),
		cmocka_unit_test(values_are_not_patterns),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
