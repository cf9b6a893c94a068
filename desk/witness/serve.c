#include "witness.h"

#include <stdio.h>

#include "desk/ending.h"
#include "desk/serve.h"
#include "desk/site/site.h"
#include "desk/witness/pages.h"
#include "hub/account/throttle.h"
#include "http/server.h"

enum { THROTTLED = 100000, ARENA_BYTES = 16 << 20 };

static enum err_code worker_start(void *app, void **worker, struct err *e) {
	struct db *db;
	enum err_code code = witness_reader(((struct witness_app *)app)->witness, &db, e);
	if (!code) *worker = db;
	return code;
}

static void worker_stop(void *app, void *worker) {
	(void)app;
	db_close(worker);
}

static void access_log(void *app, const struct access *line) {
	(void)app;
	char at[MOMENT_TEXT];
	struct str when = moment_text(now(), at);
	fprintf(stderr, "%.*s %.*s %s %.*s %d %llu %.1fms\n", STR_ARG(when), STR_ARG(line->remote), http_method_name(line->method), STR_ARG(line->path), line->status,
		(unsigned long long)line->bytes, (double)line->micros / 1000);
}

static void error_log(void *app, const char *words) {
	(void)app;
	fprintf(stderr, "polder: %s\n", words);
}

static enum err_code start(struct witness_app *app, const struct router *router, const struct witness_serve_options *o, struct server **out, struct err *e) {
	struct server_config config = {
		.listen = o->listen,
		.router = router,
		.trusted_proxy = o->trusted_proxy,
		.https = o->https,
		.app = app,
		.worker_start = worker_start,
		.worker_stop = worker_stop,
		.limits = {.arena_bytes = ARENA_BYTES, .body_bytes = TLOG_WITNESS_BYTES, .spool_bytes = 2 * TLOG_WITNESS_BYTES},
		.access_log = o->access_log ? access_log : NULL,
		.error_log = error_log,
	};
	return server_start(&config, out, e);
}

static enum err_code run(struct witness_app *app, const struct router *router, const struct witness_serve_options *o, struct err *e) {
	struct ending ending;
	struct server *server;
	ending_block(&ending);
	enum err_code code = start(app, router, o, &server, e);
	if (code) {
		ending_restore(&ending);
		return code;
	}
	printf("Listening on http://%s\n", server_address(server));
	fflush(stdout);
	ending_wait(&ending);
	code = server_stop(server, SERVE_GRACE_SECONDS * SECOND, e);
	return code == ERR_BUSY ? err_set(e, ERR_CANCELLED, "a request did not end within %d seconds and was given up", SERVE_GRACE_SECONDS) : code;
}

enum err_code witness_serve(struct witness *w, const struct witness_serve_options *o, struct err *e) {
	static const struct route *const tables[] = {witness_routes, site_routes};
	struct witness_app app = {.witness = w, .limit = o->limit};
	struct router *router = NULL;
	enum err_code code = throttle_new(&app.throttle, THROTTLED, e);
	if (!code) code = router_new(tables, lengthof(tables), &router, e);
	if (!code) code = run(&app, router, o, e);
	if (code == ERR_CANCELLED) return code; /* a thread is still at work with all of this */
	router_free(router);
	throttle_free(app.throttle);
	return code;
}
