#include "inside.h"
#include "pool.h"
#include "watch.h"

#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>

struct server {
	struct server_config config;
	struct arena *memory; /* of the configuration's strings */
	struct MHD_Daemon *daemon;
	struct pool *pool, *spool;
	struct watch *watch;
	struct cache *cache;
	struct answer *busy_json, *busy_page, *failed;
	char address[80];
	int port;

	/* of the polling thread */
	int64_t sequence;
	moment sequence_asked;

	pthread_mutex_t lock;
	pthread_cond_t quiet;
	unsigned open;             /* requests whose answer is not sent yet */
	struct exchange *waiting;  /* those that are out of the polling thread's hands */
	_Atomic bool draining;
	_Atomic uint64_t requests, refused_busy;
};

enum { SLOWEST = 16 << 10 /* bytes a second */, SPOOL_PIECE = 256 << 10, DISCARD = 1 << 20 };

void server_complain(const struct server_config *config, const char *fmt, ...) {
	if (!config->error_log) return;
	char words[1200];
	va_list args;
	va_start(args, fmt);
	vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	config->error_log(config->app, words);
}

/* ---- lending an exchange to another thread ---- */

static void lend(struct server *s, struct exchange *x) {
	pthread_mutex_lock(&s->lock);
	x->earlier = NULL;
	x->later = s->waiting;
	if (s->waiting) s->waiting->earlier = x;
	s->waiting = x;
	pthread_mutex_unlock(&s->lock);
}

/* Back to the polling thread, in the given state. Nothing happens when stop gave up waiting for it meanwhile. */
static void give_back(struct server *s, struct exchange *x, int state) {
	pthread_mutex_lock(&s->lock);
	struct MHD_Connection *connection = x->connection;
	bool wanted = x->state != ABANDONED;
	if (wanted) {
		if (x->earlier) x->earlier->later = x->later;
		else s->waiting = x->later;
		if (x->later) x->later->earlier = x->earlier;
		x->later = x->earlier = NULL;
		x->state = state;
	}
	pthread_mutex_unlock(&s->lock);
	if (wanted) MHD_resume_connection(connection); /* from here on it is the polling thread's */
}

/* ---- workers ---- */

static enum err_code start_worker(void *context, void **worker, struct err *e) {
	struct server *s = context;
	struct worker *w = calloc(1, sizeof *w);
	if (!w) return err_set(e, ERR_MEMORY, "out of memory");
	w->deflater = deflater_new();
	enum err_code code = ERR_OK;
	if (s->config.worker_start) code = s->config.worker_start(s->config.app, &w->state, e);
	if (code) {
		deflater_free(w->deflater);
		free(w);
		return code;
	}
	*worker = w;
	return ERR_OK;
}

static void stop_worker(void *context, void *worker) {
	struct server *s = context;
	struct worker *w = worker;
	if (s->config.worker_stop) s->config.worker_stop(s->config.app, w->state);
	deflater_free(w->deflater);
	free(w);
}

static void run_job(void *context, void *worker, struct exchange *x) {
	handle(x, worker);
	give_back(context, x, DONE);
}

static void refuse_job(void *context, struct exchange *x) {
	x->overloaded = true;
	give_back(context, x, DONE);
}

static void run_spool(void *context, void *worker, struct exchange *x) {
	(void)worker;
	struct err e = {0};
	if (body_to_file(&x->body, x->config->spool_dir, false, &e)) {
		server_complain(x->config, "%s: %s", x->config->spool_dir, e.message);
	}
	give_back(context, x, READING);
}

static void refuse_spool(void *context, struct exchange *x) {
	x->body.failed = true;
	give_back(context, x, READING);
}

/* ---- the polling thread: answering ---- */

static int64_t sequence_now(struct server *s, moment t) {
	if (!s->config.change_sequence) return 0;
	if (!s->sequence_asked || t - s->sequence_asked >= (moment)s->config.change_ms * 1000) {
		s->sequence = s->config.change_sequence(s->config.app);
		s->sequence_asked = t;
	}
	return s->sequence;
}

/* What a client gets for so many bytes. */
static moment transfer_time(const struct server *s, uint64_t bytes) {
	return ((moment)s->config.limits.body_seconds + (moment)(bytes / SLOWEST)) * SECOND;
}

