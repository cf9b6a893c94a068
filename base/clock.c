#include "clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static _Atomic(moment (*)(void)) replaced;

static moment read_clock(clockid_t id) {
	struct timespec t;
	clock_gettime(id, &t);
	return (moment)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* ---- POLDER_CLOCK_FILE ---- */

#define SHIFT_KEPT (SECOND / 10)

static const char *shift_file;
static _Atomic moment shift, shift_read;

static void find_shift_file(void) {
	const char *name = getenv("POLDER_CLOCK_FILE");
	shift_file = name && name[0] ? name : NULL;
	atomic_store(&shift_read, read_clock(CLOCK_MONOTONIC) - SHIFT_KEPT);
}

/* What can't be read leaves the clock as it was. */
static moment shifted(void) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, find_shift_file);
	if (!shift_file) return 0;
	moment at = read_clock(CLOCK_MONOTONIC);
	if (at - atomic_load(&shift_read) < SHIFT_KEPT) return atomic_load(&shift);
	atomic_store(&shift_read, at);
	char text[32];
	int fd = open(shift_file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	int64_t seconds;
	if (fd >= 0) close(fd);
	if (n > 0 && str_int(str_trim(str_n(text, (size_t)n)), &seconds) && seconds > -10000000000 && seconds < 10000000000) atomic_store(&shift, seconds * SECOND);
	return atomic_load(&shift);
}

moment now(void) {
	moment (*fn)(void) = atomic_load(&replaced);
	return fn ? fn() : read_clock(CLOCK_REALTIME) + shifted();
}

void now_replace(moment (*fn)(void)) {
	atomic_store(&replaced, fn);
}

moment stopwatch(void) {
	return read_clock(CLOCK_MONOTONIC);
}

/* Howard Hinnant's days_from_civil: years begin in March, so that the leap day comes last. */
int64_t days_from_date(int64_t year, int month, int day) {
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_from_days(int64_t days, int64_t *year, int *month, int *day) {
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

struct str moment_text(moment t, char out[MOMENT_TEXT]) {
	int64_t days = t / DAY, rest = t % DAY, year;
	if (rest < 0) rest += DAY, days--;
	int month, day;
	date_from_days(days, &year, &month, &day);
	if (year < 0) year = 0;
	if (year > 9999) year = 9999;
	int seconds = (int)(rest / SECOND), micros = (int)(rest % SECOND);
	int n = snprintf(out, MOMENT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month, day, seconds / 3600,
		seconds / 60 % 60, seconds % 60);
	if (micros) {
		n += snprintf(out + n, MOMENT_TEXT - (size_t)n, ".%06d", micros);
		while (out[n - 1] == '0') n--;
	}
	out[n++] = 'Z';
	out[n] = 0;
	return str_n(out, (size_t)n);
}

struct str moment_str(struct arena *a, moment t) {
	char text[MOMENT_TEXT];
	return arena_str(a, moment_text(t, text));
}

static bool digits(struct str s, size_t at, size_t n, int *out) {
	if (at + n > s.n) return false;
	*out = 0;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

static int month_days(int year, int month) {
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool parse_date(struct str s, int *year, int *month, int *day) {
	return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && digits(s, 0, 4, year) && digits(s, 5, 2, month) &&
		digits(s, 8, 2, day) && *month >= 1 && *month <= 12 && *day >= 1 && *day <= month_days(*year, *month);
}

bool date_full(struct str s) {
	int year, month, day;
	return parse_date(s, &year, &month, &day);
}

bool date_valid(struct str s) {
	int year, month;
	if (s.n == 4) return digits(s, 0, 4, &year);
	if (s.n == 7) return s.p[4] == '-' && digits(s, 0, 4, &year) && digits(s, 5, 2, &month) && month >= 1 && month <= 12;
	return date_full(s);
}

/* hh:mm:ss[.f…](Z|±hh:mm) to microseconds of the day, the offset taken off. */
static bool parse_time(struct str s, moment *out) {
	int hour, minute, second, offset_hour = 0, offset_minute = 0;
	if (s.n < 9 || !digits(s, 0, 2, &hour) || s.p[2] != ':' || !digits(s, 3, 2, &minute) || s.p[5] != ':' ||
		!digits(s, 6, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	size_t at = 8;
	moment fraction = 0, unit = SECOND / 10;
	if (s.p[at] == '.') {
		size_t first = ++at;
		for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, unit /= 10) fraction += (s.p[at] - '0') * unit;
		if (at == first) return false;
	}
	if (at >= s.n) return false;
	int sign = 0;
	if (s.p[at] == 'Z' || s.p[at] == 'z') {
		if (at + 1 != s.n) return false;
	} else {
		sign = s.p[at] == '+' ? 1 : s.p[at] == '-' ? -1 : 0;
		if (!sign || at + 6 != s.n || !digits(s, at + 1, 2, &offset_hour) || s.p[at + 3] != ':' ||
			!digits(s, at + 4, 2, &offset_minute) || offset_hour > 23 || offset_minute > 59)
			return false;
	}
	int64_t utc_minutes = hour * 60 + minute - sign * (offset_hour * 60 + offset_minute);
	/* A leap second stands at 23:59:60 UTC and nowhere else (RFC 3339 section 5.7). */
	if (second == 60 && ((utc_minutes % 1440) + 1440) % 1440 != 1439) return false;
	*out = utc_minutes * 60 * SECOND + second * SECOND + fraction;
	return true;
}

bool time_full(struct str s) {
	moment ignored;
	return parse_time(s, &ignored);
}

bool moment_parse(struct str s, moment *out) {
	int year, month, day;
	moment of_day;
	if (s.n < 20 || (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ')) return false;
	if (!parse_date(str_sub(s, 0, 10), &year, &month, &day) || !parse_time(str_from(s, 11), &of_day)) return false;
	*out = days_from_date(year, month, day) * DAY + of_day;
	return true;
}
