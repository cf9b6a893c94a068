/* Signing in, one's own account, members of organizations, administration. */
#pragma once
#include "http/route.h"

extern const struct route account_routes[];
