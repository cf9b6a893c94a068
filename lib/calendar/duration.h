/* Durations of ISO 8601 as they are used for terms: P3D, P2W, P1M, P1Y6M, PT48H, P1DT12H.
 *
 * Whole numbers of at most six digits, each unit once and in this order; no fractions, no signs, at least one unit. Zero is a duration. Weeks may stand beside
 * other units, as ISO 8601-2 allows. */
#pragma once
#include "base/base.h"

struct duration {
	int64_t years, months, weeks, days;
	int64_t hours, minutes, seconds;
	bool has_time; /* something stands behind the T */
};

/* False when it is not one. */
bool duration_parse(struct str s, struct duration *out);
/* It is days alone, or zero: what business days can be counted by. */
static inline bool duration_of_days(const struct duration *d) {
	return !d->years && !d->months && !d->weeks && !d->has_time;
}
