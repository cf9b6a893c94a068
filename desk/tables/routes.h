#pragma once
#include "desk/app.h"

/* Pages of decision tables; each question of the hub's tables is a parameter of those that work out a table. */
const struct route *table_routes(struct arena *a, const struct desk_app *app);
