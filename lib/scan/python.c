/* Python source that lies beside weights: told by statements at the start of lines, since nothing else says what a text is. It runs when it is imported, so it is for REVIEW; what runs commands or fetched code is BLOCK. */
#include "formats.h"
#include "profile.h"

enum { BLANK_MOST = 8 << 20 };

static bool letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

static struct str take_name(struct str *s) {
	size_t n = 0;
	while (n < s->n && (letter(s->p[n]) || s->p[n] == '.')) n++;
	struct str name = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	while (s->n && s->p[0] == ' ') *s = str_from(*s, 1);
	return name;
}

/* "import a.b as c, d", "from a import b", "def f(…):", "class C(…):", "@name", "if __name__ == …" */
static bool is_statement(struct str line) {
	struct str rest = line, word = take_name(&rest);
	struct str trimmed = str_trim(line);
	if (str_is(word, "import")) {
		struct str name = take_name(&rest);
		return name.n && (!rest.n || rest.p[0] == ',' || rest.p[0] == '#' || rest.p[0] == ';' || rest.p[0] == '\r' || str_starts(rest, S("as ")));
	}
	if (str_is(word, "from")) return take_name(&rest).n && str_starts(rest, S("import "));
	if (str_is(word, "def") || str_is(word, "class") || str_is(word, "async")) return take_name(&rest).n && str_ends(trimmed, S(":"));
	return str_starts(line, S("if __name__"));
}

/* The word stands there by itself: no part of a longer name, and (unless it is dotted) no method. */
static size_t find_call(struct str text, struct str call) {
	for (size_t at = 0;;) {
		size_t i = str_find(str_from(text, at), call);
		if (i == STR_NONE) return STR_NONE;
		at += i;
		if (!at || (!letter(text.p[at - 1]) && text.p[at - 1] != '.')) return at;
		at++;
	}
}

static const char *const dangerous[] = {
	"os.system(", "os.popen(", "os.exec", "os.spawn", "os.startfile(", "subprocess.", "import subprocess", "from subprocess", "pty.spawn(", "exec(", "eval(", "compile(", "__import__(", "importlib.import_module(",
	"marshal.loads(", "pickle.loads(", "pickle.load(", "socket.socket(", "import socket", "urllib.request", "requests.get(", "requests.post(", "http.client", "ctypes.", "import ctypes", "base64.b64decode(", "runpy.", "code.interact(",
	"pip.main(", "shutil.rmtree(", "getattr(__builtins__", "globals()[",
};

/* A line that can only be Python, or a call that has no other business at the start of a line. */
static bool is_code(struct str line) {
	struct str t = str_trim(line);
	if (is_statement(line)) return true;
	for (size_t i = 0; i < lengthof(dangerous); i++)
		if (str_ends(str_of(dangerous[i]), S("(")) && str_starts(line, str_of(dangerous[i]))) return true;
	if (!str_ends(t, S(":"))) return false;
	return str_is(t, "try:") || str_starts(line, S("while ")) || str_starts(line, S("with ")) || str_starts(line, S("if ")) || (str_starts(line, S("for ")) && str_find(line, S(" in ")) != STR_NONE);
}

/* Where a text between three quotes begins or ends in the line; *quote is which is open, or 0. */
static void follow_quotes(struct str line, char *quote) {
	for (size_t i = 0; i + 2 < line.n; i++) {
		char c = line.p[i];
		if ((c != '"' && c != '\'') || line.p[i + 1] != c || line.p[i + 2] != c || (*quote && *quote != c)) continue;
		*quote = *quote ? 0 : c;
		i += 2;
	}
}

