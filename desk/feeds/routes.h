/* The addresses of feeds, site map and what else other programs read. */
#pragma once
#include "desk/app.h"

/* After registry_routes, which says what feeds can be narrowed by. Lives in the arena and as long as the hub. */
const struct route *feeds_routes(struct arena *a, const struct desk_app *app);
