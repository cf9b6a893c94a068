/* polder-net: one request as JSON on standard input, one answer as JSON on standard output.
 *
 *     {"mail": {"server", "from", "to", "user"?, "password"?, "message"}}                → {"ok": true}
 *     {"fetch": {"url", "method"?, "headers"?: {name: value}, "body"?, "allow_http"?}}   → {"ok": true, "status", "headers", "body"}
 *     {"call": {"url", "headers", "body", "http_to_this_machine"?, "private_networks"?}} → {"ok": true, "status", "body", "took", "retry_after"?}
 *     {"save": {"url", "to", "paths": […], "max", "allow_http"?}}                        → {"ok": true, "statuses": […]}  (save.h)
 *     whatever goes wrong                                                                → {"error": {"message", "status"?, "for_good"?}}
 *
 * What it will not do, whoever asks: speak http to anything but this machine, follow a redirect to another host, take more than 1 MB,
 * wait longer than 10 s for a resource, 15 s for a call and 30 s for a mail, send a password in the clear over the network. A call, whose address strangers name, goes
 * to public addresses alone unless it is told otherwise (address.h), follows no redirect, uses no proxy and keeps 1 kB of the answer. */
#include <curl/curl.h>
#include <errno.h>

#include "base/base.h"
#include "lib/json/json.h"
#include "net/address.h"
#include "net/save.h"

enum { REQUEST = 16 << 20, ANSWER = 1 << 20, HEADERS = 64, REDIRECTS = 3, FETCH_MS = 10000, MAIL_MS = 30000, CONNECT_MS = 8000, CAP = 128 << 20 };

struct answer {
	struct arena *a;
	struct buf body;
	struct json_builder headers;
	size_t headers_n;
	bool too_large;
};

static int tell(const struct json *answer, struct arena *a) {
	struct str text = json_text(a, answer);
	if (arena_failed(a)) text = S("{\"error\": {\"message\": \"out of memory\"}}");
	return fd_write_all(STDOUT_FILENO, text, NULL) ? 1 : 0;
}

const struct json *refusal(struct arena *a, struct str words, long status) {
	struct json_builder error = json_object_of(a), b = json_object_of(a);
	json_set_str(&error, S("message"), str_utf8(words) ? words : S("the other side answered something unreadable"));
	if (status) json_set_int(&error, S("status"), status);
	json_set(&b, S("error"), json_built(&error));
	return json_built(&b);
}

/* ---- what is asked ---- */

static bool is_line(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127) return false;
	return true;
}

static bool is_token(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!ok) return false;
	}
	return s.n > 0 && s.n <= 100;
}

static const char *part_of(struct arena *a, const char *url, CURLUPart part) {
	CURLU *u = curl_url();
	char *text = NULL;
	const char *out = "";
	if (u && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(u, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) == CURLUE_OK)
		out = arena_cstr(a, str_of(text));
	curl_free(text);
	curl_url_cleanup(u);
	return out;
}

const char *part_of_scheme(struct arena *a, const char *url) {
	return part_of(a, url, CURLUPART_SCHEME);
}

