/* `polder sign` and `polder verify-model`: a program of their own, over lib/sign and lib/scan, without hub or database. */
#pragma once
#include "command.h"

/* In polder-sign they do it (sign_run.c); in polder-hub, which somebody may start himself, they say how to start them (sign_exec.c). */
enum err_code run_sign(struct cli *c, struct err *e);
enum err_code run_verify_model(struct cli *c, struct err *e);
extern const struct command command_sign, command_verify_model;
