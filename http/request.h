/* One request, as a handler sees it.
 *
 * Invariants: it lives from the first byte to the last of the answer, and so does its arena; a handler has it to
 * itself. What the accessors give was checked against the route's table. Asking for a parameter that the route does
 * not declare is a bug: the answer becomes a 500 whatever the handler does.
 *
 * Reading something that is not part of the cache's key (a raw header, the remote address, the viewer) makes the
 * answer one that is not kept, by itself. */
#pragma once
#include <stdatomic.h>

#include "http/route.h"

struct json;

struct request {
	struct arena *arena;
	const struct route *route; /* NULL in error_page when no route was found */
	enum http_method method;   /* GET for HEAD */
	bool head;
	struct str path;           /* decoded and encoded again: safe in a link; without the query */
	void *app;                 /* server_config.app */
	void *worker;              /* of the thread that runs the handler: what worker_start made */
	void *user;                /* the viewer; set by authorize, NULL for nobody in particular */
	moment started;            /* stopwatch() */
};

/* ---- parameters, by their declared name ---- */
bool request_has(const struct request *rq, const char *name);
/* As it came, decoded; `otherwise` when absent; "" without that. */
struct str request_str(struct request *rq, const char *name);
/* Of PARAM_INT; 0 when absent without `otherwise`. */
int64_t request_int(struct request *rq, const char *name);
bool request_bool(struct request *rq, const char *name);
/* Of PARAM_ENUM: index in choices, -1 when absent without `otherwise`. */
int request_choice(struct request *rq, const char *name);
/* All values of a parameter with `repeat`. */
const struct str *request_strs(struct request *rq, const char *name, size_t *n);

/* This page's own address (path and declared query parameters that were given) with one query parameter set to value,
 * or taken away (value.p == NULL). In the arena. For pages, sorting, filters: {= request_url_with(rq, "page", x)}. */
struct str request_url_with(struct request *rq, const char *name, struct str value);
struct str request_url(struct request *rq);

/* ---- what the client says ---- */
/* By name in any case; "" when absent. Never for Accept and the validators: those below and response.h do it. */
struct str request_header(struct request *rq, const char *name);
/* A cookie's value; "" when absent. */
struct str request_cookie(struct request *rq, const char *name);
/* Numeric address of the client; behind a trusted proxy the one that it vouches for. */
struct str request_remote(struct request *rq);
/* True when, of what the route gives, the client prefers JSON to HTML (Accept, RFC 9110 section 12.5.1). */
bool request_wants_json(const struct request *rq);
/* If-Match names this entity tag, or there is no If-Match. For the writing routes' preconditions. */
bool request_if_match(struct request *rq, struct str etag);
bool request_has_if_match(struct request *rq);
/* The same for answers whose tag is a version and, behind a dot, what else distinguishes one answer from another. */
bool request_if_match_version(struct request *rq, struct str version);
/* A list of entity tags that came some other way. */
bool version_listed(struct str list, struct str version);

/* ---- body ---- */
size_t request_body_size(const struct request *rq);
/* The whole body in memory; one that was spooled is read back, up to max (ERR_TOO_LARGE). */
enum err_code request_body(struct request *rq, size_t max, struct str *out, struct err *e) must_use;
/* The body as a file, at its start; written to one if it is not yet. Borrowed: closed with the request. */
enum err_code request_body_fd(struct request *rq, int *fd, struct err *e) must_use;
/* The whole body without a copy: what is in memory, or the file mapped into it. Lives as long as the request. */
enum err_code request_body_map(struct request *rq, struct str *out, struct err *e) must_use;
/* An application/json (or +json) body, parsed. ERR_USAGE for another media type. */
enum err_code request_json(struct request *rq, const struct json **out, struct err *e) must_use;

/* True when the answer is no longer wanted: the deadline passed or the server stops. For loops that take long. */
bool request_cancelled(const struct request *rq);
/* For what is called with a flag: true when the server stops. Lives as long as the request. */
const atomic_bool *request_stopped(const struct request *rq);
