#include "test.h"

#include "http/route.h"

static enum err_code run(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)rs, (void)e;
	return ERR_OK;
}

#define ID {.name = "id", .in = PARAM_PATH}
#define GET(pattern, ...) {pattern, run, ROUTE_PUBLIC, .params = PARAMS(__VA_ARGS__)}

static const struct route routes[] = {
	{.path = "/", .run = run, .permission = ROUTE_PUBLIC},
	{.path = "/records", .run = run, .permission = ROUTE_PUBLIC},
	{"/records", run, ROUTE_PUBLIC, .method = HTTP_POST, .csrf = CSRF_API},
	{.path = "/records/new", .run = run, .permission = ROUTE_PUBLIC},
	GET("/records/{id}", ID),
	GET("/records/{id}.json", ID),
	GET("/records/{id}.tar.json", ID),
	{"/records/{id}", run, ROUTE_PUBLIC, .method = HTTP_DELETE, .csrf = CSRF_API, .params = PARAMS(ID)},
	GET("/records/{id}/history", ID),
	GET("/records/{id}/{other}", ID, {.name = "other", .in = PARAM_PATH}),
	GET("/records/special/thing", {.name = "q"}),
	GET("/static/{file...}", {"file", PARAM_PATH, .length = 1000}),
	GET("/{word}/about", {.name = "word", .in = PARAM_PATH}),
	ROUTE_END,
};

static struct router *router;
static struct arena *arena;

static int setup(void **state) {
	(void)state;
	static const struct route *const tables[] = {routes};
	struct err e = {0};
	arena = arena_new(1 << 20);
	enum err_code code = router_new(tables, 1, &router, &e);
	if (code) print_error("%s: %s\n", e.where, e.message);
	return code || !arena;
}

static int teardown(void **state) {
	(void)state;
	router_free(router);
	arena_free(arena);
	return 0;
}

static struct route_match find(enum http_method method, const char *path) {
	struct path p;
	struct route_match m;
	assert_int_equal(path_split(arena, str_of(path), &p, NULL), ERR_OK);
	router_find(router, method, &p, &m);
	return m;
}

static void goes_to(const char *path, const char *pattern) {
	struct route_match m = find(HTTP_GET, path);
	assert_non_null(m.route);
	assert_string_equal(m.route->path, pattern);
	assert_ptr_equal(router_at(router, m.index), m.route);
}

static void literal_segments_win_over_parameters(void **state) {
	(void)state;
	goes_to("/", "/");
	goes_to("/records", "/records");
	goes_to("/records/new", "/records/new");
	goes_to("/records/old", "/records/{id}");
	goes_to("/records/new/history", "/records/{id}/history");
	goes_to("/records/x/files", "/records/{id}/{other}");
	goes_to("/records/special/thing", "/records/special/thing");
	goes_to("/records/special/history", "/records/{id}/history");
	goes_to("/records/about", "/records/{id}");
	goes_to("/anything/about", "/{word}/about");
}

static void a_longer_ending_wins_over_a_shorter_and_that_over_none(void **state) {
	(void)state;
	goes_to("/records/a.json", "/records/{id}.json");
	goes_to("/records/a.tar.json", "/records/{id}.tar.json");
	goes_to("/records/.json", "/records/{id}"); /* the name must not be empty */
	struct route_match m = find(HTTP_GET, "/records/a.b.json");
	assert_str(m.values[0], "a.b");
}

static void values_come_in_the_order_of_the_path_and_decoded(void **state) {
	(void)state;
	struct route_match m = find(HTTP_GET, "/records/a%20b/%C3%A9");
	assert_int_equal(m.n, 2);
	assert_str(m.values[0], "a b");
	assert_str(m.values[1], "\xc3\xa9");
}

static void the_rest_of_a_path_is_one_value(void **state) {
	(void)state;
	struct route_match m = find(HTTP_GET, "/static/css/a%20b/app.css");
	assert_string_equal(m.route->path, "/static/{file...}");
	assert_int_equal(m.n, 1);
	assert_str(m.values[0], "css/a b/app.css");
	assert_null(find(HTTP_GET, "/static").route);
}

static void a_missing_path_is_told_from_a_method_that_is_not_taken(void **state) {
	(void)state;
	struct route_match m = find(HTTP_GET, "/nothing");
	assert_null(m.route);
	assert_int_equal(m.allow, 0);
	m = find(HTTP_PUT, "/records");
	assert_null(m.route);
	assert_str(allow_text(arena, m.allow), "GET, HEAD, POST, OPTIONS");
	m = find(HTTP_POST, "/records/x");
	assert_null(m.route);
	assert_str(allow_text(arena, m.allow), "GET, HEAD, DELETE, OPTIONS");
}

static void head_is_answered_by_get(void **state) {
	(void)state;
	assert_string_equal(find(HTTP_HEAD, "/records").route->path, "/records");
	assert_int_equal(find(HTTP_HEAD, "/records").route->method, HTTP_GET);
}

static void all_routes_can_be_walked_in_order(void **state) {
	(void)state;
	size_t n = 0;
	for (; router_at(router, n); n++) assert_ptr_equal(router_at(router, n), &routes[n]);
	assert_int_equal(n, lengthof(routes) - 1);
}

