/* templatec FILE.html OUT.c OUT.h
 *
 * Compiles templates to C. The language is in README.md; where an expression may stand and how it is escaped there is
 * decided by context.h. What is refused is refused here, with file and line, so that no template that compiles can put
 * a variable unescaped into a page. */
#include "context.h"

enum { LARGEST = 4 << 20, DEEPEST = 64, LITERAL_PIECE = 1500 };

struct compiler {
	const char *path;
	size_t line;
	struct buf includes, prototypes; /* of the header */
	struct buf statics, code;        /* of the source */
	struct buf literal;              /* text that is not written out yet */
	bool open;                       /* inside a template */
	bool in_comment;                 /* inside {! !} that goes over lines */
	struct html_context html;
	/* Lines of C: */
	struct html_context stack[DEEPEST]; /* where HTML stood at each open brace */
	size_t depth;
	int parentheses;
	char last;                       /* the last character that means something; 0 at the start */
	struct err *e;
};

static enum err_code refuse(struct compiler *c, const char *words) {
	return err_set(c->e, ERR_INVALID, "%s:%zu: %s", c->path, c->line, words);
}

static enum err_code refuse_html(struct compiler *c, const char *words) {
	return err_set(c->e, ERR_INVALID, "%s:%zu: refused: %s", c->path, c->line, words);
}

static void point_to(struct compiler *c, struct buf *out) {
	buf_fmt(out, "#line %zu \"%s\"\n", c->line, c->path);
}

/* ---- literal text ---- */

static void write_literal(struct buf *out, struct str s) {
	static const char digits[] = "01234567";
	buf_add(out, S("\thtml_literal(out, \""));
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		char octal[4] = {'\\', digits[ch >> 6], digits[ch >> 3 & 7], digits[ch & 7]};
		if (ch == '\n') buf_add(out, i + 1 < s.n ? S("\\n\"\n\t\t\"") : S("\\n"));
		else if (ch == '"' || ch == '\\' || ch == '?' || ch < ' ') buf_add(out, str_n(octal, sizeof octal));
		else buf_add_char(out, (char)ch);
	}
	buf_add(out, S("\");\n"));
}

static void flush(struct compiler *c) {
	struct str all = buf_str(&c->literal);
	while (all.n) { /* in pieces that every compiler takes as one string */
		struct str piece = str_cut_utf8(all, LITERAL_PIECE);
		write_literal(&c->code, piece);
		all = str_from(all, piece.n);
	}
	buf_clear(&c->literal);
}

/* Text behind a line of C that is only half a statement would end up inside it, or be the only thing that an `if`
 * without braces rules. */
static enum err_code end_code(struct compiler *c) {
	bool whole = !c->parentheses && (!c->last || strchr(";{}:", c->last));
	c->last = 0;
	return whole ? ERR_OK : refuse(c, "the line of C before this is not a whole statement or lacks its braces");
}

static enum err_code add_literal(struct compiler *c, char ch) {
	const char *why = context_literal(&c->html, ch);
	if (why) return refuse_html(c, why);
	buf_add_char(&c->literal, ch);
	return ERR_OK;
}

/* ---- C, as far as it must be understood ---- */

static bool word_char(char ch) {
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
}

/* Offset behind the string or character constant at s.p[i]; STR_NONE when it does not end on this line. */
static size_t skip_quoted(struct str s, size_t i) {
	char quote = s.p[i++];
	for (; i < s.n; i++) {
		if (s.p[i] == '\\') i++;
		else if (s.p[i] == quote) return i + 1;
	}
	return STR_NONE;
}

/* Offset of the '}' that ends the expression at s.p[from]. */
static size_t expression_end(struct str s, size_t from) {
	char closers[DEEPEST];
	size_t depth = 0;
	for (size_t i = from; i < s.n; i++) {
		char ch = s.p[i];
		if (ch == '"' || ch == '\'') {
			size_t behind = skip_quoted(s, i);
			if (behind == STR_NONE) return STR_NONE;
			i = behind - 1;
		} else if (ch == '(' || ch == '[' || ch == '{') {
			if (depth == DEEPEST) return STR_NONE;
			closers[depth++] = ch == '(' ? ')' : ch == '[' ? ']' : '}';
		} else if (ch == ')' || ch == ']' || ch == '}') {
			if (!depth) return ch == '}' ? i : STR_NONE;
			if (closers[--depth] != ch) return STR_NONE;
		} else if (ch == '/' && i + 1 < s.n && (s.p[i + 1] == '/' || s.p[i + 1] == '*')) {
			return STR_NONE;
		}
	}
	return STR_NONE;
}

