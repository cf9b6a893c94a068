/* The server: libmicrohttpd's polling thread in front, our own bounded pool of workers behind.
 *
 * Invariants: the polling thread never runs a handler and never waits for one, for a disk write or for a database; a
 * handler runs in one worker and may block without holding the others; every request gets an answer or loses its
 * connection within the limits; when the queue is full the answer is 503 with Retry-After, at once.
 *
 * Start ignores SIGPIPE for the process where it still has its default action. */
#pragma once
#include "http/request.h"
#include "http/response.h"

struct server_limits { /* 0 stands for the value in brackets */
	size_t header_bytes;        /* request line and headers together (16 kB) → 431 */
	size_t target_bytes;        /* path and query (8 kB) → 414 */
	size_t body_bytes;          /* no route takes more, whatever it declares (64 MB) → 413 */
	size_t spool_bytes;         /* a body up to this stays in memory, a larger one goes to a file (1 MB) */
	size_t arena_bytes;         /* of one request (16 MB) */
	size_t response_bytes;      /* a body built in memory (32 MB) */
	size_t cache_bytes;         /* (64 MB) */
	unsigned connections;       /* (1000) */
	unsigned per_address;       /* (none: behind a proxy all come from one address) */
	unsigned idle_seconds;      /* without a byte either way (20) */
	unsigned header_seconds;    /* from connecting, or from the last answer, to the end of the headers (30) */
	unsigned body_seconds;      /* for a body, and for taking an answer, on top of a second per 16 kB (30) */
	unsigned handler_seconds;   /* after which request_cancelled says so (60) */
};

struct access { /* one line of the access log */
	enum http_method method;
	struct str path;     /* or the route's pattern where it is private; "" when there was none worth the name */
	struct str query;    /* empty for routes that are private or not public */
	struct str remote;   /* "-" where the route is untraced */
	int status;
	uint64_t bytes;      /* of the body as sent */
	int64_t micros;
	bool cached, broken; /* served from the cache; connection lost before the end */
};

struct server_config {
	const char *listen;         /* "127.0.0.1:8080", "[::1]:0" (port 0: any free one), ":8080" (all addresses) */
	const struct router *router;
	unsigned workers;           /* (the number of processors, at least 4) */
	unsigned queue;             /* requests that wait for one (16 a worker) */
	struct server_limits limits;
	const char *trusted_proxy;  /* numeric address whose X-Forwarded-For is believed; NULL: nobody's */
	const char *spool_dir;      /* for large bodies (/tmp); files there have no name */
	const char *problem_base;   /* URL before a problem's short name: "https://…/problems/"; NULL: about:blank */
	bool https;                 /* viewers come by https: Strict-Transport-Security is sent */
	unsigned change_ms;         /* change_sequence is asked at most this often (0: for each request that may be cached) */

	void *app;
	/* In the worker's thread, before its first request and after its last. */
	enum err_code (*worker_start)(void *app, void **worker, struct err *e);
	void (*worker_stop)(void *app, void *worker);
	/* In the polling thread, must not block: grows with every change that may show in a public answer. Without it
	 * nothing but CACHE_IMMUTABLE answers is cached. */
	int64_t (*change_sequence)(void *app);
	/* In a worker, before each handler, for public routes too: finds the viewer (rq->user) and says whether it may.
	 * ERR_FORBIDDEN and ERR_NOT_FOUND are the answer; it may also write the response itself (a redirect to the sign-in
	 * page) and set *done. Without it only ROUTE_PUBLIC routes run. */
	enum err_code (*authorize)(struct request *rq, struct response *rs, bool *done, struct err *e);
	/* In a worker, for CSRF_TOKEN routes, after authorize; form parameters are there. */
	enum err_code (*check_csrf)(struct request *rq, struct err *e);
	/* In any thread, must not block or touch a database: the page for a problem. rq->user may be NULL. */
	void (*error_page)(struct request *rq, struct response *rs, const struct problem *p);
	/* In the polling thread, must not block for long. The strings live during the call. */
	void (*access_log)(void *app, const struct access *line);
	/* In any thread: words for the operator. */
	void (*error_log)(void *app, const char *words);
};

struct server;

struct server_stats {
	uint64_t requests, refused_busy, workers_busy, connections;
	uint64_t cache_hits, cache_misses, cache_bytes, cache_entries;
};

/* ERR_INVALID for a listen address that isn't one, ERR_BUSY when the port is taken, what worker_start says, … */
enum err_code server_start(const struct server_config *config, struct server **out, struct err *e) must_use;
/* "127.0.0.1:41233": where it listens. */
const char *server_address(const struct server *s);
int server_port(const struct server *s);
void server_get_stats(const struct server *s, struct server_stats *out);

/* Takes no more connections, waits up to `grace` microseconds for requests under way, answers those that wait in the
 * queue with 503, stops the workers and frees the server. ERR_BUSY when a handler did not come back within the grace:
 * its thread and what it needs are left behind (and stay allocated), all connections are closed; end the process. */
enum err_code server_stop(struct server *s, moment grace, struct err *e);
