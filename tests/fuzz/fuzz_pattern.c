/* A pattern and a text, parted by a NUL: our automaton and PCRE2 answer the same. */
#include "fuzz.h"
#include "lib/schema/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	struct str input = str_n(data, size);
	size_t nul = str_find_char(input, 0);
	struct str source = str_sub(input, 0, nul), text = nul == STR_NONE ? STR_EMPTY : str_from(input, nul + 1);
	const struct pattern *p = NULL, *q = NULL;
	struct err e = {.code = ERR_OK};
	if (!a || size > 1024) return 0;
	enum err_code code = pattern_compile(a, source, &p, &e);
	MUST(code ? e.code == code && e.message[0] : p != NULL);
	if (code || !str_utf8(text)) return 0;
	enum match answer = pattern_match(p, text);
	/* What our automaton takes is a pattern to PCRE2 too, unless it is too large for that. */
	code = pattern_compile_pcre(a, source, &q, &e);
	if (code) {
		MUST(strstr(e.message, "large"));
		return 0;
	}
	enum match other = pattern_match(q, text);
	MUST(answer == other || answer == MATCH_LIMIT || other == MATCH_LIMIT);
	return 0;
}
