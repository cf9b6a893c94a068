#include "xml.h"

static struct str entity(char c) {
	switch (c) {
	case '&': return S("&amp;");
	case '<': return S("&lt;");
	case '>': return S("&gt;");
	case '"': return S("&quot;");
	case '\'': return S("&#39;");
	case '\r': return S("&#13;"); /* raw, it would be read as a line end of the file */
	default: return (struct str){0};
	}
}

/* Bytes of the character at the start of s that XML allows; 0 when there is none. */
static size_t allowed(struct str s) {
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x80) return c >= 0x20 || c == '\t' || c == '\n';
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	struct str one = str_sub(s, 0, n);
	if (one.n < n || !str_utf8(one)) return 0;
	bool nonsense = n == 3 && c == 0xef && (unsigned char)s.p[1] == 0xbf && (unsigned char)s.p[2] >= 0xbe;
	return nonsense ? 0 : n;
}

void xml_text(struct buf *out, struct str s) {
	size_t from = 0;
	for (size_t i = 0; i < s.n;) {
		struct str special = entity(s.p[i]);
		size_t n = special.p ? 0 : allowed(str_from(s, i));
		if (n) {
			i += n;
			continue;
		}
		buf_add(out, str_sub(s, from, i - from));
		buf_add(out, special.p ? special : S("\xef\xbf\xbd"));
		from = ++i;
		if (special.p) continue;
		/* The rest of a character that was replaced goes with it. */
		while (i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80) from = ++i;
	}
	buf_add(out, str_from(s, from));
}

void xml_element(struct buf *out, const char *name, struct str text) {
	if (!text.n) return;
	buf_fmt(out, "<%s>", name);
	xml_text(out, text);
	buf_fmt(out, "</%s>\n", name);
}

void xml_moment(struct buf *out, const char *name, moment t) {
	char text[MOMENT_TEXT];
	xml_element(out, name, moment_text(t, text));
}