static enum err_code leaves(struct compiler *c, const char *words) {
	for (size_t i = 0; i < c->depth; i++) {
		if (!context_same(&c->stack[i], &c->html)) return refuse(c, words);
	}
	return ERR_OK;
}

static enum err_code code_word(struct compiler *c, struct str word) {
	if (str_is(word, "goto")) return refuse(c, "goto can't be followed through HTML");
	if (str_is(word, "return") || str_is(word, "break") || str_is(word, "continue")) {
		if (!context_is_text(&c->html)) return refuse(c, "a jump out of a tag or an element such as <title>");
		return leaves(c, "a jump to where HTML stands elsewhere");
	}
	if (str_is(word, "out") && !context_is_text(&c->html)) {
		return refuse(c, "what writes to out writes text, but here stands a tag or an element such as <title>");
	}
	return ERR_OK;
}

static enum err_code code_brace(struct compiler *c, char ch) {
	if (ch == '{') {
		if (c->depth == DEEPEST) return refuse(c, "too many open braces");
		c->stack[c->depth++] = c->html;
		return ERR_OK;
	}
	if (!c->depth) return refuse(c, "a brace closes that was not opened in this template");
	if (!context_same(&c->stack[--c->depth], &c->html)) {
		return refuse(c, "HTML does not stand where it stood at the opening brace: tags and quotes must close inside");
	}
	return ERR_OK;
}

static enum err_code scan_code(struct compiler *c, struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		enum err_code code = ERR_OK;
		if (ch == ' ' || ch == '\t') continue;
		if (ch == '/' && i + 1 < s.n && s.p[i + 1] == '/') return ERR_OK;
		if (ch == '/' && i + 1 < s.n && s.p[i + 1] == '*') {
			size_t end = str_find(str_from(s, i + 2), S("*/"));
			if (end == STR_NONE) return refuse(c, "a comment must end on its line");
			i += end + 3;
			continue;
		}
		if (ch == '\\') return refuse(c, "a backslash outside a string");
		if (ch == '#') return refuse(c, "no preprocessor here; use %include at the start of the file");
		c->last = ch;
		if (ch == '"' || ch == '\'') {
			size_t behind = skip_quoted(s, i);
			if (behind == STR_NONE) return refuse(c, "a string does not end on its line");
			i = behind - 1;
		} else if (word_char(ch)) {
			size_t from = i;
			while (i + 1 < s.n && word_char(s.p[i + 1])) i++;
			code = code_word(c, str_sub(s, from, i + 1 - from));
		} else if (ch == '(' || ch == '[') {
			c->parentheses++;
		} else if (ch == ')' || ch == ']') {
			if (--c->parentheses < 0) return refuse(c, "a parenthesis closes that was not opened");
		} else if (ch == '{' || ch == '}') {
			code = code_brace(c, ch);
		}
		if (code) return code;
	}
	return ERR_OK;
}

static enum err_code code_line(struct compiler *c, struct str s) {
	if (!c->open) return refuse(c, "C before the first %template");
	flush(c);
	const char *why = context_code(&c->html);
	if (why) return refuse_html(c, why);
	bool continues = c->parentheses || (c->last && !strchr(";{}:", c->last));
	if (!continues) point_to(c, &c->code);
	enum err_code code = scan_code(c, s);
	if (code) return code;
	buf_add_char(&c->code, '\t');
	buf_add(&c->code, str_trim(s));
	buf_add_char(&c->code, '\n');
	return ERR_OK;
}

/* ---- expressions ---- */

static enum err_code add_expression(struct compiler *c, struct str expression, bool query) {
	static const char *const writers[] = {"html_text", "html_attr", "html_url", "html_query"};
	enum escape_kind kind;
	expression = str_trim(expression);
	if (!expression.n) return refuse(c, "an empty expression");
	const char *why = context_expression(&c->html, query, &kind);
	if (why) return refuse_html(c, why);
	flush(c);
	point_to(c, &c->code);
	buf_fmt(&c->code, "\t%s(out, (%.*s));\n", writers[kind], STR_ARG(expression));
	return ERR_OK;
}

