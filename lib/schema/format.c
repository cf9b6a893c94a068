/* `format` (JSON Schema Validation 2020-12, section 7.3). */
#include "node.h"

static const struct {
	const char *name, *words;
} formats[] = {
	[FORMAT_NONE] = {"", ""},
	[FORMAT_DATE_TIME] = {"date-time", "a date and time with a zone, as in 2026-11-23T10:00:00Z"},
	[FORMAT_DATE] = {"date", "a date, as in 2026-11-23"},
	[FORMAT_TIME] = {"time", "a time with a zone, as in 10:00:00Z"},
	[FORMAT_EMAIL] = {"email", "an e-mail address"},
	[FORMAT_URI] = {"uri", "an absolute URI"},
	[FORMAT_URI_REFERENCE] = {"uri-reference", "a URI or a reference relative to one"},
	[FORMAT_UUID] = {"uuid", "a UUID"},
	[FORMAT_REGEX] = {"regex", "a regular expression"},
	[FORMAT_IPV4] = {"ipv4", "an IPv4 address"},
	[FORMAT_IPV6] = {"ipv6", "an IPv6 address"},
	[FORMAT_HOSTNAME] = {"hostname", "a host name"},
	[FORMAT_JSON_POINTER] = {"json-pointer", "a JSON pointer"},
};

enum format format_of(struct str name) {
	for (size_t i = 1; i < lengthof(formats); i++)
		if (str_is(name, formats[i].name)) return (enum format)i;
	return FORMAT_NONE;
}

const char *format_words(enum format f) {
	return formats[f].words;
}

static bool digit(char c) {
	return c >= '0' && c <= '9';
}

static bool hex(char c) {
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool letter_or_digit(char c) {
	return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 4122 section 3. */
static bool is_uuid(struct str s) {
	if (s.n != 36) return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : !hex(s.p[i])) return false;
	}
	return true;
}

/* RFC 2673 section 3.2: no leading zeros. */
static bool is_ipv4(struct str s) {
	struct str part;
	int parts = 0;
	while (str_split(&s, '.', &part)) {
		int64_t v;
		if (part.n > 3 || !str_int(part, &v) || v < 0 || v > 255 || part.p[0] == '-' ||
			(part.n > 1 && part.p[0] == '0'))
			return false;
		parts++;
	}
	return parts == 4;
}

/* RFC 4291 section 2.2: eight groups, one "::" for at least one of them, IPv4 at the end for two. No zone. */
static bool is_ipv6(struct str s) {
	int groups = 0;
	bool gap = false;
	size_t i = 0;
	if (str_starts(s, S("::"))) {
		gap = true;
		i = 2;
	}
	while (i < s.n) {
		size_t end = i;
		while (end < s.n && hex(s.p[end])) end++;
		if (end < s.n && s.p[end] == '.') {
			if (!is_ipv4(str_from(s, i))) return false;
			groups += 2;
			i = s.n;
			break;
		}
		if (end == i || end - i > 4) return false;
		groups++;
		i = end;
		if (i == s.n) break;
		if (s.p[i++] != ':' || i == s.n) return false;
		if (s.p[i] == ':') {
			if (gap) return false;
			gap = true;
			i++;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

/* RFC 1123 section 2.1: labels of letters, digits and inner hyphens. */
static bool is_hostname(struct str s) {
	struct str label;
	if (!s.n || s.n > 253) return false;
	while (str_split(&s, '.', &label)) {
		if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-') return false;
		if (label.n > 3 && label.p[2] == '-' && label.p[3] == '-' && !str_eq_ascii_case(str_sub(label, 0, 2), S("xn")))
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!letter_or_digit(label.p[i]) && label.p[i] != '-') return false;
	}
	return true;
}

/* RFC 5321 section 4.1.2: dot-string or quoted string, then a domain or an address in brackets. */
static bool is_local_part(struct str s) {
	if (!s.n || s.n > 64) return false;
	if (s.p[0] == '"') {
		if (s.n < 2 || s.p[s.n - 1] != '"') return false;
		for (size_t i = 1; i + 1 < s.n; i++) {
			if (s.p[i] == '\\' && ++i + 1 >= s.n) return false;
			if (s.p[i] < ' ' || s.p[i] > '~' || (s.p[i] == '"' && s.p[i - 1] != '\\')) return false;
		}
		return true;
	}
	struct str atom;
	while (str_split(&s, '.', &atom)) {
		if (!atom.n) return false;
		for (size_t i = 0; i < atom.n; i++)
			if (!letter_or_digit(atom.p[i]) && (!atom.p[i] || !strchr("!#$%&'*+-/=?^_`{|}~", atom.p[i]))) return false;
	}
	return true;
}

static bool is_email(struct str s) {
	size_t at = str_rfind_char(s, '@');
	if (at == STR_NONE || s.n > 254 || !is_local_part(str_sub(s, 0, at))) return false;
	struct str domain = str_from(s, at + 1);
	if (!str_starts(domain, S("["))) return is_hostname(domain);
	if (!str_ends(domain, S("]"))) return false;
	domain = str_sub(domain, 1, domain.n - 2);
	if (str_eq_ascii_case(str_sub(domain, 0, 5), S("IPv6:"))) return is_ipv6(str_from(domain, 5));
	return is_ipv4(domain);
}

/* RFC 6901 section 3. */
static bool is_json_pointer(struct str s) {
	if (s.n && s.p[0] != '/') return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '~' && (++i >= s.n || (s.p[i] != '0' && s.p[i] != '1'))) return false;
	return true;
}

static bool is_regex(struct str s) {
	autoarena struct arena *a = arena_new(1 << 20);
	const struct pattern *p;
	return a && pattern_compile(a, s, &p, NULL) == ERR_OK;
}

/* RFC 3339 wants a T (either case) between date and time. */
static bool is_date_time(struct str s) {
	moment ignored;
	return moment_parse(s, &ignored) && (s.p[10] == 'T' || s.p[10] == 't');
}

bool format_holds(enum format f, struct str s) {
	switch (f) {
	case FORMAT_NONE: return true;
	case FORMAT_DATE_TIME: return is_date_time(s);
	case FORMAT_DATE: return date_full(s);
	case FORMAT_TIME: return time_full(s);
	case FORMAT_EMAIL: return is_email(s);
	case FORMAT_URI: return uri_valid(s, true);
	case FORMAT_URI_REFERENCE: return uri_valid(s, false);
	case FORMAT_UUID: return is_uuid(s);
	case FORMAT_REGEX: return is_regex(s);
	case FORMAT_IPV4: return is_ipv4(s);
	case FORMAT_IPV6: return is_ipv6(s);
	case FORMAT_HOSTNAME: return is_hostname(s);
	case FORMAT_JSON_POINTER: return is_json_pointer(s);
	}
	return true;
}
