/* Python source that lies beside weights: told by statements at the start of lines, since nothing else says what a text is. It runs when it is imported, so it is for REVIEW; what runs commands or fetched code is BLOCK. */
#include "formats.h"
#include "profile.h"
#include "template.h"

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

/* Whether the lines that follow begin with one that stands further in, as a block does. */
static bool block_follows(struct str rest) {
	struct str next;
	while (str_split(&rest, '\n', &next)) {
		struct str t = str_trim(next);
		if (!t.n || t.p[0] == '#') continue;
		return next.p[0] == ' ' || next.p[0] == '\t';
	}
	return false;
}

/* A line that can only be Python, or a call that has no other business at the start of a line. Prose that is wrapped may begin a line with any word, so all of the line must fall into Python's words, and
 * what begins a block must have one. */
static bool is_code(struct str line, struct str rest) {
	struct str t = str_trim(line);
	if (!t.n || !can_be_python_line(line)) return false;
	bool begins = str_starts(line, S("def ")) || str_starts(line, S("class ")) || str_starts(line, S("async "));
	if (is_statement(line)) return !begins || str_find_char(line, '(') != STR_NONE || block_follows(rest);
	for (size_t i = 0; i < lengthof(dangerous); i++)
		if (str_ends(str_of(dangerous[i]), S("(")) && str_starts(line, str_of(dangerous[i])) && (can_be_python(line) || str_ends(t, S("(")) || str_ends(t, S(",")))) return true;
	if (!str_ends(t, S(":")) || !block_follows(rest)) return false;
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
		else if (!fenced && !quote && is_code(str_sub(line, 0, 4096), rest)) return (size_t)(line.p - text.p);
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
	if (has_hiding_encoding(source)) {
		found(s, RULE_PYTHON_DANGEROUS, 0, "it names an encoding in which it says something else than it shows");
		return true;
	}
	if (at == STR_NONE && can_be_python(source)) at = 0;
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

enum { VALUE_MOST = 300 };

/* The value of the key that ends right before `at`: behind a quote that closes, and a colon; empty when no value stands there. */
static struct str value_at(struct str text, size_t at) {
	struct str rest = str_sub(text, at, VALUE_MOST);
	if (rest.n && (rest.p[0] == '"' || rest.p[0] == '\'')) rest = str_from(rest, 1);
	rest = str_trim(rest);
	if (!rest.n || (rest.p[0] != ':' && rest.p[0] != '=')) return STR_EMPTY;
	rest = str_trim(str_from(rest, 1));
	while (rest.n && (rest.p[0] == '\'' || rest.p[0] == '"')) rest = str_from(rest, 1);
	return take_name(&rest);
}

/* Each value of a key, which no letter stands before. */
static void each_value(struct scan *s, struct str text, struct str key, void (*fn)(struct scan *, struct str, uint64_t)) {
	for (size_t at = 0, i; (i = str_find(str_from(text, at), key)) != STR_NONE;) {
		bool whole = !(at + i) || !letter(text.p[at + i - 1]);
		at += i + key.n;
		struct str value = whole ? value_at(text, at) : STR_EMPTY;
		if (value.n) fn(s, value, at);
	}
}

static bool in_package(struct str name, const char *const *packages, size_t n) {
	for (size_t i = 0; i < n; i++) {
		struct str p = str_of(packages[i]);
		if (str_starts(name, p) && (name.n == p.n || name.p[p.n] == '.')) return true;
	}
	return false;
}

/* "_target_: package.function", by which Hydra's instantiate() calls whatever is named (CVE-2025-23304); latent diffusion has "target:". */
void check_target(struct scan *s, struct str name, uint64_t at) {
	static const char *const libraries[] = {"torch", "torchvision", "torchaudio", "transformers", "diffusers", "pytorch_lightning", "lightning", "nemo", "timm", "sklearn", "numpy", "peft", "datasets", "tokenizers",
		"omegaconf", "torchmetrics", "monai", "ldm", "sgm", "keras", "tensorflow", "megatron", "hydra"};
	unsigned profiles = s->options->profiles ? s->options->profiles : SCAN_ALL_PROFILES;
	size_t dot = str_rfind_char(name, '.');
	struct allowed a;
	if (dot == STR_NONE) return;
	struct str module = str_sub(name, 0, dot), last = str_from(name, dot + 1);
	if (profile_allows(profiles, module, last, &a)) return;
	bool made = last.n && last.p[0] >= 'A' && last.p[0] <= 'Z';
	bool known = in_package(name, libraries, lengthof(libraries)) && (made || !profile_denies(module, last));
	if (profile_denies(module, last) && !known) found(s, RULE_CONFIG_CODE, at, "a target is \"%.*s\"", SHOWN(s, name));
	else if (!known) found(s, RULE_CONFIG_TARGET, at, "a target is \"%.*s\"", SHOWN(s, name));
}

/* The module by which MLflow loads a model, and a folder of source that it puts before all others. */
static void check_loader(struct scan *s, struct str name, uint64_t at) {
	static const char *const own[] = {"mlflow"};
	if (!in_package(name, own, 1)) found(s, RULE_CONFIG_CODE, at, "loader_module names \"%.*s\"", SHOWN(s, name));
}

/* Like a target only where it looks like one: two names with a dot. */
static void check_plain_target(struct scan *s, struct str name, uint64_t at) {
	struct str last = str_from(name, str_rfind_char(name, '.') == STR_NONE ? name.n : str_rfind_char(name, '.') + 1);
	if (last.n > 1 && profile_denies(str_sub(name, 0, name.n - last.n - 1), last)) check_target(s, name, at);
}

/* "_tar\x67et_": a key that is spelled by escapes, which nobody needs. */
static void check_keys(struct scan *s, struct str text) {
	struct str rest = text, line;
	while (str_split(&rest, '\n', &line)) {
		struct str t = str_trim(line);
		while (str_starts(t, S("- ")) || str_starts(t, S("{"))) t = str_trim(str_from(t, 1));
		if (!str_starts(t, S("\""))) continue;
		size_t end = str_find(str_from(t, 1), S("\""));
		struct str key = end == STR_NONE ? STR_EMPTY : str_sub(t, 1, end);
		if (spells_plain_letters(key) && str_starts(str_trim(str_from(t, end + 2)), S(":"))) found(s, RULE_CONFIG_TARGET, (uint64_t)(line.p - text.p), "a key that is spelled by escapes, \"%.*s\"", SHOWN(s, key));
	}
}

void check_yaml(struct scan *s, struct str text) {
	static const char *const tags[] = {"!!python/object", "!!python/name", "!!python/module", "!!python/apply", "tag:yaml.org,2002:python"};
	for (size_t i = 0; i < lengthof(tags); i++) {
		size_t at = str_find(text, str_of(tags[i]));
		if (at != STR_NONE) found(s, RULE_CONFIG_CODE, at, "YAML that makes Python objects, %s", tags[i]);
	}
	check_keys(s, text);
	each_value(s, text, S("_target_"), check_target);
	each_value(s, text, S("target"), check_plain_target);
	each_value(s, text, S("loader_module"), check_loader);
}
