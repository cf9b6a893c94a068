#include "scan_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	scan_whole(data, size);
	return 0;
}
