#include "drafts.h"

extern const struct format format_aiid;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size <= 1 << 16) check_reader(&format_aiid, data, size);
	return 0;
}
