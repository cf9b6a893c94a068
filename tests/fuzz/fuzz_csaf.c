#include "drafts.h"

extern const struct format format_csaf;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size <= 1 << 16) check_reader(&format_csaf, data, size);
	return 0;
}
