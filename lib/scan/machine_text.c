/* What the text protocols write in lines: numbers, texts with escapes, indexes of the memo. */
#include "machine.h"

bool text_line(struct machine *m, struct str *out) {
	struct reader *r = m->r;
	const uint8_t *end = memchr(r->at, '\n', reader_have(r));
	for (size_t n = reader_have(r); !end && n < READER_PEEK; n = reader_have(r)) {
		if (!reader_fill(r, n + 1)) break;
		end = memchr(r->at, '\n', reader_have(r));
	}
	if (!end) return cut_short(m);
	*out = str_n(r->at, (size_t)(end - r->at));
	r->at = end + 1;
	return true;
}

/* As int() reads it, but without Unicode's other digits: spaces around, a sign, underscores between digits. INT and LONG only. */
static bool whole_number(struct str s, int64_t *out) {
	char digits[24];
	size_t n = 0;
	s = str_trim(s);
	if (str_ends(s, S("L"))) s.n--;
	bool minus = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from(s, 1);
	*out = INT64_MIN;
	if (!s.n || s.p[0] == '_') return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_') continue;
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		if (n < sizeof digits) digits[n++] = s.p[i];
	}
	int64_t v = 0;
	if (n <= 18 && str_int(str_n(digits, n), &v)) *out = minus ? -v : v;
	return true;
}

bool text_index(struct machine *m, uint64_t *out) {
	struct str s;
	int64_t n;
	if (!text_line(m, &s)) return false;
	if (!whole_number(s, &n) || n < 0) return broken(m, "an index of the memo is no number");
	*out = (uint64_t)n;
	return true;
}

bool text_number(struct machine *m) {
	struct str s;
	int64_t n;
	if (!text_line(m, &s)) return false;
	return whole_number(s, &n) ? push_number(m, n) : broken(m, "a number is none");
}

bool text_float(struct machine *m) {
	struct str s;
	if (!text_line(m, &s)) return false;
	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789+-.eEinfINFaA_tyTY", s.p[i])) return broken(m, "a number is none");
	return s.n ? push_plain(m) : broken(m, "a number is none");
}

static int hex_digit(char c) {
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A character written as \xHH, \uHHHH or \UHHHHHHHH at s[i], or as octal digits; how many bytes it takes, 0 when it is none. */
static size_t escape(struct str s, size_t i, uint32_t *c) {
	size_t digits = s.p[i + 1] == 'x' ? 2 : s.p[i + 1] == 'u' ? 4 : s.p[i + 1] == 'U' ? 8 : 0;
	*c = 0;
	if (digits) {
		for (size_t k = 0; k < digits; k++) {
			int d = i + 2 + k < s.n ? hex_digit(s.p[i + 2 + k]) : -1;
			if (d < 0) return 0;
			*c = *c * 16 + (uint32_t)d;
		}
		return 2 + digits;
	}
	size_t k = 0;
	for (; k < 3 && i + 1 + k < s.n && s.p[i + 1 + k] >= '0' && s.p[i + 1 + k] <= '7'; k++) *c = *c * 8 + (uint32_t)(s.p[i + 1 + k] - '0');
	return k ? 1 + k : 0;
}

/* The text with its escapes resolved, as far as it could be a name: characters beyond ASCII become '?'. */
static value escaped_value(struct machine *m, struct str s) {
	char to[STRING_BYTES + 1];
	size_t n = 0;
	for (size_t i = 0; i < s.n; n++) {
		uint32_t c = (uint8_t)s.p[i];
		size_t used = c == '\\' && i + 1 < s.n ? escape(s, i, &c) : 1;
		if (!used) {
			c = (uint8_t)s.p[i + 1];
			used = 2;
		}
		if (n >= sizeof to) return v_of(V_STRING, STRING_LOST);
		to[n] = c < 0x80 ? (char)c : '?';
		i += used;
	}
	return string_value(m, str_n(to, n));
}

bool text_string(struct machine *m, bool quoted) {
	struct str s;
	if (!text_line(m, &s)) return false;
	if (quoted) {
		s = str_trim(s);
		if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '\'' && s.p[0] != '"')) return broken(m, "a string has no quotes");
		s = str_sub(s, 1, s.n - 2);
	}
	return push(m, escaped_value(m, s));
}
