/* What the pages show, as their templates want it, and the handlers that prepare it: one file of C and one template a
 * page. */
#pragma once
#include "desk/disputes/disputed.h"
#include "desk/said/said.h"
#include "desk/registry/chart.h"
#include "desk/registry/filters.h"
#include "desk/registry/lines.h"
#include "desk/registry/present.h"
#include "desk/registry/schema_org.h"
#include "desk/site/site.h"

/* ---- home.c ---- */
struct kind_card {
	const struct kind *kind;
	int64_t n;
	struct str number;  /* n in words */
};
struct home_news {
	const struct kind *kind;
	const struct line *lines;
	size_t n;
};
struct home_page {
	const struct hub *hub;
	bool copy;               /* of another hub, to be read alone */
	struct str total;
	const struct kind_card *cards;
	size_t cards_n;
	const struct home_news *news;
	size_t news_n;
	const struct chart *charts;
	size_t charts_n;
	int64_t uses;
};
route_fn show_home;
/* How many public records each kind has. */
enum err_code kind_cards(
	const struct disclosing *d, struct kind_card **out, size_t *n, int64_t *total, struct err *e) must_use;

/* ---- browse.c ---- */
struct browse_page {
	const struct kind *kind;
	struct str total;      /* "" when it is not counted */
	const struct line *lines;
	size_t n;
	struct str next, first; /* addresses; "" none */
	struct filter_side side;
	bool filtered;
	struct chart chart;
	struct str feed;       /* address */
};
struct browse_all_page {
	const struct kind_card *cards;
	size_t n;
};
route_fn show_browse, show_browse_kind;

/* ---- search_page.c ---- */
struct search_page {
	struct str query, kind; /* as the form keeps them */
	struct str total, words;
	bool asked, at_least;
	const struct line *lines;
	size_t n;
	struct str next, previous;
	int64_t page;
	struct filter_side side;
	struct str wrong;       /* what is wrong with the query; "" nothing */
	struct str without_filters; /* address; "" when there are none */
	struct str feed;        /* address; "" when nothing was asked */
	struct str csrf, to_save;   /* for who is signed in: what saving keeps, as in the address */
};
route_fn show_search;

/* ---- record.c ---- */
struct record_links {
	struct str title, all; /* all: where the rest is; "" nowhere */
	int64_t total;
	const struct line *lines;
	size_t n, first;       /* the first of them stand open */
	bool with_kind;
};
struct record_event {
	struct str date, datetime, words, who, note, href, other; /* who: "" not told */
};
/* What others say of a use, system or organization. */
struct record_concern {
	struct line line;
	struct str role;         /* "Harmed in"; "" where the kind says it */
};
struct record_count {
	struct str number, title, href;
};
struct record_concerns {
	const struct record_concern *items; /* newest first */
	size_t n;
	const struct record_count *counts;  /* kind by kind, with the list of all */
	size_t counts_n;
	struct chart chart;
	bool several;                       /* kinds: the newest of each are shown */
};
struct record_file {
	struct str href, name, size, media_type, sha256;
};
struct similar_box;             /* desk/intake/similar.h */
struct record_tools;            /* desk/forms/pages.h */
struct terms_part;              /* desk/cases/pages.h */
struct case_box;                /* desk/cases/pages.h */
struct harbor_box;              /* desk/harbor/pages.h */
struct release_box;             /* desk/releases/pages.h */
struct decisions_part;          /* desk/tables/pages.h */
/* Where a record was copied from. */
struct record_copy {
	struct str hub, id, url, leaf, log, why; /* why: its proof does not hold; "" it does */
	struct str proof;        /* address of the file */
	struct str left_out;     /* members that are not shown here; "" none */
	struct str as_of, forked; /* when it was last brought up to date; when its hub showed two histories, "" it did not */
	bool follows;
};
struct record_revealed {
	struct str when, datetime, fields, href, of; /* href "" it waits for the log */
};
struct record_page {
	const struct record_tools *tools; /* what this viewer may do; NULL nothing */
	const struct decisions_part *decisions; /* NULL none that are told */
	const struct terms_part *terms; /* that run on it, as this viewer is told; NULL none */
	const struct case_box *case_box; /* from a report to a case, for coordinators; NULL nothing */
	const struct similar_box *similar; /* what may tell of the same, for coordinators; NULL nothing */
	struct str report_href;  /* where a flaw in it is reported; "" nowhere */
	const struct harbor_box *harbor;  /* what is to say of safe harbor; NULL nothing */
	const struct release_box *release; /* where a release stands, what came of a request; NULL neither */
	const struct disclosed *r;
	struct line line;
	struct safe_html summary;
	struct str kind_href, history_href, api_href, schema_href, published;
	const struct str *names; /* further names it is known by */
	size_t names_n;
	const struct shown_section *sections;
	size_t sections_n;
	const struct record_links *links;
	size_t links_n;
	const struct record_event *events;
	size_t events_n;
	const struct record_event *comments;
	size_t comments_n;
	const struct record_file *files;
	size_t files_n;
	struct str source, source_id, source_url, source_licence, source_retrieved;
	struct str cite;
	const struct record_event *amendments; /* of what was public already, newest first, the first few; for kinds that call them so */
	size_t amendments_n, version;          /* version: 1 is what was published; 0: its kind counts none */
	struct str reason;       /* of an unusual state, as its move gave it */
	bool links_first;        /* others speak of it more than it speaks itself */
	struct record_concerns concerns;
	struct str feed;         /* address; "" none */
	struct str cite_bib, cite_csl, jsonld; /* addresses; "" for what is not public */
	struct schema_org is;
	struct str hub_name, published_day;
	bool long_title, summary_cut;
	struct disputed disputed;
	struct said_part said;
	struct str log_href, leaf; /* what the log says of it, "" nothing; leaf of the newest, "" it waits */
	struct str receipts_href;  /* of who is signed in; "" they have none */
	const struct record_copy *copy; /* NULL: it is this hub's own */
	const struct line *known;  /* that call themselves the same, in another hub or here */
	size_t known_n;
	const struct record_revealed *revealed; /* what was sealed before it was public, and is shown */
	size_t revealed_n;
	bool reveals;              /* the viewer may reveal something */
};
route_fn show_record, show_record_file;
/* A file of a record, as d's viewer may have it. ERR_NOT_FOUND. */
enum err_code send_record_file(struct request *rq, struct response *rs, const struct disclosing *d, const struct disclosed *r, struct str sha256,
	struct err *e) must_use;
