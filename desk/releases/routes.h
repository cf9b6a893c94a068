/* Addresses of releases, beside their own page at /r/ID. */
#pragma once
#include "http/route.h"

extern const struct route release_routes[];
