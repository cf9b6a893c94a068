#include "fold.h"

#include <utf8proc.h>

/* Scripts without spaces between words: a character is a word. */
static bool alone(utf8proc_int32_t c) {
	return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
		(c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
		(c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static bool word_category(utf8proc_int32_t c) {
	switch ((int)utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC: return true;
	default: return false;
	}
}

/* What one character becomes: its decomposition, without marks, case folded. */
static void fold_character(struct buf *out, utf8proc_int32_t c) {
	utf8proc_int32_t many[24];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, many, lengthof(many),
		UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
	for (utf8proc_ssize_t i = 0; i < n && i < (utf8proc_ssize_t)lengthof(many); i++) {
		utf8proc_uint8_t bytes[4];
		if (!word_category(many[i])) continue;
		utf8proc_ssize_t length = utf8proc_encode_char(many[i], bytes);
		buf_add(out, str_n(bytes, length > 0 ? (size_t)length : 0));
	}
}

/* 0 no part of a word, else the character as a small letter. */
static const char ascii[128] = {
	['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
	['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
	['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
	['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
	['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
	['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
	['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
};

bool fold_next(struct str text, size_t *at, struct buf *folded, size_t *from, size_t *to) {
	buf_clear(folded);
	bool in = false;
	size_t i = *at;
	while (i < text.n) {
		unsigned char byte = (unsigned char)text.p[i];
		if (byte < 128) {
			if (ascii[byte]) {
				if (!in) *from = i;
				in = true;
				buf_add_char(folded, ascii[byte]);
			} else if (in) {
				break;
			}
			i++;
			continue;
		}
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p + i, (utf8proc_ssize_t)(text.n - i), &c);
		if (n <= 0) {
			*to = i;
			*at = text.n;
			return in;
		}
		/* Soft hyphen, joiners, byte order mark: they stand inside words and are no part of them. */
		if (c == 0xAD || c == 0x200C || c == 0x200D || c == 0x2060 || c == 0xFEFF) {
			i += (size_t)n;
			continue;
		}
		if (alone(c)) {
			if (in) break;
			*from = i;
			fold_character(folded, c);
			i += (size_t)n;
			in = folded->n > 0;
			if (in) break;
			continue;
		}
		if (word_category(c)) {
			size_t before = folded->n;
			fold_character(folded, c);
			if (!in && folded->n > before) {
				*from = i;
				in = true;
			}
		} else if (in) {
			break;
		}
		i += (size_t)n;
	}
	*at = *to = i;
	return in;
}

/* A word, or several: one character may stand for some of those that are words each (half-width Kana, digraphs). */
static void add_word(struct buf *out, struct str word) {
	bool parted = true;
	for (size_t i = 0; i < word.n;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)word.p + i, (utf8proc_ssize_t)(word.n - i), &c);
		if (n <= 0) break;
		if (alone(c) && !parted) buf_add_char(out, ' ');
		buf_add(out, str_sub(word, i, (size_t)n));
		i += (size_t)n;
		parted = alone(c);
		if (parted) buf_add_char(out, ' ');
	}
	if (!parted) buf_add_char(out, ' ');
}

void fold_words(struct buf *out, struct str text) {
	autobuf struct buf word = BUF(1 << 16);
	size_t at = 0, from, to;
	while (at < text.n && !out->failed) {
		/* Runs of ASCII letters and digits, which are nearly everything, go straight through. */
		size_t i = at;
		while (i < text.n && (unsigned char)text.p[i] < 128 && !ascii[(unsigned char)text.p[i]]) i++;
		size_t end = i;
		while (end < text.n && (unsigned char)text.p[end] < 128 && ascii[(unsigned char)text.p[end]]) end++;
		if (end == text.n || (unsigned char)text.p[end] < 128) {
			if (end > i && buf_room(out, end - i + 1)) {
				for (size_t j = i; j < end; j++) out->p[out->n++] = ascii[(unsigned char)text.p[j]];
				out->p[out->n++] = ' ';
			}
			at = end;
			continue;
		}
		at = i;
		if (!fold_next(text, &at, &word, &from, &to)) break;
		if (word.failed) {
			buf_free(&word);
			continue;
		}
		add_word(out, buf_str(&word));
	}
}
