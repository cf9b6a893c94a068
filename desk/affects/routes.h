/* Addresses of what affects what somebody uses. */
#pragma once
#include "http/route.h"

extern const struct route affects_routes[];
