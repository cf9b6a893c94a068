/* Orders versions as advisories name them. Invariant: what can't be ordered for certain is said to be so; equal texts are equal whatever they are.
 *
 * Read as SemVer 2.0.0 (section 11) with any number of numbers, missing ones being 0, and a "v" before it; "1.0rc1" is the pre-release rc1 of 1.0, as in PEP 440; what stands
 * behind "+" does not count. YYYY-MM-DD is a date. Everything else (commits, package releases with an epoch, "1.2 and prior") is text. */
#pragma once
#include "base/base.h"

/* True, and *order < 0, 0, > 0, where a and b can be compared. */
bool version_compare(struct str a, struct str b, int *order) must_use;

struct version_range {
	struct str from;    /* included; "" or "0", "*", "n/a", "unspecified": from the beginning */
	struct str before;  /* not included; "*": without end; "" not given */
	struct str through; /* included; "5.10.*": with all of 5.10; "*": without end; "" not given */
	bool text;          /* its versions are of a sort that has no order here: commits, packages of a distribution */
};
/* With neither before nor through, `from` is the version itself. */
enum version_within { VERSION_OUTSIDE, VERSION_INSIDE, VERSION_UNSURE };
enum version_within version_within(const struct version_range *r, struct str version);
