#include "written.h"

extern const struct format format_osv;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size > 1 << 16) return 0;
	check_reader(&format_osv, data, size);
	check_written(&format_osv, data, size);
	return 0;
}
