#include "routes.h"

#include "desk/account/routes.h"
#include "desk/forms/routes.h"
#include "desk/registry/routes.h"
#include "desk/site/site.h"

enum err_code desk_router(struct arena *a, struct desk_app *app, struct router **out, struct err *e) {
	const struct route *pages, *api;
	enum err_code code = registry_routes(a, app, &pages, &api, e);
	if (!code) code = forms_begin(a, app, e);
	if (code) return code;
	const struct route *const tables[] = {site_routes, pages, form_routes, api, account_routes};
	struct router *router;
	code = router_new(tables, lengthof(tables), &router, e);
	if (code) return code;
	app->router = router;
	*out = router;
	return ERR_OK;
}
