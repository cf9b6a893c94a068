#include "json_test.h"

#include <pthread.h>

/* ---- the public parsing suite: y_ is JSON, n_ is not, i_ is left to the reader ---- */

/* Valid texts that are refused on purpose. */
static const struct {
	const char *name, *why;
} refused_on_purpose[] = {
	{"y_object_duplicated_key.json", "two members of one name: readers differ in which one they take"},
	{"y_object_duplicated_key_and_value.json", "the same"},
	{"y_object_escaped_null_in_key.json", "the parser below can't give a NUL in a name, and no record needs one"},
};

/* Which of the undecided ones are taken. */
static const char *const taken[] = {
	"i_number_double_huge_neg_exp.json", /* becomes 0 */
	"i_number_real_underflow.json",      /* becomes 0 */
	"i_number_too_big_pos_int.json",     /* 100000000000000000000, which the writer gives for 1e20 */
};

static bool is_refused_on_purpose(const char *name) {
	for (size_t i = 0; i < lengthof(refused_on_purpose); i++)
		if (strcmp(refused_on_purpose[i].name, name) == 0) return true;
	return false;
}

static bool is_taken(const char *name) {
	for (size_t i = 0; i < lengthof(taken); i++)
		if (strcmp(taken[i], name) == 0) return true;
	return false;
}

