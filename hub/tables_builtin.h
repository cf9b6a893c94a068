/* The files of tables/, as they were when Polder was built. */
#pragma once
#include "base/embed.h"

extern const struct embedded_file tables_builtin[];
extern const size_t tables_builtin_n;
