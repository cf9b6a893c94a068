#include "exchange/residue.h"
#include "loss.h"

static void residue_is(const char *original, const char *told, const char *expected) {
	const struct json *o = parsed(str_of(original)), *t = parsed(str_of(told)), *r = residue_of(arena, o, t);
	assert_string_equal(r ? json_text(arena, r).p : "nothing", expected);
	const struct json *again = residue_over(arena, t, r);
	if (!json_equal(again, o)) fail_msg("%s came back as %s", original, json_text(arena, again).p);
}

/* residue: of the first two; then the told document becomes `edited`. */
static void after_an_edit(const char *original, const char *told, const char *edited, const char *expected) {
	const struct json *r = residue_of(arena, parsed(str_of(original)), parsed(str_of(told)));
	assert_string_equal(json_text(arena, residue_over(arena, parsed(str_of(edited)), r)).p, expected);
}

static void equal_documents_leave_nothing(void **state) {
	(void)state;
	residue_is("{\"a\":1,\"b\":[{\"c\":null}]}", "{\"b\":[{\"c\":null}],\"a\":1.0}", "nothing");
}

static void members_that_are_not_told_are_kept_by_name(void **state) {
	(void)state;
	residue_is("{\"a\":{\"b\":1,\"c\":\"\"},\"d\":null}", "{\"a\":{\"b\":1}}", "{\"a\":{\"c\":\"\"},\"d\":null}");
}

static void members_that_were_not_there_are_named(void **state) {
	(void)state;
	residue_is("{\"a\":{}}", "{\"a\":{\"b\":1},\"c\":[]}", "{\"a\":{\"absent\":[\"b\"]},\"absent\":[\"c\"]}");
}

static void null_absent_and_empty_are_told_apart(void **state) {
	(void)state;
	residue_is("{\"a\":null}", "{\"a\":[]}", "{\"a\":null}");
	residue_is("{\"a\":[]}", "{}", "{\"a\":[]}");
	residue_is("{\"a\":[]}", "{\"a\":[1]}", "{\"a\":[]}");
	residue_is("{\"a\":{}}", "{\"a\":[]}", "{\"a\":{},\"absent\":[\"a\"]}");
}

static void items_are_kept_by_number_and_length(void **state) {
	(void)state;
	residue_is("{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}]}", "{\"a\":[{\"b\":1},{\"b\":2}]}", "{\"a\":{\"1 of 2\":{\"c\":3}}}");
}

static void an_edited_value_shows(void **state) {
	(void)state;
	after_an_edit("{\"title\":\"old\",\"note\":null}", "{\"title\":\"old\"}", "{\"title\":\"new\"}",
		"{\"title\":\"new\",\"note\":null}");
}

static void items_of_an_array_of_another_length_get_nothing(void **state) {
	(void)state;
	after_an_edit("{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}]}", "{\"a\":[{\"b\":1},{\"b\":2}]}", "{\"a\":[{\"b\":2}]}",
		"{\"a\":[{\"b\":2}]}");
}

static void what_is_told_no_more_does_not_come_back_in_pieces(void **state) {
	(void)state;
	after_an_edit("{\"a\":[{\"b\":1,\"c\":3}],\"d\":{\"e\":1}}", "{\"a\":[{\"b\":1}],\"d\":{\"e\":1,\"f\":2}}", "{}",
		"{}");
}

static void names_that_the_residue_uses_itself_survive(void **state) {
	(void)state;
	residue_is("{\"absent\":[\"a\"],\"a\":1,\"1 of 2\":{\"absent_\":2}}", "{\"a\":1}",
		"{\"absent_\":[\"a\"],\"1 of 2_\":{\"absent__\":2}}");
	residue_is("{\"a\":{\"0 of 1\":5}}", "{\"a\":[6]}", "{\"a\":{\"0 of 1_\":5},\"absent\":[\"a\"]}");
}

static void a_residue_that_is_no_object_changes_nothing(void **state) {
	(void)state;
	const struct json *told = parsed(S("{\"a\":1}"));
	assert_ptr_equal(residue_over(arena, told, NULL), told);
	assert_ptr_equal(residue_over(arena, told, json_int(arena, 3)), told);
}

/* ---- any two documents ---- */

static uint64_t seed = 20261123;

static unsigned dice(unsigned sides) {
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

static const struct json *anything(int depth) {
	static const char *const names[] = {"a", "b", "absent", "absent_", "0 of 1", "1 of 2", "0 of 2_", ""};
	unsigned sort = dice(depth ? 7 : 4);
	if (sort == 0) return json_null(arena);
	if (sort == 1) return json_str(arena, str_of(names[dice(2)]));
	if (sort < 4) return json_int(arena, dice(3));
	if (sort == 4) {
		struct json_builder list = json_array_of(arena);
		for (unsigned n = dice(3); n; n--) json_add(&list, anything(depth - 1));
		return json_built(&list);
	}
	struct json_builder object = json_object_of(arena);
	for (unsigned n = dice(4); n; n--) json_set(&object, str_of(names[dice(lengthof(names))]), anything(depth - 1));
	return json_built(&object);
}

static const struct json *any_object(void) {
	const struct json *v;
	do v = anything(4);
	while (v->type != JSON_OBJECT);
	return v;
}

static void any_original_comes_back_over_any_told_document(void **state) {
	(void)state;
	for (int i = 0; i < 30000; i++) {
		const struct json *original = any_object(), *told = any_object();
		const struct json *again = residue_over(arena, told, residue_of(arena, original, told));
		if (!json_equal(original, again))
			fail_msg("%s over %s came back as %s", json_text(arena, original).p, json_text(arena, told).p,
				json_text(arena, again).p);
		residue_over(arena, any_object(), original);
		if (i % 1000 == 0) arena_clear(arena);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(equal_documents_leave_nothing),
		TEST(members_that_are_not_told_are_kept_by_name),
		TEST(members_that_were_not_there_are_named),
		TEST(null_absent_and_empty_are_told_apart),
		TEST(items_are_kept_by_number_and_length),
		TEST(an_edited_value_shows),
		TEST(items_of_an_array_of_another_length_get_nothing),
		TEST(what_is_told_no_more_does_not_come_back_in_pieces),
		TEST(names_that_the_residue_uses_itself_survive),
		TEST(a_residue_that_is_no_object_changes_nothing),
		TEST(any_original_comes_back_over_any_told_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