static void every_file_of_the_parsing_suite_is_judged_as_its_name_says(void **state) {
	(void)state;
	autoarena struct arena *files = arena_new((size_t)64 << 20);
	struct file_list list;
	assert_int_equal(file_walk(files, file_join(files, data_folder(), "json/parsing"), ".json", &list, NULL), ERR_OK);
	size_t counts[3] = {0}, wrong = 0;
	for (size_t i = 0; i < list.n; i++) {
		autoarena struct arena *a = arena_new((size_t)64 << 20);
		struct str text;
		struct err e = {.code = ERR_OK};
		const struct json *v = NULL;
		const char *name = file_name(str_of(list.paths[i])).p;
		assert_int_equal(file_read(files, list.paths[i], 1 << 20, &text, NULL), ERR_OK);
		enum err_code code = json_parse(a, text, NULL, &v, &e);
		bool want = name[0] == 'y' ? !is_refused_on_purpose(name) : name[0] == 'i' && is_taken(name);
		counts[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
		if ((code == ERR_OK) == want && (code == ERR_OK) == (v != NULL) && (!code || e.message[0])) continue;
		print_message("%s: %s %s\n", name, code ? "refused:" : "taken", code ? e.message : "");
		wrong++;
	}
	assert_int_equal(wrong, 0);
	assert_int_equal(counts[0], 95);
	assert_int_equal(counts[1], 188);
	assert_int_equal(counts[2], 35);
}

/* ---- what is refused, with words and place ---- */

static void text_that_ends_too_early_is_refused_with_its_place(void **state) {
	(void)state;
	assert_refused(S("{\"a\":[1,\n 2"), ERR_INVALID, "ends too early", "line 2, column 2");
	assert_refused(S(""), ERR_INVALID, "empty", "");
	assert_refused(S(" \n"), ERR_INVALID, "ends too early", "line 2, column 1");
}

static void something_behind_the_value_is_refused(void **state) {
	(void)state;
	assert_refused(S("{} []"), ERR_INVALID, "behind the end", "line 1, column 4");
}

static void two_members_of_one_name_are_refused(void **state) {
	(void)state;
	assert_refused(S("{\"a\":1,\"b\":{\"c\":1,\"c\":1}}"), ERR_INVALID, "same name near '\"c\"'", "line 1, column 21");
	assert_refused(S("{\"a\":1,\"\\u0061\":1}"), ERR_INVALID, "same name", "line 1, column 15");
}

static void raw_nul_is_refused_with_what_follows_it(void **state) {
	(void)state;
	assert_refused(S("{\"a\":1}\0{\"b\":2}"), ERR_INVALID, "NUL", "line 1, column 8");
	assert_refused(S("[\"\n\0\"]"), ERR_INVALID, "NUL", "line 2, column 1");
	assert_refused(S("[1]\0"), ERR_INVALID, "NUL", "line 1, column 4");
	assert_refused(S("\0"), ERR_INVALID, "NUL", "line 1, column 1");
}

static void a_byte_order_mark_is_refused_in_clear_words(void **state) {
	(void)state;
	assert_refused(S("\xEF\xBB\xBF{}"), ERR_INVALID, "byte order mark", "line 1, column 1");
}

static void bad_utf8_is_refused(void **state) {
	(void)state;
	const char *const bad[] = {"[\"\xFF\"]", "[\"\xC0\x80\"]", "[\"\xED\xA0\x80\"]", "[\"\xF4\x90\x80\x80\"]",
		"[\"\xE2\x82\"]", "\xFF\xFE", "{\"\xFF\":1}"};
	for (size_t i = 0; i < lengthof(bad); i++) {
		struct err e = {.code = ERR_OK};
		const struct json *v;
		autoarena struct arena *a = arena_new(1 << 20);
		assert_int_equal(json_parse(a, str_of(bad[i]), NULL, &v, &e), ERR_INVALID);
		assert_non_null(strstr(e.message, "UTF-8"));
		assert_true(str_utf8(str_of(e.message)));
	}
}

static void a_name_with_nul_is_refused(void **state) {
	(void)state;
	assert_refused(S("{\"a\\u0000b\":1}"), ERR_INVALID, "\\u0000", "line 1, column 11");
}

static void integers_beyond_64_bits_are_refused_in_clear_words(void **state) {
	(void)state;
	assert_refused(S("9223372036854775808"), ERR_INVALID, "does not fit 64 bits", "line 1, column 19");
	assert_refused(S("[-9223372036854775809]"), ERR_INVALID, "does not fit 64 bits", "line 1, column 21");
	assert_refused(S("[12345678901234567890123]"), ERR_INVALID, "does not fit 64 bits", "line 1, column 24");
}

static void numbers_beyond_a_double_are_refused(void **state) {
	(void)state;
	assert_refused(S("[1e309]"), ERR_INVALID, "too large for a double", "line 1, column 6");
	assert_refused(S("-1e99999999999999999999"), ERR_INVALID, "too large for a double", "line 1, column 23");
}

/* ---- what is taken ---- */

static void the_extremes_of_64_bits_are_integers(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "[9223372036854775807,-9223372036854775808,-0]");
	assert_true(json_is(json_at(v, 0), JSON_INT) && json_integer(json_at(v, 0), 0) == INT64_MAX);
	assert_true(json_is(json_at(v, 1), JSON_INT) && json_integer(json_at(v, 1), 0) == INT64_MIN);
	assert_true(json_is(json_at(v, 2), JSON_INT) && json_integer(json_at(v, 2), 1) == 0);
}

static void digits_that_the_writer_gives_for_a_double_can_be_read(void **state) {
	(void)state;
	const double doubles[] = {1e20, -1e20, 0x1p63, -0x1p64, 999999999999999900000.0, 295147905179352830000.0};
	autoarena struct arena *a = arena_new(1 << 20);
	struct json_builder b = json_array_of(a);
	for (size_t i = 0; i < lengthof(doubles); i++) json_add(&b, json_real(a, doubles[i]));
	const struct json *v = json_built(&b), *again = NULL;
	struct err e;
	assert_int_equal(json_parse(a, json_text(a, v), NULL, &again, &e), ERR_OK);
	for (size_t i = 0; i < lengthof(doubles); i++) {
		assert_true(json_is(json_at(again, i), JSON_REAL));
		assert_true(json_number(json_at(again, i), 0) == doubles[i]);
	}
	const struct json *mixed = parsed(a, "[1e-9223372036854775808, 0.100000000000000000000, 100000000000000000000e1]");
	assert_true(json_number(json_at(mixed, 0), 1) == 0 && json_number(json_at(mixed, 1), 0) == 0.1);
	assert_true(json_number(json_at(mixed, 2), 0) == 1e21);
}

