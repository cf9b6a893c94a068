/* The parts that parsers stand on: readers, decompressors, ranges, JSON, templates, safetensors, reports. */
#include "test_scan.h"

#include <zlib.h>

#include "lib/scan/formats.h"
#include "lib/scan/jtext.h"
#include "lib/scan/template.h"
#include "lib/scan/unpack.h"
#include "lib/scan/write.h"

static struct scan scan_of(void) {
	file = (struct scan_file){.format = ""};
	return (struct scan){.a = arena, .scratch = arena, .options = &options, .limits = scan_limits_standing(), .file = &file, .member = STR_EMPTY, .deadline = stopwatch() + 60 * SECOND};
}

static struct str packed(struct str bytes) {
	uLongf n = compressBound(bytes.n);
	char *to = arena_alloc(arena, n);
	assert_int_equal(compress((Bytef *)to, &n, (const Bytef *)bytes.p, bytes.n), Z_OK);
	return str_n(to, n);
}

static void a_reader_gives_what_lies_before_its_limit(void **state) {
	(void)state;
	struct reader r = reader_memory(S("0123456789"));
	uint64_t outer = reader_limit(&r, 8), inner = reader_limit(&r, 3);
	assert_int_equal(reader_have(&r), 3);
	assert_null(reader_peek(&r, 4));
	assert_int_equal(*reader_take(&r, 1), '0');
	reader_unlimit(&r, inner);
	assert_int_equal(reader_offset(&r), 3);
	assert_int_equal(reader_skip(&r, 100), 5);
	assert_true(reader_at_end(&r));
	reader_unlimit(&r, outer);
	assert_int_equal(*reader_take(&r, 1), '8');
}

static void a_stream_is_read_through_a_window(void **state) {
	(void)state;
	struct scan s = scan_of();
	enum { N = 3000000 };
	char *bytes = arena_alloc(arena, N);
	for (size_t i = 0; i < N; i++) bytes[i] = (char)(i * 2654435761u >> 24);
	struct reader in = reader_memory(packed(str_n(bytes, N))), r;
	assert_int_equal(packing_of(reader_window(&in)), PACK_ZLIB);
	assert_true(unpack_open(&s, &in, PACK_ZLIB, &r));
	for (size_t at = 0; at < N;) {
		size_t n = at % 5000 + 1 < N - at ? at % 5000 + 1 : N - at;
		const uint8_t *p = reader_take(&r, n);
		assert_non_null(p);
		assert_memory_equal(p, bytes + at, n);
		at += n;
		assert_int_equal(reader_offset(&r), at);
	}
	assert_true(reader_at_end(&r));
	assert_int_equal(r.fault, READER_FINE);
	assert_true(reader_at_end(&in));
	unpack_close(&r);
}

static void a_damaged_or_growing_stream_ends_with_a_fault(void **state) {
	(void)state;
	struct scan s = scan_of();
	char *bytes = arena_alloc(arena, 100000);
	struct str z = packed(str_n(bytes, 100000));
	struct reader in = reader_memory(str_sub(z, 0, z.n - 10)), r;
	assert_true(unpack_open(&s, &in, PACK_ZLIB, &r));
	reader_drain(&r);
	assert_int_equal(r.fault, READER_TRUNCATED);
	unpack_close(&r);
	s.limits.unpacked = 5000;
	in = reader_memory(z);
	assert_true(unpack_open(&s, &in, PACK_ZLIB, &r));
	reader_drain(&r);
	assert_int_equal(r.fault, READER_BYTES);
	unpack_close(&r);
}

static void ranges_know_gaps_and_overlaps(void **state) {
	(void)state;
	struct ranges r = {.a = arena};
	struct tally t = {0};
	uint64_t overlap, gap;
	range_add(&r, 10, 10, RANGE_OPAQUE);
	range_add(&r, 0, 10, RANGE_PARSED);
	range_add(&r, 15, 10, RANGE_PARSED);
	range_add(&r, 30, 5, RANGE_UNACCOUNTED);
	ranges_close(&r, 40, &t, &overlap, &gap);
	assert_int_equal(overlap, 15);
	assert_int_equal(gap, 25);
	assert_int_equal(t.parsed, 15);
	assert_int_equal(t.opaque, 10);
}

static bool is_valid(const char *text, bool lenient) {
	struct jtext j = jtext(str_of(text));
	j.lenient = lenient;
	for (;;) {
		enum jtoken token = jtext_next(&j);
		if (token == J_ERROR) return false;
		if (token == J_END) return true;
	}
}

