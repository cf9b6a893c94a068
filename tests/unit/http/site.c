#include "site.h"

#include "http/form.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

static struct router *router;
static struct server *server;
static atomic_int runs, sequence;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static int inside;
static bool released;
static struct buf log_text = {.max = 1 << 20};
static int log_lines;

unsigned site_checksum(struct str s) {
	unsigned sum = 1;
	for (size_t i = 0; i < s.n; i++) sum = sum * 31 + (unsigned char)s.p[i];
	return sum;
}

static enum err_code hello(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	runs++;
	html_literal(response_html(rs), "<p>hello ");
	if (rq->worker != &runs) return err_set(e, ERR_INTERNAL, "not this worker's state");
	response_public(rs, 60);
	return ERR_OK;
}

static enum err_code plain(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	buf_add(response_buf(rs, "text/plain"), S("plain\n"));
	return ERR_OK;
}

static enum err_code page(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	runs++;
	struct html *h = response_html(rs);
	html_literal(h, "<p>page ");
	html_text(h, request_str(rq, "id"));
	html_literal(h, " of ");
	html_text(h, request_int(rq, "page"));
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code tagged(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	html_literal(response_html(rs), "tagged");
	response_public(rs, 0);
	rs->etag = S("v1");
	rs->last_modified = 784111777 * SECOND;
	return ERR_OK;
}

static enum err_code echo(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct json_text { int64_t n; struct str word; } v = {request_int(rq, "n"), request_str(rq, "word")};
	buf_fmt(response_json(rs), "{\"n\":%lld,\"word\":\"%.*s\"}", (long long)v.n, STR_ARG(v.word));
	return ERR_OK;
}

static enum err_code take(struct request *rq, struct response *rs, struct err *e) {
	struct str body;
	enum err_code code = request_body(rq, 16 << 20, &body, e);
	if (code) return code;
	int fd;
	code = request_body_fd(rq, &fd, e);
	if (code) return code;
	char first = 0;
	if (body.n && (read(fd, &first, 1) != 1 || first != body.p[0])) {
		return err_set(e, ERR_INTERNAL, "file and memory differ");
	}
	buf_fmt(response_buf(rs, "text/plain"), "got %zu sum %u", body.n, site_checksum(body));
	return ERR_OK;
}

static enum err_code both(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	if (request_wants_json(rq)) buf_add(response_json(rs), S("{\"both\":true}"));
	else html_literal(response_html(rs), "<p>both");
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code slow(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	buf_add(response_buf(rs, "text/plain"), S("slow"));
	return ERR_OK;
}

static enum err_code waiting(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	pthread_mutex_lock(&lock);
	inside++;
	pthread_cond_broadcast(&turn);
	while (!released) pthread_cond_wait(&turn, &lock);
	inside--;
	pthread_cond_broadcast(&turn);
	pthread_mutex_unlock(&lock);
	buf_add(response_buf(rs, "text/plain"), request_cancelled(rq) ? S("cancelled") : S("waited"));
	return ERR_OK;
}

static enum err_code patient(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	while (!request_cancelled(rq)) nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	buf_add(response_buf(rs, "text/plain"), S("cancelled"));
	return ERR_OK;
}

static enum err_code not_there(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)rs;
	err_set(e, ERR_NOT_FOUND, "no such thing");
	err_detail(e, "secret detail");
	return ERR_NOT_FOUND;
}

static enum err_code file(struct request *rq, struct response *rs, struct err *e) {
	(void)rq;
	char name[] = "/tmp/polder-test-XXXXXX", bytes[1000];
	int fd = mkstemp(name);
	if (fd < 0) return err_errno(e, errno, "no file");
	unlink(name);
	memset(bytes, 'x', sizeof bytes);
	for (int i = 0; i < 100; i++) {
		if (fd_write_all(fd, str_n(bytes, sizeof bytes), e)) return ERR_STORAGE;
	}
	response_file(rs, fd, 100000, S("text/html"), S("r\xc3\xa9sum\".html"));
	return ERR_OK;
}

static enum err_code misuse(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	html_text(response_html(rs), request_str(rq, "undeclared"));
	return ERR_OK;
}

static enum err_code bad_header(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	response_header(rs, "X-Split", S("a\r\nSet-Cookie: x=y"));
	return ERR_OK;
}

static enum err_code too_large(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	struct buf *b = response_buf(rs, "text/plain");
	while (!b->failed) buf_add(b, S("0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789"));
	return ERR_OK;
}

static enum err_code arena_over(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	buf_add(response_buf(rs, "text/plain"), S("x"));
	while (arena_alloc(rq->arena, 100000)) continue;
	return ERR_OK;
}

static enum err_code private(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	html_literal(response_html(rs), "viewer ");
	html_text(&rs->body, request_str(rq, "secret"));
	return ERR_OK;
}

static enum err_code viewer(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	struct str who = request_cookie(rq, "who");
	struct html *h = response_html(rs);
	html_text(h, who.n ? who : S("nobody"));
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code language(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	html_text(response_html(rs), request_header(rq, "accept-language"));
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code long_text(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	struct buf *b = response_buf(rs, "text/plain; charset=utf-8");
	while (b->n < 20000) buf_add(b, S("0123456789"));
	response_public(rs, 0);
	return ERR_OK;
}

static enum err_code big(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	struct buf *b = response_buf(rs, "application/octet-stream");
	if (!buf_room(b, 8 << 20)) return err_set(e, ERR_MEMORY, "out of memory");
	memset(b->p + b->n, 'x', 8 << 20);
	b->n += 8 << 20;
	return ERR_OK;
}

static enum err_code fixed(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)e;
	runs++;
	response_fixed(rs, S("text/css; charset=utf-8"), S("static"));
	rs->cache = CACHE_IMMUTABLE;
	return ERR_OK;
}

static enum err_code form(struct request *rq, struct response *rs, struct err *e) {
	(void)e;
	autobuf struct buf url = BUF(1000);
	buf_add(&url, S("/hello?name="));
	url_encode(&url, request_str(rq, "name"));
	response_redirect(rs, 303, buf_str(&url));
	return ERR_OK;
}

#define CACHED .flags = ROUTE_CACHEABLE, .gives = GIVES_HTML

/* Each field as name:bytes:checksum; the arena's use behind them. */
static enum err_code any_form(struct request *rq, struct response *rs, struct err *e) {
	const struct form_field *fields;
	size_t n;
	enum err_code code = request_form(rq, &fields, &n, e);
	if (code) return code;
	struct buf *b = response_buf(rs, "text/plain");
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "%.*s:%zu:%u ", STR_ARG(fields[i].name), fields[i].value.n, site_checksum(fields[i].value));
	buf_fmt(b, "title=%.*s arena<64k=%d", STR_ARG(request_str(rq, "title")), arena_used(rq->arena) < 64 << 10);
	return ERR_OK;
}

static enum err_code undeclared_form(struct request *rq, struct response *rs, struct err *e) {
	const struct form_field *fields;
	size_t n;
	(void)rs;
	return request_form(rq, &fields, &n, e);
}

static const struct route routes[] = {
	{"/hello", hello, ROUTE_PUBLIC, CACHED},
	{"/plain", plain, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/page/{id}", page, ROUTE_PUBLIC, CACHED, .params = PARAMS({.name = "id", .in = PARAM_PATH},
		{"page", .type = PARAM_INT, .min = 1, .max = 9, .otherwise = "1"})},
	{"/tagged", tagged, ROUTE_PUBLIC, CACHED},
	{"/api/v1/echo", echo, ROUTE_PUBLIC, .gives = GIVES_JSON, .params = PARAMS(
		{"n", .type = PARAM_INT, .min = 0, .max = 100}, {.name = "word"})},
	{"/api/v1/echo", take, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .gives = GIVES_JSON, .body_max = 4 << 20},
	{"/both", both, ROUTE_PUBLIC, .gives = GIVES_HTML | GIVES_JSON, .flags = ROUTE_CACHEABLE},
	{"/slow", slow, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/wait", waiting, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/patient", patient, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/error", not_there, ROUTE_PUBLIC, CACHED},
	{"/file", file, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/misuse", misuse, ROUTE_PUBLIC, .gives = GIVES_HTML},
	{"/badheader", bad_header, ROUTE_PUBLIC, .gives = GIVES_HTML},
	{"/toolarge", too_large, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/arena", arena_over, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/private", private, ROUTE_PERMISSION, .gives = GIVES_HTML, .params = PARAMS({.name = "secret"})},
	{"/receipt/{code}", plain, ROUTE_PUBLIC, .gives = GIVES_HTML, .flags = ROUTE_PRIVATE,
		.params = PARAMS({.name = "code", .in = PARAM_PATH})},
	{"/viewer", viewer, ROUTE_PUBLIC, CACHED},
	{"/language", language, ROUTE_PUBLIC, CACHED},
	{"/long", long_text, ROUTE_PUBLIC, CACHED},
	{"/big", big, ROUTE_PUBLIC, .gives = GIVES_FILE},
	{"/static/{file...}", fixed, ROUTE_PUBLIC, .gives = GIVES_FILE, .flags = ROUTE_CACHEABLE | ROUTE_SAME_FOR_ALL,
		.params = PARAMS({.name = "file", .in = PARAM_PATH})},
	{"/upload", any_form, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .gives = GIVES_FILE, .flags = ROUTE_FORM, .body_max = 64 << 20,
		.params = PARAMS({.name = "title", .in = PARAM_FORM})},
	{"/undeclared", undeclared_form, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .gives = GIVES_FILE, .body_max = 1000},
	{"/form", form, ROUTE_PUBLIC, HTTP_POST, CSRF_TOKEN, .gives = GIVES_REDIRECT, .body_max = 10000, .params = PARAMS(
		{"name", PARAM_FORM, .required = true}, {"age", PARAM_FORM, .type = PARAM_INT}, {.name = "token", .in = PARAM_FORM})},
	ROUTE_END,
};

/* ---- callbacks ---- */

static enum err_code start_worker(void *app, void **worker, struct err *e) {
	(void)e;
	*worker = app;
	return ERR_OK;
}

static int64_t sequence_now(void *app) {
	(void)app;
	return sequence;
}

static enum err_code authorize(struct request *rq, struct response *rs, bool *done, struct err *e) {
	(void)rs, (void)done;
	struct str token = request_header(rq, "authorization");
	if (rq->route->permission == ROUTE_PUBLIC || str_is(token, "Bearer good")) return ERR_OK;
	return err_set(e, ERR_FORBIDDEN, "not you");
}

static enum err_code check_csrf(struct request *rq, struct err *e) {
	return request_has(rq, "token") ? ERR_OK : err_set(e, ERR_FORBIDDEN, "no token");
}

static void error_page(struct request *rq, struct response *rs, const struct problem *p) {
	(void)rq;
	struct html *h = response_html(rs);
	html_literal(h, "<h1>Error ");
	html_text(h, p->status);
	html_literal(h, "</h1>");
	html_text(h, p->detail);
}

static void access_log(void *app, const struct access *line) {
	(void)app;
	pthread_mutex_lock(&lock);
	buf_fmt(&log_text, "%s %.*s %.*s %d %s\n", http_method_name(line->method), STR_ARG(line->path),
		STR_ARG(line->query.n ? line->query : S("-")), line->status, line->cached ? "cached" : "");
	log_lines++;
	pthread_cond_broadcast(&turn);
	pthread_mutex_unlock(&lock);
}

void site_log_clear(void) {
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* earlier requests end */
	pthread_mutex_lock(&lock);
	buf_clear(&log_text);
	log_lines = 0;
	pthread_mutex_unlock(&lock);
}

void site_log_copy(struct buf *out, int lines) {
	pthread_mutex_lock(&lock);
	while (log_lines < lines) pthread_cond_wait(&turn, &lock);
	buf_add(out, buf_str(&log_text));
	pthread_mutex_unlock(&lock);
}

/* ---- the rest ---- */

const struct router *site_router(void) {
	static const struct route *const tables[] = {routes};
	struct err e = {0};
	if (!router && router_new(tables, 1, &router, &e)) print_error("%s: %s\n", e.where, e.message);
	return router;
}

int site_start(struct server_config c) {
	struct err e = {0};
	released = false;
	c.listen = "127.0.0.1:0";
	c.router = site_router();
	c.app = &runs;
	c.worker_start = start_worker;
	c.change_sequence = sequence_now;
	c.authorize = authorize;
	c.check_csrf = check_csrf;
	c.error_page = error_page;
	c.access_log = access_log;
	c.problem_base = "https://polder.example/problems/";
	c.limits.arena_bytes = 8 << 20;
	c.limits.response_bytes = 16 << 20;
	if (!c.router || server_start(&c, &server, &e)) {
		print_error("%s\n", e.message);
		return 1;
	}
	return 0;
}

void site_forget(void) {
	server = NULL;
	router_free(router);
	router = NULL;
	buf_free(&log_text);
}

int site_stop(void) {
	struct err e = {0};
	enum err_code code = server_stop(server, 5 * SECOND, &e);
	if (code) print_error("%s\n", e.message);
	site_forget();
	return code;
}

struct server *site_server(void) { return server; }
int site_port(void) { return server_port(server); }
void site_change(void) { sequence++; }
int site_runs(void) { return runs; }

void site_wait_for(int n) {
	pthread_mutex_lock(&lock);
	while (inside < n) pthread_cond_wait(&turn, &lock);
	pthread_mutex_unlock(&lock);
}

void site_release(void) {
	pthread_mutex_lock(&lock);
	released = true;
	pthread_cond_broadcast(&turn);
	pthread_mutex_unlock(&lock);
}
