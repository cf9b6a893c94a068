#include "json_test.h"

static void calls_in_order_give_the_text(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	autobuf struct buf out = BUF(1 << 16);
	struct json_writer w = json_writer(&out);
	jw_object(&w);
	jw_field_str(&w, S("s"), S("x"));
	jw_field_int(&w, S("i"), -5);
	jw_field_bool(&w, S("b"), true);
	jw_name(&w, S("list"));
	jw_array(&w);
	jw_null(&w);
	jw_real(&w, 0.5);
	jw_raw(&w, S("{\"raw\":1}"));
	jw_array(&w);
	jw_array_end(&w);
	jw_array_end(&w);
	jw_field(&w, S("v"), parsed(a, "{\"k\":[1]}"));
	jw_field(&w, S("none"), NULL);
	jw_object_end(&w);
	assert_false(out.failed);
	assert_str(buf_str(&out),
		"{\"s\":\"x\",\"i\":-5,\"b\":true,\"list\":[null,0.5,{\"raw\":1},[]],\"v\":{\"k\":[1]},\"none\":null}");
}

static void pretty_text_has_two_spaces_a_level(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(json_pretty(a, parsed(a, "{\"a\":[1,{\"b\":{}}],\"c\":[],\"d\":\"x\"}")),
		"{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ],\n  \"c\": [],\n  \"d\": \"x\"\n}");
	assert_str(json_pretty(a, parsed(a, "1")), "1");
}

static void strings_have_the_least_escapes(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = json_str(a, S("\"\\/\b\f\n\r\t\x01\x1f\x7f\0é\xE2\x80\xA8😀<>&"));
	const char *want = "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000é\xE2\x80\xA8😀<>&\"";
	assert_str(json_text(a, v), want);
	assert_str(json_canonical(a, v), want);
}

typedef void (*misuse)(struct json_writer *);

static void value_for_name(struct json_writer *w) {
	jw_object(w);
	jw_int(w, 1);
}
static void name_in_array(struct json_writer *w) {
	jw_array(w);
	jw_name(w, S("a"));
}
static void name_at_the_top(struct json_writer *w) {
	jw_name(w, S("a"));
}
static void two_names(struct json_writer *w) {
	jw_object(w);
	jw_name(w, S("a"));
	jw_name(w, S("b"));
}
static void name_without_value(struct json_writer *w) {
	jw_object(w);
	jw_name(w, S("a"));
	jw_object_end(w);
}
static void wrong_end(struct json_writer *w) {
	jw_object(w);
	jw_array_end(w);
}
static void end_too_many(struct json_writer *w) {
	jw_array(w);
	jw_array_end(w);
	jw_array_end(w);
}
static void second_value(struct json_writer *w) {
	jw_null(w);
	jw_null(w);
}
static void too_deep(struct json_writer *w) {
	for (int i = 0; i <= JSON_NEST; i++) jw_array(w);
}

static void misuse_of_the_writer_fails_the_buffer(void **state) {
	(void)state;
	const misuse all[] = {value_for_name, name_in_array, name_at_the_top, two_names, name_without_value, wrong_end,
		end_too_many, second_value, too_deep};
	for (size_t i = 0; i < lengthof(all); i++) {
		autobuf struct buf out = BUF(1 << 16);
		struct json_writer w = json_writer(&out);
		all[i](&w);
		if (!out.failed) fail_msg("misuse %zu went through: %s", i, out.p);
	}
}

static void the_deepest_nesting_is_written(void **state) {
	(void)state;
	autobuf struct buf out = BUF(1 << 16);
	struct json_writer w = json_writer(&out);
	for (int i = 0; i < JSON_NEST; i++) {
		if (i % 2)
			jw_array(&w);
		else
			jw_object(&w), jw_name(&w, S("a"));
		if (i % 2 && i + 1 == JSON_NEST) break;
	}
	for (int i = JSON_NEST; i-- > 0;) {
		if (i % 2)
			jw_array_end(&w);
		else
			jw_object_end(&w);
	}
	assert_false(out.failed);
	assert_int_equal(out.n, JSON_NEST / 2 * (2 + 6));
}

