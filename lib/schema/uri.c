/* URIs as in RFC 3986: syntax for `format`, and resolution for references. */
#include "node.h"

struct parts {
	struct str scheme, authority, path, query, fragment; /* p NULL where it is not there (the path always is) */
};

static struct str cut(struct str s, size_t from, size_t to) {
	return str_n(s.p + from, to - from);
}

/* Section 3, by the separators alone. */
static struct parts split(struct str s) {
	struct parts u = {.path = STR_EMPTY};
	size_t at = str_find_char(s, '#');
	if (at != STR_NONE) {
		u.fragment = str_n(s.p + at + 1, s.n - at - 1);
		s = cut(s, 0, at);
	}
	at = str_find_char(s, '?');
	if (at != STR_NONE) {
		u.query = str_n(s.p + at + 1, s.n - at - 1);
		s = cut(s, 0, at);
	}
	size_t colon = str_find_char(s, ':'), slash = str_find_char(s, '/');
	if (colon != STR_NONE && (slash == STR_NONE || colon < slash)) {
		u.scheme = cut(s, 0, colon);
		s = str_from(s, colon + 1);
	}
	if (str_starts(s, S("//"))) {
		s = str_from(s, 2);
		at = str_find_char(s, '/');
		u.authority = cut(s, 0, at == STR_NONE ? s.n : at);
		s = str_from(s, u.authority.n);
	}
	u.path = s;
	return u;
}

/* ---- syntax ---- */

static bool alpha(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c) {
	return c >= '0' && c <= '9';
}

static bool hex(char c) {
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Unreserved, sub-delims, percent-encoded, and what `more` lists. */
static bool chars(struct str s, const char *more) {
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			if (i + 2 >= s.n || !hex(s.p[i + 1]) || !hex(s.p[i + 2])) return false;
			i += 2;
		} else if (!alpha(c) && !digit(c) && (!c || (!strchr("-._~!$&'()*+,;=", c) && !strchr(more, c)))) {
			return false;
		}
	}
	return true;
}

static bool authority_valid(struct str s) {
	size_t at = str_rfind_char(s, '@');
	if (at != STR_NONE) {
		if (!chars(cut(s, 0, at), ":")) return false;
		s = str_from(s, at + 1);
	}
	if (str_starts(s, S("["))) {
		size_t end = str_find_char(s, ']');
		if (end == STR_NONE) return false;
		struct str host = cut(s, 1, end);
		bool future = host.n > 3 && (host.p[0] == 'v' || host.p[0] == 'V') && hex(host.p[1]) &&
			str_find_char(host, '.') != STR_NONE && chars(host, ":");
		if (!future && !format_holds(FORMAT_IPV6, host)) return false;
		s = str_from(s, end + 1);
	} else {
		size_t colon = str_find_char(s, ':');
		if (!chars(cut(s, 0, colon == STR_NONE ? s.n : colon), "")) return false;
		s = str_from(s, colon == STR_NONE ? s.n : colon);
	}
	if (s.n && s.p[0] != ':') return false;
	for (size_t i = 1; i < s.n; i++)
		if (!digit(s.p[i])) return false;
	return true;
}

bool uri_valid(struct str s, bool needs_scheme) {
	struct parts u = split(s);
	if (needs_scheme && !u.scheme.p) return false;
	for (size_t i = 0; i < u.scheme.n; i++) {
		char c = u.scheme.p[i];
		if (!alpha(c) && (i == 0 || (!digit(c) && c != '+' && c != '-' && c != '.'))) return false;
	}
	if (u.scheme.p && !u.scheme.n) return false;
	if (u.authority.p && !authority_valid(u.authority)) return false;
	if (!u.authority.p && str_starts(u.path, S("//"))) return false;
	return chars(u.path, ":@/") && chars(u.query, ":@/?") && chars(u.fragment, ":@/?");
}

/* ---- resolution ---- */

/* Section 5.2.4. */
static struct str without_dots(struct arena *a, struct str in) {
	char *out = arena_alloc(a, in.n + 1);
	size_t n = 0;
	while (out && in.n) {
		if (str_starts(in, S("../"))) {
			in = str_from(in, 3);
		} else if (str_starts(in, S("./")) || str_starts(in, S("/./"))) {
			in = str_from(in, 2);
		} else if (str_eq(in, S("/."))) {
			in = S("/");
		} else if (str_starts(in, S("/../")) || str_eq(in, S("/.."))) {
			in = in.n > 3 ? str_from(in, 3) : S("/");
			while (n && out[n - 1] != '/') n--;
			if (n) n--;
		} else if (str_eq(in, S(".")) || str_eq(in, S(".."))) {
			break;
		} else {
			do {
				out[n++] = in.p[0];
				in = str_from(in, 1);
			} while (in.n && in.p[0] != '/');
		}
	}
	return str_n(out, out ? n : 0);
}

static struct str merged(struct arena *a, const struct parts *base, struct str path) {
	if (base->authority.p && !base->path.n) return arena_cat(a, S("/"), path);
	size_t slash = str_rfind_char(base->path, '/');
	return arena_cat(a, str_sub(base->path, 0, slash == STR_NONE ? 0 : slash + 1), path);
}

struct str uri_resolve(struct arena *a, struct str base_text, struct str reference) {
	struct parts base = split(base_text), r = split(reference), t = r;
	if (r.scheme.p) {
		/* A path without slashes (urn:…) has no dots to remove. */
		t.path = str_find(r.path, S("/.")) == STR_NONE ? r.path : without_dots(a, r.path);
	} else {
		t.scheme = base.scheme;
		if (r.authority.p) {
			t.path = without_dots(a, r.path);
		} else {
			t.authority = base.authority;
			if (!r.path.n) {
				t.path = base.path;
				if (!r.query.p) t.query = base.query;
			} else if (r.path.p[0] == '/') {
				t.path = without_dots(a, r.path);
			} else {
				t.path = without_dots(a, merged(a, &base, r.path));
			}
		}
	}
	return arena_fmt(a, "%.*s%s%s%.*s%.*s%s%.*s%s%.*s", STR_ARG(t.scheme), t.scheme.p ? ":" : "",
		t.authority.p ? "//" : "", STR_ARG(t.authority), STR_ARG(t.path), t.query.p ? "?" : "", STR_ARG(t.query),
		t.fragment.p ? "#" : "", STR_ARG(t.fragment));
}
