/* A live server on a free port of 127.0.0.1: what clients see, well-behaved ones and others. */
#include "client.h"
#include "site.h"

static int setup(void **state) {
	(void)state;
	return site_start((struct server_config){.limits = {.header_seconds = 2, .idle_seconds = 2}});
}

static int teardown(void **state) {
	(void)state;
	return site_stop();
}

/* GET with more header lines, each ended by \r\n. */
static void get(const char *target, const char *headers, struct reply *r) {
	autobuf struct buf text = BUF(64 << 10);
	buf_fmt(&text, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", target, headers);
	assert_false(text.failed);
	ask(site_port(), buf_str(&text), r);
}

static void gives(const char *target, const char *headers, int status, const char *in_body) {
	autoreply struct reply r = {0};
	get(target, headers, &r);
	if (r.status != status) fail_msg("%s: %d\n%.*s", target, r.status, STR_ARG(buf_str(&r.bytes)));
	assert_has(r.body, in_body);
}

/* ---- answers ---- */

static void a_page_comes_with_security_headers(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	get("/hello", "", &r);
	assert_int_equal(r.status, 200);
	assert_str(head_value(&r, "Content-Type"), "text/html; charset=utf-8");
	assert_has(head_value(&r, "Content-Security-Policy"), "default-src 'none'");
	assert_has(head_value(&r, "Content-Security-Policy"), "frame-ancestors 'none'");
	assert_str(head_value(&r, "X-Content-Type-Options"), "nosniff");
	assert_str(head_value(&r, "Cross-Origin-Opener-Policy"), "same-origin");
	assert_true(head_value(&r, "Referrer-Policy").n > 0);
	assert_true(head_value(&r, "ETag").n > 0);
	assert_str(head_value(&r, "Cache-Control"), "public, max-age=60");
	assert_has(r.body, "hello");
}

static void what_says_nothing_of_caching_is_not_stored(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	get("/plain", "", &r);
	assert_str(head_value(&r, "Cache-Control"), "no-store");
	assert_str(head_value(&r, "ETag"), "");
}

static void an_etag_gives_304_without_a_body(void **state) {
	(void)state;
	for (int round = 0; round < 2; round++) { /* from the worker, then from the cache */
		autoreply struct reply first = {0}, again = {0}, other = {0};
		site_change();
		if (round) gives("/tagged", "", 200, "tagged");
		get("/tagged", "", &first);
		assert_str(head_value(&first, "ETag"), "\"v1\"");
		get("/tagged", "If-None-Match: \"x\", W/\"v1\"\r\n", &again);
		assert_int_equal(again.status, 304);
		assert_int_equal(again.body.n, 0);
		assert_str(head_value(&again, "ETag"), "\"v1\"");
		assert_true(head_value(&again, "Cache-Control").n > 0);
		get("/tagged", "If-None-Match: \"v2\"\r\n", &other);
		assert_int_equal(other.status, 200);
	}
	gives("/tagged", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 304, "");
	gives("/tagged", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", 200, "tagged");
	gives("/tagged", "If-None-Match: \"v2\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 200, "tagged");
}

static void head_gives_the_headers_of_get_and_no_body(void **state) {
	(void)state;
	autoreply struct reply g = {0}, h = {0};
	get("/plain", "", &g);
	autofd int fd = dial(site_port());
	say(fd, S("HEAD /plain HTTP/1.1\r\nHost: test\r\n\r\nGET /plain HTTP/1.1\r\nHost: test\r\n\r\n"));
	hear(fd, true, &h);
	assert_int_equal(h.status, 200);
	assert_str(head_value(&h, "Content-Length"), head_value(&g, "Content-Length").n ? "6" : "");
	assert_int_equal(h.body.n, 0);
	reply_free(&h);
	hear(fd, false, &h);
	assert_str(h.body, "plain\n");
}

static void parameters_reach_the_handler_and_bad_ones_do_not(void **state) {
	(void)state;
	gives("/api/v1/echo?n=7&word=a%20b", "", 200, "\"n\":7,\"word\":\"a b\"");
	autoreply struct reply r = {0};
	get("/api/v1/echo?n=700&extra=1", "", &r);
	assert_int_equal(r.status, 400);
	assert_str(head_value(&r, "Content-Type"), "application/problem+json");
	assert_has(r.body, "\"errors\":[{\"parameter\":\"n\",\"detail\":\"must be a whole number from 0 to 100\"},"
		"{\"parameter\":\"extra\"");
	assert_has(r.body, "\"instance\":\"/api/v1/echo\"");
	assert_has(r.body, "\"type\":\"https://polder.example/problems/usage\"");
}

static void errors_are_pages_for_browsers_and_problems_for_others(void **state) {
	(void)state;
	const char *browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
	gives("/nothing", browser, 404, "<h1>Error 404</h1>");
	gives("/nothing", "", 404, "\"status\":404");
	gives("/nothing", "Accept: */*\r\n", 404, "\"status\":404");
	gives("/nothing", "Accept: application/json, text/html;q=0.5\r\n", 404, "\"status\":404");
	gives("/api/v1/nothing", browser, 404, "\"status\":404");
	gives("/error", browser, 404, "no such thing");
	autoreply struct reply r = {0};
	get("/error", "", &r);
	assert_has(r.body, "\"detail\":\"no such thing\"");
	assert_lacks(r.body, "secret detail");
	assert_str(head_value(&r, "Cache-Control"), "no-store");
}

static void methods_that_a_path_does_not_take_give_405_with_allow(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	ask(site_port(), S("DELETE /api/v1/echo HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
	assert_int_equal(r.status, 405);
	assert_str(head_value(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
	reply_free(&r);
	ask(site_port(), S("BREW /api/v1/echo HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
	assert_int_equal(r.status, 405);
	reply_free(&r);
	ask(site_port(), S("OPTIONS /api/v1/echo HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
	assert_int_equal(r.status, 204);
	assert_str(head_value(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
}

static void a_slash_too_many_is_redirected(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	get("/hello/?a=%22b", "", &r);
	assert_int_equal(r.status, 308);
	assert_str(head_value(&r, "Location"), "/hello?a=%22b");
}

static void html_or_json_is_chosen_by_accept(void **state) {
	(void)state;
	gives("/both", "", 200, "<p>both");
	gives("/both", "Accept: application/json\r\n", 200, "{\"both\":true}");
	gives("/both", "Accept: application/json;q=0.5, text/html\r\n", 200, "<p>both");
	autoreply struct reply r = {0};
	get("/both", "", &r);
	assert_has(head_value(&r, "Vary"), "Accept");
}

static void a_file_is_sent_as_an_attachment(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	get("/file", "", &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, 100000);
	assert_str(head_value(&r, "Content-Disposition"),
		"attachment; filename=\"r__sum_.html\"; filename*=UTF-8''r%C3%A9sum%22.html");
	assert_has(head_value(&r, "Content-Security-Policy"), "sandbox");
}

static void mistakes_of_handlers_are_not_shown(void **state) {
	(void)state;
	gives("/misuse", "", 500, "\"status\":500");
	gives("/badheader", "", 500, "\"status\":500");
	gives("/toolarge", "", 500, "\"status\":500");
	gives("/arena", "", 500, "\"status\":500");
	gives("/hello", "", 200, "hello");
}

static void permissions_are_asked_before_the_handler(void **state) {
	(void)state;
	gives("/private?secret=1", "", 403, "");
	gives("/private?secret=1", "Authorization: Bearer good\r\n", 200, "viewer");
}

static void the_access_log_holds_no_private_queries(void **state) {
	(void)state;
	site_log_clear();
	gives("/private?secret=1", "Authorization: Bearer good\r\n", 200, "");
	gives("/receipt/abc-123", "", 200, "plain");
	gives("/api/v1/echo?n=7", "", 200, "");
	gives("/nothing?x=1", "", 404, "");
	autobuf struct buf log = BUF(10000);
	site_log_copy(&log, 4);
	assert_has(buf_str(&log), "GET /private - 200");
	assert_has(buf_str(&log), "GET /receipt/{code} - 200");
	assert_has(buf_str(&log), "GET /api/v1/echo n=7 200");
	assert_has(buf_str(&log), "GET /nothing - 404");
	assert_lacks(buf_str(&log), "secret");
	assert_lacks(buf_str(&log), "abc-123");
}

/* ---- the cache ---- */

static void public_answers_are_served_from_the_cache_until_a_change(void **state) {
	(void)state;
	site_change();
	int before = site_runs();
	for (int i = 0; i < 5; i++) gives("/page/7", "", 200, "page 7");
	gives("/page/7?utm_source=x", "", 200, "page 7");
	assert_int_equal(site_runs() - before, 1);
	gives("/page/8", "", 200, "page 8");
	assert_int_equal(site_runs() - before, 2);
	gives("/page/7?page=2", "", 200, "page 7");
	assert_int_equal(site_runs() - before, 3);
	site_change();
	gives("/page/7", "", 200, "page 7");
	assert_int_equal(site_runs() - before, 4);
}

static void viewers_with_cookies_do_not_meet_the_cache(void **state) {
	(void)state;
	site_change();
	autoreply struct reply r = {0};
	get("/viewer", "Cookie: who=alice\r\n", &r);
	assert_has(r.body, "alice");
	assert_str(head_value(&r, "Cache-Control"), "private, no-cache");
	gives("/viewer", "", 200, "nobody");
	gives("/viewer", "Cookie: a=b; who=bob\r\n", 200, "bob");
	gives("/viewer", "", 200, "nobody");
}

static void what_read_a_raw_header_is_not_kept(void **state) {
	(void)state;
	site_change();
	gives("/language", "Accept-Language: nl\r\n", 200, "nl");
	gives("/language", "Accept-Language: de\r\n", 200, "de");
}

static void long_text_is_compressed_for_those_who_take_it(void **state) {
	(void)state;
	for (int round = 0; round < 2; round++) {
		autoreply struct reply r = {0}, plain = {0}, known = {0};
		get("/long", "Accept-Encoding: gzip\r\n", &r);
		assert_str(head_value(&r, "Content-Encoding"), "gzip");
		assert_has(head_value(&r, "Vary"), "Accept-Encoding");
		assert_true(r.body.n < 500);
		assert_memory_equal(r.body.p, "\x1f\x8b", 2);
		get("/long", "", &plain);
		assert_str(head_value(&plain, "Content-Encoding"), "");
		assert_int_equal(plain.body.n, 20000);
		assert_false(str_eq(head_value(&plain, "ETag"), head_value(&r, "ETag")));
		autobuf struct buf header = BUF(1000);
		buf_fmt(&header, "Accept-Encoding: gzip\r\nIf-None-Match: %.*s\r\n", STR_ARG(head_value(&r, "ETag")));
		get("/long", header.p, &known);
		assert_int_equal(known.status, 304);
	}
}

static void files_with_fingerprints_stay_cached_over_changes(void **state) {
	(void)state;
	gives("/static/x", "Cookie: who=a\r\n", 200, "static");
	int before = site_runs();
	site_change();
	autoreply struct reply r = {0};
	get("/static/x", "Cookie: who=b\r\n", &r);
	assert_str(head_value(&r, "Cache-Control"), "public, max-age=31536000, immutable");
	assert_lacks(head_value(&r, "Vary"), "Cookie");
	assert_int_equal(site_runs(), before);
}

/* ---- bodies ---- */

static void post(const char *headers, struct str body, struct reply *r) {
	autobuf struct buf text = BUF(16 << 20);
	buf_fmt(&text, "POST /api/v1/echo HTTP/1.1\r\nHost: test\r\n%s", headers);
	buf_fmt(&text, "Content-Length: %zu\r\n\r\n", body.n);
	buf_add(&text, body);
	assert_false(text.failed);
	ask(site_port(), buf_str(&text), r);
}

static struct str pattern(struct buf *b, size_t n) {
	while (b->n < n) buf_add_char(b, (char)('a' + b->n % 23));
	return buf_str(b);
}

static void bodies_arrive_whole_in_memory_and_spooled(void **state) {
	(void)state;
	static const size_t sizes[] = {0, 1, 1000, 1 << 20, (1 << 20) + 1, 3 << 20, 4 << 20};
	for (size_t i = 0; i < lengthof(sizes); i++) {
		autobuf struct buf body = BUF(8 << 20);
		autoreply struct reply r = {0};
		char expected[64];
		post("", pattern(&body, sizes[i]), &r);
		snprintf(expected, sizeof expected, "got %zu sum %u", sizes[i], site_checksum(buf_str(&body)));
		if (r.status != 200) fail_msg("%zu: %d", sizes[i], r.status);
		assert_str(r.body, expected);
	}
}

static void chunked_bodies_arrive_whole(void **state) {
	(void)state;
	autobuf struct buf body = BUF(4 << 20), text = BUF(8 << 20);
	pattern(&body, 2 << 20);
	buf_add(&text, S("POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (struct str rest = buf_str(&body); rest.n; rest = str_from(rest, 30001)) {
		struct str piece = str_sub(rest, 0, 30001);
		buf_fmt(&text, "%zx\r\n", piece.n);
		buf_add(&text, piece);
		buf_add(&text, S("\r\n"));
	}
	buf_add(&text, S("0\r\n\r\n"));
	autoreply struct reply r = {0};
	ask(site_port(), buf_str(&text), &r);
	char expected[64];
	snprintf(expected, sizeof expected, "got %zu sum %u", body.n, site_checksum(buf_str(&body)));
	assert_str(r.body, expected);
}

static void bodies_that_are_too_large_are_refused(void **state) {
	(void)state;
	autobuf struct buf body = BUF(8 << 20), text = BUF(8 << 20);
	autoreply struct reply r = {0}, chunked = {0}, none = {0};
	post("Expect: 100-continue\r\n", pattern(&body, (4 << 20) + 1), &r);
	assert_int_equal(r.status, 413);
	assert_has(r.body, "at most 4194304 bytes");
	buf_add(&text, S("POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"));
	buf_fmt(&text, "%zx\r\n", body.n);
	buf_add(&text, buf_str(&body));
	buf_add(&text, S("\r\n0\r\n\r\n"));
	ask(site_port(), buf_str(&text), &chunked);
	assert_int_equal(chunked.status, 413);
	ask(site_port(), S("GET /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc"), &none);
	assert_int_equal(none.status, 400);
}

static void a_refused_short_body_leaves_the_connection_usable(void **state) {
	(void)state;
	autofd int fd = dial(site_port());
	autoreply struct reply r = {0};
	say(fd, S("POST /nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nabcde"
		"GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"));
	hear(fd, false, &r);
	assert_int_equal(r.status, 404);
	reply_free(&r);
	hear(fd, false, &r);
	assert_str(r.body, "plain\n");
}

static void a_client_that_asks_first_is_told_to_go_on(void **state) {
	(void)state;
	autofd int fd = dial(site_port());
	autoreply struct reply r = {0};
	say(fd, S("POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
	char text[25] = "";
	assert_int_equal(recv(fd, text, sizeof text, MSG_WAITALL), sizeof text);
	assert_memory_equal(text, "HTTP/1.1 100 Continue\r\n\r\n", sizeof text);
	say(fd, S("abc"));
	hear(fd, false, &r);
	assert_has(r.body, "got 3");
}

static void forms_need_a_page_of_this_site(void **state) {
	(void)state;
	static const struct {
		const char *headers;
		int status;
	} cases[] = {
		{"Sec-Fetch-Site: same-origin\r\n", 303}, {"Origin: http://test\r\n", 303}, {"", 403},
		{"Origin: http://evil.example\r\n", 403}, {"Sec-Fetch-Site: cross-site\r\n", 403}, {"Origin: null\r\n", 403},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		autobuf struct buf text = BUF(2000);
		autoreply struct reply r = {0};
		buf_fmt(&text, "POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-www-form-urlencoded\r\n%s"
			"Content-Length: 15\r\n\r\nname=A+B&token=", cases[i].headers);
		ask(site_port(), buf_str(&text), &r);
		if (r.status != cases[i].status) fail_msg("%s: %d", cases[i].headers, r.status);
		if (r.status == 303) assert_str(head_value(&r, "Location"), "/hello?name=A%20B");
	}
	autoreply struct reply r = {0}, other = {0};
	ask(site_port(), S("POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
		"Sec-Fetch-Site: same-origin\r\nContent-Length: 5\r\n\r\nage=x"), &r);
	assert_int_equal(r.status, 422);
	assert_has(r.body, "is required");
	ask(site_port(), S("POST /form HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n"
		"Sec-Fetch-Site: same-origin\r\nContent-Length: 5\r\n\r\nage=x"), &other);
	assert_int_equal(other.status, 415);
}

/* ---- requests that are not ---- */

static void ambiguous_or_broken_requests_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: -3\r\n\r\nabc",
		"GET /hello HTTP/1.1\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: \r\n\r\n",
		"GET http://test/hello HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /a/../hello HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /a/%2e%2e/hello HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /page/a%2Fb HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /page/a%00 HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET //hello HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET hello HTTP/1.1\r\nHost: test\r\n\r\n",
	};
	for (size_t i = 0; i < lengthof(bad); i++) {
		autoreply struct reply r = {0};
		ask(site_port(), str_of(bad[i]), &r);
		if (r.status != 400) fail_msg("%d for %s", r.status, bad[i]);
	}
}

static void garbage_does_no_harm(void **state) {
	(void)state;
	static const char *const bad[] = {"\r\n\r\n", "x\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02",
		"GET /hello\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: test\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: test\r\nA\r\n\r\n",
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		autofd int fd = dial(site_port());
		autoreply struct reply r = {0};
		say(fd, str_of(bad[i]));
		shutdown(fd, SHUT_WR);
		hear(fd, false, &r);
		assert_true(r.status == 0 || r.status >= 400 || i == 5);
	}
	gives("/hello", "", 200, "hello");
}

static void long_addresses_and_headers_are_refused(void **state) {
	(void)state;
	static const struct {
		size_t target, header;
		int status;
	} cases[] = {{8000, 0, 200}, {8300, 0, 414}, {100000, 0, 414}, {10, 17000, 431}, {10, 100000, 431}, {10, 12000, 200}};
	for (size_t i = 0; i < lengthof(cases); i++) {
		autobuf struct buf text = BUF(1 << 20);
		autoreply struct reply r = {0};
		buf_add(&text, S("GET /hello?"));
		for (size_t j = 0; j < cases[i].target; j++) buf_add_char(&text, 'x');
		buf_add(&text, S(" HTTP/1.1\r\nHost: test\r\nX-Long: "));
		for (size_t j = 0; j < cases[i].header; j++) buf_add_char(&text, 'x');
		buf_add(&text, S("\r\n\r\n"));
		ask(site_port(), buf_str(&text), &r);
		if (r.status != cases[i].status) fail_msg("%zu: %d", i, r.status);
	}
}

static void slow_headers_lose_their_connection(void **state) {
	(void)state;
	autofd int fd = dial(site_port());
	struct str text = S("GET /hello HTTP/1.1\r\nHost: test\r\nX-Slow: "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	moment start = stopwatch();
	bool alive = true;
	for (size_t i = 0; alive && i < text.n && stopwatch() - start < 20 * SECOND; i++) {
		alive = say(fd, str_sub(text, i, 1));
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (alive && poll(&p, 1, 200) > 0) {
			char bytes[16];
			alive = recv(fd, bytes, sizeof bytes, 0) > 0;
		}
	}
	assert_false(alive); /* a byte every 200 ms would keep an idle timer happy for ever */
	gives("/hello", "", 200, "hello");
}

static void a_silent_connection_is_closed(void **state) {
	(void)state;
	autofd int fd = dial(site_port());
	autoreply struct reply r = {0};
	hear(fd, false, &r);
	assert_true(r.closed);
	assert_int_equal(r.status, 0);
}

static void dropped_connections_do_no_harm(void **state) {
	(void)state;
	static const char *const starts[] = {"G", "GET /hello HTTP/1.1\r\n", "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n",
		"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n", "GET /big HTTP/1.1\r\nHost: test\r\n\r\n",
		"POST /api/v1/echo HTTP/1.1\r\nHost: test\r\nContent-Length: 4000000\r\n\r\nabc",
		"GET /file HTTP/1.1\r\nHost: test\r\n\r\n"};
	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < lengthof(starts); i++) {
			autofd int fd = dial(site_port());
			say(fd, str_of(starts[i]));
			struct linger at_once = {1, 0};
			if (round % 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		}
	}
	gives("/hello", "", 200, "hello");
}

/* ---- many at once ---- */

static void *fast_client(void *argument) {
	(void)argument;
	int fd = dial(site_port());
	intptr_t good = 0;
	for (int i = 0; fd >= 0 && i < 50; i++) {
		autoreply struct reply r = {0};
		say(fd, i % 2 ? S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n") : S("GET /page/1 HTTP/1.1\r\nHost: test\r\n\r\n"));
		hear(fd, false, &r);
		good += r.status == 200;
	}
	if (fd >= 0) close(fd);
	return (void *)good;
}

static void *slow_client(void *argument) {
	(void)argument;
	intptr_t good = 0;
	for (int i = 0; i < 3; i++) {
		autoreply struct reply r = {0};
		ask(site_port(), S("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n"), &r);
		good += r.status == 200;
	}
	return (void *)good;
}

static void slow_handlers_do_not_hold_the_others(void **state) {
	(void)state;
	pthread_t slow[3], fast[8];
	for (size_t i = 0; i < lengthof(slow); i++) assert_int_equal(pthread_create(&slow[i], NULL, slow_client, NULL), 0);
	for (size_t i = 0; i < lengthof(fast); i++) assert_int_equal(pthread_create(&fast[i], NULL, fast_client, NULL), 0);
	void *good;
	for (size_t i = 0; i < lengthof(fast); i++) {
		pthread_join(fast[i], &good);
		assert_int_equal((intptr_t)good, 50);
	}
	for (size_t i = 0; i < lengthof(slow); i++) {
		pthread_join(slow[i], &good);
		assert_int_equal((intptr_t)good, 3);
	}
}

static void hundreds_of_connections_are_answered(void **state) {
	(void)state;
	enum { MANY = 300 };
	int fds[MANY], answered = 0;
	for (int i = 0; i < MANY; i++) {
		fds[i] = dial(site_port());
		assert_true(fds[i] >= 0);
	}
	/* One after the other, so that the queue of the workers can take them; all connections stay open. */
	for (int i = 0; i < MANY; i++) {
		autoreply struct reply r = {0};
		say(fds[i], S("GET /plain HTTP/1.1\r\nHost: test\r\n\r\n"));
		hear(fds[i], false, &r);
		answered += r.status == 200;
	}
	for (int i = 0; i < MANY; i++) close(fds[i]);
	assert_int_equal(answered, MANY);
}

static void large_answers_arrive_whole(void **state) {
	(void)state;
	autoreply struct reply r = {0};
	get("/big", "", &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, 8 << 20);
}

static void upload(const char *type, struct str body, const char *target, struct reply *r) {
	autobuf struct buf text = BUF(64 << 20);
	buf_fmt(&text, "POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", target, type, body.n);
	buf_add(&text, body);
	assert_false(text.failed);
	ask(site_port(), buf_str(&text), r);
}

static void a_large_upload_takes_no_memory_of_the_request(void **state) {
	(void)state;
	static const size_t sizes[] = {10, (1 << 20) + 1, 50 << 20};
	for (size_t i = 0; i < lengthof(sizes); i++) {
		autobuf struct buf file = BUF(51 << 20), body = BUF(52 << 20);
		autoreply struct reply r = {0};
		char expected[100];
		pattern(&file, sizes[i]);
		buf_add(&body, S("--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA title\r\n"
			"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n\r\n"));
		buf_add(&body, buf_str(&file));
		buf_add(&body, S("\r\n--b--\r\n"));
		upload("multipart/form-data; boundary=b", buf_str(&body), "/upload", &r);
		snprintf(expected, sizeof expected, "f:%zu:%u title=A title arena<64k=1", sizes[i], site_checksum(buf_str(&file)));
		assert_int_equal(r.status, 200);
		assert_has(r.body, expected);
	}
}

static void forms_of_either_kind_are_taken_and_no_other_body(void **state) {
	(void)state;
	autoreply struct reply encoded = {0}, other = {0}, broken = {0}, file = {0}, undeclared = {0};
	upload("application/x-www-form-urlencoded", S("x=1&title=A+b"), "/upload", &encoded);
	assert_has(encoded.body, "x:1:80 title:3");
	assert_has(encoded.body, "title=A b");
	upload("application/json", S("{}"), "/upload", &other);
	assert_int_equal(other.status, 415);
	upload("multipart/form-data; boundary=b", S("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nabc"), "/upload", &broken);
	assert_int_equal(broken.status, 422);
	assert_has(broken.body, "cut off");
	upload("multipart/form-data; boundary=b",
		S("--b\r\nContent-Disposition: form-data; name=\"title\"; filename=\"x\"\r\n\r\nabc\r\n--b--"), "/upload", &file);
	assert_int_equal(file.status, 422);
	assert_has(file.body, "must not be a file");
	upload("application/x-www-form-urlencoded", S("x=1"), "/undeclared", &undeclared);
	assert_int_equal(undeclared.status, 500);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_comes_with_security_headers),
		cmocka_unit_test(what_says_nothing_of_caching_is_not_stored),
		cmocka_unit_test(an_etag_gives_304_without_a_body),
		cmocka_unit_test(head_gives_the_headers_of_get_and_no_body),
		cmocka_unit_test(parameters_reach_the_handler_and_bad_ones_do_not),
		cmocka_unit_test(errors_are_pages_for_browsers_and_problems_for_others),
		cmocka_unit_test(methods_that_a_path_does_not_take_give_405_with_allow),
		cmocka_unit_test(a_slash_too_many_is_redirected),
		cmocka_unit_test(html_or_json_is_chosen_by_accept),
		cmocka_unit_test(a_file_is_sent_as_an_attachment),
		cmocka_unit_test(mistakes_of_handlers_are_not_shown),
		cmocka_unit_test(permissions_are_asked_before_the_handler),
		cmocka_unit_test(the_access_log_holds_no_private_queries),
		cmocka_unit_test(public_answers_are_served_from_the_cache_until_a_change),
		cmocka_unit_test(viewers_with_cookies_do_not_meet_the_cache),
		cmocka_unit_test(what_read_a_raw_header_is_not_kept),
		cmocka_unit_test(long_text_is_compressed_for_those_who_take_it),
		cmocka_unit_test(files_with_fingerprints_stay_cached_over_changes),
		cmocka_unit_test(bodies_arrive_whole_in_memory_and_spooled),
		cmocka_unit_test(chunked_bodies_arrive_whole),
		cmocka_unit_test(bodies_that_are_too_large_are_refused),
		cmocka_unit_test(a_refused_short_body_leaves_the_connection_usable),
		cmocka_unit_test(a_client_that_asks_first_is_told_to_go_on),
		cmocka_unit_test(forms_need_a_page_of_this_site),
		cmocka_unit_test(ambiguous_or_broken_requests_are_refused),
		cmocka_unit_test(garbage_does_no_harm),
		cmocka_unit_test(long_addresses_and_headers_are_refused),
		cmocka_unit_test(slow_headers_lose_their_connection),
		cmocka_unit_test(a_silent_connection_is_closed),
		cmocka_unit_test(dropped_connections_do_no_harm),
		cmocka_unit_test(slow_handlers_do_not_hold_the_others),
		cmocka_unit_test(hundreds_of_connections_are_answered),
		cmocka_unit_test(large_answers_arrive_whole),
		cmocka_unit_test(a_large_upload_takes_no_memory_of_the_request),
		cmocka_unit_test(forms_of_either_kind_are_taken_and_no_other_body),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