static void strings_may_hold_nul_as_an_escape(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct str s = json_string(parsed(a, "\"a\\u0000b\\u0000\""));
	assert_true(str_eq(s, S("a\0b\0")));
}

static void a_value_outlives_the_text_it_was_read_from(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	char *text = strdup("{\"name\":[\"value\",1.5]}");
	const struct json *v = parsed(a, text);
	memset(text, 'x', strlen(text));
	free(text);
	assert_str(json_text(a, v), "{\"name\":[\"value\",1.5]}");
}

static void members_keep_the_order_of_the_text(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "{\"z\":1,\"a\":2,\"m\":3}");
	assert_str(name_at(v, 0), "z");
	assert_str(name_at(v, 1), "a");
	assert_str(name_at(v, 2), "m");
}

static void empty_arrays_and_objects_are_read(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "[{},[],\"\",{\"\":{}}]");
	assert_int_equal(json_count(v), 4);
	assert_int_equal(json_count(json_at(v, 0)), 0);
	assert_true(json_is(json_get_lit(json_at(v, 3), ""), JSON_OBJECT));
}

/* ---- limits ---- */

static struct str nested(struct arena *a, size_t depth, char open, char close) {
	char *p = arena_alloc(a, depth * 2 + 1);
	memset(p, open, depth);
	memset(p + depth, close, depth);
	return str_n(p, depth * 2);
}

static void nesting_of_64_is_taken_and_of_65_refused(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = NULL;
	assert_int_equal(json_parse(a, nested(a, 64, '[', ']'), NULL, &v, NULL), ERR_OK);
	assert_refused(nested(a, 65, '[', ']'), ERR_TOO_LARGE, "nested over 64 deep", "line 1, column 65");
}

static void brackets_in_strings_are_no_nesting(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct str inner = nested(a, 100, '[', '{');
	const struct json *v = parsed(a, arena_fmt(a, "[\"%.*s\\\\\",\"\\\"%.*s\"]", STR_ARG(inner), STR_ARG(inner)).p);
	assert_int_equal(json_string(json_at(v, 1)).n, 201);
}

static void deep_nesting_of_any_size_is_refused_at_once(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new((size_t)16 << 20);
	assert_refused(nested(a, 2000000, '[', ']'), ERR_TOO_LARGE, "nested", "line 1, column 65");
	const struct json *v;
	struct json_limits limits = {.depth = 100000};
	assert_int_equal(json_parse(a, nested(a, JSON_NEST, '[', ']'), &limits, &v, NULL), ERR_OK);
	assert_int_equal(json_parse(a, nested(a, JSON_NEST + 1, '[', ']'), &limits, &v, NULL), ERR_TOO_LARGE);
}

static void limits_of_the_caller_hold(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v;
	struct err e;
	assert_int_equal(json_parse(a, S("[[1]]"), &(struct json_limits){.depth = 1}, &v, &e), ERR_TOO_LARGE);
	assert_int_equal(json_parse(a, S("[1234]"), &(struct json_limits){.bytes = 5}, &v, &e), ERR_TOO_LARGE);
	assert_non_null(strstr(e.message, "longer than 5 bytes"));
	assert_int_equal(json_parse(a, S("[123]"), &(struct json_limits){.bytes = 5}, &v, &e), ERR_OK);
}

static void a_text_of_many_small_values_is_read_within_bounds(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	enum { MANY = 200000 };
	autobuf struct buf text = BUF(64 << 20);
	buf_add_char(&text, '[');
	for (int i = 0; i < MANY; i++) buf_add(&text, i ? S(",{}") : S("{}"));
	buf_add_char(&text, ']');
	const struct json *v;
	assert_int_equal(json_parse(a, buf_str(&text), NULL, &v, NULL), ERR_OK);
	assert_int_equal(json_count(v), MANY);
}

