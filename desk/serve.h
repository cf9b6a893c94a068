/* Serving a hub: the web site and the API, until somebody ends it.
 *
 * Invariant: every worker has a database connection of its own, the polling thread has one that only asks for the
 * change sequence, and all of them are closed when desk_serve returns. */
#pragma once
#include "hub/hub.h"

struct serve_options {
	const char
		*listen; /* "127.0.0.1:8420", "[::1]:0" (port 0: any free one), ":8420" (all addresses); NULL: 127.0.0.1:8420 */
	unsigned workers;          /* 0: the number of processors, at least 4 */
	const char *mirror;        /* the hub is a view of the mirror in this folder (hub/follow/view.h), which is shown and not changed; NULL: it is a hub */
	bool quiet;                /* nothing on standard output */
	bool access_log;           /* a line a request on standard error */
	bool https;                /* a proxy in front speaks https: Strict-Transport-Security is sent */
	const char *trusted_proxy; /* numeric address whose X-Forwarded-For is believed; NULL: nobody's */
	/* When requests are answered, before the wait begins; address is "127.0.0.1:41233". NULL: none. */
	void (*ready)(void *arg, const char *address);
	void *arg;
};

enum { SERVE_GRACE_SECONDS = 10 }; /* for requests under way when the end is asked for */

/* Serves until SIGINT or SIGTERM comes to the process, then ends in order: no new connections, requests under way are
 * answered. Prints "Listening on http://127.0.0.1:8420" when ready, unless quiet. Call it from the main thread, before
 * other threads are started. A second signal while it ends has its usual effect.
 *
 * ERR_INVALID for an address that isn't one, ERR_BUSY when the port is taken, what the database says. ERR_CANCELLED
 * when a request did not end within the grace: its thread still uses the hub, so end the process without closing it. */
enum err_code desk_serve(struct hub *hub, const struct serve_options *o, struct err *e) must_use;
