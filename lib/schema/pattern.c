#include "pattern.h"
#include "dfa.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <pthread.h>

/* How a pattern is matched: a fixed text, an automaton, or PCRE2. */
enum way { WAY_PREFIX, WAY_EXACT, WAY_ANYWHERE, WAY_DFA, WAY_PCRE };

struct pattern {
	enum way way;
	struct str source, literal;
	const struct dfa *dfa;
	pcre2_code *code;
	bool jit;
};

/* A backtracking match of a pattern that is not hostile takes a few steps a character; these bound the others to
 * some milliseconds. */
enum { STEPS = 200000, HEAP_KIB = 8192 };

/* ---- what a thread needs to match ---- */

struct tools {
	pcre2_match_data *data;
	pcre2_match_context *context;
};
static _Thread_local struct tools tools;
static pthread_key_t at_thread_end;

static void thread_ends(void *p) {
	struct tools *t = p;
	pcre2_match_data_free(t->data);
	pcre2_match_context_free(t->context);
	*t = (struct tools){NULL, NULL};
}

__attribute__((constructor)) static void make_key(void) {
	if (pthread_key_create(&at_thread_end, thread_ends) != 0) abort();
}

static bool have_tools(void) {
	if (tools.context) return true;
	struct tools t = {pcre2_match_data_create(1, NULL), pcre2_match_context_create(NULL)};
	if (!t.data || !t.context || pthread_setspecific(at_thread_end, &tools) != 0) {
		thread_ends(&t);
		return false;
	}
	pcre2_set_match_limit(t.context, STEPS);
	pcre2_set_heap_limit(t.context, HEAP_KIB);
	tools = t;
	return true;
}

/* ---- compiling ---- */

static bool literal_byte(char c) {
	return !strchr("\\^$.|?*+()[]{}", c) && c != 0;
}

/* "^text", "^text$", "text": matched without PCRE2. */
static bool simple(struct arena *a, struct pattern *p) {
	struct str s = p->source;
	bool start = str_starts(s, S("^")), end = str_ends(s, S("$"));
	if (start) s = str_from(s, 1);
	if (end) s = str_sub(s, 0, s.n - 1);
	if (end && !start) return false;
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; to && i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] != '-' && ispunct((unsigned char)s.p[i + 1]))
			i++;
		else if (!literal_byte(s.p[i]))
			return false;
		to[n++] = s.p[i];
	}
	p->literal = str_n(to, n);
	p->way = start ? end ? WAY_EXACT : WAY_PREFIX : WAY_ANYWHERE;
	return to;
}

static void free_code(void *code) {
	pcre2_code_free(code);
}

static enum err_code compile_pcre(struct arena *a, struct pattern *p, struct str text, struct err *e) {
	int number;
	PCRE2_SIZE at;
	uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
		PCRE2_NEVER_BACKSLASH_C;
	p->way = WAY_PCRE;
	p->code = pcre2_compile((PCRE2_SPTR)text.p, text.n, options, &number, &at, NULL);
	if (!p->code && number == PCRE2_ERROR_HEAP_FAILED) return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	if (!p->code) {
		PCRE2_UCHAR words[160];
		pcre2_get_error_message(number, words, sizeof words);
		return err_set(e, ERR_INVALID, "not a regular expression of ECMA-262: %s", (const char *)words);
	}
	if (!arena_defer(a, free_code, p->code)) {
		pcre2_code_free(p->code);
		return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	}
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	return ERR_OK;
}

static enum err_code compile(
	struct arena *a, struct str source, bool only_pcre, const struct pattern **out, struct err *e) {
	struct str text;
	enum err_code code = ecma_to_pcre(a, source, &text, e);
	if (code) return code;
	struct pattern *p = arena_new_of(a, struct pattern);
	if (!p) return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	p->source = arena_str(a, source);
	if (only_pcre) {
		code = compile_pcre(a, p, text, e);
	} else if (!simple(a, p)) {
		p->way = WAY_DFA;
		p->dfa = dfa_compile(a, p->source);
		if (!p->dfa) code = compile_pcre(a, p, text, e);
	}
	if (code) return code;
	if (arena_failed(a)) return err_set(e, ERR_MEMORY, "not enough memory for a pattern");
	*out = p;
	return ERR_OK;
}

enum err_code pattern_compile(struct arena *a, struct str source, const struct pattern **out, struct err *e) {
	return compile(a, source, false, out, e);
}

enum err_code pattern_compile_pcre(struct arena *a, struct str source, const struct pattern **out, struct err *e) {
	return compile(a, source, true, out, e);
}

bool pattern_is_pcre(const struct pattern *p) {
	return p->way == WAY_PCRE;
}

struct str pattern_source(const struct pattern *p) {
	return p->source;
}

/* ---- matching ---- */

static enum match match_pcre(const struct pattern *p, struct str text) {
	if (!have_tools() || !str_utf8(text)) return MATCH_LIMIT;
	int got = PCRE2_ERROR_JIT_STACKLIMIT;
	PCRE2_SPTR s = (PCRE2_SPTR)text.p;
	if (p->jit) got = pcre2_jit_match(p->code, s, text.n, 0, 0, tools.data, tools.context);
	if (got == PCRE2_ERROR_JIT_STACKLIMIT)
		got = pcre2_match(p->code, s, text.n, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, tools.data, tools.context);
	return got >= 0 ? MATCH_YES : got == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_LIMIT;
}

enum match pattern_match(const struct pattern *p, struct str text) {
	switch (p->way) {
	case WAY_PREFIX: return str_starts(text, p->literal) ? MATCH_YES : MATCH_NO;
	case WAY_EXACT: return str_eq(text, p->literal) ? MATCH_YES : MATCH_NO;
	case WAY_ANYWHERE: return str_find(text, p->literal) != STR_NONE ? MATCH_YES : MATCH_NO;
	case WAY_DFA: return dfa_match(p->dfa, text) ? MATCH_YES : MATCH_NO;
	case WAY_PCRE: break;
	}
	return match_pcre(p, text);
}
