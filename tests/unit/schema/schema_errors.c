/* What is told of a value that is not valid: place, rule, words. */
#include "suite.h"

/* The errors as lines "instance|schema|message". */
static void assert_errors(const char *schema, const char *value, const char *want) {
	autoarena struct arena *a = arena_new(16 << 20);
	struct schema_options options = {.assert_format = true};
	struct schema *s = compiled(schema, &options);
	struct schema_errors errors;
	bool ok = schema_valid(s, parse_json(a, value), a, &errors);
	autobuf struct buf found = BUF(1 << 16);
	for (size_t i = 0; i < errors.n; i++) {
		struct schema_error *e = &errors.items[i];
		buf_fmt(&found, "%.*s|%.*s|%.*s\n", STR_ARG(e->instance), STR_ARG(e->schema), STR_ARG(e->message));
		/* The rule's place ends in the keyword, unless the rule is the schema false. */
		assert_true(str_ends(e->schema, e->keyword) || str_is(e->keyword, "false"));
	}
	schema_free(s);
	assert_int_equal(ok, !*want);
	assert_string_equal(found.p ? found.p : "", want);
}

static void a_wrong_type_is_told_with_what_was_found(void **state) {
	(void)state;
	assert_errors("{\"type\":\"string\"}", "7", "|#/type|expected a string, found an integer\n");
	assert_errors("{\"type\":\"integer\"}", "1.5", "|#/type|expected an integer, found 1.5\n");
	assert_errors("{\"type\":[\"string\",\"null\"]}", "[]", "|#/type|expected a string or null, found an array\n");
	assert_errors("{\"type\":\"number\"}", "true", "|#/type|expected a number, found true or false\n");
	assert_errors("{\"type\":[\"object\",\"array\",\"boolean\"]}", "0.5",
		"|#/type|expected true or false, an array or an object, found a number\n");
}

static void lengths_are_told_in_characters(void **state) {
	(void)state;
	assert_errors("{\"properties\":{\"title\":{\"maxLength\":3}}}", "{\"title\":\"äöüß\"}",
		"/title|#/properties/title/maxLength|expected at most 3 characters, found 4\n");
	assert_errors("{\"minLength\":1}", "\"\"", "|#/minLength|expected at least 1 character, found 0\n");
	assert_errors("{\"minItems\":2}", "[1]", "|#/minItems|expected at least 2 items, found 1\n");
	assert_errors("{\"maxItems\":1}", "[1,2]", "|#/maxItems|expected at most 1 item, found 2\n");
	assert_errors("{\"minProperties\":1}", "{}", "|#/minProperties|expected at least 1 member, found 0\n");
	assert_errors("{\"maxProperties\":0}", "{\"a\":1}", "|#/maxProperties|expected at most 0 members, found 1\n");
}

static void missing_members_are_named_together(void **state) {
	(void)state;
	assert_errors("{\"required\":[\"title\",\"a\",\"summary\"],\"properties\":{\"a\":true}}", "{\"a\":1}",
		"|#/required|is missing: title, summary\n");
	assert_errors("{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}",
		"|#/dependentRequired|is missing: b, which must stand beside a\n");
}

static void an_unknown_member_is_told_at_its_own_place(void **state) {
	(void)state;
	assert_errors("{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1,\"b/c\":2}",
		"/b~1c|#/additionalProperties|is not a known member\n");
	assert_errors("{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":2}",
		"/b|#/unevaluatedProperties|is not a known member\n");
	assert_errors("{\"propertyNames\":{\"maxLength\":2}}", "{\"abc\":1}",
		"/abc|#/propertyNames/maxLength|expected at most 2 characters, found 3\n");
}

static void items_too_many_are_told(void **state) {
	(void)state;
	assert_errors("{\"prefixItems\":[true],\"items\":false}", "[1,2,3]", "|#/items|expected at most 1 item, found 3\n");
	assert_errors(
		"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1,2]", "/1|#/unevaluatedItems|is an item too many\n");
	assert_errors("{\"uniqueItems\":true}", "[1,\"a\",1.0]", "|#/uniqueItems|items 0 and 2 are equal\n");
	assert_errors("{\"contains\":{\"type\":\"string\"}}", "[1]",
		"|#/contains|expected at least 1 item of the form that is asked for, found 0\n");
}

