/* What is a schema, and what is not. */
#include "suite.h"

/* The schema is refused: code, words, place. */
static void assert_refused_with(
	const char *text, const struct schema_options *options, enum err_code code, const char *words, const char *where) {
	autoarena struct arena *a = arena_new(1 << 22);
	struct err e = {.code = ERR_OK};
	struct schema *s = NULL;
	assert_int_equal(schema_compile(&s, parse_json(a, text), options, &e), code);
	assert_null(s);
	assert_int_equal(e.code, code);
	if (!strstr(e.message, words)) fail_msg("%s: does not speak of: %s", e.message, words);
	assert_string_equal(e.where, where);
}

static void assert_refused(const char *text, const char *words, const char *where) {
	assert_refused_with(text, NULL, ERR_INVALID, words, where);
}

static bool valid(const struct schema *s, const char *value) {
	autoarena struct arena *a = arena_new(1 << 22);
	return schema_valid(s, parse_json(a, value), a, NULL);
}

static void a_keyword_of_the_wrong_form_is_refused_at_its_place(void **state) {
	(void)state;
	assert_refused("7", "an object, true or false", "#");
	assert_refused("{\"type\":\"text\"}", "type must be the name of a type", "#/type");
	assert_refused(
		"{\"properties\":{\"a\":{\"minLength\":-1}}}", "minLength must be an integer", "#/properties/a/minLength");
	assert_refused("{\"$defs\":{\"never/asked\":{\"required\":\"a\"}}}", "required must be an array",
		"#/$defs/never~1asked/required");
	assert_refused("{\"required\":[\"a\",\"a\"]}", "different strings", "#/required");
	assert_refused("{\"multipleOf\":0}", "over 0", "#/multipleOf");
	assert_refused("{\"allOf\":[]}", "one or more schemas", "#/allOf");
	assert_refused("{\"items\":[true]}", "items must be a schema", "#/items");
	assert_refused("{\"properties\":{\"a\":1}}", "object of schemas", "#/properties");
	assert_refused("{\"$anchor\":\"1\"}", "$anchor must be a name", "#/$anchor");
	assert_refused("{\"enum\":\"a\"}", "enum must be an array", "#/enum");
	assert_refused("{\"uniqueItems\":1}", "true or false", "#/uniqueItems");
	assert_refused("{\"title\":1}", "title must be a string", "#/title");
}

static void a_pattern_that_is_none_is_refused_at_its_place(void **state) {
	(void)state;
	assert_refused("{\"pattern\":\"(\"}", "a ( without its )", "#/pattern");
	assert_refused("{\"patternProperties\":{\"[z-a]\":true}}", "not a regular expression", "#/patternProperties");
}

static void a_reference_that_leads_nowhere_is_refused(void **state) {
	(void)state;
	assert_refused("{\"items\":{\"$ref\":\"#/$defs/none\"}}", "leads nowhere: #/$defs/none", "#/items");
	assert_refused("{\"$ref\":\"urn:unknown\"}", "leads nowhere: urn:unknown", "#");
	assert_refused("{\"$ref\":\"#anchor\"}", "leads nowhere", "#");
	assert_refused("{\"$ref\":\"#/title\",\"title\":\"x\"}", "leads nowhere", "#");
	assert_refused("{\"$dynamicRef\":\"#none\"}", "leads nowhere", "#");
}

static void references_that_only_lead_to_each_other_are_refused(void **state) {
	(void)state;
	assert_refused("{\"$ref\":\"#\"}", "never end", "#");
	assert_refused(
		"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}", "come back", "#/$defs/b");
	assert_refused("{\"allOf\":[{\"anyOf\":[true,{\"not\":{\"$ref\":\"#\"}}]}]}", "never end", "#");
	assert_refused("{\"if\":true,\"then\":{\"oneOf\":[{\"$ref\":\"#\"}]}}", "never end", "#");
}

static void a_schema_that_refers_to_itself_for_a_part_of_the_value_is_fine(void **state) {
	(void)state;
	struct schema *s = compiled("{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"n\"]}", NULL);
	assert_true(valid(s, "{\"n\":1,\"next\":{\"n\":2,\"next\":{\"n\":3}}}"));
	assert_false(valid(s, "{\"n\":1,\"next\":{\"n\":2,\"next\":{}}}"));
	schema_free(s);
}

static void names_that_stand_twice_are_refused(void **state) {
	(void)state;
	assert_refused("{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", "twice: x", "#/$defs/b");
	assert_refused(
		"{\"$id\":\"urn:a\",\"$defs\":{\"a\":{\"$id\":\"urn:b\"},\"b\":{\"$id\":\"urn:b\"}}}", "same $id", "#/$defs/b");
}

