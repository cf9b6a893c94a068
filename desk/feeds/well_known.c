/* Files that programs look for at addresses that are agreed on. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "desk/site/site.h"
#include "desk/site/words.h"
#include "xml.h"

/* ---- robots.txt (RFC 9309) ---- */

/* The route's address as a rule: what varies becomes a star. */
static struct str pattern_of(struct arena *a, const char *path) {
	autobuf struct buf out = BUF(1024);
	for (const char *p = path; *p; p++) {
		if (*p != '{') {
			buf_add_char(&out, *p);
			continue;
		}
		buf_add_char(&out, '*');
		while (p[1] && *p != '}') p++;
	}
	return arena_str(a, buf_str(&out));
}

/* Whatever not everybody may use is nothing for crawlers either, and the table of routes knows it. A rule holds for all that begins with
 * it. */
static void disallow_private(struct request *rq, struct buf *out) {
	enum { RULES = 200 };
	const struct router *router = ((const struct desk_app *)rq->app)->router;
	struct str *rules = arena_array(rq->arena, RULES, sizeof *rules);
	size_t n = 0;
	const struct route *route;
	for (size_t i = 0; rules && (route = router_at(router, i)) && n < RULES; i++) {
		bool open = route->permission == ROUTE_PUBLIC && !(route->flags & ROUTE_PRIVATE);
		if (open || route->method != HTTP_GET || str_starts(str_of(route->path), S("/api/"))) continue;
		struct str rule = pattern_of(rq->arena, route->path);
		bool covered = false;
		for (size_t j = 0; j < n; j++) covered |= str_starts(rule, rules[j]);
		if (!covered) rules[n++] = rule;
	}
	for (size_t i = 0; i < n; i++) buf_fmt(out, "Disallow: %.*s\n", STR_ARG(rules[i]));
}

enum err_code show_robots(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	const struct hub *hub = desk_hub(rq);
	struct buf *out = response_buf(rs, "text/plain; charset=utf-8");
	buf_add(out, S("User-agent: *\nDisallow: /search?\nDisallow: /api/\n"));
	disallow_private(rq, out);
	if (hub->base_url.n) buf_fmt(out, "\nSitemap: %.*s/sitemap.xml\n", STR_ARG(hub->base_url));
	response_public(rs, 86400);
	return ERR_OK;
}

/* ---- opensearch.xml (OpenSearch 1.1) ---- */

static void search_url(struct buf *out, const struct origin *o, const char *type, const char *rel, const char *path) {
	buf_fmt(out, "<Url type=\"%s\" rel=\"%s\" template=\"", type, rel);
	xml_text(out, o->base);
	buf_fmt(out, "%s\"/>\n", path);
}

enum err_code show_opensearch(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	const struct hub *hub = desk_hub(rq);
	struct origin o = feeds_origin(rq);
	struct buf *out = response_buf(rs, "application/opensearchdescription+xml; charset=utf-8");
	struct str short_name = hub->name;
	while (str_characters(short_name) > 16) short_name = str_cut_utf8(short_name, short_name.n - 1);
	buf_add(out, S("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n"));
	xml_element(out, "ShortName", str_trim(short_name));
	xml_element(out, "LongName", str_cut_utf8(hub->name, 48));
	xml_element(out, "Description", str_of(words.home_description));
	buf_add(out, S("<InputEncoding>UTF-8</InputEncoding>\n<OutputEncoding>UTF-8</OutputEncoding>\n"));
	xml_element(out, "Language", str_of(words.language));
	struct str icon = site_static(rq->arena, S("favicon.svg"));
	buf_add(out, S("<Image width=\"16\" height=\"16\" type=\"image/svg+xml\">"));
	xml_text(out, o.base);
	xml_text(out, icon);
	buf_add(out, S("</Image>\n"));
	search_url(out, &o, "text/html", "results", "/search?q={searchTerms}");
	search_url(out, &o, "application/atom+xml", "results", "/search/feed.atom?q={searchTerms}");
	search_url(out, &o, "application/json", "results", "/api/v1/search?q={searchTerms}");
	search_url(out, &o, "application/opensearchdescription+xml", "self", "/opensearch.xml");
	buf_add(out, S("</OpenSearchDescription>\n"));
	return feeds_finish(rs, &o);
}