static void a_buffer_of_any_size_holds_all_or_says_so(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	const struct json *v = parsed(a, "{\"b\":[1,2.5,\"\\u0000text\"],\"a\":{\"c\":null}}");
	size_t whole = json_text(a, v).n;
	for (size_t max = 0; max <= whole + 2; max++) {
		autobuf struct buf out = BUF(max), canonical = BUF(max);
		struct json_writer w = json_writer(&out);
		jw_value(&w, v);
		json_canonical_to(&canonical, v);
		assert_int_equal(out.failed, max < whole);
		assert_int_equal(canonical.failed, max < whole);
	}
}

/* ---- canonical form ---- */

static struct str from_hex(struct arena *a, struct str text) {
	char *p = arena_alloc(a, text.n / 2 + 1);
	size_t n = 0;
	int high = -1;
	for (size_t i = 0; i < text.n; i++) {
		const char *digits = "0123456789abcdef", *digit = text.p[i] ? strchr(digits, text.p[i]) : NULL;
		if (!digit) continue;
		int v = (int)(digit - digits);
		if (high < 0) {
			high = v;
		} else {
			p[n++] = (char)(high << 4 | v);
			high = -1;
		}
	}
	return str_n(p, n);
}

static void the_samples_of_rfc_8785_come_out_byte_for_byte(void **state) {
	(void)state;
	const char *const names[] = {"arrays", "french", "structures", "unicode", "values", "weird"};
	for (size_t i = 0; i < lengthof(names); i++) {
		autoarena struct arena *a = arena_new(1 << 20);
		const struct json *v = parsed(a, read_data(a, arena_fmt(a, "json/jcs/input/%s.json", names[i]).p).p);
		struct str text = json_canonical(a, v),
			want = read_data(a, arena_fmt(a, "json/jcs/output/%s.json", names[i]).p);
		assert_str(text, want.p);
		assert_true(str_eq(text, from_hex(a, read_data(a, arena_fmt(a, "json/jcs/outhex/%s.txt", names[i]).p))));
		assert_str(json_canonical(a, parsed(a, text.p)), want.p);
	}
}

static void canonical_names_stand_in_the_order_of_utf16(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 20);
	assert_str(
		json_canonical(
			a, parsed(a, "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\ue000\":3,\"\\ud7ff\":4,\"z\":5,\"\":6,\"zz\":7}")),
		"{\"\":6,\"z\":5,\"zz\":7,\"\xED\x9F\xBF\":4,\"😀\":2,\"\xEE\x80\x80\":3,\"\xEF\xAC\xB3\":1}");
}

static void a_large_object_is_sorted_too(void **state) {
	(void)state;
	autoarena struct arena *a = arena_new(1 << 22);
	struct json_builder b = json_object_of(a);
	for (int i = 0; i < 1000; i++) json_set_int(&b, arena_fmt(a, "%03d", (i * 7919) % 1000), (i * 7919) % 1000);
	const struct json *v = parsed(a, json_canonical(a, json_built(&b)).p);
	for (size_t i = 0; i < 1000; i++) assert_int_equal(json_integer(json_get(v, name_at(v, i)), -1), (int64_t)i);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_in_order_give_the_text),
		cmocka_unit_test(pretty_text_has_two_spaces_a_level),
		cmocka_unit_test(strings_have_the_least_escapes),
		cmocka_unit_test(misuse_of_the_writer_fails_the_buffer),
		cmocka_unit_test(the_deepest_nesting_is_written),
		cmocka_unit_test(a_buffer_of_any_size_holds_all_or_says_so),
		cmocka_unit_test(the_samples_of_rfc_8785_come_out_byte_for_byte),
		cmocka_unit_test(canonical_names_stand_in_the_order_of_utf16),
		cmocka_unit_test(a_large_object_is_sorted_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
