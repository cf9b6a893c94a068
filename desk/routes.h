/* The one router of all tables of the desks. */
#pragma once
#include "desk/app.h"

/* Fills in the app (its hub must be set) and makes the router. Lives in the arena and as long as the hub; the router is freed by
 * desk_router_free. ERR_INVALID for a hub's own kind that can't be laid out, and for a table that contradicts itself. */
enum err_code desk_router(struct arena *a, struct desk_app *app, struct router **out, struct err *e) must_use;
void desk_router_free(struct desk_app *app);

/* All routes as the tables have them: [{method, path, name, help, for, csrf, body_max, flags, gives, params}]. */
struct json_writer;
void desk_routes_json(struct json_writer *w, const struct router *r);
