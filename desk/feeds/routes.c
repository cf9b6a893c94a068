#include "routes.h"

#include "desk/api/operation.h"
#include "desk/registry/routes.h"
#include "feeds.h"

enum { ID = 300 };
#define SAME (ROUTE_CACHEABLE | ROUTE_SAME_FOR_ALL | ROUTE_ANY_ORIGIN)
#define ID_PARAM {"id", PARAM_PATH, .length = ID, .help = "number, uid, identifier at the source or alias"}
#define CURSOR_PARAM {"cursor", .type = PARAM_CURSOR, .help = "from the page before"}
#define KIND_PARAMS \
	PARAMS({"path", PARAM_PATH, .help = "as in incidents"}, CURSOR_PARAM)
#define SEARCH_PARAMS \
	PARAMS({"q", .length = SEARCH_QUERY, .help = "words, \"phrases\", begin*, -without"}, {"kind", .help = "a kind's name"}, CURSOR_PARAM, \
		{"page", .type = PARAM_INT, .min = 1, .max = SEARCH_CANDIDATES / FEED_PAGE, .otherwise = "1", .help = "of hits"})

static const struct route table[] = {
	{"/feed.atom", feed_all, ROUTE_PUBLIC, .name = "feed", .gives = GIVES_FEED, .flags = SAME,
		.help = "What became public or changed, newest first.", .params = PARAMS(CURSOR_PARAM)},
	{"/feed.json", feed_all, ROUTE_PUBLIC, .name = "feed-json", .gives = GIVES_FEED, .flags = SAME,
		.help = "The same as JSON Feed.", .params = PARAMS(CURSOR_PARAM)},
	{"/browse/{path}/feed.atom", feed_kind, ROUTE_PUBLIC, .name = "feed-kind", .gives = GIVES_FEED, .flags = SAME,
		.help = "Records of a kind that became public or changed.", .more = OPERATION(.facets = true), .params = KIND_PARAMS},
	{"/browse/{path}/feed.json", feed_kind, ROUTE_PUBLIC, .name = "feed-kind-json", .gives = GIVES_FEED, .flags = SAME,
		.help = "The same as JSON Feed.", .more = OPERATION(.facets = true), .params = KIND_PARAMS},
	{"/search/feed.atom", feed_search, ROUTE_PUBLIC, .name = "feed-search", .gives = GIVES_FEED, .flags = SAME,
		.help = "Hits of a search that became public or changed.", .more = OPERATION(.facets = true), .params = SEARCH_PARAMS},
	{"/search/feed.json", feed_search, ROUTE_PUBLIC, .name = "feed-search-json", .gives = GIVES_FEED, .flags = SAME,
		.help = "The same as JSON Feed.", .more = OPERATION(.facets = true), .params = SEARCH_PARAMS},
	{"/r/{id}/feed.atom", feed_record, ROUTE_PUBLIC, .name = "feed-record", .gives = GIVES_FEED, .flags = SAME,
		.help = "What became public or changed that concerns a use, system or organization.", .params = PARAMS(ID_PARAM, CURSOR_PARAM)},
	{"/r/{id}/feed.json", feed_record, ROUTE_PUBLIC, .name = "feed-record-json", .gives = GIVES_FEED, .flags = SAME,
		.help = "The same as JSON Feed.", .params = PARAMS(ID_PARAM, CURSOR_PARAM)},
	{"/r/{id}.jsonld", show_jsonld, ROUTE_PUBLIC, .name = "record-jsonld", .gives = GIVES_FILE | GIVES_REDIRECT, .flags = SAME,
		.help = "A record as JSON-LD in the vocabulary of schema.org.", .params = PARAMS(ID_PARAM)},
	{"/r/{id}.bib", show_bibtex, ROUTE_PUBLIC, .name = "record-bibtex", .gives = GIVES_FILE | GIVES_REDIRECT, .flags = SAME,
		.help = "How to cite a record, as BibTeX.", .params = PARAMS(ID_PARAM)},
	{"/r/{id}.csl.json", show_csl, ROUTE_PUBLIC, .name = "record-csl", .gives = GIVES_FILE | GIVES_REDIRECT, .flags = SAME,
		.help = "How to cite a record, as CSL-JSON.", .params = PARAMS(ID_PARAM)},
	{"/sitemap.xml", show_sitemap, ROUTE_PUBLIC, .name = "sitemap", .gives = GIVES_FILE, .flags = SAME,
		.help = "The index of the site map."},
	{"/sitemap/pages.xml", show_sitemap_pages, ROUTE_PUBLIC, .name = "sitemap-pages", .gives = GIVES_FILE, .flags = SAME,
		.help = "The pages that are no records."},
	{"/sitemap/{part}.xml", show_sitemap_part, ROUTE_PUBLIC, .name = "sitemap-part", .gives = GIVES_FILE, .flags = SAME,
		.help = "Records, in the order of their last change.",
		.params = PARAMS({"part", PARAM_PATH, .type = PARAM_INT, .min = 1, .max = 1000000, .help = "from 1"})},
	{"/robots.txt", show_robots, ROUTE_PUBLIC, .name = "robots", .gives = GIVES_FILE, .flags = SAME, .help = "What crawlers may read."},
	{"/opensearch.xml", show_opensearch, ROUTE_PUBLIC, .name = "opensearch", .gives = GIVES_FILE, .flags = SAME,
		.help = "How browsers search the hub."},
	ROUTE_END
};

const struct route *feeds_routes(struct arena *a, const struct desk_app *app) {
	return registry_complete(a, app, table);
}
