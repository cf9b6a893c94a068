/* Addresses of a case's room. */
#pragma once
#include "http/route.h"

extern const struct route case_routes[];