bool is_loopback(struct arena *a, const char *url) {
	const char *host = part_of(a, url, CURLUPART_HOST);
	return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

/* What goes to the same place: scheme, host and port. */
static bool same_place(struct arena *a, const char *one, const char *other) {
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	for (size_t i = 0; i < lengthof(parts); i++)
		if (!str_eq_ascii_case(str_of(part_of(a, one, parts[i])), str_of(part_of(a, other, parts[i])))) return false;
	return true;
}

/* ---- fetching ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg) {
	struct answer *out = arg;
	(void)size;
	buf_add(&out->body, str_n(bytes, n));
	out->too_large |= out->body.failed;
	return out->too_large ? 0 : n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg) {
	struct answer *out = arg;
	(void)size;
	struct str line = str_trim(str_n(bytes, n));
	size_t colon = str_find_char(line, ':');
	if (colon == STR_NONE || out->headers_n == HEADERS || !str_utf8(line) || !is_line(line) || line.n > 8000) return n;
	struct str name = arena_str(out->a, str_sub(line, 0, colon));
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] >= 'A' && name.p[i] <= 'Z') ((char *)(uintptr_t)name.p)[i] = (char)(name.p[i] + 32);
	json_set_str(&out->headers, name, arena_str(out->a, str_trim(str_from(line, colon + 1))));
	out->headers_n++;
	return n;
}

static struct curl_slist *headers_of(struct arena *a, const struct json *headers, bool *bad) {
	struct curl_slist *list = NULL;
	for (size_t i = 0; i < json_count(headers); i++) {
		const struct json_member *m = json_member_at(headers, i);
		struct str value = json_string(&m->value);
		if (!is_token(m->name) || !is_line(value)) {
			*bad = true;
			continue;
		}
		struct curl_slist *more = curl_slist_append(list, arena_fmt(a, "%.*s: %.*s", STR_ARG(m->name), STR_ARG(value)).p);
		if (!more) *bad = true;
		else list = more;
	}
	return list;
}

static const struct json *answer_of(struct answer *out, long status) {
	struct str body = arena_str(out->a, buf_str(&out->body));
	if (!str_utf8(body)) return refusal(out->a, S("the answer is not UTF-8 text"), status);
	struct json_builder b = json_object_of(out->a);
	json_set_bool(&b, S("ok"), true);
	json_set_int(&b, S("status"), status);
	json_set(&b, S("headers"), json_built(&out->headers));
	json_set_str(&b, S("body"), body);
	return json_built(&b);
}

static void common_options(CURL *c, const char *protocols, long timeout) {
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
}

static const struct json *fetch(CURL *c, struct arena *a, const struct json *request) {
	const char *url = arena_cstr(a, json_get_str(request, S("url")));
	struct str method = json_get_str(request, S("method")), body = json_get_str(request, S("body"));
	bool http = json_true(json_get_lit(request, "allow_http")) && is_loopback(a, url), bad = false;
	bool get = !method.n || str_is(method, "GET"), post = str_is(method, "POST");
	moment end = stopwatch() + FETCH_MS * (SECOND / 1000);
	if (!str_eq_ascii_case(str_of(part_of(a, url, CURLUPART_SCHEME)), S("https")) && !http)
		return refusal(a, S("only https is spoken with other hosts"), 0);
	if (!get && !post) return refusal(a, S("only GET and POST are spoken"), 0);
	struct curl_slist *headers = headers_of(a, json_get_lit(request, "headers"), &bad);
	struct answer out = {.a = a, .body = BUF(ANSWER), .headers = json_object_of(a)};
	const struct json *answer = bad ? refusal(a, S("a header has a name or value that can't be sent"), 0) : NULL;
	char words[CURL_ERROR_SIZE] = "";
	for (int hop = 0; !answer; hop++) {
		moment left = (end - stopwatch()) / (SECOND / 1000);
		common_options(c, http ? "http,https" : "https", left > 1 ? (long)left : 1);
		curl_easy_setopt(c, CURLOPT_URL, url);
		curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, &out);
		curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
		curl_easy_setopt(c, CURLOPT_HEADERDATA, &out);
		curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
		curl_easy_setopt(c, CURLOPT_USERAGENT, "Polder");
		if (post) {
			curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
			curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
		}
		CURLcode rc = curl_easy_perform(c);
		long status = 0;
		char *onwards = NULL;
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &onwards);
		if (out.too_large)
			answer = refusal(a, S("the answer is larger than 1 MB"), status);
		else if (rc != CURLE_OK)
			answer = refusal(a, arena_str(a, str_of(words[0] ? words : curl_easy_strerror(rc))), status);
		else if (!onwards || !get)
			answer = answer_of(&out, status);
		else if (hop == REDIRECTS || !same_place(a, url, onwards))
			answer = refusal(a, S("it was sent on to another place, where nobody asked to go"), status);
		if (answer) break;
		url = arena_cstr(a, str_of(onwards));
		buf_clear(&out.body);
		out.headers = json_object_of(a);
		out.headers_n = 0;
	}
	curl_slist_free_all(headers);
	buf_free(&out.body);
	return answer;
}

/* ---- calls ---- */

enum { CALL_MS = 15000, CALL_ANSWER = 1024, CALL_READ = 64 << 10 };

struct called {
	char kept[CALL_ANSWER];
	size_t kept_n, read;
	bool enough;          /* we stopped reading */
	bool http, private_networks;
	bool refused;         /* an address was none to call */
};

static size_t take_start(char *bytes, size_t size, size_t n, void *arg) {
	struct called *out = arg;
	size_t part = n < sizeof out->kept - out->kept_n ? n : sizeof out->kept - out->kept_n;
	(void)size;
	memcpy(out->kept + out->kept_n, bytes, part);
	out->kept_n += part;
	out->read += n;
	out->enough = out->read > CALL_READ;
	return out->enough ? 0 : n;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
	struct called *out = arg;
	bool ok = address_is_public(&address->addr) || (address_is_loopback(&address->addr) ? out->http || out->private_networks : out->private_networks);
	(void)purpose;
	if (!ok) out->refused = true;
	return ok ? socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol) : CURL_SOCKET_BAD;
}

