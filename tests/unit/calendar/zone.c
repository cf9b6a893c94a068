/* Zones: against what the C library says of the same files, and by the days that are known to be odd. */
#include "test.h"

#include <stdlib.h>
#include <time.h>

static int offset_by_libc(int64_t utc) {
	time_t t = (time_t)utc;
	struct tm tm;
	assert_non_null(localtime_r(&t, &tm));
	return (int)tm.tm_gmtoff;
}

static void offsets_are_those_of_the_c_library_in_every_zone(void **state) {
	(void)state;
	uint64_t seed = 1;
	size_t n;
	const struct str *names = zone_names(&n);
	assert_true(n > 200);
	for (size_t i = 0; i < n; i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		char name[80];
		const struct zone *z;
		snprintf(name, sizeof name, "%.*s", STR_ARG(names[i]));
		if (!zone_open(a, names[i], &z)) fail_msg("%s can't be read", name);
		setenv("TZ", name, 1);
		tzset();
		for (int j = 0; j < 400; j++) {
			int64_t utc = random_between(&seed, -2208988800, 4102444800); /* 1900 to 2100 */
			if (zone_offset_at(z, utc) != offset_by_libc(utc))
				fail_msg("%s at %lld: %d, the C library has %d", name, (long long)utc, zone_offset_at(z, utc), offset_by_libc(utc));
		}
	}
	unsetenv("TZ");
	tzset();
}

static void a_local_time_leads_back_to_its_moment_or_to_an_earlier_one_that_shows_the_same(void **state) {
	(void)state;
	static const char *const names[] = {"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca",
		"America/St_Johns", "Pacific/Chatham", "Antarctica/Troll", "UTC"};
	uint64_t seed = 2;
	for (size_t i = 0; i < lengthof(names); i++) {
		const struct zone *z = zone_of(names[i]);
		for (int j = 0; j < 20000; j++) {
			int64_t utc = random_between(&seed, -2208988800, 4102444800), local = utc + zone_offset_at(z, utc);
			enum zone_fit fit;
			int64_t back = zone_utc(z, local, &fit);
			assert_int_not_equal(fit, ZONE_NEVER);
			assert_int_equal(back + zone_offset_at(z, back), local);
			assert_true(back <= utc);
			if (back < utc) assert_int_equal(fit, ZONE_TWICE);
		}
	}
}

static int64_t local(const char *text) { return at(text) / SECOND; } /* as if the clock on the wall were UTC's */

static void an_hour_that_comes_twice_is_taken_for_the_first(void **state) {
	(void)state;
	enum zone_fit fit;
	assert_int_equal(zone_utc(zone_of("Europe/Amsterdam"), local("2026-10-25T02:30:00Z"), &fit), local("2026-10-25T00:30:00Z"));
	assert_int_equal(fit, ZONE_TWICE);
	/* Half an hour, on an island. */
	assert_int_equal(zone_utc(zone_of("Australia/Lord_Howe"), local("2026-04-05T01:45:00Z"), &fit), local("2026-04-04T14:45:00Z"));
	assert_int_equal(fit, ZONE_TWICE);
	assert_int_equal(zone_utc(zone_of("America/New_York"), local("2026-11-01T00:30:00Z"), &fit), local("2026-11-01T04:30:00Z"));
	assert_int_equal(fit, ZONE_ONCE);
}

static void an_hour_that_is_left_out_is_taken_as_if_the_change_had_not_come(void **state) {
	(void)state;
	enum zone_fit fit;
	/* 02:30 becomes 03:30 of the new clock. */
	assert_int_equal(zone_utc(zone_of("Europe/Amsterdam"), local("2026-03-29T02:30:00Z"), &fit), local("2026-03-29T01:30:00Z"));
	assert_int_equal(fit, ZONE_NEVER);
	/* A day that Samoa never had. */
	assert_int_equal(zone_utc(zone_of("Pacific/Apia"), local("2011-12-30T12:00:00Z"), &fit), local("2011-12-30T22:00:00Z"));
	assert_int_equal(fit, ZONE_NEVER);
	/* By the rule of later years. */
	assert_int_equal(zone_utc(zone_of("Europe/Amsterdam"), local("2090-03-26T02:30:00Z"), &fit), local("2090-03-26T01:30:00Z"));
	assert_int_equal(fit, ZONE_NEVER);
}

static void a_day_begins_when_its_clocks_first_show_it(void **state) {
	(void)state;
	assert_int_equal(zone_day(zone_of("Europe/Amsterdam"), days_from_date(2026, 7, 1)), local("2026-06-30T22:00:00Z"));
	assert_int_equal(zone_day(zone_of("Asia/Kathmandu"), days_from_date(2026, 7, 1)), local("2026-06-30T18:15:00Z"));
	/* In Cairo summer begins at midnight: there is none, the day begins at 01:00. */
	assert_int_equal(zone_day(zone_of("Africa/Cairo"), days_from_date(2026, 4, 24)), local("2026-04-23T22:00:00Z"));
	/* Where midnight comes twice it is the first; the day before ends there. */
	assert_int_equal(zone_day(zone_of("America/Havana"), days_from_date(2026, 11, 1)), local("2026-11-01T04:00:00Z"));
}

