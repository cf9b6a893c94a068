/* Lines about records, as lists, hits and links show them. */
#pragma once
#include "desk/app.h"
#include "hub/search.h"

struct line {
	struct str href, id, kind, date, datetime, headline, summary;
	struct str state;              /* "" where it is the usual one */
	bool disputed;
	const struct snippet_part *title_parts, *parts; /* of a hit; NULL: headline and summary as they are */
	size_t title_n, parts_n;
};

/* The address of a record's page. A name that can't stand in a path (one with a slash) gives way to the uid. */
struct str record_path(struct arena *a, const struct glimpse *g);
/* The name that stands in it. */
struct str record_name(const struct glimpse *g);

/* Kinds of records that others speak of more than they speak themselves, and that lists are narrowed by: use, system, organization. */
bool gathers(const struct kind *kind);

/* "CUE-0001"; of another hub's "CUE-0001 of hub.example.org". */
struct str record_called(struct arena *a, const struct glimpse *g);
struct line line_of(struct arena *a, const struct glimpse *g);
struct line *lines_of(struct arena *a, const struct glimpse *items, size_t n);
struct line *lines_of_hits(struct arena *a, const struct search_hit *hits, size_t n);

/* A state that is not the one in which a record of the kind usually is once it is public; "" else. */
struct str unusual_state(const struct kind *kind, const struct kind_state *state);
