#include "jtext.h"

struct jtext jtext(struct str text) {
	return (struct jtext){.text = text, .first = true};
}

static enum jtoken wrong(struct jtext *j, const char *what) {
	j->error = what;
	return J_ERROR;
}

static bool in_object(const struct jtext *j) {
	int d = j->depth - 1;
	return d >= 0 && j->objects[d / 64] >> (d % 64) & 1;
}

static char peek(const struct jtext *j) {
	return j->at < j->text.n ? j->text.p[j->at] : 0;
}

static void space(struct jtext *j) {
	while (j->at < j->text.n && (peek(j) == ' ' || peek(j) == '\n' || peek(j) == '\r' || peek(j) == '\t')) j->at++;
}

static int hex4(const struct jtext *j, size_t at) {
	int v = 0;
	for (size_t i = at; i < at + 4; i++) {
		char c = i < j->text.n ? j->text.p[i] : 0;
		int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
		if (d < 0) return -1;
		v = v << 4 | d;
	}
	return v;
}

/* At a backslash: passes over the escape. */
static bool escape(struct jtext *j) {
	char c = j->at + 1 < j->text.n ? j->text.p[j->at + 1] : 0;
	if (c != 'u') {
		if (!c || !strchr("\"\\/bfnrt", c)) return false;
		j->at += 2;
		return true;
	}
	int v = hex4(j, j->at + 2);
	if (v < 0 || (v >= 0xDC00 && v < 0xE000 && !j->lenient)) return false;
	j->at += 6;
	if (v < 0xD800 || v >= 0xDC00) return true;
	int low = peek(j) == '\\' && j->at + 1 < j->text.n && j->text.p[j->at + 1] == 'u' ? hex4(j, j->at + 2) : -1;
	if (low < 0xDC00 || low >= 0xE000) return j->lenient;
	j->at += 6;
	return true;
}

static enum jtoken string(struct jtext *j, enum jtoken token) {
	size_t from = ++j->at;
	bool high = false;
	j->escaped = false;
	while (j->at < j->text.n && peek(j) != '"') {
		unsigned char c = (unsigned char)peek(j);
		if (c < 32) return wrong(j, "a control character in a string");
		high |= c >= 0x80;
		if (c != '\\') {
			j->at++;
			continue;
		}
		j->escaped = true;
		if (!escape(j)) return wrong(j, "an escape that isn't one");
	}
	if (j->at >= j->text.n) return wrong(j, "a string without its end");
	j->raw = str_sub(j->text, from, j->at - from);
	if (high && !str_utf8(j->raw)) return wrong(j, "bytes that aren't UTF-8");
	j->at++;
	return token;
}

static size_t digits(struct jtext *j) {
	size_t from = j->at;
	while (peek(j) >= '0' && peek(j) <= '9') j->at++;
	return j->at - from;
}

static enum jtoken word(struct jtext *j, struct str text, enum jtoken token) {
	if (!str_starts(str_from(j->text, j->at), text)) return wrong(j, "a word that JSON doesn't have");
	j->at += text.n;
	return token;
}

static enum jtoken number(struct jtext *j) {
	size_t from = j->at;
	if (j->lenient && str_starts(str_from(j->text, j->at), S("-Infinity"))) j->at++;
	if (j->lenient && peek(j) == 'I') return word(j, S("Infinity"), J_NUMBER);
	if (j->lenient && peek(j) == 'N') return word(j, S("NaN"), J_NUMBER);
	if (peek(j) == '-') j->at++;
	bool zero = peek(j) == '0';
	size_t n = digits(j);
	if (!n || (zero && n > 1)) return wrong(j, "a number that isn't one");
	if (peek(j) == '.') {
		j->at++;
		if (!digits(j)) return wrong(j, "a number that isn't one");
	}
	if (peek(j) == 'e' || peek(j) == 'E') {
		j->at++;
		if (peek(j) == '+' || peek(j) == '-') j->at++;
		if (!digits(j)) return wrong(j, "a number that isn't one");
	}
	j->raw = str_sub(j->text, from, j->at - from);
	return J_NUMBER;
}

static enum jtoken open(struct jtext *j, bool object) {
	if (j->depth == JTEXT_DEPTH) return wrong(j, "too deep");
	uint64_t bit = (uint64_t)1 << (j->depth % 64);
	uint64_t *word_ = &j->objects[j->depth / 64];
	*word_ = object ? *word_ | bit : *word_ & ~bit;
	j->depth++;
	j->at++;
	j->first = true;
	return object ? J_OBJECT : J_ARRAY;
}

static enum jtoken close_(struct jtext *j, bool object) {
	if (in_object(j) != object || j->named) return wrong(j, "a bracket that fits nothing");
	j->depth--;
	j->at++;
	j->first = false;
	return object ? J_OBJECT_END : J_ARRAY_END;
}

