/* When a term ends: in calendar days, in business days, or as the law of the European Union counts.
 *
 * A calendar is a zone and the days on which nobody there works besides Saturdays and Sundays. Days are days since 1970-01-01 as the zone's clocks show them.
 *
 * All three ways follow Article 3 of Regulation (EEC, Euratom) No 1182/71 in this: the day of the event is not counted, and a term in days, weeks, months or
 * years ends with the last hour of its last day (paragraphs 1 and 2). That moment is given as the last second of the day; who acts in it is in time.
 *
 *	TERM_CALENDAR  P3D: the end of the third day after the event, whatever day that is. P1M: the same date a month on, or the last of a month that has no
 *	               such date (paragraph 2 (c)). With hours (PT48H, P1DT12H): to the second; the days are counted on the zone's clock first.
 *	TERM_BUSINESS  P3D: the end of the third business day after the event. Days alone: P1W or PT8H are none.
 *	TERM_LEGAL     Article 3 whole. The hour of the event is not counted (paragraph 1). A term in days or more that would end on a holiday, Saturday or Sunday
 *	               ends with the next working day (paragraph 4), and one of two days or more has at least two working days in it (paragraph 5). A term
 *	               of both, days and hours, is counted as days, then hours. */
#pragma once
#include "duration.h"
#include "zone.h"

struct calendar {
	const struct zone *zone;
	const int64_t *holidays; /* in order */
	size_t holidays_n;
};

enum term_days { TERM_CALENDAR, TERM_BUSINESS, TERM_LEGAL };

/* The local day of a moment. */
int64_t calendar_day(const struct calendar *c, moment t);
/* The last second of a local day. */
moment calendar_day_end(const struct calendar *c, int64_t day);
/* Neither Saturday nor Sunday nor a holiday. */
bool calendar_working(const struct calendar *c, int64_t day);
/* The nth working day after a day; n 0: the day itself. */
int64_t calendar_working_after(const struct calendar *c, int64_t day, int64_t n);

/* When a term ends that an event at `start` begins. False for business days that are not days alone, and beyond the year 9000. */
bool term_end(const struct calendar *c, moment start, const struct duration *d, enum term_days how, moment *out) must_use;
