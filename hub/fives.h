/* Counts that may be published where each thing counted is confidential: in fives, so that no number of 1 to 4 ever leaves, nor follows from what leaves.
 *
 * One count is published rounded down to a multiple of five. A row of counts, one a quarter, is published as what each quarter adds to the sum so rounded: what is
 * fewer than five is carried into the next quarter. So the numbers of a column add up, and their sum is the whole column's count rounded down.
 *
 * Why nothing follows from them: somebody who knows all that is published of a column knows of each running sum the five values that it may have, F to F + 4, and that the
 * sums do not fall. Whatever quarter they look at, all sums before it may stand at their lowest and it and all later ones at their highest, or the other way round.
 * So a quarter for which F is published may have counted every number from F - 4 (at least 0; of the first quarter, before which nothing was, F) to F + 4: never fewer than
 * five possibilities (tests/unit/hub/statistics.c tries them all). Exact counts with single cells left out do not have this property: what is left out follows from the sums where all of it is 0, or all of it 4. */
#pragma once
#include "base/base.h"

enum { FIVE = 5 };
static inline int64_t fives(int64_t n) { return n > 0 ? n - n % FIVE : 0; }
/* out[i] is what counts[i] adds to the rounded sum; 0: fewer than five. Returns the sum of all. out may be counts. */
int64_t fives_carry(const int64_t *counts, size_t n, int64_t *out);
