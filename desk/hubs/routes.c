#include "routes.h"

#include "pages.h"

/* Not cached by the hub's changes: what is listed is no record. */
const struct route hubs_routes[] = {
	{"/hubs", show_hubs_page, ROUTE_PUBLIC, .name = "hubs", .gives = GIVES_HTML, .help = "The other hubs that this one knows, and by which keys."},
	{"/hubs/{path...}", show_there, ROUTE_PUBLIC, .name = "hubs-record", .gives = GIVES_REDIRECT,
		.help = "Leads to a record of a hub that is listed, by the hub's prefix or log and the record's number.",
		.params = PARAMS({"path", PARAM_PATH, .length = 600, .help = "as in NLHUB/NLHUB-2026-0001 or hub.example.org/log/R-7KQ2-M9XD"})},
	{"/.well-known/polder-hubs", show_hubs_file, ROUTE_PUBLIC, .name = "hubs-directory", .gives = GIVES_FILE, .flags = ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN,
		.help = "The directory as a file signed by the log's key (c2sp.org/signed-note), for use without this hub."},
	ROUTE_END
};
