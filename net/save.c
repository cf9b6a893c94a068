#include "save.h"

#include <curl/curl.h>

enum { AT_ONCE = 16, EACH_MS = 30000, CONNECT_MS = 8000, MOST = 64 << 20 };

struct saving {
	struct arena *a;
	const char *url, *to;
	bool http;
	int64_t max;
	CURLM *multi;
};

/* One file on its way. */
struct transfer {
	CURL *c;
	const char *path, *url;
	struct buf body;
	long status;
	bool under_way;
};

static bool path_ok(struct str path) {
	struct str rest = path, part;
	if (!path.n || path.n > 200) return false;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._/", c))) return false;
	}
	while (rest.n && str_split(&rest, '/', &part))
		if (!part.n || part.p[0] == '.') return false;
	return path.p[path.n - 1] != '/';
}

static size_t take(char *bytes, size_t size, size_t n, void *arg) {
	struct transfer *t = arg;
	(void)size;
	buf_add(&t->body, str_n(bytes, n));
	return t->body.failed ? 0 : n;
}

static bool begin(struct saving *s, struct transfer *t) {
	t->url = arena_fmt(s->a, "%s%s", s->url, t->path).p;
	t->body = BUF((size_t)s->max);
	t->c = curl_easy_init();
	if (!t->c) return false;
	curl_easy_setopt(t->c, CURLOPT_URL, t->url);
	curl_easy_setopt(t->c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->c, CURLOPT_PROTOCOLS_STR, s->http ? "http,https" : "https");
	curl_easy_setopt(t->c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(t->c, CURLOPT_TIMEOUT_MS, (long)EACH_MS);
	curl_easy_setopt(t->c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->c, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(t->c, CURLOPT_USERAGENT, "Polder");
	curl_easy_setopt(t->c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(t->c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->c, CURLOPT_PRIVATE, t);
	t->under_way = curl_multi_add_handle(s->multi, t->c) == CURLM_OK;
	return t->under_way;
}

static const char *write_file(struct saving *s, struct transfer *t) {
	const char *path = file_join(s->a, s->to, t->path), *slash = strrchr(path, '/');
	struct err e;
	if (file_make_dir(arena_cstr(s->a, str_n(path, (size_t)(slash - path))), &e) || file_put(path, buf_str(&t->body), 0644, &e))
		return arena_cstr(s->a, str_of(e.message));
	return NULL;
}

/* What the disk refuses, in words; NULL. */
static const char *end(struct saving *s, struct transfer *t, CURLcode rc) {
	const char *why = NULL;
	curl_easy_getinfo(t->c, CURLINFO_RESPONSE_CODE, &t->status);
	if (rc != CURLE_OK) t->status = t->body.failed ? 413 : 0;
	if (t->status == 200) why = write_file(s, t);
	curl_multi_remove_handle(s->multi, t->c);
	curl_easy_cleanup(t->c);
	buf_free(&t->body);
	t->c = NULL;
	t->under_way = false;
	return why;
}

static const char *perform(struct saving *s, struct transfer *all, size_t n) {
	size_t begun = 0;
	int running = 0, left;
	const char *why = NULL;
	do {
		while (begun < n && running < AT_ONCE && begin(s, &all[begun])) begun++, running++;
		if (curl_multi_perform(s->multi, &running) != CURLM_OK) return "the connection could not be kept";
		for (CURLMsg *m; !why && (m = curl_multi_info_read(s->multi, &left));) {
			struct transfer *t = NULL;
			if (m->msg != CURLMSG_DONE) continue;
			CURLcode rc = m->data.result;
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
			why = end(s, t, rc);
		}
		if (running && !why && curl_multi_poll(s->multi, NULL, 0, 1000, NULL) != CURLM_OK) return "the connection could not be kept";
	} while (!why && (running || begun < n));
	return why;
}

static void forget(struct saving *s, struct transfer *all, size_t n) {
	for (size_t i = 0; i < n; i++) {
		if (!all[i].c) continue;
		if (all[i].under_way) curl_multi_remove_handle(s->multi, all[i].c);
		curl_easy_cleanup(all[i].c);
		buf_free(&all[i].body);
	}
	curl_multi_cleanup(s->multi);
}

const struct json *net_save_all(struct arena *a, const struct json *request) {
	const struct json *paths = json_get_lit(request, "paths");
	size_t n = json_count(paths);
	struct saving s = {.a = a, .url = arena_cstr(a, json_get_str(request, S("url"))), .to = arena_cstr(a, json_get_str(request, S("to"))),
		.max = json_integer(json_get_lit(request, "max"), 0)};
	struct transfer *all = arena_array(a, n + 1, sizeof *all);
	s.http = json_true(json_get_lit(request, "allow_http")) && is_loopback(a, s.url);
	if (!str_eq_ascii_case(str_of(part_of_scheme(a, s.url)), S("https")) && !s.http) return refusal(a, S("only https is spoken with other hosts"), 0);
	if (!all || !n || n > SAVE_PATHS || !s.to[0] || s.max < 1 || s.max > MOST) return refusal(a, S("what is to be saved is not said rightly"), 0);
	for (size_t i = 0; i < n; i++) {
		struct str path = json_string(json_at(paths, i));
		if (!path_ok(path)) return refusal(a, S("a path that can't be saved"), 0);
		all[i] = (struct transfer){.path = arena_cstr(a, path)};
	}
	s.multi = curl_multi_init();
	if (!s.multi) return refusal(a, S("out of memory"), 0);
	curl_multi_setopt(s.multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)AT_ONCE);
	const char *why = perform(&s, all, n);
	forget(&s, all, n);
	if (why) return refusal(a, str_of(why), 0);
	struct json_builder b = json_object_of(a), statuses = json_array_of(a);
	for (size_t i = 0; i < n; i++) json_add(&statuses, json_int(a, all[i].status));
	json_set_bool(&b, S("ok"), true);
	json_set(&b, S("statuses"), json_built(&statuses));
	return json_built(&b);
}