/* The first line of code that is neither in a text of Python nor in a fence of Markdown, or STR_NONE. */
static size_t first_statement(struct str text) {
	struct str rest = text, line;
	bool fenced = false;
	char quote = 0;
	if (str_starts(rest, S("\xEF\xBB\xBF"))) rest = str_from(rest, 3);
	while (str_split(&rest, '\n', &line)) {
		bool fence = !quote && (str_starts(str_trim(line), S("```")) || str_starts(str_trim(line), S("~~~")));
		if (fence) fenced = !fenced;
		else if (!fenced && !quote && is_code(str_sub(line, 0, 4096))) return (size_t)(line.p - text.p);
		else if (!fenced) follow_quotes(line, &quote);
	}
	return STR_NONE;
}

/* Passes over a text in quotes, which begins at i; where it ends. */
static size_t after_text(struct str s, size_t i) {
	char quote = s.p[i];
	bool three = i + 2 < s.n && s.p[i + 1] == quote && s.p[i + 2] == quote;
	for (i += three ? 3 : 1; i < s.n; i++) {
		if (s.p[i] == '\\') i++;
		else if (!three && (s.p[i] == quote || s.p[i] == '\n')) return i + 1;
		else if (three && i + 2 < s.n && s.p[i] == quote && s.p[i + 1] == quote && s.p[i + 2] == quote) return i + 3;
	}
	return s.n;
}

/* The source with its texts and comments made blank: examples in a description run nothing. */
static struct str without_texts(struct scan *s, struct str text) {
	struct str copy = arena_str(s->scratch, text);
	union {
		const char *from;
		char *to;
	} unconst = {copy.p}; /* the copy is ours */
	for (size_t i = 0; i < copy.n;) {
		char c = copy.p[i];
		size_t end = i + 1;
		if (c == '#')
			while (end < copy.n && copy.p[end] != '\n') end++;
		if (c == '"' || c == '\'') end = after_text(copy, i);
		if (end > copy.n) end = copy.n;
		if (end > i + 1) memset(unconst.to + i, ' ', end - i);
		i = end;
	}
	return copy;
}

bool check_python(struct scan *s, struct str source) {
	size_t at = first_statement(source);
	bool bad = false;
	if (at == STR_NONE) return false;
	struct str text = source.n <= BLANK_MOST ? without_texts(s, source) : source;
	for (size_t i = 0; i < lengthof(dangerous); i++) {
		size_t place = find_call(text, str_of(dangerous[i]));
		if (place == STR_NONE) continue;
		bad = true;
		found(s, RULE_PYTHON_DANGEROUS, place, "it has %s", dangerous[i]);
	}
	if (!bad) found(s, RULE_PYTHON_SOURCE, at, "it is Python source");
	return true;
}

/* ---- configurations in YAML ---- */

/* "_target_: package.function", by which Hydra's instantiate() calls whatever is named (CVE-2025-23304). */
static void check_targets(struct scan *s, struct str text) {
	for (size_t at = 0, i; (i = str_find(str_from(text, at), S("_target_"))) != STR_NONE;) {
		at += i + 8;
		struct str rest = str_trim(str_sub(text, at, 300));
		if (!str_starts(rest, S(":"))) continue;
		rest = str_trim(str_from(rest, 1));
		while (rest.n && (rest.p[0] == '\'' || rest.p[0] == '"')) rest = str_from(rest, 1);
		check_target(s, take_name(&rest), at);
	}
}

void check_target(struct scan *s, struct str name, uint64_t at) {
	size_t dot = str_rfind_char(name, '.');
	if (dot == STR_NONE || !profile_denies(str_sub(name, 0, dot), str_from(name, dot + 1))) return;
	found(s, RULE_CONFIG_CODE, at, "_target_ names \"%.*s\"", SHOWN(s, name));
}

void check_yaml(struct scan *s, struct str text) {
	static const char *const tags[] = {"!!python/object", "!!python/name", "!!python/module", "!!python/apply", "tag:yaml.org,2002:python/"};
	for (size_t i = 0; i < lengthof(tags); i++) {
		size_t at = str_find(text, str_of(tags[i]));
		if (at != STR_NONE) found(s, RULE_CONFIG_CODE, at, "YAML that makes Python objects, %s", tags[i]);
	}
	check_targets(s, text);
}
