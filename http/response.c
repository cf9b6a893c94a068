#include "inside.h"

#include "lib/json/json.h"

void response_init(struct response *rs, struct exchange *x) {
	*rs = (struct response){.status = 200, .rq = &x->rq, .content_type = STR_EMPTY, .fixed = STR_EMPTY,
		.etag = STR_EMPTY, .fd = -1, .body = HTML(x->config->limits.response_bytes)};
}

static void drop_body(struct response *rs) {
	html_free(&rs->body);
	rs->fixed = STR_EMPTY;
	rs->compressed = false;
	if (rs->fd >= 0) close(rs->fd);
	rs->fd = -1;
}

void response_free(struct response *rs) {
	drop_body(rs);
}

/* ---- bodies ---- */

struct buf *response_buf(struct response *rs, const char *content_type) {
	drop_body(rs);
	rs->content_type = str_of(content_type);
	return &rs->body.b;
}

struct html *response_html(struct response *rs) {
	response_buf(rs, "text/html; charset=utf-8");
	return &rs->body;
}

void response_json_value(struct response *rs, const struct json *v) {
	struct json_writer w = json_writer(response_json(rs));
	jw_value(&w, v);
}

void response_fixed(struct response *rs, struct str content_type, struct str bytes) {
	drop_body(rs);
	rs->content_type = content_type;
	rs->fixed = bytes;
}

void response_bytes(struct response *rs, struct str content_type, struct str bytes) {
	drop_body(rs);
	rs->content_type = content_type;
	buf_add(&rs->body.b, bytes);
}

/* RFC 6266: an ASCII name for old clients and the true one, percent-encoded. */
static void name_download(struct response *rs, struct str name) {
	autobuf struct buf value = BUF(4096);
	name = str_cut_utf8(name, 255);
	buf_add(&value, S("attachment; filename=\""));
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		buf_add_char(&value, c < 0x20 || c > 0x7e || strchr("\"\\/%;", c) ? '_' : (char)c);
	}
	buf_add(&value, S("\"; filename*=UTF-8''"));
	url_encode(&value, name);
	response_header(rs, "Content-Disposition", buf_str(&value));
}

void response_file(struct response *rs, int fd, uint64_t size, struct str content_type, struct str download_name) {
	drop_body(rs);
	rs->fd = fd;
	rs->fd_size = size;
	rs->content_type = content_type;
	if (download_name.n) name_download(rs, download_name);
}

/* ---- headers ---- */

static bool header_safe(struct str value) {
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c < 0x20 || c == 0x7f) return false;
	}
	return true;
}

static void add_header(struct response *rs, struct arena *a, struct response_header **last, const char *name, struct str value) {
	struct exchange *x = exchange_of(rs->rq);
	if (!token_valid(str_of(name)) || !header_safe(value)) {
		x->misused = "a header with control characters";
		return;
	}
	struct response_header *h = arena_new_of(a, struct response_header);
	if (!h) return;
	/* C strings: libmicrohttpd takes them so */
	*h = (struct response_header){NULL, arena_str(a, str_of(name)), arena_str(a, value)};
	while (*last) last = &(*last)->next;
	*last = h;
}

void response_header(struct response *rs, const char *name, struct str value) {
	add_header(rs, rs->rq->arena, &rs->headers, name, value);
}

struct str response_header_value(const struct response *rs, const char *name) {
	for (const struct response_header *h = rs->headers; h; h = h->next)
		if (str_eq_ascii_case(h->name, str_of(name))) return h->value;
	return STR_EMPTY;
}

void response_header_once(struct response *rs, const char *name, struct str value) {
	struct exchange *x = exchange_of(rs->rq);
	add_header(rs, x->memory, &x->once, name, value);
}

/* What may stand between < and > or in a Location: the characters of RFC 3986 and what is percent-encoded. */
static struct str header_url(struct arena *a, struct str url) {
	struct html text = HTML(64 << 10);
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c <= ' ' || c >= 0x7f || strchr("<>\"\\^`{|}", c)) url_encode(&text.b, str_sub(url, i, 1));
		else buf_add_char(&text.b, (char)c);
	}
	struct str out = arena_str(a, html_str(&text));
	if (html_failed(&text)) arena_fail(a);
	html_free(&text);
	return out;
}