static enum MHD_Result send_answer(struct server *s, struct exchange *x) {
	if (!x->answer) {
		if (x->overloaded) x->answer = x->page_errors ? s->busy_page : s->busy_json;
		else x->answer = s->failed;
		x->answer->uses++;
	}
	struct answer *a = x->answer;
	/* With 304 libmicrohttpd sends the headers, length and all (RFC 9110 section 8.6), and no body. */
	x->sent_status = answer_known(x, a) ? 304 : a->status;
	if (a->cacheable && !x->from_cache) {
		a->uses++;
		cache_put(s->cache, x->key, a->sequence, a, answer_cost(a));
	}
	bool body = !x->rq.head && x->sent_status != 304 && x->sent_status != 204;
	x->sent_bytes = body ? a->bytes : 0;
	watch_until(x->watched, stopwatch() + transfer_time(s, x->sent_bytes));
	if (!a->once || x->from_cache) return MHD_queue_response(x->connection, (unsigned)x->sent_status, a->full);
	enum MHD_Result queued = MHD_queue_response(x->connection, (unsigned)x->sent_status, a->once);
	MHD_destroy_response(a->once); /* the connection holds it from here */
	a->once = NULL;
	return queued;
}

static bool serve_cached(struct server *s, struct exchange *x) {
	if (!x->key.n) return false;
	x->sequence = sequence_now(s, x->rq.started);
	struct answer *a = cache_get(s->cache, x->key, x->sequence);
	if (!a) return false;
	a->uses++;
	x->answer = a;
	x->from_cache = true;
	return true;
}

/* All of the request is here. */
static enum MHD_Result dispatch(struct server *s, struct exchange *x) {
	if (x->state == READING && x->body.failed) intake_refuse(x, 507, "storage", "The upload could not be kept.", NULL);
	if (x->state == READING && !x->answer) {
		if (!s->draining && pool_has_room(s->pool)) {
			watch_until(x->watched, 0);
			x->deadline = stopwatch() + (moment)s->config.limits.handler_seconds * SECOND;
			x->state = WAITING;
			MHD_suspend_connection(x->connection);
			lend(s, x);
			if (!pool_push(s->pool, x)) refuse_job(s, x);
			return MHD_YES;
		}
		s->refused_busy++;
		x->overloaded = true;
	}
	x->state = DONE;
	return send_answer(s, x);
}

static enum MHD_Result take_body(struct server *s, struct exchange *x, const char *data, size_t *n) {
	struct body *b = &x->body;
	if (x->state == READING && b->n + *n > intake_body_max(x)) {
		intake_refuse(x, 413, "too-large", "The body is too large.", NULL);
		x->state = DISCARDING;
	}
	if (x->state == DISCARDING) {
		b->n += *n;
		*n = 0;
		return b->n > intake_body_max(x) + DISCARD ? MHD_NO : MHD_YES;
	}
	if (!b->failed) {
		buf_add(&b->memory, str_n(data, *n));
		b->failed = b->memory.failed;
	}
	b->n += *n;
	*n = 0;
	watch_until(x->watched, x->rq.started + transfer_time(s, b->n));
	if (b->n > s->config.limits.spool_bytes && b->memory.n >= SPOOL_PIECE && !b->failed) {
		x->spooled = true;
		MHD_suspend_connection(x->connection);
		lend(s, x);
		if (!pool_push(s->spool, x)) refuse_spool(s, x);
	}
	return MHD_YES;
}

static enum MHD_Result copy_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
	const char *value, size_t value_n) {
	(void)kind;
	struct exchange *x = context;
	struct header h = {arena_str(x->memory, str_n(name, name_n)), arena_str(x->memory, str_trim(str_n(value, value_n)))};
	x->header_bytes += name_n + value_n + 4;
	x->headers[x->n_headers++] = h;
	return arena_failed(x->memory) ? MHD_NO : MHD_YES;
}

static bool copy_headers(struct exchange *x) {
	int n = MHD_get_connection_values(x->connection, MHD_HEADER_KIND, NULL, NULL);
	x->headers = arena_array(x->memory, (size_t)(n > 0 ? n : 0) + 1, sizeof *x->headers);
	if (!x->headers) return false;
	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, copy_header, x);
	return !arena_failed(x->memory);
}

