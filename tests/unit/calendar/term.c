/* Durations, and when terms end: by examples of the law's own sort, and against a count day by day. */
#include "test.h"

#include <stdlib.h>
#include <time.h>

static int64_t holidays[16];
static struct calendar calendar(const char *zone, const char *const *days, size_t n) {
	for (size_t i = 0; i < n; i++) holidays[i] = at(arena_fmt(arena, "%sT00:00:00Z", days[i]).p) / DAY;
	return (struct calendar){zone_of(zone), holidays, n};
}
static const char *const christmas[] = {"2026-12-25", "2026-12-26", "2027-01-01"};

static void ends(const struct calendar *c, const char *start, const char *span, enum term_days how, const char *expected) {
	struct duration d;
	moment end = 0;
	if (!duration_parse(str_of(span), &d) || !term_end(c, at(start), &d, how, &end)) fail_msg("%s from %s has no end", span, start);
	char text[MOMENT_TEXT];
	struct str got = moment_text(end, text);
	if (!str_is(got, expected)) fail_msg("%s from %s: %.*s, not %s", span, start, STR_ARG(got), expected);
}

static void durations_are_read(void **state) {
	(void)state;
	struct duration d;
	assert_true(duration_parse(S("P3D"), &d) && d.days == 3 && !d.has_time && duration_of_days(&d));
	assert_true(duration_parse(S("P1Y6M2W3D"), &d) && d.years == 1 && d.months == 6 && d.weeks == 2 && d.days == 3);
	assert_true(duration_parse(S("PT48H"), &d) && d.hours == 48 && d.has_time && !duration_of_days(&d));
	assert_true(duration_parse(S("P1DT12H30M5S"), &d) && d.days == 1 && d.hours == 12 && d.minutes == 30 && d.seconds == 5);
	assert_true(duration_parse(S("P0D"), &d));
	static const char *const wrong[] = {"", "P", "PT", "P3", "3D", "p3d", "P3DT", "PD", "P-3D", "P3.5D", "P3D2M", "P3D3D", "P3H", "PT3D", "P1234567D", " P3D", "P3D ",
		"PT1H1H", "PT1TH", "P3D\n", "P99999999999999999999D"};
	for (size_t i = 0; i < lengthof(wrong); i++)
		if (duration_parse(str_of(wrong[i]), &d)) fail_msg("\"%s\" is taken", wrong[i]);
	assert_false(duration_parse(str_n("P3D\0", 4), &d));
}

static void business_days_leave_out_weekends_and_holidays(void **state) {
	(void)state;
	struct calendar c = calendar("UTC", christmas, 3);
	ends(&c, "2026-12-23T15:00:00Z", "P3D", TERM_BUSINESS, "2026-12-29T23:59:59Z");
	/* Over the end of the year, from a Thursday. */
	ends(&c, "2026-12-31T09:00:00Z", "P1D", TERM_BUSINESS, "2027-01-04T23:59:59Z");
	/* What comes on a Saturday is counted from Monday on. */
	ends(&c, "2026-11-28T09:00:00Z", "P1D", TERM_BUSINESS, "2026-11-30T23:59:59Z");
	/* In the last second of a day as in its first. */
	ends(&c, "2026-11-23T00:00:00Z", "P3D", TERM_BUSINESS, "2026-11-26T23:59:59Z");
	ends(&c, "2026-11-23T23:59:59.999999Z", "P3D", TERM_BUSINESS, "2026-11-26T23:59:59Z");
	struct duration d;
	moment end;
	assert_true(duration_parse(S("P1W"), &d));
	assert_false(term_end(&c, 0, &d, TERM_BUSINESS, &end));
	assert_true(duration_parse(S("PT8H"), &d));
	assert_false(term_end(&c, 0, &d, TERM_BUSINESS, &end));
}

