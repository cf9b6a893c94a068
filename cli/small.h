/* What a small program says to small_main.c. */
#pragma once
#include "command.h"

/* How it ends when a command could not be done. */
int status_of_error(enum err_code code);