static void read_method(struct exchange *x, const char *method) {
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (strcmp(method, http_method_name((enum http_method)m))) continue;
		x->rq.method = (enum http_method)m;
		x->known_method = true;
	}
	if (!x->known_method) x->rq.method = HTTP_OPTIONS;
	x->rq.head = x->rq.method == HTTP_HEAD;
	if (x->rq.head) x->rq.method = HTTP_GET;
}

/* The headers are complete. */
static enum MHD_Result begin(struct server *s, struct exchange *x, const char *method) {
	x->begun = true;
	s->requests++;
	pthread_mutex_lock(&s->lock);
	s->open++;
	pthread_mutex_unlock(&s->lock);
	x->rq.started = stopwatch();
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	x->watched = info ? info->socket_context : NULL;
	info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char address[64];
	address_text(info ? info->client_addr : NULL, address, sizeof address);
	x->address = arena_str(x->memory, str_of(address));
	read_method(x, method);
	if (!copy_headers(x)) return MHD_NO;
	enum intake decision = intake(x, s->config.router);
	if (decision == INTAKE_FAILED) return MHD_NO;
	watch_until(x->watched, x->rq.started + transfer_time(s, 0));
	if (decision == INTAKE_BODY) x->body.memory = BUF(s->config.limits.spool_bytes + 2 * SPOOL_PIECE);
	if (decision == INTAKE_WORK) serve_cached(s, x);
	if (decision != INTAKE_ANSWER) return MHD_YES;
	bool short_body = x->framing == LENGTH && x->declared <= DISCARD && !x->expects;
	if (x->framing == NO_BODY) return MHD_YES;
	if (!short_body) return send_answer(s, x); /* closes the connection, the body unread */
	x->state = DISCARDING;
	return MHD_YES;
}

static bool is_suspended(struct MHD_Connection *connection) {
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_SUSPENDED);
	return info && info->suspended;
}

static enum MHD_Result on_call(void *context, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *data_n, void **request) {
	(void)url, (void)version;
	struct server *s = context;
	struct exchange *x = *request;
	if (!x) return MHD_NO;
	if (!x->begun) return begin(s, x, method);
	/* For a chunked body it calls again for what it has in its buffer although we suspended the connection: that is left
	 * there until the connection is resumed and the exchange is ours again. */
	if (x->spooled && is_suspended(connection)) return MHD_YES;
	if (x->state == ABANDONED) return MHD_NO;
	if (*data_n) return take_body(s, x, data, data_n);
	return x->state == DONE ? send_answer(s, x) : dispatch(s, x);
}

/* ---- the polling thread: beginning and end ---- */

static void free_exchange(struct exchange *x) {
	answer_release(x->answer);
	body_free(&x->body);
	arena_free(x->rq.arena);
	arena_free(x->memory);
	free(x);
}

/* The request line is here: the only place where the target can be had as it came. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
	struct server *s = context;
	struct exchange *x = calloc(1, sizeof *x);
	if (!x) return NULL;
	x->server = s;
	x->config = &s->config;
	x->connection = connection;
	x->rq.app = s->config.app;
	x->rq.path = STR_EMPTY;
	x->body.fd = -1;
	x->memory = arena_new(4 * s->config.limits.header_bytes + (256 << 10));
	struct str copy = x->memory ? arena_str(x->memory, str_of(target ? target : "")) : STR_EMPTY;
	if (!x->memory || arena_failed(x->memory)) {
		free_exchange(x);
		return NULL;
	}
	x->target = (char *)(uintptr_t)copy.p;
	return x;
}

/* Nothing is unescaped for us: path and query are taken apart first and decoded then. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *s) {
	(void)context, (void)connection;
	return strlen(s);
}

static void log_access(const struct server *s, struct exchange *x, bool broken) {
	if (!s->config.access_log) return;
	const struct route *route = x->rq.route;
	bool private = !route || route->permission != ROUTE_PUBLIC || route->flags & ROUTE_PRIVATE;
	struct access line = {
		.method = x->rq.head ? HTTP_HEAD : x->rq.method, .path = x->rq.path,
		.query = !private && x->query.p ? x->query : STR_EMPTY, .remote = request_remote(&x->rq),
		.status = x->sent_status, .bytes = x->sent_bytes, .micros = stopwatch() - x->rq.started,
		.cached = x->from_cache, .broken = broken,
	};
	if (route && route->flags & ROUTE_PRIVATE) line.path = str_of(route->path);
	if (route && route->flags & ROUTE_UNTRACED) line.remote = S("-");
	s->config.access_log(s->config.app, &line);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
	enum MHD_RequestTerminationCode how) {
	(void)connection;
	struct server *s = context;
	struct exchange *x = *request;
	*request = NULL;
	if (!x) return;
	if (x->begun) {
		/* Until the next request's headers are here. */
		moment patience = (moment)s->config.limits.idle_seconds + s->config.limits.header_seconds;
		watch_until(x->watched, stopwatch() + patience * SECOND);
		if (x->state != ABANDONED) log_access(s, x, how != MHD_REQUEST_TERMINATED_COMPLETED_OK);
		pthread_mutex_lock(&s->lock);
		if (!--s->open) pthread_cond_broadcast(&s->quiet);
		pthread_mutex_unlock(&s->lock);
	}
	if (x->state != ABANDONED) free_exchange(x);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **watched,
	enum MHD_ConnectionNotificationCode what) {
	struct server *s = context;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		watch_remove(s->watch, *watched);
		*watched = NULL;
		return;
	}
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct watched *c = info ? watch_add(s->watch, info->connect_fd) : NULL;
	watch_until(c, stopwatch() + (moment)s->config.limits.header_seconds * SECOND);
	*watched = c;
}