static void allowed_values_are_listed_when_they_are_few(void **state) {
	(void)state;
	assert_errors("{\"enum\":[\"low\",\"high\",3,null]}", "\"hi\"",
		"|#/enum|expected one of: low, high, 3, null; found \"hi\"\n");
	assert_errors("{\"const\":\"x\"}", "{\"a\":1}", "|#/const|expected \"x\", found an object\n");
	assert_errors("{\"enum\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}", "0", "|#/enum|expected one of 13 values, found 0\n");
}

static void numbers_are_told_with_their_limits(void **state) {
	(void)state;
	assert_errors("{\"minimum\":5}", "3", "|#/minimum|expected at least 5, found 3\n");
	assert_errors("{\"exclusiveMinimum\":5}", "5", "|#/exclusiveMinimum|expected more than 5, found 5\n");
	assert_errors("{\"maximum\":0.5}", "1e3", "|#/maximum|expected at most 0.5, found 1000\n");
	assert_errors("{\"exclusiveMaximum\":1}", "1.0", "|#/exclusiveMaximum|expected less than 1, found 1\n");
	assert_errors("{\"multipleOf\":0.1}", "0.25", "|#/multipleOf|expected a multiple of 0.1, found 0.25\n");
}

static void texts_are_told_with_the_form_they_should_have(void **state) {
	(void)state;
	assert_errors(
		"{\"pattern\":\"^a+$\"}", "\"b\\\"\"", "|#/pattern|expected text that matches ^a+$, found \"b\\\"\"\n");
	assert_errors(
		"{\"format\":\"date\"}", "\"today\"", "|#/format|expected a date, as in 2026-11-23, found \"today\"\n");
}

static void long_values_are_cut_at_a_character(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	autobuf struct buf text = BUF(1 << 16);
	buf_add(&text, S("\"a"));
	for (int i = 0; i < 100; i++) buf_add(&text, S("ä"));
	buf_add(&text, S("\""));
	struct schema *s = compiled("{\"const\":1}", NULL);
	struct err e;
	assert_int_equal(schema_check(s, parse_json(a, text.p), a, &e), ERR_INVALID);
	schema_free(s);
	assert_true(str_utf8(str_of(e.message)) && strlen(e.message) < 120);
	assert_non_null(strstr(e.message, "ä…\""));
}

static void nothing_allowed_and_forms_not_allowed_are_told(void **state) {
	(void)state;
	assert_errors("{\"properties\":{\"a\":false}}", "{\"a\":1}", "/a|#/properties/a|nothing is allowed here\n");
	assert_errors("{\"not\":{\"type\":\"string\"}}", "\"\"", "|#/not|has a form that is not allowed\n");
}

static void branches_of_other_types_are_told_as_one(void **state) {
	(void)state;
	assert_errors("{\"anyOf\":[{\"type\":\"string\",\"maxLength\":2},{\"type\":\"null\"}]}", "[1]",
		"|#/anyOf|expected a string or null, found an array\n");
}

static void the_nearest_branch_is_told(void **state) {
	(void)state;
	const char *schema =
		"{\"oneOf\":[{\"type\":\"string\"},"
		"{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"const\":\"circle\"},\"radius\":{\"type\":\"number\"}}},"
		"{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"const\":\"square\"},\"side\":{\"type\":\"number\"},"
		"\"name\":{\"maxLength\":1},\"more\":{\"maxLength\":1}}}]}";
	assert_errors(schema, "{\"kind\":\"square\",\"side\":\"1\",\"name\":\"xx\",\"more\":\"xx\"}",
		"/side|#/oneOf/2/properties/side/type|expected a number, found a string\n"
		"/name|#/oneOf/2/properties/name/maxLength|expected at most 1 character, found 2\n"
		"/more|#/oneOf/2/properties/more/maxLength|expected at most 1 character, found 2\n");
	assert_errors("{\"oneOf\":[{\"minimum\":1},{\"maximum\":5},{\"const\":3}]}", "3",
		"|#/oneOf|matches more than one of the 3 forms of which it must have one\n");
}

