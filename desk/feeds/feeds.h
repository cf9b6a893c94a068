/* What the files of this folder share. */
#pragma once
#include "desk/app.h"
#include "desk/registry/filters.h"

/* ---- address.c ---- */

/* The part before the path of every address: "https://hub.example.org". polder.conf's `url`, else what was asked. */
struct origin {
	struct str base;
	bool own;              /* polder.conf has it: the answer is the same whoever asks */
};
struct origin feeds_origin(struct request *rq);
/* Marks the answer as one that anybody may keep, or, where it holds the asker's idea of our address, the asker alone. */
enum err_code feeds_finish(struct response *rs, const struct origin *o);
/* The public's view, whoever asks. */
struct disclosing feeds_disclosing(const struct request *rq);
/* The public record that the path names. *done: the answer is a redirect to its own name, with the suffix behind it. */
enum err_code feeds_record(struct request *rq, struct response *rs, const char *suffix, struct disclosed *out, bool *done,
	struct err *e) must_use;

/* ---- feed.c ---- */

enum { FEED_PAGE = 30 };

struct feed {
	const struct hub *hub;
	struct db *db;
	struct arena *a;
	struct origin origin;
	struct str title, subtitle;
	struct str page;       /* path of the page that shows the same */
	struct str self, first, next; /* paths; next is "" at the end; first is "" on the first page */
	struct str id;         /* of the feed itself: a URN that stays when the hub's address changes */
	const struct glimpse *items;
	size_t n;
	moment updated;
};

route_fn feed_all, feed_kind, feed_search, feed_record;

/* A record's URN: its uid stands for it in every hub and for ever. */
struct str feed_record_id(struct arena *a, const struct glimpse *g);
/* Its absolute address. */
struct str feed_record_url(const struct feed *f, const struct glimpse *g);
/* Its summary, with its state before it where that is not the usual one, or why it was amended; "" when there is nothing to say. */
struct str feed_words(const struct feed *f, const struct glimpse *g);

void atom_write(struct buf *out, const struct feed *f);
void json_feed_write(struct buf *out, const struct feed *f);

/* ---- the others ---- */
route_fn show_sitemap, show_sitemap_pages, show_sitemap_part;
route_fn show_robots, show_opensearch;
route_fn show_bibtex, show_csl, show_jsonld;