/* As text, whatever it is: what is no UTF-8 or no character that is shown becomes a question mark. */
static struct str made_text(struct arena *a, struct str bytes) {
	autobuf struct buf b = BUF(4 * CALL_ANSWER);
	for (size_t i = 0; i < bytes.n;) {
		size_t n = 1;
		while (n < 4 && i + n < bytes.n && !str_utf8(str_sub(bytes, i, n))) n++;
		struct str one = str_sub(bytes, i, n);
		bool text = str_utf8(one) && ((unsigned char)one.p[0] >= 32 || one.p[0] == '\n' || one.p[0] == '\t') && one.p[0] != 127;
		if (text) buf_add(&b, one);
		else if (one.p[0] != '\r') buf_add_char(&b, '?');
		i += text ? n : 1;
	}
	return arena_str(a, buf_str(&b));
}

static const struct json *call(CURL *c, struct arena *a, const struct json *request) {
	const char *url = arena_cstr(a, json_get_str(request, S("url")));
	struct str body = json_get_str(request, S("body"));
	struct called out = {.private_networks = json_true(json_get_lit(request, "private_networks")),
		.http = json_true(json_get_lit(request, "http_to_this_machine")) && is_loopback(a, url)};
	bool bad = false;
	if (!str_eq_ascii_case(str_of(part_of(a, url, CURLUPART_SCHEME)), S("https")) && !out.http) return refusal(a, S("only https is spoken with other hosts"), 0);
	struct curl_slist *headers = headers_of(a, json_get_lit(request, "headers"), &bad);
	if (bad) {
		curl_slist_free_all(headers);
		return refusal(a, S("a header has a name or value that can't be sent"), 0);
	}
	char words[CURL_ERROR_SIZE] = "";
	common_options(c, out.http ? "http,https" : "https", CALL_MS);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_start);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &out);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &out);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "Polder");
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	moment began = stopwatch();
	CURLcode rc = curl_easy_perform(c);
	long status = 0;
	curl_off_t retry = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &retry);
	curl_slist_free_all(headers);
	if (rc == CURLE_COULDNT_CONNECT && out.refused)
		return refusal(a, S("that address is not on the public Internet; this hub does not call it"), 0);
	if (rc != CURLE_OK && !(rc == CURLE_WRITE_ERROR && out.enough)) return refusal(a, arena_str(a, str_of(words[0] ? words : curl_easy_strerror(rc))), status);
	struct json_builder b = json_object_of(a);
	json_set_bool(&b, S("ok"), true);
	json_set_int(&b, S("status"), status);
	json_set_int(&b, S("took"), (stopwatch() - began) / (SECOND / 1000));
	if (retry > 0) json_set_int(&b, S("retry_after"), (int64_t)retry);
	json_set_str(&b, S("body"), made_text(a, str_n(out.kept, out.kept_n)));
	return json_built(&b);
}

/* ---- mail ---- */

static bool is_address(struct str s) {
	bool ok = is_line(s) && s.n <= 320 && str_find_char(s, '@') != STR_NONE;
	for (size_t i = 0; i < s.n; i++) ok &= s.p[i] != '<' && s.p[i] != '>' && s.p[i] != ' ';
	return ok;
}

struct message {
	struct str rest;
	bool asked;  /* the server took sender and recipient, and wanted it */
};

static size_t give_message(char *to, size_t size, size_t n, void *arg) {
	struct message *m = arg;
	struct str *rest = &m->rest;
	m->asked = true;
	size_t part = rest->n < size * n ? rest->n : size * n;
	if (part) memcpy(to, rest->p, part);
	*rest = str_from(*rest, part);
	return part;
}

