/* polder-sign: signing models and checking them. It links OpenSSL and the scanner, and neither hub nor database. */
#include "sign.h"
#include "small.h"

const struct command *const commands[] = {&command_sign, &command_verify_model};
const size_t commands_n = 2;

int status_of_error(enum err_code code) {
	return err_exit_status(code);
}
