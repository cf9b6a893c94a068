/* The addresses of the pages for reading, as a table. The filters that lists and searches take are the facets of the hub's kinds, so tables
 * are completed when a hub is opened. */
#pragma once
#include "desk/app.h"

/* Fills in the app's layouts and filters (its hub must be set) and gives the table. It lives in the arena and as long as the
 * hub. ERR_INVALID for a hub's own kind that can't be laid out. */
enum err_code registry_routes(struct arena *a, struct desk_app *app, const struct route **pages, struct err *e) must_use;
/* A copy of a table in which the routes whose operation (desk/api/operation.h) says so take the facets besides what the table says. */
const struct route *registry_complete(struct arena *a, const struct desk_app *app, const struct route *table);
