#include "routes.h"

#include "pages.h"

#include "desk/api/operation.h"
#include "desk/registry/present.h"
#include "desk/registry/years.h"
#include "desk/site/site.h"

enum { ID = 300, FACET_NAMES = 200 };
#define CACHED   ROUTE_CACHEABLE
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid, identifier at the source or alias"}

static const struct route page_routes[] = {
	{"/", show_home, ROUTE_PUBLIC, .name = "home", .gives = GIVES_HTML, .flags = CACHED,
		.help = "What the hub holds and what is new."},
	{"/browse", show_browse, ROUTE_PUBLIC, .name = "browse", .gives = GIVES_HTML, .flags = CACHED,
		.help = "All kinds with their numbers."},
	{"/browse/{path}", show_browse_kind, ROUTE_PUBLIC, .name = "browse-kind", .gives = GIVES_HTML, .flags = CACHED,
		.help = "The records of a kind, newest first.", .more = OPERATION(.facets = true),
		.params = PARAMS({"path", PARAM_PATH, .help = "as in incidents"},
			{"cursor", .type = PARAM_CURSOR, .help = "from the page before"})},
	{"/search", show_search, ROUTE_PUBLIC, .name = "search", .gives = GIVES_HTML, .flags = CACHED,
		.help = "Ranked hits.", .more = OPERATION(.facets = true),
		.params = PARAMS({"q", .length = SEARCH_QUERY, .help = "words, \"phrases\", begin*, -without"},
			{"kind", .help = "a kind's name"},
			{"page", .type = PARAM_INT, .min = 1, .max = 30, .otherwise = "1", .help = "of 20 hits"})},
	{"/r/{id...}", show_record, ROUTE_PUBLIC, .name = "record", .gives = GIVES_HTML | GIVES_REDIRECT, .flags = CACHED,
		.help = "A record.", .params = PARAMS(ID_PARAM, {"done", .length = 20, .help = "what was just done with it"})},
	{"/r/{id}/history", show_history, ROUTE_PUBLIC, .name = "record-history", .gives = GIVES_HTML | GIVES_REDIRECT,
		.flags = CACHED, .help = "What changed in it, and when.", .params = PARAMS(ID_PARAM)},
	{"/r/{id}/files/{sha256}", show_record_file, ROUTE_PUBLIC, .name = "record-file", .gives = GIVES_FILE,
		.help = "A file that belongs to it.",
		.params = PARAMS(ID_PARAM, {"sha256", PARAM_PATH, .length = 64, .help = "in hexadecimal"})},
	{"/cue", show_tree, ROUTE_PUBLIC, .name = "uses", .gives = GIVES_HTML, .flags = CACHED, .help = "The tree of uses.",
		.params = PARAMS({"scheme", .help = "another vocabulary than CUE"})},
	{"/charts/by-year.csv", show_years_csv, ROUTE_PUBLIC, .name = "chart-by-year-csv", .gives = GIVES_FILE,
		.flags = CACHED | ROUTE_ANY_ORIGIN | ROUTE_SAME_FOR_ALL, .help = "How many records fall into each year.", .more = OPERATION(.facets = true),
		.params = PARAMS({"kind", .help = "a kind's name"})},
	{"/charts/by-year.json", show_years_json, ROUTE_PUBLIC, .name = "chart-by-year-json", .gives = GIVES_JSON,
		.flags = CACHED | ROUTE_ANY_ORIGIN | ROUTE_SAME_FOR_ALL, .help = "The same as JSON.", .more = OPERATION(.facets = true),
		.params = PARAMS({"kind", .help = "a kind's name"})},
	{"/kinds", show_kinds, ROUTE_PUBLIC, .name = "kinds", .gives = GIVES_HTML, .flags = CACHED,
		.help = "The kinds of records."},
	{"/kinds/{kind}", show_kind, ROUTE_PUBLIC, .name = "kind", .gives = GIVES_HTML, .flags = CACHED,
		.help = "Fields, lifecycle, links and template of a kind.",
		.params = PARAMS({"kind", PARAM_PATH, .help = "its name"})},
	{"/about", show_about, ROUTE_PUBLIC, .name = "about", .gives = GIVES_HTML, .flags = CACHED,
		.help = "What Polder is; licences."},
	ROUTE_END
};

/* ---- facets as parameters ---- */

/* A kind's file may call a facet what it likes; one that can't stand in an address, or means something else there, is
 * left to the body. */
static bool can_be_parameter(struct str name) {
	static const char *const taken[] = {"q", "kind", "page", "limit", "cursor", "path", "id", "scheme", "fields"};
	for (size_t i = 0; i < lengthof(taken); i++)
		if (str_is(name, taken[i])) return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
	}
	return name.n > 0 && name.n <= 60;
}

static void add_name(struct arena *a, const char **names, size_t *n, struct str name) {
	if (*n == FACET_NAMES || !can_be_parameter(name)) return;
	for (size_t i = 0; i < *n; i++)
		if (str_is(name, names[i])) return;
	names[(*n)++] = arena_cstr(a, name);
}

static void name_facets(struct arena *a, struct desk_app *app) {
	static const char *const common[] = {"state", "year", "use", "system", "organization", "hub"};
	const char **names = arena_array(a, FACET_NAMES, sizeof *names);
	size_t n = 0;
	for (size_t i = 0; names && i < lengthof(common); i++) add_name(a, names, &n, str_of(common[i]));
	const struct kinds *kinds = app->hub->kinds;
	for (size_t i = 0; names && i < kinds->n; i++)
		for (size_t j = 0; j < kinds->items[i].facets_n; j++) add_name(a, names, &n, kinds->items[i].facets[j].name);
	app->facets = names;
	app->facets_n = n;
}

static const struct param *with_facets(struct arena *a, const struct desk_app *app, const struct param *own) {
	size_t n = 0;
	while (own && own[n].name) n++;
	struct param *all = arena_array(a, n + app->facets_n + 1, sizeof *all);
	if (!all) return own;
	if (n) memcpy(all, own, n * sizeof *all);
	for (size_t i = 0; i < app->facets_n; i++)
		all[n + i] = (struct param){
			app->facets[i], .repeat = true, .length = ID, .help = "a facet: only records with this value"};
	return all;
}

const struct route *registry_complete(struct arena *a, const struct desk_app *app, const struct route *table) {
	size_t n = 0;
	while (table[n].path) n++;
	struct route *copy = arena_array(a, n + 1, sizeof *copy);
	if (!copy) return table;
	for (size_t i = 0; i < n; i++) {
		copy[i] = table[i];
		const struct operation *o = operation_of(&table[i]);
		if (o && o->facets) copy[i].params = with_facets(a, app, table[i].params);
	}
	return copy;
}

enum err_code registry_routes(struct arena *a, struct desk_app *app, const struct route **pages, struct err *e) {
	struct reading *reading;
	enum err_code code = reading_new(a, app->hub, &reading, e);
	if (code) return code;
	app->reading = reading;
	name_facets(a, app);
	*pages = registry_complete(a, app, page_routes);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}
