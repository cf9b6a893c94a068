/* Keys and signed notes. */
#include "signed.h"

#define DASH "\xE2\x80\x94 "

static void a_key_is_written_as_it_was_read(void **state) {
	struct tlog_key k = key_of(PETER), w = key_of(WITNESS);
	assert_text(k.name, "PeterNeumann");
	assert_int_equal(k.id, 0xc74f20a3);
	assert_int_equal(k.type, TLOG_ED25519);
	assert_int_equal(w.type, TLOG_COSIGNATURE);
	assert_text(tlog_key_text(*state, &k), PETER);
	assert_text(tlog_key_text(*state, &w), WITNESS);
}

static void a_signer_has_the_public_half_of_its_seed(void **state) {
	struct tlog_signer s = signer_of(PETER_SECRET), w = signer_of(WITNESS_SECRET);
	assert_text(tlog_key_text(*state, &s.key), PETER);
	assert_text(tlog_signer_text(*state, &s), PETER_SECRET);
	assert_text(tlog_key_text(*state, &w.key), WITNESS);
	tlog_signer_wipe(&s);
	for (size_t i = 0; i < sizeof s.secret; i++) assert_int_equal(s.secret[i], 0);
}

static void a_part_of_a_key_or_one_that_was_changed_is_none(void **unused) {
	(void)unused;
	static const char *const keys[] = {PETER, WITNESS, PETER_SECRET, WITNESS_SECRET};
	for (size_t which = 0; which < lengthof(keys); which++) {
		struct str text = str_of(keys[which]);
		struct tlog_key k;
		struct tlog_signer s;
		char changed[128];
		for (size_t from = 0; from <= text.n; from++)
			for (size_t n = 0; n <= text.n - from; n++) {
				if (n == text.n) continue;
				assert_int_not_equal(tlog_key_parse(str_sub(text, from, n), &k, NULL), ERR_OK);
				assert_int_not_equal(tlog_signer_parse(str_sub(text, from, n), &s, NULL), ERR_OK);
			}
		for (size_t bit = 0; bit < 8 * text.n; bit++) {
			memcpy(changed, text.p, text.n);
			changed[bit / 8] ^= (char)(1 << bit % 8);
			assert_int_not_equal(tlog_key_parse(str_n(changed, text.n), &k, NULL), ERR_OK);
			assert_int_not_equal(tlog_signer_parse(str_n(changed, text.n), &s, NULL), ERR_OK);
		}
	}
}

