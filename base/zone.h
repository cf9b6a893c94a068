/* Time zones by their IANA names, read from the system's tz database (TZif, RFC 8536). Thread-safe. */
#pragma once
#include "base.h"

/* The names people choose from ("Africa/Abidjan" … "UTC"), sorted; read once. */
const struct str *zone_names(size_t *n);
bool zone_known(struct str name);
/* How far ahead of UTC, in seconds, a zone's clocks are when they show this local time (seconds since 1970-01-01T00:00 on that clock).
 * A time that comes twice is taken for the first, one that is left out as if the change had not come yet. False for a zone that is unknown. */
bool zone_offset(struct str name, int64_t local, int *seconds);