/* Keeps the last line that the server said: libcurl's own words leave out why. */
struct last_line {
	char text[300];
};
static int keep_line(CURL *c, curl_infotype type, char *bytes, size_t n, void *arg) {
	struct last_line *last = arg;
	(void)c;
	struct str line = str_trim(str_n(bytes, n));
	if (type == CURLINFO_HEADER_IN && line.n && line.p[0] >= '4' && line.p[0] <= '5' && is_line(line) && str_utf8(line))
		snprintf(last->text, sizeof last->text, "%.*s", STR_ARG(str_cut_utf8(line, sizeof last->text - 1)));
	return 0;
}

/* Whether a reply is about this message and its recipient, and final: no words about how one must sign in or about the server as a whole. */
static bool for_good(CURLcode rc, long status, bool asked) {
	bool about_it = rc == CURLE_SEND_ERROR || (rc == CURLE_WEIRD_SERVER_REPLY && asked);
	return about_it && status >= 500 && status < 600 && status != 530 && status != 535;
}

static const struct json *send_mail(CURL *c, struct arena *a, const struct json *request) {
	struct str server = json_get_str(request, S("server")), from = json_get_str(request, S("from")), to = json_get_str(request, S("to"));
	struct str user = json_get_str(request, S("user")), message = json_get_str(request, S("message"));
	const char *url = arena_cstr(a, server);
	if (!str_starts(server, S("smtp://")) && !str_starts(server, S("smtps://"))) return refusal(a, S("a mail server begins with smtp:// or smtps://"), 0);
	if (!is_address(from) || !is_address(to)) return refusal(a, S("that is no address to mail from or to"), 0);
	bool here = is_loopback(a, url);
	char words[CURL_ERROR_SIZE] = "";
	struct curl_slist *recipients = curl_slist_append(NULL, arena_fmt(a, "<%.*s>", STR_ARG(to)).p);
	common_options(c, "smtp,smtps", MAIL_MS);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, arena_fmt(a, "<%.*s>", STR_ARG(from)).p);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients);
	/* TLS where it is offered; a password goes over the network in no other way. What this machine says to itself needs no certificate. */
	curl_easy_setopt(c, CURLOPT_USE_SSL, user.n && !here ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	if (here && str_starts(server, S("smtp://"))) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (user.n) {
		curl_easy_setopt(c, CURLOPT_USERNAME, arena_cstr(a, user));
		curl_easy_setopt(c, CURLOPT_PASSWORD, arena_cstr(a, json_get_str(request, S("password"))));
	}
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_message);
	struct message reading = {message, false};
	curl_easy_setopt(c, CURLOPT_READDATA, &reading);
	struct last_line last = {""};
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, keep_line);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, &last);
	CURLcode rc = recipients ? curl_easy_perform(c) : CURLE_OUT_OF_MEMORY;
	long status = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(recipients);
	struct json_builder b = json_object_of(a);
	if (rc != CURLE_OK) {
		const char *why = words[0] ? words : curl_easy_strerror(rc);
		const struct json *refused = refusal(a, last.text[0] ? arena_fmt(a, "%s: %s", why, last.text) : arena_str(a, str_of(why)), status);
		return for_good(rc, status, reading.asked) ? json_with_pointer(a, refused, S("/error/for_good"), json_bool(a, true)) : refused;
	}
	json_set_bool(&b, S("ok"), true);
	return json_built(&b);
}

int main(void) {
	autoarena struct arena *a = arena_new(CAP);
	if (!a || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 3;
	struct str text;
	struct err e = {0};
	const struct json *request = NULL, *answer;
	CURL *c = curl_easy_init();
	enum err_code code = c ? file_read(a, "-", REQUEST, &text, &e) : err_set(&e, ERR_MEMORY, "out of memory");
	if (!code) code = json_parse(a, text, NULL, &request, &e);
	const struct json *mail = json_get_lit(request, "mail"), *fetched = json_get_lit(request, "fetch"), *calling = json_get_lit(request, "call"), *saving = json_get_lit(request, "save");
	if (code) answer = refusal(a, str_of(e.message), 0);
	else if (mail) answer = send_mail(c, a, mail);
	else if (fetched) answer = fetch(c, a, fetched);
	else if (calling) answer = call(c, a, calling);
	else if (saving) answer = net_save_all(a, saving);
	else answer = refusal(a, S("the request is neither a mail nor a fetch nor a call"), 0);
	int status = tell(answer, a);
	curl_easy_cleanup(c);
	curl_global_cleanup();
	return status;
}
