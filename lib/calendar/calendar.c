#include "calendar.h"

enum { FAR = 7030 * 366 }; /* days from 1970 to past the year 9000 */

static int64_t local_seconds(const struct calendar *c, moment t) {
	int64_t utc = t / SECOND - (t % SECOND < 0);
	return utc + zone_offset_at(c->zone, utc);
}

static int64_t day_of(int64_t local) {
	return local / 86400 - (local % 86400 < 0);
}

int64_t calendar_day(const struct calendar *c, moment t) {
	return day_of(local_seconds(c, t));
}

moment calendar_day_end(const struct calendar *c, int64_t day) {
	return (zone_day(c->zone, day + 1) - 1) * SECOND;
}

static bool holiday(const struct calendar *c, int64_t day) {
	size_t from = 0, to = c->holidays_n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (c->holidays[middle] == day) return true;
		if (c->holidays[middle] < day) from = middle + 1;
		else to = middle;
	}
	return false;
}

bool calendar_working(const struct calendar *c, int64_t day) {
	int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 0 Monday; 1970-01-01 was a Thursday */
	return weekday < 5 && !holiday(c, day);
}

int64_t calendar_working_after(const struct calendar *c, int64_t day, int64_t n) {
	while (n > 0 && day < FAR) n -= calendar_working(c, ++day);
	return day;
}

static int month_length(int64_t year, int month) {
	int64_t next = month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);
	return (int)(next - days_from_date(year, month, 1));
}

/* Years, months, weeks and days on. */
static int64_t days_on(int64_t day, const struct duration *d) {
	int64_t year;
	int month, of_month;
	date_from_days(day, &year, &month, &of_month);
	int64_t months = month - 1 + d->months;
	year += d->years + months / 12;
	month = (int)(months % 12) + 1;
	if (year > 9000) return FAR;
	int longest = month_length(year, month);
	return days_from_date(year, month, of_month < longest ? of_month : longest) + 7 * d->weeks + d->days;
}

/* Article 3 (4) and (5) of Regulation 1182/71, for a term that the event of a day begins. */
static int64_t legal_day(const struct calendar *c, int64_t event, int64_t last) {
	if (last - event >= 2) {
		int64_t working = 0;
		for (int64_t day = event + 1; day <= last && working < 2; day++) working += calendar_working(c, day);
		if (working < 2) last = calendar_working_after(c, last, 2 - working);
	}
	return calendar_working(c, last) ? last : calendar_working_after(c, last, 1);
}

bool term_end(const struct calendar *c, moment start, const struct duration *d, enum term_days how, moment *out) {
	if (how == TERM_BUSINESS && !duration_of_days(d)) return false;
	int64_t local = local_seconds(c, start), event = day_of(local);
	int64_t last = how == TERM_BUSINESS ? calendar_working_after(c, event, d->days) : days_on(event, d);
	moment hours = (d->hours * 3600 + d->minutes * 60 + d->seconds) * SECOND;
	if (last >= FAR || hours >= (moment)FAR * DAY) return false;
	moment end;
	if (!d->has_time) {
		end = calendar_day_end(c, how == TERM_LEGAL ? legal_day(c, event, last) : last);
	} else {
		end = last == event ? start : zone_utc(c->zone, local + (last - event) * 86400, NULL) * SECOND + (start % SECOND + SECOND) % SECOND;
		/* The hour of the event is not counted: the term begins with the next. */
		if (how == TERM_LEGAL) end += (3600 - local % 3600) * SECOND - (start % SECOND + SECOND) % SECOND;
		end += hours;
	}
	if (end / DAY >= FAR) return false;
	*out = end;
	return true;
}
