#include "fives.h"

int64_t fives_carry(const int64_t *counts, size_t n, int64_t *out) {
	int64_t sum = 0, shown = 0;
	for (size_t i = 0; i < n; i++) {
		sum += counts[i];
		out[i] = fives(sum) - shown;
		shown += out[i];
	}
	return shown;
}
