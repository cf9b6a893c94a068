/* What a client may write into a request line and headers: paths, queries, forms, Accept, validators, hosts. */
#include "fuzz.h"
#include "http/inside.h"

static enum err_code run(struct request *rq, struct response *rs, struct err *e) {
	(void)rq, (void)rs, (void)e;
	return ERR_OK;
}

static const struct param all[] = {
	{.name = "a", .in = PARAM_PATH, .length = 40},
	{.name = "q", .length = 100},
	{.name = "n", .type = PARAM_INT, .min = 1, .max = 100, .otherwise = "25"},
	{.name = "b", .type = PARAM_BOOL},
	{.name = "e", .type = PARAM_ENUM, .choices = CHOICES("x", "y"), .otherwise = "y"},
	{.name = "c", .type = PARAM_CURSOR},
	{.name = "d", .type = PARAM_DATE},
	{.name = "t", .type = PARAM_TEXT, .repeat = true},
	{0},
};
static const struct route routes[] = {
	{"/page/{a}", run, ROUTE_PUBLIC, .params = all},
	{"/page/{a}.json", run, ROUTE_PUBLIC, .params = all},
	{"/api/{a}/x", run, ROUTE_PUBLIC, .params = all},
	{"/rest/{a...}", run, ROUTE_PUBLIC, .params = all},
	{"/form/{a}", run, ROUTE_PUBLIC, HTTP_POST, CSRF_API, .body_max = 1000, .params = PARAMS(
		{.name = "a", .in = PARAM_PATH}, {.name = "f", .in = PARAM_FORM, .required = true},
		{.name = "t", .in = PARAM_FORM, .type = PARAM_TEXT, .repeat = true})},
	ROUTE_END,
};

static void use(struct exchange *x) {
	struct request *rq = &x->rq;
	for (const struct param *p = x->plan->route->params; p->name; p++) {
		struct str s = request_str(rq, p->name);
		MUST(str_utf8(s));
		MUST(s.n <= (p->length ? p->length : PARAM_LENGTH));
		size_t n;
		const struct str *values = request_strs(rq, p->name, &n);
		MUST(n <= (p->repeat ? PARAM_REPEAT : 1) && (values || !n));
		if (p->type == PARAM_INT && n) MUST(request_int(rq, p->name) >= p->min && request_int(rq, p->name) <= p->max);
		if (p->type == PARAM_ENUM && n) MUST(request_choice(rq, p->name) >= 0);
	}
	/* The own address leads back to the same values. */
	struct str url = request_url(rq);
	for (size_t i = 0; i < url.n; i++) MUST(url.p[i] > ' ' && url.p[i] < 0x7f && !strchr("\"<>'\\", url.p[i]));
	MUST(!x->misused);
}

static void route_it(struct exchange *x, const struct router *router, struct str raw, struct str form) {
	size_t mark = str_find_char(raw, '?');
	x->query = mark == STR_NONE ? (struct str){0} : str_from(raw, mark + 1);
	if (path_split(x->memory, str_sub(raw, 0, mark), &x->path, NULL)) return;
	x->rq.path = path_text(x->memory, &x->path);
	struct path again;
	MUST(path_split(x->memory, x->rq.path, &again, NULL) == ERR_OK && again.n == x->path.n);
	for (int m = 0; m < HTTP_METHODS; m++) {
		struct problems problems;
		router_find(router, (enum http_method)m, &x->path, &x->match);
		if (!x->match.route) continue;
		x->plan = router_plan(router, x->match.index);
		if (!params_read(x, &problems) || problems.n) continue;
		if (m == HTTP_POST) {
			const struct form_field *fields;
			size_t n;
			if (form_parse(x->memory, S("application/x-www-form-urlencoded"), form, &fields, &n, NULL)) continue;
			if (!params_read_form(x, fields, n, &problems) || problems.n) continue;
		}
		use(x);
	}
}

static void read_headers(struct str s) {
	bool named;
	moment t, again;
	char text[HTTP_DATE];
	MUST(accept_quality(s, S("text/html"), &named) <= 1000);
	accepts_gzip(s);
	etag_listed(s, S("abc"));
	host_valid(s);
	token_valid(s);
	same_origin(s, s, s);
	html_url_allowed(s);
	html_url_outside(s);
	if (http_date_parse(s, &t) && http_date(t, text).n) MUST(http_date_parse(http_date(t, text), &again) && again == t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
	static struct router *router;
	static const struct route *const tables[] = {routes};
	static const struct server_config config;
	if (!router && router_new(tables, 1, &router, NULL)) abort();
	if (n > 16384) return 0;
	struct str input = str_n(data, n), first = input, rest = STR_EMPTY;
	size_t line = str_find_char(input, '\n');
	if (line != STR_NONE) {
		first = str_sub(input, 0, line);
		rest = str_from(input, line + 1);
	}
	struct exchange x = {.memory = arena_new(1 << 20), .rq = {.arena = arena_new(1 << 20)}, .config = &config};
	struct header headers[] = {{S("Cookie"), rest}, {S("X-Forwarded-For"), rest}, {S("If-Match"), rest}};
	x.headers = headers;
	x.n_headers = lengthof(headers);
	x.address = S("127.0.0.1");
	if (x.memory && x.rq.arena) {
		route_it(&x, router, first, rest);
		read_headers(rest);
		request_cookie(&x.rq, "who");
		request_if_match(&x.rq, S("abc"));
		autohtml struct html h = HTML(1 << 20);
		html_text(&h, rest);
		html_attr(&h, rest);
		html_url(&h, rest);
		html_query(&h, rest);
		MUST(str_utf8(html_str(&h)));
	}
	arena_free(x.memory);
	arena_free(x.rq.arena);
	return 0;
}