static void references_are_told_where_the_rule_stands(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema_source source = {S("urn:x:common"), parse_json(a, "{\"$defs\":{\"short\":{\"maxLength\":1}}}")};
	struct schema_options options = {&source, 1, false};
	struct schema *s = compiled("{\"properties\":{\"a\":{\"$ref\":\"urn:x:common#/$defs/short\",\"title\":\"A\"},"
		"\"b\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"null\"}}}", &options);
	struct schema_errors errors;
	assert_false(schema_valid(s, parse_json(a, "{\"a\":\"xx\",\"b\":1}"), a, &errors));
	assert_int_equal(errors.n, 2);
	assert_string_equal(errors.items[0].schema.p, "urn:x:common#/$defs/short/maxLength");
	assert_string_equal(errors.items[1].schema.p, "#/$defs/n/type");
	schema_free(s);
}

static void errors_come_in_the_order_of_the_value_and_are_limited(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	autobuf struct buf text = BUF(1 << 16);
	buf_add_char(&text, '[');
	for (int i = 0; i < 100; i++) buf_add(&text, i ? S(",\"x\"") : S("\"x\""));
	buf_add_char(&text, ']');
	struct schema *s = compiled("{\"items\":{\"type\":\"integer\"}}", NULL);
	struct schema_errors errors;
	assert_false(schema_valid(s, parse_json(a, text.p), a, &errors));
	assert_int_equal(errors.n, SCHEMA_ERRORS);
	assert_true(errors.more);
	for (size_t i = 0; i < errors.n; i++) {
		char want[32];
		snprintf(want, sizeof want, "/%zu", i);
		assert_string_equal(errors.items[i].instance.p, want);
	}
	schema_free(s);
}

static void check_gives_the_first_error_with_its_place(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema *s = compiled("{\"properties\":{\"a\":{\"items\":{\"type\":\"null\"}}}}", NULL);
	struct err e = {.code = ERR_OK};
	assert_int_equal(schema_check(s, parse_json(a, "{\"a\":[null,1]}"), a, &e), ERR_INVALID);
	assert_string_equal(e.message, "expected null, found an integer");
	assert_string_equal(e.where, "/a/1");
	assert_int_equal(schema_check(s, parse_json(a, "{\"a\":[null]}"), a, &e), ERR_OK);
	assert_int_equal(schema_check(s, NULL, a, &e), ERR_INVALID);
	schema_free(s);
}

static void errors_need_no_more_memory_than_there_is(void **state) {
	(void)state;
	autoarena struct arena *values = arena_new(1 << 20);
	struct schema *s =
		compiled("{\"oneOf\":[{\"type\":\"object\"},{\"items\":{\"enum\":[1,2]}}],\"uniqueItems\":true}", NULL);
	const struct json *v =
		parse_json(values, "[3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,31,32]");
	bool whole = false;
	for (size_t cap = 0; cap < 65536; cap += 256) {
		autoarena struct arena *a = arena_new(cap);
		struct schema_errors errors;
		assert_false(schema_valid(s, v, a, &errors));
		whole = errors.n >= 29;
		struct err e;
		assert_true(schema_check(s, v, a, &e) != ERR_OK);
	}
	assert_true(whole);
	schema_free(s);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_type_is_told_with_what_was_found),
		cmocka_unit_test(lengths_are_told_in_characters),
		cmocka_unit_test(missing_members_are_named_together),
		cmocka_unit_test(an_unknown_member_is_told_at_its_own_place),
		cmocka_unit_test(items_too_many_are_told),
		cmocka_unit_test(allowed_values_are_listed_when_they_are_few),
		cmocka_unit_test(numbers_are_told_with_their_limits),
		cmocka_unit_test(texts_are_told_with_the_form_they_should_have),
		cmocka_unit_test(long_values_are_cut_at_a_character),
		cmocka_unit_test(nothing_allowed_and_forms_not_allowed_are_told),
		cmocka_unit_test(branches_of_other_types_are_told_as_one),
		cmocka_unit_test(the_nearest_branch_is_told),
		cmocka_unit_test(references_are_told_where_the_rule_stands),
		cmocka_unit_test(errors_come_in_the_order_of_the_value_and_are_limited),
		cmocka_unit_test(check_gives_the_first_error_with_its_place),
		cmocka_unit_test(errors_need_no_more_memory_than_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
