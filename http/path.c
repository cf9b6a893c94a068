#include "inside.h"

static int hex(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

bool percent_decode(struct str s, bool plus, char *out, size_t *n) {
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = s.n - i > 2 ? hex(s.p[i + 1]) : -1, low = s.n - i > 2 ? hex(s.p[i + 2]) : -1;
			if (high < 0 || low < 0) return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[(*n)++] = c;
	}
	return true;
}

static enum err_code refuse(struct err *e, const char *words) {
	return err_set(e, ERR_INVALID, "the address %s", words);
}

static enum err_code check_segment(struct str s, struct err *e) {
	if (!s.n) return refuse(e, "has an empty part between two slashes");
	if (str_is(s, ".") || str_is(s, "..")) return refuse(e, "has a part that is only dots");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 || c == 0x7f) return refuse(e, "holds a control character");
		if (c == '/' || c == '\\') return refuse(e, "holds an encoded slash or a backslash");
	}
	return str_utf8(s) ? ERR_OK : refuse(e, "is not UTF-8");
}

enum err_code path_split(struct arena *a, struct str raw, struct path *out, struct err *e) {
	struct path path = {0};
	if (!str_starts(raw, S("/"))) return refuse(e, "does not begin with a slash");
	struct str rest = str_from(raw, 1), part;
	if (!rest.n) {
		*out = path;
		return ERR_OK;
	}
	if (str_ends(rest, S("/"))) {
		path.slash = true;
		rest.n--;
	}
	/* Decoded text is never longer, and keeps its slashes between the segments: the rest of a path is one piece. */
	char *text = arena_alloc(a, raw.n);
	if (!text) return err_set(e, ERR_MEMORY, "out of memory");
	while (str_split(&rest, '/', &part)) {
		if (path.n == PATH_SEGMENTS) return refuse(e, "has too many parts");
		size_t n;
		if (path.n) *text++ = '/';
		if (!percent_decode(part, false, text, &n)) return refuse(e, "has a percent sign without two hexadecimal digits");
		struct str segment = str_n(text, n);
		enum err_code code = check_segment(segment, e);
		if (code) return code;
		path.segments[path.n++] = segment;
		text += n;
	}
	*out = path;
	return ERR_OK;
}

struct str path_text(struct arena *a, const struct path *path) {
	autobuf struct buf text = BUF(64 << 10);
	for (size_t i = 0; i < path->n; i++) {
		buf_add_char(&text, '/');
		url_encode(&text, path->segments[i]);
	}
	if (!path->n) buf_add_char(&text, '/');
	if (text.failed) arena_fail(a);
	return arena_str(a, buf_str(&text));
}