/* ---- start ---- */

static void set_defaults(struct server_config *c) {
	struct server_limits *l = &c->limits;
	if (!l->header_bytes) l->header_bytes = 16 << 10;
	if (!l->target_bytes) l->target_bytes = 8 << 10;
	if (!l->body_bytes) l->body_bytes = 64 << 20;
	if (!l->spool_bytes) l->spool_bytes = 1 << 20;
	if (!l->arena_bytes) l->arena_bytes = 16 << 20;
	if (!l->response_bytes) l->response_bytes = 32 << 20;
	if (!l->cache_bytes) l->cache_bytes = 64 << 20;
	if (!l->connections) l->connections = 1000;
	if (!l->idle_seconds) l->idle_seconds = 20;
	if (!l->header_seconds) l->header_seconds = 30;
	if (!l->body_seconds) l->body_seconds = 30;
	if (!l->handler_seconds) l->handler_seconds = 60;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	if (!c->workers) c->workers = processors > 4 ? (unsigned)processors : 4;
	if (!c->queue) c->queue = c->workers * 16;
	if (!c->spool_dir) c->spool_dir = "/tmp";
}

static bool copy_strings(struct server *s) {
	const char **all[] = {&s->config.listen, &s->config.trusted_proxy, &s->config.spool_dir, &s->config.problem_base};
	for (size_t i = 0; i < lengthof(all); i++) {
		if (*all[i]) *all[i] = arena_cstr(s->memory, str_of(*all[i]));
	}
	return !arena_failed(s->memory);
}

static bool make_parts(struct server *s) {
	s->cache = cache_new(s->config.limits.cache_bytes, answer_release);
	s->busy_json = answer_fixed(&s->config, 503, "application/problem+json",
		S("{\"title\":\"Busy; try again\",\"status\":503}"), "1");
	s->busy_page = answer_fixed(&s->config, 503, "text/html; charset=utf-8",
		S("<!DOCTYPE html><html lang=\"en\"><title>Busy</title><p>The server is busy. Please try again in a moment."), "1");
	s->failed = answer_fixed(&s->config, 500, "application/problem+json",
		S("{\"title\":\"Internal error\",\"status\":500}"), NULL);
	return s->cache && s->busy_json && s->busy_page && s->failed;
}

static bool start_daemon(struct server *s, int fd) {
	const struct server_limits *l = &s->config.limits;
	/* Half of a connection's memory is for reading, the rest for the parsed headers and the answer's. */
	size_t memory = 2 * l->header_bytes < 16 << 10 ? 16 << 10 : 2 * l->header_bytes;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_call, s,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
		MHD_OPTION_CONNECTION_LIMIT, l->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, l->per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, l->idle_seconds,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_END);
	return s->daemon != NULL;
}

static void free_server(struct server *s) {
	watch_stop(s->watch);
	cache_free(s->cache);
	answer_release(s->busy_json);
	answer_release(s->busy_page);
	answer_release(s->failed);
	pool_free(s->pool);
	pool_free(s->spool);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->quiet);
	arena_free(s->memory);
	free(s);
}

