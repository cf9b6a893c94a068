/* The addresses of pages and API for reading, as tables. The filters that lists and searches take are the facets of the
 * hub's kinds, so the tables are completed when a hub is opened. */
#pragma once
#include "desk/app.h"

/* Fills in the app (its hub must be set) and makes the router of all tables. Lives in the arena and as long as the hub;
 * the router is freed by router_free. ERR_INVALID for a hub's own kind that can't be laid out. */
enum err_code registry_router(struct arena *a, struct desk_app *app, struct router **out, struct err *e) must_use;
