/* Servers at their limits, and their end. Each test has a server of its own. */
#include "client.h"
#include "site.h"

#include <sys/wait.h>

static void *ask_wait(void *argument) {
	autoreply struct reply r = {0};
	ask(site_port(), S("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
	*(int *)argument = r.status;
	return NULL;
}

static void when_the_queue_is_full_the_answer_is_503_at_once(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.workers = 2, .queue = 1}), 0);
	pthread_t threads[2];
	int status[2];
	for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_wait, &status[i]), 0);
	site_wait_for(2);
	autofd int queued = dial(site_port());
	say(queued, S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"));
	struct server_stats stats;
	do server_get_stats(site_server(), &stats);
	while (stats.requests < 3);
	autoreply struct reply busy = {0}, page = {0}, late = {0};
	ask(site_port(), S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"), &busy);
	assert_int_equal(busy.status, 503);
	assert_str(head_value(&busy, "Retry-After"), "1");
	assert_str(head_value(&busy, "Content-Type"), "application/problem+json");
	ask(site_port(), S("GET /plain HTTP/1.1\r\nHost: test\r\nAccept: text/html\r\n\r\n"), &page);
	assert_int_equal(page.status, 503);
	assert_str(head_value(&page, "Content-Type"), "text/html; charset=utf-8");
	site_release();
	hear(queued, false, &late);
	assert_int_equal(late.status, 200);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(status[i], 200);
	}
	server_get_stats(site_server(), &stats);
	assert_int_equal(stats.refused_busy, 2);
	assert_int_equal(site_stop(), 0);
}

static void the_cache_answers_while_all_workers_are_busy(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.workers = 1, .queue = 1}), 0);
	autoreply struct reply first = {0}, again = {0}, other = {0};
	ask(site_port(), S("GET /page/1 HTTP/1.1\r\nHost: test\r\n\r\n"), &first);
	pthread_t thread;
	int status;
	assert_int_equal(pthread_create(&thread, NULL, ask_wait, &status), 0);
	site_wait_for(1);
	ask(site_port(), S("GET /page/1 HTTP/1.1\r\nHost: test\r\n\r\n"), &again);
	assert_int_equal(again.status, 200);
	assert_true(str_eq(again.body, first.body));
	ask(site_port(), S("GET /nothing HTTP/1.1\r\nHost: test\r\n\r\n"), &other);
	assert_int_equal(other.status, 404);
	site_release();
	pthread_join(thread, NULL);
	assert_int_equal(site_stop(), 0);
}

static void one_address_gets_only_so_many_connections(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.limits = {.per_address = 3}}), 0);
	int fds[6], answered = 0;
	for (int i = 0; i < 6; i++) {
		fds[i] = dial(site_port());
		autoreply struct reply r = {0};
		if (fds[i] >= 0 && say(fds[i], S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"))) hear(fds[i], false, &r);
		answered += r.status == 200;
	}
	for (int i = 0; i < 6; i++) {
		if (fds[i] >= 0) close(fds[i]);
	}
	assert_int_equal(answered, 3);
	assert_int_equal(site_stop(), 0);
}

static void a_body_that_does_not_come_loses_its_connection(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.limits = {.idle_seconds = 60, .body_seconds = 1}}), 0);
	autofd int fd = dial(site_port());
	say(fd, S("POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nonly this"));
	struct pollfd p = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 10000), 1);
	char byte;
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	assert_int_equal(site_stop(), 0);
}

static void *ask_patient(void *argument) {
	struct reply *r = argument;
	ask(site_port(), S("GET /patient HTTP/1.1\r\nHost: test\r\n\r\n"), r);
	return NULL;
}

static void stopping_tells_handlers_and_waits_for_them(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.workers = 2}), 0);
	autoreply struct reply r = {0};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, ask_patient, &r), 0);
	struct server_stats stats;
	do server_get_stats(site_server(), &stats);
	while (!stats.workers_busy);
	struct err e = {0};
	assert_int_equal(server_stop(site_server(), 2 * SECOND, &e), ERR_OK);
	pthread_join(thread, NULL);
	assert_true(r.status == 200 || r.status == 0);
	site_forget();
}

