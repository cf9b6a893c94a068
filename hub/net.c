#include "net.h"

#include "base/child.h"

enum { ANSWER = 8 << 20, HEADERS = 200 };

/* ---- the program ---- */

static enum err_code run(struct arena *a, const struct json *request, int milliseconds, const atomic_bool *cancelled, struct str *out,
	struct err *e) {
	struct child c = {.path = child_beside(a, "POLDER_NET", "polder-net"), .input = json_text(a, request), .max = ANSWER, .milliseconds = milliseconds, .cancelled = cancelled};
	struct child_ended ended;
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "out of memory");
	enum err_code code = child_run(a, &c, &ended, e);
	if (!code) *out = ended.output;
	if (code == ERR_BUSY) return err_set(e, code, "the other side did not answer in time");
	if (code == ERR_TOO_LARGE) return err_set(e, ERR_UNSUPPORTED, "polder-net answered too much");
	return code;
}

/* ---- answers ---- */

enum err_code net_read(struct arena *a, struct str text, const struct json **out, struct err *e) {
	const struct json *v;
	struct err why = {0};
	if (json_parse(a, text, &(struct json_limits){.bytes = ANSWER, .depth = 8}, &v, &why)) {
		err_set(e, ERR_UNSUPPORTED, "polder-net answered nothing that can be read");
		err_detail(e, "%s %s", why.where, why.message);
		return ERR_UNSUPPORTED;
	}
	if (json_true(json_get_lit(v, "ok"))) {
		*out = v;
		return ERR_OK;
	}
	struct str words = json_get_str(json_get_lit(v, "error"), S("message"));
	char line[300];
	size_t n = 0;
	words = str_cut_utf8(words, sizeof line - 1); /* another host's words, perhaps: one line */
	for (size_t i = 0; i < words.n; i++) line[n++] = (unsigned char)words.p[i] < 32 || words.p[i] == 127 ? ' ' : words.p[i];
	return err_set(e, ERR_BUSY, "%.*s", n ? (int)n : 9, n ? line : "no reason");
}

struct net_answer net_answer_of(struct arena *a, const struct json *answer) {
	const struct json *headers = json_get_lit(answer, "headers");
	struct net_answer out = {.status = (int)json_integer(json_get_lit(answer, "status"), 0), .body = json_get_str(answer, S("body"))};
	size_t n = json_is(headers, JSON_OBJECT) ? json_count(headers) : 0;
	out.headers = arena_array(a, n + 1, sizeof *out.headers);
	for (size_t i = 0; out.headers && i < n && i < HEADERS; i++) {
		const struct json_member *m = json_member_at(headers, i);
		out.headers[out.headers_n++] = (struct net_header){m->name, json_string(&m->value)};
	}
	return out;
}

/* ---- requests ---- */

enum err_code net_fetch(struct arena *a, const struct net_fetch *f, struct net_answer *out, struct err *e) {
	if (!str_utf8(f->url) || !str_utf8(f->body) || f->url.n > 8000) return err_set(e, ERR_INVALID, "that can't be fetched");
	struct json_builder headers = json_object_of(a), b = json_object_of(a), request = json_object_of(a);
	for (size_t i = 0; i < f->headers_n; i++) json_set(&headers, f->headers[i].name, json_str_checked(a, f->headers[i].value));
	json_set_str(&b, S("url"), f->url);
	json_put_str(&b, S("method"), f->method);
	json_put(&b, S("headers"), json_built(&headers));
	json_put_str(&b, S("body"), f->body);
	json_set_bool(&b, S("allow_http"), f->allow_http);
	json_set(&request, S("fetch"), json_built(&b));
	struct str text;
	const struct json *answer;
	enum err_code code = run(a, json_built(&request), 12000, f->cancelled, &text, e);
	if (!code) code = net_read(a, text, &answer, e);
	if (code) return code;
	*out = net_answer_of(a, answer);
	return arena_failed(a) ? err_set(e, ERR_MEMORY, "out of memory") : ERR_OK;
}

enum err_code net_save(struct arena *a, const struct net_save *s, int *statuses, struct err *e) {
	struct json_builder paths = json_array_of(a), b = json_object_of(a), request = json_object_of(a);
	struct str text;
	const struct json *answer;
	if (!s->n || s->n > NET_SAVE || !str_utf8(s->url)) return err_set(e, ERR_INVALID, "that can't be fetched");
	for (size_t i = 0; i < s->n; i++) json_add(&paths, json_str_checked(a, s->paths[i]));
	json_set_str(&b, S("url"), s->url);
	json_set_str(&b, S("to"), str_of(s->to));
	json_set(&b, S("paths"), json_built(&paths));
	json_set_int(&b, S("max"), (int64_t)s->max);
	json_set_bool(&b, S("allow_http"), s->allow_http);
	json_set(&request, S("save"), json_built(&b));
	enum err_code code = run(a, json_built(&request), 600000, NULL, &text, e);
	if (!code) code = net_read(a, text, &answer, e);
	const struct json *told = code ? NULL : json_get_lit(answer, "statuses");
	if (!code && json_count(told) != s->n) code = err_set(e, ERR_UNSUPPORTED, "polder-net answered something else than was asked");
	for (size_t i = 0; i < s->n && !code; i++) statuses[i] = (int)json_integer(json_at(told, i), 0);
	return code;
}

enum err_code net_call(struct arena *a, const struct net_call *c, const atomic_bool *cancelled, struct net_called *out, struct err *e) {
	struct json_builder headers = json_object_of(a), b = json_object_of(a), request = json_object_of(a);
	for (size_t i = 0; i < c->headers_n; i++) json_set(&headers, c->headers[i].name, json_str_checked(a, c->headers[i].value));
	json_set(&b, S("url"), json_str_checked(a, c->url));
	json_put(&b, S("headers"), json_built(&headers));
	json_set(&b, S("body"), json_str_checked(a, c->body));
	json_set_bool(&b, S("http_to_this_machine"), c->http_to_this_machine);
	json_set_bool(&b, S("private_networks"), c->private_networks);
	json_set(&request, S("call"), json_built(&b));
	struct str text;
	const struct json *answer;
	enum err_code code = run(a, json_built(&request), 18000, cancelled, &text, e);
	if (!code) code = net_read(a, text, &answer, e);
	if (code) return code;
	*out = (struct net_called){(int)json_integer(json_get_lit(answer, "status"), 0), json_get_str(answer, S("body")),
		json_integer(json_get_lit(answer, "took"), 0), json_integer(json_get_lit(answer, "retry_after"), 0)};
	return ERR_OK;
}

enum err_code net_mail(struct arena *a, const struct net_mail *m, const atomic_bool *cancelled, bool *refused, struct err *e) {
	struct json_builder b = json_object_of(a), request = json_object_of(a);
	json_set(&b, S("server"), json_str_checked(a, m->server));
	json_set(&b, S("from"), json_str_checked(a, m->from));
	json_set(&b, S("to"), json_str_checked(a, m->to));
	if (m->user.n) json_set(&b, S("user"), json_str_checked(a, m->user));
	if (m->user.n) json_set(&b, S("password"), json_str_checked(a, m->password));
	json_set(&b, S("message"), json_str_checked(a, m->message));
	json_set(&request, S("mail"), json_built(&b));
	struct str text;
	const struct json *answer;
	enum err_code code = run(a, json_built(&request), 32000, cancelled, &text, e);
	*refused = false;
	if (!code) code = net_read(a, text, &answer, e);
	if (code == ERR_BUSY && !json_parse(a, text, NULL, &answer, NULL)) *refused = json_true(json_pointer(answer, S("/error/for_good")));
	return code;
}
