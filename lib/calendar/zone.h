/* Time zones by their IANA names, read from the system's tz database: TZif, RFC 9636. Thread-safe; a zone never changes once it is read.
 *
 * All times here are whole seconds since 1970-01-01T00:00:00: of UTC, or of what a clock in the zone shows ("local"). Leap seconds don't count, as everywhere
 * in Polder; files that count them ("right/…") are refused.
 *
 * A local time may come twice, when clocks are set back (a fold), and may never come, when they are set forward (a gap). zone_utc says which it was. */
#pragma once
#include "base/base.h"

struct zone;

/* The names people choose from ("Africa/Abidjan" … "UTC"), sorted; read once. */
const struct str *zone_names(size_t *n);
bool zone_known(struct str name);

/* Reads a zone into the arena; "UTC" needs no file. False for a name that is unknown, or that the system has no good file for. */
bool zone_open(struct arena *a, struct str name, const struct zone **out) must_use;
/* The same from the bytes of a TZif file of version 2 or later. Everything in it is checked: false where RFC 9636 section 3 is broken. */
bool zone_read(struct arena *a, struct str bytes, const struct zone **out) must_use;

/* How far the zone's clocks are ahead of UTC at a moment. Before the first change that is known: the first type of the file (section 3.2); after the last:
 * the rule in its footer (section 3.3.1, POSIX's TZ with its forms Mm.w.d, Jn and n). */
int zone_offset_at(const struct zone *z, int64_t utc);
/* The offset's abbreviation is not given: "IST" stands for three zones, and an offset says what it is. */

enum zone_fit { ZONE_ONCE, ZONE_TWICE, ZONE_NEVER };
/* The moment at which the zone's clocks show a local time. One that comes twice is taken for the first; one that is left out is taken as if the change had
 * not come yet, so that 02:30 in a night that goes from 02:00 to 03:00 becomes 03:30. fit may be NULL. */
int64_t zone_utc(const struct zone *z, int64_t local, enum zone_fit *fit);
/* The first moment of a local day, given in days since 1970-01-01: midnight, or when the clocks first show that day, where midnight is left out. */
int64_t zone_day(const struct zone *z, int64_t day);

/* How far ahead of UTC a zone's clocks are when they show this local time, by the rules of zone_utc. False for a zone that is unknown. Reads the file:
 * for one question. */
bool zone_offset(struct str name, int64_t local, int *seconds);
