/* Whether a text can be Python (Python Language Reference, "Lexical analysis"): all of it must fall into words, numbers, texts and signs, no two operands may stand side by side, brackets must close.
 * Prose, lists of labels and configurations fail within a line or two. What passes and calls or imports something is source, however it is written. */
#include "formats.h"

enum token { T_NONE, T_OPERAND, T_KEYWORD, T_SIGN, T_OPEN, T_CLOSE };
enum { NESTING = 200, CODING_LINES = 2 };

struct lexer {
	struct str text;
	size_t at;
	int depth;
	char open[NESTING];
	enum token before;       /* in this logical line; T_NONE at its start */
	bool texts;              /* before is a text */
	struct str word;         /* before, where it is a word */
	char awaits;             /* 'i' after import, 'f' after from, 'd' after def and class, until the line ends */
	bool evidence;           /* something is called, imported or defined */
};

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool digit(char c) {
	return c >= '0' && c <= '9';
}
static bool among(const char *words, struct str w) {
	struct str rest = str_of(words), one;
	while (str_split(&rest, ' ', &one))
		if (str_eq(one, w)) return true;
	return false;
}
static char peek(const struct lexer *l, size_t more) {
	return l->at + more < l->text.n ? l->text.p[l->at + more] : 0;
}

static void new_line(struct lexer *l) {
	if (l->depth) return;
	l->before = T_NONE;
	l->awaits = 0;
}

/* One operand after another is no Python, but for texts. */
static bool operand(struct lexer *l, bool is_text) {
	bool side_by_side = l->before == T_OPERAND || l->before == T_CLOSE;
	if (side_by_side && !(is_text && l->texts)) return false;
	l->before = T_OPERAND;
	l->texts = is_text;
	return true;
}

/* A text in quotes; one of a single line must end in it. */
static bool quoted(struct lexer *l) {
	char q = peek(l, 0);
	bool three = peek(l, 1) == q && peek(l, 2) == q;
	for (l->at += three ? 3 : 1; l->at < l->text.n; l->at++) {
		char c = peek(l, 0);
		if (c == '\\') l->at++;
		else if (!three && (c == '\n' || c == '\r')) return false;
		else if (c == q && !three) break;
		else if (c == q && peek(l, 1) == q && peek(l, 2) == q) break;
	}
	if (l->at >= l->text.n) return false;
	l->at += three ? 3 : 1;
	return operand(l, true);
}

static bool is_prefix(struct str w) {
	return w.n <= 2 && among("r b u f R B U F br Br bR BR rb rB Rb RB fr Fr fR FR rf rF Rf RF", w);
}

/* Words that stand before, after or between operands. */
static const char keywords[] = "and or not in is if else for lambda await async yield from import as return del raise assert global nonlocal while with elif except def class try finally";

/* True where a word that begins a line is no name: "match x:", "type A = int". */
static bool begins_statement(const struct lexer *l, struct str w) {
	size_t i = l->at;
	while (i < l->text.n && l->text.p[i] == ' ') i++;
	return l->before == T_NONE && among("match case type", w) && i > l->at && i < l->text.n && (letter(l->text.p[i]) || digit(l->text.p[i]) || strchr("'\"", l->text.p[i]));
}

/* "from a import b" and "import a", "def f(", "class A:", "lambda": what no list of words has on a line of its own. */
static void keyword(struct lexer *l, struct str w, bool first) {
	if (first && str_is(w, "import")) l->awaits = 'i';
	else if (first && among("def class", w)) l->awaits = 'd';
	else if (first && str_is(w, "from")) l->awaits = 'f';
	else if (str_is(w, "import") && l->awaits == 'f') l->evidence = true;
	else if (str_is(w, "lambda")) l->awaits = 'd';
	if (!(first && str_is(w, "async"))) l->before = T_KEYWORD;
}

static bool word(struct lexer *l) {
	size_t from = l->at;
	while (letter(peek(l, 0)) || digit(peek(l, 0))) l->at++;
	struct str w = str_sub(l->text, from, l->at - from);
	char next = peek(l, 0);
	if ((next == '\'' || next == '"') && is_prefix(w)) return quoted(l);
	l->word = w;
	bool first = l->before == T_NONE;
	if (among(keywords, w) || begins_statement(l, w)) {
		keyword(l, w, first);
		return true;
	}
	if (l->awaits == 'i') l->evidence = true;
	return operand(l, false);
}