/* The record that the path names. *done: the answer is a redirect to its own name. */
enum err_code record_by_path(struct request *rq, struct response *rs, const char *suffix, struct disclosed *out,
	bool *done, struct err *e) must_use;

/* ---- history.c ---- */
struct word_part {
	struct str text;
	int change;              /* 0 both, -1 taken out, 1 put in */
};
struct field_change {
	struct str path;
	const char *op;          /* "added", "removed", "changed" */
	const struct word_part *parts;
	size_t n;
	bool list;               /* parts are items, not running text */
};
struct history_entry {
	struct record_event event;
	int64_t revision;
	const struct field_change *changes;
	size_t n;
	bool left_out;           /* the differences are too long for the page */
};
struct history_page {
	struct line line;
	const struct history_entry *entries;
	size_t n;
	struct str api_href;
};
route_fn show_history;
/* What an event was, without its differences. */
struct record_event event_words(const struct disclosing *d, const struct disclosed *r, const struct disclosed_event *v);

/* ---- diff.c ---- */
/* Two texts word by word; a text that is too long is given as taken out and put in as a whole. */
void diff_words(struct arena *a, struct str from, struct str to, struct word_part **out, size_t *n);
/* The members of a json_diff as a person reads them. */
void diff_fields(
	const struct describing *d, struct arena *a, const struct json *diff, struct field_change **out, size_t *n);

/* ---- tree.c ---- */
enum { TREE_COUNTS = 3 };
struct tree_node {
	struct line line;
	struct str intention, intention_value, sort;
	int64_t counts[TREE_COUNTS];
	struct str hrefs[TREE_COUNTS];
	const struct tree_node *const *children;
	size_t n;
	size_t below;           /* entries below it, at all depths */
};
struct tree_scheme {
	struct str name, href;
	int64_t n;
	bool here;
};
struct tree_page {
	struct str scheme;
	const struct tree_node *const *roots;
	size_t n, entries;
	const struct tree_scheme *schemes;
	size_t schemes_n;
	struct str one[TREE_COUNTS], many[TREE_COUNTS]; /* "Incident", "Incidents" */
};
route_fn show_tree;

/* ---- kinds_pages.c ---- */
struct kind_field {
	struct str name, title, description, type, readers;
	int depth;
	bool required;
	struct str choices;
};
struct kind_page {
	const struct kind *kind;
	const struct hub *hub;
	struct str total;
	const struct kind_field *fields;
	size_t fields_n;
	const struct kind_move_line {
		struct str title, description, from, to, who, requires_;
		bool reason;
	} *moves;
	const struct kind_link_line {
		struct str title, inverse, rel, to, readers;
		int64_t max;
	} *links;
	const struct kind_clock_line {
		struct str title, description, start, stop, limit, who, cancel, promise, tiers; /* cancel, promise, tiers: "" none */
	} *clocks;
	struct str create, revise, template_text, date_words;
};
struct kinds_page {
	const struct kind_card *cards;
	size_t n;
};
route_fn show_kinds, show_kind, show_about;

