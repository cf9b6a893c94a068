/* metadata.json, as it was when Polder was built. */
#pragma once
#include "base/embed.h"

extern const struct embedded_file card_schemas[];
extern const size_t card_schemas_n;