static void an_arena_that_is_too_small_at_any_size_is_an_error_and_no_crash(void **state) {
	(void)state;
	autoarena struct arena *texts = arena_new(1 << 20);
	autobuf struct buf text = BUF(1 << 16);
	buf_add(&text, S("{\"big\":100000000000000000000,\"list\":[1,2.5,\"three\",null,true,{\"a\":{\"b\":\"c\"}}]"));
	for (int i = 0; i < 20; i++) buf_fmt(&text, ",\"member %d\":%d", i, i);
	buf_add_char(&text, '}');
	size_t cap = 0;
	for (;; cap += 16) {
		autoarena struct arena *a = arena_new(cap);
		struct err e = {.code = ERR_OK};
		const struct json *v = NULL;
		enum err_code code = json_parse(a, buf_str(&text), NULL, &v, &e);
		if (code == ERR_OK) break;
		assert_int_equal(code, ERR_MEMORY);
		assert_int_equal(e.code, ERR_MEMORY);
		assert_null(v);
	}
	assert_true(cap > 1000 && cap < 16384);
	(void)texts;
}

/* ---- threads ---- */

static void *read_many(void *out) {
	for (int round = 0; round < 200; round++) {
		autoarena struct arena *a = arena_new(1 << 22);
		const struct json *v;
		if (json_parse(a, S("{\"a\":[1,2,{\"b\":\"text\"}],\"c\":1.25}"), NULL, &v, NULL)) return NULL;
		if (!str_is(json_text(a, v), "{\"a\":[1,2,{\"b\":\"text\"}],\"c\":1.25}")) return NULL;
		if (json_parse(a, S("{\"a\":[1,2"), NULL, &v, NULL) != ERR_INVALID) return NULL;
	}
	*(bool *)out = true;
	return NULL;
}

static void many_threads_read_at_the_same_time(void **state) {
	(void)state;
	pthread_t threads[8];
	bool done[lengthof(threads)] = {false};
	for (size_t i = 0; i < lengthof(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_many, &done[i]), 0);
	for (size_t i = 0; i < lengthof(threads); i++) {
		pthread_join(threads[i], NULL);
		assert_true(done[i]);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_of_the_parsing_suite_is_judged_as_its_name_says),
		cmocka_unit_test(text_that_ends_too_early_is_refused_with_its_place),
		cmocka_unit_test(something_behind_the_value_is_refused),
		cmocka_unit_test(two_members_of_one_name_are_refused),
		cmocka_unit_test(raw_nul_is_refused_with_what_follows_it),
		cmocka_unit_test(a_byte_order_mark_is_refused_in_clear_words),
		cmocka_unit_test(bad_utf8_is_refused),
		cmocka_unit_test(a_name_with_nul_is_refused),
		cmocka_unit_test(integers_beyond_64_bits_are_refused_in_clear_words),
		cmocka_unit_test(numbers_beyond_a_double_are_refused),
		cmocka_unit_test(the_extremes_of_64_bits_are_integers),
		cmocka_unit_test(digits_that_the_writer_gives_for_a_double_can_be_read),
		cmocka_unit_test(strings_may_hold_nul_as_an_escape),
		cmocka_unit_test(a_value_outlives_the_text_it_was_read_from),
		cmocka_unit_test(members_keep_the_order_of_the_text),
		cmocka_unit_test(empty_arrays_and_objects_are_read),
		cmocka_unit_test(nesting_of_64_is_taken_and_of_65_refused),
		cmocka_unit_test(brackets_in_strings_are_no_nesting),
		cmocka_unit_test(deep_nesting_of_any_size_is_refused_at_once),
		cmocka_unit_test(limits_of_the_caller_hold),
		cmocka_unit_test(a_text_of_many_small_values_is_read_within_bounds),
		cmocka_unit_test(an_arena_that_is_too_small_at_any_size_is_an_error_and_no_crash),
		cmocka_unit_test(many_threads_read_at_the_same_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
