/* What the files of http/ share and nobody else needs.
 *
 * An exchange is a request with everything around it. It goes from the polling thread to a worker and back; whoever has
 * it has it alone, and it is handed over under a mutex, so its members need no locks of their own. The exception is
 * `cancelled`, which the server sets while a worker has it. */
#pragma once
#include "http/cache.h"
#include "http/form.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "http/server.h"

#include <stdatomic.h>

/* ---- path.c ---- */
/* Into out, which has room for s.n bytes. False for a '%' without two digits. */
bool percent_decode(struct str s, bool plus, char *out, size_t *n) must_use;
/* Encoded again from its segments. */
struct str path_text(struct arena *a, const struct path *path);
static inline bool path_in_api(struct str path) {
	return str_is(path, "/api") || str_starts(path, S("/api/"));
}

/* ---- route.c ---- */
struct plan { /* a route with what is looked up once */
	const struct route *route;
	size_t n_params, n_path;
	unsigned short path_params[PATH_SEGMENTS]; /* which parameter the i-th {name} is */
	bool strict;
};
const struct plan *router_plan(const struct router *r, size_t i);

/* ---- params.c ---- */
struct param_values {
	struct str *values;
	size_t n;
	bool given; /* by the client; else they are `otherwise` */
};
enum err_code param_declared_well(const struct param *p, struct err *e) must_use;
/* ERR_INVALID with words that begin with "must". */
enum err_code param_check(const struct param *p, struct str value, struct err *e) must_use;

struct exchange;
struct problems { /* what is wrong with the parameters */
	struct problem_item items[20];
	size_t n;
};
/* Reads path, query and headers into x->values. Problems when something is wrong; false when memory is out. */
bool params_read(struct exchange *x, struct problems *out) must_use;
/* The same for the parameters in the form that is the body. */
bool params_read_form(struct exchange *x, const struct form_field *fields, size_t n, struct problems *out) must_use;

/* ---- form.c ---- */
/* Into x->form; once. */
enum err_code exchange_form(struct exchange *x, struct err *e) must_use;

/* ---- negotiate.c: what headers mean ---- */
/* Quality (0 to 1000) that an Accept header gives a media type; `named` when it does not come from a wildcard for all
 * types. An empty header accepts everything. */
int accept_quality(struct str accept, struct str type, bool *named);
bool accepts_gzip(struct str accept_encoding);
/* True when a list of entity tags ("*", "\"a\", W/\"b\"") names the one with this opaque text, by weak comparison; the
 * mark of our gzip variant is passed over. */
bool etag_listed(struct str list, struct str etag);
/* The same for tags that are `version`, or begin with it and a dot. */
bool etag_listed_version(struct str list, struct str version);
#define GZIP_MARK "-gz" /* behind the opaque text of the compressed variant */
enum { HTTP_DATE = 32 };
struct str http_date(moment t, char out[HTTP_DATE]); /* IMF-fixdate, RFC 9110 section 5.6.7 */
bool http_date_parse(struct str s, moment *out);
bool host_valid(struct str host); /* RFC 9110 section 7.2: host [":" port] */
bool token_valid(struct str s);   /* RFC 9110 section 5.6.2 */
/* True when a request that changes things comes from a page of this host. */
bool same_origin(struct str sec_fetch_site, struct str origin, struct str host);

/* ---- spool.c: bodies ---- */
struct body {
	struct buf memory;  /* the whole, or the part that is not in the file yet */
	int fd;             /* -1 as long as there is none */
	uint64_t n;         /* bytes in all */
	uint64_t in_file;
	bool failed;        /* could not be written */
};
/* Writes what is in memory to the file, which is made in dir and has no name. keep: leaves it in memory too. Blocks. */
enum err_code body_to_file(struct body *b, const char *dir, bool keep, struct err *e) must_use;
void body_free(struct body *b);

/* ---- answer.c: a response made ready to be sent ---- */
struct MHD_Response;
struct answer {
	struct MHD_Response *full;
	struct MHD_Response *once; /* with the headers of this one exchange, where `full` is kept without; NULL: there are none */
	int status;
	char *etag;              /* without quotes; NULL: none */
	moment last_modified;
	uint64_t bytes;          /* of the body */
	int64_t sequence;        /* cache_put's; only when cacheable */
	bool cacheable;
	unsigned uses;           /* the cache's and the exchanges'; counted in the polling thread */
};
/* From what a handler left behind, in any thread. NULL when memory is out. z is the thread's deflate state or NULL. */
struct deflater;
struct answer *answer_new(struct exchange *x, struct response *rs, struct deflater *z);
/* With these few bytes and no exchange: for answers that are made when the server starts. */
struct answer *answer_fixed(const struct server_config *config, int status, const char *content_type, struct str bytes,
	const char *retry_after);
