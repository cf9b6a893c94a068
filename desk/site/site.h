/* The frame around every page: head, header with search, navigation, footer; and the page that says what went wrong.
 *
 *	struct html *out = site_begin(rq, rs, &(struct site_page){.title = …, .here = SITE_BROWSE});
 *	browse_page(out, &model);
 *	return site_end(rq, rs);
 *
 * Files that pages need (style sheet, script, icon) are compiled in and served under addresses that hold their
 * fingerprint. */
#pragma once
#include "desk/app.h"

enum site_place { SITE_NOWHERE, SITE_HOME, SITE_BROWSE, SITE_USES, SITE_KINDS, SITE_ABOUT, SITE_SEARCH, SITE_ACCOUNT, SITE_REPORT, SITE_DESK };

struct site_page {
	struct str title;        /* without the hub's name, which is added; "" is the hub's name alone */
	struct str description;  /* for search engines and previews; may be empty */
	enum site_place here;
	struct str query;        /* what stands in the header's search box */
	bool forms;              /* the page has forms of records: their script is loaded too */
	bool own_search;         /* the page has a search box itself, the header none */
	struct str api;          /* path of the same as JSON; "" none */
	struct str canonical;    /* path of the address that is to be kept; "" none */
	struct str elsewhere;    /* the same as a whole address in another hub, whose page this is a copy of; "" it is none */
	struct str next, previous; /* neighbouring pages; "" none */
	struct str feed;         /* path of the Atom feed of the same; "" none */
	struct str jsonld;       /* path of the same as JSON-LD; "" none */
	bool article;            /* the page is about one record, not about the hub */
};

struct html *site_begin(struct request *rq, struct response *rs, const struct site_page *page);
/* Marks the page as public when nobody in particular looks at it. Gives ERR_OK. */
enum err_code site_end(struct request *rq, struct response *rs);

/* server_config.error_page */
void site_error_page(struct request *rq, struct response *rs, const struct problem *p);

/* The address of an embedded file, such as "/static/style.0123456789abcdef.css"; "" when there is none. */
struct str site_static(struct arena *a, struct str name);

/* /static/… */
extern const struct route site_routes[];