static void json_is_read_by_its_grammar_and_no_more(void **state) {
	(void)state;
	static const char *const good[] = {"{}", "[]", " [1, -0.5e+3, \"a\\u00e9\\ud83d\\ude00\", true, false, null, {\"a\": [{}]}] ", "0", "\"\""};
	static const char *const bad[] = {"", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "[01]", "[1.]", "[\"\\x\"]", "[\"\\ud800\"]", "[NaN]", "[1] 2", "{\"a\":1,}", "[\"\t\"]", "{1:2}", "[1}", "[\"\xFF\"]", "[+1]", "tru"};
	for (size_t i = 0; i < lengthof(good); i++) assert_true(is_valid(good[i], false));
	for (size_t i = 0; i < lengthof(bad); i++) {
		if (is_valid(bad[i], false)) print_error("%s\n", bad[i]);
		assert_false(is_valid(bad[i], false));
	}
	assert_true(is_valid("[NaN, -Infinity, \"\\ud800\"]", true));
	char deep[400];
	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	struct jtext j = jtext(str_n(deep, 400));
	while (jtext_next(&j) == J_ARRAY) {}
	assert_non_null(j.error);
}

static void escapes_are_resolved(void **state) {
	(void)state;
	struct jtext j = jtext(S("\"\\u0061\\n\\u00e9\\ud83d\\ude00\""));
	assert_int_equal(jtext_next(&j), J_STRING);
	assert_true(str_is(jtext_string(&j, arena), "a\n\xC3\xA9\xF0\x9F\x98\x80"));
}

static unsigned of_template(const char *text) {
	struct scan s = scan_of();
	check_template(&s, str_of(text), 0, "the template", true);
	return file.verdict;
}

static void templates_for_chats_pass_and_what_reaches_out_is_blocked(void **state) {
	(void)state;
	static const char *const good[] = {
		"plain text", "{{ bos_token }}{% for m in messages %}{{ m['role'] + ': ' + m.content | trim }}{% endfor %}", "{%- if not add_generation_prompt is defined %}{% set x = false %}{% endif -%}",
		"{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1) }}", "{{ raise_exception('no') }}", "{# __class__ #}", "{% set ns = namespace(a=1) %}{% set ns.a = loop.index0 % 2 == 0 %}", "{{ tools | tojson(indent=4) }}",
	};
	static const char *const bad[] = {
		"{{ x.__class__ }}", "{{ x['__class__'] }}", "{{ x['\\x5f'] }}", "{{ x | attr('a') }}", "{{ lipsum.a }}", "{{ cycler('a') }}", "{% include 'x' %}", "{{ f.func_globals }}", "{% set a = x.mro() %}", "{{ self.x }}",
		"{{ x | map(attribute='__init__') }}", "{%- from 'a' import b -%}",
	};
	for (size_t i = 0; i < lengthof(good); i++) {
		if (of_template(good[i]) != SCAN_PASS) print_findings();
		assert_int_equal(of_template(good[i]), SCAN_PASS);
	}
	for (size_t i = 0; i < lengthof(bad); i++) {
		if (of_template(bad[i]) != SCAN_BLOCK) print_error("%s\n", bad[i]);
		assert_int_equal(of_template(bad[i]), SCAN_BLOCK);
	}
	assert_int_equal(of_template("{{ x | unheard_of }}"), SCAN_REVIEW);
	assert_int_equal(of_template("{{ unheard_of(1) }}"), SCAN_REVIEW);
}

static struct str tensors(const char *header, size_t data) {
	size_t n = strlen(header);
	char *to = arena_alloc(arena, 8 + n + data + 1);
	for (int i = 0; i < 8; i++) to[i] = (char)(n >> (8 * i));
	memcpy(to + 8, header, n);
	return str_n(to, 8 + n + data);
}
#define ONE(fields) "{\"a\":{" fields "}}"

