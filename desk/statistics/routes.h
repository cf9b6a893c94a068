/* Addresses of the statistics. */
#pragma once
#include "http/route.h"

extern const struct route statistics_routes[];
