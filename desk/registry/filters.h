/* What narrows a list or a search, as it stands in the address: q, kind and any facet of the kinds.
 *
 * The names of facets are those of the hub's kinds, so the routes that take filters get their parameters when the hub
 * is opened (registry_routes). Which facets a kind has is checked here, so that a mistyped one is refused instead of
 * finding nothing. */
#pragma once
#include "desk/app.h"
#include "hub/search.h"
#include "http/response.h"

enum { FILTERS = 8 };

struct filters {
	struct request *rq;
	const struct kind *kind;   /* narrowed to it; NULL: all kinds */
	bool kind_in_path;         /* /browse/incidents, where it can't be taken away */
	struct str path;           /* of the page, without the query */
	struct str query;          /* q; "" where there is none */
	struct list_filter items[FILTERS];
	size_t n;
};

/* kind: of the path, or NULL where it may be a parameter. ERR_INVALID with the parameter in e->where. */
enum err_code filters_read(
	struct request *rq, const struct kind *kind, bool takes_query, struct filters *out, struct err *e) must_use;
/* Answers such an error: 400 with the parameter named. */
enum err_code filters_refuse(struct response *rs, const struct err *e);

/* This page with one filter more, one less (by its place), or none but the query. Always from the beginning. */
struct str filters_url_with(const struct filters *f, struct str name, struct str value);
struct str filters_url_without(const struct filters *f, size_t i);
struct str filters_url_without_kind(const struct filters *f);
struct str filters_url_bare(const struct filters *f);
/* With a further parameter ("cursor", "page"). */
struct str filters_url_at(const struct filters *f, const char *name, struct str value);
/* "?q=…&harm=…" alone, with kind: for the API's address of the same. */
struct str filters_query(const struct filters *f, bool with_kind);

/* Its place among the filters, or STR_NONE. */
size_t filters_find(const struct filters *f, struct str name, struct str value);

/* ---- as a page shows them ---- */

struct filter_chip {
	struct str title, value, without; /* "Kind of harm", "Privacy", address of the page without it */
};
struct filter_value {
	struct str label, url; /* url adds or, when active, takes away */
	int64_t n;
	bool active;
};
struct filter_group {
	struct str title;
	const struct filter_value *values;
	size_t n, more;        /* more: distinct values that are not listed */
	bool open;
};
struct filter_side {
	const struct filter_chip *chips;
	size_t chips_n;
	const struct filter_group *groups;
	size_t groups_n;
	bool at_least;         /* counts are lower bounds */
	bool counted;          /* there are counts to show */
	struct str bare;       /* the page without filters */
};
enum filter_counts { COUNTS_EXACT, COUNTS_AT_LEAST, COUNTS_UNKNOWN };
void filters_side(const struct filters *f, const struct facet_group *groups, size_t n, enum filter_counts counts,
	struct filter_side *out);
/* What a value of a facet is called; label: what disclose_* called it. */
struct str filter_value_words(
	const struct hub *h, struct arena *a, const struct kind *kind, struct str name, struct str value, struct str label);