static void a_key_of_another_type_is_not_used(void **unused) {
	(void)unused;
	struct tlog_key k;
	unsigned char bytes[TLOG_KEY_BYTES] = {0};
	assert_int_equal(tlog_key_parse(S("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &k, NULL), ERR_UNSUPPORTED);
	assert_int_equal(tlog_key_make(S("a"), (enum tlog_key_type)2, bytes, &k, NULL), ERR_UNSUPPORTED);
	/* One of type 06 has 1,312 bytes. */
	char text[20 + 1753] = "name+00000000+Bg";
	memset(text + 16, 'A', sizeof text - 17);
	assert_int_equal(tlog_key_parse(str_of(text), &k, NULL), ERR_UNSUPPORTED);
}

static void a_name_holds_neither_space_nor_plus(void **unused) {
	(void)unused;
	static const char *const good[] = {"a", "example.org/log", "caf\xC3\xA9", "a-b_c:d", "\xE2\x80\x90"};
	static const char *const bad[] = {"", "a b", "a+b", "a\tb", "a\n", "a\xC2\xA0", "\xC2\x85", "a\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
		"\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xff", "\xC0\x80", "\x01"};
	for (size_t i = 0; i < lengthof(good); i++) assert_true(tlog_name_valid(str_of(good[i])));
	for (size_t i = 0; i < lengthof(bad); i++) assert_false(tlog_name_valid(str_of(bad[i])));
	assert_false(tlog_name_valid(str_n("a\0b", 3)));
	char longest[TLOG_NAME_BYTES + 1];
	struct tlog_key k;
	memset(longest, 'a', sizeof longest);
	assert_int_equal(tlog_key_make(str_n(longest, TLOG_NAME_BYTES), TLOG_ED25519, (unsigned char[TLOG_KEY_BYTES]){0}, &k, NULL), ERR_OK);
	assert_int_equal(tlog_key_make(str_n(longest, TLOG_NAME_BYTES + 1), TLOG_ED25519, (unsigned char[TLOG_KEY_BYTES]){0}, &k, NULL), ERR_INVALID);
}

static void the_known_note_is_signed_as_published(void **state) {
	struct tlog_signer s = signer_of(PETER_SECRET);
	struct str line;
	struct err e;
	must(tlog_note_sign(*state, S(PETER_TEXT), &s, 0, &line, &e), &e);
	assert_text(line, PETER_LINE);
	assert_text(tlog_note_make(*state, S(PETER_TEXT), line), PETER_TEXT "\n" PETER_LINE);
	struct tlog_note n = note_of(*state, S(PETER_TEXT "\n" PETER_LINE));
	assert_text(n.text, PETER_TEXT);
	assert_int_equal(n.n, 1);
	assert_text(n.signatures[0].line, PETER_LINE);
	int64_t time = 1;
	must(tlog_note_verify(&n, &s.key, &time, &e), &e);
	assert_int_equal(time, 0);
}

static void the_known_cosignature_is_made_as_another_program_makes_it(void **state) {
	struct tlog_signer s = signer_of(WITNESS_SECRET);
	struct str line;
	struct err e;
	must(tlog_note_sign(*state, S(LOG_TEXT), &s, WITNESS_TIME, &line, &e), &e);
	assert_text(line, WITNESS_LINE);
	struct tlog_note n = note_of(*state, S(LOG_TEXT "\n" LOG_LINE WITNESS_LINE));
	struct tlog_key log = key_of(LOG_KEY);
	int64_t time = 0;
	must(tlog_note_verify(&n, &s.key, &time, &e), &e);
	assert_int_equal(time, WITNESS_TIME);
	must(tlog_note_verify(&n, &log, NULL, &e), &e);
}

static void a_flipped_bit_is_found_anywhere_in_a_note(void **state) {
	static const char *const notes[] = {PETER_TEXT "\n" PETER_LINE, LOG_TEXT "\n" WITNESS_LINE};
	static const char *const keys[] = {PETER, WITNESS};
	for (size_t which = 0; which < lengthof(notes); which++) {
		struct tlog_key k = key_of(keys[which]);
		size_t size = strlen(notes[which]);
		char *bytes = arena_raw(*state, size);
		for (size_t bit = 0; bit < 8 * size; bit++) {
			struct tlog_note n;
			memcpy(bytes, notes[which], size);
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			if (tlog_note_parse(*state, str_n(bytes, size), &n, NULL) == ERR_OK) assert_int_not_equal(tlog_note_verify(&n, &k, NULL, NULL), ERR_OK);
		}
	}
}

static void who_did_not_sign_is_told_from_who_signed_wrongly(void **state) {
	struct tlog_signer one = signer_named("one", TLOG_ED25519, 1), two = signer_named("two", TLOG_ED25519, 2), impostor = signer_named("one", TLOG_ED25519, 3);
	struct str by_one, by_impostor;
	struct err e;
	size_t signers = 9;
	must(tlog_note_sign(*state, S("text\n"), &one, 0, &by_one, &e), &e);
	must(tlog_note_sign(*state, S("text\n"), &impostor, 0, &by_impostor, &e), &e);
	struct tlog_note n = note_of(*state, tlog_note_make(*state, S("text\n"), arena_cat(*state, by_one, by_impostor)));
	assert_int_equal(tlog_note_verify(&n, &two.key, NULL, &e), ERR_NOT_FOUND);
	assert_int_equal(tlog_note_verify(&n, &one.key, NULL, &e), ERR_OK);
	struct tlog_key keys[] = {one.key, two.key};
	must(tlog_note_verify_all(&n, keys, 2, &signers, &e), &e);
	assert_int_equal(signers, 1);
	/* The name and ID of one over a text that it never signed. */
	n.text = S("other\n");
	assert_int_equal(tlog_note_verify(&n, &one.key, NULL, &e), ERR_FORBIDDEN);
	assert_int_equal(tlog_note_verify_all(&n, keys, 2, &signers, &e), ERR_FORBIDDEN);
}

static void of_two_signatures_by_one_key_both_must_be_right(void **state) {
	struct tlog_signer s = signer_of(WITNESS_SECRET);
	struct str later, other;
	struct err e;
	int64_t time;
	must(tlog_note_sign(*state, S(LOG_TEXT), &s, WITNESS_TIME + 5, &later, &e), &e);
	must(tlog_note_sign(*state, S("another text\n"), &s, WITNESS_TIME + 9, &other, &e), &e);
	struct tlog_note n = note_of(*state, tlog_note_make(*state, S(LOG_TEXT), arena_cat(*state, later, S(WITNESS_LINE))));
	must(tlog_note_verify(&n, &s.key, &time, &e), &e);
	assert_int_equal(time, WITNESS_TIME + 5);
	n = note_of(*state, tlog_note_make(*state, S(LOG_TEXT), arena_cat(*state, later, other)));
	assert_int_equal(tlog_note_verify(&n, &s.key, &time, &e), ERR_FORBIDDEN);
}

static void what_is_not_written_like_a_note_is_none(void **state) {
	static const char *const texts[] = {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\n", "text\n" PETER_LINE, "text\n\n" PETER_LINE "\n", "text\n\n" PETER_LINE "x",
		"text\n\nx\n", "text\n\n" DASH "\n", "text\n\n" DASH "a\n", "text\n\n" DASH "a AAAAAA==\n", "text\n\n" DASH "a b AAAAAAA=\n", "text\n\n" DASH "a+ AAAAAAA=\n",
		"text\n\n- a AAAAAAA=\n", "text\n\n" DASH "a AAAAAAB=\n", "text\n\n" DASH "a AAAAAAA\n", "text\n\n" DASH "a AAAA AAA=\n", "te\rxt\n\n" DASH "a AAAAAAA=\n",
		"te\xffxt\n\n" DASH "a AAAAAAA=\n", "text\n\n" DASH "a AAAAAAA="};
	struct tlog_note n;
	for (size_t i = 0; i < lengthof(texts); i++)
		if (tlog_note_parse(*state, str_of(texts[i]), &n, NULL) != ERR_INVALID) fail_msg("taken for a note: %s", texts[i]);
	n = note_of(*state, S("a\n\nb\n\n" DASH "a AAAAAAA=\n"));
	assert_text(n.text, "a\n\nb\n");
	assert_int_equal(n.signatures[0].bytes.n, 1);
}

static void a_note_has_bounds(void **state) {
	struct str lines = STR_EMPTY;
	struct tlog_note n;
	for (int i = 0; i < TLOG_NOTE_SIGNATURES; i++) lines = arena_cat(*state, lines, S(DASH "a AAAAAAA=\n"));
	assert_int_equal(tlog_note_parse(*state, tlog_note_make(*state, S("text\n"), lines), &n, NULL), ERR_OK);
	lines = arena_cat(*state, lines, S(DASH "a AAAAAAA=\n"));
	assert_int_equal(tlog_note_parse(*state, tlog_note_make(*state, S("text\n"), lines), &n, NULL), ERR_TOO_LARGE);
	char *large = arena_raw(*state, TLOG_NOTE_BYTES + 1);
	memset(large, 'a', TLOG_NOTE_BYTES + 1);
	assert_int_equal(tlog_note_parse(*state, str_n(large, TLOG_NOTE_BYTES + 1), &n, NULL), ERR_TOO_LARGE);
}

static void what_is_no_text_is_not_signed(void **state) {
	struct tlog_signer s = signer_of(PETER_SECRET), w = signer_of(WITNESS_SECRET);
	struct str line;
	static const char *const texts[] = {"", "text", "te\x01xt\n", "\xff\n"};
	for (size_t i = 0; i < lengthof(texts); i++) assert_int_equal(tlog_note_sign(*state, str_of(texts[i]), &s, 0, &line, NULL), ERR_INVALID);
	assert_int_equal(tlog_note_sign(*state, S("text\n"), &w, -1, &line, NULL), ERR_INVALID);
}

/* With every amount of memory: it works or says that there is none. */
static void too_little_memory_is_an_error(void **unused) {
	(void)unused;
	bool worked = false;
	for (size_t cap = 0; cap < 1 << 16 && !worked; cap += 256) {
		autoarena struct arena *a = arena_new(cap);
		struct tlog_note n;
		struct str line;
		struct tlog_signer s = signer_of(PETER_SECRET);
		if (!a) continue;
		enum err_code code = tlog_note_parse(a, S(PETER_TEXT "\n" PETER_LINE), &n, NULL);
		if (!code) code = tlog_note_sign(a, S(PETER_TEXT), &s, 0, &line, NULL);
		worked = !code;
		if (code) assert_int_equal(code, ERR_MEMORY);
	}
	assert_true(worked);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(a_key_is_written_as_it_was_read),
		arena_test(a_signer_has_the_public_half_of_its_seed),
		cmocka_unit_test(a_part_of_a_key_or_one_that_was_changed_is_none),
		cmocka_unit_test(a_key_of_another_type_is_not_used),
		cmocka_unit_test(a_name_holds_neither_space_nor_plus),
		arena_test(the_known_note_is_signed_as_published),
		arena_test(the_known_cosignature_is_made_as_another_program_makes_it),
		arena_test(a_flipped_bit_is_found_anywhere_in_a_note),
		arena_test(who_did_not_sign_is_told_from_who_signed_wrongly),
		arena_test(of_two_signatures_by_one_key_both_must_be_right),
		arena_test(what_is_not_written_like_a_note_is_none),
		arena_test(a_note_has_bounds),
		arena_test(what_is_no_text_is_not_signed),
		cmocka_unit_test(too_little_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
