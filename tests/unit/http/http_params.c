#include "test.h"

#include "http/inside.h"

static enum err_code run(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)rs, (void)e;
	return ERR_OK;
}

static const struct param all[] = {
	{"id", PARAM_PATH, .length = 10},
	{"q", .length = 20},
	{"limit", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "25"},
	{"offset", .type = PARAM_INT},
	{"open", .type = PARAM_BOOL},
	{"state", .type = PARAM_ENUM, .choices = CHOICES("draft", "published"), .otherwise = "published"},
	{"cursor", .type = PARAM_CURSOR},
	{"since", .type = PARAM_DATE},
	{"tag", .repeat = true},
	{"note", .type = PARAM_TEXT},
	{"x-mode", PARAM_HEADER, .type = PARAM_ENUM, .choices = CHOICES("fast", "slow")},
	{0},
};
static const struct route routes[] = {
	{"/pages/{id}", run, ROUTE_PUBLIC, .params = all},
	{"/api/{id}", run, ROUTE_PUBLIC, .params = all},
	{"/must", run, ROUTE_PUBLIC, .params = PARAMS({"q", .required = true})},
	{"/form", run, ROUTE_PUBLIC, HTTP_POST, CSRF_ORIGIN, .body_max = 1000,
		.params = PARAMS({"name", PARAM_FORM, .required = true}, {"age", PARAM_FORM, .type = PARAM_INT}, {.name = "q"})},
	ROUTE_END,
};

static struct router *router;
static struct exchange x;
static struct problems problems;

static int make_router(void **state) {
	(void)state;
	static const struct route *const tables[] = {routes};
	return router_new(tables, 1, &router, NULL);
}

static int free_router(void **state) {
	(void)state;
	router_free(router);
	return 0;
}

static int setup(void **state) {
	(void)state;
	x = (struct exchange){.memory = arena_new(1 << 20), .rq = {.arena = arena_new(1 << 20)}};
	return !x.memory || !x.rq.arena;
}

static int teardown(void **state) {
	(void)state;
	arena_free(x.memory);
	arena_free(x.rq.arena);
	return 0;
}

/* How many problems the parameters have. */
static size_t read_all(const char *path, const char *query) {
	assert_int_equal(path_split(x.memory, str_of(path), &x.path, NULL), ERR_OK);
	router_find(router, HTTP_GET, &x.path, &x.match);
	if (!x.match.route) router_find(router, HTTP_POST, &x.path, &x.match);
	assert_non_null(x.match.route);
	x.plan = router_plan(router, x.match.index);
	x.rq.path = path_text(x.memory, &x.path);
	x.query = query ? str_of(query) : (struct str){0};
	assert_true(params_read(&x, &problems));
	return problems.n;
}

static void complains(const char *query, const char *where, const char *words) {
	size_t n = read_all("/pages/a", query);
	if (n != 1) fail_msg("%s: %zu problems", query, n);
	assert_str(problems.items[0].where, where);
	assert_has(problems.items[0].message, words);
}

static void values_are_decoded_and_typed(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a%20b", "q=x+y%26z&limit=7&open=on&state=draft&cursor=AZ_-9&since=2026-02"), 0);
	assert_str(request_str(&x.rq, "id"), "a b");
	assert_str(request_str(&x.rq, "q"), "x y&z");
	assert_int_equal(request_int(&x.rq, "limit"), 7);
	assert_true(request_bool(&x.rq, "open"));
	assert_int_equal(request_choice(&x.rq, "state"), 0);
	assert_str(request_str(&x.rq, "cursor"), "AZ_-9");
	assert_str(request_str(&x.rq, "since"), "2026-02");
	assert_null(x.misused);
}

static void absent_parameters_have_their_other_value(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", NULL), 0);
	assert_int_equal(request_int(&x.rq, "limit"), 25);
	assert_false(request_has(&x.rq, "limit"));
	assert_int_equal(request_int(&x.rq, "offset"), 0);
	assert_int_equal(request_choice(&x.rq, "state"), 1);
	assert_int_equal(request_choice(&x.rq, "x-mode"), -1);
	assert_str(request_str(&x.rq, "q"), "");
	assert_false(request_bool(&x.rq, "open"));
	size_t n;
	assert_null(request_strs(&x.rq, "tag", &n));
	assert_int_equal(n, 0);
}

static void repeated_parameters_keep_their_order(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", "tag=b&q=x&tag=a&tag=b"), 0);
	size_t n;
	const struct str *tags = request_strs(&x.rq, "tag", &n);
	assert_int_equal(n, 3);
	assert_str(tags[0], "b");
	assert_str(tags[1], "a");
	assert_str(tags[2], "b");
}

static void bad_values_are_refused_with_words(void **state) {
	(void)state;
	complains("limit=0", "limit", "from 1 to 100");
	complains("limit=101", "limit", "from 1 to 100");
	complains("limit=7x", "limit", "whole number");
	complains("offset=99999999999999999999", "offset", "whole number");
	complains("open=perhaps", "open", "true or false");
	complains("state=DRAFT", "state", "one of: draft, published");
	complains("cursor=a%2Fb", "cursor", "earlier page");
	complains("since=2026-02-30", "since", "a date");
	complains("q=123456789012345678901", "q", "longer than 20 bytes");
	complains("q=a%00b", "q", "control");
	complains("q=a%0Ab", "q", "control");
	complains("q=%ff", "q", "UTF-8");
	complains("q=%zz", "", "percent");
	complains("q=%f", "", "percent");
	complains("q=a&q=b", "q", "more than once");
}

