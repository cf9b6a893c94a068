#include "sign.h"

enum err_code run_sign(struct cli *c, struct err *e) {
	(void)c;
	return err_set(e, ERR_USAGE, "start it as `polder sign`");
}

enum err_code run_verify_model(struct cli *c, struct err *e) {
	(void)c;
	return err_set(e, ERR_USAGE, "start it as `polder verify-model`");
}