static void days_are_those_of_the_zone(void **state) {
	(void)state;
	/* 23:30 UTC on Monday is Tuesday in Amsterdam and in Kathmandu, and still Monday in New York. */
	struct calendar amsterdam = calendar("Europe/Amsterdam", NULL, 0), new_york = calendar("America/New_York", NULL, 0);
	struct calendar kathmandu = calendar("Asia/Kathmandu", NULL, 0);
	ends(&amsterdam, "2026-11-23T23:30:00Z", "P1D", TERM_BUSINESS, "2026-11-25T22:59:59Z");
	ends(&new_york, "2026-11-23T23:30:00Z", "P1D", TERM_BUSINESS, "2026-11-25T04:59:59Z");
	ends(&kathmandu, "2026-11-23T23:30:00Z", "P1D", TERM_BUSINESS, "2026-11-25T18:14:59Z");
	/* Over the change to winter the day is an hour longer; a day of hours isn't. */
	ends(&amsterdam, "2026-10-24T10:00:00Z", "P1D", TERM_CALENDAR, "2026-10-25T22:59:59Z");
	ends(&amsterdam, "2026-10-24T10:00:00Z", "PT24H", TERM_CALENDAR, "2026-10-25T10:00:00Z");
	ends(&amsterdam, "2026-10-24T10:00:00Z", "P1DT0H", TERM_CALENDAR, "2026-10-25T11:00:00Z");
	/* Into the hour that is left out. */
	ends(&amsterdam, "2026-03-28T01:30:00Z", "P1DT1H", TERM_CALENDAR, "2026-03-29T02:30:00Z");
}

static void months_end_on_the_same_date_or_the_last(void **state) {
	(void)state;
	struct calendar c = calendar("UTC", NULL, 0);
	ends(&c, "2027-01-31T10:00:00Z", "P1M", TERM_CALENDAR, "2027-02-28T23:59:59Z");
	ends(&c, "2028-01-31T10:00:00Z", "P1M", TERM_CALENDAR, "2028-02-29T23:59:59Z");
	ends(&c, "2028-02-29T10:00:00Z", "P1Y", TERM_CALENDAR, "2029-02-28T23:59:59Z");
	ends(&c, "2026-11-15T10:00:00Z", "P3M", TERM_CALENDAR, "2027-02-15T23:59:59Z");
	ends(&c, "2026-12-15T10:00:00Z", "P12M", TERM_CALENDAR, "2027-12-15T23:59:59Z");
	ends(&c, "2026-11-23T10:00:00Z", "P90D", TERM_CALENDAR, "2027-02-21T23:59:59Z");
	ends(&c, "2026-11-23T10:00:00Z", "P2W", TERM_CALENDAR, "2026-12-07T23:59:59Z");
	ends(&c, "2028-02-28T10:00:00Z", "P1D", TERM_CALENDAR, "2028-02-29T23:59:59Z");
	/* Before 1970, where days are negative. */
	ends(&c, "1969-12-30T10:00:00Z", "P1D", TERM_CALENDAR, "1969-12-31T23:59:59Z");
	struct duration d;
	moment end;
	assert_true(duration_parse(S("P999999Y"), &d));
	assert_false(term_end(&c, 0, &d, TERM_CALENDAR, &end));
	assert_true(duration_parse(S("P999999D"), &d) && term_end(&c, 0, &d, TERM_CALENDAR, &end));
	assert_true(duration_parse(S("P999999M999999W999999D"), &d));
	assert_false(term_end(&c, 0, &d, TERM_CALENDAR, &end));
}

