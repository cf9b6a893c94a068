/* The files of kinds/, as they were when Polder was built. */
#pragma once
#include "base/embed.h"

extern const struct embedded_file kinds_builtin[];
extern const size_t kinds_builtin_n;