/* ---- lines ---- */

static enum err_code text_line(struct compiler *c, struct str s) {
	bool wrote = false;
	for (size_t i = 0; i < s.n; i++) {
		if (c->in_comment) {
			size_t end = str_find(str_from(s, i), S("!}"));
			if (end == STR_NONE) return ERR_OK;
			c->in_comment = false;
			i += end + 1;
			continue;
		}
		char next = s.p[i] == '{' && i + 1 < s.n ? s.p[i + 1] : 0;
		if (next == '!') {
			c->in_comment = true;
			i++;
			continue;
		}
		if (!wrote && !context_keeps_blanks(&c->html) && (s.p[i] == ' ' || s.p[i] == '\t')) continue;
		if (!c->open) return refuse(c, "text before the first %template");
		if (s.p[i] == '\\' && i + 1 == s.n) return ERR_OK; /* no line end */
		enum err_code code = wrote ? ERR_OK : end_code(c);
		wrote = true;
		if (!code && (next == '=' || next == '?')) {
			size_t end = expression_end(s, i + 2);
			if (end == STR_NONE) return refuse(c, "an expression does not end on its line, or its brackets don't match");
			code = add_expression(c, str_sub(s, i + 2, end - i - 2), next == '?');
			i = end;
		} else if (!code) {
			code = add_literal(c, s.p[i]);
		}
		if (code) return code;
	}
	if (c->in_comment || !c->open) return ERR_OK;
	if (wrote) return add_literal(c, '\n');
	if (!context_keeps_blanks(&c->html)) return ERR_OK;
	enum err_code code = end_code(c);
	return code ? code : add_literal(c, '\n');
}

static bool is_name(struct str s) {
	for (size_t i = 0; i < s.n; i++) {
		if (!word_char(s.p[i])) return false;
	}
	return s.n && !(s.p[0] >= '0' && s.p[0] <= '9');
}

static enum err_code end_template(struct compiler *c) {
	if (!c->open) return ERR_OK;
	enum err_code code = end_code(c);
	if (code) return code;
	const char *why = context_end(&c->html);
	if (why) return refuse_html(c, why);
	if (c->depth) return refuse(c, "a brace is not closed at the template's end");
	if (c->in_comment) return refuse(c, "a comment is not closed at the template's end");
	flush(c);
	buf_add(&c->code, S("}\n"));
	c->open = false;
	return ERR_OK;
}

/* `name(type arg, …)`, with `static` before it for one that only this file uses. */
static enum err_code begin_template(struct compiler *c, struct str s) {
	enum err_code code = end_template(c);
	if (code) return code;
	s = str_trim(s);
	bool local = str_starts(s, S("static "));
	if (local) s = str_trim(str_from(s, 7));
	size_t open = str_find_char(s, '(');
	if (open == STR_NONE || !str_ends(s, S(")"))) return refuse(c, "%template wants name(type arg, …) on one line");
	struct str name = str_trim(str_sub(s, 0, open)), args = str_trim(str_sub(s, open + 1, s.n - open - 2));
	if (!is_name(name)) return refuse(c, "%template wants a C name");
	if (str_is(args, "void")) args = STR_EMPTY;
	const char *comma = args.n ? ", " : "", *scope = local ? "static " : "";
	buf_fmt(local ? &c->statics : &c->prototypes, "%svoid %.*s(struct html *out%s%.*s);\n", scope, STR_ARG(name), comma,
		STR_ARG(args));
	buf_add_char(&c->code, '\n');
	point_to(c, &c->code);
	buf_fmt(&c->code, "%svoid %.*s(struct html *out%s%.*s) {\n\t(void)out;\n", scope, STR_ARG(name), comma, STR_ARG(args));
	c->open = true;
	c->html = (struct html_context){0};
	c->depth = 0;
	c->parentheses = 0;
	c->last = 0;
	return ERR_OK;
}

