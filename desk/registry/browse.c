#include "pages.h"

#include "browse.t.h"
#include "desk/registry/years.h"
#include "desk/site/words.h"

enum { PAGE = 30 };

enum err_code show_browse(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct browse_all_page page = {0};
	struct kind_card *cards;
	int64_t total;
	enum err_code code = kind_cards(&d, &cards, &page.n, &total, e);
	if (code) return code;
	page.cards = cards;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = str_of(words.browse), .here = SITE_BROWSE,
		.canonical = S("/browse"), .api = S("/api/v1/kinds")});
	browse_all_body(out, &page);
	return site_end(rq, rs);
}

/* Facets are counted over a whole kind. Once a list is narrowed they come from a search for the same, unless that had
 * to leave records out: then the kind's values stand there without numbers. */
static enum err_code read_side(
	const struct disclosing *d, const struct filters *f, struct browse_page *page, struct err *e) {
	struct facet_group *groups;
	size_t n;
	enum err_code code = disclose_facets(d, f->kind, &groups, &n, e);
	if (code) return code;
	filters_side(f, groups, n, f->n ? COUNTS_UNKNOWN : COUNTS_EXACT, &page->side);
	if (!f->n) return ERR_OK;
	struct search_request request = {
		.query = arena_cat(d->a, S("kind:"), f->kind->name), .filters = f->items, .filters_n = f->n, .limit = 1};
	struct search_result result;
	code = disclose_search(d, &request, &result, e);
	if (code || result.at_least) return code;
	filters_side(f, result.facets, result.facets_n, COUNTS_EXACT, &page->side);
	if (!page->total.n) page->total = number_words(d->a, result.total);
	return ERR_OK;
}

static enum err_code read_list(
	struct request *rq, const struct disclosing *d, const struct filters *f, struct browse_page *page, struct err *e) {
	struct list_request request = {
		.kind = f->kind, .filters = f->items, .filters_n = f->n, .cursor = request_str(rq, "cursor"), .limit = PAGE};
	struct listed list;
	enum err_code code = disclose_list(d, &request, &list, e);
	if (code) return code;
	page->lines = lines_of(d->a, list.items, list.n);
	page->n = list.n;
	if (list.total >= 0) page->total = number_words(d->a, list.total);
	if (list.next.n) page->next = filters_url_at(f, "cursor", list.next);
	if (request.cursor.n) page->first = filters_url_at(f, NULL, STR_EMPTY);
	return ERR_OK;
}

enum err_code show_browse_kind(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct str path = request_str(rq, "path");
	const struct kind *kind = kind_by_path(d.hub->kinds, path);
	if (!kind) return err_set(e, ERR_NOT_FOUND, "%s", words.no_such_page);
	struct filters f;
	struct browse_page page = {.kind = kind};
	if (filters_read(rq, kind, false, &f, e)) return filters_refuse(rs, e);
	enum err_code code = read_list(rq, &d, &f, &page, e);
	if (!code) code = read_side(&d, &f, &page, e);
	if (code) return code;
	page.filtered = f.n > 0;
	struct filters feed = f;
	feed.path = arena_fmt(d.a, "/browse/%.*s/feed.atom", STR_ARG(kind->path));
	page.feed = filters_url_at(&feed, NULL, STR_EMPTY);
	struct years_request years = {.id = "years", .kind = kind, .filters = f.items, .filters_n = f.n};
	if (!page.first.n) code = years_chart(&d, &years, &page.chart, e);
	if (code) return code;
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = kind->plural, .here = SITE_BROWSE,
		.description = kind->description, .next = page.next, .feed = page.feed, .canonical = f.n || page.first.n ? STR_EMPTY : rq->path,
		.api = arena_cat(d.a, S("/api/v1/records"), filters_query(&f, true))});
	browse_body(out, &page);
	return site_end(rq, rs);
}
