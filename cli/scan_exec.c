#include <errno.h>

#include "scan.h"

enum err_code run_scan(struct cli *c, struct err *e) {
	(void)c;
	return err_set(e, ERR_USAGE, "start it as `polder scan`");
}
