/* Time is UTC, in microseconds since 1970-01-01T00:00:00Z, in an int64_t.
 * One clock function, which a test can replace. */
#pragma once
#include "arena.h"
#include "str.h"

typedef int64_t moment; /* microseconds */

#define SECOND ((moment)1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (3600 * SECOND)
#define DAY    (86400 * SECOND)

/* For tests of whole programs: a file that the environment names as POLDER_CLOCK_FILE holds a number of seconds, which is added to the system's time; it is
 * read again when it was last read a tenth of a second ago. */
moment now(void);
/* Makes now() return fn(); NULL puts the system's clock back. For tests. */
void now_replace(moment (*fn)(void));
/* Monotonic, for measuring. */
moment stopwatch(void);

/* RFC 3339 with Z; microseconds only where there are any: "2026-11-23T10:00:00Z", "….25Z". Years 0000 to 9999. */
enum { MOMENT_TEXT = 32 };
struct str moment_text(moment t, char out[MOMENT_TEXT]);
struct str moment_str(struct arena *a, moment t);
/* RFC 3339 date-time with a zone (Z or ±hh:mm; a missing zone is refused). Leap second 60 counts as the next
 * minute. False when it is not one. */
bool moment_parse(struct str s, moment *out);

/* A calendar date as text: YYYY, YYYY-MM or YYYY-MM-DD that exists in the Gregorian calendar. */
bool date_valid(struct str s);
/* RFC 3339 full-date and partial-time with offset, for JSON Schema's `format`. */
bool date_full(struct str s);
bool time_full(struct str s);
/* Days from 1970-01-01 (proleptic Gregorian) and back; month 1..12. */
int64_t days_from_date(int64_t year, int month, int day);
void date_from_days(int64_t days, int64_t *year, int *month, int *day);
