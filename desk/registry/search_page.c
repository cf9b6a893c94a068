#include "pages.h"

#include "desk/identify.h"
#include "desk/site/words.h"
#include "search.t.h"

enum { PAGE = 20 };

/* What to ask the index: words, or, when only filters are given, one that the index has for a word. */
static struct str query_for(const struct filters *f, struct arena *a) {
	if (f->query.n) return f->query;
	if (f->kind) return arena_cat(a, S("kind:"), f->kind->name);
	for (size_t i = 0; i < f->n; i++) {
		if (str_is(f->items[i].name, "year") || str_is(f->items[i].name, "state"))
			return arena_fmt(a, "%.*s:%.*s", STR_ARG(f->items[i].name), STR_ARG(f->items[i].value));
	}
	return STR_EMPTY;
}

/* The kind is a filter like the others there. */
static size_t filters_of(const struct filters *f, struct list_filter out[FILTERS + 1]) {
	size_t n = 0;
	if (f->kind) out[n++] = (struct list_filter){S("kind"), f->kind->name};
	for (size_t i = 0; i < f->n; i++) out[n++] = f->items[i];
	return n;
}

/* Without a word the index has nothing to look for: the newest that fit. */
static enum err_code list_them(
	const struct disclosing *d, const struct filters *f, struct search_page *page, struct err *e) {
	struct listed list;
	struct list_request request = {.kind = f->kind, .filters = f->items, .filters_n = f->n, .limit = PAGE};
	enum err_code code = disclose_list(d, &request, &list, e);
	if (code) return code;
	page->lines = lines_of(d->a, list.items, list.n);
	page->n = list.n;
	page->at_least = list.next.n > 0;
	page->total = number_words(d->a, list.total >= 0 ? list.total : (int64_t)list.n);
	filters_side(f, NULL, 0, COUNTS_UNKNOWN, &page->side);
	return ERR_OK;
}

static enum err_code search_them(
	const struct disclosing *d, const struct filters *f, struct str query, struct search_page *page, struct err *e) {
	struct list_filter filters[FILTERS + 1];
	struct search_request request = {.query = query, .filters = filters, .filters_n = filters_of(f, filters),
		.offset = (size_t)(page->page - 1) * PAGE, .limit = PAGE};
	struct search_result r;
	enum err_code code = disclose_search(d, &request, &r, e);
	if (code) return code;
	page->lines = lines_of_hits(d->a, r.items, r.n);
	page->n = r.n;
	page->at_least = r.at_least;
	page->total = number_words(d->a, r.total);
	page->words = r.words;
	if (r.total > page->page * PAGE)
		page->next = filters_url_at(f, "page", arena_fmt(d->a, "%lld", (long long)page->page + 1));
	if (page->page > 2) page->previous = filters_url_at(f, "page", arena_fmt(d->a, "%lld", (long long)page->page - 1));
	else if (page->page == 2) page->previous = filters_url_at(f, NULL, STR_EMPTY);
	filters_side(f, r.facets, r.facets_n, r.at_least ? COUNTS_AT_LEAST : COUNTS_EXACT, &page->side);
	return ERR_OK;
}

/* A query that can't be read is told beside the search box, not on a page of errors. */
static enum err_code ask(const struct disclosing *d, const struct filters *f, struct search_page *page, struct err *e) {
	struct str query = query_for(f, d->a);
	if (!query.n && !f->n) return ERR_OK;
	page->asked = true;
	if (!query.n) return list_them(d, f, page, e);
	enum err_code code = search_them(d, f, query, page, e);
	if (code != ERR_INVALID) return code;
	page->wrong = sentence_words(d->a, str_of(e->message));
	filters_side(f, NULL, 0, COUNTS_UNKNOWN, &page->side);
	return ERR_OK;
}

enum err_code show_search(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct filters f;
	if (filters_read(rq, NULL, true, &f, e)) return filters_refuse(rs, e);
	struct search_page page = {
		.query = f.query, .kind = f.kind ? f.kind->name : STR_EMPTY, .page = request_int(rq, "page")};
	enum err_code code = ask(&d, &f, &page, e);
	if (code) return code;
	struct filters feed = f;
	feed.path = S("/search/feed.atom");
	if (page.asked && !page.wrong.n) page.feed = filters_url_at(&feed, NULL, STR_EMPTY);
	if (f.n || f.kind) page.without_filters = filters_url_bare(&f);
	struct str query = filters_query(&f, true);
	if (desk_user(rq) && !desk_user(rq)->pending && page.asked && query.n > 1) {
		page.csrf = desk_csrf(rq);
		page.to_save = str_from(query, 1);
	}
	struct str title = f.query.n ? words_with(d.a, words.search_for, f.query) : str_of(words.search);
	struct html *out = site_begin(rq, rs, &(struct site_page){.title = title, .description = str_of(words.search_description), .here = SITE_SEARCH, .own_search = true,
		.next = page.next, .previous = page.previous, .feed = page.feed,
		.api = f.query.n ? arena_cat(d.a, S("/api/v1/search"), query) : STR_EMPTY});
	search_body(out, &page);
	return site_end(rq, rs);
}