static void years_beyond_the_table_follow_the_rule(void **state) {
	(void)state;
	assert_int_equal(zone_offset_at(zone_of("America/New_York"), local("2095-07-01T12:00:00Z")), -4 * 3600);
	assert_int_equal(zone_offset_at(zone_of("America/New_York"), local("2095-12-31T23:59:59Z")), -5 * 3600);
	assert_int_equal(zone_offset_at(zone_of("Australia/Sydney"), local("2095-01-01T00:00:00Z")), 11 * 3600);
	/* Dublin's winter is the time that is set back: summer is negative in the rule. */
	assert_int_equal(zone_offset_at(zone_of("Europe/Dublin"), local("2095-01-15T00:00:00Z")), 0);
	assert_int_equal(zone_offset_at(zone_of("Europe/Dublin"), local("2095-07-15T00:00:00Z")), 3600);
}

/* ---- files of our own ---- */

/* A file of version 2 without changes, whose footer says it all. */
static struct str file_with(const char *footer, const char *type) {
	static const char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4";
	struct buf b = BUF(4096);
	for (int block = 0; block < 2; block++) {
		buf_add(&b, str_n(head, 44));
		buf_add(&b, str_n(type, 6));
		buf_add(&b, str_n("ABC\0", 4));
	}
	buf_fmt(&b, "\n%s\n", footer);
	struct str out = arena_str(arena, buf_str(&b));
	buf_free(&b);
	return out;
}
static const char at_utc[6] = {0};

static int offset_of(const char *footer, const char *when) {
	const struct zone *z;
	if (!zone_read(arena, file_with(footer, at_utc), &z)) fail_msg("%s is refused", footer);
	return zone_offset_at(z, local(when));
}
static bool taken(const char *footer) {
	const struct zone *z;
	return zone_read(arena, file_with(footer, at_utc), &z);
}

static void a_footer_may_count_days_of_the_year(void **state) {
	(void)state;
	/* J60 is 1 March in every year; 59 counted from 0 is 29 February in a leap year. */
	assert_int_equal(offset_of("AAA0BBB,J60/0,J300/0", "2028-02-29T12:00:00Z"), 0);
	assert_int_equal(offset_of("AAA0BBB,J60/0,J300/0", "2028-03-01T12:00:00Z"), 3600);
	assert_int_equal(offset_of("AAA0BBB,59/0,300/0", "2028-02-29T12:00:00Z"), 3600);
	assert_int_equal(offset_of("AAA0BBB,59/0,300/0", "2027-02-28T12:00:00Z"), 0);
	/* Always summer, and hours beyond a day: RFC 9636 section 3.3.1. */
	assert_int_equal(offset_of("XXX3EDT4,0/0,J365/23", "2026-01-01T04:00:00Z"), -4 * 3600);
	assert_int_equal(offset_of("XXX3EDT4,0/0,J365/23", "2026-12-31T23:00:00Z"), -4 * 3600);
	assert_int_equal(offset_of("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-07-01T00:00:00Z"), -3600);
	assert_int_equal(offset_of("", "2026-07-01T00:00:00Z"), 0);
}

static void files_that_break_the_form_are_refused(void **state) {
	(void)state;
	static const char *const footers[] = {"A0", "AAA", "AAA99", "AAA0BBB", "AAA0BBB,M13.1.0,M1.1.0", "AAA0BBB,M3.6.0,M1.1.0", "AAA0BBB,M3.1.7,M1.1.0",
		"AAA0BBB,J0,J1", "AAA0BBB,366,1", "AAA0BBB,M3.1.0", "AAA0BBB,M3.1.0/168,M1.1.0", "AAA0BBB,M3.1.0,M1.1.0,", "AAA0:60", "<>0"};
	assert_true(taken("AAA0"));
	for (size_t i = 0; i < lengthof(footers); i++)
		if (taken(footers[i])) fail_msg("%s is taken", footers[i]);
	struct str good = file_with("AAA0", at_utc);
	const struct zone *z;
	for (size_t n = 0; n < good.n; n++) assert_false(zone_read(arena, str_sub(good, 0, n), &z));
	assert_false(zone_read(arena, file_with("AAA0", "\x7f\xff\xff\xff\0\0"), &z));
	char *bytes = (char *)(uintptr_t)arena_str(arena, good).p;
	bytes[54 + 28 + 3] = 1; /* a leap second is counted, though none is there */
	assert_false(zone_read(arena, str_n(bytes, good.n), &z));
}

static void names_lead_out_of_no_folder(void **state) {
	(void)state;
	static const char *const names[] = {"", "../../etc/passwd", "/etc/passwd", "Europe/../Europe/Amsterdam", "zone.tab", "Mars/Base", "Europe", "Europe/Amsterdam "};
	for (size_t i = 0; i < lengthof(names); i++)
		if (zone_known(str_of(names[i]))) fail_msg("\"%s\" is a zone", names[i]);
	assert_true(zone_known(S("UTC")) && zone_known(S("Europe/Amsterdam")) && zone_known(S("America/Argentina/Buenos_Aires")));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		calendar_test(offsets_are_those_of_the_c_library_in_every_zone),
		calendar_test(a_local_time_leads_back_to_its_moment_or_to_an_earlier_one_that_shows_the_same),
		calendar_test(an_hour_that_comes_twice_is_taken_for_the_first),
		calendar_test(an_hour_that_is_left_out_is_taken_as_if_the_change_had_not_come),
		calendar_test(a_day_begins_when_its_clocks_first_show_it),
		calendar_test(years_beyond_the_table_follow_the_rule),
		calendar_test(a_footer_may_count_days_of_the_year),
		calendar_test(files_that_break_the_form_are_refused),
		calendar_test(names_lead_out_of_no_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