static void a_vocabulary_that_is_needed_and_not_known_is_unsupported(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema_source source = {S("urn:meta"),
		parse_json(a,
			"{\"$id\":\"urn:meta\",\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":true,\"urn:colours\":true}}")};
	struct schema_options options = {&source, 1, false};
	assert_refused_with("{\"$schema\":\"urn:meta\"}", &options, ERR_UNSUPPORTED, "urn:colours", "#");
	assert_refused_with(
		"{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", NULL, ERR_UNSUPPORTED, "dialect", "#");
}

static void documents_and_sources_may_go_once_compiled(void **state) {
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct schema_source source = {STR_EMPTY,
		parse_json(a, "{\"$id\":\"https://a.example/b\",\"$defs\":{\"c\":{\"enum\":[\"x\",{\"y\":[1]}]}}}")};
	struct schema_options options = {&source, 1, false};
	struct schema *s = NULL;
	assert_int_equal(schema_compile(&s,
		parse_json(a,
		"{\"properties\":{\"name\":{\"$ref\":\"https://a.example/b#/$defs/c\"},"
		"\"p\":{\"pattern\":\"^a|b$\"}},\"required\":[\"name\"]}"),
		&options, NULL),
		ERR_OK);
	arena_free(a);
	assert_true(valid(s, "{\"name\":{\"y\":[1.0]},\"p\":\"ax\"}"));
	assert_false(valid(s, "{\"name\":\"z\"}"));
	autoarena struct arena *b = arena_new(1 << 20);
	struct schema_errors errors;
	assert_false(schema_valid(s, parse_json(b, "{\"p\":\"x\"}"), b, &errors));
	assert_int_equal(errors.n, 2);
	schema_free(s);
}

static void a_source_that_nothing_refers_to_is_not_looked_at(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema_source sources[] = {
		{S("urn:bad"), parse_json(a, "{\"type\":1,\"$defs\":{\"a\":true}}")}, {S("urn:none"), NULL}};
	struct schema_options options = {sources, lengthof(sources), false};
	schema_free(compiled("{\"$ref\":\"urn:bad#/$defs/a\"}", &options));
	assert_refused_with("{\"$ref\":\"urn:bad\"}", &options, ERR_INVALID, "type must be", "urn:bad#/type");
}

static void draft_07_is_read_as_its_own(void **state) {
	(void)state;
	struct schema *s = compiled(
		"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"definitions\":{\"s\":{\"type\":\"string\"}},"
		"\"properties\":{\"a\":{\"$ref\":\"#/definitions/s\",\"maxLength\":1},\"b\":{\"items\":[{\"type\":\"null\"}],\"additionalItems\":false},"
		"\"c\":{\"unevaluatedProperties\":false}},\"dependencies\":{\"a\":[\"b\"]}}",
		NULL);
	assert_true(
		valid(s, "{\"a\":\"long\",\"b\":[null],\"c\":{\"d\":1}}")); /* what stands beside $ref is not looked at */
	assert_false(valid(s, "{\"a\":\"x\"}"));
	assert_false(valid(s, "{\"b\":[null,1]}"));
	assert_false(valid(s, "{\"b\":[1]}"));
	schema_free(s);
}

static void format_is_asserted_only_when_asked_for(void **state) {
	(void)state;
	struct schema_options asked = {.assert_format = true};
	struct schema *s = compiled("{\"format\":\"uuid\"}", NULL), *t = compiled("{\"format\":\"uuid\"}", &asked);
	assert_true(valid(s, "\"x\""));
	assert_false(valid(t, "\"x\""));
	assert_true(valid(t, "\"123e4567-e89b-12d3-a456-426614174000\""));
	schema_free(s);
	schema_free(t);
}

static void a_schema_beyond_reason_is_an_error(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *deep = json_bool(a, true);
	for (int i = 0; i < 2000; i++) {
		struct json_builder b = json_object_of(a);
		json_set(&b, S("not"), deep);
		deep = json_built(&b);
	}
	struct schema *s = NULL;
	assert_int_equal(schema_compile(&s, deep, NULL, NULL), ERR_MEMORY);
	assert_int_equal(schema_compile(&s, NULL, NULL, NULL), ERR_INVALID);
	assert_null(s);
	schema_free(NULL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_keyword_of_the_wrong_form_is_refused_at_its_place),
		cmocka_unit_test(a_pattern_that_is_none_is_refused_at_its_place),
		cmocka_unit_test(a_reference_that_leads_nowhere_is_refused),
		cmocka_unit_test(references_that_only_lead_to_each_other_are_refused),
		cmocka_unit_test(a_schema_that_refers_to_itself_for_a_part_of_the_value_is_fine),
		cmocka_unit_test(names_that_stand_twice_are_refused),
		cmocka_unit_test(a_vocabulary_that_is_needed_and_not_known_is_unsupported),
		cmocka_unit_test(documents_and_sources_may_go_once_compiled),
		cmocka_unit_test(a_source_that_nothing_refers_to_is_not_looked_at),
		cmocka_unit_test(draft_07_is_read_as_its_own),
		cmocka_unit_test(format_is_asserted_only_when_asked_for),
		cmocka_unit_test(a_schema_beyond_reason_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
