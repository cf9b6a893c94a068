/* Regular expressions: what they match, and by which way. */
#include "lib/schema/pattern.h"
#include "suite.h"

enum { BY_US = 0, BY_PCRE = 1 };

/* Both ways answer the same; pcre tells which one is taken. */
static void assert_match(const char *source, struct str text, bool want, bool pcre) {
	autoarena struct arena *a = arena_new(1 << 22);
	const struct pattern *p = NULL, *q = NULL;
	struct err e = {.code = ERR_OK};
	if (pattern_compile(a, str_of(source), &p, &e) || pattern_compile_pcre(a, str_of(source), &q, &e))
		fail_msg("%s: %s", source, e.message);
	enum match answer = want ? MATCH_YES : MATCH_NO;
	if (pattern_match(p, text) != answer) fail_msg("%s on %.*s: not %d", source, STR_ARG(text), want);
	if (pattern_match(q, text) != answer) fail_msg("%s on %.*s: not %d by PCRE2", source, STR_ARG(text), want);
	if (pattern_is_pcre(p) != pcre) fail_msg("%s: by the other way", source);
}

static void assert_no_pattern(const char *source) {
	autoarena struct arena *a = arena_new(1 << 22);
	const struct pattern *p = NULL;
	struct err e = {.code = ERR_OK};
	if (pattern_compile(a, str_of(source), &p, &e) != ERR_INVALID) fail_msg("%s is taken", source);
	assert_non_null(strstr(e.message, "ECMA-262"));
	assert_null(p);
}

static void fixed_texts_are_found(void **state) {
	(void)state;
	assert_match("^x_", S("x_a"), true, BY_US);
	assert_match("^x_", S("ax_"), false, BY_US);
	assert_match("^a\\.b$", S("a.b"), true, BY_US);
	assert_match("^a\\.b$", S("a.bc"), false, BY_US);
	assert_match("b", S("abc"), true, BY_US);
	assert_match("", S(""), true, BY_US);
	assert_match("^$", S(""), true, BY_US);
	assert_match("^$", S("a"), false, BY_US);
}

static void simple_patterns_are_matched_here(void **state) {
	(void)state;
	assert_match("^[a-z]+$", S("abc"), true, BY_US);
	assert_match("^[a-z]+$", S("abC"), false, BY_US);
	assert_match("^[a-z]+$", S(""), false, BY_US);
	assert_match("^CVE-[0-9]{4}-[0-9]{4,19}$", S("CVE-2024-12345"), true, BY_US);
	assert_match("^CVE-[0-9]{4}-[0-9]{4,19}$", S("CVE-2024-123"), false, BY_US);
	assert_match("^(a|bc)*d?$", S("abcbcad"), true, BY_US);
	assert_match("^(a|bc)*d?$", S("abcb"), false, BY_US);
	assert_match("x(yz)?$", S("aaxyz"), true, BY_US);
	assert_match("^a{2,3}?$", S("aaaa"), false, BY_US);
	assert_match("^(?:a{2}){2}b{0}$", S("aaaa"), true, BY_US);
	assert_match("a|^b|c$", S("xc"), true, BY_US);
	assert_match("a|^b|c$", S("xb"), false, BY_US);
	assert_match("^a*?b+?c??$", S("aabbc"), true, BY_US);
	assert_match("[^a-c]", S("abcabc"), false, BY_US);
	assert_match("[^a-c]", S("abcé"), true, BY_US);
}

static void an_end_is_the_end_of_the_text_alone(void **state) {
	(void)state;
	assert_match("^a$", S("a\n"), false, BY_US);
	assert_match("^\\w+$", S("a\n"), false, BY_US);
	assert_match("^b", S("a\nb"), false, BY_US);
}

static void classes_are_those_of_ecmascript(void **state) {
	(void)state;
	assert_match("^\\d$", S("7"), true, BY_US);
	assert_match("^\\d$", S("٧"), false, BY_US);
	assert_match("^\\w$", S("é"), false, BY_US);
	assert_match("^\\W$", S("é"), true, BY_US);
	assert_match("^\\s$", S("\xC2\xA0"), true, BY_US);
	assert_match("^\\s$", S("\xEF\xBB\xBF"), true, BY_US);
	assert_match("^\\S$", S("\xE2\x80\xA8"), false, BY_US);
	assert_match("^[\\s\\d]+$", S("1 \v\t2"), true, BY_US);
	assert_match("^[\\S]$", S("\xE3\x80\x80"), false, BY_US);
	assert_match("^[^\\d\\s]$", S("x"), true, BY_US);
	assert_match("^.$", S("\xE2\x80\xA9"), false, BY_US);
	assert_match("^.$", S("😀"), true, BY_US);
	assert_match("^.$", S("\x0b"), true, BY_US);
	assert_match("^[]|a]$", S("a]"), true, BY_US);
	assert_match("^[^]$", S("\n"), true, BY_US);
	assert_match("[]", S("a"), false, BY_US);
}

