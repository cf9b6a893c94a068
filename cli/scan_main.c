/* polder-scan: the one command of the scanner. It links the scanner and what decompresses, and neither hub nor database. */
#include "scan.h"
#include "small.h"

const struct command *const commands[] = {&command_scan};
const size_t commands_n = 1;

/* Nothing was judged, so what went wrong is never 1: that says something was found. */
int status_of_error(enum err_code code) {
	return code == ERR_USAGE ? 2 : 3;
}
