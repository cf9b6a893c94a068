#include "inside.h"

#include "lib/json/json.h"

#include <errno.h>
#include <sys/mman.h>

struct str header_of(const struct exchange *x, struct str name) {
	for (size_t i = 0; i < x->n_headers; i++) {
		if (str_eq_ascii_case(x->headers[i].name, name)) return x->headers[i].value;
	}
	return STR_EMPTY;
}

size_t header_count(const struct exchange *x, struct str name) {
	size_t n = 0;
	for (size_t i = 0; i < x->n_headers; i++) n += str_eq_ascii_case(x->headers[i].name, name);
	return n;
}

struct str request_header(struct request *rq, const char *name) {
	struct exchange *x = exchange_of(rq);
	x->unkeyed = true;
	return header_of(x, str_of(name));
}

/* "a=1; b=2" in one or more headers; RFC 6265 section 5.4. */
struct str request_cookie(struct request *rq, const char *name) {
	struct exchange *x = exchange_of(rq);
	x->unkeyed = true;
	for (size_t i = 0; i < x->n_headers; i++) {
		if (!str_eq_ascii_case(x->headers[i].name, S("cookie"))) continue;
		struct str rest = x->headers[i].value, pair;
		while (rest.p && str_split(&rest, ';', &pair)) {
			pair = str_trim(pair);
			size_t equals = str_find_char(pair, '=');
			if (equals != STR_NONE && str_is(str_sub(pair, 0, equals), name)) return str_from(pair, equals + 1);
		}
	}
	return STR_EMPTY;
}

/* The last address in X-Forwarded-For is the one that the proxy itself saw. */
struct str request_remote(struct request *rq) {
	struct exchange *x = exchange_of(rq);
	x->unkeyed = true;
	if (!x->config->trusted_proxy || !str_is(x->address, x->config->trusted_proxy)) return x->address;
	struct str last = STR_EMPTY;
	for (size_t i = 0; i < x->n_headers; i++) {
		if (str_eq_ascii_case(x->headers[i].name, S("x-forwarded-for"))) last = x->headers[i].value;
	}
	size_t comma = str_rfind_char(last, ',');
	if (comma != STR_NONE) last = str_from(last, comma + 1);
	last = str_trim(last);
	bool fine = last.n && last.n < 46;
	for (size_t i = 0; i < last.n; i++) fine = fine && memchr("0123456789abcdefABCDEF:.", last.p[i], 24);
	return fine ? last : x->address;
}

bool request_wants_json(const struct request *rq) {
	return exchange_of(rq)->json;
}

bool request_has_if_match(struct request *rq) {
	struct exchange *x = exchange_of(rq);
	x->unkeyed = true;
	return header_count(x, S("if-match")) > 0;
}

bool request_if_match(struct request *rq, struct str etag) {
	struct exchange *x = exchange_of(rq);
	return !request_has_if_match(rq) || etag_listed(header_of(x, S("if-match")), etag);
}

bool request_if_match_version(struct request *rq, struct str version) {
	struct exchange *x = exchange_of(rq);
	return !request_has_if_match(rq) || etag_listed_version(header_of(x, S("if-match")), version);
}

bool version_listed(struct str list, struct str version) {
	return etag_listed_version(list, version);
}

bool request_cancelled(const struct request *rq) {
	const struct exchange *x = exchange_of(rq);
	return atomic_load_explicit(&x->cancelled, memory_order_relaxed) || stopwatch() > x->deadline;
}

const atomic_bool *request_stopped(const struct request *rq) { return &exchange_of(rq)->cancelled; }

/* ---- body ---- */

size_t request_body_size(const struct request *rq) {
	return exchange_of(rq)->body.n;
}

enum err_code request_body(struct request *rq, size_t max, struct str *out, struct err *e) {
	struct body *b = &exchange_of(rq)->body;
	if (b->n > max) return err_set(e, ERR_TOO_LARGE, "the body is larger than %zu bytes", max);
	if (b->memory.n == b->n) {
		*out = buf_str(&b->memory);
		return ERR_OK;
	}
	char *p = arena_alloc(rq->arena, b->n + 1);
	if (!p) return err_set(e, ERR_MEMORY, "out of memory");
	size_t got = 0;
	while (got < b->in_file) {
		ssize_t n = pread(b->fd, p + got, b->in_file - got, (off_t)got);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return err_errno(e, n ? errno : EIO, "the upload can't be read back");
		got += (size_t)n;
	}
	if (got < b->n) memcpy(p + got, b->memory.p, b->n - got);
	*out = str_n(p, b->n);
	return ERR_OK;
}

enum err_code request_body_fd(struct request *rq, int *fd, struct err *e) {
	struct exchange *x = exchange_of(rq);
	struct body *b = &x->body;
	if (b->fd < 0 || b->in_file < b->n) {
		enum err_code code = body_to_file(b, x->config->spool_dir, true, e);
		if (code) return code;
	}
	if (lseek(b->fd, 0, SEEK_SET) < 0) return err_errno(e, errno, "the upload can't be read back");
	*fd = b->fd;
	return ERR_OK;
}

struct mapping {
	void *p;
	size_t n;
};

static void unmap(void *mapping) {
	struct mapping *m = mapping;
	munmap(m->p, m->n);
}

enum err_code request_body_map(struct request *rq, struct str *out, struct err *e) {
	struct body *b = &exchange_of(rq)->body;
	if (b->memory.n == b->n) {
		*out = buf_str(&b->memory);
		return ERR_OK;
	}
	int fd;
	enum err_code code = request_body_fd(rq, &fd, e);
	if (code) return code;
	struct mapping *m = arena_new_of(rq->arena, struct mapping);
	if (!m) return err_set(e, ERR_MEMORY, "out of memory");
	*m = (struct mapping){mmap(NULL, b->n, PROT_READ, MAP_PRIVATE, fd, 0), b->n};
	if (m->p == MAP_FAILED) return err_errno(e, errno, "the upload can't be read back");
	if (!arena_defer(rq->arena, unmap, m)) {
		unmap(m);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	*out = str_n(m->p, m->n);
	return ERR_OK;
}

static bool is_json_type(struct str type) {
	size_t semicolon = str_find_char(type, ';');
	if (semicolon != STR_NONE) type = str_sub(type, 0, semicolon);
	type = str_trim(type);
	if (str_eq_ascii_case(type, S("application/json"))) return true;
	return type.n > 17 && str_eq_ascii_case(str_sub(type, 0, 12), S("application/"))
		&& str_eq_ascii_case(str_from(type, type.n - 5), S("+json"));
}

enum err_code request_json(struct request *rq, const struct json **out, struct err *e) {
	if (!is_json_type(header_of(exchange_of(rq), S("content-type")))) {
		return err_set(e, ERR_USAGE, "the body must be application/json");
	}
	struct str text;
	enum err_code code = request_body(rq, JSON_BYTES, &text, e);
	return code ? code : json_parse(rq->arena, text, NULL, out, e);
}
