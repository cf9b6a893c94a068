/* The addresses of the API, /api/v1 and below, as tables; and its page, /api. */
#pragma once
#include "desk/app.h"

/* Completes the table with the facets of the hub's kinds (registry_routes must have filled them in) and compiles the schemas that bodies are
 * checked against. It lives in the arena and as long as the hub. */
enum err_code api_routes(struct arena *a, struct desk_app *app, const struct route **out, struct err *e) must_use;
/* Writes the OpenAPI document once all tables are in the router. */
enum err_code api_describe(struct arena *a, struct desk_app *app, struct err *e) must_use;
void api_release(struct desk_app *app);
