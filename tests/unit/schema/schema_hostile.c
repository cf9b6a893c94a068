/* Schemas and values that mean harm, and many threads. */
#include "suite.h"

#include <pthread.h>

static bool valid(const struct schema *s, const char *value) {
	autoarena struct arena *a = arena_new(1 << 24);
	return schema_valid(s, parse_json(a, value), a, NULL);
}

/* Not valid, for a reason that the message names. */
static void assert_given_up(const struct schema *s, const struct json *v, const char *words) {
	autoarena struct arena *a = arena_new(1 << 24);
	struct schema_errors errors;
	struct err e;
	assert_false(schema_valid(s, v, a, NULL));
	assert_false(schema_valid(s, v, a, &errors));
	assert_int_equal(schema_check(s, v, a, &e), ERR_INVALID);
	if (!strstr(e.message, words)) fail_msg("%s does not speak of: %s", e.message, words);
}

static void a_loop_that_shows_only_while_validating_is_stopped(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema *s = compiled("{\"$dynamicAnchor\":\"x\",\"$dynamicRef\":\"#x\"}", NULL);
	assert_given_up(s, parse_json(a, "1"), "too many steps");
	schema_free(s);
	s = compiled("{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}", NULL);
	assert_given_up(s, parse_json(a, "{\"a\":1}"), "too many steps");
	assert_true(valid(s, "{\"b\":1}"));
	schema_free(s);
}

/* Giving up is no answer that `not` could turn round. */
static void giving_up_is_never_a_pass(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	struct schema *s = compiled("{\"not\":{\"dependentSchemas\":{\"a\":{\"$ref\":\"#/not\"}}}}", NULL);
	assert_given_up(s, parse_json(a, "{\"a\":1}"), "too many steps");
	schema_free(s);
	s = compiled("{\"anyOf\":[{\"not\":{\"pattern\":\"^(?=a)(a+)+$\"}},{\"type\":\"null\"}]}", NULL);
	char text[5003];
	memset(text, 'a', sizeof text);
	text[0] = text[sizeof text - 2] = '"';
	text[sizeof text - 3] = '!';
	text[sizeof text - 1] = 0;
	assert_given_up(s, parse_json(a, text), "pattern takes too long");
	assert_true(valid(s, "\"!\""));
	schema_free(s);
	s = compiled("{\"patternProperties\":{\"^(?=a)(a+)+$\":false}}", NULL);
	assert_given_up(s, parse_json(a, arena_fmt(a, "{%s:1}", text).p), "pattern takes too long");
	schema_free(s);
}

static void choices_that_double_at_each_step_are_stopped(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	autobuf struct buf text = BUF(1 << 16);
	buf_add(&text, S("{\"$defs\":{"));
	for (int i = 0; i < 60; i++)
		buf_fmt(&text, "\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},", i, i + 1, i + 1);
	buf_add(&text, S("\"d60\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d0\"}"));
	struct schema *s = compiled(text.p, NULL);
	struct schema_errors errors;
	moment from = stopwatch();
	assert_false(schema_valid(s, parse_json(a, "1"), a, &errors));
	assert_true(errors.n > 0);
	assert_true(valid(s, "null"));
	assert_true(stopwatch() - from < 60 * SECOND);
	schema_free(s);
}

static void values_of_any_depth_are_checked_or_refused(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	struct schema *s =
		compiled("{\"$defs\":{\"t\":{\"allOf\":[{\"$ref\":\"#/$defs/u\"}]},\"u\":{\"items\":{\"$ref\":\"#/$defs/t\"}}},"
		"\"$ref\":\"#/$defs/t\"}",
			NULL);
	const struct json *v = json_null(a), *deep = NULL;
	for (int i = 0; i < 100000; i++) {
		if (i == JSON_NEST) deep = v;
		struct json_builder b = json_array_of(a);
		json_add(&b, v);
		v = json_built(&b);
		if (!v) break;
	}
	assert_true(schema_valid(s, deep, a, NULL));
	schema_free(s);
	autoarena struct arena *large = arena_new(1 << 26);
	v = json_null(large);
	for (int i = 0; i < 20000; i++) {
		struct json_builder b = json_array_of(large);
		json_add(&b, v);
		v = json_built(&b);
	}
	s = compiled("{\"items\":{\"$ref\":\"#\"},\"enum\":[[]]}", NULL);
	assert_false(schema_valid(s, v, large, NULL));
	schema_free(s);
	s = compiled("{\"items\":{\"$ref\":\"#\"}}", NULL);
	assert_given_up(s, v, "too many steps");
	schema_free(s);
	s = compiled("{\"uniqueItems\":true,\"items\":true}", NULL);
	assert_true(schema_valid(s, v, large, NULL));
	schema_free(s);
}

