#include "check.h"

static void memory_is_zeroed_and_aligned_whatever_its_size(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(64 << 20);
	for (size_t n = 0; n < 3000; n += 7) {
		unsigned char *p = arena_alloc(a, n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
		memset(p, 0xA5, n);
	}
	unsigned char *large = arena_alloc(a, 5 << 20);
	assert_non_null(large);
	assert_int_equal(large[0] | large[(5 << 20) - 1], 0);
}

static void pieces_do_not_overlap_when_large_and_small_ones_come_in_turns(void **state) {
	(void)state;
	enum { N = 200 };
	autoarena struct arena *a = arena_new(256 << 20);
	unsigned char *pieces[N];
	size_t sizes[N];
	for (size_t i = 0; i < N; i++) {
		sizes[i] = i % 5 == 0 ? 300000 + i : 10 + i;
		pieces[i] = arena_alloc(a, sizes[i]);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)(i + 1), sizes[i]);
	}
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(pieces[i][0], (i + 1) & 0xff);
		assert_int_equal(pieces[i][sizes[i] - 1], (i + 1) & 0xff);
	}
}

static void the_cap_is_kept_and_failure_stays(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(10000);
	assert_non_null(arena_alloc(a, 4000));
	assert_false(arena_failed(a));
	assert_null(arena_alloc(a, 7000));
	assert_true(arena_failed(a));
	assert_null(arena_alloc(a, 1)); /* though it would fit */
	assert_null(arena_new_of(a, int));
	arena_clear(a);
	assert_false(arena_failed(a));
	assert_non_null(arena_alloc(a, 9000 - 4096));
}

static void the_whole_cap_can_be_used_piece_by_piece(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	size_t n = 0;
	while (arena_alloc(a, 16)) n += 16;
	assert_int_equal(n, 1 << 20);
	assert_int_equal(arena_used(a), 1 << 20);
}

static void sizes_that_overflow_are_refused(void **state) {
	(void)state;
	for (size_t shift = 0; shift < 80; shift++) {
		autoarena struct arena *a = arena_new(SIZE_MAX);
		assert_null(arena_alloc(a, SIZE_MAX - shift));
		assert_true(arena_failed(a));
	}
	autoarena struct arena *a = arena_new(SIZE_MAX);
	assert_null(arena_array(a, SIZE_MAX / 2, 3));
	assert_true(arena_failed(a));
	arena_clear(a);
	assert_null(arena_cat(a, (struct str){"", SIZE_MAX / 2}, (struct str){"", SIZE_MAX / 2 + 2}).n ? "x" : NULL);
	assert_true(arena_failed(a));
}

static void a_cap_of_nothing_gives_nothing(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(0);
	assert_null(arena_alloc(a, 0));
	assert_true(arena_failed(a));
}

static char order[8];
static void note(void *p) {
	strncat(order, p, 1);
}

static void clean_ups_run_newest_first_and_once(void **state) {
	(void)state;
	order[0] = 0;
	struct arena *a = arena_new(1 << 16);
	assert_true(arena_defer(a, note, (void *)(uintptr_t)"1") && arena_defer(a, note, (void *)(uintptr_t)"2"));
	arena_clear(a);
	assert_string_equal(order, "21");
	assert_true(arena_defer(a, note, (void *)(uintptr_t)"3"));
	arena_free(a);
	assert_string_equal(order, "213");
	arena_free(NULL);
}

static void a_clean_up_that_could_not_be_noted_is_not_run(void **state) {
	(void)state;
	order[0] = 0;
	struct arena *a = arena_new(1 << 16);
	arena_fail(a);
	assert_false(arena_defer(a, note, (void *)(uintptr_t)"1"));
	arena_free(a);
	assert_string_equal(order, "");
}

static void strings_are_copied_with_a_nul_behind(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 16);
	char here[] = "abc";
	struct str copy = arena_str(a, str_n(here, 2));
	here[0] = 'x';
	assert_str(copy, "ab");
	assert_int_equal(copy.p[2], 0);
	assert_str(arena_cat(a, S("one "), S("two")), "one two");
	assert_str(arena_str(a, STR_EMPTY), "");
	assert_string_equal(arena_cstr(a, str_n(NULL, 0)), "");
}

static void formatted_text_of_any_length_is_whole(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	static char long_text[3000];
	for (int n = 240; n < 280; n++) {
		memset(long_text, 'y', (size_t)n);
		long_text[n] = 0;
		struct str s = arena_fmt(a, "%s", long_text);
		assert_int_equal(s.n, n);
		assert_memory_equal(s.p, long_text, (size_t)n + 1);
	}
	memset(long_text, 'z', 2999);
	assert_int_equal(arena_fmt(a, "%d%s", 7, long_text).n, 3000);
}

static void strings_of_a_failed_arena_are_empty_and_not_null(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 16);
	arena_fail(a);
	assert_str(arena_str(a, S("abc")), "");
	assert_str(arena_cat(a, S("a"), S("b")), "");
	assert_str(arena_fmt(a, "%d", 5), "");
	assert_string_equal(arena_cstr(a, S("abc")), "");
	char wide[400];
	memset(wide, 'w', 399);
	wide[399] = 0;
	assert_str(arena_fmt(a, "%s", wide), "");
}

static void clearing_gives_memory_back(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(8 << 20);
	for (int i = 0; i < 100; i++) {
		for (int j = 0; j < 7; j++) assert_non_null(arena_alloc(a, 1 << 20));
		arena_clear(a);
		assert_int_equal(arena_used(a), 0);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_whatever_its_size),
		cmocka_unit_test(pieces_do_not_overlap_when_large_and_small_ones_come_in_turns),
		cmocka_unit_test(the_cap_is_kept_and_failure_stays),
		cmocka_unit_test(the_whole_cap_can_be_used_piece_by_piece),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(a_cap_of_nothing_gives_nothing),
		cmocka_unit_test(clean_ups_run_newest_first_and_once),
		cmocka_unit_test(a_clean_up_that_could_not_be_noted_is_not_run),
		cmocka_unit_test(strings_are_copied_with_a_nul_behind),
		cmocka_unit_test(formatted_text_of_any_length_is_whole),
		cmocka_unit_test(strings_of_a_failed_arena_are_empty_and_not_null),
		cmocka_unit_test(clearing_gives_memory_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
