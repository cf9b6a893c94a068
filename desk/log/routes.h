/* Addresses of the log. */
#pragma once
#include "http/route.h"

extern const struct route log_routes[];
