/* A witness over HTTP (c2sp.org/tlog-witness), a server of its own beside those of hubs. */
#pragma once
#include "hub/witness/witness.h"

struct witness_serve_options {
	const char *listen;        /* as of struct serve_options */
	const char *trusted_proxy; /* numeric address whose X-Forwarded-For is believed; NULL: nobody's */
	int64_t limit;             /* checkpoints a minute of one address; 0: no limit */
	bool https;                /* visitors come by https, through a proxy in front */
	bool access_log;           /* a line a request on standard error */
};
/* Serves until SIGINT or SIGTERM, then answers what is under way. Errors as of desk_serve. */
enum err_code witness_serve(struct witness *w, const struct witness_serve_options *o, struct err *e) must_use;
