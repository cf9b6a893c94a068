#include "inside.h"

enum { DISCARD_UP_TO = 1 << 20 };

bool exchange_arena(struct exchange *x) {
	if (!x->rq.arena) x->rq.arena = arena_new(x->config->limits.arena_bytes);
	return x->rq.arena != NULL;
}

void intake_refuse(struct exchange *x, int status, const char *type, const char *detail, const char *allow) {
	struct response rs;
	if (!exchange_arena(x)) return;
	response_init(&rs, x);
	response_problem(&rs, &(struct problem){.status = status, .type = str_of(type), .detail = str_of(detail)});
	if (allow) response_header(&rs, "Allow", str_of(allow));
	x->answer = answer_new(x, &rs, NULL);
	response_free(&rs);
}

static void refuse_parameters(struct exchange *x, const struct problems *p) {
	struct response rs;
	if (!exchange_arena(x)) return;
	response_init(&rs, x);
	struct str detail = STR_EMPTY;
	if (p->n == 1 && p->items[0].where.n) {
		detail = arena_fmt(x->rq.arena, "%.*s %.*s.", STR_ARG(p->items[0].where), STR_ARG(p->items[0].message));
	}
	response_problem(&rs, &(struct problem){.status = 400, .type = S("usage"), .detail = detail, .errors = p->items,
		.n = p->n});
	x->answer = answer_new(x, &rs, NULL);
	response_free(&rs);
}

/* ---- what the headers say ---- */

static bool single(const struct exchange *x, struct str name) {
	return header_count(x, name) <= 1;
}

/* How the body ends (RFC 9112 section 6). Anything that two servers in a row might read differently is refused. */
static bool read_framing(struct exchange *x) {
	size_t lengths = header_count(x, S("content-length")), encodings = header_count(x, S("transfer-encoding"));
	if (lengths + encodings > 1) return false;
	if (encodings) {
		x->framing = CHUNKED;
		return str_eq_ascii_case(str_trim(header_of(x, S("transfer-encoding"))), S("chunked"));
	}
	if (!lengths) return true;
	int64_t n;
	struct str text = header_of(x, S("content-length"));
	if (!str_int(text, &n) || n < 0 || text.p[0] == '-') return false;
	x->framing = n ? LENGTH : NO_BODY;
	x->declared = (uint64_t)n;
	return true;
}

static void read_preferences(struct exchange *x) {
	bool html_named, json_named, problem_named;
	struct str accept = header_of(x, S("accept"));
	int html = accept_quality(accept, S("text/html"), &html_named);
	int json = accept_quality(accept, S("application/json"), &json_named);
	int problem = accept_quality(accept, S("application/problem+json"), &problem_named);
	if (problem_named && !json_named) json = problem;
	unsigned gives = x->plan ? x->plan->route->gives : 0;
	if ((gives & GIVES_HTML) && (gives & GIVES_JSON)) x->json = json > html;
	else x->json = (gives & GIVES_JSON) != 0;
	x->page_errors = html_named && html && html >= json && !path_in_api(x->rq.path);
	x->gzip = accepts_gzip(header_of(x, S("accept-encoding")));
	x->anonymous = !header_count(x, S("cookie")) && !header_count(x, S("authorization"));
	x->if_none_match = header_of(x, S("if-none-match"));
	x->if_modified_since = header_of(x, S("if-modified-since"));
	x->expects = header_count(x, S("expect")) > 0;
}

/* ---- the cache's key ---- */

static void add_size(struct buf *key, size_t n) {
	buf_add(key, str_n(&n, sizeof n));
}

/* Route, variant, and every declared parameter: what a handler can see and nothing else, so that undeclared query
 * parameters make no entries of their own. */
static void make_key(struct exchange *x) {
	unsigned flags = x->plan->route->flags;
	if (!(flags & ROUTE_CACHEABLE) || !(x->anonymous || flags & ROUTE_SAME_FOR_ALL)) return;
	autobuf struct buf key = BUF(64 << 10);
	add_size(&key, x->match.index);
	buf_add_char(&key, (char)('0' + x->json * 2 + x->gzip));
	for (size_t i = 0; i < x->plan->n_params; i++) {
		const struct param_values *v = &x->values[i];
		add_size(&key, v->given ? v->n + 1 : 0);
		for (size_t j = 0; v->given && j < v->n; j++) {
			add_size(&key, v->values[j].n);
			buf_add(&key, v->values[j]);
		}
	}
	if (!key.failed) x->key = arena_str(x->memory, buf_str(&key));
	if (arena_failed(x->memory)) x->key = STR_EMPTY;
}

/* ---- the decision ---- */

uint64_t intake_body_max(const struct exchange *x) {
	uint64_t most = x->plan ? x->plan->route->body_max : 0;
	return most < x->config->limits.body_bytes ? most : x->config->limits.body_bytes;
}

/* A browser asks whether a page of another site may send what it means to (Fetch standard, section 3.2.2). */
static bool is_preflight(const struct exchange *x) {
	return header_count(x, S("origin")) && header_count(x, S("access-control-request-method"));
}

static bool may_read_from_afar(const struct exchange *x, const struct router *router) {
	struct str wanted = header_of(x, S("access-control-request-method"));
	struct route_match match;
	if (!str_is(wanted, "GET") && !str_is(wanted, "HEAD")) return false;
	router_find(router, HTTP_GET, &x->path, &match);
	return match.route && match.route->flags & ROUTE_ANY_ORIGIN;
}

