/* Routes are data: a table per desk, from which come the router, parameter checks, OpenAPI, the permission matrix and
 * the tests over all of them.
 *
 *	static const struct route routes[] = {
 *		{"/records/{id}", show_record, ROUTE_PUBLIC, .name = "record", .help = "A record with its timeline.",
 *		 .gives = GIVES_HTML, .flags = ROUTE_CACHEABLE, .params = PARAMS(
 *			{"id", PARAM_PATH, .length = 40, .help = "uid, number or alias"},
 *			{"page", .type = PARAM_INT, .min = 1, .max = 500, .otherwise = "1", .help = "page of the timeline"})},
 *		ROUTE_END
 *	};
 *
 * Invariant: a handler runs only for a request whose declared parameters were all checked, whose body is within
 * body_max, that passed the CSRF rule, and that the server's `authorize` let through. What is not declared is not
 * readable. A permission that was forgotten, an undeclared {name} or a clash of two routes is refused when the router
 * is made, so a test that makes it proves the tables. */
#pragma once
#include "base/base.h"

struct request;
struct response;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHODS };
const char *http_method_name(enum http_method m);

/* Who may: opaque numbers of the upper floor, from ROUTE_PERMISSION up; 0 is refused. */
enum { ROUTE_PUBLIC = 1, ROUTE_PERMISSION = 16 };

/* How a changing request proves that it was not forged by another site. Reads need none.
 * CSRF_ORIGIN: Sec-Fetch-Site or Origin must say this site, and one of them must be there; CSRF_TOKEN: that, and the
 * server's check_csrf; CSRF_API: cookies are not looked at (the upper floor's authorize must take a token alone), and
 * the check is passed over. */
enum csrf_rule { CSRF_UNSET, CSRF_ORIGIN, CSRF_TOKEN, CSRF_API };

enum {
	ROUTE_CACHEABLE = 1,      /* answers that say `public` may be kept and served from the polling thread */
	ROUTE_SAME_FOR_ALL = 2,   /* the answer does not depend on Cookie or Authorization: kept and served despite them */
	ROUTE_STRICT_QUERY = 4,   /* unknown query parameters are refused; set for everything below /api by itself */
	ROUTE_PRIVATE = 8,        /* the access log gets the pattern, not the path, and no query string */
	ROUTE_UNTRACED = 64,      /* the access log gets no address: nobody must be found by it */
	ROUTE_FORM = 32,          /* takes any form: its handler asks request_form (form.h) */
	ROUTE_ANY_ORIGIN = 16,    /* scripts of other sites may read the answer, also when it is a refusal, without cookies */
};

/* What it may answer with: for OpenAPI, and for choosing between HTML and JSON by Accept. */
enum {
	GIVES_HTML = 1, GIVES_JSON = 2, GIVES_SCHEMA = 4, GIVES_FILE = 8, GIVES_FEED = 16, GIVES_REDIRECT = 32,
	GIVES_NOTHING = 64,
};

enum param_in { PARAM_QUERY, PARAM_PATH, PARAM_HEADER, PARAM_FORM /* of a form that is the body */ };
enum param_type {
	PARAM_STRING, /* UTF-8 without control characters; PARAM_TEXT may hold line ends and tabs */
	PARAM_TEXT,
	PARAM_INT,
	PARAM_BOOL,   /* true 1 on, false 0 off */
	PARAM_ENUM,
	PARAM_CURSOR, /* A-Z a-z 0-9 - _ : what a page gave for the next */
	PARAM_DATE,   /* YYYY, YYYY-MM or YYYY-MM-DD */
};
enum { PARAM_LENGTH = 200 }; /* bytes of a value for which no length is declared */

struct param {
	const char *name;
	enum param_in in;
	enum param_type type;
	bool required;              /* path parameters always are */
	bool repeat;                /* may come several times (at most PARAM_REPEAT); else a second one is refused */
	int64_t min, max;           /* of PARAM_INT; both 0: any */
	uint32_t length;            /* most bytes; 0: PARAM_LENGTH */
	const char *const *choices; /* of PARAM_ENUM: CHOICES("open", "closed") */
	const char *otherwise;      /* the value when absent; must itself be valid */
	const char *help;
};
enum { PARAM_REPEAT = 50 };
#define PARAMS(...)  ((const struct param[]){__VA_ARGS__, {0}})
#define CHOICES(...) ((const char *const[]){__VA_ARGS__, 0})

/* An error it returns becomes a problem document or an error page; the response written so far is dropped then. */
typedef enum err_code route_fn(struct request *rq, struct response *rs, struct err *e);

struct route {
	/* Segments are literal, "{name}", "{name}.json" (a literal ending) or, last, "{name...}" (all the rest, with its
	 * slashes). Literal ones win over parameters with an ending, those over plain ones, those over the rest. */
	const char *path;
	route_fn *run;
	int permission;
	enum http_method method;    /* GET answers HEAD as well; HEAD and OPTIONS are not declared */
	enum csrf_rule csrf;        /* must be set for POST, PUT, PATCH, DELETE */
	unsigned flags, gives;
	const struct param *params;
	size_t body_max;            /* bytes; 0: no body is taken */
	const char *name;           /* operation id, unique among all routes where set */
	const char *help;
	const void *more;           /* the upper floor's own */
};
#define ROUTE_END {0}

/* ---- the router ---- */
struct router;

/* Compiles tables (each ending with ROUTE_END), which must outlive it. ERR_INVALID with the route in e->where. */
enum err_code router_new(const struct route *const *tables, size_t n, struct router **out, struct err *e) must_use;
void router_free(struct router *r);

/* Over all routes: `for (size_t i = 0; (route = router_at(r, i)); i++)`, in the order of the tables. */
const struct route *router_at(const struct router *r, size_t i);

/* Finding. The path must be split by path_split. */
enum { PATH_SEGMENTS = 24 };
struct path {
	struct str segments[PATH_SEGMENTS]; /* decoded */
	size_t n;
	bool slash; /* a slash stood behind the last segment */
};
struct route_match {
	const struct route *route; /* NULL: 404, or 405 when allow is not 0 */
	size_t index;              /* router_at(r, index) == route */
	unsigned allow;            /* bits 1 << method of what the path takes, HEAD and OPTIONS included */
	struct str values[PATH_SEGMENTS]; /* path parameters in the order of the path */
	size_t n;
};
void router_find(const struct router *r, enum http_method method, const struct path *path, struct route_match *out);
/* "GET, HEAD, OPTIONS" */
struct str allow_text(struct arena *a, unsigned allow);

/* Splits and decodes an absolute path (no query). ERR_INVALID for what doesn't begin with '/', empty segments, dot
 * segments, a broken percent-encoding, an encoded slash or a backslash, control characters, bad UTF-8, too many
 * segments. */
enum err_code path_split(struct arena *a, struct str raw, struct path *out, struct err *e) must_use;