static enum err_code include(struct compiler *c, struct str s) {
	s = str_trim(s);
	bool fine = s.n > 2 && ((s.p[0] == '"' && s.p[s.n - 1] == '"') || (s.p[0] == '<' && s.p[s.n - 1] == '>'));
	if (!fine) return refuse(c, "%include wants \"file.h\" or <file.h>");
	if (c->open) return refuse(c, "%include stands before the first %template");
	buf_fmt(&c->includes, "#include %.*s\n", STR_ARG(s));
	return ERR_OK;
}

static enum err_code compile_line(struct compiler *c, struct str line) {
	if (str_ends(line, S("\r"))) line.n--;
	struct str from_first = line;
	while (from_first.n && (from_first.p[0] == ' ' || from_first.p[0] == '\t')) from_first = str_from(from_first, 1);
	if (c->in_comment || !str_starts(from_first, S("%"))) {
		if (!context_keeps_blanks(&c->html)) {
			while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')) line.n--;
		}
		return text_line(c, line);
	}
	struct str rest = str_from(from_first, 1);
	if (str_starts(rest, S("%"))) return text_line(c, rest);
	if (str_starts(rest, S("template ")) || str_starts(rest, S("template\t"))) return begin_template(c, str_from(rest, 9));
	if (str_starts(rest, S("include ")) || str_starts(rest, S("include\t"))) return include(c, str_from(rest, 8));
	return code_line(c, rest);
}

static enum err_code compile(struct compiler *c, struct str source) {
	if (!str_utf8(source)) return err_set(c->e, ERR_INVALID, "%s: not UTF-8", c->path);
	if (str_ends(source, S("\n"))) source.n--;
	struct str line;
	while (str_split(&source, '\n', &line)) {
		c->line++;
		enum err_code code = compile_line(c, line);
		if (code) return code;
	}
	bool empty = !c->prototypes.n && !c->statics.n;
	return empty ? refuse(c, "no %template in the file") : end_template(c);
}

static enum err_code write_out(struct compiler *c, const char *source, const char *header, struct err *e) {
	autobuf struct buf h = BUF(LARGEST), s = BUF(8 * LARGEST);
	struct str name = file_name(str_of(header));
	buf_fmt(&h, "/* Written by tools/templatec from %s. */\n#pragma once\n#include \"http/html.h\"\n", c->path);
	buf_add(&h, buf_str(&c->includes));
	buf_add_char(&h, '\n');
	buf_add(&h, buf_str(&c->prototypes));
	buf_fmt(&s, "/* Written by tools/templatec from %s. */\n#include \"%.*s\"\n\n", c->path, STR_ARG(name));
	buf_add(&s, buf_str(&c->statics));
	buf_add(&s, buf_str(&c->code));
	bool failed = h.failed || s.failed || c->includes.failed || c->prototypes.failed || c->statics.failed
		|| c->code.failed || c->literal.failed;
	if (failed) return err_set(e, ERR_TOO_LARGE, "%s: too large", c->path);
	enum err_code code = file_write(source, buf_str(&s), 0644, e);
	return code ? code : file_write(header, buf_str(&h), 0644, e);
}

static void free_compiler(struct compiler *c) {
	buf_free(&c->includes);
	buf_free(&c->prototypes);
	buf_free(&c->statics);
	buf_free(&c->code);
	buf_free(&c->literal);
}

int main(int argc, char **argv) {
	if (argc != 4) {
		fprintf(stderr, "usage: templatec FILE.html OUT.c OUT.h\n");
		return 2;
	}
	struct err e = {0};
	struct str source;
	autoarena struct arena *a = arena_new(LARGEST * 2);
	enum err_code code = a ? file_read(a, argv[1], LARGEST, &source, &e) : err_set(&e, ERR_MEMORY, "out of memory");
	if (!code) {
		struct compiler c = {.path = argv[1], .e = &e, .includes = BUF(LARGEST), .prototypes = BUF(LARGEST),
			.statics = BUF(LARGEST), .code = BUF(4 * LARGEST), .literal = BUF(4 * LARGEST)};
		code = compile(&c, source);
		if (!code) code = write_out(&c, argv[2], argv[3], &e);
		free_compiler(&c);
	}
	if (code) fprintf(stderr, "%s\n", e.message);
	return code ? 1 : 0;
}