static void refused(const struct route *table, const char *words) {
	const struct route *tables[] = {table};
	struct router *r = NULL;
	struct err e = {0};
	assert_int_equal(router_new(tables, 1, &r, &e), ERR_INVALID);
	assert_null(r);
	assert_has(str_of(e.message), words);
	assert_true(e.where[0]);
}

#define REFUSED(words, ...) do { \
		const struct route table[] = {__VA_ARGS__, ROUTE_END}; \
		refused(table, words); \
	} while (0)

static void a_table_with_a_mistake_is_refused(void **state) {
	(void)state;
	REFUSED("permission", {.path = "/a", .run = run});
	REFUSED("handler", {"/a", .permission = ROUTE_PUBLIC});
	REFUSED("slash", {.path = "a", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("slash", {.path = "/a/", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("empty", {.path = "/a//b", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("not declared", {.path = "/a/{id}", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("does not have", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({.name = "id", .in = PARAM_PATH})});
	REFUSED("twice", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({.name = "q"}, {.name = "q"})});
	REFUSED("comes twice", {"/{a}/{a}", run, ROUTE_PUBLIC, .params = PARAMS({.name = "a", .in = PARAM_PATH})});
	REFUSED("CSRF", {"/a", run, ROUTE_PUBLIC, .method = HTTP_POST});
	REFUSED("body", {"/a", run, ROUTE_PUBLIC, .body_max = 10});
	REFUSED("cached", {"/a", run, ROUTE_PERMISSION, .flags = ROUTE_CACHEABLE});
	REFUSED("choices", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({"q", .type = PARAM_ENUM})});
	REFUSED("otherwise", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({"q", .type = PARAM_INT, .otherwise = "x"})});
	REFUSED("required", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({"q", .required = true, .otherwise = "x"})});
	REFUSED("body", {"/a", run, ROUTE_PUBLIC, .params = PARAMS({.name = "q", .in = PARAM_FORM})});
	REFUSED("HEAD", {"/a", run, ROUTE_PUBLIC, .method = HTTP_HEAD});
	REFUSED("clashes", {.path = "/a", .run = run, .permission = ROUTE_PUBLIC},
		{.path = "/a", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("clashes", {"/{a}", run, ROUTE_PUBLIC, .params = PARAMS({.name = "a", .in = PARAM_PATH})},
		{"/{b}", run, ROUTE_PUBLIC, .params = PARAMS({.name = "b", .in = PARAM_PATH})});
	REFUSED("taken", {"/a", run, ROUTE_PUBLIC, .name = "x"}, {"/b", run, ROUTE_PUBLIC, .name = "x"});
	REFUSED("follow", {"/{a...}/b", run, ROUTE_PUBLIC, .params = PARAMS({.name = "a", .in = PARAM_PATH})});
	REFUSED("closed", {.path = "/{a", .run = run, .permission = ROUTE_PUBLIC});
	REFUSED("at its start", {.path = "/x{a}", .run = run, .permission = ROUTE_PUBLIC});
}

static void paths_that_servers_read_differently_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"", "a", "//", "/a//b", "/a/./b", "/a/../b", "/..", "/%2e%2E/x", "/a%2fb", "/a%5Cb",
		"/a\\b", "/a%00", "/a%0a", "/a%7f", "/%", "/%4", "/%zz", "/%ff", "/a%c3", "http://example.org/", "*"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct path p = {.n = 99};
		struct err e = {0};
		if (path_split(arena, str_of(bad[i]), &p, &e) != ERR_INVALID) fail_msg("%s", bad[i]);
		assert_int_equal(p.n, 99);
		assert_has(str_of(e.message), "the address");
	}
	autobuf struct buf deep = BUF(1000);
	for (int i = 0; i <= PATH_SEGMENTS; i++) buf_add(&deep, S("/a"));
	struct path p;
	assert_int_equal(path_split(arena, buf_str(&deep), &p, NULL), ERR_INVALID);
}

static void a_slash_at_the_end_is_noted(void **state) {
	(void)state;
	struct path p;
	assert_int_equal(path_split(arena, S("/a/b/"), &p, NULL), ERR_OK);
	assert_int_equal(p.n, 2);
	assert_true(p.slash);
	assert_int_equal(path_split(arena, S("/"), &p, NULL), ERR_OK);
	assert_int_equal(p.n, 0);
	assert_false(p.slash);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literal_segments_win_over_parameters),
		cmocka_unit_test(a_longer_ending_wins_over_a_shorter_and_that_over_none),
		cmocka_unit_test(values_come_in_the_order_of_the_path_and_decoded),
		cmocka_unit_test(the_rest_of_a_path_is_one_value),
		cmocka_unit_test(a_missing_path_is_told_from_a_method_that_is_not_taken),
		cmocka_unit_test(head_is_answered_by_get),
		cmocka_unit_test(all_routes_can_be_walked_in_order),
		cmocka_unit_test(a_table_with_a_mistake_is_refused),
		cmocka_unit_test(paths_that_servers_read_differently_are_refused),
		cmocka_unit_test(a_slash_at_the_end_is_noted),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