static void large_arrays_are_compared_in_linear_time(void **state) {
	(void)state;
	enum { MANY = 100000 };
	autoarena struct arena *a = arena_new((size_t)512 << 20);
	struct json_builder b = json_array_of(a), c = json_array_of(a);
	for (int i = 0; i < MANY; i++) {
		struct json_builder inner = json_array_of(a);
		for (int k = 0; k < 12; k++) {
			struct json_builder outer = json_array_of(a);
			json_add(&outer, k ? json_built(&inner) : json_int(a, i));
			inner = outer;
		}
		json_add(&b, json_built(&inner));
		json_add(&c, i % 3 ? json_real(a, (double)i * 2) : json_str(a, arena_fmt(a, "%d", i)));
	}
	struct schema *s = compiled("{\"uniqueItems\":true}", NULL);
	const struct json *nested = json_built(&b);
	moment from = stopwatch();
	assert_true(schema_valid(s, nested, a, NULL));
	json_add(&c, json_int(a, 8));
	const struct json *flat = json_built(&c);
	assert_false(schema_valid(s, flat, a, NULL)); /* 8 and 8.0 */
	assert_true(stopwatch() - from < 20 * SECOND);
	schema_free(s);
}

static void many_names_in_schema_and_value_are_found_in_linear_time(void **state) {
	(void)state;
	enum { MANY = 20000 };
	autoarena struct arena *a = arena_new((size_t)256 << 20);
	struct json_builder properties = json_object_of(a), schema = json_object_of(a), value = json_object_of(a);
	struct json_builder required = json_array_of(a);
	struct json_builder integer = json_object_of(a);
	json_set_str(&integer, S("type"), S("integer"));
	const struct json *is_integer = json_built(&integer);
	for (int i = 0; i < MANY; i++) {
		struct str name = arena_fmt(a, "aaaaaaaa%05daaaaaaaa", i);
		json_set(&properties, name, is_integer);
		json_add(&required, json_str(a, name));
		json_set_int(&value, name, i);
	}
	json_set(&schema, S("properties"), json_built(&properties));
	json_set(&schema, S("required"), json_built(&required));
	json_set_bool(&schema, S("unevaluatedProperties"), false);
	struct schema *s = NULL;
	moment from = stopwatch();
	assert_int_equal(schema_compile(&s, json_built(&schema), NULL, NULL), ERR_OK);
	const struct json *v = json_built(&value);
	assert_true(schema_valid(s, v, a, NULL));
	assert_false(schema_valid(s, json_with(a, v, S("x"), is_integer), a, NULL));
	assert_false(schema_valid(s, json_with(a, v, S("aaaaaaaa00007aaaaaaaa"), NULL), a, NULL));
	assert_true(stopwatch() - from < 20 * SECOND);
	schema_free(s);
}

static void multiples_are_exact_in_decimals(void **state) {
	(void)state;
	struct schema *s = compiled("{\"multipleOf\":0.01}", NULL);
	assert_true(valid(s, "[]") && valid(s, "19.99") && valid(s, "0") && valid(s, "1e300") && valid(s, "-0.07") &&
		valid(s, "4.35"));
	assert_false(valid(s, "0.001") || valid(s, "19.995") || valid(s, "1e-300"));
	schema_free(s);
	s = compiled("{\"multipleOf\":3}", NULL);
	assert_true(valid(s, "9223372036854775806") && valid(s, "-9") && valid(s, "6.0") && valid(s, "3e20"));
	assert_false(valid(s, "9223372036854775807") || valid(s, "1e300") || valid(s, "4.5"));
	schema_free(s);
}

static void limits_are_exact_between_integers_and_reals(void **state) {
	(void)state;
	struct schema *s = compiled("{\"minimum\":9007199254740993,\"exclusiveMaximum\":9223372036854775807}", NULL);
	assert_false(valid(s, "9007199254740992") || valid(s, "9007199254740992.0") || valid(s, "9223372036854775807"));
	assert_true(valid(s, "9007199254740993") && valid(s, "9223372036854775806"));
	assert_false(valid(s, "1e19"));
	schema_free(s);
	s = compiled("{\"maximum\":0.5}", NULL);
	assert_true(valid(s, "0") && valid(s, "0.5") && valid(s, "-9223372036854775808") && valid(s, "-1e300"));
	assert_false(valid(s, "1") || valid(s, "0.50000001") || valid(s, "1e300"));
	schema_free(s);
}

