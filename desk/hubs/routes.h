/* Addresses of the directory of hubs. */
#pragma once
#include "http/route.h"

extern const struct route hubs_routes[];
