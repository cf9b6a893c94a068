/* What a record becomes when it is stored: canonical body, commitment, and, where its state is public, the projection for the
 * public with everything that lists, facets and search are made of.
 *
 * Pure: no database, so it runs outside the writer. All results live in the arena. */
#pragma once
#include "hub/commitment.h"
#include "hub/kind.h"
#include "hub/visibility.h"

/* By what a record of elsewhere is sorted whose date nobody knows: behind all others. */
#define SORT_UNKNOWN "0000"

struct projected_facet {
	struct str name, value;
};

struct projected_name {
	struct str role, name; /* the name as it was written */
	bool shown;
};

struct projection {
	struct str body;     /* canonical JSON of the whole */
	struct sha256 digest;
	struct commitment commitment;
	struct projected_name *names; /* aliases and crosswalks that stand in the body */
	size_t names_n;

	bool is_public;      /* what stands below is set only where it is true */
	bool follows;        /* it is public only where another record is, which whoever stores it asks (kind_state.follows) */
	struct str shown;    /* canonical JSON of the public projection */
	struct str etag;     /* first 32 hexadecimal digits of the SHA-256 of state and projection */
	struct str headline, summary;
	struct str excerpt;  /* summary and the texts that are searched, a line each, cut at EXCERPT_BYTES: for snippets */
	struct str sort;     /* YYYY[-MM[-DD]]; of its own date, else of publication */
	bool dated;          /* it is its own: a year to narrow by and to count in comes from that alone */
	struct projected_facet *facets; /* state, year and the kind's own */
	size_t facets_n;
	struct str title_words, high_words, text_words, mark_words; /* folded, for search */
};

enum { SEARCH_WORDS_BYTES = 200 << 10 }; /* of one record; what is beyond is not searched */

enum { EXCERPT_BYTES = 6000 };

/* body must be valid for the kind. visibility: the kind's rules with the record's own on top. published: when it became public, for records
 * without a date of their own. */
enum err_code project(struct arena *a, const struct kind *kind, const struct visibility *visibility, struct str state,
	const struct json *body, moment published, struct projection *out, struct err *e) must_use;

/* The headline in a body, shortened to one line of at most 300 bytes; "(untitled)" where there is none. */
struct str project_headline(struct arena *a, const struct kind *kind, const struct json *body);
struct str project_summary(struct arena *a, const struct kind *kind, const struct json *body);
/* The etag of a projection (canonical text) in a state. */
struct str project_etag(struct arena *a, struct str state, struct str shown);
/* Adds the word by which search narrows: "§kindadvisory ". No text folds to one, since § is part of no word. */
void project_mark(struct buf *out, struct str name, struct str value);