static bool find_route(struct exchange *x, const struct router *router) {
	enum http_method method = x->known_method ? x->rq.method : HTTP_OPTIONS;
	router_find(router, method, &x->path, &x->match);
	if (x->match.route && !x->path.slash) {
		x->plan = router_plan(router, x->match.index);
		x->rq.route = x->match.route;
	}
	read_preferences(x);
	if (x->plan) return true;
	if (!x->match.allow) {
		intake_refuse(x, 404, "not-found", "There is nothing at this address.", NULL);
		return false;
	}
	if (x->match.route && x->rq.method == HTTP_GET) { /* a slash too many at the end */
		struct response rs;
		if (!exchange_arena(x)) return false;
		response_init(&rs, x);
		struct str query = x->query.p ? arena_cat(x->rq.arena, S("?"), x->query) : STR_EMPTY;
		response_redirect(&rs, 308, arena_cat(x->rq.arena, x->rq.path, query));
		x->answer = answer_new(x, &rs, NULL);
		response_free(&rs);
		return false;
	}
	if (x->path.slash && x->match.route) {
		intake_refuse(x, 404, "not-found", "There is nothing at this address; leave out the slash at its end.", NULL);
		return false;
	}
	const char *allow = arena_cstr(x->memory, allow_text(x->memory, x->match.allow));
	if (x->known_method && x->rq.method == HTTP_OPTIONS) {
		struct response rs;
		if (is_preflight(x) && !may_read_from_afar(x, router)) {
			intake_refuse(x, 403, "forbidden", "Pages of other sites may read what is public, and change nothing.", NULL);
			return false;
		}
		if (!exchange_arena(x)) return false;
		response_init(&rs, x);
		rs.status = 204;
		response_header(&rs, "Allow", str_of(allow));
		if (is_preflight(x)) {
			response_header(&rs, "Access-Control-Allow-Origin", S("*"));
			response_header(&rs, "Access-Control-Allow-Methods", S("GET, HEAD"));
			response_header(&rs, "Access-Control-Allow-Headers", S("Accept, Authorization, If-Modified-Since, If-None-Match"));
			response_header(&rs, "Access-Control-Max-Age", S("86400"));
		}
		x->answer = answer_new(x, &rs, NULL);
		response_free(&rs);
		return false;
	}
	intake_refuse(x, 405, "method-not-allowed", "This address does not take this method.", allow);
	return false;
}

/* Address and framing. */
static bool check_envelope(struct exchange *x) {
	struct str target = str_of(x->target), raw = target;
	size_t mark = str_find_char(target, '?');
	x->query = (struct str){0};
	if (mark != STR_NONE) {
		raw = str_sub(target, 0, mark);
		x->query = str_from(target, mark + 1);
	}
	read_preferences(x); /* how to answer an error */
	if (target.n > x->config->limits.target_bytes) {
		intake_refuse(x, 414, "too-large", "The address is too long.", NULL);
		return false;
	}
	if (x->header_bytes + target.n > x->config->limits.header_bytes) {
		intake_refuse(x, 431, "too-large", "The request's headers are too large.", NULL);
		return false;
	}
	struct str host = header_of(x, S("host"));
	if (!single(x, S("host")) || (header_count(x, S("host")) && !host_valid(host))) {
		intake_refuse(x, 400, "usage", "The Host header is not one.", NULL);
		return false;
	}
	if (!read_framing(x)) {
		x->framing = CHUNKED; /* whatever it is, none of it is read */
		intake_refuse(x, 400, "usage", "Where the body ends is not clear.", NULL);
		return false;
	}
	struct err e = {0};
	if (str_is(target, "*") && x->rq.method == HTTP_OPTIONS) raw = S("/");
	if (path_split(x->memory, raw, &x->path, &e)) {
		intake_refuse(x, 400, "usage", e.message, NULL);
		return false;
	}
	x->rq.path = path_text(x->memory, &x->path);
	return true;
}

static bool check_body(struct exchange *x) {
	if (x->framing == NO_BODY) return true;
	uint64_t most = intake_body_max(x);
	if (most && (x->framing == CHUNKED || x->declared <= most)) return true;
	char words[96] = "This address takes no body.";
	if (most) snprintf(words, sizeof words, "The body may have at most %llu bytes.", (unsigned long long)most);
	intake_refuse(x, most || x->rq.method != HTTP_GET ? 413 : 400, most ? "too-large" : "usage", words, NULL);
	return false;
}

static bool check_origin(struct exchange *x) {
	enum csrf_rule rule = x->plan->route->csrf;
	if (rule != CSRF_ORIGIN && rule != CSRF_TOKEN) return true;
	struct str site = header_of(x, S("sec-fetch-site")), origin = header_of(x, S("origin"));
	if (same_origin(site, origin, header_of(x, S("host")))) return true;
	intake_refuse(x, 403, "forbidden", "The request does not come from a page of this site.", NULL);
	return false;
}

static bool check_parameters(struct exchange *x) {
	struct problems problems;
	if (!params_read(x, &problems)) return false;
	if (!problems.n) return true;
	refuse_parameters(x, &problems);
	return false;
}

enum intake intake(struct exchange *x, const struct router *router) {
	bool fine = check_envelope(x) && find_route(x, router) && check_body(x) && check_origin(x) && check_parameters(x);
	if (fine && x->rq.method == HTTP_GET) make_key(x);
	if (arena_failed(x->memory)) return INTAKE_FAILED;
	if (fine) return x->framing == NO_BODY ? INTAKE_WORK : INTAKE_BODY;
	return x->answer ? INTAKE_ANSWER : INTAKE_FAILED;
}
