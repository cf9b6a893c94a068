/* The addresses of pages and API for reading, as tables. The filters that lists and searches take are the facets of the
 * hub's kinds, so the tables are completed when a hub is opened. */
#pragma once
#include "desk/app.h"

/* Fills in the app's layouts and filters (its hub must be set) and gives the tables. They live in the arena and as long as the
 * hub. ERR_INVALID for a hub's own kind that can't be laid out. */
enum err_code registry_routes(struct arena *a, struct desk_app *app, const struct route **pages, const struct route **api,
	struct err *e) must_use;
/* Marks a route (by its `more`) that takes the facets of the kinds besides what its table says. */
extern const char route_takes_facets;
/* A copy of a table in which the marked routes have their facets as parameters; after registry_routes. */
const struct route *routes_with_facets(struct arena *a, const struct desk_app *app, const struct route *table);
