#include "lib/yaml/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state) {
	(void)state;
	arena = arena_new(64 << 20);
	return arena ? 0 : -1;
}

static int tear_down(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

static void reads_as(const char *text, const char *expected) {
	const struct json *v;
	struct err e = {0};
	if (yaml_parse(arena, str_of(text), NULL, &v, &e)) fail_msg("%s: %s (%s)", text, e.message, e.where);
	assert_string_equal(json_text(arena, v).p, expected);
}

static void refused(struct str text, const struct yaml_limits *limits, enum err_code code, const char *message, const char *where) {
	const struct json *v = NULL;
	struct err e = {0};
	assert_int_equal(yaml_parse(arena, text, limits, &v, &e), code);
	assert_null(v);
	assert_string_equal(e.message, message);
	assert_string_equal(e.where, where);
}

static void mappings_and_sequences_become_objects_and_arrays(void **state) {
	(void)state;
	reads_as("a: x\nb:\n- y\n- c: z\n  d: []\ne: {}\n", "{\"a\":\"x\",\"b\":[\"y\",{\"c\":\"z\",\"d\":[]}],\"e\":{}}");
	reads_as("{a: [b, c], \"d\": 'e'}", "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}");
	reads_as("---\na: |\n  one\n  two\nb: >-\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}");
	reads_as("just text", "\"just text\"");
}

static void plain_scalars_are_typed_by_the_core_schema(void **state) {
	(void)state;
	reads_as("[null, Null, NULL, ~, true, True, FALSE]", "[null,null,null,null,true,true,false]");
	reads_as("a:\nb:\n-\n", "{\"a\":null,\"b\":[null]}");
	reads_as("[0, -7, +12, 0123, 0o17, 0xfF]", "[0,-7,12,123,15,255]");
	reads_as("[1.5, -.5, 1., 1e3, 12E-1, +0.25]", "[1.5,-0.5,1,1000,1.2,0.25]");
	reads_as("[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]");
}

static void what_yaml_1_1_took_for_more_stays_text(void **state) {
	(void)state;
	reads_as("[yes, no, on, Off, y, nULL, tRUE]", "[\"yes\",\"no\",\"on\",\"Off\",\"y\",\"nULL\",\"tRUE\"]");
	reads_as("[2022-01-24, 2022-01-24T10:00:00Z, 12:30:45, 1_000, 0b11, 1.2.3]",
		"[\"2022-01-24\",\"2022-01-24T10:00:00Z\",\"12:30:45\",\"1_000\",\"0b11\",\"1.2.3\"]");
	reads_as("<<: x\n", "{\"<<\":\"x\"}");
}

static void numbers_that_json_does_not_have_stay_text(void **state) {
	(void)state;
	reads_as("[.inf, -.INF, .nan, 1e999, 9223372036854775808, 0xFFFFFFFFFFFFFFFF]",
		"[\".inf\",\"-.INF\",\".nan\",\"1e999\",\"9223372036854775808\",\"0xFFFFFFFFFFFFFFFF\"]");
	reads_as("[-, +, ., e5, 0x, 0o9, 0xg, '-', 1e, 1e+]",
		"[\"-\",\"+\",\".\",\"e5\",\"0x\",\"0o9\",\"0xg\",\"-\",\"1e\",\"1e+\"]");
}

static void quoted_scalars_are_text(void **state) {
	(void)state;
	reads_as("['1', \"true\", '', \"null\"]", "[\"1\",\"true\",\"\",\"null\"]");
}

static void core_tags_are_heeded_and_others_refused(void **state) {
	(void)state;
	reads_as("[!!str 1, !!int '5', !!float 2, !!null '', !!bool true, ! 7]", "[\"1\",5,2,null,true,\"7\"]");
	reads_as("!!map {a: !!seq [b]}", "{\"a\":[\"b\"]}");
	refused(S("a: !!binary aGk="), NULL, ERR_INVALID, "a tag that is not of the core schema for scalars", "line 1, column 4");
	refused(S("a: !!python/object:os.system x"), NULL, ERR_INVALID, "a tag that is not of the core schema for scalars",
		"line 1, column 4");
	refused(S("!thing {a: b}"), NULL, ERR_INVALID, "a tag that is not of the core schema", "line 1, column 1");
	refused(S("!!set {a, b}"), NULL, ERR_INVALID, "a tag that is not of the core schema", "line 1, column 1");
	refused(S("!!int x"), NULL, ERR_INVALID, "a value that does not fit its tag", "line 1, column 1");
}

static void duplicate_keys_are_refused(void **state) {
	(void)state;
	refused(S("a: 1\nb: 2\na: 3\n"), NULL, ERR_INVALID, "the key \"a\" stands twice", "line 3, column 1");
	refused(S("{x: {true: 1, 'true': 2}}"), NULL, ERR_INVALID, "the key \"true\" stands twice", "line 1, column 15");
}

static void keys_must_be_plain_text(void **state) {
	(void)state;
	reads_as("1: a\n~: b\n2022-01-01: c\n", "{\"1\":\"a\",\"~\":\"b\",\"2022-01-01\":\"c\"}");
	refused(S("? [a, b]\n: c\n"), NULL, ERR_INVALID, "a key that is no plain text", "line 1, column 3");
	refused(S("\"a\\0\": b"), NULL, ERR_INVALID, "a key that holds a NUL character", "line 1, column 1");
	refused(S("&x a: b"), NULL, ERR_INVALID, "an anchor on a key", "line 1, column 1");
	refused(S("a: &x b\n*x : c\n"), NULL, ERR_INVALID, "a key that is no plain text", "line 2, column 1");
}

static void an_alias_gives_what_its_anchor_gave(void **state) {
	(void)state;
	reads_as("a: &x {b: [1, 2]}\nc: *x\nd: [*x]\n", "{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]},\"d\":[{\"b\":[1,2]}]}");
	reads_as("[&x 1, *x, &x 2, *x]", "[1,1,2,2]");
	refused(S("[*x]"), NULL, ERR_INVALID, "an alias without an anchor", "line 1, column 2");
}

static void an_alias_within_its_own_anchor_is_refused(void **state) {
	(void)state;
	refused(S("&x [a, *x]"), NULL, ERR_INVALID, "an alias to a value that it is part of", "line 1, column 8");
	refused(S("&x {a: {b: *x}}"), NULL, ERR_INVALID, "an alias to a value that it is part of", "line 1, column 12");
}

static void aliases_that_multiply_are_refused(void **state) {
	(void)state;
	struct buf text = BUF(1 << 16);
	buf_add(&text, S("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
	for (int i = 1; i < 20; i++) {
		buf_fmt(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++) buf_fmt(&text, "*a%d%s", i - 1, k < 9 ? ", " : "]\n");
	}
	refused(buf_str(&text), NULL, ERR_TOO_LARGE, "too many values, those behind aliases counted each time", "line 6, column 50");
	buf_free(&text);
}

static void aliases_count_towards_the_depth(void **state) {
	(void)state;
	struct yaml_limits three = {.depth = 3};
	const struct json *v;
	struct err e = {0};
	assert_int_equal(yaml_parse(arena, S("- &x [[]]\n- *x\n"), &three, &v, &e), ERR_OK);
	refused(S("- &x [[]]\n- [*x]\n"), &three, ERR_TOO_LARGE, "nested too deeply", "line 2, column 4");
}

static void nesting_beyond_the_limit_is_refused(void **state) {
	(void)state;
	char text[256];
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	const struct json *v;
	struct err e = {0};
	assert_int_equal(yaml_parse(arena, str_n(text, 128), NULL, &v, &e), ERR_OK);
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	refused(str_n(text, 130), NULL, ERR_TOO_LARGE, "nested too deeply", "line 1, column 65");
	static char deep[1 << 20];
	memset(deep, '[', sizeof deep);
	assert_int_equal(yaml_parse(arena, str_n(deep, sizeof deep), NULL, &v, &e), ERR_TOO_LARGE);
}

static void sizes_beyond_the_limits_are_refused(void **state) {
	(void)state;
	refused(S("abcd"), &(struct yaml_limits){.bytes = 3}, ERR_TOO_LARGE, "4 bytes of YAML; at most 3 are read", "");
	refused(S("[a, b, c]"), &(struct yaml_limits){.nodes = 3}, ERR_TOO_LARGE,
		"too many values, those behind aliases counted each time", "line 1, column 8");
}

static void more_than_one_document_is_refused(void **state) {
	(void)state;
	reads_as("---\na: b\n...\n", "{\"a\":\"b\"}");
	refused(S("a: b\n---\nc: d\n"), NULL, ERR_INVALID, "more than one document", "line 2, column 4");
}

static void an_empty_text_is_null(void **state) {
	(void)state;
	reads_as("", "null");
	reads_as("# nothing\n", "null");
	reads_as("---\n", "null");
	reads_as("\xEF\xBB\xBF" "a: b", "{\"a\":\"b\"}");
}

static void what_is_no_yaml_is_refused_with_its_place(void **state) {
	(void)state;
	refused(S("a: [b\nc: d"), NULL, ERR_INVALID, "no YAML: did not find expected ',' or ']', while parsing a flow sequence",
		"line 2, column 2");
	refused(S("a: \xFF"), NULL, ERR_INVALID, "not UTF-8 text", "");
	const struct json *v;
	struct err e = {0};
	static const char *const broken[] = {"a: b: c", "\ta: b", "a: 'b", "- a\nb: c", "a\0b", "%TAG ! x", "@a", "{a", "&", "*"};
	for (size_t i = 0; i < lengthof(broken); i++) assert_int_equal(yaml_parse(arena, str_of(broken[i]), NULL, &v, &e),
		i == 4 ? ERR_OK : ERR_INVALID);
	assert_int_equal(yaml_parse(arena, S("a\0b"), NULL, &v, &e), ERR_INVALID);
}

static void an_arena_that_is_full_is_an_error_and_no_crash(void **state) {
	(void)state;
	struct buf text = BUF(1 << 20);
	for (int i = 0; i < 2000; i++) buf_fmt(&text, "key%d: &a%d [x, {y: z}]\n", i, i);
	for (size_t cap = 0; cap < 200000; cap += 8192) {
		autoarena struct arena *small = arena_new(cap);
		const struct json *v;
		struct err e = {0};
		assert_int_equal(yaml_parse(small, buf_str(&text), NULL, &v, &e), ERR_MEMORY);
	}
	buf_free(&text);
}

static void the_atlas_is_read_with_its_dates_as_text(void **state) {
	(void)state;
	const char *data = getenv("POLDER_DATA");
	struct err e = {0};
	struct str text;
	const char *path = file_join(arena, data ? data : "../shared/data", "atlas/ATLAS.yaml");
	if (file_read(arena, path, 8 << 20, &text, &e)) fail_msg("the real data are needed here: %s", e.message);
	const struct json *v;
	if (yaml_parse(arena, text, NULL, &v, &e)) fail_msg("%s (%s)", e.message, e.where);
	assert_true(str_is(json_get_str(v, S("version")), "5.6.0"));
	assert_true(str_is(json_string(json_pointer(v, S("/matrices/0/tactics/0/created_date"))), "2022-01-24"));
	assert_int_equal(json_count(json_pointer(v, S("/matrices/0/techniques"))), 170);
	assert_int_equal(json_count(json_get_lit(v, "case-studies")), 57);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(mappings_and_sequences_become_objects_and_arrays),
		TEST(plain_scalars_are_typed_by_the_core_schema),
		TEST(what_yaml_1_1_took_for_more_stays_text),
		TEST(numbers_that_json_does_not_have_stay_text),
		TEST(quoted_scalars_are_text),
		TEST(core_tags_are_heeded_and_others_refused),
		TEST(duplicate_keys_are_refused),
		TEST(keys_must_be_plain_text),
		TEST(an_alias_gives_what_its_anchor_gave),
		TEST(an_alias_within_its_own_anchor_is_refused),
		TEST(aliases_that_multiply_are_refused),
		TEST(aliases_count_towards_the_depth),
		TEST(nesting_beyond_the_limit_is_refused),
		TEST(sizes_beyond_the_limits_are_refused),
		TEST(more_than_one_document_is_refused),
		TEST(an_empty_text_is_null),
		TEST(what_is_no_yaml_is_refused_with_its_place),
		TEST(an_arena_that_is_full_is_an_error_and_no_crash),
		TEST(the_atlas_is_read_with_its_dates_as_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
