#include "test.h"

#include "hub/fold.h"

static struct str folded(struct str text) {
	struct buf b = BUF(1 << 20);
	fold_words(&b, text);
	struct str out = arena_str(arena, str_trim(buf_str(&b)));
	buf_free(&b);
	return out;
}

static void words_are_small_letters_without_marks(void **state) {
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"Hello, World!", "hello world"}, {"don't", "don t"}, {"GPT-4o", "gpt 4o"}, {"Straße STRASSE", "strasse strasse"}, {"ẞ", "ss"},
		{"İstanbul", "istanbul"}, {"Ångström", "angstrom"}, {"naïve", "naive"}, {"ﬁne", "fine"}, {"Ⅷ", "viii"}, {"x²", "x2"}, {"ＦＵＬＬ", "full"},
		{"Ёлка", "елка"}, {"Ελλάς", "ελλασ"}, {"ΕΛΛΆΣ", "ελλασ"}, {"Đà Nẵng", "đa nang"}, {"１２３", "123"}, {"ǅ", "dz"}, {"", ""}, {" \n\t", ""},
		{"—…“”", ""}, {"a_b", "a b"}, {"C++", "c"}, {"تَجْرِبَة", "تجربة"},
	};
	for (size_t i = 0; i < lengthof(cases); i++) assert_str(folded(str_of(cases[i].text)), cases[i].words);
}

static void composed_and_decomposed_forms_are_the_same(void **state) {
	(void)state;
	assert_str(folded(S("e\xCC\x81t\x65\xCC\x81")), "ete");
	assert_true(str_eq(folded(S("été")), folded(S("e\xCC\x81te\xCC\x81"))));
	assert_true(str_eq(folded(S("Å")), folded(S("A\xCC\x8A"))));
	assert_str(folded(S("\xCC\x81")), ""); /* a mark alone is no word */
	assert_str(folded(S("a \xCC\x81 b")), "a b");
}

static void where_no_spaces_are_written_each_character_is_a_word(void **state) {
	(void)state;
	assert_str(folded(S("漢字abcかな")), "漢 字 abc か な");
	assert_str(folded(S("人工知能AI安全")), "人 工 知 能 ai 安 全");
	assert_true(str_find(folded(S("ภาษาไทย")), S(" ")) != STR_NONE);
	assert_true(str_find(folded(S("한국어")), S(" ")) != STR_NONE);
}

static void invisible_characters_inside_words_do_not_part_them(void **state) {
	(void)state;
	assert_str(folded(S("exam\xC2\xADple")), "example");
	assert_str(folded(S("\xEF\xBB\xBFword")), "word");
	assert_str(folded(S("a\xE2\x80\x8D" "b")), "ab");
}

static void bad_utf8_ends_the_text(void **state) {
	(void)state;
	assert_str(folded(S("good \xFF bad")), "good");
	assert_str(folded(S("good\xC3")), "good");
	assert_str(folded(S("\xED\xA0\x80x")), "");
}

static void folding_what_was_folded_changes_nothing(void **state) {
	(void)state;
	/* Every assigned character below U+3000, and some beyond. */
	for (uint32_t c = 0x20; c < 0x3100; c++) {
		if (c >= 0xD800 && c <= 0xDFFF) continue;
		char bytes[4];
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
		if (n == 1) bytes[0] = (char)c;
		if (n == 2) bytes[0] = (char)(0xC0 | c >> 6), bytes[1] = (char)(0x80 | (c & 63));
		if (n == 3) bytes[0] = (char)(0xE0 | c >> 12), bytes[1] = (char)(0x80 | (c >> 6 & 63)), bytes[2] = (char)(0x80 | (c & 63));
		struct str once = folded(str_n(bytes, n)), twice = folded(once);
		if (!str_eq(once, twice)) fail_msg("U+%04X becomes \"%.*s\" and then \"%.*s\"", c, STR_ARG(once), STR_ARG(twice));
		assert_true(str_utf8(once));
		for (size_t i = 0; i < once.n; i++) assert_false(once.p[i] >= 'A' && once.p[i] <= 'Z');
	}
}

static void words_are_found_in_their_places(void **state) {
	(void)state;
	struct str text = S("Die Straße, naïve: 漢字!");
	static const char *const words[] = {"die", "strasse", "naive", "漢", "字"}, *const originals[] = {"Die", "Straße", "naïve", "漢", "字"};
	struct buf word = BUF(100);
	size_t at = 0, from, to;
	for (size_t i = 0; i < lengthof(words); i++) {
		assert_true(fold_next(text, &at, &word, &from, &to));
		assert_str(buf_str(&word), words[i]);
		assert_str(str_sub(text, from, to - from), originals[i]);
	}
	assert_false(fold_next(text, &at, &word, &from, &to));
	buf_free(&word);
}

static void going_over_words_and_folding_them_agree(void **state) {
	(void)state;
	static const char *const texts[] = {"Hello, World! GPT-4o", "abc漢字déf x²", "\xCC\x81x\xCC\x81 y", "exam\xC2\xADple of ＦＵＬＬ", "bad \xFF x", "ﷺ test"};
	for (size_t i = 0; i < lengthof(texts); i++) {
		struct str text = str_of(texts[i]);
		struct buf all = BUF(1000), word = BUF(1000);
		size_t at = 0, from, to;
		while (at < text.n && fold_next(text, &at, &word, &from, &to)) {
			buf_add(&all, buf_str(&word));
			buf_add_char(&all, ' ');
		}
		assert_str(str_trim(buf_str(&all)), arena_cstr(arena, folded(text)));
		buf_free(&all);
		buf_free(&word);
	}
}

static void a_word_without_end_is_passed_over_and_the_rest_is_found(void **state) {
	(void)state;
	struct buf text = BUF(1 << 20);
	buf_add(&text, S("before "));
	for (int i = 0; i < 60000; i++) buf_add(&text, S("é"));
	buf_add(&text, S(" after"));
	struct str out = folded(buf_str(&text));
	assert_true(str_starts(out, S("before ")) && str_ends(out, S(" after")));
	buf_free(&text);
}

static void a_full_buffer_stops_and_keeps_what_it_has(void **state) {
	(void)state;
	struct buf b = BUF(10);
	fold_words(&b, S("one two three four"));
	assert_true(b.failed);
	assert_str(buf_str(&b), "one two ");
	buf_free(&b);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(words_are_small_letters_without_marks),
		arena_test(composed_and_decomposed_forms_are_the_same),
		arena_test(where_no_spaces_are_written_each_character_is_a_word),
		arena_test(invisible_characters_inside_words_do_not_part_them),
		arena_test(bad_utf8_ends_the_text),
		arena_test(folding_what_was_folded_changes_nothing),
		arena_test(words_are_found_in_their_places),
		arena_test(going_over_words_and_folding_them_agree),
		arena_test(a_word_without_end_is_passed_over_and_the_rest_is_found),
		arena_test(a_full_buffer_stops_and_keeps_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