static void safetensors_have_two_tiers(void **state) {
	(void)state;
	passes(tensors("{}", 0));
	passes(tensors(ONE("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]") "  ", 8));
	passes(tensors("{\"b\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[8,10]},\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},\"__metadata__\":{\"x\":\"y\"}}", 10));
	static const struct {
		const char *header;
		size_t data;
	} wrong[] = {
		{ONE("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"), 9}, {ONE("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"), 7}, {ONE("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]"), 9},
		{ONE("\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]"), 8}, {ONE("\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]"), 8}, {ONE("\"dtype\":\"F32\",\"shape\":[-0],\"data_offsets\":[0,0]"), 0},
		{ONE("\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]"), 2}, {ONE("\"dtype\":\"U8\",\"shape\":[18446744073709551615,18446744073709551615,0],\"data_offsets\":[0,0]"), 0},
		{ONE("\"dtype\":\"F32\",\"shape\":[2]"), 8}, {"{\"__metadata__\":{\"a\":1}}", 0}, {"{\"__metadata__\":{},\"__metadata__\":{}}", 0}, {"{\"a\":1}", 0}, {"{\"a\":", 0},
	};
	for (size_t i = 0; i < lengthof(wrong); i++) is_found(tensors(wrong[i].header, wrong[i].data), RULE_SAFETENSORS_INVALID);
	passes(tensors(ONE("\"dtype\":\"U8\",\"shape\":[0,18446744073709551615,18446744073709551615],\"data_offsets\":[0,0]"), 0));
	is_found(tensors(ONE("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1"), 8), RULE_SAFETENSORS_STRICT);
	assert_int_equal(file.verdict, SCAN_REVIEW);
	is_found(tensors("{\"a\":[\"F32\",[2],[0,8]]}", 8), RULE_SAFETENSORS_STRICT);
	is_found(tensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0), RULE_SAFETENSORS_STRICT);
}

static void what_is_unknown_or_empty_is_said(void **state) {
	(void)state;
	passes(S(""));
	assert_string_equal(file.format, "empty");
	PASSES("Just a text.\n");
	FOUND(UNKNOWN, "\1\2\3\4\5\6\7");
	FOUND(EXECUTABLE, "\x7F" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3E\0");
	FOUND(UNSUPPORTED, "Rar!\x1A\7\1\0");
	FOUND(PYTHON_SOURCE, "import torch\n");
	FOUND(PYTHON_DANGEROUS, "import os\nos.system('x')\n");
}

static void findings_are_worst_first_and_bounded(void **state) {
	(void)state;
	autobuf struct buf b = BUF(1 << 20);
	buf_add(&b, S("\x80\2]("));
	for (int i = 0; i < 500; i++) buf_fmt(&b, "cpackage\nname%d\n", i);
	buf_add(&b, S("cos\nsystem\ne."));
	scan_it(buf_str(&b));
	assert_int_equal(file.findings_n, SCAN_FINDINGS);
	assert_int_equal(file.findings_left_out, 301);
	for (size_t i = 1; i < file.findings_n; i++) assert_true(file.findings[i - 1].rule->verdict >= file.findings[i].rule->verdict);
}

static void rules_stand_in_order_and_are_told_apart(void **state) {
	(void)state;
	size_t n;
	const struct scan_rule *rules = scan_rules(&n);
	for (size_t i = 0; i < n; i++) {
		assert_true(rules[i].advice[0] && rules[i].title[0] && rules[i].verdict != SCAN_PASS);
		for (size_t k = 0; k < i; k++) assert_string_not_equal(rules[i].id, rules[k].id);
	}
}

static void reports_are_valid_json(void **state) {
	(void)state;
	scan_it(S("\x80\4\x8C\2os\x8C\6system\x93(\x8C\4echotR."));
	file.path = S("a \xC3\xA9.pkl");
	struct scan_report report = {&file, 1, &options, "1"};
	for (int sarif = 0; sarif < 2; sarif++) {
		autobuf struct buf b = BUF(1 << 20);
		struct json_writer w = json_writer(&b);
		const struct json *v;
		if (sarif) scan_write_sarif(&w, &report);
		else scan_write_json(&w, &report);
		assert_false(b.failed);
		assert_int_equal(json_parse(arena, buf_str(&b), NULL, &v, NULL), ERR_OK);
		const char *place = sarif ? "/runs/0/results/0/ruleId" : "/files/0/findings/0/rule";
		assert_true(str_is(json_string(json_pointer(v, str_of(place))), "pickle-call-denied"));
		if (sarif) assert_true(str_is(json_string(json_pointer(v, S("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"))), "a%20%C3%A9.pkl"));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		T(a_reader_gives_what_lies_before_its_limit), T(a_stream_is_read_through_a_window), T(a_damaged_or_growing_stream_ends_with_a_fault), T(ranges_know_gaps_and_overlaps),
		T(json_is_read_by_its_grammar_and_no_more), T(escapes_are_resolved), T(templates_for_chats_pass_and_what_reaches_out_is_blocked), T(safetensors_have_two_tiers),
		T(what_is_unknown_or_empty_is_said), T(findings_are_worst_first_and_bounded), T(rules_stand_in_order_and_are_told_apart), T(reports_are_valid_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