/* In a process of its own, since what such a server leaves behind is never freed. */
static void a_handler_that_does_not_come_back_does_not_stop_the_end(void **state) {
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (site_start((struct server_config){.workers = 1, .queue = 4})) _exit(10);
		int fds[3];
		for (int i = 0; i < 3; i++) {
			fds[i] = dial(site_port());
			say(fds[i], S("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n"));
		}
		site_wait_for(1);
		struct server_stats stats;
		do server_get_stats(site_server(), &stats);
		while (stats.requests < 3);
		struct err e = {0};
		if (server_stop(site_server(), SECOND / 2, &e) != ERR_BUSY) _exit(11);
		for (int i = 0; i < 3; i++) {
			struct reply r;
			hear(fds[i], false, &r);
			if (r.status != 0 && r.status != 503) _exit(12);
		}
		site_release(); /* and what it does afterwards does no harm either */
		struct timespec a_while = {.tv_nsec = 100000000};
		nanosleep(&a_while, NULL);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static enum err_code no_worker(void *app, void **worker, struct err *e) {
	(void)app, (void)worker;
	return err_set(e, ERR_STORAGE, "no database");
}

static void a_worker_that_cannot_start_stops_the_start(void **state) {
	(void)state;
	struct server *s = NULL;
	struct err e = {0};
	struct server_config c = {.listen = "127.0.0.1:0", .router = site_router(), .worker_start = no_worker};
	assert_int_equal(server_start(&c, &s, &e), ERR_STORAGE);
	assert_string_equal(e.message, "no database");
	assert_null(s);
	site_forget();
}

static void addresses_are_checked(void **state) {
	(void)state;
	static const char *const bad[] = {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "::1:80", "[::1:80",
		":-1",
		"256.0.0.1.example.invalid:1"};
	struct server *s = NULL;
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct server_config c = {.listen = bad[i], .router = site_router()};
		struct err e = {0};
		assert_int_equal(server_start(&c, &s, &e), ERR_USAGE);
		assert_has(str_of(e.message), "not an address");
	}
	struct err e = {0};
	assert_int_equal(site_start((struct server_config){0}), 0);
	struct server_config taken = {.listen = server_address(site_server()), .router = site_router()};
	assert_int_equal(server_start(&taken, &s, &e), ERR_BUSY);
	assert_null(s);
	assert_int_equal(site_stop(), 0);
}

static void all_addresses_take_ipv4_as_well(void **state) {
	(void)state;
	struct server *s = NULL;
	struct err e = {0};
	struct server_config c = {.listen = ":0", .router = site_router()};
	assert_int_equal(server_start(&c, &s, &e), ERR_OK);
	autoreply struct reply r = {0};
	ask(server_port(s), S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(server_stop(s, SECOND, &e), ERR_OK);
	site_forget();
}

static void *few_requests(void *argument) {
	intptr_t *good = argument;
	for (int i = 0; i < 20; i++) {
		autoreply struct reply r = {0};
		autofd int fd = dial(site_port());
		if (fd < 0) continue;
		say(fd, i % 3 ? S("GET /page/2 HTTP/1.1\r\nHost: test\r\n\r\n") : S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"));
		hear(fd, false, &r);
		*good += r.status == 200 || r.status == 503;
	}
	return NULL;
}

static void many_clients_at_once_all_get_an_answer(void **state) {
	(void)state;
	assert_int_equal(site_start((struct server_config){.workers = 3, .queue = 8}), 0);
	pthread_t threads[30];
	intptr_t good[30] = {0};
	for (int i = 0; i < 30; i++) assert_int_equal(pthread_create(&threads[i], NULL, few_requests, &good[i]), 0);
	for (int i = 0; i < 30; i++) {
		if (i % 10 == 0) site_change();
		pthread_join(threads[i], NULL);
		assert_int_equal(good[i], 20);
	}
	assert_int_equal(site_stop(), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handler_that_does_not_come_back_does_not_stop_the_end),
		cmocka_unit_test(when_the_queue_is_full_the_answer_is_503_at_once),
		cmocka_unit_test(the_cache_answers_while_all_workers_are_busy),
		cmocka_unit_test(one_address_gets_only_so_many_connections),
		cmocka_unit_test(a_body_that_does_not_come_loses_its_connection),
		cmocka_unit_test(stopping_tells_handlers_and_waits_for_them),
		cmocka_unit_test(a_worker_that_cannot_start_stops_the_start),
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(all_addresses_take_ipv4_as_well),
		cmocka_unit_test(many_clients_at_once_all_get_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
