#include "str.h"

int str_cmp(struct str a, struct str b) {
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int lower(int c) {
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

bool str_eq_ascii_case(struct str a, struct str b) {
	if (a.n != b.n) return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower((unsigned char)a.p[i]) != lower((unsigned char)b.p[i])) return false;
	return true;
}

size_t str_find(struct str s, struct str what) {
	if (what.n == 0) return 0;
	const char *hit = s.n >= what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

size_t str_find_char(struct str s, char c) {
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

size_t str_rfind_char(struct str s, char c) {
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;
	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

static bool white(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s) {
	while (s.n && white(s.p[0])) s.p++, s.n--;
	while (s.n && white(s.p[s.n - 1])) s.n--;
	return s;
}

bool str_split(struct str *rest, char separator, struct str *part) {
	if (!rest->p) return false;
	size_t at = str_find_char(*rest, separator);
	if (at == STR_NONE) {
		*part = *rest;
		*rest = (struct str){NULL, 0};
	} else {
		*part = str_sub(*rest, 0, at);
		*rest = str_from(*rest, at + 1);
	}
	return true;
}

bool str_int(struct str s, int64_t *out) {
	bool negative = s.n > 1 && s.p[0] == '-';
	if (negative) s = str_from(s, 1);
	if (s.n == 0 || s.n > 19) return false;
	uint64_t value = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		value = value * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (value > (uint64_t)INT64_MAX + negative) return false;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* Length of the well-formed character at p, 0 if there is none (RFC 3629 section 4). */
static size_t character(const unsigned char *p, size_t n) {
	if (p[0] < 0x80) return 1;
	size_t want = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
	if (want == 0 || n < want) return 0;
	for (size_t i = 1; i < want; i++)
		if ((p[i] & 0xC0) != 0x80) return 0;
	if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
	if (p[0] == 0xED && p[1] > 0x9F) return 0;
	if (p[0] == 0xF0 && p[1] < 0x90) return 0;
	if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
	return want;
}

bool str_utf8(struct str s) {
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;
	while (i < s.n) {
		uint64_t eight;
		while (i + 8 <= s.n && (memcpy(&eight, p + i, 8), (eight & UINT64_C(0x8080808080808080)) == 0)) i += 8;
		if (i == s.n) break;
		size_t n = character(p + i, s.n - i);
		if (n == 0) return false;
		i += n;
	}
	return true;
}

struct str str_cut_utf8(struct str s, size_t n) {
	if (s.n <= n) return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80) n--;
	return str_sub(s, 0, n);
}

size_t str_characters(struct str s) {
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++) count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return count;
}
