/* Addresses of policies, grants and well-known files. */
#pragma once
#include "desk/app.h"
#include "http/route.h"

extern const struct route harbor_routes[];
