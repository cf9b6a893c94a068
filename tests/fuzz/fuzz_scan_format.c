/* One parser of the scanner, which the build names (PARSE). */
#include "scan_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	scan_by(PARSE, data, size);
	return 0;
}
