/* `pattern` and `patternProperties`: ECMA-262 regular expressions with the u flag, searched for anywhere in a text.
 *
 * Most are matched by an automaton of our own (dfa.h); the others by PCRE2, with limits, after their text was put into
 * PCRE2's dialect. */
#pragma once
#include "base/base.h"

struct pattern;

/* The pattern lives in the arena. ERR_INVALID when it is none. */
enum err_code pattern_compile(struct arena *a, struct str source, const struct pattern **out, struct err *e) must_use;

/* The same, but always by PCRE2: so that a test can compare. */
enum err_code pattern_compile_pcre(
	struct arena *a, struct str source, const struct pattern **out, struct err *e) must_use;
bool pattern_is_pcre(const struct pattern *p);

enum match { MATCH_NO, MATCH_YES, MATCH_LIMIT };
/* text: well-formed UTF-8. Thread-safe. */
enum match pattern_match(const struct pattern *p, struct str text);
struct str pattern_source(const struct pattern *p);

/* The text in PCRE2's dialect; for pattern_compile and its tests. ERR_INVALID where it is not ECMA-262. */
enum err_code ecma_to_pcre(struct arena *a, struct str source, struct str *out, struct err *e) must_use;