void answer_release(void *answer);
/* True when the client's validators say that it has this already. */
bool answer_known(const struct exchange *x, const struct answer *a);
size_t answer_cost(const struct answer *a);
struct deflater *deflater_new(void);
void deflater_free(struct deflater *z);
/* gzip of s into a malloc'ed block; false when it is not smaller or memory is out. */
bool deflate_whole(struct deflater *z, struct str s, char **out, size_t *n) must_use;

/* ---- response.c ---- */
struct response_header {
	struct response_header *next;
	struct str name, value;
};
void response_init(struct response *rs, struct exchange *x);
void response_free(struct response *rs);

/* ---- the exchange ---- */
struct header {
	struct str name, value;
};
struct exchange {
	struct request rq; /* comes first: a request is the start of an exchange */
	struct exchange *next;
	struct server *server;
	const struct server_config *config;
	void *connection, *watched;

	struct arena *memory; /* what came in; the handler's arena is another one */
	char *target;         /* as it came, NUL-terminated */
	bool begun;           /* the headers are complete */
	bool known_method;
	struct str query;
	struct header *headers;
	size_t n_headers, header_bytes;
	enum { NO_BODY, LENGTH, CHUNKED } framing;
	uint64_t declared; /* Content-Length */
	bool expects;      /* it waits for 100 Continue */
	struct path path;
	struct route_match match;
	const struct plan *plan;
	struct param_values *values; /* one a parameter of the plan */
	struct str address;  /* of the peer */
	bool json, gzip;     /* what it prefers, what it takes */
	bool page_errors;    /* errors are shown as pages */
	bool anonymous;      /* neither Cookie nor Authorization */
	struct str if_none_match, if_modified_since;
	struct str key;      /* of the cache; empty: not to be looked up or kept */
	int64_t sequence;

	struct body body;
	bool form_read;
	const struct form_field *form; /* the body as a form, when somebody asked for it */
	size_t form_n;
	bool spooled;        /* a part of it went to the file by the spooling thread */

	struct answer *answer;
	bool from_cache;
	struct response_header *once; /* headers for this client alone: never kept, and sent with a refusal too */
	bool unkeyed;        /* the handler read something that is not part of the key */
	const char *misused; /* an undeclared parameter that the handler asked for */
	_Atomic bool cancelled;
	moment deadline;     /* stopwatch() */
	/* READING the body, then WAITING (in the queue or with a worker), then DONE: the answer can be sent. DISCARDING: it is
	 * refused already, but a short body is read to its end so that the client gets to see why. */
	enum { READING, DISCARDING, WAITING, DONE, ABANDONED } state;
	bool overloaded;      /* DONE without an answer: 503, else 500 */
	struct exchange *later, *earlier; /* in the server's list while lent to a thread */
	int sent_status;
	uint64_t sent_bytes;
};
static inline struct exchange *exchange_of(const struct request *rq) {
	return (struct exchange *)(uintptr_t)rq;
}
/* "" when absent; the first when there are several. Unlike request_header it marks nothing. */
struct str header_of(const struct exchange *x, struct str name);
size_t header_count(const struct exchange *x, struct str name);
const struct param *plan_param(const struct plan *plan, const char *name, size_t *index);

/* ---- intake.c: from the first byte to the decision ---- */
/* Copies the headers and decides: an answer at once (x->answer), a body to be read, or ready for a worker. The caller
 * has set rq.method, known_method, target, address and headers. */
enum intake { INTAKE_ANSWER, INTAKE_BODY, INTAKE_WORK, INTAKE_FAILED };
enum intake intake(struct exchange *x, const struct router *router);
/* The bytes that a body may have; what it declared. */
uint64_t intake_body_max(const struct exchange *x);
/* Makes x->answer a problem. */
void intake_refuse(struct exchange *x, int status, const char *type, const char *detail, const char *allow);
/* rq.arena, made when it is first needed. */
bool exchange_arena(struct exchange *x) must_use;

/* ---- handle.c: what a worker does ---- */
struct worker {
	void *state; /* the upper floor's */
	struct deflater *deflater;
};
void handle(struct exchange *x, struct worker *w);

/* ---- listen.c ---- */
/* A socket that listens; *address is "127.0.0.1:8080" as bound. */
enum err_code listen_on(const char *where, int *fd, char *address, size_t size, int *port, struct err *e) must_use;
struct sockaddr;
void address_text(const struct sockaddr *from, char *out, size_t size);

/* Errors of the server itself, to the operator. */
void server_complain(const struct server_config *config, const char *fmt, ...) printf_like(2, 3);
