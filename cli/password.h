/* A password from a person: typed without being shown, or from a file. */
#pragma once
#include "command.h"

/* --password-file, else the terminal (asked twice, not shown), else the first line of standard input. */
enum err_code password_from_user(struct cli *c, struct str *out, struct err *e) must_use;
