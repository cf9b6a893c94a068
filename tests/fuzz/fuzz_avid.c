#include "written.h"

extern const struct format format_avid;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size > 1 << 16) return 0;
	check_reader(&format_avid, data, size);
	check_written(&format_avid, data, size);
	return 0;
}
