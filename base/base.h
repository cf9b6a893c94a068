/* base: what every floor may use. It knows nothing of records, HTTP or databases.
 *
 * Include this one header. Order of reading: err.h, str.h, arena.h, buf.h, clock.h, file.h. */
#pragma once
#include "arena.h"
#include "buf.h"
#include "err.h"
#include "file.h"
#include "map.h"
#include "str.h"
#include "clock.h"
