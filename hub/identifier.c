#include "identifier.h"

#include "hub/fold.h"
#include "lib/digest/digest.h"

static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void uid_write(uint64_t bits, char out[UID_SIZE]) {
	char *p = out;
	*p++ = 'R';
	for (int i = 0; i < 8; i++) {
		if (i % 4 == 0) *p++ = '-';
		*p++ = base32[bits >> (35 - 5 * i) & 31];
	}
	*p = 0;
}

void uid_make(char out[UID_SIZE]) {
	uint64_t bits;
	random_bytes(&bits, sizeof bits);
	uid_write(bits, out);
}

bool uid_parse(struct str s, char out[UID_SIZE]) {
	uint64_t bits = 0;
	int n = 0;
	if (s.n < 9 || (s.p[0] != 'R' && s.p[0] != 'r')) return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];
		if (c == '-') continue;
		if (c >= 'a' && c <= 'z') c = (char)(c - 32);
		if (c == 'O') c = '0';
		if (c == 'I' || c == 'L') c = '1';
		const char *at = c ? strchr(base32, c) : NULL;
		if (!at || ++n > 8) return false;
		bits = bits << 5 | (uint64_t)(at - base32);
	}
	if (n != 8) return false;
	uid_write(bits, out);
	return true;
}

enum err_code number_format(struct arena *a, struct str form, struct str prefix, int year, int64_t seq, struct str *out, struct err *e) {
	struct str text = STR_EMPTY;
	while (form.n) {
		size_t brace = str_find_char(form, '{'), end = str_find_char(form, '}');
		text = arena_cat(a, text, str_sub(form, 0, brace));
		if (brace == STR_NONE) break;
		if (end == STR_NONE || end < brace) return err_set(e, ERR_INVALID, "number: a brace is not closed");
		struct str word = str_sub(form, brace + 1, end - brace - 1);
		form = str_from(form, end + 1);
		if (str_is(word, "prefix")) {
			text = arena_cat(a, text, prefix);
		} else if (str_is(word, "year")) {
			text = arena_fmt(a, "%.*s%04d", STR_ARG(text), year);
		} else if (str_starts(word, S("seq:")) && word.n == 5 && word.p[4] >= '1' && word.p[4] <= '9') {
			text = arena_fmt(a, "%.*s%0*lld", STR_ARG(text), word.p[4] - '0', (long long)seq);
		} else {
			return err_set(e, ERR_INVALID, "number: {%.*s} means nothing; there are {prefix}, {year} and {seq:4}", STR_ARG(word));
		}
	}
	*out = text;
	return ERR_OK;
}

static size_t run(struct str s, bool letters) {
	size_t n = 0;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || (letters && s.p[n] >= 'A' && s.p[n] <= 'Z'))) n++;
	return n;
}

bool number_parse(struct str form, struct str s, int64_t *seq, int *year) {
	*seq = *year = 0;
	while (form.n) {
		if (form.p[0] != '{') {
			if (!s.n || s.p[0] != form.p[0]) return false;
			form = str_from(form, 1);
			s = str_from(s, 1);
			continue;
		}
		size_t end = str_find_char(form, '}');
		if (end == STR_NONE) return false;
		struct str word = str_sub(form, 1, end - 1);
		form = str_from(form, end + 1);
		size_t n = run(s, str_is(word, "prefix"));
		int64_t value = 0;
		if (str_is(word, "prefix")) {
			if (!n) return false;
		} else if (str_is(word, "year")) {
			if (n < 4 || !str_int(str_sub(s, 0, 4), &value)) return false;
			n = 4;
			*year = (int)value;
		} else {
			if (n < (size_t)(word.p[word.n - 1] - '0') || !str_int(str_sub(s, 0, n), seq)) return false;
		}
		s = str_from(s, n);
	}
	return s.n == 0 && *seq > 0;
}

struct str name_folded(struct arena *a, struct str name) {
	char *p = arena_alloc(a, name.n + 1);
	if (!p) return STR_EMPTY;
	for (size_t i = 0; i < name.n; i++) p[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
	return str_n(p, name.n);
}

struct str name_key(struct arena *a, struct str name) {
	autobuf struct buf words = BUF(4096);
	fold_words(&words, str_cut_utf8(name, 1000));
	struct str key = arena_str(a, str_trim(buf_str(&words)));
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] == ' ') ((char *)(uintptr_t)key.p)[i] = '-';
	key = str_cut_utf8(key, 120);
	while (key.n && key.p[key.n - 1] == '-') key.n--;
	return key;
}
