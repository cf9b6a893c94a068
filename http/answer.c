#include "inside.h"

#include <microhttpd.h>
#include <openssl/evp.h>
#include <zlib.h>

enum { COMPRESS_FROM = 1024, ETAG_BYTES = 16, YEAR = 31536000 };

/* ---- gzip ---- */

struct deflater {
	z_stream z;
};

struct deflater *deflater_new(void) {
	struct deflater *d = calloc(1, sizeof *d);
	if (!d) return NULL;
	/* 15 + 16: the largest window and gzip's frame. Level 5 costs half of 9 for two per cent more bytes. */
	if (deflateInit2(&d->z, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(d);
		return NULL;
	}
	return d;
}

void deflater_free(struct deflater *d) {
	if (!d) return;
	deflateEnd(&d->z);
	free(d);
}

bool deflate_whole(struct deflater *d, struct str s, char **out, size_t *n) {
	if (!d || s.n > UINT32_MAX / 2 || deflateReset(&d->z) != Z_OK) return false;
	char *p = malloc(s.n);
	if (!p) return false;
	d->z.next_in = (Bytef *)(uintptr_t)s.p;
	d->z.avail_in = (uInt)s.n;
	d->z.next_out = (Bytef *)p;
	d->z.avail_out = (uInt)s.n;
	if (deflate(&d->z, Z_FINISH) != Z_STREAM_END) { /* it would not get smaller */
		free(p);
		return false;
	}
	*n = s.n - d->z.avail_out;
	char *fitted = realloc(p, *n);
	*out = fitted ? fitted : p;
	return true;
}

static bool is_text(struct str type) {
	size_t semicolon = str_find_char(type, ';');
	if (semicolon != STR_NONE) type = str_trim(str_sub(type, 0, semicolon));
	return str_starts(type, S("text/")) || str_ends(type, S("json")) || str_ends(type, S("xml"))
		|| str_is(type, "application/javascript");
}

/* ---- headers ---- */

static void add(struct MHD_Response *r, const char *name, const char *value) {
	MHD_add_response_header(r, name, value);
}

/* Everything that a page of ours needs comes from this site; nothing else is fetched, run or framed. What users upload
 * is not even rendered. */
static void add_security(struct MHD_Response *r, const struct server_config *config, bool upload) {
	add(r, "Content-Security-Policy", upload ? "default-src 'none'; frame-ancestors 'none'; sandbox"
		: "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
		  "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	add(r, "X-Content-Type-Options", "nosniff");
	add(r, "X-Frame-Options", "DENY");
	add(r, "Referrer-Policy", "same-origin");
	add(r, "Cross-Origin-Opener-Policy", "same-origin");
	add(r, "Cross-Origin-Resource-Policy", "same-origin");
	add(r, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
	if (config->https) add(r, "Strict-Transport-Security", "max-age=31536000");
}

static void add_cache_control(struct MHD_Response *r, enum cache_policy policy, unsigned max_age) {
	char text[64];
	switch (policy) {
	case CACHE_NO_STORE: add(r, "Cache-Control", "no-store"); return;
	case CACHE_PRIVATE: add(r, "Cache-Control", "private, no-cache"); return;
	case CACHE_IMMUTABLE:
		snprintf(text, sizeof text, "public, max-age=%d, immutable", YEAR);
		add(r, "Cache-Control", text);
		return;
	case CACHE_PUBLIC: break;
	}
	if (!max_age) {
		add(r, "Cache-Control", "public, no-cache");
		return;
	}
	snprintf(text, sizeof text, "public, max-age=%u", max_age);
	add(r, "Cache-Control", text);
}

static void add_validators(struct MHD_Response *r, const struct answer *a) {
	char text[512];
	if (a->etag) {
		snprintf(text, sizeof text, "\"%s\"", a->etag);
		add(r, "ETag", text);
	}
	if (a->last_modified) {
		char date[HTTP_DATE];
		struct str s = http_date(a->last_modified, date);
		if (s.n) add(r, "Last-Modified", s.p);
	}
}

static void add_vary(struct MHD_Response *r, const struct exchange *x, const struct response *rs) {
	char text[96] = "";
	const struct route *route = x->plan ? x->plan->route : NULL;
	bool both = route && (route->gives & GIVES_HTML) && (route->gives & ~(unsigned)GIVES_HTML);
	bool viewer = rs->cache != CACHE_NO_STORE && !(route && route->flags & ROUTE_SAME_FOR_ALL);
	int n = snprintf(text, sizeof text, "%s%s%s", is_text(rs->content_type) ? ", Accept-Encoding" : "",
		both || rs->status >= 400 ? ", Accept" : "", viewer ? ", Cookie, Authorization" : "");
	if (n > 2) add(r, "Vary", text + 2);
}

/* ---- making ---- */

/* Gives the bytes their validator: what the handler said or a hash of them. */
static bool set_etag(struct answer *a, const struct response *rs, struct str bytes, bool gzipped) {
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[ETAG_BYTES * 2 + 1] = "";
	struct str tag = rs->etag;
	if (!tag.n) {
		if (rs->cache == CACHE_NO_STORE || rs->status != 200 || rs->fd >= 0) return true;
		if (!EVP_Digest(bytes.p, bytes.n, hash, NULL, EVP_sha256(), NULL)) return true;
		for (int i = 0; i < ETAG_BYTES; i++) snprintf(text + i * 2, 3, "%02x", hash[i]);
		tag = str_of(text);
	}
	for (size_t i = 0; i < tag.n; i++) {
		if (tag.p[i] <= ' ' || tag.p[i] == '"' || tag.p[i] == '\\' || tag.p[i] == 0x7f) return true;
	}
	if (tag.n > 400) return true;
	struct str mark = gzipped ? S(GZIP_MARK) : STR_EMPTY;
	a->etag = malloc(tag.n + mark.n + 1);
	if (!a->etag) return false;
	memcpy(a->etag, tag.p, tag.n);
	memcpy(a->etag + tag.n, mark.p, mark.n);
	a->etag[tag.n + mark.n] = 0;
	return true;
}

static void keep_private(const struct exchange *x, struct response *rs) {
	bool same = x->plan && (x->plan->route->flags & ROUTE_SAME_FOR_ALL);
	if (rs->cache >= CACHE_PUBLIC && !x->anonymous && !same) rs->cache = CACHE_PRIVATE;
}

static bool to_be_kept(const struct exchange *x, const struct response *rs) {
	if (!x->key.n || x->unkeyed || rs->cache < CACHE_PUBLIC || rs->fd >= 0) return false;
	if (!x->config->change_sequence && rs->cache != CACHE_IMMUTABLE) return false;
	return rs->status == 200 || rs->status == 404 || rs->status == 301 || rs->status == 308;
}

/* The body as libmicrohttpd wants it; it takes over what was allocated. */
static struct MHD_Response *make_body(struct response *rs, struct str bytes, char *gzipped, size_t gzipped_n) {
	struct MHD_Response *r;
	if (gzipped) {
		r = MHD_create_response_from_buffer(gzipped_n, gzipped, MHD_RESPMEM_MUST_FREE);
		if (!r) free(gzipped);
		return r;
	}
	if (rs->fd >= 0) {
		r = MHD_create_response_from_fd64(rs->fd_size, rs->fd);
		if (r) rs->fd = -1;
		return r;
	}
	if (rs->fixed.n) return MHD_create_response_from_buffer(bytes.n, (void *)(uintptr_t)bytes.p, MHD_RESPMEM_PERSISTENT);
	if (!bytes.n) return MHD_create_response_from_buffer(0, (void *)(uintptr_t)"", MHD_RESPMEM_PERSISTENT);
	/* A kept body gives back what its buffer has too much. */
	char *p = rs->body.b.p, *fitted = realloc(p, bytes.n);
	if (fitted) p = fitted;
	rs->body.b = BUF(rs->body.b.max);
	r = MHD_create_response_from_buffer(bytes.n, p, MHD_RESPMEM_MUST_FREE);
	if (!r) free(p);
	return r;
}

/* What is readable by anyone may be read from any page. "*" keeps cookies out (Fetch standard, section 3.2.5). */
static void add_origin(struct MHD_Response *r, const struct exchange *x) {
	if (!x->plan || !(x->plan->route->flags & ROUTE_ANY_ORIGIN)) return;
	add(r, "Access-Control-Allow-Origin", "*");
	add(r, "Access-Control-Expose-Headers", "ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After");
}

static void add_all_headers(struct MHD_Response *r, const struct answer *a, const struct exchange *x, const struct response *rs,
	bool gzipped, bool once) {
	bool disposed = false;
	for (const struct response_header *h = once ? x->once : NULL; h; h = h->next) add(r, h->name.p, h->value.p);
	for (const struct response_header *h = rs->headers; h; h = h->next) {
		add(r, h->name.p, h->value.p);
		disposed |= str_eq_ascii_case(h->name, S("Content-Disposition"));
	}
	if (rs->content_type.n) {
		char type[256];
		snprintf(type, sizeof type, "%.*s", STR_ARG(rs->content_type));
		add(r, "Content-Type", type);
	}
	if (gzipped) add(r, "Content-Encoding", "gzip");
	add_security(r, x->config, disposed);
	add_origin(r, x);
	add_cache_control(r, rs->cache, rs->max_age);
	add_vary(r, x, rs);
	add_validators(r, a);
}

struct answer *answer_new(struct exchange *x, struct response *rs, struct deflater *z) {
	struct answer *a = calloc(1, sizeof *a);
	if (!a) return NULL;
	keep_private(x, rs);
	struct str bytes = rs->fixed.n ? rs->fixed : html_str(&rs->body);
	char *gzipped = NULL;
	size_t gzipped_n = 0;
	/* Answers that may mix a viewer's secrets with what somebody else chose are not compressed: their length would
	 * tell about the secrets (the BREACH attack). */
	bool shrink = x->gzip && !rs->compressed && rs->fd < 0 && rs->cache >= CACHE_PUBLIC && bytes.n >= COMPRESS_FROM
		&& is_text(rs->content_type) && deflate_whole(z, bytes, &gzipped, &gzipped_n);
	*a = (struct answer){.status = rs->status, .last_modified = rs->last_modified, .uses = 1};
	a->cacheable = to_be_kept(x, rs);
	a->sequence = rs->cache == CACHE_IMMUTABLE ? CACHE_FOREVER : x->sequence;
	a->bytes = rs->fd >= 0 ? rs->fd_size : shrink ? gzipped_n : bytes.n;
	bool tagged = set_etag(a, rs, bytes, shrink), apart = a->cacheable && x->once;
	/* What is kept is the same for everybody, so this client's own headers go with a copy. */
	if (apart) {
		struct str sent = shrink ? str_n(gzipped, gzipped_n) : bytes;
		a->once = MHD_create_response_from_buffer(sent.n, (void *)(uintptr_t)sent.p, MHD_RESPMEM_MUST_COPY);
	}
	a->full = make_body(rs, bytes, gzipped, gzipped_n);
	if (!tagged || !a->full || (apart && !a->once)) {
		answer_release(a);
		return NULL;
	}
	add_all_headers(a->full, a, x, rs, shrink, !apart);
	if (apart) add_all_headers(a->once, a, x, rs, shrink, true);
	return a;
}

struct answer *answer_fixed(const struct server_config *config, int status, const char *content_type, struct str bytes,
	const char *retry_after) {
	struct answer *a = calloc(1, sizeof *a);
	if (!a) return NULL;
	*a = (struct answer){.status = status, .bytes = bytes.n, .uses = 1};
	a->full = MHD_create_response_from_buffer(bytes.n, (void *)(uintptr_t)bytes.p, MHD_RESPMEM_PERSISTENT);
	if (!a->full) {
		free(a);
		return NULL;
	}
	add(a->full, "Content-Type", content_type);
	add_security(a->full, config, false);
	add_cache_control(a->full, CACHE_NO_STORE, 0);
	if (retry_after) add(a->full, "Retry-After", retry_after);
	return a;
}

void answer_release(void *answer) {
	struct answer *a = answer;
	if (!a || --a->uses) return;
	if (a->full) MHD_destroy_response(a->full);
	if (a->once) MHD_destroy_response(a->once);
	free(a->etag);
	free(a);
}

/* ---- validators ---- */

bool answer_known(const struct exchange *x, const struct answer *a) {
	if (a->status != 200 || x->rq.method != HTTP_GET) return false;
	if (x->if_none_match.n) { /* takes precedence over the date, RFC 9110 section 13.2.2 */
		if (!a->etag) return false;
		struct str tag = str_of(a->etag);
		if (str_ends(tag, S(GZIP_MARK))) tag.n -= sizeof GZIP_MARK - 1;
		return etag_listed(x->if_none_match, tag);
	}
	moment since;
	return a->last_modified && x->if_modified_since.n && http_date_parse(x->if_modified_since, &since)
		&& a->last_modified / SECOND <= since / SECOND;
}

/* Headers take about 2 kB in libmicrohttpd's lists. */
size_t answer_cost(const struct answer *a) {
	return (size_t)a->bytes + 2048;
}
