#include "test.h"

#include "http/html.h"

#define HAS(h, expected) check_text(&(h), expected)

static void check_text(struct html *h, const char *expected) {
	assert_false(html_failed(h));
	assert_str(html_str(h), expected);
	buf_clear(&h->b);
}

static void text_escapes_what_could_open_a_tag_or_an_entity(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_text(&h, "<b>&amp; \"'</b>");
	HAS(h, "&lt;b&gt;&amp;amp; \"'&lt;/b&gt;");
}

static void attributes_escape_both_quotes_as_well(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_attr(&h, S("\"'<>&"));
	HAS(h, "&quot;&#39;&lt;&gt;&amp;");
}

static void safe_html_is_written_as_it_is(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_text(&h, html_safe_literal("<b>bold</b>"));
	HAS(h, "<b>bold</b>");
}

static void numbers_of_all_kinds_are_written_in_decimal(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	short s = -3;
	html_text(&h, s);
	html_text(&h, 7u);
	html_text(&h, INT64_MIN);
	html_attr(&h, UINT64_MAX);
	html_text(&h, 0.1);
	HAS(h, "-37-9223372036854775808184467440737095516150.1");
	html_text(&h, 1e300);
	html_query(&h, 1e300);
	HAS(h, "1e+3001e%2B300");
}

static void a_null_c_string_is_empty(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_text(&h, (const char *)NULL);
	html_url(&h, (char *)NULL);
	HAS(h, "");
}

static void bytes_that_are_not_utf8_become_replacement_characters(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_text(&h, "a\xff" "b\xc3(\xe2\x82\xed\xa0\x80z\xc3\xa9");
	HAS(h, "a\xef\xbf\xbd" "b\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9");
}

static void control_characters_become_replacement_characters(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_attr(&h, S("a\0b\x1b" "c\n"));
	HAS(h, "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\n");
}

static void urls_of_the_allowed_schemes_and_relative_ones_pass(void **state) {
	(void)state;
	static const char *const fine[] = {"https://example.org/", "HTTP://example.org", "mailto:a@example.org", "/records/x",
		"records/x:y", "?a=b:c", "#top", "", "//example.org/x", "a%20b"};
	autohtml struct html h = HTML(1000);
	for (size_t i = 0; i < lengthof(fine); i++) {
		assert_true(html_url_allowed(str_of(fine[i])));
		html_url(&h, fine[i]);
		HAS(h, fine[i]);
	}
}

static void urls_of_other_schemes_become_a_number_sign(void **state) {
	(void)state;
	static const char *const bad[] = {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
		"\x01javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
		"file:///etc/passwd", "\xc2\xa0javascript:x", ":x", "blob:x", "java\0script:x"};
	autohtml struct html h = HTML(1000);
	for (size_t i = 0; i < lengthof(bad); i++) {
		html_url(&h, bad[i]);
		if (i + 1 < lengthof(bad)) HAS(h, "#");
		else buf_clear(&h.b);
	}
	html_url(&h, S("java\0script:x"));
	HAS(h, "#");
}

static void what_cannot_stand_in_a_url_is_percent_encoded(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_url(&h, "/a b\"<>&'\xc3\xa9\n");
	HAS(h, "/a%20b%22%3C%3E&amp;&#39;%C3%A9%0A");
}

static void a_part_of_a_url_keeps_only_unreserved_characters(void **state) {
	(void)state;
	autohtml struct html h = HTML(1000);
	html_query(&h, S("a/b?c=d&e f+g%\0~"));
	HAS(h, "a%2Fb%3Fc%3Dd%26e%20f%2Bg%25%00~");
}

static void an_outside_url_has_a_scheme_or_a_host(void **state) {
	(void)state;
	assert_true(html_url_outside(S("https://example.org")));
	assert_true(html_url_outside(S("//example.org")));
	assert_true(html_url_outside(S(" \\\\example.org")));
	assert_true(html_url_outside(S("mailto:x@example.org")));
	assert_false(html_url_outside(S("/records")));
	assert_false(html_url_outside(S("?x=http://example.org")));
}

static void html_over_its_maximum_has_failed(void **state) {
	(void)state;
	autohtml struct html h = HTML(10);
	html_text(&h, "123456789");
	assert_false(html_failed(&h));
	html_text(&h, "<<");
	assert_true(html_failed(&h));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_escapes_what_could_open_a_tag_or_an_entity),
		cmocka_unit_test(attributes_escape_both_quotes_as_well),
		cmocka_unit_test(safe_html_is_written_as_it_is),
		cmocka_unit_test(numbers_of_all_kinds_are_written_in_decimal),
		cmocka_unit_test(a_null_c_string_is_empty),
		cmocka_unit_test(bytes_that_are_not_utf8_become_replacement_characters),
		cmocka_unit_test(control_characters_become_replacement_characters),
		cmocka_unit_test(urls_of_the_allowed_schemes_and_relative_ones_pass),
		cmocka_unit_test(urls_of_other_schemes_become_a_number_sign),
		cmocka_unit_test(what_cannot_stand_in_a_url_is_percent_encoded),
		cmocka_unit_test(a_part_of_a_url_keeps_only_unreserved_characters),
		cmocka_unit_test(an_outside_url_has_a_scheme_or_a_host),
		cmocka_unit_test(html_over_its_maximum_has_failed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