static void text_may_hold_line_ends(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", "note=a%0D%0Ab%09c"), 0);
	assert_str(request_str(&x.rq, "note"), "a\r\nb\tc");
	complains("note=a%1bb", "note", "control");
}

static void several_problems_are_told_at_once(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/waytoolongname", "limit=0&state=x"), 3);
}

static void unknown_parameters_are_ignored_on_pages_and_refused_in_the_api(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", "utm=1&q=x"), 0);
	assert_int_equal(read_all("/api/a", "utm=1&q=x"), 1);
	assert_str(problems.items[0].where, "utm");
	assert_int_equal(read_all("/api/a", "id=1"), 1); /* it is one of the path, not of the query */
}

static void fields_left_empty_are_absent_on_pages(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", "limit=&state=&since=&q=&open="), 0);
	assert_int_equal(request_int(&x.rq, "limit"), 25);
	assert_true(request_has(&x.rq, "q"));
	assert_int_equal(read_all("/api/a", "limit="), 1);
}

static void a_required_parameter_is_missed(void **state) {
	(void)state;
	assert_int_equal(read_all("/must", ""), 1);
	assert_has(problems.items[0].message, "required");
	assert_int_equal(read_all("/must", "q=%ff"), 1);
	assert_int_equal(read_all("/must", "q="), 0);
}

static void headers_are_parameters_too(void **state) {
	(void)state;
	struct header h = {S("X-Mode"), S("slow")};
	x.headers = &h;
	x.n_headers = 1;
	assert_int_equal(read_all("/pages/a", "x-mode=fast"), 0);
	assert_int_equal(request_choice(&x.rq, "x-mode"), 1);
	h.value = S("medium");
	assert_int_equal(read_all("/pages/a", NULL), 1);
}

static bool read_form(const char *body) {
	const struct form_field *fields;
	size_t n;
	assert_int_equal(form_parse(x.rq.arena, S("application/x-www-form-urlencoded"), str_of(body), &fields, &n, NULL), ERR_OK);
	return params_read_form(&x, fields, n, &problems);
}

static void forms_are_read_from_the_body(void **state) {
	(void)state;
	assert_int_equal(read_all("/form", "q=1"), 0);
	assert_true(read_form("name=A+B&age=7&q=2&submit=Go"));
	assert_int_equal(problems.n, 0);
	assert_str(request_str(&x.rq, "name"), "A B");
	assert_int_equal(request_int(&x.rq, "age"), 7);
	assert_str(request_str(&x.rq, "q"), "1");
	assert_int_equal(read_all("/form", NULL), 0);
	assert_true(read_form("age=x"));
	assert_int_equal(problems.n, 2);
}

static void asking_for_what_is_not_declared_is_noted(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a", "utm=1"), 0);
	assert_str(request_str(&x.rq, "utm"), "");
	assert_string_equal(x.misused, "utm");
}

static void the_own_address_is_made_of_declared_parameters_only(void **state) {
	(void)state;
	assert_int_equal(read_all("/pages/a%20b", "utm=1&tag=%26&tag=c&q=x%20y&limit=7"), 0);
	assert_str(request_url(&x.rq), "/pages/a%20b?q=x%20y&limit=7&tag=%26&tag=c");
	assert_str(request_url_with(&x.rq, "limit", S("8")), "/pages/a%20b?q=x%20y&limit=8&tag=%26&tag=c");
	assert_str(request_url_with(&x.rq, "cursor", S("n")), "/pages/a%20b?q=x%20y&limit=7&cursor=n&tag=%26&tag=c");
	assert_str(request_url_with(&x.rq, "tag", (struct str){0}), "/pages/a%20b?q=x%20y&limit=7");
	assert_int_equal(read_all("/pages/a", NULL), 0);
	assert_str(request_url(&x.rq), "/pages/a");
}

static void a_flood_of_problems_is_cut(void **state) {
	(void)state;
	autobuf struct buf query = BUF(10000);
	for (int i = 0; i < 500; i++) buf_fmt(&query, "x%d&", i);
	buf_add_char(&query, '\0');
	assert_int_equal(read_all("/api/a", query.p), lengthof(problems.items));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(values_are_decoded_and_typed),
		TEST(absent_parameters_have_their_other_value),
		TEST(repeated_parameters_keep_their_order),
		TEST(bad_values_are_refused_with_words),
		TEST(text_may_hold_line_ends),
		TEST(several_problems_are_told_at_once),
		TEST(unknown_parameters_are_ignored_on_pages_and_refused_in_the_api),
		TEST(fields_left_empty_are_absent_on_pages),
		TEST(a_required_parameter_is_missed),
		TEST(headers_are_parameters_too),
		TEST(forms_are_read_from_the_body),
		TEST(asking_for_what_is_not_declared_is_noted),
		TEST(the_own_address_is_made_of_declared_parameters_only),
		TEST(a_flood_of_problems_is_cut),
	};
	return cmocka_run_group_tests(tests, make_router, free_router);
}