static void characters_beyond_ascii_are_whole_ones(void **state) {
	(void)state;
	assert_match("^é{2}$", S("éé"), true, BY_US);
	assert_match("^[à-ü]+$", S("éàü"), true, BY_US);
	assert_match("^[à-ü]+$", S("ý"), false, BY_US);
	assert_match("^[\\u0800-\\uffff]$", S("\xE0\xA0\x80"), true, BY_US);
	assert_match("^[^\\u0041]$", S("\xF4\x8F\xBF\xBF"), true, BY_US);
	assert_match("^🐲*$", S("🐲🐲"), true, BY_US);
	assert_match("^\\ud83d\\udc32$", S("🐲"), true, BY_PCRE);
	assert_match("^[\\u{1F432}-\\u{1F440}]$", S("🐲"), true, BY_PCRE);
}

static void escapes_are_those_of_ecmascript(void **state) {
	(void)state;
	assert_match("^\\x41\\u0042\\t\\n\\v\\f\\r\\/\\-$", S("AB\t\n\v\f\r/-"), true, BY_US);
	assert_match("^\\cA$", S("\x01"), true, BY_PCRE);
	assert_match("^\\0$", S("\0"), true, BY_PCRE);
	assert_match("^[\\b]$", S("\b"), true, BY_PCRE);
	assert_match("^a{,2}{$", S("a{,2}{"), true, BY_US);
	assert_match("^\\p{Letter}+$", S("aéЖ"), true, BY_PCRE);
	assert_match("^\\p{L}\\P{Lu}\\p{gc=Decimal_Number}$", S("aé7"), true, BY_PCRE);
	assert_match("^\\p{Script=Greek}$", S("λ"), true, BY_PCRE);
	assert_match("^[\\p{Lowercase_Letter}_]+$", S("a_é"), true, BY_PCRE);
}

static void what_needs_more_than_an_automaton_goes_to_pcre(void **state) {
	(void)state;
	assert_match("^(?=.*\\d)(?!.*x).+$", S("ab1"), true, BY_PCRE);
	assert_match("^(?=.*\\d)(?!.*x).+$", S("ab1x"), false, BY_PCRE);
	assert_match("^(a|b)\\1$", S("aa"), true, BY_PCRE);
	assert_match("^(a|b)\\1$", S("ab"), false, BY_PCRE);
	assert_match("^(?<q>['\"]).*\\k<q>$", S("'x'"), true, BY_PCRE);
	assert_match("\\bcat\\b", S("a cat sat"), true, BY_PCRE);
	assert_match("(?<=a)b", S("ab"), true, BY_PCRE);
	assert_match("(?<!a)b", S("ab"), false, BY_PCRE);
}

static void what_only_perl_knows_is_no_pattern(void **state) {
	(void)state;
	static const char *const sources[] = {"\\a", "\\Z", "\\A", "\\Qa\\E", "a++", "a**", "*", "+a", "a|*", "(?i)a",
		"(?P<n>a)", "(?>a)", "(?#c)", "(*ACCEPT)", "(?R)", "\\g1", "\\h", "\\K", "\\1", "(a)\\2", "(", ")", "[a",
		"[z-a]", "a\\", "\\u12", "\\x1", "\\ud800", "\\c1", "\\p", "\\p{", "\\p{No Such}", "\\p{NoSuchThing}",
		"\\u{110000}", "\\01", "(?<1>a)", "\\k<none>", "a{2}{3}", "a{3,2}", "^*"};
	for (size_t i = 0; i < lengthof(sources); i++) assert_no_pattern(sources[i]);
}

static void a_pattern_that_would_run_for_ever_is_stopped(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	const struct pattern *p = NULL;
	char text[40001];
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '!';
	/* By us: linear. */
	assert_int_equal(pattern_compile(a, S("^(a+)+$"), &p, NULL), ERR_OK);
	assert_int_equal(pattern_match(p, str_n(text, sizeof text)), MATCH_NO);
	/* By PCRE2: its limit. */
	assert_int_equal(pattern_compile(a, S("^(?=a)(a+)+$"), &p, NULL), ERR_OK);
	assert_int_equal(pattern_match(p, str_n(text, sizeof text)), MATCH_LIMIT);
	assert_int_equal(pattern_compile(a, S("^(?=a)(a|a)*\\1$"), &p, NULL), ERR_OK);
	assert_int_equal(pattern_match(p, str_n(text, sizeof text)), MATCH_LIMIT);
}