static bool number(struct lexer *l) {
	while (digit(peek(l, 0)) || letter(peek(l, 0)) || (peek(l, 0) == '.' && digit(peek(l, 1))) || ((peek(l, 0) == '+' || peek(l, 0) == '-') && (l->text.p[l->at - 1] == 'e' || l->text.p[l->at - 1] == 'E'))) l->at++;
	size_t dots = 0;
	for (size_t i = l->at; i-- > 0 && (digit(l->text.p[i]) || l->text.p[i] == '.');) dots += l->text.p[i] == '.';
	return dots < 2 && operand(l, false);
}

/* What a name right before a bracket is: something that is called. With a space between only what runs code by itself counts: labels have brackets too. */
static void bracket(struct lexer *l) {
	if (peek(l, 0) != '(') return;
	bool touches = l->at && (letter(l->text.p[l->at - 1]) || digit(l->text.p[l->at - 1]) || l->text.p[l->at - 1] == ')' || l->text.p[l->at - 1] == ']');
	if (l->before != T_OPERAND && l->before != T_CLOSE) return;
	if (touches || (l->before == T_OPERAND && !l->texts && among("exec eval compile open getattr setattr vars globals locals breakpoint input print __import__", l->word)) || l->before == T_CLOSE) l->evidence = true;
}

static bool sign(struct lexer *l) {
	char c = peek(l, 0);
	if (strchr("([{", c)) {
		if (c == '{' && (l->before == T_OPERAND || l->before == T_CLOSE)) return false;
		bracket(l);
		if (l->depth == NESTING) return false;
		l->open[l->depth++] = c;
		l->before = T_OPEN;
	} else if (strchr(")]}", c)) {
		if (!l->depth || l->open[--l->depth] != (c == ')' ? '(' : c == ']' ? '[' : '{')) return false;
		l->before = T_CLOSE;
		l->texts = false;
	} else if (c == ';') {
		new_line(l);
	} else if (c == '!' ? peek(l, 1) == '=' : strchr("+-*/%@&|^~<>=.,:", c) != NULL) {
		if (c == '@' && l->before == T_NONE) l->evidence = true;
		if (c == ':' && l->awaits == 'd' && !l->depth && l->before != T_KEYWORD) l->evidence = true;
		/* After the colon of "if x: y" or "class A: pass" a statement begins; inside brackets it is a part of a mapping. */
		l->before = c == ':' && !l->depth && peek(l, 1) != '=' ? T_NONE : T_SIGN;
		l->at += c == '!';
	} else {
		return false;
	}
	l->at++;
	return true;
}

static bool step(struct lexer *l) {
	char c = peek(l, 0);
	if (c == ' ' || c == '\t' || c == '\f') l->at++;
	else if (c == '\n' || c == '\r') {
		new_line(l);
		l->at++;
	} else if (c == '#') {
		while (l->at < l->text.n && peek(l, 0) != '\n' && peek(l, 0) != '\r') l->at++;
	} else if (c == '\\' && (peek(l, 1) == '\n' || peek(l, 1) == '\r')) l->at += peek(l, 1) == '\r' && peek(l, 2) == '\n' ? 3 : 2;
	else if (c == '\'' || c == '"') return quoted(l);
	else if (digit(c) || (c == '.' && digit(peek(l, 1)))) return number(l);
	else if (letter(c)) return word(l);
	else return c && sign(l);
	return true;
}

bool can_be_python_line(struct str line) {
	struct lexer l = {.text = line, .word = STR_EMPTY};
	while (l.at < line.n)
		if (!step(&l)) return false;
	return true;
}

bool can_be_python(struct str text) {
	struct lexer l = {.text = text, .word = STR_EMPTY};
	if (str_starts(text, S("\xEF\xBB\xBF"))) l.at = 3;
	while (l.at < text.n)
		if (!step(&l)) return false;
	return l.depth == 0 && l.evidence;
}

/* "# -*- coding: utf-7 -*-" (PEP 263): in such an encoding a text says something else than it shows. Ordinary character sets are no matter. */
bool has_hiding_encoding(struct str text) {
	static const char *const hiding[] = {"utf-7", "utf_7", "utf7", "escape", "rot13", "rot_13", "idna", "punycode", "base64", "hex", "zlib", "zip", "bz2", "uu", "quopri", "undefined"};
	struct str rest = text, line;
	for (int i = 0; i < CODING_LINES && str_split(&rest, '\n', &line); i++) {
		size_t at = str_find(line, S("coding"));
		if (!str_starts(str_trim(line), S("#")) || at == STR_NONE) continue;
		struct str said = str_trim(str_sub(line, at + 6, 40));
		if (!said.n || (said.p[0] != ':' && said.p[0] != '=')) continue;
		for (size_t k = 0; k < lengthof(hiding); k++)
			if (str_find(said, str_of(hiding[k])) != STR_NONE) return true;
	}
	return false;
}
