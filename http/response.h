/* An answer under construction.
 *
 * Invariants: status is 200 and the answer is private ("no-store") until something says otherwise; exactly one kind of
 * body is set, the last one wins; validators, 304, HEAD, gzip, Vary and the security headers are added centrally and
 * are nobody else's work. */
#pragma once
#include "http/html.h"
#include "http/request.h"

struct json;
struct json_writer;

enum cache_policy {
	CACHE_NO_STORE,   /* private: nothing between us and the viewer keeps it */
	CACHE_PRIVATE,    /* the viewer's own browser may keep it and must ask again */
	CACHE_PUBLIC,     /* anyone may keep it; asks again by ETag after max_age seconds (0: each time) */
	CACHE_IMMUTABLE,  /* anyone, for ever: the address holds a fingerprint of the bytes */
};

struct response {
	int status;
	enum cache_policy cache;
	unsigned max_age;          /* seconds, of CACHE_PUBLIC */
	struct str etag;           /* opaque text without quotes; empty: made from the bytes where it is of use */
	moment last_modified;      /* 0: none */
	/* the rest through the functions below */
	struct request *rq;
	struct str content_type;
	struct html body;
	struct str fixed;
	int fd;                    /* -1: none */
	uint64_t fd_size;
	struct response_header *headers;
	bool compressed;           /* the bytes are compressed already, or would not shrink */
};

/* ---- bodies ---- */
/* Sets text/html and gives what a template writes to. */
struct html *response_html(struct response *rs);
/* Sets a media type and gives the buf, for writers of JSON, feeds, CSV … */
struct buf *response_buf(struct response *rs, const char *content_type);
static inline struct buf *response_json(struct response *rs) { return response_buf(rs, "application/json"); }
static inline struct buf *response_schema(struct response *rs) { return response_buf(rs, "application/schema+json"); }
void response_json_value(struct response *rs, const struct json *v);
/* Bytes that outlive the server, such as embedded files. */
void response_fixed(struct response *rs, struct str content_type, struct str bytes);
/* Bytes that live in the request's arena. */
void response_bytes(struct response *rs, struct str content_type, struct str bytes);
/* A file from its start, `size` bytes long; fd is the response's from now on. It is sent as an attachment that no
 * browser runs, under the name given (any UTF-8); an empty name sends it inline, for our own files only. */
void response_file(struct response *rs, int fd, uint64_t size, struct str content_type, struct str download_name);

/* ---- headers ---- */
/* Name and value are copied. One with a control character is dropped and the answer becomes a 500. */
void response_header(struct response *rs, const char *name, struct str value);
/* What it was set to; "" when it was not. */
struct str response_header_value(const struct response *rs, const char *name);
/* A header for this one exchange: it is sent whatever the answer becomes, and is no part of what the cache keeps. */
void response_header_once(struct response *rs, const char *name, struct str value);
/* Link: <url>; rel="rel" (RFC 8288). */
void response_link(struct response *rs, const char *rel, struct str url);
/* 303 after a change, 308 or 302 for moves. The address must be on this site (begin with one '/') or be allowed by
 * html_url_allowed and chosen by us. */
void response_redirect(struct response *rs, int status, struct str url);
/* Marks the answer as the same for everybody, kept by the cache if the route is ROUTE_CACHEABLE. */
static inline void response_public(struct response *rs, unsigned max_age) {
	rs->cache = CACHE_PUBLIC;
	rs->max_age = max_age;
}

/* ---- errors ---- */
struct problem_item {
	struct str where;   /* JSON pointer in the body (begins with a slash) or a parameter's name; may be empty */
	struct str message;
};
/* RFC 9457. What is empty is filled in from the status. */
struct problem {
	int status;
	struct str type;    /* short name, such as err_name gives ("not-found"); becomes problem_base + name, or about:blank */
	struct str title, detail;
	const struct problem_item *errors;
	size_t n;
};
/* Drops what the response holds and answers with the problem: as problem+json, or as a page by server_config's
 * error_page when the client prefers HTML and the path is not below /api. */
void response_problem(struct response *rs, const struct problem *p);
/* The document itself, for answers that hold several. */
void problem_json(struct json_writer *w, struct request *rq, const struct problem *p);
/* The same from an error. */
void response_error(struct response *rs, const struct err *e);
/* For a handler that checks more than one thing: collects items and ends as one 400 or 422.
 *	response_invalid(rs, 422, items, n); return ERR_OK; */
void response_invalid(struct response *rs, int status, const struct problem_item *items, size_t n);