static enum jtoken value(struct jtext *j) {
	j->named = false;
	bool was_first = j->first;
	j->first = false;
	switch (peek(j)) {
	case '{': return open(j, true);
	case '[': return open(j, false);
	case '"': return string(j, J_STRING);
	case 't': return word(j, S("true"), J_TRUE);
	case 'f': return word(j, S("false"), J_FALSE);
	case 'n': return word(j, S("null"), J_NULL);
	default:
		j->first = was_first;
		return number(j);
	}
}

static enum jtoken name(struct jtext *j) {
	if (peek(j) != '"') return wrong(j, "a name is due");
	enum jtoken token = string(j, J_NAME);
	if (token == J_ERROR) return token;
	space(j);
	if (peek(j) != ':') return wrong(j, "a colon is due");
	j->at++;
	j->named = true;
	return token;
}

enum jtoken jtext_next(struct jtext *j) {
	if (j->error) return J_ERROR;
	space(j);
	j->from = j->at;
	if (!j->depth) {
		if (!j->done) {
			j->done = true;
			return j->at < j->text.n ? value(j) : wrong(j, "nothing is there");
		}
		if (j->at >= j->text.n) return J_END;
		j->more = true;
		return wrong(j, "more than one value");
	}
	if (j->at >= j->text.n) return wrong(j, "the text ends too early");
	if (j->named) return value(j);
	char c = peek(j);
	if (c == (in_object(j) ? '}' : ']')) return close_(j, in_object(j));
	if (!j->first) {
		if (c != ',') return wrong(j, "a comma is due");
		j->at++;
		space(j);
		j->from = j->at;
	}
	j->first = false;
	return in_object(j) ? name(j) : value(j);
}

bool jtext_skip(struct jtext *j, enum jtoken token) {
	if (token == J_ERROR) return false;
	if (token != J_OBJECT && token != J_ARRAY) return true;
	for (int depth = j->depth - 1; j->depth > depth;)
		if (jtext_next(j) == J_ERROR) return false;
	return true;
}

static void put_utf8(char *to, size_t *n, uint32_t c) {
	if (c < 0x80) {
		to[(*n)++] = (char)c;
	} else if (c < 0x800) {
		to[(*n)++] = (char)(0xC0 | c >> 6);
		to[(*n)++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		to[(*n)++] = (char)(0xE0 | c >> 12);
		to[(*n)++] = (char)(0x80 | (c >> 6 & 0x3F));
		to[(*n)++] = (char)(0x80 | (c & 0x3F));
	} else {
		to[(*n)++] = (char)(0xF0 | c >> 18);
		to[(*n)++] = (char)(0x80 | (c >> 12 & 0x3F));
		to[(*n)++] = (char)(0x80 | (c >> 6 & 0x3F));
		to[(*n)++] = (char)(0x80 | (c & 0x3F));
	}
}

struct str jtext_string(const struct jtext *j, struct arena *a) {
	static const char from[] = "\"\\/bfnrt", to_[] = "\"\\/\b\f\n\r\t";
	if (!j->escaped) return j->raw;
	char *to = arena_raw(a, j->raw.n);
	struct jtext in = {.text = j->raw};
	size_t n = 0;
	for (size_t i = 0; to && i < j->raw.n;) {
		if (j->raw.p[i] != '\\') {
			to[n++] = j->raw.p[i++];
		} else if (j->raw.p[i + 1] != 'u') {
			to[n++] = to_[strchr(from, j->raw.p[i + 1]) - from];
			i += 2;
		} else {
			uint32_t c = (uint32_t)hex4(&in, i + 2);
			i += 6;
			int low = c >= 0xD800 && c < 0xDC00 && i + 1 < j->raw.n && j->raw.p[i] == '\\' && j->raw.p[i + 1] == 'u' ? hex4(&in, i + 2) : -1;
			if (c >= 0xD800 && c < 0xE000 && (low < 0xDC00 || low >= 0xE000)) c = '?';
			if (low >= 0xDC00 && low < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)hex4(&in, i + 2) - 0xDC00);
				i += 6;
			}
			put_utf8(to, &n, c);
		}
	}
	return to ? str_n(to, n) : STR_EMPTY;
}

bool jtext_count(const struct jtext *j, uint64_t *out) {
	uint64_t v = 0;
	if (!j->raw.n || j->raw.n > 20) return false;
	for (size_t i = 0; i < j->raw.n; i++) {
		char c = j->raw.p[i];
		if (c < '0' || c > '9' || __builtin_mul_overflow(v, (uint64_t)10, &v) || __builtin_add_overflow(v, (uint64_t)(c - '0'), &v)) return false;
	}
	*out = v;
	return true;
}
