/* Python source that lies beside weights: told by statements at the start of lines, since nothing else says what a text is. It runs when it is imported, so it is for REVIEW; what runs commands or fetched code is BLOCK. */
#include "formats.h"

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

/* The first statement outside of fences of Markdown, or STR_NONE. */
static size_t first_statement(struct str text) {
	struct str rest = text, line;
	bool fenced = false;
	while (str_split(&rest, '\n', &line)) {
		if (str_starts(str_trim(line), S("```")) || str_starts(str_trim(line), S("~~~"))) fenced = !fenced;
		else if (!fenced && line.n < 4096 && is_statement(line)) return (size_t)(line.p - text.p);
	}
	return STR_NONE;
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

bool check_python(struct scan *s, struct str text) {
	size_t at = first_statement(text);
	bool bad = false;
	if (at == STR_NONE) return false;
	for (size_t i = 0; i < lengthof(dangerous); i++) {
		size_t place = find_call(text, str_of(dangerous[i]));
		if (place == STR_NONE) continue;
		bad = true;
		found(s, RULE_PYTHON_DANGEROUS, place, "it has %s", dangerous[i]);
	}
	if (!bad) found(s, RULE_PYTHON_SOURCE, at, "it is Python source");
	return true;
}
