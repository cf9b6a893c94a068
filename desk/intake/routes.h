/* Reporting a flaw, and coming back to it with a receipt. */
#pragma once
#include "http/route.h"

extern const struct route intake_routes[];
