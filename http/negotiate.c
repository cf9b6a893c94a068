#include "inside.h"

/* ---- lists of values with parameters: Accept, Accept-Encoding ---- */

/* Takes the next element of a comma-separated list: its value, and its q in thousandths (1000 without one). */
static bool next_element(struct str *list, struct str *value, int *quality) {
	struct str element, parameter;
	do {
		if (!list->p || !str_split(list, ',', &element)) return false;
		element = str_trim(element);
	} while (!element.n);
	str_split(&element, ';', value);
	*value = str_trim(*value);
	*quality = 1000;
	while (element.p && str_split(&element, ';', &parameter)) {
		parameter = str_trim(parameter);
		if (!str_starts(parameter, S("q=")) && !str_starts(parameter, S("Q="))) continue;
		/* qvalue: 0, 0.ddd, 1, 1.000; anything else counts as 0 */
		struct str q = str_from(parameter, 2);
		*quality = str_starts(q, S("1")) ? 1000 : 0;
		if (str_starts(q, S("0."))) {
			int weight = 100;
			for (size_t i = 2; i < q.n && i < 5 && q.p[i] >= '0' && q.p[i] <= '9'; i++, weight /= 10) {
				*quality += (q.p[i] - '0') * weight;
			}
		}
	}
	return true;
}

/* 3: this type, 2: its family, 1: anything, 0: another */
static int match_range(struct str range, struct str type) {
	if (str_eq_ascii_case(range, type)) return 3;
	if (str_is(range, "*/*") || str_is(range, "*")) return 1;
	size_t slash = str_find_char(type, '/');
	if (slash == STR_NONE || !str_ends(range, S("/*"))) return 0;
	return str_eq_ascii_case(str_sub(range, 0, range.n - 1), str_sub(type, 0, slash + 1)) ? 2 : 0;
}

int accept_quality(struct str accept, struct str type, bool *named) {
	*named = false;
	if (!str_trim(accept).n) return 1000;
	struct str range;
	int q, best = 0, quality = 0;
	while (next_element(&accept, &range, &q)) {
		int match = match_range(range, type);
		if (match > best) {
			best = match;
			quality = q;
		}
	}
	*named = best > 1;
	return quality;
}

bool accepts_gzip(struct str accept_encoding) {
	struct str coding;
	int q, gzip = -1, any = 0;
	while (next_element(&accept_encoding, &coding, &q)) {
		if (str_eq_ascii_case(coding, S("gzip")) || str_eq_ascii_case(coding, S("x-gzip"))) gzip = q;
		if (str_is(coding, "*")) any = q;
	}
	return gzip >= 0 ? gzip > 0 : any > 0;
}

/* ---- validators ---- */

static bool listed(struct str list, struct str etag, bool begins) {
	if (str_is(str_trim(list), "*")) return true;
	while (list.n) {
		size_t open = str_find_char(list, '"');
		if (open == STR_NONE) return false;
		list = str_from(list, open + 1);
		size_t close = str_find_char(list, '"');
		if (close == STR_NONE) return false;
		struct str one = str_sub(list, 0, close);
		if (str_ends(one, S(GZIP_MARK))) one.n -= sizeof GZIP_MARK - 1;
		if (str_eq(one, etag) || (begins && str_starts(one, etag) && str_starts(str_from(one, etag.n), S(".")))) return true;
		list = str_from(list, close + 1);
	}
	return false;
}

bool etag_listed(struct str list, struct str etag) {
	return listed(list, etag, false);
}

bool etag_listed_version(struct str list, struct str version) {
	return listed(list, version, true);
}

static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* 1970-01-01 was a Thursday */
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct str http_date(moment t, char out[HTTP_DATE]) {
	int64_t seconds = t / SECOND, day = seconds / 86400, year;
	if (seconds < 0 || seconds > INT64_C(253402300799)) return STR_EMPTY; /* to the end of the year 9999 */
	int month, in_month, in_day = (int)(seconds % 86400);
	date_from_days(day, &year, &month, &in_month);
	int n = snprintf(out, HTTP_DATE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[day % 7], (unsigned)in_month % 100,
		months[month - 1], (unsigned)year % 10000, (unsigned)in_day / 3600 % 24, (unsigned)in_day / 60 % 60,
		(unsigned)in_day % 60);
	return str_n(out, (size_t)n);
}

static bool digits(struct str s, size_t from, size_t n, int *out) {
	int64_t v;
	struct str part = str_sub(s, from, n);
	if (part.n != n || part.p[0] == '-' || !str_int(part, &v)) return false;
	*out = (int)v;
	return true;
}

bool http_date_parse(struct str s, moment *out) {
	int day, year, hour, minute, second, month = 0;
	if (s.n != 29 || !str_is(str_sub(s, 3, 2), ", ") || !str_is(str_from(s, 25), " GMT")) return false;
	if (!digits(s, 5, 2, &day) || !digits(s, 12, 4, &year) || !digits(s, 17, 2, &hour)) return false;
	if (!digits(s, 20, 2, &minute) || !digits(s, 23, 2, &second)) return false;
	while (month < 12 && !str_is(str_sub(s, 8, 3), months[month])) month++;
	if (month == 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return false;
	*out = ((days_from_date(year, month + 1, day) * 24 + hour) * 60 + minute) * 60 * SECOND + second * SECOND;
	return true;
}

/* ---- names ---- */

static bool alphanumeric(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool token_valid(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		if (!alphanumeric(s.p[i]) && !(s.p[i] && strchr("!#$%&'*+-.^_`|~", s.p[i]))) return false;
	}
	return s.n > 0;
}

bool host_valid(struct str host) {
	if (!host.n || host.n > 255) return false;
	size_t end;
	if (host.p[0] == '[') {
		end = str_find_char(host, ']');
		if (end == STR_NONE || end < 3) return false;
		for (size_t i = 1; i < end; i++) {
			if (!memchr("0123456789abcdefABCDEF:.", host.p[i], 24)) return false;
		}
		end++;
	} else {
		end = str_find_char(host, ':');
		if (end == STR_NONE) end = host.n;
		if (!end) return false;
		for (size_t i = 0; i < end; i++) {
			if (!alphanumeric(host.p[i]) && host.p[i] != '-' && host.p[i] != '.' && host.p[i] != '_') return false;
		}
	}
	if (end == host.n) return true;
	int64_t port;
	struct str digits_of_port = str_from(host, end + 1);
	return host.p[end] == ':' && str_int(digits_of_port, &port) && port >= 0 && port <= 65535 && digits_of_port.n <= 5;
}

bool same_origin(struct str sec_fetch_site, struct str origin, struct str host) {
	if (sec_fetch_site.n && !str_is(sec_fetch_site, "same-origin") && !str_is(sec_fetch_site, "none")) return false;
	if (!origin.n) return sec_fetch_site.n > 0;
	size_t scheme = str_find(origin, S("://"));
	return scheme != STR_NONE && str_eq_ascii_case(str_from(origin, scheme + 3), host);
}
