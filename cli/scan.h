/* `polder scan`: a program of its own, so that a pipeline that scans one file loads no database. */
#pragma once
#include "command.h"

/* In polder-scan it scans (scan_run.c); in polder-hub, which somebody may start himself, it starts polder-scan (scan_exec.c). */
enum err_code run_scan(struct cli *c, struct err *e);
extern const struct command command_scan;
