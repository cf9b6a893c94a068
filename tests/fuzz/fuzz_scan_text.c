/* Templates and Python source: texts that only give findings. */
#include "scan_target.h"

static void parse_both(struct scan *s, struct reader *r, struct tally *t) {
	(void)t;
	check_template(s, reader_window(r), 0, "the template", true);
	check_python(s, reader_window(r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	scan_by(parse_both, data, size);
	return 0;
}
