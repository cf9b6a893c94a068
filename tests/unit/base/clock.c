#include "check.h"

#include <time.h>

static moment parsed(const char *text) {
	moment t = -42;
	if (!moment_parse(str_of(text), &t)) fail_msg("%s was not read", text);
	return t;
}

static void what_is_written_is_read_again(void **state) {
	(void)state;
	char text[MOMENT_TEXT];
	uint64_t x = 88172645463325252u; /* xorshift64: the same numbers every time */
	for (int i = 0; i < 20000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		moment t = (moment)(x % (uint64_t)(253402300800ll * SECOND)) * (i % 2 ? 1 : -1);
		if (t < -62167219200ll * SECOND) t /= 1000; /* the year 0 is the first that has a text */
		if (i % 3 == 0) t -= t % SECOND;
		assert_int_equal(parsed(moment_text(t, text).p), t);
	}
}

static void days_are_those_of_the_system_library(void **state) {
	(void)state;
	for (int64_t day = -800000; day < 3000000; day += 997) {
		time_t at = (time_t)(day * 86400);
		struct tm tm;
		int64_t year;
		int month, dom;
		assert_non_null(gmtime_r(&at, &tm));
		date_from_days(day, &year, &month, &dom);
		assert_int_equal(year, tm.tm_year + 1900);
		assert_int_equal(month, tm.tm_mon + 1);
		assert_int_equal(dom, tm.tm_mday);
		assert_int_equal(days_from_date(year, month, dom), day);
	}
}

static void texts_have_no_more_digits_than_they_need(void **state) {
	(void)state;
	char text[MOMENT_TEXT];
	assert_str(moment_text(0, text), "1970-01-01T00:00:00Z");
	assert_str(moment_text(250000, text), "1970-01-01T00:00:00.25Z");
	assert_str(moment_text(1, text), "1970-01-01T00:00:00.000001Z");
	assert_str(moment_text(-1, text), "1969-12-31T23:59:59.999999Z");
	assert_str(moment_text(951782400ll * SECOND, text), "2000-02-29T00:00:00Z");
	assert_str(moment_text(253402300799ll * SECOND + 999999, text), "9999-12-31T23:59:59.999999Z");
}

static void times_outside_four_digits_of_year_stay_inside_the_buffer(void **state) {
	(void)state;
	static const moment far[] = {INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MIN / 2};
	for (size_t i = 0; i < lengthof(far); i++) {
		char text[MOMENT_TEXT];
		struct str s = moment_text(far[i], text);
		assert_in_range(s.n, 20, MOMENT_TEXT - 1);
		moment t;
		assert_true(moment_parse(s, &t));
	}
}

static void zones_are_taken_off(void **state) {
	(void)state;
	assert_int_equal(parsed("2026-11-23T10:00:00Z"), parsed("2026-11-23T11:30:00+01:30"));
	assert_int_equal(parsed("2026-11-23T10:00:00Z"), parsed("2026-11-22T22:00:00-12:00"));
	assert_int_equal(parsed("2026-11-23T10:00:00z"), parsed("2026-11-23t10:00:00Z"));
	assert_int_equal(parsed("2026-01-01T00:30:00+01:00"), parsed("2025-12-31T23:30:00Z"));
}

static void a_leap_second_is_the_next_minute_and_only_at_midnight_utc(void **state) {
	(void)state;
	assert_int_equal(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
	assert_int_equal(parsed("2016-12-31T23:59:60.5Z"), parsed("2017-01-01T00:00:00.5Z"));
	assert_int_equal(parsed("2017-01-01T00:59:60+01:00"), parsed("2017-01-01T00:00:00Z"));
	moment t;
	assert_false(moment_parse(S("2016-12-31T22:59:60Z"), &t));
	assert_false(moment_parse(S("2016-12-31T23:59:60+01:00"), &t));
	assert_false(moment_parse(S("2016-12-31T23:59:61Z"), &t));
}

static void fractions_beyond_microseconds_are_cut(void **state) {
	(void)state;
	assert_int_equal(parsed("1970-01-01T00:00:00.1234567891234567890Z"), 123456);
	assert_int_equal(parsed("1970-01-01T00:00:00.9999999Z"), 999999);
	assert_int_equal(parsed("1970-01-01T00:00:00.000000Z"), 0);
}

static void what_is_no_moment_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = {
		"", "2026", "2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00Z", "2026-11-23T10:00:00+0100", "2026-11-23T10:00:00+01",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00.1", "2026-11-23T10:00:00ZZ",
		"2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+01:60", "-026-11-23T10:00:00Z", "2026-11-23X10:00:00Z", " 2026-11-23T10:00:00Z",
		"2026-11-23T10:00:00Z ", "2026-1-23T10:00:00ZZ", "20261123T100000Z.....", "2026-11-23T+1:00:00Z", "२०२६-11-23T10:00:00Z",
	};
	for (size_t i = 0; i < lengthof(bad); i++) {
		moment t = 5;
		if (moment_parse(str_of(bad[i]), &t)) fail_msg("\"%s\" was read", bad[i]);
		assert_int_equal(t, 5);
	}
}

static void no_prefix_of_a_moment_is_read_past_its_end(void **state) {
	(void)state;
	struct str whole = S("2026-11-23T10:00:00.123456+01:30");
	for (size_t n = 0; n < whole.n; n++) {
		autofree char *copy = malloc(n ? n : 1);
		memcpy(copy, whole.p, n);
		moment t;
		assert_false(moment_parse(str_n(copy, n), &t));
	}
}

static void dates_exist_in_the_calendar(void **state) {
	(void)state;
	static const char *const good[] = {"2026", "0000", "2026-01", "2026-12", "2024-02-29", "2000-02-29", "2026-12-31"};
	static const char *const bad[] = {"", "202", "20260", "2026-", "2026-00", "2026-13", "2026-1", "2023-02-29", "1900-02-29", "2026-04-31",
		"2026-01-00", "2026-01-32", "2026-01-1", "2026/01/01", "2026-01-01T"};
	for (size_t i = 0; i < lengthof(good); i++) assert_true(date_valid(str_of(good[i])));
	for (size_t i = 0; i < lengthof(bad); i++) assert_false(date_valid(str_of(bad[i])));
	assert_true(date_full(S("2024-02-29")) && !date_full(S("2024-02")));
	assert_true(time_full(S("10:00:00Z")) && !time_full(S("10:00:00")) && !time_full(S("10:00Z")));
}

static moment fixed(void) {
	return 12345;
}

static void the_clock_can_be_replaced(void **state) {
	(void)state;
	now_replace(fixed);
	assert_int_equal(now(), 12345);
	now_replace(NULL);
	assert_true(now() > 1700000000ll * SECOND);
	moment before = stopwatch();
	assert_true(stopwatch() >= before);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(days_are_those_of_the_system_library),
		cmocka_unit_test(texts_have_no_more_digits_than_they_need),
		cmocka_unit_test(times_outside_four_digits_of_year_stay_inside_the_buffer),
		cmocka_unit_test(zones_are_taken_off),
		cmocka_unit_test(a_leap_second_is_the_next_minute_and_only_at_midnight_utc),
		cmocka_unit_test(fractions_beyond_microseconds_are_cut),
		cmocka_unit_test(what_is_no_moment_is_refused),
		cmocka_unit_test(no_prefix_of_a_moment_is_read_past_its_end),
		cmocka_unit_test(dates_exist_in_the_calendar),
		cmocka_unit_test(the_clock_can_be_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
