/* Full-text search over what is public.
 *
 * A query is words that must all be there; "a phrase" in quotation marks; a word ending in * for all that begin with it; a word after - that must not
 * be there. kind:advisory, state:published and year:2023 narrow. Words are folded (hub/fold.h), and an English plural and its singular find each
 * other. A hit in title or names weighs most, then summary, then text (db/rank.h).
 *
 * Bounded: at most SEARCH_CANDIDATES hits are ranked, those with the words in their title and then the newest; where there are more, totals
 * and facets are lower bounds and say so. */
#pragma once
#include "hub/disclose.h"

enum { SEARCH_CANDIDATES = 600, SEARCH_QUERY = 500 };

struct search_request {
	struct str query;
	const struct list_filter *filters; /* kind, state, year and any facet */
	size_t filters_n;
	enum list_order order;             /* by change: the hits that rank, the last changed first */
	size_t offset, limit;              /* limit 1 … 100; offset + limit at most SEARCH_CANDIDATES */
};

struct snippet_part {
	struct str text;
	bool match;
};
struct search_hit {
	struct glimpse line;
	double score;
	struct snippet_part *snippet;
	size_t snippet_n;
	struct snippet_part *title;
	size_t title_n;
};
struct search_result {
	struct search_hit *items;
	size_t n;
	int64_t total;
	bool at_least;            /* total and facets are lower bounds */
	struct facet_group *facets;
	size_t facets_n;
	struct str words;         /* what was searched for, folded; "" when the query had no word */
};
/* ERR_INVALID for a query over SEARCH_QUERY bytes or without a word to look for. */
enum err_code disclose_search(const struct disclosing *d, const struct search_request *r, struct search_result *out, struct err *e)
	must_use;
