#include "test.h"

#include "hub/identifier.h"

static void uids_are_read_as_they_were_written(void **state) {
	(void)state;
	for (int i = 0; i < 20000; i++) {
		char uid[UID_SIZE], again[UID_SIZE];
		uid_make(uid);
		assert_int_equal(strlen(uid), UID_SIZE - 1);
		assert_true(uid_parse(str_of(uid), again));
		assert_string_equal(uid, again);
	}
}

static void uids_are_read_as_people_type_them(void **state) {
	(void)state;
	static const char *const good[] = {"R-7KQ2-M9XD", "r-7kq2-m9xd", "R7KQ2M9XD", "r-7KQ2M9xd", "R--7KQ2-M9XD-"};
	char uid[UID_SIZE];
	for (size_t i = 0; i < lengthof(good); i++) {
		assert_true(uid_parse(str_of(good[i]), uid));
		assert_string_equal(uid, "R-7KQ2-M9XD");
	}
	assert_true(uid_parse(S("R-OOOO-ILIL"), uid));
	assert_string_equal(uid, "R-0000-1111");
}

static void what_is_no_uid_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"", "R", "R-", "R-7KQ2-M9X", "R-7KQ2-M9XDA", "X-7KQ2-M9XD", "R-7KQ2-M9XU", "R 7KQ2 M9XD", "R-7KQ2-M9X\xC3\xA9", "7KQ2-M9XD",
		"R-7KQ2-M9X!", "----------"};
	char uid[UID_SIZE] = "kept";
	for (size_t i = 0; i < lengthof(bad); i++) assert_false(uid_parse(str_of(bad[i]), uid));
	assert_false(uid_parse(S("R-7KQ2-M9X\0"), uid));
	assert_string_equal(uid, "kept");
}

static void numbers_are_formatted_and_read_by_their_form(void **state) {
	(void)state;
	static const struct {
		const char *form, *text;
		int year;
		int64_t seq;
	} cases[] = {
		{"CUE-{seq:4}", "CUE-0001", 0, 1}, {"CUE-{seq:4}", "CUE-12345", 0, 12345}, {"{prefix}-{year}-{seq:4}", "POL-2026-0007", 2026, 7},
		{"{prefix}{seq:1}", "POL9", 0, 0}, {"N{year}/{seq:2}", "N2026/10", 2026, 10},
	};
	for (size_t i = 0; i < lengthof(cases); i++) {
		struct str out;
		int64_t seq;
		int year;
		struct str form = str_of(cases[i].form);
		if (cases[i].seq) {
			ok(number_format(arena, form, S("POL"), 2026, cases[i].seq, &out, &test_err));
			assert_str(out, cases[i].text);
			assert_true(number_parse(form, out, &seq, &year));
			assert_int_equal(seq, cases[i].seq);
			assert_int_equal(year, cases[i].year);
		}
	}
}

static void what_is_no_number_of_the_form_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"", "CUE-", "CUE-1", "CUE-001", "CUE-0000", "cue-0001", "CUE-0001 ", "CUE-0001x", "CUE-000a", "XCUE-0001", "CUE--0001",
		"CUE-99999999999999999999"};
	int64_t seq;
	int year;
	for (size_t i = 0; i < lengthof(bad); i++) assert_false(number_parse(S("CUE-{seq:4}"), str_of(bad[i]), &seq, &year));
	assert_false(number_parse(S("{prefix}-{year}-{seq:4}"), S("POL-26-0001"), &seq, &year));
	assert_false(number_parse(S("{prefix}-{year}-{seq:4}"), S("-2026-0001"), &seq, &year));
	assert_true(number_parse(S("{prefix}-{year}-{seq:4}"), S("A1-2026-0001"), &seq, &year));
}

static void forms_with_other_words_in_braces_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"{", "{seq}", "{seq:0}", "{seq:10}", "{month}", "{seq:4", "}{", "{}"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct str out = S("kept");
		fails(number_format(arena, str_of(bad[i]), S("POL"), 2026, 1, &out, &test_err), ERR_INVALID);
		assert_str(out, "kept");
		assert_true(test_err.message[0]);
	}
}

static void names_are_compared_without_ascii_case(void **state) {
	(void)state;
	assert_str(name_folded(arena, S("CVE-2024-0001")), "cve-2024-0001");
	assert_str(name_folded(arena, S("ÄB")), "Äb");
	assert_str(name_folded(arena, STR_EMPTY), "");
}

static void keys_of_names_are_one_for_all_ways_to_write_them(void **state) {
	(void)state;
	static const char *const same[] = {"Moonshot AI", "moonshot-ai", "MOONSHOT  AI", " Moonshot, AI! ", "Moonshot_AI", "Möönshot-Ai"};
	for (size_t i = 0; i < lengthof(same); i++) assert_str(name_key(arena, str_of(same[i])), "moonshot-ai");
	assert_str(name_key(arena, S("!?…")), "");
	assert_str(name_key(arena, STR_EMPTY), "");
	assert_str(name_key(arena, S("Straße")), "strasse");
	char wide[2000];
	memset(wide, 'x', sizeof wide);
	assert_int_equal(name_key(arena, str_n(wide, sizeof wide)).n, 120);
	struct str cut = name_key(arena, S("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"));
	assert_true(cut.n <= 120 && str_utf8(cut));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		arena_test(uids_are_read_as_they_were_written),
		arena_test(uids_are_read_as_people_type_them),
		arena_test(what_is_no_uid_is_refused),
		arena_test(numbers_are_formatted_and_read_by_their_form),
		arena_test(what_is_no_number_of_the_form_is_refused),
		arena_test(forms_with_other_words_in_braces_are_refused),
		arena_test(names_are_compared_without_ascii_case),
		arena_test(keys_of_names_are_one_for_all_ways_to_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
