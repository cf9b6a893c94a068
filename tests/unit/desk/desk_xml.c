#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/feeds/xml.h"

static void assert_xml(struct str in, const char *expected) {
	autobuf struct buf out = BUF(1 << 16);
	xml_text(&out, in);
	assert_false(out.failed);
	assert_int_equal(out.n, strlen(expected));
	if (out.n) assert_memory_equal(out.p, expected, out.n);
}

static void what_ends_a_text_is_escaped(void **state) {
	(void)state;
	assert_xml(S(""), "");
	assert_xml(S("plain"), "plain");
	assert_xml(S("<a href=\"x\" b='y'>&amp;]]>"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;]]&gt;");
	assert_xml(S("one\r\ntwo\tthree"), "one&#13;\ntwo\tthree");
}

static void what_xml_forbids_is_replaced(void **state) {
	(void)state;
	assert_xml(S("a\0b"), "a\xef\xbf\xbd" "b");
	assert_xml(S("\x01\x0b\x0c\x1f"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_xml(S("\xef\xbf\xbe\xef\xbf\xbf"), "\xef\xbf\xbd\xef\xbf\xbd");
	/* Neighbours of what is forbidden stay. */
	assert_xml(S("\xef\xbf\xbd\xef\xbe\xbf\xef\xb7\x90"), "\xef\xbf\xbd\xef\xbe\xbf\xef\xb7\x90");
	assert_xml(S("\xf0\x9f\x98\x80 \xc3\xa9 \x7f"), "\xf0\x9f\x98\x80 \xc3\xa9 \x7f");
}

static void bytes_that_are_no_utf8_are_replaced(void **state) {
	(void)state;
	assert_xml(S("a\xff" "b"), "a\xef\xbf\xbd" "b");
	assert_xml(S("a\xc3"), "a\xef\xbf\xbd");
	assert_xml(S("\xed\xa0\x80x"), "\xef\xbf\xbdx"); /* a surrogate */
	assert_xml(S("\xf0\x9f\x98"), "\xef\xbf\xbd");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_a_text_is_escaped),
		cmocka_unit_test(what_xml_forbids_is_replaced),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
