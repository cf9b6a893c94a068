#include "inside.h"

static bool wants_form(const struct exchange *x) {
	for (size_t i = 0; i < x->plan->n_params; i++) {
		if (x->plan->route->params[i].in == PARAM_FORM) return true;
	}
	return false;
}

/* True when the handler may go on. */
static bool read_form(struct exchange *x, struct response *rs, struct err *e) {
	enum err_code code = exchange_form(x, e);
	if (code == ERR_UNSUPPORTED) {
		response_problem(rs, &(struct problem){.status = 415, .type = S("unsupported"), .detail = str_of(e->message)});
		return false;
	}
	if (code) {
		response_error(rs, e);
		return false;
	}
	struct problems problems;
	if (!params_read_form(x, x->form, x->form_n, &problems)) {
		err_set(e, ERR_MEMORY, "out of memory");
		response_error(rs, e);
		return false;
	}
	if (problems.n) response_invalid(rs, 422, problems.items, problems.n);
	return !problems.n;
}

static enum err_code run(struct exchange *x, struct response *rs, struct err *e) {
	const struct server_config *c = x->config;
	const struct route *route = x->plan->route;
	if (wants_form(x) && !read_form(x, rs, e)) return ERR_OK;
	bool done = false;
	enum err_code code = ERR_OK;
	if (c->authorize) code = c->authorize(&x->rq, rs, &done, e);
	else if (route->permission != ROUTE_PUBLIC) code = err_set(e, ERR_FORBIDDEN, "nobody may do this here");
	if (code || done) return code;
	if (route->csrf == CSRF_TOKEN) {
		code = c->check_csrf ? c->check_csrf(&x->rq, e) : err_set(e, ERR_FORBIDDEN, "nobody can check this form");
		if (code) return code;
	}
	/* For these, who asks is part of the key: nobody in particular, or it makes no difference. */
	if (x->anonymous || route->flags & ROUTE_SAME_FOR_ALL) x->unkeyed = false;
	return route->run(&x->rq, rs, e);
}

/* What the handler held in its arena is gone after this. */
static void fail(struct exchange *x, struct response *rs, enum err_code code, const char *words) {
	struct err e = {0};
	err_set(&e, code, "%s", words);
	x->rq.user = NULL;
	rs->headers = NULL;
	arena_clear(x->rq.arena);
	response_error(rs, &e);
}

void handle(struct exchange *x, struct worker *w) {
	struct response rs;
	struct err e = {0};
	if (!exchange_arena(x)) return;
	x->rq.worker = w->state;
	response_init(&rs, x);
	enum err_code code = run(x, &rs, &e);
	if (code) {
		if (!e.code) err_set(&e, code, "%s", err_title(code));
		if (err_http_status(code) >= 500) {
			server_complain(x->config, "%s: %s%s%s", x->plan->route->path, e.message, e.detail[0] ? ": " : "", e.detail);
		}
		x->unkeyed = true;
		response_error(&rs, &e);
	}
	if (x->misused) {
		server_complain(x->config, "%s: the handler asked for or sent what its route does not allow: %s",
			x->plan->route->path, x->misused);
		fail(x, &rs, ERR_INTERNAL, "The page has a mistake.");
	} else if (arena_failed(x->rq.arena) || html_failed(&rs.body)) {
		server_complain(x->config, "%s: memory is out, or the request or its answer took more than it may",
			x->plan->route->path);
		fail(x, &rs, ERR_INTERNAL, "This took more memory than one request may have.");
	}
	x->answer = answer_new(x, &rs, w->deflater);
	response_free(&rs);
}
