/* The site map (https://www.sitemaps.org/protocol.html): an index, the pages of the site, and the records in parts, in the order of their
 * last change, so that what is new stands in the last part. */
#include "feeds.h"

#include "desk/registry/lines.h"
#include "desk/site/words.h"
#include "xml.h"

enum { PART = 10000 };

static const char head[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
static const char space[] = " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
static const char media_type[] = "application/xml; charset=utf-8";

struct map_writer {
	struct buf *out;
	struct origin origin;
	int64_t n;      /* entries so far */
	moment last;
};

static void begin(struct request *rq, struct response *rs, const char *root, struct map_writer *w) {
	*w = (struct map_writer){.out = response_buf(rs, media_type), .origin = feeds_origin(rq)};
	buf_add(w->out, str_of(head));
	buf_fmt(w->out, "<%s%s", root, space);
}

static void add_moment(struct buf *out, moment t) {
	if (t) xml_moment(out, "lastmod", t - t % SECOND);
}

static void open_entry(struct map_writer *w, const char *name) {
	buf_fmt(w->out, "<%s><loc>", name);
	xml_text(w->out, w->origin.base);
	w->n++;
}

/* ---- the index ---- */

static void index_part(struct map_writer *w) {
	int64_t number = (w->n + PART - 1) / PART;
	buf_add(w->out, S("<sitemap><loc>"));
	xml_text(w->out, w->origin.base);
	buf_fmt(w->out, "/sitemap/%lld.xml</loc>", (long long)number);
	add_moment(w->out, w->last);
	buf_add(w->out, S("</sitemap>\n"));
}

static void count_change(moment updated, void *arg) {
	struct map_writer *w = arg;
	w->n++;
	w->last = updated;
	if (w->n % PART == 0) index_part(w);
}

enum err_code show_sitemap(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct map_writer w;
	begin(rq, rs, "sitemapindex", &w);
	buf_add(w.out, S("<sitemap><loc>"));
	xml_text(w.out, w.origin.base);
	buf_add(w.out, S("/sitemap/pages.xml</loc></sitemap>\n"));
	enum err_code code = disclose_changes(&d, count_change, &w, e);
	if (code) return code;
	if (w.n % PART) index_part(&w);
	buf_add(w.out, S("</sitemapindex>\n"));
	return feeds_finish(rs, &w.origin);
}

/* ---- pages ---- */

static void add_page(struct map_writer *w, const char *before, struct str name) {
	open_entry(w, "url");
	buf_add(w->out, str_of(before));
	url_encode(w->out, name);
	buf_add(w->out, S("</loc></url>\n"));
}

enum err_code show_sitemap_pages(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	static const char *const pages[] = {"/", "/browse", "/cue", "/kinds", "/about"};
	struct map_writer w;
	begin(rq, rs, "urlset", &w);
	for (size_t i = 0; i < lengthof(pages); i++) add_page(&w, pages[i], STR_EMPTY);
	const struct kinds *kinds = desk_hub(rq)->kinds;
	for (size_t i = 0; i < kinds->n; i++) add_page(&w, "/browse/", kinds->items[i].path);
	for (size_t i = 0; i < kinds->n; i++) add_page(&w, "/kinds/", kinds->items[i].name);
	buf_add(w.out, S("</urlset>\n"));
	return feeds_finish(rs, &w.origin);
}

/* ---- records ---- */

static void add_record(const struct disclosed_address *one, void *arg) {
	struct map_writer *w = arg;
	struct glimpse g = {.id = one->id, .uid = one->uid};
	open_entry(w, "url");
	buf_add(w->out, S("/r/"));
	url_encode(w->out, record_name(&g));
	buf_add(w->out, S("</loc>"));
	add_moment(w->out, one->updated);
	buf_add(w->out, S("</url>\n"));
	w->last = one->updated;
}

enum err_code show_sitemap_part(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = feeds_disclosing(rq);
	struct map_writer w;
	begin(rq, rs, "urlset", &w);
	enum err_code code = disclose_addresses(&d, (request_int(rq, "part") - 1) * PART, PART, add_record, &w, e);
	if (!code && !w.n) code = err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	if (code) return code;
	buf_add(w.out, S("</urlset>\n"));
	rs->last_modified = w.last;
	return feeds_finish(rs, &w.origin);
}