static struct server *make_server(const struct server_config *config) {
	struct server *s = calloc(1, sizeof *s);
	if (!s) return NULL;
	s->config = *config;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->quiet, &monotonic);
	pthread_condattr_destroy(&monotonic);
	s->memory = arena_new(64 << 10);
	set_defaults(&s->config);
	if (s->memory && copy_strings(s) && make_parts(s)) return s;
	free_server(s);
	return NULL;
}

static void ignore_sigpipe(void) {
	struct sigaction is;
	if (!sigaction(SIGPIPE, NULL, &is) && is.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}

static enum err_code start_pools(struct server *s, struct err *e) {
	struct pool_config workers = {.workers = s->config.workers, .room = s->config.queue, .context = s,
		.start = start_worker, .stop = stop_worker, .run = run_job, .refuse = refuse_job};
	struct pool_config spool = {.workers = 1, .room = UINT32_MAX, .context = s, .run = run_spool, .refuse = refuse_spool};
	enum err_code code = pool_start(&workers, &s->pool, e);
	return code ? code : pool_start(&spool, &s->spool, e);
}

static void stop_pools(struct server *s) {
	struct pool *pools[] = {s->pool, s->spool};
	for (size_t i = 0; i < lengthof(pools); i++) {
		if (!pools[i]) continue;
		pool_close(pools[i]);
		if (!pool_join(pools[i], INT64_MAX)) abort(); /* without a limit it waits */
	}
}

enum err_code server_start(const struct server_config *config, struct server **out, struct err *e) {
	struct server *s = make_server(config);
	if (!s) return err_set(e, ERR_MEMORY, "out of memory");
	ignore_sigpipe();
	int fd = -1;
	enum err_code code = listen_on(s->config.listen, &fd, s->address, sizeof s->address, &s->port, e);
	if (!code) code = watch_start(&s->watch, e);
	if (!code) code = start_pools(s, e);
	if (!code && !start_daemon(s, fd)) {
		code = err_set(e, ERR_INTERNAL, "the server can't be started");
		fd = -1; /* libmicrohttpd closed it */
	}
	if (code) {
		stop_pools(s);
		if (fd >= 0) close(fd);
		free_server(s);
		return code;
	}
	*out = s;
	return ERR_OK;
}

const char *server_address(const struct server *s) {
	return s->address;
}

int server_port(const struct server *s) {
	return s->port;
}

void server_get_stats(const struct server *s, struct server_stats *out) {
	struct cache_stats c;
	cache_get_stats(s->cache, &c);
	*out = (struct server_stats){.requests = s->requests, .refused_busy = s->refused_busy,
		.workers_busy = pool_busy(s->pool), .connections = watch_count(s->watch), .cache_hits = c.hits,
		.cache_misses = c.misses, .cache_bytes = c.bytes, .cache_entries = c.entries};
}

/* ---- stop ---- */

static void wait_quiet(struct server *s, moment until) {
	struct timespec at = {.tv_sec = until / SECOND, .tv_nsec = until % SECOND * 1000};
	pthread_mutex_lock(&s->lock);
	while (s->open && stopwatch() < until) pthread_cond_timedwait(&s->quiet, &s->lock, &at);
	for (struct exchange *x = s->waiting; x; x = x->later) x->cancelled = true;
	pthread_mutex_unlock(&s->lock);
}

/* Lets go of the connections whose handlers did not come back. */
static void abandon(struct server *s) {
	pthread_mutex_lock(&s->lock);
	struct exchange *x = s->waiting;
	s->waiting = NULL;
	for (; x; x = x->later) {
		x->state = ABANDONED;
		MHD_resume_connection(x->connection);
	}
	pthread_mutex_unlock(&s->lock);
}

enum err_code server_stop(struct server *s, moment grace, struct err *e) {
	moment start = stopwatch(), until = start + grace;
	s->draining = true;
	int fd = MHD_quiesce_daemon(s->daemon);
	if (fd >= 0) close(fd);
	wait_quiet(s, start + grace / 4 * 3);
	pool_close(s->spool);
	pool_close(s->pool);
	bool spooled = pool_join(s->spool, until), worked = pool_join(s->pool, until), all = spooled && worked;
	if (!all) abandon(s);
	MHD_stop_daemon(s->daemon);
	if (all) {
		free_server(s);
		return ERR_OK;
	}
	watch_stop(s->watch);
	s->watch = NULL;
	return err_set(e, ERR_BUSY, "a handler did not come back; the server is left behind");
}
