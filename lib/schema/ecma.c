/* From ECMA-262 (section 22.2.1, with the u flag) to PCRE2's dialect: what means the same is passed on, what means
 * something else is written out, what only Perl knows is refused. Kinder than the standard in one thing: any ASCII
 * punctuation may be escaped, and a brace or bracket without its partner stands for itself, as schemas in the wild have
 * it. */
#include "pattern.h"

/* White space and line ends of ECMA-262 as ranges for a class, and all but these. */
#define SPACES \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}" \
	"\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

enum { PATTERN_LENGTH = 8192 };

struct translator {
	struct str s;
	size_t i;
	struct buf out;
	int groups, references, depth; /* references: the highest number asked for */
	const char *problem;
};

static bool refuse(struct translator *t, const char *problem) {
	if (!t->problem) t->problem = problem;
	return false;
}

static int peek(const struct translator *t, size_t ahead) {
	return t->i + ahead < t->s.n ? (unsigned char)t->s.p[t->i + ahead] : -1;
}

static bool is_digit(int c) {
	return c >= '0' && c <= '9';
}

static bool is_letter(int c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_digit(int c) {
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* n hexadecimal digits at i. */
static bool hex(struct translator *t, int n, uint32_t *out) {
	uint32_t v = 0;
	for (int k = 0; k < n; k++) {
		int digit = hex_digit(peek(t, (size_t)k));
		if (digit < 0) return false;
		v = v << 4 | (uint32_t)digit;
	}
	t->i += (size_t)n;
	*out = v;
	return true;
}

static bool code_point(struct translator *t, uint32_t c) {
	if (c > 0x10FFFF) return refuse(t, "an escape beyond Unicode");
	if (c >= 0xD800 && c <= 0xDFFF) return refuse(t, "half of a surrogate pair");
	buf_fmt(&t->out, "\\x{%x}", c);
	return true;
}

/* Behind \u. */
static bool unicode_escape(struct translator *t) {
	uint32_t c = 0, low;
	if (peek(t, 0) == '{') {
		t->i++;
		int digits = 0;
		for (int d; (d = hex_digit(peek(t, 0))) >= 0; t->i++, digits++) {
			c = c << 4 | (uint32_t)d;
			if (c > 0x10FFFF) return refuse(t, "an escape beyond Unicode");
		}
		if (!digits || peek(t, 0) != '}') return refuse(t, "an incomplete \\u{…}");
		t->i++;
		return code_point(t, c);
	}
	if (!hex(t, 4, &c)) return refuse(t, "an incomplete \\u escape");
	if (c >= 0xD800 && c <= 0xDBFF && peek(t, 0) == '\\' && peek(t, 1) == 'u') {
		size_t back = t->i;
		t->i += 2;
		if (hex(t, 4, &low) && low >= 0xDC00 && low <= 0xDFFF)
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		else
			t->i = back;
	}
	return code_point(t, c);
}

/* Long names of general categories (Unicode, PropertyValueAliases), sorted by nothing: they are few. */
static const char *const categories[][2] = {
	{"Letter", "L"}, {"Cased_Letter", "L&"}, {"Uppercase_Letter", "Lu"}, {"Lowercase_Letter", "Ll"},
	{"Titlecase_Letter", "Lt"}, {"Modifier_Letter", "Lm"}, {"Other_Letter", "Lo"}, {"Mark", "M"},
	{"Combining_Mark", "M"},
	{"Nonspacing_Mark", "Mn"}, {"Spacing_Mark", "Mc"}, {"Enclosing_Mark", "Me"}, {"Number", "N"},
	{"Decimal_Number", "Nd"}, {"digit", "Nd"}, {"Letter_Number", "Nl"}, {"Other_Number", "No"}, {"Punctuation", "P"},
	{"punct", "P"}, {"Connector_Punctuation", "Pc"}, {"Dash_Punctuation", "Pd"}, {"Open_Punctuation", "Ps"},
	{"Close_Punctuation", "Pe"}, {"Initial_Punctuation", "Pi"}, {"Final_Punctuation", "Pf"},
	{"Other_Punctuation", "Po"},
	{"Symbol", "S"}, {"Math_Symbol", "Sm"}, {"Currency_Symbol", "Sc"}, {"Modifier_Symbol", "Sk"},
	{"Other_Symbol", "So"},
	{"Separator", "Z"}, {"Space_Separator", "Zs"}, {"Line_Separator", "Zl"}, {"Paragraph_Separator", "Zp"},
	{"Other", "C"},
	{"Control", "Cc"}, {"cntrl", "Cc"}, {"Format", "Cf"}, {"Surrogate", "Cs"}, {"Private_Use", "Co"},
	{"Unassigned", "Cn"},
	{"LC", "L&"},
};

/* Behind \p or \P. */
static bool property(struct translator *t, char p) {
	struct str rest = str_from(t->s, t->i);
	size_t end = str_find_char(rest, '}');
	if (peek(t, 0) != '{' || end == STR_NONE || end < 2) return refuse(t, "\\p without {a property}");
	struct str name = str_sub(rest, 1, end - 1);
	for (size_t i = 0; i < name.n; i++)
		if (!is_letter(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '_' && name.p[i] != '=')
			return refuse(t, "a property of no name");
	t->i += end + 1;
	size_t equals = str_find_char(name, '=');
	struct str key = equals == STR_NONE ? STR_EMPTY : str_sub(name, 0, equals);
	struct str value = equals == STR_NONE ? name : str_from(name, equals + 1);
	const char *prefix = "";
	if (str_is(key, "Script") || str_is(key, "sc"))
		prefix = "sc:";
	else if (str_is(key, "Script_Extensions") || str_is(key, "scx"))
		prefix = "scx:";
	else if (key.n && !str_is(key, "General_Category") && !str_is(key, "gc"))
		return refuse(t, "an unknown property");
	for (size_t i = 0; !*prefix && i < lengthof(categories); i++)
		if (str_is(value, categories[i][0])) value = str_of(categories[i][1]);
	buf_fmt(&t->out, "\\%c{%s%.*s}", p, prefix, STR_ARG(value));
	return true;
}

/* Behind a backslash; i is at what is escaped. */
static bool escape(struct translator *t, bool in_class) {
	int c = peek(t, 0);
	if (c < 0) return refuse(t, "a backslash at the end");
	t->i++;
	switch (c) {
	case 'd': buf_add(&t->out, S("\\d")); return true;
	case 'D': buf_add(&t->out, S("\\D")); return true;
	case 'w': buf_add(&t->out, S("\\w")); return true;
	case 'W': buf_add(&t->out, S("\\W")); return true;
	case 's': buf_add(&t->out, in_class ? S(SPACES) : S("[" SPACES "]")); return true;
	case 'S': buf_add(&t->out, in_class ? S(NO_SPACES) : S("[^" SPACES "]")); return true;
	case 't': return code_point(t, '\t');
	case 'n': return code_point(t, '\n');
	case 'v': return code_point(t, '\v');
	case 'f': return code_point(t, '\f');
	case 'r': return code_point(t, '\r');
	case 'u': return unicode_escape(t);
	case 'p':
	case 'P': return property(t, (char)c);
	case 'x': {
		uint32_t v;
		return hex(t, 2, &v) ? code_point(t, v) : refuse(t, "an incomplete \\x escape");
	}
	case 'c': {
		int letter = peek(t, 0);
		if (!is_letter(letter)) return refuse(t, "\\c without a letter");
		t->i++;
		return code_point(t, (uint32_t)letter & 31);
	}
	case '0':
		if (is_digit(peek(t, 0))) return refuse(t, "an octal escape");
		return code_point(t, 0);
	case 'b':
		if (in_class) return code_point(t, '\b');
		buf_add(&t->out, S("\\b"));
		return true;
	case 'B':
		if (in_class) return refuse(t, "\\B in a class");
		buf_add(&t->out, S("\\B"));
		return true;
	case 'k': {
		struct str rest = str_from(t->s, t->i);
		size_t end = str_find_char(rest, '>');
		if (in_class || peek(t, 0) != '<' || end == STR_NONE) return refuse(t, "\\k without <a name>");
		buf_fmt(&t->out, "\\k%.*s", STR_ARG(str_sub(rest, 0, end + 1)));
		t->i += end + 1;
		return true;
	}
	default: break;
	}
	if (is_digit(c) && !in_class) {
		int v = c - '0';
		for (; is_digit(peek(t, 0)) && v < 1000; t->i++) v = v * 10 + peek(t, 0) - '0';
		if (v > t->references) t->references = v;
		buf_fmt(&t->out, "\\g{%d}", v);
		return true;
	}
	if (c >= 0x80 || is_letter(c) || is_digit(c) || c < ' ' || c == 0x7F) return refuse(t, "an unknown escape");
	buf_fmt(&t->out, "\\x{%x}", (unsigned)c);
	return true;
}

/* Behind the opening bracket. */
static bool class(struct translator *t) {
	buf_add_char(&t->out, '[');
	if (peek(t, 0) == '^') {
		buf_add_char(&t->out, '^');
		t->i++;
	}
	for (;;) {
		int c = peek(t, 0);
		if (c < 0) return refuse(t, "a class without its ]");
		t->i++;
		if (c == ']') break;
		if (c == '\\') {
			if (!escape(t, true)) return false;
		} else if (c == '[') {
			buf_add(&t->out, S("\\["));
		} else if (c == 0) {
			buf_add(&t->out, S("\\x{0}"));
		} else {
			buf_add_char(&t->out, (char)c);
		}
	}
	buf_add_char(&t->out, ']');
	return true;
}

/* {n}, {n,}, {n,m} at i: its length, or 0. */
static size_t braces(const struct translator *t) {
	size_t k = 1;
	if (peek(t, 0) != '{' || !is_digit(peek(t, k))) return 0;
	while (is_digit(peek(t, k))) k++;
	if (peek(t, k) == ',')
		for (k++; is_digit(peek(t, k));) k++;
	return peek(t, k) == '}' ? k + 1 : 0;
}

/* Behind the opening parenthesis. */
static bool group(struct translator *t) {
	static const char *const kinds[] = {"?:", "?=", "?!", "?<=", "?<!"};
	struct str rest = str_from(t->s, t->i);
	if (++t->depth > 100) return refuse(t, "groups nested over 100 deep");
	buf_add_char(&t->out, '(');
	if (peek(t, 0) != '?') {
		t->groups++;
		return true;
	}
	for (size_t i = 0; i < lengthof(kinds); i++) {
		if (!str_starts(rest, str_of(kinds[i]))) continue;
		buf_add(&t->out, str_of(kinds[i]));
		t->i += strlen(kinds[i]);
		return true;
	}
	size_t end = str_find_char(rest, '>');
	if (!str_starts(rest, S("?<")) || end == STR_NONE || end < 3) return refuse(t, "an unknown kind of group");
	for (size_t i = 2; i < end; i++)
		if (!is_letter(rest.p[i]) && rest.p[i] != '_' && (i == 2 || !is_digit(rest.p[i])))
			return refuse(t, "a group's name of other than letters and digits");
	buf_add(&t->out, str_sub(rest, 0, end + 1));
	t->i += end + 1;
	t->groups++;
	return true;
}

static bool translate(struct translator *t) {
	bool repeatable = false;
	while (t->i < t->s.n) {
		int c = peek(t, 0);
		size_t length = c == '*' || c == '+' || c == '?' ? 1 : braces(t);
		if (length) {
			if (!repeatable) return refuse(t, "nothing to repeat");
			if (length > 16) return refuse(t, "too many repetitions");
			buf_add(&t->out, str_sub(t->s, t->i, length));
			t->i += length;
			if (peek(t, 0) == '?') {
				buf_add_char(&t->out, '?');
				t->i++;
			}
			repeatable = false;
			continue;
		}
		t->i++;
		repeatable = true;
		switch (c) {
		case '\\':
			repeatable = peek(t, 0) != 'b' && peek(t, 0) != 'B';
			if (!escape(t, false)) return false;
			break;
		case '[':
			if (!class(t)) return false;
			break;
		case '(':
			if (!group(t)) return false;
			repeatable = false;
			break;
		case ')':
			if (--t->depth < 0) return refuse(t, "a ) without its (");
			buf_add_char(&t->out, ')');
			break;
		case '|':
		case '^':
		case '$':
			buf_add_char(&t->out, (char)c);
			repeatable = false;
			break;
		case '.': buf_add(&t->out, S("[^\\n\\r\\x{2028}\\x{2029}]")); break;
		case '{':
		case '}':
		case ']':
			buf_add_char(&t->out, '\\');
			buf_add_char(&t->out, (char)c);
			break;
		case 0: buf_add(&t->out, S("\\x{0}")); break;
		default:
			buf_add_char(&t->out, (char)c);
			/* A character of several bytes goes as one, so that what repeats it repeats all of it. */
			for (; (peek(t, 0) & 0xC0) == 0x80 && peek(t, 0) >= 0; t->i++) buf_add_char(&t->out, t->s.p[t->i]);
			break;
		}
	}
	if (t->depth) return refuse(t, "a ( without its )");
	return t->references <= t->groups || refuse(t, "a reference to a group that is not there");
}

enum err_code ecma_to_pcre(struct arena *a, struct str source, struct str *out, struct err *e) {
	if (source.n > PATTERN_LENGTH) return err_set(e, ERR_TOO_LARGE, "a pattern of over %d bytes", PATTERN_LENGTH);
	if (!str_utf8(source)) return err_set(e, ERR_INVALID, "a pattern that is not UTF-8");
	struct translator t = {.s = source, .out = BUF(1 << 20)};
	bool ok = translate(&t) && !t.out.failed;
	struct str text = ok ? arena_str(a, buf_str(&t.out)) : STR_EMPTY;
	buf_free(&t.out);
	if (!ok && !t.problem) return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	if (!ok)
		return err_set(e, ERR_INVALID, "not a regular expression of ECMA-262: %s at character %zu",
			t.problem, str_characters(str_sub(source, 0, t.i)));
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	*out = text;
	return ERR_OK;
}
