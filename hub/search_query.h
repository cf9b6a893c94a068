/* From what a person types to what the index is asked. */
#pragma once
#include "hub/disclose.h"

struct search_term {
	struct str words;    /* folded, one space between: a phrase when there is more than one */
	bool prefix, exclude;
};
struct search_query {
	struct search_term *terms;
	size_t n;
	struct list_filter *filters; /* kind:…, state:…, year:… that stood in the query */
	size_t filters_n;
	struct str words;    /* of all terms that must be there, for showing */
};

/* ERR_INVALID when it is too long or holds nothing to look for. */
enum err_code search_query_read(struct arena *a, struct str text, struct search_query *out, struct err *e) must_use;
/* The FTS5 expression. filters: kind, state and year become words. */
enum err_code search_query_fts5(struct arena *a, const struct search_query *q, const struct list_filter *filters, size_t filters_n,
	struct str *out, struct err *e) must_use;
/* The singular or plural that an English word is also looked for by; "" none. */
struct str search_other_number(struct arena *a, struct str word);
/* True when a word of a text is what the query looks for. */
bool search_query_matches(struct arena *a, const struct search_query *q, struct str folded_word);