void response_link(struct response *rs, const char *rel, struct str url) {
	struct arena *a = rs->rq->arena;
	struct str address = header_url(a, url);
	response_header(rs, "Link", arena_fmt(a, "<%.*s>; rel=\"%s\"", STR_ARG(address), rel));
}

void response_redirect(struct response *rs, int status, struct str url) {
	drop_body(rs);
	rs->content_type = STR_EMPTY;
	rs->status = status;
	if (!html_url_allowed(url) || (html_url_outside(url) && !str_starts(url, S("http")))) {
		exchange_of(rs->rq)->misused = "a redirect to an address that is not one";
		return;
	}
	response_header(rs, "Location", header_url(rs->rq->arena, url));
}

/* ---- problems ---- */

static const char *status_title(int status) {
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{400, "The request could not be understood"},
		{401, "Sign in first"},
		{403, "Not allowed"},
		{404, "Nothing here"},
		{405, "This address does not take this method"},
		{408, "The request came too slowly"},
		{409, "It conflicts with the present state"},
		{411, "The length of the body is missing"},
		{412, "It changed meanwhile"},
		{413, "Too large"},
		{414, "The address is too long"},
		{415, "This media type is not taken"},
		{422, "The input breaks a rule"},
		{428, "Say which version you mean to change"},
		{429, "Too many requests"},
		{431, "The request's headers are too large"},
		{500, "Internal error"},
		{501, "Not supported"},
		{503, "Busy; try again"},
		{507, "Storage failed"},
	};
	for (size_t i = 0; i < lengthof(titles); i++) {
		if (titles[i].status == status) return titles[i].title;
	}
	return status < 500 ? "The request was refused" : "The server failed";
}

static void write_items(struct json_writer *w, const struct problem *p) {
	jw_name(w, S("errors"));
	jw_array(w);
	for (size_t i = 0; i < p->n; i++) {
		jw_object(w);
		struct str where = p->errors[i].where;
		if (where.n) jw_field_str(w, str_starts(where, S("/")) ? S("pointer") : S("parameter"), where);
		jw_field_str(w, S("detail"), p->errors[i].message);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void problem_json(struct json_writer *w, struct request *rq, const struct problem *p) {
	const char *base = exchange_of(rq)->config->problem_base;
	jw_object(w);
	if (base && p->type.n) jw_field_str(w, S("type"), arena_cat(rq->arena, str_of(base), p->type));
	jw_field_str(w, S("title"), p->title.n ? p->title : str_of(status_title(p->status)));
	jw_field_int(w, S("status"), p->status);
	if (p->detail.n) jw_field_str(w, S("detail"), p->detail);
	if (rq->path.n) jw_field_str(w, S("instance"), rq->path);
	if (p->n) write_items(w, p);
	jw_object_end(w);
}

static void write_problem(struct response *rs, const struct problem *p) {
	struct json_writer w = json_writer(response_buf(rs, "application/problem+json"));
	problem_json(&w, rs->rq, p);
}

void response_problem(struct response *rs, const struct problem *given) {
	struct exchange *x = exchange_of(rs->rq);
	struct problem p = *given;
	if (!p.title.p || !p.title.n) p.title = str_of(status_title(p.status));
	drop_body(rs);
	rs->headers = NULL;
	rs->status = p.status;
	rs->cache = CACHE_NO_STORE;
	rs->etag = STR_EMPTY;
	rs->last_modified = 0;
	if (x->page_errors && x->config->error_page) {
		x->config->error_page(&x->rq, rs, &p);
		rs->status = p.status;
		rs->cache = CACHE_NO_STORE;
		if (rs->body.b.n && !html_failed(&rs->body)) return;
	}
	write_problem(rs, &p);
}

void response_error(struct response *rs, const struct err *e) {
	struct problem_item item = {str_of(e->where), str_of(e->message)};
	response_problem(rs, &(struct problem){.status = err_http_status(e->code), .type = str_of(err_name(e->code)),
		.title = str_of(err_title(e->code)), .detail = str_of(e->message), .errors = &item, .n = e->where[0] ? 1 : 0});
}

void response_invalid(struct response *rs, int status, const struct problem_item *items, size_t n) {
	response_problem(rs, &(struct problem){.status = status, .type = S("invalid"), .errors = items, .n = n});
}
