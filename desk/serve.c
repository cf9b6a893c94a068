#include "serve.h"

#include <sys/resource.h>

#include "desk/api/limits.h"
#include "desk/ending.h"
#include "desk/identify.h"
#include "desk/routes.h"
#include "desk/site/site.h"
#include "hub/chores.h"
#include "http/server.h"
#include "hub/account/throttle.h"

enum { CHANGE_MS = 100, ARENA_BYTES = 64 << 20, THROTTLED = 100000 };

/* What all threads share. */
struct desk {
	struct desk_app app;
	struct db *watching; /* the polling thread's */
	struct router *router;
	int64_t sequence;
};

/* ---- what the server asks for ---- */

static enum err_code worker_start(void *app, void **worker, struct err *e) {
	struct db *db;
	enum err_code code = hub_reader(((struct desk *)app)->app.hub, &db, e);
	if (!code) *worker = db;
	return code;
}

static void worker_stop(void *app, void *worker) {
	(void)app;
	db_close(worker);
}

/* Who has asked too often is told so, whatever else is to be said of the request. */
static enum err_code authorize(struct request *rq, struct response *rs, bool *done, struct err *e) {
	enum err_code code = desk_authorize(rq, rs, done, e);
	if (api_admit(rq, rs)) return code;
	*done = true;
	return ERR_OK;
}

/* When the database can't say, answers are taken for changed: slower, never stale. */
static int64_t change_sequence(void *app) {
	struct desk *desk = app;
	int64_t now_at;
	if (hub_sequence(desk->watching, &now_at, NULL)) return --desk->sequence;
	return desk->sequence = now_at;
}

static void access_log(void *app, const struct access *line) {
	(void)app;
	char at[MOMENT_TEXT];
	struct str when = moment_text(now(), at);
	fprintf(stderr, "%.*s %.*s %s %.*s%s%.*s %d %llu %.1fms%s%s\n", STR_ARG(when), STR_ARG(line->remote),
		http_method_name(line->method), STR_ARG(line->path), line->query.n ? "?" : "", STR_ARG(line->query),
		line->status, (unsigned long long)line->bytes, (double)line->micros / 1000, line->cached ? " cached" : "",
		line->broken ? " broken" : "");
}

static void error_log(void *app, const char *words) {
	(void)app;
	fprintf(stderr, "polder: %s\n", words);
}

/* ---- the life of the server ---- */

/* Connections that idle cost little; each takes a file descriptor, and databases, uploads and logs take some too. */
static unsigned connections_possible(void) {
	enum { WANTED = 4000, RESERVED = 200 };
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
	rlim_t wanted = WANTED + RESERVED;
	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
	}
	if (limit.rlim_cur >= wanted) return WANTED;
	return limit.rlim_cur > 2 * RESERVED ? (unsigned)(limit.rlim_cur - RESERVED) : 0;
}

static enum err_code start(struct desk *desk, const struct serve_options *o, struct server **out, struct err *e) {
	struct server_config config = {
		.listen = o->listen ? o->listen : "127.0.0.1:8420",
		.router = desk->router,
		.workers = o->workers,
		.trusted_proxy = o->trusted_proxy,
		.https = o->https,
		.change_ms = CHANGE_MS,
		.app = desk,
		.worker_start = worker_start,
		.worker_stop = worker_stop,
		.change_sequence = change_sequence,
		.authorize = authorize,
		.limits = {.arena_bytes = ARENA_BYTES, .connections = connections_possible()},
		.check_csrf = desk_check_csrf,
		.error_page = site_error_page,
		.access_log = o->access_log ? access_log : NULL,
		.error_log = error_log,
	};
	return server_start(&config, out, e);
}

static enum err_code run(struct desk *desk, const struct serve_options *o, struct err *e) {
	struct ending ending;
	ending_block(&ending);
	struct server *server;
	struct chores *chores;
	enum err_code code = chores_start(desk->app.hub, &chores, e);
	if (!code && (code = start(desk, o, &server, e))) chores_stop(chores);
	if (code) {
		ending_restore(&ending);
		return code;
	}
	if (!o->quiet) {
		printf("Listening on http://%s\n", server_address(server));
		fflush(stdout);
	}
	if (o->ready) o->ready(o->arg, server_address(server));
	ending_wait(&ending);
	chores_stop(chores);
	code = server_stop(server, SERVE_GRACE_SECONDS * SECOND, e);
	if (code != ERR_BUSY) return code;
	return err_set(e, ERR_CANCELLED, "a request did not end within %d seconds and was given up", SERVE_GRACE_SECONDS);
}

enum err_code desk_serve(struct hub *hub, const struct serve_options *o, struct err *e) {
	struct arena *a = arena_new(8 << 20);
	struct desk *desk = a ? arena_new_of(a, struct desk) : NULL;
	if (!desk) {
		arena_free(a);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	desk->app.hub = hub;
	desk->app.https = o->https;
	enum err_code code = desk_router(a, &desk->app, &desk->router, e);
	if (!code) code = throttle_new(&desk->app.throttle, THROTTLED, e);
	if (!code) code = hub_reader(hub, &desk->watching, e);
	if (!code) code = run(desk, o, e);
	if (code == ERR_CANCELLED) return code; /* a thread is still at work with all of this */
	db_close(desk->watching);
	throttle_free(desk->app.throttle);
	desk_router_free(&desk->app);
	arena_free(a);
	return code;
}