static void const_and_enum_together_narrow(void **state) {
	(void)state;
	struct schema *s = compiled("{\"const\":1,\"enum\":[1.0,2]}", NULL),
		*t = compiled("{\"const\":3,\"enum\":[1,2]}", NULL);
	assert_true(valid(s, "1"));
	assert_false(valid(s, "2") || valid(t, "3") || valid(t, "1"));
	schema_free(s);
	schema_free(t);
}

static void reals_without_fraction_count_as_integers_everywhere(void **state) {
	(void)state;
	struct schema *s = compiled(
		"{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"number\"},\"c\":{\"enum\":[1]}}}", NULL);
	assert_true(valid(s, "{\"a\":1.0,\"b\":1.5,\"c\":1.0}"));
	assert_true(valid(s, "{\"a\":1e300,\"b\":1}"));
	assert_false(valid(s, "{\"a\":1.5}"));
	schema_free(s);
}

struct job {
	const struct schema *s;
	bool done;
};

static void *check_many(void *p) {
	struct job *job = p;
	for (int i = 0; i < 300; i++) {
		autoarena struct arena *a = arena_new(1 << 22);
		struct schema_errors errors;
		if (!schema_valid(job->s, parse_json(a, "{\"a\":\"cat sat\",\"b\":[1,2,3,4,5,6,7,8,9,10,11,12]}"), a, NULL))
			return NULL;
		if (schema_valid(job->s, parse_json(a, "{\"a\":\"dog\",\"b\":[1,1]}"), a, &errors) || errors.n != 2)
			return NULL;
	}
	job->done = true;
	return NULL;
}

static void many_threads_share_one_schema(void **state) {
	(void)state;
	struct schema *s = compiled("{\"properties\":{\"a\":{\"pattern\":\"\\\\bcat\\\\b\"},\"b\":{\"uniqueItems\":true}},"
		"\"unevaluatedProperties\":false}", NULL);
	pthread_t threads[8];
	struct job jobs[lengthof(threads)];
	for (size_t i = 0; i < lengthof(threads); i++) {
		jobs[i] = (struct job){s, false};
		assert_int_equal(pthread_create(&threads[i], NULL, check_many, &jobs[i]), 0);
	}
	for (size_t i = 0; i < lengthof(threads); i++) {
		pthread_join(threads[i], NULL);
		assert_true(jobs[i].done);
	}
	schema_free(s);
}

/* ---- real schemas on real documents ---- */

static void check_folder(const char *schema, const char *folder, size_t least) {
	autoarena struct arena *a = arena_new((size_t)512 << 20);
	struct err e = {.code = ERR_OK};
	struct schema *s = NULL;
	if (schema_compile(&s, read_json(a, file_join(a, data_folder(), schema)), NULL, &e))
		fail_msg("%s: %s %s", schema, e.message, e.where);
	struct file_list files;
	assert_int_equal(file_walk(a, file_join(a, data_folder(), folder), ".json", &files, NULL), ERR_OK);
	assert_true(files.n >= least);
	for (size_t i = 0; i < files.n; i++) {
		autoarena struct arena *work = arena_new((size_t)64 << 20);
		const struct json *v = read_json(work, files.paths[i]);
		if (schema_check(s, v, work, &e)) fail_msg("%s: %s %s", files.paths[i], e.message, e.where);
		/* And broken: the first member taken away, or given another type. */
		struct schema_errors errors;
		const struct json *broken = json_with(work, v, v->members[0].name, json_null(work));
		if (!schema_valid(s, broken, work, &errors)) assert_true(errors.n > 0);
	}
	schema_free(s);
}

static void real_documents_pass_their_published_schemas(void **state) {
	(void)state;
	check_folder("schemas/osv-1.schema.json", "osv", 500);
	check_folder("schemas/CVE_JSON_5.1_bundled.json", "cve", 1500);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_that_shows_only_while_validating_is_stopped),
		cmocka_unit_test(giving_up_is_never_a_pass),
		cmocka_unit_test(choices_that_double_at_each_step_are_stopped),
		cmocka_unit_test(values_of_any_depth_are_checked_or_refused),
		cmocka_unit_test(large_arrays_are_compared_in_linear_time),
		cmocka_unit_test(many_names_in_schema_and_value_are_found_in_linear_time),
		cmocka_unit_test(multiples_are_exact_in_decimals),
		cmocka_unit_test(limits_are_exact_between_integers_and_reals),
		cmocka_unit_test(const_and_enum_together_narrow),
		cmocka_unit_test(reals_without_fraction_count_as_integers_everywhere),
		cmocka_unit_test(many_threads_share_one_schema),
		cmocka_unit_test(real_documents_pass_their_published_schemas),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
