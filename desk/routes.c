#include "routes.h"

#include "desk/account/routes.h"
#include "desk/api/routes.h"
#include "desk/registry/routes.h"
#include "desk/site/site.h"

enum err_code desk_router(struct arena *a, struct desk_app *app, struct router **out, struct err *e) {
	const struct route *pages, *api;
	enum err_code code = registry_routes(a, app, &pages, e);
	if (!code) code = api_routes(a, app, &api, e);
	if (code) return code;
	const struct route *const tables[] = {site_routes, pages, api, account_routes};
	struct router *router = NULL;
	code = router_new(tables, lengthof(tables), &router, e);
	app->router = router;
	if (!code) code = api_describe(a, app, e);
	if (code) {
		desk_router_free(app);
		return code;
	}
	*out = router;
	return ERR_OK;
}

void desk_router_free(struct desk_app *app) {
	router_free((struct router *)(uintptr_t)app->router);
	app->router = NULL;
	api_release(app);
}