static void a_pattern_of_too_many_states_goes_to_pcre(void **state) {
	(void)state;
	/* Whether the 20th character from the end is an a: 2^20 states. */
	assert_match("a.{20}$", S("xxa12345678901234567890"), true, BY_PCRE);
	assert_match("a.{20}$", S("axa12345678901234567890x"), false, BY_PCRE);
	assert_match("^(a{1000}){4}$", S("a"), false, BY_PCRE);
}

static void a_pattern_beyond_reason_is_an_error(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	const struct pattern *p = NULL;
	char *text = arena_alloc(a, 10000);
	memset(text, 'a', 10000);
	assert_int_equal(pattern_compile(a, str_n(text, 10000), &p, NULL), ERR_TOO_LARGE);
	memset(text, '(', 4000);
	memset(text + 4000, ')', 4000);
	assert_int_equal(pattern_compile(a, str_n(text, 8000), &p, NULL), ERR_INVALID);
	assert_int_equal(pattern_compile(a, S("a{200200}"), &p, NULL), ERR_INVALID);
	assert_int_equal(pattern_compile(a, S("((a{999}){999}){999}b\\b"), &p, NULL), ERR_INVALID);
}

/* Texts over a small alphabet, all of them up to some length, on patterns made at random: both ways agree. */
static uint64_t state_of_chance = 7;
static unsigned chance(unsigned n) {
	state_of_chance = state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state_of_chance >> 33) % n;
}

static void random_pattern(struct buf *out, int depth) {
	static const char *const atoms[] = {"a", "b", "é", ".", "[ab]", "[^a]", "\\w", "^", "$", "[à-ÿb]", "\\s"};
	static const char *const repeats[] = {"", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"};
	unsigned n = 1 + chance(3);
	for (unsigned i = 0; i < n; i++) {
		if (depth && chance(3) == 0) {
			buf_add(out, chance(2) ? S("(") : S("(?:"));
			random_pattern(out, depth - 1);
			if (chance(2)) {
				buf_add_char(out, '|');
				random_pattern(out, depth - 1);
			}
			buf_add_char(out, ')');
			buf_add(out, str_of(repeats[chance(lengthof(repeats))]));
			continue;
		}
		const char *atom = atoms[chance(lengthof(atoms))];
		buf_add(out, str_of(atom));
		if (*atom != '^' && *atom != '$') buf_add(out, str_of(repeats[chance(lengthof(repeats))]));
	}
}

static void both_ways_agree_on_patterns_made_at_random(void **state) {
	(void)state;
	static const char *const letters[] = {"a", "b", "é", " ", "\n"};
	size_t here = 0, matches = 0;
	for (int round = 0; round < 1500; round++) {
		autoarena struct arena *a = arena_new(1 << 24);
		autobuf struct buf source = BUF(1 << 12);
		random_pattern(&source, 2);
		const struct pattern *p, *q;
		assert_int_equal(pattern_compile(a, buf_str(&source), &p, NULL), ERR_OK);
		assert_int_equal(pattern_compile_pcre(a, buf_str(&source), &q, NULL), ERR_OK);
		here += !pattern_is_pcre(p);
		for (unsigned n = 0; n < 1 + 5 + 25 + 125; n++) {
			autobuf struct buf text = BUF(64);
			for (unsigned rest = n; rest; rest = (rest - 1) / 5) buf_add(&text, str_of(letters[(rest - 1) % 5]));
			enum match x = pattern_match(p, buf_str(&text)), y = pattern_match(q, buf_str(&text));
			if (x != y) fail_msg("%s on '%s': %d and %d", source.p, text.p ? text.p : "", x, y);
			matches += x == MATCH_YES;
		}
	}
	assert_true(here > 1300 && matches > 10000);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_texts_are_found),
		cmocka_unit_test(simple_patterns_are_matched_here),
		cmocka_unit_test(an_end_is_the_end_of_the_text_alone),
		cmocka_unit_test(classes_are_those_of_ecmascript),
		cmocka_unit_test(characters_beyond_ascii_are_whole_ones),
		cmocka_unit_test(escapes_are_those_of_ecmascript),
		cmocka_unit_test(what_needs_more_than_an_automaton_goes_to_pcre),
		cmocka_unit_test(what_only_perl_knows_is_no_pattern),
		cmocka_unit_test(a_pattern_that_would_run_for_ever_is_stopped),
		cmocka_unit_test(a_pattern_of_too_many_states_goes_to_pcre),
		cmocka_unit_test(a_pattern_beyond_reason_is_an_error),
		cmocka_unit_test(both_ways_agree_on_patterns_made_at_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
