/* A server of the real seam with two addresses: /sleep, whose handler sleeps 100 ms, and /fast. Shows that a handler that blocks holds
 * nobody else up. Prints its address and runs until its standard input ends. */
#include "http/response.h"
#include "http/server.h"

static enum err_code sleep_awhile(struct request *rq, struct response *rs, struct err *e) {
	(void)rq;
	(void)e;
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	buf_add(response_buf(rs, "text/plain"), S("slept"));
	return ERR_OK;
}

static enum err_code at_once(struct request *rq, struct response *rs, struct err *e) {
	(void)rq;
	(void)e;
	buf_add(response_buf(rs, "text/plain"), S("here"));
	return ERR_OK;
}

static const struct route routes[] = {
	{"/sleep", sleep_awhile, ROUTE_PUBLIC, .name = "sleep", .gives = GIVES_FILE, .help = "Sleeps 100 ms."},
	{"/fast", at_once, ROUTE_PUBLIC, .name = "fast", .gives = GIVES_FILE, .help = "Answers at once."},
	ROUTE_END
};

int main(void) {
	struct err e = {0};
	struct router *router;
	struct server *server;
	const struct route *const tables[] = {routes};
	if (router_new(tables, 1, &router, &e) || server_start(&(struct server_config){.listen = "127.0.0.1:0", .router = router}, &server, &e)) {
		fprintf(stderr, "bench_slow: %s\n", e.message);
		return 3;
	}
	printf("http://%s\n", server_address(server));
	fflush(stdout);
	while (getchar() != EOF) continue;
	return server_stop(server, SECOND, &e) ? 3 : 0;
}
