/* Addresses of disputes, beside their own page at /r/ID. */
#pragma once
#include "http/route.h"

extern const struct route dispute_routes[];
