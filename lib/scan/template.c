#include "template.h"

static const char filters[] = "trim tojson length count upper lower join first last list default d string int float replace selectattr rejectattr select reject map items dictsort sort title "
	"capitalize indent safe e escape unique reverse sum min max round abs batch slice groupby wordcount striptags from_json fromjson center truncate wordwrap";
static const char functions[] = "raise_exception strftime_now range namespace dict caller loop tojson";
static const char methods[] = "strip lstrip rstrip split rsplit splitlines startswith endswith items keys values get append extend insert pop update upper lower replace title capitalize join find rfind "
	"index count format isdigit isalpha isupper islower isnumeric removeprefix removesuffix copy cycle changed strftime";
static const char statements[] = "if elif else endif for endfor set endset macro endmacro generation endgeneration break continue call endcall filter endfilter with endwith do raw endraw block endblock";
static const char forbidden_statements[] = "import from include extends";
static const char forbidden_names[] = "cycler lipsum joiner self request config g session url_for get_flashed_messages globals locals os sys subprocess builtins importlib eval exec open popen";
static const char forbidden_attributes[] = "mro func_globals func_code gi_frame gi_code f_globals f_builtins f_locals cr_frame cr_code ag_frame tb_frame im_func im_self format_map subclasses popen system os sys "
	"environment modules";

enum { MACROS = 64 };

struct scanning {
	struct scan *s;
	struct str text;
	size_t at;
	uint64_t offset;
	const char *where;
	bool strict, blocked;
	int subscript;           /* brackets after an operand that are open: x[…] */
	struct str macros[MACROS];
	size_t macros_n;
};

static bool among(const char *words, struct str w) {
	struct str rest = str_of(words), one;
	while (str_split(&rest, ' ', &one))
		if (str_eq(one, w)) return true;
	return false;
}

static void block(struct scanning *t, size_t at, const char *what, struct str name) {
	if (!t->blocked) found(t->s, RULE_TEMPLATE, t->offset + at, "%s %s \"%.*s\"", t->where, what, SHOWN(t->s, name));
	t->blocked = true;
}

static void review(struct scanning *t, size_t at, const char *what, struct str name) {
	if (t->strict && !t->blocked) found(t->s, RULE_TEMPLATE_REVIEW, t->offset + at, "%s %s \"%.*s\"", t->where, what, SHOWN(t->s, name));
}

static char peek(const struct scanning *t, size_t more) {
	return t->at + more < t->text.n ? t->text.p[t->at + more] : 0;
}
static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool digit(char c) {
	return c >= '0' && c <= '9';
}
static void space(struct scanning *t) {
	while (peek(t, 0) && strchr(" \t\r\n", peek(t, 0))) t->at++;
}
static struct str word(struct scanning *t) {
	size_t from = t->at;
	while (letter(peek(t, 0)) || digit(peek(t, 0))) t->at++;
	return str_sub(t->text, from, t->at - from);
}

/* Two underscores where a name could begin, or in a text of nothing but a name's letters. */
static bool is_part_of_name(struct str s) {
	bool plain = true;
	for (size_t i = 0; i < s.n; i++) plain &= letter(s.p[i]) || digit(s.p[i]) || s.p[i] == '.';
	if (plain) return str_find(s, S("__")) != STR_NONE;
	for (size_t at = 0, i; (i = str_find(str_from(s, at), S("__"))) != STR_NONE; at += i + 2) {
		char before = at + i ? s.p[at + i - 1] : '.';
		if (strchr(".[{_'\"", before)) return true;
	}
	return false;
}

bool spells_plain_letters(struct str s) {
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '\\') continue;
		char c = s.p[++i];
		unsigned v = 0, digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
		if (c == 'N') return true;
		if (c >= '0' && c <= '7')
			for (unsigned k = 0; k < 3 && i + k < s.n && s.p[i + k] >= '0' && s.p[i + k] <= '7'; k++) v = v * 8 + (unsigned)(s.p[i + k] - '0');
		for (unsigned k = 1; k <= digits && i + k < s.n; k++) {
			char d = s.p[i + k];
			v = v * 16 + (unsigned)(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
		}
		if (v > 32 && v < 127) return true;
	}
	return false;
}

/* A literal: what could name an attribute, or be a part of such a name, has no business in one. */
static void literal(struct scanning *t) {
	char quote = peek(t, 0);
	size_t from = ++t->at;
	while (t->at < t->text.n && peek(t, 0) != quote) t->at += peek(t, 0) == '\\' ? 2 : 1;
	struct str s = str_sub(t->text, from, t->at - from);
	t->at++;
	if (is_part_of_name(s)) block(t, from, "has a text with two underscores,", s);
	else if (spells_plain_letters(s)) block(t, from, "spells plain letters in a text,", s);
	else if (str_find(s, S("%c")) != STR_NONE || str_find(s, S("{:c}")) != STR_NONE) review(t, from, "makes letters of numbers with", s);
	else if (t->subscript && peek(t, 0) == '%') review(t, from, "puts a text together in brackets,", s);
	else if (str_is(s, "_")) review(t, from, "puts texts together from", s);
}

static bool is_macro(const struct scanning *t, struct str name) {
	for (size_t i = 0; i < t->macros_n; i++)
		if (str_eq(t->macros[i], name)) return true;
	return false;
}

