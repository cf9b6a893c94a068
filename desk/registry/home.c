#include "pages.h"

#include "desk/registry/years.h"
#include "desk/copy/copy.h"
#include "desk/site/words.h"
#include "home.t.h"

enum { NEWS = 5 };

static const char *const news_kinds[] = {"incident", "report", "advisory"};

enum err_code kind_cards(const struct disclosing *d, struct kind_card **out, size_t *n, int64_t *total, struct err *e) {
	struct facet_group *groups;
	size_t groups_n;
	enum err_code code = disclose_facets(d, NULL, &groups, &groups_n, e);
	if (code) return code;
	size_t most = groups_n ? groups[0].n : 0;
	struct kind_card *cards = arena_array(d->a, most + 1, sizeof *cards);
	if (!cards) return err_set(e, ERR_MEMORY, "out of memory");
	*n = 0;
	*total = 0;
	for (size_t i = 0; i < most; i++) {
		const struct facet_value *v = &groups[0].values[i];
		const struct kind *k = kind_find(d->hub->kinds, v->value);
		if (!k) continue;
		cards[(*n)++] = (struct kind_card){k, v->n, number_words(d->a, v->n)};
		*total += v->n;
	}
	*out = cards;
	return ERR_OK;
}

static enum err_code read_news(const struct disclosing *d, struct home_page *page, struct err *e) {
	struct home_news *news = arena_array(d->a, lengthof(news_kinds), sizeof *news);
	if (!news) return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < lengthof(news_kinds); i++) {
		const struct kind *k = kind_find(d->hub->kinds, str_of(news_kinds[i]));
		if (!k) continue;
		struct listed list;
		enum err_code code = disclose_list(d, &(struct list_request){.kind = k, .limit = NEWS}, &list, e);
		if (code) return code;
		if (list.n) news[page->news_n++] = (struct home_news){k, lines_of(d->a, list.items, list.n), list.n};
	}
	page->news = news;
	return ERR_OK;
}

static enum err_code read_charts(const struct disclosing *d, struct home_page *page, struct err *e) {
	const struct kind *incident = kind_find(d->hub->kinds, S("incident"));
	struct chart *charts = arena_array(d->a, 2, sizeof *charts);
	if (!charts) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = ERR_OK;
	if (incident) code = years_chart(d, &(struct years_request){.id = "incidents", .kind = incident}, &charts[page->charts_n], e);
	if (incident && !code) page->charts_n += charts[page->charts_n].n > 0;
	if (!code) code = years_chart(d, &(struct years_request){.id = "records", .title = str_of(words.by_kind_and_year)}, &charts[page->charts_n], e);
	/* One kind alone would be the first chart again. */
	if (!code) page->charts_n += charts[page->charts_n].n > 0 && charts[page->charts_n].series_n > 1;
	page->charts = charts;
	return code;
}

enum err_code show_home(struct request *rq, struct response *rs, struct err *e) {
	struct disclosing d = desk_disclosing(rq);
	struct home_page page = {.hub = d.hub, .copy = desk_copied(rq) != NULL};
	struct kind_card *cards;
	int64_t total;
	enum err_code code = kind_cards(&d, &cards, &page.cards_n, &total, e);
	if (!code) code = read_news(&d, &page, e);
	if (!code) code = read_charts(&d, &page, e);
	if (code) return code;
	page.cards = cards;
	page.total = number_words(d.a, total);
	for (size_t i = 0; i < page.cards_n; i++)
		if (str_is(cards[i].kind->name, "use")) page.uses = cards[i].n;
	struct html *out = site_begin(rq, rs,
		&(struct site_page){.here = SITE_HOME,
			.own_search = true,
			.canonical = S("/"),
			.feed = S("/feed.atom"),
			.description = str_of(words.home_description),
			.api = S("/api/v1")});
	home_body(out, &page);
	return site_end(rq, rs);
}
