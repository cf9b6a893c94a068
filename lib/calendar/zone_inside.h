/* For the files of lib/calendar alone. */
#pragma once
#include "zone.h"

enum { ZONE_NAME = 64 };
/* Whether it may be the name of a file of the tz database. */
bool zone_name_fits(struct str s);
