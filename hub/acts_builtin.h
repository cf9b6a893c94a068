/* hub/acts/, embedded. */
#pragma once
#include "base/embed.h"

extern const struct embedded_file acts_builtin[];
extern const size_t acts_builtin_n;