/* Regulation (EEC, Euratom) No 1182/71, Article 3, for the terms of Article 73 of Regulation (EU) 2024/1689. */
static void legal_terms_end_on_working_days(void **state) {
	(void)state;
	struct calendar c = calendar("UTC", christmas, 3);
	/* Fifteen days from a Friday end on a Saturday: Monday. */
	ends(&c, "2026-11-27T10:00:00Z", "P15D", TERM_LEGAL, "2026-12-14T23:59:59Z");
	ends(&c, "2026-11-23T10:00:00Z", "P15D", TERM_LEGAL, "2026-12-08T23:59:59Z");
	/* Ten days that would end on Christmas, a Friday: Monday. */
	ends(&c, "2026-12-15T10:00:00Z", "P10D", TERM_LEGAL, "2026-12-28T23:59:59Z");
	/* Two days from a Thursday: Saturday, so Monday; and Friday and Monday are its two working days. */
	ends(&c, "2026-11-26T10:00:00Z", "P2D", TERM_LEGAL, "2026-11-30T23:59:59Z");
	/* Two days from a Friday end on Sunday; Monday alone would be one working day: Tuesday. */
	ends(&c, "2026-11-27T10:00:00Z", "P2D", TERM_LEGAL, "2026-12-01T23:59:59Z");
	/* Two days from the eve of Christmas: Monday 28th is the first working day, Tuesday the second. */
	ends(&c, "2026-12-24T10:00:00Z", "P2D", TERM_LEGAL, "2026-12-29T23:59:59Z");
	/* One day needs no two. */
	ends(&c, "2026-11-27T10:00:00Z", "P1D", TERM_LEGAL, "2026-11-30T23:59:59Z");
	/* The hour of the event is not counted; hours run through weekends. */
	ends(&c, "2026-11-27T10:20:30Z", "PT48H", TERM_LEGAL, "2026-11-29T11:00:00Z");
	ends(&c, "2026-11-27T10:00:00.5Z", "PT1H", TERM_LEGAL, "2026-11-27T12:00:00Z");
}

/* The same by walking from day to day on the C library's calendar. */
static bool works(int64_t day, const struct calendar *c) {
	time_t t = (time_t)(day * 86400);
	struct tm tm;
	assert_non_null(gmtime_r(&t, &tm));
	for (size_t i = 0; i < c->holidays_n; i++)
		if (c->holidays[i] == day) return false;
	return tm.tm_wday != 0 && tm.tm_wday != 6;
}

static void terms_are_what_a_count_day_by_day_gives(void **state) {
	(void)state;
	struct calendar c = calendar("UTC", christmas, 3);
	uint64_t seed = 3;
	for (int i = 0; i < 20000; i++) {
		moment start = random_between(&seed, at("2026-11-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
		int64_t n = random_between(&seed, 0, 30), event = start / DAY, day = event, working = 0;
		enum term_days how = (enum term_days)random_between(&seed, TERM_CALENDAR, TERM_LEGAL);
		struct duration d = {.days = n};
		moment end;
		assert_true(term_end(&c, start, &d, how, &end));
		if (how == TERM_BUSINESS) {
			for (int64_t left = n; left > 0;) left -= works(++day, &c);
		} else {
			for (; day < event + n; ) working += works(++day, &c);
			if (how == TERM_LEGAL)
				while (!works(day, &c) || (n >= 2 && working < 2)) working += works(++day, &c);
		}
		if (end != (day + 1) * DAY - SECOND)
			fail_msg("%lld days, counted by %d, from %lld: %lld, not %lld", (long long)n, how, (long long)start, (long long)(end / DAY), (long long)day);
	}
}

static void a_term_never_ends_before_a_shorter_one(void **state) {
	(void)state;
	static const char *const zones[] = {"Europe/Amsterdam", "Africa/Cairo", "Pacific/Apia", "America/St_Johns"};
	uint64_t seed = 4;
	for (int i = 0; i < 4000; i++) {
		struct calendar c = calendar(zones[i % 4], christmas, 3);
		moment start = random_between(&seed, at("2011-01-01T00:00:00Z"), at("2040-01-01T00:00:00Z")), before = 0;
		enum term_days how = (enum term_days)random_between(&seed, TERM_CALENDAR, TERM_LEGAL);
		for (int64_t n = 1; n < 12; n++) {
			struct duration d = {.days = n};
			moment end;
			assert_true(term_end(&c, start, &d, how, &end));
			assert_true(end > start && end >= before);
			assert_int_equal(calendar_day_end(&c, calendar_day(&c, end)), end);
			before = end;
		}
		arena_clear(arena);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		calendar_test(durations_are_read), calendar_test(business_days_leave_out_weekends_and_holidays), calendar_test(days_are_those_of_the_zone),
		calendar_test(months_end_on_the_same_date_or_the_last), calendar_test(legal_terms_end_on_working_days),
		calendar_test(terms_are_what_a_count_day_by_day_gives), calendar_test(a_term_never_ends_before_a_shorter_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