/* A name: of a variable, or (after a dot) of an attribute, or (after a bar) of a filter. */
static void name(struct scanning *t, char before) {
	size_t at = t->at;
	struct str n = word(t);
	space(t);
	bool called = peek(t, 0) == '(';
	if (str_find(n, S("__")) != STR_NONE) block(t, at, "reaches for", n);
	else if (before == '|') {
		if (str_is(n, "attr") || str_is(n, "xmlattr")) block(t, at, "uses the filter", n);
		else if (t->subscript && !among("length count int abs default d first last trim lower upper", n)) review(t, at, "picks a part by the filter", n);
		else if (!among(filters, n)) review(t, at, "uses the filter", n);
	} else if (before == '.') {
		if (among(forbidden_attributes, n)) block(t, at, "reaches for", n);
		else if (n.p[0] == '_') block(t, at, "reaches for", n);
		else if (called && !among(methods, n)) review(t, at, "calls the method", n);
	} else if (among(forbidden_names, n) && (called || peek(t, 0) == '.' || peek(t, 0) == '[' || peek(t, 0) == '|')) {
		block(t, at, "uses", n);
	} else if (!called && before != ',' && before != '(' && peek(t, 0) == '|' && among(functions, n) && !among("caller loop tojson dict", n)) {
		review(t, at, "makes data of the function", n);
	} else if (called && !among(functions, n) && !is_macro(t, n) && !among("if elif and or not in is else set for call", n)) {
		review(t, at, "calls", n);
	}
}

static bool closes(const struct scanning *t, const char *end) {
	return (peek(t, 0) == end[0] && peek(t, 1) == end[1]) || (peek(t, 0) == '-' && peek(t, 1) == end[0] && peek(t, 2) == end[1]);
}

static void expression(struct scanning *t, const char *end) {
	char before = 0;
	uint64_t brackets = 0; /* the open ones, innermost last: 1 picks a part of an operand, 0 is a list */
	while (t->at < t->text.n && !closes(t, end)) {
		char c = peek(t, 0);
		if (c == '\'' || c == '"') {
			literal(t);
			before = 's';
		} else if (letter(c)) {
			name(t, before);
			before = 'n';
		} else if (digit(c)) {
			while (digit(peek(t, 0)) || peek(t, 0) == '_') t->at++;
			if (peek(t, 0) == '.' && digit(peek(t, 1))) t->at++;
			before = 'd';
		} else {
			bool after_operand = before == 'n' || before == 's' || before == ']' || before == ')';
			if (c == '[') brackets = brackets << 1 | (after_operand ? 1u : 0u);
			if (c == ']') brackets >>= 1;
			t->subscript = (brackets & 1) != 0;
			if (t->subscript && (c == '~' || (c == '*' && !digit(peek(t, 1)) && !digit(peek(t, 2))))) review(t, t->at, "puts a text together in brackets with", str_n(&c, 1));
			t->at++;
			if (!strchr(" \t\r\n", c)) before = c;
		}
	}
	t->subscript = 0;
	t->at += peek(t, 0) == '-' ? 3 : 2;
}

/* Nothing means anything up to the statement that ends it. */
static void after_raw(struct scanning *t) {
	for (size_t i; (i = str_find(str_from(t->text, t->at), S("{%"))) != STR_NONE;) {
		t->at += i + 2;
		size_t here = t->at;
		if (peek(t, 0) == '-' || peek(t, 0) == '+') t->at++;
		space(t);
		if (str_is(word(t), "endraw")) {
			t->at = here - 2;
			return;
		}
	}
	t->at = t->text.n;
}

static void statement(struct scanning *t) {
	space(t);
	size_t at = t->at;
	struct str keyword = word(t);
	if (among(forbidden_statements, keyword)) block(t, at, "has a statement", keyword);
	else if (!among(statements, keyword)) review(t, at, "has a statement", keyword);
	if (str_is(keyword, "macro")) {
		space(t);
		struct str n = word(t);
		if (t->macros_n < MACROS) t->macros[t->macros_n++] = n;
	}
	if (str_is(keyword, "filter")) {
		space(t);
		name(t, '|');
	}
	expression(t, "%}");
	if (str_is(keyword, "raw")) after_raw(t);
}

bool has_template(struct str text) {
	return str_find(text, S("{%")) != STR_NONE || str_find(text, S("{{")) != STR_NONE;
}

void check_template(struct scan *s, struct str text, uint64_t offset, const char *where, bool strict) {
	struct scanning t = {.s = s, .text = text, .offset = offset, .where = where, .strict = strict};
	while (t.at + 1 < text.n) {
		const char *open = memchr(text.p + t.at, '{', text.n - t.at);
		if (!open) return;
		t.at = (size_t)(open - text.p) + 1;
		char kind = peek(&t, 0);
		if (kind != '{' && kind != '%' && kind != '#') continue;
		t.at++;
		if (peek(&t, 0) == '-' || peek(&t, 0) == '+') t.at++;
		if (kind == '{') expression(&t, "}}");
		else if (kind == '%') statement(&t);
		else {
			size_t end = str_find(str_from(text, t.at), S("#}"));
			if (end == STR_NONE) return;
			t.at += end + 2;
		}
	}
}
